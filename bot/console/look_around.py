"""Look around: everything that tells whether the house is well, and which of it needs somebody. Changes nothing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import mail
from bot.clock import iso_week, week_before
from bot.console.gate import Visit
from bot.pages.formats import Formats
from bot.store import facts, health, inbox, weeks
from bot.store.database import Transaction
from bot.store.health import DoorQueue, Queue, Unknown
from bot.store.inbox import Parked
from bot.store.week_rows import WeekFile

_GIGA = 1000**3
_ROOM = _GIGA
"""Bytes that should be free on a disk, and twice the database beside it: a backup and a rewriting need as much."""

_SILENT = timedelta(minutes=10)
_SLOW_IN, _SLOW_OUT, _SLOW_SETTLED = timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=20)
_BACKUP_AGE = timedelta(days=7)
_UNKNOWN_SINCE = timedelta(days=7)
_WEEKS = 4
_SIDE_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of ours: how much is free, of how much."""

    place: str
    free: int
    whole: int


@dataclass(frozen=True, slots=True)
class Worry:
    """Something that needs somebody: what it is, what to do, and where; in the reader's words."""

    tone: str
    what: str
    remedy: str
    path: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How everything stands. `last_made` is whether the week that ended last has its files; True for one before us."""

    heard_at: datetime | None
    mail_failed_at: datetime | None
    backup_at: datetime | None
    arriving: Queue
    leaving: Sequence[DoorQueue]
    unknown: Unknown
    parked: Sequence[Parked]
    erasures: Queue
    files: Sequence[WeekFile]
    last_week: str
    last_made: bool
    size: int
    disks: Sequence[Disk]


async def look_around(visit: Visit) -> Look:
    """How everything stands now."""
    size, disks = await asyncio.to_thread(_measured, visit.house.store.path, visit.office.settings.exports)
    return await visit.house.store.read(_looked, visit, size, disks)


def worries(visit: Visit, look: Look) -> list[Worry]:
    """What needs somebody, the worst first."""
    now, settings = visit.now, visit.office.settings
    found: list[Worry | None] = [
        *(_worry(visit, "disk", "bad", place=one.place, free=size_told(visit, one.free)) for one in _full(look)),
        _old(visit, "inbox", "bad", look.arriving.since, _SLOW_IN, look.arriving.number),
        _silence(visit, look) if settings.telegram_token is not None else None,
        _worry(visit, "mail", "bad", since=moment_told(visit, look.mail_failed_at)) if look.mail_failed_at else None,
        _parked(visit, look),
        *(_old(visit, "outbox", "warn", one.since, _SLOW_OUT, one.ready, _door(visit, one)) for one in look.leaving),
        _old(visit, "unknown", "warn", look.unknown.since, _SLOW_SETTLED, look.unknown.unsettled),
        _week(visit, look),
        _backup(visit, look, now),
        _erasures(visit, look),
    ]
    return sorted((one for one in found if one is not None), key=lambda one: one.tone != "bad")


def size_told(visit: Visit, size: int) -> str:
    """A number of bytes as people read it: "1,2 GB", "12 MB"."""
    formats = Formats(visit.language, visit.house.premises.zone)
    giga = size / _GIGA
    if giga >= 1:
        return visit.text("size-gb", number=formats.number(giga, 1 if giga < 100 else 0))
    return visit.text("size-mb", number=formats.number(max(size / 1000**2, 0.1), 1))


def moment_told(visit: Visit, at: datetime) -> str:
    """A moment as it stands in a sentence."""
    return Formats(visit.language, visit.house.premises.zone).moment(at)


def _looked(tx: Transaction, visit: Visit, size: int, disks: Sequence[Disk]) -> Look:
    zone = visit.house.premises.zone
    last = week_before(iso_week(visit.now, zone))
    first = weeks.first_week(tx)
    return Look(
        heard_at=facts.moment(tx, health.HEARD_AT),
        mail_failed_at=facts.moment(tx, mail.FAILED_AT),
        backup_at=facts.moment(tx, health.BACKUP_AT),
        arriving=health.inbox(tx),
        leaving=health.outbox(tx, visit.now),
        unknown=health.unknown(tx, visit.now - _UNKNOWN_SINCE),
        parked=inbox.parked(tx),
        erasures=health.erasures(tx),
        files=health.files(tx, weeks=_WEEKS),
        last_week=last,
        last_made=first is None or first > last or {file.kind for file in weeks.files(tx, last)} == {"report", "data"},
        size=size,
        disks=disks,
    )


def _measured(database: Path, exports: Path) -> tuple[int, list[Disk]]:
    size = 0
    for suffix in _SIDE_FILES:
        path = database.with_name(database.name + suffix)
        size += path.stat().st_size if path.exists() else 0
    disks: list[Disk] = []
    seen: set[int] = set()
    for place, path in (("database", database), ("exports", exports)):
        standing = next(one for one in (path, *path.absolute().parents) if one.exists())
        device = standing.stat().st_dev
        if device in seen:  # one disk is told once
            disks[-1] = Disk("both", disks[-1].free, disks[-1].whole)
            continue
        seen.add(device)
        usage = shutil.disk_usage(standing)
        disks.append(Disk(place, usage.free, usage.total))
    return size, disks


def _full(look: Look) -> list[Disk]:
    return [one for one in look.disks if one.free < _ROOM + (2 * look.size if one.place != "exports" else 0)]


def _silence(visit: Visit, look: Look) -> Worry | None:
    if look.heard_at is None:
        return _worry(visit, "telegram-never", "bad")
    if visit.now - look.heard_at <= _SILENT:
        return None
    return _worry(visit, "telegram", "bad", since=moment_told(visit, look.heard_at))


def _parked(visit: Visit, look: Look) -> Worry | None:
    if not look.parked:
        return None
    number = str(len(look.parked))
    return _worry(visit, "parked", "warn", path="#parked", way="worry-parked-way", number=number)


def _week(visit: Visit, look: Look) -> Worry | None:
    if look.last_made:
        return None
    return _worry(visit, "week", "warn", path="/console/workbooks", way="way-workbooks", week=look.last_week)


def _backup(visit: Visit, look: Look, now: datetime) -> Worry | None:
    if look.backup_at is None:
        return _worry(visit, "backup-none", "warn")
    if now - look.backup_at <= _BACKUP_AGE:
        return None
    return _worry(visit, "backup", "warn", since=moment_told(visit, look.backup_at))


def _erasures(visit: Visit, look: Look) -> Worry | None:
    if look.erasures.since is None or visit.unit is not None:
        return None
    since, number = moment_told(visit, look.erasures.since), str(look.erasures.number)
    return _worry(visit, "erasures", "warn", path="/console/erasures", way="way-erasures", number=number, since=since)


def _old(
    visit: Visit, code: str, tone: str, since: datetime | None, patience: timedelta, number: int, door: str = ""
) -> Worry | None:
    if since is None or not number or visit.now - since <= patience:
        return None
    return _worry(visit, code, tone, number=str(number), since=moment_told(visit, since), door=door)


def _door(visit: Visit, one: DoorQueue) -> str:
    key = f"door-{one.door}"
    return visit.text(key) if key in visit.office.pages.words else one.door


def _worry(visit: Visit, code: str, tone: str, *, path: str = "", way: str = "", **names: str) -> Worry:
    if "place" in names:
        names = {**names, "place": visit.text(f"disk-{names['place']}")}
    what, remedy = visit.text(f"worry-{code}", **names), visit.text(f"worry-{code}-do", **names)
    return Worry(tone, what, remedy, path, visit.text(way) if way else "")
