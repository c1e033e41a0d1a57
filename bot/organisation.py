"""The organisation: names, units, services, contact details, hours, terms, and the labels of its codes.

Read from one YAML file, all its faults at once, as a journey is; without a file a plain default with one unit
holds. Never looks into the database and never decides what is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import accessibility, terms
from bot import organisation_entries as entries
from bot.accessibility import Accessibility
from bot.organisation_entries import ABSENT
from bot.terms import Budget, CallBacks, ContactBudget, Erasure
from flows.journey import Demand, Words
from flows.problems import Problem, Problems, listed, suggestion
from flows.reading import DOORS as DOORS
from flows.reading import Reading
from flows.source import Entry, Table, open_source
from flows.timing import Calendar
from flows.working_hours import OFFICE_WEEK, Span, Week, WorkingHours

OUTCOMES = ("granted", "partly", "denied", "other", "unknown")
"""How a case can end; figures are told apart by these, so that an organisation names but never changes them."""

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_KEPT_AT_MOST = 120  # months
_NEEDED = {
    "name": "Write what citizens call the organisation.",
    "controller": "Write who answers for the personal data.",
    "officer": "Write how the data protection officer is reached.",
    "complaint authority": "Write where people can complain, such as IMY or tietosuojavaltuutettu.",
    "months kept": "Write how many months answers are kept, such as 24.",
    "phone": "Write the number that people can call.",
    "units": "Name at least one unit.",
    "services": "Name at least one service.",
}
_OPTIONAL = (
    *("legal basis", "notice link", "hours", "emergency words", "holidays", "time zone", "quiet hours"),
    *("working hours", "contact budget", "call-backs", "erasure", "retention decision", "accessibility"),
)
_LABELS = ("channels", "outcomes", "causes", "reasons", "needs", "themes")
_OF_UNITS = ("name", "phone", "hours", "working hours", "call-backs", "pilot from")


class UnknownCode(Exception):
    """A code that is not in the organisation's file; the message says which is near, or which there are."""


class FaultyOrganisation(Exception):
    """An organisation file that can't be used; `problems` holds every fault found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the organisation. `phone`, `hours`, `week` and `call_backs` are None where the organisation's hold.

    `hours` is a text for people, `week` when staff work. `pilot_from` is the first local day on which it tries
    something that the others do not, or None.
    """

    code: str
    name: Words
    phone: str | None = None
    hours: Words | None = None
    pilot_from: date | None = None
    week: Week | None = None
    call_backs: bool | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What is offered; `doors` are those through which it may be asked about."""

    code: str
    name: Words
    doors: tuple[str, ...] = DOORS


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation as its file says. Mappings are by code, in the file's order.

    `legal_basis` is empty where the shared phrase holds. `officer` is how the data protection officer is reached;
    `phone` and `hours` the way to a human being, as they stand in texts. Quiet hours and `week`, when staff work, are
    local wall clock in `zone`. `emergency_words` are as `flows.understanding.emergency` takes them, `languages` the
    preferred one first. `retention_decision` is empty where none is named. `reasons` are staff's, for not asking.
    `demands` tell of a cause what kind of demand it is, by its code; one that is not in it may be either.
    `needs` and `themes` are the analyst's: needs beside those that people choose among, or other names for these.
    """

    name: Words
    controller: Words
    officer: Words
    legal_basis: Words
    notice_link: str | None
    months_kept: int
    complaint_authority: Words
    phone: str
    hours: Words
    emergency_words: tuple[str, ...]
    holiday_country: str | None
    zone: ZoneInfo
    quiet_from: time
    quiet_until: time
    languages: tuple[str, ...]
    units: Mapping[str, Unit]
    services: Mapping[str, Service]
    channels: Mapping[str, Words]
    outcomes: Mapping[str, Words]
    causes: Mapping[str, Words]
    demands: Mapping[str, Demand]
    reasons: Mapping[str, Words]
    needs: Mapping[str, Words]
    themes: Mapping[str, Words]
    week: Week
    contact_budget: ContactBudget
    call_backs: CallBacks
    erasure: Erasure
    retention_decision: Words
    accessibility: Accessibility | None = None

    @property
    def calendar(self) -> Calendar:
        """When people may be written to."""
        return _calendar(self.zone.key, self.quiet_from, self.quiet_until, self.holiday_country)

    def budget(self, journey: str, audience: str) -> Budget | None:
        """How often a new contact of this journey may be followed up with the same person; None is no limit."""
        return self.contact_budget.of(journey, audience)

    def working_hours(self, unit: str | None = None) -> WorkingHours:
        """When staff of this unit work; the organisation's hours where it has none, or is not known any more."""
        return _working_hours(self.zone.key, self._week(unit), self.holiday_country)

    def calls_back(self, unit: str | None = None) -> bool:
        """Whether this unit calls people who want it; what the organisation says where it says nothing."""
        found = self.units.get(unit or "")
        return self.call_backs.offered if found is None or found.call_backs is None else found.call_backs

    def slots(self, unit: str | None = None) -> Mapping[str, Span]:
        """When people can choose to be called by this unit: the slots in which its staff work; none where it won't."""
        return self.call_backs.slots_within(self._week(unit)) if self.calls_back(unit) else {}

    def _week(self, unit: str | None) -> Week:
        found = self.units.get(unit or "")
        return self.week if found is None or found.week is None else found.week


