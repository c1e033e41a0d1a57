"""The queue of calls, as rows: who waits, who said that they would call. Never a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.call_backs import Way
from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("call_queue.sql")


@dataclass(frozen=True, slots=True)
class Queued:
    """One that waits, as the console shows it: who took it, and whether there is a number. Never the number."""

    id: str
    contact_id: str | None
    unit: str
    service: str | None
    way: Way
    slot: str | None
    asked_at: datetime
    deadline: datetime
    taken_by: str | None
    taken_name: str | None
    taken_at: datetime | None
    has_number: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and how many of them after their deadline."""

    number: int
    late: int


def queue(tx: Transaction, *, unit: str | None, limit: int) -> list[Queued]:
    """Who waits, the nearest deadline first, of one unit or of all."""
    return tx.all(Queued, _SQL["queue"], unit=unit, id=None, limit=limit)


def queued(tx: Transaction, id_: str, unit: str | None) -> Queued | None:
    """One that waits; None where it does not, or is not of this unit (None: any)."""
    return tx.one(Queued, _SQL["queue"], unit=unit, id=id_, limit=1)


def waiting(tx: Transaction, *, unit: str | None, now: datetime) -> Waiting:
    """How many wait, of one unit or of all."""
    return tx.one(Waiting, _SQL["waiting"], unit=unit, now=now) or Waiting(0, 0)


def take(tx: Transaction, id_: str, member: str, now: datetime, *, over: bool) -> bool:
    """A member says that they will call; with `over` in place of whoever said so before.

    False if nobody waits to be called, it was theirs already, or, without `over`, anybody's.
    """
    return tx.run(_SQL["take"], id=id_, member=member, now=now, over=over) == 1
