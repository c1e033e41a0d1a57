"""Entries: each question at one time with its figure, and its rows in the reader's language.

The report and the console show the same rows: what is held back is held back here, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.figures.distribution import Distribution
from bot.figures.index import Mean, index_of, mean_of
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.workbook.catalogue import Version
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.names import asked_text, curve_place, journey_title, part, period_label, touchpoint_name, why
from bot.workbook.shown import Figure, Key, of_latest, of_period, of_week, shown_counts, shown_mean
from flows.journey import Journey, Question
from flows.wording import in_language

_NOTHING = Distribution()


@dataclass(frozen=True, slots=True)
class Entry:
    """One question at one time, ready to be written down."""

    journey: Journey
    question: Question
    key: Key
    time: str
    figure: Figure

    @property
    def on_curve(self) -> bool:
        """Whether it is a point of its journey's curve."""
        return self.question.curve and not self.key.afterwards

    @property
    def index(self) -> Mean | None:
        """The index of a question on a scale; None of any other."""
        return index_of(self.figure.distribution.by_number) if self.question.kind == "scale" else None


def entries_of(counts: Counted) -> Iterator[Entry]:
    """Every question that was put, as the report shows it: for the latest weeks or the period, and for the week.

    Of the latest four weeks where each of them can be shown by itself, else of the latest fixed period. A part has
    figures of the period alone.
    """
    if counts.held is not None:
        yield from period_entries(counts)
        return
    week = counts.by_week.get(counts.week, {})
    for version, question, key in _asked(counts):
        if key in counts.recent or key in counts.whole:
            figure, weeks = newest(counts, key, version.journey.audience)
            yield Entry(version.journey, question, key, period_label(weeks), figure)
        if key in week:
            figure = of_week(week[key], version.journey.audience)
            figure = counts.erased.held_back(figure, (counts.week,), [week[key]])
            yield Entry(version.journey, question, key, counts.week, figure)


def period_entries(counts: Counted) -> list[Entry]:
    """Every question that was put in the fixed period, as it may be shown of that period."""
    time = period_label(counts.period)
    return [
        Entry(version.journey, question, key, time, of_fixed_period(counts, key, version.journey.audience))
        for version, question, key in _asked(counts)
        if key in counts.whole
    ]


def newest(counts: Counted, key: Key, audience: str) -> tuple[Figure, tuple[str, ...]]:
    """A question's newest figure of several weeks, and which weeks those are."""
    if counts.held is not None:
        return of_fixed_period(counts, key, audience), counts.period
    weeks = [counts.by_week[each].get(key, _NOTHING) for each in counts.latest]
    latest = of_latest(weeks, audience)
    if latest is not None:
        return counts.erased.held_back(latest, counts.latest, weeks), counts.latest
    return of_fixed_period(counts, key, audience), counts.period


def newest_once(counts: Counted, key: Key, audience: str) -> tuple[Figure, tuple[str, ...]]:
    """The same of what is told in no single week, pairs of questions, say: who answered in several counts once."""
    figure, weeks = newest(counts, key, audience)
    found = counts.recent if weeks == counts.latest else counts.whole
    return replace(figure, distribution=found.get(key, _NOTHING)), weeks


def answers_told(counts: Counted, key: Key, audience: str, weeks: Sequence[str]) -> int:
    """How many answers to a question stand for the latest weeks, or for the fixed period."""
    figure = newest(counts, key, audience)[0] if weeks == counts.latest else of_fixed_period(counts, key, audience)
    return figure.distribution.answers


def of_fixed_period(counts: Counted, key: Key, audience: str) -> Figure:
    """A question's figure of the fixed period. Of weeks that were asked for and don't hold the period: nothing."""
    if counts.held is not None:
        return counts.held.get(key, Figure(Showing.HIDDEN, "parts", counts.whole.get(key, _NOTHING)))
    if counts.period[0] < counts.latest[0] and not counts.rolls:
        return Figure(Showing.HIDDEN, "span", counts.whole.get(key, _NOTHING))
    weeks = [counts.by_week[each].get(key, _NOTHING) for each in counts.period]
    figure = of_period(counts.whole.get(key, _NOTHING), weeks, audience)
    return counts.erased.held_back(figure, counts.period, weeks)


def question_rows(counts: Counted, entry: Entry, edition: Edition) -> Iterator[Sequence[Value]]:
    """The rows of a question in the table of questions: for its value, for each choice, or to say why not."""
    say, audience = edition.say, entry.journey.audience
    names, three = about(counts, entry, edition), shown_counts(entry.figure, audience, say)
    figure, kind = entry.figure, entry.question.kind
    note = why(figure, audience, say)
    if figure.showing is Showing.HIDDEN:
        yield (*names, *[None] * 8, *three, note)
        return
    if kind in ("words", "phone"):
        own_words = say("notes.own-words") if kind == "words" else None
        in_fives = say("notes.counts-rounded") if figure.showing is Showing.FEW else None
        yield (*names, *[None] * 8, *three, ". ".join(filter(None, (own_words, in_fives))))
        return
    by_number = figure.distribution.by_number
    mean = index_of(by_number) if kind == "scale" else mean_of(by_number) if kind == "number" else None
    if mean is not None:
        name = say("headers.index") if kind == "scale" else say("headers.mean")
        yield (*names, name, None, None, None, None, *shown_mean(mean, figure.showing), *three, note)
    elif figure.showing is Showing.FEW:
        yield (*names, *[None] * 8, *three, say("notes.few-words") if figure.why == "few" else note)
    if figure.showing is not Showing.WHOLE or kind == "number":
        return
    note = say("notes.several") if kind == "several" else None
    answers = figure.distribution.answers
    labels = {
        choice.code: in_language(choice.label, say.language)
        for choice in counts.catalogue.choices(entry.key.journey, entry.key.question)
    }
    for code in dict.fromkeys([*labels, *figure.distribution.by_code]):
        count = figure.distribution.by_code.get(code, 0)
        interval = wilson(count, answers)
        share = (count / answers, interval.low, interval.high)
        yield (*names, labels.get(code, code), count, *share, None, None, None, *three, note)
        note = None


def about(counts: Counted, entry: Entry, edition: Edition) -> tuple[str, str, str | None, str | None, str, str]:
    """Journey, phase, part, touchpoint, question and time, in words."""
    say, journey, question = edition.say, entry.journey, entry.question
    return (
        journey_title(counts, entry.key.journey, say),
        say.label("phases", question.phase),
        part(journey, question, entry.key.afterwards, say),
        touchpoint_name(journey, question, say.language),
        asked_text(edition, question),
        entry.time,
    )


def place_of(entry: Entry) -> tuple[int, int]:
    """Where the question stands along its journey."""
    return curve_place(entry.journey, entry.question)


def _asked(counts: Counted) -> Iterator[tuple[Version, Question, Key]]:
    for code in counts.catalogue.journeys():
        for version, question in counts.catalogue.questions(code):
            for afterwards in (False, True):
                yield version, question, Key(code, question.code, question.version, afterwards)
