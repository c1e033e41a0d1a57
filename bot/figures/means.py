"""Means compared: estimates with their standard error, and what is made of several of them.

Everything goes by Student's t, with the degrees of freedom that the values themselves give. Where nothing varies
there is no interval and no p value: a spread of nought is seldom the truth about people.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.figures.intervals import CONFIDENCE, Interval, t_beyond, t_quantile


@dataclass(frozen=True, slots=True)
class Sample:
    """`n` numbers by their mean and standard deviation (n - 1 below the line; 0 where n is 1)."""

    n: int
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value in its own unit, with its standard error and the degrees of freedom this is known by."""

    value: float
    error: float
    degrees: float

    def interval(self, confidence: float = CONFIDENCE) -> Interval | None:
        """Student's t interval around the value; None where nothing varies."""
        if self.error == 0:
            return None
        half = t_quantile(0.5 + confidence / 2, self.degrees) * self.error
        return Interval(self.value - half, self.value + half)

    def p(self) -> float | None:
        """The two-sided p value of "the true value is 0"; None where nothing varies."""
        return None if self.error == 0 else t_beyond(self.value / self.error, self.degrees)


def sample_of(counts: Mapping[float, int]) -> Sample | None:
    """The sample of numbers given as number -> how often. None where there are none.

    ValueError for a number that is not finite, or that occurs less often than never.
    """
    for number, times in counts.items():
        if not math.isfinite(number) or times < 0:
            raise ValueError(f"{number} cannot occur {times} times")
    there = {number: times for number, times in counts.items() if times}
    n = sum(there.values())
    if n == 0:
        return None
    if len(there) == 1:  # what rounding would make of equal numbers is no spread
        return Sample(n, float(next(iter(there))), 0.0)
    mean = math.fsum(number * times for number, times in there.items()) / n
    spread = math.fsum((number - mean) ** 2 * times for number, times in there.items())
    return Sample(n, mean, math.sqrt(spread / (n - 1)))


def estimate_of(sample: Sample | None) -> Estimate | None:
    """The mean of a sample: error deviation / sqrt(n), n - 1 degrees of freedom. None under two numbers."""
    if sample is None or sample.n < 2:
        return None
    return Estimate(sample.mean, sample.deviation / math.sqrt(sample.n), sample.n - 1)


def combined(parts: Iterable[tuple[float, Estimate]]) -> Estimate:
    """The weighted sum of independent estimates, each with its weight.

    The error is sqrt(sum of (weight * error)^2), its degrees of freedom those of Satterthwaite (Biometrics Bulletin
    2, 1946, p. 110). ValueError without parts.
    """
    taken = list(parts)
    if not taken:
        raise ValueError("nothing to combine")
    errors = [abs(weight) * estimate.error for weight, estimate in taken]
    value = math.fsum(weight * estimate.value for weight, estimate in taken)
    largest = max(errors)
    if largest == 0:
        return Estimate(value, 0.0, math.fsum(estimate.degrees for _, estimate in taken))
    # In units of the largest, so that no square of a small error vanishes.
    squares = [(error / largest) ** 2 for error in errors]
    whole = math.fsum(squares)
    below = math.fsum(square**2 / estimate.degrees for square, (_, estimate) in zip(squares, taken, strict=True))
    return Estimate(value, largest * math.sqrt(whole), whole**2 / below)


def welch(first: Sample | None, second: Sample | None) -> Estimate | None:
    """The difference of two means, first less second, without taking their spreads for equal.

    Welch's t (B. L. Welch, Biometrika 34, 1947, p. 28); `interval()` and `p()` of what comes out are his. None
    unless each has two numbers.
    """
    one, other = estimate_of(first), estimate_of(second)
    if one is None or other is None:
        return None
    return combined(((1, one), (-1, other)))


def clustered(clusters: Mapping[tuple[int, float], int]) -> Estimate | None:
    """The mean of numbers that come in clusters: several answers of one person, or all answers of an office.

    Each cluster is (how many numbers, their sum) -> how many clusters are just so. The error is cluster-robust:
    sqrt(G / (G - 1) * sum of (sum - mean * many)^2) / N for G clusters and N numbers, with G - 1 degrees of
    freedom (K.-Y. Liang and S. Zeger, Biometrika 73, 1986, p. 13; A. C. Cameron and D. Miller, Journal of Human
    Resources 50, 2015, p. 317, equations 11 and 12). Where every cluster holds one number this is the plain t.
    None under two clusters; empty clusters don't count. ValueError for a cluster of less than nothing.
    """
    for (many, total), times in clusters.items():
        if many < 0 or times < 0 or not math.isfinite(total):
            raise ValueError(f"no cluster of {many} numbers with the sum {total}, {times} times")
    there = {cluster: times for cluster, times in clusters.items() if times and cluster[0]}
    groups = sum(there.values())
    if groups < 2:
        return None
    n = sum(many * times for (many, _), times in there.items())
    mean = math.fsum(total * times for (_, total), times in there.items()) / n
    if len({total / many for many, total in there}) == 1:
        return Estimate(mean, 0.0, groups - 1)
    spread = math.fsum((total - mean * many) ** 2 * times for (many, total), times in there.items())
    return Estimate(mean, math.sqrt(groups / (groups - 1) * spread) / n, groups - 1)
