"""A view: the database read while another process may be writing to it. Never makes, changes or checkpoints one."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from bot.store import disk, migrations
from bot.store.database import DatabaseRefused, Transaction

P = ParamSpec("P")
T = TypeVar("T")


async def snapshot(
    path: Path, question: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `question` within one snapshot of the database at `path`, on a connection and a thread of its own.

    For what reads for so long that pages would wait behind it on the store's one reader. While it reads, the
    write-ahead log can't be emptied, and what is written meanwhile is added to it: `question` puts rows aside and is
    done, it never waits for whoever takes them. Cancelled, it reads to its end with nobody to hear it. Raises as
    `viewed`, and what `question` raises.
    """

    def asked() -> T:
        with viewed(path) as tx:
            return question(tx, *args, **kwargs)

    return await asyncio.to_thread(asked)


@contextmanager
def viewed(path: Path) -> Iterator[Transaction]:
    """One snapshot of the database at `path`, read only.

    Raises DatabaseRefused where there is none, it can't be read, or its schema is not this version's.
    """
    if not path.is_file():
        remedy = "`kundresa run` and `kundresa contacts add` make it; or set KUNDRESA_DATABASE to where it is."
        raise DatabaseRefused(f"{path}: there is no database yet. {remedy}")
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro",
            uri=True,
            isolation_level=None,
            detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        )
        connection.execute("BEGIN")
        _check_schema(connection, path)
        yield Transaction(connection)
    except sqlite3.DatabaseError as error:
        if disk.of_the_disk(error):
            raise disk.refused(path, error) from error
        raise DatabaseRefused(f"{path}: can't be read ({error}).") from error
    finally:
        if connection is not None:
            connection.close()


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    done = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    known = set(migrations.known())
    if done - known:
        raise DatabaseRefused(f"{path}: was made by a newer version of Kundresa. Run that version.")
    if known - done:
        raise DatabaseRefused(f"{path}: was made by an older version of Kundresa. Run `kundresa migrate` first.")
