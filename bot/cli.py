"""The command line: what each command takes, and how it ends: 0 done, 1 refused in one line, 2 wrong usage.

Does nothing itself. Only here is the application started.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import cli_changes, cli_coding, cli_due, cli_erasures, cli_export, cli_import, cli_invitations, clock
from bot.checking import checked
from bot.cli_call_backs import call_backs
from bot.cli_contacts import contacts
from bot.cli_erasures import erasures
from bot.cli_parked import parked
from bot.cli_staff import staff
from bot.library import FaultyJourneys, Library, fingerprint, journey_files, shared_phrases
from bot.lock import held
from bot.openings import REFUSALS, House, Refused
from bot.organisation import meant, opened
from bot.preview import PARTS, example, play
from bot.screen import line
from bot.settings import from_environment
from bot.store import database, weeks
from bot.workbook.edition import software
from flows.journey import CONTACT_FACTS, Journey
from flows.reading import read_journey
from flows.wording import easy

_NOT_FOR_DEMO = (
    "TELEGRAM_BOT_TOKEN",
    "KUNDRESA_DATABASE",
    "KUNDRESA_KEY_FILE",
    "KUNDRESA_EXPORTS",
    "KUNDRESA_WEBHOOK_SECRET",
    "KUNDRESA_PUBLIC_URL",
    "KUNDRESA_SMTP",
    "KUNDRESA_MAIL_FROM",
    "KUNDRESA_OIDC_ISSUER",
    "KUNDRESA_OIDC_CLIENT",
    "KUNDRESA_OIDC_SECRET",
    "KUNDRESA_STAFF_CHAT",
    "KUNDRESA_DIGEST_MAIL",
    "KUNDRESA_DIGEST_CHAT",
)

application = typer.Typer(
    name="kundresa",
    help="A few short questions before, during and after each contact, and a workbook each week.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_changes.add_to(contacts)
cli_due.add_to(contacts)
cli_import.add_to(contacts)
cli_invitations.add_to(contacts)
application.add_typer(contacts, name="contacts")
application.add_typer(call_backs, name="call-backs")
application.add_typer(erasures, name="erasures")
application.add_typer(parked, name="parked")
application.add_typer(staff, name="staff")
cli_erasures.add_to(application)
cli_export.add_to(application)
cli_coding.add_to(application)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command (None: the process's own arguments) and exit."""
    command = typer.main.get_command(application)
    try:
        command(list(arguments) if arguments is not None else None, prog_name="kundresa")
    except REFUSALS as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        line(software())
        raise typer.Exit


@application.callback(epilog="Example: kundresa demo")
def everything(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Follows each contact up in a chat, and hands analysts a workbook each week."""


@application.command(epilog="Example: TELEGRAM_BOT_TOKEN=... kundresa run")
def run() -> None:
    """Run the bot: Telegram, what falls due, and the listener, until it is told to stop."""
    from bot import app

    asyncio.run(app.run(from_environment()))


@application.command(epilog="Example: kundresa demo --weeks 4 --port 8090")
def demo(
    to: Annotated[Path, typer.Option(help="A new folder for database and workbooks.")] = Path("kundresa-demo"),
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How many weeks to play.")] = 8,
    seed: Annotated[int, typer.Option(help="The same seed plays the same weeks.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day played, as 2026-11-01.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Where its pages are served; without it 8080, or a free one.")
    ] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End when the files are made.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Look around without Telegram: a throwaway database, simulated citizens, workbooks marked DEMO, and the pages."""
    from bot import app, tour
    from bot import demo as simulation

    settings = from_environment(ignoring=_NOT_FOR_DEMO)
    last = until.date() if until is not None else None
    place = None if no_serve else tour.place(settings.listen, port)
    with simulation.shown_progress(weeks) as progress:
        playing = simulation.demo(
            settings,
            app.simulated_door,
            to=to,
            weeks=weeks,
            seed=seed,
            until=last,
            progress=progress,
            on=place is not None,
        )
        played = asyncio.run(playing)
    simulation.show(played)
    if place is None:
        return
    guided = tour.Tour(tour.settings_of(played.settings, place), played.admin, played.now, clock.now)

    def told(house: House, addresses: tour.Addresses) -> None:
        tour.welcome(house, addresses, guided.now())
        if not no_open:
            tour.browse(addresses.console)

    asyncio.run(app.guide(guided, told))
    line("The demo has ended. Its files stay where they are.")


@application.command(epilog="Example: kundresa check my-journeys/permit.yaml")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Journeys, organisation files, folders; without any, all in use.")
    ] = None,
) -> None:
    """Check journeys and the organisation's file: every fault at once, where it is and what to do."""
    findings = checked(files or [], from_environment())
    for found in findings.lines():
        line(found)
    if findings.errors:
        raise Refused(f"Errors: {findings.errors}. Mend them before this is used.")


