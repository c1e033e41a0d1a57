"""Crossing: the same persons told of in two ways at once, by unit and by channel, without the table that crosses them.

Each way is safe by itself and can still give a small group away beside the other: where all who came by visit came to
one unit, that unit less the visits are those who phoned there. Only sums over whole rows and columns are known, so what
follows from them exactly is what columns leave of the rows they touch, or rows of the columns they lie in (the margins
of a two-way table; Hundepool et al., Statistical Disclosure Control, 2012, chapter 4; all other exact combinations are
made of these). Rows stay as they are; columns yield.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, combinations

from bot.figures.suppression import ENOUGH, Showing, fewest

MOST_COLUMNS = 10
"""More columns than this are not told at all beside rows: every set of them is tried."""

Cells = Mapping[tuple[str, str], int]
"""Persons by row and column."""

_Group = frozenset[str]


def yielding(
    rows: Mapping[str, Showing], columns: Mapping[str, Showing], cells: Cells, total: Showing, audience: str
) -> dict[str, Showing]:
    """How much may be shown of each column, the `rows` and the `total` being shown as they are.

    Each of both is already safe beside the total alone. Returns `columns`, some of them held back further: what the
    others leave of any rows is nobody or as many as any figure needs, and at least 30 persons where it is exact.
    """
    if len(columns) > MOST_COLUMNS:
        return dict.fromkeys(columns, Showing.HIDDEN)
    shown = dict(columns)
    sizes = {name: sum(count for (_, column), count in cells.items() if column == name) for name in columns}
    for among, lower, least in (
        ({Showing.WHOLE}, Showing.FEW, ENOUGH),
        ({Showing.WHOLE, Showing.FEW}, Showing.HIDDEN, fewest(audience)),
    ):
        while told := [name for name, how in shown.items() if how in among]:
            known = _groups(rows, among, total), _groups(shown, among, total)
            found = next(_given_away(*known, cells, least), None)
            hidden = [name for name, how in shown.items() if how is Showing.HIDDEN and sizes[name]]
            # One column hidden here alone could be had from the total less the others.
            alone = len(hidden) == 1 and columns[hidden[0]] is not Showing.HIDDEN
            if found is None and not alone:
                break
            nearest = [name for name in told if found is not None and name in found] or told
            shown[min(nearest, key=lambda name: sizes[name])] = lower
    return shown


def _groups(parts: Mapping[str, Showing], among: Collection[Showing], total: Showing) -> list[_Group]:
    """The groups that are known: each part shown so, and what the total leaves of them."""
    rest = frozenset(name for name, how in parts.items() if how not in among)
    known = [frozenset([name]) for name, how in parts.items() if how in among]
    return [*known, rest] if rest and total in among else known


def _given_away(rows: Sequence[_Group], columns: Sequence[_Group], cells: Cells, least: int) -> Iterator[_Group]:
    """Every set of columns that, with the rows, gives a group of under `least` persons away."""
    for chosen in chain.from_iterable(combinations(columns, size) for size in range(1, len(columns) + 1)):
        names = frozenset(chain.from_iterable(chosen))
        here = {cell: count for cell, count in cells.items() if count and cell[1] in names}
        elsewhere = {row for (row, column), count in cells.items() if count and column not in names}
        met = {row for row, _ in here}
        touched = frozenset(chain.from_iterable(group for group in rows if not met.isdisjoint(group)))
        within = frozenset(chain.from_iterable(group for group in rows if elsewhere.isdisjoint(group)))
        beyond = sum(count for (row, column), count in cells.items() if row in touched and column not in names)
        left = sum(count for (row, _), count in here.items() if row not in within)
        if met <= touched and 0 < beyond < least:
            yield names
        if not met.isdisjoint(within) and 0 < left < least:
            yield names
