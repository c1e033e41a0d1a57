"""Leftovers: what an erasure leaves outside the rows, and how it goes too, soon after the commit.

The write-ahead log holds pages as they were; the file holds copies that SQLite made when it moved rows between pages;
a data file made before holds the rows, and so does a copy of several weeks or in another format; a killed export may
have left a draft. Each is owed as a fact from the commit of the erasure on, so that a kill in between forgets none of
it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.store import erasures, facts
from bot.store.database import Store, Transaction
from bot.store.disk import of_the_disk
from bot.workbook import copies, drafts

SMALL = 64 * 1024 * 1024
"""Bytes: a file up to this size is written anew at once, in about a second; a larger one in quiet hours."""

_LOG, _FILE, _WEEKS = "erased-log", "erased-file", "erased-weeks"
_log = logging.getLogger("kundresa.leftovers")


class _Owed(msgspec.Struct, frozen=True):
    log: bytes | None
    file: bytes | None
    weeks: bytes | None


def owe(tx: Transaction, erasure: str, weeks: Sequence[str]) -> None:
    """An erasure is committed with this: log and file are owed, and the data files of these weeks."""
    facts.put(tx, _LOG, erasure.encode())
    facts.put(tx, _FILE, erasure.encode())
    if weeks:
        before = facts.get(tx, _WEEKS)
        owed = {*weeks, *(msgspec.json.decode(before, type=list[str]) if before else [])}
        facts.put(tx, _WEEKS, msgspec.json.encode(sorted(owed)))


async def settled(store: Store, exports: Path | None, *, quiet: bool) -> list[str]:
    """Settle what can be settled now. Returns the weeks whose data files the caller must have made up now.

    Cheap where nothing is owed. What a reader or an export under way holds up is tried again the next time. `quiet`:
    nobody waits for the database, so a large file may be written anew. `exports` is None where no drafts can be.
    """
    owed = await store.read(_owed)
    if owed is None:
        return []
    if exports is not None and not drafts.under_way():
        await asyncio.to_thread(drafts.remove, exports)
    if owed.log is not None and await store.checkpoint():
        await store.write(_paid, _LOG, owed.log)
    if owed.file is not None and (quiet or await asyncio.to_thread(_is_small, store.path)):
        await _rewritten(store, owed.file)
    if owed.weeks is None or drafts.under_way():
        return []
    if exports is not None:
        for name in await asyncio.to_thread(copies.remove, exports, msgspec.json.decode(owed.weeks, type=list[str])):
            _log.warning("%s held rows that were erased, and is removed. It can be made again.", exports / name)
    return await store.write(_weeks_unmade, owed.weeks)


async def is_owed(store: Store) -> bool:
    """Whether anything is still owed."""
    return await store.read(_owed) is not None


async def _rewritten(store: Store, owed: bytes) -> None:
    try:
        await store.rewrite()
    except Exception as error:
        if not of_the_disk(error):
            raise
        _log.error("%s could not be written anew (%s). Make room: as much as it has.", store.path, error)
        return
    if await store.checkpoint():
        await store.write(_paid, _FILE, owed)


def _owed(tx: Transaction) -> _Owed | None:
    owed = _Owed(facts.get(tx, _LOG), facts.get(tx, _FILE), facts.get(tx, _WEEKS))
    return owed if owed.log or owed.file or owed.weeks else None


def _paid(tx: Transaction, name: str, owed: bytes) -> None:
    # Another erasure may have come meanwhile: then it is owed anew.
    if facts.get(tx, name) == owed:
        facts.forget(tx, name)


def _weeks_unmade(tx: Transaction, owed: bytes) -> list[str]:
    # An export under way at the erasure recorded the file that it made of the rows from before.
    weeks = msgspec.json.decode(owed, type=list[str])
    for week in weeks:
        erasures.unmake(tx, week)
    _paid(tx, _WEEKS, owed)
    return weeks


def _is_small(path: Path) -> bool:
    return path.stat().st_size <= SMALL
