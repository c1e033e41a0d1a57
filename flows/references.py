"""References: whether what one question says of others is so. Conditions look back, places are taken, pools drawn.

Works on questions already read, in the order in which a contact meets them. Knows no file: faults are told as a
pair of fault and remedy, or through the `Entry` they stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from flows.journey import Question, Test
from flows.problems import listed, suggestion
from flows.questions import Draft
from flows.source import Entry

_DOORS = ("telegram", "web")


def fault_of(test: Test, known: Mapping[str, Question | None], anywhere: Set[str]) -> tuple[str, str] | None:
    """Why a test can never be answered, and the remedy; None if it can.

    `known` holds the questions asked before, None for one whose answer was not understood; `anywhere` the names of
    all questions of the journey.
    """
    if test.about == "contact":
        wrong = next((value for value in test.values if test.fact == "door" and value not in _DOORS), None)
        return (f"There is no door '{wrong}'.", "Write telegram or web.") if wrong else None
    if test.about not in known:
        if test.about in anywhere:
            remedy = "Move this below it, or leave the condition out: a condition only looks back."
            return f"'{test.about}' is not asked before this.", remedy
        names = (
            f"Earlier questions are {listed(known)}."
            if known
            else "None comes before this one: leave the condition out."
        )
        return f"No earlier question is named '{test.about}'.", suggestion(test.about, known, names)
    question = known[test.about]
    if question is None or test.operator in ("asked", "not asked"):
        return None
    if question.kind in ("say", "words", "phone"):
        what = {"say": "is a message, which nobody answers", "words": "is answered in own words"}
        fault = f"'{question.code}' {what.get(question.kind, 'is answered with a phone number')}."
        return fault, "Only 'was asked' and 'was not asked' can be said of it."
    return _fault_of_values(test, question)


def check_places(drafts: Sequence[Draft]) -> None:
    """`instead of` within one phase: the place exists, and it is known in time who takes it."""
    order = {draft.question.code: number for number, draft in enumerate(drafts)}
    places = {draft.question.code: draft.question for draft in drafts if draft.brings is None}
    for draft in drafts:
        target = draft.question.instead_of
        if target is None:
            continue
        others = [code for code in places if code != draft.question.code]
        if target not in others:
            remedy = suggestion(target, others, f"It can be {listed(others, 'or')}." if others else "Take it away.")
            draft.at("instead of").error(f"No other question of this phase is named '{target}'.", remedy)
            continue
        if places[target].instead_of:
            remedy = f"Write 'instead of: {places[target].instead_of}' here as well."
            draft.at("instead of").error(f"'{target}' itself stands instead of another question.", remedy)
        condition = draft.question.only_if
        for test in condition.tests if condition else ():
            asked_at = _asked_at(test.about, drafts)
            if test.about == target:
                fault = f"The condition is about '{target}' itself, whose place this one takes."
                draft.at("only if").error(fault, "Use a question that is asked before it.")
                continue
            if order[target] <= asked_at < order[draft.question.code]:
                fault = f"'{test.about}' is not asked before '{target}', whose place this one takes."
                draft.at("only if").error(fault, f"Move '{target}' down, or use an earlier question.")


def check_pools(drafts: Iterable[Draft]) -> None:
    """`draw`: a pool is within one phase and has something to draw from."""
    pools: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.question.draw:
            pools.setdefault(draft.question.draw, []).append(draft)
    for name, pool in pools.items():
        first = pool[0]
        if len(pool) == 1:
            fault = f"Only one question is marked 'draw: {name}', so it is always drawn."
            first.at("draw").warning(fault, "Mark another one, or take 'draw' away.")
        for draft in pool:
            if draft.question.phase != first.question.phase:
                fault = f"'draw: {name}' is already used {first.question.phase} the contact."
                draft.at("draw").error(fault, "Give this phase a draw of another name.")


def check_curve(drafts: Iterable[Draft]) -> None:
    """`curve`: one question for each touchpoint, all on one scale; one instead of another counts with it."""
    curve = [draft for draft in drafts if draft.question.curve and draft.sound]
    taken: dict[str, Draft] = {}
    for draft in curve:
        question = draft.question
        if question.scale and question.scale != curve[0].question.scale:
            fault = f"The curve's questions are on different scales: '{question.scale}' here."
            remedy = f"Use 'answer: scale {curve[0].question.scale}', as '{curve[0].question.code}' does."
            draft.at("answer").error(fault, remedy)
        if question.touchpoint is None:
            continue
        other = taken.setdefault(question.touchpoint, draft).question
        if other.code not in (question.code, question.instead_of) and other.instead_of != question.code:
            fault = f"'{question.touchpoint}' already has a question of the curve: '{other.code}'."
            draft.at("curve").error(fault, "Take 'curve' away from one of them.")


def check_expectations(drafts: Sequence[Draft]) -> None:
    """`expects`: asked before the contact, of what a later phase asks about on the same scale."""
    later = {
        draft.question.code: draft for draft in drafts if draft.brings is None and draft.question.phase != "before"
    }
    for draft in drafts:
        question = draft.question
        if question.expects is None:
            continue
        entry = draft.at("expects")
        if question.phase != "before":
            fault = f"What is expected is asked before the contact, not {question.phase} it."
            entry.error(fault, "Move the question to 'before', or take 'expects' away.")
        elif question.expects not in later:
            scaled = [code for code, other in later.items() if other.question.kind == "scale"]
            remedy = f"It can be {listed(scaled, 'or')}." if scaled else "Ask during or after how it was."
            fault = f"No question during or after the contact is named '{question.expects}'."
            entry.error(fault, suggestion(question.expects, scaled, remedy))
        else:
            _check_expected(draft, later[question.expects], entry)


def check_columns(questions: Iterable[tuple[Question, Entry]]) -> None:
    """That no two questions, nor a question and a choice of another, share a column in the workbook.

    Each question comes with the entry to report it at. A name given twice outright is told where it is read.
    """
    taken: dict[str, tuple[Question, str]] = {}
    for question, entry in questions:
        choices = [choice.code for choice in question.choices] if question.kind == "several" else []
        for choice in ["", *choices]:
            column = (f"{question.code}-{choice}" if choice else question.code).replace("-", "_")
            other, other_choice = taken.setdefault(column, (question, choice))
            if other is question or (other.code == question.code and not (other.ladder or question.ladder)):
                continue
            fault = f"{_spoken(question, choice)} and {_spoken(other, other_choice)} both become the column {column}."
            entry.error(fault, "Give one of them another name.")


def _check_expected(draft: Draft, experienced: Draft, entry: Entry) -> None:
    question, other = draft.question, experienced.question
    if not (draft.sound and experienced.sound):
        return
    if other.kind != "scale":
        fault = f"'{other.code}' is not on a scale, so nothing can be compared with it."
        entry.error(fault, "Name a question on the same scale, or take 'expects' away.")
    elif question.scale and question.scale != other.scale:
        fault = f"'{question.code}' and '{other.code}' are on different scales: '{other.scale}' there."
        draft.at("answer").error(fault, f"Use 'answer: scale {other.scale}' here as well.")
    elif other.retrospective:
        fault = f"'{other.code}' looks back, so what it says is no experience."
        entry.error(fault, "Name a question that does not.")
    elif None not in (question.touchpoint, other.touchpoint) and question.touchpoint != other.touchpoint:
        fault = f"'{question.code}' is about '{question.touchpoint}', and '{other.code}' about '{other.touchpoint}'."
        entry.warning(fault, "Is it the same thing that they ask about?")


def _asked_at(about: str, drafts: Sequence[Draft]) -> int:
    """The number of the draft that asks this question, by itself or through its ladder; -1 if none does."""
    for number, draft in enumerate(drafts):
        code = draft.question.code
        if about == code or (draft.brings and about.startswith(f"{code}-")):
            return number
    return -1


def _spoken(question: Question, choice: str) -> str:
    name = f"'{choice}' of '{question.code}'" if choice else f"'{question.code}'"
    return f"{name} (of a ladder)" if question.ladder else name


def _fault_of_values(test: Test, question: Question) -> tuple[str, str] | None:
    if question.kind in ("scale", "number"):
        numbers = [choice.number or 0 for choice in question.choices] or [question.low, question.high]
        low, high = min(numbers), max(numbers)
        for value in test.values:
            if not value.isdecimal() or not low <= int(value) <= high:
                fault = f"'{value}' is no answer to '{question.code}'."
                return fault, f"It is answered with a number from {low} to {high}."
        return None
    codes = [choice.code for choice in question.choices]
    if test.operator in ("at most", "at least"):
        fault = f"'{question.code}' is not answered with a number."
        return fault, f"Write 'is' and what was chosen: {listed(codes, 'or')}."
    for value in test.values:
        if value not in codes:
            remedy = suggestion(value, codes, f"Its choices are {listed(codes)}.")
            return f"'{question.code}' has no choice '{value}'.", remedy
    return None
