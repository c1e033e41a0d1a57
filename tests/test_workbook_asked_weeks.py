"""Reports about weeks that somebody asked for, and about one unit: the same figures, no more, recorded nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot import organisation
from bot.clock import week_start
from bot.store import database, weeks
from bot.store.database import Store, Transaction
from bot.store.weeks import WeekNotEnded
from bot.workbook.export import export_report, export_week
from bot.workbook.span import Span
from bot.workbook.texts import Texts
from tests.workbook_rows import ZONE, Rows, visit

LAST = "2026-W52"
"""The week that ends the period 2026-W49 to 2026-W52, and the quarter 2026-W41 to 2026-W52."""

AFTER = datetime(2026, 12, 28, 5, tzinfo=UTC)
FIRST_DAY = week_start("2026-W41", ZONE) + timedelta(hours=9)
DEFAULT = organisation.default(("sv", "fi", "en"))
ENGLISH = Texts("en")
Record = dict[str, object]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Twelve weeks: 33 persons a week at the centre, three at the north."""
    opened = await database.opened(tmp_path / "kundresa.db")
    await opened.write(twelve_weeks)
    yield opened
    await opened.close()


def twelve_weeks(tx: Transaction) -> None:
    """Marks get better from week to week; the north's are low."""
    rows = Rows(tx, visit())
    rows.use(visit(), FIRST_DAY - timedelta(weeks=1))
    for week in range(12):
        start = FIRST_DAY + timedelta(weeks=week)
        for place in range(33):
            rows.answered(start, {"whole": 1 + (week + place) % 5, "told": "press"})
        for _ in range(3):
            rows.answered(start, {"whole": 2, "told": "family"}, unit="north")


async def made(store: Store, folder: Path, first: str, last: str, unit: str | None = None, lang: str = "en") -> Path:
    """The report of a span."""
    (path,) = await export_report(
        store, Span(first, last, unit), folder=folder, organisation=DEFAULT, language=lang, now=AFTER, zone=ZONE
    )
    return path


async def of_week(store: Store, folder: Path, week: str) -> Path:
    """A week's own report."""
    report, _ = await export_week(store, week, folder=folder, organisation=DEFAULT, language="en", now=AFTER, zone=ZONE)
    return report


