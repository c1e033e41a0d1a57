"""CSV tables: a data file as one .csv for each table, with a description that programs can read.

In two flavours: for programs (UTF-8, comma, decimal point, moments in ISO 8601 with their offset), and for Excel as it
is set in Swedish and Finnish (UTF-8 with a mark, semicolon, decimal comma, local moments without an offset). In neither
can what people wrote become a formula.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

from bot.workbook import csvw
from bot.workbook.edition import Edition
from bot.workbook.labels import Label
from bot.workbook.sheets import Column, Holds, Table
from bot.workbook.typed import Typed, typed

DESCRIPTION = "csv-metadata.json"
"""Where a program looks for it, in the folder of the tables (CSV on the Web, "Model for Tabular Data", 5.3)."""

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a text for a formula (OWASP, "CSV Injection", full-width forms too)."""


@dataclass(frozen=True, slots=True)
class Flavour:
    """How a .csv is written; `local`: moments are local, without an offset and to the second."""

    encoding: str
    separator: str
    decimal: str
    local: bool


PROGRAMS = Flavour("utf-8", ",", ".", False)
EXCEL = Flavour("utf-8-sig", ";", ",", True)


def write(
    folder: Path,
    tables: Sequence[Table],
    labels: dict[str, list[Label]],
    edition: Edition,
    flavour: Flavour,
    told: Callable[[int], None],
) -> dict[str, int]:
    """Write the tables and their description into a folder; how many rows each has. `told` hears how many so far."""
    rows: dict[str, int] = {}
    for table in tables:
        cells = [_cell(column, flavour, edition.zone) for column in table.columns]
        with (folder / f"{table.name}.csv").open("w", encoding=flavour.encoding, newline="") as file:
            writer = csv.writer(file, delimiter=flavour.separator)
            writer.writerow([column.header for column in table.columns])
            before, rows[table.name] = sum(rows.values()), 0
            for lines in _some(table, cells):
                writer.writerows(lines)
                rows[table.name] += len(lines)
                told(before + rows[table.name])
    described = csvw.described(tables, labels, edition, flavour.separator, flavour.decimal, local=flavour.local)
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    (folder / DESCRIPTION).write_text(text, "utf-8")
    return rows


def guarded(words: str) -> str:
    """The words with an apostrophe before them where a spreadsheet would take them for a formula, and also where they
    begin with an apostrophe: whoever takes one away has what was written.
    """
    return f"'{words}" if words.startswith((*ACTIVE, "'")) else words


def _some(table: Table, cells: Sequence[Callable[[object], str | int]]) -> Iterator[list[list[str | int]]]:
    lines: list[list[str | int]] = []
    for row in table.rows:
        lines.append([cell(value) for cell, value in zip(cells, row, strict=True)])
        if len(lines) == 1_000:
            yield lines
            lines = []
    if lines:
        yield lines


def _cell(column: Column, flavour: Flavour, zone: tzinfo) -> Callable[[object], str | int]:
    holds: Holds = column.holds

    def cell(value: object) -> str | int:
        return _told(typed(value, holds, zone), holds, flavour, zone)  # type: ignore[arg-type]

    return cell


def _told(value: Typed, holds: Holds, flavour: Flavour, zone: tzinfo) -> str | int:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value) if holds == "words" else value
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
        return f"{local:%Y-%m-%d %H:%M:%S}" if flavour.local else local.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return (repr(int(value)) if value.is_integer() else repr(value)).replace(".", flavour.decimal)
    return value
