"""Errands: a command taken to whoever has the database: this process if nobody has it, else the one that does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TypeVar
from uuid import uuid4

import msgspec

from bot.clock import Now
from bot.command_socket import NotAnswering, ReplyLost, hand_over
from bot.commands import performed
from bot.lock import Locked, held
from bot.openings import Refused, opened_house
from bot.requests import Reply, Request
from bot.settings import Settings

TRIES = 25
PAUSE_SECONDS = 0.2
"""Five seconds in all: another command has the database for a moment, `run` while it starts or stops."""

R = TypeVar("R")


async def carried_out(settings: Settings, command: str, arguments: msgspec.Struct, result: type[R], now: Now) -> R:
    """Do a command of `commands.COMMANDS`; its result. Refused, or what opening a house raises, with one clear line.

    A lost reply is asked for again under the same id, so nothing is done twice.
    """
    try:
        request = Request(uuid4().hex, command, msgspec.Raw(msgspec.json.encode(arguments)))
    except UnicodeEncodeError:
        raise Refused("What was written is no text in UTF-8. Write it anew, or set the terminal to UTF-8.") from None
    reply = await _replied(settings, request, now)
    if not reply.ok:
        raise Refused(reply.refused)
    return msgspec.json.decode(reply.result, type=result)


async def _replied(settings: Settings, request: Request, now: Now) -> Reply:
    handed_over = False
    for attempt in range(TRIES):
        if attempt:
            await asyncio.sleep(PAUSE_SECONDS)
        with suppress(Locked), held(settings.database):
            async with opened_house(settings) as house:
                return await performed(house, request, now)
        try:
            return await hand_over(settings.database, request)
        except NotAnswering:
            continue
        except ReplyLost:
            handed_over = True
    if handed_over:
        raise Refused("It was handed over and no reply came. Look whether it was done before you ask for it again.")
    raise Refused(f"{settings.database}: another process of Kundresa has it and takes no commands. Try again soon.")
