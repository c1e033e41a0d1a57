"""Copies: exports of several weeks, of one unit or in other formats, known by their names. Nobody records them, so what
an erasure took has to be looked for by what they are called.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from pathlib import Path

_WEEK = r"\d{4}-W\d\d"
_COPY = re.compile(
    rf"kundresa_(?P<first>{_WEEK})(_(?P<last>{_WEEK}))?(?P<unit>_unit-\w+)?_(?P<form>data\.xlsx|csv|csv-excel|parquet|sav)",
    re.ASCII,
)


def remove(folder: Path, weeks: Collection[str]) -> list[str]:
    """Remove the copies in `folder` that hold rows of any of these weeks; their names. Weekly files stay: they are
    recorded, and made anew. OSError leaves those that are left.
    """
    removed = []
    for path in sorted(folder.glob("kundresa_*")):
        found = _COPY.fullmatch(path.name)
        if found is None or path.is_symlink():
            continue
        weekly = found["form"] == "data.xlsx" and not found["last"] and not found["unit"]
        if weekly or not any(found["first"] <= week <= (found["last"] or found["first"]) for week in weeks):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        removed.append(path.name)
    return removed
