"""Parquet tables: a data file as one .parquet for each table, with types, and with labels in each column's metadata.

Written a row group at a time, so that a table may be of any length. pyarrow is an extra, read in when it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bot.workbook.columns import MISSING_CODES
from bot.workbook.edition import Edition
from bot.workbook.labels import Label
from bot.workbook.sheets import Holds, Table
from bot.workbook.texts import LANGUAGES
from bot.workbook.typed import Typed, typed

ROWS_OF_A_GROUP = 20_000


def write(
    folder: Path,
    tables: Sequence[Table],
    labels: dict[str, list[Label]],
    edition: Edition,
    told: Callable[[int], None],
) -> dict[str, int]:
    """Write the tables into a folder; how many rows each has. `told` hears how many so far.

    Texts are strings, whole numbers int64, others double, moments timestamps in UTC to the millisecond. ImportError
    without pyarrow.
    """
    from pyarrow import RecordBatch  # type: ignore[import-untyped]
    from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]

    rows: dict[str, int] = {}
    for table in tables:
        schema: Any = _schema(table, labels[table.name], edition)
        before, rows[table.name] = sum(rows.values()), 0
        with ParquetWriter(folder / f"{table.name}.parquet", schema, compression="zstd") as writer:
            for columns in _groups(table, edition):
                writer.write_batch(RecordBatch.from_pydict(dict(zip(schema.names, columns, strict=True)), schema))
                rows[table.name] += len(columns[0])
                told(before + rows[table.name])
    return rows


def _groups(table: Table, edition: Edition) -> Iterator[list[list[Typed]]]:
    rows = iter(table.rows)
    holds = [column.holds for column in table.columns]
    while group := list(islice(rows, ROWS_OF_A_GROUP)):
        yield [
            [typed(value, each, edition.zone) for value in values]
            for each, values in zip(holds, zip(*group, strict=True), strict=True)
        ]


def _schema(table: Table, labels: Sequence[Label], edition: Edition) -> object:
    import pyarrow

    types: dict[Holds, Any] = {
        "text": pyarrow.string(),
        "words": pyarrow.string(),
        "whole": pyarrow.int64(),
        "decimal": pyarrow.float64(),
        "moment": pyarrow.timestamp("ms", tz="UTC"),
        "day": pyarrow.date32(),
    }
    fields = [
        pyarrow.field(column.header, types[column.holds], metadata=_metadata(label))
        for column, label in zip(table.columns, labels, strict=True)
    ]
    properties = edition.properties("en")
    about = {"table": table.name, "title": properties.title, "missing_codes": MISSING_CODES, **properties.custom}
    return pyarrow.schema(fields, metadata={"kundresa": json.dumps(about, ensure_ascii=False)})


def _metadata(label: Label) -> dict[str, str]:
    texts = label.words.texts if label.words is not None else {}
    found = {f"label_{language}": texts[language] for language in LANGUAGES if language in texts}
    if label.codes:
        codes = {str(code): {one: words.texts.get(one) for one in LANGUAGES} for code, words in label.codes.items()}
        found["codes"] = json.dumps(codes, ensure_ascii=False)
    return found
