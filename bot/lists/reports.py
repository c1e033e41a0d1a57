"""Reports: what is wrong in a list as rows, and files that are there whole or not at all, for their owner alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bot.lists.faults import Fault
from bot.lists.texts import Texts


def fault_rows(faults: Iterable[Fault], texts: Texts) -> tuple[list[str], list[list[str]]]:
    """Headers and a row for each fault and note."""
    headers = [texts("report", name) for name in ("row", "column", "kind", "what")]
    return headers, [[str(one.row), one.column, texts("report", one.kind), one.text] for one in faults]


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, for its owner alone. OSError leaves what stood there."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:  # mkstemp makes it 0600
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
