"""Power: how many persons a difference would need to be seen, so that "we can't tell" says what would help."""

from __future__ import annotations

import math
from statistics import NormalDist

from bot.figures.intervals import CONFIDENCE

POWER = 0.8
"""How often a difference of that size should be seen when it is there; by convention (J. Cohen, 1988)."""


def needed_for_means(difference: float, deviation: float, other_deviation: float | None = None) -> int:
    """How many persons are needed in each of two groups to see this difference of means, in the same unit.

    (z of the confidence + z of the power)^2 * (s1^2 + s2^2) / difference^2, rounded up, at least 2 (normal
    approximation, J. Fleiss, The Design and Analysis of Clinical Experiments, 1986, section 12.1); 95 % confidence,
    two-sided, and 80 % power. ValueError without a difference or for a negative deviation.
    """
    other = deviation if other_deviation is None else other_deviation
    if difference == 0 or not math.isfinite(difference) or min(deviation, other) < 0:
        raise ValueError(f"nothing can be seen of a difference of {difference}")
    return _rounded_up(_both() ** 2 * (deviation**2 + other**2) / difference**2)


def needed_for_shares(first: float, second: float) -> int:
    """How many persons are needed in each of two groups to see that one share is `first` and the other `second`.

    The same with p * (1 - p) for s^2: the two shares' own variances, not pooled (J. Fleiss, B. Levin and M. Paik,
    Statistical Methods for Rates and Proportions, 2003, section 4.3, without the correction). ValueError for what is
    no share, or without a difference.
    """
    if not (0 <= first <= 1 and 0 <= second <= 1) or first == second:
        raise ValueError(f"nothing can be seen of a difference of {first} and {second}")
    return _rounded_up(_both() ** 2 * (first * (1 - first) + second * (1 - second)) / (first - second) ** 2)


def _both() -> float:
    return NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) + NormalDist().inv_cdf(POWER)


def _rounded_up(number: float) -> int:
    return max(2, math.ceil(number))
