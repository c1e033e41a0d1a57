"""Demand: what citizens say of why they had to make contact, and where it began to go wrong; rows for the causes.

A question asks about demand where a choice of it carries one, which nobody who answers sees. All is held back as the
question itself is: shares of under 30 persons are rounded, and have no distribution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, entries_of, period_entries
from bot.workbook.names import asked_text, journey_title, period_label, why
from bot.workbook.parts import crossed_entries, part_entries
from bot.workbook.shares import shown_share
from bot.workbook.sheets import Bar, Bars, Content
from bot.workbook.shown import Figure, shown_counts
from bot.workbook.snapshot import Snapshot
from flows.journey import Question
from flows.wording import in_language

_ORDER = ("failure", "value", "unclear")


@dataclass(frozen=True, slots=True)
class _Cut:
    kind: str
    entries: Mapping[str, Sequence[Entry]]
    labels: Mapping[str, str]


def asks_demand(question: Question) -> bool:
    """Whether its answers tell of failure demand: one choice does, or of choices that stand alone some do."""
    failure = _failure(question)
    return bool(failure) and (question.kind != "several" or len(failure) == 1)


def asks_origin(question: Question) -> bool:
    """Whether it asks at which touchpoint it began to go wrong, as the ladder behind a low answer does."""
    return question.kind == "touchpoint" and question.ladder is not None


def demand_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    """The share of failure demand of each question about it, of the newest weeks that can be told together."""
    failure = edition.say.label("demands", "failure")
    for entry in _newest(snapshot):
        if asks_demand(entry.question):
            title = journey_title(snapshot, entry.key.journey, edition.say)
            name = asked_text(edition, entry.question)
            yield (title, name, failure, entry.time, *_share_cells(entry, entry.figure, edition))


def tapped_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    """Each choice of each question about demand; failure demand first, then the most frequent."""
    for entry in _newest(snapshot):
        if asks_demand(entry.question):
            yield from _choice_rows(snapshot, entry, edition)


def demand_bars(snapshot: Snapshot, edition: Edition) -> Iterator[Bars]:
    """A chart of each question about demand whose distribution may be shown."""
    say = edition.say
    for entry in _newest(snapshot):
        if not asks_demand(entry.question) or entry.figure.showing is not Showing.WHOLE:
            continue
        answers, by_code = entry.figure.distribution.answers, entry.figure.distribution.by_code
        bars = []
        for code, label, kind in _choices(snapshot, entry, edition):
            share, interval = by_code.get(code, 0) / answers, wilson(by_code.get(code, 0), answers)
            name = say("bars.label", label=label, share=round(100 * share))
            bars.append(Bar(name, say.label("demands", kind), share, interval.low, interval.high))
        title = say("bars.causes", journey=journey_title(snapshot, entry.key.journey, say))
        told = "; ".join(f"{bar.group}: {bar.label}" for bar in bars)
        alt = say("bars.alt", title=title, span=entry.time, bars=told)
        yield Bars(title, say("headers.cause"), say("bars.persons"), tuple(bars), "0 %", alt)


def part_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    """The share of failure demand in each channel and unit, where that tells of nobody."""
    cuts = list(_cuts(snapshot, edition))
    for whole in period_entries(snapshot):
        if not asks_demand(whole.question):
            continue
        title = journey_title(snapshot, whole.key.journey, edition.say)
        failure = edition.say.label("demands", "failure")
        for cut in cuts:
            for label, figure in _figures(cut, whole, edition):
                place = edition.say("parts-of.part", kind=cut.kind, name=label)
                yield (title, place, failure, whole.time, *_share_cells(whole, figure, edition))


def origin_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    """Where it began to go wrong: of all, and of those whose fault showed in each channel and unit."""
    cuts = list(_cuts(snapshot, edition))
    for whole in period_entries(snapshot):
        if not asks_origin(whole.question):
            continue
        yield from _origin_rows(snapshot, whole, edition.say("causes.everywhere"), whole.figure, edition)
        for cut in cuts:
            for label, figure in _figures(cut, whole, edition):
                place = edition.say("parts-of.part", kind=cut.kind, name=label)
                yield from _origin_rows(snapshot, whole, place, figure, edition)


def unit_part_rows(snapshot: Snapshot, part: Snapshot, unit: str, edition: Edition) -> Iterator[Sequence[Content]]:
    """The share of failure demand of all together, then of this unit, whose `part` says what may be shown of it."""
    failure = edition.say.label("demands", "failure")
    for whole, places in _all_and_unit(snapshot, part, unit, edition):
        if asks_demand(whole.question):
            title = journey_title(snapshot, whole.key.journey, edition.say)
            for place, figure in places:
                yield (title, place, failure, whole.time, *_share_cells(whole, figure, edition))


def unit_origin_rows(snapshot: Snapshot, part: Snapshot, unit: str, edition: Edition) -> Iterator[Sequence[Content]]:
    """Where it began to go wrong: of all, and of those whose fault showed in this unit."""
    for whole, places in _all_and_unit(snapshot, part, unit, edition):
        if asks_origin(whole.question):
            for place, figure in places:
                yield from _origin_rows(snapshot, whole, place, figure, edition)


def _all_and_unit(
    snapshot: Snapshot, part: Snapshot, unit: str, edition: Edition
) -> Iterator[tuple[Entry, list[tuple[str, Figure]]]]:
    """Each question that was put at the unit in the fixed period, of all, with both figures and what they are of."""
    say, own = edition.say, {entry.key: entry.figure for entry in period_entries(part)}
    place = say("parts-of.part", kind=say("parts-of.unit"), name=edition.unit_name(unit))
    for whole in period_entries(snapshot):
        if whole.key in own:
            yield whole, [(say("causes.everywhere"), whole.figure), (place, own[whole.key])]


def _failure(question: Question) -> list[str]:
    return [choice.code for choice in question.choices if choice.demand == "failure"]


def _newest(counts: Counted) -> Iterator[Entry]:
    return (entry for entry in entries_of(counts) if entry.time != counts.week)


def _share_cells(entry: Entry, figure: Figure, edition: Edition) -> Sequence[Content]:
    audience, say, found = entry.journey.audience, edition.say, figure.distribution
    failure = sum(found.by_code.get(code, 0) for code in _failure(entry.question))
    share: Sequence[Content] = shown_share(failure, found.answers, figure.showing)
    if figure.showing is Showing.HIDDEN:
        share = (say("journey.gap"), None, None)
    count = failure if figure.showing is Showing.WHOLE else None
    return (count, *share, *shown_counts(figure, audience, say), why(figure, audience, say))


def _choice_rows(snapshot: Snapshot, entry: Entry, edition: Edition) -> Iterator[Sequence[Content]]:
    say, audience, figure = edition.say, entry.journey.audience, entry.figure
    title, three = journey_title(snapshot, entry.key.journey, say), shown_counts(figure, audience, say)
    if figure.showing is not Showing.WHOLE:
        note = say("notes.few-words") if figure.why == "few" else why(figure, audience, say)
        yield (title, say("journey.gap"), None, entry.time, *[None] * 4, *three, note)
        return
    answers, by_code = figure.distribution.answers, figure.distribution.by_code
    note = asked_text(edition, entry.question)
    for code, label, kind in _choices(snapshot, entry, edition):
        count = by_code.get(code, 0)
        share = shown_share(count, answers, figure.showing)
        yield (title, label, say.label("demands", kind), entry.time, count, *share, *three, note)
        note = say("notes.several") if entry.question.kind == "several" else None


def _choices(snapshot: Snapshot, entry: Entry, edition: Edition) -> list[tuple[str, str, str]]:
    """Code, label and kind of demand of every choice that the question has or had, in the order of the table."""
    choices = {choice.code: choice for choice in snapshot.catalogue.choices(entry.key.journey, entry.key.question)}
    by_code = entry.figure.distribution.by_code
    found = [
        (
            code,
            in_language(choices[code].label, edition.say.language) if code in choices else code,
            (choices[code].demand if code in choices else None) or "unclear",
        )
        for code in dict.fromkeys([*choices, *by_code])
    ]
    return sorted(found, key=lambda each: (_ORDER.index(each[2]), -by_code.get(each[0], 0)))


def _cuts(snapshot: Snapshot, edition: Edition) -> Iterator[_Cut]:
    chapters, organisation, language = snapshot.chapters, edition.organisation, edition.say.language
    if len(chapters.channels) > 1:
        labels = {code: in_language(words, language) for code, words in organisation.channels.items()}
        entries = crossed_entries(snapshot, chapters.units, chapters.channels, chapters.both)
        yield _Cut(edition.say("parts-of.channel"), entries, labels)
    if len(chapters.units) > 1:
        labels = {code: in_language(unit.name, language) for code, unit in organisation.units.items()}
        yield _Cut(edition.say("parts-of.unit"), part_entries(snapshot, chapters.units), labels)


def _figures(cut: _Cut, whole: Entry, edition: Edition) -> Iterator[tuple[str, Figure]]:
    """Each part's figure of one question by the part's name; those that can't be shown in one line, as how many."""
    say, hidden = edition.say, []
    figures = [
        (cut.labels.get(code, code) or say("parts-of.none"), entry.figure)
        for code, found in cut.entries.items()
        for entry in found
        if entry.key == whole.key
    ]
    if len(figures) < 2:  # one part alone tells nothing that all together don't
        return
    for label, figure in sorted(figures, key=lambda pair: pair[0]):
        if figure.showing is Showing.HIDDEN:
            hidden.append((label, figure))
        else:
            yield label, figure
    if len(hidden) == 1:
        yield hidden[0]
    elif hidden:
        # Of several, the counts of one would be taken for those of all.
        yield say("parts-of.others", count=len(hidden)), Figure(Showing.HIDDEN, "parts", whole.figure.distribution)


def _origin_rows(
    snapshot: Snapshot, whole: Entry, place: str, figure: Figure, edition: Edition
) -> Iterator[Sequence[Content]]:
    say, audience = edition.say, whole.journey.audience
    title, time = journey_title(snapshot, whole.key.journey, say), period_label(snapshot.period)
    three = shown_counts(figure, audience, say)
    if figure.showing is not Showing.WHOLE:
        note = say("notes.few-words") if figure.why == "few" else why(figure, audience, say)
        yield (title, place, say("journey.gap"), time, *[None] * 4, *three, note)
        return
    answers, by_code = figure.distribution.answers, figure.distribution.by_code
    choices = snapshot.catalogue.choices(whole.key.journey, whole.key.question)
    labels = {choice.code: in_language(choice.label, say.language) for choice in choices}
    for code in dict.fromkeys([*labels, *by_code]):
        count = by_code.get(code, 0)
        share = shown_share(count, answers, figure.showing)
        yield (title, place, labels.get(code, code), time, count, *share, *three, None)
