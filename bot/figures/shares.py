"""Shares: one, two compared, and what is in favour less what is against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from bot.figures.intervals import CONFIDENCE, Interval, newcombe, wilson, z_beyond


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, as a fraction from 0 to 1, with its Wilson interval."""

    count: int
    n: int
    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """One share less another, from -1 to 1; `p` is None where both are 0 or both are 1."""

    value: float
    interval: Interval
    p: float | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The share in favour less the share against, both of the same `n`, in percentage points from -100 to 100.

    `variance` is that of the value, in points squared. The interval does not come from it alone: see `balance_of`.
    """

    n: int
    value: float
    variance: float
    interval: Interval


def share_of(count: int, n: int) -> Share | None:
    """`count` of `n`. None of nobody; ValueError unless 0 <= count <= n."""
    if n == 0 and count == 0:
        return None
    return Share(count, n, count / n if n else 0.0, wilson(count, n))


def difference_of_shares(first: Share | None, second: Share | None) -> ShareDifference | None:
    """The difference of two independent shares, first less second. None where one is of nobody.

    The interval is Newcombe's; the p value that of the score test with a pooled share (the square root of Pearson's
    chi-squared without continuity correction). Near 0.05 the two can disagree by a hair.
    """
    if first is None or second is None:
        return None
    value = first.value - second.value
    interval = newcombe((first.count, first.n), (second.count, second.n))
    pooled = (first.count + second.count) / (first.n + second.n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n))
    return ShareDifference(value, interval, z_beyond(value / error) if error else None)


def balance_of(favour: int, against: int, n: int, confidence: float = CONFIDENCE) -> Balance | None:
    """`favour` less `against`, of `n` who all could say either, or neither. None of nobody.

    For the shares p and d the variance of the balance is (p + d - (p - d)^2) / n, as of a difference of two shares
    of one multinomial (https://www.r-bloggers.com/2016/01/net-promoter-score-confidence-intervals-2-maths-and-stats).
    The interval puts one more person on either side into that formula, as D. Bonett and R. Price do (Journal of
    Educational and Behavioral Statistics 37, 2012, p. 479): the plain one is too narrow under thirty persons, and
    has no width where all agree. Cut at -100 and 100. ValueError for counts that are no part of n.
    """
    if min(favour, against) < 0 or favour + against > n:
        raise ValueError(f"no balance of {favour} and {against} in {n}")
    if n == 0:
        return None
    value, variance = _moments(favour, against, n)
    middle, spread = _moments(favour + 1, against + 1, n + 2)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(spread)
    return Balance(n, value, variance, Interval(max(-100.0, middle - half), min(100.0, middle + half)))


def _moments(favour: int, against: int, n: int) -> tuple[float, float]:
    balance = (favour - against) / n
    return 100 * balance, 100**2 * max(0.0, (favour + against) / n - balance**2) / n
