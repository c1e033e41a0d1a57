"""The intake: updates -> inbox rows, committed; only then may anybody acknowledge them. Never reads what they say.

`Intake.take` serves polling and webhook alike: updates that arrive together share a commit. What follows the commit
(acknowledging taps, leaving groups) is done in the background and may fail: nothing that counts hangs on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass

from telegram import Bot
from telegram.error import TelegramError

from bot.clock import Now
from bot.doors.telegram.methods import answer_tap
from bot.doors.telegram.reading import DOOR, Peek, peek, update_key
from bot.keys import Keyring
from bot.store import inbox
from bot.store.database import Store
from bot.store.inbox import Received

_LOG = logging.getLogger(__name__)

_UNREADABLE = "an update could not be read; it is kept, and parked after its attempts (see: kundresa parked list)"


@dataclass(frozen=True, slots=True)
class _Batch:
    received: list[Received]
    committed: asyncio.Future[None]


class Intake:
    """Keeps updates. `stored` hears of the chats (lookups) that something new was committed for, each time."""

    def __init__(
        self,
        *,
        store: Store,
        keyring: Keyring,
        bot: Bot,
        now: Now,
        stored: Callable[[Sequence[bytes]], None],
        farewells: Mapping[str, str],
        stays_in: int | None = None,
    ) -> None:
        """`farewells` is what a group is told in each language before the bot leaves it; the first is the default.

        `stays_in` is the organisation's own group, which it does not leave; what is written there is not kept either.
        """
        self._store = store
        self._keyring = keyring
        self._bot = bot
        self._now = now
        self._stored = stored
        self._farewells = farewells
        self._waiting: list[_Batch] = []
        self._committing: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self._stays_in = stays_in
        self._groups: set[int] = set()

    async def take(self, raws: Sequence[bytes]) -> None:
        """Return once these updates are committed; raise what the store raises if they aren't.

        Updates of chats that are no private ones are not kept: the bot leaves such a chat.
        """
        seen = [peek(raw) for raw in raws]
        kept = [(raw, one) for raw, one in zip(raws, seen, strict=True) if one.group is None]
        if kept:
            await self._commit([self._received(raw, one) for raw, one in kept])
        for one in seen:
            if one.tap is not None:
                self._begin(self._acknowledge(one.tap))
            elif one.group is not None and one.gone:
                self._groups.discard(one.group)
            elif one.group is not None and one.group != self._stays_in and one.group not in self._groups:
                self._groups.add(one.group)
                self._begin(self._leave(one.group, one.language))

    async def close(self) -> None:
        """Finish what is being committed; give up the errands that follow."""
        if self._committing is not None:
            await asyncio.wait([self._committing])
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)

    def _received(self, raw: bytes, seen: Peek) -> Received:
        if seen.update_id is None or seen.address is None:
            _LOG.warning("Telegram: %s", _UNREADABLE)
        return Received(
            door=DOOR,
            update_id=update_key(raw, seen),
            lookup=self._keyring.lookup(DOOR, seen.address) if seen.address is not None else b"",
            raw=self._keyring.seal(raw, purpose=inbox.PURPOSE),
            received_at=self._now(),
        )

    async def _commit(self, received: list[Received]) -> None:
        batch = _Batch(received, asyncio.get_running_loop().create_future())
        self._waiting.append(batch)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_waiting())
        # A caller that is cancelled must not take the others' commit with it.
        await asyncio.shield(batch.committed)

    async def _commit_waiting(self) -> None:
        while self._waiting:
            batches, self._waiting = self._waiting, []
            rows = [row for batch in batches for row in batch.received]
            try:
                await self._store.write(inbox.receive, rows)
            except Exception as error:
                for batch in batches:
                    batch.committed.set_exception(error)
                    batch.committed.exception()  # its caller may be gone: then nobody else would look at it
            else:
                for batch in batches:
                    batch.committed.set_result(None)
                self._stored([row.lookup for row in rows])

    def _begin(self, errand: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _acknowledge(self, tap: str) -> None:
        try:
            await answer_tap(self._bot, tap)
        except TelegramError:
            # "Query is too old" is as good as done. Else the app shows its clock a little longer; the tap is kept.
            _LOG.debug("a tap was not acknowledged")

    async def _leave(self, group: int, language: str | None) -> None:
        default = next(iter(self._farewells.values()), "")
        farewell = self._farewells.get((language or "").partition("-")[0], default)
        try:
            if farewell:
                await self._bot.send_message(group, farewell)
        except TelegramError:
            _LOG.debug("a group could not be told why we leave")
        try:
            await self._bot.leave_chat(group)
            _LOG.info(
                "Telegram: somebody added the bot to a group; it has left, for it talks with one person at a time"
            )
        except TelegramError as error:
            _LOG.warning("Telegram: the bot could not leave a group (%s); it tries again at the next message", error)
            self._groups.discard(group)
