"""Numbers of today: what goes out, what came back, who waits. Counts alone, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("today.sql")
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers where staff begin; `late` are calls whose deadline has passed, `parked` is of every unit."""

    registered: int
    going_out: int
    answered: int
    calls: int
    late: int
    parked: int


def today(
    tx: Transaction, unit: str | None, *, now: datetime, begins: datetime, ends: datetime, week_ago: datetime
) -> Today:
    """Of one unit or of all: registered since the day begins, going out before it ends, answered since a week ago."""
    return Today(
        registered=tx.count(_SQL["registered"], unit=unit, since=begins),
        going_out=tx.count(_SQL["going_out"], unit=unit, now=now, before=ends),
        answered=tx.count(_SQL["answered"], unit=unit, since=week_ago),
        calls=tx.count(_SQL["calls_waiting"], unit=unit, before=_EVER),
        late=tx.count(_SQL["calls_waiting"], unit=unit, before=now),
        parked=tx.count(_SQL["parked"]),
    )
