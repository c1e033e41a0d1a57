"""Shares: a part of a whole with its interval, as it may be shown; counts in words where they are few.

How much may be shown is decided elsewhere; here it is only written down.
"""

from __future__ import annotations

from bot.figures.intervals import wilson
from bot.figures.suppression import Showing, fewest, rounded, rounded_down, rounded_up
from bot.workbook.cells import Value
from bot.workbook.texts import Texts

Three = tuple[Value, Value, Value]


def shown_share(count: int, of: int, how: Showing) -> Three:
    """A share from 0 to 1 and its Wilson interval: whole, rounded to five percentage points, or not at all."""
    if of == 0 or how is Showing.HIDDEN:
        return (None, None, None)
    share, interval = count / of, wilson(count, of)
    if how is Showing.WHOLE:
        return (share, interval.low, interval.high)
    return (rounded(100 * share) / 100, rounded_down(100 * interval.low) / 100, rounded_up(100 * interval.high) / 100)


def shown_count(count: int, how: Showing, audience: str, say: Texts) -> Value:
    """A number of persons: exact, rounded up to fives, or in words that they are few or not shown."""
    if how is Showing.HIDDEN:
        few = fewest(audience)
        return say("notes.under", fewest=few) if count < few else say("journey.gap")
    return count if how is Showing.WHOLE else rounded_up(count)
