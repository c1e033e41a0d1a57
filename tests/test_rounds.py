"""The rounds: what the clock wakes, on a real house."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import settings
from bot.arrivals import Arrival, Said
from bot.contacts import NewContact
from bot.openings import opened_house
from bot.rounds import Rounds
from bot.store import erasures
from tests import new_database

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@asynccontextmanager
async def _rounds(folder: Path, moment: datetime = NOW, **more: str) -> AsyncIterator[Rounds]:
    environment = {
        "KUNDRESA_DATABASE": str(new_database.laid(folder / "kundresa.db")),
        "KUNDRESA_EXPORTS": str(folder / "exports"),
        **more,
    }
    described = settings.read(environment)
    async with opened_house(described) as house:
        yield Rounds(house, described, lambda: moment, lambda: None)


async def test_lists_in_the_watched_folder_are_taken_in(tmp_path: Path) -> None:
    """A list that lies in the folder is registered at night, put away, and told of in a report beside it."""
    folder = tmp_path / "lists"
    folder.mkdir()
    path = folder / "week.csv"
    rows = ("journey;unit;start;reference", "office-visit;main;2026-11-18 10:00;A-1", "office-visit;nowhere;x;A-2")
    path.write_text("\n".join(rows))
    long_ago = (NOW - timedelta(hours=2)).timestamp()
    os.utime(path, (long_ago, long_ago))
    async with _rounds(tmp_path, KUNDRESA_INBOX_FOLDER=str(folder)) as rounds:
        await rounds.lists()
        count = await rounds.house.store.read(lambda tx: tx.count("SELECT count(*) FROM contacts"))
    assert count == 1
    assert sorted(found.name for found in (folder / "done").iterdir()) == ["week.csv", "week.csv.report.txt"]
    assert "nowhere" in (folder / "done" / "week.csv.report.txt").read_text("utf-8-sig")


async def test_without_a_watched_folder_nothing_is_taken(tmp_path: Path) -> None:
    """No folder set, no list taken, and no complaint."""
    async with _rounds(tmp_path) as rounds:
        await rounds.lists()
        assert await rounds.house.store.read(lambda tx: tx.count("SELECT count(*) FROM contacts")) == 0


async def test_a_folder_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """A watched folder that was taken away since the start is told of in the log, and the next round goes on."""
    folder = tmp_path / "lists"
    folder.mkdir()
    async with _rounds(tmp_path, KUNDRESA_INBOX_FOLDER=str(folder)) as rounds:
        folder.rmdir()
        await rounds.lists()
        await rounds.beat()


async def test_an_hour_later_what_outlived_its_time_is_gone(tmp_path: Path) -> None:
    """The hourly round erases contacts older than the months kept, and leaves a dated count."""
    async with _rounds(tmp_path) as rounds:
        house = rounds.house
        old = NewContact("office-visit", "main", start=NOW - timedelta(days=365 * 4))
        await house.store.write(house.rooms.contacts.register, old, NOW - timedelta(days=365 * 4))
        new = NewContact("office-visit", "main", start=NOW + timedelta(days=2))
        kept = await house.store.write(house.rooms.contacts.register, new, NOW)
        await rounds.tidy()
        ids = await house.store.read(lambda tx: [row.id for row in erasures.listed(tx)])
        left = await house.store.read(lambda tx: tx.value("SELECT id FROM contacts"))
    assert left == kept.id
    assert len(ids) == 1


async def test_after_an_erasure_the_weekly_files_are_made_anew(tmp_path: Path) -> None:
    """What an erasure left in data files made before is settled by a later round: they are made without the rows."""
    exports = tmp_path / "exports"
    later = NOW + timedelta(days=7)
    async with _rounds(tmp_path, later) as rounds:
        house = rounds.house
        new = NewContact("office-visit", "main", start=NOW + timedelta(days=2))
        registered = await house.store.write(house.rooms.contacts.register, new, NOW)
        for moment, text in ((NOW, f"/start {registered.code}"), (NOW + timedelta(days=1, hours=8), "hej")):
            await house.store.write(house.rooms.beat, moment)
            said = Arrival("telegram", "7", Said(text, text), "sv")
            await house.store.write(house.rooms.citizens.take, said, moment)
        await rounds.export()
        data = exports / "kundresa_2026-W47_data.xlsx"
        before = data.read_bytes()
        person = await house.store.read(lambda tx: tx.value("SELECT person_id FROM contacts"))
        await house.store.write(house.rooms.erasures.person, str(person), "staff", later)
        await rounds.settle()
    assert data.read_bytes() != before
