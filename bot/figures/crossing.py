"""Crossing: the same persons told of in two ways at once, by unit and by channel, without the table that crosses them.

Each way is safe by itself and can still give a small group away beside the other: where all who came by visit came to
one unit, that unit less the visits are those who phoned there. Only sums over whole rows and columns are known, so what
follows from them exactly is what columns leave of the rows they touch, or rows of the columns they lie in (the margins
of a two-way table; Hundepool et al., Statistical Disclosure Control, 2012, chapter 4; all other exact combinations are
made of these). Rows stay as they are; columns yield.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from bot.figures.suppression import ENOUGH, Showing, fewest

MOST_COLUMNS = 10
"""More columns than this are not told at all beside rows: every set of them is tried."""

Cells = Mapping[tuple[str, str], int]
"""Persons by row and column."""


@dataclass(frozen=True, slots=True)
class _Group:
    names: frozenset[str]
    exact: bool


def yielding(
    rows: Mapping[str, Showing], columns: Mapping[str, Showing], cells: Cells, total: Showing, audience: str
) -> dict[str, Showing]:
    """How much may be shown of each column, the `rows` and the `total` being shown as they are.

    Each of both is already safe beside the total alone. Returns `columns`, some of them hidden: what the others leave
    of any rows is nobody, at least 30 persons where all of it is exact, or at least as many as any figure needs.
    """
    if len(columns) > MOST_COLUMNS:
        return dict.fromkeys(columns, Showing.HIDDEN)
    shown = dict(columns)
    sizes = {name: sum(count for (_, column), count in cells.items() if column == name) for name in columns}
    while told := [name for name, how in shown.items() if how is not Showing.HIDDEN]:
        found = next(_given_away(_groups(rows, total), _groups(shown, total), cells, audience), None)
        hidden = [name for name, how in shown.items() if how is Showing.HIDDEN and sizes[name]]
        # One column hidden here alone could be had from the total less the others.
        alone = len(hidden) == 1 and columns[hidden[0]] is not Showing.HIDDEN
        if found is None and not alone:
            break
        among = [name for name in told if found is not None and name in found] or told
        shown[min(among, key=lambda name: sizes[name])] = Showing.HIDDEN
    return shown


def _groups(parts: Mapping[str, Showing], total: Showing) -> list[_Group]:
    told = [_Group(frozenset([name]), how is Showing.WHOLE) for name, how in parts.items() if how is not Showing.HIDDEN]
    rest = frozenset(name for name, how in parts.items() if how is Showing.HIDDEN)
    if rest and total is not Showing.HIDDEN:
        told.append(_Group(rest, total is Showing.WHOLE and all(group.exact for group in told)))
    return told


def _given_away(
    rows: Sequence[_Group], columns: Sequence[_Group], cells: Cells, audience: str
) -> Iterator[frozenset[str]]:
    """Every set of columns that, with the rows, gives a group away that is too small."""
    few = fewest(audience)
    for chosen in _sets(columns):
        names = frozenset(chain.from_iterable(group.names for group in chosen))
        exact = all(group.exact for group in chosen)
        here = {cell: count for cell, count in cells.items() if count and cell[1] in names}
        touched = [group for group in rows if any(row in group.names for row, _ in here)]
        within = [
            group
            for group in touched
            if all(column in names for (row, column), count in cells.items() if count and row in group.names)
        ]
        covered = {row for group in touched for row in group.names}
        if all(row in covered for row, _ in here):
            left = sum(count for (row, _), count in cells.items() if row in covered) - sum(here.values())
            if 0 < left < (ENOUGH if exact and all(group.exact for group in touched) else few):
                yield names
        left = sum(here.values()) - sum(
            count for (row, _), count in here.items() if any(row in group.names for group in within)
        )
        if within and 0 < left < (ENOUGH if exact and all(group.exact for group in within) else few):
            yield names


def _sets(groups: Sequence[_Group]) -> Iterator[tuple[_Group, ...]]:
    return chain.from_iterable(combinations(groups, size) for size in range(1, len(groups) + 1))
