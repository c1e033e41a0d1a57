"""Contacts in the report and the data: causes and the budget, promises to call, open invitations, reasons, pilots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import organisation
from bot.figures.intervals import wilson
from bot.figures.suppression import fewest, rounded_down, rounded_up
from bot.organisation import Organisation
from bot.store.database import Store, Transaction
from bot.store.week_rows import CauseRow, OpenRow
from bot.workbook.export import export_week
from bot.workbook.response import shown_openly
from bot.workbook.staff_causes import shown_causes
from bot.workbook.texts import Texts
from tests.reports import report_of
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

pytestmark = pytest.mark.usefixtures("no_pictures")

DEFAULT = organisation.default(("sv", "fi", "en"))
LAST, PERIOD = "2026-W48", "2026-W45 – 2026-W48"
NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)
Record = dict[str, object]


def begun(tx: Transaction, audience: str = "citizen") -> Rows:
    """Rows pinned to the small journey."""
    journey = visit(audience=audience)
    rows = Rows(tx, journey)
    rows.use(journey, MONDAY - timedelta(weeks=20))
    return rows


def arisen(tx: Transaction, cause: str | None, asked: int, left_out: int, waiting: int = 0) -> None:
    """So many contacts with a cause: asked about, left out by the budget, and still waiting."""
    rows = begun(tx)
    for place in range(asked + left_out + waiting):
        contact = rows.contact(START)
        rows.change(contact, START, cause=cause)
        follow_up = rows.follow_up(contact, "after", START, begun=place < asked)
        if asked <= place < asked + left_out:
            tx.run("UPDATE follow_ups SET reason = 'budget' WHERE id = :id", id=follow_up)
            rows.history(follow_up, "ended", START, "not-asked")


def promised(tx: Transaction, /, count: int, person: str | None = None, **columns: object) -> None:
    """So many call-backs asked for on Monday morning and promised for the evening."""
    first = tx.count("SELECT COUNT(*) FROM call_backs")
    values: dict[str, object] = {
        "state": "done",
        "done_at": START + timedelta(hours=2),
        "outcome": "reached",
        "unit": "main",
    }
    values |= {"deadline": START + timedelta(hours=8)} | columns
    for place in range(first, first + count):
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        tx.run(
            f"""INSERT INTO call_backs (id, person_id, way, slot, begun_at, asked_at, {names})
            VALUES (:id, :person, 'call-me', 'soon', :at, :at, {marks})""",
            id=f"call-{place:03}",
            person=person,
            at=START,
            **values,  # type: ignore[arg-type]
        )


async def exported(store: Store, folder: Path, language: str = "en", spoken: Organisation = DEFAULT) -> list[Path]:
    """The two files of the last week of the period."""
    return await export_week(store, LAST, folder=folder, organisation=spoken, language=language, now=NOW, zone=ZONE)


def table(path: Path, title: str, name: str) -> list[Record]:
    """The rows of one table, by its headers."""
    sheet = load_workbook(path)[title]
    header, *rows = sheet[sheet.tables[name].ref]
    return [dict(zip([str(cell.value) for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


async def test_what_the_budget_left_out_stands_beside_the_causes(store: Store, tmp_path: Path) -> None:
    """Per cause, in fives: registered, asked about, left out by the budget; labels of the organisation; none last."""
    await store.write(arisen, "waited", 20, 12)
    await store.write(arisen, "vanished", 30, 0)
    await store.write(arisen, None, 9, 8)
    path = await report_of(store, LAST, tmp_path, now=NOW)
    rows = table(path, "Contact causes", "causes")
    names = ("Cause", "Demand", "Contacts registered", "Asked about", "Left out by the budget", "Others")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (DEFAULT.causes["waited"].texts["en"], "Failure demand", 35, 20, 15, 0),
        ("vanished", "Unclear", 30, 30, 0, 0),
        ("No cause given", None, 20, 10, 10, 0),
    ]
    assert {row["Time"] for row in rows} == {PERIOD}


async def test_small_causes_are_told_in_words(store: Store, tmp_path: Path) -> None:
    """A cause of few contacts is hidden with the next smallest, in the same words; the asked go before the left out."""
    await store.write(arisen, "waited", 40, 10, 3)
    await store.write(arisen, "advice", 12, 0)
    await store.write(arisen, "other", 3, 0)
    path = await report_of(store, LAST, tmp_path, now=NOW)
    names = ("Contacts registered", "Asked about", "Left out by the budget", "Note")
    rows = table(path, "Contact causes", "causes")
    waited, advice, other = [tuple(row[name] for name in names) for row in rows]
    beside = "Not shown: would give a small count away"
    assert waited == (55, "not shown", 10, beside)
    assert advice == other == ("not shown", "not shown", "not shown", beside)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)).filter(any), min_size=1, max_size=5),
    st.sampled_from(["citizen", "employee"]),
)
@examples(100)
def test_no_small_group_can_be_had_from_the_causes(counts: list[tuple[int, int, int]], audience: str) -> None:
    """Neither a shown count, nor the total less what is shown, nor a cause less its parts is a small group."""
    rows = [CauseRow("visit", audience, str(place), sum(each), *each[:2]) for place, each in enumerate(counts)]
    shown = shown_causes(rows)
    least = fewest(audience)
    hidden = sum(row.registered for row, (registered, *_) in zip(rows, shown, strict=True) if registered is None)
    assert hidden == 0 or hidden >= least or all(registered is None for registered, *_ in shown)
    for row, (registered, asked, left_out) in zip(rows, shown, strict=True):
        assert not any(0 < count < least for count in (registered, asked, left_out) if count is not None)
        if registered is not None:
            told = (asked or 0) + (left_out or 0)
            assert registered - told == 0 or registered - told >= least
        else:
            assert (asked, left_out) == (None, None)
        assert registered in (None, row.registered)


async def test_promises_to_call_have_a_rate_with_its_interval(store: Store, tmp_path: Path) -> None:
    """Asked for, then what became of those due, all in fives; who replied; and the hours until the call."""
    await store.write(promised, 30, happened="yes", answered_at=START + timedelta(days=2))
    await store.write(promised, 6, done_at=START + timedelta(hours=20))
    await store.write(promised, 4, outcome="not-reached")
    await store.write(promised, 2, state="open", done_at=None, outcome=None, deadline=NOW + timedelta(days=1))
    path = await report_of(store, LAST, tmp_path, now=NOW)
    rows = {row["Measure"]: row for row in table(path, "Call-backs kept", "call_backs")}
    asked, kept = rows["Promises to call"], rows["Kept in time, of those that are due"]
    assert (asked["Value"], asked["Count"], asked["Promises"], asked["Persons"], asked["Note"]) == (
        *(None, 45, 45, 45),
        "Rounded to fives: may still change",
    )
    assert (kept["Value"], kept["Count"], kept["Promises"], kept["Persons"]) == (0.75, None, 40, 40)
    ends = wilson(30, 40)
    assert (kept["From"], kept["To"]) == (rounded_down(100 * ends.low) / 100, rounded_up(100 * ends.high) / 100)
    others = ("Kept too late", "Somebody called and did not reach the person", "Nobody called", "Not due yet")
    assert [rows[name]["Value"] for name in others] == [0.15, 0.1, 0, None]
    assert [rows[name]["Count"] for name in others] == [None, None, None, 5]
    confirmed = rows["The person says that it happened, of those who replied"]
    assert (confirmed["Value"], confirmed["Promises"]) == (1, 30)
    hours = rows["Hours to the call, median"]
    assert (hours["Value"], hours["From"], hours["To"], hours["Promises"]) == (2, 2, 2, 40)


@pytest.mark.parametrize(
    ("count", "audience", "told"),
    [
        (13, "citizen", [15, 1, 15]),
        (6, "citizen", ["under 7", "not shown", None]),
        (9, "internal-customer", ["under 10", "not shown", None]),
    ],
)
async def test_few_promises_to_call_are_held_back(
    store: Store, tmp_path: Path, count: int, audience: str, told: list[object]
) -> None:
    """Under thirty the share and its number are rounded; under the strictest limit of those in use nothing stands."""
    await store.write(lambda tx: begun(tx, audience).answered(START, {"whole": 3}))
    await store.write(promised, count)
    path = await report_of(store, LAST, tmp_path, now=NOW)
    asked, kept, *others = table(path, "Call-backs kept", "call_backs")
    assert [asked["Count"], kept["Value"], kept["Promises"]] == told
    assert {row["Value"] for row in others} == {"not shown"}
    assert len(others) == 2


async def test_many_promises_to_one_person_are_one_persons(store: Store, tmp_path: Path) -> None:
    """Forty calls to two persons are two persons: nothing of them is told, however many promises there were."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        for person in (rows.person(), rows.person()):
            promised(tx, 20, person)

    await store.write(fill)
    path = await report_of(store, LAST, tmp_path, now=NOW)
    rows = table(path, "Call-backs kept", "call_backs")
    assert {row["Persons"] for row in rows if row["Persons"] is not None} == {"under 7"}
    assert not [row for row in rows for name in ("Value", "Count") if isinstance(row[name], int | float)]


