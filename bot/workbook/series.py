"""Series: what was answered in each of the latest 26 weeks, and in each fixed period within them.

Each figure is held back as in the report of its own week, by `shown`: side by side they tell nothing that those
reports don't. Where answers were erased since, the exact figure of then less the exact one of now would be those
answers: it is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.figures.distribution import Distribution
from bot.figures.periods import WEEKS, number_of, week_of
from bot.store import tallies
from bot.store.database import Transaction
from bot.store.tallies import FunnelRow
from bot.workbook.counted import Counted, lost
from bot.workbook.shown import Distributions, Figure, Key, Lost, distributions, in_fives, of_period, of_week
from flows.journey import Question

LENGTH = 26
"""Weeks that a series looks back: half a year, the latest week included."""

Period = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """`weeks` and the `periods` that lie whole within them, the oldest first.

    Of the last two of both every question, of those before the main ones alone.
    `units` and `services` are the contacts of each week (`span`) by their code (`part`); `erased` are weeks of
    which answers were erased since they were closed.
    """

    weeks: tuple[str, ...]
    periods: tuple[Period, ...]
    by_week: Mapping[str, Distributions]
    by_period: Mapping[Period, Distributions]
    units: Sequence[FunnelRow]
    services: Sequence[FunnelRow]
    erased: Lost

    def of_week(self, week: str, key: Key, audience: str) -> Figure | None:
        """A question's figure of one week, as it may be shown; None where nobody was asked."""
        return self._kept((week,), key, self.as_counted((week,), key, audience))

    def of_period(self, period: Period, key: Key, audience: str) -> Figure | None:
        """A question's figure of one fixed period, as it may be shown; None where nobody was asked."""
        return self._kept(period, key, self.as_counted(period, key, audience))

    def as_counted(self, span: Period, key: Key, audience: str) -> Figure | None:
        """The same, a week or a period, as its own report would show it were it made now; to compare, not to show."""
        if len(span) == 1:
            week = self.by_week[span[0]].get(key)
            return None if week is None else of_week(week, audience)
        found = self.by_period[span].get(key)
        if found is None:
            return None
        return of_period(found, self._weeks(span, key), audience)

    def lost(self, span: Period, key: Key) -> bool:
        """Whether the figure of this week or period was told with answers erased since: it is shown in fives only."""
        if len(span) == 1:
            return self.erased.from_week(span[0])
        return self.erased.from_period(span, self._weeks(span, key))

    def _weeks(self, span: Period, key: Key) -> list[Distribution]:
        return [self.by_week[week].get(key, Distribution()) for week in span]

    def _kept(self, span: Period, key: Key, figure: Figure | None) -> Figure | None:
        return in_fives(figure) if figure is not None and self.lost(span, key) else figure


def read(tx: Transaction, counts: Counted, zone: ZoneInfo, simulated: bool) -> Series:
    """The series that ends with the counted week."""
    last = number_of(counts.week)
    weeks = tuple(week_of(number) for number in range(last - LENGTH + 1, last + 1))
    end = (last + 1) // WEEKS * WEEKS
    begins = reversed(range(end - WEEKS, last - LENGTH, -WEEKS))
    periods = tuple(tuple(week_of(number) for number in range(begin, begin + WEEKS)) for begin in begins)
    spans = {week: (week,) for week in weeks} | {_name(period): period for period in periods}
    # Changes need every question, but only lately; the trend goes far back, but with few.
    late = {*weeks[-2:], *(name for period in periods[-2:] for name in (_name(period), *period))}
    lately = {name: members for name, members in spans.items() if name in late}
    earlier = {name: members for name, members in spans.items() if name not in late}
    main = {
        question.code
        for version in counts.catalogue.versions.values()
        for question in version.questions.values()
        if is_main(question)
    }
    rows: dict[str, list[tallies.TallyRow]] = {name: [] for name in spans}
    for row in (*tallies.tallies(tx, lately, simulated), *tallies.tallies(tx, earlier, simulated, questions=main)):
        rows[row.span].append(row)
    return Series(
        weeks,
        periods,
        {week: distributions(rows[week], counts.catalogue) for week in weeks},
        {period: distributions(rows[_name(period)], counts.catalogue) for period in periods},
        tallies.funnel(tx, weeks, counts.week, zone, simulated, "unit"),
        tallies.funnel(tx, weeks, counts.week, zone, simulated, "service"),
        lost(tx),
    )


def is_main(question: Question) -> bool:
    """Whether a question is followed over the half-year: a point of the curve, or about trust."""
    return question.kind == "scale" and (question.curve or question.scale == "trust")


def _name(period: Period) -> str:
    return f"{period[0]}..{period[-1]}"
