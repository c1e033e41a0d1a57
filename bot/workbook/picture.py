"""Picture: a digest as a PNG that can be read on a phone. Draws what it is handed, and decides nothing.

matplotlib is an extra and slow to read in, so it is imported when something is drawn; by its object interface alone, so
that several can be drawn in threads. What organisations and journeys are called is drawn as it stands: a dollar sign
begins no formula.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING

from bot.workbook.digest import Digest, Measure
from bot.workbook.pen import Pen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INSTALL = "pip install '.[digest]'"
"""What installs the means to draw."""

WIDTH, DPI = 5.8, 190
"""Inches, and pixels an inch: on a phone, which is about 2.7 inches wide, letters are half as large as they say."""

_INK, _QUIET, _GROUND, _SHADE, _LINE, _WARN = "#1b1f24", "#4a5058", "#ffffff", "#e9eef5", "#1f4e8c", "#9c0006"
_EDGE, _BETWEEN, _AXIS, _PLOT = 0.32, 0.16, 0.48, 2.7
_MOST_NAMED, _NAMED = 5, 0.94
_LINES_OF_LABEL = 6
_SPACING = 1.32


_Lines = tuple[list[str], float, bool, str]
"""Lines of one size, bold or not, in one ink."""


def can_draw() -> bool:
    """Whether what draws is installed."""
    return find_spec("matplotlib") is not None


def drawn(digest: Digest) -> bytes:
    """The digest as a PNG. Takes some tenths of a second: call it in a thread. ImportError where nothing can draw."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    pen = Pen()
    parts = list(_parts(digest, pen))
    height = sum(part.inches for part in parts) + 2 * _EDGE
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=_GROUND)
    FigureCanvasAgg(figure)
    top = height - _EDGE
    for part in parts:
        part.draw(_Sheet(figure, height, top, pen))
        top -= part.inches
    file = io.BytesIO()
    told = {"Title": digest.title, "Description": digest.words}
    metadata = {name: text.encode("utf-8", "replace").decode() for name, text in told.items()}
    figure.savefig(file, format="png", metadata=metadata)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where the next part goes: `top` inches above the lower edge of a figure so many inches high."""

    figure: Figure
    height: float
    top: float
    pen: Pen

    def write(
        self,
        lines: Sequence[str],
        size: float,
        *,
        left: float = _EDGE,
        down: float = 0.0,
        bold: bool = False,
        ink: str = _INK,
    ) -> None:
        """Lines of text, so far from the left edge, the first one so far down."""
        for number, line in enumerate(lines):
            base = self.top - down - (number * _SPACING + 1) * size / 72  # on a common line, whatever letters there are
            self.figure.text(
                left / WIDTH,
                base / self.height,
                line,
                fontproperties=self.pen.font(size, bold),
                color=ink,
                va="baseline",
                parse_math=False,
            )


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the picture across its whole width, so many inches high."""

    inches: float
    draw: Callable[[_Sheet], None]


def _parts(digest: Digest, pen: Pen) -> Iterator[_Part]:
    labels = digest.labels
    yield _text(pen, digest.title, 19, bold=True)
    if digest.warning:
        yield _text(pen, digest.warning, 13, bold=True, ink=_WARN)
    yield _text(pen, digest.about, 13, ink=_QUIET)
    yield _gap(0.14)
    if digest.measures:
        yield _measures(pen, digest.measures, labels.gap)
        yield _gap(0.18)
    yield _text(pen, labels.curve, 14, bold=True)
    if any(place.value is not None for place in digest.places):
        yield _gap(0.06)
        yield from _curve(pen, digest)
    else:
        yield _text(pen, labels.no_curve, 14)
    yield _gap(0.16)
    yield _text(pen, labels.changes, 14, bold=True)
    for change in digest.changes:
        yield _text(pen, change, 14)
    yield _gap(0.1)
    yield _text(pen, digest.footer, 11, ink=_QUIET)


def _text(pen: Pen, text: str, size: float, *, bold: bool = False, ink: str = _INK) -> _Part:
    lines = pen.lines(text, size, WIDTH - 2 * _EDGE, bold)
    return _Part(_high(lines, size), lambda sheet: sheet.write(lines, size, bold=bold, ink=ink))


def _gap(inches: float) -> _Part:
    return _Part(inches, lambda sheet: None)


def _high(lines: Sequence[str], size: float) -> float:
    return len(lines) * size * _SPACING / 72


def _measures(pen: Pen, measures: Sequence[Measure], gap: str) -> _Part:
    room = (WIDTH - 2 * _EDGE - (len(measures) - 1) * _BETWEEN) / len(measures)
    columns = [_column(pen, one, gap, room) for one in measures]
    label_high = max(_high(column[0][0], column[0][1]) for column in columns)

    def draw(sheet: _Sheet) -> None:
        for number, (label, *others) in enumerate(columns):
            left, down = _EDGE + number * (room + _BETWEEN), 0.0
            sheet.write(label[0], label[1], left=left, ink=label[3])
            down = label_high
            for lines, size, bold, ink in others:
                sheet.write(lines, size, left=left, down=down, bold=bold, ink=ink)
                down += _high(lines, size)

    highest = max(sum(_high(lines, size) for lines, size, _, _ in column[1:]) for column in columns)
    return _Part(label_high + highest, draw)


