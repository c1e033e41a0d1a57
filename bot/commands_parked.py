"""Commands about what is parked: let it begin anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.openings import Refused
from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.store import inbox
from bot.store.database import Transaction


class RetryParked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """parked.retry: one row of the inbox, or all that can be."""

    row: int | None = None


class Retried(msgspec.Struct, frozen=True):
    """How many rows begin anew."""

    rows: int


def _retry(tx: Transaction, _: Rooms, asked: RetryParked, now: datetime) -> Retried:
    parked = {row.id: row for row in inbox.parked(tx)}
    if asked.row is None:
        return Retried(sum(inbox.retry(tx, row) for row in parked))
    if asked.row not in parked:
        raise Refused(f"Nothing is parked under {asked.row}. `kundresa parked list` shows what is.")
    if not inbox.retry(tx, asked.row):
        raise Refused(f"{asked.row} can't be tried again: what came in was wiped, as it is after seven days.")
    return Retried(1)


def _retried(_: Transaction, __: Rooms, kept: Retried) -> Retried:
    return kept


COMMANDS: Mapping[str, Command] = {"parked.retry": Turn(RetryParked, Retried, _retry, _retried)}
