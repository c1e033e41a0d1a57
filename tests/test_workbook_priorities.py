"""Priorities: importance beside experience, told as far as it may be, in a table and in a chart told in words."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from openpyxl import load_workbook
from scipy.stats import spearmanr

from bot.figures.priorities import FEWEST_PAIRS
from bot.store import weeks
from bot.store.database import Store, Transaction
from flows.journey import Journey, Phase, Touchpoint, Words
from tests.oracle import wilson_ends
from tests.paired_rows import AFTER, LAST, START, begun, contact, journey, lines_of, made, rows_of
from tests.reports import report_of
from tests.workbook_rows import ZONE, options, question, scale

pytestmark = pytest.mark.usefixtures("no_pictures")

KEEP, LOWER, PRIORITISE = "Keep", "Lower priority", "Prioritise!"


def simulated(tx: Transaction, persons: int, plan: Journey | None = None) -> None:
    """So many persons in the last week. Meeting is badly rated and often named, booking goes along with the whole."""
    chance, rows = Random(11), begun(tx, plan or journey())
    for place in range(persons):
        mood = chance.choice((-1, 0, 0, 1))
        given: dict[str, int | str | None] = {
            "feeling": step(chance.gauss(4 + mood, 0.5)),
            "treated": step(chance.gauss(2.4, 0.8)) if chance.random() < 0.9 else None,
            "whole": step(chance.gauss(3.8 + mood, 0.6)),
        }
        if chance.random() < 0.6:
            given["mattered"] = chance.choice(("booking", "meeting", "meeting", "meeting", "result"))
        contact(rows, START + timedelta(hours=place % 90 + 24), given)
    weeks.close_ended(tx, AFTER, ZONE)


def step(number: float) -> int:
    """The nearest step of a scale."""
    return max(1, min(5, round(number)))


async def test_every_figure_is_what_pandas_and_scipy_make_of_the_data_file(store: Store, tmp_path: Path) -> None:
    """Experience, shares with Wilson's interval and Spearman's correlation, from the rows of the same week's file."""
    await store.write(simulated, 160)
    report, data = await made(store, tmp_path)
    answers = pd.read_excel(data, sheet_name="answers")
    answers = answers[answers["missing"].isna()]
    wide = answers.pivot_table(index="contact_id", columns="question", values="value_number", aggfunc="last")
    named = answers[answers["question"] == "mattered"]["value_code"]
    told = {(row["Touchpoint"], row["Measure"]): row for row in rows_of(report, "Priorities", "priority_figures")}
    for touchpoint, code in (("Booking", "feeling"), ("Meeting", "treated"), ("Result", "whole")):
        experience = told[touchpoint, "Experience, index 0–100"]
        assert experience["Value"] == pytest.approx((wide[code].mean() - 1) * 25)
        assert experience["Answers"] == wide[code].count()
        stated = told[touchpoint, "Stated importance: share who name it"]
        count = int((named == touchpoint.lower()).sum())
        assert stated["Value"] == pytest.approx(count / len(named))
        ends = wilson_ends(count, len(named))
        assert (stated["Value from"], stated["Value to"]) == pytest.approx(ends)
    for touchpoint, code in (("Booking", "feeling"), ("Meeting", "treated")):
        pairs = wide[[code, "whole"]].dropna()
        derived = told[touchpoint, "Connection with the whole, from -1 to 1"]
        assert derived["Value"] == pytest.approx(spearmanr(pairs[code], pairs["whole"]).statistic)
        assert (derived["Answers"], derived["Persons asked"]) == (len(pairs), 160)
    assert ("Result", "Connection with the whole, from -1 to 1") not in told


async def test_fields_are_named_with_their_border_and_disagreement_is_told(store: Store, tmp_path: Path) -> None:
    """The badly rated, often named meeting is to be prioritised; that its ratings say otherwise stands beside it."""
    await store.write(simulated, 300)
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    told = {str(row["Touchpoint"]): row for row in rows_of(report, "Priorities", "priorities")}
    assert told["Meeting"]["Field, by stated importance"] == PRIORITISE
    assert told["Meeting"]["Field, by connection"] == LOWER
    assert told["Booking"]["Field, by stated importance"] == KEEP
    assert str(told["Meeting"]["In words"]).startswith("They point different ways: many name it")
    assert str(told["Booking"]["In words"]).startswith("They point different ways: few name it")
    assert told["Result"]["Field, by connection"] is None
    assert told["Result"]["In words"] == "Stands for the whole: no connection with itself"
    index = [float(str(row["Experience, index"])) for row in told.values()]
    lines = lines_of(report, "Priorities")
    border = f"the fields meet at 33 % and index {sum(index) / 3:.0f}"
    assert any(border in line for line in lines), lines


async def test_what_an_interval_reaches_over_is_uncertain(store: Store, tmp_path: Path) -> None:
    """Where forty persons rate two touchpoints almost alike, neither is said to be better for certain."""

    def write(tx: Transaction) -> None:
        rows = begun(tx, journey())
        for place in range(40):
            named = ("booking", "meeting")[place % 2]
            contact(
                rows,
                START + timedelta(days=1),
                {"feeling": 3 + place % 2, "treated": 3 + place % 3 % 2, "mattered": named},
            )
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    fields = {
        str(row["Touchpoint"]): row["Field, by stated importance"]
        for row in rows_of(report, "Priorities", "priorities")
    }
    assert all(str(fields[one]).endswith("(uncertain)") for one in ("Booking", "Meeting")), fields


