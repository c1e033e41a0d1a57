"""The funnel: of the newest weeks that can be told together, by unit where that tells of nobody, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import organisation
from bot.figures.suppression import ENOUGH
from bot.store.database import Store, Transaction
from bot.store.tallies import FunnelRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.counted import of_rows, weeks_before
from bot.workbook.export import export_report
from bot.workbook.response import newest, tells_period
from bot.workbook.span import Span
from bot.workbook.texts import Texts
from tests.reports import report_of
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

DEFAULT = organisation.default(("sv", "fi", "en"))
WEEK, NOW = "2026-W49", datetime(2026, 12, 7, 5, tzinfo=UTC)
"""The first week after the period 2026-W45 to 2026-W48."""

LAST = MONDAY + timedelta(weeks=2)
SHEET = "From contact to answer"
Record = dict[str, object]


def registered(tx: Transaction, back: int, count: int, unit: str = "centre", reason: str = "budget") -> None:
    """So many contacts so many weeks before the last one, of which nobody was asked."""
    rows = Rows(tx, visit())
    rows.use(visit(), MONDAY - timedelta(weeks=20))
    start = LAST - timedelta(weeks=back)
    for _ in range(count):
        follow_up = rows.follow_up(rows.contact(start, unit=unit), "after", start, begun=False)
        tx.run("UPDATE follow_ups SET reason = :reason WHERE id = :id", reason=reason, id=follow_up)
        rows.history(follow_up, "ended", start, "not-asked")


async def exported(store: Store, folder: Path) -> Path:
    """The report of the week."""
    return await report_of(store, WEEK, folder, now=NOW)


def table(path: Path, name: str) -> list[Record]:
    """The rows of one table, by its headers."""
    sheet = load_workbook(path)[SHEET]
    header, *rows = sheet[sheet.tables[name].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("weeks", "told"),
    [
        ({0: 30, 1: 30, 2: 30, 3: 30, 4: 30}, ("2026-W46 – 2026-W49", 120)),
        ({0: 30, 1: 29, 2: 30, 3: 30, 4: 30}, ("2026-W45 – 2026-W48", 119)),
        ({0: 40}, ("2026-W46 – 2026-W49", 40)),
        ({1: 12}, ("2026-W45 – 2026-W48", 12)),
    ],
)
async def test_the_newest_weeks_that_can_be_told(
    store: Store, tmp_path: Path, weeks: Mapping[int, int], told: tuple[str, int]
) -> None:
    """The latest four weeks where each that has contacts has thirty, else the latest fixed period."""
    for back, count in weeks.items():
        await store.write(registered, back, count)
    rows = table(await exported(store, tmp_path), "response")
    (several,) = [row for row in rows if row["Time"] != WEEK]
    assert (several["Time"], several["Contacts registered"]) == told
    assert several["Response rate"] == 0


@examples(200)
@given(st.lists(st.integers(0, 60), min_size=5, max_size=5))
def test_rolling_weeks_never_hold_a_small_one(counts: list[int]) -> None:
    """What stands for the latest weeks together is made of weeks that have a rate by themselves."""
    weeks = ["2026-W45", *weeks_before(WEEK)]
    rows = [
        FunnelRow(week, "", "visit", "citizen", count, 0, 0, 0, 0) for week, count in zip(weeks, counts, strict=True)
    ]
    counted = of_rows(WEEK, weeks_before(WEEK), Catalogue([]), [], [row for row in rows if row.registered])
    _, _, told = newest(counted, "visit", "citizen", Texts("en"))
    if told == counted.latest:
        assert all(count == 0 or count >= ENOUGH for count in counts[1:])


async def test_units_stand_where_that_tells_of_nobody(store: Store, tmp_path: Path) -> None:
    """Units of enough have their funnel; a small one takes the next smallest along: others, so many."""
    for unit, count in (("north", 60), ("south", 40), ("east", 12), ("west", 4)):
        await store.write(registered, 1, count, unit)
    rows = table(await exported(store, tmp_path), "response_by_unit")
    assert {row["Unit"]: row["Contacts registered"] for row in rows} == {
        "A visit: north": 60,
        "A visit: south": 40,
        "A visit: Others (2)": 16,
    }
    (others,) = [row for row in rows if "Others" in str(row["Unit"])]
    assert (others["Opened the invitation"], others["Finished"], others["Response rate"]) == (None, None, None)


async def test_a_units_report_tells_how_many_were_registered(store: Store, tmp_path: Path) -> None:
    """A unit of four has no funnel beside the others, but its number stands, as it does in the console."""
    for unit, count in (("north", 60), ("south", 40), ("east", 12), ("west", 4)):
        await store.write(registered, 1, count, unit)
    span = Span("2026-W45", "2026-W48", "west")
    (path,) = await export_report(store, span, folder=tmp_path, organisation=DEFAULT, language="en", now=NOW, zone=ZONE)
    sheet = load_workbook(path)["Overview"]
    header, row = sheet[sheet.tables["response"].ref]
    told = dict(zip([cell.value for cell in header], [cell.value for cell in row], strict=True))
    assert (told["Contacts registered"], told["Finished"], told["Response rate"]) == (4, None, None)


async def test_one_unit_has_no_table_of_its_own(store: Store, tmp_path: Path) -> None:
    """Where there is one unit, its figures are those of all."""
    await store.write(registered, 1, 40)
    assert "response_by_unit" not in load_workbook(await exported(store, tmp_path))[SHEET].tables


async def test_reasons_have_a_chart_of_what_may_be_shown(store: Store, tmp_path: Path) -> None:
    """The chart has one bar for each reason that is told, and none for a small one."""
    for reason, count in (("budget", 30), ("paused", 12), ("retired", 9), ("too-late", 8), ("no-reply", 3)):
        await store.write(registered, 1, count, "centre", reason)
    path = await exported(store, tmp_path)
    sheet = load_workbook(path)[SHEET]
    (chart,) = sheet._charts  # type: ignore[attr-defined]
    told = {row["Reason"]: row["Follow-ups"] for row in table(path, "why_not")}
    shown = {name: count for name, count in told.items() if isinstance(count, int)}
    assert len(shown) == 3
    where = chart.series[0].cat.strRef.f if chart.series[0].cat.strRef else chart.series[0].cat.numRef.f
    first, last = (int(cell.strip("$").split("$")[1]) for cell in where.split("!")[1].split(":"))
    ground = load_workbook(path)["Chart data"]
    bars = [str(ground.cell(row, 1).value) for row in range(first, last + 1)]
    assert bars == [f"{name}: {count}" for name, count in sorted(shown.items(), key=lambda pair: -pair[1])]


def test_other_weeks_that_were_asked_for_tell_no_period() -> None:
    """Of weeks that don't hold the fixed period nothing of it is told; the four weeks up to this one always may."""
    row = FunnelRow("2026-W48", "", "visit", "citizen", 12, 0, 0, 0, 0)
    asked = of_rows(WEEK, ("2026-W48", WEEK), Catalogue([]), [], [row])
    assert not tells_period(asked)
    _, response, _ = newest(asked, "visit", "citizen", Texts("en"))
    assert (response.funnel, response.why) == (None, Texts("en")("notes.span"))
    assert tells_period(of_rows(WEEK, weeks_before(WEEK), Catalogue([]), [], [row]))
    assert tells_period(of_rows(WEEK, ("2026-W44", *weeks_before(WEEK)), Catalogue([]), [], [row]))
