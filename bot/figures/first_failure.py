"""First failure: where it began to go wrong, among those who came that far without a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.figures.shares import Share, share_of

LOW = 2
"""On five steps: 1 and 2 are a failure."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One touchpoint: contacts that rated it after no low rating yet, and those whose first low rating it was."""

    reached: int
    failed: int

    @property
    def hazard(self) -> Share | None:
        """The share of those who came here without a fault for whom it went wrong here; None if nobody came."""
        return share_of(self.failed, self.reached)


def stages_of(rows: Mapping[tuple[float | None, ...], int], low: float = LOW) -> tuple[Stage, ...]:
    """The stages of contacts given as their ratings in the order of the touchpoints -> how many contacts.

    None stands for a touchpoint that was not rated: the contact is not at risk there (not asked, or it never came
    there), and goes on to the next. After the first rating of at most `low` it is at risk no more. The hazard of a
    discrete life table (J. Singer and J. Willett, Journal of Educational Statistics 18, 1993, p. 155). A fault that
    nobody rated is not seen, so a later one may stand as the first. ValueError for a count under 0, or where rows are
    not equally long.
    """
    lengths = {len(row) for row in rows}
    if len(lengths) > 1 or any(contacts < 0 for contacts in rows.values()):
        raise ValueError("rows hold one rating, or None, for each touchpoint, and occur at least never")
    reached, failed = ([0] * max(lengths, default=0) for _ in range(2))
    for row, contacts in rows.items():
        for place, rating in enumerate(row):
            if rating is None:
                continue
            reached[place] += contacts
            if rating <= low:
                failed[place] += contacts
                break
    return tuple(Stage(*both) for both in zip(reached, failed, strict=True))
