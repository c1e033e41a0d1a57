"""Entries: rows as contacts to be registered, or what is wrong with them. Reads; never registers."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.contacts import NewContact
from bot.library import Library
from bot.lists import columns, sources
from bot.lists.columns import Columns
from bot.lists.faults import CellFault, Fault, shown, trace_in
from bot.lists.labels import CODED, Labels, codes_of
from bot.lists.tables import Cells, Table
from bot.lists.texts import Texts, headers
from bot.lists.times import Moment, moment
from bot.organisation import Organisation, meant

BY_CONTENT = "row-"
"""How a reference begins that was made from what a row says."""

LONGEST_REFERENCE = 100

_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
    | {"#VÄRDEFEL!", "#REFERENS!", "#NAMN?", "#OGILTIGT!", "#SAKNAS!", "#DIVISION/0!", "#SKÄRNING!"}  # Swedish Excel
    | {"#ARVO!", "#VIITTAUS!", "#NIMI?", "#LUKU!", "#PUUTTUU!", "#JAKO/0!", "#TYHJÄ!"}  # Finnish Excel
)
"""What a cell shows whose formula failed, in capitals."""

_FREE = ("matter", "reference")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that can be registered. `by_content`: its reference was made from what it says."""

    row: int
    new: NewContact
    by_content: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list holds: how many rows, those that can be registered, and what is wrong or worth a note elsewhere.

    `repeated` rows say the same as an earlier one under the same reference.
    """

    rows: int
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    repeated: int

    @property
    def faulty_rows(self) -> int:
        """How many rows have a fault."""
        return len({fault.row for fault in self.faults if fault.kind == "fault"})


def read(
    source: bytes, organisation: Organisation, library: Library, texts: Texts, given: Mapping[str, str] | None = None
) -> Reading:
    """The list in `source`; `given` are codes for journey, unit, service or channel where the list says nothing.

    A row without a reference gets one made from what it says and how many rows before it say exactly the same. So
    the same list taken in again registers nothing, whatever its order, and two visitors at one time are two contacts;
    a row that was changed is a new contact. ListRefused, UnknownCode.
    """
    given = given or {}
    among = {
        "journey": library.journeys,
        "unit": organisation.units,
        "service": organisation.services,
        "channel": organisation.channels,
    }
    for field, code in given.items():
        meant(code, among[field], field)
    table = sources.read(source, columns.known)
    found = columns.read(table, given, texts)
    return _Reader(table, found, given, Labels(codes_of(organisation, library), texts), organisation, texts).reading()


class _Reader:
    """One list being read."""

    def __init__(
        self,
        table: Table,
        found: Columns,
        given: Mapping[str, str],
        labels: Labels,
        organisation: Organisation,
        texts: Texts,
    ) -> None:
        self._table, self._columns, self._given, self._labels, self._texts = table, found, given, labels, texts
        self._zone: ZoneInfo = organisation.zone
        self._country = organisation.holiday_country
        self._faults: list[Fault] = list(found.notes)
        self._same: Counter[str] = Counter()

    def reading(self) -> Reading:
        entries: list[Entry] = []
        first: dict[tuple[str, str, str], Entry] = {}
        repeated = 0
        for row, cells in self._table.rows:
            entry = self._entry(row, cells)
            if entry is None:
                continue
            key = (entry.new.unit, entry.new.journey, entry.new.reference or "")
            before = first.setdefault(key, entry)
            if before is entry:
                entries.append(entry)
            elif before.new == entry.new:
                repeated += 1
            else:
                self._note(row, "reference", CellFault("same-reference", row=before.row))
        return Reading(len(self._table.rows), tuple(entries), tuple(self._faults), repeated)

    def _entry(self, row: int, cells: Cells) -> Entry | None:
        before = len(self._faults)
        if len(cells) > len(self._table.headers) and any(cells[len(self._table.headers) :]):
            counts = {"cells": len(cells), "headers": len(self._table.headers)}
            self._note(row, "", CellFault("too-wide", **counts))
        told = {field: cells[at] if at < len(cells) else "" for field, at in self._columns.at.items()}
        for field, text in told.items():
            if text.startswith("#") and text.upper() in ERRORS:
                self._note(row, field, CellFault("error-value", value=text))
                told[field] = ""
        if len(self._faults) > before:
            return None
        codes = {field: self._code(row, field, told.get(field, "")) for field in CODED}
        free = {field: self._free(row, field, told.get(field, "")) for field in _FREE}
        start = self._moment(row, "start", "day", told, None)
        end = self._moment(row, "end", "end_day", told, start)
        if start and end and end < start:
            self._note(row, "end", CellFault("ends-first"))
        if any(fault.kind == "fault" for fault in self._faults[before:]) or start is None:
            return None
        return self._made(row, codes, free, start, end)

    def _made(
        self,
        row: int,
        codes: Mapping[str, str | None],
        free: Mapping[str, str | None],
        start: datetime,
        end: datetime | None,
    ) -> Entry | None:
        journey, unit = codes["journey"], codes["unit"]
        if journey is None or unit is None:
            return None  # each has its fault
        reference = free["reference"]
        new = NewContact(
            journey=journey,
            unit=unit,
            start=start,
            end=end,
            service=codes["service"],
            channel=codes["channel"],
            cause=codes["cause"],
            solved=codes["solved"],
            outcome=codes["outcome"],
            matter=free["matter"],
            reference=reference or self._reference({**codes, **free}, start, end),
            language=codes["language"],
            not_asked=codes["not_asked"],
        )
        return Entry(row, new, by_content=reference is None)

    def _reference(self, told: Mapping[str, str | None], start: datetime, end: datetime | None) -> str:
        # Only what is told counts, so that a column which a later version knows changes nothing for older lists.
        told = {**told, "start": start.isoformat(), "end": end.isoformat() if end else None}
        content = json.dumps({field: value for field, value in told.items() if value is not None}, sort_keys=True)
        self._same[content] += 1
        return BY_CONTENT + hashlib.sha256(f"{content}\n{self._same[content]}".encode()).hexdigest()[:24]

    def _code(self, row: int, field: str, text: str) -> str | None:
        if not text:
            if field in self._given:
                return self._given[field]
            if field in columns.NEEDED:
                self._note(row, field, CellFault("empty"))
            return None
        try:
            return self._labels.code(field, text)
        except CellFault as fault:
            self._note(row, field, fault)
            return None

    def _free(self, row: int, field: str, text: str) -> str | None:
        kind = trace_in(text, self._country)
        if kind is not None:
            self._note(row, field, CellFault("personal", kind=self._texts("kinds", kind)))
        elif _ROUNDED.fullmatch(text):
            self._note(row, field, CellFault("rounded"))
        elif len(text) > LONGEST_REFERENCE:
            self._note(row, field, CellFault("too-long", length=len(text), most=LONGEST_REFERENCE))
        return text or None

    def _moment(
        self, row: int, field: str, of_day: str, told: Mapping[str, str], start: datetime | None
    ) -> datetime | None:
        day, clock = told.get(of_day, ""), told.get(field, "")
        if not day and not clock:
            if field == "start":
                self._note(row, field, CellFault("empty"))
            return None
        same_day = start.astimezone(self._zone).date() if start is not None else None
        if field == "end" and start is None and not day:
            return None  # a time alone is on the day of a start that has its own fault
        try:
            found = moment(day, clock, self._zone, self._texts, same_day)
        except CellFault as fault:
            self._note(row, field if clock or field not in self._columns.at else of_day, fault)
            return None
        if found.note:
            self._remark(row, field, found)
        return found.at

    def _remark(self, row: int, field: str, found: Moment) -> None:
        text = self._texts("faults", found.note, value=found.written, taken=found.taken)
        self._faults.append(Fault(row, self._called(field), found.note, text, "note"))

    def _note(self, row: int, field: str, fault: CellFault) -> None:
        text = self._texts("faults", fault.name, **fault.values)
        self._faults.append(Fault(row, self._called(field), fault.name, text))

    def _called(self, field: str) -> str:
        """What the file calls a column; what a template would where it has none."""
        if not field:
            return ""
        day = {"start": "day", "end": "end_day"}.get(field, field)
        called = self._columns.called.get(field) or self._columns.called.get(day)
        return shown(called, self._texts) if called else headers(field)[self._texts.language]
