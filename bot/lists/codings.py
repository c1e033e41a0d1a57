"""Codings: what an analyst wrote beside people's own words, in a file of any making, as codes. Never stores any.

Sheets are known by their headers: `row_id` and at least one column that analysts fill in, wherever they stand, and
again wherever such a row comes once more; a column that analysts fill in and that isn't there is told. The table
`coding`, which tells what was coded before, is none. All other columns, sheets and names are passed over. An empty cell
says nothing; "-" takes a code back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from bot.coding import FIELDS, LONGEST_COMMENT, MOST_CODES, SEVERAL, CodedRow, Lists
from bot.lists import sources
from bot.lists.books import FORMULA
from bot.lists.entries import ERRORS
from bot.lists.faults import CellFault, Fault, shown, trace_in
from bot.lists.labels import Labels
from bot.lists.tables import HEADER_WITHIN, MOST_ROWS, Cells, ListRefused
from bot.lists.texts import Texts, group
from bot.store.coding import Said
from flows.vocabulary import plain

ROW_ID = "row_id"

_OF_CODES = frozenset({"coding_id", "coder", "coded_at"})
"""Columns of the table `coding`, which tells what was coded before, by whom: nobody codes in it."""

_TAKEN_BACK = frozenset("-–—−")
_BETWEEN = re.compile(r"[;,\n]")
_LONGEST_HEADER = 40
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: `sheet` is "" where only one was read."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: how many rows with a row_id, of which so many say nothing; what is coded; what is wrong.

    `places` are where the coded rows stand, by `CodedRow.place`; `repeated` rows say what an earlier one said. Columns
    that aren't there are a note at the row of the headers.
    """

    rows: int
    uncoded: int
    repeated: int
    coded: tuple[CodedRow, ...]
    places: tuple[Place, ...]
    faults: tuple[Fault, ...]

    @property
    def faulty_rows(self) -> int:
        """How many rows have a fault."""
        return len({(fault.column.rpartition(": ")[0], fault.row) for fault in self.faults if fault.kind == "fault"})


@dataclass(slots=True)
class _Gathered:
    """What was read of one row_id so far. `clash`: rows that say different things of it."""

    place: Place
    said: dict[str, Said]
    clash: list[Place] = field(default_factory=list)


def read(source: bytes, lists: Lists, country: str | None, texts: Texts) -> Reading:
    """What is coded in `source`. ListRefused for what is no list, or has no such sheet.

    A cell that can't be taken is a fault; the row's other cells are taken. Rows that say different things of one row_id
    are each a fault, and none of them is taken. `country` is where phone numbers in comments are from.
    """
    reader = _Reader(Labels(_written(lists), texts), country, texts)
    try:
        found = [(name, rows) for name, rows in _coded_sheets(source)]
    except ListRefused as error:
        if error.reasons == [("empty", {})]:
            raise ListRefused("empty-coding") from None  # its remedy is another than a list of contacts has
        raise
    several = len(found) > 1
    for name, rows in found:
        reader.take(name if several else "", rows)
    if not found:
        raise ListRefused("no-row-ids")
    return reader.reading()


def column_of(header: str) -> str | None:
    """`row_id` or the field that a header names, whatever its case, blanks and underscores."""
    return _names().get(plain(header).replace(" ", "")) if len(header) <= _LONGEST_HEADER else None


