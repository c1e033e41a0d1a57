"""A unit's report on touchpoints, contacts and answers, promises, outcomes: its own numbers, and no small one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import organisation
from bot.clock import week_start
from bot.figures.suppression import fewest, rounded_up
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.dispositions import Cell, hidden_beside
from bot.workbook.edition import Edition
from bot.workbook.report import Report, report
from bot.workbook.sheets import Bars, Content, Formed, Line, Table
from bot.workbook.snapshot import gathered
from bot.workbook.texts import Texts
from bot.workbook.unit_report import unit_report
from tests.workbook_rows import ZONE, Rows, visit

LAST = "2026-W52"
"""The week that ends the period 2026-W49 to 2026-W52, and the quarter 2026-W41 to 2026-W52."""

AFTER = datetime(2026, 12, 28, 5, tzinfo=UTC)
START = week_start("2026-W50", ZONE) + timedelta(hours=9)
QUARTER = week_start("2026-W41", ZONE) + timedelta(hours=9)
DEFAULT = organisation.default(("sv", "fi", "en"))
SAY = Texts("en")
TOUCHPOINTS, FUNNEL, CALLS = "Touchpoints", "From contact to answer", "Call-backs kept"
GAP, OTHER = SAY("journey.gap"), SAY("funnel.other-reasons")
Row = Mapping[str, Content]


def begun(tx: Transaction) -> Rows:
    """Rows pinned to the journey."""
    rows = Rows(tx, visit())
    rows.use(visit(), QUARTER - timedelta(weeks=1))
    return rows


async def made(store: Store, unit: str | None = None) -> Report:
    """The report of the last week; of all units, or of one."""
    await store.write(weeks.close_ended, AFTER, ZONE)
    snapshot = await store.read(gathered, LAST, ZONE, False, None, unit)
    edition = Edition(LAST, DEFAULT, SAY, AFTER, ZONE, simulated=False, unit=unit)
    return report(snapshot, edition) if unit is None else unit_report(snapshot, edition, unit)


def table(made: Report, title: str, name: str) -> list[Row]:
    """The rows of one table, by header; none where it is not there."""
    for sheet in made.sheets:
        for block in sheet.blocks if sheet.title == title else ():
            if isinstance(block, Table) and block.name == name:
                headers = [column.header for column in block.columns]
                cells = [[cell.value if isinstance(cell, Formed) else cell for cell in row] for row in block.rows]
                return [dict(zip(headers, row, strict=True)) for row in cells]
    return []


def lines(made: Report, title: str) -> list[str]:
    """The lines of a sheet."""
    (sheet,) = (sheet for sheet in made.sheets if sheet.title == title)
    return [block.text for block in sheet.blocks if isinstance(block, Line)]


def left_out(made: Report) -> dict[Content, Content]:
    """What Notes say was left out, and why."""
    return {row["Sheet"]: row["Why it is left out"] for row in table(made, "Notes", "left_out")}


# Touchpoints


def rated(units: Mapping[str, Mapping[int, int]]) -> Callable[[Transaction], None]:
    """At each unit so many persons gave each step, every third of them on the phone."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for unit, steps in units.items():
            for step, persons in steps.items():
                for place in range(persons):
                    contact = rows.answered(START, {"whole": step}, unit=unit)
                    if place % 3 == 0:
                        tx.run("UPDATE follow_ups SET channel = 'phone' WHERE contact_id = :c", c=contact)

    return write


async def test_a_unit_is_compared_as_in_the_report_of_all(store: Store) -> None:
    """Forty of 5 and 4 beside eighty of 2 and 3: the rows of all units and of this one, word for word; no channel."""
    low = {2: 20, 3: 20}
    await store.write(rated({"north": {4: 10, 5: 30}, "south": low, "west": low}))
    every, own = await made(store), await made(store, "north")
    both = {str(row["Group"]): row for row in table(every, TOUCHPOINTS, "touchpoints")}
    assert {"Channel: phone", "Channel: visit"} < {name.lower().replace("channel", "Channel") for name in both}
    told = {str(row["Group"]): row for row in table(own, TOUCHPOINTS, "touchpoints")}
    assert told == {name: both[name] for name in ("All", "Unit: north")}
    north = told["Unit: north"]
    assert (north["Answers"], north["Index 0–100"]) == (40, (10 * 75 + 30 * 100) / 40)
    certain = [line for line in lines(every, TOUCHPOINTS) if line.startswith("Certainly")]
    assert [line for line in lines(own, TOUCHPOINTS) if line.startswith("Certainly")] == [
        line for line in certain if "north" in line
    ]
    assert len(certain) > 1


