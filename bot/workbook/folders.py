"""Folders: an export that is several files. There whole or not at all, for its owner and group alone.

Everything is written into a hidden folder beside the one it becomes, forced to the disk, and renamed in one step. A
folder of that name from before stands until then. Runs in a thread; never on the event loop.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.workbook import drafts

_FILES, _FOLDERS = 0o640, 0o750


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A new folder to write files into, which becomes `path` at the end, in place of one that stands there.

    What is raised inside, OSError too, leaves whatever stood there before.
    """
    drafts.clear(path.parent)
    new = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    old = new.with_name(f"{new.name.removesuffix('.part')}.old.part")
    try:
        yield new
        for file in new.iterdir():
            file.chmod(_FILES)
            _settle(file)
        new.chmod(_FOLDERS)
        _settle(new)
        if path.exists():
            path.rename(old)
        try:
            new.rename(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
        _settle(path.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _settle(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
