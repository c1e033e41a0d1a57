"""Trend: half a year of each journey's main questions on a scale, week by week where a week is large enough.

Those are the points of its curve, and trust. Of fewer persons, and of one unit, there are fixed four-week periods only.
The sheet tells nothing that the reports of its weeks didn't.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.clock import week_start
from bot.figures.index import Mean, index_of
from bot.figures.suppression import Showing, fewest
from bot.workbook.breaks import Break
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.essentials import experience
from bot.workbook.names import asked_text, curve_place, journey_title, period_label, why
from bot.workbook.series import Series, is_main
from bot.workbook.sheets import CHARTS, Block, Curve, Form, LeftOut, Line, Point, Sheet, Table
from bot.workbook.shown import Figure, Key, shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from bot.workbook.widths import fitted
from flows.journey import Journey, Question

SHORTEST = 9
"""So many places a chart has at the least: two periods, and the gap between them."""

_COUNTS = ("answers", "asked", "contacts")
_VALUES = ("index", "index-from", "index-to")
_NAMES = ("journey", "question", "span", "first-week", "last-week", "first-day", *_COUNTS, *_VALUES, "breaks", "note")


def trend(snapshot: Snapshot, series: Series, found: Sequence[Break], edition: Edition) -> Sheet | LeftOut:
    """The sheet: every figure with its breaks, then a chart of each journey's whole experience and of its trust."""
    say = edition.say
    asked = list(_asked(snapshot, series))
    rows = [
        row
        for journey, question, key in asked
        for row in _rows(snapshot, series, journey, question, key, found, edition)
    ]
    if not rows:
        return LeftOut(say("sheets.trend"), say("trend.nothing"))
    forms: dict[str, Form] = {**dict.fromkeys((*_COUNTS, *_VALUES), "whole"), "first-day": "day"}
    charts: list[Block] = []
    for journey, question, key in asked:
        if question.scale == "trust" or question == experience(journey):
            charts.extend(_chart(snapshot, series, question, key, edition))
    blocks: list[Block] = [
        *_head(snapshot, series, edition),
        *([Line(say("trend.charted")), Line(say("journey.to-charts"), link=CHARTS)] if charts else []),
        Table("trend", fitted(_NAMES, forms, rows, say, {"breaks": 40}), rows),
        *charts,
    ]
    return Sheet(say("sheets.trend"), tuple(blocks), frozen=True)


def _head(snapshot: Snapshot, series: Series, edition: Edition) -> Iterator[Line]:
    say, ends = edition.say, {"first": series.weeks[0], "last": series.weeks[-1]}
    if edition.unit is None:
        yield Line(say("trend.title", week=snapshot.week), "title")
        yield from (Line(words) for words in say.lines("trend-lines", **ends))
        yield Line(say("trend.breaks"))
    else:
        yield Line(say("trend.title-unit", about=edition.about), "title")
        yield from (Line(words) for words in say.lines("trend-unit-lines", **ends))
        yield Line(say("trend.breaks"))
        yield Line(say("breaks.together"))


def _asked(snapshot: Snapshot, series: Series) -> Iterator[tuple[Journey, Question, Key]]:
    seen = {key for figures in series.told.values() for key in figures}
    for code in snapshot.catalogue.journeys():
        told = []
        for version, question in snapshot.catalogue.questions(code):
            key = Key(code, question.code, question.version, False)
            if is_main(question) and key in seen:
                told.append((version.journey, question, key))
        yield from sorted(told, key=lambda each: (not each[1].curve, curve_place(each[0], each[1])))


