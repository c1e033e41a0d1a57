"""Home: where a member begins: the numbers of today, what needs somebody, and the member's own settings."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot import mail
from bot.console.gate import HOME, Gate, Visit
from bot.store import facts, staff, today
from bot.store.database import Transaction
from bot.store.today import Today
from flows.calendar import local_moment

ME = "/console/me"


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(HOME, _home),
        gate.get(HOME.rstrip("/"), _home),
        gate.get(ME, _me),
        gate.post(f"{ME}/language", _speak),
    ]


async def _home(visit: Visit) -> Response:
    house, now = visit.house, visit.now
    begins, ends = _day(visit)
    numbers, mail_failed = await house.store.read(_numbers, visit.unit, now, begins, ends)
    return visit.page("home.html", numbers=numbers, mail_failed=mail_failed, now=now)


def _numbers(
    tx: Transaction, unit: str | None, now: datetime, begins: datetime, ends: datetime
) -> tuple[Today, datetime | None]:
    found = today.today(tx, unit, now=now, begins=begins, ends=ends, week_ago=now - timedelta(days=7))
    return found, facts.moment(tx, mail.FAILED_AT)


def _day(visit: Visit) -> tuple[datetime, datetime]:
    zone = visit.house.premises.zone
    day = visit.now.astimezone(zone).date()
    return local_moment(day, time(), zone), local_moment(day + timedelta(days=1), time(), zone)


async def _me(visit: Visit) -> Response:
    browsers = await visit.house.store.read(visit.house.rooms.staff.browsers, visit.member.id, visit.now)
    return visit.page(
        "home_me.html",
        browsers=browsers,
        chat=visit.office.settings.staff_chat and visit.member.role != "analyst",
        done=visit.request.query_params.get("done") == "1",
    )


async def _speak(visit: Visit) -> Response:
    language = (await visit.fields()).get("language", "")
    if language in visit.house.premises.languages:
        await visit.house.store.write(staff.speak, visit.member.id, language)
    return visit.to(f"{ME}?done=1")
