"""The command that takes an analyst's codes in, a batch at a time: read where the file lies, its rows handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from bot.clock import Now
from bot.coding import CODER, CodedRow, TakenRow
from bot.commands_import import LARGEST_BATCH
from bot.imports import BATCH_ROWS
from bot.openings import House, Refused
from bot.requests import Command, Request, Turn
from bot.rooms import Rooms
from bot.store.coding import Said
from bot.store.database import Transaction

_LONGEST_USER = 200


class Row(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One coded row: its place, its row_id, and of each field its codes or its text."""

    place: int
    row_id: str
    said: tuple[tuple[str, str, str | None], ...]

    @classmethod
    def of(cls, coded: CodedRow) -> Row:
        """A coded row as it is handed over."""
        return cls(coded.place, coded.row_id, tuple((one.field, one.codes, one.text) for one in coded.said))

    def coded(self) -> CodedRow:
        """The coded row again."""
        return CodedRow(self.place, self.row_id, tuple(Said(*one) for one in self.said))


class TakeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """coding.import: a batch of rows from the file with the SHA-256 `source`.

    `coder` is a member's id or a code; without it `user` is the system's user whose code it becomes. `unit` is the only
    unit whose answers the coder sees. A dry run stores nothing.
    """

    rows: tuple[Row, ...]
    source: str
    coder: str = ""
    user: str = ""
    unit: str | None = None
    dry_run: bool = False


class TakenIn(msgspec.Struct, frozen=True):
    """What became of each row, in order, and who is said to have coded them."""

    rows: tuple[TakenRow, ...]
    coder: str


class _DryRun(Exception):
    """Undoes a transaction once what it would have come to is known."""

    def __init__(self, done: TakenIn) -> None:
        super().__init__()
        self.done = done


class _TakeIn:
    """A turn, unless it is a dry run: that one is undone whole, and not even the request is remembered."""

    def __init__(self) -> None:
        self._turn = Turn(TakeIn, TakenIn, _remembered, _told)

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        asked = msgspec.json.decode(request.arguments, type=TakeIn)
        if not asked.dry_run:
            return await self._turn.performed(house, request, now)
        try:
            await house.store.write(_tried, house.rooms, asked, now())
        except _DryRun as tried:
            return msgspec.Raw(msgspec.json.encode(tried.done))
        raise AssertionError("a dry run was kept")


def requests_of(
    rows: Sequence[CodedRow],
    *,
    source: str,
    coder: str = "",
    user: str = "",
    unit: str | None = None,
    dry_run: bool = False,
) -> Iterator[TakeIn]:
    """What to ask for, one after the other, so that all rows are taken in; at least one, which tells the coder."""
    batch: list[Row] = []
    size = 0
    for coded in rows:
        row = Row.of(coded)
        length = len(msgspec.json.encode(row)) + 1
        if batch and (len(batch) >= BATCH_ROWS or size + length > LARGEST_BATCH):
            yield TakeIn(tuple(batch), source, coder, user, unit, dry_run)
            batch, size = [], 0
        batch.append(row)
        size += length
    yield TakeIn(tuple(batch), source, coder, user, unit, dry_run)


def _taken(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> TakenIn:
    coder = asked.coder or rooms.coding.coder_of(asked.user[:_LONGEST_USER])
    if not CODER.fullmatch(coder):
        raise Refused(f"'{coder[:40]}' is no coder. Write up to 40 small letters, digits and hyphens, and no name.")
    rows = [row.coded() for row in asked.rows]
    taken = rooms.coding.take_in(tx, rows, coder=coder, source=asked.source, unit=asked.unit, now=now)
    return TakenIn(tuple(taken), coder)


def _remembered(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> TakenIn:
    # Without what was coded: it would outlive an erasure of the answer.
    done = _taken(tx, rooms, asked, now)
    rows = (replace(one, changes=tuple(replace(change, before="") for change in one.changes)) for one in done.rows)
    return TakenIn(tuple(rows), done.coder)


def _told(tx: Transaction, rooms: Rooms, kept: TakenIn) -> TakenIn:
    return kept


def _tried(tx: Transaction, rooms: Rooms, asked: TakeIn, now: datetime) -> None:
    raise _DryRun(_taken(tx, rooms, asked, now))


COMMANDS: Mapping[str, Command] = {"coding.import": _TakeIn()}