def records(book: Workbook, sheet: str, name: str) -> list[Record]:
    """The rows of one table, by its headers."""
    page = book[sheet]
    header, *rows = page[page.tables[name].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


def rated(path: Path, time: str) -> Record:
    """How "whole" stands in the sheet of the journey at this time."""
    rows = records(load_workbook(path), "Journey", "journey")
    (found,) = [row for row in rows if (row["Question"], row["Time"]) == ("whole?", time)]
    return found


def texts(path: Path) -> Iterator[str]:
    """Every text of a report, on every sheet."""
    for page in load_workbook(path).worksheets:
        for row in page.iter_rows(values_only=True):
            yield from (value for value in row if isinstance(value, str))


def left_out(path: Path) -> dict[object, object]:
    """What Notes say was left out, and why."""
    return {row["Sheet"]: row["Why it is left out"] for row in records(load_workbook(path), "Notes", "left_out")}


async def test_weeks_that_can_each_be_shown_are_told_together(store: Store, tmp_path: Path) -> None:
    """Six weeks of 36 persons: one index of 216 persons, their own mean; the overview says which weeks."""
    path = await made(store, tmp_path, "2026-W43", "2026-W48")
    assert path.name == "kundresa_2026-W43_2026-W48.xlsx"
    marks = [1 + (week + place) % 5 for week in range(2, 8) for place in range(33)] + [2] * 18
    found = rated(path, "2026-W43 – 2026-W48")
    assert found["Answers"] == len(marks) == 216
    assert found["Index 0–100"] == pytest.approx(sum((mark - 1) * 25 for mark in marks) / len(marks))
    assert rated(path, "2026-W48")["Answers"] == 36
    pairs = [row[:2] for row in load_workbook(path)["Overview"].iter_rows(values_only=True)]
    assert ("The weeks", "2026-W43 to 2026-W48") in pairs


async def test_the_last_four_weeks_asked_for_are_the_weeks_report(store: Store, tmp_path: Path) -> None:
    """What stands in a week's report about its latest four weeks stands in the report of those four, cell by cell."""
    own = load_workbook(await of_week(store, tmp_path, LAST))
    asked = load_workbook(await made(store, tmp_path, "2026-W49", LAST))
    assert asked.sheetnames == own.sheetnames
    for title in own.sheetnames[1:-2]:
        one, other = ([row[1:] for row in book[title].iter_rows(values_only=True)] for book in (own, asked))
        assert one == other, title


async def test_a_span_writes_over_no_weekly_report_and_is_recorded_nowhere(store: Store, tmp_path: Path) -> None:
    """The week's report stays as it was, and what was asked for is no weekly file."""
    own = await of_week(store, tmp_path, LAST)
    before = own.read_bytes(), await store.read(weeks.files, LAST)
    for first, unit in (("2026-W49", None), (LAST, "north"), ("2026-W41", "centre")):
        assert (await made(store, tmp_path, first, LAST, unit)) != own
    with pytest.raises(ValueError, match="made once"):
        await made(store, tmp_path, LAST, LAST)
    assert (own.read_bytes(), await store.read(weeks.files, LAST)) == before


async def test_weeks_that_have_not_ended_and_weeks_the_wrong_way_round_are_refused(
    store: Store, tmp_path: Path
) -> None:
    """Nothing is written for either."""
    with pytest.raises(WeekNotEnded):
        await made(store, tmp_path / "out", "2026-W50", "2026-W53")
    with pytest.raises(ValueError, match="Write the earlier week first"):
        await made(store, tmp_path / "out", LAST, "2026-W50")
    assert not (tmp_path / "out").exists()


async def test_few_answers_without_a_whole_period_are_told_in_words(store: Store, tmp_path: Path) -> None:
    """The expectation of nobody aside: where single weeks are too small and no fixed period fits, no figure stands."""

    def thinned(tx: Transaction) -> None:
        tx.run("DELETE FROM answers WHERE id % 3 > 0")

    await store.write(thinned)
    path = await made(store, tmp_path, "2026-W46", "2026-W50")
    found = rated(path, "2026-W45 – 2026-W48")
    assert found["Index 0–100"] is None
    assert found["Note"] == ENGLISH("notes.span")
    assert left_out(path)["Touchpoints"] == ENGLISH("notes.span")


async def test_what_was_erased_is_not_told_by_making_the_report_anew(store: Store, tmp_path: Path) -> None:
    """Exact, then one of 216 persons erased, then in fives: the one can't be had as the first less the second."""
    first = rated(await made(store, tmp_path / "then", "2026-W43", "2026-W48"), "2026-W43 – 2026-W48")
    assert first["Note"] is None

    def erased(tx: Transaction) -> None:
        tx.run("DELETE FROM answers WHERE id = (SELECT MIN(id) FROM answers WHERE week = '2026-W44')")
        tx.run("INSERT INTO erased (week, rows) VALUES ('2026-W44', 1)")

    await store.write(erased)
    path = await made(store, tmp_path / "now", "2026-W43", "2026-W48")
    now = rated(path, "2026-W43 – 2026-W48")
    assert (now["Answers"], now["Note"]) == (215, ENGLISH("notes.erased"))
    assert rated(path, "2026-W48")["Note"] is None
    later = rated(await made(store, tmp_path / "now", "2026-W45", "2026-W48"), "2026-W45 – 2026-W48")
    assert (later["Answers"], later["Note"]) == (144, None)


async def test_twelve_weeks_that_are_a_quarter_have_its_sheets(store: Store, tmp_path: Path) -> None:
    """Any weeks that hold the whole quarter have them; twelve others say when there is one."""
    await store.write(lambda tx: tx.run("UPDATE follow_ups SET outcome = 'granted'"))
    whole = load_workbook(await made(store, tmp_path, "2026-W40", LAST))
    assert {"Outcome", "Question use"} <= set(whole.sheetnames)
    other = await made(store, tmp_path, "2026-W39", "2026-W50")
    assert "2026-W52" in str(left_out(other)["Question use"])


async def test_one_units_report_is_protected_beside_all(store: Store, tmp_path: Path) -> None:
    """Twelve persons at the north are told in fives, and the centre too, which all less the north would be."""
    north = rated(await made(store, tmp_path, "2026-W49", LAST, "north"), "2026-W49 – 2026-W52")
    assert (north["Answers"], north["Index 0–100"], north["Note"]) == (15, 25, ENGLISH("notes.few"))
    centre = rated(await made(store, tmp_path, "2026-W49", LAST, "centre"), "2026-W49 – 2026-W52")
    assert centre["Answers"] == 135
    assert centre["Note"] == ENGLISH("notes.parts-few")


async def test_a_unit_always_tells_how_many_contacts_were_registered(store: Store, tmp_path: Path) -> None:
    """The north has twelve, told of or not: their number stands, as in the console. Its measures are those of all."""
    book = load_workbook(await made(store, tmp_path, "2026-W49", LAST, "north"))
    (response,) = records(book, "Overview", "response")
    assert response["Contacts registered"] == 12
    assert [row["Measure"] for row in records(book, "Overview", "essentials")] == ["whole? Index 0–100"]


async def test_a_unit_is_told_of_in_no_single_week(store: Store, tmp_path: Path) -> None:
    """Of twelve weeks asked for, its questions stand for the fixed period alone, its contacts too."""
    path = await made(store, tmp_path, "2026-W41", LAST, "centre")
    times = {row["Time"] for row in records(load_workbook(path), "Questions", "questions")}
    assert times == {"2026-W49 – 2026-W52"}
    (response,) = records(load_workbook(path), "Overview", "response")
    assert (response["Contacts registered"], response["Response rate"]) == (132, 1)


@pytest.mark.parametrize("unit", ["centre", "nowhere"])
async def test_a_unit_without_a_whole_period_has_no_figure(store: Store, tmp_path: Path, unit: str) -> None:
    """One week of one unit is told in words that name weeks to choose, for a unit that met nobody too."""
    path = await made(store, tmp_path, "2026-W50", LAST, unit)
    assert load_workbook(path).sheetnames == ["Overview", "Notes", "Chart data"]
    assert any("2026-W49 to 2026-W52" in told for told in texts(path))


@pytest.mark.parametrize("language", ["sv", "fi"])
async def test_reports_of_weeks_and_units_speak_the_readers_language(
    store: Store, tmp_path: Path, language: str
) -> None:
    """In Swedish and Finnish no text stands in English or is missing, and the unit is called by its name."""
    say = Texts(language)
    for unit in (None, "centre"):
        told = list(texts(await made(store, tmp_path, "2026-W41", LAST, unit, language)))
        assert not [text for text in told if "None" in text or "{" in text]
        weeks_and_unit = "2026-W41 – 2026-W52" + (", centre" if unit else "")
        assert say("overview.title", week=weeks_and_unit) in told
