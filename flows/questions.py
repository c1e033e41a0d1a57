"""Questions: one question, message or ladder entry as the designer wrote it, and what a ladder brings in.

Reads each by itself. How it stands to the others (earlier answers, places taken, pools) is `references.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.choices import Setting, read_choices
from flows.conditions import RESERVED, parse_condition
from flows.journey import PLACEHOLDERS, Condition, Kind, Question, Words
from flows.problems import FaultError, listed, suggestion
from flows.source import Entry, Table

LONGEST_TEXT = 200
"""Characters; what a phone shows without scrolling."""

QUESTION_RESERVED = (*RESERVED, "contact")

_MESSAGE_KEYS = ("say", "say easy", "only if", "instead of", "version")
_ENTRY_KEYS = ("ladder", "only if", "instead of", "touchpoint")
_LADDER_QUESTION_KEYS = ("text", "text easy", "answer", "choices", "only if", "call me", "version")
_QUESTION_KEYS = (
    *_LADDER_QUESTION_KEYS,
    "touchpoint",
    "instead of",
    "draw",
    "curve",
    "index",
    "retrospective",
    "when short",
    "expects",
)
_ANSWERS: Mapping[str, Kind] = {
    "one of": "one",
    "several of": "several",
    "own words": "words",
    "yes or no": "yes-no",
    "one touchpoint": "touchpoint",
    "phone number": "phone",
}
_NUMBER = re.compile("(?:number )?([0-9]{1,6}) to ([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as read. `table` knows its lines.

    `brings` is the shared ladder it stands for; `sound` is False where it is not known how it is answered, so that
    nothing can be said about conditions on it.
    """

    question: Question
    entry: Entry
    table: Table
    brings: str | None = None
    sound: bool = True

    def at(self, name: str) -> Entry:
        """What stands under the name, or, where nothing does, the question itself."""
        return self.table.entry(name) or self.entry


def read_question(entry: Entry, setting: Setting) -> Draft:
    """One entry under `ask`, or one question of a shared ladder."""
    table = entry.table()
    if table is None:
        unread = Question(entry.name, "words", Words({}), setting.phase)
        return Draft(unread, entry, Table(entry.name, entry.line, {}, entry.problems), sound=False)
    if "ladder" in table.entries and not setting.in_ladder:
        return _read_ladder_entry(entry, table, setting)
    if "say" in table.entries:
        return _read_message(entry, table, setting)
    return _read_asked(entry, table, setting)


def condition_of(table: Table) -> Condition | None:
    """What stands under `only if`, or None."""
    entry = table.entry("only if")
    text = entry.text() if entry else None
    if entry is None or text is None:
        return None
    try:
        return parse_condition(text)
    except FaultError as error:
        entry.error(error.fault, error.remedy)
        return None


def _read_message(entry: Entry, table: Table, setting: Setting) -> Draft:
    table.allow("a message (say)", [key for key in _MESSAGE_KEYS if not setting.in_ladder or key != "instead of"])
    question = Question(
        code=table.name,
        kind="say",
        text=table.words("say", setting.languages, PLACEHOLDERS, LONGEST_TEXT) or Words({}),
        phase=setting.phase,
        version=_version(table),
        only_if=condition_of(table),
        instead_of=_instead_of(table),
    )
    return Draft(question, entry, table)


def _read_ladder_entry(entry: Entry, table: Table, setting: Setting) -> Draft:
    table.allow("a ladder", _ENTRY_KEYS)
    question = Question(
        code=table.name,
        kind="say",
        text=Words({}),
        phase=setting.phase,
        touchpoint=_touchpoint(table, setting),
        only_if=condition_of(table),
        instead_of=_instead_of(table),
    )
    return Draft(question, entry, table, table.entries["ladder"].one_of(setting.ladders), sound=False)


