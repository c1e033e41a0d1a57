"""Long errands: many commands in a row, taken to whoever has the database.

A house is opened once for many of them, and closed again every few seconds, so that others get their turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import uuid4

import msgspec

from bot.clock import Now
from bot.commands import performed
from bot.errands import carried_out
from bot.lock import Locked, held
from bot.openings import Refused, opened_house
from bot.requests import Request
from bot.settings import Settings

HELD_SECONDS = 4.0
"""Other commands, and `run` when it starts, wait five seconds for the database."""

PAUSE_SECONDS = 0.3
"""Others look every 0.2 seconds at most whether it is free."""

R = TypeVar("R")


async def carried_out_in_order(
    settings: Settings,
    command: str,
    arguments: Iterable[msgspec.Struct],
    result: type[R],
    now: Now,
    done: Callable[[R], None],
) -> None:
    """Do a command once for each of `arguments`; `done` is called with each result. Raises as `errands.carried_out`.

    What was done before one is refused stays done.
    """
    rest = iter(arguments)
    waiting = next(rest, None)
    while waiting is not None:
        try:
            with held(settings.database):
                async with opened_house(settings) as house:
                    until = time.monotonic() + HELD_SECONDS
                    while waiting is not None and time.monotonic() < until:
                        raw = msgspec.Raw(msgspec.json.encode(waiting))
                        reply = await performed(house, Request(uuid4().hex, command, raw), now)
                        if not reply.ok:
                            raise Refused(reply.refused)
                        done(msgspec.json.decode(reply.result, type=result))
                        waiting = next(rest, None)
        except Locked:
            if waiting is not None:
                done(await carried_out(settings, command, waiting, result, now))
                waiting = next(rest, None)
        else:
            if waiting is not None:
                await asyncio.sleep(PAUSE_SECONDS)