async def test_a_unit_that_does_not_certainly_differ_says_so(store: Store) -> None:
    """Of two units alike neither differs: words about this unit, not about units and channels."""
    await store.write(rated({"north": {1: 16, 5: 16}, "south": {1: 16, 5: 16}}))
    assert SAY("touchpoints.not-here") in lines(await made(store, "north"), TOUCHPOINTS)


async def test_a_small_unit_and_the_one_held_back_with_it_stand_alike(store: Store) -> None:
    """Four persons at the south, and twelve at the east, which all less the north would be: neither has a number."""
    await store.write(rated({"north": {4: 60}, "east": {3: 12}, "south": {2: 4}}))
    every = {str(row["Group"]) for row in table(await made(store), TOUCHPOINTS, "touchpoints")}
    assert "Units not shown: 2" in every
    told = []
    for unit in ("east", "south"):
        _, row = table(await made(store, unit), TOUCHPOINTS, "touchpoints")
        assert row["Group"] == f"Unit: {unit}"
        told.append([value for name, value in row.items() if name != "Group"])
    assert told[0] == told[1]
    assert not [value for value in told[0] if isinstance(value, int | float)]


async def test_a_unit_whose_people_were_asked_nothing_has_no_touchpoints(store: Store) -> None:
    """The sheet is left out, with the reason, where nobody of the unit was asked."""
    await store.write(rated({"north": {4: 40}, "south": {3: 40}}))
    assert left_out(await made(store, "east"))[TOUCHPOINTS] == SAY("touchpoints.nothing-here")


# From contact to answer


REASONS: Mapping[str, Mapping[str, int]] = {
    "north": {"budget": 31, "paused": 12, "retired": 9, "too-late": 41},
    "south": {"budget": 20, "paused": 8, "retired": 10, "too-late": 42},
    "east": {"budget": 15, "paused": 3, "retired": 14, "too-late": 43, "no-reply": 33},
    "west": {"budget": 12},
    "far": {"paused": 4},
}
"""How many follow-ups of each unit ended in which reason. The last two units are not told of."""


def not_answered(reasons: Mapping[str, Mapping[str, int]]) -> Callable[[Transaction], None]:
    """Contacts of which nobody was asked."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for unit, found in reasons.items():
            for reason, count in found.items():
                for _ in range(count):
                    follow_up = rows.follow_up(rows.contact(START, unit=unit), "after", START, begun=False)
                    tx.run("UPDATE follow_ups SET reason = :r WHERE id = :id", r=reason, id=follow_up)
                    rows.history(follow_up, "ended", START, "not-asked")

    return write


def why_not(made: Report) -> dict[str, Content]:
    """The count of each reason of the period, by its label."""
    return {
        str(row["Reason"]): row["Follow-ups"]
        for row in table(made, FUNNEL, "why_not")
        if row["Time"] == "2026-W49 – 2026-W52"
    }


async def test_a_units_contacts_stand_as_beside_the_other_units(store: Store) -> None:
    """The row of the report of all; of a small unit, and of the one held back with it, how many were registered."""
    await store.write(not_answered({"north": {"budget": 60}, "south": {"budget": 40}, "east": {"budget": 12}}))
    await store.write(not_answered({"west": {"budget": 4}}))
    every = {row["Unit"]: row for row in table(await made(store), FUNNEL, "response_by_unit")}
    assert "A visit: Others (2)" in every
    for unit, count in (("north", 60), ("south", 40), ("east", 12), ("west", 4)):
        (row,) = table(await made(store, unit), FUNNEL, "response_by_unit")
        assert row["Contacts registered"] == count
        assert (row["Unit"] in every) is (count >= 40)
        assert row == every.get(row["Unit"], row)
        assert (row["Finished"] is None) is (count < 40)


async def test_the_reasons_of_units_are_those_of_all_told_apart(store: Store) -> None:
    """As read: each unit's own counts, which add up to what is read of all units together."""
    await store.write(not_answered(REASONS))
    await store.write(weeks.close_ended, AFTER, ZONE)
    args = ("2026-W49", LAST, LAST, ZONE, False)
    together = await store.read(weeks.reasons, *args)
    apart = await store.read(lambda tx: weeks.reasons(tx, *args, by_unit=True))
    assert {(row.part, row.reason): row.follow_ups for row in apart} == {
        (unit, reason): count for unit, found in REASONS.items() for reason, count in found.items()
    }
    for row in together:
        assert row.part == ""
        assert row.follow_ups == sum(each.follow_ups for each in apart if each.reason == row.reason)


