"""Parts: what may be shown of each unit's part (or channel's, ...) in a period, so that nothing small comes back beside
the figures of all together.

Each part stands as in a report of its own, by the same rules, with its own weeks. On top of that, because everybody may
have the report of all: no part is shown further than all are, since the parts together are the whole; and while the
parts held back are small together, or one alone, the smallest one shown is held back too. Parts are told of fixed
periods alone: of single weeks and of rolling ones a part has no figure. Who answered in several parts counts at each,
and less for what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.figures.crossing import yielding
from bot.figures.distribution import Distribution
from bot.figures.suppression import Showing, of_parts, unsettled, with_total
from bot.store.tallies import BOTH
from bot.workbook.counted import Counted
from bot.workbook.entries import Entry, of_fixed_period, period_entries
from bot.workbook.response import Response
from bot.workbook.response import of_period as response_of_period
from bot.workbook.shown import Figure, Key, Why
from bot.workbook.texts import Texts


def part_entries(whole: Counted, parts: Mapping[str, Counted]) -> dict[str, list[Entry]]:
    """Every question that was put in each part in the period, as it may be shown beside the other parts; by part."""
    total = {entry.key: entry for entry in period_entries(whole)}
    alone = {code: period_entries(counts) for code, counts in parts.items()}
    figures = _by_key(alone)
    shown = {
        key: of_all(entry.figure, figures[key], entry.journey.audience, _again(entry.figure, whole.whole[key]))
        for key, entry in total.items()
        if key in figures
    }
    return {
        code: [replace(entry, figure=shown[entry.key][code]) for entry in entries] for code, entries in alone.items()
    }


def held_in(whole: Counted, parts: Mapping[str, Counted], part: str) -> dict[Key, Figure]:
    """What may be shown of each question in one part: what `Counted.held` is, of that part.

    Whatever is hidden is hidden in the same words. Who knows of two hidden parts how many they are together, and which
    of them is the small one, often knows how small. And a question that nobody was asked here is there as one that is
    hidden: that it was put, after a low answer, say, would tell of that answer.
    """
    if part not in parts:
        return {}
    figures = {entry.key: entry.figure for entry in part_entries(whole, parts).get(part, ())}
    told = {key: _in_same_words(figure) for key, figure in figures.items()}
    met = journeys_of(parts[part])
    nobody = Figure(Showing.HIDDEN, "parts", Distribution())
    return {key: nobody for key in whole.whole if key.journey in met} | told


def journeys_of(counts: Counted) -> set[str]:
    """The journeys with which a part met anybody in the fixed period."""
    return {row.journey for row in counts.funnel} | {key.journey for key in counts.whole}


def figures_beside(whole: Counted, parts: Mapping[str, Counted], key: Key, audience: str) -> dict[str, Figure]:
    """What may be shown in each part of what is counted as if it were a question, and is none, in the fixed period.

    Hidden in the same words, as in `held_in`.
    """
    total, alone = of_fixed_period(whole, key, audience), {}
    for code, counts in parts.items():
        if key in counts.whole:
            alone[code] = of_fixed_period(counts, key, audience)
    shown = of_all(total, alone, audience, _again(total, whole.whole[key]))
    return {code: _in_same_words(figure) for code, figure in shown.items()}


def in_fives_beside(total: Figure, alone: Mapping[str, Figure], audience: str) -> dict[str, Figure]:
    """As `of_all`, and of no part anything exact: of figures that cut the persons of other figures further, so that
    two exact ones could be subtracted from each other.
    """
    return {
        code: _in_same_words(_held_back(figure, unsettled(figure.showing)))
        for code, figure in of_all(total, alone, audience).items()
    }


def crossed_entries(
    whole: Counted, units: Mapping[str, Counted], channels: Mapping[str, Counted], both: Mapping[str, Counted]
) -> dict[str, list[Entry]]:
    """As `part_entries` by channel, each held back too where it would, beside the units' figures, give a group away.

    `both` are the parts of the cut "unit channel". The units stand as without channels: everybody may have them.
    """
    totals = {entry.key: entry for entry in period_entries(whole)}
    by_unit, by_channel = (_by_key(part_entries(whole, parts)) for parts in (units, channels))
    cells = {
        key: {
            (unit, channel): figure.distribution.answers
            for cell, figure in found.items()
            for unit, channel in [_two(cell)]
        }
        for key, found in _by_key({cell: period_entries(counts) for cell, counts in both.items()}).items()
    }
    shown = {
        key: yielding(
            {code: figure.showing for code, figure in by_unit.get(key, {}).items()},
            {code: figure.showing for code, figure in found.items()},
            cells.get(key, {}),
            totals[key].figure.showing,
            totals[key].journey.audience,
        )
        for key, found in by_channel.items()
    }
    return {
        code: [replace(entry, figure=_held_back(entry.figure, shown[entry.key][code])) for entry in entries]
        for code, entries in part_entries(whole, channels).items()
    }


def of_all(total: Figure, alone: Mapping[str, Figure], audience: str, again: int = 0) -> dict[str, Figure]:
    """The figures of one question in each part, from what each would show by itself and what all together show; `again`
    as in `of_parts`.
    """
    shown = of_parts(
        total.distribution.answers,
        total.showing,
        [figure.distribution.answers for figure in alone.values()],
        [figure.showing for figure in alone.values()],
        audience,
        again if len(alone) > 1 else 0,
    )
    return {code: _held_back(figure, how) for (code, figure), how in zip(alone.items(), shown, strict=True)}


def part_response(whole: Counted, parts: Mapping[str, Counted], part: str, journey: str, say: Texts) -> Response | None:
    """The funnel of a journey in this part, as it may be shown beside the others. None: no contacts there."""
    rows = {code: row for code, counts in parts.items() for row in counts.funnel if row.journey == journey}
    if part not in rows:
        return None
    audience = rows[part].audience
    alone = {code: response_of_period(parts[code], row, say) for code, row in rows.items()}
    total = [response_of_period(whole, row, say) for row in whole.funnel if row.journey == journey]
    held_back = {place for place, response in enumerate(alone.values()) if response.funnel is None}
    shown = dict(zip(rows, with_total([row.registered for row in rows.values()], audience, held_back), strict=True))
    if alone[part].funnel is None:
        return alone[part]
    if shown[part] is Showing.HIDDEN or any(response.funnel is None for response in total):
        return Response(None, None, say("notes.parts"))
    return alone[part]


def _again(total: Figure, once: Distribution) -> int:
    """What persons with several contacts, and corrections, add beyond one answer a person of all weeks together."""
    return max(0, once.contacts - once.asked) + max(0, total.distribution.answers - once.answers)


def _by_key(entries: Mapping[str, Sequence[Entry]]) -> dict[Key, dict[str, Figure]]:
    found: dict[Key, dict[str, Figure]] = {}
    for code, of_part in entries.items():
        for entry in of_part:
            found.setdefault(entry.key, {})[code] = entry.figure
    return found


def _two(cell: str) -> tuple[str, str]:
    unit, _, channel = cell.partition(BOTH)
    return unit, channel


def _in_same_words(figure: Figure) -> Figure:
    return replace(figure, why="parts") if figure.showing is Showing.HIDDEN else figure


def _held_back(figure: Figure, how: Showing) -> Figure:
    if how is figure.showing:
        return figure
    why: Why = "parts" if how is Showing.HIDDEN else "parts-few"
    return Figure(how, why, figure.distribution)
