"""Half a year of one unit: its periods as its own reports tell them, what changed between them, and what broke."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import organisation
from bot.clock import week_start
from bot.figures.periods import number_of, week_of
from bot.figures.suppression import Showing
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.changes import changes_of
from bot.workbook.edition import Edition
from bot.workbook.parts import held_in
from bot.workbook.report import Report, report
from bot.workbook.series import Series, is_main
from bot.workbook.sheets import Curve, Formed, Line, Sheet, Table
from bot.workbook.shown import Key
from bot.workbook.snapshot import Snapshot, gathered
from bot.workbook.texts import Texts
from bot.workbook.unit_report import part_of, unit_report
from flows.journey import Words
from tests.workbook_rows import ZONE, Rows, scale, visit

LAST = "2026-W52"
"""The week that ends the period 2026-W49 to 2026-W52."""

AFTER = datetime(2026, 12, 28, 5, tzinfo=UTC)
DEFAULT = organisation.default(("sv", "fi", "en"))
SAY = Texts("en")
BUSY = ("2026-W42", "2026-W46", "2026-W50")
"""The one week of each period in which anybody came."""

SIZES: Mapping[str, tuple[int, int, int]] = {
    "centre": (40, 41, 46),
    "south": (36, 36, 36),
    "north": (12, 12, 12),
    "west": (0, 0, 4),
}
"""Persons of each unit, period by period."""

WHOLE = Key("visit", "whole", 1, False)
Record = dict[str, object]


def mark(unit: str, period: int, place: int) -> int:
    """How the person at this place rated it: the centre's ratings go up by two steps in the last period."""
    return {"centre": (2, 2, 4)[period] + place % 2, "south": 3 + place % 2, "north": 2, "west": 5}[unit]


def index(unit: str, period: int) -> float:
    """The index of a unit in a period, from those ratings."""
    size = SIZES[unit][period]
    return sum(25 * (mark(unit, period, place) - 1) for place in range(size)) / size


def start_of(week: str) -> datetime:
    """Monday morning of a week."""
    return week_start(week, ZONE) + timedelta(hours=9)


def filled(tx: Transaction) -> None:
    """Three periods, and a new version of the journey in the last of them."""
    rows = Rows(tx, visit())
    rows.use(visit(), start_of("2026-W30"))
    for period, week in enumerate(BUSY):
        if period == 2:
            rows.use(visit(scale("ease", "after")), start_of(week))
        for unit, sizes in SIZES.items():
            for place in range(sizes[period]):
                told = "family" if place % 3 else "press"
                rows.answered(start_of(week), {"whole": mark(unit, period, place), "told": told}, unit=unit)


@pytest.fixture
async def three_periods(store: Store) -> Store:
    """Three periods of four units, every week of them closed."""
    await store.write(filled)
    await store.write(weeks.close_ended, AFTER, ZONE)
    return store


async def read(store: Store, unit: str | None = None, last: str = LAST, many: int = 12) -> Snapshot:
    """So many weeks up to the last one, for the report of this unit."""
    asked = tuple(week_of(number_of(last) - back) for back in reversed(range(many)))
    return await store.read(gathered, last, ZONE, False, asked, unit)


async def told(store: Store, unit: str, last: str = LAST, many: int = 12) -> Report:
    """The unit's report."""
    first = week_of(number_of(last) - many + 1)
    edition = Edition(last, DEFAULT, SAY, AFTER, ZONE, False, first, unit)
    return unit_report(await read(store, unit, last, many), edition, unit)


async def series_of(store: Store, unit: str, last: str = LAST) -> Series:
    """What the unit's report is told from."""
    one = (await read(store, unit, last)).chapters.one_unit
    assert one is not None
    return one.series


def sheet(made: Report, name: str) -> Sheet:
    """A sheet by its name."""
    (found,) = (each for each in made.sheets if each.title == SAY(f"sheets.{name}"))
    return found


