"""Books: the rows of an .xlsx file, as values: no formula is reckoned, no link followed, nothing unpacked unbounded.

The first sheet with a known header counts. A file made to harm is refused before openpyxl sees it.
"""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, TYPE_CHECKING, Protocol, cast
from xml.parsers import expat

from bot.lists.tables import (
    HEADER_WITHIN,
    MOST_BYTES,
    MOST_COLUMNS,
    Cells,
    Known,
    ListRefused,
    Table,
    clean,
    gathered,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_PARTS = 2_000
MOST_SHEETS = 50
FORMULA = "\x00"
"""What a cell with a formula is read as, where that matters: no text of a cell can be it."""

_LAST_ROW = 1_048_576
_SUSPICIOUS_FROM, _SUSPICIOUS_RATIO = 20 * 1024 * 1024, 250  # lists pack some ten to fifty times, bombs a thousand
_MOST_DIGITS = 15
_SETTLED = timedelta(milliseconds=500)  # a time of day is a fraction in Excel: 9:59:59.9999 is ten


class _Cell(Protocol):
    value: object
    number_format: str
    data_type: str


class _Declared(Exception):
    """A part declares a document type, which no spreadsheet does."""


class _Begun(Exception):
    """A part's first element was reached."""


def read(source: bytes, known: Known) -> Table:
    """The table of the first sheet whose headers are known. ListRefused for what is no list, or no sound one."""
    for _, rows in sheets(source):
        table = gathered(rows, known)
        if table is not None:
            return table
    raise ListRefused("no-headers")


def sheets(source: bytes, *, formulas: bool = False) -> Iterator[tuple[str, Iterator[tuple[int, Cells]]]]:
    """Each sheet's name and its rows, which are read as they are asked for: a sheet that isn't costs nothing.

    With `formulas` a cell that reckons is FORMULA; else its value, as it was when the file was saved. Hidden rows and
    columns are read like others. ListRefused, now or at any row, for what is no list, or no sound one.
    """
    from openpyxl import load_workbook  # slow to read in, and most commands open no book

    _check(source)
    with _sound(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out: nothing that is read here
        book = load_workbook(io.BytesIO(source), read_only=True, data_only=not formulas, keep_links=False)
        pages = book.worksheets[:MOST_SHEETS]
    try:
        for page in pages:
            yield page.title, _soundly(_rows(page))
    finally:
        book.close()


@contextmanager
def _sound() -> Iterator[None]:
    try:
        yield
    except ListRefused:
        raise
    except Exception:  # openpyxl fails in many ways on a file that is not sound; each means the same to whoever sent it
        raise ListRefused("damaged") from None


def _soundly(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    while True:
        with _sound(), warnings.catch_warnings():  # of some rows at a time: what is caught must not stay so in between
            warnings.simplefilter("ignore")
            some = list(islice(rows, HEADER_WITHIN))
        if not some:
            return
        yield from some


def _check(source: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            size = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or size > MOST_BYTES or _is_bomb(size, len(source)):
                raise ListRefused("bomb", size=math.ceil(size / 1024 / 1024))
            if "mimetype" in names:
                kind = packed.read("mimetype") if packed.getinfo("mimetype").file_size < 200 else b""
                raise ListRefused("open-document" if b"opendocument" in kind else "no-list")
            if any(name.startswith("xl/") and name.endswith("workbook.bin") for name in names):
                raise ListRefused("binary-excel")
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise ListRefused("no-list")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with packed.open(part) as opened:
                        _check_part(opened)
    except ListRefused:
        raise
    except Exception:  # zipfile, zlib and expat each fail in their own ways
        raise ListRefused("damaged") from None


def _is_bomb(size: int, packed: int) -> bool:
    return size > _SUSPICIOUS_FROM and size > packed * _SUSPICIOUS_RATIO


def _check_part(opened: IO[bytes]) -> None:
    """Refuse a part that declares a document type: entities could make a small one large, or read other files."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise _Declared

    def begun(*_: object) -> None:
        raise _Begun

    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        parser.ParseFile(opened)
    except _Begun:
        return
    except _Declared:
        raise ListRefused("damaged") from None


def _rows(page: Worksheet) -> Iterator[tuple[int, Cells]]:
    cast(_Page, page).reset_dimensions()  # what a sheet says of its own size is not to be relied on
    rows = page.iter_rows(max_row=_LAST_ROW, max_col=MOST_COLUMNS)
    blank: object = None
    for number, row in enumerate(rows, 1):
        if row is blank:
            continue  # openpyxl gives the same one again for each row that is left out, a million if need be
        cells = ["" if cell.value is None else _told(cast(_Cell, cell)) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, tuple(cells)
        else:
            blank = row


class _Page(Protocol):
    def reset_dimensions(self) -> None:
        """Forget what the sheet says of its size."""


def _told(cell: _Cell) -> str:
    """A value as a person would have typed it."""
    value = cell.value
    if cell.data_type == "f":
        return FORMULA  # comes only where formulas are asked for: else the cell is its value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        moment = (value + _SETTLED).replace(microsecond=0)
        if moment.time() == time(0) and not re.search("[hH]", cell.number_format):
            return moment.date().isoformat()
        return moment.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return clean(str(value))


def _number(value: float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if value == int(value):
        # Excel keeps 15 digits. A longer number has lost its last ones, and is shown so that this can be seen.
        whole = str(int(value))
        return whole if len(whole.lstrip("-")) <= _MOST_DIGITS else f"{value:.{_MOST_DIGITS - 1}E}"
    return repr(float(value))
