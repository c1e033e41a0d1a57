"""Commands about contacts: register, move, cancel, leave out, and tell what is known since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.cards import Card, card
from bot.contacts import ContactRefused, NewContact
from bot.lists.entries import LONGEST_REFERENCE
from bot.lists.faults import trace_in
from bot.lists.tables import clean
from bot.lists.texts import Texts
from bot.moments import day_meant, moment_meant
from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.store.database import Transaction


class AddContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.add: codes as in the organisation's file; times as `moment_meant` reads them."""

    journey: str
    unit: str
    start: str
    end: str | None = None
    service: str | None = None
    channel: str | None = None
    cause: str | None = None
    solved: str | None = None
    outcome: str | None = None
    matter: str | None = None
    reference: str | None = None
    language: str | None = None
    not_asked: str | None = None


class Added(msgspec.Struct, frozen=True):
    """A contact's card; `known` when its reference was registered before, and nothing new was.

    `spoken` is a code to say aloud, which holds until `spoken_until`.
    """

    card: Card
    known: bool
    spoken: str | None = None
    spoken_until: datetime | None = None


class MoveContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.move: it takes place at another time. `contact` is its id or its case reference, here and below."""

    contact: str
    start: str
    end: str | None = None


class CancelContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.cancel: the contact did not take place."""

    contact: str


class CancelDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.cancel-day: nothing of a unit took place on a local day such as "2026-11-18"."""

    unit: str
    day: str


class Cancelled(msgspec.Struct, frozen=True):
    """The ids of the contacts that are cancelled now."""

    contacts: tuple[str, ...]


class NoteContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.note: what staff learned since; None leaves what stands."""

    contact: str
    outcome: str | None = None
    cause: str | None = None
    solved: str | None = None
    matter: str | None = None


class LeaveOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.not-asked: nothing shall be asked about it, for a reason of the organisation's file."""

    contact: str
    reason: str


class _Known(msgspec.Struct, frozen=True):
    """What is remembered of a request about one contact."""

    contact: str
    known: bool = False


def _add(tx: Transaction, rooms: Rooms, asked: AddContact, now: datetime) -> _Known:
    zone = rooms.premises.zone
    start = moment_meant(asked.start, zone, "--start")
    new = NewContact(
        journey=asked.journey,
        unit=asked.unit,
        start=start,
        end=moment_meant(asked.end, zone, "--end", day=start) if asked.end is not None else None,
        service=asked.service,
        channel=asked.channel,
        cause=asked.cause,
        solved=asked.solved,
        outcome=asked.outcome,
        matter=_named(asked.matter, "--matter", rooms),
        reference=_named(asked.reference, "--reference", rooms),
        language=asked.language,
        not_asked=asked.not_asked,
    )
    registered = rooms.contacts.register(tx, new, now)
    if registered.code is not None and not registered.known:
        rooms.invitations.speak(tx, registered.id, now)
    return _Known(registered.id, registered.known)


def _added(tx: Transaction, rooms: Rooms, kept: _Known) -> Added:
    told = card(tx, rooms, kept.contact)
    spoken = rooms.invitations.spoken(tx, kept.contact, told.registered_at)
    return Added(told, kept.known, spoken.code if spoken else None, spoken.expires_at if spoken else None)


def _shown(tx: Transaction, rooms: Rooms, kept: _Known) -> Card:
    return card(tx, rooms, kept.contact)


def _move(tx: Transaction, rooms: Rooms, asked: MoveContact, now: datetime) -> _Known:
    zone = rooms.premises.zone
    contact = rooms.contacts.meant(tx, asked.contact)
    start = moment_meant(asked.start, zone, "--start", day=contact.start_at)
    end = moment_meant(asked.end, zone, "--end", day=start) if asked.end is not None else None
    if end is None and contact.end_at is not None:
        end = start + (contact.end_at - contact.start_at)
    rooms.changes.move(tx, contact.id, start, end, now)
    return _Known(contact.id)


def _cancel(tx: Transaction, rooms: Rooms, asked: CancelContact, now: datetime) -> _Known:
    contact = rooms.contacts.meant(tx, asked.contact)
    rooms.changes.cancel(tx, contact.id, now)
    return _Known(contact.id)


def _cancel_day(tx: Transaction, rooms: Rooms, asked: CancelDay, now: datetime) -> Cancelled:
    found = rooms.changes.of_day(tx, asked.unit, day_meant(asked.day, "--day"))
    for contact in found:
        rooms.changes.cancel(tx, contact.id, now)
    return Cancelled(tuple(contact.id for contact in found))


def _cancelled_day(_: Transaction, __: Rooms, kept: Cancelled) -> Cancelled:
    return kept


def _note(tx: Transaction, rooms: Rooms, asked: NoteContact, now: datetime) -> _Known:
    contact = rooms.contacts.meant(tx, asked.contact)
    new = rooms.changes.note(
        tx,
        contact.id,
        now,
        outcome=asked.outcome,
        cause=asked.cause,
        solved=asked.solved,
        matter=_named(asked.matter, "--matter", rooms),
    )
    return _Known(contact.id, known=not new)


def _leave_out(tx: Transaction, rooms: Rooms, asked: LeaveOut, now: datetime) -> _Known:
    contact = rooms.contacts.meant(tx, asked.contact)
    rooms.changes.leave_out(tx, contact.id, asked.reason, now)
    return _Known(contact.id)


def _named(text: str | None, option: str, rooms: Rooms) -> str | None:
    """Staff's name for a case as a list would have it, so that both know the same one by it. ContactRefused."""
    name = clean(text or "")
    kind = trace_in(name, rooms.premises.organisation.holiday_country)
    if kind is not None:
        told = Texts("en")("kinds", kind)
        raise ContactRefused(f"{option} holds {told}. Write the case's own number: nothing that leads to a person.")
    if len(name) > LONGEST_REFERENCE:
        raise ContactRefused(f"{option} has {len(name)} characters, at most {LONGEST_REFERENCE} are kept. Shorten it.")
    return name or None


COMMANDS: Mapping[str, Command] = {
    "contacts.add": Turn(AddContact, _Known, _add, _added),
    "contacts.move": Turn(MoveContact, _Known, _move, _shown),
    "contacts.cancel": Turn(CancelContact, _Known, _cancel, _shown),
    "contacts.cancel-day": Turn(CancelDay, Cancelled, _cancel_day, _cancelled_day),
    "contacts.note": Turn(NoteContact, _Known, _note, _shown),
    "contacts.not-asked": Turn(LeaveOut, _Known, _leave_out, _shown),
}
