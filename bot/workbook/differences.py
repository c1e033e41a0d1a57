"""Differences: two groups' answers to one question beside each other, and in words what can be told of it.

Only figures that are shown whole come here; whatever is told follows from them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.figures.comparisons import certain
from bot.figures.distribution import Distribution
from bot.figures.index import STEP, index_of
from bot.figures.intervals import CONFIDENCE, Interval
from bot.figures.means import Sample, sample_of, welch
from bot.figures.power import needed_for_means, needed_for_shares
from bot.figures.ranks import mann_whitney
from bot.figures.shares import difference_of_shares, share_of
from bot.figures.suppression import rounded, rounded_down, rounded_up
from bot.workbook.sheets import Form, Formed
from bot.workbook.texts import Texts
from flows.journey import Question

HALF_A_STEP = 0.5
"""The difference of means, in steps of the scale, that "how many would be needed" is told for."""

TEN_POINTS = 0.1
"""The difference of shares that "how many would be needed" is told for."""

CHOSEN = ("one", "several", "yes-no", "touchpoint")

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two figures compared, the first less the second: indices from 0 to 100, or shares from 0 to 1 (`choice`).

    `n` and `other` are persons; `p` as it is before Holm; `needed` how many persons in each would be needed to see half
    a step, or ten percentage points. `holds`: after Holm, among all that were compared with it. `rounded`: told in
    fives alone, though compared as it was counted.
    """

    n: int
    other: int
    value: float
    before: float
    interval: Interval | None
    p: float
    needed: int
    choice: str | None = None
    holds: bool = False
    rounded: bool = False

    @property
    def value_less(self) -> float:
        """How much the first is over the second."""
        return self.value - self.before


def differences(
    question: Question, choices: Sequence[str], first: Distribution, second: Distribution
) -> Iterator[Difference]:
    """The index of a scale, or each choice's share, in two groups of other persons. Nothing where one is empty."""
    if not first.answers or not second.answers:
        return
    if question.kind == "scale":
        index, before = index_of(first.by_number), index_of(second.by_number)
        samples = sample_of(first.by_number), sample_of(second.by_number)
        if index is not None and before is not None:
            estimate = welch(*samples)
            interval = estimate.interval() if estimate else None
            wide = None if interval is None else Interval(STEP * interval.low, STEP * interval.high)
            p = estimate.p() if estimate else None
            if p is None:  # nothing varies: by rank alone
                ranked = mann_whitney(first.by_number, second.by_number)
                p = ranked.p if ranked and ranked.p is not None else 1.0
            yield Difference(index.n, before.n, index.value, before.value, wide, p, _needed(samples))
        return
    # Of two choices the one is what the other is not.
    told = choices[:1] if len(choices) == 2 and question.kind != "several" else choices
    for code in told:
        share, other = (share_of(each.by_code.get(code, 0), each.answers) for each in (first, second))
        less = difference_of_shares(share, other)
        if share is None or other is None or less is None:
            continue
        pooled = (share.count + other.count) / (share.n + other.n)
        away = pooled + TEN_POINTS if pooled <= 0.5 else pooled - TEN_POINTS
        needed, p = needed_for_shares(pooled, away), 1.0 if less.p is None else less.p
        yield Difference(share.n, other.n, share.value, other.value, less.interval, p, needed, code)


def judged(found: Mapping[Name, Difference]) -> dict[Name, Difference]:
    """The same, each told whether it holds after Holm among all of them."""
    holding = certain({name: difference.p for name, difference in found.items()})
    return {name: replace(difference, holds=name in holding) for name, difference in found.items()}


def verdict(difference: Difference, count: int, say: Texts) -> str:
    """One difference of `count` in words: certainly higher or lower, or that none is seen and what would be needed."""
    if difference.holds:
        return say("changes.higher" if difference.value_less > 0 else "changes.lower")
    if difference.p <= 1 - CONFIDENCE:
        return say("changes.perhaps", count=count)
    (n, other), needed = told_counts(difference), difference.needed
    # How many would be needed comes from an exact spread: of figures in fives it would tell who was erased.
    if difference.rounded or min(n, other) >= needed:
        return say("changes.not-seen", n=n, other=other)
    steps = "not-seen-steps" if difference.choice is None else "not-seen-points"
    return say(f"changes.{steps}", n=n, other=other, needed=needed)


def told_counts(difference: Difference) -> tuple[int, int]:
    """How many persons the two figures are about, as they may be told."""
    if difference.rounded:
        return rounded_up(difference.n), rounded_up(difference.other)
    return difference.n, difference.other


def told_values(difference: Difference) -> tuple[Formed, Formed, Formed, Formed, Formed]:
    """First and second as indices or shares; difference and interval in index or percentage points.

    In fives, the difference is that of the two told beside it, and its interval holds it.
    """
    unit = 1 if difference.choice is None else 100
    value, before, less = (unit * number for number in (difference.value, difference.before, difference.value_less))
    low, high = (None, None) if difference.interval is None else (difference.interval.low, difference.interval.high)
    low, high = (None if end is None else unit * end for end in (low, high))
    if difference.rounded:
        value, before = rounded(value), rounded(before)
        less = value - before
        low = None if low is None else min(less, rounded_down(low))
        high = None if high is None else max(less, rounded_up(high))
    form: Form = "whole" if difference.choice is None else "share"
    return (
        Formed(value / unit, form),
        Formed(before / unit, form),
        Formed(less, "whole"),
        Formed(low, "whole"),
        Formed(high, "whole"),
    )


def _needed(samples: tuple[Sample | None, Sample | None]) -> int:
    first, second = samples
    if first is None or second is None:
        return 2
    return needed_for_means(HALF_A_STEP, first.deviation, second.deviation)
