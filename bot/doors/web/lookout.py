"""Lookout: sees what was taken from the inbox and for whom something was written, and wakes those who wait for it.

One read of the database for everybody, each time the desk or the clock has done something. Tells a page only that
there is something new; what it is the page fetches itself. Whoever has a page open is here: what becomes due for them
is something new too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from bot.clock import Now
from bot.store import web_messages
from bot.store.database import Store, Transaction

MOST_OF_ONE, MOST_OF_ALL = 4, 2000
"""Open pages of one address, and of everybody, that are told at once what is new. Others see it when they look."""

DUE_EVERY = timedelta(seconds=20)
"""How often it is seen what has become due for those whose page is open."""

_log = logging.getLogger("kundresa.web")

Due = Callable[[Transaction, bytes, datetime], bool]
"""Whether something could be asked at once of the person at this address."""


class Lookout:
    """Watches one store."""

    def __init__(self, store: Store, now: Now, due: Due) -> None:
        self._store = store
        self._now = now
        self._due = due
        self._due_seen: datetime | None = None
        self._rung = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._awaited: dict[str, list[asyncio.Event]] = {}
        self._pages: dict[bytes, list[asyncio.Event]] = {}
        self._seen: int | None = None
        self._closed = False

    def wake(self) -> None:
        """Something may have been taken or written."""
        if self._closed or not (self._awaited or self._pages):
            return
        self._rung.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="web lookout")

    @contextmanager
    def awaiting(self, update_id: str) -> Iterator[asyncio.Event]:
        """An event that is set once the inbox row with this id has been taken."""
        taken = asyncio.Event()
        self._awaited.setdefault(update_id, []).append(taken)
        try:
            yield taken
        finally:
            self._awaited[update_id].remove(taken)
            if not self._awaited[update_id]:
                del self._awaited[update_id]

    @property
    def pages(self) -> int:
        """How many open pages are told what is new."""
        return sum(map(len, self._pages.values()))

    def has_room(self, lookup: bytes) -> bool:
        """Whether one more page of this address can be told what is new."""
        return not self._closed and len(self._pages.get(lookup, ())) < MOST_OF_ONE and self.pages < MOST_OF_ALL

    async def news(self, lookup: bytes) -> AsyncIterator[None]:
        """One item each time there is something new for this address, until everything is closed."""
        rung = asyncio.Event()
        self._pages.setdefault(lookup, []).append(rung)
        try:
            # What came, or became due, between the page and its stream was seen by nobody.
            if await self._store.read(self._has_news, lookup, self._now()):
                yield None
            while not self._closed:
                await rung.wait()
                rung.clear()
                if not self._closed:
                    yield None
        finally:
            self._pages[lookup].remove(rung)
            if not self._pages[lookup]:
                del self._pages[lookup]

    async def close(self) -> None:
        """Nobody is told anything any more; open pages are let go."""
        self._closed = True
        self._tell(list(self._pages))
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                await self._see_what_is_new()
                await self._see_what_is_due(self._now())
            except Exception as error:
                _log.error("what is new could not be read (%s)", type(error).__name__)

    async def _see_what_is_new(self) -> None:
        awaited, first = list(self._awaited), self._seen is None
        untaken, written, self._seen = await self._store.read(_news, awaited, self._seen)
        for update_id in set(awaited) - untaken:
            for taken in self._awaited.get(update_id, ()):
                taken.set()
        self._tell(list(self._pages) if first else written)

    async def _see_what_is_due(self, now: datetime) -> None:
        if not self._pages or (self._due_seen is not None and abs(now - self._due_seen) < DUE_EVERY):
            return
        self._due_seen = now
        self._tell(await self._store.read(self._due_for, list(self._pages), now))

    def _tell(self, lookups: Iterable[bytes]) -> None:
        for lookup in lookups:
            for rung in self._pages.get(lookup, ()):
                rung.set()

    def _has_news(self, tx: Transaction, lookup: bytes, now: datetime) -> bool:
        return web_messages.is_waiting(tx, lookup) or self._due(tx, lookup, now)

    def _due_for(self, tx: Transaction, lookups: Sequence[bytes], now: datetime) -> list[bytes]:
        return [lookup for lookup in lookups if self._due(tx, lookup, now)]


def _news(tx: Transaction, awaited: list[str], seen: int | None) -> tuple[set[str], list[bytes], int]:
    written = web_messages.waiting_since(tx, seen) if seen is not None else []
    return web_messages.untaken(tx, awaited) if awaited else set(), written, web_messages.last(tx)
