"""An old week stays as it stood: real rooms register, move, note, cancel and erase; its data file stays the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pandas
import pytest
from openpyxl import load_workbook

from bot import rooms
from bot.coding import CodedRow, Coding
from bot.store.coding import Said
from bot.store.database import Transaction
from bot.terms import ContactBudget
from bot.workbook.export import export_rows
from bot.workbook.span import Span
from tests.house import House

WEEK = "2026-W47"
CLOSED = datetime(2026, 11, 23, 5, tzinfo=UTC)
EVERY_ROW = ("answers", "follow_ups", "verbatims", "call_backs", "coding")
Row = dict[str, object]
Tables = dict[str, list[Row]]


async def file_of(house: House, folder: Path, week: str = WEEK, now: datetime = CLOSED) -> Path:
    """A week's data file, made now."""
    (path,) = await export_rows(
        house.store,
        Span(week, week),
        folder=folder,
        organisation=house.premises.organisation,
        language="en",
        now=now,
        zone=house.premises.zone,
    )
    return path


async def made(house: House, folder: Path, week: str = WEEK, now: datetime = CLOSED) -> Tables:
    """The rows of each table of a week's data file, made now."""
    return read(await file_of(house, folder, week, now))


def read(path: Path) -> Tables:
    """The rows of each table of a data file."""
    tables: Tables = {}
    for sheet in load_workbook(path).worksheets:
        header, *rows = sheet.iter_rows(values_only=True)
        tables[sheet.title] = [dict(zip(map(str, header), row, strict=True)) for row in rows if any(row)]
    return tables


async def lived(house: House) -> dict[str, str]:
    """A week of contacts, by what becomes of them later; one person answers, another only begins."""
    visit = partial(house.register, "office-visit")
    call = partial(house.register, "phone-call", channel="phone")
    yesterday, next_monday = house.now - timedelta(hours=3), house.now + timedelta(days=7, hours=10)
    found = {
        "answered": await call(start=yesterday, reference="A 1"),
        "declined": await visit(start=next_monday),
        "matter": await call(start=yesterday + timedelta(minutes=5), matter="M 7"),
        "joined": await visit(start=house.now + timedelta(hours=50), matter="M 7"),
        "later": await visit(start=house.now + timedelta(days=1)),
        "sooner": await visit(start=house.now + timedelta(days=16)),
        "cancelled": await visit(start=house.now + timedelta(days=8)),
        "left out": await visit(start=house.now + timedelta(days=9)),
        "handed over": await visit(start=next_monday),
    }
    for person, name in ((1, "answered"), (3, "matter")):
        await house.says(person, f"/start {found[name].code}")
        for _ in range(8):
            await house.says(person, "bra")
    for _ in range(6):
        await house.beat(hours=24)
    await house.beat(hours=11)
    await house.says(2, f"/start {found['declined'].code}")
    await house.store.write(house.rooms.hand_overs.add, "file-1", None, house.now, 100)
    return {name: registered.id for name, registered in found.items()}


