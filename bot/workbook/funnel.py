"""Funnel: from registered to finished, by journey and by unit, and why the other follow-ups were not answered.

Personal invitations only: nobody knows how many saw a poster, so that what began openly is counted in a line without
a rate. Units are told of the fixed period alone, in the report of one unit too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.figures.suppression import fewest
from bot.store.week_rows import ReasonRow
from bot.workbook.cells import Value
from bot.workbook.dispositions import disposition_bars, dispositions_table, unit_dispositions
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, period_span
from bot.workbook.parts import part_response
from bot.workbook.response import open_lines, response_cells, response_columns, response_table, tells_period
from bot.workbook.sheets import Block, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from flows.wording import in_language


def funnel(snapshot: Snapshot, edition: Edition) -> Sheet:
    """The sheet: the funnel, what began openly, the funnel of each unit, then every reason why not."""
    say = edition.say
    blocks: list[Block] = [
        Line(say("funnel.title", week=snapshot.week), "title"),
        *(Line(words) for words in say.lines("funnel-lines")),
        response_table(snapshot, say, "response"),
        *open_lines(snapshot, snapshot.open, say),
    ]
    if units := list(_unit_rows(snapshot, edition)):
        table = Table("response_by_unit", response_columns(say, "unit"), units, filters=False)
        blocks += [Line(say("funnel.units"), "heading"), table]
    blocks += [
        Line(say("funnel.why-not"), "heading"),
        *(Line(words) for words in say.lines("disposition-lines")),
        dispositions_table(snapshot, edition),
        *disposition_bars(snapshot, edition),
    ]
    return Sheet(say("sheets.funnel"), tuple(blocks))


def funnel_of_unit(
    snapshot: Snapshot, reasons: Mapping[str, Sequence[ReasonRow]], unit: str, edition: Edition
) -> Sheet:
    """The sheet of one unit: its row of each journey, what began openly anywhere, its reasons why not.

    `snapshot` is of all units, and `reasons` are those of the period of every unit, by its code.
    """
    say, span = edition.say, period_span(snapshot.period, edition.say)
    opened = list(open_lines(snapshot, snapshot.open, say))
    blocks: list[Block] = [
        Line(say("funnel.of-unit", span=span, unit=edition.unit_name(unit)), "title"),
        Line(say("funnel.of-unit-line")),
        Line(say("overview.funnel-line")),
        unit_response(snapshot, unit, edition, named=True),
        *([Line(say("funnel.open-of-all")), *opened] if opened else []),
        Line(say("funnel.why-not"), "heading"),
        *(Line(words) for words in say.lines("disposition-lines")),
        *unit_dispositions(snapshot, reasons, unit, edition),
    ]
    return Sheet(say("sheets.funnel"), tuple(blocks))


def unit_response(snapshot: Snapshot, unit: str, edition: Edition, *, named: bool) -> Table:
    """The funnel of each journey in this unit and the fixed period; `named`: with the unit's name in each row."""
    say, units = edition.say, snapshot.chapters.units
    rows: list[Sequence[Value]] = []
    for row in units[unit].funnel if unit in units else ():
        response = part_response(snapshot, units, unit, row.journey, say)
        if response is not None:
            title = journey_title(snapshot, row.journey, say)
            title = say("funnel.unit", journey=title, unit=edition.unit_name(unit)) if named else title
            rows.append((title, period_label(snapshot.period), *response_cells(row.registered, response)))
    nobody = say("one-unit.no-contacts", span=period_span(snapshot.period, say))
    name, first = ("response_by_unit", "unit") if named else ("response", "journey")
    return Table(name, response_columns(say, first), rows or [(nobody, *[None] * 10)], filters=False)


def _unit_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Value]]:
    say, units = edition.say, snapshot.chapters.units
    if len(units) < 2 or not tells_period(snapshot):
        return
    for total in snapshot.funnel:
        title, hidden, left = journey_title(snapshot, total.journey, say), 0, total.registered
        for unit, counts in units.items():
            response = part_response(snapshot, units, unit, total.journey, say)
            if response is None:
                continue
            if response.funnel is None:
                hidden += 1
                continue
            known = edition.organisation.units.get(unit)
            name = in_language(known.name, say.language) if known else unit
            left -= response.funnel.registered
            cells = response_cells(response.funnel.registered, response)
            yield (say("funnel.unit", journey=title, unit=name), period_label(counts.period), *cells)
        if hidden:
            others = say("parts-of.others", count=hidden)
            note = say("funnel.hidden-units", fewest=fewest(total.audience))
            name = say("funnel.unit", journey=title, unit=others)
            # How many were registered is told of everybody: all of them less those above, as anybody could count.
            yield (name, period_label(snapshot.period), left, *[None] * 7, note)
