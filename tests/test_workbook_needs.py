"""The needs behind what people wish for: their own taps, the codes of analysts, and how far the two agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook

from bot import coding, organisation
from bot.figures.periods import WEEKS, latest_period, number_of, week_of
from bot.store.coding import Said, Standing, add, keep_list
from bot.store.database import Store, Transaction
from bot.workbook.coded import of_rows
from bot.workbook.export import export_week
from bot.workbook.names import period_label
from bot.workbook.needs import asks_need
from flows.journey import Journey
from tests.oracle import kappa
from tests.paired_rows import tables_of
from tests.reports import report_of
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, visit

DEFAULT = organisation.default(("sv", "fi", "en"))
LISTS = coding.lists(DEFAULT)
LAST = "2026-W48"
NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)
SHEET = "Needs"
Record = dict[str, object]


@dataclass(frozen=True)
class Words:
    """What one person wrote: their own need, the analyst's (the most important first), and its theme."""

    own: str | None
    need: str
    theme: str | None = None


def journey() -> Journey:
    """The small journey with the end of a ladder."""
    needs = options("seen", "next", "safe", "other")
    return visit(
        question("behind-happened", "words", "after", ladder="behind"),
        question("behind-need", "one", "after", needs, ladder="behind", touchpoint="result"),
    )


def written(tx: Transaction, found: Sequence[Words], at: datetime = START, coded_in: str = LAST) -> None:
    """Persons who wrote something, and what was coded of it, in that week."""
    rows = Rows(tx, journey())
    rows.use(journey(), MONDAY - timedelta(weeks=20))
    keep_list(tx, LISTS.version, LISTS.body, START)
    for one in found:
        rows.answered(at, {"behind-happened": "words", **({"behind-need": one.own} if one.own else {})})
        answer = tx.count("SELECT MAX(id) FROM answers WHERE question = 'behind-happened'")
        said = [Said("need", one.need, None), *([Said("theme", one.theme, None)] if one.theme else [])]
        for each in said:
            add(tx, answer, each, coder="a", version=LISTS.version, source="f", now=START, week=coded_in)


def tapped(tx: Transaction, needs: Sequence[str]) -> None:
    """One person for each of these needs, which they chose."""
    rows = Rows(tx, journey())
    rows.use(journey(), MONDAY - timedelta(weeks=20))
    for need in needs:
        rows.answered(START, {"behind-need": need})


async def tables(store: Store, folder: Path) -> dict[str, list[Record]]:
    """Every table of the sheet, its rows by their headers."""
    return tables_of(await report_of(store, LAST, folder, now=NOW), SHEET)


async def test_own_needs_stand_most_first_and_those_of_nobody_say_so(store: Store, tmp_path: Path) -> None:
    """Thirty persons: each need with its share, by touchpoint; one that nobody chose stands with nought."""
    await store.write(tapped, [*["next"] * 20, *["seen"] * 10])
    rows = (await tables(store, tmp_path))["needs"]
    assert [(row["Need"], row["Count"], row["Note"]) for row in rows] == [
        ("Next", 20, None),
        ("Seen", 10, None),
        ("Safe", 0, "Nobody chose this"),
        ("Other", 0, "Nobody chose this"),
    ]
    assert {row["Asked"] for row in rows} == {"Result, asked further"}
    assert (rows[0]["Answers"], rows[0]["Persons asked"], rows[0]["Contacts"]) == (30, 30, 30)


async def test_few_needs_are_not_told_one_by_one(store: Store, tmp_path: Path) -> None:
    """Twelve persons: how many they are, in fives, and no need by itself."""
    await store.write(tapped, ["next"] * 12)
    (row,) = (await tables(store, tmp_path))["needs"]
    assert (row["Need"], row["Share"], row["Answers"]) == ("not shown", None, 15)


async def test_many_themes_lead_to_one_need(store: Store, tmp_path: Path) -> None:
    """Per need: persons and verbatims in fives, and how many different themes; needs that no words led to stand too."""
    themes = [*list(LISTS.codes["theme"])[:4]]
    found = [Words(None, "next", themes[place % 4]) for place in range(28)]
    found += [Words(None, "safe next", themes[0])] * 8
    found += [Words(None, "seen", None)] * 3
    await store.write(written, found)
    rows = (await tables(store, tmp_path))["needs_coded"]
    told = {row["Need"]: (row["Persons"], row["Verbatims coded"], row["Different themes"]) for row in rows}
    assert told["Know what happens next"] == (40, 40, 4)
    assert told["Feel safe"] == (10, 10, 1)
    assert told["Be seen and heard"] == ("under 7", None, None)
    assert told["Understand what applies"] == (0, 0, 0)
    assert {row["Answers"] for row in rows} == {40}
    assert {row["Note"] for row in rows} == {"Rounded to fives. A verbatim can have several needs"}
    assert (rows[0]["Need"], rows[0]["Share"]) == ("Know what happens next", 0.9)


async def test_words_coded_after_their_period_stand_with_the_weeks_they_were_written_in(
    store: Store, tmp_path: Path
) -> None:
    """Coded a month late, they stand in the next report, beside newer ones; what was coded after its week does not."""
    period, before = latest_period(LAST), latest_period(week_of(number_of(LAST) - WEEKS))
    late = START - timedelta(weeks=WEEKS)
    await store.write(written, [Words("next", "next")] * 30, late)
    await store.write(written, [Words("seen", "seen")] * 10, late, coded_in="2026-W49")
    told = await tables(store, tmp_path / "one")
    for name in ("needs_coded", "needs_agreement"):
        assert {(row["Time"], row["Answers"]) for row in told[name]} == {(period_label(before), 30)}, name
    await store.write(written, [Words(None, "safe")] * 40)
    both = (await tables(store, tmp_path / "two"))["needs_coded"]
    assert list(dict.fromkeys((row["Time"], row["Answers"]) for row in both)) == [
        (period_label(period), 40),
        (period_label(before), 30),
    ]


