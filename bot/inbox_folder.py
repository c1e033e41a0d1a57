"""The inbox folder: lists that other programs put there are taken in, each with a report beside it.

A list goes to `done/`, or to `refused/` where nothing of it could be taken. It is moved last: what was cut off in the
middle is taken again, which is harmless. What is still being written waits. Never follows a symbolic link.
"""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Now
from bot.imports import Import, TakenRow, batches, counts, summed_up, take_in
from bot.lists import entries, reports, sources
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.openings import House, Refused

DONE, REFUSED = "done", "refused"
SETTLED_SECONDS = 60.0
"""How long a file must have lain unchanged."""

HALF_SECONDS = 3600.0
"""How long one that looks as if half of it were missing may still be on its way."""

_ENDINGS = (".csv", ".xlsx")
_HALF = frozenset({"damaged", "empty", "quotes"})
_WAITING = frozenset({"unreadable", "missing", "no-file"})
_SHOWN_AT_MOST = 2_000

_log = logging.getLogger("kundresa.lists")


@dataclass(frozen=True, slots=True)
class TakenList:
    """What became of one file: where it lies now, and what came of it; None where it was refused whole."""

    path: Path
    result: Import | None


async def taken_in(house: House, folder: Path, now: Now) -> list[TakenList]:
    """Take in every list that lies in `folder`, the oldest first. Refused if the folder can't be used."""
    try:
        found = await asyncio.to_thread(_waiting, folder, now().timestamp())
    except OSError as error:
        raise Refused(f"{folder}: the folder for lists can't be used ({error.strerror}).") from error
    taken = []
    for path in found:
        try:
            one = await _one(house, path, now)
        except OSError as error:
            _log.warning("a list in the inbox folder can't be read or moved (%s); it waits", error.strerror)
            continue
        if one is not None:
            taken.append(one)
    return taken


async def _one(house: House, path: Path, now: Now) -> TakenList | None:
    premises = house.premises
    texts = Texts(premises.languages[0])
    lying = await asyncio.to_thread(_lying_still, path)
    if lying is None:
        return None
    source, changed_at = lying
    try:
        if isinstance(source, ListRefused):
            raise source
        reading = await asyncio.to_thread(entries.read, source, premises.organisation, premises.library, texts)
    except ListRefused as error:
        if {name for name, _ in error.reasons} & _HALF and abs(now().timestamp() - changed_at) < HALF_SECONDS:
            return None
        lines = [texts("report", "refused"), *error.told(texts).splitlines()]
        _log.warning("a list in the inbox folder was refused; its report says why")
        return TakenList(await asyncio.to_thread(_put_away, path, REFUSED, _report(house, path, lines, now)), None)
    rows: list[TakenRow] = []
    for batch in batches(reading.entries):
        rows += await house.store.write(take_in, house.rooms, batch, now())
    result = summed_up(reading, rows, texts)
    headers, faults = reports.fault_rows(result.faults[:_SHOWN_AT_MOST], texts)
    lines = counts(result, texts)
    if faults:
        lines += ["", *(f"{headers[0]} {row}: {': '.join(part for part in rest if part)}" for row, *rest in faults)]
    if len(result.faults) > _SHOWN_AT_MOST:
        lines.append(texts("report", "and-more", count=len(result.faults) - _SHOWN_AT_MOST))
    _log.info("a list was taken in: %d registered, %d faulty", result.registered, result.faulty)
    return TakenList(await asyncio.to_thread(_put_away, path, DONE, _report(house, path, lines, now)), result)


def _waiting(folder: Path, now: float) -> list[Path]:
    found = []
    paths = {path.name: path for path in folder.iterdir()}
    for name, path in paths.items():
        if name.startswith((".", "~$")) or path.suffix.lower() not in _ENDINGS or _is_open(name, paths):
            continue
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) and abs(now - about.st_mtime) >= SETTLED_SECONDS:
            found.append((about.st_mtime, name, path))
    return [path for _, _, path in sorted(found)]


def _is_open(name: str, beside: Container[str]) -> bool:
    """Excel and LibreOffice keep a file of such a name beside what they have open."""
    return f"~${name}" in beside or f".~lock.{name}#" in beside


def _lying_still(path: Path) -> tuple[bytes | ListRefused, float] | None:
    """What a file holds, or why that is no list, and when it was changed; None for one that has to wait."""
    before = path.lstat()
    held: bytes | ListRefused
    try:
        held = sources.loaded(path, follow=False)
    except ListRefused as error:
        if {name for name, _ in error.reasons} & _WAITING:
            _log.warning("a list in the inbox folder can't be read; give the account that runs Kundresa the right")
            return None
        held = error
    after = path.lstat()
    if (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns):
        return None  # somebody is writing to it
    return held, before.st_mtime


def _report(house: House, path: Path, lines: list[str], now: Now) -> bytes:
    texts = Texts(house.premises.languages[0])
    when = f"{now().astimezone(house.premises.zone):%Y-%m-%d %H:%M}"
    told = [texts("report", "title", file=path.name, when=when), "", *lines, ""]
    return "\r\n".join(told).encode("utf-8-sig", "replace")  # Windows' own editor reads it too


def _put_away(path: Path, room: str, report: bytes) -> Path:
    folder = path.parent / room
    folder.mkdir(mode=0o750, exist_ok=True)
    if folder.is_symlink():
        raise NotADirectoryError(0, f"{room} is a link", str(folder))
    to, number = folder / path.name, 2
    while to.exists() or to.is_symlink():
        to, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
    reports.write(to.with_name(f"{to.name}.report.txt"), report)
    path.rename(to)
    return to
