"""Needs: what lies behind what people wish for: the need they tap themselves, the needs that analysts code of their
words, how many different themes lead to one need, and how far the two agree. Aggregates alone: never anybody's words.

Of one unit the same, as far as `coded` and the unit's part let it be told beside the other units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.coding import lists
from bot.figures.intervals import wilson
from bot.figures.kappa import kappa_of
from bot.figures.suppression import ENOUGH, Showing, rounded, rounded_up, unsettled
from bot.workbook import coded
from bot.workbook.coded import Told
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, entries_of
from bot.workbook.names import journey_title, part, period_label, touchpoint_name, why
from bot.workbook.one_unit import OneUnit
from bot.workbook.parts import journeys_of
from bot.workbook.shares import shown_share
from bot.workbook.sheets import CHARTS, Bar, Bars, Block, Content, Form, Formed, LeftOut, Line, Sheet, Table
from bot.workbook.shown import shown_counts
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from bot.workbook.widths import gridded
from flows.journey import Question
from flows.wording import in_language

_TEXTS = (26.0, 34.0, 26.0, 14.0)
_SHARE, _THREE = ("share", "share-from", "share-to"), ("answers", "asked", "contacts")
_OWN = ("journey", "need", "after-what", "period", "count", *_SHARE, *_THREE, "note")
_CODED = ("journey", "need", "source", "period", "persons-coded", *_SHARE, "verbatims", "themes", "answers", "note")
_AGREED = ("journey", "measure", "source", "period", "by-chance", "value", "value-from", "value-to", *_THREE, "note")


def needs(snapshot: Snapshot, edition: Edition) -> Sheet | LeftOut:
    """The sheet: needs by people themselves, then by analysts, then how far they agree, then charts of the first."""
    found = coded.of_period(snapshot, snapshot.chapters.coded)
    title = edition.say("needs.title", week=snapshot.week)
    return _sheet(snapshot, [coded.told(each) for each in found], title, edition.say("needs.nothing"), edition)


def needs_of_unit(snapshot: Snapshot, part: Snapshot, one: OneUnit, edition: Edition) -> Sheet | LeftOut:
    """The same of one unit: `snapshot` is of all units, `part` of this one."""
    say, found = edition.say, coded.of_period(snapshot, snapshot.chapters.coded)
    told, title = coded.beside(found, one.coded, one.unit, journeys_of(part)), say("needs.of-unit", about=edition.about)
    return _sheet(part, told, title, say("needs.nothing-of-unit"), edition)


def asks_need(question: Question) -> bool:
    """Whether it ends a ladder: the person says which need comes closest."""
    return question.ladder is not None and question.code == f"{question.ladder}-need" and question.kind == "one"


def _sheet(snapshot: Snapshot, told: Sequence[Told], title: str, nothing: str, edition: Edition) -> Sheet | LeftOut:
    say = edition.say
    own = [entry for entry in entries_of(snapshot) if asks_need(entry.question) and entry.time != snapshot.week]
    if not own and not any(each.of_all.in_need for each in told):
        return LeftOut(say("sheets.needs"), nothing)
    charts = list(_bars(snapshot, own, edition))
    blocks: list[Block] = [
        Line(title, "title"),
        *([Line(say("causes.to-charts"), link=CHARTS)] if charts else []),
        *(Line(words) for words in say.lines("need-lines")),
        _table("needs", _OWN, [row for entry in own for row in _own_rows(snapshot, entry, edition)], say),
        Line(say("needs.coded"), "heading"),
        *(Line(words) for words in say.lines("convergence-lines", week=snapshot.week)),
        _table("needs_coded", _CODED, list(_coded_rows(snapshot, told, edition)), say),
        Line(say("needs.agreement"), "heading"),
        *(Line(words) for words in say.lines("agreement-lines")),
        _table("needs_agreement", _AGREED, list(_agreement_rows(snapshot, told, edition)), say),
        *charts,
    ]
    return Sheet(say("sheets.needs"), tuple(blocks))


def _own_rows(snapshot: Snapshot, entry: Entry, edition: Edition) -> Iterator[Sequence[Content]]:
    say, audience, figure = edition.say, entry.journey.audience, entry.figure
    title, after = journey_title(snapshot, entry.key.journey, say), _after_what(entry, say)
    three = shown_counts(figure, audience, say)
    if figure.showing is not Showing.WHOLE:
        note = say("notes.few-words") if figure.why == "few" else why(figure, audience, say)
        yield (title, say("journey.gap"), after, entry.time, *[None] * 4, *three, note)
        return
    answers, by_code = figure.distribution.answers, figure.distribution.by_code
    for code, label in _choices(snapshot, entry, edition):
        count = by_code.get(code, 0)
        note = None if count else say("needs.nobody")
        share = shown_share(count, answers, figure.showing)
        yield (title, label, after, entry.time, count, *share, *three, note)


def _after_what(entry: Entry, say: Texts) -> str:
    """Touchpoint of the question and its ladder, in words; the phase where it has neither."""
    question = entry.question
    which = part(entry.journey, question, entry.key.afterwards, say)
    name = touchpoint_name(entry.journey, question, say.language)
    found = ", ".join(filter(None, (name, which))) or say.label("phases", question.phase)
    return found[0].upper() + found[1:]


def _choices(snapshot: Snapshot, entry: Entry, edition: Edition) -> list[tuple[str, str]]:
    by_code, choices = (
        entry.figure.distribution.by_code,
        snapshot.catalogue.choices(entry.key.journey, entry.key.question),
    )
    labels = {choice.code: in_language(choice.label, edition.say.language) for choice in choices}
    codes = sorted(dict.fromkeys([*labels, *by_code]), key=lambda code: -by_code.get(code, 0))
    return [(code, labels.get(code, code)) for code in codes]


def _bars(snapshot: Snapshot, own: Sequence[Entry], edition: Edition) -> Iterator[Bars]:
    say = edition.say
    for entry in own:
        if entry.figure.showing is not Showing.WHOLE:
            continue
        answers, by_code = entry.figure.distribution.answers, entry.figure.distribution.by_code
        bars = []
        for code, label in _choices(snapshot, entry, edition):
            share, interval = by_code.get(code, 0) / answers, wilson(by_code.get(code, 0), answers)
            name = say("bars.label", label=label, share=round(100 * share))
            bars.append(Bar(name, say("headers.need"), share, interval.low, interval.high))
        title = say("bars.needs", journey=journey_title(snapshot, entry.key.journey, say))
        which = part(entry.journey, entry.question, entry.key.afterwards, say)
        title = f"{title} ({which})" if which else title
        alt = say("bars.alt", title=title, span=entry.time, bars="; ".join(bar.label for bar in bars))
        yield Bars(title, say("headers.need"), say("bars.persons"), tuple(bars), "0 %", alt)


def _coded_rows(snapshot: Snapshot, told: Sequence[Told], edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    source = say("causes.by-analysts")
    labels = {
        code: in_language(words, say.language) for code, words in lists(edition.organisation).codes["need"].items()
    }
    for each in told:
        found, how = each.found, each.in_need
        if not each.of_all.in_need:
            continue
        title, time = journey_title(snapshot, found.journey, say), period_label(found.weeks)
        persons = coded.shown_persons(each, found.in_need, how, say)
        if not coded.distributed(how):
            few = coded.too_few(each, found.in_need, how, say)
            yield (title, say("journey.gap"), source, time, *[None] * 6, persons, few)
            continue
        for label, code in _most_first(each, labels):
            *cells, note = _need_cells(each, code, say)
            yield (title, label, source, time, *cells, persons, note)


def _most_first(told: Told, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    # In fives, hidden ones after them: the exact order would tell which of two has more.
    def place(code: str) -> int:
        how = told.needs.get(code)
        return 0 if how is None else -1 if how is Showing.HIDDEN else -rounded_up(told.found.by_need[code].persons)

    return [(labels.get(code, code), code) for code in sorted(dict.fromkeys([*labels, *told.found.by_need]), key=place)]


def _need_cells(told: Told, code: str, say: Texts) -> Sequence[Content]:
    found, need, note = told.found, told.found.by_need.get(code), say("notes.coded-several")
    if need is None:
        return (0, 0.0, None, None, 0, 0, note)
    how = told.needs[code]
    persons = coded.shown_persons(told, need.persons, how, say)
    if how is Showing.HIDDEN:
        return (persons, *[None] * 5, say("notes.beside") if told.beside else note)
    share = shown_share(need.persons, found.in_need, unsettled(how))
    return (persons, *share, rounded_up(need.answers), need.themes, note)


def _agreement_rows(snapshot: Snapshot, told: Sequence[Told], edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    both = say("needs.both")
    for each in told:
        found, how = each.found, each.pairs
        kappa = kappa_of(found.pairs)
        if kappa_of(each.of_all.pairs) is None:
            continue
        title, time = journey_title(snapshot, found.journey, say), period_label(found.weeks)
        persons = coded.shown_persons(each, found.pair_persons, how, say)
        if kappa is None or not coded.distributed(how):
            held = found.pair_persons >= ENOUGH or (each.beside and how is Showing.HIDDEN)
            few = say("notes.parts" if held else "needs.few-pairs")
            gap = (say("journey.gap"), None, None)
            yield (title, say("needs.kappa"), both, time, None, *gap, persons, None, None, few)
            continue
        pairs, note = rounded_up(kappa.n), say("notes.coded")
        agreed = (Formed(one, "share") for one in shown_share(round(kappa.agreed * kappa.n), kappa.n, Showing.FEW))
        chance = Formed(rounded(100 * kappa.expected) / 100, "share")
        yield (title, say("needs.same"), both, time, chance, *agreed, persons, None, pairs, note)
        ends = (kappa.interval.low, kappa.interval.high) if kappa.interval else (None, None)
        three = (None if one is None else Formed(round(one, 1), "decimal") for one in (kappa.value, *ends))
        yield (title, say("needs.kappa"), both, time, None, *three, persons, None, pairs, note)


def _table(name: str, names: Sequence[str], rows: Sequence[Sequence[Content]], say: Texts) -> Table:
    told = rows or [(say("needs.none"), *[None] * (len(names) - 1))]
    forms: dict[str, Form] = {each: "share" if each in _SHARE else "whole" for each in names[len(_TEXTS) : -1]}
    return Table(name, gridded(names, forms, _TEXTS, say), told, filters=False)
