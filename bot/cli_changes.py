"""The commands that change a contact: what they take and print. What they do is `commands_contacts`' work."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot import clock
from bot.cards import Card
from bot.cli_contacts import WHICH, Text, printed
from bot.commands_contacts import CancelContact, CancelDay, Cancelled, LeaveOut, MoveContact, NoteContact
from bot.errands import carried_out
from bot.screen import line
from bot.settings import from_environment

Which = Annotated[str, typer.Argument(help=WHICH)]


def add_to(contacts: typer.Typer) -> None:
    """Put these commands among those about contacts."""
    contacts.command("move", epilog='Example: kundresa contacts move k3m9wq7hx2ptcd --start "2026-11-19 14:00"')(move)
    contacts.command("cancel", epilog="Example: kundresa contacts cancel --unit main --day 2026-11-19")(cancel)
    contacts.command("outcome", epilog="Example: kundresa contacts outcome BYGG-2026-114 --outcome granted")(outcome)
    contacts.command("not-asked", epilog="Example: kundresa contacts not-asked A-17 --reason sensitive-situation")(
        not_asked
    )


def move(
    contact: Which,
    start: Annotated[str, typer.Option(help='When it starts now: "2026-11-19 14:00"; a time alone is on its old day.')],
    end: Annotated[Text, typer.Option(help="When it ends; without it as long after the start as before.")] = None,
) -> None:
    """The contact takes place at another time: what was not yet asked is planned anew."""
    printed(_done("contacts.move", MoveContact(contact, start, end)))


def cancel(
    contact: Annotated[Text, typer.Argument(help=WHICH)] = None,
    unit: Annotated[Text, typer.Option(help="Everybody of this unit, with --day: a sick day.")] = None,
    day: Annotated[Text, typer.Option(help="The local day, such as 2026-11-19.")] = None,
) -> None:
    """The contact did not take place, or none of a unit's day: what is not yet asked never is."""
    if contact is not None and unit is None and day is None:
        printed(_done("contacts.cancel", CancelContact(contact)))
        return
    if contact is not None or unit is None or day is None:
        raise typer.BadParameter("Write one contact, or --unit and --day.")
    asked = CancelDay(unit, day)
    done = asyncio.run(carried_out(from_environment(), "contacts.cancel-day", asked, Cancelled, clock.now))
    line(f"Cancelled: {len(done.contacts)}")
    for id_ in done.contacts:
        line(f"  {id_}")


def outcome(
    contact: Which,
    outcome: Annotated[Text, typer.Option(help="How the case ended: granted, partly, denied, other, unknown.")] = None,
    cause: Annotated[Text, typer.Option(help="Why the need arose, by its code.")] = None,
    solved: Annotated[Text, typer.Option(help="Whether the first contact solved it: yes, no or ongoing.")] = None,
    matter: Annotated[Text, typer.Option(help="The matter it belongs to, by your own name for it.")] = None,
) -> None:
    """Tell what is known of a contact since: its outcome, its cause, whether it was solved, its matter."""
    if not any((outcome, cause, solved, matter)):
        raise typer.BadParameter("Write at least one of --outcome, --cause, --solved and --matter.")
    printed(_done("contacts.note", NoteContact(contact, outcome, cause, solved, matter)))


def not_asked(
    contact: Which,
    reason: Annotated[str, typer.Option(help="Why, by a code of the organisation file's reasons.")],
) -> None:
    """Ask nothing about a contact; the reason is counted with the answers."""
    printed(_done("contacts.not-asked", LeaveOut(contact, reason)))


def _done(command: str, asked: MoveContact | CancelContact | NoteContact | LeaveOut) -> Card:
    return asyncio.run(carried_out(from_environment(), command, asked, Card, clock.now))
