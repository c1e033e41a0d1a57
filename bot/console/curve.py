"""The curve: where its points, bars, gaps and phases stand in a drawing. Geometry alone: the page draws and names them.

Draws what was let through and nothing else: where a figure is held back the line stops, and nothing goes across.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.figures.index import HIGHEST_STEP, LOWEST_STEP, STEP

WIDTH, HEIGHT = 440, 286
"""The drawing's own units; a unit is about a CSS pixel on a phone, so that its letters can be read there."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 6, 34, 38


@dataclass(frozen=True, slots=True)
class Step:
    """One touchpoint as it may be shown: `value` is an index from 0 to 100, None where it is held back."""

    phase: str
    value: float | None
    low: float | None
    high: float | None
    rounded: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A touchpoint in the drawing, under its number. Without `y` there is a gap."""

    number: int
    x: float
    y: float | None
    low: float | None
    high: float | None
    rounded: bool


@dataclass(frozen=True, slots=True)
class Band:
    """One phase: the ground that its touchpoints stand on."""

    phase: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn. `lines` are runs of points without a gap; `grid` has each step of the scale."""

    points: Sequence[Point]
    lines: Sequence[str]
    bands: Sequence[Band]
    grid: Sequence[tuple[int, float]]

    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def to_step(index: float) -> float:
    """An index from 0 to 100 on the scale that people answered on, 1 to 5."""
    return LOWEST_STEP + index / STEP


def drawing(steps: Sequence[Step]) -> Drawing | None:
    """The drawing of these touchpoints in order; None where not one of them may be shown."""
    if all(step.value is None for step in steps):
        return None
    wide = (WIDTH - _LEFT - _RIGHT) / len(steps)
    points = [
        Point(
            place + 1,
            round(_LEFT + wide * (place + 0.5), 1),
            _height(step.value),
            _height(step.low),
            _height(step.high),
            step.rounded,
        )
        for place, step in enumerate(steps)
    ]
    return Drawing(
        points,
        list(_lines(points)),
        list(_bands(steps, wide)),
        [(step, _at(step)) for step in range(1, HIGHEST_STEP + 1)],
    )


def _lines(points: Iterable[Point]) -> Iterable[str]:
    for drawn, run in groupby(points, key=lambda point: point.y is not None):
        corners = [f"{point.x},{point.y}" for point in run]
        if drawn and len(corners) > 1:
            yield " ".join(corners)


def _bands(steps: Sequence[Step], wide: float) -> Iterable[Band]:
    start = 0
    for phase, run in groupby(steps, key=lambda step: step.phase):
        number = len(list(run))
        yield Band(phase, round(_LEFT + wide * start, 1), round(wide * number, 1))
        start += number


def _height(index: float | None) -> float | None:
    return None if index is None else _at(to_step(index))


def _at(step: float) -> float:
    whole = HEIGHT - _BOTTOM - _TOP
    return round(HEIGHT - _BOTTOM - whole * (step - LOWEST_STEP) / (HIGHEST_STEP - LOWEST_STEP), 1)
