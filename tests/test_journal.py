"""The journal outside the database: an older copy of the database un-stops and un-erases nobody."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings as environment
from bot.contacts import ContactErased
from bot.journal import Entry, Journal, Reference, latest_by_lookup, path_of
from bot.openings import Refused, opened_house
from bot.store import erasures, facts
from bot.store.database import Transaction
from tests import new_database
from tests.house import House
from tests.wild import examples

ANNA, BO = 748_301_995_177, 88
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    """The house in `folder` as `kundresa run` opens it, journal and all."""
    found = environment.read({"KUNDRESA_DATABASE": str(new_database.laid(folder / "kundresa.db"))})
    async with opened_house(found, chance=random.Random(1)) as house:
        yield House(house.store, house.premises, house.rooms)


def copied(folder: Path) -> Path:
    """A copy of the database, as a backup is made while nothing runs."""
    backup = folder / "backup.db"
    shutil.copy(folder / "kundresa.db", backup)
    return backup


def put_back(folder: Path, backup: Path) -> None:
    """The older copy in place of the database."""
    for left in folder.glob("kundresa.db-*"):
        left.unlink()
    shutil.copy(backup, folder / "kundresa.db")


async def visited(house: House, person: int, **changes: object) -> str:
    """Somebody was asked about a call and wrote what they wished; returns the contact."""
    start = house.now - timedelta(hours=3)
    registered = await house.register("phone-call", start=start, channel="phone", **changes)
    await house.says(person, f"/start {registered.code}")
    for _ in range(6):
        await house.says(person, f"en kortare kö {house.typed}")
    return registered.id


async def stopped(house: House, person: int) -> bool:
    """Whether somebody has said stop, as the database knows it."""
    lookup = house.premises.keyring.lookup("telegram", str(person))
    return lookup in [stop.lookup for stop in await house.store.read(erasures.stopped)]


async def counted(house: House, table: str) -> int:
    """How many rows there are."""
    return await house.store.read(lambda tx: tx.count(f"SELECT COUNT(*) FROM {table}"))


async def test_an_older_copy_un_stops_nobody(tmp_path: Path) -> None:
    """Stopped after the copy was made: stopped when it is put back. Started since: not stopped."""
    async with opened(tmp_path) as house:
        await visited(house, ANNA)
        await visited(house, BO)
        await house.says(BO, "/stopp")
    backup = copied(tmp_path)
    async with opened(tmp_path) as house:
        house.now += timedelta(hours=1)
        await house.says(ANNA, "/stopp")
        await house.says(BO, "/start")
    put_back(tmp_path, backup)
    async with opened(tmp_path) as house:
        assert await stopped(house, ANNA)
        assert not await stopped(house, BO)
        before = len(house.shown)
        await house.says(ANNA, "hej igen")
        assert [shown.body.text for shown in house.shown[before:]] == [house.words("stopped")]


async def test_an_older_copy_un_erases_nobody(tmp_path: Path) -> None:
    """Erased after the copy was made: erased again, contact, words and all, once, and others are left alone."""
    async with opened(tmp_path) as house:
        await visited(house, ANNA, reference="BYGG-1")
        kept = await visited(house, BO)
    backup = copied(tmp_path)
    async with opened(tmp_path) as house:
        house.now += timedelta(hours=1)
        await house.says(ANNA, "/radera")
        await house.taps(ANNA, "Ja, radera allt")
        gone = (await house.store.read(erasures.listed))[0]
    put_back(tmp_path, backup)
    async with opened(tmp_path) as house:
        assert await counted(house, "contacts") == 1
        assert await house.kept(kept) != []
        (again,) = await house.store.read(erasures.listed)
        assert (again.id, again.asked_by, again.contacts, again.answers) == (gone.id, "person", 1, gone.answers)
        with pytest.raises(ContactErased):
            await house.register("phone-call", reference="BYGG-1")
        assert await house.store.read(facts.get, "erased-log") is None
    assert "en kortare kö".encode() in backup.read_bytes()
    async with opened(tmp_path) as house:
        assert len(await house.store.read(erasures.listed)) == 1


async def test_an_older_copy_brings_no_contact_back_that_was_nobodys_yet(tmp_path: Path) -> None:
    """A contact registered before the copy, begun and erased after it, without a reference: gone, and its link too."""
    async with opened(tmp_path) as house:
        registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
        other = await house.register()
    backup = copied(tmp_path)
    async with opened(tmp_path) as house:
        house.now += timedelta(hours=1)
        await house.says(ANNA, f"/start {registered.code}")
        await house.says(ANNA, "/radera")
        await house.taps(ANNA, "Ja, radera allt")
    put_back(tmp_path, backup)
    async with opened(tmp_path) as house:
        ids = await house.store.read(lambda tx: list(erasures.registered_before(tx, house.now)))
        assert ids == [other.id]
        await house.says(ANNA, f"/start {registered.code}")
        assert house.shown[-1].body.text.endswith("fungerar inte, eller har redan använts.")


async def test_who_came_back_after_an_erasure_is_left_alone(tmp_path: Path) -> None:
    """Erased, then back with a new contact, then an older copy of a time in between: what is new stays."""
    async with opened(tmp_path) as house:
        await visited(house, ANNA)
        await house.says(ANNA, "/radera")
        await house.taps(ANNA, "Ja, radera allt")
        house.now += timedelta(hours=1)
        await house.beat()
        contact = await visited(house, ANNA)
    async with opened(tmp_path) as house:
        assert await house.kept(contact) != []

        def unknown(tx: Transaction) -> None:
            tx.run("DELETE FROM erasures")  # as though this copy had been made without the erasure

        await house.store.write(unknown)
    async with opened(tmp_path) as house:
        assert await house.kept(contact) != []
        assert await counted(house, "contacts") == 1


async def test_a_line_is_on_the_disk_before_its_commit(tmp_path: Path) -> None:
    """Without a journal that can be written nothing is committed; then the stop is neither here nor there."""
    async with opened(tmp_path) as house:
        await visited(house, ANNA)
        path = path_of(tmp_path / "kundresa.db")
        path.mkdir()
        with pytest.raises(IsADirectoryError):
            await house.says(ANNA, "/stopp")
        assert not await stopped(house, ANNA)
        path.rmdir()
        await house.says(ANNA, "/stopp")
        assert await stopped(house, ANNA)
        assert [entry.what for entry in Journal(path).entries()] == ["stop"]


async def test_what_is_undone_leaves_no_line(tmp_path: Path) -> None:
    """A turn that fails after the stop is undone alone, and the journal knows nothing of it."""
    async with opened(tmp_path) as house:
        await visited(house, ANNA)
        path = path_of(tmp_path / "kundresa.db")

        def fails(tx: Transaction) -> None:
            with suppress(RuntimeError), tx.savepoint():
                person = house.rooms.people.met(tx, "telegram", str(ANNA), None, house.now)
                house.rooms.people.stops(tx, person, house.now)
                raise RuntimeError

        await house.store.write(fails)
        assert not path.exists()


async def test_the_journal_holds_hashes_alone_and_is_its_owners(tmp_path: Path) -> None:
    """No chat id, case number, person or contact stands in it, and nobody else can read it."""
    async with opened(tmp_path) as house:
        contact = await visited(house, ANNA, reference="BYGG-1")
        await house.says(ANNA, "/stopp")
        await house.says(ANNA, "/radera")
        await house.taps(ANNA, "Ja, radera allt")
        path = path_of(tmp_path / "kundresa.db")
        text = path.read_text()
        assert [entry.what for entry in Journal(path).entries()] == ["stop", "erased"]
        assert [word for word in (str(ANNA), "BYGG-1", contact, "kortare") if word in text] == []
        assert path.stat().st_mode & 0o077 == 0


async def test_a_missing_journal_is_made_anew_of_what_the_database_knows(tmp_path: Path) -> None:
    """Stops and erased references go into a new journal, so that the next older copy is held against them."""
    async with opened(tmp_path) as house:
        await house.register("phone-call", reference="BYGG-1")
        await visited(house, BO, reference="BYGG-2")
    backup = copied(tmp_path)
    async with opened(tmp_path) as house:
        await house.says(BO, "/stopp")
        doomed = await house.store.read(house.rooms.erasures.of_reference, "BYGG-1", None, None)
        house.now += timedelta(minutes=1)
        await house.store.write(house.rooms.erasures.contact, doomed, "staff", house.now)
    path_of(tmp_path / "kundresa.db").unlink()
    async with opened(tmp_path):
        assert {entry.what for entry in Journal(path_of(tmp_path / "kundresa.db")).entries()} == {"stop", "erased"}
    put_back(tmp_path, backup)
    async with opened(tmp_path) as house:
        assert await stopped(house, BO)
        assert await counted(house, "contacts") == 1


async def test_a_journal_that_can_not_be_read_stops_the_start_in_one_line(tmp_path: Path) -> None:
    """Where the journal is no file, nothing is opened: whoever stopped must not be written to."""
    path_of(tmp_path / "kundresa.db").mkdir()
    with pytest.raises(Refused, match=r"kundresa\.db\.journal: the journal can't be read or written"):
        async with opened(tmp_path):
            pass


def test_a_line_torn_by_a_kill_is_mended(tmp_path: Path) -> None:
    """Half a line at the end is taken away, by the next line or at the next start; all whole lines stay."""
    journal = Journal(tmp_path / "j")
    journal.stopped(b"a", NOON)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + whole[: len(whole) // 2])
    journal.started(b"b", NOON)
    assert [entry.what for entry in journal.entries()] == ["stop", "start"]
    journal.path.write_bytes(journal.path.read_bytes() + b'{"at":"2026')
    journal.mend()
    assert [entry.lookup for entry in journal.entries()] == [b"a".hex(), b"b".hex()]


def test_a_damaged_line_hides_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A line that can't be read is told to the log, with what to do; those before and after it count."""
    journal = Journal(tmp_path / "j")
    journal.stopped(b"a", NOON)
    journal.path.write_bytes(journal.path.read_bytes() + b"{damaged}\n")
    journal.stopped(b"b", NOON)
    assert len(journal.entries()) == 2
    assert "line 2 can't be read" in caplog.text


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be forced to the disk is taken away again."""
    journal = Journal(tmp_path / "j")
    journal.stopped(b"a", NOON)
    before = journal.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            journal.stopped(b"b", NOON)
    assert journal.path.read_bytes() == before


_LINES = st.lists(
    st.builds(
        Entry,
        st.integers(0, 10**6).map(lambda seconds: NOON + timedelta(seconds=seconds)),
        st.sampled_from(("stop", "start", "erased")),
        lookup=st.binary(min_size=1, max_size=2).map(bytes.hex),
        erasure=st.text("abc", max_size=3),
        references=st.lists(st.just(Reference("main", "phone-call", "00ff")), max_size=2).map(tuple),
    ),
    max_size=8,
)


@examples(60)
@given(lines=_LINES, torn=st.binary(max_size=40), cut=st.integers(0, 5000))
def test_whatever_is_torn_off_every_whole_line_is_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Entry], torn: bytes, cut: int
) -> None:
    """Cut anywhere and followed by anything that is no line, the journal gives its whole lines, and takes new ones."""
    journal = Journal(tmp_path_factory.mktemp("journal") / "j")
    for line in lines:
        journal.append([line])
    written = journal.path.read_bytes() if lines else b""
    cut = min(cut, len(written))
    whole = written[:cut].count(b"\n")
    journal.path.write_bytes(written[:cut] + torn.replace(b"\n", b""))
    journal.append([Entry(NOON, "stop", lookup="ff")])
    assert journal.entries() == [*lines[:whole], Entry(NOON, "stop", lookup="ff")]


def test_the_last_line_counts_whatever_the_clock_said(tmp_path: Path) -> None:
    """A clock that was set back doesn't turn a start into a stop."""
    journal = Journal(tmp_path / "j")
    journal.stopped(b"a", NOON)
    journal.started(b"a", NOON - timedelta(hours=1))
    assert latest_by_lookup(journal.entries())[b"a"].what == "start"
