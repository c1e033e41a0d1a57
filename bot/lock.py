"""The writer's lock: one process at a time has the database for writing. Beside the database, held until the end.

The lock is the operating system's (`flock`), so a killed process leaves none behind. The file stays: taking it away
would let two processes hold locks on two files of one name.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.database import DatabaseRefused

_PAUSE_SECONDS = 0.05


class Locked(Exception):
    """Another process writes to this database; the message says which."""


@contextmanager
def held(database: Path, *, patience: float = 0.0) -> Iterator[None]:
    """The lock of `database`, held while inside. Different names of one file share one lock.

    `patience`: seconds to wait, without doing anything else, for a command that has it for a moment. Raises Locked if
    another process still has it then, DatabaseRefused if no lock can be had where the database lies.
    """
    path = lock_file(database)
    if not path.parent.is_dir():
        remedy = "Make it, or set KUNDRESA_DATABASE to another path."
        raise DatabaseRefused(f"{database}: its folder does not exist. {remedy}")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        remedy = "Give the account that runs Kundresa the right to write there."
        raise DatabaseRefused(f"{path}: can't be written ({error.strerror}). {remedy}") from error
    try:
        _lock(descriptor, database, time.monotonic() + patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def lock_file(database: Path) -> Path:
    """Where the lock of `database` lies."""
    real = database.resolve()
    return real.with_name(real.name + ".lock")


def _lock(descriptor: int, database: Path, until: float) -> None:
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise
            time.sleep(_PAUSE_SECONDS)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        process = f"process {holder}" if holder.isdecimal() else "another process"
        raise Locked(f"{database}: {process} of Kundresa has it. Stop that one first.") from None
    except OSError as error:
        remedy = "Put the database on a disk of this machine, not on a network file system."
        raise DatabaseRefused(f"{database}: can't be locked ({error.strerror}). {remedy}") from error
