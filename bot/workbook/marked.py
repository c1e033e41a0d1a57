"""Marked: questions that a journey marks as parts of one measure, as the persons asked rated them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.hme import SUB_INDICES
from bot.store import pairs
from bot.store.database import Transaction
from bot.store.pairs import PairCut, RatingsRow
from bot.workbook.counted import LATEST, PERIOD, Counted
from bot.workbook.paired import spans_of
from flows.journey import Journey, Question

NKI = "nki"
"""How a journey marks the three questions of an index like NKI."""


@dataclass(frozen=True, slots=True)
class Marked:
    """How the marked questions of each contact were rated together, by span."""

    rows: Mapping[str, Sequence[RatingsRow]]

    @property
    def of_period(self) -> Marked:
        """The same, of the fixed period alone; for `Counted.of_period`."""
        return Marked({**self.rows, LATEST: self.rows.get(PERIOD, ())})


def read(tx: Transaction, counts: Counted, simulated: bool) -> Marked:
    """Read them, in the spans of the counted weeks, where a journey in use has any."""
    return _of_rows(_rows(tx, counts, simulated, "")).get("", Marked({}))


def read_by_unit(tx: Transaction, counts: Counted, simulated: bool) -> dict[str, Marked]:
    """The same by unit, of the fixed period alone."""
    return {unit: found.of_period for unit, found in _of_rows(_rows(tx, counts.of_period, simulated, "unit")).items()}


def groups_of(journey: Journey) -> dict[str, list[Question]]:
    """The marked questions of a journey by their mark, in its order."""
    found: dict[str, list[Question]] = {}
    for question in journey.questions():
        if question.index in (NKI, *SUB_INDICES) and not question.retrospective:
            found.setdefault(question.index or "", []).append(question)
    return found


def complete(rows: Iterable[RatingsRow], codes: Sequence[str]) -> tuple[dict[tuple[float, ...], int], int, int]:
    """The numbers of those who answered all of these questions -> how many persons; and how many persons and contacts
    were asked any of them.
    """
    found: dict[tuple[float, ...], int] = {}
    asked = contacts = 0
    for row in rows:
        ratings = dict(each.split(":") for each in row.ratings.split())
        if not any(code in ratings for code in codes):
            continue
        asked += row.persons
        contacts += row.contacts
        numbers = [ratings.get(code) for code in codes]
        if row.persons and all(numbers):
            whole = tuple(float(number) for number in numbers if number)
            found[whole] = found.get(whole, 0) + row.persons
    return found, asked, contacts


def _rows(tx: Transaction, counts: Counted, simulated: bool, cut: PairCut) -> list[RatingsRow]:
    wanted = [
        (code, question.code)
        for code in counts.catalogue.journeys()
        for group in groups_of(counts.catalogue.latest(code)).values()
        for question in group
    ]
    return pairs.rows_of_ratings(tx, spans_of(counts), wanted, simulated, cut) if wanted else []


def _of_rows(rows: Iterable[RatingsRow]) -> dict[str, Marked]:
    found: dict[str, dict[str, list[RatingsRow]]] = {}
    for row in rows:
        found.setdefault(row.part, {}).setdefault(row.span, []).append(row)
    return {part: Marked(spans) for part, spans in found.items()}
