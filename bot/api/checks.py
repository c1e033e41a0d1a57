"""Checks: what a case system says of a contact, held against the organisation's codes, its zone and what may be kept.

Every fault is told at once, with its place and a remedy. Never registers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from bot.api import shapes
from bot.api.bodies import below
from bot.api.moments import MomentRefused, moment
from bot.api.problems import FAULTY, OTHER_UNIT, ApiRefused, Fault
from bot.contacts import SOLVED, NewContact
from bot.lists.faults import trace_in
from bot.lists.tables import clean
from bot.lists.texts import Texts
from bot.organisation import UnknownCode, meant
from bot.premises import Premises
from bot.store.api_keys import ApiKey

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Ready:
    """A contact that can be registered. `spoken`: with a code to say aloud."""

    new: NewContact
    spoken: bool


class Checks:
    """The faults of one object, gathered. `at` is the JSON Pointer to it."""

    def __init__(self, premises: Premises, at: str = "") -> None:
        self._premises, self._at = premises, at
        self.faults: list[Fault] = []

    def fault(self, field: str, detail: str, remedy: str) -> None:
        """Something is wrong with this field."""
        self.faults.append(Fault(detail, remedy, pointer=below(self._at, field)))

    def done(self) -> None:
        """ApiRefused if anything is wrong."""
        if self.faults:
            raise ApiRefused(FAULTY, faults=self.faults)

    def code(self, field: str, code: str | None, among: Collection[str]) -> None:
        """The field holds one of these codes, or nothing."""
        try:
            if code is not None:
                meant(code, among, field)
        except UnknownCode as error:
            detail, _, remedy = str(error).rpartition("'. ")
            self.fault(field, f"{detail}'.", remedy)

    def moment(self, field: str, text: str | None) -> datetime | None:
        """The moment that the field names; None if it is empty, or wrong."""
        try:
            return moment(text, self._premises.zone) if text is not None else None
        except MomentRefused as error:
            self.fault(field, error.detail, error.remedy)
            return None

    def times(self, start: datetime | None, end: datetime | None) -> None:
        """It ends after it starts."""
        if start is not None and end is not None and end < start:
            self.fault("end", "It ends before it starts.", "Check 'start' and 'end', and their offsets.")

    def name(self, field: str, text: str | None) -> str | None:
        """A case's or matter's name as lists would have it, so that both know the same one by it."""
        if text is None:
            return None
        name, kind = named(text, self._premises)
        if kind is not None:
            self.fault(
                field, f"It holds {kind}.", "Write the case's own number: nothing that leads to a person is kept."
            )
        elif not name:
            self.fault(field, "It says nothing.", "Write the case's own number, or leave it out.")
        return name


def named(text: str, premises: Premises) -> tuple[str, str | None]:
    """A reference as it is kept, and what in it leads to a person, if anything does."""
    name = clean(text)
    kind = trace_in(name, premises.organisation.holiday_country)
    return name, Texts("en")("kinds", kind) if kind is not None else None


def checked(told: shapes.NewContact, key: ApiKey, premises: Premises, at: str = "") -> Ready:
    """What was told, ready to be registered. ApiRefused with everything that is wrong with it."""
    organisation, checks = premises.organisation, Checks(premises, at)
    unit = told.unit or key.unit or (next(iter(organisation.units)) if len(organisation.units) == 1 else None)
    if unit is None:
        checks.fault("unit", "It is missing, and this key is for every unit.", "Say which unit meets the person.")
    checks.code("unit", unit, organisation.units)
    checks.code("journey", told.journey, premises.library.journeys)
    checks.code("service", told.service, organisation.services)
    checks.code("channel", told.channel, organisation.channels)
    checks.code("language", told.language, organisation.languages)
    checks.code("not_asked", told.not_asked, organisation.reasons)
    _known(checks, premises, outcome=told.outcome, cause=told.cause, solved=told.solved)
    start, end = checks.moment("start", told.start), checks.moment("end", told.end)
    checks.times(start, end)
    matter, reference = checks.name("matter", told.matter), checks.name("reference", told.reference)
    checks.done()
    if unit is None or start is None:
        raise AssertionError("what was checked is not there")
    if key.unit not in (None, unit):
        fault = Fault(f"The key is for the unit '{key.unit}'.", "Leave 'unit' out.", pointer=below(at, "unit"))
        raise ApiRefused(OTHER_UNIT, faults=[fault])
    new = NewContact(
        journey=told.journey,
        unit=unit,
        start=start,
        end=end,
        service=told.service,
        channel=told.channel,
        cause=told.cause,
        solved=told.solved,
        outcome=told.outcome,
        matter=matter,
        reference=reference,
        language=told.language,
        not_asked=told.not_asked,
    )
    return Ready(new, told.spoken_code)


@dataclass(frozen=True, slots=True)
class Change:
    """What is known of a contact now; None is what was not told."""

    start: datetime | None
    end: datetime | None
    outcome: str | None
    cause: str | None
    solved: str | None
    matter: str | None
    not_asked: str | None
    spoken: bool


def checked_change(told: shapes.Changes, premises: Premises) -> Change:
    """What was told, ready to be done. ApiRefused with everything that is wrong with it."""
    checks = Checks(premises)
    outcome, cause, solved = _given(told.outcome), _given(told.cause), _given(told.solved)
    not_asked = _given(told.not_asked)
    _known(checks, premises, outcome=outcome, cause=cause, solved=solved)
    checks.code("not_asked", not_asked, premises.organisation.reasons)
    start, end = checks.moment("start", _given(told.start)), checks.moment("end", _given(told.end))
    checks.times(start, end)
    matter = checks.name("matter", _given(told.matter))
    checks.done()
    return Change(start, end, outcome, cause, solved, matter, not_asked, told.spoken_code is True)


def _known(checks: Checks, premises: Premises, *, outcome: str | None, cause: str | None, solved: str | None) -> None:
    checks.code("outcome", outcome, premises.organisation.outcomes)
    checks.code("cause", cause, premises.organisation.causes)
    checks.code("solved", solved, SOLVED)


def _given(value: str | msgspec.UnsetType) -> str | None:
    return value if isinstance(value, str) else None
