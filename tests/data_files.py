"""Makes data files of a real database and reads them back; for tests of the export."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook

from bot import organisation
from bot.store.database import Store
from bot.workbook.export import export_rows
from bot.workbook.span import Form, Span
from tests.workbook_rows import ZONE

ORGANISATION = organisation.default(("sv", "fi", "en"))
LATER = datetime(2027, 3, 1, 5, tzinfo=UTC)
"""When every week of the tests has ended."""

Row = dict[str, object]
Tables = dict[str, list[Row]]


async def made(
    store: Store,
    folder: Path,
    first: str,
    last: str | None = None,
    *,
    unit: str | None = None,
    form: Form = "xlsx",
    simulated: bool = False,
    language: str = "en",
) -> Path:
    """The data file of some weeks, or its folder."""
    (path,) = await export_rows(
        store,
        Span(first, last or first, unit),
        folder=folder,
        organisation=ORGANISATION,
        language=language,
        now=LATER,
        zone=ZONE,
        simulated=simulated,
        form=form,
    )
    return path


def tables(path: Path) -> Tables:
    """A workbook's rows by column, by sheet; a table's one empty row is none."""
    found: Tables = {}
    for sheet in load_workbook(path).worksheets:
        header, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, header), row, strict=True)) for row in rows if any(row)]
    return found


def headers(path: Path) -> dict[str, list[str]]:
    """A workbook's columns, by sheet."""
    return {sheet.title: [str(cell.value) for cell in sheet[1]] for sheet in load_workbook(path).worksheets}


def quality(found: Tables) -> dict[str, object]:
    """The sheet `quality` as values by item."""
    return {str(row["item"]): row["text"] if row["number"] is None else row["number"] for row in found["quality"]}
