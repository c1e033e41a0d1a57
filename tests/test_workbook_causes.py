"""Why contacts arose: failure demand as citizens, staff and analysts see it; where it began, and where it showed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import coding, organisation
from bot.figures.intervals import wilson
from bot.figures.suppression import fewest, may_be_added, with_total
from bot.organisation import Organisation
from bot.store.coding import Said, add, keep_list
from bot.store.database import Store, Transaction
from bot.store.week_rows import CauseRow
from bot.workbook.bars import COLOURS
from bot.workbook.demand import asks_demand
from bot.workbook.export import export_week
from bot.workbook.staff_causes import shown_failure
from flows.journey import Choice, Demand, Journey
from tests.reports import report_of
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, visit, words

pytestmark = pytest.mark.usefixtures("no_pictures")

DEFAULT = organisation.default(("sv", "fi", "en"))
LAST = "2026-W48"
NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)
SHEET = "Contact causes"
Record = dict[str, object]


def journey() -> Journey:
    """The small journey, with the touchpoint at which it began to go wrong, as a ladder asks for it."""
    touchpoints = tuple(Choice(code, words(code.title())) for code in ("booking", "meeting"))
    return visit(
        question("behind-wrong", "touchpoint", "after", touchpoints, ladder="behind"),
        question("mattered", "touchpoint", "after", touchpoints),
    )


def begun(tx: Transaction) -> Rows:
    """Rows pinned to the journey."""
    rows = Rows(tx, journey())
    rows.use(journey(), MONDAY - timedelta(weeks=20))
    return rows


def tapped(tx: Transaction, cause: str, count: int, weeks_back: int = 0, unit: str = "centre") -> None:
    """So many persons who chose this cause, so many weeks before the last."""
    rows = begun(tx)
    for _ in range(count):
        rows.answered(START - timedelta(weeks=weeks_back), {"cause": cause}, unit=unit)


async def exported(store: Store, folder: Path, spoken: Organisation = DEFAULT) -> tuple[Path, Path]:
    """The report and the data file of the last week of the period."""
    report, data = await export_week(store, LAST, folder=folder, organisation=spoken, language="en", now=NOW, zone=ZONE)
    return report, data


def table(path: Path, name: str, title: str = SHEET) -> list[Record]:
    """The rows of one table, by its headers."""
    sheet = load_workbook(path)[title]
    header, *rows = sheet[sheet.tables[name].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


async def test_failure_demand_is_what_pandas_makes_of_the_data_file(store: Store, tmp_path: Path) -> None:
    """Share, interval and every cause's count agree with the data file's own rows, reckoned anew by person."""

    def fill(tx: Transaction) -> None:
        tapped(tx, "new", 40)
        tapped(tx, "waited", 23)
        rows = begun(tx)
        for _ in range(3):  # one who came twice and said both counts once, with the later answer
            person = rows.person(START)
            rows.answered(START, {"cause": "new"}, person=person)
            rows.answered(START + timedelta(days=1), {"cause": "waited"}, person=person)

    await store.write(fill)
    report, data = await exported(store, tmp_path)
    answers = pd.read_excel(data, sheet_name="answers")
    mine = answers[(answers["question"] == "cause") & answers["missing"].isna()]
    latest = mine.sort_values("recorded_at").groupby("person").tail(1)
    failure = int((latest["demand"] == "failure").sum())
    (row,) = table(report, "failure_demand")
    assert (row["Count"], row["Answers"], row["Contacts"]) == (failure, len(latest), mine["contact_id"].nunique())
    assert row["Share"] == pytest.approx(failure / len(latest))
    ends = wilson(failure, len(latest))
    assert (row["Share from"], row["Share to"]) == (pytest.approx(ends.low), pytest.approx(ends.high))
    told = {row["Cause"]: row["Count"] for row in table(report, "causes_by_citizens")}
    assert told == {"New": 40, "Waited": 26}
    assert Counter(latest["value_code"]) == {"new": 40, "waited": 26}


async def test_failure_demand_stands_first_with_its_chart(store: Store, tmp_path: Path) -> None:
    """Causes are told by demand, the most frequent first; the chart has both axes named, and says it all in words."""
    await store.write(tapped, "new", 25)
    await store.write(tapped, "waited", 10)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    rows = table(report, "causes_by_citizens")
    assert [(row["Cause"], row["Demand"]) for row in rows] == [("Waited", "Failure demand"), ("New", "Value demand")]
    sheet = load_workbook(report)[SHEET]
    (chart,) = sheet._charts  # type: ignore[attr-defined]
    names = [axis.title.tx.rich.p[0].r[0].t for axis in (chart.x_axis, chart.y_axis)]
    assert names == ["Cause", "Share of those who answered"]


async def test_no_interval_is_cut_off_by_the_end_of_its_axis(store: Store, tmp_path: Path) -> None:
    """The axis of shares ends at a whole tenth over the highest interval, not over the longest bar."""
    await store.write(tapped, "new", 25)
    await store.write(tapped, "waited", 10)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    (chart,) = load_workbook(report)[SHEET]._charts  # type: ignore[attr-defined]
    highest = wilson(25, 35).high
    assert highest < chart.y_axis.scaling.max < highest + 0.1


@pytest.mark.parametrize("colour", COLOURS)
def test_the_line_of_an_interval_is_seen_on_every_bar_and_every_bar_on_the_page(colour: str) -> None:
    """Black on each colour, and each colour on white, have at least the contrast 3 of WCAG 2.2, 1.4.11."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert (light + 0.05) / 0.05 >= 3
    assert 1.05 / (light + 0.05) >= 3


