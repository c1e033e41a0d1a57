"""What changed, and what broke: only what holds among all that was compared is told as a change, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import organisation
from bot.figures.comparisons import holm
from bot.figures.distribution import Distribution
from bot.figures.suppression import Showing
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.breaks import breaks
from bot.workbook.changes import change_lines, changed_since, changes, changes_of
from bot.workbook.counted import counted
from bot.workbook.differences import Difference, differences, judged, told_values, verdict
from bot.workbook.edition import Edition
from bot.workbook.entries import period_entries
from bot.workbook.report import report
from bot.workbook.sheets import Curve, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Key, of_week
from bot.workbook.snapshot import Snapshot, gathered
from bot.workbook.texts import Texts
from bot.workbook.trend import trend
from flows.journey import Journey, Question, Words
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, scale, visit

ORGANISATION = organisation.default(("sv", "fi", "en"))
LAST = "2026-W48"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)
VERSION = (
    "A visit: a new version of the journey. New meaning, answers before and after are counted apart: “whole?”; "
    "Changed wording, answers are counted together: “told whom?”; New questions: “ease?”."
)
EDITION = Edition(LAST, ORGANISATION, Texts("en"), AFTER, ZONE, False)


def filled(tx: Transaction, counts: dict[int, dict[int, int]], journey: Journey | None = None) -> None:
    """By weeks back: so many persons gave each step."""
    rows = Rows(tx, journey or visit())
    rows.use(rows.journey, START - timedelta(weeks=max(counts)))
    for back, steps in counts.items():
        for step, persons in steps.items():
            for _ in range(persons):
                rows.answered(START - timedelta(weeks=back), {"whole": step})


async def read(store: Store) -> Snapshot:
    """The last week, closed and read."""
    await store.write(weeks.close_ended, AFTER, ZONE)
    return await store.read(gathered, LAST, ZONE, False)


async def test_a_change_that_holds_is_told_with_both_n_and_its_interval(store: Store) -> None:
    """Forty persons at 2 after forty at 4, spread alike: the sentence says where, both n, how much, and how sure."""
    await store.write(filled, {1: {4: 30, 5: 10}, 0: {2: 30, 3: 10}})
    snapshot = await read(store)
    found = changes_of(snapshot, snapshot.chapters.series)
    (change,) = found.certain
    assert (change.now, change.before) == ((LAST,), ("2026-W47",))
    line, of = change_lines(snapshot, found, EDITION)
    assert line.startswith(
        "Lower: A visit: whole? Index 0–100: 31 (n = 40) in 2026-W48 against 81 (n = 40) in 2026-W47"
    )
    assert "50 less, interval 45 to 55" in line
    assert "1 of 1" in of


async def test_without_a_change_it_says_what_would_be_needed(store: Store) -> None:
    """The same answers in two weeks: no certain change, how many were compared, and how many would be needed."""
    await store.write(filled, {1: {2: 15, 5: 16}, 0: {2: 15, 5: 17}})
    snapshot = await read(store)
    found = changes_of(snapshot, snapshot.chapters.series)
    none, needed = change_lines(snapshot, found, EDITION)
    assert none.startswith("No certain change: 1 comparisons")
    assert found.all[0].difference.needed > 32
    assert (
        f"about {found.all[0].difference.needed} people who answer are needed each time; now there were 31 to 31"
        in needed
    )
    said = verdict(found.all[0].difference, 1, Texts("en"))
    assert said == (
        f"We can’t see a difference: n = 32 and 31; about {found.all[0].difference.needed} per group "
        "would be needed for 0.5 steps"
    )


async def test_small_weeks_are_compared_as_periods(store: Store) -> None:
    """Ten a week: the four weeks are compared with the four before, and nothing of a single week is told."""
    await store.write(filled, {back: {4: 10} for back in range(4)} | {back: {2: 10} for back in range(4, 8)})
    snapshot = await read(store)
    (change,) = changes_of(snapshot, snapshot.chapters.series).all
    assert (change.now[0], change.before[0]) == ("2026-W45", "2026-W41")
    assert change.difference.holds


async def test_nothing_is_compared_that_is_not_shown_whole(store: Store) -> None:
    """Twenty persons in all: nothing could be compared, and the sheet is left out with that reason."""
    await store.write(filled, {0: {4: 10}, 5: {2: 10}})
    snapshot = await read(store)
    found = changes_of(snapshot, snapshot.chapters.series)
    assert (found.all, found.too_few) == ((), 1)
    assert list(change_lines(snapshot, found, EDITION)) == [Texts("en")("changes.nothing")]


@examples(80)
@given(st.lists(st.tuples(st.integers(30, 60), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=20))
def test_only_what_holds_after_holm_is_called_certain(groups: list[tuple[int, int, int]]) -> None:
    """One of many is certain exactly where its adjusted p is at most 0.05, and its verdict says so."""
    asked = scale("whole", "after")
    found = {}
    for place, (n, high, higher) in enumerate(groups):
        first, second = (
            Distribution(n, n, n, {}, {1: n - high, 5: high}),
            Distribution(n, n, n, {}, {1: n - higher, 5: higher}),
        )
        (found[place],) = differences(asked, [], first, second)
    told = judged(found)
    adjusted = holm({place: difference.p for place, difference in found.items()})
    for place, difference in told.items():
        assert difference.holds is (adjusted[place] <= 0.05)
        assert ("Certainly" in verdict(difference, len(groups), Texts("en"))) is difference.holds


def test_where_nothing_varies_ranks_decide() -> None:
    """All at 5 against all at 1 is a difference, though no interval can be given; all alike is none."""
    asked = scale("whole", "after")
    high, low = (Distribution(40, 40, 40, {}, {step: 40}) for step in (5, 1))
    (apart,) = differences(asked, [], high, low)
    (alike,) = differences(asked, [], high, high)
    assert apart.interval is None
    assert apart.p < 0.001
    assert alike.p == 1


async def test_the_trend_tells_only_what_each_week_may(store: Store) -> None:
    """A week of forty has a row, one of five has none; periods are fixed; days are days."""
    await store.write(filled, {0: {4: 40}, 9: {4: 5}, 10: {4: 20}})
    snapshot = await read(store)
    sheet = trend(snapshot, snapshot.chapters.series, [], EDITION)
    assert isinstance(sheet, Sheet)
    (table,) = (block for block in sheet.blocks if isinstance(block, Table))
    rows = [list(row) for row in table.rows]
    assert [row[2:5] for row in rows] == [
        ["Four weeks", "2026-W37", "2026-W40"],
        ["Four weeks", "2026-W45", "2026-W48"],
        ["Week", LAST, LAST],
    ]
    assert [row[6] for row in rows] == [25, 40, 40]
    assert rows[0][5] == date(2026, 9, 7)


async def test_the_trend_shows_nothing_that_single_reports_did_not(store: Store) -> None:
    """Each week's and period's figure in the series is the very one that the report of its own week has."""
    await store.write(
        filled, {0: {4: 40}, 1: {2: 33}, 2: {3: 3}, 3: {5: 50}, 4: {4: 12}, 5: {1: 9}, 6: {4: 31}, 7: {2: 40}}
    )
    series = (await read(store)).chapters.series
    key = Key("visit", "whole", 1, False)
    reports = {week: await store.read(counted, week, ZONE, False) for week in series.weeks[-8:]}
    for week, counts in reports.items():
        assert series.of((week,), key) == of_week(counts.by_week[week][key], "citizen")
    for period in series.periods[-2:]:
        (own,) = (entry.figure for entry in period_entries(reports[period[-1]]) if entry.key == key)
        assert series.of(period, key) == own
    assert {series.of(period, key) is None for period in series.periods[:-2]} == {True}


async def test_a_period_is_drawn_as_one_level(store: Store) -> None:
    """Its value lies over its weeks without marks, nothing leads to the next, and empty weeks before are not drawn."""
    await store.write(filled, {back: {4: 40} for back in range(4)} | {back: {2: 40} for back in range(4, 8)})
    snapshot = await read(store)
    sheet = trend(snapshot, snapshot.chapters.series, [], EDITION)
    assert isinstance(sheet, Sheet)
    (curve,) = (block for block in sheet.blocks if isinstance(block, Curve))
    assert curve.levels
    assert [point.value for point in curve.points] == [25, 25, 25, 25, None, 75, 75, 75, 75]
    assert "2026-W41" in curve.across


async def test_what_was_erased_since_can_not_be_had_from_the_trend(store: Store) -> None:
    """Of a week that lost an answer the trend is rounded, and so is its period: then less now is not that answer."""
    await store.write(filled, {0: {4: 40}, 1: {2: 41}, 5: {3: 45}})
    before = (await read(store)).chapters.series
    await store.write(lambda tx: tx.run("INSERT INTO erased (week, rows) VALUES ('2026-W47', 1)"))
    after = (await store.read(gathered, LAST, ZONE, False)).chapters.series
    key = Key("visit", "whole", 1, False)
    for told, showing in ((before, Showing.WHOLE), (after, Showing.FEW)):
        assert {
            figure.showing for figure in (told.of(("2026-W47",), key), told.of(told.periods[-1], key)) if figure
        } == {showing}
    untouched = after.of((LAST,), key), after.of(after.periods[-2], key)
    assert all(figure and figure.showing is Showing.WHOLE for figure in untouched)


async def test_a_change_of_a_week_that_lost_answers_is_told_in_fives(store: Store) -> None:
    """What is compared is what was counted; what is told of it is rounded, in the sentence and in the table."""
    await store.write(filled, {1: {4: 31, 5: 10}, 0: {2: 32, 3: 10}})
    await store.write(lambda tx: tx.run("INSERT INTO erased (week, rows) VALUES ('2026-W47', 1)"))
    snapshot = await read(store)
    found = changes_of(snapshot, snapshot.chapters.series)
    line, _ = change_lines(snapshot, found, EDITION)
    assert "30 (n = 45) in 2026-W48 against 80 (n = 45) in 2026-W47, 50 less, interval 45 to 55" in line
    sheet = changes(snapshot, found, EDITION)
    assert isinstance(sheet, Sheet)
    ((*_, n, other, value, before, less, _, _, said, note),) = next(
        block.rows for block in sheet.blocks if isinstance(block, Table)
    )
    assert (n, other) == (45, 45)
    assert [getattr(cell, "value", None) for cell in (value, before, less)] == [30, 80, -50]
    assert (said, note) == ("Certainly lower", Texts("en")("notes.erased"))


def apart(asked: Question, *, now: dict[str, int], before: dict[str, int], rounded: bool) -> Difference:
    """The share of the first choice among so many now, and among so many before."""
    one, other = (
        Distribution(sum(counts.values()), sum(counts.values()), sum(counts.values()), counts, {})
        for counts in (now, before)
    )
    found, *_ = differences(asked, [choice.code for choice in asked.choices], one, other)
    return replace(found, rounded=rounded)


@examples(100)
@given(st.integers(0, 55), st.integers(0, 55), st.booleans())
def test_the_difference_told_is_that_of_the_two_figures_beside_it(now: int, before: int, rounded: bool) -> None:
    """In fives as exact: first less second, in percentage points, and within the interval that is told."""
    asked = question("why", "one", "after", options("wrong", "other", "none"))
    found = apart(
        asked, now={"wrong": now, "none": 55 - now}, before={"wrong": before, "none": 55 - before}, rounded=rounded
    )
    first, second, less, low, high = (cell.value for cell in told_values(found))
    assert isinstance(first, float)
    assert isinstance(second, float)
    assert isinstance(less, int | float)
    assert less == pytest.approx(100 * (first - second))
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    assert low <= less <= high


async def test_what_changed_is_headed_by_what_was_compared(store: Store) -> None:
    """Weeks of thirty are compared with the week before, smaller ones as four-week periods: the heading says which."""
    await store.write(filled, {0: {4: 40}, 1: {4: 40}})
    snapshot = await read(store)
    by_week = changes_of(snapshot, snapshot.chapters.series)
    assert changed_since(by_week, Texts("en")) == "What changed since last week"
    as_periods = replace(by_week, all=tuple(replace(each, now=snapshot.period) for each in by_week.all))
    assert changed_since(as_periods, Texts("en")) == "What changed since the four-week period before"
    both = replace(by_week, all=(*by_week.all, *as_periods.all))
    assert changed_since(both, Texts("en")) == "What changed since last week or the four-week period before"


async def test_an_empty_trend_says_why(store: Store) -> None:
    """Nobody was ever asked: no sheet, but a reason."""
    await store.write(lambda tx: Rows(tx, visit()).use(visit(), MONDAY))
    snapshot = await read(store)
    assert isinstance(trend(snapshot, snapshot.chapters.series, [], EDITION), LeftOut)


async def test_breaks_are_told_with_their_week(store: Store) -> None:
    """A raised version, another wording, a new question, a unit that came and one that went: each in words."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), START - timedelta(weeks=9))
        for back in range(6, 10):
            rows.contact(START - timedelta(weeks=back), unit="old")
        for back in range(10):
            rows.contact(START - timedelta(weeks=back))
        rows.contact(START - timedelta(weeks=1), unit="new")
        later = visit(scale("ease", "after"))
        after = later.phases[2]
        raised = {"whole": {"version": 2}, "told": {"text": Words({"en": "told whom?"})}}
        changed = tuple(replace(asked, **raised.get(asked.code, {})) for asked in after.questions)  # type: ignore[arg-type]
        rows.use(replace(later, phases=(*later.phases[:2], replace(after, questions=changed))), MONDAY)

    await store.write(write)
    snapshot = await read(store)
    told = {(each.week, each.words) for each in breaks(snapshot, snapshot.chapters.series, EDITION)}
    assert told == {
        (
            "2026-W47",
            VERSION,
        ),
        ("2026-W47", "A new unit with contacts: new."),
        ("2026-W43", "A unit without contacts since then: old."),
    }


async def test_a_holiday_week_with_few_contacts_is_told(store: Store) -> None:
    """Sweden's 2026-W45 has no holiday from Monday to Friday; a week with one and few contacts is told."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), START - timedelta(weeks=30))
        for back in range(24):
            # 2026-W25 ends with Midsummer Eve, a Friday.
            for _ in range(10 if back in (10, 23) else 40):
                rows.contact(START - timedelta(weeks=back))

    await store.write(write)
    snapshot = await read(store)
    (told,) = breaks(snapshot, snapshot.chapters.series, EDITION)
    assert told.week == "2026-W25"
    assert told.words.startswith("A holiday week with few contacts: 10 against about 40")


async def test_the_first_sheet_tells_changes_and_breaks(store: Store) -> None:
    """Both have their heading, with words under it where there is nothing to tell."""
    await store.write(filled, {0: {4: 8}})
    told = report(await read(store), EDITION).sheets[0]
    lines = [block.text for block in told.blocks if isinstance(block, Line)]
    assert lines[lines.index("What changed") + 1].startswith("Nothing could be compared")
    assert lines[lines.index("Breaks in the series") + 1].startswith("No breaks in the series")
