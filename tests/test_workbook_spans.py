"""Data files of several weeks, or of one unit: the rows of the weeks and no others, tied to the database."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import leftovers
from bot.store import control_sums, weeks
from bot.store.database import Store, Transaction
from bot.store.weeks import WeekNotEnded
from bot.workbook import copies, data
from bot.workbook.export import export_rows
from bot.workbook.span import Span
from tests import data_files, new_database
from tests.data_files import LATER, ORGANISATION, made, quality
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

FIRST, MIDDLE, LAST = "2026-W47", "2026-W48", "2026-W49"
SEVERAL = ("answers", "follow_ups", "verbatims", "call_backs", "coding")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Three weeks: one contact of each, a correction, one who answers on in the next, two units, a simulated one."""
    opened = await new_database.opened(tmp_path / "kundresa.db")
    await opened.write(three_weeks)
    yield opened
    await opened.close()


def three_weeks(tx: Transaction) -> None:
    """Fills the weeks; contact-00002 is met by the north, contact-00004 is simulated."""
    rows = Rows(tx, visit())
    rows.use(visit(), MONDAY - timedelta(weeks=9))
    later = MONDAY + timedelta(weeks=1)
    rows.answered(MONDAY, {"whole": 5, "told": "family press", "comment": "=Bra"})
    rows.answered(MONDAY, {"whole": 2, "comment": "Dåligt"}, unit="north")
    rows.answered(later, {"whole": 3})
    rows.answered(later, {"whole": 1, "comment": "påhittat"}, simulated=True)
    rows.answer("conversation-00001", "whole", later, codes="1", number=1, supersedes=1)
    rows.answer("conversation-00002", "times", later + timedelta(weeks=1), number=4, masked="phone email phone")
    rows.history("follow_up-00002", "ended", later, "partial")
    tx.run(
        """INSERT INTO call_backs (id, person_id, contact_id, unit, state, way, begun_at, asked_at, deadline)
        VALUES ('call-1', 'person-00002', 'contact-00002', 'north', 'open', 'call-me', :at, :at, :later)""",
        at=MONDAY,
        later=later,
    )
    tx.run("INSERT INTO code_lists VALUES ('v', '{}', :at)", at=MONDAY)
    tx.run(
        """INSERT INTO codings (answer_id, field, codes, coder, coded_at, week, list_version, source)
        SELECT id, 'theme', 'waiting forms', 'a', :at, :week, 'v', 'file' FROM answers WHERE text IS NOT NULL""",
        at=later,
        week=MIDDLE,
    )


async def read(store: Store, folder: Path, first: str, last: str, unit: str | None = None) -> data_files.Tables:
    """The tables of a span's workbook."""
    return data_files.tables(await made(store, folder, first, last, unit=unit))


async def test_a_span_holds_the_rows_of_its_weeks_one_after_the_other(store: Store, tmp_path: Path) -> None:
    """Cell by cell; only what contacts had answered in all is told once, as it stood when the last week closed."""
    each = [await read(store, tmp_path, week, week) for week in (FIRST, MIDDLE, LAST)]
    whole = await read(store, tmp_path, FIRST, LAST)
    for table in SEVERAL:
        rows = [row for found in each for row in found[table]]
        assert whole[table] == rows, table
        assert rows, table
    wide = {row["contact_id"]: row for row in whole["responses_visit"]}
    assert {name: row["whole"] for name, row in wide.items()} == {
        "contact-00001": 1,
        "contact-00002": 2,
        "contact-00003": 3,
    }
    assert (wide["contact-00002"]["times"], wide["contact-00002"]["week"]) == (4, LAST)


async def test_a_unit_gets_the_rows_of_whom_it_met(store: Store, tmp_path: Path) -> None:
    """By the unit frozen when the follow-up began, in every table; the units together are the whole."""
    north, centre = [await read(store, tmp_path, FIRST, LAST, unit) for unit in ("north", "centre")]
    whole = await read(store, tmp_path, FIRST, LAST)
    for table in (*SEVERAL, "responses_visit"):
        key = "row_id" if table in ("verbatims", "coding") else "contact_id"
        told = [str(row) for row in (*north[table], *centre[table])]
        assert sorted(told) == sorted(map(str, whole[table])), table
        assert not {row[key] for row in north[table]} & {row[key] for row in centre[table]}, table
    assert {row["unit"] for row in north["answers"]} == {"north"}
    assert {row["contact_id"] for row in north["call_backs"]} == {"contact-00002"}
    assert quality(north)["unit"] == "north"


@pytest.mark.parametrize(
    ("first", "last", "unit"), [(FIRST, LAST, None), (MIDDLE, MIDDLE, None), (FIRST, LAST, "north")]
)
async def test_every_table_is_tied_to_the_database(
    store: Store, tmp_path: Path, first: str, last: str, unit: str | None
) -> None:
    """What the file says it wrote is what stands in it, and what the database counted by other queries."""
    found = await read(store, tmp_path, first, last, unit)
    told = quality(found)
    for table, rows in found.items():
        if table != "quality":
            assert told[f"{table}_rows_written"] == len(rows), table
    for table in (*SEVERAL, "responses_visit"):
        assert told[f"{table}_rows_counted"] == len(found[table]), table
    assert (told["first_week"], told["week"], told["weeks"]) == (first, last, len(weeks.weeks_of(first, last)))
    assert (told.get("masked_phone"), told.get("masked_email")) == ((2, 1) if last == LAST else (None, None))
    assert str(told["journey_visit"]).startswith(str(found["answers"][0]["journey_version"]))


