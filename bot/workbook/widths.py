"""Widths: columns of the report, each as wide as what stands in it. Never writes a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.workbook.sheets import Column, Content, Form, Formed
from bot.workbook.texts import Texts

_WIDEST = {
    "journey": 18,
    "touchpoint": 18,
    "question": 34,
    "choice": 26,
    "note": 30,
    "measure": 26,
    "verdict": 34,
    "period": 11,
    "span": 14,
    "breaks": 30,
    "now": 11,
    "before": 11,
}
_WIDEST_OF_ALL = 40
_LONGEST_WORD = 36  # up to so long, a word is not broken
_NO_BARS: Mapping[str, float] = {}
_NARROWEST = 7
_DAY = 11.5  # a narrower column shows ### for a date
_SHORT_HEADER = 8  # characters that a header over numbers may take on one line
_SHORT_NAME = 12  # the same over texts, without its button
_MARGIN = 3  # characters beside a text: its indent, and letters wider than digits
_GRID_NUMBER, _GRID_NOTE = 12.5, 36.0
_BUTTON = 5  # characters that a header's filter button covers


def fitted(
    names: Sequence[str],
    forms: Mapping[str, Form],
    rows: Sequence[Sequence[Content]],
    say: Texts,
    widest: Mapping[str, int] = _WIDEST,
    bars: Mapping[str, float] = _NO_BARS,
    short: int = _SHORT_HEADER,
) -> tuple[Column, ...]:
    """The columns of these names ("headers.<name>"), `forms` of those that hold numbers or days, `bars` as in `Column`.

    A header over numbers that is no longer than `short` stands on one line.

    As wide as what stands in them, but no wider than lets the sheet be read on paper: long texts take further lines.
    """
    columns = []
    for place, name in enumerate(names):
        header = say(f"headers.{name}")
        if name in forms:
            whole = len(header) + 2 <= short
            needed = len(header) + 2 if whole else max(map(len, header.split())) + _MARGIN
            # Words where a number would stand ("not shown") are not wrapped.
            words_there = (value for row in rows if isinstance(value := row[place], str))
            needed = max(needed, *(len(value) + _MARGIN for value in words_there), 0)
        else:
            texts = {_text(row[place]) for row in rows}
            longest = max(map(len, texts), default=0)
            word = max((len(word) for text in texts for word in text.split()), default=0)
            most = max(widest.get(name, _WIDEST.get(name, _WIDEST_OF_ALL)), min(word, _LONGEST_WORD))
            head = len(header) if len(header) <= _SHORT_NAME else max(map(len, header.split()))
            needed = max(head + _BUTTON, min(longest, most) + _MARGIN)
        least = _DAY if forms.get(name) == "day" else _NARROWEST
        columns.append(Column(header, forms.get(name, "wrapped"), float(max(needed, least)), bar=bars.get(name)))
    return tuple(columns)


def gridded(names: Sequence[str], forms: Mapping[str, Form], texts: Sequence[float], say: Texts) -> tuple[Column, ...]:
    """The columns of a table that stands above or below others of as many texts, each of `texts` so wide.

    Then come the numbers (`forms`), all equally wide, and what is left is a note.
    """
    columns, wide = [], list(texts)
    for name in names:
        width = _GRID_NUMBER if name in forms else wide.pop(0) if wide else _GRID_NOTE
        columns.append(Column(say(f"headers.{name}"), forms.get(name, "wrapped"), width))
    return tuple(columns)


def _text(value: Content) -> str:
    bare = value.value if isinstance(value, Formed) else value
    return "" if bare is None else str(bare)
