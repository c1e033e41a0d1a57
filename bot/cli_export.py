"""The command that makes workbooks and data files: what it takes and prints. What it does is `commands_export`'s."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bot import clock
from bot.commands_export import Export, Exported
from bot.errands import carried_out
from bot.screen import line
from bot.settings import from_environment
from bot.workbook.progress import LOOKING_ON
from bot.workbook.span import FORMS, Form
from flows.problems import listed

Text = str | None

_WEEK = re.compile(r"\d{4}-W\d\d")
_EXAMPLES = (
    "Example: kundresa export --week 2026-W47 --to ~/workbooks. "
    "Of some weeks and one unit, for R: kundresa export --weeks 2026-W40..2026-W47 --unit main --format parquet"
)


def add_to(application: typer.Typer) -> None:
    """Put the command beside the others."""
    application.command("export", epilog=_EXAMPLES)(export)


def export(
    week: Annotated[Text, typer.Option(help="An ISO week that has ended; without it the last.")] = None,
    weeks: Annotated[Text, typer.Option(metavar="A..B", help="Several weeks: the first and the last.")] = None,
    unit: Annotated[Text, typer.Option(help="One unit alone, by the unit that met the person.")] = None,
    lang: Annotated[Text, typer.Option(help="The language of the report; without it the first.")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMS), help="How the data file is made; xlsx without it.")
    ] = "xlsx",
    to: Annotated[Path | None, typer.Option(help="A folder; without it that of KUNDRESA_EXPORTS.")] = None,
) -> None:
    """Close a week and make its workbooks: the report, and the data file. Of several weeks or one unit it makes both,
    in another format the data file alone, and keeps no record of them.
    """
    first, last = _span(week, weeks)
    settings = from_environment()
    folder = (to or settings.exports).expanduser().absolute()
    asked = Export(folder=str(folder), week=last, language=lang, first=first, unit=unit, form=_form(form))
    with _looked_at():
        done = asyncio.run(carried_out(settings, "export", asked, Exported, clock.now))
    for file in done.files:
        line(file)


def _span(week: str | None, weeks: str | None) -> tuple[str | None, str | None]:
    if week is not None and weeks is not None:
        raise typer.BadParameter("Write --week or --weeks, one of the two.", param_hint="--weeks")
    if weeks is None:
        if week is not None and not _WEEK.fullmatch(week):
            raise typer.BadParameter("Write a week as in 2026-W47.", param_hint="--week")
        return None, week
    first, dots, last = weeks.partition("..")
    if not dots or not _WEEK.fullmatch(first) or not _WEEK.fullmatch(last):
        raise typer.BadParameter("Write the first and the last, as in 2026-W40..2026-W47.", param_hint="--weeks")
    return first, last


def _form(written: str) -> Form:
    for form in FORMS:
        if form == written:
            return form
    raise typer.BadParameter(f"There is no format '{written}'. Write {listed(FORMS, 'or')}.", param_hint="--format")


@contextmanager
def _looked_at() -> Iterator[None]:
    """A bar while it works, where a terminal is there."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    words = TextColumn("{task.description}")
    columns = (SpinnerColumn(), words, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Exporting", total=None)
        token = LOOKING_ON.set(lambda done, of: bar.update(task, completed=done, total=of))
        try:
            yield
        finally:
            LOOKING_ON.reset(token)