async def test_promises_are_told_by_unit_where_that_tells_of_nobody(store: Store, tmp_path: Path) -> None:
    """Two units of enough stand by themselves; of a small one and the next smallest only that they are there."""
    for unit, count in (("north", 70), ("south", 40), ("east", 12), ("west", 3)):
        await store.write(promised, count, unit=unit, happened="yes", answered_at=START + timedelta(days=2))
    path = await report_of(store, LAST, tmp_path, now=NOW)
    rows = table(path, "Call-backs kept", "call_backs_by_unit")
    told = {row["Unit"]: (row["Kept in time"], row["Promises"], row["Confirmed by the person"]) for row in rows}
    assert told == {"north": (1, 70, 1), "south": (1, 40, None), "Others (2)": ("not shown", None, None)}


async def test_nobody_who_asked_to_be_called_makes_no_sheet(store: Store, tmp_path: Path) -> None:
    """Without a promise in the period the sheet is left out."""
    await store.write(lambda tx: begun(tx).answered(START, {"whole": 3}))
    path = await report_of(store, LAST, tmp_path, now=NOW)
    assert "Call-backs kept" not in load_workbook(path).sheetnames


async def test_the_data_file_has_the_call_backs_as_they_stood(store: Store, tmp_path: Path) -> None:
    """A call done after the week's close is open in its file; who asked, how, and by when stand there."""

    def fill(tx: Transaction) -> None:
        person = begun(tx).person()
        promised(tx, 1, person, done_at=NOW + timedelta(days=1))

    await store.write(fill)
    _, path = await exported(store, tmp_path)
    (row,) = table(path, "call_backs", "call_backs")
    assert (row["call_back_id"], row["person"], row["unit"], row["way"]) == (
        "call-000",
        "person-00001",
        "main",
        "call-me",
    )
    assert (row["state"], row["done_at"], row["outcome"], row["in_time"], row["week"]) == ("open", None, None, 0, LAST)
    assert row["deadline"] == datetime.fromisoformat("2026-11-23 18:00")


