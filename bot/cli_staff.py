"""The commands about members of staff: what they take and print. A link is shown once, on the screen alone."""

from __future__ import annotations

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from bot import clock
from bot.commands_staff import AddMember, LinkMember, MemberTold, RemoveMember
from bot.errands import carried_out
from bot.moments import shown
from bot.openings import viewed_house
from bot.screen import line, table
from bot.settings import from_environment
from bot.store import staff as rows
from bot.store.staff import ROLES

staff = typer.Typer(help="Who may use the console: members of staff and their roles.", no_args_is_help=True)

_HEADERS = ("member", "name", "role", "unit", "e-mail", "language", "last seen")
_MEMBER = "Their id, as `staff list` shows it, or their e-mail address."


@staff.command(
    "add", epilog="Example: kundresa staff add 'Front desk' --role staff --unit main --email desk@example.org"
)
def add(
    name: Annotated[str, typer.Argument(help="What colleagues know them by.")],
    role: Annotated[str, typer.Option(help=f"What they may do: {', '.join(ROLES)}.")],
    unit: Annotated[str | None, typer.Option(help="The only unit they see, by its code; staff need one.")] = None,
    email: Annotated[str | None, typer.Option(help="Where links to sign in with are sent.")] = None,
    lang: Annotated[str | None, typer.Option(help="The language they read in; without it the first.")] = None,
) -> None:
    """Let somebody use the console, and show a link with which they sign in once."""
    told = _done("staff.add", AddMember(name, role, email, unit, lang))
    line(f"Added: {told.name} ({told.role}{f', {told.unit}' if told.unit else ''}), {told.member}")
    _show_link(told)


@staff.command("list", epilog="Example: kundresa staff list")
def list_() -> None:
    """List who may use the console, and when they last did."""
    with viewed_house(from_environment()) as view:
        zone = view.rooms.premises.zone
        drawn = [
            (
                one.id,
                one.name,
                one.role,
                one.unit or "",
                one.email or "",
                one.language,
                shown(one.seen_at, zone) if one.seen_at is not None else "",
            )
            for one in rows.everybody_seen(view.tx)
        ]
    table(_HEADERS, drawn, "Nobody yet. The first: kundresa staff add NAME --role admin")


@staff.command("remove", epilog="Example: kundresa staff remove desk@example.org")
def remove(member: Annotated[str, typer.Argument(help=_MEMBER)]) -> None:
    """They work here no more: signed out everywhere at once. The log keeps what they did. This can't be undone."""
    told = _done("staff.remove", RemoveMember(member))
    line(f"Removed: {told.name} ({told.role}), {told.member}")


@staff.command("link", epilog="Example: kundresa staff link desk@example.org")
def link(member: Annotated[str, typer.Argument(help=_MEMBER)]) -> None:
    """Show a new link with which a member signs in once."""
    _show_link(_done("staff.link", LinkMember(member)))


def _done(command: str, asked: msgspec.Struct) -> MemberTold:
    return asyncio.run(carried_out(from_environment(), command, asked, MemberTold, clock.now))


def _show_link(told: MemberTold) -> None:
    if told.link is None or told.until is None:
        line("No link: KUNDRESA_PUBLIC_URL is not set. Set it to where browsers reach the console, then:")
        line(f"  kundresa staff link {told.member}")
        return
    line(f"Signs in once, until {shown(told.until, ZoneInfo(told.zone))}: {told.link}")
