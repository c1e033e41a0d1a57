"""Scatter: points by two numbers as a native Excel chart, each named, with the lines that part its four fields.

A label can't be taken from a cell by openpyxl: each point is a series of its own, named by what it is called, and so
are the four corners. Its numbers stand on the hidden sheet of all charts; they are the numbers shown, no others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook.cells import Value, text
from bot.workbook.charts import AXIS_TITLE, LABELS, LINE_COLOUR, TITLE, Described, Ground, lettering, marker, title
from bot.workbook.sheets import Scatter, Spot

_BORDER_COLOUR, _CORNER_COLOUR = "7F7F7F", "7F7F7F"
_MARGIN = 0.15  # of the reach of the points, free around them: names stand beside them
_LEAST = 0.2  # of the whole axis: closer points would be drawn as if they were far apart


def draw(ground: Ground, page: Worksheet, row: int, scatter: Scatter) -> None:
    """Put the numbers down on the ground, and the chart on `page` from `row` on."""
    across = _reach([spot.across for spot in scatter.spots], scatter.border[0], scatter.ends[0])
    up = _reach([spot.up for spot in scatter.spots], scatter.border[1], scatter.ends[1])
    chart = ScatterChart()
    chart.style = None
    chart.scatterStyle = "lineMarker"
    chart.title = title(scatter.title, TITLE)
    chart.legend = None
    chart.visible_cells_only = False  # else a hidden sheet draws nothing
    chart.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.06, y=0.12, w=0.92, h=0.7))
    for axis, words, form, (low, high) in (
        (chart.x_axis, scatter.across, scatter.forms[0], across),
        (chart.y_axis, scatter.up, scatter.forms[1], up),
    ):
        axis.title = title(words, AXIS_TITLE)
        axis.scaling.min, axis.scaling.max = low, high
        axis.number_format, axis.majorGridlines = form, None
        axis.delete = False  # Excel hides an axis whose "delete" is left unsaid
        axis.txPr = lettering(LABELS)
        axis.crosses = "min"
    lines = [
        [(scatter.border[0], up[0]), (scatter.border[0], up[1])],
        [(across[0], scatter.border[1]), (across[1], scatter.border[1])],
    ]
    for line in lines:
        chart.series.append(_line(ground, line))
    left, right = (across[0] + (across[1] - across[0]) * part for part in (0.01, 0.99))
    low, high = (up[0] + (up[1] - up[0]) * part for part in (0.08, 0.95))
    places = ((left, high, "r"), (right, high, "l"), (left, low, "r"), (right, low, "l"))
    for name, (x, y, place) in zip(scatter.fields, places, strict=True):
        chart.series.append(_named(ground, Spot(name, x, y), place, Marker(symbol="none"), True))
    middle = (across[0] + across[1]) / 2
    for spot in scatter.spots:
        place = "r" if spot.across <= middle else "l"
        chart.series.append(_named(ground, spot, place, marker("circle", LINE_COLOUR, 9), False))
    anchored: Any = chart
    anchored.anchor = Described(row, text(scatter.title), text(scatter.alt))
    page.add_chart(chart)


def _line(ground: Ground, ends: Sequence[tuple[float, float]]) -> XYSeries:
    series = _series(ground, "", ends)
    series.graphicalProperties = GraphicalProperties(
        ln=LineProperties(solidFill=_BORDER_COLOUR, w=12700, prstDash="dash")
    )
    series.marker = Marker(symbol="none")
    return series


def _named(ground: Ground, spot: Spot, place: str, mark: Marker, corner: bool) -> XYSeries:
    series = _series(ground, spot.name, [(spot.across, spot.up)])
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    series.marker = mark
    series.dLbls = DataLabelList(
        dLblPos=place,
        showSerName=True,
        showVal=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        txPr=_corner_lettering() if corner else lettering(LABELS),
    )
    return series


def _corner_lettering() -> RichText:
    letters = CharacterProperties(sz=AXIS_TITLE, b=True, solidFill=_CORNER_COLOUR)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])


def _series(ground: Ground, name: str, points: Sequence[tuple[float, float]]) -> XYSeries:
    rows: list[Sequence[Value]] = [(name, x, y) for x, y in points]
    first = ground.put(rows)
    cells = [
        Reference(ground.page, min_col=column, min_row=first, max_row=first + len(points) - 1) for column in (2, 3)
    ]
    made: XYSeries = Series(cells[1], cells[0], title=text(name) or None)
    made.smooth = False
    return made


def _reach(numbers: Sequence[float], border: float, ends: tuple[float, float]) -> tuple[float, float]:
    # The whole axis at the widest; nearer where the points are near each other, so that their names don't overlap.
    low, high = min(*numbers, border), max(*numbers, border)
    whole = ends[1] - ends[0]
    step = whole / 20
    free = max((high - low) * _MARGIN, (whole * _LEAST - (high - low)) / 2)
    return (
        max(ends[0], math.floor((low - free) / step) * step),
        min(ends[1], math.ceil((high + free) / step) * step),
    )
