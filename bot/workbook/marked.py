"""Marked: questions that a journey marks as parts of one measure, as the persons asked rated them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.hme import SUB_INDICES
from bot.store import pairs
from bot.store.database import Transaction
from bot.store.pairs import RatingsRow
from bot.workbook.counted import Counted
from bot.workbook.paired import spans_of
from flows.journey import Journey, Question

NKI = "nki"
"""How a journey marks the three questions of an index like NKI."""


@dataclass(frozen=True, slots=True)
class Marked:
    """How the marked questions of each contact were rated together, by span."""

    rows: Mapping[str, Sequence[RatingsRow]]


def read(tx: Transaction, counts: Counted, simulated: bool) -> Marked:
    """Read them, in the spans of the counted weeks, where a journey in use has any."""
    wanted = [
        (code, question.code)
        for code in counts.catalogue.journeys()
        for group in groups_of(counts.catalogue.latest(code)).values()
        for question in group
    ]
    found: dict[str, list[RatingsRow]] = {}
    for row in pairs.rows_of_ratings(tx, spans_of(counts), wanted, simulated) if wanted else []:
        found.setdefault(row.span, []).append(row)
    return Marked(found)


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
