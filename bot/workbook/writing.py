"""Writing: sheets to an .xlsx file that is there whole or not at all.

The report is written with its charts; the data file is streamed row by row. Everything lands in a temporary file of the
same folder, is forced to the disk, and takes its name in one step; the data file is for its owner and group alone.
Values only, never formulas: previews show no formula's result. Runs in a thread; never on the event loop.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from bot.workbook import drafts, package, pages
from bot.workbook.cells import text
from bot.workbook.charts import Ground
from bot.workbook.package import EXCEL, Limits
from bot.workbook.paper import put_on_paper
from bot.workbook.sheets import Properties, Sheet, Table

_LANGUAGE = re.compile(rb"<dc:language[^>]*>([a-z-]+)<")


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it stands: its SHA-256 in hexadecimal, and how many rows each table holds, in all its sheets."""

    sha256: str
    rows: dict[str, int]


def write_report(
    path: Path,
    sheets: Sequence[Sheet],
    properties: Properties,
    *,
    ground: str,
    footer: str,
    made_at: datetime,
    zone: tzinfo,
) -> Written:
    """Write reading sheets with their charts to `path`; `ground` names the hidden sheet behind the charts.

    OSError leaves whatever stood there before.
    """
    book = Workbook()
    _describe(book, properties, made_at, zone)
    first = book.worksheets[0]
    rows: dict[str, int] = {}
    hidden = Ground(book.create_sheet(ground))
    for sheet in sheets:
        page = book.create_sheet(sheet.title, index=len(book.worksheets) - 1)
        laid = pages.lay_out(page, sheet, hidden, zone)
        put_on_paper(page, laid, sheet.landscape, footer)
        rows |= laid.tables
    book.remove(first)
    return Written(_whole(path, book.save, 0o644), rows)


def write_data(
    path: Path,
    sheets: Sequence[Sheet],
    properties: Properties,
    *,
    made_at: datetime,
    zone: tzinfo,
    limits: Limits = EXCEL,
    told: Callable[[int], None] = lambda _: None,
) -> Written:
    """Stream sheets of one table each, header in A1, to `path`; what one can't hold goes on in the next.

    `told` hears how many rows have been written so far. OSError leaves whatever stood there before.
    """
    rows: dict[str, int] = {}

    def save(temporary: Path) -> None:
        book = Workbook()
        book.remove(book.worksheets[0])
        _describe(book, properties, made_at, zone)
        tables = [(sheet.title, _only(sheet)) for sheet in sheets]
        rows.update(package.streamed(temporary, book, tables, zone, limits, told))

    return Written(_whole(path, save, 0o640), rows)


def write_bytes(path: Path, content: bytes) -> str:
    """Write a file that may be passed on to `path`; its SHA-256. OSError leaves whatever stood there before."""

    def save(temporary: Path) -> None:
        temporary.write_bytes(content)

    return _whole(path, save, 0o644)


def language_of(path: Path) -> str | None:
    """The language that a workbook says it is in; None where it says none, is no workbook, or isn't there."""
    try:
        with zipfile.ZipFile(path) as packed:
            found = _LANGUAGE.search(packed.read("docProps/core.xml"))
    except (OSError, KeyError, zipfile.BadZipFile):
        return None
    return found[1].decode("ascii") if found else None


def _only(sheet: Sheet) -> Table:
    (table,) = (block for block in sheet.blocks if isinstance(block, Table))
    return table


def _describe(book: Workbook, properties: Properties, made_at: datetime, zone: tzinfo) -> None:
    about = book.properties
    about.title, about.creator = text(properties.title), text(properties.author)
    about.language = properties.language
    about.created = about.modified = made_at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    own: Any = book.custom_doc_props  # type: ignore[attr-defined]
    for name, value in properties.custom.items():
        own.append(StringProperty(name=name, value=text(value)))


def _whole(path: Path, save: Callable[[Path], None], rights: int) -> str:
    drafts.clear(path.parent)  # of a process that was killed: with people's words in it, perhaps
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        save(temporary)
        with temporary.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fchmod(file.fileno(), rights)
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _settle(path.parent)
    return digest


def _settle(folder: Path) -> None:
    # The new name is in the folder's own data: without this a power cut could bring the old one back.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
