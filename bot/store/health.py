"""How the house is, as rows: queues, unknown sends, the files made last. Counts and moments, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.week_rows import WeekFile

_SQL = queries("health.sql")

BACKUP_AT = "backup_at"
"""The fact (a moment) that says when the last backup was made."""

HEARD_AT = "heard_at"
"""The fact (a moment) that says when Telegram last answered us."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and since when the oldest does; None where nothing does."""

    number: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class DoorQueue:
    """What waits to go out by a door. `ready`: what could have left; `since` is when the oldest of that was written."""

    door: str
    number: int
    ready: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sends that may have arrived. `unsettled`: those about which something is still done."""

    number: int
    unsettled: int
    since: datetime | None


def inbox(tx: Transaction) -> Queue:
    """What has come in and waits for its turn."""
    return tx.one(Queue, _SQL["inbox"]) or Queue(0, None)


def outbox(tx: Transaction, now: datetime) -> list[DoorQueue]:
    """What waits to go out, by door."""
    return tx.all(DoorQueue, _SQL["outbox"], now=now)


def unknown(tx: Transaction, since: datetime) -> Unknown:
    """Sends since a moment of which nobody knows whether they arrived."""
    return tx.one(Unknown, _SQL["unknown"], since=since) or Unknown(0, 0, None)


def erasures(tx: Transaction) -> Queue:
    """Who waits for an erasure to be decided."""
    return tx.one(Queue, _SQL["erasures"]) or Queue(0, None)


def files(tx: Transaction, *, weeks: int, before: str | None = None) -> list[WeekFile]:
    """The files of so many weeks, the latest first, before a week or from the last on; the report first in each."""
    return tx.all(WeekFile, _SQL["files"], weeks=weeks, before=before)


def file(tx: Transaction, name: str) -> WeekFile | None:
    """The recorded file of this name."""
    return tx.one(WeekFile, _SQL["file"], name=name)
