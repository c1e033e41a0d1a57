"""Formats: in which a data file can be made, what each is called, and what it needs that may not be installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bot.workbook import csv_tables, folders, parquet_tables, sav_tables
from bot.workbook.edition import Edition
from bot.workbook.labels import labels
from bot.workbook.rows import Rows
from bot.workbook.sheets import Table
from bot.workbook.span import Form, Span
from bot.workbook.tables import tables
from bot.workbook.writing import write_data

Told = Callable[[int], None]
"""Hears how many rows have been written so far."""

_NEEDS: dict[Form, tuple[str, ...]] = {"parquet": ("pyarrow",), "sav": ("pyreadstat", "pandas")}


class MissingExtra(Exception):
    """A format needs what is not installed; the message says how to install it."""


def nobody(_: int) -> None:
    """Nobody wants to hear."""


def name_of(span: Span, form: Form) -> str:
    """The name of the file, or the folder of files, that holds the rows of a span in this format."""
    return f"{span.stem}_data.xlsx" if form == "xlsx" else f"{span.stem}_{form}"


def check_extra(form: Form) -> None:
    """MissingExtra if this format can't be made as things are installed."""
    lacking = [name for name in _NEEDS.get(form, ()) if find_spec(name) is None]
    if lacking:
        raise MissingExtra(
            f"--format {form} needs {' and '.join(lacking)}. In the program's folder: pip install '.[{form}]'"
        )


def write_rows(path: Path, rows: Rows, edition: Edition, form: Form, told: Told = nobody) -> dict[str, int]:
    """Write a data file, or a folder of one file for each table, to `path`; how many rows each table has.

    There whole or not at all. `told` hears of rows while they are written. OSError, for a folder `folders.NotOurs`, and
    for sav TooLong.
    """
    sheets = tables(rows, edition, None)
    if form == "xlsx":
        properties = edition.properties("en")
        return write_data(path, sheets, properties, made_at=edition.made_at, zone=edition.zone, told=told).rows
    made = [sheet.table for sheet in sheets]
    with folders.whole(path) as folder:
        return _written(folder, made, rows, edition, form, told)


def _written(folder: Path, made: list[Table], rows: Rows, edition: Edition, form: Form, told: Told) -> dict[str, int]:
    labelled = labels(made, rows.catalogue, edition.organisation)
    if form == "parquet":
        return parquet_tables.write(folder, made, labelled, edition, told)
    if form == "sav":
        return sav_tables.write(folder, made, labelled, edition, told)
    flavour = csv_tables.EXCEL if form == "csv-excel" else csv_tables.PROGRAMS
    return csv_tables.write(folder, made, labelled, edition, flavour, told)
