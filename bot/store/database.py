"""The database file: one writing connection, one reading, and the only way to either.

`write` runs a function of a `Transaction` on the writer's thread inside one `BEGIN IMMEDIATE`; what it raises rolls
everything back. A whole turn, or a whole batch of them, crosses to that thread once: each hop costs more than the SQL.
`read` does the same on a connection that cannot write. Nothing outside `store/` speaks SQL, and no function handed in
may await anything.

Exactly one connection writes and checkpoints (readers are opened read-only): SQLite before 3.51.3 can corrupt a
write-ahead log that two connections checkpoint at once.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import quote

import aiosqlite

from bot.store import migrations

P = ParamSpec("P")
T = TypeVar("T")
Value = None | int | float | str | bytes | datetime
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PATIENCE = "busy_timeout=5000"


class DatabaseRefused(Exception):
    """The database can't be used as it is; the message says what to do."""


class Transaction:
    """One transaction, on the thread of its connection. Rows come back as the dataclass asked for, by column name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._before_commit: list[Callable[[], None]] = []

    def before_commit(self, work: Callable[[], None]) -> None:
        """Do `work` right before the commit, unless what happens now is undone; what it raises undoes everything."""
        self._before_commit.append(work)

    def prepare(self) -> None:
        """Do what was to be done before the commit, in order. For the store alone."""
        for work in self._before_commit:
            work()

    def run(self, sql: str, /, **values: Value) -> int:
        """Run one statement; returns how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, /, **values: Value) -> int:
        """Run one INSERT; returns the new row's integer id."""
        return self._connection.execute(sql, values).lastrowid or 0

    def many(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        """Run one statement once for each row of values."""
        self._connection.executemany(sql, rows)

    def all(self, row: type[T], sql: str, /, **values: Value) -> list[T]:
        """Every row of a SELECT (or RETURNING), each made into `row` by column name."""
        cursor = self._connection.execute(sql, values)
        made = _maker(row, sql, cursor.description)
        return [made(fields) for fields in cursor]

    def each(self, row: type[T], sql: str, /, **values: Value) -> Iterator[T]:
        """As `all`, one row at a time, for results too long to hold."""
        cursor = self._connection.execute(sql, values)
        yield from map(_maker(row, sql, cursor.description), cursor)

    def one(self, row: type[T], sql: str, /, **values: Value) -> T | None:
        """The first row, or None."""
        cursor = self._connection.execute(sql, values)
        fields = cursor.fetchone()
        return None if fields is None else _maker(row, sql, cursor.description)(fields)

    def value(self, sql: str, /, **values: Value) -> Value:
        """The first column of the first row, or None."""
        found = self._connection.execute(sql, values).fetchone()
        if found is None:
            return None
        field: Value = found[0]
        return field

    def count(self, sql: str, /, **values: Value) -> int:
        """The first column of the first row as a whole number; 0 where there is none."""
        found = self.value(sql, **values)
        return found if isinstance(found, int) else 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone alone when it raises; the exception goes on."""
        self._connection.execute("SAVEPOINT turn")
        owed = len(self._before_commit)
        try:
            yield
        except BaseException:
            del self._before_commit[owed:]
            if self._connection.in_transaction:  # a full disk can have undone the whole of it already
                self._connection.execute("ROLLBACK TO turn")
                self._connection.execute("RELEASE turn")
            raise
        self._connection.execute("RELEASE turn")


class Store:
    """An open database. Make one with `opened`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader

    async def write(self, change: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `change` in one committed transaction and return what it returns.

        Cancelling the caller doesn't stop what has begun: the transaction is finished, then the cancellation goes on.
        """

        def transaction(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN IMMEDIATE")
            try:
                tx = Transaction(connection)
                result = change(tx, *args, **kwargs)
                tx.prepare()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            return result

        return await _finished(self._writer, transaction)

    async def read(self, question: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `question` on the read-only connection, within one snapshot of the database."""

        def transaction(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN")
            try:
                return question(Transaction(connection), *args, **kwargs)
            finally:
                connection.execute("ROLLBACK")

        return await _finished(self._reader, transaction)

    async def checkpoint(self) -> bool:
        """Fold the write-ahead log into the file and empty it; False while a reader needs what stands in it."""
        return await _finished(self._writer, _emptied)

    async def rewrite(self) -> None:
        """Write the whole file anew, from its rows alone: takes about a second for each 50 MB, and as much room again.

        `secure_delete` wipes what is deleted where it lies, but not the copies that SQLite left behind when it moved
        rows between pages. Raises sqlite3.Error where the disk is full; the file is then as it was.
        """
        await _finished(self._writer, _rewritten)

    async def close(self) -> None:
        """Close both connections; the writer folds its log into the file."""
        await self._reader.close()
        await self._writer.close()


async def opened(path: Path, *, durable: bool = True) -> Store:
    """Open the database at `path`, making it and bringing its schema up to date where needed.

    Not `durable`: a commit need not survive a power cut; for what can be made again, never for answers.
    Raises DatabaseRefused when the folder can't be written, the file is no database, or a newer version made it.
    """
    _check_folder(path)
    writer = await aiosqlite.connect(
        path,
        isolation_level=None,
        detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        cached_statements=256,
    )
    try:
        await _finished(writer, partial(_prepare, durable=durable))
        await _finished(writer, migrations.applied)
    except (sqlite3.DatabaseError, migrations.NewerDatabase) as error:
        await writer.close()
        raise DatabaseRefused(f"{path}: {error}") from error
    except BaseException:
        await writer.close()
        raise
    reader = await aiosqlite.connect(
        f"file:{_quoted(path)}?mode=ro",
        uri=True,
        isolation_level=None,
        detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
    )
    return Store(path, writer, reader)


_MAKERS: dict[tuple[type, str], Callable[[Sequence[Value]], object]] = {}


def _maker(row: type[T], sql: str, description: Sequence[Sequence[object]]) -> Callable[[Sequence[Value]], T]:
    # Worked out once for each statement: names are matched to the row's fields, not once more for every row.
    made = _MAKERS.get((row, sql))
    if made is None:
        names = [str(column[0]) for column in description]
        if is_dataclass(row) and [field.name for field in fields_of(row)] == names:
            made = _MAKERS[row, sql] = partial(_from_order, row)
        else:
            made = _MAKERS[row, sql] = partial(_from_names, row, names)
    return cast("Callable[[Sequence[Value]], T]", made)


def _from_order(row: Callable[..., T], fields: Sequence[Value]) -> T:
    return row(*fields)


def _from_names(row: Callable[..., T], names: Sequence[str], fields: Sequence[Value]) -> T:
    return row(**dict(zip(names, fields, strict=True)))


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise DatabaseRefused(f"{path}: its folder does not exist. Make it, or set KUNDRESA_DATABASE to another path.")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise DatabaseRefused(
            f"{path}: can't be written. Give the account that runs Kundresa the right to write there."
        )
    path.touch(mode=0o600)


def _prepare(connection: sqlite3.Connection, durable: bool) -> None:
    # secure_delete: erased words must not stay in free pages. FULL: a commit survives a power cut.
    for setting in (
        "journal_mode=WAL",
        f"synchronous={'FULL' if durable else 'OFF'}",
        "secure_delete=ON",
        "foreign_keys=ON",
        "cache_size=-65536",  # 64 MiB: the indices that a list of contacts is written into stay in memory
        _PATIENCE,
    ):
        connection.execute(f"PRAGMA {setting}")


def _emptied(connection: sqlite3.Connection) -> bool:
    connection.execute("PRAGMA busy_timeout=0")  # a reader is not waited for: others wait for this thread
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA {_PATIENCE}")
    return bool(busy == 0)


def _rewritten(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")


async def _finished(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    # aiosqlite has no public way to run a whole function on its thread; statement by statement costs a hop each.
    running: asyncio.Future[T] = asyncio.ensure_future(connection._execute(work, connection._conn))  # type: ignore[no-untyped-call]
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _quoted(path: Path) -> str:
    return quote(str(path.absolute()))


def _to_milliseconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone can't be stored")
    return (moment - EPOCH) // _MILLISECOND


def _from_milliseconds(field: bytes) -> datetime:
    return EPOCH + timedelta(milliseconds=int(field))


sqlite3.register_adapter(datetime, _to_milliseconds)
sqlite3.register_converter("moment", _from_milliseconds)
