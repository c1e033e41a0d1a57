"""The report's first and last sheets: the essentials, small counts of follow-ups, names, and the printed page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot import organisation
from bot.figures.intervals import wilson
from bot.store.database import Store, Transaction
from bot.store.week_rows import ReasonRow
from bot.workbook import names, pages
from bot.workbook.charts import Ground
from bot.workbook.dispositions import may_be_shown
from bot.workbook.essentials import experience, main_choice
from bot.workbook.export import export_week
from bot.workbook.paper import put_on_paper
from bot.workbook.sheets import Block, Column, Curve, Line, Point, Sheet, Table
from bot.workbook.texts import Texts
from flows.journey import Condition, Journey, Question, Test, Words
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, scale, visit

pytestmark = pytest.mark.usefixtures("no_pictures")

ORGANISATION = organisation.default(("sv", "fi", "en"))
LAST, PERIOD = "2026-W48", "2026-W45 – 2026-W48"
NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
MONDAY_48 = MONDAY + timedelta(weeks=1)
HELPED = question("helped", "one", "after", options("yes", "partly", "no"))
Record = dict[str, object]


def begun(tx: Transaction, audience: str = "citizen") -> Rows:
    """Rows pinned to the small journey with a question of one choice after the contact."""
    journey = visit(HELPED, audience=audience)
    rows = Rows(tx, journey)
    rows.use(journey, MONDAY - timedelta(weeks=20))
    return rows


def answered(tx: Transaction, weeks: Mapping[int, int], whole: int = 4, helped: str = "yes") -> None:
    """So many persons' answers in the week that lies so many weeks before the last one."""
    rows = begun(tx)
    for back, persons in weeks.items():
        for _ in range(persons):
            rows.answered(MONDAY_48 - timedelta(weeks=back), {"whole": whole, "helped": helped})


def ended(tx: Transaction, back: int, counts: Mapping[str, int], audience: str = "citizen") -> None:
    """So many follow-ups of each disposition in the week that lies so many weeks before the last one."""
    rows = begun(tx, audience)
    start = MONDAY_48 - timedelta(weeks=back)
    for disposition, count in counts.items():
        for _ in range(count):
            rows.history(rows.follow_up(rows.contact(start), "after", start), "ended", start, disposition)


