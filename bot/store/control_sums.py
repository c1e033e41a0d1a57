"""Control sums: what the tables of a data file should hold, counted by the database in other ways than they are read.

Numbers only. They stand in the file beside what was written, so that a row lost on the way is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import tzinfo

from bot.clock import week_start
from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.weeks import week_end

_SQL = queries("control_sums.sql")


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one week or several: settled questions, and rows of each table but the wide ones."""

    settled: int
    answers: int
    verbatims: int
    follow_ups: int
    call_backs: int
    codings: int

    @staticmethod
    def added(sums: Sequence[Sums]) -> Sums:
        """The sums of several weeks together."""
        return Sums(*(sum(numbers) for numbers in zip(*map(astuple, sums), strict=True)))


@dataclass(frozen=True, slots=True)
class Erased:
    """What data files told of, and was erased since: rows of answers, follow-ups, codings. Of every unit."""

    rows: int
    follow_ups: int
    codings: int

    @staticmethod
    def added(erased: Sequence[Erased]) -> Erased:
        """What was erased of several weeks together."""
        return Erased(*(sum(numbers) for numbers in zip(*map(astuple, erased), strict=True)))


@dataclass(frozen=True, slots=True)
class LostWeek:
    """A closed week of which answers were erased; `told`: some of them after its period of four had been told of."""

    week: str
    told: int


@dataclass(frozen=True, slots=True)
class _Answers:
    settled: int
    rows: int
    texts: int


@dataclass(frozen=True, slots=True)
class _Journey:
    journey: str
    rows: int


@dataclass(frozen=True, slots=True)
class _Masked:
    masked: str


@dataclass(frozen=True, slots=True)
class _Name:
    value: str


def of_week(tx: Transaction, week: str, zone: tzinfo, simulated: bool, unit: str | None = None) -> Sums:
    """What a closed week should make; only simulated contacts, or none of them; `unit`: those that it met alone."""
    kind, since, until = int(simulated), week_start(week, zone), week_end(week, zone)
    answers = tx.one(_Answers, _SQL["answers"], week=week, simulated=kind, unit=unit)
    changed = tx.count(_SQL["follow_ups"], week=week, start=since, end=until, simulated=kind, unit=unit)
    asked = tx.count(_SQL["call_backs"], start=since, end=until, simulated=kind, unit=unit)
    codings = tx.count(_SQL["codings"], week=week, simulated=kind, unit=unit)
    found = answers or _Answers(0, 0, 0)
    return Sums(found.settled, found.rows, found.texts, changed, asked, codings)


def responses(tx: Transaction, first: str, last: str, simulated: bool, unit: str | None = None) -> Mapping[str, int]:
    """Contacts with an answer in the weeks `first` to `last`, by journey; `unit`: whose latest answer is about it."""
    rows = tx.all(_Journey, _SQL["responses"], first=first, last=last, simulated=int(simulated), unit=unit)
    return {row.journey: row.rows for row in rows}


def masked(tx: Transaction, week: str, simulated: bool, unit: str | None = None) -> dict[str, int]:
    """Pieces masked in the week's answers: kind -> how many, by kind."""
    counts: dict[str, int] = {}
    for row in tx.each(_Masked, _SQL["masked"], week=week, simulated=int(simulated), unit=unit):
        for kind in row.masked.split():
            counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


def erased(tx: Transaction, week: str) -> Erased:
    """What this week's data file told of, and was erased since."""
    return tx.one(Erased, _SQL["erased"], week=week) or Erased(0, 0, 0)


def lost(tx: Transaction) -> list[LostWeek]:
    """Every week of which answers were erased since it was closed."""
    return tx.all(LostWeek, _SQL["lost"])


def other_kind(tx: Transaction, simulated: bool) -> int:
    """Contacts that such an edition leaves out because they are of the other kind: real ones, or simulated ones."""
    return tx.count(_SQL["other_kind"], simulated=int(simulated))


def units(tx: Transaction) -> list[str]:
    """Every unit that a contact was ever registered for, those gone from the organisation file too."""
    return sorted(row.value for row in tx.all(_Name, _SQL["units"]))
