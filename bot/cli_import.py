"""The command that takes a list of contacts in: what it takes, prints and writes. What it does is `imports`' work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot import cli_files, clock, csv_files
from bot.commands_import import TakenIn, requests_of
from bot.imports import Invited, TakenRow, counts, summed_up
from bot.lists import entries, reports, sources, template
from bot.lists.entries import Reading
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.long_errands import carried_out_in_order
from bot.openings import Refused, files
from bot.organisation import meant
from bot.screen import line
from bot.settings import Settings, from_environment

_EXAMPLE = "Example: kundresa contacts import bookings.xlsx --journey office-visit --dry-run"
_INVITATIONS = ("reference", "contact", "link", "message", "row")
"""The code stands in the message that it is sent with: alone it can begin with "-", which spreadsheets reckon."""

Text = str | None


def add_to(contacts: typer.Typer) -> None:
    """Make this a command of `contacts`."""
    contacts.command("import", epilog=_EXAMPLE)(import_)


def import_(
    file: Annotated[Path | None, typer.Argument(help="A .csv or .xlsx file with a row for each contact.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; show what would come of it.")] = False,
    journey: Annotated[Text, typer.Option(help="The journey, where the list names none.")] = None,
    unit: Annotated[Text, typer.Option(help="The unit, where the list names none.")] = None,
    service: Annotated[Text, typer.Option(help="The service, where the list names none.")] = None,
    channel: Annotated[Text, typer.Option(help="How they meet, where the list does not say.")] = None,
    faults: Annotated[Path | None, typer.Option(help="Write what is wrong to this .csv file.")] = None,
    invitations: Annotated[
        Path | None, typer.Option(help="Write reference, link and code, for letters, to this .csv file.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--template", help="Write an empty list to this .xlsx or .csv file instead.")
    ] = None,
    lang: Annotated[
        Text, typer.Option(help="The language of the template and of what is said; without it the first.")
    ] = None,
) -> None:
    """Register a list of contacts. Good rows are taken, others told with what to do; the same again adds nothing."""
    settings = from_environment()
    language = meant(lang or settings.languages[0], settings.languages, "language")
    texts = Texts(language)
    if to is not None:
        if file is not None:
            raise typer.BadParameter("Name a list to take in, or --template, not both.", param_hint="--template")
        _write_template(to, settings, texts)
        return
    if file is None:
        raise typer.BadParameter("Name a .csv or .xlsx file, or make one with --template.", param_hint="FILE")
    if dry_run and invitations is not None:
        raise typer.BadParameter("A dry run makes no invitations.", param_hint="--invitations")
    for place in (faults, invitations):
        if place is not None:  # before anything is taken in, rather than afterwards without it
            csv_files.check_new(place)
    options = {"journey": journey, "unit": unit, "service": service, "channel": channel}
    reading = _read(file, settings, texts, {field: code for field, code in options.items() if code is not None})
    taken, invited = asyncio.run(_taken(settings, reading, dry_run=dry_run, invitations=invitations is not None))
    done = summed_up(reading, taken, texts)
    if invitations is not None:
        csv_files.write(invitations, _INVITATIONS, _invitation_rows(reading, invited))
    if faults is not None:
        csv_files.write(faults, *reports.fault_rows(done.faults, texts))
    cli_files.show(counts(done, texts, dry_run=dry_run), done.faults if faults is None else (), texts)


def _read(file: Path, settings: Settings, texts: Texts, given: Mapping[str, str]) -> Reading:
    organisation, library = files(settings)
    try:
        return entries.read(sources.loaded(file), organisation, library, texts, given)
    except ListRefused as error:
        raise cli_files.refused(file, error, texts) from None


async def _taken(
    settings: Settings, reading: Reading, *, dry_run: bool, invitations: bool
) -> tuple[list[TakenRow], list[Invited]]:
    rows: list[TakenRow] = []
    invited: list[Invited] = []
    batches = requests_of(reading.entries, dry_run=dry_run, invitations=invitations)
    with cli_files.progress("contacts", len(reading.entries)) as far:

        def took(done: TakenIn) -> None:
            rows.extend(done.rows)
            invited.extend(done.invitations)
            far(len(rows))

        await carried_out_in_order(settings, "contacts.import", batches, TakenIn, clock.now, took)
    return rows, invited


def _invitation_rows(reading: Reading, invited: list[Invited]) -> list[tuple[str, ...]]:
    by_row = {entry.row: entry for entry in reading.entries}
    rows: list[tuple[str, ...]] = []
    for one in invited:
        entry = by_row[one.row]
        reference = "" if entry.by_content else entry.new.reference or ""
        rows.append((reference, one.contact, one.link or "", f"/start {one.code}", str(one.row)))
    return rows


def _write_template(to: Path, settings: Settings, texts: Texts) -> None:
    if to.suffix.lower() not in (".xlsx", ".csv"):
        raise typer.BadParameter("Name a file that ends in .xlsx or .csv.", param_hint="--template")
    csv_files.check_new(to)
    if to.suffix.lower() == ".csv":
        content = template.as_csv(texts)
    else:
        organisation, library = files(settings)
        content = template.as_xlsx(organisation, library, texts)
    try:
        reports.write(to, content)
    except OSError as error:
        raise Refused(f"{to}: can't be written ({error.strerror}). Make room, or choose another folder.") from error
    line(str(to))