async def test_too_few_pairs_are_told_with_how_many_it_takes(store: Store, tmp_path: Path) -> None:
    """Under fifty pairs are no correlation: it says so, and how many it takes."""
    await store.write(simulated, 50)
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    told = {(row["Touchpoint"], row["Measure"]): row for row in rows_of(report, "Priorities", "priority_figures")}
    meeting = told["Meeting", "Connection with the whole, from -1 to 1"]
    assert 30 <= int(str(meeting["Answers"])) < FEWEST_PAIRS
    assert meeting["Note"] == f"Too few pairs (n = {meeting['Answers']}, and it takes 50)"


async def test_without_any_field_the_sheet_is_left_out_and_says_what_it_takes(store: Store, tmp_path: Path) -> None:
    """Forty pairs are no correlation, and twelve who named something no shares: rows of "not enough" would be all."""

    def write(tx: Transaction) -> None:
        rows = begun(tx, journey())
        for place in range(40):
            named: dict[str, int | str | None] = {"mattered": "booking"} if place < 12 else {}
            contact(rows, START + timedelta(days=1), {"feeling": 4, "whole": 1 + place % 5, **named})
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    book = load_workbook(report)
    assert "Priorities" not in book.sheetnames
    notes = [str(cell) for row in book["Notes"].iter_rows(values_only=True) for cell in row if cell]
    assert any("30 answers to what mattered most or 50 pairs" in cell for cell in notes), notes


async def test_the_chart_names_its_points_and_is_told_in_words(store: Store, tmp_path: Path) -> None:
    """Each point and each field is a series by its name; the alternative text says where every point lies."""
    await store.write(simulated, 300)
    report = await report_of(store, LAST, tmp_path, now=AFTER)
    charts, words = charts_of(report)
    (scatter,) = (chart for chart in charts if "scatterChart" in chart)
    names = names_of(report, scatter)
    assert {"Booking", "Meeting", "Result", KEEP, "Improve if possible", LOWER, PRIORITISE} <= set(names)
    assert scatter.count("<c:title>") + scatter.count("<title>") >= 3  # its own and two axes
    assert any("2 Meeting: Prioritise!" in one for one in words)


@pytest.mark.parametrize("many", [9, pytest.param(40, marks=pytest.mark.long)])
async def test_many_touchpoints_with_long_finnish_names_are_numbered(store: Store, tmp_path: Path, many: int) -> None:
    """More points than can stand with their names are numbered, in the chart as in the table, which names them all."""
    touchpoints = tuple(
        Touchpoint(f"t{place}", "during", Words(dict.fromkeys(("sv", "fi", "en"), f"{place} {LONG}")))
        for place in range(many)
    )
    curve = tuple(scale(f"q{place}", "during", f"t{place}", curve=True) for place in range(many))
    named = question("mattered", "touchpoint", "during", options(*(f"t{place}" for place in range(many))))
    first = journey()
    plan = replace(
        first,
        touchpoints=touchpoints,
        phases=(Phase("during", first.phases[0].timing, (*curve, named)),),
        title=Words(dict.fromkeys(("sv", "fi", "en"), "Rakennuslupahakemuksen käsittelyvaiheet")),
    )

    def write(tx: Transaction) -> None:
        chance, rows = Random(5), begun(tx, plan)
        for _ in range(31):
            given: dict[str, int | str | None] = {f"q{place}": chance.randint(1, 5) for place in range(many)}
            contact(rows, START + timedelta(days=1), {**given, "mattered": f"t{chance.randrange(many)}"})
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    report = await report_of(store, LAST, tmp_path, now=AFTER, language="fi")
    rows = rows_of(report, "Mistä aloittaa", "priorities")
    assert [row["Nro"] for row in rows] == list(range(1, many + 1))
    assert all(str(row["Kontaktipiste"]).endswith(LONG) for row in rows)
    (scatter,) = (chart for chart in charts_of(report)[0] if "scatterChart" in chart)
    assert {str(number) for number in range(1, many + 1)} <= set(names_of(report, scatter))


LONG = "Rakennuslupahakemuksen vastaanottovahvistus"


def charts_of(path: Path) -> tuple[list[str], list[str]]:
    """The XML of each chart, and each drawing's alternative texts."""
    with zipfile.ZipFile(path) as book:
        charts = [book.read(name).decode() for name in book.namelist() if re.search(r"charts/chart\d+\.xml", name)]
        drawings = [
            book.read(name).decode() for name in book.namelist() if re.search(r"drawings/drawing\d+\.xml", name)
        ]
    return charts, [text for drawing in drawings for text in re.findall(r'descr="([^"]*)"', drawing)]


def names_of(path: Path, chart: str) -> list[str]:
    """The names of a chart's series, be they written in it or in the cell that it points to."""
    return re.findall(r"<(?:c:)?v>([^<]*)</", chart)
