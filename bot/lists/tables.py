"""Tables: a list as rows of text cells, its headers found; and what makes a file no list at all.

The bounds of what a list can be stand here. Knows nothing of what columns mean: `known` says which headers are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.lists.texts import Texts

MOST_ROWS = 200_000
MOST_BYTES = 100 * 1024 * 1024
"""Of the file, and of what an .xlsx unpacks to."""

MOST_COLUMNS = 100
HEADER_WITHIN = 20
"""Rows looked at for the headers: some lists begin with a title."""

Known = Callable[[str], bool]
"""Whether a header is known."""

Cells = tuple[str, ...]

_QUOTED_BY_FORMULA = re.compile(r'="([^"]*)"')  # how programs keep Excel from eating leading zeros
_SAFE_FORMULA = re.compile(r"'(?=[=+\-@])")  # how programs, ours too, keep Excel from reckoning
_APART, _UNSEEN = ("Cc", "Cs", "Zl", "Zp"), "Cf"


class ListRefused(Exception):
    """A file that can't be taken in at all. Each reason is the name of its text in "refused", and what fills it in."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name)
        self.reasons: list[tuple[str, dict[str, object]]] = [(name, values)]

    def told(self, texts: Texts) -> str:
        """What is wrong and what to do, in the reader's language: a line for each reason."""
        return "\n".join(texts("refused", name, **values) for name, values in self.reasons)


@dataclass(frozen=True, slots=True)
class Table:
    """A list: its headers, and below them each row that is not empty, with its number as a spreadsheet shows it."""

    header_row: int
    headers: Cells
    rows: list[tuple[int, Cells]]


def gathered(rows: Iterator[tuple[int, Cells]], known: Known) -> Table | None:
    """The table that these rows hold; None if no header is known. ListRefused for more than MOST_ROWS.

    The headers are in the first row with two known ones, else in the first with one.
    """
    first = list(islice(rows, HEADER_WITHIN))
    at = _header_at([cells for _, cells in first], known)
    if at is None:
        return None
    number, headers = first[at]
    while not headers[-1]:
        headers = headers[:-1]
    taken = first[at + 1 :]
    taken += islice(rows, MOST_ROWS + 1 - len(taken))
    if len(taken) > MOST_ROWS:
        raise ListRefused("too-many", most=MOST_ROWS)
    return Table(number, headers, taken)


def clean(text: str) -> str:
    """A cell's text on one line: composed, without control, direction and other unseen characters, blanks single."""
    words = text if text.isprintable() else "".join(map(_seen, text))
    if not words.isascii():
        words = unicodedata.normalize("NFC", words)
    if words[:1] in ("=", "'"):
        quoted = _QUOTED_BY_FORMULA.fullmatch(words)
        words = quoted[1] if quoted else _SAFE_FORMULA.sub("", words, count=1)
    return " ".join(words.split())


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    return "" if category == _UNSEEN else " " if category in _APART else character


def _header_at(first: Sequence[Cells], known: Known) -> int | None:
    counts = [sum(map(known, row)) for row in first]
    return next((at for least in (2, 1) for at, count in enumerate(counts) if count >= least), None)
