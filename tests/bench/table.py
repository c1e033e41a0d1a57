"""Tables of measurements for the terminal: the first column names, the others are numbers. No judgement."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Lines of aligned columns; numbers with three digits that count."""
    cells = [list(heads), *([name, *map(number, values)] for name, values in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in cells
    )


def number(value: float) -> str:
    """Three digits that count, without an exponent."""
    return (
        f"{value:.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
        if value >= 0.1
        else f"{value:.4f}"
    )
