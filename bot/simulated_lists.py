"""The simulated booking system: lists of the week's visits as files, some rows faulty, as such systems write them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.contacts import NewContact
from bot.lists.texts import headers
from bot.organisation import Organisation
from flows.wording import in_language

FAULTY = (2, 4)
"""How few and how many rows of a list are faulty."""

_FIELDS = ("reference", "journey", "unit", "service", "channel", "start", "end", "language", "not_asked")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one booking system writes: the language of its headers, its encoding, what stands between cells."""

    language: str
    encoding: str
    separator: str
    day: str


DIALECTS = (
    Dialect("sv", "utf-8-sig", ";", "%Y-%m-%d %H:%M"),
    Dialect("sv", "windows-1252", ";", "%Y-%m-%d %H.%M"),
    Dialect("en", "utf-8", ",", "%Y-%m-%dT%H:%M"),
    Dialect("fi", "utf-16", ";", "%d.%m.%Y %H:%M"),
)
"""One for each week, in turn."""


def written(
    rows: Sequence[NewContact],
    dialect: Dialect,
    organisation: Organisation,
    zone: ZoneInfo,
    chance: random.Random,
    *,
    personal: bool = False,
) -> bytes:
    """A list of these contacts, with some faulty rows among them; `personal`: with a column that none may have."""
    lines = [_cells(one, dialect, organisation, zone) for one in rows]
    if lines:
        for fault in chance.sample(_FAULTS, chance.randint(*FAULTY)):
            lines.insert(chance.randrange(len(lines) + 1), {**chance.choice(lines), "reference": "", **fault})
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=dialect.separator)
    extra = ["Telefon"] if personal else []
    table.writerow([*(headers(field)[dialect.language] for field in _FIELDS), *extra])
    # Numbers set aside for fiction by the Swedish regulator (PTS).
    number = ["070-174 06 05"] if personal else []
    table.writerows([[line[field] for field in _FIELDS] + number for line in lines])
    return out.getvalue().encode(dialect.encoding)


_FAULTS: Sequence[Mapping[str, str]] = (
    {"service": "Bygglvo"},
    {"start": ""},
    {"start": "2026-02-30 10:00"},
    {"unit": ""},
    {"unit": "Servicekontor Vest"},
    {"end": "2020-01-01 08:00"},
    {"language": "klingonska"},
    {"reference": "19121212-1212"},
    {"service": "#N/A"},
)
"""What goes wrong in lists: in place of what a sound row says."""


def _cells(one: NewContact, dialect: Dialect, organisation: Organisation, zone: ZoneInfo) -> dict[str, str]:
    def moment(at: datetime | None) -> str:
        return at.astimezone(zone).strftime(dialect.day) if at is not None else ""

    unit = organisation.units[one.unit].name
    service = organisation.services[one.service].name if one.service is not None else None
    return {
        "reference": one.reference or "",
        "journey": one.journey,
        "unit": in_language(unit, dialect.language),
        "service": in_language(service, dialect.language) if service is not None else "",
        "channel": one.channel or "",
        "start": moment(one.start),
        "end": moment(one.end),
        "language": one.language or "",
        "not_asked": one.not_asked or "",
    }
