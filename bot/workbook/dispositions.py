"""Dispositions: how the follow-ups that were not answered to the end ended, and why, without small numbers.

All of it is in fives, because the follow-ups still open end after the report, and are told of in the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.figures.suppression import Showing, all_few, fewest, rounded_up, showing, with_total
from bot.store.tallies import FunnelRow
from bot.store.week_rows import ReasonRow
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, reason_label
from bot.workbook.response import FIRST, NUMBER, SECOND, tells_period
from bot.workbook.sheets import Bar, Bars, Column, Table
from bot.workbook.snapshot import Snapshot

Cell = tuple[str, str, str, str]
"""Journey, audience, disposition, reason."""


def disposition_bars(snapshot: Snapshot, edition: Edition) -> Iterator[Bars]:
    """A chart of each journey in the period: the reasons whose counts may be shown, the most frequent first."""
    say, (period, shown) = edition.say, _period(snapshot)
    for journey in dict.fromkeys(row.journey for row in period):
        told = sorted(
            (row for row in period if row.journey == journey and shown[_cell(row)]),
            key=lambda row: -rounded_up(row.follow_ups),
        )
        if len(told) < 2:
            continue
        bars = []
        for row in told:
            ended = say.label("dispositions", row.disposition)
            reason = reason_label(row.reason, edition) or ended
            count = rounded_up(row.follow_ups)
            bars.append(Bar(say("bars.counted", label=reason, count=count), ended, count))
        title = say("bars.reasons", journey=journey_title(snapshot, journey, say))
        told_bars = "; ".join(f"{bar.group}: {bar.label}" for bar in bars)
        alt = say("bars.alt", title=title, span=period_label(snapshot.period), bars=told_bars)
        yield Bars(title, say("headers.reason"), say("headers.follow-ups"), tuple(bars), "0", alt)


def dispositions_table(snapshot: Snapshot, edition: Edition) -> Table:
    """The follow-ups of the period's contacts and of the week's."""
    say = edition.say
    columns = (
        Column(say("headers.reason"), "wrapped", FIRST),
        Column(say("headers.journey"), "wrapped", SECOND + 2),
        Column(say("headers.period"), "text", 23),
        Column(say("headers.ended"), "wrapped", 20),
        Column(say("headers.follow-ups"), "whole", NUMBER),
    )
    week = _enough(snapshot.reasons[snapshot.week], snapshot.funnels[snapshot.week])
    rows = [
        *_rows(snapshot, *_period(snapshot), period_label(snapshot.period), edition),
        *_rows(snapshot, week, may_be_shown(week), snapshot.week, edition),
    ]
    return Table("why_not", columns, rows or [(say("overview.none"), *[None] * 4)])


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


def _period(snapshot: Snapshot) -> tuple[list[ReasonRow], dict[Cell, bool]]:
    if not tells_period(snapshot):
        return [], {}
    gone = []
    for week in snapshot.period:
        rows = _enough(snapshot.reasons[week], snapshot.funnels[week])
        shown = may_be_shown(rows)
        gone.append({_cell(row): row.follow_ups for row in snapshot.reasons[week] if not shown.get(_cell(row), False)})
    period = _enough(snapshot.period_reasons, snapshot.funnel)
    return period, may_be_shown(period, gone)


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
        count: Value = rounded_up(row.follow_ups)
        if not shown[_cell(row)]:
            beside = [each for each in reasons if (each.journey, each.audience) == (row.journey, row.audience)]
            few = all_few([each.follow_ups for each in beside if not shown[_cell(each)]], row.audience)
            count = say("notes.under", fewest=fewest(row.audience)) if few else say("journey.gap")
        ended = say.label("dispositions", row.disposition)
        reason = reason_label(row.reason, edition) or ended
        yield (reason, journey_title(snapshot, row.journey, say), time, ended, count)


def _cell(row: ReasonRow) -> Cell:
    return (row.journey, row.audience, row.disposition, row.reason)
