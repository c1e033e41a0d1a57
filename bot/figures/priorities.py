"""Priorities: how much each touchpoint matters, and how it went, so that one sees where to begin.

Importance is told in two ways. Stated: people say what mattered most. Derived: how far the touchpoint's rating goes
along with the rating of the whole; a connection, never a cause, and touchpoints that hardly vary look unimportant.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from bot.figures.intervals import Interval
from bot.figures.ranks import Correlation, spearman
from bot.figures.shares import Share, share_of

FEWEST_PAIRS = 50
"""Under it the interval of a correlation is wider than plus or minus 0.29, and says nothing."""


class Quadrant(Enum):
    """Where a point lies, as SCB names the four fields of its priority matrix: effect to the right, grade upwards.

    `KEEP` (Bevara) is well graded and matters less, `IMPROVE_IF_POSSIBLE` (Förbättra om möjligt) well graded and
    matters more, `LOWER_PRIORITY` (Lägre prioritet) badly graded and matters less, `PRIORITISE` (Prioritera!) badly
    graded and matters more.
    """

    KEEP = "keep"
    IMPROVE_IF_POSSIBLE = "improve-if-possible"
    LOWER_PRIORITY = "lower-priority"
    PRIORITISE = "prioritise"


@dataclass(frozen=True, slots=True)
class Point:
    """One touchpoint: `importance` to the right, `experience` upwards, each with its interval or None."""

    importance: float
    experience: float
    importance_interval: Interval | None = None
    experience_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Border:
    """Where the fields meet."""

    importance: float
    experience: float


@dataclass(frozen=True, slots=True)
class Place:
    """The field a point lies in, and whether that is sure: no interval reaches over a border."""

    quadrant: Quadrant
    certain: bool


def stated_importance(counts: Mapping[str, int]) -> dict[str, Share]:
    """Of those who named what mattered most, the share who named each touchpoint; nothing where nobody did.

    One choice a person, so Wilson's interval holds for each share by itself. ValueError for a count under 0.
    """
    if any(persons < 0 for persons in counts.values()):
        raise ValueError("fewer than no persons")
    n = sum(counts.values())
    shares = {code: share_of(persons, n) for code, persons in counts.items()}
    return {code: share for code, share in shares.items() if share is not None}


def derived_importance(pairs: Mapping[tuple[float, float], int]) -> Correlation | None:
    """Spearman's correlation of a touchpoint's rating with that of the whole: (rating, whole) -> how many persons.

    None under 50 pairs, and where one side never varies.
    """
    return spearman(pairs) if sum(pairs.values()) >= FEWEST_PAIRS else None


def border_of(points: Iterable[Point]) -> Border | None:
    """The means of all points, importance and experience each; None without points."""
    taken = list(points)
    if not taken:
        return None
    return Border(
        math.fsum(point.importance for point in taken) / len(taken),
        math.fsum(point.experience for point in taken) / len(taken),
    )


def place_of(point: Point, border: Border) -> Place:
    """The field of a point (SCB, Medborgarundersökningen, priority matrix). On a border it counts as above.

    Uncertain where an interval reaches over its border, or is not known.
    """
    matters, well = point.importance >= border.importance, point.experience >= border.experience
    if well:
        quadrant = Quadrant.IMPROVE_IF_POSSIBLE if matters else Quadrant.KEEP
    else:
        quadrant = Quadrant.PRIORITISE if matters else Quadrant.LOWER_PRIORITY
    certain = _beside(point.importance_interval, border.importance) and _beside(
        point.experience_interval, border.experience
    )
    return Place(quadrant, certain)


def _beside(interval: Interval | None, border: float) -> bool:
    return interval is not None and (interval.low > border or interval.high < border)
