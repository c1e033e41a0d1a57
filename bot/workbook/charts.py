"""Charts: a curve as a native Excel line chart with error bars, gaps, and words for those who can't see it.

Its numbers stand on one hidden sheet, for a chart can only be drawn from cells; they are the numbers shown,
no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Literal

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook.cells import Value, plain, text
from bot.workbook.sheets import Curve, Point

CENTIMETRE = 360_000  # in the English metric units of a drawing
NARROWEST, WIDEST, HEIGHT = 30 * CENTIMETRE, 60 * CENTIMETRE, 11 * CENTIMETRE
ABOVE = CENTIMETRE // 2  # between the row before and the chart: its edge is not drawn on the page before
LINE_COLOUR, DOT_COLOUR, BAR_COLOUR = "1F3864", "B45F06", "595959"
GROUNDS = ("E9EEF6", "F5F1E6", "EAF2EA")
"""Shades behind groups of points, in turn; the group's name stands in each, so that none is told by its shade alone."""

TITLE, AXIS_TITLE, LABELS = 1600, 1300, 1200  # hundredths of a point: a page shrinks a wide sheet to its half

_LABEL, _LINE, _BELOW, _ABOVE, _DOTS, _DOT_BELOW, _DOT_ABOVE, _GROUPS = range(1, 9)


class Described(OneCellAnchor):
    """An anchor that puts alt text on its chart, for which openpyxl has no way of its own."""

    tagname = "oneCellAnchor"
    # Named again: the serialiser looks for these in each class, not in its parents, and would write an empty
    # anchor.
    __elements__ = OneCellAnchor.__elements__

    def __init__(self, row: int, name: str, alt: str, width: int = NARROWEST) -> None:
        """`row`: the first row of the sheet, from 1, that the chart covers, at column A; `width` in metric units."""
        super().__init__(_from=AnchorMarker(col=0, row=row - 1, rowOff=ABOVE))
        self.ext.width, self.ext.height = width, HEIGHT
        self._words = (name, alt)

    def to_tree(self, *args: Any, **kwargs: Any) -> Any:
        """The anchor's XML. The frame exists only now: openpyxl makes it while saving."""
        frame: Any = self.graphicFrame
        about = frame.nvGraphicFramePr.cNvPr
        about.name, about.descr = self._words
        return super().to_tree(*args, **kwargs)


class Ground:
    """The hidden sheet that charts are drawn from. Each curve takes the next rows."""

    def __init__(self, page: Worksheet) -> None:
        self.page = page
        self._row = 1
        page.sheet_state = "hidden"

    def put(self, rows: Sequence[Sequence[Value]]) -> int:
        """Put rows down below those before; returns the number of the first."""
        first = self._row
        for offset, row in enumerate(rows):
            for place, value in enumerate(row, start=1):
                self.page.cell(first + offset, place, plain(value, UTC))
        self._row += len(rows)
        return first

    def draw(self, page: Worksheet, row: int, curve: Curve) -> None:
        """Put the curve's numbers down here, and its chart on `page` from `row` on."""
        groups = list(dict.fromkeys(point.group for point in curve.points if point.group))
        header = (curve.title, curve.line, "-", "+", curve.dots, "-", "+", *groups)
        first = 1 + self.put([header, *(_numbers(point, groups) for point in curve.points)])
        chart = _Drawing(self.page, curve, first, groups).chart()
        anchored: Any = chart
        anchored.anchor = Described(row, text(curve.title), text(curve.alt), width_beside(page))
        page.add_chart(chart)


