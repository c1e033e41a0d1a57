"""Carries updates to a webhook: in order per lane, retried until a 2xx answer or the update's end.

A chat's messages are one lane, each person's taps another, so the two may overtake each other, as
they do at Telegram. Back-off is Telegram's shape (once at once, then doubling) on a quick clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from .queue import Lane, Queued, UpdateQueue


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to deliver: address, secret header (or ""), most connections at once."""

    url: str
    secret: str
    max_connections: int


class Courier:
    """Delivers the queue to one webhook."""

    def __init__(self, queue: UpdateQueue, now: Callable[[], float], backoff: float) -> None:
        self.hook: Hook | None = None
        self.last_error: tuple[int, str] | None = None
        self.attempts = 0
        self._queue = queue
        self._now = now
        self._backoff = backoff
        self._lanes: dict[Lane, deque[Queued]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(1)

    def start(self, hook: Hook) -> None:
        """Begin delivering to this webhook, what waits first."""
        self.hook = hook
        self.last_error = None
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._places = asyncio.Semaphore(hook.max_connections)
        self._queue.on_push = self._admit
        for entry in self._queue.pending():
            self._admit(entry)

    async def stop(self) -> None:
        """Stop delivering; an attempt under way is cut off."""
        self.hook = None
        self._queue.on_push = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _admit(self, entry: Queued) -> None:
        lane = self._lanes.get(entry.lane)
        if lane is not None:
            lane.append(entry)
            return
        self._lanes[entry.lane] = deque([entry])
        task = asyncio.get_running_loop().create_task(self._work(entry.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, name: Lane) -> None:
        lane = self._lanes[name]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[name]

    async def _deliver(self, entry: Queued) -> None:
        failures = 0
        while not entry.gone and self._now() < entry.expires_at:
            async with self._places:
                wait = await self._attempt(entry)
            if wait is None:
                self._queue.forget(entry)
                return
            failures += 1
            if failures > 1:
                await asyncio.sleep(wait or min(self._backoff * 2 ** (failures - 2), 60.0))
        self._queue.pending()  # lets the queue note that this one expired

    async def _attempt(self, entry: Queued) -> float | None:
        """Post the update. None after a 2xx answer, else the seconds the receiver asked for (or 0)."""
        assert self.hook is not None
        assert self._session is not None
        self.attempts += 1
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook.secret} if self.hook.secret else {}
        try:
            async with self._session.post(self.hook.url, json=entry.update, headers=headers) as reply:
                if 200 <= reply.status < 300:
                    return None
                text = f"Wrong response from the webhook: {reply.status} {reply.reason}"
                asked = reply.headers.get("Retry-After", "0")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            text, asked = f"Connection failed: {type(error).__name__}", "0"
        self.last_error = (int(self._now()), text)
        return min(float(asked), 3600.0) if asked.isdecimal() else 0.0
