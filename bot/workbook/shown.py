"""What may be shown: the distribution of each question for a week and for a four-week period, with how much of it.

A week is shown whole or not at all: under 30 persons there are only fixed periods. A period yields to the weeks already
shown beside it. The latest weeks together are shown only where each of them is, so that they tell nothing that single
weeks don't. Every report of a year obeys this together, not each on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.figures.distribution import Distribution, Tally, added, distribution
from bot.figures.index import Mean
from bot.figures.suppression import (
    ENOUGH,
    Showing,
    fewest,
    rounded,
    rounded_down,
    rounded_up,
    showing,
    with_weeks,
)
from bot.store.tallies import TallyRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.cells import Value
from bot.workbook.texts import Texts

Why = Literal[
    "",
    "few",
    "protected",
    "hidden",
    "week-few",
    "derived",
    "parts",
    "parts-few",
    "span",
    "quarter",
    "quarter-few",
    "quarter-derived",
    "erased",
]
"""Why less than all is shown."""


@dataclass(frozen=True, slots=True)
class Key:
    """One question of one journey, in one meaning. `afterwards`: asked about a time that was over."""

    journey: str
    question: str
    version: int
    afterwards: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A distribution, and how much of it may be shown."""

    showing: Showing
    why: Why
    distribution: Distribution


@dataclass(frozen=True, slots=True)
class Lost:
    """Weeks of which answers were erased since they were closed; `told`: since their fixed period had been told of.

    What was told exactly and is told exactly again, without the erased, would give them by subtraction. What was told
    nowhere yet stands as it is.
    """

    weeks: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    def held_back(self, figure: Figure, span: Sequence[str], weeks: Sequence[Distribution]) -> Figure:
        """The figure of one week or several (`span`), in fives where it may have been told with what was erased.

        That is where its period was told of with it, or else each of its `weeks` was, which it adds up.
        """
        told = not self.told.isdisjoint(span) or (_adds_up(weeks) and not self.weeks.isdisjoint(span))
        if told and figure.showing is Showing.WHOLE:
            return replace(figure, showing=Showing.FEW, why="erased")
        return figure


Distributions = Mapping[Key, Distribution]


def distributions(rows: Iterable[TallyRow], catalogue: Catalogue) -> Distributions:
    """Tallies of some weeks, brought together by question; of versions with one meaning, together."""
    gathered: dict[Key, list[Tally]] = {}
    for row in rows:
        question = catalogue.question(row.fingerprint, row.question)
        if question is None:
            continue  # an answer that no version explains has no text to stand beside it; the data file counts it
        afterwards = bool(row.retrospective) or question.retrospective
        key = Key(catalogue.versions[row.fingerprint].journey.code, row.question, question.version, afterwards)
        codes = tuple(row.codes.split())
        number = row.number
        if number is None and len(codes) == 1:
            choice = question.choice(codes[0])
            number = float(choice.number) if choice is not None and choice.number is not None else None
        gathered.setdefault(key, []).append(Tally(row.persons, bool(row.answered), codes, number, row.contacts))
    return {key: distribution(tallies) for key, tallies in gathered.items()}


def of_week(week: Distribution, audience: str) -> Figure:
    """How much of one week's distribution may be shown: all from 30 persons on, else nothing."""
    if showing(week.answers, audience) is Showing.WHOLE:
        return Figure(Showing.WHOLE, "", week)
    return Figure(Showing.HIDDEN, "hidden" if week.answers < fewest(audience) else "week-few", week)


