"""Expectation: the same persons before and afterwards, told as far as it may be, and never more for standing beside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from scipy.stats import t, ttest_rel

from bot.store import weeks
from bot.store.database import Store, Transaction
from tests.oracle import wilson_ends
from tests.paired_rows import AFTER, LAST, START, Given, begun, contact, journey, lines_of, made, rows_of
from tests.reports import report_of
from tests.workbook_rows import ZONE

pytestmark = pytest.mark.usefixtures("no_pictures")

EXPECTED, EXPERIENCED = "Expected, index 0–100", "Experienced, index 0–100"
DIFFERENCE = "Experienced less expected, index points"


def given(tx: Transaction, contacts: Iterable[Given], retrospective: bool = False) -> None:
    """A contact of the last week for each of these answers, of a new person each; the week closed."""
    rows = begun(tx, journey())
    for place, answers in enumerate(contacts):
        contact(rows, START + timedelta(days=1, hours=place % 48), answers, retrospective=retrospective)
    weeks.close_ended(tx, AFTER, ZONE)


async def told(store: Store, folder: Path) -> tuple[dict[object, dict[str, object]], str]:
    """The rows by measure, and the conclusion in words."""
    report = await report_of(store, LAST, folder, now=AFTER)
    rows = {row["Measure"]: row for row in rows_of(report, "Expectation", "expectation")}
    return rows, next(line for line in lines_of(report, "Expectation") if line.startswith("A visit: "))


async def test_every_figure_is_what_pandas_and_scipy_make_of_the_data_file(store: Store, tmp_path: Path) -> None:
    """Levels, the paired difference with its interval and the shares, from the rows of the same week's file."""
    chance = Random(4)
    plan = [
        {"expect": chance.randint(1, 4), **({"ease": chance.randint(2, 5)} if place % 3 else {})}
        for place in range(120)
    ]
    await store.write(given, [*plan, *({"ease": chance.randint(1, 5)} for _ in range(40))])
    rows, conclusion = await told(store, tmp_path)
    _, data = await made(store, tmp_path)
    answers = pd.read_excel(data, sheet_name="answers")
    wide = answers.pivot_table(index="contact_id", columns="question", values="value_number")[
        ["expect", "ease"]
    ].dropna()
    assert len(wide) == 80
    assert rows[EXPECTED]["Value"] == pytest.approx((wide["expect"].mean() - 1) * 25)
    assert rows[EXPERIENCED]["Value"] == pytest.approx((wide["ease"].mean() - 1) * 25)
    paired = ttest_rel(wide["ease"], wide["expect"]).confidence_interval()
    shown = [rows[DIFFERENCE][name] for name in ("Value", "Value from", "Value to")]
    difference = (wide["ease"] - wide["expect"]).mean()
    assert shown == pytest.approx([25 * difference, 25 * paired.low, 25 * paired.high])
    assert t.ppf(0.975, 79) > 1.98  # and so it is Student's interval, not the normal one
    better = int((wide["ease"] > wide["expect"]).sum())
    row = rows["Better than expected"]
    ends = wilson_ends(better, 80)
    assert (row["Count"], row["Value"], row["Value from"], row["Value to"]) == pytest.approx(
        (better, better / 80, *ends)
    )
    assert (row["Answers"], row["Persons asked"], row["Contacts"]) == (80, 80, 80)
    assert conclusion.startswith("A visit: it went better than expected, among the 80 who answered both questions.")


async def test_answers_about_the_past_never_enter(store: Store, tmp_path: Path) -> None:
    """An expectation that was asked for afterwards is none, however many gave it."""
    await store.write(given, [{"expect": 2, "ease": 4}] * 60, retrospective=True)
    rows, conclusion = await told(store, tmp_path)
    assert {row["Value"] for row in rows.values()} == {None}
    assert rows[DIFFERENCE]["Answers"] == "under 7"
    assert conclusion == (
        "A visit: too few answered both questions. From 7 persons on a rounded value is shown, from 30 all."
    )


async def test_few_are_rounded_and_have_no_shares(store: Store, tmp_path: Path) -> None:
    """Twelve persons: values in fives, counts up to fives, no distribution."""
    await store.write(given, [{"expect": 1 + place % 3, "ease": 4} for place in range(12)])
    rows, conclusion = await told(store, tmp_path)
    assert [rows[name]["Value"] for name in (EXPECTED, EXPERIENCED, DIFFERENCE)] == [25, 75, 50]
    assert rows[DIFFERENCE]["Answers"] == 15
    better = rows["Better than expected"]
    assert (better["Count"], better["Value"]) == ("not shown", None)
    assert better["Note"] == "Under 30 answered: no distribution, counts up to the next five"
    assert "among the 15" in conclusion


async def test_the_few_who_are_in_no_pair_are_not_told_of(store: Store, tmp_path: Path) -> None:
    """Of 43 who said how it was, 40 had said what they expected: both levels would give the other three away."""
    pairs: list[Given] = [{"expect": 1 + place % 5, "ease": 1 + place % 4} for place in range(40)]
    await store.write(given, [*pairs, *[{"ease": 1}] * 3])
    rows, conclusion = await told(store, tmp_path)
    assert {row["Value"] for row in rows.values()} == {None}
    assert rows[EXPERIENCED]["Note"] == "Not shown: would give a small group away"
    assert conclusion == "A visit: not shown, as it would give a small group away."


async def test_a_difference_that_tells_of_nobody_alone_stands_where_levels_are_rounded(
    store: Store, tmp_path: Path
) -> None:
    """Twelve expected and were not asked again, forty were asked afterwards alone: only the levels are rounded."""
    pairs: list[Given] = [{"expect": 1 + place % 5, "ease": 1 + place % 4} for place in range(60)]
    await store.write(given, [*pairs, *[{"expect": 5}] * 12, *[{"ease": 2}] * 40])
    rows, _ = await told(store, tmp_path)
    assert rows[EXPECTED]["Value"] == 50
    assert rows[EXPECTED]["Note"] == "Rounded to fives, else a small group could be worked out"
    assert rows[DIFFERENCE]["Value"] == pytest.approx(-12.5)
    assert rows[DIFFERENCE]["Note"] is None


async def test_where_no_difference_is_seen_it_says_how_many_it_would_take(store: Store, tmp_path: Path) -> None:
    """Thirty-two pairs that scatter widely: about how many would show half a step."""
    await store.write(given, [{"expect": 1 + place % 5, "ease": 1 + place * 3 % 5} for place in range(32)])
    _, conclusion = await told(store, tmp_path)
    wanted = "A visit: we can't see a difference. n = 32; about 65 pairs would be needed for half a step of the scale."
    assert conclusion == wanted