def _rows(
    snapshot: Snapshot,
    series: Series,
    journey: Journey,
    question: Question,
    key: Key,
    found: Sequence[Break],
    edition: Edition,
) -> Iterator[Sequence[Value]]:
    say = edition.say
    about = (journey_title(snapshot, key.journey, say), asked_text(edition, question))
    periods = {period: series.of(period, key) for period in series.periods}
    weeks = {week: series.of((week,), key) for week in series.weeks}
    there = [figure for figure in (*periods.values(), *weeks.values()) if figure is not None]
    if all(figure.showing is Showing.HIDDEN for figure in there):
        first = week_start(series.weeks[0], edition.zone).date()
        note = say("trend.all-hidden") if edition.unit is None else _hidden(journey, say)
        yield (*about, say("trend.all"), series.weeks[0], series.weeks[-1], first, *[None] * 7, note)
        return
    for period, figure in periods.items():
        if figure is not None:
            yield (*about, say("trend.period"), *_told(period, figure, journey, key, found, edition))
    for week, figure in weeks.items():
        if figure is not None and figure.showing is not Showing.HIDDEN:
            yield (*about, say("trend.week"), *_told((week,), figure, journey, key, found, edition))


def _told(
    span: Sequence[str], figure: Figure, journey: Journey, key: Key, found: Sequence[Break], edition: Edition
) -> Sequence[Value]:
    say = edition.say
    hidden = edition.unit is not None and figure.showing is Showing.HIDDEN
    marked = [each.words for each in reversed(found) if each.week in span and each.journey in ("", key.journey)]
    return (
        span[0],
        span[-1],
        week_start(span[0], edition.zone).date(),
        *((None, None, None) if hidden else shown_counts(figure, journey.audience, say)),
        *shown_mean(_index(figure), figure.showing),
        " ".join(marked) or None,
        _hidden(journey, say) if hidden else why(figure, journey.audience, say),
    )


def _hidden(journey: Journey, say: Texts) -> str:
    # Which of the units hidden together are few is told of none.
    return say("touchpoints.hidden", fewest=fewest(journey.audience))


def _chart(snapshot: Snapshot, series: Series, question: Question, key: Key, edition: Edition) -> Iterator[Block]:
    say = edition.say
    lines: dict[str, tuple[float | None, float | None, float | None]] = {}
    for period in series.periods:
        figure = series.of(period, key)
        value, low, high = shown_mean(_index(figure), figure.showing) if figure else (None, None, None)
        # A level over its four weeks, with one bar amid them.
        lines |= {
            week: (value, low if place == 1 else None, high if place == 1 else None)
            for place, week in enumerate(period)
        }
    points: list[Point] = []
    firsts = {period[0] for period in series.periods}
    for week in series.weeks:
        if week in firsts and points:
            points.append(Point("", None))  # else a slope would lead from one level to the next
        figure = series.of((week,), key)
        dot = shown_mean(_index(figure), figure.showing) if figure else (None, None, None)
        points.append(Point(say("trend.tick", week=week[-2:]), *lines.get(week, (None, None, None)), *dot))
    told_at = [place for place, point in enumerate(points) if point.value is not None or point.dot is not None]
    if not told_at:
        return
    # From where there is something to see, a few periods at least.
    first = min(told_at[0], max(0, len(points) - SHORTEST))
    while first and points[first].label:
        first -= 1
    points = points[first if not first else first + 1 :]
    title = journey_title(snapshot, key.journey, say)
    told = "; ".join(
        f"{period_label(period)}: " + (say("journey.gap") if value is None else f"{value:.0f}")
        for period in series.periods
        for value in [lines[period[0]][0]]
        if value is not None
    )
    yield Curve(
        title=say("trend.chart", journey=title, question=asked_text(edition, question)),
        axis=say("journey.axis"),
        across=say(
            "trend.across", first=series.weeks[-sum(bool(point.label) for point in points)], last=series.weeks[-1]
        ),
        line=say("trend.line"),
        dots=say("trend.dots"),
        points=tuple(points),
        levels=True,
        alt=say("trend.alt", journey=title, question=asked_text(edition, question), periods=told),
    )


def _index(figure: Figure) -> Mean | None:
    return index_of(figure.distribution.by_number)
