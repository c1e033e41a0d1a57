"""The command that takes a list of contacts in, a batch at a time: read where it lies, its rows handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from bot.clock import Now
from bot.contacts import NewContact
from bot.imports import BATCH_ROWS, Invited, TakenRow, invited, take_in
from bot.lists.entries import Entry
from bot.openings import House
from bot.requests import Command, Request, Turn
from bot.rooms import Rooms
from bot.store.database import Transaction

LARGEST_BATCH = 48 * 1024
"""Bytes of rows in one request; what else stands in it is less than what `command_socket` allows beyond that."""


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


class _DryRun(Exception):
    """Undoes a transaction once what it would have come to is known."""

    def __init__(self, rows: tuple[TakenRow, ...]) -> None:
        super().__init__()
        self.rows = rows


class _TakeIn:
    """A turn, unless it is a dry run: that one is undone whole, and not even the request is remembered."""

    def __init__(self) -> None:
        self._turn = Turn(TakeIn, _Kept, _taken, _told)

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        asked = msgspec.json.decode(request.arguments, type=TakeIn)
        if not asked.dry_run:
            return await self._turn.performed(house, request, now)
        try:
            await house.store.write(_tried, house.rooms, asked, now())
        except _DryRun as done:
            # Nothing of it stands: no id that was given means anything.
            rows = tuple(TakenRow(one.row, one.result, None, one.why) for one in done.rows)
            return msgspec.Raw(msgspec.json.encode(TakenIn(rows)))
        raise AssertionError("a dry run was kept")


def requests_of(entries: Sequence[Entry], *, dry_run: bool = False, invitations: bool = False) -> Iterator[TakeIn]:
    """What to ask for, one after the other, so that all entries are taken in."""
    batch: list[Row] = []
    size = 0
    for entry in entries:
        row = Row.of(entry)
        length = len(msgspec.json.encode(row)) + 1
        if batch and (len(batch) >= BATCH_ROWS or size + length > LARGEST_BATCH):
            yield TakeIn(tuple(batch), dry_run, invitations)
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield TakeIn(tuple(batch), dry_run, invitations)


def _taken(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> _Kept:
    rows = take_in(tx, rooms, [row.entry() for row in asked.rows], now)
    return _Kept(tuple(rows), asked.invitations)


def _told(tx: Transaction, rooms: Rooms, kept: _Kept) -> TakenIn:
    return TakenIn(kept.rows, tuple(invited(tx, rooms, kept.rows)) if kept.invitations else ())


def _tried(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> None:
    raise _DryRun(_taken(tx, rooms, asked, now).rows)


COMMANDS: Mapping[str, Command] = {"contacts.import": _TakeIn()}
