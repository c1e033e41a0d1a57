"""Intervals: how far a share or a mean could be off. Two-sided, 95 % unless told otherwise.

They describe chance alone. Never what those who did not answer would have said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, in the unit of the figure it belongs to."""

    low: float
    high: float


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """The interval of a share, as fractions from 0 to 1.

    Wilson's score interval without continuity correction (E. B. Wilson, JASA 22, 1927, p. 209). ValueError
    unless 0 <= successes <= n and n > 0.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"no share of {successes} in {n}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    # At the ends the formula gives 0 and 1, but for what is lost in rounding.
    low = 0.0 if successes == 0 else max(0.0, (middle - half) / below)
    high = 1.0 if successes == n else min(1.0, (middle + half) / below)
    return Interval(low, high)


def of_mean(mean: float, deviation: float, n: int, confidence: float = CONFIDENCE) -> Interval | None:
    """The interval of a mean: Student's t with n - 1 degrees of freedom, `deviation` with n - 1 below the
    line.

    None under two values: one value says nothing about spread. Where all values are equal the interval has no
    width.
    """
    if n < 2:
        return None
    half = t_quantile(0.5 + confidence / 2, n - 1) * deviation / math.sqrt(n)
    return Interval(mean - half, mean + half)


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: int) -> float:
    """The value that Student's t stays under with this probability (between 0 and 1, neither included).

    Bisection on the distribution function, which is a regularised incomplete beta function (DLMF 8.17.1; the
    t distribution as in Abramowitz and Stegun 26.7.1). Within 1e-10. ValueError outside its domain.
    """
    if not 0 < probability < 1 or degrees < 1:
        raise ValueError(f"no t quantile for probability {probability} and {degrees} degrees of freedom")
    if probability < 0.5:
        return -t_quantile(1 - probability, degrees)
    low, high = 0.0, 1.0
    while _t_below(high, degrees) < probability:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if high - low < 1e-12 * max(1.0, middle):
            break
        if _t_below(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t_below(t: float, degrees: int) -> float:
    return 1 - _beta_part(degrees / (degrees + t * t), degrees / 2, 0.5) / 2


def _beta_part(x: float, a: float, b: float) -> float:
    # The regularised incomplete beta function; its fraction converges fast only on one side of the turning
    # point.
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    # The continued fraction DLMF 8.17.22, evaluated by Lentz's method.
    tiny = 1e-300
    numerator, below = 1.0, 1 - (a + b) * x / (a + 1)
    denominator = 1 / (below if abs(below) > tiny else tiny)
    value = denominator
    for m in range(1, 500):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below = 1 + term * denominator
            denominator = 1 / (below if abs(below) > tiny else tiny)
            numerator = 1 + term / numerator
            numerator = numerator if abs(numerator) > tiny else tiny
            change = numerator * denominator
            value *= change
        if abs(change - 1) < 1e-15:
            break
    return value
