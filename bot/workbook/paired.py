"""Paired: two questions of the same contacts, counted together; for sheets that compare them.

A pair counts for the week of its second answer. It is told of the weeks that its own number of persons allows, by the
rules of any single question: the latest four where each of them has enough pairs, else the fixed period. There are
never more pairs than answers to either question, so that nothing is told of fewer persons than either would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.figures.distribution import Distribution
from bot.figures.periods import latest_period
from bot.store import pairs
from bot.store.database import Transaction
from bot.store.pairs import PairRow
from bot.store.tallies import Spans
from bot.workbook.catalogue import Catalogue, Version
from bot.workbook.counted import LATEST, PERIOD, Counted
from bot.workbook.entries import answers_told, newest_once
from bot.workbook.shown import Figure, Key
from flows.journey import Question


@dataclass(frozen=True, slots=True)
class Together:
    """Both answers of the same persons: (first, second) -> how many. `inside`: the first of them is of the span too."""

    persons: Mapping[tuple[float, float], int] = field(default_factory=dict)
    inside: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of questions at one time. `figure` counts the persons who answered both.

    `left_over` are the persons of each question's own figure of the same weeks who are in no pair (of the first, also
    those whose first answer is of a week before): what both figures tell when one is taken from the other.
    """

    first: Question
    second: Question
    figure: Figure
    weeks: tuple[str, ...]
    together: Together
    left_over: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every pair that was asked for, by span."""

    spans: Mapping[str, Mapping[Key, Distribution]]
    together: Mapping[str, Mapping[Key, Together]]

    def pair(self, counts: Counted, version: Version, first: Question, second: Question) -> Pair:
        """What may be told of a pair, of the newest weeks that it may be told of."""
        journey = version.journey
        key = _key(journey.code, first, second)
        own = replace(
            counts,
            by_week={week: self.spans.get(week, {}) for week in counts.by_week},
            whole=self.spans.get(PERIOD, {}),
            recent=self.spans.get(LATEST, {}),
        )
        figure, weeks = newest_once(own, key, journey.audience)
        together = self.together.get(LATEST if weeks == counts.latest else PERIOD, {}).get(key, Together())
        answers = [
            answers_told(counts, Key(journey.code, one.code, one.version, False), journey.audience, weeks)
            for one in (first, second)
        ]
        count = figure.distribution.answers
        left_over = (max(0, answers[0] - 2 * together.inside + count), max(0, answers[1] - count))
        return Pair(first, second, figure, weeks, together, left_over)


def spans_of(counts: Counted) -> Spans:
    """The spans that figures of several weeks are chosen from, and each of their weeks by itself."""
    period = latest_period(counts.week)
    each = sorted({*period, *counts.latest, counts.week})
    return {PERIOD: period, LATEST: counts.latest, **{one: (one,) for one in each}}


def read(tx: Transaction, counts: Counted, wanted: Iterable[tuple[str, str, str]], simulated: bool) -> Pairs:
    """Read pairs of questions, each as (journey, first, second question), in the spans of the counted weeks."""
    rows = pairs.pairs(tx, spans_of(counts), dict.fromkeys(wanted), simulated)
    gathered: dict[str, dict[Key, list[PairRow]]] = {}
    for row in rows:
        key = _key_of(row, counts.catalogue)
        if key is not None:
            gathered.setdefault(row.span, {}).setdefault(key, []).append(row)
    return Pairs(
        {span: {key: _distribution(found) for key, found in keys.items()} for span, keys in gathered.items()},
        {span: {key: _together(found) for key, found in keys.items()} for span, keys in gathered.items()},
    )


def _key_of(row: PairRow, catalogue: Catalogue) -> Key | None:
    first = catalogue.question(row.fingerprint, row.first)
    second = catalogue.question(row.fingerprint, row.second)
    if first is None or second is None or first.retrospective or second.retrospective:
        return None
    return _key(catalogue.versions[row.fingerprint].journey.code, first, second)


def _key(journey: str, first: Question, second: Question) -> Key:
    # Codes have no blanks: no two pairs have the same name.
    return Key(journey, f"{first.code} {first.version} {second.code}", second.version, False)


def _distribution(rows: Sequence[PairRow]) -> Distribution:
    return Distribution(
        answers=sum(row.persons for row in rows if row.answered),
        asked=sum(row.persons for row in rows),
        contacts=sum(row.contacts for row in rows),
    )


def _together(rows: Sequence[PairRow]) -> Together:
    persons: dict[tuple[float, float], int] = {}
    for row in rows:
        if row.first_number is not None and row.second_number is not None and row.persons:
            numbers = (row.first_number, row.second_number)
            persons[numbers] = persons.get(numbers, 0) + row.persons
    return Together(persons, sum(row.inside for row in rows if row.answered))
