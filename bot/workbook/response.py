"""Response: how many contacts were registered, invited and answered, and the rate that may be shown of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.figures.funnel import Funnel, Rate
from bot.figures.suppression import ENOUGH, Showing, fewest, showing
from bot.store.tallies import FunnelRow
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.names import journey_title, period_label
from bot.workbook.sheets import Column, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts

FIRST, SECOND, NUMBER, NOTE = 52.0, 28.0, 16.0, 42.0
"""Widths in characters that the tables of the first sheet share: what stands below each other is equally wide."""

_NAMES = ("journey", "period", "registered", "opened", "begun", "finished", "still-open", "rate", "from", "to", "note")


@dataclass(frozen=True, slots=True)
class Response:
    """A funnel (None: nothing of it may be shown), its rate, and in words why something is missing."""

    funnel: Funnel | None
    rate: Rate | None
    why: str | None


def of_period(counts: Counted, row: FunnelRow, say: Texts) -> Response:
    """What may be shown of a period: nothing where that would, with its other weeks, give a small week away."""
    small = sum(
        other.registered
        for week in counts.period
        for other in counts.funnels[week]
        if other.journey == row.journey and other.registered < fewest(row.audience)
    )
    given_away = 0 < small < fewest(row.audience) and small < row.registered
    return Response(None, None, say("notes.derived")) if given_away else _response(row, 1, say)


def of_week(row: FunnelRow, say: Texts) -> Response:
    """What may be shown of one week: a rate from 30 contacts on."""
    return _response(row, ENOUGH, say)


def response_table(snapshot: Snapshot, say: Texts) -> Table:
    """The funnel of each journey in the period and in the week."""
    widths = {"journey": FIRST, "period": SECOND, "note": NOTE}
    columns = tuple(
        Column(
            say(f"headers.{name}"),
            "share" if name in ("rate", "from", "to") else "wrapped" if name in widths else "whole",
            widths.get(name, NUMBER),
        )
        for name in _NAMES
    )
    rows = list(_rows(snapshot, say)) or [(say("overview.no-contacts"), *[None] * (len(_NAMES) - 1))]
    return Table("funnel", columns, rows, filters=False)


def _rows(snapshot: Snapshot, say: Texts) -> Iterator[Sequence[Value]]:
    for row in snapshot.funnel:
        yield _row(snapshot, row, period_label(snapshot.period), of_period(snapshot, row, say), say)
    for row in snapshot.funnels[snapshot.week]:
        yield _row(snapshot, row, snapshot.week, of_week(row, say), say)


def _row(snapshot: Snapshot, row: FunnelRow, time: str, response: Response, say: Texts) -> Sequence[Value]:
    title, funnel, rate = journey_title(snapshot, row.journey, say), response.funnel, response.rate
    if funnel is None:
        return (title, time, row.registered, *[None] * 7, response.why)
    counts = (funnel.registered, funnel.opened, funnel.begun, funnel.finished, funnel.still_open)
    if rate is None:
        return (title, time, *counts, None, None, None, response.why)
    return (title, time, *counts, rate.share, rate.interval.low, rate.interval.high, None)


def _response(row: FunnelRow, enough: int, say: Texts) -> Response:
    if showing(row.registered, row.audience) is Showing.HIDDEN:
        return Response(None, None, say("notes.hidden-contacts", fewest=fewest(row.audience)))
    funnel = Funnel(row.registered, row.opened, row.begun, row.finished, row.still_open)
    if row.registered < enough:
        return Response(funnel, None, say("notes.week-contacts"))
    return Response(funnel, funnel.response_rate(), None)