async def test_reasons_of_a_unit_give_no_small_count_away(store: Store) -> None:
    """Counts in fives; three paused at the east are hidden, with others at the east and others who paused elsewhere."""
    await store.write(not_answered(REASONS))
    labels = {reason: SAY.label("reasons", reason) for found in REASONS.values() for reason in found}
    every = why_not(await made(store))
    told = {unit: why_not(await made(store, unit)) for unit in REASONS}
    assert told.pop("west") == told.pop("far") == {}
    for unit, found in told.items():
        assert found.pop(OTHER, GAP) == GAP
        for reason, count in REASONS[unit].items():
            assert found.get(labels[reason], rounded_up(count)) == rounded_up(count)
    assert labels["paused"] not in told["east"]
    assert all(isinstance(found[labels["too-late"]], int) for found in told.values())
    assert told["east"][labels["no-reply"]] == every[labels["no-reply"]] == 35
    for label, total in every.items():
        hidden = [
            count
            for unit, counts in REASONS.items()
            for reason, count in counts.items()
            if labels[reason] == label and label not in told.get(unit, {})
        ]
        assert isinstance(total, int)
        assert not hidden or (len(hidden) > 1 and sum(hidden) >= 7), label
    for unit, found in told.items():
        hidden = [count for reason, count in REASONS[unit].items() if labels[reason] not in found]
        assert not hidden or (len(hidden) > 1 and sum(hidden) >= 7), unit


async def test_a_unit_has_a_chart_of_the_reasons_that_are_told(store: Store) -> None:
    """The bars are the counts of the table, none for what is not shown."""
    await store.write(not_answered(REASONS))
    own = await made(store, "east")
    (sheet,) = (sheet for sheet in own.sheets if sheet.title == FUNNEL)
    (bars,) = (block for block in sheet.blocks if isinstance(block, Bars))
    assert sorted(bar.value for bar in bars.bars) == sorted(
        count for count in why_not(own).values() if isinstance(count, int)
    )


async def test_what_began_from_a_poster_is_told_of_all_units(store: Store) -> None:
    """The line about posters stands below one that says whose it is."""

    def write(tx: Transaction) -> None:
        rows = begun(tx)
        for unit in ("north", "south"):
            for _ in range(20):
                rows.contact(START, rows.person(), invitation="open", unit=unit)
                rows.contact(START, unit=unit)

    await store.write(write)
    told = lines(await made(store, "north"), FUNNEL)
    assert "40 contacts" in told[told.index(SAY("funnel.open-of-all")) + 1]


One = tuple[str, Cell]
ONES = st.tuples(
    st.sampled_from(["north", "south", "east", "west"]),
    st.sampled_from([("visit", "citizen", "not-asked", reason) for reason in "vwxyz"]),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(ONES, st.integers(1, 40), min_size=1), st.sets(ONES, max_size=3))
def test_what_is_hidden_can_not_be_had_either_way(counts: dict[One, int], before: set[One]) -> None:
    """Of each unit and of each reason the hidden are several, and enough together, or nothing is told beside them."""
    already = before & counts.keys()
    hidden = hidden_beside(counts, already, "citizen")
    assert already <= hidden <= counts.keys()
    assert all(count >= fewest("citizen") for one, count in counts.items() if one not in hidden)
    cells = [cell for _, cell in counts]
    covering = {one for one in counts if cells.count(one[1]) > 1 or one in already}
    for side, among in ((0, covering), (1, counts.keys())):
        for name in {one[side] for one in among}:
            line = [one for one in among if one[side] == name]
            gone = [counts[place] for place in line if place in hidden]
            if gone and len(gone) < len(line):
                assert len(gone) > 1
                assert sum(gone) >= fewest("citizen")


# Promises to call


def promised(units: Mapping[str, int]) -> Callable[[Transaction], None]:
    """So many persons of each unit were promised a call; every fourth got it late."""

    def write(tx: Transaction) -> None:
        begun(tx)
        for unit, count in units.items():
            for place in range(count):
                tx.run(
                    """INSERT INTO call_backs (id, person_id, unit, state, way, slot, begun_at, asked_at, deadline,
                        done_at, outcome, happened, answered_at)
                    VALUES (:id, NULL, :unit, 'done', 'call-me', 'soon', :at, :at, :deadline, :done, 'reached', 'yes',
                        :done)""",
                    id=f"{unit}-{place:03}",
                    unit=unit,
                    at=START,
                    deadline=START + timedelta(hours=8),
                    done=START + timedelta(hours=20 if place % 4 == 3 else 2),
                )

    return write


