"""Pairs: answers of the same contact counted together, two by two or all its ratings in a row. Never a person.

What belongs together can come in different weeks: an expectation on Friday, the experience on Tuesday. It counts for
the week of the later answer; the earlier one stands as it did when the span ended. Never decides what may be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.tallies import Spans

_SQL = queries("pairs.sql")

PairCut = Literal["", "unit"]
"""What rows are counted by; "": nothing, so that the one part is ''."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """So many persons and contacts settled two questions about one contact in this way.

    Numbers where both were `answered`, else None. `inside`: of so many of the persons the first answer is of the span,
    too, and not of a week before it.
    """

    span: str
    part: str
    fingerprint: str
    first: str
    second: str
    answered: int
    first_number: float | None
    second_number: float | None
    persons: int
    contacts: int
    inside: int


@dataclass(frozen=True, slots=True)
class RatingsRow:
    """So many persons and contacts rated the questions of one contact in this way.

    `ratings` are "question:number" with blanks between; without a number where it was put and not answered.
    """

    span: str
    part: str
    fingerprint: str
    ratings: str
    persons: int
    contacts: int


def pairs(
    tx: Transaction, spans: Spans, wanted: Iterable[tuple[str, str, str]], simulated: bool, cut: PairCut = ""
) -> list[PairRow]:
    """How the `wanted` pairs (journey, first, second question) were settled whose second answer is of the span.

    One contact a person and part: the latest of which both were answered. Corrections are applied, in the span to the
    second answer, up to its end to the first. What was asked afterwards about the time before is left out.
    """
    return tx.all(PairRow, _SQL["pairs"], **_named(spans, wanted, simulated, cut))


def rows_of_ratings(
    tx: Transaction, spans: Spans, wanted: Iterable[tuple[str, str]], simulated: bool, cut: PairCut = ""
) -> list[RatingsRow]:
    """How the `wanted` questions (journey, question) of each contact were rated up to the end of each span in which one
    of them was settled.

    One contact a person and part: the latest that was rated at all. What was asked afterwards about the time before is
    left out.
    """
    return tx.all(RatingsRow, _SQL["rows"], **_named(spans, wanted, simulated, cut))


def _named(spans: Spans, wanted: Iterable[tuple[str, ...]], simulated: bool, cut: PairCut) -> dict[str, str | int]:
    weeks = [(week, span, max(members)) for span, members in spans.items() for week in members]
    return {"spans": json.dumps(weeks), "wanted": json.dumps(list(wanted)), "simulated": int(simulated), "cut": cut}