def opened(path: Path | None, languages: Sequence[str], zone: ZoneInfo = _STOCKHOLM) -> Organisation:
    """The organisation of the file at `path`, or the plain default. FaultyOrganisation with all its errors."""
    if path is None:
        return default(languages, zone)
    reading = read(path.read_bytes(), path.name, languages, zone)
    if reading.value is None:
        raise FaultyOrganisation([problem for problem in reading.problems if problem.kind == "error"])
    return reading.value


def default(languages: Sequence[str], zone: ZoneInfo = _STOCKHOLM) -> Organisation:
    """The plain default: one unit, one service, the labels that hold where an organisation gives none."""
    return _default(tuple(languages), zone)


@lru_cache(maxsize=32)
def _default(languages: tuple[str, ...], zone: ZoneInfo) -> Organisation:
    file = resources.files("bot").joinpath("organisation_default.yaml")
    reading = _read(file.read_bytes(), file.name, languages, zone, None)
    if reading.value is None:
        raise FaultyOrganisation(reading.problems)
    return reading.value


def read(source: bytes, file: str, languages: Sequence[str], zone: ZoneInfo = _STOCKHOLM) -> Reading[Organisation]:
    """The organisation that `source` describes, or None, with every problem found; `file` is its name in them.

    `zone` holds where the file names none; for other optional keys left out, what the default says. A text
    missing in one of `languages` is a warning. Never raises for what was written.
    """
    return _read(source, file, languages, zone, default(languages, zone))


def meant(code: str, among: Collection[str], what: str) -> str:
    """`code`, if it is in `among`. UnknownCode with "did you mean"; `what` names the thing, as in "unit"."""
    if code in among:
        return code
    remedy = suggestion(code, among, f"There is {listed(among)}." if among else "None is named.")
    raise UnknownCode(f"There is no {what} '{code}'. {remedy}")


# Kept: to check the country takes longer than to plan a contact.
_calendar = lru_cache(maxsize=64)(Calendar)
_working_hours = lru_cache(maxsize=256)(WorkingHours)


