"""Pages: laying a sheet's blocks out in openpyxl, with tables that Excel opens without a complaint.

Never opens or names a file. Fonts are named and headers filled cell by cell: other programs ignore table
styles, and choose a serif font for a bold one without a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from textwrap import wrap
from typing import Any

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import MergedCell
from openpyxl.formatting.rule import DataBarRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import FilterColumn
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook import bars, scatter
from bot.workbook.bulk import Looks
from bot.workbook.cells import MOST_ROWS, Plain, Value, headers, looks_active, plain
from bot.workbook.charts import Ground
from bot.workbook.paper import ROW, Laid
from bot.workbook.sheets import CHARTS, Bars, Content, Form, Formed, Line, Scatter, Sheet, Table

CHART_ROWS = 23
"""Rows that a chart and the space around it take."""

_CALIBRI = "Calibri"
_INK = "1F3864"  # white on it has a contrast of 11.6 to 1
_BAR = "C9D6EA"  # light enough that a number on it has a contrast of more than 4.5 to 1
_STYLE = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
_HEADER_FONT = Font(name=_CALIBRI, bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", start_color=_INK, end_color=_INK)
_HEADER_PLACE = Alignment(wrap_text=True, vertical="center", horizontal="left", indent=1)
_NUMBERS_HEADER_PLACE = Alignment(wrap_text=True, vertical="center", horizontal="right")
_RIGHT = Alignment(vertical="top", horizontal="right")  # with an indent, LibreOffice puts some of them elsewhere
_TOP = Alignment(vertical="top")
_TEXT = Alignment(vertical="top", horizontal="left", indent=1)
_WRAPPED = Alignment(wrap_text=True, vertical="top", horizontal="left", indent=1)
_BELOW = Alignment(vertical="bottom")
_TALL = {"title": 26.0, "heading": 26.0, "warning": 22.0}
_NUMBERS = ("whole", "decimal", "hundredths", "share")
_BODY = Font(name=_CALIBRI)
_FONTS = {
    "title": Font(name=_CALIBRI, bold=True, size=16, color=_INK),
    "heading": Font(name=_CALIBRI, bold=True, size=12, color=_INK),
    "warning": Font(name=_CALIBRI, bold=True, size=12, color="9C0006"),
    "plain": _BODY,
    "pair": _BODY,
}
_LINK = Font(name=_CALIBRI, color="0563C1", underline="single")
_FORMATS: dict[Form, str] = {
    "text": "General",
    "wrapped": "General",
    "whole": "0",
    "decimal": "0.0",
    "hundredths": "0.00",
    "share": "0 %",
    "moment": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
}


class TooManyRows(Exception):
    """A table has more rows than an Excel sheet; the message says what to do instead."""


def lay_out(page: Worksheet, sheet: Sheet, ground: Ground, zone: tzinfo) -> Laid:
    """Lay the blocks below each other; heights are said, because not every program finds them by itself."""
    rows: dict[str, int] = {}
    charts: list[int] = []
    sections: list[int] = []
    row = 1
    page.sheet_view.showGridLines = False
    to_charts: list[Hyperlink | None] = []
    for block in sheet.blocks:
        if isinstance(block, Line):
            if block.style == "heading":
                sections.append(row)
            _line(page, row, block, zone)
            if block.link == CHARTS:
                to_charts.append(page.cell(row, 1).hyperlink)
            row += 1
        elif isinstance(block, Table):
            rows[block.name], row = _table(page, row, block, sheet.frozen, zone)
        else:
            charts.append(row)
            if isinstance(block, Scatter):
                scatter.draw(ground, page, row, block)
            elif isinstance(block, Bars):
                bars.draw(ground, page, row, block)
            else:
                ground.draw(page, row, block)
            for covered in range(row, row + CHART_ROWS):
                page.row_dimensions[covered].height = ROW
            row += CHART_ROWS
    for link in filter(None, to_charts):
        link.location = _place(page.title, charts[0] if charts else 1)
    return Laid(rows, charts, row - 1, sections)


def begin(page: Worksheet, table: Table) -> None:
    """Lay out a sheet of one table, header in A1: everything but its rows and what depends on their number."""
    for place, (name, column) in enumerate(zip(_names(table), table.columns, strict=True), start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width
        _styled(page.cell(1, place, name))
    page.freeze_panes = "A2"
    page.page_setup.paperSize = 9
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"


def end(page: Worksheet, table: Table, count: int) -> None:
    """Lay the native table and its pick lists over `count` rows, which `bulk` wrote below the header; at least one."""
    _add_table(page, table, _names(table), 1, max(count, 1))


def looks(page: Worksheet) -> Looks:
    """The styles that rows have which `bulk` writes, made known to the workbook of this page."""
    moment, day, quoted = WriteOnlyCell(page), WriteOnlyCell(page), WriteOnlyCell(page)
    moment.number_format, day.number_format = _FORMATS["moment"], _FORMATS["day"]
    quoted.quotePrefix = True
    return Looks(moment.style_id, day.style_id, quoted.style_id)


def _line(page: Worksheet, row: int, line: Line, zone: tzinfo) -> None:
    cell = page.cell(row, 1)
    _put(cell, plain(line.text, zone))
    cell.font = _FONTS[line.style]
    cell.alignment = _BELOW if line.style in _TALL else _TOP
    page.row_dimensions[row].height = _TALL.get(line.style, ROW)
    if line.link is not None:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=_place(line.link, 1))
        cell.font = _LINK
    if line.style == "pair":
        value = page.cell(row, 2)
        _put(value, plain(line.value, zone))
        value.font, value.number_format = _BODY, _format(value.value, line.form)
        value.alignment = Alignment(horizontal="left", vertical="top")


def _place(sheet: str, row: int) -> str:
    title = sheet.replace("'", "''")
    return f"'{title}'!A{row}"


def _table(page: Worksheet, row: int, table: Table, frozen: bool, zone: tzinfo) -> tuple[int, int]:
    names = _names(table)
    for place, (name, column) in enumerate(zip(names, table.columns, strict=True), start=1):
        _styled(page.cell(row, place, name))
        if column.form in _NUMBERS:
            page.cell(row, place).alignment = _NUMBERS_HEADER_PLACE
        letter = get_column_letter(place)
        # Asked for, a column that nobody has set would say openpyxl's own width, and none could be narrower.
        before = page.column_dimensions[letter].width if letter in page.column_dimensions else 0.0
        page.column_dimensions[letter].width = max(column.width, before)
    room = (column.width - 2 for column in table.columns)
    page.row_dimensions[row].height = _height(zip(names, room, strict=True)) + 4
    count = 0
    for values in table.rows:
        count += 1
        _refuse_more(table, row + count)
        long: list[tuple[str, float]] = []
        for place, (value, column) in enumerate(zip(values, table.columns, strict=True), start=1):
            cell = page.cell(row + count, place)
            _put(cell, plain(_bare(value), zone))
            cell.font = _BODY
            if not isinstance(cell.value, str):
                cell.number_format = _format(cell.value, value.form if isinstance(value, Formed) else column.form)
            elif column.form == "wrapped":
                long.append((cell.value, column.width))
            # A word in a column of numbers ("under 7") stands where the number would.
            cell.alignment = _WRAPPED if column.form == "wrapped" else _RIGHT if column.form in _NUMBERS else _TEXT
        page.row_dimensions[row + count].height = _height(long)
    _add_table(page, table, names, row, max(count, 1))
    for place, column in enumerate(table.columns, start=1):
        if column.bar is not None:
            # Excel gives the smallest number a tenth of the cell, and the largest nine, where nothing else is said.
            ends = {"minLength": 0, "maxLength": 100}
            bar: Any = DataBarRule("num", 0, "num", column.bar, color=_BAR, **ends)  # type: ignore[no-untyped-call]
            letter = get_column_letter(place)
            page.conditional_formatting.add(f"{letter}{row + 1}:{letter}{row + max(count, 1)}", bar)
    if frozen:
        page.freeze_panes = f"A{row + 1}"
    return count, row + max(count, 1) + 1


def _names(table: Table) -> tuple[str, ...]:
    return headers(column.header for column in table.columns)


def _bare(value: Content) -> Value:
    return value.value if isinstance(value, Formed) else value


def _format(value: object, form: Form) -> str:
    # A date in a column of another form would show as a number of days.
    if isinstance(value, date) and form not in ("moment", "day"):
        form = "moment" if isinstance(value, datetime) else "day"
    return _FORMATS[form]


def _height(texts: Iterable[tuple[str, float]]) -> float:
    # A width counts digits; the letters of Calibri are on average narrower, by a seventh, but for the indent.
    lines = (
        sum(max(len(wrap(line, max(1, int(1.14 * (width - 1.5))))), 1) for line in text.split("\n"))
        for text, width in texts
    )
    return ROW * max(lines, default=1)


def _add_table(page: Worksheet, table: Table, names: Sequence[str], row: int, count: int) -> None:
    last = get_column_letter(len(names))
    native: Any = ExcelTable(displayName=table.name, ref=f"A{row}:{last}{row + count}", tableStyleInfo=_STYLE)
    # Excel repairs a file whose headers differ from those of the table.
    native._initialise_columns()
    for column, name in zip(native.tableColumns, names, strict=True):
        column.name = name
    if not table.filters:
        native.autoFilter = None
    else:
        # A button would cover the end of a header that stands at the right, over its numbers.
        numbers = (place for place, column in enumerate(table.columns) if column.form in _NUMBERS)
        native.autoFilter.filterColumn.extend(FilterColumn(colId=place, hiddenButton=True) for place in numbers)
    page.add_table(native)
    for place, name in enumerate(names, start=1):
        letter = get_column_letter(place)
        if name in table.picks:
            # By its name: written out, a list longer than 255 characters makes a file that Excel can't read.
            picks = DataValidation(type="list", formula1=table.picks[name], allow_blank=True)
            picks.add(f"{letter}{row + 1}:{letter}{row + count}")
            page.data_validations.append(picks)
        for title, (column, first, final) in table.lists.items():
            if column == name:
                cells = f"{quote_sheetname(page.title)}!${letter}${row + first}:${letter}${row + final}"
                book: Any = page.parent
                book.defined_names[title] = DefinedName(title, attr_text=cells)


def _styled(cell: Cell | MergedCell) -> Cell | MergedCell:
    cell.font, cell.fill, cell.alignment = _HEADER_FONT, _HEADER_FILL, _HEADER_PLACE
    return cell


def _put(cell: Cell | MergedCell, value: Plain) -> None:
    cell.value = value
    if looks_active(value):
        cell.data_type = "s"
        cell.quotePrefix = True


def _refuse_more(table: Table, row: int) -> None:
    if row > MOST_ROWS:
        raise TooManyRows(
            f"The table {table.name} has more rows than an Excel sheet holds ({MOST_ROWS}). "
            "Export one unit at a time, or as csv."
        )
