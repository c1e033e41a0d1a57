"""Funnel: from registered to finished, by journey and by unit, and why the other follow-ups were not answered.

Personal invitations only: nobody knows how many saw a poster, so that what began openly is counted in a line without
a rate. Units are told of the fixed period alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.figures.suppression import fewest
from bot.workbook.cells import Value
from bot.workbook.dispositions import disposition_bars, dispositions_table
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label
from bot.workbook.parts import part_response
from bot.workbook.response import open_lines, response_cells, response_table, tells_period
from bot.workbook.sheets import Block, Form, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.widths import fitted
from flows.wording import in_language

_COUNTS = ("registered", "opened", "begun", "finished", "still-open")
_NAMES = ("journey", "unit", "period", *_COUNTS, "rate", "from", "to", "note")
_FORMS: dict[str, Form] = {
    **dict.fromkeys(_COUNTS, "whole"),
    **dict.fromkeys(("rate", "from", "to"), "share"),
}


def funnel(snapshot: Snapshot, edition: Edition) -> Sheet:
    """The sheet: the funnel, what began openly, the funnel of each unit, then every reason why not."""
    say, units = edition.say, list(_unit_rows(snapshot, edition))
    blocks: list[Block] = [
        Line(say("funnel.title", week=snapshot.week), "title"),
        *(Line(words) for words in say.lines("funnel-lines")),
        response_table(snapshot, say, "response"),
        *open_lines(snapshot, snapshot.open, say),
    ]
    if units:
        table = Table("response_by_unit", fitted(_NAMES, _FORMS, units, say), units, filters=False)
        blocks += [Line(say("funnel.units"), "heading"), table]
    blocks += [
        Line(say("funnel.why-not"), "heading"),
        *(Line(words) for words in say.lines("disposition-lines")),
        dispositions_table(snapshot, edition),
        *disposition_bars(snapshot, edition),
    ]
    return Sheet(say("sheets.funnel"), tuple(blocks))


def _unit_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Value]]:
    say, units = edition.say, snapshot.chapters.units
    if len(units) < 2 or not tells_period(snapshot):
        return
    for total in snapshot.funnel:
        title, hidden = journey_title(snapshot, total.journey, say), 0
        for unit, counts in units.items():
            response = part_response(snapshot, units, unit, total.journey, say)
            if response is None:
                continue
            if response.funnel is None:
                hidden += 1
                continue
            known = edition.organisation.units.get(unit)
            name = in_language(known.name, say.language) if known else unit
            cells = response_cells(response.funnel.registered, response)
            yield (title, name, period_label(counts.period), *cells)
        if hidden:
            others = say("parts-of.others", count=hidden)
            note = say("funnel.hidden-units", fewest=fewest(total.audience))
            yield (title, others, period_label(snapshot.period), say("journey.gap"), *[None] * 7, note)
