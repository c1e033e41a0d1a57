"""Digest files: the week in brief, made with its report: its words to be kept as a row, its picture as a file.

The picture is whole or absent, and holds the words too, for programs that read pictures aloud. Where nothing may be
shown or nothing can draw, there are the words alone: a report never waits for its picture. Runs in a thread.
"""

from __future__ import annotations

import logging
from pathlib import Path

from bot.store.digests import Kept
from bot.workbook import picture
from bot.workbook.digest import Digest, digest
from bot.workbook.edition import Edition
from bot.workbook.snapshot import Snapshot
from bot.workbook.writing import write_bytes

_LOG = logging.getLogger(__name__)


def picture_name(week: str) -> str:
    """The file name of a week's picture."""
    return f"kundresa_{week}_digest.png"


def write(folder: Path, snapshot: Snapshot, edition: Edition) -> Kept:
    """Make the digest of the snapshot's week, its picture in `folder`, and return what is to be kept of it. OSError."""
    told = digest(snapshot, edition)
    drawn = _drawn(told)
    name = picture_name(told.week) if drawn else None
    sha256 = write_bytes(folder / name, drawn) if name and drawn else None
    return Kept(told.week, told.language, told.title, told.words, told.short, name, sha256, edition.made_at)


def _drawn(told: Digest) -> bytes | None:
    if not told.has_picture:
        return None
    if not picture.can_draw():
        _LOG.warning("The digest of %s has no picture: matplotlib is not installed. %s", told.week, picture.INSTALL)
        return None
    try:
        return picture.drawn(told)
    except Exception:  # whatever a name or the library brings about: the week's report is not to wait for it
        _LOG.exception("The picture of %s could not be drawn; its digest is in words alone.", told.week)
        return None
