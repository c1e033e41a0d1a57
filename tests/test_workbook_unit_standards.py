"""Measures that others use too, of one unit: its own persons', never exact, held back with small units beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.sheets import Line, Table
from bot.workbook.snapshot import gathered
from bot.workbook.unit_report import unit_report
from tests.test_workbook_standards import AFTER, EDITION, HME, LAST
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

TOTAL = "HME, total index 0–100"


async def told(store: Store, sizes: Mapping[str, int], unit: str) -> tuple[dict[str, list[object]], list[str]]:
    """The table of measures on a unit's first sheet, and the lines there, where so many employees answered all."""

    def write(tx: Transaction) -> None:
        journey = visit(*HME, audience="employee")
        rows = Rows(tx, journey)
        rows.use(journey, MONDAY)
        for place, (code, size) in enumerate(sizes.items()):
            for _ in range(size):
                given: dict[str, int | str | None] = {each.code: 5 - place for each in HME}
                rows.answered(MONDAY + timedelta(weeks=1), {**given, "whole": 5 - place}, unit=code)
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    snapshot = await store.read(gathered, LAST, ZONE, False, None, unit)
    sheet = unit_report(snapshot, replace(EDITION, unit=unit), unit).sheets[0]
    tables = [block for block in sheet.blocks if isinstance(block, Table) and block.name == "standards"]
    rows = {str(row[0]): [getattr(cell, "value", cell) for cell in row] for table in tables for row in table.rows}
    return rows, [block.text for block in sheet.blocks if isinstance(block, Line)]


async def test_a_units_hme_is_its_own_persons(store: Store) -> None:
    """Forty who answered 5 everywhere have 100, thirty-two at another unit who answered 4 have 75: each its own."""
    first, _ = await told(store, {"centre": 40, "north": 32}, "centre")
    assert first[TOTAL][2] == 100
    assert first[TOTAL][5] == 40
    assert "ounded to fives" in str(first[TOTAL][-1])


async def test_a_small_units_measures_are_hidden_with_another_units(store: Store) -> None:
    """Four employees at the south, of ten at the least: neither theirs nor the north's stand, which would give them."""
    for unit in ("south", "north"):
        rows, lines = await told(store, {"centre": 40, "north": 32, "south": 4} if unit == "south" else {}, unit)
        assert TOTAL not in rows
        assert TOTAL in " ".join(lines).partition("small group away – ")[2]