def _column(pen: Pen, one: Measure, gap: str, room: float) -> list[_Lines]:
    label = pen.lines(one.name, 12, room)
    if len(label) > _LINES_OF_LABEL:
        label = [*label[: _LINES_OF_LABEL - 1], f"{label[_LINES_OF_LABEL - 1][:-1].rstrip()}…"]
    value = [pen.letters(one.value)] if one.value else pen.lines(gap, 16, room)
    counted = [line for text in (one.interval, one.count) for line in pen.lines(text, 13, room)]
    return [
        (label, 12.0, False, _INK),
        (value, 27.0, True, _LINE) if one.value else (value, 16.0, True, _QUIET),
        (counted, 13.0, False, _INK),
        (pen.lines(one.note, 11, room), 11.0, False, _QUIET),
    ]


def _curve(pen: Pen, digest: Digest) -> Iterator[_Part]:
    places, labels = digest.places, digest.labels
    each = (WIDTH - 2 * _EDGE - _AXIS) / len(places)
    small = 12.0 if each > 0.55 else 10.0
    named = len(places) <= _MOST_NAMED and all(
        len(pen.lines(place.name, small, each * _NAMED)) <= 2 for place in places
    )
    counts = [pen.letters(f"n={place.count}") if place.value is not None else "–" for place in places]
    if any(pen.wide(count, small) > each * _NAMED for count in counts):
        counts = [count.removeprefix("n=") for count in counts]
    ticks = [
        [*(pen.lines(place.name, small, each * _NAMED) if named else [str(number)]), count]
        for number, (place, count) in enumerate(zip(places, counts, strict=True), start=1)
    ]
    below = max(len(tick) for tick in ticks) * small * _SPACING / 72 + 0.1

    def draw(sheet: _Sheet) -> None:
        bottom = sheet.top - _PLOT
        axes = sheet.figure.add_axes(
            ((_EDGE + _AXIS) / WIDTH, bottom / sheet.height, 1 - (2 * _EDGE + _AXIS) / WIDTH, _PLOT / sheet.height)
        )
        _plot(axes, digest, ticks, pen, small)

    yield _Part(_PLOT + below, draw)
    if not named:
        yield _text(pen, labels.across, 12, ink=_QUIET)
    if any(place.rounded for place in places):
        yield _text(pen, f"○ {labels.rounded}", 12, ink=_QUIET)
    if any(place.week is not None for place in places):
        yield _text(pen, f"◆ {labels.week}", 12, ink=_QUIET)
    if not named:
        yield _gap(0.06)
        for number, place in enumerate(places, start=1):
            yield _text(pen, f"{number}. {place.name}", 12)


def _plot(axes: Axes, digest: Digest, ticks: Sequence[Sequence[str]], pen: Pen, small: float) -> None:
    places = digest.places
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(0, 126)  # above 100 stand the names of the phases
    axes.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100"], fontproperties=pen.font(12), color=_QUIET)
    axes.set_xticks(
        range(len(places)),
        ["\n".join(tick) for tick in ticks],
        fontproperties=pen.font(small),
        color=_INK,
        linespacing=_SPACING,
        parse_math=False,
    )
    axes.tick_params(length=0)
    axes.hlines([0, 25, 50, 75, 100], -0.5, len(places) - 0.5, colors="#c9d1db", linewidths=0.7, zorder=1)
    for edge in axes.spines.values():
        edge.set_visible(False)
    start = 0
    for number, (phase, some) in enumerate(groupby(places, lambda place: place.phase)):
        end = start + len(list(some))
        if number % 2 == 0:
            axes.axvspan(start - 0.5, end - 0.5, color=_SHADE, linewidth=0, zorder=0)
        axes.text(
            (start + end - 1) / 2,
            119,
            pen.letters(phase),
            fontproperties=pen.font(12, bold=True),
            color=_QUIET,
            ha="center",
            va="center",
            parse_math=False,
        )
        start = end
    gaps = float("nan")
    axes.plot(
        range(len(places)),
        [gaps if place.value is None else place.value for place in places],
        color=_LINE,
        linewidth=2.4,
        zorder=3,
    )
    for number, place in enumerate(places):
        if place.week is not None:
            axes.plot([number], [place.week], marker="D", markersize=5, color=_QUIET, linestyle="none", zorder=4)
        if place.value is None:
            continue
        axes.text(
            number,
            max(place.value + 5, place.high or 0) + 1.5,
            f"{place.value:.0f}",
            fontproperties=pen.font(small, bold=True),
            color=_LINE,
            ha="center",
            va="bottom",
            zorder=6,
        )
        if place.low is not None and place.high is not None:
            error = [[max(0.0, place.value - place.low)], [max(0.0, place.high - place.value)]]
            axes.errorbar([number], [place.value], yerr=error, color=_LINE, elinewidth=1.4, capsize=4, zorder=2)
        axes.plot(
            [number],
            [place.value],
            marker="o",
            markersize=9,
            markeredgewidth=2,
            color=_LINE,
            markerfacecolor=_GROUND if place.rounded else _LINE,
            linestyle="none",
            zorder=5,
        )
