"""Template: an empty list, its headers in one language, with the organisation's codes beside it.

Taken in as it is it registers nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.library import Library
from bot.lists.columns import FIELDS
from bot.lists.labels import CODED, codes_of
from bot.lists.texts import Texts, headers
from bot.organisation import Organisation

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHOWN = tuple(field for field in FIELDS if field not in ("day", "end_day"))
"""The columns of a template: a moment in one column each."""

_ROWS_WITH_CHOICES = 5_000
_WIDTH = 20
_AS_TEXT, _AS_MOMENT = "@", "yyyy-mm-dd hh:mm"
_FORMATS = {"reference": _AS_TEXT, "matter": _AS_TEXT, "start": _AS_MOMENT, "end": _AS_MOMENT}


def as_csv(texts: Texts) -> bytes:
    """Headers alone, with semicolons and the mark by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerow(_headers(texts))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(organisation: Organisation, library: Library, texts: Texts) -> bytes:
    """Headers with choices to pick from below them, and a second sheet with every code and what it is called."""
    from openpyxl import Workbook  # slow to read in, and most commands make no template
    from openpyxl.utils import get_column_letter, quote_sheetname
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    book.remove(book.worksheets[0])
    page = book.create_sheet(texts("template", "sheet"))
    page.append(_headers(texts))
    _head(page, len(SHOWN))
    codes = codes_of(organisation, library)
    places = _list_codes(book.create_sheet(texts("template", "codes")), codes, organisation.languages, texts)
    for at, field in enumerate(SHOWN, 1):
        letter = get_column_letter(at)
        if field in _FORMATS:
            page.column_dimensions[letter].number_format = _FORMATS[field]
            for row in range(2, 502):  # Excel takes a new cell's format from the column, other programs from the cell
                page.cell(row, at).number_format = _FORMATS[field]
        if field in places:
            first, last = places[field]
            choices = f"{quote_sheetname(texts('template', 'codes'))}!$B${first}:$B${last}"
            picked = DataValidation(type="list", formula1=f"={choices}", allow_blank=True, showErrorMessage=False)
            picked.add(f"{letter}2:{letter}{_ROWS_WITH_CHOICES}")
            page.add_data_validation(picked)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _headers(texts: Texts) -> list[str]:
    return [headers(field)[texts.language] for field in SHOWN]


def _head(page: Worksheet, columns: int) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for at in range(1, columns + 1):
        page.cell(1, at).font = Font(bold=True)
        page.column_dimensions[get_column_letter(at)].width = _WIDTH


def _list_codes(
    page: Worksheet, codes: Mapping[str, Mapping[str, Sequence[str]]], languages: Sequence[str], texts: Texts
) -> dict[str, tuple[int, int]]:
    """Write the codes; for each field with any, the rows they stand in."""
    page.append([texts("template", "column"), texts("template", "code"), texts("template", "label")])
    places: dict[str, tuple[int, int]] = {}
    for field in CODED:
        first = page.max_row + 1
        for code, called in codes[field].items():
            page.append([headers(field)[texts.language], code, *called[: len(languages)]])
            for cell in page[page.max_row]:
                cell.data_type = "s"  # an organisation's own words are never formulas
        if codes[field]:
            places[field] = (first, page.max_row)
    _head(page, 2 + len(languages))
    return places
