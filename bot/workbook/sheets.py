"""Sheets: what a workbook holds, as values.

Blocks stand below each other; nothing here knows openpyxl or a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.workbook.cells import Value

Form = Literal["text", "wrapped", "whole", "decimal", "hundredths", "share", "moment", "day"]
"""How a column's values look; dates and numbers stay dates and numbers."""


Holds = Literal["text", "words", "whole", "decimal", "moment", "day"]
"""What a column of the data file holds, for formats whose columns have types: codes and ids, or what people wrote."""


@dataclass(frozen=True, slots=True)
class Formed:
    """A value that looks otherwise than the rest of its column: a share among other figures."""

    value: Value
    form: Form


Content = Value | Formed
"""What may stand in a table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, its form, its width in characters, and what it holds.

    `bar`: behind each number lies a bar, which is as long as the cell for this number; it tells nothing that the number
    doesn't.
    """

    header: str
    form: Form = "text"
    width: float = 14
    holds: Holds = "text"
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A native Excel table: one header row, then `rows` of as many values as there are columns.

    `rows` may be read once only. One without rows gets an empty one, because Excel knows no empty table.
    `picks` offers what may be chosen in a column: header -> the name of a list. `lists` names cells of this table that
    such a list is: name -> header, first and last row, counted from 1. With `filters` a header that stands over texts
    has a button to filter by.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Content]]
    picks: dict[str, str] = field(default_factory=dict)
    filters: bool = True
    lists: dict[str, tuple[str, int, int]] = field(default_factory=dict)


CHARTS = "#charts"
"""Where a line links to the first chart of its own sheet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of reading text in column A, with perhaps a value in column B, or a link to another sheet."""

    text: str
    style: Literal["title", "heading", "plain", "warning", "pair"] = "plain"
    value: Value = None
    form: Form = "text"
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One place of a curve. None is a gap: nothing is drawn, and nothing is drawn across it.

    `dot` stands beside the line, with an interval of its own. Points of one `group` share a ground that is shaded and
    named.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    dot: float | None = None
    dot_low: float | None = None
    dot_high: float | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line chart from 0 to 100 with error bars, and single dots beside the line.

    `axis` and `across` name its two axes, `line` and `dots` stand in its legend; `alt` tells it in words.
    Of `levels` the line has no marks at its points: it is one value over all of them, as far as it goes.
    """

    title: str
    axis: str
    line: str
    dots: str
    points: tuple[Point, ...]
    alt: str
    across: str = ""
    levels: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a scatter, by the name that stands beside it."""

    name: str
    across: float
    up: float


@dataclass(frozen=True, slots=True)
class Scatter:
    """A chart of points by two numbers, parted into four fields where its `border` stands: across, and up.

    `fields` name them: upper left, upper right, lower left, lower right. `ends` are the lowest and highest number of
    each axis, `forms` how Excel writes its numbers; `alt` tells the chart in words.
    """

    title: str
    across: str
    up: str
    spots: tuple[Spot, ...]
    border: tuple[float, float]
    fields: tuple[str, ...]
    ends: tuple[tuple[float, float], tuple[float, float]]
    forms: tuple[str, str]
    alt: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, with an interval or without; those of one `group` have one colour and one name in the legend."""

    label: str
    group: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of horizontal bars, the first one at the top.

    `across` names what the bars are of, `up` what their length is; `form` is how Excel writes its numbers; `alt` tells
    it in words.
    """

    title: str
    across: str
    up: str
    bars: tuple[Bar, ...]
    form: str
    alt: str


Block = Line | Table | Curve | Scatter | Bars


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    `title` is its name on the tab; a row of `frozen` True stays in sight under its table's header.
    """

    title: str
    blocks: tuple[Block, ...]
    frozen: bool = False
    landscape: bool = True

    @property
    def table(self) -> Table:
        """Its one table. ValueError where it has none, or several."""
        (table,) = (block for block in self.blocks if isinstance(block, Table))
        return table


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sheet of the report that is not made, and in words why; it is listed among the notes."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says about itself, apart from its sheets."""

    title: str
    author: str
    language: str
    custom: dict[str, str]