async def test_a_units_promises_stand_as_beside_the_other_units(store: Store) -> None:
    """Seventy at the north: how many were kept and confirmed as in the report of all, and how many late, in fives."""
    await store.write(promised({"north": 70, "south": 40, "east": 12, "west": 3}))
    every = {row["Unit"]: row for row in table(await made(store), CALLS, "call_backs_by_unit")}
    for unit, count in (("north", 70), ("south", 40)):
        rows = {row["Measure"]: row for row in table(await made(store, unit), CALLS, "call_backs")}
        kept = rows[SAY("call-backs.in_time")]
        named = zip(("Value", "From", "To"), ("Kept in time", "From", "To"), strict=True)
        assert all(kept[name] == every[unit][other] for name, other in named)
        assert kept["Persons"] == every[unit]["Persons"] == count
        confirmed = rows.get(SAY("call-backs.confirmed"), {}).get("Value")
        assert confirmed == every[unit]["Confirmed by the person"]
        assert rows[SAY("call-backs.asked-for")]["Count"] == count
    late = 70 // 4
    north = {row["Measure"]: row for row in table(await made(store, "north"), CALLS, "call_backs")}
    assert north[SAY("call-backs.late")]["Value"] == pytest.approx(late / 70, abs=0.025)
    assert north[SAY("call-backs.hours")]["Value"] == 2
    south = {row["Measure"] for row in table(await made(store, "south"), CALLS, "call_backs")}
    assert south == {SAY("call-backs.asked-for"), SAY("call-backs.in_time")}


async def test_promises_of_a_small_unit_and_of_the_next_are_held_back(store: Store) -> None:
    """Three at the west, twelve at the east beside them: both sheets are left out in the words of none."""
    await store.write(promised({"north": 70, "south": 40, "east": 12, "west": 3}))
    reasons = {unit: left_out(await made(store, unit))[CALLS] for unit in ("east", "west")}
    assert set(reasons.values()) == {SAY("call-backs.hidden-units", fewest=10)}
    assert left_out(await made(store, "nowhere"))[CALLS] in reasons.values()


async def test_a_unit_that_is_alone_is_told_as_all_are(store: Store) -> None:
    """One unit has met everybody: the rows of the report of all, of touchpoints, reasons and promises."""
    await store.write(rated({"north": {2: 30, 5: 20}}))
    await store.write(not_answered({"north": {"budget": 31, "paused": 3, "retired": 9}}))
    await store.write(promised({"north": 40}))
    every, own = await made(store), await made(store, "north")
    assert table(own, CALLS, "call_backs") == table(every, CALLS, "call_backs") != []
    assert [row["Group"] for row in table(own, TOUCHPOINTS, "touchpoints")] == ["All"]
    numbers = {label: count for label, count in why_not(every).items() if isinstance(count, int)}
    assert {label: count for label, count in why_not(own).items() if isinstance(count, int)} == numbers


# Once a quarter


def ended(tx: Transaction) -> None:
    """Four units over twelve weeks; two of them have enough persons with each outcome, two are small."""
    rows = begun(tx)
    for unit, granted, denied in (("kind", 48, 12), ("strict", 12, 48), ("small", 12, 12), ("tiny", 8, 8)):
        for outcome, persons, mark in (("granted", granted, 4), ("denied", denied, 2)):
            for place in range(persons):
                start = QUARTER + timedelta(weeks=place % 12)
                contact = rows.answered(start, {"whole": mark + (place % 4 == 0)}, unit=unit)
                tx.run("UPDATE follow_ups SET outcome = :o WHERE contact_id = :c", o=outcome, c=contact)


async def test_a_unit_stands_at_the_common_mix_below_the_outcomes_of_all(store: Store) -> None:
    """Its row of the report of all; by outcome, and of questions, all units together, under a line that says so."""
    await store.write(ended)
    every, own = await made(store), await made(store, "kind")
    (kind,) = table(own, "Outcome", "outcome_standardised")
    assert kind in table(every, "Outcome", "outcome_standardised")
    assert (kind["Unit"], kind["Index 0–100"], kind["Index at the common mix"]) == ("kind", 70, 55)
    assert table(own, "Outcome", "outcome") == table(every, "Outcome", "outcome") != []
    assert SAY("outcome.of-all") in lines(own, "Outcome")
    assert table(own, "Question use", "question_use") == table(every, "Question use", "question_use") != []
    assert SAY("question-use.of-all") in lines(own, "Question use")
    assert SAY("question-use.of-all") not in lines(every, "Question use")


async def test_units_that_are_small_for_a_quarter_stand_without_numbers(store: Store) -> None:
    """Sixteen and twenty-four persons: the same words and no number; a unit that met nobody has words alone."""
    await store.write(ended)
    for unit in ("small", "tiny"):
        (row,) = table(await made(store, unit), "Outcome", "outcome_standardised")
        assert (row["Unit"], row["Note"]) == (unit, SAY("outcome.other-units"))
        assert not [value for value in row.values() if isinstance(value, int | float)]
    nobody = await made(store, "nowhere")
    assert table(nobody, "Outcome", "outcome_standardised") == []
    assert SAY("outcome.nothing-here") in lines(nobody, "Outcome")