def of_period(period: Distribution, weeks: Sequence[Distribution], audience: str) -> Figure:
    """How much of a period's distribution may be shown, its `weeks` having been shown as `of_week` says.

    Where every week is shown, it is its weeks added up: who answered in several would else be told of by those less it.
    """
    counts = [week.answers for week in weeks]
    if _adds_up(weeks):
        return Figure(Showing.WHOLE, "", added(weeks))
    shown = sum(count for count in counts if count >= ENOUGH)
    hidden = 0
    if shown:
        # Who answered in several weeks counts once in the period. Where that leaves nobody over, the answers that the
        # period took from a hidden week instead still tell about its persons.
        left = period.answers - shown
        hidden = left if left > 0 else max((count for count in counts if count < ENOUGH), default=0)
    how = with_weeks(period.answers, hidden, audience)
    if how is Showing.WHOLE:
        return Figure(how, "", period)
    if how is Showing.FEW:
        return Figure(how, "few" if period.answers < ENOUGH else "protected", period)
    return Figure(how, "hidden" if period.answers < fewest(audience) else "derived", period)


def of_latest(weeks: Sequence[Distribution], audience: str) -> Figure | None:
    """The latest weeks added up, whole; None where one of the `weeks` can't be shown by itself.

    Rolling: this week's less last week's gives single weeks back, which therefore must be large enough themselves.
    """
    asked = [week for week in weeks if week.answers]
    if not asked or any(of_week(week, audience).showing is not Showing.WHOLE for week in asked):
        return None
    return Figure(Showing.WHOLE, "", added(weeks))


def beside(figure: Figure, left_over: Iterable[int], audience: str) -> Figure:
    """A figure about some of the persons of others that are told too.

    Each of those less this one tells of the persons it leaves over: they must be nobody, or enough for as much.
    """
    groups = [with_weeks(figure.distribution.answers, persons, audience) for persons in left_over if persons > 0]
    return _at_most(figure, groups, "parts", "parts-few")


def in_a_row(figures: Sequence[Figure]) -> list[Figure]:
    """Figures of which each is about those whom the ones before it left over: whole only where all of them are.

    What is held back could be counted as what came into it less what came out of it.
    """
    if all(figure.showing is Showing.WHOLE or not figure.distribution.answers for figure in figures):
        return list(figures)
    return [_at_most(figure, [Showing.FEW], "parts", "parts-few") for figure in figures]


def shown_mean(mean: Mean | None, how: Showing) -> tuple[float | None, float | None, float | None]:
    """A mean and its interval as they may be shown: whole, rounded to fives, or not at all."""
    if mean is None or how is Showing.HIDDEN:
        return (None, None, None)
    if how is Showing.WHOLE:
        return (mean.value, *((mean.interval.low, mean.interval.high) if mean.interval else (None, None)))
    if mean.interval is None:
        return (rounded(mean.value), None, None)
    return (rounded(mean.value), rounded_down(mean.interval.low), rounded_up(mean.interval.high))


def shown_counts(figure: Figure, audience: str, say: Texts) -> tuple[Value, Value, Value]:
    """Answers, persons asked and contacts as they may be shown, in words ("under 7") where they are too few."""
    # A question put only after a certain answer tells by its count how many gave that answer: no small count is exact.
    if figure.showing is Showing.HIDDEN:
        few = fewest(audience)
        # Beside others, "under 7" would tell which of several hidden ones is the small one.
        under = figure.why != "parts" and figure.distribution.answers < few
        return (say("notes.under", fewest=few) if under else None, None, None)
    counts = (figure.distribution.answers, figure.distribution.asked, figure.distribution.contacts)
    if figure.showing is Showing.FEW:
        return (rounded_up(counts[0]), rounded_up(counts[1]), rounded_up(counts[2]))
    return counts


def _at_most(figure: Figure, ways: Iterable[Showing], hidden: Why, few: Why) -> Figure:
    how = min((figure.showing, *ways), key=(Showing.HIDDEN, Showing.FEW, Showing.WHOLE).index)
    if how is figure.showing:
        return figure
    return replace(figure, showing=how, why=hidden if how is Showing.HIDDEN else few)


def _adds_up(weeks: Sequence[Distribution]) -> bool:
    counts = [week.answers for week in weeks if week.answers]
    return bool(counts) and all(count >= ENOUGH for count in counts)
