"""Paper: how a sheet is put on A4 pages: as wide as the page, no chart split over two. Never writes a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

ROW = 15.0
"""The height of a row of one line, in points."""

_POINTS = 72.0  # an inch
_SIDES, _TOP, _BOTTOM = 0.5, 0.6, 0.8
_LONG, _SHORT = 11.69, 8.27  # A4, in inches
_DIGIT, _PADDING, _PIXELS = 7, 5, 96  # of a column's width in Calibri 11: pixels a digit, pixels beside, pixels an inch
_SHRUNK = 0.8  # of the scale that the width asks for: less can't be read


@dataclass(frozen=True, slots=True)
class Laid:
    """What was laid out: rows of each table by its name, the first rows of the charts, the last row of all."""

    tables: dict[str, int]
    charts: Sequence[int]
    last: int


def put_on_paper(page: Worksheet, laid: Laid, landscape: bool, footer: str) -> None:
    """A4, as wide as the page. With charts: on one page where that can be read, else a page begins with a chart."""
    setup = page.page_setup
    setup.paperSize = page.PAPERSIZE_A4
    setup.orientation = "landscape" if landscape else "portrait"
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    setup.fitToWidth, setup.fitToHeight = 1, 0
    page.page_margins.left = page.page_margins.right = _SIDES
    page.page_margins.top, page.page_margins.bottom, page.page_margins.footer = _TOP, _BOTTOM, 0.4
    bottom: Any = page.oddFooter
    bottom.left.text, bottom.right.text = "&A", footer
    if laid.charts and _height(page, 1, laid.last) <= _room(page, landscape) / _SHRUNK:
        setup.fitToHeight = 1
        return
    if page.freeze_panes:
        header = int("".join(letter for letter in page.freeze_panes if letter.isdigit())) - 1
        page.print_title_rows = f"{header}:{header}"
    if laid.charts:
        _keep_charts_whole(
            page, laid, _room(page, landscape) - (_height(page, header, header) if page.freeze_panes else 0)
        )


def _keep_charts_whole(page: Worksheet, laid: Laid, room: float) -> None:
    above = _height(page, 1, laid.charts[0] - 1)
    # How many rows of a long table a program puts on a page is its own affair: charts below one begin on a new page.
    used = above if above <= room else room
    for first, after in zip(laid.charts, (*laid.charts[1:], laid.last + 1), strict=True):
        chart = _height(page, first, after - 1)
        if used + chart > room:
            page.row_breaks.append(Break(id=first - 1))
            used = 0.0
        used += chart


def _room(page: Worksheet, landscape: bool) -> float:
    # The points of height that fit on a page whose width holds all columns.
    across, down = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
    columns = [page.column_dimensions[get_column_letter(place)].width for place in range(1, page.max_column + 1)]
    width = sum(_DIGIT * column + _PADDING for column in columns) / _PIXELS
    scale = min(1.0, (across - 2 * _SIDES) / width)
    return (down - _TOP - _BOTTOM) * _POINTS / scale


def _height(page: Worksheet, first: int, last: int) -> float:
    return sum(page.row_dimensions[row].height or ROW for row in range(first, last + 1))
