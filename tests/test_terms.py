"""Budgets, working hours and call-backs are read as they are written, or told how to be."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terms import WEEKDAYS, Budget, CallBacks, ContactBudget, call_backs, contact_budget, week
from flows.problems import Problems
from flows.reading import AUDIENCES
from flows.source import Entry, open_source
from flows.working_hours import OFFICE_WEEK, Span
from tests.wild import examples


def entry(text: str) -> Entry:
    """What stands under the one name of a small file."""
    table = open_source(text.encode(), Problems("o.yaml"))
    assert table is not None
    [only] = table.entries.values()
    return only


def faults(found: Entry) -> list[str]:
    return [f"{problem.line}: {problem.fault} {problem.remedy}" for problem in found.problems.in_order()]


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("a: 3 in 10 days", ContactBudget(Budget(3, 10))),
        ("a: 1 in 1 day", ContactBudget(Budget(1, 1))),
        ("a: no limit", ContactBudget(None)),
        ("a: { audiences: { citizen: no limit } }", ContactBudget(Budget(1, 30), {"citizen": None})),
        (
            "a: { everybody: no limit, journeys: { visit: 1 in 7 days } }",
            ContactBudget(None, {}, {"visit": Budget(1, 7)}),
        ),
    ],
)
def test_a_contact_budget_is_read(text: str, budget: ContactBudget) -> None:
    """One text for everybody, or budgets by audience and journey; what is not said is one contact in thirty days."""
    found = entry(text)
    assert contact_budget(found) == budget
    assert faults(found) == []


def test_without_a_contact_budget_it_is_one_in_thirty_days() -> None:
    """The default holds for every journey and audience."""
    assert {contact_budget(None).of("any", audience) for audience in AUDIENCES} == {Budget(1, 30)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "a: often",
            "1: 'often' cannot stand after 'a'. Write how many contacts in how many days, such as 1 in 30 days",
        ),
        ("a: 0 in 30 days", "'0 in 30 days' cannot stand"),
        ("a: 1 in 0 days", "or no limit."),
        ("a: 1 in 400 days", "'1 in 400 days' cannot stand"),
        ("a: 101 in 30 days", "'101 in 30 days' cannot stand"),
        (
            "a:\n  everbody: no limit",
            "2: 'everbody' is nothing that a contact budget can have. Did you mean 'everybody'?",
        ),
        (
            "a:\n  audiences:\n    internal: no limit",
            "3: There is no audience 'internal'. Did you mean 'internal-customer'?",
        ),
        ("a:\n  audiences:\n    dogs: no limit", "3: There is no audience 'dogs'. There is citizen, job-seeker"),
        ("a:\n  audiences: {}", "2: Nothing is named under 'audiences'"),
        ("a:\n  journeys:\n    Ett besök: no limit", "3: 'Ett besök' cannot be a name"),
        ("a:\n  journeys:\n    visit:", "3: Nothing stands after 'visit'"),
        ("a:", "1: Nothing stands after 'a'"),
        ("a: [1, 2]", "1: 'a' needs names under it"),
    ],
)
def test_a_faulty_budget_is_told(text: str, fault: str) -> None:
    """Whoever wrote it reads the line, what is wrong, and how a budget is written."""
    found = entry(text)
    contact_budget(found)
    assert fault in " ".join(faults(found))
    assert found.problems.failed


MORNING, AFTERNOON = Span(time(8), time(12)), Span(time(13), time(17))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("monday to friday: 08:00 to 16:30", dict.fromkeys(range(5), OFFICE_WEEK[0])),
        ("monday: 8 to 12", {0: (MORNING,)}),
        ("monday: 8.00 to 12.00", {0: (MORNING,)}),
        ("wednesday: [13:00 to 17:00, 8:00 to 12:00]", {2: (MORNING, AFTERNOON)}),
        ("saturday to sunday: 00:00 to 24:00", dict.fromkeys((5, 6), (Span(time(0), time(0)),))),
        ("monday: 8:00 to 12:00, tuesday: closed", {0: (MORNING,)}),
    ],
)
def test_working_hours_are_read(text: str, days: dict[int, tuple[Span, ...]]) -> None:
    """Days alone or from one to another, with one span or several; a day that is not named is free."""
    found = entry(f"a: {{ {text} }}")
    assert week(found) == tuple(days.get(day, ()) for day in range(7))
    assert faults(found) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 8 to 16", "1: 'a' does not say on which days. Write it as in 'monday to friday: 08:00 to 16:30'."),
        ("a:", "1: Nothing stands after 'a'"),
        ("a: [monday]", "1: 'a' needs names under it"),
        ("a:\n  mondai: 8 to 16", "2: 'mondai' is no day of the week. Did you mean 'monday'?"),
        ("a:\n  Monday: 8 to 16", "2: 'Monday' is no day of the week. Did you mean 'monday'?"),
        ("a:\n  monday to friyay: 8 to 16", "2: 'friyay' is no day of the week. Did you mean 'friday'?"),
        ("a:\n  friday to monday: 8 to 16", "2: 'friday to monday' goes beyond the end of the week"),
        ("a:\n  monday: 16:00 to 8:00", "2: '16:00 to 8:00' are no hours. Write from when to when, such as 08:00"),
        ("a:\n  monday: 8:00 to 25:00", "2: '8:00 to 25:00' are no hours"),
        ("a:\n  monday: 8:00-16:00", "2: '8:00-16:00' are no hours"),
        ("a:\n  monday: [8 to 12, 11 to 16]", "2: The hours of 'monday' overlap"),
        ("a:\n  monday:", "2: Nothing stands after 'monday'"),
        (
            "a:\n  monday to friday: 8 to 16\n  friday: 8 to 12",
            "3: The hours of friday are given twice, first on line 2",
        ),
        ("a:\n  monday: closed", "1: Nobody works an hour in a week. Name at least one day"),
        ("a:\n  monday: 8:00 to 8:59", "1: Nobody works an hour in a week"),
    ],
)
def test_faulty_working_hours_are_told(text: str, fault: str) -> None:
    """Whoever wrote them reads the line, what is wrong, and how hours are written; one fault is told once."""
    found = entry(text)
    week(found)
    [told] = faults(found)
    assert told.startswith(fault)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a: yes", CallBacks()),
        ("a: no", CallBacks(offered=False)),
        ("a: { within: 1 working hour }", CallBacks(within_hours=1)),
        ("a: { asked after: 14 days }", CallBacks(asked_after_days=14)),
        ("a: { slots: { afternoon: 13:00 to 17:00 } }", CallBacks(slots={"afternoon": AFTERNOON})),
    ],
)
def test_call_backs_are_read(text: str, terms: CallBacks) -> None:
    """What is not said is eight working hours, morning and afternoon, and two days."""
    found = entry(text)
    assert call_backs(found) == terms
    assert faults(found) == []
    assert call_backs(None) == CallBacks(
        True, 8, {"morning": Span(time(8), time(12)), "afternoon": Span(time(12), time(16, 30))}, 2
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: never", "1: 'never' cannot stand after 'a'. Write yes or no."),
        (
            "a:\n  within: 8 hours",
            "2: '8 hours' cannot stand after 'within'. Write a number from 1 to 80, as in '8 working",
        ),
        ("a:\n  within: 81 working hours", "2: '81 working hours' cannot stand"),
        ("a:\n  within:", "2: Nothing stands after 'within'"),
        (
            "a:\n  asked after: 0 days",
            "2: '0 days' cannot stand after 'asked after'. Write a number from 1 to 14, as in '2 days'",
        ),
        (
            "a:\n  asked aftr: 2 days",
            "2: 'asked aftr' is nothing that call-backs can have. Did you mean 'asked after'?",
        ),
        ("a:\n  slots:\n    evening: 16 to 18", "3: There is no slot 'evening'. There is morning and afternoon."),
        ("a:\n  slots:\n    mornin: 8 to 12", "3: There is no slot 'mornin'. Did you mean 'morning'?"),
        ("a:\n  slots:\n    morning: early", "3: 'early' are no hours"),
        ("a:\n  slots: {}", "2: Nothing is named under 'slots'"),
    ],
)
def test_faulty_call_backs_are_told(text: str, fault: str) -> None:
    """Whoever wrote them reads the line, what is wrong, and what to write."""
    found = entry(text)
    call_backs(found)
    [told] = faults(found)
    assert told.startswith(fault)


@examples(60)
@given(
    key=st.sampled_from([*WEEKDAYS, "monday to friday", "to", "within", "slots", "everybody", "journeys"]),
    value=st.text("0123456789:. tonidaysrml[]{},\"'", max_size=16),
)
def test_no_text_makes_reading_stop(key: str, value: str) -> None:
    """Whatever stands there, reading gives a value or a fault, never an exception; hours it gives can be worked."""
    for read in (week, contact_budget, call_backs):
        problems = Problems("o.yaml")
        table = open_source(f"a:\n  {key}: {value}\n".encode(), problems)
        if table is not None and "a" in table.entries:
            found = read(table.entries["a"])
            assert problems.failed or found is not None
