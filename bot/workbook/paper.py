"""Paper: how a sheet is put on A4 pages: as wide as the page, no chart split over two, no section that fits on one.

Never writes a cell.
"""

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
_LITTLE = 6 * ROW  # a heading with a few lines
_SHRUNK = 0.8  # of the scale that the width asks for: less can't be read


@dataclass(frozen=True, slots=True)
class Laid:
    """What was laid out: rows of each table by its name, the first rows of the charts, the last row of all, and the
    rows of the headings.
    """

    tables: dict[str, int]
    charts: Sequence[int]
    last: int
    sections: Sequence[int] = ()


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
    room = _room(page, landscape)
    table = (laid.charts[0] if laid.charts else laid.last + 1) - 1
    # A table that needs one page has no further one to repeat its header on: charts below it need none.
    if page.freeze_panes and _height(page, 1, table) > room:
        header = int("".join(letter for letter in page.freeze_panes if letter.isdigit())) - 1
        page.print_title_rows = f"{header}:{header}"
        room -= _height(page, header, header)
    _keep_whole(page, laid, room)


def _keep_whole(page: Worksheet, laid: Laid, room: float) -> None:
    starts = sorted({1, *laid.charts, *laid.sections})
    used = 0.0
    for first, after in zip(starts, (*starts[1:], laid.last + 1), strict=True):
        part = _height(page, first, after - 1)
        # A chart under its heading goes with it.
        with_next = part + (_height(page, after, _end(laid, after)) if after in laid.charts and part < _LITTLE else 0)
        if used and used + with_next > room and first > 1:
            page.row_breaks.append(Break(id=first - 1))
            used = 0.0
        used += part
        # How many rows of a long table a program puts on a page is its own affair: what follows begins on a new one.
        if used > room:
            used = room


def _end(laid: Laid, first: int) -> int:
    starts = sorted({*laid.charts, *laid.sections, laid.last + 1})
    return next(start for start in starts if start > first) - 1


def _room(page: Worksheet, landscape: bool) -> float:
    # The points of height that fit on a page whose width holds all columns.
    across, down = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
    columns = [page.column_dimensions[get_column_letter(place)].width for place in range(1, page.max_column + 1)]
    width = sum(_DIGIT * column + _PADDING for column in columns) / _PIXELS
    scale = min(1.0, (across - 2 * _SIDES) / width)
    return (down - _TOP - _BOTTOM) * _POINTS / scale


def _height(page: Worksheet, first: int, last: int) -> float:
    return sum(page.row_dimensions[row].height or ROW for row in range(first, last + 1))
