"""The weekly export: from a real database to the files an analyst opens, read back with openpyxl."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot import organisation
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.store.weeks import WeekNotEnded
from bot.workbook import columns
from bot.workbook.export import data_name, export_week, make_up, report_name
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, scale, visit

WEEK = "2026-W47"
AFTER = datetime(2026, 11, 23, 5, tzinfo=UTC)
ORGANISATION = organisation.default(("sv", "fi", "en"))
Cells = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files go."""
    return tmp_path / "exports"


async def export(store: Store, folder: Path, week: str = WEEK, now: datetime = AFTER, **more: bool) -> list[Path]:
    """Export one week for an English reader."""
    return await export_week(
        store, week, folder=folder, organisation=ORGANISATION, language="en", now=now, zone=ZONE, **more
    )


def cells(path: Path) -> Cells:
    """Every sheet's rows by its title, the header first."""
    return _cells(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _cells(path: Path, _: int) -> Cells:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(path).worksheets}


def records(path: Path, title: str) -> list[dict[str, object]]:
    """A data sheet's rows by column."""
    header, *rows = cells(path)[title]
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def names(folder: Path) -> list[str]:
    """The files of a folder, none where there is no folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def leave(path: Path) -> None:
    """Leave a half-written file there."""
    path.parent.mkdir()
    path.write_text("words")


def begun(tx: Transaction) -> Rows:
    """Rows pinned to the small journey."""
    rows = Rows(tx, visit())
    rows.use(visit(), MONDAY - timedelta(weeks=20))
    return rows


def one_visit(tx: Transaction) -> None:
    """One person's answers of all kinds."""
    rows = begun(tx)
    contact = rows.answered(
        MONDAY,
        {"feeling": 4, "cause": "waited", "told": "family press", "comment": "=Bra\r\nmöte", "times": None, "whole": 5},
    )
    talk = "conversation-00001"
    rows.answer(talk, "treated", MONDAY + timedelta(hours=4), status="not-drawn")
    rows.change(contact, MONDAY + timedelta(hours=5), matter_id="m1", reference="DNR 2026/1")
    tx.run("UPDATE answers SET masked = 'phone' WHERE question = 'comment'")


async def test_the_answers_table_holds_every_settled_question(store: Store, folder: Path) -> None:
    """Columns stand as promised; each option chosen is a row; what is missing says why; codes, numbers, words apart."""
    await store.write(one_visit)
    _, path = await export(store, folder)
    assert cells(path)["answers"][0] == columns.ANSWERS
    rows = {str(row["row_id"]): row for row in records(path, "answers")}
    assert len(rows) == 8
    by_question = {(row["question"], row["value_code"]): row for row in rows.values()}
    assert by_question["cause", "waited"]["demand"] == "failure"
    assert by_question["feeling", "4"]["value_number"] == 4
    assert by_question["feeling", "4"]["touchpoint_phase"] == "before"
    assert by_question["times", None]["missing"] == "skipped"
    assert by_question["treated", None]["missing"] == "not-drawn"
    assert by_question["comment", None]["value_text"] == "=Bra\nmöte"
    family, press = by_question["told", "family"], by_question["told", "press"]
    assert family["answer_id"] == press["answer_id"]
    assert family["row_id"] == f"{family['answer_id']}.family"
    assert (family["disposition"], family["iso_year"], family["iso_week"], family["week"]) == (
        "answered",
        2026,
        47,
        WEEK,
    )
    assert family["contact_start"] == datetime.fromisoformat("2026-11-16 10:00")
    assert (family["person"], family["matter_id"], family["invitation"]) == ("person-00001", "m1", "personal")


async def test_no_reference_is_in_a_file(store: Store, folder: Path) -> None:
    """The case's reference, which staff registered, stands in neither file."""
    await store.write(one_visit)
    for path in await export(store, folder):
        assert "DNR 2026/1" not in str(cells(path))


