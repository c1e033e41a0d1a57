"""What people expected, where it first went wrong and what matters most, in the report of one unit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from scipy import stats

from bot import organisation
from bot.store.database import Store, Transaction
from bot.workbook.export import export_report
from bot.workbook.span import Span
from bot.workbook.texts import Texts
from tests.paired_rows import AFTER, LAST, START, begun, contact, journey, lines_of, rows_of
from tests.workbook_rows import ZONE

SAY = Texts("en")
SIZES = {"centre": 60, "north": 40, "south": 5}
"""Persons of each unit who answered everything."""

EXPECTED = {"centre": (3, 4), "north": (4, 2), "south": (5, 1)}
"""What each of them expected, and how easy it was."""


def rated(unit: str, place: int) -> dict[str, int | str | None]:
    """What the person at this place answered: every fourth at the centre had a fault at the beginning."""
    expected, ease = EXPECTED[unit]
    start = 1 if unit == "centre" and place % 4 == 0 else 3 + place % 3
    return {
        "feeling": start,
        "expect": expected,
        "treated": 3 + place * 7 % 3,
        "whole": min(5, start + place % 2),
        "ease": ease,
        "mattered": ("booking", "meeting", "result")[place % 3],
    }


def filled(tx: Transaction) -> None:
    """Everybody in the last week of a period."""
    rows = begun(tx, journey())
    for unit, size in SIZES.items():
        for place in range(size):
            contact(rows, START + timedelta(hours=place % 5), rated(unit, place), unit=unit)


@pytest.fixture
async def store(store: Store) -> Store:
    """A period with three units."""
    await store.write(filled)
    return store


async def made(store: Store, folder: Path, unit: str | None, language: str = "en") -> Path:
    """The report of the period: of a unit, or of all."""
    (path,) = await export_report(
        store,
        Span("2026-W45", LAST, unit),
        folder=folder,
        organisation=organisation.default(("sv", "fi", "en")),
        language=language,
        now=AFTER,
        zone=ZONE,
    )
    return path


async def test_a_unit_has_what_its_own_persons_expected(store: Store, tmp_path: Path) -> None:
    """Sixty at the centre expected 3 of 5 and had it 4: one step better; no share is told beside other units."""
    path = await made(store, tmp_path, "centre")
    rows = {str(row["Measure"]): row for row in rows_of(path, "Expectation", "expectation")}
    told = [rows[SAY.label("measures", name)]["Value"] for name in ("expected", "experienced", "difference")]
    assert told == [50, 75, 25]
    assert {row["Answers"] for row in rows.values()} == {60}
    assert all(row["Count"] in (None, SAY("journey.gap")) for row in rows.values())
    assert any("n = 60" in line for line in lines_of(path, "Expectation"))


async def test_a_small_unit_and_the_one_that_would_give_it_away_are_not_told(store: Store, tmp_path: Path) -> None:
    """Five at the south are too few; the north's forty are held back too, or all less the others were those five."""
    for unit in ("south", "north"):
        path = await made(store, tmp_path, unit)
        for title, table, value in (
            ("Expectation", "expectation", "Value"),
            ("First failure", "first_failure", "Share"),
        ):
            rows = rows_of(path, title, table)
            assert rows
            assert {row[value] for row in rows} == {None}, (unit, title)
            assert not any(isinstance(row["Persons asked"], int) for row in rows), (unit, title)
        assert SAY("sheets.priorities") not in load_workbook(path).sheetnames


async def test_a_unit_has_where_it_first_went_wrong(store: Store, tmp_path: Path) -> None:
    """A quarter of the centre's sixty had the first fault at the booking; how many exactly is not told."""
    found = rows_of(await made(store, tmp_path, "centre"), "First failure", "first_failure")
    booking, meeting, *_ = found
    assert (booking["Share"], booking["Went wrong here"]) == (0.25, None)
    assert (booking["Came without fault"], meeting["Came without fault"]) == (60, 45)


async def test_derived_importance_of_a_unit_is_of_its_own_persons(store: Store, tmp_path: Path) -> None:
    """Spearman's coefficient of booking and the whole among the centre's sixty, as SciPy has it; what they named."""
    path = await made(store, tmp_path, "centre")
    own = [rated("centre", place) for place in range(SIZES["centre"])]
    booking, whole = ([int(str(one[code])) for one in own] for code in ("feeling", "whole"))
    expected = stats.spearmanr(booking, whole).statistic
    rows = rows_of(path, "Priorities", "priority_figures")
    found = {(row["Touchpoint"], row["Measure"]): row for row in rows}
    derived = found["Booking", SAY.label("measures", "derived")]
    assert derived["Value"] == pytest.approx(expected)
    assert derived["Answers"] == 60
    assert found["Booking", SAY.label("measures", "stated")]["Value"] == pytest.approx(1 / 3)


async def test_a_unit_has_its_own_share_of_the_satisfied(store: Store, tmp_path: Path) -> None:
    """How many of the centre's sixty rated the whole 4 or 5, exactly: forty-five others are enough beside them."""
    own = [rated("centre", place)["whole"] for place in range(SIZES["centre"])]
    rows = rows_of(await made(store, tmp_path, "centre"), "Overview", "standards")
    (satisfied,) = [row for row in rows if "CSAT" in str(row["Measure"])]
    assert satisfied["Value"] == pytest.approx(sum(mark in (4, 5) for mark in own) / 60)


async def test_all_units_have_what_they_had(store: Store, tmp_path: Path) -> None:
    """The report of all counts the hundred and five, whichever unit they met."""
    rows = rows_of(await made(store, tmp_path, None), "Expectation", "expectation")
    assert {row["Answers"] for row in rows} == {105}


@pytest.mark.parametrize("language", ["sv", "fi"])
async def test_units_are_told_of_in_the_readers_language(store: Store, tmp_path: Path, language: str) -> None:
    """No text is missing on any sheet of a unit's report."""
    book = load_workbook(await made(store, tmp_path, "centre", language))
    assert Texts(language)("sheets.expectation") in book.sheetnames
    cells = [cell for page in book.worksheets for row in page.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in cells if isinstance(cell, str) and ("{" in cell or "None" in cell)]
