"""The command that takes an analyst's codes back in: what it takes and prints. What it does is `coding`'s work."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Annotated

import typer

from bot import cli_files, clock, csv_files
from bot.coding import CODER, TakenRow, agreements, lists
from bot.coding_reports import agreement_rows, counts, summed_up
from bot.commands_coding import TakenIn, requests_of
from bot.lists import codings, reports, sources
from bot.lists.codings import Reading
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.long_errands import carried_out_in_order
from bot.openings import files, viewed_house
from bot.organisation import meant
from bot.screen import line, table
from bot.settings import Settings, from_environment
from bot.store import facts

_EXAMPLE = "Example: kundresa import-coding kundresa_2026-W47_data.xlsx --dry-run"

Text = str | None


def add_to(application: typer.Typer) -> None:
    """Make this a command."""
    application.command("import-coding", epilog=_EXAMPLE)(import_coding)


def import_coding(
    file: Annotated[Path, typer.Argument(help="A data file with codes in its sheet verbatims, as .xlsx or .csv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; show what would come of it.")] = False,
    coder: Annotated[
        Text, typer.Option(help="Who coded, as a code and not a name, such as coder-2; without it the system's user.")
    ] = None,
    faults: Annotated[Path | None, typer.Option(help="Write what is wrong to this .csv file.")] = None,
    lang: Annotated[Text, typer.Option(help="The language of what is said; without it the first.")] = None,
) -> None:
    """Take an analyst's codes back in. Rows are known by row_id; an empty cell says nothing, "-" takes a code back."""
    settings = from_environment()
    texts = Texts(meant(lang or settings.languages[0], settings.languages, "language"))
    if coder is not None and not CODER.fullmatch(coder):
        raise typer.BadParameter("Write small letters, digits and hyphens, as in coder-2.", param_hint="--coder")
    if faults is not None:
        csv_files.check_new(faults)
    reading, source = _read(file, settings, texts)
    taken, who = asyncio.run(_taken(settings, reading, source, coder, dry_run=dry_run))
    done = summed_up(reading, taken, texts)
    if faults is not None:
        csv_files.write(faults, *reports.fault_rows(done.faults, texts))
    line(texts("report", "coding", file=file.name, coder=who))
    cli_files.show(counts(done, texts, dry_run=dry_run), done.faults if faults is None else (), texts)
    with viewed_house(settings) as view:
        found = agreements(view.tx, facts.get(view.tx, facts.SIMULATED) is not None, coder=who)
    if found:
        line()
        line(texts("report", "kappa"))
        table(*agreement_rows(found, texts), "")


def _read(file: Path, settings: Settings, texts: Texts) -> tuple[Reading, str]:
    organisation, _ = files(settings)
    try:
        content = sources.loaded(file)
        reading = codings.read(content, lists(organisation), organisation.holiday_country, texts)
    except ListRefused as error:
        raise cli_files.refused(file, error, texts) from None
    return reading, hashlib.sha256(content).hexdigest()


async def _taken(
    settings: Settings, reading: Reading, source: str, coder: str | None, *, dry_run: bool
) -> tuple[list[TakenRow], str]:
    rows: list[TakenRow] = []
    who = ""
    asked = requests_of(reading.coded, source=source, coder=coder or "", user=str(os.getuid()), dry_run=dry_run)
    with cli_files.progress("rows", len(reading.coded)) as far:

        def took(done: TakenIn) -> None:
            nonlocal who
            who = done.coder
            rows.extend(done.rows)
            far(len(rows))

        await carried_out_in_order(settings, "coding.import", asked, TakenIn, clock.now, took)
    return rows, who