async def test_own_words_are_in_the_data_file_alone(store: Store, folder: Path) -> None:
    """The report, which may be passed on, holds no verbatim; the data file does, with empty coding columns."""
    await store.write(one_visit)
    told, path = await export(store, folder)
    assert "möte" not in str(cells(told))
    (verbatim,) = records(path, "verbatims")
    assert tuple(verbatim) == columns.VERBATIMS
    assert verbatim["text"] == "=Bra\nmöte"
    assert [verbatim[name] for name in columns.VERBATIMS[8:]] == [None] * 6
    assert told.stat().st_mode & 0o777 == 0o644
    assert path.stat().st_mode & 0o777 == 0o640


async def test_the_wide_table_tells_not_offered_from_not_chosen(store: Store, folder: Path) -> None:
    """Options offered are 1 or 0; a question not settled is blank with its reason beside it, one never put is blank."""

    def fill(tx: Transaction) -> None:
        one_visit(tx)
        rows = begun(tx)
        rows.answered(MONDAY, {"whole": 3})

    await store.write(fill)
    _, path = await export(store, folder)
    first, second = records(path, "responses_visit")
    assert [first[f"told_{code}"] for code in ("family", "to_us", "press")] == [1, 0, 1]
    assert [second[f"told_{code}"] for code in ("family", "to_us", "press")] == [None, None, None]
    assert (first["times"], first["times_missing"]) == (None, "skipped")
    assert (second["times"], second["times_missing"]) == (None, None)
    assert (first["whole"], first["treated_missing"]) == (5, "not-drawn")


async def test_columns_come_from_versions_and_new_ones_come_last(store: Store, folder: Path) -> None:
    """A new version adds its columns at the end, even for a new choice of an old question; an old week never gets them.

    A question named like a constant column is told apart.
    """
    await store.write(one_visit)
    _, first = await export(store, folder)
    before = cells(first)["responses_visit"][0]
    wider = visit(question("unit", "one", "after", options("a")), scale("extra", "after"))
    told = replace(wider.question("told"), choices=options("family", "to-us", "press", "other"))
    after_phase = wider.phases[2]
    changed = tuple(told if asked.code == "told" else asked for asked in after_phase.questions)
    wider = replace(wider, phases=(*wider.phases[:2], replace(after_phase, questions=changed)))
    later = MONDAY + timedelta(weeks=1)

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        rows.use(wider, later)
        rows.answered(later, {"told": "other", "unit": "a"})

    await store.write(fill)
    _, second = await export(store, folder, "2026-W48", AFTER + timedelta(weeks=1))
    after = cells(second)["responses_visit"][0]
    assert after[: len(before)] == before
    assert after[len(before) :] == ("told_other", "q_unit", "q_unit_missing", "extra", "extra_missing")
    (row,) = records(second, "responses_visit")
    assert (row["unit"], row["q_unit"], row["told_other"], row["told_press"]) == ("centre", "a", 1, 0)
    _, again = await export(store, folder)
    assert cells(again)["responses_visit"][0] == before


async def test_an_old_week_made_again_has_the_same_cells(store: Store, folder: Path) -> None:
    """Later answers, corrections, endings, outcomes and reminders change no cell of an old data file."""

    def fill(tx: Transaction) -> None:
        one_visit(tx)
        rows = begun(tx)
        person = rows.person()
        follow_up = rows.follow_up(rows.contact(MONDAY, person), "after", MONDAY)
        talk = rows.conversation(follow_up, "contact-00002", person, MONDAY)
        rows.answer(talk, "whole", MONDAY + timedelta(hours=1), codes="2", number=2)

    def go_on(tx: Transaction) -> None:
        rows = begun(tx)
        rows.answer("conversation-00001", "whole", AFTER, codes="1", number=1, supersedes=6)
        rows.answer("conversation-00002", "told", AFTER, codes="press")
        rows.history("follow_up-00002", "ended", AFTER, "partial", "denied")
        tx.run("UPDATE follow_ups SET reminded_at = :at WHERE id = 'follow_up-00002'", at=AFTER - timedelta(hours=1))
        rows.answered(AFTER, {"whole": 2})

    await store.write(fill)
    _, path = await export(store, folder)
    before = cells(path)
    await store.write(go_on)
    await export(store, folder)
    assert cells(path) == before
    _, later = await export(store, folder, "2026-W48", AFTER + timedelta(weeks=1))
    assert {row["outcome"] for row in records(later, "answers") if row["contact_id"] == "contact-00002"} == {"denied"}


