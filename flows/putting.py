"""Putting a question: its words and its buttons, in one language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.journey import Choice, Journey, Question, Words
from flows.messages import Action, Button, Message, Purpose, Tap
from flows.wording import filled, in_language

MOST_NUMBER_BUTTONS = 11
"""A number from 0 to 10 can be tapped; a longer range is typed."""

_NUMBERS_IN_A_ROW = 6


def question_message(
    journey: Journey,
    question: Question,
    language: str,
    names: Mapping[str, Words],
    *,
    asking: int,
    before: Sequence[str] = (),
    chosen: Sequence[str] = (),
    counts: Mapping[str, int] | None = None,
    first: bool = False,
    purpose: Purpose = "question",
) -> Message:
    """The question as one message. `before` are texts that stand above it; `first` adds the ways out of it all."""
    text = "\n\n".join([*before, filled(question.text, language, names)])
    rows = [*answer_rows(journey, question, language, asking, chosen, counts or {})]
    if question.call_me:
        rows.append((_button(journey, "call-me", "call-me", language, question, asking),))
    rows.append(
        (
            _button(journey, "skip", "skip", language, question, asking),
            _button(journey, "later", "later", language, question, asking),
        )
    )
    if first:
        rows.append(
            (
                _button(journey, "decline", "decline", language, question, asking),
                _button(journey, "rights", "rights", language, question, asking),
            )
        )
    return Message(purpose, text, tuple(rows), question=question.code, asking=asking)


def answer_rows(
    journey: Journey,
    question: Question,
    language: str,
    asking: int,
    chosen: Sequence[str],
    counts: Mapping[str, int],
) -> list[tuple[Button, ...]]:
    """The buttons that answer the question, row by row; none where it is answered in words."""
    if question.kind == "several":
        rows = [
            (_toggle(choice, language, question, asking, choice.code in chosen, counts.get(choice.code, 0)),)
            for choice in question.choices
        ]
        return [*rows, (_button(journey, "done", "done", language, question, asking),)]
    if question.kind == "number":
        numbers = [str(number) for number in range(question.low, question.high + 1)]
        if len(numbers) > MOST_NUMBER_BUTTONS:
            return []
        buttons = [Button(number, Tap("choose", question.code, asking, number)) for number in numbers]
        return [tuple(buttons[at : at + _NUMBERS_IN_A_ROW]) for at in range(0, len(buttons), _NUMBERS_IN_A_ROW)]
    buttons = [
        Button(choice_label(choice, language), Tap("choose", question.code, asking, choice.code))
        for choice in question.choices
    ]
    if question.kind == "yes-no":
        return [tuple(buttons)]
    return [(button,) for button in buttons]


def choice_label(choice: Choice, language: str) -> str:
    """What stands on the button: emoji, on scales the number, and words; never an emoji alone."""
    number = "" if choice.number is None else str(choice.number)
    return " ".join(part for part in (choice.emoji, number, in_language(choice.label, language)) if part)


def change_row(journey: Journey, question: Question, language: str, asking: int) -> tuple[Button, ...]:
    """The one small button that stays on an answered question."""
    return (_button(journey, "change", "change", language, question, asking),)


def _toggle(choice: Choice, language: str, question: Question, asking: int, on: bool, count: int) -> Button:
    mark = "☑" if on else "☐"
    tap = Tap("toggle", question.code, asking, choice.code, on=not on, count=count)
    return Button(f"{mark} {choice_label(choice, language)}", tap)


def _button(journey: Journey, words: str, action: Action, language: str, question: Question, asking: int) -> Button:
    return Button(in_language(journey.words[words], language), Tap(action, question.code, asking))
