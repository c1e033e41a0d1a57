"""Columns: headers in three languages as the fields of a contact. A file with a personal one is refused whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.lists.faults import Fault, shown
from bot.lists.tables import ListRefused, Table
from bot.lists.texts import Texts, group, headers, names
from flows.problems import nearest
from flows.vocabulary import plain

FIELDS = (
    *("journey", "unit", "service", "channel", "day", "start", "end_day", "end", "cause", "solved", "outcome"),
    *("matter", "reference", "language", "not_asked"),
)
"""Every column there is. `day` and `start` together, or either alone, say when a contact starts; so for the end."""

OPTIONS = {"journey": "--journey", "unit": "--unit", "service": "--service", "channel": "--channel"}
"""What can be given for all rows at once, and how."""

NEEDED = ("journey", "unit", "start")

_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_LONGEST_HEADER = 100


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands, what the file calls its column, and notes on columns that are not used."""

    at: Mapping[str, int]
    called: Mapping[str, str]
    notes: tuple[Fault, ...]


def known(header: str) -> bool:
    """Whether a header names a field, or something personal."""
    return field_of(header) is not None or is_personal(header)


@lru_cache(maxsize=4096)
def field_of(header: str) -> str | None:
    """The field that a header names, whatever its language, case, blanks, hyphens and underscores."""
    if len(header) > _LONGEST_HEADER:
        return None
    fields = _fields()
    return fields.get(_key(header)) or fields.get(_key(_IN_BRACKETS.sub(" ", header)))


@lru_cache(maxsize=4096)
def is_personal(header: str) -> bool:
    """Whether a header that names no field looks as if its column leads to a person."""
    if len(header) > _LONGEST_HEADER or field_of(header) is not None:
        return False
    words = plain(header).split()
    exactly, begins, ends = _personal()
    rests = [" ".join(words[at:]) for at in range(len(words))]
    return (
        any(word in exactly or word.endswith(ends) for word in words)
        or any(rest.startswith(begins) for rest in rests)
        or "".join(words).startswith(tuple(begin.replace(" ", "") for begin in begins))
    )


def read(table: Table, given: Collection[str], texts: Texts) -> Columns:
    """The columns of a table; `given` are the fields given for all rows.

    ListRefused, every reason at once: a personal column, a field twice, a needed one missing.
    """
    found: dict[str, list[int]] = {}
    notes: list[Fault] = []
    personal: list[str] = []
    for at, header in enumerate(table.headers):
        field = field_of(header)
        if field is not None:
            found.setdefault(field, []).append(at)
        elif is_personal(header):
            personal.append(_quoted(header, texts))
        elif header:
            notes.append(_unused(table, header, texts))
    reasons = [ListRefused("personal", headers=", ".join(personal))] if personal else []
    for field, places in found.items():
        if len(places) > 1:
            twice = ", ".join(_quoted(table.headers[at], texts) for at in places)
            reasons.append(ListRefused("twice", headers=twice, field=headers(field)[texts.language]))
    if not personal:
        reasons += _missing(found, given, texts)
    if reasons:
        refused = reasons[0]
        refused.reasons += [reason for other in reasons[1:] for reason in other.reasons]
        raise refused
    at_field = {field: places[0] for field, places in found.items()}
    return Columns(at_field, {field: table.headers[at] for field, at in at_field.items()}, tuple(notes))


def _missing(found: Collection[str], given: Collection[str], texts: Texts) -> list[ListRefused]:
    reasons = []
    for field in NEEDED:
        if field in found or field in given or (field == "start" and "day" in found):
            continue
        option = texts("refused", "or-option", option=OPTIONS[field]) if field in OPTIONS else ""
        reasons.append(ListRefused("needed", field=headers(field)[texts.language], option=option))
    return reasons


def _unused(table: Table, header: str, texts: Texts) -> Fault:
    near = None if len(header) > _LONGEST_HEADER else nearest(header, _spellings())
    remedy = texts("faults", "did-you-mean", near=near) if near else ""
    text = texts("faults", "unknown-column", remedy=remedy).strip()
    return Fault(table.header_row, shown(header, texts), "unknown-column", text, "note")


def _quoted(header: str, texts: Texts) -> str:
    return f"”{header}”" if texts.language != "en" else f"'{header}'"


def _key(header: str) -> str:
    return plain(header).replace(" ", "")


@cache
def _fields() -> Mapping[str, str]:
    return {_key(name): field for field in FIELDS for name in names(field)}


@cache
def _spellings() -> Sequence[str]:
    return tuple(name for field in FIELDS for name in names(field))


@cache
def _personal() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    words = group("personal")
    exactly, begins, ends = (tuple(map(plain, words[name])) for name in ("words", "begins", "ends"))
    return frozenset(exactly), begins, ends
