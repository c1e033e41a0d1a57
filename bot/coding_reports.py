"""Coding reports: what a file of codings came to, and how far coders agree, as rows of words. Stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.coding import Agreement, TakenRow
from bot.lists.codings import ROW_ID, Reading
from bot.lists.faults import CellFault, Fault
from bot.lists.texts import Texts

_REFUSED = {"no-such-row": "no-such-row", "no-words": "no-words", "other-unit": "other-unit-row"}
_OF_PROGRAM = "no-such-code"
_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Report:
    """How many rows came to what, and everything that is wrong or worth a note, as the file has it from top to bottom.

    `taken_back` counts codes, the others rows; `partly` those with a fault of which the rest is coded, now or before.
    """

    rows: int
    coded: int
    known: int
    uncoded: int
    faulty: int
    partly: int
    taken_back: int
    faults: tuple[Fault, ...]


def summed_up(reading: Reading, taken: Sequence[TakenRow], texts: Texts) -> Report:
    """What came of a file: what was read, and what became of its rows."""
    refused = [one for one in taken if one.result not in ("coded", "known")]
    told = [fault_of(reading, one, texts) for one in refused]
    notes = [_note(reading, one, texts) for one in taken if one.corrected]
    order = {name: at for at, name in enumerate(dict.fromkeys(_sheet(one) for one in (*reading.faults, *told)))}
    faults = sorted(
        (*reading.faults, *told, *notes), key=lambda fault: (order.get(_sheet(fault), len(order)), fault.row)
    )
    wrong = {(_sheet(fault), fault.row) for fault in faults if fault.kind == "fault"}
    right = {
        (place.sheet, place.row)
        for place in (reading.places[one.place] for one in taken if one.result in ("coded", "known"))
    }
    return Report(
        rows=reading.rows,
        coded=sum(one.result == "coded" for one in taken),
        known=sum(one.result == "known" for one in taken) + reading.repeated,
        uncoded=reading.uncoded,
        faulty=len(wrong),
        partly=len(wrong & right),
        taken_back=sum(change.how == "taken-back" for one in taken for change in one.changes),
        faults=tuple(faults),
    )


def counts(done: Report, texts: Texts, *, dry_run: bool = False) -> list[str]:
    """How many rows came to what, a line each."""
    told = [texts("report", "dry-run")] if dry_run else []
    told += [
        texts("report", name, count=count)
        for name, count in (
            ("rows", done.rows),
            ("to-code" if dry_run else "coded", done.coded),
            ("as-before", done.known),
            ("uncoded", done.uncoded),
            ("with-faults", done.faulty),
        )
    ]
    if done.partly:
        told.append(texts("report", "partly", count=done.partly))
    if done.taken_back:
        told.append(texts("report", "taken-back", count=done.taken_back))
    return told


def fault_of(reading: Reading, one: TakenRow, texts: Texts) -> Fault:
    """Why a row was refused, where it stands in the file."""
    name = _REFUSED.get(one.result, _OF_PROGRAM)
    return _placed(reading, one, name, texts)


def agreement_rows(
    found: Sequence[Agreement], texts: Texts, called: Callable[[str], str] = str
) -> tuple[list[str], list[list[str]]]:
    """Headers and a row for each two coders and column: n, the share alike, kappa and its interval.

    `called` gives the name of a coder.
    """
    names = ("column", "column-coders", "column-n", "column-agreed", "column-kappa", "column-interval")
    headers = [texts("report", name) for name in names]
    return headers, [
        [
            one.field,
            f"{called(one.coder)}, {called(one.other)}",
            str(one.kappa.n),
            f"{round(one.kappa.agreed * 100)} %",
            _figure(one.kappa.value, texts) if one.kappa.value is not None else texts("report", "no-kappa"),
            f"{_figure(one.kappa.interval.low, texts)} – {_figure(one.kappa.interval.high, texts)}"
            if one.kappa.interval is not None
            else texts("report", "no-interval"),
        ]
        for one in found
    ]


def _note(reading: Reading, one: TakenRow, texts: Texts) -> Fault:
    fault = _placed(reading, one, "corrected-since", texts)
    return Fault(fault.row, fault.column, fault.name, fault.text, "note")


def _placed(reading: Reading, one: TakenRow, name: str, texts: Texts) -> Fault:
    place, fault = reading.places[one.place], CellFault(name)
    column = f"{place.sheet}: {ROW_ID}" if place.sheet else ROW_ID
    return Fault(place.row, column, fault.name, texts("faults", fault.name))


def _sheet(fault: Fault) -> str:
    return fault.column.rpartition(": ")[0]


def _figure(value: float, texts: Texts) -> str:
    told = f"{value:.{_DECIMALS}f}"
    return told if texts.language == "en" else told.replace(".", ",").replace("-", "−")