def records(made: Report, name: str) -> list[Record]:
    """The rows of the table that is called like its sheet, by header."""
    (table,) = (block for block in sheet(made, name).blocks if isinstance(block, Table) and block.name == name)
    headers = [column.header for column in table.columns]
    rows = [[cell.value if isinstance(cell, Formed) else cell for cell in row] for row in table.rows]
    return [dict(zip(headers, row, strict=True)) for row in rows]


def trend_of(made: Report) -> dict[tuple[object, object], Record]:
    """How "whole" was rated, by first and last week."""
    return {(row["First week"], row["Last week"]): row for row in records(made, "trend") if row["Question"] == "whole?"}


def lines(made: Report, name: str = "overview") -> Iterator[str]:
    """The lines of a sheet."""
    yield from (block.text for block in sheet(made, name).blocks if isinstance(block, Line))


def under(made: Report, heading: str) -> list[str]:
    """The lines under a heading of the first sheet."""
    blocks = [block for block in sheet(made, "overview").blocks if isinstance(block, Line)]
    found: list[str] = []
    for block in blocks[[block.text for block in blocks].index(heading) + 1 :]:
        if block.style == "heading":
            break
        found.append(block.text)
    return found


async def test_a_units_trend_tells_its_periods_and_no_week(three_periods: Store) -> None:
    """Three fixed periods with the centre's own answers and index; weeks of forty stand in no row."""
    made = await told(three_periods, "centre")
    found = trend_of(made)
    periods = [("2026-W41", "2026-W44"), ("2026-W45", "2026-W48"), ("2026-W49", "2026-W52")]
    assert list(found) == periods
    for place, period in enumerate(periods):
        assert found[period]["Answers"] == SIZES["centre"][place]
        assert found[period]["Index 0–100"] == pytest.approx(index("centre", place))
        assert found[period]["Note"] is None
    assert {row["Week or four weeks"] for row in records(made, "trend")} == {"Four weeks"}
    assert "Trend: 2026-W41 – 2026-W52, centre" in lines(made, "trend")


async def test_a_units_chart_has_levels_alone(three_periods: Store) -> None:
    """Each period is one level over its four weeks, with nothing between them and no dot of a week."""
    made = await told(three_periods, "centre")
    (curve,) = (block for block in sheet(made, "trend").blocks if isinstance(block, Curve))
    levels = [[index("centre", period)] * 4 for period in range(3)]
    assert [point.value for point in curve.points] == [*levels[0], None, *levels[1], None, *levels[2]]
    assert curve.levels
    assert {point.dot for point in curve.points} == {None}


async def test_a_small_unit_is_hidden_and_a_second_one_with_it(three_periods: Store) -> None:
    """Four at the west are hidden, and the twelve at the north too, in that period alone; neither is told why."""
    north, west = trend_of(await told(three_periods, "north")), trend_of(await told(three_periods, "west"))
    first = north["2026-W41", "2026-W44"]
    assert (first["Answers"], first["Index 0–100"], first["Note"]) == (15, 25, SAY("notes.few"))
    words = SAY("touchpoints.hidden", fewest=7)
    last = north["2026-W49", "2026-W52"]
    assert (last["Answers"], last["Index 0–100"], last["Note"]) == (None, None, words)
    ((weeks_of_west, hidden),) = west.items()
    assert weeks_of_west == ("2026-W29", "2026-W52")
    assert (hidden["Answers"], hidden["Index 0–100"], hidden["Note"]) == (None, None, words)


