"""Essentials: the few figures that a reader looks for first, of each journey's latest period.

They are figures of the other sheets, held back by the same rules; nothing is worked out for this place alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.figures.index import index_of
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.entries import newest
from bot.workbook.names import asked_text, curve_place, journey_title, why
from bot.workbook.response import FIRST, NOTE, NUMBER, SECOND, of_period, tells_period
from bot.workbook.sheets import Column, Content, Form, Formed, Table
from bot.workbook.shown import Figure, Key, shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from flows.journey import Journey, Question
from flows.wording import in_language

_NUMBERS = ("value", "from", "to", "answers", "asked", "contacts")
_NAMES = ("measure", "journey", *_NUMBERS, "first-week", "last-week", "note")
_WIDTHS = {"measure": FIRST, "journey": SECOND, "note": NOTE}


def essentials_table(snapshot: Snapshot, edition: Edition) -> Table:
    """Three rows a journey: its experience, its main answer, its response rate; words where nothing may be shown."""
    say, columns = edition.say, essentials_columns(edition.say)
    made = (row for code in snapshot.catalogue.journeys() for row in essentials_of(snapshot, code, edition))
    rows = list(made) or [(say("notes.no-answers"), *[None] * (len(_NAMES) - 1))]
    return Table("essentials", columns, rows, filters=False)


def essentials_columns(say: Texts) -> tuple[Column, ...]:
    """Measure, journey, value, from, to, answers, asked, contacts, first and last week, note."""
    return tuple(
        Column(
            say(f"headers.{name}"),
            "wrapped" if name in _WIDTHS else "whole" if name in _NUMBERS else "text",
            _WIDTHS.get(name, NUMBER),
        )
        for name in _NAMES
    )


def essentials_of(snapshot: Snapshot, code: str, edition: Edition) -> Iterator[Sequence[Content]]:
    """The rows of one journey: measure, journey, value and interval, three counts, first and last week, note."""
    journey = snapshot.catalogue.latest(code)
    title = journey_title(snapshot, code, edition.say)
    for question, row in ((experience(journey), _index_row), (main_choice(journey), _share_row)):
        if question is not None:
            figure, weeks = newest(snapshot, _key(snapshot, journey, question), journey.audience)
            name, figures, note = row(snapshot, journey, question, figure, edition)
            yield (name, title, *figures, weeks[0], weeks[-1], note)
    figures, note = _rate(snapshot, code, edition.say)
    yield (edition.say("essentials.rate"), title, *figures, snapshot.period[0], snapshot.period[-1], note)


def experience(journey: Journey) -> Question | None:
    """The last question of the journey's curve: how it all went. None where it has no curve."""
    curve = [
        asked for asked in journey.questions() if asked.kind == "scale" and asked.curve and not asked.retrospective
    ]
    return max(curve, key=lambda asked: curve_place(journey, asked), default=None)


def main_choice(journey: Journey) -> Question | None:
    """The first question with one choice that everybody is asked after the contact. None where there is none."""
    after = journey.phase("after")
    return next(
        (
            asked
            for asked in (after.questions if after else ())
            if asked.kind == "one" and asked.choices and not (asked.ladder or asked.draw or asked.retrospective)
        ),
        None,
    )


def _index_row(
    snapshot: Snapshot, journey: Journey, question: Question, figure: Figure, edition: Edition
) -> tuple[str, Sequence[Content], str | None]:
    say = edition.say
    name = say("essentials.index", question=asked_text(edition, question))
    value, low, high = shown_mean(index_of(figure.distribution.by_number), figure.showing)
    note = _note(snapshot, journey, question, figure, say)
    if value is None:
        return name, _words(figure, journey, say), note
    return name, (*_formed("whole", value, low, high), *shown_counts(figure, journey.audience, say)), note


def _share_row(
    snapshot: Snapshot, journey: Journey, question: Question, figure: Figure, edition: Edition
) -> tuple[str, Sequence[Content], str | None]:
    say, first = edition.say, question.choices[0]
    label = in_language(first.label, say.language)
    name = say("essentials.share", question=asked_text(edition, question), choice=label)
    if figure.showing is not Showing.WHOLE:
        return name, _words(figure, journey, say), _note(snapshot, journey, question, figure, say)
    count, answers = figure.distribution.by_code.get(first.code, 0), figure.distribution.answers
    interval = wilson(count, answers)
    share = _formed("share", count / answers, interval.low, interval.high)
    return name, (*share, *shown_counts(figure, journey.audience, say)), None


def _rate(snapshot: Snapshot, journey: str, say: Texts) -> tuple[Sequence[Content], str | None]:
    row = next((row for row in snapshot.funnel if row.journey == journey), None)
    if row is None:
        return (say("journey.gap"), *[None] * 5), say("overview.no-contacts")
    if not tells_period(snapshot):
        return (say("journey.gap"), *[None] * 5), say("notes.span")
    response = of_period(snapshot, row, say)
    if response.rate is None:
        return (say("journey.gap"), *[None] * 5), response.why
    rate = response.rate
    return (
        *_formed("share", rate.share, rate.interval.low, rate.interval.high),
        None,
        None,
        row.registered,
    ), None


def _key(snapshot: Snapshot, journey: Journey, question: Question) -> Key:
    # Asked in an earlier version only, before the journey was changed: that is the one with answers.
    versions = [
        key.version
        for key in (*snapshot.whole, *snapshot.recent)
        if (key.journey, key.question, key.afterwards) == (journey.code, question.code, False)
    ]
    return Key(journey.code, question.code, max(versions, default=question.version), False)


def _note(snapshot: Snapshot, journey: Journey, question: Question, figure: Figure, say: Texts) -> str | None:
    key = _key(snapshot, journey, question)
    if key not in snapshot.whole and key not in snapshot.recent:
        return say("notes.not-asked")
    if figure.why == "few" and question.kind != "scale":
        return say("notes.few-words")
    return why(figure, journey.audience, say)


def _words(figure: Figure, journey: Journey, say: Texts) -> Sequence[Value]:
    counts = shown_counts(figure, journey.audience, say) if figure.distribution.asked else (None, None, None)
    return (say("journey.gap"), None, None, *counts)


def _formed(form: Form, *values: float | None) -> tuple[Formed, ...]:
    return tuple(Formed(value, form) for value in values)
