"""Essentials: the few figures that a reader looks for first, of each journey's latest period.

They are figures of the other sheets, held back by the same rules; nothing is worked out for this place alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from bot.figures.index import index_of
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.entries import newest
from bot.workbook.names import asked_text, curve_place, journey_title, why
from bot.workbook.response import FIRST, NOTE, NUMBER, SECOND, of_period, tells_period
from bot.workbook.sheets import Block, Column, Content, Form, Formed, Line, Table
from bot.workbook.shown import Figure, Key, shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from flows.journey import Journey, Question
from flows.wording import in_language

_NUMBERS = ("value", "from", "to", "answers", "asked", "contacts")
_NAMES = ("measure", "journey", *_NUMBERS, "first-week", "last-week", "note")
_LINE = 150  # characters of a line that fit beside each other on the first sheet
_WIDTHS = {"measure": FIRST, "journey": SECOND, "note": NOTE}


def essentials(snapshot: Snapshot, edition: Edition) -> Iterator[Block]:
    """Up to three rows a journey: its experience, its main answer, its response rate; words where one of them has none.

    A journey of which neither experience nor answer may be shown has its rate alone, and is named in the line below.
    """
    found = ([*essentials_of(snapshot, code, edition)] for code in snapshot.catalogue.journeys())
    yield from gathered([(asked, [rate]) for *asked, rate in found], edition.say)


def gathered(
    found: Iterable[tuple[Sequence[Sequence[Content]], Sequence[Sequence[Content]]]], say: Texts
) -> Iterator[Block]:
    """The table of all journeys, each as its rows about answers and its others; lines of those without any figure."""
    rows: list[Sequence[Content]] = []
    bare: dict[str, list[str]] = {}
    for asked, others in found:
        told = any(has_figure(row) for row in asked)
        if told:
            rows += asked
        elif asked:
            bare.setdefault(str(asked[0][-1]), []).append(str(asked[0][1]))
        rows += [row for row in others if told or has_figure(row)]
    if rows or not bare:
        nothing = [(say("notes.no-answers"), *[None] * (len(_NAMES) - 1))]
        yield Table("essentials", essentials_columns(say), rows or nothing, filters=False)
    yield from bare_lines(bare, say)


def bare_lines(found: Mapping[str, Iterable[str]], say: Texts) -> Iterator[Line]:
    """What has no figure, gathered by the reason why: as many lines as it takes, since no line is broken on paper."""
    for reason, names in found.items():
        told = say("essentials.bare", why=reason, names="; ".join(names))
        yield from (Line(part) for part in wrap(told, _LINE))


def has_figure(row: Sequence[Content]) -> bool:
    """Whether a row of the essentials has a value, not words in its place."""
    return isinstance(row[2], Formed)


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
    for question in (experience(journey), main_choice(journey)):
        if question is not None:
            figure, weeks = newest(snapshot, _key(snapshot, journey, question), journey.audience)
            yield essential(snapshot, journey, question, figure, weeks, edition)
    figures, note = _rate(snapshot, code, edition.say)
    yield (edition.say("essentials.rate"), title, *figures, snapshot.period[0], snapshot.period[-1], note)


def essential(
    counts: Counted, journey: Journey, question: Question, figure: Figure, weeks: Sequence[str], edition: Edition
) -> Sequence[Content]:
    """One row: the index of a question on a scale, or the share of the first choice of another."""
    row = _index_row if question.kind == "scale" else _share_row
    name, figures, note = row(journey, question, figure, edition)
    return (name, journey_title(counts, journey.code, edition.say), *figures, weeks[0], weeks[-1], note)


def why_no_share(figure: Figure, journey: Journey, say: Texts) -> str | None:
    """Why a share may not be told of a figure: shares are exact, or they are not told at all."""
    if figure.showing is not Showing.FEW:
        return _why_not(figure, say) or why(figure, journey.audience, say)
    return say("notes.few-share" if figure.why == "few" else "notes.fives-share")


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
    journey: Journey, question: Question, figure: Figure, edition: Edition
) -> tuple[str, Sequence[Content], str | None]:
    say = edition.say
    name = say("essentials.index", question=asked_text(edition, question))
    value, low, high = shown_mean(index_of(figure.distribution.by_number), figure.showing)
    note = _why_not(figure, say) or why(figure, journey.audience, say)
    if value is None:
        return name, _words(figure, journey, say), note
    return name, (*_formed("whole", value, low, high), *shown_counts(figure, journey.audience, say)), note


def _share_row(
    journey: Journey, question: Question, figure: Figure, edition: Edition
) -> tuple[str, Sequence[Content], str | None]:
    say, first = edition.say, question.choices[0]
    label = in_language(first.label, say.language)
    name = say("essentials.share", question=asked_text(edition, question), choice=label)
    if figure.showing is not Showing.WHOLE:
        return name, _words(figure, journey, say), why_no_share(figure, journey, say)
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


def _why_not(figure: Figure, say: Texts) -> str | None:
    # Of a part it isn't told whether anybody was asked what is hidden there.
    return None if figure.distribution.asked or figure.why == "parts" else say("notes.not-asked")


def _words(figure: Figure, journey: Journey, say: Texts) -> Sequence[Value]:
    counts = shown_counts(figure, journey.audience, say) if figure.distribution.asked else (None, None, None)
    return (say("journey.gap"), None, None, *counts)


def _formed(form: Form, *values: float | None) -> tuple[Formed, ...]:
    return tuple(Formed(value, form) for value in values)
