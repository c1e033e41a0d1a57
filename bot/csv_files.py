"""CSV files for other programs: there whole or not at all, readable by their owner only, and safe to open in Excel."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from bot.openings import Refused

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""


def check_new(path: Path) -> None:
    """Refused if there is a file at `path` already, or none can be made there."""
    if path.exists():
        raise Refused(f"{path}: is there already. Choose another name, or move it away.")
    if not os.access(path.parent, os.W_OK):
        raise Refused(f"{path}: can't be written. Choose a folder that you may write to.")


def write(path: Path, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """A new file of UTF-8 with semicolons, as Excel in the Nordic countries opens it; returns how many rows it has.

    A text that a spreadsheet would take for a formula gets an apostrophe before it. Refused as `check_new` does, and
    when the disk takes no more.
    """
    check_new(path)
    whole = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    count = 0
    try:
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            count = _put(file, headers, rows)
            file.flush()
            os.fsync(file.fileno())
        os.link(whole, path)  # never over another
    except OSError as error:
        raise Refused(f"{path}: can't be written ({error.strerror}). Make room, or choose another folder.") from error
    finally:
        whole.unlink(missing_ok=True)
    return count


def content(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The same as `write` puts into a file, to be handed out at once."""
    file = io.StringIO(newline="")
    _put(file, headers, rows)
    return file.getvalue().encode("utf-8-sig")


def _put(file: TextIO, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    table = csv.writer(file, delimiter=";")
    table.writerow(headers)
    count = 0
    for row in rows:
        table.writerow([_safe(cell) for cell in row])
        count += 1
    return count


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
