"""Suppression: which figures are too small to show. Thresholds count persons, never answers.

Under 7 persons nothing is shown (Insikt's line; 10 where the audience are employees or internal customers).
From there to 29 the value is shown rounded, without a distribution, marked "few answers". From 30 it is shown
whole. What is hidden must not come back by subtraction either: from a total, or from the weeks beside it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from enum import Enum

FEWEST = 7
FEWEST_COLLEAGUES = 10
OUTSIDE = frozenset({"citizen", "job-seeker", "employer"})
"""Audiences who don't work together. Among all others, also one that nobody here knows, colleagues know each other."""

ENOUGH = 30
ROUNDED_TO = 5


class Showing(Enum):
    """How much of a figure may be shown: `HIDDEN` nothing, `FEW` its rounded value, `WHOLE` all of it."""

    HIDDEN = "hidden"
    FEW = "few"
    WHOLE = "whole"


def fewest(audience: str) -> int:
    """The smallest number of persons of whom anything is shown."""
    return FEWEST if audience in OUTSIDE else FEWEST_COLLEAGUES


def showing(persons: int, audience: str) -> Showing:
    """How much may be shown of a figure about this many persons."""
    if persons < fewest(audience):
        return Showing.HIDDEN
    return Showing.FEW if persons < ENOUGH else Showing.WHOLE


def unsettled(how: Showing) -> Showing:
    """How much may be shown of what may still change when later reports tell of the same weeks: at most rounded.

    An exact number less the one of the week before would tell of whoever made the difference: the follow-up that was
    still open, the call that was not yet made, the words that were coded since.
    """
    return Showing.FEW if how is Showing.WHOLE else how


def with_weeks(persons: int, persons_in_hidden_weeks: int, audience: str) -> Showing:
    """How much may be shown of a period whose other weeks are already shown whole, each in its own report.

    The period less those weeks tells about the persons of the hidden weeks together: they are the group that
    must be large enough. Nobody in hidden weeks: nothing can be derived.
    """
    alone = showing(persons, audience)
    if persons_in_hidden_weeks == 0 or alone is Showing.HIDDEN:
        return alone
    derived = showing(persons_in_hidden_weeks, audience)
    return _least(alone, derived)


def with_total(persons: Sequence[int], audience: str, hidden_already: Collection[int] = ()) -> list[Showing]:
    """How much may be shown of each part of a total that is shown itself, or known from elsewhere.

    While the hidden parts together are under the threshold, or one alone is hidden, or each of them must be one person,
    they could be derived as the total less the rest: the smallest part still shown is hidden too (secondary
    suppression, as in Hundepool et al., Statistical Disclosure Control, 2012, chapter 4). Parts without anybody tell
    nothing and stay as they are. `hidden_already` are the places of parts that are hidden for another reason.
    """
    shown = [
        Showing.HIDDEN if place in hidden_already else showing(count, audience) for place, count in enumerate(persons)
    ]
    while True:
        hidden = [count for count, how in zip(persons, shown, strict=True) if how is Showing.HIDDEN and count]
        left = [place for place, how in enumerate(shown) if how is not Showing.HIDDEN]
        if not hidden or not left or _cover_each_other(hidden, audience):
            return shown
        shown[min(left, key=lambda place: persons[place])] = Showing.HIDDEN


def all_few(hidden: Iterable[int], audience: str) -> bool:
    """Whether it may be said of the hidden parts of a total that they are under the threshold: where all of them are.

    Of one that is over it, hidden for the others' sake, it would be known then that it is, and often how many: of eight
    persons in two hidden parts, one said to be under 7 and one not, they are 1 and 7. Nor may it be said where they are
    together as many as they can be: of twelve in two parts under 7, each is 6.
    """
    counts, most = list(hidden), fewest(audience) - 1
    return all(count <= most for count in counts) and (len(counts) < 2 or sum(counts) < most * len(counts))


def may_be_added(persons: Sequence[int], shown: Sequence[Showing], audience: str) -> bool:
    """Whether the sum of these parts may be told beside those of them that are shown.

    The sum less those tells of the hidden ones together: they must be nobody, or several that are enough.
    """
    hidden = [count for count, how in zip(persons, shown, strict=True) if how is Showing.HIDDEN and count]
    return not hidden or _cover_each_other(hidden, audience)


def of_parts(
    total: int,
    total_shown: Showing,
    parts: Sequence[int],
    parts_alone: Sequence[Showing],
    audience: str,
    again: int = 0,
) -> list[Showing]:
    """How much may be shown of each part (a unit, say) of a total that is shown as `total_shown` says.

    `parts_alone` is what could be shown of each by itself. No part is shown further than the total, which yields to
    figures shown elsewhere: all parts together would be the total. Persons who stand in several parts at once are
    taken off each of them, because the total less the others tells of the rest alone. And what the total leaves
    beside the parts shown whole must itself be enough to be shown whole, or nobody. `again` are the answers that don't
    count the same way in the total and in the parts, of persons who came again: where every part is shown whole, the
    total less all of them would be those answers, and the smallest part is rounded.
    """
    twice = max(0, sum(parts) - total)
    alone = [max(min(count, 1), count - twice) for count in parts]
    own = [
        _least(first, showing(count, audience), total_shown) for first, count in zip(parts_alone, alone, strict=True)
    ]
    hidden = {place for place, how in enumerate(own) if how is Showing.HIDDEN}
    shown = [_least(*both) for both in zip(own, with_total(alone, audience, hidden), strict=True)]
    beside = sum(count for count, how in zip(alone, shown, strict=True) if how is not Showing.WHOLE)
    whole = [place for place, how in enumerate(shown) if how is Showing.WHOLE]
    if whole and 0 < (beside or again) < ENOUGH:
        shown[min(whole, key=lambda place: alone[place])] = Showing.FEW
    return shown


def rounded(value: float) -> int:
    """The nearest multiple of 5, halves upwards."""
    return math.floor(value / ROUNDED_TO + 0.5) * ROUNDED_TO


def rounded_down(value: float) -> int:
    """The multiple of 5 at or under it: the lower end of a rounded interval."""
    return math.floor(value / ROUNDED_TO) * ROUNDED_TO


def rounded_up(value: float) -> int:
    """The multiple of 5 at or over it: the upper end of a rounded interval, and every count of few persons.

    Counts are rounded because a question put only after a certain answer would tell how many gave that
    answer.
    """
    return math.ceil(value / ROUNDED_TO) * ROUNDED_TO


def _cover_each_other(hidden: Sequence[int], audience: str) -> bool:
    # Each part that is there has somebody: as many persons as parts would be one in each.
    return len(hidden) > 1 and sum(hidden) >= fewest(audience) and sum(hidden) > len(hidden)


def _least(*showings: Showing) -> Showing:
    return min(showings, key=(Showing.HIDDEN, Showing.FEW, Showing.WHOLE).index)