async def test_the_report_of_all_tells_the_same_of_each_unit(three_periods: Store) -> None:
    """Period by period, the unit's row among the touchpoints of that period's report is its row in the trend."""
    compared, units = 0, {unit: trend_of(await told(three_periods, unit)) for unit in SIZES}
    for last in ("2026-W44", "2026-W48", LAST):
        edition = Edition(last, DEFAULT, SAY, AFTER, ZONE, False)
        groups = {
            row["Group"]: row for row in records(report(await read(three_periods, last=last), edition), "touchpoints")
        }
        for unit, own in units.items():
            row = groups.get(f"Unit: {unit}")
            if row is not None:  # of two units hidden together it tells in one row
                mine = own[week_of(number_of(last) - 3), last]
                for header in ("Answers", "Persons asked", "Contacts", "Index 0–100", "Index from", "Index to"):
                    assert mine[header] == row[header], (unit, last, header)
                compared += 1
    assert compared == 8


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))])
async def test_each_period_stands_as_in_its_own_report(store: Store, seed: int) -> None:
    """Half a year by chance, people who come again and answers erased: each figure is that of the period's own week."""
    chance = random.Random(seed)

    def by_chance(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), start_of("2026-W20"))
        people: list[str] = []
        for week in range(number_of("2026-W27"), number_of(LAST) + 1):
            for unit, sizes in (("centre", [0, 0, 0, 40]), ("north", [0, 0, 0, 31]), ("south", [0, 0, 0, 1, 9])):
                for _ in range(chance.choice(sizes)):
                    again = bool(people) and chance.random() < 0.05
                    person = chance.choice(people) if again else rows.person(start_of("2026-W27"))
                    given: dict[str, int | str | None] = {"whole": chance.randint(1, 5), "told": "press"}
                    rows.answered(start_of(week_of(week)), given, person=person, unit=unit)
                    people.append(person)
        for week_erased, late in (("2026-W34", 1), ("2026-W50", 0)):
            tx.run("INSERT INTO erased (week, rows, told) VALUES (:week, 1, :told)", week=week_erased, told=late)

    await store.write(by_chance)
    await store.write(weeks.close_ended, AFTER, ZONE)
    ways = set()
    for unit in ("centre", "north", "south"):
        series = await series_of(store, unit)
        assert len(series.periods) == 6
        for place, period in enumerate(series.periods):
            own = await store.read(gathered, period[-1], ZONE, False)
            held = held_in(own, own.chapters.units, unit)
            lately = place >= len(series.periods) - 2
            main = {
                key: figure
                for key, figure in held.items()
                if lately or is_main(own.catalogue.latest(key.journey).question(key.question))
            }
            assert dict(series.told.get(period, {})) == main
            ways |= {figure.showing for figure in main.values()}
    assert ways == set(Showing)


async def test_a_unit_has_no_period_that_has_not_ended(three_periods: Store) -> None:
    """In the middle of a period its trend ends with the one before, and that one is what is compared."""
    made = await told(three_periods, "centre", "2026-W50", 6)
    assert list(trend_of(made)) == [("2026-W41", "2026-W44"), ("2026-W45", "2026-W48")]
    assert any("to 2026-W48" in line for line in lines(made, "trend"))
    (row,) = (row for row in records(made, "changes") if row["Measure"] == "Index 0–100")
    assert (row["Now"], row["Before"]) == ("2026-W45 – 2026-W48", "2026-W41 – 2026-W44")


async def test_a_units_change_is_told_where_both_periods_are_whole(three_periods: Store) -> None:
    """The centre is two steps over the period before, among its own comparisons; the first sheet says so."""
    made = await told(three_periods, "centre")
    rows = records(made, "changes")
    (row,) = (row for row in rows if row["Measure"] == "Index 0–100")
    assert (row["Answers"], row["Answers before"]) == (46, 41)
    assert row[SAY("headers.difference")] == pytest.approx(index("centre", 2) - index("centre", 1))
    assert row["What can be told"] == "Certainly higher"
    assert any(
        line.startswith(f"All that was compared, {len(rows)} comparisons, of which 1")
        for line in lines(made, "changes")
    )
    heading = "What changed since the four-week period before"
    sentence, of = under(made, heading)
    assert "(n = 46) in 2026-W49 – 2026-W52 against" in sentence
    assert of.startswith(f"Certain: 1 of {len(rows)}")
    every = list(lines(made))
    headings = [SAY("overview.essentials"), heading, SAY("overview.breaks"), SAY("overview.about")]
    assert sorted(headings, key=every.index) == headings


