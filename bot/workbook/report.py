"""The report: aggregates of a week and of a fixed four-week period, safe to pass on, in the reader's language.

Small groups are suppressed here and nowhere later: what leaves this room may be shown. Figures of one week stand only
from 30 persons on; of fewer, only for the latest of the periods that `bot.figures.periods` fixes for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.distribution import Distribution
from bot.figures.index import Mean, index_of, mean_of
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.workbook.cells import Value
from bot.workbook.contacts import contacts
from bot.workbook.dispositions import dispositions
from bot.workbook.edition import Edition
from bot.workbook.names import asked_text, curve_place, journey_title, part, period_label, touchpoint_name, why
from bot.workbook.overview import overview
from bot.workbook.sheets import Block, Column, Curve, Form, Line, Point, Sheet, Table
from bot.workbook.shown import Figure, Key, of_period, of_week, shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from flows.journey import Journey, Question
from flows.wording import in_language

_NOTHING = Distribution()
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """One question at one time, ready to be written down."""

    journey: Journey
    question: Question
    key: Key
    time: str
    figure: Figure

    @property
    def index(self) -> Mean | None:
        return index_of(self.figure.distribution.by_number) if self.question.kind == "scale" else None


def report(snapshot: Snapshot, edition: Edition) -> Report:
    """Overview, Journey, Questions, Follow-ups and Contacts for the snapshot's week."""
    entries = list(_entries(snapshot))
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    sheets = (
        overview(snapshot, edition, held_back),
        _journey(snapshot, entries, edition),
        _questions(snapshot, entries, edition),
        dispositions(snapshot, edition),
        contacts(snapshot, edition),
    )
    return Report(sheets, held_back)


def _entries(snapshot: Snapshot) -> Iterator[_Entry]:
    week = snapshot.by_week[snapshot.week]
    for code in snapshot.catalogue.journeys():
        for version, question in snapshot.catalogue.questions(code):
            for afterwards in (False, True):
                key = Key(code, question.code, question.version, afterwards)
                audience = version.journey.audience
                if key in snapshot.whole:
                    weeks = [snapshot.by_week[each].get(key, _NOTHING) for each in snapshot.period]
                    figure = of_period(snapshot.whole[key], weeks, audience)
                    yield _Entry(version.journey, question, key, period_label(snapshot.period), figure)
                if key in week:
                    yield _Entry(version.journey, question, key, snapshot.week, of_week(week[key], audience))


def _journey(snapshot: Snapshot, entries: Sequence[_Entry], edition: Edition) -> Sheet:
    say = edition.say
    curve = [entry for entry in entries if entry.question.curve and not entry.key.afterwards]
    curve.sort(key=lambda entry: (entry.key.journey, entry.time == snapshot.week, _place(entry)))
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


def _curve_row(snapshot: Snapshot, entry: _Entry, edition: Edition) -> Sequence[Value]:
    audience, say = entry.journey.audience, edition.say
    title, phase, _, touchpoint, question, time = _about(snapshot, entry, edition)
    counts = shown_counts(entry.figure, audience, say)
    index = shown_mean(entry.index, entry.figure.showing)
    return (title, phase, touchpoint, question, time, *counts, *index, why(entry.figure, audience, say))


def _chart(snapshot: Snapshot, entries: Sequence[_Entry], edition: Edition) -> Block:
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
        points.append((_place(entry), Point(_point_label(entry, edition), value, low, high, dot)))
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


def _questions(snapshot: Snapshot, entries: Sequence[_Entry], edition: Edition) -> Sheet:
    say = edition.say
    shares, values = ("share", "share-from", "share-to"), ("value", "value-from", "value-to")
    counts = ("answers", "asked", "contacts")
    about = ("journey", "phase", "part", "touchpoint", "question", "period")
    names = (*about, "choice", "count", *shares, *values, *counts, "note")
    forms: dict[str, Form] = dict.fromkeys(shares, "share")
    forms.update(dict.fromkeys(values, "decimal"))
    forms.update(dict.fromkeys(("count", *counts), "whole"))
    rows = [row for entry in entries for row in _question_rows(snapshot, entry, edition)]
    blocks: list[Block] = [Line(say("questions.title", week=snapshot.week), "title")]
    if not rows:
        blocks.append(Line(say("notes.no-answers")))
    blocks.append(Table("questions", _columns(names, forms, rows, say), rows))
    return Sheet(say("sheets.questions"), tuple(blocks), frozen=True)


def _question_rows(snapshot: Snapshot, entry: _Entry, edition: Edition) -> Iterator[Sequence[Value]]:
    say, audience = edition.say, entry.journey.audience
    about, three = _about(snapshot, entry, edition), shown_counts(entry.figure, audience, say)
    figure, kind = entry.figure, entry.question.kind
    note = why(figure, audience, say)
    if figure.showing is Showing.HIDDEN:
        yield (*about, *[None] * 8, *three, note)
        return
    if kind in ("words", "phone"):
        own_words = say("notes.own-words") if kind == "words" else None
        counts = say("notes.counts-rounded") if figure.showing is Showing.FEW else None
        yield (*about, *[None] * 8, *three, ". ".join(filter(None, (own_words, counts))))
        return
    by_number = figure.distribution.by_number
    mean = index_of(by_number) if kind == "scale" else mean_of(by_number) if kind == "number" else None
    if mean is not None:
        name = say("headers.index") if kind == "scale" else say("headers.mean")
        yield (*about, name, None, None, None, None, *shown_mean(mean, figure.showing), *three, note)
    elif figure.showing is Showing.FEW:
        yield (*about, *[None] * 8, *three, say("notes.few-words") if figure.why == "few" else note)
    if figure.showing is not Showing.WHOLE or kind == "number":
        return
    note = say("notes.several") if kind == "several" else None
    answers = figure.distribution.answers
    labels = {
        choice.code: in_language(choice.label, say.language)
        for choice in snapshot.catalogue.choices(entry.key.journey, entry.key.question)
    }
    for code in dict.fromkeys([*labels, *figure.distribution.by_code]):
        count = figure.distribution.by_code.get(code, 0)
        interval = wilson(count, answers)
        share = (count / answers, interval.low, interval.high)
        yield (*about, labels.get(code, code), count, *share, None, None, None, *three, note)
        note = None


def _about(snapshot: Snapshot, entry: _Entry, edition: Edition) -> Sequence[Value]:
    say, journey, question = edition.say, entry.journey, entry.question
    return (
        journey_title(snapshot, entry.key.journey, say),
        say.label("phases", question.phase),
        part(journey, question, entry.key.afterwards, say),
        touchpoint_name(journey, question, say.language),
        asked_text(edition, question),
        entry.time,
    )


def _place(entry: _Entry) -> tuple[int, int]:
    return curve_place(entry.journey, entry.question)


def _point_label(entry: _Entry, edition: Edition) -> str:
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
