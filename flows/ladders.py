"""Ladders: the shared questions behind an answer or a wish, as one journey asks them.

A ladder's questions take the entry's name before their own ("behind-happened"), its touchpoint, its place and its
condition. One that a journey cannot ask, since it asks nothing its condition is about, is left out with a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from flows.journey import Choice, Condition, PhaseName, Question, Test, Touchpoint
from flows.references import fault_of
from flows.source import CODE, Entry


def expand(
    name: str,
    ladder: Sequence[Question],
    entry: Entry,
    known: Mapping[str, Question | None],
    touchpoints: Sequence[Touchpoint],
    opened_by: Question | None = None,
) -> tuple[Question, ...]:
    """The ladder's questions under `name`, as they are asked after the `known` ones.

    `opened_by` is the journey's own entry, None for the wish, which can come at any time. Faults are told on
    `entry`'s line.
    """
    phase: PhaseName = opened_by.phase if opened_by else "after"
    own = {question.code: f"{name}-{question.code}" for question in ladder}
    asked: dict[str, Question | None] = dict(known)
    expanded: list[Question] = []
    for question in ladder:
        code = own[question.code]
        condition = _renamed(question.only_if, own)
        reason = _why_not(question, condition, asked, touchpoints)
        if reason:
            fault = f"'{question.code}' of this ladder is left out: {reason}"
            entry.warning(fault, "Nothing needs to be done if that is meant.")
            continue
        if not CODE.fullmatch(code):
            entry.error(f"'{code}' is longer than 40 characters.", "Give the ladder a shorter name here.")
        new = replace(
            question,
            code=code,
            phase=phase,
            choices=_choices(question, touchpoints, entry),
            touchpoint=opened_by.touchpoint if opened_by else None,
            only_if=condition,
            instead_of=opened_by.instead_of if opened_by else None,
            ladder=name,
            opens=opened_by.only_if if opened_by else None,
        )
        asked[code] = new
        expanded.append(new)
    return tuple(expanded)


def check_within(ladder: Sequence[Question], entries: Mapping[str, Entry]) -> None:
    """Reports conditions on a ladder's own questions that can never hold; those on a journey's can't be known."""
    own: Set[str] = {question.code for question in ladder}
    asked: dict[str, Question | None] = {}
    for question in ladder:
        for test in question.only_if.tests if question.only_if else ():
            fault = fault_of(test, asked, own) if test.about in own else None
            if fault:
                entries[question.code].error(*fault)
        asked[question.code] = None if question.kind == "touchpoint" else question


def _renamed(condition: Condition | None, own: Mapping[str, str]) -> Condition | None:
    if condition is None:
        return None
    tests = (Test(own.get(test.about, test.about), test.operator, test.values, test.fact) for test in condition.tests)
    return Condition(tuple(tests), condition.every)


def _why_not(
    question: Question,
    condition: Condition | None,
    asked: Mapping[str, Question | None],
    touchpoints: Sequence[Touchpoint],
) -> str:
    """Why this journey cannot ask the question, empty if it can. One value of several is enough to compare with."""
    if question.kind == "touchpoint" and not touchpoints:
        return "the journey has no touchpoints."
    for test in condition.tests if condition else ():
        if test.about != "contact" and test.about not in asked:
            return f"the journey does not ask '{test.about}' before it."
        single = [replace(test, values=(value,)) for value in test.values] or [test]
        faults = [fault_of(one, asked, frozenset()) for one in single]
        if all(faults) and faults[0]:
            return faults[0][0]
    return ""


def _choices(question: Question, touchpoints: Sequence[Touchpoint], entry: Entry) -> tuple[Choice, ...]:
    if question.kind != "touchpoint":
        return question.choices
    for choice in question.choices:
        if any(touchpoint.code == choice.code for touchpoint in touchpoints):
            fault = f"The touchpoint '{choice.code}' has the name of a choice of this ladder."
            entry.error(fault, "Give the touchpoint another name.")
    return (*(Choice(touchpoint.code, touchpoint.name) for touchpoint in touchpoints), *question.choices)
