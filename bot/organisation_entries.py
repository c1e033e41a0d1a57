"""Entries of the organisation file: single lines as values, each fault told where it stands.

Knows how one thing is written: a link, a day, hours, a country, doors, labels. Never knows the file as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

from holidays import list_supported_countries

from flows.journey import Demand, Words
from flows.problems import listed, suggestion
from flows.reading import DOORS
from flows.source import Entry, Table
from flows.syntax import Leaf, Row

ABSENT = Words({})
"""What stands where a text is missing: nothing, in any language."""

AS_USUAL = "as usual"
"""Among emergency words: those of the plain default."""

_WITH_DEMAND = 'Write it as { text: { sv: "..." }, demand: failure }.'
_HOURS = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))? to ([0-9]{1,2})(?:[:.]([0-9]{2}))?")


def in_any_language(entry: Entry | None, languages: Sequence[str]) -> Words:
    """Words, or one text for all languages: an address is the same in each. `ABSENT` without an entry."""
    if entry and isinstance(entry.node, Leaf):
        return Words(dict.fromkeys(languages, entry.text() or ""))
    return (entry.words(languages) if entry else None) or ABSENT


def link(entry: Entry | None) -> str | None:
    """The address of a page."""
    text = entry.text() if entry else None
    if entry and text and not re.fullmatch(r"https://[^\s{}]+", text):
        entry.error(f"'{text}' is no link to a page.", "Write it as in https://example.org/privacy.")
    return text


def emergency_words(entry: Entry, usual: Sequence[str]) -> tuple[str, ...]:
    """Words that raise an alarm, as `flows.understanding.emergency` takes them; "as usual" stands for `usual`."""
    found: list[str] = []
    for item in entry.items():
        word = item.text() or ""
        if word == AS_USUAL:
            found += usual
        elif word:
            found.append(word)
            if sum(character.isalpha() for character in word) < 3:
                item.error(f"'{word}' would be found in too many messages.", "Write at least three letters.")
    return tuple(found)


def walls(text: str) -> tuple[time, time]:
    """The two wall-clock times of "08:00 to 16:30"; 24:00 as the second is 00:00. ValueError for anything else."""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hour, minute, until_hour, until_minute = (int(part or 0) for part in found.groups())
    if (until_hour, until_minute) == (24, 0):
        until_hour = 0
    return time(hour, minute), time(until_hour, until_minute)


def country(entry: Entry | None) -> str | None:
    """The country whose public holidays are kept, or None where none are; Sweden without an entry."""
    code = entry.text() if entry else "SE"
    if entry and code not in (None, "none", *list_supported_countries(include_aliases=False)):
        remedy = "Write a country code in capitals, such as SE or FI, or none."
        entry.error(f"The holidays of '{code}' are not known.", remedy)
    return None if code == "none" else code


def zone(entry: Entry | None, otherwise: ZoneInfo) -> ZoneInfo:
    """The time zone."""
    name = entry.one_of(available_timezones()) if entry else None
    return ZoneInfo(name) if name else otherwise


def day(entry: Entry | None) -> date | None:
    """A day of the calendar."""
    text = entry.text() if entry else None
    if entry is None or text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        entry.error(f"'{text}' is no day.", "Write year, month and day, such as 2027-01-15.")
        return None


def doors(entry: Entry | None) -> tuple[str, ...]:
    """The doors that are open; all of them without an entry."""
    if entry is None:
        return DOORS
    if entry.node == Row((), entry.node.line):
        entry.error("No door is open to this service.", f"Write {listed(DOORS, 'or')}, or both in brackets.")
    return tuple(door for item in entry.items() if (door := item.one_of(DOORS)))


def named(table: Table, name: str) -> list[Entry]:
    """What is named by codes under `name`, where at least one thing must be."""
    found = _some(table, name)
    return found.codes() if found else []


def known(table: Table, name: str, what: str, among: Collection[str]) -> list[Entry]:
    """As `named`, where the codes must be in `among`; `what` names one of them, as in "outcome"."""
    found = _some(table, name)
    for each in found.entries.values() if found else ():
        if each.name not in among:
            each.error(f"There is no {what} '{each.name}'.", suggestion(each.name, among, f"There is {listed(among)}."))
    return list(found.entries.values()) if found else []


def labels(entries: Sequence[Entry], languages: Sequence[str]) -> Mapping[str, Words]:
    """What each of these codes is called."""
    return {entry.name: words for entry in entries if (words := entry.words(languages))}


def causes(entries: Sequence[Entry], languages: Sequence[str]) -> tuple[Mapping[str, Words], Mapping[str, Demand]]:
    """What each of these codes is called, as in `labels`, and what kind of demand it is, where that is said.

    Then its languages stand under `text`, as those of a choice in a journey do.
    """
    found: dict[str, Words] = {}
    demands: dict[str, Demand] = {}
    known: Mapping[str, Demand] = {"value": "value", "failure": "failure"}
    for entry in entries:
        names = set(entry.names())
        if not names & {"text", "demand"}:
            found.update(labels([entry], languages))
        elif names & set(languages):
            entry.error(f"The languages of '{entry.name}' stand beside its other settings.", _WITH_DEMAND)
        elif below := entry.table():
            below.allow("a cause", ("text", "demand"))
            below.need("text", _WITH_DEMAND)
            demand = below.entry("demand")
            written = demand.one_of(known) if demand else None
            if words := below.words("text", languages):
                found[entry.name] = words
            if written:
                demands[entry.name] = known[written]
    return found, demands


def _some(table: Table, name: str) -> Table | None:
    entry = table.entry(name)
    found = entry.table() if entry else None
    if entry and found and not found.entries:
        entry.error(f"Nothing is named under '{name}'.", "Name at least one.")
    return found
