"""Charts: a curve as a native Excel line chart with error bars, gaps, and words for those who can't see it.

Its numbers stand on one hidden sheet, for a chart can only be drawn from cells; they are the numbers shown,
no others.
"""

from __future__ import annotations

from typing import Any, Literal

from openpyxl.chart import LineChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook.cells import text
from bot.workbook.sheets import Curve

CENTIMETRE = 360_000  # in the English metric units of a drawing
WIDTH, HEIGHT = 40 * CENTIMETRE, 11 * CENTIMETRE
ABOVE = CENTIMETRE // 2  # between the row before and the chart: its edge is not drawn on the page before
LINE_COLOUR, DOT_COLOUR, BAR_COLOUR = "1F3864", "B45F06", "595959"


class Described(OneCellAnchor):
    """An anchor that puts alt text on its chart, for which openpyxl has no way of its own."""

    tagname = "oneCellAnchor"
    # Named again: the serialiser looks for these in each class, not in its parents, and would write an empty
    # anchor.
    __elements__ = OneCellAnchor.__elements__

    def __init__(self, row: int, name: str, alt: str) -> None:
        """`row`: the first row of the sheet, from 1, that the chart covers, at column A."""
        super().__init__(_from=AnchorMarker(col=0, row=row - 1, rowOff=ABOVE))
        self.ext.width, self.ext.height = WIDTH, HEIGHT
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
        self._page = page
        self._row = 1
        page.sheet_state = "hidden"

    def draw(self, page: Worksheet, row: int, curve: Curve) -> None:
        """Put the curve's numbers down here, and its chart on `page` from `row` on."""
        first = self._row + 1
        last = self._row + len(curve.points)
        for place, header in enumerate((curve.title, curve.line, "-", "+", curve.dots), start=1):
            self._page.cell(self._row, place, text(header))
        for offset, point in enumerate(curve.points):
            below = None if point.value is None or point.low is None else point.value - point.low
            above = None if point.value is None or point.high is None else point.high - point.value
            for place, value in enumerate((text(point.label), point.value, below, above, point.dot), start=1):
                self._page.cell(first + offset, place, value)
        self._row = last + 1
        page.add_chart(self._chart(curve, row, first, last))

    def _chart(self, curve: Curve, row: int, first: int, last: int) -> LineChart:
        chart = LineChart()
        chart.title = _title(curve.title, 1400)
        chart.legend = Legend(legendPos="b")
        chart.display_blanks = "gap"
        chart.visible_cells_only = False  # else a hidden sheet draws nothing
        chart.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.06, y=0.15, w=0.92, h=0.72))
        chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = 0, 100, 25
        chart.y_axis.title = _title(curve.axis, 1000)
        chart.y_axis.number_format = "0"
        chart.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill="D9D9D9")))
        # Excel hides an axis whose "delete" is left unsaid.
        chart.x_axis.delete = chart.y_axis.delete = False
        for column in (2, 5):
            if column == 2 or any(point.dot is not None for point in curve.points):
                chart.add_data(
                    Reference(self._page, min_col=column, min_row=first - 1, max_row=last),
                    titles_from_data=True,
                )
        chart.set_categories(Reference(self._page, min_col=1, min_row=first, max_row=last))
        line = chart.series[0]
        line.smooth = False
        line.graphicalProperties.line.solidFill = LINE_COLOUR
        line.graphicalProperties.line.width = 28575
        line.marker = _marker("circle", LINE_COLOUR, 8)
        line.errBars = ErrorBars(
            errDir="y",
            errBarType="both",
            errValType="cust",
            plus=self._numbers(4, first, last),
            minus=self._numbers(3, first, last),
            spPr=GraphicalProperties(ln=LineProperties(solidFill=BAR_COLOUR, w=12700)),
        )
        for dots in chart.series[1:]:
            dots.smooth = False
            dots.graphicalProperties.line.noFill = True
            dots.marker = _marker("diamond", DOT_COLOUR, 9)
        anchored: Any = chart
        anchored.anchor = Described(row, text(curve.title), text(curve.alt))
        return chart

    def _numbers(self, column: int, first: int, last: int) -> NumDataSource:
        cells = Reference(self._page, min_col=column, min_row=first, max_row=last)
        return NumDataSource(numRef=NumRef(f=str(cells)))


def _title(words: str, size: int) -> Title:
    # Unsaid, Excel takes 18 points, and draws the title over the lines. Sizes are in hundredths of a point.
    bold = CharacterProperties(sz=size, b=True)
    run = RegularTextRun(rPr=bold, t=text(words))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=bold), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _marker(symbol: Literal["circle", "diamond"], colour: str, size: int) -> Marker:
    shape = GraphicalProperties(solidFill=colour)
    shape.line.solidFill = colour
    return Marker(symbol=symbol, size=size, spPr=shape)
