"""Folders: an export that is several files. There whole or not at all, for its owner and group alone.

Everything is written into a hidden folder beside the one it becomes, forced to the disk, and renamed in one step. A
folder of that name from before stands until then, and for good if anything in it is not an export's. Runs in a thread;
never on the event loop.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.workbook import drafts

_FILES, _FOLDERS = 0o640, 0o750


class NotOurs(Exception):
    """What stands under that name is somebody's own, or holds such; the message says what, and what to do."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A new folder to write files into, which becomes `path` at the end, in place of one with such files alone.

    NotOurs for a file, a link, or a folder with anything else in it. Whatever is raised leaves what stood there before.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise NotOurs(f"{path}: is no folder that an export made. Move it, or name another folder with --to.")
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
            _check(path, {file.name for file in new.iterdir()})
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


def _check(path: Path, ours: Collection[str]) -> None:
    for found in sorted(path.iterdir()):
        if found.name not in ours or found.is_symlink() or not found.is_file():
            raise NotOurs(f"{found}: no export made this. Move it out of there, or name another folder with --to.")


def _settle(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
