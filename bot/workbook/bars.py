"""Bars: shares or counts side by side as a native Excel chart, in groups that have a name of their own in its legend.

Its numbers stand on the hidden sheet of all charts; they are the numbers shown, no others.
"""

from __future__ import annotations

import math
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import Legend
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook.cells import Value, text
from bot.workbook.charts import AXIS_TITLE, LABELS, TITLE, Described, Ground, lettering, title
from bot.workbook.sheets import Bar, Bars

COLOURS = ("C55A11", "2E75B6", "7F7F7F", "548235", "8064A2", "C0504D", "2F8F9D")
"""One for each group, in turn; the group's name stands in the legend, and its bars stand beside each other.

None so dark that the black line of an interval would not be seen on it, nor so light that the bar itself would not:
each has a contrast of 3 to 1 or more with black and with white (WCAG 2.2, 1.4.11).
"""

_INTERVAL = "000000"
_PART = 0.1  # an axis of shares ends at a whole part of it


def draw(ground: Ground, page: Worksheet, row: int, bars: Bars) -> None:
    """Put the numbers down on the ground, and the chart on `page` from `row` on; the first bar stands at the top."""
    groups = list(dict.fromkeys(bar.group for bar in bars.bars))
    header: list[Value] = [bars.title]
    for group in groups:
        header += [group, "-", "+"]
    first = 1 + ground.put([header, *(_numbers(bar, groups) for bar in bars.bars)])
    last = first + len(bars.bars) - 1
    chart = BarChart()
    chart.type, chart.gapWidth, chart.overlap = "bar", 40, 100
    chart.title = title(bars.title, TITLE)
    chart.legend = None
    if len(groups) > 1:
        chart.legend = Legend(legendPos="b")
        chart.legend.txPr = lettering(LABELS)
    chart.display_blanks = "gap"
    chart.visible_cells_only = False  # else a hidden sheet draws nothing
    chart.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.3, y=0.12, w=0.67, h=0.66))
    _axes(chart, bars)
    for place in range(len(groups)):
        column = 2 + 3 * place
        chart.add_data(
            Reference(ground.page, min_col=column, min_row=first - 1, max_row=last),
            titles_from_data=True,
        )
        series = chart.series[place]
        series.graphicalProperties = GraphicalProperties(solidFill=COLOURS[place % len(COLOURS)])
        if any(bar.low is not None for bar in bars.bars):
            below, above = (
                NumDataSource(
                    numRef=NumRef(f=str(Reference(ground.page, min_col=column + one, min_row=first, max_row=last)))
                )
                for one in (1, 2)
            )
            line = GraphicalProperties(ln=LineProperties(solidFill=_INTERVAL, w=15875))
            series.errBars = ErrorBars(errBarType="both", errValType="cust", plus=above, minus=below, spPr=line)
    chart.set_categories(Reference(ground.page, min_col=1, min_row=first, max_row=last))
    anchored: Any = chart
    anchored.anchor = Described(row, text(bars.title), text(bars.alt))
    page.add_chart(chart)


def _axes(chart: BarChart, bars: Bars) -> None:
    chart.x_axis.title, chart.y_axis.title = title(bars.across, AXIS_TITLE), title(bars.up, AXIS_TITLE)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, bars.form
    highs = [bar.high for bar in bars.bars if bar.high is not None]
    if highs:
        # An office program ends the axis by the bars alone, and cuts the intervals off.
        chart.y_axis.scaling.max = min(1.0, round(_PART * math.ceil(max(highs) / _PART), 1))
        chart.y_axis.majorUnit = _PART
    chart.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill="D9D9D9")))
    chart.y_axis.crosses = "max"  # at the bottom, since the first bar is at the top
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False  # Excel hides an axis whose "delete" is left unsaid
        axis.txPr = lettering(LABELS)


def _numbers(bar: Bar, groups: list[str]) -> list[Value]:
    row: list[Value] = [bar.label]
    for group in groups:
        if bar.group != group:
            row += [None, None, None]
            continue
        row.append(bar.value)
        row.append(None if bar.low is None else bar.value - bar.low)
        row.append(None if bar.high is None else bar.high - bar.value)
    return row
