"""Series: what was answered in each of the latest 26 weeks, and in each fixed period within them.

Each figure is held back as in the report of its own week: side by side they tell nothing that those reports don't. So
is a unit's, as beside the other units of that period, and it has no figures of weeks. Where answers were erased since,
the exact figure of then less the exact one of now would be those answers: it is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from zoneinfo import ZoneInfo

from bot.figures.distribution import Distribution
from bot.figures.periods import WEEKS, number_of, week_of
from bot.store import tallies
from bot.store.database import Transaction
from bot.store.tallies import Cut, FunnelRow, TallyRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.counted import Counted
from bot.workbook.parts import held_in
from bot.workbook.quarterly import of_tallies
from bot.workbook.shown import Distributions, Figure, Key, distributions, of_period, of_week
from flows.journey import Question

LENGTH = 26
"""Weeks that a series looks back: half a year, the latest week included."""

Period = tuple[str, ...]

Figures = Mapping[Key, Figure]


@dataclass(frozen=True, slots=True)
class Series:
    """`weeks` and the `periods` that lie whole within them, the oldest first.

    `told` are the figures of each week (a span of one) and period, as they may be shown; `counted` the same, not held
    back for what was erased since: to compare, not to show. Of the last two of both every question, of those before
    the main ones alone.

    `units` and `services` are the contacts of each week (`span`) by their code (`part`), of all units together.
    """

    weeks: tuple[str, ...]
    periods: tuple[Period, ...]
    told: Mapping[Period, Figures]
    counted: Mapping[Period, Figures]
    units: Sequence[FunnelRow] = ()
    services: Sequence[FunnelRow] = ()

    def of(self, span: Period, key: Key) -> Figure | None:
        """A question's figure of a week or a fixed period, as it may be shown; None where nobody was asked."""
        return self.told.get(span, {}).get(key)

    def as_counted(self, span: Period, key: Key) -> Figure | None:
        """The same, not held back for what was erased since; to compare, not to show."""
        return self.counted.get(span, {}).get(key)

    def lost(self, span: Period, key: Key) -> bool:
        """Whether the figure of this week or period was told with answers erased since: it is shown in fives only."""
        told, counted = self.of(span, key), self.as_counted(span, key)
        return told is not None and counted is not None and told.showing is not counted.showing


def read(tx: Transaction, counts: Counted, zone: ZoneInfo, simulated: bool) -> Series:
    """The series of all units together that ends with the counted week."""
    last = number_of(counts.week)
    weeks = tuple(week_of(number) for number in range(last - LENGTH + 1, last + 1))
    periods = _periods(counts.week)
    spans = _spans(weeks, periods)
    rows: dict[str, list[TallyRow]] = {name: [] for name in spans}
    for row in _rows(tx, counts, weeks, periods, simulated, ""):
        rows[row.span].append(row)
    found = {span: distributions(rows[name], counts.catalogue) for name, span in spans.items()}
    counted = _alone(found, counts.catalogue)
    return Series(
        weeks=weeks,
        periods=periods,
        told={
            span: {key: counts.erased.held_back(figure, span, _weeks(found, span, key)) for key, figure in each.items()}
            for span, each in counted.items()
        },
        counted=counted,
        units=tallies.funnel(tx, weeks, counts.week, zone, simulated, "unit"),
        services=tallies.funnel(tx, weeks, counts.week, zone, simulated, "service"),
    )


def read_unit(tx: Transaction, counts: Counted, unit: str, simulated: bool) -> Series:
    """The series of one unit: the periods of that half-year, each beside the other units, and none of its weeks."""
    periods = _periods(counts.week)
    together = _by_part(tx, counts, periods, simulated, "")
    units = _by_part(tx, counts, periods, simulated, "unit")
    told, counted = {}, {}
    for period, whole, parts in zip(periods, together, units, strict=True):
        if not whole:
            continue
        told[period] = held_in(
            replace(whole[""], erased=counts.erased),
            {code: replace(part, erased=counts.erased) for code, part in parts.items()},
            unit,
        )
        counted[period] = held_in(whole[""], parts, unit)
    return Series(tuple(chain.from_iterable(periods)), periods, told, counted)


def is_main(question: Question) -> bool:
    """Whether a question is followed over the half-year: a point of the curve, or about trust."""
    return question.kind == "scale" and (question.curve or question.scale == "trust")


def _periods(week: str) -> tuple[Period, ...]:
    last = number_of(week)
    end = (last + 1) // WEEKS * WEEKS
    begins = reversed(range(end - WEEKS, last - LENGTH, -WEEKS))
    return tuple(tuple(week_of(number) for number in range(begin, begin + WEEKS)) for begin in begins)


def _spans(weeks: Sequence[str], periods: Sequence[Period]) -> dict[str, Period]:
    # By the names that `of_tallies` knows them by.
    return {str(place): period for place, period in enumerate(periods)} | {week: (week,) for week in weeks}


def _rows(
    tx: Transaction, counts: Counted, weeks: Sequence[str], periods: Sequence[Period], simulated: bool, cut: Cut
) -> Iterator[TallyRow]:
    # Changes need every question, but only lately; the trend goes far back, but with few.
    last_two = range(len(periods))[-2:]
    late = {*weeks[-2:], *map(str, last_two), *chain.from_iterable(periods[-2:])}
    spans = _spans(weeks, periods)
    lately = {name: span for name, span in spans.items() if name in late}
    earlier = {name: span for name, span in spans.items() if name not in late}
    main = {
        question.code
        for version in counts.catalogue.versions.values()
        for question in version.questions.values()
        if is_main(question)
    }
    yield from tallies.tallies(tx, lately, simulated, cut)
    yield from tallies.tallies(tx, earlier, simulated, cut, main)


def _by_part(
    tx: Transaction, counts: Counted, periods: Sequence[Period], simulated: bool, cut: Cut
) -> Sequence[Mapping[str, Counted]]:
    rows = _rows(tx, counts, list(chain.from_iterable(periods)), periods, simulated, cut)
    return of_tallies(list(rows), periods, counts.catalogue).periods


def _alone(found: Mapping[Period, Distributions], catalogue: Catalogue) -> dict[Period, dict[Key, Figure]]:
    audiences = {
        (code, question.code, question.version): version.journey.audience
        for code in catalogue.journeys()
        for version, question in catalogue.questions(code)
    }
    figures: dict[Period, dict[Key, Figure]] = {span: {} for span in found}
    for span, each in found.items():
        for key, own in each.items():
            audience, weeks = audiences[key.journey, key.question, key.version], _weeks(found, span, key)
            figures[span][key] = of_week(own, audience) if len(span) == 1 else of_period(own, weeks, audience)
    return figures


def _weeks(found: Mapping[Period, Distributions], span: Period, key: Key) -> list[Distribution]:
    return [found[week,].get(key, Distribution()) for week in span]
