"""Spread: how far the answers to a question differ. A question that everybody answers alike tells little."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.figures.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Commonest:
    """The answer given most often: its code, and the share of all `n` who gave it, with its Wilson interval."""

    code: str
    count: int
    n: int
    interval: Interval

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.count / self.n


def commonest_of(by_code: Mapping[str, int], n: int) -> Commonest | None:
    """The commonest of the codes, given as code -> how many of `n` persons; of two alike the first. None of nobody."""
    if n == 0 or not by_code:
        return None
    code = max(by_code, key=lambda each: by_code[each])
    return Commonest(code, by_code[code], n, wilson(by_code[code], n))


def evenness_of(by_code: Mapping[str, int], choices: int) -> float | None:
    """How evenly answers spread over so many choices: 0 where all are alike, 1 where each choice is as common as any.

    Shannon's entropy over its largest possible value, log of the number of choices (E. C. Pielou, Journal of
    Theoretical Biology 13, 1966, p. 131). None without answers, and where there is nothing to choose between.
    ValueError for more codes in use than choices.
    """
    counts = [count for count in by_code.values() if count]
    if len(counts) > choices:
        raise ValueError(f"{len(counts)} different answers to {choices} choices")
    whole = sum(counts)
    if whole == 0 or choices < 2:
        return None
    entropy = math.fsum(-count / whole * math.log(count / whole) for count in counts)
    return min(1.0, max(0.0, entropy / math.log(choices)))