async def test_a_correction_is_a_row_of_its_own_week(store: Store, folder: Path) -> None:
    """The corrected row stays in its week; the correction stands in the next and points to it; the wide row has it."""
    await store.write(one_visit)
    await export(store, folder)
    await store.write(
        lambda tx: begun(tx).answer("conversation-00001", "whole", AFTER, codes="1", number=1, supersedes=6)
    )
    _, old = await export(store, folder)
    _, new = await export(store, folder, "2026-W48", AFTER + timedelta(weeks=1))
    (row,) = records(new, "answers")
    (first,) = (each for each in records(old, "answers") if each["question"] == "whole")
    assert (row["value_number"], row["supersedes"], row["week"]) == (1, first["answer_id"], "2026-W48")
    assert (first["value_number"], first["supersedes"]) == (5, None)
    assert records(old, "responses_visit")[0]["whole"] == 5
    assert records(new, "responses_visit")[0]["whole"] == 1


async def test_two_weeks_can_be_put_below_each_other(store: Store, folder: Path) -> None:
    """Both files have the same sheets, tables and columns, and no row stands in both."""

    def fill(tx: Transaction) -> None:
        one_visit(tx)
        begun(tx).answered(MONDAY + timedelta(weeks=1), {"whole": 3, "comment": "ok"})

    await store.write(fill)
    paths = await make_up(
        store,
        folder=folder,
        organisation=ORGANISATION,
        language="sv",
        now=AFTER + timedelta(weeks=1),
        zone=ZONE,
    )
    first, second = (load_workbook(path) for path in paths if path.name.endswith("_data.xlsx"))
    shape = [(sheet.title, list(sheet.tables), [cell.value for cell in sheet[1]]) for sheet in first.worksheets]
    assert shape == [
        (sheet.title, list(sheet.tables), [cell.value for cell in sheet[1]]) for sheet in second.worksheets
    ]
    assert all(tables == [title] for title, tables, _ in shape)
    ids = [row["row_id"] for path in (paths[1], paths[3]) for row in records(path, "answers")]
    assert len(ids) == len(set(ids)) == 10


async def test_erased_rows_are_gone_and_counted(store: Store, folder: Path) -> None:
    """After an erasure the old week holds the other rows, and says how many are gone; control sums agree."""

    def fill(tx: Transaction) -> None:
        one_visit(tx)
        begun(tx).answered(MONDAY, {"whole": 3})

    await store.write(fill)
    _, path = await export(store, folder)

    def erase(tx: Transaction) -> None:
        tx.run(
            "INSERT INTO erased (week, rows) SELECT week, COUNT(*) FROM answers "
            "WHERE person_id = 'person-00001' GROUP BY week"
        )
        tx.run("DELETE FROM persons WHERE id = 'person-00001'")

    await store.write(erase)
    await export(store, folder)
    (row,) = records(path, "answers")
    assert row["person"] == "person-00002"
    quality = {line["item"]: line for line in records(path, "quality")}
    assert [quality[f"answers_rows_{what}"]["number"] for what in ("written", "counted", "erased")] == [1, 1, 7]


async def test_the_quality_sheet_says_what_the_file_was_made_from(store: Store, folder: Path) -> None:
    """Week, zone, schema, masked pieces and control sums stand there as real numbers and moments."""
    await store.write(one_visit)
    _, path = await export(store, folder)
    quality = {
        str(row["item"]): row["text"] if row["number"] is None else row["number"] for row in records(path, "quality")
    }
    assert quality["week"] == WEEK
    assert quality["time_zone"] == "Europe/Stockholm"
    assert quality["made_at"] == datetime.fromisoformat("2026-11-23 06:00")
    assert quality["masked_phone"] == 1
    assert quality["answers_rows_written"] == quality["answers_rows_counted"] == 8
    assert quality["answers_to_unknown_questions"] == 0
    explained = {row["code"] for row in records(path, "categories") if row["variable"] == "quality.item"}
    told = re.compile(r"\w+_rows_(written|counted)|masked_\w+|journey_\S+")
    assert [item for item in quality if item not in explained and not told.fullmatch(item)] == []
    assert str(quality["database_schema"]).startswith("00")


