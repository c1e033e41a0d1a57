"""Intervals: how far a share or a mean could be off. Two-sided, 95 % unless told otherwise.

They describe chance alone. Never what those who did not answer would have said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

CONFIDENCE = 0.95
MANY_DEGREES = 20_000
"""Of freedom: from here on Student's t is reckoned by way of the normal distribution."""


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


def newcombe(first: tuple[int, int], second: tuple[int, int], confidence: float = CONFIDENCE) -> Interval:
    """The interval of a difference of two independent shares, first less second, each as (successes, n).

    Newcombe's hybrid score interval (R. G. Newcombe, Statistics in Medicine 17, 1998, p. 873, method 10), made of
    two Wilson intervals. As a fraction from -1 to 1. ValueError for what is no share.
    """
    one, other = wilson(*first, confidence), wilson(*second, confidence)
    share, less = first[0] / first[1], second[0] / second[1]
    return Interval(
        max(-1.0, share - less - math.hypot(share - one.low, other.high - less)),
        min(1.0, share - less + math.hypot(one.high - share, less - other.low)),
    )


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: float) -> float:
    """The value that Student's t stays under with this probability (between 0 and 1, neither included).

    Newton's method on the distribution function of `t_beyond`. Within 1e-10. `degrees` of freedom need not be
    whole. ValueError outside its domain.
    """
    if not 0 < probability < 1 or not 0 < degrees < math.inf:
        raise ValueError(f"no t quantile for probability {probability} and {degrees} degrees of freedom")
    if probability <= 0.5:
        return -t_quantile(1 - probability, degrees) if probability < 0.5 else 0.0
    beyond = 2 * (1 - probability)
    # The tail is convex, and the normal quantile lies left of the root: every step goes right, none too far.
    t = NormalDist().inv_cdf(probability)
    for _ in range(500):
        step = (t_beyond(t, degrees) - beyond) / (2 * _t_density(t, degrees))
        t += step
        if step <= 1e-14 * t:
            break
    return t


def t_beyond(t: float, degrees: float) -> float:
    """The two-sided p value of a t: how likely Student's t is at least that far from 0, on either side.

    The regularised incomplete beta function I(degrees / 2, 1 / 2) at degrees / (degrees + t * t) (DLMF 8.17.1;
    Abramowitz and Stegun 26.7.1); from 20,000 degrees on G. Hill's normal z (Communications of the ACM 13, 1970,
    algorithm 395), since there the fraction loses a digit for every ten times as many. ValueError without degrees of
    freedom, or where t is no number.
    """
    if math.isnan(t) or not 0 < degrees < math.inf:
        raise ValueError(f"no p value for t = {t} and {degrees} degrees of freedom")
    ratio = t * t / degrees
    if ratio == 0 or math.isinf(ratio):
        return 1.0 if ratio == 0 else 0.0
    if degrees >= MANY_DEGREES:
        return z_beyond(_hill(ratio, degrees))
    a, b = degrees / 2, 0.5
    x, rest = 1 / (1 + ratio), ratio / (1 + ratio)
    front = math.exp(_gamma_step(a) - math.log(math.pi) / 2 - a * math.log1p(ratio) + math.log(rest) / 2)
    # The fraction converges fast on one side of the turning point only.
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _beta_fraction(x, a, b) / a)
    return max(0.0, 1 - front * _beta_fraction(rest, b, a) / b)


def z_beyond(z: float) -> float:
    """The two-sided p value of a normal z. ValueError where z is no number."""
    if math.isnan(z):
        raise ValueError("no p value without a number")
    return math.erfc(abs(z) / math.sqrt(2))


def _hill(ratio: float, degrees: float) -> float:
    a = degrees - 0.5
    b = 48 * a * a
    z = math.sqrt(a * math.log1p(ratio))
    more = (((4 * z * z + 33) * z * z + 240) * z * z + 855) * z / (10 * b * (b + 0.8 * z**4 + 100))
    return z + (z * z + 3) * z / b - more


def _t_density(t: float, degrees: float) -> float:
    bell = -(degrees + 1) / 2 * math.log1p(t * t / degrees)
    return math.exp(_gamma_step(degrees / 2) - math.log(degrees * math.pi) / 2 + bell)


def _gamma_step(a: float) -> float:
    # log(gamma(a + 1/2) / gamma(a)): for a large a the difference of two lgammas has lost its digits (DLMF 5.11.13).
    if a < 20:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    return math.log(a) / 2 - 1 / (8 * a) + 1 / (192 * a**3) - 1 / (640 * a**5) + 17 / (14336 * a**7)


def _beta_fraction(x: float, a: float, b: float) -> float:
    # The continued fraction DLMF 8.17.22, evaluated by Lentz's method.
    tiny = 1e-300
    numerator, below = 1.0, 1 - (a + b) * x / (a + 1)
    denominator = 1 / (below if abs(below) > tiny else tiny)
    value = denominator
    for m in range(1, 10_000):
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
