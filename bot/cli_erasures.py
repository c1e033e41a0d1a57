"""The commands that erase: what they take and print. What they do is `commands_erasures`' work."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from bot import clock
from bot.commands_erasures import Done, Erase
from bot.errands import carried_out
from bot.moments import shown
from bot.openings import viewed_house
from bot.screen import line, table
from bot.settings import Settings, from_environment
from bot.store import erasures as rows

erasures = typer.Typer(help="What people want erased, and what was.", no_args_is_help=True)

Text = str | None
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")]

_BOTH = "Write --person or --reference, one of the two."


def add_to(application: typer.Typer) -> None:
    """Put the command that erases beside the others."""
    application.command("erase", epilog="Example: kundresa erase --person k3m9wq7hx2ptcd")(erase)


def erase(
    person: Annotated[Text, typer.Option(help="A person's id, as in the column 'person' of a data file.")] = None,
    reference: Annotated[Text, typer.Option(help="Your own case number: of that contact alone.")] = None,
    unit: Annotated[Text, typer.Option(help="Its unit, where several contacts have the reference.")] = None,
    journey: Annotated[Text, typer.Option(help="Its journey, where several contacts have the reference.")] = None,
    yes: Yes = False,
) -> None:
    """Erase everything about a person, or about one contact. It can't be brought back."""
    if (person is None) == (reference is None):
        raise typer.BadParameter(_BOTH, param_hint="--person")
    if person is not None and (unit or journey):
        raise typer.BadParameter("They belong to --reference.", param_hint="--unit, --journey")
    what = f"everything about the person {person}" if person is not None else "everything about this contact"
    settings = from_environment()
    _confirm(what, yes)
    asked = Erase(_exports(settings), person=person, reference=reference, unit=unit, journey=journey)
    _carry_out(settings, asked)


@erasures.command("list", epilog="Example: kundresa erasures list")
def list_() -> None:
    """List erasures: what is waited for, and how much went. Whom it concerned is not kept."""
    with viewed_house(from_environment()) as view:
        zone = view.rooms.premises.zone
        found = rows.listed(view.tx)
    shown_rows = [
        (
            one.id,
            shown(one.asked_at, zone),
            one.asked_by,
            "waits" if one.state == "queued" else f"done {shown(one.done_at, zone)}" if one.done_at else "done",
            one.person_id or "",
            *(str(count) if one.state == "done" else "" for count in (one.contacts, one.answers, one.call_backs)),
        )
        for one in found
    ]
    headers = ("erasure", "asked", "by", "state", "person", "contacts", "answers", "call-backs")
    table(headers, shown_rows, "Nothing was erased, and nobody waits for it.")


@erasures.command("carry-out", epilog="Example: kundresa erasures carry-out k3m9wq7hx2ptcd")
def carry_out(
    erasure: Annotated[str, typer.Argument(help="The erasure's id, as `erasures list` shows it.")], yes: Yes = False
) -> None:
    """Erase what somebody has asked for and waits for: the decision is made. They are told."""
    settings = from_environment()
    _confirm("everything about the person who asked for it", yes)
    _carry_out(settings, Erase(_exports(settings), erasure=erasure))


def _confirm(what: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"Add it to erase {what}: nobody can be asked here.", param_hint="--yes")
    typer.confirm(f"Erase {what}? It can't be brought back.", abort=True)


def _exports(settings: Settings) -> str:
    return str(settings.exports.expanduser().absolute())


def _carry_out(settings: Settings, asked: Erase) -> None:
    done = asyncio.run(carried_out(settings, "erase", asked, Done, clock.now))
    line(f"Erased. Contacts: {done.contacts}, answers: {done.answers}, call-backs: {done.call_backs}.")
    for file in done.remade:
        line(f"Made anew without them: {file}")
    missing = [week for week in done.weeks if not any(week in file for file in done.remade)]
    if missing:
        line(f"Still to be made anew: the data files of {', '.join(missing)}. `kundresa run` does it.")
    if done.weeks:
        line(f"Copies of the data files of {', '.join(done.weeks)} elsewhere still hold the rows: delete those.")
    if done.owed:
        line("The database's file is written anew in the next quiet hours; until then old pages may hold traces.")
    line("Backups hold what was erased until they are deleted. One that is put back is erased again when it is opened.")
