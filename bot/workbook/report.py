"""The report: aggregates of a week and of a fixed four-week period, safe to pass on, in the reader's language.

Small groups are suppressed here and nowhere later: what leaves this room may be shown. Figures of one week stand only
from 30 persons on; of fewer, only for the latest of the periods that `bot.figures.periods` fixes for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.figures.suppression import Showing
from bot.workbook.cells import Value
from bot.workbook.contacts import contacts
from bot.workbook.dispositions import dispositions
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, about, entries_of, place_of, question_rows
from bot.workbook.names import asked_text, journey_title, period_label, touchpoint_name, why
from bot.workbook.overview import overview
from bot.workbook.sheets import Block, Column, Curve, Form, Line, Point, Sheet, Table
from bot.workbook.shown import shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts

_WIDEST = {"journey": 34, "touchpoint": 30, "question": 56, "choice": 40, "note": 44}
_NARROWEST = 9
_SHORT_HEADER = 15  # characters that a header over numbers may take on one line
_MARGIN = 3  # characters beside a text: its indent, and letters wider than digits
_BUTTON = 5  # characters that a header's filter button covers


@dataclass(frozen=True, slots=True)
class Report:
    """The sheets, and how many figures on them are hidden or rounded."""

    sheets: tuple[Sheet, ...]
    held_back: int


def report(snapshot: Snapshot, edition: Edition) -> Report:
    """Overview, Journey, Questions, Follow-ups and Contacts for the snapshot's week."""
    entries = list(entries_of(snapshot))
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    sheets = (
        overview(snapshot, edition, held_back),
        _journey(snapshot, entries, edition),
        _questions(snapshot, entries, edition),
        dispositions(snapshot, edition),
        contacts(snapshot, edition),
    )
    return Report(tuple(sheet for sheet in sheets if sheet is not None), held_back)


def _journey(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Sheet:
    say = edition.say
    curve = [entry for entry in entries if entry.on_curve]
    curve.sort(key=lambda entry: (entry.key.journey, entry.time == snapshot.week, place_of(entry)))
    numbers = ("answers", "asked", "contacts", "index", "index-from", "index-to")
    names = ("journey", "phase", "touchpoint", "question", "period", *numbers, "note")
    rows = [_curve_row(snapshot, entry, edition) for entry in curve]
    blocks: list[Block] = [
        Line(say("journey.title", week=snapshot.week), "title"),
        Table("journey", _columns(names, dict.fromkeys(numbers, "whole"), rows, say), rows),
    ]
    if not curve:
        blocks.insert(1, Line(say("notes.no-curve")))
    for journey in dict.fromkeys(entry.key.journey for entry in curve):
        blocks.append(_chart(snapshot, [entry for entry in curve if entry.key.journey == journey], edition))
    return Sheet(say("sheets.journey"), tuple(blocks), frozen=True)


def _curve_row(snapshot: Snapshot, entry: Entry, edition: Edition) -> Sequence[Value]:
    audience, say = entry.journey.audience, edition.say
    title, phase, _, touchpoint, question, time = about(snapshot, entry, edition)
    counts = shown_counts(entry.figure, audience, say)
    index = shown_mean(entry.index, entry.figure.showing)
    return (title, phase, touchpoint, question, time, *counts, *index, why(entry.figure, audience, say))


def _chart(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Block:
    say = edition.say
    title = journey_title(snapshot, entries[0].key.journey, say)
    period = {entry.key: entry for entry in entries if entry.time != snapshot.week}
    week = {entry.key: entry for entry in entries if entry.time == snapshot.week}
    points = []
    for key, entry in (week | period).items():
        value, low, high = (None, None, None)
        if key in period:
            value, low, high = shown_mean(period[key].index, period[key].figure.showing)
        dot = shown_mean(week[key].index, week[key].figure.showing)[0] if key in week else None
        points.append((place_of(entry), Point(_point_label(entry, edition), value, low, high, dot)))
    drawn = tuple(point for _, point in sorted(points, key=lambda pair: pair[0]))
    if all(point.value is None and point.dot is None for point in drawn):
        return Line(say("notes.no-chart", journey=title))
    told = "; ".join(
        f"{point.label}: " + (say("journey.gap") if point.value is None else f"{point.value:.0f}") for point in drawn
    )
    return Curve(
        title=say("journey.chart", journey=title),
        axis=say("journey.axis"),
        line=period_label(snapshot.period),
        dots=snapshot.week,
        points=drawn,
        alt=say("journey.alt", journey=f"{title}, {period_label(snapshot.period)}", points=told),
    )


def _questions(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Sheet:
    say = edition.say
    shares, values = ("share", "share-from", "share-to"), ("value", "value-from", "value-to")
    counts = ("answers", "asked", "contacts")
    where = ("journey", "phase", "part", "touchpoint", "question", "period")
    names = (*where, "choice", "count", *shares, *values, *counts, "note")
    forms: dict[str, Form] = dict.fromkeys(shares, "share")
    forms.update(dict.fromkeys(values, "decimal"))
    forms.update(dict.fromkeys(("count", *counts), "whole"))
    rows = [row for entry in entries for row in question_rows(snapshot, entry, edition)]
    blocks: list[Block] = [Line(say("questions.title", week=snapshot.week), "title")]
    if not rows:
        blocks.append(Line(say("notes.no-answers")))
    blocks.append(Table("questions", _columns(names, forms, rows, say), rows))
    return Sheet(say("sheets.questions"), tuple(blocks), frozen=True)


def _point_label(entry: Entry, edition: Edition) -> str:
    name = touchpoint_name(entry.journey, entry.question, edition.say.language) or asked_text(edition, entry.question)
    return f"{edition.say.label('phases', entry.question.phase)}: {name}"


def _columns(
    names: Sequence[str], forms: Mapping[str, Form], rows: Sequence[Sequence[Value]], say: Texts
) -> tuple[Column, ...]:
    # As wide as what stands in it, so that rows are one line high; only the longest texts take a second line.
    columns = []
    for place, name in enumerate(names):
        header = say(f"headers.{name}")
        if name in forms:
            whole = len(header) + 2 <= _SHORT_HEADER
            needed = len(header) + 2 if whole else max(map(len, header.split())) + _MARGIN
        else:
            longest = max((len(str(row[place])) for row in rows if row[place] is not None), default=0)
            needed = max(len(header) + _BUTTON, min(longest, _WIDEST.get(name, longest)) + _MARGIN)
        columns.append(Column(header, forms.get(name, "wrapped"), float(max(needed, _NARROWEST))))
    return tuple(columns)
