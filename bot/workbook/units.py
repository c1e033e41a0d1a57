"""Units: what may be shown of each unit's part in a period, so that nothing small comes back beside all units' figures.

Each unit stands as in a report of its own, by the same rules, with its own weeks. On top of that, because everybody may
have the report of all units: no unit is shown further than all units are, since the units together are the whole; and
while the units held back are small together, or one alone, the smallest one shown is held back too. Of single weeks a
unit has no figure at all. Who answered at several units counts at each, and less for what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.figures.suppression import Showing, of_parts, with_total
from bot.workbook.counted import Counted
from bot.workbook.entries import Entry, entries_of
from bot.workbook.response import Response
from bot.workbook.response import of_period as response_of_period
from bot.workbook.shown import Figure, Why
from bot.workbook.texts import Texts


def period_entries(counts: Counted) -> list[Entry]:
    """Every question that was put in the period, as the report of all units shows it."""
    return [entry for entry in entries_of(counts) if entry.time != counts.week]


def unit_entries(whole: Counted, units: Mapping[str, Counted], unit: str) -> list[Entry]:
    """Every question that was put at this unit in the period, as it may be shown beside all the others."""
    if unit not in units:
        return []
    total = {entry.key: entry for entry in period_entries(whole)}
    alone = {code: {entry.key: entry.figure for entry in period_entries(counts)} for code, counts in units.items()}
    found = []
    for entry in period_entries(units[unit]):
        figures = {code: of_unit[entry.key] for code, of_unit in alone.items() if entry.key in of_unit}
        how = of_units(total[entry.key].figure, figures, entry.journey.audience)[unit]
        found.append(replace(entry, figure=how))
    return found


def of_units(total: Figure, alone: Mapping[str, Figure], audience: str) -> dict[str, Figure]:
    """The figures of one question at each unit, from what each would show by itself and what all together show."""
    shown = of_parts(
        total.distribution.answers,
        total.showing,
        [figure.distribution.answers for figure in alone.values()],
        [figure.showing for figure in alone.values()],
        audience,
    )
    return {code: _held_back(figure, how) for (code, figure), how in zip(alone.items(), shown, strict=True)}


def unit_response(whole: Counted, units: Mapping[str, Counted], unit: str, journey: str, say: Texts) -> Response | None:
    """The funnel of a journey at this unit, as it may be shown beside the others. None: no contacts there."""
    rows = {code: row for code, counts in units.items() for row in counts.funnel if row.journey == journey}
    if unit not in rows:
        return None
    audience = rows[unit].audience
    alone = {code: response_of_period(units[code], row, say) for code, row in rows.items()}
    total = [response_of_period(whole, row, say) for row in whole.funnel if row.journey == journey]
    held_back = {place for place, response in enumerate(alone.values()) if response.funnel is None}
    shown = dict(zip(rows, with_total([row.registered for row in rows.values()], audience, held_back), strict=True))
    if alone[unit].funnel is None:
        return alone[unit]
    if shown[unit] is Showing.HIDDEN or any(response.funnel is None for response in total):
        return Response(None, None, say("notes.units"))
    return alone[unit]


def _held_back(figure: Figure, how: Showing) -> Figure:
    if how is figure.showing:
        return figure
    why: Why = "units" if how is Showing.HIDDEN else "units-few"
    return Figure(how, why, figure.distribution)
