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
from bot.workbook.parts import figures_beside
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
    """Every pair that was asked for, by span. `held`: of a part, what may be shown of each beside the other parts, as
    `Counted.held`.
    """

    spans: Mapping[str, Mapping[Key, Distribution]]
    together: Mapping[str, Mapping[Key, Together]]
    held: Mapping[Key, Figure] | None = None

    @property
    def of_period(self) -> Pairs:
        """The same, of the fixed period alone; for `Counted.of_period`."""
        return replace(
            self,
            spans={**self.spans, LATEST: self.spans.get(PERIOD, {})},
            together={**self.together, LATEST: self.together.get(PERIOD, {})},
        )

    def pair(self, counts: Counted, version: Version, first: Question, second: Question) -> Pair:
        """What may be told of a pair, of the newest weeks that it may be told of."""
        journey = version.journey
        key = _key(journey.code, first, second)
        figure, weeks = newest_once(self.counted(counts), key, journey.audience)
        together = self.together.get(LATEST if weeks == counts.latest else PERIOD, {}).get(key, Together())
        answers = [
            answers_told(counts, Key(journey.code, one.code, one.version, False), journey.audience, weeks)
            for one in (first, second)
        ]
        count = figure.distribution.answers
        left_over = (max(0, answers[0] - 2 * together.inside + count), max(0, answers[1] - count))
        return Pair(first, second, figure, weeks, together, left_over)

    def counted(self, counts: Counted) -> Counted:
        """The pairs as if each were a question."""
        return replace(
            counts,
            by_week={week: self.spans.get(week, {}) for week in counts.by_week},
            whole=self.spans.get(PERIOD, {}),
            recent=self.spans.get(LATEST, {}),
            held=self.held,
        )


def spans_of(counts: Counted) -> Spans:
    """The spans that figures of several weeks are chosen from, and each of their weeks by itself."""
    period = latest_period(counts.week)
    each = sorted({*period, *counts.latest, counts.week})
    return {PERIOD: period, LATEST: counts.latest, **{one: (one,) for one in each}}


def read(tx: Transaction, counts: Counted, wanted: Iterable[tuple[str, str, str]], simulated: bool) -> Pairs:
    """Read pairs of questions, each as (journey, first, second question), in the spans of the counted weeks."""
    return _of_rows(pairs.pairs(tx, spans_of(counts), dict.fromkeys(wanted), simulated), counts.catalogue)


def read_by_unit(
    tx: Transaction, counts: Counted, wanted: Iterable[tuple[str, str, str]], simulated: bool
) -> dict[str, Pairs]:
    """The same by unit, of the fixed period alone."""
    found: dict[str, list[PairRow]] = {}
    for row in pairs.pairs(tx, spans_of(counts.of_period), dict.fromkeys(wanted), simulated, "unit"):
        found.setdefault(row.part, []).append(row)
    return {unit: _of_rows(rows, counts.catalogue).of_period for unit, rows in found.items()}


def beside(whole: tuple[Counted, Pairs], parts: Mapping[str, tuple[Counted, Pairs]], part: str) -> Pairs:
    """The pairs of one part as they may be shown beside those of all and of the other parts; of the fixed period."""
    total = whole[1].counted(whole[0])
    audiences = {code: total.catalogue.latest(code).audience for code in total.catalogue.journeys()}
    alone = {code: pairs.counted(counts) for code, (counts, pairs) in parts.items()}
    figures = {
        key: figures_beside(total, alone, key, audiences[key.journey])
        for key in total.whole
        if key.journey in audiences
    }
    held = {key: shown[part] for key, shown in figures.items() if part in shown}
    return replace(parts[part][1], held=held) if part in parts else Pairs({}, {}, {})


def _of_rows(rows: Iterable[PairRow], catalogue: Catalogue) -> Pairs:
    gathered: dict[str, dict[Key, list[PairRow]]] = {}
    for row in rows:
        key = _key_of(row, catalogue)
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