def _read_asked(entry: Entry, table: Table, setting: Setting) -> Draft:
    if setting.in_ladder:
        table.allow("a question of a ladder", _LADDER_QUESTION_KEYS)
    else:
        table.allow("a question", _QUESTION_KEYS)
    table.need("text", "Write what is asked under 'text', or what is told under 'say'.")
    answer = _answer(table, setting)
    kind, scale, low, high = answer or ("words", None, 0, 0)
    question = Question(
        code=table.name,
        kind=kind,
        text=table.words("text", setting.languages, PLACEHOLDERS, LONGEST_TEXT) or Words({}),
        phase=setting.phase,
        version=_version(table),
        touchpoint=_touchpoint(table, setting),
        scale=scale,
        choices=read_choices(table, setting, kind, scale) if answer else (),
        low=low,
        high=high,
        only_if=condition_of(table),
        instead_of=_instead_of(table),
        draw=_code(table, "draw"),
        curve=table.flag("curve"),
        index=_code(table, "index"),
        retrospective=table.flag("retrospective"),
        call_me=table.flag("call me"),
        when_short=_when_short(table),
        expects=_expects(table),
    )
    if answer and not setting.in_ladder:
        _check_marks(table, question)
    missing = kind in ("one", "several") and not question.choices
    return Draft(question, entry, table, sound=answer is not None and not missing)


def _check_marks(table: Table, question: Question) -> None:
    if question.curve and question.kind != "scale":
        remedy = "Give it 'answer: scale ...', or take 'curve' away."
        table.entries["curve"].error("Only a question on a scale can be part of the curve.", remedy)
    if question.curve and "touchpoint" not in table.entries:
        fault = "A question of the curve needs a touchpoint."
        table.entries["curve"].error(fault, "Write 'touchpoint: ...' beside it.")
    if question.index and question.kind not in ("scale", "number"):
        remedy = "Give it 'answer: scale ...', or take 'index' away."
        table.entries["index"].error("Only a scale or a number can be part of an index.", remedy)
    if question.expects and question.kind != "scale":
        remedy = "Give it 'answer: scale ...', or take 'expects' away."
        table.entries["expects"].error("Only a question on a scale can ask what is expected.", remedy)
    if question.expects and question.retrospective:
        fault = "A question that looks back asks for no expectation."
        table.entries["expects"].error(fault, "Take 'expects' or 'retrospective' away.")
    if question.draw and question.instead_of:
        fault = "A question cannot both be drawn and stand instead of another."
        table.entries["draw"].error(fault, "Take 'draw' or 'instead of' away.")


def _answer(table: Table, setting: Setting) -> tuple[Kind, str | None, int, int] | None:
    """Kind, scale's name, lowest and highest number."""
    forms = [*_ANSWERS, "0 to 10", *(f"scale {name}" for name in setting.scales)]
    entry = table.need("answer", f"Write how it is answered: {listed(forms, 'or')}.")
    text = entry.text() if entry else None
    if entry is None or text is None:
        return None
    if text in _ANSWERS:
        return _ANSWERS[text], None, 0, 0
    number = _NUMBER.fullmatch(text)
    if number:
        low, high = int(number[1]), int(number[2])
        if low >= high:
            entry.error(f"'{text}' does not go upwards.", "Write the lower number first, as in 0 to 10.")
            return None
        return "number", None, low, high
    if text.startswith("scale ") and (name := text.removeprefix("scale ").strip()) in setting.scales:
        return "scale", name, 0, 0
    entry.error(f"'{text}' is no way to answer.", suggestion(text, forms, f"Write {listed(forms, 'or')}."))
    return None


def _touchpoint(table: Table, setting: Setting) -> str | None:
    entry = table.entry("touchpoint")
    return entry.one_of([touchpoint.code for touchpoint in setting.touchpoints]) if entry else None


def _instead_of(table: Table) -> str | None:
    entry = table.entry("instead of")
    if entry and "only if" not in table.entries:
        entry.error("'instead of' needs an 'only if' that says when.", "Write 'only if: ...' beside it.")
    return entry.text() if entry else None


def _expects(table: Table) -> str | None:
    entry = table.entry("expects")
    return entry.text() if entry else None


def _version(table: Table) -> int:
    entry = table.entry("version")
    return (entry.whole(1, 9999) if entry else None) or 1


def _code(table: Table, name: str) -> str | None:
    entry = table.entry(name)
    return entry.code() if entry else None


def _when_short(table: Table) -> bool:
    entry = table.entry("when short")
    return entry is not None and entry.one_of(["leave out"]) is not None
