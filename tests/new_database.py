"""New databases for tests: copies of one whose schema was brought up to date, which takes ten times as long."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from bot.store import database, migrations
from bot.store.database import Store


async def opened(path: Path) -> Store:
    """The database at `path`, empty unless there was one. No commit waits for the disk: no test cuts the power."""
    return await database.opened(laid(path), durable=False)


def laid(path: Path) -> Path:
    """`path`, and an empty database there unless there is a file already, for whatever opens a house on it."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_empty())
    return path


@cache
def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.applied(connection)
        return connection.serialize()