async def test_a_unit_that_is_told_in_fives_is_not_compared(three_periods: Store) -> None:
    """Thirty-six at the south are rounded for the north's sake: nothing is compared, and both sheets say why."""
    made = await told(three_periods, "south")
    assert SAY("sheets.changes") not in {each.title for each in made.sheets}
    assert under(made, SAY("overview.changed")) == [SAY("changes.nothing-unit")]
    part = part_of(await read(three_periods, "south"), "south")
    found = changes_of(part, await series_of(three_periods, "south"))
    assert (found.all, found.too_few) == ((), 2)


async def test_what_was_erased_can_not_be_had_from_a_units_periods(three_periods: Store) -> None:
    """One answer of the last period erased: it stands in fives, and so does what is compared with it."""
    await three_periods.write(lambda tx: tx.run("INSERT INTO erased (week, rows) VALUES ('2026-W50', 1)"))
    made = await told(three_periods, "centre")
    found = trend_of(made)
    assert found["2026-W45", "2026-W48"]["Answers"] == 41
    last = found["2026-W49", "2026-W52"]
    assert (last["Answers"], last["Index 0–100"]) == (50, 90)
    assert last["Note"] == SAY("notes.erased")
    (row,) = (row for row in records(made, "changes") if row["Measure"] == "Index 0–100")
    assert (row["Answers"], row["Answers before"], row["Note"]) == (50, 45, SAY("notes.erased"))
    series = await series_of(three_periods, "centre")
    assert [series.lost(period, WHOLE) for period in series.periods[-2:]] == [False, True]


async def test_what_was_erased_of_weeks_of_all_holds_a_unit_back_too(store: Store) -> None:
    """Two units of twenty a week: each week was told of all, none of a unit; after an erasure the unit is in fives."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), start_of("2026-W30"))
        for week in ("2026-W49", "2026-W50"):
            for unit in ("centre", "north"):
                for place in range(20):
                    rows.answered(start_of(week), {"whole": 1 + place % 5}, unit=unit)

    await store.write(write)
    await store.write(weeks.close_ended, AFTER, ZONE)
    notes = []
    for _ in range(2):
        notes.append(trend_of(await told(store, "centre"))["2026-W49", "2026-W52"]["Note"])
        await store.write(lambda tx: tx.run("INSERT OR IGNORE INTO erased (week, rows) VALUES ('2026-W50', 1)"))
    assert notes == [None, SAY("notes.parts-few")]


async def test_a_unit_is_told_what_broke_for_all_and_that_it_came_itself(three_periods: Store) -> None:
    """The new version and the holiday week stand in each unit's report; that the west came in the west's alone."""
    came = "2026-W50: A new unit with contacts: west."
    west, centre = [under(await told(three_periods, unit), SAY("overview.breaks")) for unit in ("west", "centre")]
    assert west[0] == centre[0] == SAY("breaks.together")
    assert [line for line in west if line not in centre] == [came]
    assert any(line.startswith("2026-W50: A visit: a new version") for line in centre)
    assert any(line.startswith("2026-W52: A holiday week") for line in centre)
    last = trend_of(await told(three_periods, "centre"))["2026-W49", "2026-W52"]
    assert "a new version of the journey" in str(last["Break in the series"])


async def test_a_units_trend_counts_a_raised_question_anew(store: Store) -> None:
    """A question with another meaning has rows of its own for a unit too."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), start_of("2026-W30"))
        for week in BUSY[:2]:
            for _ in range(40):
                rows.answered(start_of(week), {"whole": 3})
        after = visit().phases[2]
        raised = tuple(
            replace(asked, version=2, text=Words({"en": "all in all?"})) if asked.code == "whole" else asked
            for asked in after.questions
        )
        rows.use(replace(visit(), phases=(*visit().phases[:2], replace(after, questions=raised))), start_of(BUSY[2]))
        for _ in range(40):
            rows.answered(start_of(BUSY[2]), {"whole": 4})

    await store.write(write)
    await store.write(weeks.close_ended, AFTER, ZONE)
    rows = records(await told(store, "centre"), "trend")
    assert [(row["Question"], row["Last week"], row["Index 0–100"]) for row in rows] == [
        ("whole?", "2026-W44", 50),
        ("whole?", "2026-W48", 50),
        ("all in all?", "2026-W52", 75),
    ]
