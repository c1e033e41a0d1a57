"""Many contacts at once: chosen in a list, or a unit's whole day: moved, cancelled, left out, their outcome told.

What can't be undone is confirmed first. Each contact is changed alone, so that one that can't be holds up no other,
and every one is told of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.cards import Card
from bot.commands_contacts import CancelContact, CancelDay, Cancelled, LeaveOut, MoveContact, NoteContact
from bot.console import choices
from bot.console.choices import WRITERS
from bot.console.form_moments import Wrong, moment, shown
from bot.console.gate import Gate, Visit
from bot.console.seen import done_before, of_id, request_about
from bot.moments import day_meant
from bot.openings import REFUSALS, Refused
from bot.store.contacts import Contact
from bot.store.database import Transaction

MOST = 100
"""As many as a page can show, and a form can hold."""

CHOSEN = "c-"
"""How the names of the boxes that choose a contact begin."""

_COMMANDS = {
    "move": "contacts.move",
    "cancel": "contacts.cancel",
    "not-asked": "contacts.not-asked",
    "outcome": "contacts.note",
}
_AUDITED = {"move": "moved", "cancel": "cancelled", "not-asked": "left-out", "outcome": "noted"}
_SURE = ("cancel", "not-asked")
"""What can't be undone."""

_VALUES = ("move_day", "move_time", "reason", "outcome")


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of one contact: "" where it was done, else why not."""

    id: str
    reference: str | None
    start_at: datetime | None
    why: str


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.post("/console/week/do", _do, roles=WRITERS),
        gate.post("/console/week/day", _day, roles=WRITERS),
    ]


def offered(visit: Visit) -> Mapping[str, list[choices.Choice]]:
    """What can be chosen for an action."""
    return {
        "outcomes": choices.outcomes(visit),
        "reasons": choices.reasons(visit),
        "units": choices.units(visit),
    }


async def _do(visit: Visit) -> Response:
    fields = await visit.fields()
    chosen = [name.removeprefix(CHOSEN) for name in fields if name.startswith(CHOSEN)][:MOST]
    action = fields.get("action", "")
    fault = _fault(visit, action, fields, chosen)
    if fault:
        return visit.refusal(visit.text("many-title"), fault)
    found = await visit.house.store.read(_found, visit, chosen)
    if action in _SURE and fields.get("sure") != "1":
        return visit.page(
            "week_sure.html",
            action=action,
            chosen=[contact for contact in found.values() if contact is not None],
            values={name: fields.get(name, "") for name in _VALUES},
            reason=choices.name_of(visit, visit.house.premises.organisation.reasons, fields.get("reason")),
            may_write=True,
        )
    told = [await _done(visit, action, id_, contact, fields) for id_, contact in found.items()]
    return visit.page("week_done.html", action=action, told=told, number=sum(not one.why for one in told))


async def _day(visit: Visit) -> Response:
    fields = await visit.fields()
    unit, rooms = fields.get("unit", ""), visit.house.rooms
    try:
        day = day_meant(fields.get("day", ""), "day")
    except Refused:
        return visit.refusal(visit.text("day-title"), visit.text("choose-day"))
    if unit not in visit.house.premises.organisation.units or not visit.sees(unit):
        return visit.refusal(visit.text("day-title"), visit.text("not-offered"), 403)
    try:
        there = await visit.house.store.read(rooms.changes.of_day, unit, day)
    except (ValueError, OverflowError):
        return visit.refusal(visit.text("day-title"), visit.text("choose-day"))
    name = choices.unit_name(visit, unit)
    noon = there[0].start_at if there else None
    if fields.get("sure") != "1":
        return visit.page("week_day.html", unit=unit, name=name, day=day.isoformat(), number=len(there), noon=noon)
    again = await done_before(visit, fields.get("request_id", ""))
    asked = CancelDay(unit, day.isoformat())
    done = await visit.carried_out("contacts.cancel-day", asked, Cancelled, fields.get("request_id", ""))
    if not again:
        for id_ in done.contacts:
            await visit.noted("cancelled", id_)
    gone = await visit.house.store.read(_found, visit, done.contacts)
    told = [_told(id_, contact, "") for id_, contact in gone.items()]
    return visit.page("week_done.html", action="cancel", told=told, number=len(told))


def _fault(visit: Visit, action: str, fields: Mapping[str, str], chosen: Sequence[str]) -> str:
    """What is wrong with the form as a whole; "" if nothing is."""
    organisation = visit.house.premises.organisation
    if not chosen:
        return visit.text("choose-contacts")
    if action not in _COMMANDS:
        return visit.text("choose-action")
    if action == "not-asked" and fields.get("reason") not in organisation.reasons:
        return visit.text("choose-reason")
    if action == "outcome" and fields.get("outcome") not in organisation.outcomes:
        return visit.text("choose-outcome")
    if action == "move":
        try:
            moment(visit, fields.get("move_day", ""), fields.get("move_time") or "12:00")
        except Wrong as wrong:
            return visit.text("move-wrong", why=str(wrong))
    return ""


def _found(tx: Transaction, visit: Visit, ids: Sequence[str]) -> dict[str, Contact | None]:
    return {id_: of_id(tx, visit, id_) for id_ in ids}


async def _done(visit: Visit, action: str, id_: str, contact: Contact | None, fields: Mapping[str, str]) -> _Told:
    if contact is None:
        return _told(id_, None, visit.text("contact-gone-title"))
    request = request_about(fields.get("request_id", ""), id_)
    if await done_before(visit, request):
        return _told(id_, contact, "")
    if action != "outcome" and contact.cancelled_at is not None:
        return _told(id_, contact, visit.text("cancelled-already"))
    if action == "not-asked" and contact.not_asked is not None:
        return _told(id_, contact, visit.text("left-out-already"))
    try:
        arguments = _arguments(visit, action, contact, fields)
        await visit.carried_out(_COMMANDS[action], arguments, Card, request)
    except Wrong as wrong:
        return _told(id_, contact, str(wrong))
    except REFUSALS as error:
        return _told(id_, contact, str(error))
    await visit.noted(_AUDITED[action], id_)
    return _told(id_, contact, "")


def _arguments(visit: Visit, action: str, contact: Contact, fields: Mapping[str, str]) -> msgspec.Struct:
    if action == "move":
        # Without a time each keeps its own time of day.
        _, own = shown(visit, contact.start_at)
        start = moment(visit, fields.get("move_day", ""), fields.get("move_time") or own)
        return MoveContact(contact.id, start.isoformat())
    if action == "not-asked":
        return LeaveOut(contact.id, fields.get("reason", ""))
    if action == "outcome":
        return NoteContact(contact.id, outcome=fields.get("outcome", ""))
    return CancelContact(contact.id)


def _told(id_: str, contact: Contact | None, why: str) -> _Told:
    if contact is None:
        return _Told(id_, None, None, why)
    return _Told(id_, contact.reference, contact.start_at, why)