@application.command(epilog="Example: kundresa preview office-visit --phase after --lang sv")
def preview(
    journey: Annotated[str, typer.Argument(help="A journey's name, or the file of one.")],
    phase: Annotated[str | None, typer.Option(help=f"{', '.join(PARTS)}; without it all, in order.")] = None,
    lang: Annotated[str | None, typer.Option(help="The language to read it in, such as sv or sv-easy.")] = None,
    contact: Annotated[list[str] | None, typer.Option(help="What the contact is, as in channel=visit.")] = None,
) -> None:
    """Play a journey in the terminal: numbers tap buttons, other text is typed, an empty line at the end leaves."""
    settings = from_environment()
    part = next((part for part in PARTS if part == phase), None)
    if phase is not None and part is None:
        raise typer.BadParameter(f"Write one of: {', '.join(PARTS)}.", param_hint="--phase")
    spoken = (*settings.languages, *map(easy, settings.languages))
    language = meant(lang or settings.languages[0], spoken, "language")
    told = dict(_fact(one) for one in contact or [])
    organisation = opened(settings.organisation, settings.languages, settings.time_zone)
    shelf = _shelf(journey, settings.journeys, settings.languages)
    [found] = shelf.journeys.values()
    occasion = example(organisation, shelf, clock.now(), told)
    play(found, part, occasion, language, say=line, hear=_heard, now=clock.now, chance=random.SystemRandom())


@application.command(epilog="Example: kundresa migrate")
def migrate() -> None:
    """Bring the database up to date with this version, while nothing else runs."""
    settings = from_environment()

    async def migrated() -> str:
        store = await database.opened(settings.database)
        try:
            return await store.read(weeks.schema)
        finally:
            await store.close()

    with held(settings.database):
        line(f"{settings.database}: up to date ({asyncio.run(migrated())}).")


def _shelf(name: str, folder: Path | None, languages: Sequence[str]) -> Library:
    """One journey, by its name or its file. FaultyJourneys, UnknownCode, Refused."""
    phrases = shared_phrases(languages)
    known = {file.name.removesuffix(".yaml"): file for file in journey_files(folder)}
    given = Path(name)
    file = given if given.suffix == ".yaml" else known[meant(name, known, "journey")]
    try:
        reading = read_journey(file.read_bytes(), file.name, phrases, languages)
    except OSError as error:
        raise Refused(f"{name}: can't be read ({error.strerror}).") from error
    if reading.value is None:
        raise FaultyJourneys([problem for problem in reading.problems if problem.kind == "error"])
    read: Journey = reading.value
    return Library({read.code: read}, phrases, {read.code: fingerprint(read)}, phrases.words)


def _fact(written: str) -> tuple[str, str]:
    name, _, code = written.partition("=")
    meant(name, CONTACT_FACTS, "fact of a contact")
    if not code:
        raise typer.BadParameter("Write it as in channel=visit.", param_hint="--contact")
    return name, code


def _heard() -> str | None:
    try:
        return input("me: " if sys.stdin.isatty() else "")
    except EOFError:
        return None
