"""Scales: from which number to which something was asked, and which measures that allows.

A measure keeps its meaning on its own scale alone. Asked on another, it is refused, never converted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers from `lowest` to `highest`, low to high."""

    lowest: int
    highest: int

    def holds(self, number: float) -> bool:
        """Whether this is a step of the scale."""
        return self.lowest <= number <= self.highest and number == int(number)


FIVE_STEPS = Scale(1, 5)
"""SKR's index, CSAT, HME and SOM's trust balance."""

SEVEN_STEPS = Scale(1, 7)
"""CES 2.0."""

TEN_STEPS = Scale(1, 10)
"""SCB's NKI questions."""

NOUGHT_TO_TEN = Scale(0, 10)
"""NPS."""


def refuse_other(measure: str, own: Scale, asked: Scale, numbers: Iterable[float]) -> None:
    """ValueError unless the question was asked on the measure's own scale, and every number is a step of it."""
    if asked != own:
        raise ValueError(
            f"{measure} is asked from {own.lowest} to {own.highest}, not from {asked.lowest} to {asked.highest}"
        )
    for number in numbers:
        if not own.holds(number):
            raise ValueError(f"{number} is not a step from {own.lowest} to {own.highest}")
