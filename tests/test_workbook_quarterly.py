"""Once a quarter: ratings by how cases ended, units at one common mix, and what became of the questions themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import organisation
from bot.clock import week_start
from bot.figures.distribution import Distribution
from bot.figures.periods import number_of, quarter, week_of
from bot.figures.suppression import ENOUGH, Showing, fewest
from bot.store.database import Store, Transaction
from bot.workbook.parts import of_all
from bot.workbook.quarterly import of_outcome, of_quarter
from bot.workbook.shown import Figure
from tests.reports import report_of
from tests.wild import examples
from tests.workbook_rows import ZONE, Rows, options, question, visit

LAST = "2026-W52"
"""The week that ends the quarter 2026-W41 to 2026-W52."""

AFTER = datetime(2026, 12, 28, 5, tzinfo=UTC)
FIRST_DAY = week_start("2026-W41", ZONE) + timedelta(hours=9)
DEFAULT = organisation.default(("sv", "fi", "en"))
PLAN = visit(
    question("rare", "yes-no", "after", options("yes", "no")),
    question("alike", "one", "after", options("one", "two", "three")),
)
OLD = visit()
Record = dict[str, object]
Given = dict[str, int | str | None]


def begun(tx: Transaction) -> Rows:
    """Rows pinned to the journey."""
    rows = Rows(tx, PLAN)
    rows.use(PLAN, FIRST_DAY - timedelta(weeks=1))
    return rows


def ended(rows: Rows, week: int, outcome: str | None, given: Given, unit: str) -> None:
    """One person's contact in that week of the quarter, counted from 0, and how the case ended."""
    contact = rows.answered(FIRST_DAY + timedelta(weeks=week), given, unit=unit)
    rows.tx.run("UPDATE follow_ups SET outcome = :o WHERE contact_id = :c", o=outcome, c=contact)


async def exported(store: Store, folder: Path, week: str = LAST) -> Path:
    """The week's report, in English."""
    return await report_of(store, week, folder, now=AFTER)


