"""Imports: the contacts of a list registered, many at once; those known before brought to what the list says of them.

Idempotent by reference: the same list again changes nothing, nor what staff changed since. Each batch is one
transaction, so that the bot goes on answering in between. Never reads a file, and never asks anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal, TypeVar

from bot.contacts import ContactRefused
from bot.links import invitation_link
from bot.lists.entries import Entry, Reading
from bot.lists.faults import CellFault, Fault
from bot.lists.texts import Texts
from bot.organisation import UnknownCode
from bot.rooms import Rooms
from bot.store import contacts
from bot.store.database import Transaction

BATCH_ROWS = 250
"""A quarter of a second of the writer's time; people who answer meanwhile wait no longer than that."""

_REFUSALS = (ContactRefused, UnknownCode)

Result = Literal["registered", "known", "changed", "refused"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TakenRow:
    """What became of one row: the contact's id, or why it was refused. `too_late`: nothing can be asked any more."""

    row: int
    result: Result
    contact: str | None = None
    why: str = ""
    too_late: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """What a letter to the person behind one row needs; `link` is None until the bot's name in Telegram is known."""

    row: int
    contact: str
    link: str | None
    code: str


@dataclass(frozen=True, slots=True)
class Import:
    """A whole list taken in: how many rows came to what, and everything that is wrong or worth a note, by row."""

    rows: int
    registered: int
    known: int
    changed: int
    faulty: int
    by_content: int
    faults: tuple[Fault, ...]


def batches(entries: Iterable[T], size: int = BATCH_ROWS) -> Iterator[list[T]]:
    """The entries in runs of at most `size`."""
    rest = iter(entries)
    while batch := list(islice(rest, size)):
        yield batch


def take_in(tx: Transaction, rooms: Rooms, batch: Sequence[Entry], now: datetime) -> list[TakenRow]:
    """Register what is new of a batch, and bring what is known to what is told of it now. A row fails alone."""
    try:
        with tx.savepoint():
            return [_taken(tx, rooms, entry, now) for entry in batch]
    except _REFUSALS:  # rare, since lists are read first: only then is each row worth a savepoint of its own
        return [_taken_alone(tx, rooms, entry, now) for entry in batch]


def invited(tx: Transaction, rooms: Rooms, taken: Iterable[TakenRow]) -> list[Invited]:
    """The invitations of taken rows, but for those with which somebody has begun, and where nothing is asked."""
    found = []
    for one in taken:
        contact = contacts.of_id(tx, one.contact) if one.contact is not None else None
        if contact is None or contact.not_asked is not None or contact.cancelled_at is not None:
            continue
        code = rooms.invitations.code(tx, contact.id)
        if one.contact is not None and code is not None:
            found.append(Invited(one.row, one.contact, invitation_link(tx, rooms.premises, code), code))
    return found


def summed_up(reading: Reading, taken: Sequence[TakenRow], texts: Texts) -> Import:
    """What came of a list: what was read, and what became of its entries."""

    def count(result: Result) -> int:
        return sum(one.result == result for one in taken)

    refused = [_fault(one, texts) for one in taken if one.result == "refused"]
    text = texts("faults", "too-long-ago")
    late = [Fault(one.row, "", "too-long-ago", text, "note") for one in taken if one.too_late]
    return Import(
        rows=reading.rows,
        registered=count("registered"),
        known=count("known") + reading.repeated,
        changed=count("changed"),
        faulty=reading.faulty_rows + len(refused),
        by_content=sum(entry.by_content for entry in reading.entries),
        faults=tuple(sorted((*reading.faults, *refused, *late), key=lambda fault: fault.row)),
    )


def counts(done: Import, texts: Texts, *, dry_run: bool = False) -> list[str]:
    """How many rows came to what, a line each."""
    told = [texts("report", "dry-run")] if dry_run else []
    told += [
        texts("report", name, count=count)
        for name, count in (
            ("rows", done.rows),
            ("registered", done.registered),
            ("known", done.known),
            ("changed", done.changed),
            ("faulty", done.faulty),
        )
    ]
    if done.by_content:
        told.append(texts("report", "by-content", count=done.by_content))
    return told


def _taken(tx: Transaction, rooms: Rooms, entry: Entry, now: datetime) -> TakenRow:
    registered = rooms.contacts.register(tx, entry.new, now)
    told = rooms.premises.keyring.reference("list", "", repr(entry.new))
    if registered.known and contacts.told_as(tx, registered.id) == told:
        # The list has nothing new to say; what staff changed since is theirs.
        return TakenRow(entry.row, "known", registered.id)
    contacts.tell_as(tx, registered.id, told)
    if not registered.known:
        silent = not any(one.state == "planned" for one in registered.follow_ups) and not entry.new.not_asked
        return TakenRow(entry.row, "registered", registered.id, too_late=silent)
    changed = rooms.changes.change(tx, registered.id, entry.new, now)
    return TakenRow(entry.row, "changed" if changed else "known", registered.id)


def _taken_alone(tx: Transaction, rooms: Rooms, entry: Entry, now: datetime) -> TakenRow:
    try:
        with tx.savepoint():
            return _taken(tx, rooms, entry, now)
    except _REFUSALS as error:
        return TakenRow(entry.row, "refused", why=str(error))


def _fault(one: TakenRow, texts: Texts) -> Fault:
    fault = CellFault("not-taken", why=one.why)
    return Fault(one.row, "", fault.name, texts("faults", fault.name, **fault.values))
