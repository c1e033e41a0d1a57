"""Due: what is handed to a case system to send: what is due for people who came through no door.

Each row is handed over once, under an id that the system chooses: fetched again, the same rows are told, so that a lost
reply loses nobody. What was not sent after all is taken back. Hand-overs are the key's own.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import cast
from uuid import uuid4

from bot.api import shapes
from bot.api.fields import Phase
from bot.api.operations import Answer, Call
from bot.api.problems import CONFLICT, FAULTY, NOT_FOUND, NOT_READY, OTHER_UNIT, ApiRefused, Fault
from bot.commands_due import MOST_AT_ONCE
from bot.links import invitation_link
from bot.organisation import UnknownCode, meant
from bot.store import hand_overs
from bot.store.database import Transaction

PATTERN = "^[A-Za-z0-9_-]{1,64}$"
"""How a hand-over may be called."""

_ID = re.compile(PATTERN)
_ANY_CODE = "any"


async def hand_over(call: Call) -> Answer:
    """GET /due."""
    query = call.query()
    name, unit = query.get("hand_over") or uuid4().hex, query.get("unit")
    if not _ID.fullmatch(name):
        fault = Fault("This can't be the id of a hand-over.", "Use letters, digits, - and _.", parameter="hand_over")
        raise ApiRefused(FAULTY, faults=[fault])
    try:
        meant(
            unit or next(iter(call.house.premises.organisation.units)), call.house.premises.organisation.units, "unit"
        )
    except UnknownCode as error:
        detail, _, remedy = str(error).rpartition("'. ")
        raise ApiRefused(FAULTY, faults=[Fault(f"{detail}'.", remedy, parameter="unit")]) from None
    if unit is not None and not call.sees(unit):
        raise ApiRefused(OTHER_UNIT, f"The key is for the unit '{call.key.unit}'.")
    id_ = _kept_as(call, name)
    await call.house.store.write(_claimed, call, id_, unit or call.key.unit)
    return Answer(await call.house.store.read(_rows, call, name, unit or call.key.unit))


async def list_them(call: Call) -> Answer:
    """GET /hand-overs."""
    return Answer(await call.house.store.read(_listed, call))


async def undo(call: Call) -> Answer:
    """POST /due/{hand_over}/undo."""
    name = call.named("hand_over")
    return Answer(shapes.TakenBack(name, await call.house.store.write(_undone, call, _kept_as(call, name))))


def _kept_as(call: Call, name: str) -> str:
    # The key's own, so that no two systems meet in one, and none sees another's.
    return f"{call.key.id}.{name}"


def _claimed(tx: Transaction, call: Call, id_: str, unit: str | None) -> None:
    known = hand_overs.of_id(tx, id_)
    if known is not None and known.undone_at is not None:
        raise ApiRefused(CONFLICT, "This hand-over was taken back. Fetch what is due under another id.")
    if known is None:
        if invitation_link(tx, call.house.premises, _ANY_CODE) is None:
            raise ApiRefused(NOT_READY)
        call.house.rooms.hand_overs.add(tx, id_, unit, call.now, MOST_AT_ONCE)


def _rows(tx: Transaction, call: Call, name: str, unit: str | None) -> shapes.Due:
    premises, room = call.house.premises, call.house.rooms.hand_overs
    rows = []
    page = hand_overs.rows_of(tx, _kept_as(call, name), after="", limit=MOST_AT_ONCE)
    for row in room.rows(tx, page, call.now):
        rows.append(
            shapes.DueRow(
                contact=row.contact,
                reference=row.reference,
                unit=row.unit,
                phase=cast("Phase", row.phase),
                language=row.language,
                link=row.link,
                text=room.text(tx, row),
                useful_until=row.useful_until.astimezone(premises.zone),
            )
        )
    more = bool(hand_overs.due(tx, call.now, unit=unit, limit=1))
    return shapes.Due(name, tuple(rows), more)


def _listed(tx: Transaction, call: Call) -> shapes.HandOvers:
    begins, zone = _kept_as(call, ""), call.house.premises.zone

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment is not None else None

    return shapes.HandOvers(
        tuple(
            shapes.HandOver(one.id.removeprefix(begins), one.at.astimezone(zone), one.rows, local(one.undone_at))
            for one in hand_overs.all_of_them(tx)
            if one.id.startswith(begins)
        )
    )


def _undone(tx: Transaction, call: Call, id_: str) -> int:
    known = hand_overs.of_id(tx, id_)
    if known is None:
        raise ApiRefused(NOT_FOUND, "There is no hand-over with this id.")
    return 0 if known.undone_at is not None else call.house.rooms.hand_overs.undo(tx, id_, call.now)