def table(path: Path, sheet: str, name: str) -> list[Record]:
    """The rows of one table, by its headers."""
    page = load_workbook(path)[sheet]
    header, *rows = page[page.tables[name].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


def lines(path: Path, sheet: str) -> list[str]:
    """What stands in the first column."""
    return [str(cell.value) for cell in load_workbook(path)[sheet]["A"] if cell.value is not None]


def whole(row: Record) -> tuple[object, object, object]:
    """Outcome or unit, index, answers."""
    return (row.get("Outcome", row.get("Unit")), row["Index 0–100"], row["Answers"])


async def test_ratings_stand_beside_how_the_case_ended_in_fives(store: Store, tmp_path: Path) -> None:
    """33 granted who say 4 and 5, 31 denied who say 2: each index and count in fives; three others stand together."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for place in range(33):
            ended(rows, place % 12, "granted", {"whole": 4 + place % 2}, "centre")
        for place in range(31):
            ended(rows, place % 12, "denied", {"whole": 2}, "centre")
        for place in range(9):
            ended(rows, place, ("partly", "other", None)[place % 3], {"whole": 3}, "centre")

    await store.write(write)
    path = await exported(store, tmp_path)
    rows = [row for row in table(path, "Outcome", "outcome") if row["Question"] == "whole?"]
    assert [whole(row) for row in rows] == [("Granted", 85, 35), ("Denied", 25, 35), ("3 more: not shown", None, None)]
    assert (rows[0]["Index from"], rows[0]["Index to"]) == (80, 95)


async def test_one_outcome_hidden_alone_takes_the_smallest_beside_it_along(store: Store, tmp_path: Path) -> None:
    """The few with one outcome could be had as all less the others: so the smallest of the others is hidden too."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for outcome, persons in (("granted", 60), ("partly", 36), ("denied", 12)):
            for place in range(persons):
                ended(rows, place % 12, outcome, {"whole": 3}, "centre")

    await store.write(write)
    rows = table(await exported(store, tmp_path), "Outcome", "outcome")
    assert [whole(row)[0] for row in rows if row["Question"] == "whole?"] == ["Granted", "2 more: not shown"]


async def test_a_unit_that_refuses_many_is_not_blamed_for_that(store: Store, tmp_path: Path) -> None:
    """Two units whose people say the same at each outcome stand apart by their mix alone; at the common one alike."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for unit, granted, denied in (("kind", 48, 12), ("strict", 12, 48), ("small", 12, 12), ("tiny", 8, 8)):
            for outcome, persons, mark in (("granted", granted, 4), ("denied", denied, 2)):
                for place in range(persons):
                    ended(rows, place % 12, outcome, {"whole": mark + (place % 4 == 0)}, unit)

    await store.write(write)
    path = await exported(store, tmp_path)
    kind, strict, others = table(path, "Outcome", "outcome_standardised")
    assert whole(kind) == ("kind", 70, 60)
    assert whole(strict) == ("strict", 40, 60)
    assert kind["Index at the common mix"] == strict["Index at the common mix"] == 55
    assert whole(others) == ("Others (2)", None, None)


async def test_a_unit_without_enough_of_an_outcome_says_which(store: Store, tmp_path: Path) -> None:
    """Six denied would weigh as much as everybody's denied: no index for that unit, but words."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for unit, granted, denied in (("first", 40, 40), ("second", 40, 6), ("third", 40, 40)):
            for outcome, persons in (("granted", granted), ("denied", denied)):
                for place in range(persons):
                    ended(rows, place % 12, outcome, {"whole": 3 + place % 2}, unit)

    await store.write(write)
    rows = {row["Unit"]: row for row in table(await exported(store, tmp_path), "Outcome", "outcome_standardised")}
    assert rows["second"]["Index at the common mix"] is None
    assert rows["second"]["Note"] == "Too few persons here with: Denied"
    assert rows["first"]["Index at the common mix"] is not None


async def test_a_unit_with_a_small_period_is_held_back_for_the_quarter(store: Store, tmp_path: Path) -> None:
    """Two periods of a unit stand in reports of their own: its quarter less both would be the three of the third."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for unit, sizes in (("large", (48, 48, 48)), ("slack", (48, 48, 3)), ("other", (40, 40, 40))):
            for period, persons in enumerate(sizes):
                for place in range(persons):
                    outcome = ("granted", "denied")[place % 2]
                    ended(rows, 4 * period + place % 4, outcome, {"whole": 3 + place % 2}, unit)

    await store.write(write)
    rows = table(await exported(store, tmp_path), "Outcome", "outcome_standardised")
    assert [row["Unit"] for row in rows] == ["large", "Others (2)"]


async def test_other_weeks_say_when_the_quarter_is_told(store: Store, tmp_path: Path) -> None:
    """A week that ends no quarter has neither sheet; Notes name both, and the week in which they come. Weeks of before
    are offered only where somebody was asked in the first of them.
    """
    await store.write(lambda tx: ended(begun(tx), 0, "granted", {"whole": 4}, "centre"))
    book = load_workbook(await exported(store, tmp_path, "2026-W51"))
    assert not {"Outcome", "Question use"} & set(book.sheetnames)
    left_out = {row[0].value: str(row[1].value) for row in book["Notes"].iter_rows() if row[1].value is not None}
    assert "2026-W52" in left_out["Outcome"]
    assert "2026-W52" in left_out["Question use"]
    assert "2026-W29" not in left_out["Outcome"] + left_out["Question use"]
    await store.write(lambda tx: Rows(tx, OLD).use(OLD, week_start("2026-W29", ZONE)))
    (tmp_path / "later").mkdir()
    book = load_workbook(await exported(store, tmp_path / "later", "2026-W51"))
    left_out = {row[0].value: str(row[1].value) for row in book["Notes"].iter_rows() if row[1].value is not None}
    assert "2026-W29 to 2026-W40" in left_out["Outcome"]


async def test_what_became_of_each_question_is_told_in_fives(store: Store, tmp_path: Path) -> None:
    """40 answered, 12 skipped, 3 were routed past: 40, 15 and in words that they are few; a minute to answer."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for place in range(52):
            ended(rows, place % 12, None, {"whole": 1 + place % 5, "told": "press" if place < 40 else None}, "centre")
        for week in range(3):
            at = FIRST_DAY + timedelta(weeks=week)
            contact = rows.contact(at, person := rows.person(at))
            conversation = rows.conversation(rows.follow_up(contact, "after", at), contact, person, at)
            rows.answer(conversation, "told", at, status="routed-past")

    await store.write(write)
    path = await exported(store, tmp_path)
    (told,) = [row for row in table(path, "Question use", "question_use") if row["Question’s code"] == "told"]
    assert [told[name] for name in ("Persons asked", "Answered", "Skipped", "Left here", "Routed past")] == [
        55, 40, 15, 0, "under 7",
    ]  # fmt: skip
    assert (told["Share who answered"], told["Share from"], told["Share to"]) == (0.75, 0.6, 0.9)
    (spread,) = [row for row in table(path, "Question use", "question_spread") if row["Question’s code"] == "whole"]
    assert (spread["Seconds to answer"], spread["Evenness 0–1"], spread["Standard deviation"]) == (60, 1.0, 1.4)


async def test_a_question_that_all_answer_alike_or_nobody_answers_could_go(store: Store, tmp_path: Path) -> None:
    """All say "one", most skip "told": both are named, with why; the curve's question is not, and own words never."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for place in range(60):
            told = "press" if place < 20 else None
            marks: Given = {"whole": 1 + place % 5, "alike": "one", "told": told, "comment": None}
            ended(rows, place % 12, None, marks, "centre")

    await store.write(write)
    told = lines(await exported(store, tmp_path), "Question use")
    named = told[told.index("Questions that could go") + 1 : told.index("The rule behind")]
    assert named == [
        "A visit: “told?” Many who see it don't answer (65 %): reword it, or drop it.",
        "A visit: “alike?” Nearly everybody answers alike (100 %).",
    ]


async def test_few_persons_give_no_spread(store: Store, tmp_path: Path) -> None:
    """Of 24 persons neither time, commonest answer nor spread is told; of four nothing but that they are few."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for place in range(24):
            marks: Given = {"whole": 4} | ({"alike": "one"} if place < 4 else {})
            ended(rows, place % 12, None, marks, "centre")

    await store.write(write)
    path = await exported(store, tmp_path)
    (spread,) = table(path, "Question use", "question_spread")
    told = [spread[name] for name in ("Seconds to answer", "Commonest answer", "Evenness 0–1", "Standard deviation")]
    assert told == [None] * 4
    (alike,) = [row for row in table(path, "Question use", "question_use") if row["Question’s code"] == "alike"]
    assert [alike[name] for name in ("Persons asked", "Answered", "Share who answered")] == ["under 7", None, None]


def test_quarters_are_fixed_and_made_of_whole_periods() -> None:
    """Over six years every twelfth week ends a quarter, quarters share no week, and each is three periods in a row."""
    weeks = [week_of(number) for number in range(number_of("2024-W01"), number_of("2030-W01"))]
    quarters = {quarter(week) for week in weeks}
    members = [week for periods in quarters for period in periods for week in period]
    assert len(members) == len(set(members)) == 12 * len(quarters)
    for week in weeks:
        first, *_, last = (each for period in quarter(week) for each in period)
        assert number_of(last) - number_of(first) == 11
        assert number_of(last) <= number_of(week) <= number_of(last) + 11
    assert quarter("2001-W12")[0] == ("2001-W01", "2001-W02", "2001-W03", "2001-W04")


AUDIENCES = st.sampled_from(["citizen", "employee"])
COUNTS = st.lists(st.integers(0, 60), min_size=3, max_size=3)


@examples(300)
@given(sizes=COUNTS, again=st.integers(0, 20), hidden=st.sets(st.integers(0, 2)), audience=AUDIENCES)
def test_a_quarter_less_its_periods_leaves_nobody_or_enough(
    sizes: Sequence[int], again: int, hidden: set[int], audience: str
) -> None:
    """Where a quarter is told, each period with answers is, and what any of them leave over is no small group."""
    few = fewest(audience)
    answers = max(*sizes, sum(sizes) - again)
    periods = [
        Figure(Showing.HIDDEN if place in hidden or size < few else Showing.FEW, "", Distribution(size, size, size))
        for place, size in enumerate(sizes)
    ]
    figure = of_quarter(Distribution(answers, answers, answers), periods, audience)
    assert figure.showing is not Showing.WHOLE
    if figure.showing is Showing.FEW:
        assert answers >= few
        assert all(each.showing is Showing.FEW for each in periods if each.distribution.answers)
        assert all(not 0 < answers - size < few for size in sizes if size)


@examples(300)
@given(outcomes=st.lists(st.integers(0, 80), min_size=1, max_size=6), audience=AUDIENCES)
def test_outcomes_told_are_large_and_what_they_leave_is_too(outcomes: Sequence[int], audience: str) -> None:
    """No outcome under 30 persons, none exact; those held back are nobody, or several and enough together."""
    whole_answers = sum(outcomes)
    total = of_quarter(Distribution(whole_answers, whole_answers, whole_answers), [], audience)
    alone = {str(place): of_outcome(Distribution(size, size, size), audience) for place, size in enumerate(outcomes)}
    told = of_all(total, alone, audience)
    assert all(each.showing is not Showing.WHOLE for each in told.values())
    shown = [each.distribution.answers for each in told.values() if each.showing is Showing.FEW]
    answers = [each.distribution.answers for each in told.values() if each.showing is Showing.HIDDEN]
    held = [size for size in answers if size]
    assert all(size >= ENOUGH for size in shown)
    if shown:
        assert not held or (len(held) > 1 and sum(held) >= fewest(audience))
