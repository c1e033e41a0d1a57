"""Sources: a file as a table. What kind of file it is shows in its content, never in its name.

.csv in UTF-8, UTF-16 or Windows-1252, with comma, semicolon or tab; .xlsx by `books`. Everything else is refused,
saying what to do.
"""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bot.lists import books
from bot.lists.tables import HEADER_WITHIN, MOST_BYTES, MOST_COLUMNS, Cells, Known, ListRefused, Table, clean, gathered

_SEPARATORS = ";,\t"
_SEPARATOR_LINE = re.compile(r'"?sep=([;,\t])"?[\t;, ]*\r?\n', re.IGNORECASE)  # Excel's own hint in a first line
_LOOKED_AT = 1024 * 1024  # characters in which the separator is sought
_MISREAD = re.compile("Ã[\u0080-\u00bf¤¥¶…„–]")
_OLE, _ZIP, _PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF"
_WEB_PAGE = re.compile(rb"\s*<(!doctype|html|head|table|meta|\?xml|!--)", re.IGNORECASE)
_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def loaded(path: Path, *, follow: bool = True) -> bytes:
    """The bytes of a file; not `follow`: of no symbolic link. ListRefused if it is no ordinary file or too large, or
    can't be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ListRefused("no-file")
            source = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ListRefused("missing") from None
    except IsADirectoryError:
        raise ListRefused("no-file") from None
    except OSError as error:
        raise ListRefused("unreadable", why=error.strerror or type(error).__name__) from None
    if len(source) > MOST_BYTES:
        raise ListRefused("too-large", most=MOST_BYTES // 1024 // 1024)
    return source


def read(source: bytes, known: Known) -> Table:
    """The table in `source`, its headers found. ListRefused for what is no list, is damaged or too large."""
    if _is_book(source):
        return books.read(source, known)
    table = gathered(_separated(_text(source), known), known)
    if table is None:
        raise ListRefused("no-headers")
    return table


def sheets(source: bytes, known: Known) -> Iterator[tuple[str, Iterator[tuple[int, Cells]]]]:
    """Every sheet of `source`, its name and its rows as they are asked for: of a .csv the one, without a name.

    A cell that reckons is `books.FORMULA`. `known` tells a .csv's separator. ListRefused as of `read`, also at any row.
    """
    if _is_book(source):
        yield from books.sheets(source, formulas=True)
    else:
        yield "", _separated(_text(source), known)


def _is_book(source: bytes) -> bool:
    """Whether it is an .xlsx, or may be text. ListRefused for what is neither."""
    if not source.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ListRefused("empty")
    if source.startswith(_OLE):
        raise ListRefused("old-excel")
    if source[:1024].lstrip().startswith(_PDF):
        raise ListRefused("pdf")
    if source.startswith(_ZIP):
        return True
    if _WEB_PAGE.match(source[:1024].removeprefix(_MARK)):
        raise ListRefused("web-page")
    return False


def _text(source: bytes) -> str:
    try:
        if source.startswith(_UTF_16):
            text = source.decode("utf-16")
        elif b"\x00" in source[:4096]:
            text = source.decode(_without_mark(source[:4096]))
        else:
            text = _in_eight_bits(source)
    except UnicodeDecodeError:
        raise ListRefused("encoding") from None
    if "\x00" in text:
        raise ListRefused("no-list")
    return text


def _without_mark(head: bytes) -> str:
    """Which UTF-16 it is: of every two bytes of a list nearly always the same one is 0."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or min(even, odd) * 10 > max(even, odd):
        raise ListRefused("no-list")
    return "utf-16-le" if odd > even else "utf-16-be"


def _in_eight_bits(source: bytes) -> str:
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = source.decode("cp1252")
        if _MISREAD.search(text):  # mostly UTF-8 and broken somewhere: many of its letters would be wrong
            raise ListRefused("encoding") from None
        return text


def _separated(text: str, known: Known) -> Iterator[tuple[int, Cells]]:
    told = _SEPARATOR_LINE.match(text)
    if told:
        text = text[told.end() :]
    separator = told[1] if told else max(_SEPARATORS, key=lambda one: _fit(text[:_LOOKED_AT], one, known))
    return _records(text, separator)


def _fit(text: str, separator: str, known: Known) -> tuple[int, int]:
    """How well a separator suits: the most headers known in one row, the most cells."""
    most_known = most_cells = 0
    try:
        for _, cells in islice(_records(text, separator), HEADER_WITHIN):
            most_known, most_cells = max(most_known, sum(map(known, cells))), max(most_cells, len(cells))
    except ListRefused:
        pass  # the rows before were read; which separator they have is all that is asked here
    return most_known, most_cells


def _records(text: str, separator: str) -> Iterator[tuple[int, Cells]]:
    # Strict, since an unmatched quotation mark would make one cell of many rows. Spreadsheets count records, not lines.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            cells = tuple(map(clean, record[:MOST_COLUMNS]))
            if any(cells):
                yield number, cells
    except csv.Error:
        raise ListRefused("quotes", row=number + 1) from None