class _Reader:
    """One file being read."""

    def __init__(self, labels: Labels, country: str | None, texts: Texts) -> None:
        self._labels, self._country, self._texts = labels, country, texts
        self._faults: list[Fault] = []
        self._of_id: dict[str, _Gathered] = {}
        self._rows = self._uncoded = self._repeated = 0

    def take(self, sheet: str, rows: Sequence[tuple[int, Cells]]) -> None:
        """Read a sheet, from its headers on."""
        at: Mapping[str, int] = {}
        for number, cells in rows:
            headers = _headers(cells)
            if headers:
                at = headers
                self._missing(Place(sheet, number), [name for name in FIELDS if name not in at])
            else:
                self._row(Place(sheet, number), {name: _cell(cells, column) for name, column in at.items()})

    def reading(self) -> Reading:
        """What was read."""
        coded: list[CodedRow] = []
        places: list[Place] = []
        for row_id, one in self._of_id.items():
            if one.clash:
                for place in (one.place, *one.clash):
                    others = [other for other in (one.place, *one.clash) if other != place]
                    self._note(place, ROW_ID, CellFault("two-codings", rows=", ".join(map(self._told, others))))
            elif one.said:
                coded.append(CodedRow(len(coded), row_id, tuple(one.said.values())))
                places.append(one.place)
        return Reading(self._rows, self._uncoded, self._repeated, tuple(coded), tuple(places), tuple(self._faults))

    def _row(self, place: Place, told: Mapping[str, str]) -> None:
        row_id = told[ROW_ID]
        filled = {name: text for name, text in told.items() if text and name != ROW_ID}
        if not row_id and not filled:
            return
        self._rows += 1
        if not filled:
            self._uncoded += 1
            return
        if not row_id or row_id == FORMULA or row_id.upper() in ERRORS or len(row_id) > _LONGEST_ID:
            self._note(place, ROW_ID, CellFault("formula" if row_id == FORMULA else "no-row-id"))
            return
        said = {name: found for name, text in filled.items() if (found := self._said(place, name, text)) is not None}
        before = self._of_id.get(row_id)
        if before is None:
            self._of_id[row_id] = _Gathered(place, said)
        elif any(before.said.get(name, one) != one for name, one in said.items()):
            before.clash.append(place)
        elif said.keys() <= before.said.keys():
            self._repeated += bool(said)
        else:
            before.said.update(said)

    def _said(self, place: Place, name: str, text: str) -> Said | None:
        try:
            if text == FORMULA:
                raise CellFault("formula")
            if text.startswith("#") and text.upper() in ERRORS:
                raise CellFault("error-value", value=text)
            if text in _TAKEN_BACK:
                return Said(name, "", None)
            if name == "comment":
                return Said(name, "", self._comment(text))
            return Said(name, " ".join(self._codes(name, text)), None)
        except CellFault as fault:
            self._note(place, name, fault)
            return None

    def _comment(self, text: str) -> str:
        if len(text) > LONGEST_COMMENT:
            raise CellFault("too-long", length=len(text), most=LONGEST_COMMENT)
        kind = trace_in(text, self._country)
        if kind is not None:
            raise CellFault("personal-comment", kind=self._texts("kinds", kind))
        return text

    def _codes(self, name: str, text: str) -> list[str]:
        try:
            return [self._labels.code(name, text)]  # what it is called may have a comma in it
        except CellFault as fault:
            parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
            if len(parts) < 2:
                raise
            if name not in SEVERAL:
                raise CellFault("one-code", value=shown(text, self._texts)) from fault
        codes = list(dict.fromkeys(self._labels.code(name, part) for part in parts))
        if len(codes) > MOST_CODES:
            raise CellFault("too-many-codes", count=len(codes), most=MOST_CODES)
        return codes

    def _missing(self, place: Place, names: Sequence[str]) -> None:
        if names:
            self._note(place, ", ".join(names), CellFault("no-column"), "note")

    def _note(self, place: Place, name: str, fault: CellFault, kind: Literal["fault", "note"] = "fault") -> None:
        column = f"{place.sheet}: {name}" if place.sheet else name
        text = self._texts("faults", fault.name, **fault.values)
        self._faults.append(Fault(place.row, column, fault.name, text, kind))

    def _told(self, place: Place) -> str:
        return f"{place.sheet}: {place.row}" if place.sheet else str(place.row)


def _coded_sheets(source: bytes) -> Iterator[tuple[str, list[tuple[int, Cells]]]]:
    """The sheets with the headers, from these on. ListRefused for more than MOST_ROWS in all."""
    left = MOST_ROWS
    for name, rows in sources.sheets(source, lambda header: column_of(header) is not None):
        looked, kept = 0, list[tuple[int, Cells]]()
        for number, cells in rows:
            if not kept:
                looked += 1
                if looked > HEADER_WITHIN:
                    break
                if not _headers(cells):
                    continue
            kept.append((number, cells))
            if len(kept) > left:
                raise ListRefused("too-many", most=MOST_ROWS)
        left -= len(kept)
        if kept:
            yield name, kept


def _headers(cells: Cells) -> Mapping[str, int]:
    """Where each column stands, if these are headers; else empty. ListRefused where one stands twice."""
    found: dict[str, int] = {}
    if not _OF_CODES.isdisjoint(cells):
        return found
    # Most rows are told apart by a glance: a file may have a great many.
    if not any(cell[:3].casefold() == "row" and column_of(cell) == ROW_ID for cell in cells):
        return found
    for at, cell in enumerate(cells):
        column = column_of(cell) if cell else None
        if column is not None:
            if column in found:
                raise ListRefused("twice", headers=f"{cells[found[column]]}, {cell}", field=column)
            found[column] = at
    return found if len(found) > 1 else {}


def _cell(cells: Cells, at: int) -> str:
    return cells[at] if at < len(cells) else ""


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    return {plain(name).replace(" ", ""): name for name in (ROW_ID, *FIELDS)}


def _written(lists: Lists) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """How each code may be written."""
    also = {"may_be_quoted": {code: tuple(group("solved")[code]) for code in ("yes", "no")}}
    return {
        name: {
            code: (*filter(None, words.texts.values()), *also.get(name, {}).get(code, ()))
            for code, words in codes.items()
        }
        for name, codes in lists.codes.items()
    }
