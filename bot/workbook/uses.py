"""Uses: what became of each question over a quarter, what else hangs on it, and whether it could go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.figures.intervals import wilson
from bot.figures.spread import Commonest, commonest_of
from bot.figures.suppression import ENOUGH, Showing
from bot.store.question_use import TimeRow, UseRow
from bot.workbook.catalogue import Catalogue, Version
from bot.workbook.quarterly import Quarterly
from bot.workbook.shown import Figure, Key
from flows.journey import Journey, Question

ALIKE = 0.8
"""A question could go where certainly more than this share of those who answer give the same answer."""

UNANSWERED = 0.3
"""... or where certainly more than this share of those who see it don't answer it, and no writing is asked of them."""

SELDOM = 0.05
"""... or where certainly fewer than this share of those who might get it are asked, and it belongs to no ladder."""

PUT = ("answered", "skipped", "not-understood", "left")
"""How a question that was put can end."""

TAPPED = frozenset({"scale", "one", "several", "yes-no", "number", "touchpoint"})
"""Kinds that ask for no writing."""


@dataclass(frozen=True, slots=True)
class Use:
    """One question over a quarter: how many persons by how it ended for them, its contacts, its times in seconds."""

    version: Version
    question: Question
    key: Key
    persons: Mapping[str, int]
    contacts: int
    times: Sequence[int] = field(default=())

    @property
    def asked(self) -> int:
        """Persons it was put to."""
        return sum(self.persons.get(status, 0) for status in PUT)

    @property
    def answered(self) -> int:
        """Persons who answered it."""
        return self.persons.get("answered", 0)


def uses(quarterly: Quarterly) -> list[Use]:
    """Every question that was put or passed by in the quarter, along the journeys."""
    persons, contacts, times = _counted(quarterly.uses, quarterly.times, quarterly.catalogue)
    found = []
    for code in quarterly.catalogue.journeys():
        for version, question in quarterly.catalogue.questions(code):
            for afterwards in (False, True):
                key = Key(code, question.code, question.version, afterwards)
                if key in persons:
                    counts = persons[key]
                    found.append(Use(version, question, key, counts, contacts.get(key, 0), times.get(key, ())))
    return found


def could_go(use: Use, figure: Figure | None) -> tuple[str, float] | None:
    """Why a question could go, with the share that says so; None where nothing does, or under 30 persons."""
    answered, asked = use.answered, use.asked
    if figure is not None and figure.showing is not Showing.HIDDEN and figure.distribution.answers >= ENOUGH:
        common = commonest(use, figure) if use.question.kind != "several" else None
        if common is not None and common.interval.low > ALIKE:
            return "alike", common.share
    if use.question.kind in TAPPED and asked >= ENOUGH and wilson(asked - answered, asked).low > UNANSWERED:
        return "unanswered", (asked - answered) / asked
    might = asked + use.persons.get("routed-past", 0)
    if use.question.ladder is None and might >= ENOUGH and wilson(asked, might).high < SELDOM:
        return "seldom", asked / might
    return None


def commonest(use: Use, figure: Figure) -> Commonest | None:
    """The answer that most of them gave, of those who could tap one; None where they could not."""
    found = figure.distribution
    return commonest_of(found.by_code, found.answers) if use.question.kind in TAPPED - {"number"} else None


def used_for(journey: Journey, question: Question) -> list[str]:
    """What else hangs on a question: the curve, an index, an expectation, other questions that follow from it."""
    expected = any(other.expects == question.code for other in journey.questions())
    return [
        name
        for name, holds in (
            ("curve", question.curve),
            ("index", question.index is not None),
            ("expectation", question.expects is not None or expected),
            ("routes", question.code in _routing(journey)),
        )
        if holds
    ]


def _routing(journey: Journey) -> set[str]:
    conditions = [
        condition
        for asked in journey.questions()
        for condition in (asked.only_if, asked.opens)
        if condition is not None
    ]
    return {test.about for condition in conditions for test in condition.tests}


def _counted(
    used: Sequence[UseRow], timed: Sequence[TimeRow], catalogue: Catalogue
) -> tuple[dict[Key, dict[str, int]], dict[Key, int], dict[Key, list[int]]]:
    persons: dict[Key, dict[str, int]] = {}
    contacts: dict[Key, int] = {}
    times: dict[Key, list[int]] = {}
    for row in used:
        key = _key(row, catalogue)
        if key is not None:
            statuses = persons.setdefault(key, {})
            statuses[row.status] = statuses.get(row.status, 0) + row.persons
            if row.status in PUT:
                contacts[key] = contacts.get(key, 0) + row.contacts
    for each in timed:
        key = _key(each, catalogue)
        if key is not None:
            times.setdefault(key, []).extend([each.seconds] * each.persons)
    return persons, contacts, times


def _key(row: UseRow | TimeRow, catalogue: Catalogue) -> Key | None:
    question = catalogue.question(row.fingerprint, row.question)
    if question is None:
        return None
    journey = catalogue.versions[row.fingerprint].journey.code
    return Key(journey, row.question, question.version, bool(row.retrospective) or question.retrospective)
