"""Medians: the middle of some values, with an interval that takes nothing for granted about how they are spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bot.figures.intervals import CONFIDENCE, Interval


@dataclass(frozen=True, slots=True)
class Median:
    """The middle of `n` values, in their own unit. `interval` is None for too few values (under 6 at 95 per cent)."""

    n: int
    value: float
    interval: Interval | None


def median_of(values: Sequence[float], confidence: float = CONFIDENCE) -> Median | None:
    """The median with the interval between two of the values themselves. None without values.

    The interval goes from the k-th smallest to the k-th largest, with the largest k for which a fair coin thrown n
    times shows fewer than k heads in at most half of 1 - confidence of all cases. (W. J. Conover, Practical
    Nonparametric Statistics, 3rd edition, 1999, section 3.2.)
    """
    n = len(values)
    if not n:
        return None
    ordered = sorted(values)
    k, below = 0, 0.0
    while 2 * (below + _heads(n, k)) <= 1 - confidence:
        below += _heads(n, k)
        k += 1
    return Median(n, median(ordered), Interval(ordered[k - 1], ordered[n - k]) if k else None)


def _heads(n: int, k: int) -> float:
    """How likely exactly k heads in n throws are. By logarithms: of many throws the numbers themselves are too long."""
    return math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
