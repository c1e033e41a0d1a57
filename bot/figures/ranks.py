"""Ranks: what can be said of answers by their order alone, without taking steps for equally wide.

Ties are the rule with five steps, and are counted for what they are: half above, half below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from bot.figures.intervals import CONFIDENCE, Interval, t_beyond, t_quantile, z_beyond
from bot.figures.means import Estimate, combined, estimate_of, sample_of


@dataclass(frozen=True, slots=True)
class Superiority:
    """Two groups by rank.

    `value` is the chance that one drawn from the first answered higher than one drawn from the second, ties counted
    half: 0.5 is no difference. `u` is Mann and Whitney's statistic of the first. `p` is None where all answered
    alike; `interval` also where no answers overlap, or a group has one person.
    """

    first: int
    second: int
    u: float
    value: float
    interval: Interval | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's rank correlation of `n` pairs, from -1 to 1. A connection, never a cause.

    `interval` is None under four pairs, `p` under three, both where the order agrees (or disagrees) without a fault.
    """

    n: int
    value: float
    interval: Interval | None
    p: float | None


def mann_whitney(first: Mapping[float, int], second: Mapping[float, int]) -> Superiority | None:
    """Two independent groups, each as number -> how many persons. None where a group is empty.

    The p value is two-sided, by the normal approximation with the variance for ties and a continuity correction (H.
    Mann and D. Whitney, Annals of Mathematical Statistics 18, 1947, p. 50; E. Lehmann, Nonparametrics, 1975, p. 20).
    Fair from about eight persons in each group. The interval is that of P(X > Y) + P(X = Y) / 2 with E. Brunner and
    U. Munzel's variance and degrees of freedom (Biometrical Journal 42, 2000, p. 17), on the logit scale, so that it
    stays within 0 and 1 (E. Brunner, A. Bathke and F. Konietschke, Rank and Pseudo-Rank Procedures, 2018, section
    3.7). ValueError for a number that is not finite, or a count under 0.
    """
    one, other = sample_of(first), sample_of(second)
    if one is None or other is None:
        return None
    twice_u, ties, total = _twice_u(first, second), 0, one.n + other.n
    for number in {*first, *second}:
        tied = first.get(number, 0) + second.get(number, 0)
        ties += tied**3 - tied
    u, value = twice_u / 2, twice_u / (2 * one.n * other.n)
    # In integers: all alike is told from nearly alike whatever the number of persons.
    spread = total**3 - total - ties
    p = None
    if spread > 0:
        error = math.sqrt(one.n * other.n * spread / (12 * total * (total - 1)))
        distance = abs(twice_u - one.n * other.n) / 2
        p = min(1.0, z_beyond((distance - 0.5) / error)) if distance > 0.5 else 1.0
    return Superiority(one.n, other.n, u, value, _logit_interval(value, _placed(first, second)), p)


def spearman(pairs: Mapping[tuple[float, float], int]) -> Correlation | None:
    """Pairs of the same persons' two numbers -> how many. None under two pairs, or where one side never varies.

    The correlation of mid-ranks (C. Spearman, American Journal of Psychology 15, 1904, p. 72). The interval is
    Fisher's z with the standard error sqrt((1 + r^2 / 2) / (n - 3)) of D. Bonett and T. Wright (Psychometrika 65,
    2000, p. 23); the p value that of Student's t with n - 2 degrees of freedom. ValueError for a number that is not
    finite, or a count under 0.
    """
    one, other = _side(pairs, 0), _side(pairs, 1)
    checked = sample_of(one), sample_of(other)
    n = sum(pairs.values())
    if None in checked or n < 2:
        return None
    ranks, others = _twice_ranks(one), _twice_ranks(other)
    # Twice the mid-ranks less their mean are whole numbers: the sums are exact.
    across = sum((ranks[x] - n - 1) * (others[y] - n - 1) * times for (x, y), times in pairs.items() if times)
    along = sum((ranks[x] - n - 1) ** 2 * times for x, times in one.items() if times)
    down = sum((others[y] - n - 1) ** 2 * times for y, times in other.items() if times)
    if along == 0 or down == 0:
        return None
    if across**2 == along * down:
        return Correlation(n, math.copysign(1.0, across), None, None)
    value = across / math.sqrt(along * down)
    p = t_beyond(value * math.sqrt((n - 2) / ((1 + value) * (1 - value))), n - 2) if n > 2 else None
    return Correlation(n, value, _fisher_interval(value, n), p)


def _twice_u(first: Mapping[float, int], second: Mapping[float, int]) -> int:
    below = found = 0
    for number in sorted({*first, *second}):
        alike = second.get(number, 0)
        found += first.get(number, 0) * (2 * below + alike)
        below += alike
    return found


def _placed(first: Mapping[float, int], second: Mapping[float, int]) -> Estimate | None:
    # Where each person stands among the other group. The error of the superiority is that of the difference of the
    # two mean placements, which is Brunner and Munzel's.
    one, other = estimate_of(sample_of(_places(first, second))), estimate_of(sample_of(_places(second, first)))
    return None if one is None or other is None else combined(((1, one), (-1, other)))


def _places(these: Mapping[float, int], among: Mapping[float, int]) -> dict[float, int]:
    below, n = 0, sum(among.values())
    places: dict[float, int] = {}
    for number in sorted({*these, *among}):
        alike = among.get(number, 0)
        place = (2 * below + alike) / (2 * n)
        places[place] = places.get(place, 0) + these.get(number, 0)
        below += alike
    return places


def _logit_interval(value: float, placed: Estimate | None) -> Interval | None:
    if placed is None or placed.error == 0 or not 0 < value < 1:
        return None
    half = t_quantile(0.5 + CONFIDENCE / 2, placed.degrees) * placed.error / (value * (1 - value))
    # The odds times and by exp(half); written so that a wide interval overflows into 0 and 1.
    widening = math.exp(-half)
    low = value * widening / (value * widening + 1 - value)
    return Interval(low, value / (value + (1 - value) * widening))


def _side(pairs: Mapping[tuple[float, float], int], place: int) -> dict[float, int]:
    counts: dict[float, int] = {}
    for pair, times in pairs.items():
        if times < 0:
            raise ValueError(f"{pair} cannot occur {times} times")
        counts[pair[place]] = counts.get(pair[place], 0) + times
    return counts


def _twice_ranks(counts: Mapping[float, int]) -> dict[float, int]:
    below = 0
    ranks: dict[float, int] = {}
    for number in sorted(counts):
        ranks[number] = 2 * below + counts[number] + 1
        below += counts[number]
    return ranks


def _fisher_interval(value: float, n: int) -> Interval | None:
    if n < 4:
        return None
    half = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * math.sqrt((1 + value**2 / 2) / (n - 3))
    return Interval(math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half))
