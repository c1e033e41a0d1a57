"""The disk: whether it failed, not what was being done, and what whoever asked is told. Never mends anything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.store.database import DatabaseRefused

_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def of_the_disk(error: Exception) -> bool:
    """Whether the disk failed (full, broken, read-only), not whatever was being done: that can be tried again."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK


def refused(path: Path, error: Exception) -> DatabaseRefused:
    """What to tell whoever asked something of the database at `path`, where an error is `of_the_disk`."""
    remedy = "Make room on its disk and where temporary files lie, or see why it can't be written; then ask again."
    return DatabaseRefused(f"{path}: the disk refused ({error}). {remedy}")
