"""An attacker holds the reports of all units and of each unit, period after period, and subtracts them from each other.

Everybody may have them. Whoever takes every other unit from all of them together, or one report from a later one of the
same period, must not learn what a small group answered.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from bot.figures.periods import number_of, week_of
from bot.figures.suppression import ENOUGH
from bot.store import weeks as weeks_store
from bot.store.database import Store, Transaction
from bot.workbook.edition import Edition
from bot.workbook.report import report
from bot.workbook.snapshot import gathered
from bot.workbook.unit_report import unit_report
from tests.paired_rows import contact, journey
from tests.test_recovery_sheets import (
    DEFAULT,
    FIRST,
    SAY,
    Held,
    Numbered,
    Row,
    changed_since,
    erased,
    held,
    start_of,
    weeks_from,
)
from tests.workbook_rows import ZONE

UNITS = ("centre", "north", "south", "west")
COUNTS = ("Answers", "Came without fault", "Persons asked")
"""Columns that count persons, by which a figure is weighed."""

WEEKS = ("Time", "First week", "Last week")
NAMED = ("Journey", "Phase", "Touchpoint", "Question", *WEEKS, "Choice", "Measure", "Cause")
"""Columns that tell what a row is of."""

CITED = frozenset({"touchpoints", "outcome", "failure_demand_by_part", "origins", "question_use", "question_spread"})
"""Tables of a unit's report that hold rows of all units, or of this one as the report of all has them."""

Sizes = Mapping[str, int]


@dataclass
class House:
    """The database and the chance that fills it."""

    chance: random.Random
    people: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def lived(self, tx: Transaction, week: str, sizes: Sizes) -> None:
        """A week of so many persons at each unit, and one more who has been here before."""
        rows, start = Numbered(tx, journey(), numbers=self.numbers), start_of(week) + timedelta(days=1)
        rows.use(journey(), start_of(FIRST))
        again = self.chance.choice(self.people) if self.people else None
        for unit, size in sizes.items():
            self.people += [contact(rows, start, given(self.chance), unit=unit) for _ in range(size)]
        if again is not None:
            contact(rows, start, given(self.chance), unit=self.chance.choice(list(sizes)), person=again)
        for each in tx.all(Found, "SELECT id FROM contacts WHERE cause IS NULL ORDER BY id"):
            rows.change(each.id, start, cause=self.chance.choice(["new-matter", "waited"]))


@dataclass(frozen=True)
class Found:
    """A contact without a cause."""

    id: str


def given(chance: random.Random) -> dict[str, int | str | None]:
    """Somebody's answers, a few of them skipped."""
    pick = chance.choice
    steps: dict[str, int | str | None] = {
        code: pick([1, 2, 3, 4, 5, None]) for code in ("feeling", "expect", "treated")
    }
    places = ["booking", "meeting", "result"]
    steps |= {"whole": chance.randint(1, 5), "ease": pick([1, 2, 3, 4, 5, None])}
    steps |= {"cause": pick(["new", "waited"]), "mattered": pick(places), "behind-wrong": pick([*places, None])}
    return steps


async def told(store: Store, week: str) -> dict[str, Held]:
    """What the attacker holds of the four weeks that end with this one: the report of all ("") and of each unit."""
    first = week_of(number_of(week) - 3)
    made_at = start_of(week) + timedelta(days=7)
    span = tuple(weeks_from(first, 4))
    found = {}
    for unit in ("", *UNITS):
        snapshot = await store.read(gathered, week, ZONE, False, span, unit or None)
        edition = Edition(week, DEFAULT, SAY, made_at, ZONE, False, first, unit or None)
        made = unit_report(snapshot, edition, unit) if unit else report(snapshot, edition)
        found[unit] = held(week, made.sheets)
    return found


def about(row: Row) -> tuple[str, ...]:
    """What a row is of."""
    named = (
        "Journey",
        "Phase",
        "Touchpoint",
        "Question",
        "Time",
        "First week",
        "Last week",
        "Choice",
        "Measure",
        "Cause",
    )
    return tuple(f"{name}={row[name]}" for name in named if row.get(name) is not None)


def given_away(reports: Mapping[str, Held]) -> Iterator[str]:
    """Every count of persons of all units that is exact, less that of every unit that is exact."""
    for name, rows in reports[""].tables.items():
        if name in CITED:
            continue
        for row in rows:
            for column in COUNTS:
                total = row.get(column)
                if not exact(row, column) or not isinstance(total, int):
                    continue
                parts = {unit: found for unit in UNITS for found in same(reports[unit], name, row)}
                known = {unit: one for unit, one in parts.items() if exact(one, column)}
                left = total - sum(int(str(one[column])) for one in known.values())
                if known and len(known) < len(UNITS) and 0 < left < ENOUGH:
                    yield f"{name} {about(row)}: {column} {total} less {sorted(known)} is {left}"


