"""How SQL is run: what is asked again and again walks no whole table, and rows are matched by their columns' names."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store import migrations
from bot.store.database import Store, Transaction, opened
from bot.store.queries import queries

ASKED_ALL_DAY = {
    "inbox.sql": ("receive", "waiting", "settled", "attempts", "delay", "parked"),
    "outbox.sql": (
        "add", "target", "texts_of", "heads", "begin", "next_at", "sent", "note_sent", "requeue", "failed", "of",
        "unknown", "interrupted", "note_key", "unknown_of_conversation", "unsettled", "repeatable", "repeat", "offered",
    ),
    "follow_ups.sql": ("of_contact", "of_id", "due", "begin", "end", "expiring", "to_remind", "planned_of_person"),
    "conversations.sql": (
        "of_id", "of_follow_up", "of_contact", "open_of_person", "postponed_of_person", "waiting_of_person",
        "latest_of_person", "of_source", "keep", "waking", "puttings", "to_yield",
    ),
    "web_messages.sql": (
        "waiting", "bring", "note_sent", "standing", "offers", "newest_putting", "last", "waiting_since", "is_waiting",
        "wipe",
    ),
    "web_sessions.sql": ("of_token", "see", "address_of_person"),
    "people.sql": ("of_lookup", "of_id", "addresses_of", "make_home", "copy_stop"),
    "staff.sql": ("session", "see"),
}  # fmt: skip
"""What every turn, every send and every beat of the heart asks."""


@pytest.mark.parametrize("file", ASKED_ALL_DAY)
def test_what_is_asked_all_day_walks_no_whole_table(file: str) -> None:
    """Each such query finds its rows by key or index, or walks an index that holds only the few that are waiting."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrations.applied(connection)
    made = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    tables = {name for kind, name, _ in made if kind == "table"}
    few = {name for kind, name, sql in made if kind == "index" and " WHERE " in (sql or "")}
    for name in ASKED_ALL_DAY[file]:
        sql = queries(file)[name]
        values = dict.fromkeys(re.findall(r":([a-z_]+)", sql), 0) | {"busy": "[]", "first": "[]"}
        steps = [step for _, _, _, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        for step in steps:
            walked = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
            if walked and walked[1] in tables:
                assert walked[2] in few, f"{file}: {name} walks the whole of {walked[1]}"
    connection.close()


@dataclass(frozen=True, slots=True)
class _Stop:
    lookup: bytes
    stopped_at: int


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await opened(tmp_path / "a.db")
    yield store
    await store.close()


async def test_rows_are_matched_by_the_names_of_columns(store: Store) -> None:
    """Whatever the order of the columns, and however often it is asked; a column too many is a fault of ours."""

    def ask(tx: Transaction) -> list[_Stop | None]:
        return [
            tx.one(_Stop, "SELECT x'61' AS lookup, 7 AS stopped_at"),
            tx.one(_Stop, "SELECT 7 AS stopped_at, x'61' AS lookup"),
            *tx.all(_Stop, "SELECT 7 AS stopped_at, x'61' AS lookup"),
            *tx.each(_Stop, "SELECT 7 AS stopped_at, x'61' AS lookup"),
        ]

    assert await store.read(ask) == await store.read(ask) == [_Stop(b"a", 7)] * 4
    assert await store.read(lambda tx: tx.one(_Stop, "SELECT x'61' AS lookup, 7 AS stopped_at WHERE 0")) is None
    with pytest.raises(TypeError, match="more"):
        await store.read(lambda tx: tx.one(_Stop, "SELECT x'61' AS lookup, 7 AS stopped_at, 1 AS more"))
