"""The report: what it shows of how many persons, what it holds back, and that anybody can read it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import organisation
from bot.figures.distribution import Distribution
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.store.database import Store, Transaction
from bot.workbook import texts
from bot.workbook.export import export_week, make_up
from bot.workbook.shown import of_period, of_week
from bot.workbook.texts import Texts
from tests.reports import report_of
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

pytestmark = pytest.mark.usefixtures("no_pictures")

ORGANISATION = organisation.default(("sv", "fi", "en"))
LAST = "2026-W48"
"""The last week of the period 2026-W45 to 2026-W48."""

AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
PERIOD = "2026-W45 – 2026-W48"
Answers = dict[str, int | str | None]


def filled(tx: Transaction, counts: Mapping[int, int], answers: Answers, audience: str = "citizen") -> None:
    """So many persons' answers in the week that lies so many weeks before the last one."""
    journey = visit(audience=audience)
    rows = Rows(tx, journey)
    rows.use(journey, MONDAY - timedelta(weeks=20))
    for back, persons in counts.items():
        start = MONDAY + timedelta(weeks=1) - timedelta(weeks=back)
        for _ in range(persons):
            rows.answered(start, answers)


async def report(store: Store, folder: Path, language: str = "en") -> Path:
    """The report of the last weeks."""
    return await report_of(store, LAST, folder, now=AFTER, language=language)


async def weekly(store: Store, folder: Path) -> Path:
    """The report of the week, as it is exported each week."""
    path, _ = await export_week(
        store, LAST, folder=folder, organisation=ORGANISATION, language="en", now=AFTER, zone=ZONE
    )
    return path