async def test_a_question_that_no_version_knows_is_kept(store: Store, folder: Path) -> None:
    """Its row stands in the file without kind or touchpoint, and is counted; nothing is dropped silently."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        rows.answered(MONDAY, {"whole": 3})
        rows.answer("conversation-00001", "vanished", MONDAY, codes="a b")

    await store.write(fill)
    _, path = await export(store, folder)
    lost = [row for row in records(path, "answers") if row["question"] == "vanished"]
    assert [(row["value_code"], row["phase"], row["kind"]) for row in lost] == [
        ("a", "after", None),
        ("b", "after", None),
    ]
    quality = {row["item"]: row["number"] for row in records(path, "quality")}
    assert quality["answers_to_unknown_questions"] == 1


async def test_the_codebook_explains_every_column_and_code(store: Store, folder: Path) -> None:
    """Every column of every table has a description in three languages; every question and choice its labels."""
    await store.write(one_visit)
    _, path = await export(store, folder)
    book = records(path, "codebook")
    explained = {(row["table"], column) for row in book for column in str(row["column"]).split(", ")}
    for table, (header, *_) in cells(path).items():
        assert {column for name, column in explained if name == table} == {*header}, table
    assert all(row[f"label_{language}"] for row in book for language in ("sv", "fi", "en"))
    codes = {(row["variable"], row["question"], row["code"]): row for row in records(path, "categories")}
    assert codes["value_code", "cause", "waited"]["demand"] == "failure"
    assert codes["missing", None, "skipped"]["missing"] == 1
    assert {code for variable, _, code in codes if variable == "unit"} == set(ORGANISATION.units)


async def test_a_demo_holds_simulated_contacts_only(store: Store, folder: Path, tmp_path: Path) -> None:
    """Simulated contacts and real ones never meet in a file, and a demo's files say what they are."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        rows.answered(MONDAY, {"whole": 3})
        rows.answered(MONDAY, {"whole": 4, "told": "press"}, simulated=True)

    await store.write(fill)
    real = await export(store, folder)
    demo = await export(store, tmp_path / "demo", simulated=True)
    assert [row["value_number"] for row in records(real[1], "answers")] == [3]
    assert [row["value_number"] for row in records(demo[1], "answers")] == [4, None]
    assert "DEMO" not in str(cells(real[0]))
    assert "DEMO: the answers are simulated" in str(cells(demo[0])["Overview"])
    for path in demo:
        about = load_workbook(path)
        assert str(about.properties.title).startswith("DEMO")


async def test_a_week_without_rows_makes_sound_files(store: Store, folder: Path) -> None:
    """An empty week has all its tables, each with its one empty row, and a report that says so."""
    told, path = await export(store, folder)
    sheets = {sheet.title: sheet for sheet in load_workbook(path).worksheets}
    assert list(sheets) == [
        *("answers", "follow_ups", "verbatims", "call_backs", "coding", "codebook", "categories", "lists", "quality")
    ]
    for title in ("answers", "follow_ups", "verbatims"):
        assert str(sheets[title].tables[title].ref).endswith("2")
        assert sheets[title]["A1"].value is not None
        assert sheets[title]["A2"].value is None
    assert list(cells(told)) == ["Overview", "From contact to answer", "Notes", "Chart data"]
    assert "No contacts with a personal invitation" in str(cells(told)["Overview"])


async def test_the_report_is_made_once(store: Store, folder: Path) -> None:
    """A second export leaves the report alone and makes the data file again; a lost report is made anew."""
    await store.write(one_visit)
    told, path = await export(store, folder)
    told.write_bytes(b"mine")
    path.write_bytes(b"mine")
    await export(store, folder, remake=False)
    assert path.read_bytes() == b"mine"
    await export(store, folder)
    assert told.read_bytes() == b"mine"
    assert path.read_bytes() != b"mine"
    told.unlink()
    await export(store, folder)
    assert next(iter(cells(told))) == "Overview"


