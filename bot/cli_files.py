"""Files that commands take in: how far it has come, what it came to and why none of it was taken, as they print it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.lists import reports
from bot.lists.faults import Fault
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.openings import Refused
from bot.screen import line, table

_SHOWN_AT_MOST = 50


def refused(file: Path, error: ListRefused, texts: Texts) -> Refused:
    """That nothing of a file is taken, and why: a line for each reason."""
    return Refused("\n".join(f"{file}: {reason}" for reason in error.told(texts).splitlines()))


@contextmanager
def progress(what: str, of: int) -> Iterator[Callable[[int], None]]:
    """A bar, for a person at a terminal, until the block ends. What is given is told how many are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, transient=True)
    bar.disable = not bar.console.is_terminal
    with bar:
        task = bar.add_task(what, total=of)
        yield lambda done: bar.update(task, completed=done)


def show(counts: Sequence[str], faults: Sequence[Fault], texts: Texts) -> None:
    """What a file came to, a line each, and the first of what is wrong; the rest is in --faults."""
    for told in counts:
        line(told)
    if faults:
        headers, rows = reports.fault_rows(faults[:_SHOWN_AT_MOST], texts)
        line()
        table(headers, rows, "")
        if len(faults) > _SHOWN_AT_MOST:
            line(texts("report", "and-more", count=len(faults) - _SHOWN_AT_MOST) + " (--faults FILE)")
