"""Terms: how often people are asked anew, when staff work, how people are called back, when erasing takes place.

Each as a value, and how it is written in the organisation file. Never looks into the database, and never counts
anybody's contacts or hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from typing import Literal, cast

from bot.organisation_entries import known, named, walls
from flows.problems import suggestion
from flows.reading import AUDIENCES
from flows.source import Entry, Table
from flows.syntax import Leaf
from flows.working_hours import LEAST_A_WEEK, Span, Week, worked_in

Erasure = Literal["at once", "queued"]
ERASURES: tuple[Erasure, ...] = ("at once", "queued")

SLOTS = ("morning", "afternoon")
"""When a person can choose to be called; the codes are fixed, since the texts that name them are."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NO_LIMIT, _CLOSED = "no limit", "closed"
_MOST_CONTACTS, _MOST_DAYS = 100, 366
_MOST_WORKING_HOURS = 80  # two weeks: what takes longer is no call-back
_MOST_DAYS_TO_ASK = 14
_BUDGET = re.compile(r"([0-9]{1,3}) in ([0-9]{1,3}) days?")
_COUNT = "([0-9]{{1,3}}) {}s?"
_HOURS_LOOK = "Write from when to when, such as 08:00 to 16:30; a night as two, on two days."


@dataclass(frozen=True, slots=True)
class Budget:
    """So many new contacts of one person are followed up within so many days."""

    contacts: int
    days: int


@dataclass(frozen=True, slots=True)
class ContactBudget:
    """How often a new contact's first follow-up may be sent to the same person; None is no limit."""

    everybody: Budget | None = Budget(1, 30)
    audiences: Mapping[str, Budget | None] = field(default_factory=dict)
    journeys: Mapping[str, Budget | None] = field(default_factory=dict)

    def of(self, journey: str, audience: str) -> Budget | None:
        """What holds for this journey: its own budget, else its audience's, else everybody's."""
        if journey in self.journeys:
            return self.journeys[journey]
        return self.audiences.get(audience, self.everybody)


@dataclass(frozen=True, slots=True)
class CallBacks:
    """What somebody who wants to be called is promised.

    `offered` holds for units that do not say themselves whether they call back. `within_hours` are working hours of
    the unit; `slots` are local wall clock by `SLOTS`; `asked_after_days` is how many days after the call was done the
    person is asked whether it happened.
    """

    offered: bool = True
    within_hours: int = 8
    slots: Mapping[str, Span] = field(
        default_factory=lambda: {"morning": Span(time(8), time(12)), "afternoon": Span(time(12), time(16, 30))}
    )
    asked_after_days: int = 2

    def slots_within(self, week: Week) -> Mapping[str, Span]:
        """The slots in which somebody with these working hours works at all on some day of the week."""
        worked = {span for day in week for span in day}
        return {code: slot for code, slot in self.slots.items() if any(slot.meets(span) for span in worked)}


def contact_budget(entry: Entry | None) -> ContactBudget:
    """`contact budget:`, or what holds where a file says nothing."""
    if entry is None:
        return ContactBudget()
    if isinstance(entry.node, Leaf):
        return ContactBudget(_budget(entry))
    table = entry.table()
    if table is None:
        return ContactBudget()
    table.allow("a contact budget", ("everybody", "audiences", "journeys"))
    everybody = table.entry("everybody")
    return ContactBudget(
        _budget(everybody) if everybody else ContactBudget().everybody,
        {each.name: _budget(each) for each in known(table, "audiences", "audience", AUDIENCES)},
        {each.name: _budget(each) for each in named(table, "journeys")},
    )


def week(entry: Entry | None) -> Week | None:
    """`working hours:`, or None without them. A day that is not named is free."""
    if entry is None:
        return None
    if isinstance(entry.node, Leaf) and not entry.is_empty:
        entry.error(f"'{entry.name}' does not say on which days.", "Write it as in 'monday to friday: 08:00 to 16:30'.")
        return None
    table = entry.table()
    if table is None:
        return None
    days: dict[int, tuple[Span, ...]] = {}
    lines: dict[int, int] = {}
    sound = True
    for each in table.entries.values():
        named_days, spans = _days(each), _spans(each)
        sound = sound and bool(named_days) and spans is not None
        for day in named_days:
            if day in days:
                fault = f"The hours of {WEEKDAYS[day]} are given twice, first on line {lines[day]}."
                each.error(fault, "Name each day once: 'monday to thursday', then 'friday'.")
            days[day], lines[day] = spans or (), each.line
    found = tuple(days.get(day, ()) for day in range(7))
    if sound and worked_in(found) < LEAST_A_WEEK:
        entry.error("Nobody works an hour in a week.", "Name at least one day, as in 'monday: 08:00 to 16:30'.")
    return found