def alone(reports: Mapping[str, Held]) -> Iterator[str]:
    """A unit that is told nothing of while all others are, exactly or in fives, and all together: it could be had."""
    for name, rows in reports[""].tables.items():
        for row in rows if name not in CITED else ():
            column = next((each for each in COUNTS if isinstance(row.get(each), int)), None)
            if column is None:
                continue
            parts = {unit: found for unit in UNITS for found in same(reports[unit], name, row)}
            hidden = [unit for unit in parts if not isinstance(parts[unit][column], int)]
            if len(parts) > 1 and len(hidden) == 1 and len(parts) == len(UNITS):
                yield f"{name} {about(row)}: only {hidden} is hidden"


def same(one: Held, name: str, row: Row) -> Iterator[Row]:
    """The row of a unit's report that is about the same."""
    found = [each for each in one.tables.get(name, ()) if about(each) == about(row)]
    yield from found[:1]


def exact(row: Row, column: str) -> bool:
    """Whether a count stands exactly: not hidden, nor in fives, which a note always goes with."""
    value = row.get(column)
    return isinstance(value, int) and (row.get("Note") is None or value % 5 > 0)


async def period(store: Store, house: House, weeks: Sequence[str], sizes: Sizes) -> None:
    """These weeks lived and closed."""
    for week in weeks:
        await store.write(house.lived, week, sizes)
        await store.write(weeks_store.close, week, start_of(week) + timedelta(days=7), ZONE)


async def test_no_unit_can_be_had_from_all_less_the_others(store: Store) -> None:
    """Units of every size: what is exact of all, less what is exact of units, is nobody, everybody or thirty."""
    sizes = {"centre": 40, "north": 12, "south": 2, "west": 1}
    await period(store, House(random.Random(1)), weeks_from(FIRST, 4), sizes)
    found = await told(store, week_of(number_of(FIRST) + 3))
    assert any("expectation" in found[unit].tables for unit in UNITS)
    assert list(given_away(found)) == []
    assert list(alone(found)) == []


async def test_the_attacker_finds_a_unit_that_is_told_beside_a_small_one(store: Store) -> None:
    """Were the centre told exactly as if it stood alone, all less it would be the few of the others."""
    await period(store, House(random.Random(2)), weeks_from(FIRST, 4), {"centre": 40, "north": 3})
    found = await told(store, week_of(number_of(FIRST) + 3))
    naked = held("", ())
    rows = [
        {**row, "Note": None, "Answers": 160} for row in found[""].tables["questions"] if row["Question"] == "whole?"
    ]
    careless = dict.fromkeys(UNITS, naked) | {"": found[""], "centre": Held("", {"questions": rows})}
    assert any("Answers" in line for line in given_away(careless))


async def test_what_is_asked_after_a_low_answer_is_in_every_units_report_or_none(store: Store) -> None:
    """One person at the south gave high marks, one at the north low ones and was asked further: the same tables."""

    def lived(tx: Transaction) -> None:
        rows = Numbered(tx, journey())
        rows.use(journey(), start_of(FIRST))
        start = start_of(FIRST) + timedelta(weeks=3, days=1)
        for _ in range(40):
            contact(rows, start, given(random.Random(3)), unit="centre")
        contact(rows, start, {"feeling": 5, "treated": 5, "whole": 5}, unit="south")
        low: dict[str, int | str | None] = dict.fromkeys(("feeling", "treated", "whole", "ease"), 1)
        low |= dict.fromkeys(("behind-wrong", "mattered"), "booking")
        contact(rows, start, low, unit="north")

    await store.write(lived)
    last = week_of(number_of(FIRST) + 3)
    await store.write(weeks_store.close, last, start_of(last) + timedelta(days=7), ZONE)
    found = await told(store, last)
    assert any(row["Question"] == "behind-wrong?" for row in found["north"].tables["questions"])
    north, south = (found[unit].tables for unit in ("north", "south"))
    assert north.keys() == south.keys()
    for name, rows in north.items():
        assert [str(row).replace("north", "south") for row in rows] == [str(row) for row in south[name]], name


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 4])
async def test_periods_of_unit_reports_give_nobody_away(store: Store, seed: int) -> None:
    """Three periods of units of every size, the first told again when somebody was erased: no small group."""
    chance = random.Random(seed)
    house = House(chance)
    weeks, reports = weeks_from(FIRST, 12), []
    for place in range(3):
        sizes = {unit: chance.choice([0, 1, 2, 3, 9, 12, 31]) for unit in UNITS}
        own = weeks[4 * place : 4 * place + 4]
        await period(store, house, own, sizes)
        found = await told(store, own[-1])
        assert list(given_away(found)) == [], sizes
        assert list(alone(found)) == [], sizes
        reports.append(found)
    await store.write(erased, house.people[0])
    again = await told(store, weeks[3])
    for unit in ("", *UNITS):
        assert list(changed_since([reports[0][unit], again[unit]])) == []