def _read(
    source: bytes, file: str, languages: Sequence[str], zone: ZoneInfo, plain: Organisation | None
) -> Reading[Organisation]:
    problems = Problems(file)
    table = open_source(source, problems, packed=plain is None)
    if table is None:
        return Reading(None, problems.in_order())
    table.allow("an organisation", (*_NEEDED, *_OPTIONAL, *_LABELS))
    for name, remedy in _NEEDED.items():
        table.need(name, remedy)
    months, alarms = table.entry("months kept"), table.entry("emergency words")
    usual = plain.emergency_words if plain else ()
    quiet_from, quiet_until = _quiet_hours(table.entry("quiet hours"))
    outcomes = entries.known(table, "outcomes", "outcome", OUTCOMES)
    causes, demands = entries.causes(entries.named(table, "causes"), languages)
    organisation = Organisation(
        name=table.words("name", languages) or ABSENT,
        controller=table.words("controller", languages) or ABSENT,
        officer=entries.in_any_language(table.entry("officer"), languages),
        legal_basis=table.words("legal basis", languages) or ABSENT,
        notice_link=entries.link(table.entry("notice link")),
        months_kept=(months.whole(1, _KEPT_AT_MOST) if months else None) or 0,
        complaint_authority=table.words("complaint authority", languages) or ABSENT,
        phone=table.text("phone") or "",
        hours=table.words("hours", languages) or (plain.hours if plain else ABSENT),
        emergency_words=entries.emergency_words(alarms, usual) if alarms else usual,
        holiday_country=entries.country(table.entry("holidays")),
        zone=entries.zone(table.entry("time zone"), zone),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        languages=tuple(languages),
        units=dict(_units(table, languages)),
        services=dict(_services(table, languages)),
        channels=_labels(table, "channels", languages) or (plain.channels if plain else {}),
        outcomes={**(plain.outcomes if plain else {}), **entries.labels(outcomes, languages)},
        causes=causes or (plain.causes if plain else {}),
        demands={**(plain.demands if plain else {}), **demands},
        reasons=_labels(table, "reasons", languages) or (plain.reasons if plain else {}),
        needs=_labels(table, "needs", languages),
        themes=_labels(table, "themes", languages) or (plain.themes if plain else {}),
        week=terms.week(table.entry("working hours")) or OFFICE_WEEK,
        contact_budget=terms.contact_budget(table.entry("contact budget")),
        call_backs=terms.call_backs(table.entry("call-backs")),
        erasure=terms.erasure(table.entry("erasure")),
        retention_decision=entries.in_any_language(table.entry("retention decision"), languages),
        accessibility=accessibility.read(table.entry("accessibility"), languages),
    )
    return Reading(None if problems.failed else organisation, problems.in_order())


def _quiet_hours(entry: Entry | None) -> tuple[time, time]:
    text = (entry.text() if entry else None) or "20:00 to 08:00"
    try:
        evening, morning = entries.walls(text)
        _calendar("UTC", evening, morning, None)
    except ValueError:
        if entry:
            entry.error(f"'{text}' are no quiet hours.", "Write from when to when, such as 20:00 to 08:00.")
        return time(20), time(8)
    return evening, morning


def _units(table: Table, languages: Sequence[str]) -> Iterator[tuple[str, Unit]]:
    for entry in entries.named(table, "units"):
        if below := entry.table():
            below.allow("a unit", _OF_UNITS)
            below.need("name", "Write what citizens call it.")
            calls = below.entry("call-backs")
            yield (
                entry.name,
                Unit(
                    entry.name,
                    below.words("name", languages) or ABSENT,
                    phone=below.text("phone"),
                    hours=below.words("hours", languages),
                    pilot_from=entries.day(below.entry("pilot from")),
                    week=terms.week(below.entry("working hours")),
                    call_backs=calls.flag() if calls else None,
                ),
            )


def _services(table: Table, languages: Sequence[str]) -> Iterator[tuple[str, Service]]:
    for entry in entries.named(table, "services"):
        if below := entry.table():
            below.allow("a service", ("name", "doors"))
            below.need("name", "Write what citizens call it.")
            name, doors = below.words("name", languages) or ABSENT, entries.doors(below.entry("doors"))
            yield entry.name, Service(entry.name, name, doors)


def _labels(table: Table, name: str, languages: Sequence[str]) -> Mapping[str, Words]:
    return entries.labels(entries.named(table, name), languages)
