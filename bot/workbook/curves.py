"""Curves: the sheet of the journey, its experience from touchpoint to touchpoint, as a table and a chart each.

A point that may not be shown is a gap, in the table and in the chart; nothing is drawn across it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, about, place_of
from bot.workbook.names import asked_text, journey_title, period_label, touchpoint_name, why
from bot.workbook.sheets import CHARTS, Block, Curve, LeftOut, Line, Point, Sheet, Table
from bot.workbook.shown import shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from bot.workbook.widths import fitted

MOST_NAMED, LONGEST_NAME = 8, 34
"""Up to so many points, and none with a longer name, stand with their names on the axis; else with their numbers."""

_COUNTS = ("answers", "asked", "contacts")
_NUMBERS = ("number", *_COUNTS, "index", "index-from", "index-to")
_NAMES = ("journey", "number", "phase", "touchpoint", "question", "period", *_COUNTS, *_NUMBERS[4:], "note")


def curves(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Sheet | LeftOut:
    """The sheet: every point of every curve, for several weeks and for the week, then a chart of each journey.

    Left out where nobody was asked any of their questions.
    """
    say = edition.say
    curve = [entry for entry in entries if entry.on_curve]
    if not curve:
        return LeftOut(say("sheets.journey"), say("notes.no-points"))
    curve.sort(key=lambda entry: (entry.key.journey, entry.time == snapshot.week, place_of(entry)))
    journeys = {code: _places(curve, code) for code in dict.fromkeys(entry.key.journey for entry in curve)}
    rows = [_row(snapshot, entry, journeys[entry.key.journey][place_of(entry)], edition) for entry in curve]
    blocks: list[Block] = [
        Line(say("journey.title", week=edition.about), "title"),
        Table("journey", fitted(_NAMES, dict.fromkeys(_NUMBERS, "whole"), rows, say), rows),
    ]
    charts = [
        _chart(snapshot, [entry for entry in curve if entry.key.journey == code], places, edition)
        for code, places in journeys.items()
    ]
    if any(isinstance(chart, Curve) for chart in charts):
        blocks.insert(1, Line(say("journey.to-charts"), link=CHARTS))
    blocks.extend(charts)
    return Sheet(say("sheets.journey"), tuple(blocks), frozen=True)


def _places(curve: Sequence[Entry], journey: str) -> dict[tuple[int, int], int]:
    found = sorted({place_of(entry) for entry in curve if entry.key.journey == journey})
    return {place: number for number, place in enumerate(found, start=1)}


def _row(snapshot: Snapshot, entry: Entry, number: int, edition: Edition) -> Sequence[Value]:
    audience, say = entry.journey.audience, edition.say
    title, _, _, touchpoint, question, time = about(snapshot, entry, edition)
    counts = shown_counts(entry.figure, audience, say)
    index = shown_mean(entry.index, entry.figure.showing)
    return (
        title,
        number,
        _phase(entry, say),
        touchpoint,
        question,
        time,
        *counts,
        *index,
        why(entry.figure, audience, say),
    )


def _chart(snapshot: Snapshot, entries: Sequence[Entry], places: dict[tuple[int, int], int], edition: Edition) -> Block:
    say = edition.say
    title = journey_title(snapshot, entries[0].key.journey, say)
    several = {place_of(entry): entry for entry in entries if entry.time != snapshot.week}
    week = {place_of(entry): entry for entry in entries if entry.time == snapshot.week}
    points, names = [], []
    for place, number in places.items():
        entry = several.get(place) or week[place]
        value, low, high = (None, None, None)
        if place in several:
            value, low, high = shown_mean(entry.index, entry.figure.showing)
        dot = shown_mean(week[place].index, week[place].figure.showing)[0] if place in week else None
        names.append(_name(entry, edition))
        points.append(Point(str(number), value, low, high, dot, group=_phase(entry, say)))
    if all(point.value is None and point.dot is None for point in points):
        return Line(say("notes.no-chart", journey=title))
    told = "; ".join(
        f"{point.group}: {name}: " + (say("journey.gap") if point.value is None else f"{point.value:.0f}")
        for point, name in zip(points, names, strict=True)
    )
    named = len(points) <= MOST_NAMED and max(map(len, names)) <= LONGEST_NAME
    times = sorted({entry.time for entry in several.values()})
    return Curve(
        title=say("journey.chart", journey=title),
        axis=say("journey.axis"),
        across=say("journey.across") if named else say("journey.across-numbers"),
        line=" / ".join(times) or period_label(snapshot.period),
        dots=say("journey.dots", week=snapshot.week),
        points=tuple(
            Point(name if named else point.label, point.value, point.low, point.high, point.dot, group=point.group)
            for point, name in zip(points, names, strict=True)
        ),
        alt=say("journey.alt", journey=f"{title}, {' / '.join(times)}", points=told),
    )


def _name(entry: Entry, edition: Edition) -> str:
    return touchpoint_name(entry.journey, entry.question, edition.say.language) or asked_text(edition, entry.question)


def _phase(entry: Entry, say: Texts) -> str:
    # Where the touchpoint happens, whenever it was asked about: the curve goes along the touchpoints.
    touchpoint = entry.journey.touchpoint(entry.question.touchpoint) if entry.question.touchpoint else None
    return say.label("phases", touchpoint.phase if touchpoint else entry.question.phase)
