"""What weeks hold, unit by unit: the tallies and the funnel of `weeks`, told for each unit. Counts, nothing by itself.

The unit is the one that was frozen when a conversation began. Never decides what may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from bot.clock import week_start
from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.week_rows import FunnelRow, TallyRow
from bot.store.weeks import week_end

_SQL = queries("unit_weeks.sql")


@dataclass(frozen=True, slots=True)
class UnitTally(TallyRow):
    """So many persons (each counted once a question and unit) settled a question in this way at one unit."""

    unit: str


@dataclass(frozen=True, slots=True)
class UnitFunnel(FunnelRow):
    """How far the contacts of one journey and unit had come."""

    unit: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed week; `answered`: somebody answered something in it."""

    week: str
    answered: int


def tallies(tx: Transaction, first: str, last: str, simulated: bool) -> list[UnitTally]:
    """As `weeks.tallies`, one answer a person and unit."""
    return tx.all(UnitTally, _SQL["tallies"], first=first, last=last, simulated=int(simulated))


def funnel(tx: Transaction, first: str, last: str, week: str, zone: tzinfo, simulated: bool) -> list[UnitFunnel]:
    """As `weeks.funnel`, by the unit that the contact had at the close of `week`."""
    return tx.all(
        UnitFunnel,
        _SQL["funnel"],
        start=week_start(first, zone),
        until=week_end(last, zone),
        close=week_end(week, zone),
        week=week,
        simulated=int(simulated),
    )


def closed(tx: Transaction, simulated: bool) -> list[Closed]:
    """Every closed week, the oldest first."""
    return tx.all(Closed, _SQL["closed"], simulated=int(simulated))
