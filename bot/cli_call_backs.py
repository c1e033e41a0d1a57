"""The commands about call-backs: what they take and print. A number is shown only to whoever asks for numbers."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import clock
from bot.commands_call_backs import CallBackDone, DoneCallBack
from bot.errands import carried_out
from bot.keys import Keyring, Unreadable
from bot.moments import shown
from bot.openings import viewed_house
from bot.organisation import meant
from bot.promises import SEALED_FOR
from bot.screen import line, table
from bot.settings import from_environment
from bot.store import call_backs as rows
from bot.store.call_backs import Listed

call_backs = typer.Typer(help="Promises to call: who waits for a call, and what came of it.", no_args_is_help=True)

_HEADERS = ("call-back", "deadline", "overdue", "way", "slot", "unit", "service", "became")


@call_backs.command("list", epilog="Example: kundresa call-backs list --overdue --numbers")
def list_(
    unit: Annotated[str | None, typer.Option(help="Only of this unit, by its code.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose deadline has passed.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also those done or withdrawn.")] = False,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Show the numbers to call: personal data, mind who sees the screen.")
    ] = False,
) -> None:
    """List promised calls, the nearest deadline first."""
    now = clock.now()
    with viewed_house(from_environment()) as view:
        premises = view.rooms.premises
        if unit is not None:
            meant(unit, premises.organisation.units, "unit")
        found = rows.listed(view.tx, unit=unit, late_at=now if overdue else None, every=all_)
        drawn = [_row(one, premises.zone, now, premises.keyring if numbers else None) for one in found]
    headers = (*_HEADERS, "number") if numbers else _HEADERS
    table(headers, drawn, "Nobody waits for a call." if not overdue else "No call is overdue.")


@call_backs.command("done", epilog="Example: kundresa call-backs done k3m9wq7hx2ptcd --outcome reached")
def done(
    call_back: Annotated[str, typer.Argument(help="Its id, as `call-backs list` shows it.")],
    outcome: Annotated[str, typer.Option(help="reached, not-reached, or met (they called, or came by).")],
) -> None:
    """The call was made, or the person met: their number is deleted at once. This can't be undone."""
    asked = DoneCallBack(call_back, outcome)
    kept = asyncio.run(carried_out(from_environment(), "call-backs.done", asked, CallBackDone, clock.now))
    line(f"Done: {kept.call_back} ({kept.outcome}, {'in time' if kept.in_time else 'promise not kept in time'}).")
    if kept.asked_about_at is not None:
        line(f"The person is asked about it on {shown(kept.asked_about_at, ZoneInfo(kept.zone))}.")


def _row(one: Listed, zone: ZoneInfo, now: datetime, keyring: Keyring | None) -> tuple[str, ...]:
    became = one.outcome or ("withdrawn" if one.state == "withdrawn" else "")
    late = "overdue" if one.state == "open" and one.deadline < now else ""
    told = (one.id, shown(one.deadline, zone), late, one.way, one.slot or "", one.unit, one.service or "", became)
    return told if keyring is None else (*told, _number(one, keyring))


def _number(one: Listed, keyring: Keyring) -> str:
    if one.sealed is None:
        return "deleted" if one.way == "call-me" else ""
    try:
        return keyring.unseal(one.sealed, purpose=SEALED_FOR).decode()
    except Unreadable:
        return "can't be read with this key"
