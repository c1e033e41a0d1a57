"""The index: a mean on a five-step scale, told from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.figures.intervals import Interval, of_mean
from bot.figures.means import sample_of

LOWEST_STEP, HIGHEST_STEP = 1, 5
STEP = 25
"""How much index one step of the scale is worth."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` numbers, in their own unit; no interval under two."""

    n: int
    value: float
    interval: Interval | None


def mean_of(counts: Mapping[float, int]) -> Mean | None:
    """The mean of numbers given as number -> how often, with its t interval. None where there are none.

    ValueError for a number that is not finite, or that occurs less often than never.
    """
    sample = sample_of(counts)
    if sample is None:
        return None
    return Mean(sample.n, sample.mean, of_mean(sample.mean, sample.deviation, sample.n))


def index_of(counts: Mapping[float, int]) -> Mean | None:
    """The index of answers on a scale from 1 to 5, given as step -> how often. None where there are none.

    1, 2, 3, 4, 5 become 0, 25, 50, 75, 100 and are averaged, which is (mean - 1) * 25: the formula of SKR's
    Servicemätning. The interval is cut at 0 and 100. ValueError for a step that is not on the scale.
    """
    strange = [number for number in counts if not LOWEST_STEP <= number <= HIGHEST_STEP]
    if strange:
        raise ValueError(f"{strange[0]} is not a step from {LOWEST_STEP} to {HIGHEST_STEP}")
    mean = mean_of(counts)
    if mean is None:
        return None
    interval = mean.interval
    if interval is not None:
        interval = Interval(max(0.0, to_index(interval.low)), min(100.0, to_index(interval.high)))
    return Mean(mean.n, to_index(mean.value), interval)


def to_index(mean: float) -> float:
    """A mean from 1 to 5 as an index from 0 to 100: (mean - 1) * 25."""
    return (mean - LOWEST_STEP) * STEP
