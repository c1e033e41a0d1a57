"""The form of a contact: what was filled in, checked in the member's language before any room is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.commands_contacts import AddContact
from bot.console import choices
from bot.console.choices import Choice
from bot.console.form_moments import Wrong, moment
from bot.console.gate import Visit
from bot.contacts import ContactRefused
from bot.lists.entries import LONGEST_REFERENCE
from bot.lists.faults import trace_in
from bot.lists.tables import clean
from bot.lists.texts import Texts
from bot.store import contacts
from bot.store.database import Transaction
from flows.timing import Planned

FIELDS = (
    *("journey", "unit", "service", "channel", "cause", "solved", "outcome", "language", "reference", "matter"),
    *("day", "time", "end_day", "end_time"),
)
_NEEDED = ("journey", "unit")
_FREE = ("reference", "matter")
_FURTHEST = timedelta(days=3 * 366)
"""A year mistyped is noticed; nobody books further ahead."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a form said. `asked` is None where `faults` name what is wrong, by field."""

    given: Mapping[str, str]
    faults: Mapping[str, str]
    asked: AddContact | None


def offered(visit: Visit) -> Mapping[str, list[Choice]]:
    """What can be chosen, by field."""
    return {
        "journey": choices.journeys(visit),
        "unit": choices.units(visit),
        "service": choices.services(visit),
        "channel": choices.channels(visit),
        "cause": choices.causes(visit),
        "solved": choices.solved(visit),
        "outcome": choices.outcomes(visit),
        "language": choices.languages(visit),
    }


async def checked(visit: Visit, fields: Mapping[str, str]) -> Checked:
    """What a form says, if it can be registered. Codes that are not offered to this member are faults."""
    given = {name: clean(fields.get(name, "")) for name in FIELDS}
    faults: dict[str, str] = {}
    for name, among in offered(visit).items():
        faults |= _code_fault(visit, name, given[name], [one.code for one in among])
    for name in _FREE:
        faults |= name_fault(visit, name, given[name])
    start, end = times(visit, given, faults)
    if faults or start is None:
        return Checked(given, faults, None)
    faults |= await visit.house.store.read(_looked_up, visit, given, start, end)
    asked = AddContact(
        journey=given["journey"],
        unit=given["unit"],
        start=start.isoformat(),
        end=end.isoformat() if end is not None else None,
        **{name: given[name] or None for name in FIELDS[2:10]},
    )
    return Checked(given, faults, None if faults else asked)


def name_fault(visit: Visit, field: str, text: str) -> Mapping[str, str]:
    """What is wrong with staff's name for a case: it leads to a person, or is too long."""
    kind = trace_in(text, visit.house.premises.organisation.holiday_country)
    if kind is not None:
        return {field: visit.text("leads-to-person", what=Texts(visit.language)("kinds", kind))}
    if len(text) > LONGEST_REFERENCE:
        return {field: visit.text("too-long", most=str(LONGEST_REFERENCE))}
    return {}


def times(visit: Visit, given: Mapping[str, str], faults: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """Start and end of "day", "time", "end_day", "end_time"; what is wrong is put into `faults`."""
    start = end = None
    try:
        start = moment(visit, given["day"], given["time"])
    except Wrong as wrong:
        faults["day"] = str(wrong)
    try:
        if given["end_time"] or given["end_day"]:
            end = moment(visit, given["end_day"] or given["day"], given["end_time"])
    except Wrong as wrong:
        faults["end_time"] = str(wrong)
    if start is not None and abs(start - visit.now) > _FURTHEST:
        faults["day"] = visit.text("check-year")
    if start is not None and end is not None and "day" not in faults:
        if end < start:
            faults["end_time"] = Texts(visit.language)("faults", "ends-first")
        elif end - start > _FURTHEST:
            faults["end_time"] = visit.text("check-year")
    return start, end


def _code_fault(visit: Visit, name: str, code: str, among: Collection[str]) -> Mapping[str, str]:
    if not code:
        return {name: visit.text("choose-one")} if name in _NEEDED else {}
    return {} if code in among else {name: visit.text("not-offered")}


def _looked_up(
    tx: Transaction, visit: Visit, given: Mapping[str, str], start: datetime, end: datetime | None
) -> Mapping[str, str]:
    """What only the store and the rooms know: a reference that was erased, and whether anything can be asked."""
    rooms, premises = visit.house.rooms, visit.house.premises
    unit, journey, reference = given["unit"], given["journey"], given["reference"]
    if reference:
        lookup = premises.keyring.reference(unit, journey, reference)
        if contacts.of_reference(tx, unit=unit, journey=journey, lookup=lookup) is not None:
            return {}
        if contacts.is_buried(tx, unit=unit, journey=journey, lookup=lookup):
            return {"reference": visit.text("reference-erased")}
    try:
        planned = rooms.contacts.planned("", premises.library.journeys[journey], start, end, visit.now)
    except ContactRefused:
        return {"day": visit.text("check-year")}
    return {} if any(map(_can_be_asked, planned)) else {"day": visit.text("too-long-ago")}


def _can_be_asked(planned: Planned) -> bool:
    return planned.status == "planned"
