"""The workbooks in an office program: LibreOffice opens both files and shows what was put in."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.workbook.export import make_up
from bot.workbook.texts import LANGUAGES
from tests.hostile_weeks import UNIT, WEEKS, reports_of
from tests.house import House

OFFICE, READER = shutil.which("soffice"), shutil.which("pdftotext")
MISSING = "install libreoffice-calc and poppler-utils (Debian: apt-get install libreoffice-calc poppler-utils)"


@pytest.mark.long
@pytest.mark.skipif((OFFICE is None or READER is None) and os.environ.get("CI") != "true", reason=MISSING)
async def test_an_office_program_opens_both_files(tmp_path: Path, house: House) -> None:
    """LibreOffice makes pages of both files: the report reads as a report, and hostile own words stand as written."""
    assert OFFICE is not None, MISSING
    assert READER is not None, MISSING
    for person in range(3):
        registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
        await house.says(person, f"/start {registered.code}")
        for _ in range(8):
            await house.says(person, "=1+1 _x0041_ åäö 🙂")
    premises = house.premises
    made = await make_up(
        house.store,
        folder=tmp_path / "exports",
        organisation=premises.organisation,
        language="sv",
        now=datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
        zone=premises.zone,
    )
    report, data = await _pages(sorted(made, key=lambda path: "data" in path.name), tmp_path)

    assert "Kundresa: rapport för 2026-W47" in report
    assert "Besök på medborgarkontoret" in report or "Samtal till kontaktcenter" in report
    assert "Löften att ringa upp" in report
    assert "=1+1 _x0041_" in data


MOST_PAGES = {"one_week": 16, "nobody": 8, "one_unit": 20, "forty_units": 32, "forty_touchpoints": 90}
FULLEST = ("one_week", "forty_touchpoints")
SMALLEST = 5.4
"""Points that a letter has on A4: of forty touchpoints with long names. Else it is six to eight."""


@pytest.mark.long
@pytest.mark.skipif((OFFICE is None or READER is None) and os.environ.get("CI") != "true", reason=MISSING)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_hostile_weeks_are_opened_printed_and_cut_nowhere(tmp_path: Path, language: str) -> None:
    """One week, nobody, one unit, forty units, forty long touchpoints: few pages, no word lost, none too small.

    All of them in Finnish, whose words are the longest, with a unit's; in the others the ones that are fullest.
    """
    assert OFFICE is not None, MISSING
    assert READER is not None, MISSING
    made = [
        path
        for name in (WEEKS if language == "fi" else FULLEST)
        for path in await reports_of(name, tmp_path, language, UNIT if language == "fi" else None)
    ]
    for path, read in zip(made, await _pages(made, tmp_path), strict=True):
        assert read.count("\f") <= MOST_PAGES[path.stem.removesuffix("-unit")], path.stem
        assert "###" not in read
        assert "Err:" not in read
        printed = "".join(read.split())
        book = load_workbook(path)
        for sheet in book.worksheets[:-1]:
            lost = {word for word in _words(sheet) if len(word) <= 20 and word not in printed}
            assert not lost, (path.stem, sheet.title, sorted(lost)[:10])
            assert _printed(sheet) >= SMALLEST, (path.stem, sheet.title)


def _words(sheet: Worksheet) -> set[str]:
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    return {word for text in texts for word in text.split()}


def _printed(sheet: Worksheet) -> float:
    """How many points a letter of 11 has when all columns are on a landscape A4 page with half an inch beside."""
    widths = [sheet.column_dimensions[get_column_letter(place)].width for place in range(1, sheet.max_column + 1)]
    inches = sum(7 * width + 5 for width in widths) / 96
    return 11 * min(1, (11.69 - 1) / inches)


async def _pages(paths: list[Path], folder: Path) -> list[str]:
    # Both at once: starting the program takes longer than a file does.
    profile = f"-env:UserInstallation=file://{folder}/profile"
    await _run(str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, paths))
    found = []
    for path in paths:
        await _run(str(READER), "-layout", str(folder / f"{path.stem}.pdf"), str(folder / f"{path.stem}.txt"))
        found.append((folder / f"{path.stem}.txt").read_text("utf-8"))
    return found


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 120) == 0
