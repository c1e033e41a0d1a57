"""Batches: the rows of a file as several commands, none of them too large, each tried or done.

A batch is one transaction, so that the bot goes on answering in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from bot.clock import Now
from bot.imports import BATCH_ROWS
from bot.openings import House
from bot.requests import K, Request, Turn
from bot.rooms import Rooms
from bot.store.database import Transaction

LARGEST_BATCH = 48 * 1024
"""Bytes of rows in one request; what else stands in it is less than what `command_socket` allows beyond that."""


class Batch(Protocol):
    """What a command that takes rows in is asked for. A dry run stores nothing."""

    @property
    def dry_run(self) -> bool:
        """Whether to try it only."""


B = TypeVar("B", bound=Batch)
R = TypeVar("R", bound=msgspec.Struct)


def batches_of(rows: Iterable[R]) -> Iterator[tuple[R, ...]]:
    """The rows in runs that one request can hold; the last one is empty where there are no rows at all."""
    batch: list[R] = []
    size = 0
    for row in rows:
        length = len(msgspec.json.encode(row)) + 1
        if batch and (len(batch) >= BATCH_ROWS or size + length > LARGEST_BATCH):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(row)
        size += length
    yield tuple(batch)


@dataclass(frozen=True, slots=True)
class TriedOrDone(Generic[B, K]):
    """A turn, unless it is a dry run: that one is undone whole, and not even the request is remembered.

    `tried` does what the turn would have done, and gives what is told of it.
    """

    turn: Turn[B, K]
    tried: Callable[[Transaction, Rooms, B, datetime], msgspec.Struct]

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        asked = msgspec.json.decode(request.arguments, type=self.turn.takes)
        if not asked.dry_run:
            return await self.turn.performed(house, request, now)
        try:
            await house.store.write(self._undone, house.rooms, asked, now())
        except _Undone as undone:
            return msgspec.Raw(msgspec.json.encode(undone.told))
        raise AssertionError("a dry run was kept")

    def _undone(self, tx: Transaction, rooms: Rooms, asked: B, now: datetime) -> None:
        raise _Undone(self.tried(tx, rooms, asked, now))


class _Undone(Exception):
    """Undoes a transaction once what it would have come to is known."""

    def __init__(self, told: msgspec.Struct) -> None:
        super().__init__()
        self.told = told
