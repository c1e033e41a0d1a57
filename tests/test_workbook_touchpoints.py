"""Touchpoints by channel and unit: what is protected stays so, and who certainly differs is told in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot import organisation
from bot.figures.suppression import Showing
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.edition import Edition
from bot.workbook.parts import part_entries
from bot.workbook.sheets import LeftOut, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot, gathered
from bot.workbook.texts import Texts
from bot.workbook.touchpoints import touchpoints
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

LAST = "2026-W48"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)
EDITION = Edition(LAST, organisation.default(("sv", "fi", "en")), Texts("en"), AFTER, ZONE, False)


async def read(store: Store, units: Mapping[str, Mapping[int, int]]) -> Snapshot:
    """The last week, where at each unit so many persons gave each step."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), MONDAY - timedelta(weeks=20))
        for unit, steps in units.items():
            for step, persons in steps.items():
                for _ in range(persons):
                    rows.answered(START, {"whole": step}, unit=unit)
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    return await store.read(gathered, LAST, ZONE, False)


def told(sheet: Sheet | LeftOut) -> tuple[list[str], dict[str, list[object]]]:
    """The sheet's lines, and the rows of its table by group."""
    assert isinstance(sheet, Sheet)
    (table,) = (block for block in sheet.blocks if isinstance(block, Table))
    return [block.text for block in sheet.blocks if isinstance(block, Line)], {
        str(row[3]): list(row) for row in table.rows
    }


async def test_a_unit_that_certainly_differs_is_told_with_both_n(store: Store) -> None:
    """Forty at 5 and 4 beside eighty at 2 and 3: higher for certain, in words; index, satisfied and steps beside it."""
    low = {2: 20, 3: 20}
    snapshot = await read(store, {"north": {4: 10, 5: 30}, "south": low, "west": low})
    lines, rows = told(touchpoints(snapshot, EDITION))
    (line,) = (line for line in lines if "north" in line)
    assert line.startswith(
        "Certainly higher than the others: Unit: north, A visit: whole? Index 94 (n = 40) against 38"
    )
    assert "(n = 80)" in line
    assert rows["Unit: north"][-1] == "Certainly higher"
    assert rows["Unit: south"][-1] == "Certainly lower"
    assert rows["Unit: north"][4:8] == [40, 40, 40, pytest.approx(93.75)]
    assert rows["Unit: north"][10] == 1
    assert rows["Unit: north"][13:18] == [0, 0, 0, 0.25, 0.75]
    assert rows["All"][4] == 120


async def test_without_a_difference_it_says_so_and_what_would_be_needed(store: Store) -> None:
    """Two units alike: none certainly differs, and each row says how many would be needed for half a step."""
    alike = {1: 16, 5: 16}
    lines, rows = told(touchpoints(await read(store, {"north": alike, "south": alike}), EDITION))
    assert "No unit or channel certainly differs from the others." in lines
    assert str(rows["Unit: north"][-1]).startswith("We can’t see a difference: n = 32 and 32; about ")


async def test_no_unit_is_told_further_than_parts_tell_it(store: Store) -> None:
    """Rows follow `part_entries`: hidden ones stand together in one row without numbers, rounded ones rounded."""
    snapshot = await read(store, {"north": {4: 60}, "south": {2: 4}, "west": {3: 5}, "east": {3: 12}})
    shown = {
        unit: entries[0].figure.showing for unit, entries in part_entries(snapshot, snapshot.chapters.units).items()
    }
    _, rows = told(touchpoints(snapshot, EDITION))
    hidden = [unit for unit, how in shown.items() if how is Showing.HIDDEN]
    assert {"south", "west"} <= set(hidden)
    assert not any(f"Unit: {unit}" in rows for unit in hidden)
    assert rows[f"Units not shown: {len(hidden)}"][4:-1] == [None] * 14
    for unit in set(shown) - set(hidden):
        whole = shown[unit] is Showing.WHOLE
        row = rows[f"Unit: {unit}"]
        assert (row[13] is not None) is whole
        assert whole or row[4] in (15, 60)


async def test_one_unit_is_not_told_twice(store: Store) -> None:
    """Where everybody came to one unit by one channel there is the row of all, and no other."""
    _, rows = told(touchpoints(await read(store, {"north": {4: 40}}), EDITION))
    assert list(rows) == ["All"]


async def test_without_answers_the_sheet_is_left_out(store: Store) -> None:
    """Nobody was asked: no sheet, but a reason."""
    assert isinstance(touchpoints(await read(store, {}), EDITION), LeftOut)
