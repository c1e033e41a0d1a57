"""Week: what goes out when, what came back, what did not and why; one or many contacts chosen for an action.

Filtered, sorted and paged by the database. Shows states, never what a person answered. References are shown to those
who register contacts, and are looked for by a form, so that they stand in no address.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.clock import iso_week, week_before, week_start
from bot.console import choices, many_contacts
from bot.console.choices import WRITERS, Choice
from bot.console.contact import step_told
from bot.console.gate import Gate, Visit
from bot.lists.tables import clean
from bot.lists.times import YEARS
from bot.store import contact_lists, contacts
from bot.store.contact_lists import SORTS, STATES, Among, Due, Numbers, Reason, Row, Step
from bot.store.database import Transaction

PATH = "/console/week"
A_PAGE = 50
_SHOWN_AS_FOUND = 100
_DAYS = 7
_ASKED_AFTERWARDS = "same-day"
_TONES = {"begun": "warn", "answered": "good", "cancelled": "bad", "left-out": "bad"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for, as far as it can be; what can't is left out."""

    week: str
    unit: str | None
    journey: str | None
    state: str | None
    sort: str
    down: bool
    page: int

    def address(self, **changes: str | int) -> str:
        """The address of the same list, but for `changes`."""
        told: dict[str, str | int] = {
            "week": self.week,
            "unit": self.unit or "",
            "journey": self.journey or "",
            "state": self.state or "",
            "sort": "" if self.sort == SORTS[0] else self.sort,
            "down": int(self.down),
            **changes,
        }
        return f"{PATH}?{urlencode({name: value for name, value in told.items() if value})}"


@dataclass(frozen=True, slots=True)
class _Look:
    rows: list[Row]
    steps: list[Step]
    numbers: Numbers
    reasons: list[Reason]
    due: list[Due]
    journeys: list[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One contact of the table, in the reader's words."""

    id: str
    reference: str | None
    unit: str
    journey: str
    start_at: datetime
    state: str
    tone: str
    steps: Sequence[tuple[str, str, str, datetime | None, str]]


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(PATH, _week),
        gate.post(f"{PATH}/find", _find, roles=WRITERS),
        *many_contacts.routes(gate),
    ]


def listed(visit: Visit, rows: Sequence[Row], steps: Sequence[Step]) -> list[Listed]:
    """Rows of contacts with their follow-ups."""
    of = {row.id: [step for step in steps if step.contact_id == row.id] for row in rows}
    may_write = visit.member.role in WRITERS
    return [
        Listed(
            row.id,
            row.reference if may_write else None,
            choices.unit_name(visit, row.unit),
            choices.journey_name(visit, row.journey),
            row.start_at,
            visit.text(f"state-{row.state}"),
            _TONES.get(row.state, "quiet"),
            [_step(visit, step) for step in of[row.id] if step.reason != _ASKED_AFTERWARDS],
        )
        for row in rows
    ]


