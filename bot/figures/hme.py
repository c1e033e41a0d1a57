"""HME: sustainable engagement of employees, nine statements in three sub-indices, from 0 to 100.

A journey marks its nine statements with `index: hme-motivation`, `index: hme-leadership` and `index: hme-steering`,
three each. Whoever left out one of three does not count in that sub-index.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.figures.index import Mean, index_of, to_index
from bot.figures.intervals import Interval
from bot.figures.means import Estimate
from bot.figures.scales import FIVE_STEPS, Scale, refuse_other

SUB_INDICES = ("hme-motivation", "hme-leadership", "hme-steering")
"""How a journey marks the statements, in the order of every row here."""

Triple = tuple[float | None, float | None, float | None]
Row = tuple[Triple, Triple, Triple]
"""One person's nine answers, by sub-index; None what was not answered."""


@dataclass(frozen=True, slots=True)
class Hme:
    """The three sub-indices and their total, from 0 to 100; each None while too little was answered.

    `n` of the total is that of the sub-index which fewest answered whole.
    """

    motivation: Mean | None
    leadership: Mean | None
    steering: Mean | None
    total: Mean | None


def hme_of(rows: Mapping[Row, int], asked: Scale) -> Hme:
    """HME of persons given as their answers -> how many gave just these.

    A sub-index is the mean, over those who answered all three of its statements, of (their mean - 1) * 25; the total
    is the mean of the three sub-indices, and None while one is missing (SKR and RKA, Hållbart medarbetarengagemang,
    skr.se; the ends of the scale by (mean - 1) * 25). The total's interval is linearised over persons (C.-E. Särndal
    et al., Model Assisted Survey Sampling, 1992, chapter 5.5), since mostly the same persons make all three; it is the
    plain t interval where everybody answered everything. ValueError off the scale from 1 to 5.
    """
    refuse_other("HME", FIVE_STEPS, asked, (n for row in rows for triple in row for n in triple if n is not None))
    scores = {row: tuple(map(_score, row)) for row in rows}
    parts = [_index((scores[row][place], rows[row]) for row in rows) for place in range(len(SUB_INDICES))]
    motivation, leadership, steering = parts
    whole = [part for part in parts if part is not None]
    if len(whole) < len(parts):
        return Hme(motivation, leadership, steering, None)
    value = math.fsum(part.value for part in whole) / len(whole)
    n = min(part.n for part in whole)
    interval = _spread(rows, scores, whole, value, n)
    return Hme(motivation, leadership, steering, Mean(n, value, interval))


def sub_index_of(rows: Mapping[Triple, int], asked: Scale) -> Mean | None:
    """One sub-index of persons given as their three answers -> how many; None where nobody answered all three.

    ValueError off the scale from 1 to 5.
    """
    refuse_other("HME", FIVE_STEPS, asked, (number for row in rows for number in row if number is not None))
    return _index((_score(row), persons) for row, persons in rows.items())


def _score(triple: Triple) -> float | None:
    answered = [number for number in triple if number is not None]
    return sum(answered) / 3 if len(answered) == len(triple) else None


def _index(scores: Iterable[tuple[float | None, int]]) -> Mean | None:
    counts: dict[float, int] = {}
    for score, persons in scores:
        if persons < 0:
            raise ValueError("fewer than no persons")
        if score is not None:
            counts[score] = counts.get(score, 0) + persons
    return index_of(counts)


def _spread(
    rows: Mapping[Row, int], scores: Mapping[Row, tuple[float | None, ...]], parts: list[Mean], value: float, n: int
) -> Interval | None:
    persons = 0
    squares: list[float] = []
    for row, times in rows.items():
        told = [
            (to_index(score) - part.value) / (len(parts) * part.n)
            for score, part in zip(scores[row], parts, strict=True)
            if score is not None
        ]
        if told:
            persons += times
            squares.append(math.fsum(told) ** 2 * times)
    if n < 2:
        return None
    interval = Estimate(value, math.sqrt(persons / (persons - 1) * math.fsum(squares)), n - 1).interval()
    return None if interval is None else Interval(max(0.0, interval.low), min(100.0, interval.high))
