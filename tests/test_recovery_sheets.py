"""An attacker holds the report of every week, all its sheets, and subtracts their numbers from each other.

The reports come from a real database, each made as its week ends, while the database goes on: people come again and
correct themselves, follow-ups end late, staff learn of causes and call back late, somebody is erased. Whoever knows the
one person by whom two figures differ must not learn what that person answered or how it ended.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations, count, product

import pytest

from bot import organisation
from bot.figures.periods import number_of, period_of, week_of
from bot.figures.suppression import ENOUGH, FEWEST, Showing, all_few, fewest, with_total
from bot.store import erasures
from bot.store import weeks as weeks_store
from bot.store.database import Store, Transaction
from bot.store.erasure_rows import Tally
from bot.workbook.edition import Edition
from bot.workbook.report import report
from bot.workbook.sheets import Content, Formed, Sheet, Table
from bot.workbook.snapshot import gathered
from bot.workbook.texts import Texts
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, visit

DEFAULT = organisation.default(("sv", "fi", "en"))
SAY = Texts("en")
FIRST = "2026-W45"
"""The first week of a fixed period."""

JOURNEY = visit(
    question("helped", "one", "after", options("yes", "no")),
    question("behind-happened", "words", "after", ladder="behind"),
    question("behind-need", "one", "after", options("seen", "next", "safe"), ladder="behind", touchpoint="result"),
)

ORDINARY = {("not-asked", "budget"): 12, ("unanswered", "no-reply"): 9, ("declined", "no-thanks"): 7}
"""Follow-ups of a week that nobody answered, by how they ended."""


@dataclass(frozen=True)
class Plan:
    """What a week brings: persons who answer at each unit, of them `again` for the second time; why others don't."""

    units: Mapping[str, int] = field(default_factory=lambda: {"centre": 34, "north": 9, "south": 1})
    again: int = 1
    reasons: Mapping[tuple[str, str], int] = field(default_factory=lambda: ORDINARY)
    call_backs: int = 8
    late: int = 1


@dataclass
class Numbered(Rows):
    """Rows whose ids go on where some were erased."""

    numbers: Iterator[int] = field(default_factory=count)

    def id(self, kind: str) -> str:
        """The next id."""
        return f"{kind}-{next(self.numbers):06d}"


@dataclass
class House:
    """The database and the chance that fills it."""

    chance: random.Random
    people: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    calls: list[str] = field(default_factory=list)

    def lived(self, tx: Transaction, week: str, plan: Plan) -> None:
        """A week, and what the week before had left open."""
        rows, start = Numbered(tx, JOURNEY, numbers=self.numbers), start_of(week)
        rows.use(JOURNEY, start_of(FIRST))
        self._caught_up(rows, start)
        for unit, size in plan.units.items():
            self.people += [self._answers(rows, start, unit) for _ in range(size)]
        for person in self.chance.sample(self.people[: -sum(plan.units.values())], plan.again) if self.open else []:
            self._answers(rows, start, "centre", person)
        for (disposition, reason), size in plan.reasons.items():
            for _ in range(size):
                ended(rows, self._asked(rows, start), disposition, reason, start + timedelta(days=2))
        self.open = [self._asked(rows, start) for _ in range(plan.late)]
        self.calls = [self._promised(rows, start, place) for place in range(plan.call_backs)]

    def _answers(self, rows: Rows, start: datetime, unit: str, person: str | None = None) -> str:
        person = person or rows.person(start)
        contact = rows.answered(start, self._given(), person=person, unit=unit)
        rows.change(contact, start + timedelta(hours=9), cause=self.chance.choice(["new-matter", "waited", "advice"]))
        return person

    def _given(self) -> dict[str, int | str | None]:
        pick = self.chance.choice
        mood: dict[str, int | str | None] = {"whole": self.chance.randint(1, 5), "cause": pick(["new", "waited"])}
        return {**mood, "helped": pick(["yes", "no", None]), "behind-need": pick(["seen", "next", None])}

    def _asked(self, rows: Rows, start: datetime) -> str:
        return rows.follow_up(rows.contact(start), "after", start, begun=False)

    def _promised(self, rows: Rows, start: datetime, place: int) -> str:
        found = f"call-back-{start:%G%V}-{place:02d}"
        rows.tx.run(
            """INSERT INTO call_backs (id, person_id, unit, state, way, begun_at, asked_at, deadline)
            VALUES (:id, :person, 'centre', 'open', 'call-me', :at, :at, :deadline)""",
            id=found,
            person=self.people[-1 - place % len(self.people)],
            at=start,
            deadline=start + timedelta(days=2 if place else 6.9),
        )
        if place:
            called(rows.tx, found, "reached", start + timedelta(days=1))
        return found

    def _caught_up(self, rows: Rows, start: datetime) -> None:
        for follow_up in self.open:
            ended(rows, follow_up, "declined", "no-thanks", start + timedelta(days=1))
            contact = rows.tx.value("SELECT contact_id FROM follow_ups WHERE id = :id", id=follow_up)
            rows.change(str(contact), start + timedelta(days=1), cause="advice")
        for call in self.calls[:1]:
            called(rows.tx, call, "not-reached", start + timedelta(days=1))


