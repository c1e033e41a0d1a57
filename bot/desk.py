"""The desk: takes inbox rows in order and gives each to whom it concerns. Parks what keeps failing.

Many rows share one transaction, each in its savepoint: one that fails is undone alone, and the rest of its chat waits,
so that order holds within a chat and no chat waits for another. The raw update is wiped in the commit of its turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.arrivals import Arrival
from bot.citizens import Citizens
from bot.clock import Now
from bot.keys import Keyring
from bot.staff_chat import StaffChats
from bot.store import inbox
from bot.store.database import Store, Transaction
from bot.store.disk import of_the_disk

BATCH = 100
_log = logging.getLogger("kundresa.desk")

Reader = Callable[[bytes], Arrival | None]
"""How a door reads one of its raw updates: an arrival, None where there is nothing to do, or an exception."""


class Desk:
    """Where everything that came in is taken."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        citizens: Citizens,
        readers: Mapping[str, Reader],
        now: Now,
        answered: Callable[[], None],
        staff_chats: StaffChats | None = None,
    ) -> None:
        """`readers` by door; `answered` is called when there may be something to send.

        Without `staff_chats` whatever comes in is a citizen's.
        """
        self._store = store
        self._keyring = keyring
        self._citizens = citizens
        self._readers = readers
        self._now = now
        self._answered = answered
        self._staff_chats = staff_chats
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something has come in."""
        self._rung.set()

    async def serve(self) -> None:
        """Take what comes in, for ever. What the store didn't take waits in the inbox until the next ring."""
        trouble = ""
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                while await self.take_batch():
                    self._answered()
                trouble = ""
            except Exception as error:
                # Once for each kind of trouble: the heart rings every few seconds.
                if trouble != type(error).__name__:
                    trouble = type(error).__name__
                    _log.error("the database took nothing (%s). Check its disk; what came in is kept.", trouble)

    async def take_batch(self) -> int:
        """Take up to `BATCH` waiting rows in one transaction; returns how many were tried."""
        return await self._store.write(self._take, self._now())

    def _take(self, tx: Transaction, now: datetime) -> int:
        failed: set[bytes] = set()
        tried = 0
        for row in inbox.waiting(tx, now, BATCH):
            if row.lookup in failed:
                continue
            tried += 1
            try:
                with tx.savepoint():
                    self._turn(tx, row, now)
                    inbox.settled(tx, row.id, now)
            except Exception as error:  # a poison update must not stop the stream, whatever it raises
                if of_the_disk(error):
                    raise  # no update's fault: nothing is counted against any
                if row.lookup:
                    failed.add(row.lookup)
                fault = type(error).__name__
                parked = inbox.failed(tx, row.id, now, fault)
                _log.error(
                    "inbox row %d could not be taken (%s)%s", row.id, fault, "; it is parked" if parked else "",
                    exc_info=error if parked else None,
                )  # fmt: skip
        return tried

    def _turn(self, tx: Transaction, row: inbox.Waiting, now: datetime) -> None:
        arrival = self._readers[row.door](self._keyring.unseal(row.raw, purpose=b"inbox"))
        if arrival is None or (self._staff_chats is not None and self._staff_chats.take(tx, arrival, now)):
            return
        self._citizens.take(tx, arrival, now)
