"""Response: how many contacts were registered, invited and answered, and the rate that may be shown of it; and how many
began from a poster or a card, which have no rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.figures.funnel import Funnel, Rate
from bot.figures.suppression import ENOUGH, Showing, fewest, showing
from bot.store.tallies import FunnelRow
from bot.store.week_rows import OpenRow
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.names import journey_title, period_label, period_span
from bot.workbook.sheets import Column, Line, Table
from bot.workbook.texts import Texts

FIRST, SECOND, NUMBER, NOTE = 48.0, 28.0, 12.5, 34.0
"""Widths in characters that the tables of the first sheet share: what stands below each other is equally wide."""

_NAMES = ("journey", "period", "registered", "opened", "begun", "finished", "still-open", "rate", "from", "to", "note")


@dataclass(frozen=True, slots=True)
class Response:
    """A funnel (None: nothing of it may be shown), its rate, and in words why something is missing."""

    funnel: Funnel | None
    rate: Rate | None
    why: str | None


def tells_period(counts: Counted) -> bool:
    """Whether figures of the fixed period belong here: nobody asked for other weeks, or for such as hold it."""
    return counts.rolls or counts.period[0] >= counts.latest[0]


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


def newest(counts: Counted, journey: str, audience: str, say: Texts) -> tuple[int, Response, tuple[str, ...]]:
    """A journey's newest funnel of several weeks: how many contacts were registered, the response, and which weeks.

    Of the latest weeks where each of them has a rate by itself, because rolling ones give single weeks back; else of
    the fixed period.
    """
    recent, fixed = (_row_of(rows, journey, audience) for rows in (counts.recent_funnel, counts.funnel))
    weeks = [_row_of(counts.funnels[week], journey, audience).registered for week in counts.latest]
    if recent.registered and all(registered >= ENOUGH for registered in weeks if registered):
        return recent.registered, _response(recent, ENOUGH, say), counts.latest
    if not tells_period(counts):
        return fixed.registered, Response(None, None, say("notes.span")), counts.period
    return fixed.registered, of_period(counts, fixed, say), counts.period


def of_week(row: FunnelRow, say: Texts) -> Response:
    """What may be shown of one week: a rate from 30 contacts on."""
    return _response(row, ENOUGH, say)


def open_lines(counts: Counted, rows: Sequence[OpenRow], say: Texts) -> Iterator[Line]:
    """One line a journey: how many contacts of the period began from a poster or a card. They have no rate."""
    for row in rows:
        title, span = journey_title(counts, row.journey, say), period_span(counts.period, say)
        yield Line(say("overview.open", journey=title, span=span, count=shown_openly(row, say)))


def shown_openly(row: OpenRow, say: Texts) -> int | str:
    """How many began openly, or in words that they are few: contacts, and persons too, since one may come often."""
    if showing(min(row.contacts, row.persons), row.audience) is Showing.HIDDEN:
        return say("notes.under", fewest=fewest(row.audience))
    return row.contacts


def response_table(counts: Counted, say: Texts, name: str = "funnel") -> Table:
    """The funnel of each journey in the newest weeks that can be told together, and in the week."""
    rows = list(_rows(counts, say)) or [(say("overview.no-contacts"), *[None] * (len(_NAMES) - 1))]
    return Table(name, response_columns(say), rows, filters=False)


def response_columns(say: Texts, first: str = "journey") -> tuple[Column, ...]:
    """The columns of a funnel; `first` names what each row is of."""
    widths = {first: FIRST, "period": SECOND, "note": NOTE}
    return tuple(
        Column(
            say(f"headers.{each}"),
            "share" if each in ("rate", "from", "to") else "wrapped" if each in widths else "whole",
            widths.get(each, NUMBER),
        )
        for each in (first, *_NAMES[1:])
    )


def response_cells(registered: int, response: Response) -> Sequence[Value]:
    """A funnel as it may be shown: registered to still open, the rate with its interval, why something is missing."""
    funnel, rate = response.funnel, response.rate
    if funnel is None:
        return (registered, *[None] * 7, response.why)
    counts = (funnel.registered, funnel.opened, funnel.begun, funnel.finished, funnel.still_open)
    if rate is None:
        return (*counts, None, None, None, response.why)
    return (*counts, rate.share, rate.interval.low, rate.interval.high, None)


def _rows(counts: Counted, say: Texts) -> Iterator[Sequence[Value]]:
    for journey, audience in sorted({(row.journey, row.audience) for row in (*counts.funnel, *counts.recent_funnel)}):
        registered, response, weeks = newest(counts, journey, audience, say)
        yield (journey_title(counts, journey, say), period_label(weeks), *response_cells(registered, response))
    for row in counts.funnels[counts.week]:
        yield (journey_title(counts, row.journey, say), counts.week, *response_cells(row.registered, of_week(row, say)))


def _row_of(rows: Sequence[FunnelRow], journey: str, audience: str) -> FunnelRow:
    nobody = FunnelRow("", "", journey, audience, 0, 0, 0, 0, 0)
    return next((row for row in rows if (row.journey, row.audience) == (journey, audience)), nobody)


def _response(row: FunnelRow, enough: int, say: Texts) -> Response:
    if showing(row.registered, row.audience) is Showing.HIDDEN:
        return Response(None, None, say("notes.hidden-contacts", fewest=fewest(row.audience)))
    funnel = Funnel(row.registered, row.opened, row.begun, row.finished, row.still_open)
    if row.registered < enough:
        return Response(funnel, None, say("notes.week-contacts"))
    return Response(funnel, funnel.response_rate(), None)
