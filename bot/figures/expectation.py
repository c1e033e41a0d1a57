"""Expectation: what people expected before, against what the same people experienced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.figures.means import Estimate, estimate_of, sample_of
from bot.figures.shares import Share, share_of


@dataclass(frozen=True, slots=True)
class Expectation:
    """`n` persons who answered both: experienced less expected, and for how many it was better, as, or worse.

    `mean` is the mean difference, in steps of their scale; `difference` the same with its t interval and p value,
    None under two persons.
    """

    n: int
    mean: float
    difference: Estimate | None
    better: Share
    alike: Share
    worse: Share


def expectation_of(pairs: Mapping[tuple[float, float], int]) -> Expectation | None:
    """Pairs (expected, experienced) of the same persons, on one scale -> how many persons. None without any.

    The paired t of the differences ("Student", Biometrika 6, 1908, p. 1), and Wilson's interval for each share. What
    was asked about afterwards, looking back, is no expectation and does not belong here. ValueError for a number that
    is not finite, or a count under 0.
    """
    differences: dict[float, int] = {}
    for (expected, experienced), persons in pairs.items():
        if persons < 0:
            raise ValueError(f"({expected}, {experienced}) cannot occur {persons} times")
        step = experienced - expected
        differences[step] = differences.get(step, 0) + persons
    sample = sample_of(differences)
    if sample is None:
        return None
    better = share_of(sum(persons for step, persons in differences.items() if step > 0), sample.n)
    alike = share_of(differences.get(0, 0), sample.n)
    worse = share_of(sum(persons for step, persons in differences.items() if step < 0), sample.n)
    if better is None or alike is None or worse is None:
        return None
    return Expectation(sample.n, sample.mean, estimate_of(sample), better, alike, worse)
