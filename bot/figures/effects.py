"""Effects: whether something got better where it was tried, beyond what changed elsewhere.

The office is the unit, never the person: answers cluster by office, and a plain interval over persons calls an effect
in every fourth case where there is none. Differences can have other causes; no figure here says they have not.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from bot.figures.means import Estimate, Sample, combined, estimate_of, sample_of, welch

FEWEST_OFFICES = 5
"""On either side; with fewer there is nothing to reckon with but the offices themselves."""


class Verdict(Enum):
    """What may be said of an effect."""

    EFFECT = "effect"
    WORSE = "worse"
    NONE_WORTH_HAVING = "none-worth-having"
    TOO_LITTLE_DATA = "too-little-data"
    TOO_FEW_OFFICES = "too-few-offices"


def difference_in_differences(
    pilot_before: Sequence[float],
    pilot_after: Sequence[float],
    rest_before: Sequence[float],
    rest_after: Sequence[float],
) -> Estimate | None:
    """(pilot after - pilot before) - (rest after - rest before), each a list with the mean of every office.

    A difference of four means, with the error sqrt(sum of s^2 / n): just what the regression y ~ pilot * after gives
    with HC2 errors (J. MacKinnon and H. White, Journal of Econometrics 29, 1985, p. 305). Degrees of freedom by
    Satterthwaite. Takes the four groups for independent; where the same offices stand before and after,
    `difference_of_changes` sees more. None if any of the four has fewer than five offices: "too few offices".
    """
    samples = [_sample(means) for means in (pilot_after, pilot_before, rest_after, rest_before)]
    estimates = [estimate_of(sample) for sample in samples if sample is not None and sample.n >= FEWEST_OFFICES]
    whole = [estimate for estimate in estimates if estimate is not None]
    return combined(zip((1, -1, -1, 1), whole, strict=True)) if len(whole) == len(samples) else None


def difference_of_changes(pilot: Sequence[tuple[float, float]], rest: Sequence[tuple[float, float]]) -> Estimate | None:
    """The same difference where each office has its mean (before, after): what offices always differ by falls away.

    Welch's t of one change for each office (M. Bertrand, E. Duflo and S. Mullainathan, Quarterly Journal of Economics
    119, 2004, p. 249, section IV.C: periods collapsed into one before and one after). None with fewer than five
    offices on either side.
    """
    changes, others = (_sample([after - before for before, after in offices]) for offices in (pilot, rest))
    if changes is None or others is None or min(changes.n, others.n) < FEWEST_OFFICES:
        return None
    return welch(changes, others)


def verdict(effect: Estimate | None, smallest: float, *, more_is_better: bool = True) -> Verdict:
    """What may be said of an effect, given the smallest difference that would be worth having.

    Effect: the whole interval lies on the wanted side of 0; worse: on the other; none worth having: within plus or
    minus `smallest`; else too little data. In this order, so a sure effect may still be a small one. Without an
    estimate: too few offices. ValueError unless `smallest` is above 0.
    """
    if not smallest > 0:
        raise ValueError(f"a difference of {smallest} is nothing to look for")
    if effect is None:
        return Verdict.TOO_FEW_OFFICES
    interval = effect.interval()
    if interval is None:
        return Verdict.TOO_LITTLE_DATA
    if interval.low > 0:
        return Verdict.EFFECT if more_is_better else Verdict.WORSE
    if interval.high < 0:
        return Verdict.WORSE if more_is_better else Verdict.EFFECT
    if -smallest < interval.low and interval.high < smallest:
        return Verdict.NONE_WORTH_HAVING
    return Verdict.TOO_LITTLE_DATA


def _sample(means: Sequence[float]) -> Sample | None:
    counts: dict[float, int] = {}
    for mean in means:
        counts[mean] = counts.get(mean, 0) + 1
    return sample_of(counts)