async def test_few_have_a_rounded_share_and_no_causes(store: Store, tmp_path: Path) -> None:
    """Twelve persons: the share in fives, no cause by itself; six: nothing at all."""
    await store.write(tapped, "new", 7)
    await store.write(tapped, "waited", 5)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    (share,), (cause,) = table(report, "failure_demand"), table(report, "causes_by_citizens")
    assert (share["Share"], share["Answers"], share["Count"]) == (0.4, 15, None)
    assert (cause["Cause"], cause["Note"]) == (
        "not shown",
        "Under 30 answered: no distribution, counts up to the next five",
    )


async def test_six_are_told_of_in_words(store: Store, tmp_path: Path) -> None:
    """Six persons: no share, and a number in words."""
    await store.write(tapped, "waited", 6)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    (row,) = table(report, "failure_demand")
    assert (row["Share"], row["Answers"]) == ("not shown", "under 7")


async def test_staffs_causes_cover_contacts_never_asked(store: Store, tmp_path: Path) -> None:
    """Of the contacts that staff gave a cause, the share of failure demand, and for how many a cause is given."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        for cause, count in (("waited", 30), ("advice", 10), (None, 10)):
            for _ in range(count):
                rows.change(rows.contact(START), START, cause=cause)

    await store.write(fill)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    (row,) = table(report, "failure_demand")
    assert (row["As told by"], row["Share"], row["Contacts"]) == ("Staff", 0.75, 40)
    assert row["Note"] == "Cause given for 80 % of 50 contacts registered"


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["value", "failure", None, "none"])), min_size=1),
    st.sampled_from(["citizen", "employee"]),
)
@examples(200)
def test_staffs_share_gives_no_small_cause_away(counts: list[tuple[int, str | None]], audience: str) -> None:
    """From the share, its whole and the causes shown no sum of hidden causes under the threshold can be had."""
    rows = [
        CauseRow("visit", audience, None if kind == "none" else str(place), count, 0, 0)
        for place, (count, kind) in enumerate(counts)
    ]
    demands: dict[str, Demand] = {
        str(place): "failure" if kind == "failure" else "value" for place, (_, kind) in enumerate(counts) if kind
    }
    found = shown_failure(rows, demands)
    if found is None:
        return
    shown = with_total([count for count, _ in counts], audience)
    for kinds in ({"failure"}, {"value", None}, {"none"}):
        hidden = [c for (c, kind), how in zip(counts, shown, strict=True) if kind in kinds and how.value == "hidden"]
        assert sum(hidden) == 0 or (len(hidden) > 1 and sum(hidden) >= fewest(audience))
    assert found[0] == sum(count for count, kind in counts if kind == "failure")


def test_a_sum_tells_of_the_hidden_ones_together() -> None:
    """One hidden part, or several that are few, may not come out of a sum; none, or enough, may."""
    assert may_be_added([40, 30], with_total([40, 30], "citizen"), "citizen")
    assert not may_be_added([40, 3], [*with_total([40], "citizen"), *with_total([3], "citizen")], "citizen")
    assert may_be_added([5, 4], with_total([5, 4], "citizen"), "citizen")
    assert not may_be_added([2, 3], with_total([2, 3], "citizen"), "citizen")


async def test_units_stand_where_that_tells_of_nobody(store: Store, tmp_path: Path) -> None:
    """Two units of enough have a share; a small one stands with the next smallest as so many others."""
    for unit, count in (("north", 60), ("south", 40), ("east", 12), ("west", 4)):
        await store.write(tapped, "waited", count // 2, unit=unit)
        await store.write(tapped, "new", count - count // 2, unit=unit)
    known = next(iter(DEFAULT.units.values()))
    spoken = replace(DEFAULT, units={"north": replace(known, code="north", name=words("North office"))})
    report = await report_of(store, LAST, tmp_path, now=NOW, spoken=spoken)
    rows = {row["Where it showed"]: row["Share"] for row in table(report, "failure_demand_by_part")}
    assert rows == {"Unit: North office": 0.5, "Unit: south": 0.5, "Unit: Others (2)": "not shown"}


async def test_where_it_began_stands_against_where_it_showed(store: Store, tmp_path: Path) -> None:
    """The touchpoint people name, of all and by channel; a question about what mattered is no origin."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        for channel, origin, count in (("phone", "booking", 30), ("phone", "meeting", 10), ("visit", "meeting", 35)):
            for _ in range(count):
                contact = rows.answered(START, {"behind-wrong": origin, "mattered": "booking"})
                for kept in ("contacts", "follow_ups"):
                    key = "id" if kept == "contacts" else "contact_id"
                    tx.run(f"UPDATE {kept} SET channel = :channel WHERE {key} = :id", channel=channel, id=contact)

    await store.write(fill)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    rows = table(report, "origins")
    told = {(row["Where it showed"], row["Where it began to go wrong"]): row["Count"] for row in rows}
    assert told == {
        ("All together", "Booking"): 30,
        ("All together", "Meeting"): 45,
        ("Channel: Phone", "Booking"): 30,
        ("Channel: Phone", "Meeting"): 10,
        ("Channel: Visit", "Booking"): 0,
        ("Channel: Visit", "Meeting"): 35,
    }