async def test_make_up_makes_each_ended_week_once(store: Store, folder: Path) -> None:
    """After an outage every week is made; the next call makes nothing, not even a file somebody removed."""

    def fill(tx: Transaction) -> None:
        begun(tx).answered(MONDAY - timedelta(weeks=2), {"whole": 3})

    await store.write(fill)
    again = partial(make_up, store, folder=folder, organisation=ORGANISATION, language="fi", now=AFTER, zone=ZONE)
    made = await again()
    expected = [name(week) for week in ("2026-W45", "2026-W46", WEEK) for name in (report_name, data_name)]
    assert [path.name for path in made] == expected
    assert names(folder) == sorted(expected)
    recorded = await store.read(weeks.files, WEEK)
    assert [(file.name, file.kind) for file in recorded] == [(report_name(WEEK), "report"), (data_name(WEEK), "data")]
    shutil.rmtree(folder)
    assert await again() == []
    assert names(folder) == []


async def test_a_week_that_fails_does_not_hold_the_others_up(store: Store, folder: Path) -> None:
    """One week whose file can't be written is told at the end, and tried again; the others are made at once."""

    def fill(tx: Transaction) -> None:
        begun(tx).answered(MONDAY - timedelta(weeks=1), {"whole": 3})

    await store.write(fill)
    again = partial(make_up, store, folder=folder, organisation=ORGANISATION, language="sv", now=AFTER, zone=ZONE)
    (folder / data_name("2026-W46")).mkdir(parents=True)
    with pytest.raises(OSError, match="2026-W46_data"):
        await again()
    assert (folder / data_name(WEEK)).is_file()
    assert await store.read(weeks.unmade) == ["2026-W46"]
    (folder / data_name("2026-W46")).rmdir()
    await again()
    assert await store.read(weeks.unmade) == []


@pytest.mark.parametrize("step", ["save", "replace"])
async def test_a_half_written_file_is_never_seen(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A fault while writing, or just before the file takes its name, leaves the old file, no part, and no record."""
    await store.write(one_visit)
    _, path = await export(store, folder)
    path.write_bytes(b"the old file")
    (recorded,) = (file for file in await store.read(weeks.files, WEEK) if file.kind == "data")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "save":
        monkeypatch.setattr(Workbook, "save", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        await export(store, folder, now=AFTER + timedelta(hours=1))
    monkeypatch.undo()
    assert path.read_bytes() == b"the old file"
    assert names(folder) == [report_name(WEEK), data_name(WEEK)]
    assert recorded in await store.read(weeks.files, WEEK)


async def test_what_a_killed_process_left_is_cleared_away(store: Store, folder: Path) -> None:
    """A part of an earlier attempt, which may hold people's words, is gone once the file is made."""
    leave(folder / f".kundresa_{WEEK}_data.abc.part")
    await export(store, folder)
    assert names(folder) == [report_name(WEEK), data_name(WEEK)]


async def test_the_same_week_asked_for_twice_at_once_is_made_once(store: Store, folder: Path) -> None:
    """Two exports at the same moment wait for each other: the second finds both files made."""
    await store.write(one_visit)
    later = AFTER + timedelta(hours=1)
    await asyncio.gather(export(store, folder), export(store, folder, now=later, remake=False))
    assert {file.made_at for file in await store.read(weeks.files, WEEK)} == {AFTER}


async def test_a_running_week_is_refused(store: Store, folder: Path) -> None:
    """A week that has not ended is not closed and not made; a week that does not exist is refused."""
    with pytest.raises(WeekNotEnded, match="2026-W48 runs until"):
        await export(store, folder, "2026-W48")
    with pytest.raises(ValueError, match="week"):
        await export(store, folder, "2025-W53")
    assert names(folder) == []
    assert await store.read(weeks.unmade) == []


async def test_reading_takes_place_on_the_read_only_connection(store: Store, folder: Path) -> None:
    """A writer in the middle of a transaction doesn't hold the export up: only closing and recording write."""
    await store.write(one_visit)
    await store.write(weeks.close, WEEK, AFTER, ZONE)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    rows = await store.read(lambda tx: len(list(weeks.answers(tx, WEEK, False))))
    other.close()
    assert rows == 7
