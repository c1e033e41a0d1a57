"""The organisation: its names, units, services, contact details, quiet hours, and the labels of its codes.

Read from one YAML file, all its faults at once, as a journey is; without a file a plain default with one unit
holds. Never looks into the database and never decides what is sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from holidays import list_supported_countries

from flows.journey import Words
from flows.problems import Problem, Problems, listed, suggestion
from flows.reading import Reading
from flows.source import Entry, Table, open_source
from flows.syntax import Leaf, Row
from flows.timing import Calendar

DOORS = ("telegram", "web")
OUTCOMES = ("granted", "partly", "denied", "other", "unknown")
"""How a case can end; figures are told apart by these, so that an organisation names but never changes them."""

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_KEPT_AT_MOST = 120  # months
_ABSENT = Words({})
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
_OPTIONAL = ("legal basis", "notice link", "hours", "emergency words", "holidays", "time zone", "quiet hours")
_LABELS = ("channels", "outcomes", "causes")


class UnknownCode(Exception):
    """A code that is not in the organisation's file; the message says which is near, or which there are."""


class FaultyOrganisation(Exception):
    """An organisation file that can't be used; `problems` holds every fault found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the organisation. `phone` and `hours` are None where the organisation's hold.

    `pilot_from` is the first local day on which it tries something that the others do not, or None.
    """

    code: str
    name: Words
    phone: str | None = None
    hours: Words | None = None
    pilot_from: date | None = None


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
    `phone` and `hours` the way to a human being, as they stand in texts. Quiet hours are local wall clock in `zone`.
    `emergency_words` are as `flows.understanding.emergency` takes them, `languages` the preferred one first.
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

    @property
    def calendar(self) -> Calendar:
        """When people may be written to."""
        return _calendar(self.zone.key, self.quiet_from, self.quiet_until, self.holiday_country)


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


def _read(
    source: bytes, file: str, languages: Sequence[str], zone: ZoneInfo, plain: Organisation | None
) -> Reading[Organisation]:
    problems = Problems(file)
    table = open_source(source, problems)
    if table is None:
        return Reading(None, problems.in_order())
    table.allow("an organisation", (*_NEEDED, *_OPTIONAL, *_LABELS))
    for name, remedy in _NEEDED.items():
        table.need(name, remedy)
    months = table.entry("months kept")
    quiet_from, quiet_until = _quiet_hours(table.entry("quiet hours"))
    organisation = Organisation(
        name=table.words("name", languages) or _ABSENT,
        controller=table.words("controller", languages) or _ABSENT,
        officer=_reached(table.entry("officer"), languages),
        legal_basis=table.words("legal basis", languages) or _ABSENT,
        notice_link=_link(table.entry("notice link")),
        months_kept=(months.whole(1, _KEPT_AT_MOST) if months else None) or 0,
        complaint_authority=table.words("complaint authority", languages) or _ABSENT,
        phone=table.text("phone") or "",
        hours=table.words("hours", languages) or (plain.hours if plain else _ABSENT),
        emergency_words=_emergency_words(table, plain.emergency_words if plain else ()),
        holiday_country=_country(table.entry("holidays")),
        zone=_zone(table.entry("time zone"), zone),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        languages=tuple(languages),
        units=dict(_units(table, languages)),
        services=dict(_services(table, languages)),
        channels=_labels(table, "channels", languages) or (plain.channels if plain else {}),
        outcomes={**(plain.outcomes if plain else {}), **_labels(table, "outcomes", languages)},
        causes=_labels(table, "causes", languages) or (plain.causes if plain else {}),
    )
    return Reading(None if problems.failed else organisation, problems.in_order())


def _reached(entry: Entry | None, languages: Sequence[str]) -> Words:
    """Words, or one text for all languages: an address is the same in each."""
    if entry and isinstance(entry.node, Leaf):
        return Words(dict.fromkeys(languages, entry.text() or ""))
    return (entry.words(languages) if entry else None) or _ABSENT


