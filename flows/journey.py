"""A journey: the defined path of questions before, during and after a contact.

Frozen values only. A `Journey` is *resolved*: scales, ladders and shared phrases stand in it whole, so that a
conversation pinned to it needs nothing else, and so that its fingerprint covers everything a citizen reads.
`reading.py` makes these values from text; nothing here reads, asks, or knows the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from flows.timing import PhaseTiming

PhaseName = Literal["before", "during", "after"]
PHASES: tuple[PhaseName, ...] = ("before", "during", "after")

Kind = Literal["scale", "one", "several", "words", "yes-no", "number", "touchpoint", "phone", "say"]
Demand = Literal["value", "failure"]
Operator = Literal["is", "is not", "at most", "at least", "asked", "not asked", "known", "not known"]

CONTACT_FACTS = ("channel", "service", "unit", "outcome", "cause", "solved", "door")
"""What `only if: contact ...` may ask about."""

PLACEHOLDERS = ("service", "unit", "organisation", "phone", "when")
"""What may stand in braces in a journey's texts."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text in several languages: language code to text, "sv" and, where there is one, easy to read, "sv-easy".

    Easy texts stand after all plain ones. Fallback is `wording.in_language`'s business.
    """

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """Where citizen and service meet; belongs to the phase in which it happens."""

    code: str
    phase: PhaseName
    name: Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen. `number` is set on scales, `demand` is hidden from the citizen.

    Of several that may be chosen one that stands `alone` goes with no other.
    """

    code: str
    label: Words
    emoji: str = ""
    number: int | None = None
    demand: Demand | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """A named five-step scale, low to high; its choices' codes are "1" to "5"."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison in a condition.

    `about` is a question's code, or "contact" with the fact's name in `fact`. "is" and "is not" hold for any of
    `values`; "at most" and "at least" compare the answer's number with `values[0]`; "asked" and "not asked" ask
    whether the question was put to the person at all, "known" and "not known" whether a contact has the fact.
    """

    __test__ = False  # pytest would take the name for a test class

    about: str
    operator: Operator
    values: tuple[str, ...] = ()
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`only if`: all tests joined by "and" (`every`), or all by "or"; never both."""

    tests: tuple[Test, ...]
    every: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """One step of a phase: something asked, or (kind "say") something said.

    `choices` holds what can be tapped, for every kind that has choices: scale steps, choices, yes and no, and the
    journey's touchpoints followed by the question's own extra choices. `low` and `high` bound a number.
    `draw` names the pool from which one question is drawn; `instead_of` the question whose place it takes when
    its own condition holds; `call_me` puts the button for a call beside the answers; `when_short` lets it be the
    one left out when a contact's questions all fall on one day; `ladder` is the entry that brought it in, and
    `opens` that entry's own condition: both it and `only_if` must hold. `expects` is the later question that asks for
    the experience of what this one asks to be expected, both on one scale.
    """

    code: str
    kind: Kind
    text: Words
    phase: PhaseName
    version: int = 1
    touchpoint: str | None = None
    scale: str | None = None
    choices: tuple[Choice, ...] = ()
    low: int = 0
    high: int = 0
    only_if: Condition | None = None
    instead_of: str | None = None
    draw: str | None = None
    curve: bool = False
    index: str | None = None
    retrospective: bool = False
    call_me: bool = False
    when_short: bool = False
    ladder: str | None = None
    opens: Condition | None = None
    expects: str | None = None

    def choice(self, code: str) -> Choice | None:
        """The choice with this code, or None."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the journey in relation to the contact, with what it asks in order."""

    name: PhaseName
    timing: PhaseTiming
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What every journey shares: scales, ladders (questions by ladder name), and named texts."""

    scales: Mapping[str, Scale]
    ladders: Mapping[str, tuple[Question, ...]]
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Journey:
    """A whole, resolved journey. `wish` is the ladder behind the button "I have a wish", empty where there is none."""

    code: str
    title: Words
    audience: str
    lasts: timedelta
    touchpoints: tuple[Touchpoint, ...]
    phases: tuple[Phase, ...]
    wish: tuple[Question, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    doors: tuple[str, ...] = ()

    def phase(self, name: PhaseName) -> Phase | None:
        """The phase of that name, or None where the journey asks nothing then."""
        return next((phase for phase in self.phases if phase.name == name), None)

    def questions(self) -> Iterator[Question]:
        """Every question and message of the journey in order, the wish ladder last."""
        for phase in self.phases:
            yield from phase.questions
        yield from self.wish

    def question(self, code: str) -> Question:
        """The question with this code. KeyError if the journey has none."""
        for question in self.questions():
            if question.code == code:
                return question
        raise KeyError(code)

    def touchpoint(self, code: str) -> Touchpoint | None:
        """The touchpoint with this code, or None."""
        return next((touchpoint for touchpoint in self.touchpoints if touchpoint.code == code), None)
