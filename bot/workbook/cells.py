"""Cells: making any value safe to stand in one, and names that Excel accepts.

What people write reaches Excel as text and nothing else: never a formula, never an error value, never a
character that makes the file unreadable. Nothing is cut without a mark. Never touches a file.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable
from datetime import date, datetime, tzinfo
from enum import Enum
from uuid import UUID

Value = None | str | int | float | date | datetime | Enum | UUID
"""What may be handed in. A `bool` is an int."""

Plain = None | str | int | float | date | datetime
"""What comes out, and what openpyxl takes."""

MOST_CHARACTERS = 32_767
MOST_LINE_FEEDS = 253
MOST_DIGITS = 15
MOST_ROWS = 1_048_576
LONGEST_TITLE = 31
CUT = "… [cut]"

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NEW_LINE = re.compile("\r\n?")
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_FIRST_DAY = date(1900, 3, 1)  # Excel believes in a 29 February 1900: earlier serial numbers mean two days
_CELL = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*|R|C", re.IGNORECASE)


def plain(value: Value, zone: tzinfo) -> Plain:
    """The value as a cell can hold it.

    Aware moments become local ones without a zone (Excel knows none); not-a-number, infinite and empty become
    None; whole numbers of more than 15 digits and days before 1 March 1900 become text. TypeError for
    anything else.
    """
    if isinstance(value, Enum):
        return plain(value.value, zone)
    if value is None or isinstance(value, str):
        return text(value) if value else None
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
        return local if local.date() >= _FIRST_DAY else local.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value if value >= _FIRST_DAY else value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) < 10**MOST_DIGITS else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a cell can't hold {type(value).__name__}: hand in text, a number or a moment")


def text(words: str) -> str:
    """Text that Excel shows as it was written, line ends as line feeds, what can't stand in a file as U+FFFD.

    Longer than a cell holds (32,767 UTF-16 units, 253 line feeds): cut with a mark, and further line feeds as
    spaces. `_x0041_` would be read as an escaped "A", so its underscore is escaped itself.
    """
    words = readable(words)
    if words.count("\n") > MOST_LINE_FEEDS:
        lines = words.split("\n")
        words = "\n".join(lines[:MOST_LINE_FEEDS]) + "\n" + " ".join(lines[MOST_LINE_FEEDS:])
    words = _ESCAPE.sub("_x005F_", words)
    if _units(words) > MOST_CHARACTERS:
        kept = words.encode("utf-16-le")[: 2 * (MOST_CHARACTERS - len(CUT))]
        words = kept.decode("utf-16-le", errors="ignore") + CUT
    return words


def readable(words: str) -> str:
    """The words with line ends as line feeds, and U+FFFD for what no file can hold; nothing is cut."""
    return _UNREADABLE.sub("\ufffd", _NEW_LINE.sub("\n", words))


def was_cut(words: str | None) -> bool:
    """Whether `text` would not keep all of these words."""
    return words is not None and _units(words) > MOST_CHARACTERS - len(CUT) and text(words).endswith(CUT)


def looks_active(value: Plain) -> bool:
    """Whether openpyxl would take this text for a formula or an error value, unless told that it is text."""
    return isinstance(value, str) and (value.startswith("=") or value in _ERRORS)


def sheet_title(wanted: str, taken: Iterable[str] = ()) -> str:
    """A sheet name that Excel accepts and that differs, whatever the case, from those taken: at most 31
    characters.
    """
    clean = re.sub(r"[:\\/?*\[\]\x00-\x1f]", " ", text(wanted)).strip().strip("'") or "-"
    return _unlike(clean, {name.casefold() for name in taken}, LONGEST_TITLE)


def table_name(wanted: str, taken: Iterable[str] = ()) -> str:
    """A name for an Excel table: ASCII letters, digits and underscores, unlike a cell's, unlike those
    taken.
    """
    name = snake(wanted)
    if _CELL.fullmatch(name) or not name[0].isalpha():
        name = f"table_{name}"
    return _unlike(name, {other.casefold() for other in taken}, 255)


def headers(wanted: Iterable[str], taken: Collection[str] = (), longest: int = 255) -> tuple[str, ...]:
    """Column headers, each on one line, none empty and none twice (Excel ignores case), in the same order.

    What a name becomes depends on those before it alone: names added at the end change none.
    """
    names: list[str] = []
    used = {other.casefold() for other in taken}
    for name in wanted:
        names.append(_unlike(" ".join(text(name).split()) or "column", used, longest))
        used.add(names[-1].casefold())
    return tuple(names)


def snake(code: str) -> str:
    """A code as an ASCII snake_case name: "did-not" becomes "did_not". Never empty."""
    letters = unicodedata.normalize("NFKD", code).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_").lower() or "x"


def _unlike(name: str, taken: Collection[str], longest: int) -> str:
    # A shortened name ends in a mark of the whole, so that it depends on itself and not on what stands beside
    # it.
    short = name if len(name) <= longest else f"{name[: longest - 5]}_{zlib.crc32(name.encode()) & 0xFFFF:04x}"
    found, number = short, 2
    while found.casefold() in taken:
        found = f"{short[: longest - len(str(number)) - 1]}_{number}"
        number += 1
    return found


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