async def test_codes_taken_back_leave_the_period_before_in_the_report(store: Store, tmp_path: Path) -> None:
    """Three periods have codes, the newest one's are taken back: the two before it are told."""
    periods = [latest_period(week_of(number_of(LAST) - back * WEEKS)) for back in range(3)]
    for back in range(3):
        await store.write(written, [Words(None, "safe")] * 30, START - timedelta(weeks=back * WEEKS))

    def take_back(tx: Transaction) -> None:
        for place in range(30):
            add(tx, place + 1, Said("need", "", None), coder="a", version=LISTS.version, source="f", now=NOW, week=LAST)

    first = (await tables(store, tmp_path / "one"))["needs_coded"]
    assert list(dict.fromkeys(row["Time"] for row in first)) == [period_label(one) for one in periods[:2]]
    await store.write(take_back)
    then = (await tables(store, tmp_path / "two"))["needs_coded"]
    assert list(dict.fromkeys(row["Time"] for row in then)) == [period_label(one) for one in periods[1:]]


async def test_agreement_is_kappa_as_statsmodels_has_it(store: Store, tmp_path: Path) -> None:
    """Thirty and more: kappa with its interval to a tenth, and the share of the same need in fives."""
    pairs = {("next", "next"): 20, ("seen", "seen"): 10, ("seen", "next"): 5, ("next", "safe"): 4}
    await store.write(written, [Words(own, need) for (own, need), count in pairs.items() for _ in range(count)])
    same, row = (await tables(store, tmp_path))["needs_agreement"]
    assert (same["Value"], same["Contacts"], same["Answers"]) == (0.75, 40, 40)
    codes = ("next", "safe", "seen")
    three = kappa([[pairs.get((own, coded), 0) for coded in codes] for own in codes])
    assert [row[name] for name in ("Value", "Value from", "Value to")] == [round(each, 1) for each in three]


async def test_agreement_of_few_is_told_in_words(store: Store, tmp_path: Path) -> None:
    """Twenty pairs: no kappa, and why."""
    await store.write(written, [Words("next", "next")] * 20)
    (row,) = (await tables(store, tmp_path))["needs_agreement"]
    assert (row["Value"], row["Note"]) == (
        "not shown",
        "Under 30 persons: too few to compare. The number is up to the next five",
    )


async def test_nobodys_words_are_in_the_report(store: Store, tmp_path: Path) -> None:
    """However many are coded, no cell of the report holds what somebody wrote."""

    def fill(tx: Transaction) -> None:
        written(tx, [Words("next", "next", None)] * 40)
        tx.run("UPDATE answers SET text = 'my very own words' WHERE text IS NOT NULL")

    await store.write(fill)
    report, _ = await export_week(store, LAST, folder=tmp_path, organisation=DEFAULT, language="en", now=NOW, zone=ZONE)
    cells = [cell.value for sheet in load_workbook(report) for row in sheet.iter_rows() for cell in row]
    assert not any("very own" in str(value) for value in cells)


def standing(answer: str, contact: str, person: str, field: str, codes: str, **more: object) -> Standing:
    """One code that stands."""
    values: dict[str, object] = {
        "journey": "visit",
        "audience": "citizen",
        "fingerprint": "f",
        "question": "q",
        "answer_week": LAST,
        "unit": "main",
        "text": None,
        "coder": "a",
        "coded_at": START,
        "list_version": "v",
        "other_codes": None,
        "other_coder": None,
        "own_need": "next",
    }
    return Standing(answer, contact, person, field=field, codes=codes, **(values | more))  # type: ignore[arg-type]


def test_a_contact_is_compared_once_and_a_person_counted_once() -> None:
    """Of several answers about one contact the one coded last is compared; persons are told apart, not answers."""
    later = START + timedelta(days=1)
    (found,) = of_rows(
        [
            standing("one", "contact", "person", "need", "seen", coded_at=later),
            standing("two", "contact", "person", "need", "next safe"),
            standing("two", "contact", "person", "cause", "waited"),
            standing("three", "another", "person", "demand_coded", "value"),
        ],
        latest_period(LAST),
    )
    assert found.pairs == {("next", "seen"): 1}
    assert (found.in_need, found.pair_persons, found.with_cause) == (1, 1, 1)
    assert {code: (need.persons, need.answers) for code, need in found.by_need.items()} == {
        "next": (1, 1),
        "safe": (1, 1),
        "seen": (1, 1),
    }
    assert found.by_cause == {("", "value"): 1}  # what was coded of their latest answer


async def test_a_ladder_about_no_touchpoint_is_told_by_itself(store: Store, tmp_path: Path) -> None:
    """Neither the phase nor anything else stands before it: "After, after a low answer" said it twice."""
    plan = visit(question("behind-need", "one", "after", options("seen", "next"), ladder="behind"))

    def write(tx: Transaction) -> None:
        rows = Rows(tx, plan)
        rows.use(plan, MONDAY - timedelta(weeks=20))
        for _ in range(8):
            rows.answered(START, {"behind-need": "next"})

    await store.write(write)
    (row,) = (await tables(store, tmp_path))["needs"]
    assert row["Asked"] == "Asked further"


def test_the_end_of_a_ladder_asks_for_a_need() -> None:
    """A question with that name by itself does not; nor do a ladder's other questions."""
    needs = options("seen", "next")
    assert asks_need(question("wish-need", "one", "after", needs, ladder="wish"))
    assert not asks_need(question("their-need", "one", "after", needs))
    assert not asks_need(question("wish-wished", "words", "after", ladder="wish"))