def called(tx: Transaction, call: str, outcome: str, at: datetime) -> None:
    """Staff have called."""
    change = "UPDATE call_backs SET state = 'done', done_at = :at, outcome = :outcome WHERE id = :id"
    tx.run(change, at=at, outcome=outcome, id=call)


def ended(rows: Rows, follow_up: str, disposition: str, reason: str, at: datetime) -> None:
    """A follow-up ends, and why."""
    rows.tx.run("UPDATE follow_ups SET reason = :reason WHERE id = :id", reason=reason, id=follow_up)
    rows.history(follow_up, "ended", at, disposition)


def start_of(week: str) -> datetime:
    """Monday morning of a week."""
    return MONDAY + timedelta(weeks=number_of(week) - number_of("2026-W47"))


def weeks_from(first: str, many: int) -> list[str]:
    """So many weeks in a row."""
    return [week_of(number_of(first) + place) for place in range(many)]


async def told(store: Store, week: str) -> list[Sheet]:
    """The sheets of a week's report, made as the week has ended."""
    snapshot = await store.read(gathered, week, ZONE, False)
    made_at = start_of(week) + timedelta(days=7)
    return list(report(snapshot, Edition(week, DEFAULT, SAY, made_at, ZONE, simulated=False)).sheets)


Row = Mapping[str, Content]


@dataclass(frozen=True)
class Held:
    """What the attacker holds of one report: every table as rows by header."""

    week: str
    tables: Mapping[str, Sequence[Row]]


def held(week: str, sheets: Sequence[Sheet]) -> Held:
    """The tables of a report, by name."""
    tables = {}
    for sheet in sheets:
        for block in sheet.blocks:
            if isinstance(block, Table):
                headers = [column.header for column in block.columns]
                rows = [[cell.value if isinstance(cell, Formed) else cell for cell in row] for row in block.rows]
                tables[block.name] = [dict(zip(headers, row, strict=True)) for row in rows]
    return Held(week, tables)


