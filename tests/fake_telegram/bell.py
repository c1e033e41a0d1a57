"""A bell that rings at every change, so that a test can wait for a fact without polling.

It knows nothing of what changed: who waits looks again after each ring.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 20.0
"""Seconds that a fact may take to come true. It comes at once, but not on a machine that is busy with other things."""


class Bell:
    """Wakes every waiting task of one event loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake all who wait; each looks for itself whether its fact has come true."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, look: Callable[[], Found | None], seconds: float, missing: Callable[[], str]) -> Found:
        """Return the first value of `look()` that is not None, looking now and after each ring.

        Raises AssertionError with `missing()` as its text after so many `seconds`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (found := look()) is None:
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait_for(waiter, max(0.0, deadline - loop.time()))
            except TimeoutError:
                raise AssertionError(f"waited {seconds:g} s: {missing()}") from None
            finally:
                self._waiting.discard(waiter)
        return found