async def _week(visit: Visit) -> Response:
    asked = _asked(visit)
    zone = visit.house.premises.zone
    monday = week_start(asked.week, zone)
    among = Among(monday, monday + timedelta(days=_DAYS), asked.unit, asked.journey)
    look = await visit.house.store.read(_looked, among, asked)
    found = look.rows[0].found if look.rows else 0
    following = iso_week(monday + timedelta(days=_DAYS), zone)
    may_write = visit.member.role in WRITERS
    return visit.page(
        "week.html",
        asked=asked,
        monday=monday,
        sunday=monday + timedelta(days=_DAYS - 1),
        this_week=iso_week(visit.now, zone),
        earlier=asked.address(week=week_before(asked.week)),
        later=asked.address(week=following),
        now_address=asked.address(week=""),
        numbers=look.numbers,
        reasons=[
            (choices.ended_name(visit, one.disposition), choices.reason_name(visit, one.reason), one.number)
            for one in look.reasons
        ],
        days=_days(visit, monday, look.due),
        rows=listed(visit, look.rows, look.steps),
        found=found,
        pages=max(1, -(-found // A_PAGE)),
        sorts=_sorts(visit, asked, may_write),
        units=choices.units(visit) if visit.unit is None else [],
        journeys=_journeys(visit, look.journeys),
        states=[Choice(state, visit.text(f"state-{state}")) for state in STATES],
        may_write=may_write,
        offered=many_contacts.offered(visit),
    )


async def _find(visit: Visit) -> Response:
    fields = await visit.fields()
    wanted = clean(fields.get("find", ""))[:100]
    rows, steps = await visit.house.store.read(_found, visit, wanted) if wanted else ([], [])
    if len(rows) == 1:
        return visit.to(f"/console/contacts/{rows[0].id}")
    return visit.page("week_found.html", rows=listed(visit, rows, steps), wanted=wanted, may_write=True)


def _asked(visit: Visit) -> _Asked:
    told = visit.request.query_params
    zone = visit.house.premises.zone
    week = told.get("week", "")
    try:
        known = len(week) == len("2026-W47") and int(week[:4]) in YEARS
        week = iso_week(week_start(week, zone) + timedelta(hours=12), zone) if known else ""
    except ValueError:
        week = ""
    page = told.get("page", "")
    return _Asked(
        week=week or iso_week(visit.now, zone),
        unit=visit.unit or told.get("unit") or None,
        journey=told.get("journey") or None,
        state=told.get("state") if told.get("state") in STATES else None,
        sort=told.get("sort", "") if told.get("sort") in SORTS else SORTS[0],
        down=told.get("down") == "1",
        page=int(page) if page.isascii() and page.isdecimal() and len(page) <= 5 else 1,
    )


def _looked(tx: Transaction, among: Among, asked: _Asked) -> _Look:
    rows = contact_lists.rows(
        tx,
        among,
        state=asked.state,
        sort=asked.sort,
        down=asked.down,
        limit=A_PAGE,
        offset=(max(asked.page, 1) - 1) * A_PAGE,
    )
    return _Look(
        rows,
        contact_lists.steps(tx, [row.id for row in rows]),
        contact_lists.numbers(tx, among),
        contact_lists.reasons(tx, among),
        contact_lists.due(tx, among),
        contact_lists.journeys(tx),
    )


def _found(tx: Transaction, visit: Visit, wanted: str) -> tuple[list[Row], list[Step]]:
    """Contacts with this id or case reference; of a closed one only its keyed hash is left, so that is asked for."""
    rooms, premises = visit.house.rooms, visit.house.premises
    ids: set[str] = set()
    one = contacts.of_id(tx, wanted)
    if one is not None:
        ids.add(one.id)
    journeys = {*premises.library.journeys, *contact_lists.journeys(tx)}
    for unit in premises.organisation.units if visit.unit is None else (visit.unit,):
        for journey in journeys:
            lookup = rooms.premises.keyring.reference(unit, journey, wanted)
            contact = contacts.of_reference(tx, unit=unit, journey=journey, lookup=lookup)
            if contact is not None:
                ids.add(contact.id)
    if not ids:
        return [], []
    rows = contact_lists.rows(tx, Among(unit=visit.unit), ids=ids, limit=_SHOWN_AS_FOUND)
    return rows, contact_lists.steps(tx, ids)


def _journeys(visit: Visit, followed: Collection[str]) -> list[Choice]:
    known = choices.journeys(visit)
    codes = {one.code for one in known}
    return [*known, *(Choice(code, code) for code in followed if code not in codes)]


def _sorts(visit: Visit, asked: _Asked, may_write: bool) -> list[tuple[str, str, str, str]]:
    """Each column that can be sorted by: its code, its header, the address that does it, and how it stands now."""
    shown = [code for code in SORTS if may_write or code != "reference"]
    found = []
    for code in shown:
        now = asked.sort == code
        address = asked.address(sort="" if code == SORTS[0] else code, down=int(now and not asked.down))
        found.append((code, visit.text(f"column-{code}"), address, ("descending" if asked.down else "ascending") * now))
    return found


def _days(visit: Visit, monday: datetime, due: Sequence[Due]) -> list[tuple[datetime, dict[str, int], int]]:
    """Each day of the week: what goes out by phase to people who began, and how many wait for somebody to begin."""
    zone = visit.house.premises.zone
    days = [monday + timedelta(days=place, hours=12) for place in range(_DAYS)]
    found = []
    for day in days:
        of_day = [one for one in due if one.due_at.astimezone(zone).date() == day.date()]
        out = {
            phase: sum(one.number for one in of_day if one.bound and one.phase == phase)
            for phase in ("before", "during", "after")
        }
        found.append((day, out, sum(one.number for one in of_day if not one.bound)))
    return found


def _step(visit: Visit, step: Step) -> tuple[str, str, str, datetime | None, str]:
    state, tone = step_told(visit, step.disposition or step.state, bool(step.bound))
    waits = step.due_at if step.state == "planned" else None
    return choices.phase_name(visit, step.phase), state, tone, waits, choices.reason_name(visit, step.reason)
