"""Outcome: what people say beside how their case ended, and each unit as if it had everybody's mix of outcomes, so that
one that must refuse many is not blamed for that alone. Quarterly; what of it may be told is `quarterly`'s rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.distribution import Distribution
from bot.figures.index import Mean, index_of, to_index
from bot.figures.intervals import Interval
from bot.figures.means import Estimate, Sample, sample_of
from bot.figures.standardisation import mix_of, standardised
from bot.figures.suppression import ENOUGH, Showing, fewest, rounded
from bot.organisation import OUTCOMES
from bot.store.tallies import BOTH
from bot.workbook.catalogue import Version
from bot.workbook.edition import Edition
from bot.workbook.essentials import experience
from bot.workbook.names import asked_text, journey_title, part, period_span, touchpoint_name, why
from bot.workbook.quarterly import Quarterly, by_outcome, by_unit, figures, no_quarter
from bot.workbook.sheets import Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Figure, Key, shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.widths import fitted
from flows.journey import Question
from flows.wording import in_language

_INDEX, _COUNTS = ("index", "index-from", "index-to"), ("answers", "asked", "contacts")
_EVENED = ("standardised", "standardised-from", "standardised-to")
# Columns of one kind stand below each other in both tables.
_NAMES = ("journey", "touchpoint", "question", "outcome", *_INDEX, *_COUNTS)
_UNITS = ("journey", "touchpoint", "question", "unit", *_INDEX, *_COUNTS, *_EVENED, "note")
_WIDEST = {"question": 44, "outcome": 40, "unit": 40}
_FORMS: dict[str, Form] = dict.fromkeys((*_INDEX, *_EVENED, *_COUNTS), "whole")

NOT_KNOWN = ("", "unknown")
"""What is no outcome: nobody noted one, or noted that it is not known. Never part of the common mix."""

_Asked = tuple[Version, Question, Key]


@dataclass(frozen=True, slots=True)
class Evened:
    """A unit's index as it was and weighed to the common mix, of the persons whose outcome is in the mix.

    `lacking` names the outcomes of which the unit has too few persons: then there are neither.
    """

    found: Distribution
    as_was: Mean | None
    weighed: Mean | None
    lacking: tuple[str, ...]


def outcome(
    snapshot: Snapshot, quarterly: Quarterly | None, edition: Edition, unit: str | None = None
) -> Sheet | LeftOut:
    """The sheet: every rating after the contact by outcome, then each unit's experience at one common mix.

    `unit`: that of this one alone, below the ratings of all units together.
    """
    say = edition.say
    if quarterly is None:
        return LeftOut(say("sheets.outcome"), no_quarter(snapshot, say))
    span, shown = period_span(quarterly.weeks, say), figures(quarterly)
    known = {key.journey for code, found in quarterly.outcomes.items() if code not in NOT_KNOWN for key in found}
    asked = [each for each in _ratings(snapshot) if each[2] in shown and each[2].journey in known]
    if not asked:
        return LeftOut(say("sheets.outcome"), say("outcome.nothing"))
    rows = [row for each in asked for row in _rows(snapshot, quarterly, each, shown[each[2]], edition)]
    main = [each for each in asked if each[1] == experience(snapshot.catalogue.latest(each[2].journey))]
    units = by_unit(quarterly, {key: shown[key] for _, _, key in main})
    lines: list[Block] = []
    evened: list[Sequence[Content]] = []
    for version, question, key in main:
        mix = common_mix(quarterly, key, by_outcome(quarterly, key, shown[key]))
        lines.append(Line(_mix_words(snapshot, key, mix, edition)))
        if mix:
            names = _names(snapshot, version, question, edition)
            evened += _unit_rows(quarterly, version, key, units[key], mix, names, edition, unit)
    blocks: list[Block] = [
        Line(say("outcome.title", span=span), "title"),
        *([] if unit is None else [Line(say("outcome.of-all"))]),
        *(Line(words) for words in say.lines("outcome-lines")),
        Table("outcome", fitted(_NAMES, _FORMS, rows, say, _WIDEST), rows, filters=False),
        Line(say("outcome.units") if unit is None else say("outcome.unit", unit=edition.unit_name(unit)), "heading"),
        *(Line(words) for words in say.lines("standardised-lines")),
        *lines,
    ]
    if evened:
        blocks.append(
            Table("outcome_standardised", fitted(_UNITS, _FORMS, evened, say, _WIDEST), evened, filters=False)
        )
    elif unit is not None:
        blocks.append(Line(say("outcome.nothing-here")))
    return Sheet(say("sheets.outcome"), tuple(blocks))


def common_mix(quarterly: Quarterly, key: Key, outcomes: Mapping[str, Figure]) -> dict[str, float]:
    """The share of each known outcome that is told, of all units as one; empty where fewer than two are told."""
    told = {
        code: sample
        for code, figure in outcomes.items()
        if code not in NOT_KNOWN and figure.showing is Showing.FEW
        for sample in [sample_of(figure.distribution.by_number)]
        if sample is not None
    }
    return mix_of(told) if len(told) > 1 else {}


def evened_out(quarterly: Quarterly, key: Key, unit: str, mix: Mapping[str, float], audience: str) -> Evened:
    """One unit's experience at the common mix. Each outcome weighs as much as it does for all: few persons would weigh
    more than they should, and could be worked out, so that each needs as many as any figure.
    """
    strata = {code: quarterly.both.get(f"{unit}{BOTH}{code}", {}).get(key, Distribution()) for code in mix}
    lacking = tuple(code for code, each in strata.items() if each.answers < fewest(audience))
    found = _added(strata.values())
    if lacking or found.answers < ENOUGH:
        return Evened(found, None, None, lacking)
    samples: dict[str, Sample] = {
        code: sample for code, each in strata.items() for sample in [sample_of(each.by_number)] if sample is not None
    }
    weighed = standardised(samples, mix)
    return Evened(found, index_of(found.by_number), _as_index(weighed, found.answers) if weighed else None, ())


def outcome_name(code: str, edition: Edition) -> str:
    """What the organisation calls this outcome; "not noted" where nobody noted one; the code that is known no more."""
    if code == "":
        return edition.say("outcome.not-noted")
    words = edition.organisation.outcomes.get(code)
    return in_language(words, edition.say.language) if words else code


def _ratings(snapshot: Snapshot) -> Iterator[_Asked]:
    for code in snapshot.catalogue.journeys():
        for version, question in snapshot.catalogue.questions(code):
            if question.kind == "scale" and question.phase != "before" and not question.retrospective:
                yield version, question, Key(code, question.code, question.version, False)


def _rows(
    snapshot: Snapshot, quarterly: Quarterly, asked: _Asked, total: Figure, edition: Edition
) -> Iterator[Sequence[Content]]:
    (version, question, key), say, audience = asked, edition.say, asked[0].journey.audience
    names = _names(snapshot, version, question, edition)
    parts = by_outcome(quarterly, key, total)
    told = {code: figure for code, figure in parts.items() if figure.showing is Showing.FEW}
    for code in sorted(told, key=_place):
        figure = told[code]
        value = shown_mean(index_of(figure.distribution.by_number), figure.showing)
        yield (*names, outcome_name(code, edition), *value, *shown_counts(figure, audience, say))
    others = [figure for code, figure in parts.items() if code not in told and figure.distribution.asked]
    if total.showing is Showing.HIDDEN:
        yield (*names, why(total, audience, say), *[None] * 6)
    elif others:
        yield (*names, say("outcome.others", count=len(others)), *[None] * 6)


def _names(snapshot: Snapshot, version: Version, question: Question, edition: Edition) -> Sequence[Content]:
    say, journey = edition.say, version.journey
    which = part(journey, question, False, say)
    text = asked_text(edition, question)
    title = journey_title(snapshot, journey.code, say)
    return (title, touchpoint_name(journey, question, say.language), f"{text} ({which})" if which else text)


def _unit_rows(
    quarterly: Quarterly,
    version: Version,
    key: Key,
    units: Mapping[str, Figure],
    mix: Mapping[str, float],
    names: Sequence[Content],
    edition: Edition,
    only: str | None,
) -> Iterator[Sequence[Content]]:
    say, audience, hidden = edition.say, version.journey.audience, 0
    for unit, figure in units.items():
        if only not in (None, unit):
            continue
        if figure.showing is Showing.HIDDEN:
            hidden += bool(figure.distribution.asked)
            continue
        name = edition.unit_name(unit)
        evened = evened_out(quarterly, key, unit, mix, audience)
        if evened.as_was is None or evened.weighed is None:
            lacking = ", ".join(outcome_name(code, edition) for code in evened.lacking)
            note = say("outcome.lacking", outcomes=lacking) if lacking else say("notes.quarter-few")
            yield (*names, name, say("journey.gap"), *[None] * 8, note)
            continue
        counts = shown_counts(Figure(Showing.FEW, "quarter", evened.found), audience, say)
        yield (
            *names,
            name,
            *shown_mean(evened.as_was, Showing.FEW),
            *counts,
            *shown_mean(evened.weighed, Showing.FEW),
            None,
        )
    if hidden:
        name = say("parts-of.others", count=hidden) if only is None else edition.unit_name(only)
        yield (*names, name, *[None] * 9, say("outcome.other-units"))


def _mix_words(snapshot: Snapshot, key: Key, mix: Mapping[str, float], edition: Edition) -> str:
    say, title = edition.say, journey_title(snapshot, key.journey, edition.say)
    if not mix:
        return say("outcome.no-mix", journey=title)
    shares = ", ".join(
        say("outcome.mixed", outcome=outcome_name(code, edition), share=rounded(100 * mix[code]))
        for code in sorted(mix, key=_place)
    )
    return say("outcome.mix", journey=title, shares=shares)


def _place(code: str) -> tuple[int, str]:
    return (OUTCOMES.index(code) if code in OUTCOMES else len(OUTCOMES), code)


def _added(strata: Iterable[Distribution]) -> Distribution:
    answers = asked = contacts = 0
    by_number: dict[float, int] = {}
    for each in strata:
        answers, asked, contacts = answers + each.answers, asked + each.asked, contacts + each.contacts
        for number, persons in each.by_number.items():
            by_number[number] = by_number.get(number, 0) + persons
    return Distribution(answers, asked, contacts, {}, by_number)


def _as_index(estimate: Estimate, n: int) -> Mean:
    ends = estimate.interval()
    interval = Interval(max(0.0, to_index(ends.low)), min(100.0, to_index(ends.high))) if ends else None
    return Mean(n, to_index(estimate.value), interval)