def of_questions(reports: Sequence[Held]) -> dict[tuple[str, str], dict[str, int]]:
    """Each question's exact distribution by the time it is told of: code's label -> persons."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for one in reports:
        for row in one.tables["questions"]:
            if isinstance(row["Count"], int) and row["Question"] != "told?":
                found.setdefault((str(row["Question"]), str(row["Time"])), {})[str(row["Choice"])] = row["Count"]
    return found


def given_away_by_weeks(reports: Sequence[Held]) -> Iterator[str]:
    """Several weeks, of which each is told by itself, less all of those: the answers of who came again."""
    found = of_questions(reports)
    for (name, time), counts in found.items():
        if " – " not in time:
            continue
        first, last = time.split(" – ")
        weeks = [found.get((name, week)) for week in weeks_from(first, number_of(last) - number_of(first) + 1)]
        if all(weeks):
            single = {code: sum(week.get(code, 0) for week in weeks if week) for code in counts}
            apart = sum(abs(single[code] - counts[code]) for code in counts)
            if 0 < apart < ENOUGH:
                yield f"{name} {time}: {apart} answers, {single} less {counts}"


def given_away_by_trend(reports: Sequence[Held]) -> Iterator[str]:
    """The same from how many answered and what their ratings add up to: a period less its weeks."""
    for one in reports:
        told = {
            (str(row["Question"]), str(row["First week"]), str(row["Last week"])): (row["Answers"], row["Index 0–100"])
            for row in one.tables.get("trend", [])
            if isinstance(row["Answers"], int) and row["Note"] is None
        }
        for (name, first, last), period in told.items():
            weeks = [told.get((name, week, week)) for week in weeks_from(first, number_of(last) - number_of(first) + 1)]
            if first != last and all(weeks):
                apart = _points(period) - sum(_points(week) for week in weeks if week)
                left = sum(_answers(week) for week in weeks if week) - _answers(period)
                if apart or 0 < left < ENOUGH:
                    yield f"{name} {first} to {last}: {left} answers of together {-apart} points"


def _answers(told: tuple[Content, Content]) -> int:
    assert isinstance(told[0], int)
    return told[0]


def _points(told: tuple[Content, Content]) -> int:
    assert isinstance(told[1], int | float)
    return round(_answers(told) * told[1])


def given_away_by_parts(reports: Sequence[Held]) -> Iterator[str]:
    """All less every unit (or channel), each told exactly: the answers of who came to two of them."""
    for one in reports:
        groups: dict[str, dict[str, list[int]]] = {}
        for row in one.tables.get("touchpoints", []):
            steps = [row[name] for name in STEPS]
            if isinstance(row["Answers"], int):
                exact = all(isinstance(step, int | float) for step in steps)
                counts = [round(float(step) * row["Answers"]) for step in steps] if exact else []  # type: ignore[arg-type]
                groups.setdefault(str(row["Question"]), {})[str(row["Group"])] = counts
            else:
                groups.setdefault(str(row["Question"]), {})[str(row["Group"])] = []
        for name, by_group in groups.items():
            for cut in ("Unit", "Channel"):
                parts = [counts for group, counts in by_group.items() if group.startswith(cut)]
                if parts and all(parts) and by_group["All"]:
                    apart = sum(abs(sum(step) - all_) for *step, all_ in zip(*parts, by_group["All"], strict=True))
                    if 0 < apart < ENOUGH:
                        yield f"{name} in {one.week}: all less every {cut.lower()} tells of {apart}"


BY_DESIGN = {"response", "response_by_unit", "funnel", "essentials"}
"""Tables of how many contacts came how far, which is told exactly, with those still open."""

OTHERWISE = {"Note", "What can be told", "In words"}
"""Columns whose words differ from report to report."""


def changed_since(reports: Sequence[Held]) -> Iterator[str]:
    """Rows that are exact in two reports, of one period, and differ: what somebody made of it since."""
    for before, after in combinations(reports, 2):
        for name in (before.tables.keys() & after.tables.keys()) - BY_DESIGN:
            old = {_about(row): _numbers(row) for row in before.tables[name]}
            for row in after.tables[name]:
                was, now = old.get(_about(row), {}), _numbers(row)
                # Without a period it is of the newest weeks, which are others each time.
                same = any(" – " in one for one in _about(row)) and not all(map(_in_fives, was.values()))
                if same and was != now and not all(map(_in_fives, now.values())):
                    yield f"{name}, {_about(row)}: {was} in {before.week}, {now} in {after.week}"


def _numbers(row: Row) -> dict[str, float]:
    return {header: each for header, each in row.items() if isinstance(each, int | float) and header != "No."}


def _about(row: Row) -> tuple[str, ...]:
    words = {header: value for header, value in row.items() if header not in OTHERWISE and isinstance(value, str)}
    return tuple(value for value in words.values() if value not in ("not shown", f"under {FEWEST}"))


def _in_fives(value: float) -> bool:
    fifths = (value if isinstance(value, int) else 100 * value) / 5
    return abs(fifths - round(fifths)) < 1e-9


STEPS = ("1, lowest", "2", "3", "4", "5, highest")


async def year(store: Store, house: House, weeks: Mapping[str, Plan], reported: int = 0) -> list[Held]:
    """So many weeks lived, and those from place `reported` on reported."""
    reports = []
    for place, (week, plan) in enumerate(weeks.items()):
        await store.write(house.lived, week, plan)
        await store.write(weeks_store.close, week, start_of(week) + timedelta(days=7), ZONE)
        if place >= reported:
            reports.append(held(week, await told(store, week)))
    return reports


async def test_who_comes_again_can_not_be_had_from_the_weeks(store: Store) -> None:
    """One person a week comes again: all weeks less the weeks together would be that person's other answers."""
    reports = await year(store, House(random.Random(1)), dict.fromkeys(weeks_from(FIRST, 4), Plan()))
    assert any(" – " in time for _, time in of_questions(reports))
    assert list(given_away_by_weeks(reports)) == []
    assert any(row["Week or four weeks"] == "Four weeks" for row in reports[-1].tables["trend"])
    assert list(given_away_by_trend(reports)) == []


