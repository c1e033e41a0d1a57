"""The commands about contacts: what they take and print. What they do is `commands_contacts`' work."""

from __future__ import annotations

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import clock
from bot.cards import Card, Line, card, cards_of_week
from bot.clock import iso_week
from bot.commands_contacts import AddContact, Added
from bot.errands import carried_out
from bot.moments import shown
from bot.openings import viewed_house
from bot.screen import line, table
from bot.settings import from_environment

contacts = typer.Typer(help="Register contacts, and see what is planned for them.", no_args_is_help=True)

WHICH = "The contact's id, as `contacts list` shows it, or your reference."
_PHASES = ("before", "during", "after")
_ADD_EXAMPLE = 'Example: kundresa contacts add --journey office-visit --unit main --start "2026-11-18 10:00"'

Text = str | None


@contacts.command("add", epilog=_ADD_EXAMPLE)
def add(
    journey: Annotated[str, typer.Option(help="The journey to follow, such as office-visit.")],
    unit: Annotated[str, typer.Option(help="The unit that meets the person, by its code.")],
    start: Annotated[str, typer.Option(help='When it starts, local time: "2026-11-18 10:00".')],
    end: Annotated[Text, typer.Option(help='When it ends; a time alone is on the same day: "10:45".')] = None,
    service: Annotated[Text, typer.Option(help="The service, by its code.")] = None,
    channel: Annotated[Text, typer.Option(help="How they meet, such as phone or visit.")] = None,
    cause: Annotated[Text, typer.Option(help="Why the need arose, by its code.")] = None,
    solved: Annotated[Text, typer.Option(help="Whether it was solved: yes, no or ongoing.")] = None,
    outcome: Annotated[Text, typer.Option(help="How the case ended: granted, partly, denied, other, unknown.")] = None,
    matter: Annotated[Text, typer.Option(help="The matter it belongs to: contacts about the same thing.")] = None,
    reference: Annotated[Text, typer.Option(help="Your own case number; the same again adds nothing.")] = None,
    lang: Annotated[Text, typer.Option(help="The person's language, where it is known: sv, fi or en.")] = None,
    not_asked: Annotated[Text, typer.Option(help="Ask nothing about it, for this reason of your organisation.")] = None,
) -> None:
    """Register a contact; prints its invitation, and what will be asked when."""
    asked = AddContact(
        journey=journey,
        unit=unit,
        start=start,
        end=end,
        service=service,
        channel=channel,
        cause=cause,
        solved=solved,
        outcome=outcome,
        matter=matter,
        reference=reference,
        language=lang,
        not_asked=not_asked,
    )
    added = asyncio.run(carried_out(from_environment(), "contacts.add", asked, Added, clock.now))
    if added.known:
        line("This reference is registered already; nothing was registered anew.")
    printed(added.card)
    if added.spoken and added.spoken_until:
        line(f"Code to say: {added.spoken} (until {shown(added.spoken_until, ZoneInfo(added.card.zone))})")
    if not added.known and not added.card.not_asked and not any(one.state == "planned" for one in added.card.lines):
        typer.echo("Nothing can be asked about it any more: it was too long ago. Is --start right?", err=True)


@contacts.command("list", epilog="Example: kundresa contacts list --week 2026-W47")
def list_(week: Annotated[Text, typer.Option(help="An ISO week; without it this one.")] = None) -> None:
    """List the contacts that start in a week: what goes out when, what became of it, and why not."""
    with viewed_house(from_environment()) as view:
        zone = view.rooms.premises.zone
        meant = week or iso_week(clock.now(), zone)
        try:
            cards = cards_of_week(view.tx, view.rooms, meant)
        except ValueError:
            raise typer.BadParameter("Write a week as in 2026-W47.", param_hint="--week") from None
    rows = [
        (
            one.id,
            shown(one.start, zone),
            one.journey,
            one.unit,
            one.service or "",
            one.reference or "",
            *(_state(one, phase, zone) for phase in _PHASES),
        )
        for one in cards
    ]
    headers = ("contact", "start", "journey", "unit", "service", "reference", *_PHASES)
    table(headers, rows, f"No contact starts in {meant}.")


@contacts.command("show", epilog="Example: kundresa contacts show k3m9wq7hx2ptcd")
def show(contact: Annotated[str, typer.Argument(help=WHICH)]) -> None:
    """Show one contact, its follow-ups, and its invitation until somebody has begun with it."""
    with viewed_house(from_environment()) as view:
        found = card(view.tx, view.rooms, view.rooms.contacts.meant(view.tx, contact).id)
    printed(found)


def printed(card: Card) -> None:
    """One contact, for staff: what it is, what is planned or became of it, and its invitation."""
    zone = ZoneInfo(card.zone)
    what = ", ".join(code for code in (card.journey, card.unit, card.service, card.channel) if code)
    line(f"Contact: {card.id} ({what})")
    for name, value in (
        ("Reference", card.reference),
        ("Matter", card.matter),
        ("Cause", card.cause),
        ("Solved", card.solved),
        ("Outcome", card.outcome),
        ("Nothing is asked", card.not_asked),
    ):
        if value:
            line(f"{name}: {value}")
    line(f"Starts: {shown(card.start, zone)}" + (f", ends: {shown(card.end, zone)}" if card.end else ""))
    for name, moment in (("Moved", card.moved_at), ("Cancelled", card.cancelled_at)):
        if moment:
            line(f"{name}: {shown(moment, zone)}")
    for one in card.lines:
        line(f"  {one.phase:<7} {told(one, zone)}")
    if card.link:
        line(f"Invitation: {card.link}")
    elif card.code:
        line(f"Invitation code: {card.code}")
        line("The link is shown once `kundresa run` has spoken with Telegram.")
    elif card.invitation == "open":
        line("Invitation: from a poster or a card.")
    elif card.by_matter:
        line("Invitation: not needed; the person is known by the matter.")
    elif not card.cancelled_at and not card.not_asked:
        line("Invitation: used; somebody has begun.")


def told(one: Line, zone: ZoneInfo) -> str:
    """What is to be known of one follow-up: when it goes out and until when it is useful, or where it ended and why."""
    if one.state == "planned":
        handed = f"; handed over {shown(one.handed_over_at, zone)}" if one.handed_over_at else ""
        return f"{shown(one.due_at, zone)}, useful until {shown(one.useful_until, zone)}{handed}"
    if one.reason == "same-day":
        return "together with after (same day)"
    return f"{one.state} ({one.reason})" if one.reason else one.state


def _state(card: Card, phase: str, zone: ZoneInfo) -> str:
    for one in card.lines:
        if one.phase != phase:
            continue
        if one.state == "planned":
            return shown(one.due_at, zone) + ("" if one.bound else " (not opened)")
        if one.reason == "same-day":
            return "with after"
        reason = "staff" if one.reason.startswith("staff-") else one.reason  # why is on the contact's own card
        return f"{one.state}: {reason}" if reason else one.state
    return ""
