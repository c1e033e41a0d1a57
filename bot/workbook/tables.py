"""Tables: all that a data file holds, in the order of its sheets, whatever the format that it is written in.

Every table is counted while it is written; the last one, `quality`, tells what was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.workbook import categories, code_lists, codebook, data, quality, wide
from bot.workbook.edition import Edition
from bot.workbook.rows import Rows
from bot.workbook.sheets import Content, Sheet


def tables(rows: Rows, edition: Edition, held_back: int | None) -> list[Sheet]:
    """The sheets, one table each, to be read once and in this order.

    `held_back`: how many figures the report hides or rounds, None where there is no report.
    """
    catalogue = rows.catalogue
    named = wide.tables(catalogue)
    sheets = [
        data.answers(rows.answers, catalogue, edition),
        data.follow_ups(rows.follow_ups, edition),
        *(
            wide.responses(journey, name, rows.responses[journey], catalogue, edition)
            for journey, name in named.items()
        ),
        data.verbatims(rows.answers, catalogue),
        data.call_backs(rows.call_backs),
        data.codings(rows.codings, catalogue),
        codebook.codebook(catalogue),
        categories.categories(catalogue, edition.organisation, rows.code_lists),
        code_lists.lists(edition.organisation),
    ]
    written: dict[str, int] = {}
    counted = [_counted(sheet, written) for sheet in sheets]
    return [*counted, quality.quality(rows, edition, written, held_back)]


def _counted(sheet: Sheet, written: dict[str, int]) -> Sheet:
    table = sheet.table
    written[table.name] = 0
    return replace(sheet, blocks=(replace(table, rows=_one_by_one(table.name, table.rows, written)),))


def _one_by_one(name: str, rows: Iterable[Sequence[Content]], written: dict[str, int]) -> Iterator[Sequence[Content]]:
    for row in rows:
        written[name] += 1
        yield row
