"""Commands about what is handed to the organisation's own sender: put into a file, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.store.database import Transaction

MOST_AT_ONCE = 500
"""Rows of one request: the bot goes on answering between two."""


class HandOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """due.add: put what is due into the file with this id, at most `MOST_AT_ONCE` rows; of one unit, or of all."""

    file: str
    unit: str | None = None


class Looked(msgspec.Struct, frozen=True):
    """How many were looked at; 0 when nothing more is due."""

    rows: int


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """due.undo: nothing of this file was sent."""

    file: str


class TakenBack(msgspec.Struct, frozen=True):
    """How many rows are due again."""

    rows: int


def _add(tx: Transaction, rooms: Rooms, asked: HandOver, now: datetime) -> Looked:
    return Looked(rooms.hand_overs.add(tx, asked.file, asked.unit, now, MOST_AT_ONCE))


def _looked(_: Transaction, __: Rooms, kept: Looked) -> Looked:
    return kept


def _undo(tx: Transaction, rooms: Rooms, asked: TakeBack, now: datetime) -> TakenBack:
    return TakenBack(rooms.hand_overs.undo(tx, asked.file, now))


def _undone(_: Transaction, __: Rooms, kept: TakenBack) -> TakenBack:
    return kept


COMMANDS: Mapping[str, Command] = {
    "due.add": Turn(HandOver, Looked, _add, _looked),
    "due.undo": Turn(TakeBack, TakenBack, _undo, _undone),
}