async def test_a_row_lost_on_the_way_is_seen(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a table holds other rows than were counted, the file says both numbers, and the log names the table."""
    answered = data.answers
    monkeypatch.setattr(data, "answers", lambda rows, *more: answered([*rows][1:], *more))
    with caplog.at_level(logging.ERROR):
        told = quality(await read(store, tmp_path, FIRST, FIRST))
    assert told["answers_rows_counted"] == 6
    assert told["answers_rows_written"] == 5
    assert "answers holds other rows than were counted" in caplog.text


async def test_simulated_rows_and_real_ones_never_meet(store: Store, tmp_path: Path) -> None:
    """With both kinds in one database each file holds one of them, in every table, and says how many it left out."""
    real = await read(store, tmp_path, FIRST, LAST)
    demo = data_files.tables(await made(store, tmp_path / "demo", FIRST, LAST, simulated=True))
    assert {row["contact_id"] for row in demo["answers"]} == {"contact-00004"}
    for table in ("answers", "follow_ups", "responses_visit", "verbatims"):
        assert demo[table], table
        assert "contact-00004" not in str(real[table]), table
    assert "påhittat" in str(demo["verbatims"])
    assert "påhittat" not in str(real)
    assert (quality(real)["demo"], quality(real)["contacts_left_out_as_simulated"]) == (0, 1)
    assert (quality(demo)["demo"], quality(demo)["contacts_left_out_as_real"]) == (1, 3)
    for table in SEVERAL[3:]:
        assert demo[table] == [row for row in demo[table] if row not in real[table]], table


async def test_what_a_span_is_called_is_no_weekly_file(store: Store, tmp_path: Path) -> None:
    """Names are safe on every file system, say weeks and unit, and none of these is recorded as the week's file."""
    paths = [
        await made(store, tmp_path, FIRST, LAST),
        await made(store, tmp_path, FIRST, unit="north"),
        await made(store, tmp_path, FIRST, form="csv-excel"),
        await made(store, tmp_path, FIRST, LAST, unit="north", form="parquet"),
    ]
    assert [path.name for path in paths] == [
        f"kundresa_{FIRST}_{LAST}_data.xlsx",
        f"kundresa_{FIRST}_unit-north_data.xlsx",
        f"kundresa_{FIRST}_csv-excel",
        f"kundresa_{FIRST}_{LAST}_unit-north_parquet",
    ]
    assert await store.read(weeks.files, FIRST) == []
    assert FIRST in await store.read(weeks.unmade)


async def test_a_span_that_can_not_be_is_refused(store: Store, tmp_path: Path) -> None:
    """One that still runs, one the wrong way round, a week that no year has: nothing is closed, nothing made."""
    refused = ((FIRST, "2027-W20", WeekNotEnded), (LAST, FIRST, ValueError), ("2025-W53", LAST, ValueError))
    for first, last, error in refused:
        with pytest.raises(error, match=r"W20 runs until|is before|week"):
            await made(store, tmp_path / "none", first, last)
    assert not (tmp_path / "none").exists()
    assert await store.read(weeks.unmade) == []


async def test_units_gone_from_the_organisation_file_are_still_known(store: Store) -> None:
    """Their rows can be asked for: every unit that a contact was registered for counts."""
    assert await store.read(control_sums.units) == ["centre", "north"]


async def test_copies_with_erased_rows_go_and_others_stay(store: Store, tmp_path: Path) -> None:
    """What holds a week of erased rows is removed, file or folder; weekly files, reports and others' files stay."""
    gone = [await made(store, tmp_path, FIRST, LAST), await made(store, tmp_path, FIRST, form="csv")]
    gone.append(await made(store, tmp_path, MIDDLE, LAST, unit="north"))
    kept = [await made(store, tmp_path, LAST, form="csv")]
    for name in (f"kundresa_{MIDDLE}_data.xlsx", f"kundresa_{FIRST}_{LAST}.xlsx", f"my_{FIRST}_{LAST}_data.xlsx"):
        kept.append(tmp_path / name)
        shutil.copy(gone[0], kept[-1])
    assert copies.remove(tmp_path, [FIRST, MIDDLE]) == sorted(path.name for path in gone)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)
    assert copies.remove(tmp_path, [FIRST]) == []


async def test_progress_is_told_to_whoever_looks_on(store: Store, tmp_path: Path) -> None:
    """How many rows are written of how many, never more than all."""
    from bot.workbook.progress import LOOKING_ON

    heard: list[tuple[int, int]] = []
    token = LOOKING_ON.set(lambda done, of: heard.append((done, of)))
    try:
        await export_rows(
            store,
            Span(FIRST, LAST),
            folder=tmp_path,
            organisation=ORGANISATION,
            language="en",
            now=LATER,
            zone=ZONE,
            form="csv",
        )
    finally:
        LOOKING_ON.reset(token)
    assert heard == sorted(heard)
    assert all(0 < done <= of for done, of in heard)


async def test_an_erasure_takes_copies_along(store: Store, tmp_path: Path) -> None:
    """What an erasure owes is settled with them, and the weeks to make anew are told as before."""
    path = await made(store, tmp_path, FIRST, LAST, form="csv")
    await store.write(leftovers.owe, "erasure-1", [MIDDLE])
    assert await leftovers.settled(store, tmp_path, quiet=True) == [MIDDLE]
    assert not path.exists()