async def table(store: Store, folder: Path, title: str, name: str, week: str = LAST) -> list[Record]:
    """The rows of one table of a week's report in English, by its headers."""
    path, _ = await export_week(
        store, week, folder=folder, organisation=ORGANISATION, language="en", now=NOW, zone=ZONE
    )
    sheet = load_workbook(path)[title]
    header, *rows = sheet[sheet.tables[name].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


async def essentials(store: Store, folder: Path) -> list[Record]:
    """The three rows of the small journey."""
    return await table(store, folder, "Overview", "essentials")


async def lines(store: Store, folder: Path, week: str = LAST) -> list[str]:
    """The first column of the first sheet of a week's report in English."""
    path, _ = await export_week(
        store, week, folder=folder, organisation=ORGANISATION, language="en", now=NOW, zone=ZONE
    )
    return [str(row[0].value) for row in load_workbook(path)["Overview"].iter_rows()]


async def test_the_essentials_of_many_are_exact(store: Store, tmp_path: Path) -> None:
    """The curve's last index, the share of the main answer and the response rate, with interval, counts and weeks."""
    await store.write(answered, {0: 30, 1: 30})
    await store.write(answered, {2: 40}, 2, "no")
    index, share, rate = await essentials(store, tmp_path)
    assert [row["Measure"] for row in (index, share, rate)] == [
        "whole? Index 0–100",
        "helped? Share “Yes”",
        "Response rate, of contacts with a personal invitation",
    ]
    assert index["Value"] == pytest.approx((60 * 75 + 40 * 25) / 100)
    assert share["Value"] == 0.6
    assert (share["From"], share["To"]) == (pytest.approx(wilson(60, 100).low), pytest.approx(wilson(60, 100).high))
    for row in (index, share):
        assert [row[name] for name in ("Answers", "Persons asked", "Contacts", "Note")] == [100, 100, 100, None]
    assert (rate["Value"], rate["Contacts"], rate["First week"], rate["Last week"]) == (1, 100, "2026-W45", LAST)
    sheet = load_workbook(tmp_path / f"kundresa_{LAST}.xlsx")["Overview"]
    values = [row[2] for row in sheet[sheet.tables["essentials"].ref]]
    formats = [cell.number_format for cell in values if cell.value in (index["Value"], share["Value"])]
    assert formats == ["0", "0 %"]


async def test_the_essentials_of_few_are_rounded_and_have_no_share(store: Store, tmp_path: Path) -> None:
    """Twelve persons: a rounded index with rounded counts, and words instead of the share, as on the other sheets."""
    await store.write(answered, {0: 12})
    index, share, rate = await essentials(store, tmp_path)
    assert (index["Value"], index["Answers"], index["Note"]) == (
        75,
        15,
        "Under 30 answered: in fives, counts upwards",
    )
    assert (share["Value"], share["From"], share["To"]) == ("not shown", None, None)
    assert share["Note"] == "Under 30 answered: shares are shown from 30 on"
    assert (rate["Value"], rate["Contacts"]) == (1, 12)


async def test_the_essentials_hide_a_small_group(store: Store, tmp_path: Path) -> None:
    """Six persons are told of in words only, and so is a period that would give a small week away."""
    await store.write(answered, {0: 6})
    assert "Not shown: fewer than 7 persons – A visit." in await lines(store, tmp_path / "six")
    await store.write(answered, {1: 40})
    assert "Not shown: would give a small week away – A visit." in await lines(store, tmp_path / "more")
    first = load_workbook(tmp_path / "more" / f"kundresa_{LAST}.xlsx")["Overview"]
    assert "essentials" not in first.tables


async def test_a_period_without_anybody_is_told_in_words(store: Store, tmp_path: Path) -> None:
    """A journey in use that nobody was asked about in the period is named in a line, with that reason alone."""
    await store.write(answered, {0: 30})
    assert "Nobody was asked during the period – A visit." in await lines(store, tmp_path, "2026-W47")


async def test_a_period_before_the_start_has_one_reason(store: Store, tmp_path: Path) -> None:
    """Five asked after the last period's end: of that period nobody was asked, which is not fewer than seven."""
    await store.write(answered, {2: 5})
    assert "Nobody was asked during the period – A visit." in await lines(store, tmp_path, "2026-W46")


async def test_the_report_begins_with_best_worst_change_and_where_to_look(store: Store, tmp_path: Path) -> None:
    """Four sentences below the title, made from what the sheets show: the second is of the lowest touchpoint."""
    await store.write(answered, {0: 40})
    told = await lines(store, tmp_path)
    assert told[1].startswith("So far a single touchpoint can be shown: ")
    assert "Index 75 of 100, n = 40" in told[1]
    assert told[2].startswith("Whether anything changed can’t be told yet")
    assert told[3].startswith("Look first at ")


@pytest.mark.parametrize(("ease", "chance"), [(2, False), (4, True)])
async def test_lowest_and_highest_are_told_with_what_chance_may_do(
    store: Store, tmp_path: Path, ease: int, chance: bool
) -> None:
    """The highest first, then the lowest; that their order may be chance is said where their intervals overlap."""

    def write(tx: Transaction) -> None:
        journey = visit(scale("ease", "after", "result", curve=True))
        rows = Rows(tx, journey)
        rows.use(journey, MONDAY - timedelta(weeks=20))
        for place in range(40):
            away = place % 2
            rows.answered(MONDAY_48, {"whole": 4 + away, "ease": ease + away})

    await store.write(write)
    told = await lines(store, tmp_path)
    assert told[1].startswith("Rated best: ")
    assert told[2].startswith("Rated lowest: ")
    assert ("The intervals overlap" in told[2]) is chance
    if not chance:
        assert "“whole?” Index 88 of 100, n = 40, 2026-W45 – 2026-W48" in told[1]
        assert "“ease?” Index 38 of 100" in told[2]


async def test_without_figures_the_report_begins_by_saying_so(store: Store, tmp_path: Path) -> None:
    """Six persons: no touchpoint, nothing compared, and the response rate to look at; no figure of theirs."""
    await store.write(answered, {0: 6})
    told = await lines(store, tmp_path)
    assert told[1:4] == [
        "No touchpoint can be shown yet: too few have answered.",
        "Whether anything changed can’t be told yet: too few answered now or in the time before.",
        "Look first at how many answer: the sheet From contact to answer.",
    ]


async def test_small_counts_of_follow_ups_have_no_names(store: Store, tmp_path: Path) -> None:
    """A count hidden alone takes the next smallest along; one row for both doesn't tell what they were."""
    await store.write(ended, 0, {"missed": 20, "declined": 9, "unreachable": 3})
    rows = await table(store, tmp_path, "From contact to answer", "why_not")
    week = {row["How it ended"]: row for row in rows if row["Time"] == LAST}
    assert {name: (row["Reason"], row["Follow-ups"]) for name, row in week.items()} == {
        "Missed": ("Missed", 20),
        None: ("Other reasons", "not shown"),
    }


async def test_colleagues_follow_ups_need_ten(store: Store, tmp_path: Path) -> None:
    """Among employees nine follow-ups are a small count, with or without another."""
    await store.write(ended, 0, {"missed": 20, "declined": 9, "unreachable": 8}, "employee")
    rows = await table(store, tmp_path, "From contact to answer", "why_not")
    counts = [row["Follow-ups"] for row in rows if row["Time"] == LAST]
    assert counts == [20, "not shown"]


async def test_a_periods_count_never_gives_a_small_weeks_away(store: Store, tmp_path: Path) -> None:
    """Weeks of 20 shown and one of 3 hidden: the period's 63 is hidden, since 63 less 60 would tell, with another."""
    for back in (1, 2, 3):
        await store.write(ended, back, {"missed": 20, "declined": 30, "unanswered": 20})
    await store.write(ended, 0, {"missed": 3, "declined": 30, "unanswered": 20})
    rows = await table(store, tmp_path, "From contact to answer", "why_not")
    period = {row["How it ended"]: row["Follow-ups"] for row in rows if row["Time"] == PERIOD}
    assert period == {"Declined": 120, None: "not shown"}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.sampled_from(["citizen", "employee"]))