def _link(entry: Entry | None) -> str | None:
    text = entry.text() if entry else None
    if entry and text and not re.fullmatch(r"https://[^\s{}]+", text):
        entry.error(f"'{text}' is no link to a page.", "Write it as in https://example.org/privacy.")
    return text


def _emergency_words(table: Table, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    entry = table.entry("emergency words")
    if entry is None:
        return otherwise
    words = [(item, word) for item in entry.items() if (word := item.text())]
    for item, word in words:
        if sum(character.isalpha() for character in word) < 3:
            item.error(f"'{word}' would be found in too many messages.", "Write at least three letters.")
    return tuple(word for _, word in words)


def _quiet_hours(entry: Entry | None) -> tuple[time, time]:
    text = (entry.text() if entry else None) or "20:00 to 08:00"
    try:
        evening, morning = (_wall(hour) for hour in text.split(" to "))
        _calendar("UTC", evening, morning, None)
    except ValueError:
        if entry:
            entry.error(f"'{text}' are no quiet hours.", "Write from when to when, such as 20:00 to 08:00.")
        return time(20), time(8)
    return evening, morning


def _wall(hour: str) -> time:
    hours, _, minutes = hour.partition(":")
    return time(int(hours), int(minutes or 0))


def _country(entry: Entry | None) -> str | None:
    code = entry.text() if entry else "SE"
    if entry and code not in (None, "none", *list_supported_countries(include_aliases=False)):
        remedy = "Write a country code in capitals, such as SE or FI, or none."
        entry.error(f"The holidays of '{code}' are not known.", remedy)
    return None if code == "none" else code


def _zone(entry: Entry | None, otherwise: ZoneInfo) -> ZoneInfo:
    name = entry.one_of(available_timezones()) if entry else None
    return ZoneInfo(name) if name else otherwise


def _named(table: Table, name: str) -> list[Entry]:
    entry = table.entry(name)
    found = entry.table() if entry else None
    if entry and found and not found.entries:
        entry.error(f"Nothing is named under '{name}'.", "Name at least one.")
    return found.codes() if found else []


def _units(table: Table, languages: Sequence[str]) -> Iterator[tuple[str, Unit]]:
    for entry in _named(table, "units"):
        if below := entry.table():
            below.allow("a unit", ("name", "phone", "hours", "pilot from"))
            below.need("name", "Write what citizens call it.")
            name, hours = below.words("name", languages) or _ABSENT, below.words("hours", languages)
            yield entry.name, Unit(entry.name, name, below.text("phone"), hours, _day(below.entry("pilot from")))


def _day(entry: Entry | None) -> date | None:
    text = entry.text() if entry else None
    if entry is None or text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        entry.error(f"'{text}' is no day.", "Write year, month and day, such as 2027-01-15.")
        return None


def _services(table: Table, languages: Sequence[str]) -> Iterator[tuple[str, Service]]:
    for entry in _named(table, "services"):
        if below := entry.table():
            below.allow("a service", ("name", "doors"))
            below.need("name", "Write what citizens call it.")
            name, doors = below.words("name", languages) or _ABSENT, _doors(below.entry("doors"))
            yield entry.name, Service(entry.name, name, doors)


def _doors(entry: Entry | None) -> tuple[str, ...]:
    if entry is None:
        return DOORS
    if entry.node == Row((), entry.node.line):
        entry.error("No door is open to this service.", f"Write {listed(DOORS, 'or')}, or both in brackets.")
    return tuple(door for item in entry.items() if (door := item.one_of(DOORS)))


def _labels(table: Table, name: str, languages: Sequence[str]) -> Mapping[str, Words]:
    entries = _named(table, name)
    if name == "outcomes":
        Table(name, 0, {entry.name: entry for entry in entries}, table.problems).allow("an outcome", OUTCOMES)
    return {entry.name: words for entry in entries if (words := entry.words(languages))}
