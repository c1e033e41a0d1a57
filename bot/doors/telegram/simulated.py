"""The Telegram door of the demo: intake, reading and sending are the real ones, only the wire is simulated.

Brings what simulated citizens did, and carries what the house says, one step after the other: nothing here waits for
real time, and no order depends on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from telegram import Bot

from bot.arrivals import Arrival
from bot.clock import Now
from bot.doors.telegram.intake import Intake
from bot.doors.telegram.reading import DOOR, arrival
from bot.doors.telegram.sending import OnUnreachable, Sender
from bot.doors.telegram.simulated_wire import SimulatedTelegram
from bot.keys import Keyring
from bot.simulated_chat import Deed, Shown
from bot.store.database import Store


class TelegramSimulated:
    """The Telegram door with the simulated wire: bring what citizens did, carry what the house says."""

    def __init__(
        self,
        *,
        store: Store,
        keyring: Keyring,
        now: Now,
        farewells: Mapping[str, str],
        repeats: Mapping[str, str],
        on_unreachable: OnUnreachable,
    ) -> None:
        """`farewells` and `repeats` are as in `door.Texts`."""
        self.telegram = SimulatedTelegram(now)
        bot = Bot("1:simulated", request=self.telegram, get_updates_request=self.telegram)
        self._intake = Intake(
            store=store, keyring=keyring, bot=bot, now=now, stored=lambda _: None, farewells=farewells
        )
        default = next(iter(repeats.values()), "")
        self._sender = _SteppedSender(
            store=store,
            keyring=keyring,
            bot=bot,
            now=now,
            rate=0,
            on_unreachable=on_unreachable,
            repeat_words=lambda language: repeats.get(language or "", default),
        )

    @property
    def name(self) -> str:
        """See `bot.simulated_chat.SimulatedDoor`."""
        return DOOR

    @property
    def readers(self) -> Mapping[str, Callable[[bytes], Arrival | None]]:
        """For the desk: how to read what this door brings."""
        return {DOOR: arrival}

    @property
    def refused(self) -> list[str]:
        """What Telegram would not have taken from us; see `SimulatedTelegram`."""
        return self.telegram.refused

    async def bring(self, deeds: Sequence[Deed]) -> tuple[int, ...]:
        """See `bot.simulated_chat.SimulatedDoor`."""
        happened = [self.telegram.happens(deed) for deed in deeds]
        raws = [raw for raw, _ in happened if raw is not None]
        if raws:
            await self._intake.take(raws)
            await asyncio.sleep(0)  # lets the taps be acknowledged
        return tuple(message for _, message in happened)

    async def carry(self) -> list[Shown]:
        """See `bot.simulated_chat.SimulatedDoor`."""
        await self._sender.until_idle()
        return self.telegram.shown()

    async def close(self) -> None:
        """Give up what is still under way."""
        await self._intake.close()


class _SteppedSender(Sender):
    """The real sender, one step after the other instead of for ever, so that nothing depends on real time."""

    async def until_idle(self) -> None:
        """Claim, deliver and settle until nothing may leave."""
        while True:
            await self._settle_and_claim()
            if not self._flying and not self._landed:
                return
            while self._flying:
                await asyncio.wait(self._flying)
