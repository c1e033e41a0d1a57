"""How a house is opened: its files, its database, and the rule of the key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import settings
from bot.keys import KeyRefused
from bot.openings import FaultyFiles, opened_house, viewed_house
from bot.settings import Settings
from bot.store import database, facts, people
from bot.store.database import DatabaseRefused, Transaction

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.read({"KUNDRESA_DATABASE": str(tmp_path / "k.db")})


def somebody(tx: Transaction) -> None:
    people.add(tx, "p", language="sv", lookup=b"l" * 16, door="telegram", sealed=b"s", now=NOON)


async def test_an_empty_database_is_given_a_key_of_its_own(here: Settings) -> None:
    """The first opening makes database and key, for their owner only; the next one uses both."""
    async with opened_house(here) as house:
        first = house.premises.keyring.check
    assert here.key_file.stat().st_mode & 0o777 == 0o600
    assert here.database.stat().st_mode & 0o777 == 0o600
    async with opened_house(here) as house:
        assert house.premises.keyring.check == first


async def test_a_key_that_lies_there_already_is_used(here: Settings, tmp_path: Path) -> None:
    """An empty database takes the key file that was put there for it."""
    other = settings.read({"KUNDRESA_DATABASE": str(tmp_path / "other.db"), "KUNDRESA_KEY_FILE": str(here.key_file)})
    async with opened_house(other) as house:
        first = house.premises.keyring.check
    async with opened_house(here) as house:
        assert house.premises.keyring.check == first


async def test_another_databases_key_stops_the_opening(here: Settings, tmp_path: Path) -> None:
    """A key that doesn't match is refused in one line, for writing and for reading."""
    other = settings.read({"KUNDRESA_DATABASE": str(tmp_path / "other.db")})
    async with opened_house(here), opened_house(other):
        pass
    here.key_file.write_bytes(other.key_file.read_bytes())
    with pytest.raises(KeyRefused, match=r"is not this database's key.*KUNDRESA_KEY_FILE"):
        async with opened_house(here):
            pass
    with pytest.raises(KeyRefused, match="is not this database's key"), viewed_house(here):
        pass


async def test_a_lost_key_is_never_replaced(here: Settings) -> None:
    """Without its key file a database that has one stops the opening, and no new key is made."""
    async with opened_house(here) as house:
        await house.store.write(somebody)
    here.key_file.unlink()
    with pytest.raises(KeyRefused, match="is missing"):
        async with opened_house(here):
            pass
    assert not here.key_file.exists()


async def test_a_used_database_without_its_mark_is_given_no_new_key(here: Settings) -> None:
    """Somebody registered is enough for a missing key file to stop the opening."""
    store = await database.opened(here.database)
    await store.write(somebody)
    await store.close()
    with pytest.raises(KeyRefused, match="is missing"):
        async with opened_house(here):
            pass


async def test_the_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    """A faulty journey and a faulty organisation are told in one go, before a database is made."""
    (tmp_path / "journeys").mkdir()
    (tmp_path / "journeys" / "visit.yaml").write_text("journey: visit\n")
    (tmp_path / "house.yaml").write_text("phone: 1\n")
    here = settings.read(
        {
            "KUNDRESA_DATABASE": str(tmp_path / "k.db"),
            "KUNDRESA_JOURNEYS": str(tmp_path / "journeys"),
            "KUNDRESA_ORGANISATION": str(tmp_path / "house.yaml"),
        }
    )
    with pytest.raises(FaultyFiles) as refused:
        async with opened_house(here):
            pass
    assert {problem.file for problem in refused.value.problems} == {"visit.yaml", "house.yaml"}
    assert not here.database.exists()


async def test_a_view_changes_nothing_and_makes_nothing(here: Settings) -> None:
    """Reading needs a database that is there, sees what is committed while another has it, and can't write."""
    with pytest.raises(DatabaseRefused, match="there is no database yet"), viewed_house(here):
        pass
    async with opened_house(here) as house:
        await house.store.write(somebody)
        with viewed_house(here) as view:
            assert people.of_id(view.tx, "p") is not None
        with pytest.raises(DatabaseRefused, match="readonly"), viewed_house(here) as view:
            people.stop(view.tx, b"l" * 16, NOON)


async def test_a_file_that_is_no_database_is_refused(here: Settings) -> None:
    """A file of another kind is refused in one line, for writing and for reading."""
    here.database.write_bytes(b"not a database" * 100)
    here.key_file.write_bytes(b"x")
    with pytest.raises(DatabaseRefused):
        async with opened_house(here):
            pass
    with pytest.raises(DatabaseRefused), viewed_house(here):
        pass


async def test_a_demos_database_stays_a_demo(here: Settings) -> None:
    """What a demo marked as simulated is opened as simulated, so that its workbooks hold its contacts and say DEMO."""
    async with opened_house(here) as house:
        assert not house.premises.simulated
        await house.store.write(facts.put, facts.SIMULATED, b"1")
    async with opened_house(here) as house:
        assert house.premises.simulated
