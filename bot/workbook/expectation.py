"""Expectation: what people expected before a contact, against what the same people experienced.

Only pairs about one contact count, and nothing that was asked afterwards about the time before. The two levels can be
compared with those of everybody who was asked, and are held back where that would tell of the few who are in no pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.figures.expectation import Expectation, expectation_of
from bot.figures.index import STEP, index_of
from bot.figures.means import sample_of
from bot.figures.power import needed_for_means
from bot.figures.shares import Share
from bot.figures.suppression import ENOUGH, Showing, fewest, rounded, rounded_down, rounded_up
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.names import asked_text, journey_title, period_label, why
from bot.workbook.paired import Pair, Pairs
from bot.workbook.parts import in_fives_beside
from bot.workbook.paths import Asked, expectations
from bot.workbook.sheets import Block, Content, Form, Formed, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Figure, beside, shown_counts, shown_mean
from bot.workbook.widths import fitted

WORTH_SEEING = 0.5
"""Steps of a scale: the difference that "how many more would be needed" is told for."""

_NUMBERS = ("count", "value", "value-from", "value-to", "answers", "asked", "contacts")
_NAMES = ("number", "journey", "question", "measure", *_NUMBERS, "period", "note")

_Three = tuple[Value, Value, Value]


@dataclass(frozen=True, slots=True)
class Told:
    """One pair of questions: `figure` is how much of the difference may be shown, `levels` of the two indexes."""

    journey: str
    before: Asked
    after: Asked
    pair: Pair
    figure: Figure
    levels: Figure
    found: Expectation | None

    @property
    def audience(self) -> str:
        """Who answers."""
        return self.before.audience


def wanted(counts: Counted) -> Iterator[tuple[str, str, str]]:
    """The pairs of questions that are compared."""
    for before, after in _compared(counts):
        yield before.key.journey, before.question.code, after.question.code


def expectation(counts: Counted, pairs: Pairs, edition: Edition) -> Sheet | LeftOut:
    """The sheet: what it comes to in words, then each pair of questions with its figures."""
    return _sheet([_told(counts, pairs, before, after, edition) for before, after in _compared(counts)], edition)


def expectation_of_part(
    whole: tuple[Counted, Pairs], parts: Mapping[str, tuple[Counted, Pairs]], part: str, edition: Edition
) -> Sheet | LeftOut:
    """The sheet of one part, in fives: each figure held back beside that of all and those of the other parts."""
    if part not in parts:
        return LeftOut(edition.say("sheets.expectation"), edition.say("one-unit.nobody"))
    told = []
    for before, after in _compared(whole[0]):
        total = _told(*whole, before, after, edition)
        alone = {code: _told(*each, before, after, edition) for code, each in parts.items()}
        figures = {code: one.figure for code, one in alone.items()}
        levels = {code: one.levels for code, one in alone.items()}
        told.append(
            replace(
                alone[part],
                figure=in_fives_beside(total.figure, figures, before.audience)[part],
                levels=in_fives_beside(total.levels, levels, before.audience)[part],
            )
        )
    return _sheet(told, edition)


def _compared(counts: Counted) -> Iterator[tuple[Asked, Asked]]:
    for journey in counts.catalogue.journeys():
        yield from expectations(counts, journey)


def _sheet(told: Sequence[Told], edition: Edition) -> Sheet | LeftOut:
    say = edition.say
    if not told:
        return LeftOut(say("sheets.expectation"), say("expectation.none"))
    rows = [row for number, one in enumerate(told, start=1) for row in _rows(number, one, edition)]
    forms: dict[str, Form] = dict.fromkeys(("number", *_NUMBERS), "whole")
    blocks: list[Block] = [
        Line(say("expectation.title", week=edition.about), "title"),
        *(Line(words) for words in say.lines("expectation-lines")),
        Line(say("expectation.found"), "heading"),
        *(Line(_conclusion(one, edition)) for one in told),
        Table("expectation", fitted(_NAMES, forms, rows, say), rows),
    ]
    return Sheet(say("sheets.expectation"), tuple(blocks))


def _told(counts: Counted, pairs: Pairs, before: Asked, after: Asked, edition: Edition) -> Told:
    pair = pairs.pair(counts, after.version, before.question, after.question)
    return Told(
        journey_title(counts, before.key.journey, edition.say),
        before,
        after,
        pair,
        # The levels of all less those of the pairs tell of the persons in no pair, of each question by itself; the
        # difference alone tells of both together.
        beside(pair.figure, [sum(pair.left_over)], before.audience),
        beside(pair.figure, [sum(pair.left_over), *pair.left_over], before.audience),
        expectation_of(pair.together.persons),
    )


def _conclusion(one: Told, edition: Edition) -> str:
    say, found, how = edition.say, one.found, one.figure.showing
    where = {"journey": one.journey, "question": asked_text(edition, one.before.question)}
    if found is None or how is Showing.HIDDEN:
        if one.figure.why == "parts" or one.figure.distribution.answers >= fewest(one.audience):
            return say("expectation.held-back", **where)
        return say("expectation.few", **where, fewest=fewest(one.audience), enough=ENOUGH)
    difference, interval = _difference(found), found.difference.interval() if found.difference else None
    n, _, _ = shown_counts(one.figure, one.audience, say)
    if interval is not None and (interval.low > 0 or interval.high < 0):
        low, high = STEP * interval.low, STEP * interval.high
        ends = (rounded_down(low), rounded_up(high)) if how is Showing.FEW else (round(low), round(high))
        value = rounded(difference) if how is Showing.FEW else round(difference)
        words = say("expectation.better" if difference > 0 else "expectation.worse", **where, n=n)
        return f"{words} {say('expectation.by', value=f'{value:+d}', low=f'{ends[0]:+d}', high=f'{ends[1]:+d}')}"
    if how is Showing.FEW:
        name = "unclear-few" if one.figure.why == "few" else "unclear-fives"
        return say(f"expectation.{name}", **where, n=n, enough=ENOUGH)
    needed = _needed(one)
    if needed is None or needed <= found.n:
        return say("expectation.alike", **where, n=n)
    return say("expectation.unclear", **where, n=n, needed=needed, steps=say("expectation.half-a-step"))


def _needed(one: Told) -> int | None:
    # Of paired answers only the spread of their differences counts, and there is one group.
    differences: dict[float, int] = {}
    for (expected, experienced), persons in one.pair.together.persons.items():
        step = experienced - expected
        differences[step] = differences.get(step, 0) + persons
    sample = sample_of(differences)
    return needed_for_means(WORTH_SEEING, sample.deviation, 0.0) if sample and sample.deviation else None


def _rows(number: int, one: Told, edition: Edition) -> Iterator[Sequence[Content]]:
    say, found = edition.say, one.found
    texts = (asked_text(edition, one.before.question), asked_text(edition, one.after.question))
    where = (number, one.journey)
    time = period_label(one.pair.weeks)
    levels, counts = shown_counts(one.levels, one.audience, say), shown_counts(one.figure, one.audience, say)
    sides = (_side(one.pair, 0), _side(one.pair, 1))
    for name, question, numbers in zip(("expected", "experienced"), texts, sides, strict=True):
        value = shown_mean(index_of(numbers), one.levels.showing)
        note = why(one.levels, one.audience, say)
        yield (*where, question, say.label("measures", name), None, *value, *levels, time, note)
    note = why(one.figure, one.audience, say)
    shown = _shown_difference(found, one.figure.showing)
    yield (*where, None, say.label("measures", "difference"), None, *shown, *counts, time, note)
    whole = one.figure.showing is Showing.WHOLE
    for name in ("better", "alike", "worse"):
        share: Share | None = getattr(found, name) if found and whole else None
        cells: Sequence[Content] = (say("journey.gap"), None, None, None)
        if share is not None:
            three = (share.value, share.interval.low, share.interval.high)
            cells = (share.count, *(Formed(number, "share") for number in three))
        few = say("notes.few-words") if one.figure.showing is Showing.FEW and one.figure.why == "few" else note
        yield (*where, None, say.label("measures", name), *cells, *counts, time, few)


def _side(pair: Pair, side: int) -> dict[float, int]:
    counts: dict[float, int] = {}
    for numbers, persons in pair.together.persons.items():
        counts[numbers[side]] = counts.get(numbers[side], 0) + persons
    return counts


def _difference(found: Expectation) -> float:
    return STEP * found.mean


def _shown_difference(found: Expectation | None, how: Showing) -> _Three:
    if found is None or how is Showing.HIDDEN:
        return (None, None, None)
    interval = found.difference.interval() if found.difference else None
    value = _difference(found)
    low, high = (STEP * interval.low, STEP * interval.high) if interval else (None, None)
    if how is Showing.WHOLE or low is None or high is None:
        return (value if how is Showing.WHOLE else rounded(value), low, high)
    return (rounded(value), rounded_down(low), rounded_up(high))
