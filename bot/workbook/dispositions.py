"""Dispositions: how the follow-ups that were not answered to the end ended, and why, without small numbers.

All of it is in fives, because the follow-ups still open end after the report, and are told of in the next one. A unit
is told of the fixed period alone: of its counts those that give no small one away beside its others, nor beside the
same count of the other units, which are all of them less those of all together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.figures.margins import held_back
from bot.figures.suppression import Showing, fewest, rounded_up, showing, with_total
from bot.store.tallies import FunnelRow
from bot.store.week_rows import ReasonRow
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, reason_label
from bot.workbook.parts import part_response
from bot.workbook.response import FIRST, NUMBER, SECOND, tells_period
from bot.workbook.sheets import Bar, Bars, Block, Column, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts

Cell = tuple[str, str, str, str]
"""Journey, audience, disposition, reason."""


def disposition_bars(snapshot: Snapshot, edition: Edition) -> Iterator[Bars]:
    """A chart of each journey in the period: the reasons whose counts may be shown, the most frequent first."""
    yield from _bars(snapshot, *_period(snapshot), edition)


def dispositions_table(snapshot: Snapshot, edition: Edition) -> Table:
    """The follow-ups of the period's contacts and of the week's."""
    week = _enough(snapshot.reasons[snapshot.week], snapshot.funnels[snapshot.week])
    rows = [
        *_rows(snapshot, *_period(snapshot), period_label(snapshot.period), edition),
        *_rows(snapshot, week, may_be_shown(week), snapshot.week, edition),
    ]
    return _table(rows, edition.say)


def unit_dispositions(
    snapshot: Snapshot, reasons: Mapping[str, Sequence[ReasonRow]], unit: str, edition: Edition
) -> Iterator[Block]:
    """The table and the charts of one unit in the fixed period; `reasons` are those of every unit, by its code."""
    say, shown = edition.say, shown_by_unit(snapshot, reasons, edition.say)
    # Of who has no funnel not even the reasons that there are.
    rows = [row for row in reasons.get(unit, ()) if _has_funnel(snapshot, unit, row.journey, say)]
    told = {cell: may for (code, cell), may in shown.items() if code == unit}
    yield _table(list(_rows(snapshot, rows, told, period_label(snapshot.period), edition)), say)
    yield from _bars(snapshot, rows, told, edition)


def shown_by_unit(
    snapshot: Snapshot, reasons: Mapping[str, Sequence[ReasonRow]], say: Texts
) -> dict[tuple[str, Cell], bool]:
    """Which of every unit's counts may be shown, by unit and cell.

    None that is not told of all together, nor of a unit whose funnel is not told; and of the others none that would
    give a small one away beside the unit's others, or beside the same count of the other units.
    """
    together, groups = _period(snapshot)[1], dict[tuple[str, str], dict[tuple[str, Cell], int]]()
    hidden: set[tuple[str, Cell]] = set()
    for unit, rows in reasons.items():
        told = {name for name in {row.journey for row in rows} if _has_funnel(snapshot, unit, name, say)}
        for row in rows:
            groups.setdefault((row.journey, row.audience), {})[unit, _cell(row)] = row.follow_ups
            if row.journey not in told or not together.get(_cell(row), False):
                hidden.add((unit, _cell(row)))
    for (_, audience), counts in groups.items():
        hidden |= hidden_beside(counts, hidden & counts.keys(), audience)
    return {one: one not in hidden for counts in groups.values() for one in counts}


def hidden_beside(
    counts: Mapping[tuple[str, Cell], int], hidden: Collection[tuple[str, Cell]], audience: str
) -> set[tuple[str, Cell]]:
    """Which counts of one journey, by unit and cell, must be hidden; those that are `hidden` already are among them.

    Each unit's counts together, and each count of all units, may be known. One that a single unit has is told with all
    units where it is not hidden already: it hides no other of that unit.
    """
    by_cell: dict[Cell, list[tuple[str, Cell]]] = {}
    by_unit: dict[str, list[tuple[str, Cell]]] = {}
    for one in counts:
        by_cell.setdefault(one[1], []).append(one)
    for one in counts:
        if one in hidden or len(by_cell[one[1]]) > 1:
            by_unit.setdefault(one[0], []).append(one)
    return held_back(counts, [*by_unit.values(), *by_cell.values()], hidden, audience)


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


def _has_funnel(snapshot: Snapshot, unit: str, journey: str, say: Texts) -> bool:
    response = part_response(snapshot, snapshot.chapters.units, unit, journey, say)
    return response is not None and response.funnel is not None


def _bars(
    snapshot: Snapshot, reasons: Sequence[ReasonRow], shown: Mapping[Cell, bool], edition: Edition
) -> Iterator[Bars]:
    say = edition.say
    for journey in dict.fromkeys(row.journey for row in reasons):
        told = sorted(
            (row for row in reasons if row.journey == journey and shown[_cell(row)]),
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


def _table(rows: Sequence[Sequence[Value]], say: Texts) -> Table:
    columns = (
        Column(say("headers.reason"), "wrapped", FIRST),
        Column(say("headers.journey"), "wrapped", SECOND + 2),
        Column(say("headers.period"), "text", 23),
        Column(say("headers.ended"), "wrapped", 20),
        Column(say("headers.follow-ups"), "whole", NUMBER),
    )
    return Table("why_not", columns, rows or [(say("overview.none"), *[None] * 4)])


def _rows(
    snapshot: Snapshot, reasons: Sequence[ReasonRow], shown: Mapping[Cell, bool], time: str, edition: Edition
) -> Iterator[Sequence[Value]]:
    """Hidden reasons are in one row without their names: of the only one who did not finish, the name would be it."""
    say = edition.say
    for row in reasons:
        if shown[_cell(row)]:
            ended = say.label("dispositions", row.disposition)
            reason = reason_label(row.reason, edition) or ended
            yield (reason, journey_title(snapshot, row.journey, say), time, ended, rounded_up(row.follow_ups))
    for journey in dict.fromkeys(row.journey for row in reasons if not shown[_cell(row)]):
        yield (say("funnel.other-reasons"), journey_title(snapshot, journey, say), time, None, say("journey.gap"))


def _cell(row: ReasonRow) -> Cell:
    return (row.journey, row.audience, row.disposition, row.reason)
