"""The schema's history: `migrations/NNNN_name.sql`, each applied once, together with the record that it was."""

from __future__ import annotations

import sqlite3
from importlib import resources

_RECORD = "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) WITHOUT ROWID"


class NewerDatabase(Exception):
    """The database knows migrations that this version of Kundresa does not."""


def known() -> dict[str, str]:
    """Every migration of this version in order: name to SQL."""
    folder = resources.files(__package__).joinpath("migrations")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return {file.name.removesuffix(".sql"): file.read_text("utf-8") for file in files}


def applied(connection: sqlite3.Connection) -> list[str]:
    """Bring the schema up to date; returns the names applied now. Each one and its record are one transaction.

    Raises NewerDatabase, having changed nothing, when the file was made by a later version.
    """
    connection.execute(_RECORD)
    done = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    steps = known()
    unknown = sorted(done - set(steps))
    if unknown:
        raise NewerDatabase(
            f"was made by a newer version of Kundresa (it has {unknown[-1]}). "
            "Run that version, or restore an older backup."
        )
    fresh = [name for name in steps if name not in done]
    for name in fresh:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(steps[name]):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, unixepoch() * 1000)", (name,))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk can have undone the whole of it already
                connection.execute("ROLLBACK")
            raise
    return fresh


def _statements(script: str) -> list[str]:
    statements, gathered = [], ""
    for line in script.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            statements.append(gathered)
            gathered = ""
    if gathered.strip():
        statements.append(gathered)
    return statements
