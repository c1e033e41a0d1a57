"""Standardisation: what a unit's mean would be with everybody's mix of outcomes.

A unit that says no more often gets lower marks for that alone. Weighed to one common mix, units can be laid side by
side; what else sets them apart stays in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from bot.figures.means import Estimate, Sample, combined, estimate_of


def standardised(strata: Mapping[str, Sample], mix: Mapping[str, float]) -> Estimate | None:
    """A unit's mean, its strata (outcome -> sample) weighed by the common mix (outcome -> how many, or which share).

    Direct standardisation (K. Rothman, S. Greenland and T. Lash, Modern Epidemiology, 2008, chapter 3): the sum of
    weight * mean, weights that sum to 1; its variance the sum of weight^2 * s^2 / n, degrees of freedom by
    Satterthwaite. None where a stratum that the mix holds has fewer than two persons in this unit, and where the mix
    is empty. Strata outside the mix count for nothing. ValueError for a negative weight.
    """
    if any(weight < 0 or not math.isfinite(weight) for weight in mix.values()):
        raise ValueError("a mix has no negative part")
    whole = math.fsum(mix.values())
    parts: list[tuple[float, Estimate]] = []
    for outcome, weight in mix.items():
        if weight == 0:
            continue
        estimate = estimate_of(strata.get(outcome))
        if estimate is None:
            return None
        parts.append((weight / whole, estimate))
    return combined(parts) if parts else None


def mix_of(strata: Mapping[str, Sample]) -> dict[str, float]:
    """The share of each stratum in all of them together: the mix to weigh to, of all units as one."""
    whole = sum(sample.n for sample in strata.values())
    return {outcome: sample.n / whole for outcome, sample in strata.items()} if whole else {}
