"""Margins: counts that are told beside their sums along several sides at once, causes by unit, say, beside the sums of
each cause and of each unit.

What is hidden for one sum's sake may leave another with a single hidden count: both are looked at until neither does
(complementary suppression in tables, as in Hundepool et al., Statistical Disclosure Control, 2012, chapter 4).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from bot.figures.suppression import Showing, with_total

Cell = TypeVar("Cell", bound=Hashable)


def held_back(
    counts: Mapping[Cell, int], sums: Iterable[Sequence[Cell]], hidden: Collection[Cell], audience: str
) -> set[Cell]:
    """The cells that may not be shown: those `hidden` for another reason, and those that `with_total` hides in any sum.

    `sums` are the cells of each sum that is shown, or known from elsewhere. Cells of nobody come back hidden, as from
    `with_total`, though they tell nothing.
    """
    every = [list(cells) for cells in sums]
    gone, before = set(hidden), -1
    while before < len(gone):
        before = len(gone)
        for cells in every:
            places = {place for place, cell in enumerate(cells) if cell in gone}
            shown = with_total([counts[cell] for cell in cells], audience, places)
            gone.update(cell for cell, how in zip(cells, shown, strict=True) if how is Showing.HIDDEN)
    return gone