async def test_what_began_openly_is_counted_without_a_rate(store: Store, tmp_path: Path) -> None:
    """Contacts from posters and cards stand in no funnel; the overview says how many, and the data which were cards."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        tx.run(
            """INSERT INTO open_invitations (id, code_hash, kind, journey, unit, made_at, expires_at)
            VALUES ('card', x'00', 'card', 'visit', 'centre', :at, :at)""",
            at=MONDAY,
        )
        for place in range(12):
            contact = rows.answered(START, {"whole": 3}, invitation="open")
            if place < 5:
                tx.run("UPDATE contacts SET open_invitation_id = 'card' WHERE id = :id", id=contact)

    await store.write(fill)
    report, path = await exported(store, tmp_path)
    overview = [cell.value for cell in load_workbook(report)["Overview"]["A"]]
    assert "A visit, 2026-W45 to 2026-W48: 12 contacts began from a poster or a card." in overview
    assert "No contacts with a personal invitation" in overview
    told = [cell.value for cell in load_workbook(report)["From contact to answer"]["A"]]
    assert "A visit, 2026-W45 to 2026-W48: 12 contacts began from a poster or a card." in told
    kinds = [row["invitation"] for row in table(path, "answers", "answers")]
    assert (kinds.count("card"), kinds.count("open")) == (5, 7)
    assert {row["invitation"] for row in table(path, "follow_ups", "follow_ups")} == {"card", "open"}


def test_few_who_began_openly_are_told_in_words() -> None:
    """Under seven contacts, or of under seven persons however often each came, the number is not told."""
    say = Texts("en")
    assert shown_openly(OpenRow("visit", "citizen", 7, 7), say) == 7
    assert shown_openly(OpenRow("visit", "citizen", 40, 6), say) == "under 7"
    assert shown_openly(OpenRow("visit", "employee", 9, 9), say) == "under 10"


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
async def test_reasons_are_told_in_the_readers_language(store: Store, tmp_path: Path, language: str) -> None:
    """The house's reasons, staff's with the organisation's label, and a code nobody knows any more as it is."""
    staff = next(iter(DEFAULT.reasons))
    reasons = ["budget", "paused", "handed-over-not-opened", "retired", f"staff-{staff}", "staff-gone", "unheard-of"]

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        for reason in reasons:
            for _ in range(8):
                follow_up = rows.follow_up(rows.contact(START), "after", START, begun=False)
                tx.run("UPDATE follow_ups SET reason = :reason WHERE id = :id", reason=reason, id=follow_up)
                rows.history(follow_up, "ended", START, "not-asked")

    await store.write(fill)
    path, data = await exported(store, tmp_path, language)
    say = Texts(language)
    rows = table(path, say("sheets.funnel"), "why_not")
    told = {row[say("headers.reason")] for row in rows}
    by_staff = [say("follow-ups.by-staff", reason=name) for name in (DEFAULT.reasons[staff].texts[language], "gone")]
    assert told == {*(say(f"reasons.{name}") for name in reasons[:4]), *by_staff, "unheard-of"}
    assert {row["not_asked_reason"] for row in table(data, "follow_ups", "follow_ups")} == {None, staff, "gone"}
    labelled = {str(row["code"]) for row in table(data, "categories", "categories") if row["variable"] == "reason"}
    assert labelled >= {"budget", f"staff-{staff}"}


async def test_pilot_units_are_told_from_their_first_day_on(store: Store, tmp_path: Path) -> None:
    """1 from the unit's first pilot day, by the local day of the contact's start; 0 before or elsewhere; or blank."""
    unit = replace(next(iter(DEFAULT.units.values())), pilot_from=date(2026, 11, 24))
    units = {"new": replace(unit, code="new"), "old": replace(unit, code="old", pilot_from=None)}

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        for name, hours in (("new", 0), ("new", 14.5), ("old", 14.5), ("gone", 14.5)):
            rows.answered(START + timedelta(hours=hours), {"whole": 3}, unit=name)

    await store.write(fill)
    _, path = await exported(store, tmp_path, spoken=replace(DEFAULT, units=units))
    for name in ("answers", "follow_ups", "responses_visit"):
        told = {(row["unit"], str(row["contact_start"])): row["pilot"] for row in table(path, name, name)}
        assert told == {
            ("new", "2026-11-23 10:00:00"): 0,
            ("new", "2026-11-24 00:30:00"): 1,
            ("old", "2026-11-24 00:30:00"): 0,
            ("gone", "2026-11-24 00:30:00"): None,
        }