@examples(100)
def test_no_count_is_hidden_alone(counts: list[int], audience: str) -> None:
    """Of a journey and span nothing under the threshold is shown, and a hidden count never stands alone among shown."""
    rows = [ReasonRow("visit", audience, "missed", str(place), count) for place, count in enumerate(counts)]
    shown = list(may_be_shown(rows).values())
    least = 10 if audience == "employee" else 7
    assert not any(how and count < least for how, count in zip(shown, counts, strict=True))
    assert not (shown.count(False) == 1 and any(shown))
    if min(counts) >= least:
        assert all(shown)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("How? (Service: {service})", "How?"),
        ("How? (At {unit}, {phone}) And then?", "How? And then?"),
        ("Trust us? ({organisation})", "Trust us? (A {service} town)"),
        ("Is {organisation} good (truly) at {service}?", "Is A {service} town good (truly) at …?"),
        ("Plain (as it is)?", "Plain (as it is)?"),
    ],
)
def test_a_question_reads_as_everybody_was_asked_it(written: str, read: str) -> None:
    """The organisation is named as it is; what differs from contact to contact goes with its brackets."""
    named = replace(ORGANISATION, name=Words({"en": "A {service} town"}))
    assert names.question_text(Words({"en": written}), named, "en") == read


def with_ladders() -> Journey:
    """A journey that asks the same words behind a low answer, behind any answer, and of a wish."""

    def rung(code: str, ladder: str, opens: Condition | None = None) -> Question:
        words = Words({"en": "What comes closest?"})
        return Question(code, "one", words, "after", choices=options("a", "b"), ladder=ladder, opens=opens)

    low = Condition((Test("whole", "at most", ("2",)),))
    journey = visit(rung("behind-need", "behind", low), rung("more-need", "more"))
    return replace(journey, wish=(rung("wish-need", "wish"),))


def test_questions_with_the_same_words_are_told_apart() -> None:
    """Each says which part it belongs to; a question of the journey's own says nothing, unless asked afterwards."""
    journey, say = with_ladders(), Texts("en")
    told = {
        code: names.part(journey, journey.question(code), False, say)
        for code in ("behind-need", "more-need", "wish-need", "whole")
    }
    assert told == {
        "behind-need": "after a low answer",
        "more-need": "asked further",
        "wish-need": "wish",
        "whole": None,
    }
    assert names.part(journey, journey.question("whole"), True, say) == "asked afterwards"
    both = names.part(journey, journey.question("behind-need"), True, say)
    assert both == "after a low answer, asked afterwards"


