"""The route: which questions a conversation asks, in which order, and which come next. Pure.

A route is settled when the conversation begins: pools are down to the question drawn, and what is too much for one day
is left out. What depends on answers (`only if`, `instead of`) is decided when its turn comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flows.conditions import Known, holds
from flows.journey import Condition, Journey, PhaseName, Question, Words
from flows.timing import Calendar

MOST_IN_ONE_DAY = 6
"""Questions put to one person for one contact when everything happens on one day."""

SHORT = "when-short"
"""The pool of questions of which one is drawn to be left out when a day's questions are too many."""

Status = Literal["answered", "skipped", "not-understood", "left", "not-drawn", "routed-past"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the organisation knows of the contact a conversation is about.

    `facts` holds codes (channel, service, unit, outcome, cause, solved, door), `names` what placeholders become;
    "when" among them is the contact's day in words.
    `useful_until` is when the follow-up's last useful moment is, in UTC.
    """

    facts: Mapping[str, str]
    names: Mapping[str, Words]
    calendar: Calendar
    useful_until: datetime
    emergency: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("sv", "fi", "en")
    region: str = "SE"


@dataclass(frozen=True, slots=True)
class Settled:
    """How a question ended, as far as the rest of the contact needs to know: never the person's own words."""

    status: Status
    codes: tuple[str, ...] = ()
    number: float | None = None
    asking: int = 1
    source: str | None = None

    def known(self) -> Known:
        """The same, for conditions."""
        answered = self.status == "answered"
        return Known(
            codes=self.codes if answered else (),
            number=self.number if answered else None,
            asked=self.status not in ("not-drawn", "routed-past"),
        )


@dataclass(frozen=True, slots=True)
class Route:
    """The questions to go through, those left out, and how likely each drawn one was to be asked."""

    codes: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    probability: Mapping[str, float] = field(default_factory=dict)


def pools(
    journey: Journey,
    phases: Sequence[PhaseName],
    facts: Mapping[str, str],
    earlier: Mapping[str, Settled],
    limit: int | None,
) -> dict[str, tuple[str, ...]]:
    """What must be drawn before a conversation over `phases` can begin: pool to candidates, in the file's order.

    A candidate whose condition is already known not to hold (it asks about the contact, or about an earlier
    conversation) is none. Of the pool `SHORT` one question is drawn to be left *out*, when more than `limit` remain.
    """
    questions = _questions(journey, phases)
    here = {question.code for question in questions}
    found: dict[str, tuple[str, ...]] = {}
    for question in questions:
        if question.draw and _outlook(question.only_if, here, facts, earlier) is not False:
            found[question.draw] = (*found.get(question.draw, ()), question.code)
    undrawn = [question for question in questions if question.draw is None]
    if limit is not None and slots(undrawn) + len(found) > limit:
        spare = tuple(question.code for question in undrawn if question.when_short)
        if spare:
            found[SHORT] = spare
    return found


def laid(
    journey: Journey,
    phases: Sequence[PhaseName],
    candidates: Mapping[str, tuple[str, ...]],
    drawn: Mapping[str, str],
    limit: int | None,
) -> Route:
    """The route over `phases`, given what `pools` asked for and what was drawn. KeyError if a draw is missing.

    When still more than `limit` would be asked, the others marked for it are left out, the last first, then further
    questions from the end; what stands last (own words or a ladder) and messages stay.
    """
    questions = _questions(journey, phases)
    probability: dict[str, float] = {}
    out: list[str] = []
    for pool, codes in candidates.items():
        chosen = drawn[pool]
        for code in codes:
            probability[code] = 1 - 1 / len(codes) if pool == SHORT else 1 / len(codes)
            if (code == chosen) == (pool == SHORT):
                out.append(code)
    in_pools = {code for codes in candidates.values() for code in codes}
    out += [question.code for question in questions if question.draw and question.code not in in_pools]
    if limit is not None:
        out += _surplus([question for question in questions if question.code not in out], limit)
    gone = set(out)
    kept = [question for question in questions if question.code not in gone and question.instead_of not in gone]
    also = [question.code for question in questions if question.instead_of in gone and question.code not in gone]
    left_out = [code for code in (*out, *also) if code in probability]
    return Route(tuple(question.code for question in kept), tuple(left_out), probability)


def slots(questions: Iterable[Question]) -> int:
    """How many questions a person can be put at most: messages and replacements count nothing, a ladder as one."""
    taken: set[str] = set()
    for question in questions:
        if question.kind != "say" and question.instead_of is None:
            taken.add(question.ladder or question.code)
    return len(taken)


def prospects(questions: Sequence[Question], facts: Mapping[str, str]) -> dict[str, bool | None]:
    """Of each question of a contact's first conversation whether its conditions will hold; None where answers decide.

    Whoever is never asked a question answers nothing to it: what looks back at it will not hold either.
    """
    asked = {question.code for question in questions}
    taken = (question.instead_of for question in questions if _both(question, asked, facts))
    asked -= {code for code in taken if code is not None}
    found: dict[str, bool | None] = {}
    for question in questions:
        found[question.code] = _both(question, asked, facts)
        if found[question.code] is False:
            asked.discard(question.code)
    return found


def applies(
    journey: Journey,
    question: Question,
    route: Iterable[str],
    settled: Mapping[str, Settled],
    facts: Mapping[str, str],
) -> bool:
    """Whether the question is to be asked now: its own conditions hold and no other takes its place."""
    answers = {code: answer.known() for code, answer in settled.items()}

    def open_to(asked: Question) -> bool:
        conditions = (asked.opens, asked.only_if)
        return all(condition is None or holds(condition, answers, facts) for condition in conditions)

    if not open_to(question):
        return False
    others = (journey.question(code) for code in route)
    return not any(other.instead_of == question.code and open_to(other) for other in others)


def _questions(journey: Journey, phases: Sequence[PhaseName]) -> list[Question]:
    found = (journey.phase(name) for name in phases)
    return [question for phase in found if phase is not None for question in phase.questions]


def _both(question: Question, here: set[str], facts: Mapping[str, str]) -> bool | None:
    outlooks = [_outlook(condition, here, facts, {}) for condition in (question.opens, question.only_if)]
    return False if False in outlooks else None if None in outlooks else True


def _outlook(
    condition: Condition | None, here: set[str], facts: Mapping[str, str], earlier: Mapping[str, Settled]
) -> bool | None:
    """Whether a condition will hold; None where that depends on an answer to a question of `here`."""
    if condition is None:
        return True
    answers = {code: answer.known() for code, answer in earlier.items()}
    decided = [holds(Condition((test,)), answers, facts) for test in condition.tests if test.about not in here]
    if len(decided) == len(condition.tests):
        return all(decided) if condition.every else any(decided)
    # One that fails is enough to break "and", one that holds to fulfil "or".
    return not condition.every if (not condition.every) in decided else None


def _surplus(questions: list[Question], limit: int) -> list[str]:
    out: list[str] = []
    spare = [question for question in questions if question.kind != "say" and question.instead_of is None]
    last = spare[-1:]
    for marked in (True, False):
        for question in reversed(spare):
            if len(spare) - len(out) <= limit:
                return out
            if question.when_short == marked and question not in last and question.ladder is None:
                out.append(question.code)
    return out
