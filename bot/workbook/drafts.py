"""Drafts: what an export has under way, and what a killed one left behind, with people's words in it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

ONE_AT_A_TIME = asyncio.Lock()
"""Held by an export while it works. The same week asked for twice at once would make its report twice, from two
moments."""

NAMES = ".kundresa_*.part"
"""What files are called while they are written. One export writes at a time, so others are left over."""

_STILL_SECONDS = 600.0
"""openpyxl's own temporary files have a name that any program's have; one that somebody works with is written to."""


def under_way() -> bool:
    """Whether an export is at work in this process."""
    return ONE_AT_A_TIME.locked()


def clear(folder: Path) -> None:
    """Remove what killed exports left in `folder`: files and folders. For the export under way alone."""
    for draft in folder.glob(NAMES):
        if draft.is_dir() and not draft.is_symlink():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove what killed exports left in `folder` and among temporary files. Not while one is under way."""
    clear(folder)
    with tempfile.TemporaryFile() as new:
        still_since = os.fstat(new.fileno()).st_mtime - _STILL_SECONDS
    for draft in Path(tempfile.gettempdir()).glob("openpyxl.*"):
        with contextlib.suppress(OSError):
            found = draft.lstat()
            ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            if ours and found.st_mtime < still_since:
                draft.unlink()
