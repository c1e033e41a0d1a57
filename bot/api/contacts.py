"""Contacts that are known: looked at, found by reference, changed, cancelled. Another unit's look as if not there."""

from __future__ import annotations

from datetime import datetime

from bot.api import shapes, told
from bot.api.bodies import parsed, read
from bot.api.checks import Change, Checks, checked_change, named
from bot.api.operations import Answer, Call
from bot.api.problems import CONFLICT, FAULTY, ApiRefused, Fault
from bot.contacts import ContactRefused
from bot.rooms import Rooms
from bot.store import contacts
from bot.store.contacts import Contact
from bot.store.database import Transaction


async def look(call: Call) -> Answer:
    """GET /contacts/{id}."""
    return Answer(await call.house.store.read(_shown, call, call.named("id")))


async def find(call: Call) -> Answer:
    """GET /contacts?reference=..."""
    query, premises = call.query(), call.house.premises
    checks = Checks(premises)
    for parameter, among in (("unit", premises.organisation.units), ("journey", premises.library.journeys)):
        checks.code(parameter, query.get(parameter), among)
    reference, kind = named(query["reference"], premises)
    if kind is not None:
        checks.fault("reference", f"It holds {kind}.", "Look for the case's own number: no other is kept.")
    if checks.faults:
        told_of = [Fault(one.detail, one.remedy, parameter=(one.pointer or "").strip("/")) for one in checks.faults]
        raise ApiRefused(FAULTY, faults=told_of)
    found = await call.house.store.read(_found, call, reference, query.get("unit"), query.get("journey"))
    return Answer(shapes.Contacts(found))


async def change(call: Call) -> Answer:
    """PATCH /contacts/{id}."""
    given = read(parsed(await call.body()), shapes.Changes)
    if isinstance(given, list):
        raise ApiRefused(FAULTY, faults=given)
    id_ = call.named("id")
    await call.house.store.read(told.mine, call.key, id_)
    asked = checked_change(given, call.house.premises)
    await call.house.store.write(_changed, call, id_, asked)
    call.wake()
    return Answer(await call.house.store.read(_shown, call, id_))


async def cancel(call: Call) -> Answer:
    """DELETE /contacts/{id}."""
    await call.house.store.write(_cancelled, call, call.named("id"))
    call.wake()
    return Answer(await call.house.store.read(_shown, call, call.named("id")))


def _shown(tx: Transaction, call: Call, id_: str) -> shapes.Contact:
    return told.contact(tx, call.house.rooms, told.mine(tx, call.key, id_).id, call.now)


def _found(
    tx: Transaction, call: Call, reference: str, unit: str | None, journey: str | None
) -> tuple[shapes.Contact, ...]:
    premises = call.house.premises
    found = []
    for where in (unit,) if unit else premises.organisation.units:
        for followed in (journey,) if journey else premises.library.journeys:
            lookup = premises.keyring.reference(where, followed, reference)
            one = contacts.of_reference(tx, unit=where, journey=followed, lookup=lookup)
            if one is not None and call.sees(one.unit):
                found.append(told.contact(tx, call.house.rooms, one.id, call.now))
    return tuple(found)


def _changed(tx: Transaction, call: Call, id_: str, asked: Change) -> None:
    rooms = call.house.rooms
    contact = told.mine(tx, call.key, id_)
    try:
        _move(tx, rooms, contact, asked, call.now)
        rooms.changes.note(
            tx,
            id_,
            call.now,
            outcome=asked.outcome,
            cause=asked.cause,
            solved=asked.solved,
            matter=asked.matter,
        )
        if asked.not_asked is not None and asked.not_asked != contact.not_asked:
            rooms.changes.leave_out(tx, id_, asked.not_asked, call.now)
    except ContactRefused as error:
        raise ApiRefused(CONFLICT, str(error)) from error
    if asked.spoken and rooms.invitations.speak(tx, id_, call.now) is None:
        raise ApiRefused(CONFLICT, "Somebody has begun with its invitation already: there is no code to say aloud.")


def _move(tx: Transaction, rooms: Rooms, contact: Contact, asked: Change, now: datetime) -> None:
    start = asked.start or contact.start_at
    end = asked.end
    if end is None and contact.end_at is not None:
        end = start + (contact.end_at - contact.start_at)  # it lasts as long as before
    if end is not None and end < start:
        fault = Fault("It ends before it starts.", "Check 'end', and its offset.", pointer="/end")
        raise ApiRefused(FAULTY, faults=[fault])
    if (start, end) != (contact.start_at, contact.end_at):
        rooms.changes.move(tx, contact.id, start, end, now)


def _cancelled(tx: Transaction, call: Call, id_: str) -> None:
    if told.mine(tx, call.key, id_).cancelled_at is None:
        call.house.rooms.changes.cancel(tx, id_, call.now)