async def test_analysts_codes_are_rounded_and_once_a_person(store: Store, tmp_path: Path) -> None:
    """What analysts coded stands beside, in fives: a later report of the same period may know one more."""
    lists = coding.lists(DEFAULT)

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        keep_list(tx, lists.version, lists.body, START)
        for place in range(41):
            rows.answered(START, {"comment": "words"})
            answer = tx.count("SELECT MAX(id) FROM answers")
            said = [Said("cause", "waited" if place < 21 else "advice", None)]
            if place < 3:  # of these very words the analyst says otherwise than the cause does as a rule
                said.append(Said("demand_coded", "value", None))
            for one in said:
                add(tx, answer, one, coder="a", version=lists.version, source="f", now=START, week=LAST)

    await store.write(fill)
    report = await report_of(store, LAST, tmp_path, now=NOW)
    (share,) = [row for row in table(report, "failure_demand") if row["As told by"] == "Analysts, of own words"]
    assert (share["Share"], share["Answers"], share["Note"]) == (0.45, 45, "Rounded to fives: coding goes on")
    rows = [(row["Cause"], row["Persons"], row["Share"]) for row in table(report, "causes_coded")]
    assert rows == [("Was waiting for an answer", 25, 0.5), ("Needed advice", 20, 0.5)]


async def test_without_a_cause_from_anybody_the_sheet_is_left_out(store: Store, tmp_path: Path) -> None:
    """Nobody asked, nobody told: no sheet."""
    await store.write(lambda tx: begun(tx).answered(START, {"whole": 3}))
    report = await report_of(store, LAST, tmp_path, now=NOW)
    assert SHEET not in load_workbook(report).sheetnames


def test_a_choice_of_several_is_failure_demand_alone() -> None:
    """Of several that may be chosen the share of failure demand is known only where one choice carries it."""
    one = (Choice("you", words("You"), demand="failure"), *options("family"))
    two = (*one, Choice("again", words("Again"), demand="failure"))
    assert asks_demand(question("asked", "several", "after", one))
    assert not asks_demand(question("asked", "several", "after", two))
    assert asks_demand(question("asked", "one", "after", two))
    assert not asks_demand(question("asked", "one", "after", options("a", "b")))
