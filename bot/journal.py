"""The journal: stops and erasures kept outside the database, so that an older copy of it un-stops and un-erases nobody.

A text file beside the database, one line of JSON for each, only ever added to. It holds keyed hashes, random ids of
erasures and the organisation's own codes: nothing that leads to anybody without the key. A line is on the disk before
the commit it belongs to; one without its commit does no harm, since whoever stopped or erased wanted it. Never reads
or changes the database.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

_log = logging.getLogger("kundresa.journal")

_BLOCK = 4096


class Reference(msgspec.Struct, frozen=True):
    """A case reference as its keyed hash, in hexadecimal, with the codes within which it is unique."""

    unit: str
    journey: str
    reference_lookup: str


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. Hashes are keyed, in hexadecimal; `at` is in UTC.

    Of a stop or start: `lookup`, the address. Of an erasure: its id (empty where it is not known any more), who asked,
    and everything that was erased: addresses, references, and hashes of the ids of contacts.
    """

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    what: Literal["stop", "start", "erased"]
    lookup: str = ""
    erasure: str = ""
    by: str = ""
    lookups: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[str, ...] = ()


class Journal:
    """The journal at `path`. The caller holds the database's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> list[Entry]:
        """Every line, the oldest first; one that can't be read is told to the log and left out."""
        found: list[Entry] = []
        if not self.path.exists():
            return found
        for number, line in enumerate(self.path.read_bytes().split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                found.append(_entry(line))
            except (msgspec.DecodeError, ValueError):  # one damaged byte must not keep the house shut
                _log.error(
                    "%s: line %d can't be read: somebody who stopped or was erased then may come back with an older "
                    "copy of the database. Put the journal back from a backup.",
                    self.path.name,
                    number,
                )
        return found

    def stopped(self, lookup: bytes, now: datetime) -> None:
        """Somebody said stop."""
        self.append([Entry(_utc(now), "stop", lookup=lookup.hex())])

    def started(self, lookup: bytes, now: datetime) -> None:
        """Somebody who had stopped said start."""
        self.append([Entry(_utc(now), "start", lookup=lookup.hex())])

    def append(self, entries: Sequence[Entry]) -> None:
        """Add lines; they are on the disk when this returns. OSError if not, and then none is in the file."""
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            whole = _mended(descriptor)
            try:
                _write(descriptor, b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, whole)
                raise
        finally:
            os.close(descriptor)
        if new:
            _settle(self.path.parent)

    def mend(self) -> None:
        """Take away a last line that a kill or a full disk left unfinished: its commit never was."""
        if self.path.exists():
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            try:
                _mended(descriptor)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def path_of(database: Path) -> Path:
    """Where the journal of `database` lies: beside it. Different names of one file share one journal."""
    real = database.resolve()
    return real.with_name(f"{real.name}.journal")


def of_stops_and_tombstones(
    stops: Sequence[tuple[bytes, datetime]], references: Sequence[tuple[Reference, datetime]]
) -> list[Entry]:
    """What a database knows itself, as lines, for where the journal is missing."""
    lines = [Entry(_utc(at), "stop", lookup=lookup.hex()) for lookup, at in stops]
    lines += [Entry(_utc(at), "erased", references=(reference,)) for reference, at in references]
    return sorted(lines, key=lambda line: line.at)


def latest_by_lookup(entries: Sequence[Entry]) -> dict[bytes, Entry]:
    """The last stop or start of each address; the order of the lines counts, not what the clock said."""
    return {bytes.fromhex(entry.lookup): entry for entry in entries if entry.what != "erased" and entry.lookup}


def _entry(line: bytes) -> Entry:
    entry = msgspec.json.decode(line, type=Entry)
    for hashed in (entry.lookup, *entry.lookups, *(one.reference_lookup for one in entry.references)):
        bytes.fromhex(hashed)
    return entry


def _mended(descriptor: int) -> int:
    """Cut the file after its last whole line; returns how long it is then."""
    size = os.fstat(descriptor).st_size
    end = size
    while end > 0:
        start = max(0, end - _BLOCK)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < size:
        os.ftruncate(descriptor, end)
    return end


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _settle(folder: Path) -> None:
    # The new name is in the folder's own data: without this a power cut could take it away again.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
