"""Conditions: how `only if` lines are read, what is refused, and when they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conditions import Known, holds, parse_condition
from flows.journey import Condition, Test
from flows.problems import FaultError
from tests.wild import examples

FORMS = (
    "Write it as in 'helped is partly or no', 'helped is not yes', 'feeling is at most 2', 'ease is at least 4', "
    "'feeling was asked', 'feeling was not asked', 'contact channel is email' or 'contact service is not known'."
)
WORDS = ["helped", "feeling", "contact", "channel", "is", "was", "not", "at", "most", "asked", "known"]
WORDS += ["and", "or", "no", "2"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("feeling is at most 2", Condition((Test("feeling", "at most", ("2",)),))),
        ("ease is at least 4", Condition((Test("ease", "at least", ("4",)),))),
        ("helped is partly or no", Condition((Test("helped", "is", ("partly", "no")),))),
        ("helped is not yes", Condition((Test("helped", "is not", ("yes",)),))),
        ("helped is not yes or partly", Condition((Test("helped", "is not", ("yes", "partly")),))),
        ("contact channel is mail or email", Condition((Test("contact", "is", ("mail", "email"), "channel"),))),
        ("contact door is not web", Condition((Test("contact", "is not", ("web",), "door"),))),
        ("contact service is known", Condition((Test("contact", "known", (), "service"),))),
        ("contact service is not known", Condition((Test("contact", "not known", (), "service"),))),
        (
            "contact outcome is denied or contact outcome is not known",
            Condition(
                (Test("contact", "is", ("denied",), "outcome"), Test("contact", "not known", (), "outcome")),
                every=False,
            ),
        ),
        ("feeling was asked", Condition((Test("feeling", "asked"),))),
        ("feeling  was not   asked", Condition((Test("feeling", "not asked"),))),
        (
            "helped is no and ease is at most 2",
            Condition((Test("helped", "is", ("no",)), Test("ease", "at most", ("2",)))),
        ),
        (
            "helped is partly or no or whole is at most 2",
            Condition((Test("helped", "is", ("partly", "no")), Test("whole", "at most", ("2",))), every=False),
        ),
    ],
)
def test_a_line_is_read(line: str, expected: Condition) -> None:
    """Each form the handbook shows becomes the tests it says."""
    assert parse_condition(line) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "helped is partly or no and ease is at most 2",
            (
                "'and' and 'or' stand in the same 'only if'. "
                "Use only one of them; put the other half on a question of its own."
            ),
        ),
        ("helped is no or", f"Something is missing beside 'or' in 'only if'. {FORMS}"),
        ("", f"Something is missing beside 'or' in 'only if'. {FORMS}"),
        (
            "helped is partly and no",
            (
                "'no' after 'and' is not a whole test. "
                "Write 'helped is ...' after 'and' too, or 'or' if one of them is enough."
            ),
        ),
        ("helped is no or whole at most 2", f"'whole at most 2' after 'or' cannot be understood. {FORMS}"),
        ("ease is at most 2 or 4", f"'4' after 'or' cannot be understood. {FORMS}"),
        ("feeling at most 2", f"'feeling at most 2' cannot be understood. {FORMS}"),
        ("helped is", f"'helped is' cannot be understood. {FORMS}"),
        ("helped is not", f"'helped is not' cannot be understood. {FORMS}"),
        ("helped was no", f"'helped was no' cannot be understood. {FORMS}"),
        ("helped == no", f"'helped == no' cannot be understood. {FORMS}"),
        (
            "ease is at most two",
            "'ease is at most two' has no whole number last. Write one digit or several, as in 'ease is at most 2'.",
        ),
        (
            "contact service is permits or known",
            "'known' after 'or' is not a whole test. Write 'contact service is known' after 'or' too.",
        ),
        ("contact service is not known or permits", f"'permits' after 'or' cannot be understood. {FORMS}"),
        ("contact chanel is mail", "'chanel' is nothing known about a contact. Did you mean 'channel'?"),
        (
            "contact is mail",
            "'is' is nothing known about a contact. It can be channel, service, unit, outcome, cause, solved or door.",
        ),
        (
            "contact channel was asked",
            (
                "'contact channel was asked' cannot be understood. "
                "Write it as in 'contact channel is mail or email', 'contact channel is not email' or "
                "'contact channel is not known'."
            ),
        ),
    ],
)
def test_a_line_is_refused_in_plain_words(line: str, message: str) -> None:
    """What can't be understood says what is wrong and how to write it."""
    with pytest.raises(FaultError) as refused:
        parse_condition(line)
    assert str(refused.value) == message


NO = {"helped": Known(codes=("no",))}
FOUR = {"ease": Known(codes=("4",), number=4)}
SKIPPED = {"helped": Known(), "ease": Known()}


@pytest.mark.parametrize(
    ("line", "answers", "facts", "expected"),
    [
        ("helped is partly or no", NO, {}, True),
        ("helped is yes", NO, {}, False),
        ("helped is not yes", NO, {}, True),
        ("helped is not yes or no", NO, {}, False),
        ("told is press", {"told": Known(codes=("family", "press"))}, {}, True),
        ("told is not press", {"told": Known(codes=("family", "press"))}, {}, False),
        ("helped is not yes", SKIPPED, {}, False),
        ("helped is not yes", {}, {}, False),
        ("ease is at most 3", SKIPPED, {}, False),
        ("ease is at least 1", {}, {}, False),
        ("ease is at least 4", FOUR, {}, True),
        ("ease is at most 4", FOUR, {}, True),
        ("ease is at most 3", FOUR, {}, False),
        ("helped is at most 3", NO, {}, False),
        ("score is 7", {"score": Known(number=7)}, {}, True),
        ("score is not 7", {"score": Known(number=7)}, {}, False),
        ("helped was asked", SKIPPED, {}, True),
        ("helped was not asked", SKIPPED, {}, False),
        ("helped was not asked", {}, {}, True),
        ("helped was asked", {"helped": Known(asked=False)}, {}, False),
        ("contact channel is mail or email", {}, {"channel": "email"}, True),
        ("contact channel is not mail", {}, {"channel": "email"}, True),
        ("contact channel is not mail", {}, {}, False),
        ("contact service is known", {}, {"service": "permits"}, True),
        ("contact service is not known", {}, {"service": "permits"}, False),
        ("contact service is known", {}, {"channel": "mail"}, False),
        ("contact service is not known", {}, {"channel": "mail"}, True),
        ("helped is no and ease is at most 2", NO | FOUR, {}, False),
        ("helped is no or ease is at most 2", NO | FOUR, {}, True),
    ],
)
def test_a_condition_holds_or_does_not(
    line: str, answers: dict[str, Known], facts: dict[str, str], expected: bool
) -> None:
    """Comparisons with what is unanswered or unknown are false, "is not" included."""
    assert holds(parse_condition(line), answers, facts) is expected


@examples(200)
@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_line_is_read_or_refused(words: list[str]) -> None:
    """However the words of these lines are shuffled, the outcome is a condition or a fault with a remedy."""
    refused = None
    try:
        condition = parse_condition(" ".join(words))
    except FaultError as error:
        refused = error
    else:
        assert holds(condition, {}, {}) in (True, False)
    assert refused is None or (refused.fault.endswith(".") and refused.remedy.endswith((".", "?")))
