"""Accessibility: what the organisation says of its pages in the statement that the law asks for, read from its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import organisation_entries as entries
from flows.journey import Words
from flows.source import Entry

STATUSES = ("full", "partial")
_KEYS = ("status", "assessed", "updated", "method", "missing", "supervision")


@dataclass(frozen=True, slots=True)
class Accessibility:
    """What was found, when, and how. `supervision` is where to complain; None for the country's own authority.

    `method` None: as the program was tested. `missing` is what is not accessible, with its reasons.
    """

    full: bool
    assessed: date
    updated: date
    method: Words | None
    missing: tuple[Words, ...]
    supervision: str | None


def read(entry: Entry | None, languages: Sequence[str]) -> Accessibility | None:
    """The entry `accessibility`; None without one, or where it can't be used (its faults are noted)."""
    table = entry.table() if entry is not None else None
    if entry is None or table is None:
        return None
    table.allow("accessibility", _KEYS)
    table.need("status", "Write full or partial.")
    table.need("assessed", "Write the day on which the pages were assessed, such as 2027-01-15.")
    status = table.entry("status")
    found = status.one_of(STATUSES) if status is not None else None
    assessed = entries.day(table.entry("assessed"))
    updated = entries.day(table.entry("updated")) or assessed
    listed = table.entry("missing")
    missing = [entries.in_any_language(item, languages) for item in listed.items()] if listed is not None else []
    if found == "partial" and not missing:
        entry.error("It is partial, and nothing is said to be missing.", "List what is not accessible under 'missing'.")
    if found is None or assessed is None or updated is None:
        return None
    return Accessibility(
        full=found == "full",
        assessed=assessed,
        updated=updated,
        method=entries.in_any_language(table.entry("method"), languages) if table.entry("method") else None,
        missing=tuple(missing),
        supervision=entries.link(table.entry("supervision")),
    )
