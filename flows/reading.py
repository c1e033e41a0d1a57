"""Reading: the text of a file -> a journey or the shared phrases, or every problem in it at once.

Never raises for what stands in a file, never opens one, never guesses: with one error there is no journey.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from flows.advice import advise_on_count, drifted
from flows.choices import LONGEST_LABEL, Setting, read_scale
from flows.journey import (
    PHASES,
    Journey,
    Phase,
    PhaseName,
    Phrases,
    Question,
    Touchpoint,
    Words,
)
from flows.ladders import check_within, expand
from flows.problems import Problem, Problems, listed, nearest, suggestion
from flows.questions import QUESTION_RESERVED, Draft, read_question
from flows.references import check_columns, check_curve, check_expectations, check_places, check_pools, fault_of
from flows.source import CODE, Entry, Table, open_source
from flows.timing import PhaseTiming, Send, Useful, parse_duration, parse_send, parse_useful
from flows.wording import with_easy

__all__ = ["AUDIENCES", "DOORS", "Problem", "Reading", "drifted", "read_journey", "read_phrases"]

AUDIENCES = ("citizen", "job-seeker", "employer", "employee", "internal-customer")
DOORS = ("telegram", "web")

_FAULT_AND_REMEDY = re.compile(r'(".*?" [^:.]*)[:.] (.*)', re.DOTALL)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reading(Generic[_T]):
    """What came of a file: its value, None when any problem is an error, and the problems in line order."""

    value: _T | None
    problems: tuple[Problem, ...]


def read_phrases(source: bytes, file: str, languages: Sequence[str], *, packed: bool = False) -> Reading[Phrases]:
    """What every journey shares. `file` is its name for messages, `languages` those that every text should have.

    `packed`: the file comes with the program, as it does here and below; see `flows.syntax.read_node`.
    """
    problems = Problems(file)
    table = open_source(source, problems, packed=packed)
    if table is None:
        return Reading(None, problems.in_order())
    table.allow("the shared phrases", ("scales", "ladders", "words", "words easy"))
    words = _shared_words(table, languages)
    scales = {entry.name: read_scale(entry, languages) for entry in _named(table, "scales")}
    setting = Setting(languages, scales, words, in_ladder=True)
    ladders = {entry.name: _ladder(entry, setting) for entry in _named(table, "ladders")}
    return Reading(None if problems.failed else Phrases(scales, ladders, words), problems.in_order())


def read_journey(
    source: bytes, file: str, phrases: Phrases, languages: Sequence[str], *, packed: bool = False
) -> Reading[Journey]:
    """One journey, resolved with `phrases`. `file` is named as the journey is, and names it in messages."""
    problems = Problems(file)
    table = open_source(source, problems, packed=packed)
    if table is None:
        return Reading(None, problems.in_order())
    keys = ("journey", "title", "audience", "lasts", "touchpoints", *PHASES, "wish", "doors")
    table.allow("a journey", keys)
    touchpoints = _touchpoints(table, languages)
    drafts, phases = _phases(table, languages, phrases, touchpoints)
    resolved = _resolve(drafts, phrases, touchpoints)
    expanded = [question for question, _ in resolved]
    wish = _wish(table, drafts, expanded, phrases, touchpoints)
    check_columns([*resolved, *((question, table.entries["wish"]) for question in wish)])
    for name in phases:
        asked = [question for question in expanded if question.phase == name]
        advise_on_count(name, asked, table.entries[name].line, problems)
    journey = Journey(
        code=_code(table, file),
        title=_title(table, languages),
        audience=_audience(table),
        lasts=_lasts(table),
        touchpoints=touchpoints,
        phases=tuple(
            Phase(name, timing, tuple(question for question in expanded if question.phase == name))
            for name, timing in phases.items()
            if timing
        ),
        wish=wish,
        words=phrases.words,
        doors=_doors(table),
    )
    return Reading(None if problems.failed else journey, problems.in_order())


def _shared_words(table: Table, languages: Sequence[str]) -> dict[str, Words]:
    words = {entry.name: entry.words(languages, None) or Words({}) for entry in _named(table, "words")}
    for entry in _named(table, "words easy"):
        written = entry.words(languages, None, every=False)
        if entry.name not in words:
            remedy = suggestion(entry.name, words, "Write it under 'words' first.")
            entry.error(f"'{entry.name}' is easy to read, but there is no such phrase under 'words'.", remedy)
        elif written:
            words[entry.name] = with_easy(words[entry.name], written)
    return words


def _named(table: Table, name: str) -> list[Entry]:
    entry = table.entry(name)
    below = entry.table() if entry else None
    return below.codes() if below else []


def _ladder(entry: Entry, setting: Setting) -> tuple[Question, ...]:
    table = entry.table()
    if table is None:
        return ()
    drafts = [read_question(below, setting) for below in table.codes(QUESTION_RESERVED)]
    ladder = tuple(draft.question for draft in drafts)
    check_within(ladder, {draft.question.code: draft.at("only if") for draft in drafts})
    return ladder


def _code(table: Table, file: str) -> str:
    stem = re.split(r"[/\\]", file)[-1].rsplit(".", 1)[0]
    entry = table.need("journey", f"Write 'journey: {stem}', as the file is named.")
    code = entry.code() if entry else None
    if entry and code and CODE.fullmatch(code) and code != stem:
        entry.error(f"The journey is named '{code}' but its file '{stem}'.", "Name both the same.")
    return code or stem


def _title(table: Table, languages: Sequence[str]) -> Words:
    entry = table.need("title", "Write what the journey is called, in each language.")
    return (entry.words(languages) if entry else None) or Words({})


def _audience(table: Table) -> str:
    entry = table.need("audience", f"Write who answers: {listed(AUDIENCES, 'or')}.")
    return (entry.one_of(AUDIENCES) if entry else None) or AUDIENCES[0]


def _lasts(table: Table) -> timedelta:
    entry = table.entry("lasts")
    text = entry.text() if entry else None
    if entry and text is not None:
        try:
            return parse_duration(text)
        except ValueError as error:
            _tell(entry, error)
    return timedelta(0)


def _doors(table: Table) -> tuple[str, ...]:
    entry = table.entry("doors")
    return tuple(door for item in (entry.items() if entry else ()) if (door := item.one_of(DOORS)))


def _touchpoints(table: Table, languages: Sequence[str]) -> tuple[Touchpoint, ...]:
    entry = table.entry("touchpoints")
    below = entry.table() if entry else None
    if below is None:
        return ()
    below.allow("touchpoints", PHASES)
    found: dict[str, Touchpoint] = {}
    for phase in PHASES:
        for touchpoint in _named(below, phase):
            name = touchpoint.words(languages, longest=LONGEST_LABEL) or Words({})
            if touchpoint.name in found:
                fault = f"'{touchpoint.name}' is already a touchpoint {found[touchpoint.name].phase} the contact."
                touchpoint.error(fault, "Give one of them another name.")
            found.setdefault(touchpoint.name, Touchpoint(touchpoint.name, phase, name))
    return tuple(found.values())


def _phases(
    table: Table, languages: Sequence[str], phrases: Phrases, touchpoints: tuple[Touchpoint, ...]
) -> tuple[list[Draft], Mapping[PhaseName, PhaseTiming | None]]:
    """All questions as read, in the order of the phases, and when each phase is sent; None where that is wrong."""
    drafts: list[Draft] = []
    phases: dict[PhaseName, PhaseTiming | None] = {}
    for name in PHASES:
        entry = table.entry(name)
        phase = entry.table() if entry else None
        if phase is None:
            continue
        phase.allow("a phase", ("send", "useful until", "ask"))
        phases[name] = _timing(phase)
        setting = Setting(languages, phrases.scales, phrases.words, name, touchpoints, tuple(phrases.ladders))
        asks = phase.need("ask", "Write the questions under 'ask'.")
        asked = asks.table() if asks else None
        if asked and not asked.entries:
            asks_line = asked.line
            table.problems.error(asks_line, "There is no question under 'ask'.", "Write one, or take the phase away.")
        for question in asked.codes(QUESTION_RESERVED) if asked else ():
            _check_new(question, drafts)
            drafts.append(read_question(question, setting))
    if not any(name in PHASES or nearest(name, PHASES) for name in table.entries):
        table.problems.error(0, "The journey asks nothing.", "Write a phase: before, during or after.")
    return drafts, phases


def _check_new(question: Entry, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if draft.question.code == question.name:
            fault = f"A question named '{question.name}' is already asked, on line {draft.entry.line}."
            question.error(fault, "Give one of them another name.")
            return


def _timing(phase: Table) -> PhaseTiming | None:
    send = phase.need("send", "Write when it is sent, as in 'send: 2 hours after end'.")
    useful = phase.entry("useful until")
    sent: Send | None = None
    until: Useful | None = None
    if send and (text := send.text()) is not None:
        try:
            sent = parse_send(text)
        except ValueError as error:
            _tell(send, error)
    if useful and (text := useful.text()) is not None:
        try:
            until = parse_useful(text)
        except ValueError as error:
            _tell(useful, error)
    return PhaseTiming(sent, until) if sent else None


def _tell(entry: Entry, error: ValueError) -> None:
    """Timing says both in one text: what was written, in quotes, then the fault, then the remedy."""
    said = _FAULT_AND_REMEDY.fullmatch(str(error))
    fault, remedy = (said[1], said[2]) if said else (str(error), "write it in another way")
    entry.error(f"{fault}.", f"{remedy[:1].upper()}{remedy[1:]}.")


def _resolve(
    drafts: Sequence[Draft], phrases: Phrases, touchpoints: tuple[Touchpoint, ...]
) -> list[tuple[Question, Entry]]:
    """The questions with ladders expanded, each with where it comes from; reports what does not fit between them."""
    anywhere = {code for draft in drafts for code in _codes(draft, phrases)}
    known: dict[str, Question | None] = {}
    expanded: list[tuple[Question, Entry]] = []
    for draft in drafts:
        question = draft.question
        _check_condition(draft, known, anywhere)
        if draft.brings:
            ladder = expand(question.code, phrases.ladders[draft.brings], draft.entry, known, touchpoints, question)
        else:
            ladder = (question,)
            known[question.code] = question if draft.sound else None
        for step in ladder:
            known.setdefault(step.code, step)
            expanded.append((step, draft.entry))
    for phase in PHASES:
        check_places([draft for draft in drafts if draft.question.phase == phase])
    check_pools(drafts)
    check_curve(drafts)
    check_expectations(drafts)
    return expanded


def _codes(draft: Draft, phrases: Phrases) -> list[str]:
    """What a draft's questions are called, those of its ladder where it stands for one."""
    if draft.brings is None:
        return [draft.question.code]
    return [f"{draft.question.code}-{question.code}" for question in phrases.ladders[draft.brings]]


def _check_condition(draft: Draft, known: Mapping[str, Question | None], anywhere: set[str]) -> None:
    condition = draft.question.only_if
    for test in condition.tests if condition else ():
        fault = fault_of(test, known, anywhere)
        if fault:
            draft.at("only if").error(*fault)


def _wish(
    table: Table,
    drafts: Sequence[Draft],
    expanded: Sequence[Question],
    phrases: Phrases,
    touchpoints: tuple[Touchpoint, ...],
) -> tuple[Question, ...]:
    entry = table.entry("wish")
    name = entry.one_of(phrases.ladders) if entry else None
    if entry is None or name is None:
        return ()
    known: dict[str, Question | None] = {question.code: question for question in expanded}
    known.update({draft.question.code: None for draft in drafts if not (draft.sound or draft.brings)})
    return expand("wish", phrases.ladders[name], entry, known, touchpoints)
