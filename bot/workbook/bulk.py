"""Bulk: the many rows of a data file as sheet XML, written by hand because openpyxl takes most of its time for them.

What may stand in a cell is `cells`' to say; this is only how it stands there. Texts are inline strings, never
formulas; moments are serial numbers in a style that shows them as moments. Never touches a file or openpyxl.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from bot.workbook.cells import MOST_DIGITS, looks_active, plain
from bot.workbook.sheets import Content, Formed

FIRST_ROW = 2
"""Below the header."""

_CHUNK = 1 << 16
_MOST_KNOWN = 1 << 13
_SHORT = 64
_BEYOND = 10**MOST_DIGITS
_EPOCH = date(1899, 12, 30).toordinal()
_DAY = 86_400
_FIRST_SURE_DAY = 61  # `plain` makes earlier ones text
_INLINE = '" t="inlineStr"><is>'
# Neither cleaned, cut, escaped nor marked as text: it stands in the file as it was written.
_HARMLESS = re.compile("(?![=#])(?=\\S)[^\x00-\x1f&<>_\ud800-\udfff\ufffe\uffff]{1,8000}(?<=\\S)").fullmatch


@dataclass(frozen=True, slots=True)
class Looks:
    """The numbers of three cell styles in the workbook: a moment, a day, and a text that looks like a formula."""

    moment: int
    day: int
    quoted: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a sheet: their XML in UTF-8, and how many they are."""

    xml: bytes
    rows: int


def pieces(rows: Iterable[Sequence[Content]], letters: Sequence[str], looks: Looks, zone: tzinfo) -> Iterator[Piece]:
    """`rows` from the second row of a sheet on, in pieces of about 64 KiB; `letters` name its columns.

    A value for every column, else ValueError. Blank cells are left out. TypeError for what no cell can hold.
    """
    starts = tuple(f'<c r="{letter}' for letter in letters)
    encoders, known = _encoders(looks, zone), dict[str, str]()
    other = encoders[object]
    lines: list[str] = []
    length = 0
    for number, row in enumerate(rows, FIRST_ROW):
        parts = [f'<row r="{number}">']
        for start, value in zip(starts, row, strict=True):
            if value is None:
                continue
            if type(value) is str:
                rest = known.get(value)
                if rest is None:
                    rest = encoders[str](value)
                    if len(value) <= _SHORT:
                        if len(known) == _MOST_KNOWN:  # ids, which don't come again: what does is soon back
                            known.clear()
                        known[value] = rest
            else:
                rest = encoders.get(type(value), other)(value)
            if rest:
                parts.append(f"{start}{number}{rest}")
        parts.append("</row>")
        line = "".join(parts)
        lines.append(line)
        length += len(line)
        if length >= _CHUNK:
            yield Piece("".join(lines).encode(), len(lines))
            lines, length = [], 0
    if lines:
        yield Piece("".join(lines).encode(), len(lines))


def _encoders(looks: Looks, zone: tzinfo) -> dict[type, Callable[[Any], str]]:
    # By the type of a value: what follows the cell's name, from the quote that ends it to the end of the cell, "" for a
    # blank one. Of the types that are many, the values that are most are told at once; the rest is `plain`'s to judge.
    moment, day = f'" s="{looks.moment}"><v>', f'" s="{looks.day}"><v>'
    active = f'" s="{looks.quoted}" t="inlineStr"><is>'

    def of_text(words: str) -> str:
        return f'" t="inlineStr"><is><t>{words}</t></is></c>' if _HARMLESS(words) else other(words)

    def of_whole(number: int) -> str:
        return f'"><v>{number}</v></c>' if -_BEYOND < number < _BEYOND else other(number)

    def of_number(number: float) -> str:
        return f'"><v>{number!r}</v></c>' if math.isfinite(number) else ""

    def of_moment(at: datetime) -> str:
        local = at.astimezone(zone) if at.tzinfo else at
        days = local.toordinal() - _EPOCH
        if days < _FIRST_SURE_DAY:
            return other(at)
        return f"{moment}{days + _part_of_day(local)!r}</v></c>"

    def other(content: Content) -> str:
        value = plain(content.value if isinstance(content, Formed) else content, zone)
        if value is None:
            return ""
        if isinstance(value, str):
            return f"{active if looks_active(value) else _INLINE}{_element(value)}</is></c>"
        if isinstance(value, datetime):
            return of_moment(value)
        if isinstance(value, date):
            return f"{day}{value.toordinal() - _EPOCH}</v></c>"
        return f'"><v>{value!r}</v></c>'

    return {str: of_text, int: of_whole, float: of_number, datetime: of_moment, object: other}


def _part_of_day(at: datetime) -> float:
    return (at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1_000_000) / _DAY


def _element(words: str) -> str:
    # Not kept, white space at the ends is dropped by Excel.
    kept = ' xml:space="preserve"' if words != words.strip() or "\n" in words else ""
    return f"<t{kept}>{words.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</t>"
