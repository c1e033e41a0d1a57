"""Comparisons: which of many differences hold once it is counted how many were looked for.

Among twenty touchpoints one seems to have changed in two weeks of three by chance alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from bot.figures.intervals import CONFIDENCE

Name = TypeVar("Name")


def holm(values: Mapping[Name, float]) -> dict[Name, float]:
    """The adjusted p value of each comparison, from the p values of all that were made, in their order.

    Holm's step-down method (S. Holm, Scandinavian Journal of Statistics 6, 1979, p. 65): the smallest times how many
    there are, the next times one fewer, never less than the one before, never above 1. Leave none out because it
    looked like nothing. ValueError for what is no p value.
    """
    for name, p in values.items():
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is no p value ({name})")
    adjusted = 0.0
    found: dict[Name, float] = {}
    for rank, name in enumerate(sorted(values, key=lambda name: values[name])):
        adjusted = max(adjusted, min(1.0, values[name] * (len(values) - rank)))
        found[name] = adjusted
    return {name: found[name] for name in values}


def certain(values: Mapping[Name, float], confidence: float = CONFIDENCE) -> set[Name]:
    """The comparisons that hold after Holm over all of them: adjusted p at most 1 - confidence."""
    return {name for name, p in holm(values).items() if p <= 1 - confidence}
