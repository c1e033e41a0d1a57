"""Sending: takes rows from the outbox, several chats side by side, and writes down what became of them.

One loop: results that have landed and new claims share a commit. A slow or refused message holds nothing but its own
chat. When the way to Telegram is shut, or it answers with errors of its own, nothing more is claimed until a harmless
request (getMe) goes through: so an outage makes doubtful only what was on its way when it began.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.clock import Now
from bot.doors.telegram.delivery import Delivered, Doubtful, Moved, Postponed, Refused, Result, Unreachable, deliver
from bot.doors.telegram.limits import Limits
from bot.doors.telegram.polling import LONGEST_PAUSE, Pause
from bot.doors.telegram.reading import DOOR
from bot.doors.telegram.wire import Flooded
from bot.keys import Keyring, Unreadable
from bot.store import outbox
from bot.store.database import Store, Transaction
from bot.store.outbox import Claimed

_LOG = logging.getLogger(__name__)

AT_ONCE = 48
"""Messages on their way at the same time. The rest of the 64 connections is for polling and acknowledging taps."""
IDLE_SECONDS = 2.0
"""How often the outbox is looked at when nobody wakes the loop."""
GRACE_SECONDS = 5.0
ADDRESS = b"address"
"""What addresses are sealed for."""
EDITS_TRIED = 10
"""An edit without an answer is tried again so often. It can do no harm, but must not go on for ever."""

_REMEMBERED = 200
_TELL_AFTER = 3

OnUnreachable = Callable[[Transaction, bytes, datetime], None]
"""What else follows when nothing reaches a chat: (transaction, its lookup, the moment). It must not raise."""


@dataclass(frozen=True, slots=True)
class _Landed:
    row: Claimed
    rested: bool
    result: Result


class Sender:
    """The sending loop."""

    def __init__(
        self,
        *,
        store: Store,
        keyring: Keyring,
        bot: Bot,
        now: Now,
        rate: float,
        on_unreachable: OnUnreachable,
        repeat_words: Callable[[str | None], str],
        pause: Pause = asyncio.sleep,
    ) -> None:
        """`rate` is messages a second over all chats, 0 = no limits. `repeat_words` takes a language or None and
        returns what stands before the text of a message that may have arrived already.
        """
        self._store = store
        self._keyring = keyring
        self._bot = bot
        self._now = now
        self._on_unreachable = on_unreachable
        self._repeat_words = repeat_words
        self._pause = pause
        self._rate = rate
        self._limits = Limits(rate, 0.0)
        self._awake = asyncio.Event()
        self._stopping = False
        self._flying: dict[asyncio.Task[Result], tuple[Claimed, bool]] = {}
        self._landed: list[_Landed] = []
        self._preferred: OrderedDict[bytes, None] = OrderedDict()
        self._asking: asyncio.Task[None] | None = None
        self.trouble = ""
        """What is wrong now, for whoever asks; empty when messages leave."""

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._awake.set()

    def prefer(self, lookups: Sequence[bytes]) -> None:
        """These chats wrote just now: their answers go before what others are sent unasked."""
        for lookup in lookups:
            self._preferred[lookup] = None
            self._preferred.move_to_end(lookup)
        while len(self._preferred) > _REMEMBERED:
            self._preferred.popitem(last=False)

    async def run(self) -> None:
        """Send until stopped. Cancelling it is a stop, too: what is on its way gets a few seconds to land."""
        work = asyncio.ensure_future(self._work())
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait([work])
            raise

    def stop(self) -> None:
        """Claim nothing more; `run` returns once what is on its way has landed, or after a few seconds' grace."""
        if not self._stopping:
            self._stopping = True
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._give_up)
        self._awake.set()

    async def _work(self) -> None:
        self._limits = Limits(self._rate, _moment())
        recovered = False
        failures = 0
        try:
            while not self._done():
                self._awake.clear()
                try:
                    if not recovered:
                        await self._store.write(outbox.recover, self._now())
                        recovered = True
                    wait = await self._settle_and_claim()
                    failures = 0
                    self._clear_trouble()
                except Exception as error:
                    # What has landed stays in memory and is written when the store takes it.
                    failures += 1
                    self._tell(f"the database took nothing ({type(error).__name__}). Check its disk")
                    if self._stopping and not self._flying:
                        return
                    wait = min(2.0 ** min(failures, 10) / 20, LONGEST_PAUSE)
                    await self._until_awake(wait)
                    continue
                if not self._landed and not self._done():
                    await self._until_awake(wait)
        finally:
            if self._asking is not None:
                self._asking.cancel()

    async def _settle_and_claim(self) -> float:
        """One commit: results, repeats that are due, new claims. Returns seconds to wait if nothing wakes us."""
        moment = _moment()
        landed = tuple(self._landed)
        tired = self._limits.tired(moment)
        preferred = tuple(self._preferred)
        room = 0 if self._stopping or self._asking is not None else AT_ONCE - len(self._flying)
        allowed = self._limits.room(moment)
        most = room if allowed is None else min(room, allowed)
        if not landed and most == 0:
            return self._limits.wait(moment) if room > 0 else IDLE_SECONDS
        now = self._now()

        def change(tx: Transaction) -> tuple[list[Claimed], datetime | None]:
            for one in landed:
                self._settle(tx, one, now)
            if most == 0:
                return [], None
            for row in outbox.unsettled(tx, now):
                outbox.repeat(tx, row.id, self._repeat_words(row.language), now)
            claimed = outbox.claim(tx, now, most, tired, preferred)
            return claimed, outbox.next_at(tx, now) if len(claimed) < most else None

        claimed, next_at = await self._store.write(change)
        del self._landed[: len(landed)]
        moment = _moment()
        for row in claimed:
            rested = self._limits.spend(row.lookup, moment)
            task = asyncio.create_task(self._deliver(row))
            self._flying[task] = (row, rested)
            task.add_done_callback(self._land)
        later = [IDLE_SECONDS, *tired.values()]
        if len(claimed) == most < room:
            later.append(self._limits.wait(moment))  # there may be more, and only the limits hold it
        if next_at is not None:
            later.append((next_at - now).total_seconds())
        return max(0.001, min(later))

    async def _deliver(self, row: Claimed) -> Result:
        try:
            address = self._keyring.unseal(row.sealed, purpose=ADDRESS).decode()
        except (Unreadable, UnicodeDecodeError):
            return Refused("its address can't be opened with this key")
        return await deliver(self._bot, row, address)

    def _land(self, task: asyncio.Task[Result]) -> None:
        row, rested = self._flying.pop(task)
        result = Doubtful("given up at the end") if task.cancelled() else task.result()
        self._landed.append(_Landed(row, rested, result))
        match result:
            case Postponed("flood", _, seconds):
                _LOG.warning("Telegram: it wants a pause of %g s for %s", seconds, "all chats" if rested else "a chat")
                if rested:
                    self._limits.hold(seconds, _moment())
            case Postponed("shut", fault):
                if row.attempts == _TELL_AFTER:
                    _LOG.warning("Telegram: outbox row %d could not be sent, it is tried again: %s", row.id, fault)
                self._ask_whether_open()
            case Doubtful():
                self._ask_whether_open()
            case Refused(fault) if row.kind == "send":
                _LOG.error("Telegram: outbox row %d was refused and is not sent: %s", row.id, fault)
        self._awake.set()

    def _settle(self, tx: Transaction, landed: _Landed, now: datetime) -> None:
        row = landed.row
        back_off = timedelta(seconds=min(2.0 ** min(row.attempts - 1, 10), LONGEST_PAUSE))
        match landed.result:
            case Delivered(key):
                outbox.sent(tx, row.id, key, now)
            case Refused(fault):
                outbox.failed(tx, row.id, fault)
            case Unreachable(fault):
                outbox.failed(tx, row.id, fault)
                outbox.unreachable(tx, row.lookup, now)
                self._on_unreachable(tx, row.lookup, now)
            case Postponed("flood", fault, seconds):
                outbox.requeue(tx, row.id, now + timedelta(seconds=seconds), fault)
            case Postponed(_, fault):
                outbox.requeue(tx, row.id, now + back_off, fault)
            case Doubtful(fault) if row.kind == "edit":
                if row.attempts >= EDITS_TRIED:
                    outbox.failed(tx, row.id, fault)
                else:
                    outbox.requeue(tx, row.id, now + back_off, fault)
            case Doubtful():
                outbox.unknown(tx, row.id, now)
            case Moved(address):
                outbox.requeue(tx, row.id, None, "the chat has moved")
                sealed = self._keyring.seal(address.encode(), purpose=ADDRESS)
                outbox.migrated(tx, row.lookup, self._keyring.lookup(DOOR, address), sealed)

    def _ask_whether_open(self) -> None:
        if self._asking is None and not self._stopping:
            self._asking = asyncio.create_task(self._until_open())

    async def _until_open(self) -> None:
        wait = 0.0
        while True:
            seconds: float | None = None
            try:
                await self._bot.get_me()
            except Flooded as flooded:
                seconds = flooded.seconds
            except InvalidToken:
                self._tell(
                    "it does not accept the token, so nothing can be sent. Set TELEGRAM_BOT_TOKEN to a valid one"
                )
            except TelegramError as error:
                self._tell(f"nothing can be sent: {error}. The bot goes on trying; check the network if this lasts")
            except Exception as error:
                self._tell(f"its answer makes no sense ({type(error).__name__}). Check KUNDRESA_TELEGRAM_API")
            else:
                break
            wait = min(max(1.0, wait * 2), LONGEST_PAUSE)
            await self._pause(wait if seconds is None else seconds)
        self._asking = None
        self._awake.set()

    async def _until_awake(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            pass

    def _done(self) -> bool:
        return self._stopping and not self._flying and not self._landed

    def _give_up(self) -> None:
        for task in self._flying:
            task.cancel()

    def _clear_trouble(self) -> None:
        if self.trouble and self._asking is None:
            _LOG.info("Telegram: messages leave again")
            self.trouble = ""

    def _tell(self, trouble: str) -> None:
        # Once for each kind of trouble, or an outage would fill the log.
        if trouble != self.trouble:
            _LOG.warning("Telegram: %s.", trouble)
            self.trouble = trouble


def _moment() -> float:
    return asyncio.get_running_loop().time()