async def test_who_comes_to_two_units_can_not_be_had_from_all_units(store: Store) -> None:
    """All units less everybody would be the other answers of the one who came to both: the smallest is rounded."""
    plan = Plan(units={"centre": 34, "north": 31})
    reports = await year(store, House(random.Random(2)), dict.fromkeys(weeks_from(FIRST, 4), plan), reported=3)
    units = [row for row in reports[-1].tables["touchpoints"] if str(row["Group"]).startswith("Unit")]
    assert sorted(row["Satisfied"] is None for row in units) == [False, True]
    assert list(given_away_by_parts(reports)) == []


async def test_what_ended_late_can_not_be_had_from_the_report_before(store: Store) -> None:
    """The one follow-up, cause and call-back that was still open as the period ended: later reports are in fives."""
    plan = Plan(again=0)
    reports = await year(store, House(random.Random(3)), dict.fromkeys(weeks_from(FIRST, 5), plan), reported=3)
    period = f"{FIRST} – {week_of(number_of(FIRST) + 3)}"
    for name in ("why_not", "causes", "call_backs"):
        numbers = [
            [value for row in one.tables[name] if row["Time"] == period for value in row.values()] for one in reports
        ]
        assert all(any(isinstance(value, int) for value in each) for each in numbers)
    assert list(changed_since(reports)) == []


@pytest.mark.parametrize("at", [2, 4])
async def test_an_erasure_can_not_be_had_from_later_reports(store: Store, at: int) -> None:
    """A person of the first week is erased, within the period or after it was told of: later figures are in fives."""
    house = House(random.Random(4))
    weeks, plan = weeks_from(FIRST, 5), Plan(again=0, late=0, call_backs=0)
    reports = await year(store, house, dict.fromkeys(weeks[:at], plan))
    await store.write(erased, house.people[0])
    reports += await year(store, house, dict.fromkeys(weeks[at:], plan))
    for attack in (changed_since, given_away_by_weeks, given_away_by_trend):
        assert list(attack(reports)) == []
    for one in reports[3:]:  # told by both, so that there is something to subtract
        period = [row for row in one.tables["touchpoints"] if row["Group"] == "All"]
        assert [isinstance(row["Index 0–100"], int | float) for row in period] == [True]


def erased(tx: Transaction, person: str) -> None:
    """Everything about a person goes, and is counted by week, as `bot.erasures` has it done."""
    tally = Tally()
    for doomed in erasures.contacts_of_person(tx, person):
        erasures.delete_contact(tx, doomed, ZONE, tally)
    erasures.delete_person(tx, person, ZONE, tally)
    told = {week for week in tally.weeks() if erasures.is_closed(tx, period_of(week)[-1])}
    erasures.count(tx, tally, told)


@pytest.mark.parametrize("audience", ["citizen", "employee"])
def test_hidden_counts_share_their_words(audience: str) -> None:
    """Whoever knows the total, what is shown and the words for what is not, can always think of several numbers."""
    few = fewest(audience)
    for counts in product(range(1, few + 3), range(1, few + 3), (20,)):
        shown = with_total(counts, audience)
        hidden = [count for count, how in zip(counts, shown, strict=True) if how is Showing.HIDDEN]
        if len(hidden) == 2 and sum(hidden) > few:
            under = all_few(hidden, audience)
            thought = [
                (one, sum(hidden) - one)
                for one in range(1, sum(hidden))
                if all_few((one, sum(hidden) - one), audience) is under
                and with_total((one, sum(hidden) - one, 20), audience)[:2] == [Showing.HIDDEN] * 2
            ]
            assert len(thought) > 1, hidden


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
async def test_half_a_year_of_sheets_gives_nobody_away(store: Store, seed: int) -> None:
    """Half a year of weeks of every size: no two reports, no weeks and no units together tell of a single person."""
    chance = random.Random(seed)
    house = House(chance)
    weeks = weeks_from(FIRST, 26)
    plans = {
        week: Plan(
            units={"centre": chance.choice([4, 31, 34, 60]), "north": chance.choice([3, 9, 31]), "south": 3},
            again=chance.choice([0, 1, 2, 4]) if week != FIRST else 0,
            reasons={each: chance.choice([1, 2, 7, 8, 30]) for each in ORDINARY},
            call_backs=chance.choice([2, 8, 12]),
            late=chance.choice([0, 1, 2]),
        )
        for week in weeks
    }
    reports = []
    for place, (week, plan) in enumerate(plans.items()):
        reports += await year(store, house, {week: plan})
        if place % 6 == 5:
            await store.write(erased, house.people.pop(chance.randrange(len(house.people) - 40)))
    for attack in (given_away_by_weeks, given_away_by_trend, given_away_by_parts, changed_since):
        assert list(attack(reports)) == [], attack.__name__
