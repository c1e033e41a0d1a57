"""Package: openpyxl's workbook as a file whose sheets hold far more rows than openpyxl would write in the time.

Everything but rows is openpyxl's: styles, headers, tables, properties. Rows are `bulk`'s; on their way into the archive
no file holds them that has a name. A table that is too long for a sheet goes on in the next, in a table of its own.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.dimensions import SheetDimension
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook import bulk, pages
from bot.workbook.cells import MOST_ROWS, sheet_title, table_name
from bot.workbook.sheets import Content, Table

LEVEL = 1
"""Of compression: 6 makes a file a fifth smaller, for a fifth more time of a processor that replies need too."""

_IN_MEMORY = 8 * 1024 * 1024
_AT_ONCE = 16 * 1024
_ROWS_END = b"</sheetData>"
_OPENING = ("docProps/", "xl/theme/")  # programs that guess a file's kind look at its first parts

Told = Callable[[int], None]
"""Hears how many rows have been written so far."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sheet holds: rows, its header among them, and bytes of XML, less the 64 MiB that a row could have."""

    rows: int
    octets: int


EXCEL = Limits(MOST_ROWS, 2**31 - 2**26)
"""Beyond 2 GiB the archive would need a form (ZIP64) that Excel repairs before it opens it."""


def streamed(
    file: Path, book: Workbook, tables: Sequence[tuple[str, Table]], zone: tzinfo, limits: Limits, told: Told
) -> dict[str, int]:
    """Write `book`, which has no sheet yet, with one for each title and table; returns the rows of each table.

    `zone` is that of moments. A table's further sheets are called as its first, and numbered: `answers_2`. Raises
    OSError, and what the rows raise; `file` is then of no use.
    """
    begun = [(_begun(book, title, table), table) for title, table in tables]
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for part, content in _parts(book):
            if part.startswith(_OPENING):
                archive.writestr(part, content)
        sheets = _Sheets(archive, file.parent, zone, limits, told, pages.looks(begun[0][0]))
        names = {table.name for _, table in tables}
        rows = {table.name: _table(book, page, table, names, sheets) for page, table in begun}
        written = frozenset(archive.namelist())
        for part, content in _parts(book):
            if part not in written:
                archive.writestr(part, content)
    return rows


@dataclass
class _Sheets:
    """The sheets of one archive, written one after the other; how many they and their rows are so far."""

    archive: ZipFile
    folder: Path
    zone: tzinfo
    limits: Limits
    told: Told
    looks: bulk.Looks
    sheets: int = 0
    rows: int = 0

    def write(self, page: Worksheet, table: Table, rows: Iterator[Sequence[Content]]) -> int:
        """Write one sheet with as many of the rows as it holds; returns how many."""
        self.sheets += 1
        letters = [get_column_letter(place) for place in range(1, len(table.columns) + 1)]
        count = octets = 0
        # How many rows there are stands before them, so they are put aside, packed, until that is known.
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(self.folder)) as aside:
            packing = zlib.compressobj(1)
            for piece in bulk.pieces(islice(rows, self.limits.rows - 1), letters, self.looks, self.zone):
                aside.write(packing.compress(piece.xml))
                count, octets = count + piece.rows, octets + len(piece.xml)
                self.told(self.rows + count)
                if octets >= self.limits.octets:
                    break
            aside.write(packing.flush())
            aside.seek(0)
            pages.end(page, table, count)
            head, tail = _around(page, max(count, 1) + 1)
            unpacking = zlib.decompressobj()
            with self.archive.open(f"xl/worksheets/sheet{self.sheets}.xml", "w") as part:
                part.write(head)
                while packed := aside.read(_AT_ONCE):
                    part.write(unpacking.decompress(packed))
                part.write(unpacking.flush() + tail)
        self.rows += count
        return count


def _table(book: Workbook, page: Worksheet, table: Table, names: set[str], sheets: _Sheets) -> int:
    rows, title, name = iter(table.rows), page.title, table.name
    count = sheets.write(page, table, rows)
    for row in rows:
        table = replace(table, name=table_name(name, names))
        names.add(table.name)
        page = _begun(book, sheet_title(title, book.sheetnames), table, book.index(page) + 1)
        count += sheets.write(page, table, chain([row], rows))
    return count


def _begun(book: Workbook, title: str, table: Table, place: int | None = None) -> Worksheet:
    page: Worksheet = book.create_sheet(title, place)
    pages.begin(page, table)
    return page


def _around(page: Worksheet, last: int) -> tuple[bytes, bytes]:
    # A sheet's XML before its second row, and after its last.
    writer = _Writer(page, BytesIO())
    writer.columns, writer.last = page.max_column, last
    writer.write()
    head, _, tail = writer.read().partition(_ROWS_END)
    return head, _ROWS_END + tail


class _Writer(WorksheetWriter):
    columns, last = 1, 1

    def write_dimensions(self) -> None:
        # Without them openpyxl and pandas read all of a sheet to open it, with wrong ones Power Query loses rows.
        self.xf.send(SheetDimension(f"A1:{get_column_letter(self.columns)}{self.last}").to_tree())


def _parts(book: Workbook) -> Iterator[tuple[str, bytes]]:
    whole = BytesIO()
    book.save(whole)
    with ZipFile(whole) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)