async def changed(house: House, contacts: dict[str, str]) -> None:
    """What staff and people do to those contacts in the next week."""
    changes = house.rooms.changes
    house.now = CLOSED + timedelta(hours=6)

    async def do(work: Callable[..., object], *args: object, **named: object) -> None:
        await house.store.write(work, *args, **named)

    await house.taps(2, "Nej tack")
    await do(house.rooms.invitations.release, contacts["declined"])
    await do(house.rooms.hand_overs.undo, "file-1", house.now)
    for name in ("answered", "declined", "later", "sooner", "joined"):
        await do(
            changes.note, contacts[name], house.now, outcome="denied", cause="waited", solved="no", matter=f"of {name}"
        )
    await do(changes.move, contacts["later"], house.now + timedelta(days=9), None, house.now)
    await do(changes.move, contacts["sooner"], house.now - timedelta(days=5), None, house.now)
    await do(changes.move, contacts["answered"], house.now + timedelta(days=3), None, house.now)
    await do(changes.cancel, contacts["cancelled"], house.now)
    await do(changes.leave_out, contacts["left out"], next(iter(house.premises.organisation.reasons)), house.now)
    await house.beat(hours=24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files go."""
    return tmp_path / "exports"


def of(tables: Tables, table: str, contact: str) -> list[Row]:
    """A contact's rows of a table."""
    return [row for row in tables[table] if row["contact_id"] == contact]


async def test_what_happens_later_changes_no_cell(house: House, folder: Path) -> None:
    """Moves, causes, matters, outcomes, cancelling, handing over and a late no thanks leave every cell as it was.

    The week in which all that happened tells of it.
    """
    contacts = await lived(house)
    before = await made(house, folder)
    assert of(before, "answers", contacts["answered"])
    assert {row["disposition"] for row in of(before, "follow_ups", contacts["declined"])} >= {"open"}
    assert {row["reason"] for row in of(before, "follow_ups", contacts["joined"])} >= {"budget"}

    await changed(house, contacts)
    after = await made(house, folder)
    for table, rows in before.items():
        assert after[table] == rows, table

    next_week = await made(house, folder, "2026-W48", CLOSED + timedelta(weeks=1))
    left_out = {(row["reason"], row["not_asked_reason"]) for row in of(next_week, "follow_ups", contacts["left out"])}
    staff = next(iter(house.premises.organisation.reasons))
    assert left_out - {("same-day", None)} == {(f"staff-{staff}", staff)}
    assert "cancelled" in {row["reason"] for row in of(next_week, "follow_ups", contacts["cancelled"])}
    moved = of(next_week, "follow_ups", contacts["later"])
    assert {(row["moved"], row["cause"], row["solved"]) for row in moved} == {(1, "waited", "no")}
    assert {row["moved"] for row in of(before, "follow_ups", contacts["later"])} == {0}


async def test_an_erasure_takes_rows_and_changes_none(house: House, folder: Path) -> None:
    """After later changes and an erasure the old week has the same rows less the erased ones, which it counts."""
    contacts = await lived(house)
    before = await made(house, folder)
    await changed(house, contacts)

    def erase(tx: Transaction) -> None:
        doomed = house.rooms.erasures
        person = of(before, "answers", contacts["answered"])[0]["person"]
        doomed.person(tx, str(person), "staff", house.now)

    await house.store.write(erase)
    after = await made(house, folder)
    for table in ("answers", "follow_ups", "verbatims", "call_backs"):
        gone = contacts["answered"]
        ids = {row["row_id"] for row in of(before, "answers", gone)}
        left = [row for row in before[table] if row.get("contact_id") != gone and row.get("row_id") not in ids]
        assert after[table] == left, table
    counts = {str(row["item"]): row["number"] for row in after["quality"]}
    assert counts["answers_rows_erased"] == len(of(before, "answers", contacts["answered"])) > 0
    assert counts["follow_ups_erased"] == len(of(before, "follow_ups", contacts["answered"])) > 0
    assert counts["answers_rows_counted"] == counts["answers_rows_written"] == len(after["answers"])


async def test_who_came_by_the_matter_is_told(house: House, folder: Path) -> None:
    """A contact asked about because its matter's person is known says so; the one they opened does not."""
    unlimited = replace(house.premises.organisation, contact_budget=ContactBudget(everybody=None))
    house.rooms = rooms.built(replace(house.premises, organisation=unlimited))
    contacts = await lived(house)
    tables = await made(house, folder)
    joined = [row for row in of(tables, "follow_ups", contacts["joined"]) if row["begun_at"]]
    assert joined
    opened = of(tables, "follow_ups", contacts["matter"])
    assert {row["by_matter"] for row in joined} == {1}
    assert {row["by_matter"] for row in opened} == {0}
    assert {row["person"] for row in joined} == {row["person"] for row in opened}
    assert len({row["matter_id"] for row in [*joined, *opened]}) == 1


async def coded(house: House, tables: Tables) -> None:
    """An analyst codes every verbatim of the file, which was made in an earlier week."""
    for row in tables["verbatims"]:
        said = Said("theme", "waiting forms", None), Said("may_be_quoted", "yes", None)
        given = [CodedRow(1, str(row["row_id"]), said)]
        work = partial(Coding(house.premises).take_in, coder="a", source="f" * 64, unit=None, now=house.now)
        (taken,) = await house.store.write(work, given)
        assert taken.result == "coded"


async def test_corrections_late_answers_codes_and_an_erasure_leave_every_other_cell(house: House, folder: Path) -> None:
    """Made again after all of that, the file has the same rows, cell by cell, less the erased ones, which it counts."""
    contacts = await lived(house)
    before = await made(house, folder)
    await changed(house, contacts)
    await house.says(2, "bra")  # a late answer, or nothing: the week is over
    await coded(house, before)
    correction = of(before, "answers", contacts["matter"])[0]["answer_id"]

    def correct(tx: Transaction) -> None:
        tx.run(
            """INSERT INTO answers (uid, conversation_id, follow_up_id, contact_id, person_id, question, asking, status,
                codes, number, language, door, answered_at, recorded_at, week, supersedes)
            SELECT 'corrected', conversation_id, follow_up_id, contact_id, person_id, question, asking + 9, status,
                codes, number, language, door, :now, :now, '2026-W48', id FROM answers WHERE uid = :uid""",
            now=house.now,
            uid=str(correction),
        )

    await house.store.write(correct)
    again = await made(house, folder)
    for table in EVERY_ROW:
        assert again[table] == before[table], table
    after = CLOSED + timedelta(days=7)
    week_after = await made(house, folder, "2026-W48", after)
    assert {row["value_code"] for row in week_after["coding"]} >= {"waiting", "forms", "yes"}
    assert correction in {row["supersedes"] for row in week_after["answers"]}

    person = of(before, "answers", contacts["answered"])[0]["person"]
    await house.store.write(lambda tx: house.rooms.erasures.person(tx, str(person), "staff", house.now))
    gone = {row["row_id"] for row in of(before, "answers", contacts["answered"])}
    last = await made(house, folder)
    for table in EVERY_ROW:
        left = [
            row
            for row in before[table]
            if row.get("contact_id") != contacts["answered"] and row.get("row_id") not in gone
        ]
        assert last[table] == left, table
    counts = {str(row["item"]): row["number"] for row in last["quality"]}
    assert counts["answers_rows_erased"] == len(gone) > 0
    for table in EVERY_ROW:
        assert counts[f"{table}_rows_written"] == counts[f"{table}_rows_counted"] == len(last[table]), table
    later = {str(row["item"]): row["number"] for row in (await made(house, folder, "2026-W48", after))["quality"]}
    assert later["codings_erased"]


async def test_two_weeks_are_put_below_each_other_and_joined(house: House, folder: Path) -> None:
    """With pandas: no row_id comes twice, every verbatim finds its answer, every answer its follow-up and person."""
    contacts = await lived(house)
    files = [await file_of(house, folder)]
    await changed(house, contacts)
    await coded(house, read(files[0]))
    files.append(await file_of(house, folder, "2026-W48", CLOSED + timedelta(days=7)))

    def both(table: str) -> pandas.DataFrame:
        return pandas.concat([pandas.read_excel(path, table).dropna(how="all") for path in files], ignore_index=True)

    answers, words, follow_ups, codes = map(both, ("answers", "verbatims", "follow_ups", "coding"))
    assert answers["row_id"].is_unique
    assert words["row_id"].is_unique
    assert not follow_ups.duplicated(["follow_up_id", "week"]).any()
    assert follow_ups["follow_up_id"].duplicated().any()  # one that changed stands in both weeks, as it stood in each
    assert set(answers["week"]) == {"2026-W47", "2026-W48"}
    told = words.merge(answers, on="row_id", how="left", validate="one_to_one", suffixes=("", "_answer"))
    assert told["answer_id_answer"].notna().all()
    assert (told["text"] == told["value_text"]).all()
    latest = follow_ups.sort_values("week").drop_duplicates("follow_up_id", keep="last")
    joined = answers.merge(latest, on="follow_up_id", how="left", validate="many_to_one", suffixes=("", "_then"))
    assert joined["contact_id_then"].notna().all()
    assert (joined["contact_id"] == joined["contact_id_then"]).all()
    assert (joined["person"] == joined["person_then"]).all()
    of_words = codes.merge(words, on="row_id", how="left", validate="many_to_one", suffixes=("", "_words"))
    assert len(of_words) == len(codes) > 0
    assert of_words["text"].notna().all()


async def test_a_question_put_and_still_open_has_its_row_when_it_is_settled(house: House, folder: Path) -> None:
    """Open when its week closed, it stands in that week's follow-up; the week in which it was left has its row."""
    contacts = await lived(house)
    first = await made(house, folder)
    (put,) = (row for row in of(first, "follow_ups", contacts["declined"]) if row["state"] == "begun")
    assert of(first, "answers", contacts["declined"]) == []
    for _ in range(18):
        await house.beat(hours=12)
    second = await made(house, folder, "2026-W48", CLOSED + timedelta(days=7))
    ended = next(row for row in second["follow_ups"] if row["follow_up_id"] == put["follow_up_id"])
    left = [row for row in of(second, "answers", contacts["declined"]) if row["missing"] == "left"]
    assert (put["disposition"], ended["state"]) == ("open", "ended")
    assert {(row["follow_up_id"], row["week"]) for row in left} == {(put["follow_up_id"], "2026-W48")}
    assert str(left[0]["asked_at"]) < "2026-11-23"
