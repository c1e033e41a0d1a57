"""The command that takes a list of contacts in, a batch at a time: read where it lies, its rows handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from bot.batches import TriedOrDone, batches_of
from bot.contacts import NewContact
from bot.imports import Invited, TakenRow, invited, take_in
from bot.lists.entries import Entry
from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.store.database import Transaction


class Row(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One row of a list, codes and moments settled; an array, since there are many."""

    row: int
    by_content: bool
    journey: str
    unit: str
    start: datetime
    end: datetime | None
    service: str | None
    channel: str | None
    cause: str | None
    solved: str | None
    outcome: str | None
    matter: str | None
    reference: str | None
    language: str | None
    not_asked: str | None

    @classmethod
    def of(cls, entry: Entry) -> Row:
        """An entry as it is handed over."""
        new = entry.new
        return cls(
            entry.row,
            entry.by_content,
            new.journey,
            new.unit,
            new.start,
            new.end,
            new.service,
            new.channel,
            new.cause,
            new.solved,
            new.outcome,
            new.matter,
            new.reference,
            new.language,
            new.not_asked,
        )

    def entry(self) -> Entry:
        """The entry again."""
        new = NewContact(
            journey=self.journey,
            unit=self.unit,
            start=self.start,
            end=self.end,
            service=self.service,
            channel=self.channel,
            cause=self.cause,
            solved=self.solved,
            outcome=self.outcome,
            matter=self.matter,
            reference=self.reference,
            language=self.language,
            not_asked=self.not_asked,
        )
        return Entry(self.row, new, self.by_content)


class TakeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.import: a batch of rows. A dry run stores nothing; `invitations`: tell the codes."""

    rows: tuple[Row, ...]
    dry_run: bool = False
    invitations: bool = False


class TakenIn(msgspec.Struct, frozen=True):
    """What became of each row, in order, and the invitations that were asked for."""

    rows: tuple[TakenRow, ...]
    invitations: tuple[Invited, ...] = ()


class _Kept(msgspec.Struct, frozen=True):
    """What is remembered of a batch: ids, never a code or a reference."""

    rows: tuple[TakenRow, ...]
    invitations: bool


def requests_of(entries: Sequence[Entry], *, dry_run: bool = False, invitations: bool = False) -> Iterator[TakeIn]:
    """What to ask for, one after the other, so that all entries are taken in."""
    for batch in batches_of(map(Row.of, entries)):
        if batch:
            yield TakeIn(batch, dry_run, invitations)


def _taken(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> _Kept:
    rows = take_in(tx, rooms, [row.entry() for row in asked.rows], now)
    return _Kept(tuple(rows), asked.invitations)


def _told(tx: Transaction, rooms: Rooms, kept: _Kept) -> TakenIn:
    return TakenIn(kept.rows, tuple(invited(tx, rooms, kept.rows)) if kept.invitations else ())


def _tried(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> TakenIn:
    # Nothing of it stands: no id that was given means anything.
    rows = _taken(tx, rooms, asked, now).rows
    return TakenIn(tuple(TakenRow(one.row, one.result, None, one.why) for one in rows))


COMMANDS: Mapping[str, Command] = {"contacts.import": TriedOrDone(Turn(TakeIn, _Kept, _taken, _told), _tried)}
