"""Advice: what is allowed but probably not meant. Too many questions; changes that break a comparison.

Only warnings, never errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flows.journey import Choice, Journey, PhaseName, Question, Words
from flows.problems import Problem, Problems, listed

MOST_QUESTIONS: Mapping[PhaseName, int] = {"before": 2, "during": 3, "after": 4}
"""What people bear who owe us nothing; each tap more loses some of them."""


def count(questions: Sequence[Question]) -> int:
    """How many questions a person meets at most.

    A pool counts as one, as does a ladder; messages and what stands instead of another count as none.
    """
    met = set()
    for question in questions:
        if question.kind != "say" and not question.instead_of:
            met.add(("draw", question.draw) if question.draw else ("", question.ladder or question.code))
    return len(met)


def advise_on_count(phase: PhaseName, questions: Sequence[Question], line: int, problems: Problems) -> None:
    """Warns when a phase asks more than people answer."""
    number = count(questions)
    if number > MOST_QUESTIONS[phase]:
        fault = f"{number} questions {phase} the contact are too many for most people."
        remedy = f"Keep to {MOST_QUESTIONS[phase]}, or let some be drawn ('draw')."
        problems.warning(line, fault, remedy)


def drifted(new: Journey, old: Journey, file: str) -> tuple[Problem, ...]:
    """What changed from a version that was used, so that old and new answers no longer belong together.

    A question counts as changed when its text differs in any language that both have, or its way of answering does.
    Labels of choices may change, and questions and choices may be added.
    """
    problems = Problems(file)
    gone = [touchpoint.code for touchpoint in old.touchpoints if new.touchpoint(touchpoint.code) is None]
    if gone:
        _warn_gone(problems, "touchpoint", gone, "the journey")
    present = {question.code: question for question in new.questions()}
    missing = [question.code for question in old.questions() if question.code not in present]
    if missing:
        _warn_gone(problems, "question", missing, "the journey")
    for before in old.questions():
        after = present.get(before.code)
        if after is None:
            continue
        if after.version < before.version:
            fault = f"'{after.code}' has version {after.version}, but version {before.version} was already used."
            problems.warning(0, fault, f"Write 'version: {before.version}' or more.")
        elif after.version == before.version and (how := _changed(after, before)):
            fault = f"{how} of '{after.code}' changed and its version did not."
            remedy = f"If it now means something else, write 'version: {before.version + 1}' under it."
            problems.warning(0, fault, remedy)
        elif None not in (before.expects, after.expects) and after.expects != before.expects:
            fault = f"'{after.code}' was about what '{before.expects}' asks, and is now about '{after.expects}'."
            remedy = f"If it now means something else, write 'version: {before.version + 1}' under it."
            problems.warning(0, fault, remedy)
        lost = _codes(before.choices) - _codes(after.choices) - set(gone)
        if lost and after.kind == before.kind:
            in_order = [choice.code for choice in before.choices if choice.code in lost]
            _warn_gone(problems, "choice", in_order, f"'{after.code}'")
    return problems.in_order()


def _warn_gone(problems: Problems, what: str, codes: Sequence[str], where: str) -> None:
    names = listed(f"'{code}'" for code in codes)
    ending = "s" if len(codes) > 1 else ""
    fault = f"Used and now gone from {where}: the {what}{ending} {names}."
    problems.warning(0, fault, "If it was renamed, give it its old name back: only labels may change.")


def _changed(after: Question, before: Question) -> str:
    if _differ(after.text, before.text):
        return "The text"
    if (after.kind, after.scale, after.low, after.high) != (
        before.kind,
        before.scale,
        before.low,
        before.high,
    ):
        return "The way of answering"
    return ""


def _differ(one: Words, other: Words) -> bool:
    return any(other.texts.get(language, text) != text for language, text in one.texts.items())


def _codes(choices: Iterable[Choice]) -> set[str]:
    return {choice.code for choice in choices}
