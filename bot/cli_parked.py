"""The commands about parked updates: what they take and print."""

from __future__ import annotations

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import clock
from bot.commands_parked import Retried, RetryParked
from bot.errands import carried_out
from bot.moments import shown
from bot.screen import line, table
from bot.settings import from_environment
from bot.store import inbox
from bot.store.view import viewed

parked = typer.Typer(help="What came in and could not be taken, after five attempts.", no_args_is_help=True)


@parked.command("list", epilog="Example: kundresa parked list")
def list_parked() -> None:
    """List what is parked: never what was written, only which row failed and how."""
    with viewed(from_environment().database) as tx:
        found = inbox.parked(tx)
    zone = ZoneInfo("UTC")
    rows = [
        (
            str(one.id),
            one.door,
            one.fault,
            str(one.attempts),
            f"{shown(one.received_at, zone)} UTC",
            f"{shown(one.parked_at, zone)} UTC",
            "yes" if one.can_retry else "wiped",
        )
        for one in found
    ]
    table(("row", "door", "fault", "attempts", "received", "parked", "can be tried"), rows, "Nothing is parked.")


@parked.command("retry", epilog="Example: kundresa parked retry 4711")
def retry(
    row: Annotated[int | None, typer.Argument(help="One row, as `parked list` shows it; without it all.")] = None,
) -> None:
    """Let parked updates begin anew, with five attempts."""
    retried = asyncio.run(carried_out(from_environment(), "parked.retry", RetryParked(row), Retried, clock.now))
    line(f"{retried.rows} to be taken anew.")
