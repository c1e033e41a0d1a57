"""Requests: what a command asks for and what it is told. One request, with an id, is done once.

A command is a function of a transaction, so that it runs the same in the process that asks and in the one that holds
the database. What is remembered of a request never holds a code: codes are made anew when the reply is told again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from bot.clock import Now
from bot.openings import House
from bot.rooms import Rooms
from bot.store import facts
from bot.store.database import Transaction


class Request(msgspec.Struct, frozen=True):
    """One request. The same `id` again is answered as before, and done no second time."""

    id: str
    command: str
    arguments: msgspec.Raw


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """Done, with a result; or refused, with one line that says why and what to do."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    refused: str = ""


A = TypeVar("A")
K = TypeVar("K")


class Command(Protocol):
    """Anything that can be asked for."""

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        """The result as JSON."""


@dataclass(frozen=True, slots=True)
class Turn(Generic[A, K]):
    """A command that is one transaction. `done` gives what is remembered, `told` from it what is told."""

    takes: type[A]
    remembers: type[K]
    done: Callable[[Transaction, Rooms, A, datetime], K]
    told: Callable[[Transaction, Rooms, K], msgspec.Struct]

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        arguments = msgspec.json.decode(request.arguments, type=self.takes)
        return await house.store.write(self._once, house.rooms, request.id, arguments, now())

    def _once(self, tx: Transaction, rooms: Rooms, id_: str, arguments: A, now: datetime) -> msgspec.Raw:
        remembered = facts.reply_to(tx, id_)
        if remembered is not None:
            kept = msgspec.json.decode(remembered, type=self.remembers)
        else:
            kept = self.done(tx, rooms, arguments, now)
            facts.keep_reply(tx, id_, msgspec.json.encode(kept), now)
        return msgspec.Raw(msgspec.json.encode(self.told(tx, rooms, kept)))
