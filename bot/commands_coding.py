"""The command that takes an analyst's codes in, a batch at a time: read where the file lies, its rows handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from bot.batches import TriedOrDone, batches_of
from bot.coding import CODER, CodedRow, TakenRow
from bot.openings import Refused
from bot.requests import Command, Turn
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
    for batch in batches_of(map(Row.of, rows)):
        yield TakeIn(batch, source, coder, user, unit, dry_run)


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


COMMANDS: Mapping[str, Command] = {"coding.import": TriedOrDone(Turn(TakeIn, TakenIn, _remembered, _told), _taken)}
