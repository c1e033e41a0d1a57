"""The report: aggregates of a week and of a fixed four-week period, safe to pass on, in the reader's language.

Small groups are suppressed here and nowhere later: what leaves this room may be shown. Figures of one week stand only
from 30 persons on; of fewer, only for the latest of the periods that `bot.figures.periods` fixes for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.figures.distribution import Distribution
from bot.figures.index import Mean, index_of, mean_of
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing, fewest, rounded, rounded_down, rounded_up
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.overview import journey_title, overview, period_label
from bot.workbook.sheets import Block, Column, Curve, Form, Line, Point, Sheet, Table
from bot.workbook.shown import Figure, Key, of_period, of_week
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from flows.journey import Journey, Question
from flows.wording import in_language

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_NOTHING = Distribution()
_WIDTHS = {
    "journey": 30.0,
    "phase": 9.0,
    "touchpoint": 20.0,
    "question": 36.0,
    "period": 21.0,
    "choice": 24.0,
    "note": 46.0,
}


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
    """Overview, Journey and Questions for the snapshot's week."""
    entries = list(_entries(snapshot))
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    say = edition.say
    sheets = (
        overview(snapshot, edition, held_back),
        _journey(snapshot, entries, say),
        _questions(snapshot, entries, say),
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


def _journey(snapshot: Snapshot, entries: Sequence[_Entry], say: Texts) -> Sheet:
    curve = [entry for entry in entries if entry.question.curve and not entry.key.afterwards]
    curve.sort(key=lambda entry: (entry.key.journey, entry.time == snapshot.week, _place(entry)))
    forms: dict[str, Form] = {"question": "wrapped", "journey": "wrapped", "note": "wrapped"}
    numbers = ("answers", "asked", "contacts", "index", "index-from", "index-to")
    names = ("journey", "phase", "touchpoint", "question", "period", *numbers, "note")
    columns = _columns(names, forms | dict.fromkeys(numbers, "whole"), say)
    blocks: list[Block] = [
        Line(say("journey.title", week=snapshot.week), "title"),
        Table("journey", columns, [_curve_row(snapshot, entry, say) for entry in curve]),
    ]
    if not curve:
        blocks.insert(1, Line(say("notes.no-curve")))
    for journey in dict.fromkeys(entry.key.journey for entry in curve):
        blocks.append(_chart(snapshot, [entry for entry in curve if entry.key.journey == journey], say))
    return Sheet(say("sheets.journey"), tuple(blocks), frozen=True)


def _curve_row(snapshot: Snapshot, entry: _Entry, say: Texts) -> Sequence[Value]:
    value, low, high = _rounded(entry.index, entry.figure.showing)
    note = "" if entry.figure.why == "" else say(f"notes.{entry.figure.why}", fewest=fewest(entry.journey.audience))
    return (*_about(snapshot, entry, say), *_three(entry, say), value, low, high, note)


def _chart(snapshot: Snapshot, entries: Sequence[_Entry], say: Texts) -> Block:
    title = journey_title(snapshot, entries[0].key.journey, say)
    period = {entry.key: entry for entry in entries if entry.time != snapshot.week}
    week = {entry.key: entry for entry in entries if entry.time == snapshot.week}
    points = []
    for key, entry in (week | period).items():
        value, low, high = _rounded(period[key].index, period[key].figure.showing) if key in period else (None,) * 3
        dot = _rounded(week[key].index, week[key].figure.showing)[0] if key in week else None
        points.append((_place(entry), Point(_point_label(entry, say), value, low, high, dot)))
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


def _questions(snapshot: Snapshot, entries: Sequence[_Entry], say: Texts) -> Sheet:
    shares, values = ("share", "share-from", "share-to"), ("value", "value-from", "value-to")
    counts = ("answers", "asked", "contacts")
    about = ("journey", "phase", "touchpoint", "question", "period")
    names = (*about, "choice", "count", *shares, *values, *counts, "note")
    forms: dict[str, Form] = dict.fromkeys(("journey", "question", "choice", "note"), "wrapped")
    forms.update(dict.fromkeys(shares, "share"))
    forms.update(dict.fromkeys(values, "decimal"))
    forms.update(dict.fromkeys(("count", *counts), "whole"))
    rows = [row for entry in entries for row in _question_rows(snapshot, entry, say)]
    blocks: list[Block] = [Line(say("questions.title", week=snapshot.week), "title")]
    if not rows:
        blocks.append(Line(say("notes.no-answers")))
    blocks.append(Table("questions", _columns(names, forms, say), rows))
    return Sheet(say("sheets.questions"), tuple(blocks), frozen=True)


def _question_rows(snapshot: Snapshot, entry: _Entry, say: Texts) -> Iterator[Sequence[Value]]:
    about, three = _about(snapshot, entry, say), _three(entry, say)
    figure, kind = entry.figure, entry.question.kind
    why = say(f"notes.{figure.why}", fewest=fewest(entry.journey.audience)) if figure.why else None
    if figure.showing is Showing.HIDDEN:
        yield (*about, *[None] * 8, *three, why)
        return
    if kind in ("words", "phone"):
        yield (*about, *[None] * 8, *three, say("notes.own-words") if kind == "words" else None)
        return
    by_number = figure.distribution.by_number
    mean = index_of(by_number) if kind == "scale" else mean_of(by_number) if kind == "number" else None
    if mean is not None:
        name = say("headers.index") if kind == "scale" else say("headers.mean")
        value = _rounded(mean, figure.showing)
        yield (*about, name, None, None, None, None, *value, *three, why)
    elif figure.showing is Showing.FEW:
        yield (*about, *[None] * 8, *three, say("notes.few-words") if figure.why == "few" else why)
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


def _about(snapshot: Snapshot, entry: _Entry, say: Texts) -> Sequence[Value]:
    touchpoint = entry.journey.touchpoint(entry.question.touchpoint) if entry.question.touchpoint else None
    question = _PLACEHOLDER.sub("…", in_language(entry.question.text, say.language))
    if entry.key.afterwards:
        question = f"{question} ({say('notes.afterwards')})"
    return (
        journey_title(snapshot, entry.key.journey, say),
        say.label("phases", entry.question.phase),
        in_language(touchpoint.name, say.language) if touchpoint else None,
        question,
        entry.time,
    )


def _three(entry: _Entry, say: Texts) -> tuple[Value, Value, Value]:
    # A question put only after a certain answer tells by its count how many gave that answer: no small count is exact.
    figure = entry.figure
    if figure.showing is Showing.HIDDEN:
        few = fewest(entry.journey.audience)
        return (say("notes.under", fewest=few) if figure.distribution.answers < few else None, None, None)
    counts = (figure.distribution.answers, figure.distribution.asked, figure.distribution.contacts)
    if figure.showing is Showing.FEW:
        return (rounded_up(counts[0]), rounded_up(counts[1]), rounded_up(counts[2]))
    return counts


def _rounded(mean: Mean | None, how: Showing) -> tuple[float | None, float | None, float | None]:
    if mean is None or how is Showing.HIDDEN:
        return (None, None, None)
    if how is Showing.WHOLE:
        return (mean.value, *((mean.interval.low, mean.interval.high) if mean.interval else (None, None)))
    if mean.interval is None:
        return (rounded(mean.value), None, None)
    return (rounded(mean.value), rounded_down(mean.interval.low), rounded_up(mean.interval.high))


def _place(entry: _Entry) -> tuple[int, int]:
    touchpoints = [touchpoint.code for touchpoint in entry.journey.touchpoints]
    codes = [question.code for question in entry.journey.questions()]
    touchpoint = entry.question.touchpoint
    return (
        touchpoints.index(touchpoint) if touchpoint in touchpoints else len(touchpoints),
        codes.index(entry.key.question),
    )


def _point_label(entry: _Entry, say: Texts) -> str:
    touchpoint = entry.journey.touchpoint(entry.question.touchpoint) if entry.question.touchpoint else None
    name = in_language(touchpoint.name if touchpoint else entry.question.text, say.language)
    return f"{say.label('phases', entry.question.phase)}: {name}"


def _columns(names: Sequence[str], forms: dict[str, Form], say: Texts) -> tuple[Column, ...]:
    return tuple(Column(say(f"headers.{name}"), forms.get(name, "text"), _WIDTHS.get(name, 11.0)) for name in names)
