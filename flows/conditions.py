"""Conditions: `only if` lines as values, and whether one holds.

Knows the words of such a line, not the journey it stands in: whether a question or a choice of that name
exists is checked by `references.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.journey import CONTACT_FACTS, Condition, Operator, Test
from flows.problems import FaultError, listed, suggestion

RESERVED = ("and", "or", "is", "was", "not", "at")
"""Words of these lines, which therefore cannot name a question or a choice; nor "contact" a question."""

_KNOWN = "known"

_FORMS = (
    "Write it as in 'helped is partly or no', 'helped is not yes', 'feeling is at most 2', "
    "'ease is at least 4', 'feeling was asked', 'feeling was not asked', 'contact channel is email' or "
    "'contact service is not known'."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one question in a conversation.

    `codes` are the choices made, `number` the number given. Skipped or not understood: asked, without either.
    """

    codes: tuple[str, ...] = ()
    number: float | None = None
    asked: bool = True

    @property
    def answered(self) -> bool:
        """Whether there is anything to compare."""
        return bool(self.codes) or self.number is not None


def parse_condition(text: str) -> Condition:
    """An `only if` line. FaultError with fault and remedy where it cannot be understood.

    A part without "is" or "was" is one more value of the test before it: "helped is partly or no". "and" and
    "or" never stand in one line, since nobody reads such a line the way a program does.
    """
    words = text.split()
    if "and" in words and "or" in words:
        remedy = "Use only one of them; put the other half on a question of its own."
        raise FaultError("'and' and 'or' stand in the same 'only if'.", remedy)
    joint = "and" if "and" in words else "or"
    tests: list[Test] = []
    for part in _split(words, joint):
        if not part:
            raise FaultError(f"Something is missing beside '{joint}' in 'only if'.", _FORMS)
        if tests and "is" not in part and "was" not in part:
            tests[-1] = _with_value(tests[-1], " ".join(part), joint)
        else:
            tests.append(_test(part))
    return Condition(tuple(tests), every=joint == "and" or len(tests) == 1)


def holds(condition: Condition, answers: Mapping[str, Known], facts: Mapping[str, str]) -> bool:
    """Whether a condition holds, from answers by question code and the contact's facts by `CONTACT_FACTS`.

    A comparison with what is not answered, or not known about the contact, is false; "is not" too. Only "is not
    known" holds of what is not known.
    """
    outcomes = (_passes(test, answers, facts) for test in condition.tests)
    return all(outcomes) if condition.every else any(outcomes)


def _passes(test: Test, answers: Mapping[str, Known], facts: Mapping[str, str]) -> bool:
    if test.about == "contact":
        fact = facts.get(test.fact, "")
        if test.operator in ("known", "not known"):
            return bool(fact) == (test.operator == "known")
        return bool(fact) and (fact in test.values) == (test.operator == "is")
    known = answers.get(test.about, Known(asked=False))
    if test.operator in ("asked", "not asked"):
        return known.asked == (test.operator == "asked")
    if not known.answered:
        return False
    if test.operator in ("is", "is not"):
        numbers = [float(value) for value in test.values if value.isdecimal()]
        matches = any(code in test.values for code in known.codes) or known.number in numbers
        return matches == (test.operator == "is")
    if known.number is None:
        return False
    bound = float(test.values[0])
    return known.number <= bound if test.operator == "at most" else known.number >= bound


def _split(words: list[str], joint: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word == joint:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _test(part: list[str]) -> Test:
    line = " ".join(part)
    if part[0] == "contact":
        return _test_of_contact(part, line)
    about, verb, rest = part[0], part[1:2], part[2:]
    if verb == ["was"] and rest in (["asked"], ["not", "asked"]):
        return Test(about, "asked" if rest == ["asked"] else "not asked")
    if verb != ["is"] or not rest:
        raise FaultError(f"'{line}' cannot be understood.", _FORMS)
    if rest[0] == "at" and rest[1:2] in (["most"], ["least"]):
        return Test(about, "at most" if rest[1] == "most" else "at least", (_number(rest[2:], line),))
    operator: Operator = "is"
    if rest[0] == "not":
        operator, rest = "is not", rest[1:]
    if len(rest) != 1:
        raise FaultError(f"'{line}' cannot be understood.", _FORMS)
    return Test(about, operator, (rest[0],))


def _test_of_contact(part: list[str], line: str) -> Test:
    fact, verb, rest = "".join(part[1:2]), part[2:3], part[3:]
    if fact not in CONTACT_FACTS:
        remedy = suggestion(fact, CONTACT_FACTS, f"It can be {listed(CONTACT_FACTS, 'or')}.")
        raise FaultError(f"'{fact}' is nothing known about a contact.", remedy)
    operator: Operator = "is"
    if rest[:1] == ["not"]:
        operator, rest = "is not", rest[1:]
    if verb != ["is"] or len(rest) != 1:
        remedy = (
            "Write it as in 'contact channel is mail or email', 'contact channel is not email' or "
            "'contact channel is not known'."
        )
        raise FaultError(f"'{line}' cannot be understood.", remedy)
    if rest == [_KNOWN]:
        return Test("contact", "known" if operator == "is" else "not known", (), fact)
    return Test("contact", operator, (rest[0],), fact)


def _number(words: list[str], line: str) -> str:
    if len(words) != 1 or not re.fullmatch("[0-9]{1,6}", words[0]):
        raise FaultError(
            f"'{line}' has no whole number last.", "Write one digit or several, as in 'ease is at most 2'."
        )
    return words[0]


def _with_value(test: Test, value: str, joint: str) -> Test:
    if joint == "and":
        remedy = f"Write '{test.about} is ...' after 'and' too, or 'or' if one of them is enough."
        raise FaultError(f"'{value}' after 'and' is not a whole test.", remedy)
    if test.about == "contact" and value == _KNOWN:
        remedy = f"Write 'contact {test.fact} is known' after '{joint}' too."
        raise FaultError(f"'{value}' after '{joint}' is not a whole test.", remedy)
    if test.operator not in ("is", "is not") or " " in value:
        raise FaultError(f"'{value}' after 'or' cannot be understood.", _FORMS)
    return Test(test.about, test.operator, (*test.values, value), test.fact)