def printed(charts: int, width: float = 40) -> tuple[list[int], int, list[int]]:
    """A sheet of a table and so many charts: its page breaks, the pages it is fitted to, each chart's first row."""
    book = Workbook()
    page, ground = book.create_sheet("page"), Ground(book.create_sheet("ground"))
    curve = Curve("A title", "axis", "line", "dots", (Point("p", 50.0, 40.0, 60.0),), "told")
    columns = tuple(Column(f"c{place}", "text", width) for place in range(5))
    rows = Table("t", columns, [["x"] * 5] * 8)
    sheet = Sheet("page", (Line("title", "title"), rows, *[curve] * charts), frozen=True)
    laid = pages.lay_out(page, sheet, ground, ZONE)
    put_on_paper(page, laid, True, "footer")
    return [each.id for each in page.row_breaks.brk], int(page.page_setup.fitToHeight or 0), list(laid.charts)


def test_two_charts_stand_on_the_tables_page() -> None:
    """A table with two charts is one landscape page."""
    assert printed(2)[:2] == ([], 1)


def test_a_page_never_ends_within_a_chart() -> None:
    """More charts than a page holds: each page after the first begins with a chart, and none is left to chance."""
    breaks, fitted, charts = printed(7)
    assert fitted == 0
    assert breaks
    assert set(breaks) <= {first - 1 for first in charts}
    assert all(after - before <= 3 * pages.CHART_ROWS for before, after in pairwise(breaks))


def laid(*blocks: Block) -> tuple[Worksheet, list[int]]:
    """A frozen landscape sheet of these blocks on paper, and its page breaks."""
    book = Workbook()
    page, ground = book.create_sheet("page"), Ground(book.create_sheet("ground"))
    put_on_paper(page, pages.lay_out(page, Sheet("page", blocks, frozen=True), ground, ZONE), True, "footer")
    return page, [each.id for each in page.row_breaks.brk]


def test_no_bare_header_stands_above_charts() -> None:
    """A table that fits on its page doesn't repeat its header over the charts below; a longer one does."""
    curve = Curve("A title", "axis", "line", "dots", (Point("p", 50.0, 40.0, 60.0),), "told")
    columns = tuple(Column(f"c{place}", "text", 40) for place in range(5))
    for count, repeated in ((8, None), (200, "$2:$2")):
        table = Table("t", columns, [["x"] * 5] * count)
        page, _ = laid(Line("title", "title"), table, *[curve] * 7)
        assert page.print_title_rows == repeated


def test_a_section_begins_on_the_page_that_holds_it() -> None:
    """A heading with what is below it isn't split, where that fits on a page: the break stands before the heading."""
    table = Table("t", (Column("c", "text", 120),), [["x"]])
    section = (Line("heading", "heading"), *[Line("words")] * 20)
    page, breaks = laid(table, *section, *section, *section)
    assert breaks
    assert {page.cell(after + 1, 1).value for after in breaks} == {"heading"}


def test_a_bar_behind_nought_has_no_length() -> None:
    """Excel draws a tenth of the cell for the smallest number where nothing else is said: a bar would be there at 0."""
    page, _ = laid(Table("t", (Column("share", "share", bar=1.0),), [[0.0], [0.04], [1.0]]))
    ((rule,),) = page.conditional_formatting._cf_rules.values()  # type: ignore[attr-defined]
    assert (rule.dataBar.minLength, rule.dataBar.maxLength) == (0, 100)


def test_headers_over_numbers_have_no_button_to_cover_them(tmp_path: Path) -> None:
    """Texts can be filtered by; a table of the first sheet has no buttons at all."""
    book = Workbook()
    page, ground = book.create_sheet("page"), Ground(book.create_sheet("ground"))
    columns = (Column("words", "wrapped"), Column("number", "whole"))
    tables = (Table("with", columns, [["a", 1]]), Table("without", columns, [["a", 1]], filters=False))
    pages.lay_out(page, Sheet("page", tables), ground, ZONE)
    book.save(tmp_path / "out.xlsx")
    found = load_workbook(tmp_path / "out.xlsx")["page"].tables
    assert [(each.colId, each.hiddenButton) for each in found["with"].autoFilter.filterColumn] == [(1, True)]
    assert found["without"].autoFilter is None


def test_the_main_figures_are_questions_of_the_journeys_own() -> None:
    """The experience is the curve's last scale; the main choice, if any, is neither drawn nor of a ladder."""
    drawn = question("drawn", "one", "after", options("a"), draw="closing")
    late = scale("late", "after", "result", curve=True, retrospective=True)
    journey = visit(drawn, late, HELPED)
    found, choice = experience(journey), main_choice(journey)
    assert found is not None
    assert choice is not None
    assert (found.code, choice.code) == ("whole", "helped")
    assert main_choice(with_ladders()) is None
