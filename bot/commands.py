"""Commands that write, by name, and how each is performed: here, or in the process that holds the database."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot import (
    commands_call_backs,
    commands_coding,
    commands_contacts,
    commands_due,
    commands_erasures,
    commands_export,
    commands_import,
    commands_invitations,
    commands_parked,
    commands_staff,
)
from bot.clock import Now
from bot.openings import REFUSALS, House
from bot.requests import Command, Reply, Request

COMMANDS: Mapping[str, Command] = {
    **commands_call_backs.COMMANDS,
    **commands_coding.COMMANDS,
    **commands_contacts.COMMANDS,
    **commands_due.COMMANDS,
    **commands_erasures.COMMANDS,
    **commands_import.COMMANDS,
    **commands_invitations.COMMANDS,
    **commands_parked.COMMANDS,
    **commands_export.COMMANDS,
    **commands_staff.COMMANDS,
}
"""Every command that writes, by name."""


async def performed(house: House, request: Request, now: Now) -> Reply:
    """Do what is requested, once. Never raises for what was asked; what is refused leaves nothing behind."""
    command = COMMANDS.get(request.command)
    if command is None:
        return Reply(ok=False, refused=f"There is no command '{request.command}'. Is one of the two programs older?")
    try:
        return Reply(ok=True, result=await command.performed(house, request, now))
    except msgspec.ValidationError as error:
        return Reply(ok=False, refused=f"{request.command}: {error}.")
    except REFUSALS as error:
        return Reply(ok=False, refused=str(error))
