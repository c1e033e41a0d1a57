"""The database: one write path, moments that keep their zone, migrations that record themselves."""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import facts, migrations
from bot.store.database import DatabaseRefused, Transaction, opened
from bot.store.queries import queries


async def test_what_raises_is_undone_whole(tmp_path: Path) -> None:
    """A change that raises leaves nothing behind, and the store goes on."""
    store = await opened(tmp_path / "a.db")

    def change(tx: Transaction) -> None:
        facts.put(tx, "one", b"1")
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        await store.write(change)
    assert await store.read(facts.get, "one") is None
    await store.write(facts.put, "one", b"2")
    assert await store.read(facts.get, "one") == b"2"
    await store.close()


async def test_a_savepoint_undoes_only_its_own(tmp_path: Path) -> None:
    """What fails in a savepoint is undone alone; the rest of the transaction is committed."""
    store = await opened(tmp_path / "a.db")

    def change(tx: Transaction) -> None:
        facts.put(tx, "kept", b"1")
        with suppress(RuntimeError), tx.savepoint():
            facts.put(tx, "undone", b"1")
            raise RuntimeError

    await store.write(change)
    assert await store.read(facts.get, "kept") == b"1"
    assert await store.read(facts.get, "undone") is None
    await store.close()


async def test_the_reader_can_not_write(tmp_path: Path) -> None:
    """The connection for exports refuses to write."""
    store = await opened(tmp_path / "a.db")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store.read(facts.put, "one", b"1")
    await store.close()


async def test_moments_come_back_aware_and_naive_ones_are_refused(tmp_path: Path) -> None:
    """A moment is kept to the millisecond in UTC; one without a zone is not taken."""
    store = await opened(tmp_path / "a.db")
    moment = datetime(2026, 3, 29, 1, 30, 0, 123000, tzinfo=UTC)

    def stop(tx: Transaction, at: datetime) -> None:
        tx.run("INSERT INTO stops VALUES (:lookup, :at)", lookup=b"x", at=at)

    await store.write(stop, moment)
    assert await store.read(lambda tx: tx.value("SELECT stopped_at FROM stops")) == moment
    with pytest.raises((ValueError, sqlite3.ProgrammingError)):
        await store.write(stop, moment.replace(tzinfo=None))
    await store.close()


async def test_the_settings_that_promises_rest_on_are_set(tmp_path: Path) -> None:
    """The writer syncs each commit, wipes what is deleted, and checks references."""
    store = await opened(tmp_path / "a.db")
    found = {
        name: await store.write(lambda tx, name=name: tx.value(f"PRAGMA {name}"))  # type: ignore[misc]
        for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    assert (tmp_path / "a.db").stat().st_mode & 0o077 == 0
    await store.close()


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A database with a migration we don't know stops the start with one line, unchanged."""
    path = tmp_path / "a.db"
    await (await opened(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migrations VALUES ('9999_tomorrow', 0)")
    connection.close()
    with pytest.raises(DatabaseRefused, match="newer version of Kundresa"):
        await opened(path)


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file that is no database, and a folder that isn't there, each give one line that says what to do."""
    (tmp_path / "a.db").write_text("not a database, but long enough to be looked at as one " * 20)
    with pytest.raises(DatabaseRefused, match=r"a\.db"):
        await opened(tmp_path / "a.db")
    with pytest.raises(DatabaseRefused, match="does not exist"):
        await opened(tmp_path / "nowhere" / "a.db")


def test_the_migrations_make_the_schema(tmp_path: Path) -> None:
    """All migrations applied one after another give the very schema that schema.sql shows."""
    migrated = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    migrations.applied(migrated)
    shown = sqlite3.connect(tmp_path / "s.db")
    shown.executescript((Path(migrations.__file__).parent / "schema.sql").read_text("utf-8"))
    both = [_structure(connection) for connection in (migrated, shown)]
    migrated.close()
    shown.close()
    assert both[0] == both[1]


def test_a_full_disk_stops_a_migration_and_says_so(tmp_path: Path) -> None:
    """Why it stopped is told, and nothing of the step is left."""
    small = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    small.execute("PRAGMA max_page_count = 4")
    with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
        migrations.applied(small)
    assert small.execute("SELECT count(*) FROM migrations").fetchone() == (0,)
    small.close()


def _structure(connection: sqlite3.Connection) -> dict[str, object]:
    """Every table's columns, keys, checks and indices, however its text is laid out."""
    found: dict[str, object] = {}
    named = """SELECT name, sql FROM sqlite_master
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'"""
    for table, text in connection.execute(named).fetchall():
        found[table] = (
            connection.execute(f"PRAGMA table_xinfo({table})").fetchall(),
            set(connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()),
            sorted(re.findall(r"CHECK \(\w+ IN \([^)]*\)\)", text)),
            "WITHOUT ROWID" in text,
            "AUTOINCREMENT" in text,
        )
    indices = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
    found["indices"] = connection.execute(indices).fetchall()
    return found


def test_a_failed_migration_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration and its record are one transaction: what fails half-way is tried again whole."""
    monkeypatch.setattr(migrations, "known", lambda: {"0001_half": "CREATE TABLE a (x);\nCREATE TABLE a (x);\n"})
    connection = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrations.applied(connection)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    connection.close()
    assert tables == ["migrations"]


def test_every_query_is_named_and_described() -> None:
    """Each .sql file beside a noun parses into named queries, and asking for one that isn't there says so."""
    folder = Path(migrations.__file__).parent
    files = [file.name for file in folder.glob("*.sql") if file.name != "schema.sql"]
    assert len(files) >= 8
    for file in files:
        assert len(queries(file)) > 0
        assert (folder / file.replace(".sql", ".py")).exists()
    with pytest.raises(KeyError, match=r"people\.sql has no query named 'nobody'"):
        queries("people.sql")["nobody"]