class _Drawing:
    def __init__(self, page: Worksheet, curve: Curve, first: int, groups: Sequence[str]) -> None:
        self._page, self._curve, self._groups = page, curve, groups
        self._first, self._last = first, first + len(curve.points) - 1

    def chart(self) -> BarChart | LineChart:
        """The line on its grounds, if any: the chart to put on a page."""
        line = self._lines()
        whole: BarChart | LineChart = line
        if self._groups:
            whole = self._grounds()
            whole += line
        whole.title = title(self._curve.title, TITLE)
        whole.legend = Legend(legendPos="b")
        whole.legend.txPr = lettering(LABELS)
        # The grounds are named where they lie.
        whole.legend.legendEntry = [LegendEntry(idx=place, delete=True) for place in range(len(self._groups))]
        whole.display_blanks = "gap"
        whole.visible_cells_only = False  # else a hidden sheet draws nothing
        whole.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.06, y=0.13, w=0.92, h=0.64))
        return whole

    def _lines(self) -> LineChart:
        chart = LineChart()
        self._axes(chart)
        self._series(chart, _LINE)
        line = chart.series[0]
        line.smooth = False
        line.graphicalProperties.line.solidFill = LINE_COLOUR
        line.graphicalProperties.line.width = 28575
        line.marker = Marker(symbol="none") if self._curve.levels else marker("circle", LINE_COLOUR, 8)
        line.errBars = self._bars(_BELOW, _ABOVE, BAR_COLOUR)
        if any(point.dot is not None for point in self._curve.points):
            self._series(chart, _DOTS)
            dots = chart.series[1]
            dots.smooth = False
            dots.graphicalProperties.line.noFill = True
            dots.marker = marker("diamond", DOT_COLOUR, 9)
            if any(point.dot_low is not None for point in self._curve.points):
                dots.errBars = self._bars(_DOT_BELOW, _DOT_ABOVE, DOT_COLOUR)
        chart.set_categories(self._cells(_LABEL))
        return chart

    def _grounds(self) -> BarChart:
        chart = BarChart()
        self._axes(chart)
        chart.gapWidth, chart.overlap = 0, 100
        for place, group in enumerate(self._groups):
            self._series(chart, _GROUPS + place)
            ground = chart.series[place]
            ground.graphicalProperties = GraphicalProperties(solidFill=GROUNDS[place % len(GROUNDS)])
            ground.graphicalProperties.line.noFill = True
            ground.dLbls = self._name(group)
        chart.set_categories(self._cells(_LABEL))
        return chart

    def _name(self, group: str) -> DataLabelList:
        places = [place for place, point in enumerate(self._curve.points) if point.group == group]
        shown = {"showSerName": True, "showVal": False, "showCatName": False, "showLegendKey": False}
        label = DataLabel(
            idx=places[(len(places) - 1) // 2],
            dLblPos="inBase",
            showPercent=False,
            txPr=lettering(AXIS_TITLE, True),
            **shown,
        )
        nothing = dict.fromkeys(("showSerName", "showVal", "showCatName", "showLegendKey", "showPercent"), False)
        return DataLabelList(dLbl=[label], **nothing)

    def _axes(self, chart: BarChart | LineChart) -> None:
        chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, 100, 25
        chart.y_axis.title = title(self._curve.axis, AXIS_TITLE)
        chart.y_axis.number_format = "0"
        chart.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill="D9D9D9")))
        chart.x_axis.title = title(self._curve.across, AXIS_TITLE) if self._curve.across else None
        for axis in (chart.x_axis, chart.y_axis):
            axis.delete = False  # Excel hides an axis whose "delete" is left unsaid
            axis.txPr = lettering(LABELS)

    def _series(self, chart: BarChart | LineChart, column: int) -> None:
        cells = Reference(self._page, min_col=column, min_row=self._first - 1, max_row=self._last)
        chart.add_data(cells, titles_from_data=True)

    def _bars(self, below: int, above: int, colour: str) -> ErrorBars:
        return ErrorBars(
            errDir="y",
            errBarType="both",
            errValType="cust",
            plus=NumDataSource(numRef=NumRef(f=str(self._cells(above)))),
            minus=NumDataSource(numRef=NumRef(f=str(self._cells(below)))),
            spPr=GraphicalProperties(ln=LineProperties(solidFill=colour, w=12700)),
        )

    def _cells(self, column: int) -> Reference:
        return Reference(self._page, min_col=column, min_row=self._first, max_row=self._last)


def width_beside(page: Worksheet) -> int:
    """As wide as the columns that have a width of their own, within bounds: in the metric units of a drawing."""
    columns = [column.width for column in page.column_dimensions.values() if column.customWidth]
    pixels = sum(7 * width + 5 for width in columns)
    return min(max(round(pixels * 9525), NARROWEST), WIDEST)


def title(words: str, size: int) -> Title:
    """A title in bold, its size in hundredths of a point. Unsaid, Excel takes 18 and draws it over the lines."""
    bold = CharacterProperties(sz=size, b=True)
    run = RegularTextRun(rPr=bold, t=text(words))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=bold), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def lettering(size: int, bold: bool = False) -> RichText:
    """How labels are lettered."""
    properties = ParagraphProperties(defRPr=CharacterProperties(sz=size, b=bold))
    return RichText(p=[Paragraph(pPr=properties, endParaRPr=CharacterProperties(sz=size))])


def marker(symbol: Literal["circle", "diamond", "square", "triangle"], colour: str, size: int) -> Marker:
    """A filled mark at each point."""
    shape = GraphicalProperties(solidFill=colour)
    shape.line.solidFill = colour
    return Marker(symbol=symbol, size=size, spPr=shape)


def _numbers(point: Point, groups: Sequence[str]) -> list[Value]:
    grounds = [100 if point.group == group else None for group in groups]
    return [
        point.label,
        point.value,
        *_reach(point.value, point.low, point.high),
        point.dot,
        *_reach(point.dot, point.dot_low, point.dot_high),
        *grounds,
    ]


def _reach(value: float | None, low: float | None, high: float | None) -> tuple[float | None, float | None]:
    # How far the bar goes down and up.
    if value is None:
        return (None, None)
    return (None if low is None else value - low, None if high is None else high - value)
