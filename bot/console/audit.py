"""Audit log: what members saw and did, the newest first. For admins alone.

An admin of one unit sees what its members did. Shows names of members and codes of things, never content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console.gate import Gate, Visit
from bot.store import staff
from bot.store.database import Transaction
from bot.store.staff import Noted

AUDIT = "/console/audit"
_PAGE = 50
_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is read. `who` None: nobody who is signed in; on the command line, or from outside."""

    at: datetime
    who: str | None
    did: str
    about: str


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [gate.get(AUDIT, _page, roles=("admin",))]


async def _page(visit: Visit) -> Response:
    query = visit.request.query_params
    action = query.get("action") or None
    before = query.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else _NEWEST

    def found(tx: Transaction) -> tuple[list[Noted], list[str]]:
        lines = staff.noted(tx, before=start, action=action, limit=_PAGE + 1, unit=visit.unit)
        return lines, staff.actions(tx)

    lines, actions = await visit.house.store.read(found)
    older = ""
    if len(lines) > _PAGE:
        older = f"{AUDIT}?{urlencode({'before': lines[_PAGE - 1].id, 'action': action or ''})}"
    return visit.page(
        "audit.html",
        lines=[_line(visit, one) for one in lines[:_PAGE]],
        actions=sorted((_action(visit, one), one) for one in actions),
        action=action or "",
        older=older,
        newest=start == _NEWEST,
    )


def _line(visit: Visit, one: Noted) -> Line:
    who = one.name
    if who is None and one.member_id is not None:
        who = one.member_id
    about = "" if one.member_id is not None and one.subject == one.member_id else one.subject_name or one.subject
    return Line(one.at, who, _action(visit, one.action), about)


def _action(visit: Visit, action: str) -> str:
    key = f"audit-{action}"
    return visit.text(key) if key in visit.office.pages.words else action
