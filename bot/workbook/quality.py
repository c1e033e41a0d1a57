"""Quality: what a data file was made from, and control sums that tie each of its tables to the database.

The database counts each table by a query of its own, and the file counts what it writes; the two stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.clock import week_start
from bot.workbook import wide
from bot.workbook.catalogue import Catalogue
from bot.workbook.cells import Value, was_cut
from bot.workbook.columns import QUALITY, sheet
from bot.workbook.edition import WORKBOOK_SCHEMA, Edition, software
from bot.workbook.rows import Rows
from bot.workbook.sheets import Sheet


def quality(rows: Rows, edition: Edition, written: Mapping[str, int], held_back: int | None) -> Sheet:
    """Numbers and texts by name. `written`: table -> the rows written, complete when this sheet is read."""
    return sheet("quality", QUALITY, _lines(rows, edition, written, held_back))


def counted(rows: Rows) -> dict[str, int]:
    """Table -> the rows that it should hold, as the database counted them. What explains the others is not counted."""
    named = wide.tables(rows.catalogue)
    return {
        "answers": rows.sums.answers,
        "follow_ups": rows.sums.follow_ups,
        **{name: rows.response_sums.get(journey, 0) for journey, name in named.items()},
        "verbatims": rows.sums.verbatims,
        "call_backs": rows.sums.call_backs,
        "coding": rows.sums.codings,
    }


def mismatches(rows: Rows, written: Mapping[str, int]) -> list[str]:
    """The tables that hold another number of rows than the database counted: none unless something is wrong."""
    return [table for table, number in counted(rows).items() if written.get(table) != number]


def _lines(
    rows: Rows, edition: Edition, written: Mapping[str, int], held_back: int | None
) -> Iterator[Sequence[Value]]:
    for name, value in _items(rows, edition, written, held_back):
        yield (name, value, None) if isinstance(value, int | float) else (name, None, value)


def _items(
    rows: Rows, edition: Edition, written: Mapping[str, int], held_back: int | None
) -> Iterator[tuple[str, Value]]:
    span = edition.span
    yield "week", span.last
    yield "week_start", week_start(span.last, edition.zone).date()
    yield "first_week", span.first
    yield "weeks", len(span.weeks())
    yield "unit", span.unit
    yield "time_zone", edition.zone.key
    yield "made_at", edition.made_at
    yield "software", software()
    yield "workbook_schema", WORKBOOK_SCHEMA
    yield "database_schema", rows.schema
    yield "demo", int(edition.simulated)
    yield "contacts_left_out_as_" + ("real" if edition.simulated else "simulated"), rows.left_out
    yield "answers", len(rows.answers)
    sums = counted(rows)
    for table, number in written.items():
        yield f"{table}_rows_written", number
        if table in sums:
            yield f"{table}_rows_counted", sums[table]
    yield "answers_rows_erased", rows.erased.rows
    yield "follow_ups_erased", rows.erased.follow_ups
    yield "codings_erased", rows.erased.codings
    yield "erased_are_of", "every unit" if span.unit else None
    unknown = cut = 0  # in one pass: the answers of a year take seconds
    for row in rows.answers:
        unknown += rows.catalogue.question(row.fingerprint, row.question) is None
        cut += was_cut(row.text)
    yield "answers_to_unknown_questions", unknown  # 0 unless something is wrong
    yield "texts_cut", cut  # in cells; other formats keep them whole
    for kind, pieces in rows.masked.items():
        yield f"masked_{kind}", pieces
    yield "figures_hidden_or_rounded", held_back
    yield from _versions(rows.catalogue)


def _versions(catalogue: Catalogue) -> Iterator[tuple[str, Value]]:
    for journey, versions in catalogue.journeys().items():
        for version in versions:
            yield f"journey_{journey}", version.fingerprint