def call_backs(entry: Entry | None) -> CallBacks:
    """`call-backs:`, or what holds where a file says nothing; `no` alone: no unit calls back unless it says so."""
    usual = CallBacks()
    if entry is None:
        return usual
    if isinstance(entry.node, Leaf):
        return CallBacks(offered=entry.flag())
    table = entry.table()
    if table is None:
        return usual
    table.allow("call-backs", ("within", "slots", "asked after"))
    return CallBacks(
        within_hours=_count(table.entry("within"), "working hour", _MOST_WORKING_HOURS, usual.within_hours),
        slots=_slots(table) or usual.slots,
        asked_after_days=_count(table.entry("asked after"), "day", _MOST_DAYS_TO_ASK, usual.asked_after_days),
    )


def erasure(entry: Entry | None) -> Erasure:
    """`erasure:`, whether what a person wants erased goes at once or waits for somebody's decision."""
    return cast(Erasure, (entry.one_of(ERASURES) if entry else None) or ERASURES[0])


def _budget(entry: Entry) -> Budget | None:
    text = entry.text()
    if text is None or text == _NO_LIMIT:
        return None
    found = _BUDGET.fullmatch(text)
    contacts, days = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (1 <= contacts <= _MOST_CONTACTS and 1 <= days <= _MOST_DAYS):
        remedy = f"Write how many contacts in how many days, such as 1 in 30 days, or {_NO_LIMIT}."
        entry.error(f"'{text}' cannot stand after '{entry.name}'.", remedy)
    return Budget(contacts, days)


def _count(entry: Entry | None, what: str, most: int, usual: int) -> int:
    text = entry.text() if entry else None
    if entry is None or text is None:
        return usual
    found = re.fullmatch(_COUNT.format(what), text)
    if found is None or not 1 <= int(found[1]) <= most:
        remedy = f"Write a number from 1 to {most}, as in '{usual} {what}s'."
        entry.error(f"'{text}' cannot stand after '{entry.name}'.", remedy)
        return usual
    return int(found[1])


def _slots(table: Table) -> Mapping[str, Span]:
    entries = known(table, "slots", "slot", SLOTS)
    return {entry.name: span for entry in entries if (span := _span(entry))}


def _days(entry: Entry) -> range:
    """The days, 0 for Monday, that a name such as "monday to friday" stands for."""
    first, _, last = entry.name.partition(" to ")
    for name in (first, last or first):
        if name not in WEEKDAYS:
            entry.error(f"'{name}' is no day of the week.", suggestion(name, WEEKDAYS, f"Write {WEEKDAYS[0]}, or so."))
            return range(0)
    days = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
    if not days:
        entry.error(
            f"'{entry.name}' goes beyond the end of the week.", "Write it as two: up to sunday, and from monday."
        )
    return days


def _spans(entry: Entry) -> tuple[Span, ...] | None:
    """The spans of a day, earliest first; None where they are wrong."""
    if isinstance(entry.node, Leaf) and entry.node.text.strip() == _CLOSED:
        return ()
    found = [_span(item) for item in entry.items()]
    spans = sorted((span for span in found if span), key=lambda span: span.opens)
    if any(later.meets(earlier) for earlier, later in pairwise(spans)):
        entry.error(f"The hours of '{entry.name}' overlap.", "Write them one after the other.")
        return None
    return tuple(spans) if spans and None not in found else None


def _span(entry: Entry) -> Span | None:
    text = entry.text()
    if text is None:
        return None
    try:
        return Span(*walls(text))
    except ValueError:
        entry.error(f"'{text}' are no hours.", _HOURS_LOOK)
        return None
