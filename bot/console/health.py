"""Health: whether the house is well, for admins: what needs somebody first, then how everything stands.

Looks at queues, disks and files, and never at what anybody wrote. Lets parked updates begin anew, and changes nothing
else.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.commands_parked import Retried, RetryParked
from bot.console.gate import Gate, Visit
from bot.console.look_around import look_around, size_told, worries
from bot.console.seen import done_before
from bot.openings import Refused
from bot.store.staff import Role

HEALTH = "/console/health"
_ADMINS: tuple[Role, ...] = ("admin",)
_DONE = ("retried", "not-retried")
_LONGEST_ROW = 18


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(HEALTH, _health, roles=_ADMINS),
        gate.post(f"{HEALTH}/parked", _retry, roles=_ADMINS),
    ]


async def _health(visit: Visit) -> Response:
    look = await look_around(visit)
    done = visit.request.query_params.get("done", "")
    return visit.page(
        "health.html",
        look=look,
        worries=worries(visit, look),
        done=done if done in _DONE else "",
        telegram=visit.office.settings.telegram_token is not None,
        mail=visit.office.settings.mail is not None,
        pages_at=visit.house.premises.public_url or "",
        size=size_told(visit, look.size),
        free=[(one.place, size_told(visit, one.free), size_told(visit, one.whole)) for one in look.disks],
    )


async def _retry(visit: Visit) -> Response:
    given = await visit.fields()
    row, request_id = given.get("row", ""), given.get("request_id", "")
    if row and not (row.isascii() and row.isdecimal() and len(row) <= _LONGEST_ROW):
        return visit.to(f"{HEALTH}?done=not-retried")
    again = await done_before(visit, request_id)
    try:
        done = await visit.carried_out("parked.retry", RetryParked(int(row) if row else None), Retried, request_id)
    except Refused:  # wiped, or tried again by somebody else
        return visit.to(f"{HEALTH}?done=not-retried")
    if done.rows and not again:
        await visit.noted("parked-retried", row)
    return visit.to(f"{HEALTH}?done={'retried' if done.rows else 'not-retried'}")
