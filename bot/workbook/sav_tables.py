"""SAV tables: a data file as one .sav for each table, for SPSS, with labels in one language and missing values.

Where a number is missing and it is known why, the number that stands for the reason does (-96 to -99, declared as
missing). A table is held in memory whole, because the format's writer takes no less: long ones are refused. pandas and
pyreadstat are an extra, read in when they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from bot.workbook.columns import MISSING_CODES
from bot.workbook.edition import Edition
from bot.workbook.labels import Label
from bot.workbook.sheets import Content, Holds, Table
from bot.workbook.typed import Typed, typed
from flows.wording import in_language

MOST_ROWS = 200_000
"""About 1 GiB of memory for a table of 44 columns."""

_LONGEST_LABEL, _LONGEST_CODE = 255, 120
"""Bytes that SPSS takes for the label of a variable, and of a value."""

_LOWEST, _HIGHEST = min(MISSING_CODES.values()), max(MISSING_CODES.values())


class TooLong(Exception):
    """A table has too many rows for this format; the message says what to do instead."""


def write(
    folder: Path,
    tables: Sequence[Table],
    labels: dict[str, list[Label]],
    edition: Edition,
    told: Callable[[int], None],
) -> dict[str, int]:
    """Write the tables into a folder; how many rows each has. `told` hears how many so far.

    Moments are local, because SPSS knows no zones. TooLong for a table of more than MOST_ROWS; ImportError without
    pandas and pyreadstat.
    """
    rows: dict[str, int] = {}
    for table in tables:
        lines = _lines(table)
        rows[table.name] = len(lines)
        _write(folder / f"{table.name}.sav", table, lines, labels[table.name], edition)
        told(sum(rows.values()))
    return rows


def _lines(table: Table) -> list[Sequence[Content]]:
    lines: list[Sequence[Content]] = []
    for row in table.rows:
        lines.append(row)
        if len(lines) > MOST_ROWS:
            raise TooLong(
                f"The table {table.name} has more than {MOST_ROWS} rows, too many for .sav, which is made in memory. "
                "Choose --format csv or parquet, fewer weeks, or one unit."
            )
    return lines


def _write(
    path: Path, table: Table, lines: Sequence[Sequence[Content]], labels: Sequence[Label], edition: Edition
) -> None:
    import pandas
    import pyreadstat

    language = edition.say.language
    names = [column.header for column in table.columns]
    whys = [names.index(label.reason) if label.reason is not None else None for label in labels]
    columns: dict[str, Any] = {}
    for place, (column, why) in enumerate(zip(table.columns, whys, strict=True)):
        values = (_value(line[place], column.holds, None if why is None else line[why], edition.zone) for line in lines)
        columns[column.header] = pandas.Series(list(values), dtype=_DTYPES[column.holds])
    numbers = [name for name, column in zip(names, table.columns, strict=True) if column.holds in ("whole", "decimal")]
    known = dict(zip(names, labels, strict=True))
    valued: Any = {name: _codes(label, language, name in numbers) for name, label in known.items() if label.codes}
    pyreadstat.write_sav(
        pandas.DataFrame(columns, columns=names),
        str(path),
        file_label=_short(f"{edition.properties(language).title} - {table.name}", 64),
        column_labels=[_words(label, language) for label in labels],
        row_compress=True,
        variable_value_labels={name: codes for name, codes in valued.items() if codes},
        missing_ranges={
            name: [{"lo": _LOWEST, "hi": _HIGHEST}] for name, why in zip(names, whys, strict=True) if why is not None
        },
        variable_measure={name: label.measure for name, label in known.items()},
        variable_format=dict(_formats(table)),
    )


_DTYPES: Mapping[Holds, str] = {
    "text": "object",
    "words": "object",
    "whole": "float64",
    "decimal": "float64",
    "moment": "datetime64[ms]",
    "day": "datetime64[s]",
}


def _value(content: Content, holds: Holds, why: Content, zone: tzinfo) -> Typed:
    value = typed(content, holds, zone)
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    if value is None and isinstance(why, str):
        return float(MISSING_CODES[why])
    if holds in ("text", "words"):
        return value or ""
    return value


def _codes(label: Label, language: str, number: bool) -> dict[str | int, str]:
    codes: dict[str | int, str] = {
        code: _short(in_language(words, language), _LONGEST_CODE) for code, words in label.codes.items()
    }
    return {code: words for code, words in codes.items() if isinstance(code, str) is not number}


def _words(label: Label, language: str) -> str:
    return _short(in_language(label.words, language), _LONGEST_LABEL) if label.words is not None else ""


def _formats(table: Table) -> Iterable[tuple[str, str]]:
    for column in table.columns:
        if column.holds == "moment":
            yield column.header, "DATETIME23.3"
        elif column.holds == "whole":
            yield column.header, "F8.0"


def _short(words: str, octets: int) -> str:
    packed = " ".join(words.split()).encode()
    return packed.decode() if len(packed) <= octets else f"{packed[: octets - 3].decode(errors='ignore')}…"