def rows_of(path: Path, title: str, table: str) -> list[dict[str, object]]:
    """The rows of one table, by its headers."""
    sheet = load_workbook(path)[title]
    header, *rows = sheet[sheet.tables[table].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


async def test_thirty_persons_are_shown_whole(store: Store, tmp_path: Path) -> None:
    """A week of 30 persons has its index, its distribution with Wilson's intervals, and three numbers beside it."""
    await store.write(filled, {0: 20}, {"whole": 4, "told": "family press", "cause": "new", "times": None})
    await store.write(filled, {0: 10}, {"whole": 2, "told": "family", "cause": "waited", "times": None})
    path = await report(store, tmp_path)
    (curve,) = (row for row in rows_of(path, "Journey", "journey") if row["Time"] == LAST)
    assert curve["Index 0–100"] == pytest.approx((20 * 75 + 10 * 25) / 30)
    assert (curve["Answers"], curve["Persons asked"], curve["Contacts"], curve["Note"]) == (30, 30, 30, None)
    told = {
        row["Choice"]: row
        for row in rows_of(path, "Questions", "questions")
        if row["Question"] == "told?" and row["Time"] == LAST
    }
    assert [told[choice]["Count"] for choice in ("Family", "To-Us", "Press")] == [30, 0, 20]
    assert told["Press"]["Share"] == pytest.approx(2 / 3)
    assert told["Press"]["Share from"] == pytest.approx(wilson(20, 30).low)
    times = [row for row in rows_of(path, "Questions", "questions") if row["Question"] == "times?"]
    assert {(row["Answers"], row["Note"]) for row in times} == {("under 7", "Not shown: fewer than 7 persons")}


async def test_few_persons_are_rounded_and_only_for_a_period(store: Store, tmp_path: Path) -> None:
    """Twelve persons: nothing for the week, for the four weeks a rounded index and no distribution, in words too."""
    await store.write(filled, {0: 7, 1: 5}, {"whole": 4, "told": "press"})
    path = await report(store, tmp_path)
    period, week = rows_of(path, "Journey", "journey")
    assert (period["Time"], week["Time"]) == (PERIOD, LAST)
    assert (period["Index 0–100"], period["Answers"]) == (75, 15)
    assert str(period["Note"]).startswith("Under 30 answered")
    assert (week["Index 0–100"], week["Note"]) == (None, "Not shown for one week: under 30 persons")
    questions = rows_of(path, "Questions", "questions")
    assert all(row["Count"] is None and row["Share"] is None for row in questions)
    assert {row["Note"] for row in questions if row["Question"] == "told?" and row["Time"] == PERIOD} == {
        "Under 30 answered: no distribution, counts up to the next five"
    }


@pytest.mark.parametrize(("audience", "shown"), [("citizen", True), ("employee", False), ("internal-customer", False)])
async def test_colleagues_need_ten(store: Store, tmp_path: Path, audience: str, shown: bool) -> None:
    """Nine persons are enough among citizens, and too few among employees and internal customers."""
    await store.write(filled, {0: 9}, {"whole": 4}, audience)
    path = await weekly(store, tmp_path)
    period, _ = rows_of(path, "Journey", "journey")
    assert (period["Index 0–100"] is not None) is shown
    (funnel, _) = rows_of(path, "Overview", "funnel")
    assert (funnel["Finished"] is not None) is shown


async def test_a_small_week_can_not_be_had_from_the_reports(store: Store, tmp_path: Path) -> None:
    """Three weeks shown whole and one of four persons: the period is held back, with the reason, and drawn as a gap."""
    await store.write(filled, {0: 30, 1: 31, 2: 32}, {"whole": 4})
    await store.write(filled, {3: 4}, {"whole": 1})
    await make_up(store, folder=tmp_path, organisation=ORGANISATION, language="en", now=AFTER, zone=ZONE)
    shown = {
        (row["Time"], row["Index 0–100"])
        for week in ("2026-W45", "2026-W46", "2026-W47", LAST)
        for row in rows_of(tmp_path / f"kundresa_{week}.xlsx", "Journey", "journey")
    }
    assert {time for time, index in shown if index is not None} == {"2026-W46", "2026-W47", LAST}
    (period,) = (
        row for row in rows_of(tmp_path / f"kundresa_{LAST}.xlsx", "Journey", "journey") if row["Time"] == PERIOD
    )
    assert period["Note"] == "Not shown: would give a small week away"


@given(st.lists(st.integers(0, 90), min_size=4, max_size=4), st.integers(0, 20))
@examples(150)
def test_what_is_left_of_a_period_is_never_a_small_group(counts: list[int], returning: int) -> None:
    """The period less all weeks shown leaves nobody, or as many persons as its own showing asks for."""
    weeks = [Distribution(answers=count) for count in counts]
    whole = max(*counts, sum(counts) - returning)
    figure = of_period(Distribution(answers=whole), weeks, "citizen")
    shown = [count for count in counts if of_week(Distribution(answers=count), "citizen").showing is Showing.WHOLE]
    left = whole - sum(shown) if shown else 0
    hidden = [count for count in counts if count not in shown] if shown else []
    if figure.showing is Showing.WHOLE:
        assert whole >= 30
        assert left >= 30 or (left <= 0 and not any(hidden))
    if figure.showing is Showing.FEW:
        assert whole >= 7
        assert left >= 7 or (left <= 0 and (not shown or max(hidden, default=0) >= 7))
    assert (figure.why == "") is (figure.showing is Showing.WHOLE)


async def test_the_report_reads_the_same_in_three_languages(store: Store, tmp_path: Path) -> None:
    """Swedish, Finnish and English have the same sheets in their own words, and the same numbers."""
    await store.write(filled, {0: 30}, {"whole": 4, "feeling": 3, "told": "press"})
    numbers, sheets = {}, set()
    for language in texts.LANGUAGES:
        path = await report(store, tmp_path / language, language=language)
        book = load_workbook(path)
        say = Texts(language)
        names = {say(f"sheets.{name}"): name for name in texts.group_of("sheets")}
        sheets.add(tuple(names[title] for title in book.sheetnames))
        assert book.properties.language == language
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        numbers[language] = [value for value in cells if not isinstance(value, str)]
        if language != "en":
            assert f"whole? ({language})" in cells
        assert not [value for value in cells if isinstance(value, str) and re.search(r"\{\w*\}", value)]
    assert numbers["sv"] == numbers["fi"] == numbers["en"]
    (same,) = sheets
    assert (same[0], same[-1]) == ("overview", "chart-data")


async def test_the_chart_has_gaps_bars_and_words(store: Store, tmp_path: Path) -> None:
    """A hidden point is a gap between two others; bars come from cells, the line is straight, and alt text tells it."""
    await store.write(filled, {0: 30}, {"feeling": 3, "whole": 4})
    await store.write(filled, {0: 3}, {"treated": 5})
    path = await report(store, tmp_path)
    with zipfile.ZipFile(path) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert '<dispBlanksAs val="gap"' in chart
    assert '<errValType val="cust"' in chart
    assert "<plus><numRef>" in chart
    assert '<smooth val="1"' not in chart
    assert chart.count('<smooth val="0"') == 2
    assert chart.count('<delete val="0"') >= 2
    assert "Before: Booking: 50; During: Meeting: not shown; After: Result: 75" in drawing
    points = list(load_workbook(path)["Chart data"].iter_rows(values_only=True))
    assert points[2][:4] == ("Meeting", None, None, None)
    assert points[1][1] == 50
    assert points[3][0] == "Result"
    assert [points[place][7:] for place in (1, 2, 3)] == [(100, None, None), (None, 100, None), (None, None, 100)]
    assert points[0][7:] == ("Before", "During", "After")


async def test_a_curve_never_takes_answers_about_the_past_for_expectation(store: Store, tmp_path: Path) -> None:
    """Answers given afterwards stand apart among the questions, marked, and are no point of the curve."""
    await store.write(filled, {0: 30}, {"feeling": 3})
    await store.write(lambda tx: tx.run("UPDATE follow_ups SET retrospective = 1"))
    path = await report(store, tmp_path)
    assert "Journey" not in load_workbook(path).sheetnames
    questions = {(row["Question"], row["Part"]) for row in rows_of(path, "Questions", "questions")}
    assert questions == {("feeling?", "asked afterwards")}


async def test_the_funnel_has_a_rate_with_its_interval(store: Store, tmp_path: Path) -> None:
    """Thirty of forty finished: 75 per cent with its interval, and what is still open; a poster changes nothing."""

    def fill(tx: Transaction) -> None:
        filled(tx, {0: 30}, {"whole": 4})
        rows = Rows(tx, visit())
        rows.use(visit(), MONDAY)
        start = MONDAY + timedelta(weeks=1)
        for _ in range(10):
            rows.follow_up(rows.contact(start), "after", start, begun=False)
        rows.answered(start, {"whole": 4}, invitation="open")

    await store.write(fill)
    path = await weekly(store, tmp_path)
    (week,) = (row for row in rows_of(path, "Overview", "funnel") if row["Time"] == LAST)
    assert [week[name] for name in ("Contacts registered", "Finished", "Follow-ups still open")] == [40, 30, 10]
    assert week["Response rate"] == 0.75
    assert (week["From"], week["To"]) == (pytest.approx(wilson(30, 40).low), pytest.approx(wilson(30, 40).high))


async def test_every_reader_can_read_it(store: Store, tmp_path: Path) -> None:
    """No merged cells, a named font everywhere, headers with contrast, A4 as wide as the page, native tables."""
    await store.write(filled, {0: 30}, {"whole": 4, "told": "press"})
    book = load_workbook(await weekly(store, tmp_path))
    assert book.properties.title == f"Kundresa {LAST}"
    own: Any = book.custom_doc_props  # type: ignore[attr-defined]
    assert {item.name: item.value for item in own.props}["time_zone"] == "Europe/Stockholm"
    for name in ("Overview", "Journey", "Questions", "From contact to answer"):
        sheet = book[name]
        assert not sheet.merged_cells.ranges
        assert isinstance(sheet["A1"].value, str)
        assert (int(sheet.page_setup.paperSize or 0), sheet.page_setup.fitToWidth) == (9, 1)
        assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"Calibri"}
        assert sheet.tables
        for table in sheet.tables.values():
            header = sheet[table.ref][0]
            assert [cell.value for cell in header] == table.column_names
            assert contrast(header[0].font.color.rgb, header[0].fill.start_color.rgb) >= 4.5
    assert book["Chart data"].sheet_state == "hidden"
    assert book["Journey"].freeze_panes == "A4"


def contrast(first: str, second: str) -> float:
    """The contrast of two colours (WCAG 2.2, relative luminance)."""

    def light(colour: str) -> float:
        parts = [int(colour[-6:][place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((light(first), light(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_texts_fall_back_to_english_and_to_codes() -> None:
    """A reader of another language gets English; a code without a label stays a code; sheet names fit on their tabs."""
    say = Texts("de")
    assert say("sheets.overview") == "Overview"
    assert say.label("reasons", "something-new") == "something-new"
    for words in texts.group_of("sheets").values():
        assert all(len(name) <= 31 and not re.search(r"[:\\/?*\[\]]", name) for name in words.texts.values())
