"""Dispositions: how the follow-ups that were not answered to the end ended, and why, without small numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.figures.suppression import Showing, fewest, showing, with_total
from bot.store.tallies import FunnelRow
from bot.store.week_rows import ReasonRow
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, reason_label
from bot.workbook.sheets import Block, Column, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot

Cell = tuple[str, str, str, str]
"""Journey, audience, disposition, reason."""


def dispositions(snapshot: Snapshot, edition: Edition) -> Sheet:
    """The sheet: the follow-ups of the period's contacts and of the week's."""
    say = edition.say
    columns = (
        Column(say("headers.journey"), "wrapped", 32),
        Column(say("headers.period"), "text", 23),
        Column(say("headers.ended"), "text", 22),
        Column(say("headers.reason"), "text", 34),
        Column(say("headers.follow-ups"), "whole", 18),
        Column(say("headers.note"), "wrapped", 46),
    )
    weeks = {week: _enough(snapshot.reasons[week], snapshot.funnels[week]) for week in snapshot.reasons}
    shown = {week: may_be_shown(rows) for week, rows in weeks.items()}
    period = _enough(snapshot.period_reasons, snapshot.funnel)
    gone = [
        {_cell(row): row.follow_ups for row in snapshot.reasons[each] if not shown[each].get(_cell(row), False)}
        for each in snapshot.period
    ]
    rows = [
        *_rows(snapshot, period, may_be_shown(period, gone), period_label(snapshot.period), edition),
        *_rows(snapshot, weeks[snapshot.week], shown[snapshot.week], snapshot.week, edition),
    ]
    blocks: list[Block] = [
        Line(say("follow-ups.title", week=snapshot.week), "title"),
        *(Line(words) for words in say.lines("disposition-lines")),
        Table("why_not", columns, rows or [(say("overview.none"), *[None] * 5)]),
    ]
    return Sheet(say("sheets.follow-ups"), tuple(blocks), frozen=True)


def may_be_shown(rows: Sequence[ReasonRow], gone: Sequence[Mapping[Cell, int]] = ()) -> dict[Cell, bool]:
    """Which of these counts may be shown, by cell.

    None under the threshold; nor the smallest beside one that is hidden alone, in the same journey; nor, of a
    period, one from which the weeks shown could be taken so that few remain. `gone` holds what is not shown in each of
    the period's weeks.
    """
    found: dict[Cell, bool] = {}
    for group in dict.fromkeys((row.journey, row.audience) for row in rows):
        members = [row for row in rows if (row.journey, row.audience) == group]
        given_away = [place for place, row in enumerate(members) if _given_away(row, gone)]
        how = with_total([row.follow_ups for row in members], group[1], given_away)
        found.update((_cell(row), each is not Showing.HIDDEN) for row, each in zip(members, how, strict=True))
    return found


def _given_away(row: ReasonRow, gone: Sequence[Mapping[Cell, int]]) -> bool:
    hidden = sum(cells.get(_cell(row), 0) for cells in gone)
    return 0 < hidden < fewest(row.audience) and hidden < row.follow_ups


def _enough(reasons: Sequence[ReasonRow], funnel: Sequence[FunnelRow]) -> list[ReasonRow]:
    enough = {
        (row.journey, row.audience) for row in funnel if showing(row.registered, row.audience) is not Showing.HIDDEN
    }
    return [row for row in reasons if (row.journey, row.audience) in enough]


def _rows(
    snapshot: Snapshot, reasons: Sequence[ReasonRow], shown: Mapping[Cell, bool], time: str, edition: Edition
) -> Iterator[Sequence[Value]]:
    say = edition.say
    for row in reasons:
        few = fewest(row.audience)
        small = row.follow_ups < few
        count: Value = row.follow_ups
        if not shown[_cell(row)]:
            count = say("notes.under", fewest=few) if small else say("journey.gap")
        yield (
            journey_title(snapshot, row.journey, say),
            time,
            say.label("dispositions", row.disposition),
            reason_label(row.reason, edition),
            count,
            None if shown[_cell(row)] or small else say("notes.beside"),
        )


def _cell(row: ReasonRow) -> Cell:
    return (row.journey, row.audience, row.disposition, row.reason)
