"""Kappa: how far two who coded the same rows agree, beyond what chance alone would bring."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from bot.figures.intervals import CONFIDENCE, Interval


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of `n` rows: 1 is full agreement, 0 no more than chance.

    `agreed` is the share of rows with the same code, `expected` the share that chance would bring. `value` is None
    where both used one and the same code throughout: chance alone would do as well. `interval` is None too where the
    formula leaves no width.
    """

    n: int
    agreed: float
    expected: float
    value: float | None
    interval: Interval | None


def kappa_of(pairs: Mapping[tuple[str, str], int], confidence: float = CONFIDENCE) -> Kappa | None:
    """The agreement of two coders, from (first's code, second's code) -> how many rows. None without rows.

    Codes are names: no code is nearer to one than to another. (J. Cohen, Educational and Psychological Measurement 20,
    1960, p. 37; the large-sample variance of J. Fleiss, J. Cohen and B. Everitt, Psychological Bulletin 72, 1969,
    p. 323, equation 13). Rows that one of them left uncoded don't belong here. The interval is cut at -1 and 1.
    ValueError for a count under 0.
    """
    n = sum(pairs.values())
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for (one, other), rows in pairs.items():
        if rows < 0:
            raise ValueError(f"{one} and {other} cannot meet {rows} times")
        first[one] = first.get(one, 0) + rows
        second[other] = second.get(other, 0) + rows
    if n == 0:
        return None
    same = sum(rows for (one, other), rows in pairs.items() if one == other)
    by_chance = sum(rows * second.get(code, 0) for code, rows in first.items())
    agreed, expected = same / n, by_chance / n**2
    if by_chance == n**2:
        return Kappa(n, agreed, expected, None, None)
    value = (agreed - expected) / (1 - expected)
    if same == n:
        return Kappa(n, agreed, expected, 1.0, None)
    on = math.fsum(
        rows / n * (1 - (first[one] + second[one]) / n * (1 - value)) ** 2
        for (one, other), rows in pairs.items()
        if one == other and rows
    )
    off = (1 - value) ** 2 * math.fsum(
        rows / n * ((second.get(one, 0) + first.get(other, 0)) / n) ** 2
        for (one, other), rows in pairs.items()
        if one != other and rows
    )
    variance = (on + off - (value - expected * (1 - value)) ** 2) / ((1 - expected) ** 2 * n)
    # What rounding leaves of nought is no width.
    if variance <= 1e-15:
        return Kappa(n, agreed, expected, value, None)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(variance)
    return Kappa(n, agreed, expected, value, Interval(max(-1.0, value - half), min(1.0, value + half)))
