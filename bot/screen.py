"""The screen: what commands print. A table for a person at a terminal, tab-separated lines for a program."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text


def line(text: str = "") -> None:
    """One line on standard output, as it stands."""
    print(text)


def program() -> str:
    """How to call this program again from here: as installed, or with the Python it runs in."""
    called = Path(sys.argv[0])
    if called.stem == "kundresa":
        return str(called) if called.parent != Path() and not shutil.which("kundresa") else "kundresa"
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    return f"{python} -m bot"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], otherwise: str) -> None:
    """Rows under headers; `otherwise` is told to a person where there are none."""
    console = Console()
    if not console.is_terminal:
        for row in (headers, *rows):
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    if not rows:
        print(otherwise)
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        # The first column names the row and is copied from here: it is never broken.
        drawn.add_column(header, overflow="fold", no_wrap=header == headers[0])
    for row in rows:
        drawn.add_row(*map(Text, row))
    console.print(drawn)
