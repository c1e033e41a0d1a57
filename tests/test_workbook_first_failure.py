"""First failure: where it began to go wrong, counted anew from the data file, and nothing that could be subtracted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from bot.figures.distribution import Distribution
from bot.figures.suppression import Showing
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.shown import Figure, beside, in_a_row
from tests.oracle import wilson_ends
from tests.paired_rows import AFTER, LAST, START, Given, begun, contact, journey, made, rows_of
from tests.reports import report_of
from tests.workbook_rows import ZONE

pytestmark = pytest.mark.usefixtures("no_pictures")

CURVE = ("feeling", "treated", "whole")
SHARES = ("Share", "Share from", "Share to")


def given(tx: Transaction, contacts: list[Given], audience: str = "citizen") -> None:
    """A contact of the last week for each of these answers, of a new person each; the week closed."""
    rows = begun(tx, journey(audience))
    for place, answers in enumerate(contacts):
        contact(rows, START + timedelta(days=1, hours=place % 48), answers)
    weeks.close_ended(tx, AFTER, ZONE)


async def told(store: Store, folder: Path) -> list[dict[str, object]]:
    """The stages in order."""
    report = await report_of(store, LAST, folder, now=AFTER)
    return rows_of(report, "First failure", "first_failure")


async def test_every_share_is_what_pandas_makes_of_the_data_file(store: Store, tmp_path: Path) -> None:
    """Of those who rated a stage without a low rating before, the share whose first it was, with Wilson's interval."""
    chance = Random(9)
    plan: list[Given] = [
        {code: chance.choice((1, 2, 3, 4, 5, 5, 5, None)) for code in CURVE if chance.random() < 0.9}
        for _ in range(200)
    ]
    await store.write(given, [answers for answers in plan if answers])
    rows = await told(store, tmp_path)
    _, data = await made(store, tmp_path)
    answers = pd.read_excel(data, sheet_name="answers")
    wide = answers.pivot_table(index="contact_id", columns="question", values="value_number")[list(CURVE)]
    at_risk = pd.Series(True, index=wide.index)
    for row, code in zip(rows, CURVE, strict=True):
        reached = at_risk & wide[code].notna()
        failed = reached & (wide[code] <= 2)
        count, n = int(failed.sum()), int(reached.sum())
        assert (row["Went wrong here"], row["Came without fault"]) == (count, n)
        ends = wilson_ends(count, n)
        assert [row[name] for name in SHARES] == pytest.approx([count / n, *ends])
        put = answers[(answers["question"] == code) & ~answers["missing"].isin(["routed-past", "not-drawn"])]
        assert row["Persons asked"] == put["person"].nunique()
        at_risk &= ~failed


async def test_a_touchpoint_stands_in_its_own_phase_whenever_it_is_asked_about(store: Store, tmp_path: Path) -> None:
    """What the whole was like is asked afterwards, but its touchpoint comes before: both sheets say so."""
    plan = journey()
    early = tuple(replace(one, phase="before") for one in plan.touchpoints)

    def write(tx: Transaction) -> None:
        rows = begun(tx, replace(plan, touchpoints=early))
        for hours in range(8):
            contact(rows, START + timedelta(days=1, hours=hours), {"feeling": 5, "treated": 4, "whole": 4})
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    for sheet, table in (("First failure", "first_failure"), ("Journey", "journey")):
        assert {row["Phase"] for row in rows_of(report, sheet, table)} == {"Before"}


async def test_the_few_who_had_a_fault_before_are_not_told_of(store: Store, tmp_path: Path) -> None:
    """Three had a fault at the booking: how they rated the meeting would be all ratings less those told here."""
    good: Given = {"feeling": 5, "treated": 4, "whole": 4}
    await store.write(given, [good] * 60 + [{"feeling": 1, "treated": 1, "whole": 1}] * 3)
    first, second, third = await told(store, tmp_path)
    assert [first[name] for name in SHARES] == [0.05, 0.0, 0.15]
    assert (first["Went wrong here"], first["Came without fault"]) == (None, 65)
    for row in (second, third):
        assert [row[name] for name in SHARES] == [None, None, None]
        assert row["Note"] == "Not shown: would give a small group away"


async def test_a_small_group_of_colleagues_is_not_told_of(store: Store, tmp_path: Path) -> None:
    """Nine employees are too few where nine citizens are not."""
    await store.write(given, [{"feeling": 2, "treated": 4}] * 9, "employee")
    assert [row["Came without fault"] for row in await told(store, tmp_path)] == ["under 10"] * 3


async def test_what_people_say_themselves_stands_beside_it(store: Store, tmp_path: Path) -> None:
    """Each choice of the ladder's question with its share, those outside the journey too; of few no distribution."""
    said = ("booking",) * 20 + ("before-us",) * 15 + (None,) * 5
    await store.write(given, [{"whole": 1, "behind-wrong": one} for one in said])
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    rows = {row["Choice"]: row for row in rows_of(report, "First failure", "first_failure_said")}
    assert {choice: row["Count"] for choice, row in rows.items()} == {
        "Booking": 20, "Meeting": 0, "Result": 0, "Before-Us": 15
    }  # fmt: skip
    assert rows["Booking"]["Share"] == pytest.approx(20 / 35)
    assert (rows["Booking"]["Answers"], rows["Booking"]["Persons asked"]) == (35, 40)


def figure(persons: int, how: Showing = Showing.WHOLE) -> Figure:
    """Of so many persons."""
    return Figure(how, "" if how is Showing.WHOLE else "few", Distribution(persons, persons, persons))


@pytest.mark.parametrize(
    ("left_over", "how"),
    [([0, 0], Showing.WHOLE), ([30, 200], Showing.WHOLE), ([200, 29], Showing.FEW), ([6], Showing.HIDDEN)],
)
def test_what_figures_leave_over_is_nobody_or_enough(left_over: list[int], how: Showing) -> None:
    """As many persons as would be shown by themselves, no fewer."""
    assert beside(figure(100), left_over, "citizen").showing is how


def test_of_figures_in_a_row_none_is_exact_where_one_is_held_back() -> None:
    """Or what came in less what went on would be the one held back; nobody at all holds nothing back."""
    row = [figure(100), figure(40, Showing.FEW), figure(3, Showing.HIDDEN), figure(0, Showing.HIDDEN)]
    ways = [Showing.FEW, Showing.FEW, Showing.HIDDEN, Showing.HIDDEN]
    assert [one.showing for one in in_a_row(row)] == ways
    assert in_a_row([figure(100), figure(0, Showing.HIDDEN)])[0].showing is Showing.WHOLE
