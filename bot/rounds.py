"""The rounds: what the clock wakes, each in short transactions so that the bot goes on answering.

A round asks the store what is due and remembers nothing: one that was missed is made up for by the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import clock, digests, guessing, leftovers
from bot.clock import Heartbeat, Now
from bot.inbox_folder import taken_in
from bot.openings import House, Refused
from bot.settings import Settings
from bot.store import facts, inbox, web_messages, web_sessions
from bot.store.database import Transaction

BEAT_SECONDS = 5.0
TIDY_SECONDS = 3600.0
DIGEST_SECONDS = 60.0
LISTS_HOUR = 5
"""Each day 05:00 local: lists are taken in before anyone is at work."""

EXPORT_HOUR = 6
"""Monday 06:00 local: the week is closed and read before anyone is at work, and no change of the clocks skips it."""

REQUESTS_KEPT = clock.DAY
_log = logging.getLogger("kundresa.rounds")


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds of one house. `wake` lets the doors send."""

    house: House
    settings: Settings
    now: Now
    wake: Callable[[], None]

    async def beat(self) -> None:
        """Everything that is due."""
        while await self.house.store.write(self.house.rooms.beat, self.now()):
            self.wake()
        self.wake()

    async def settle(self) -> None:
        """Settle what erasures left outside the rows; the weekly files that they changed are made anew."""
        quiet = not self.house.premises.organisation.calendar.is_open(self.now())
        if await leftovers.settled(self.house.store, self.settings.exports, quiet=quiet):
            await self.export()

    async def tidy(self) -> None:
        """Forget what has outlived its time."""
        await self.house.store.write(self._tidied, self.now())
        while (await self.house.store.write(self.house.rooms.retention.tidy, self.now())).more:
            continue

    async def lists(self) -> None:
        """Take in the lists that lie in the watched folder."""
        if self.settings.inbox_folder is None:
            return
        try:
            await taken_in(self.house, self.settings.inbox_folder, self.now)
        except Refused as error:
            _log.error("%s", error)
        self.wake()

    async def export(self) -> None:
        """Make the weekly files that are not made yet."""
        from bot.workbook.export import make_up  # slow to read in, and no start need wait for it

        premises = self.house.premises
        await make_up(
            self.house.store,
            folder=self.settings.exports,
            organisation=premises.organisation,
            language=premises.languages[0],
            now=self.now(),
            zone=premises.zone,
            simulated=premises.simulated,
        )

    async def digest(self) -> None:
        """Send the week in brief to whom it has not gone yet."""
        if await digests.sent(self.house, self.settings, self.now()):
            self.wake()

    def begun(self) -> Heartbeat:
        """A heart that beats for all of them."""
        heartbeat = Heartbeat(self.house.premises.zone)
        heartbeat.every(BEAT_SECONDS, self.beat)
        heartbeat.every(BEAT_SECONDS, self.settle)
        heartbeat.every(TIDY_SECONDS, self.tidy)
        heartbeat.every(DIGEST_SECONDS, self.digest)
        heartbeat.nightly(LISTS_HOUR, self.lists)
        heartbeat.mondays(EXPORT_HOUR, self.export)
        heartbeat.once(self.export)
        heartbeat.once(self.lists)
        heartbeat.start()
        return heartbeat

    def _tidied(self, tx: Transaction, now: datetime) -> None:
        inbox.tidy(tx, now)
        guessing.tidy(tx, now)
        self.house.rooms.staff.tidy(tx, now)
        self.house.rooms.returns.tidy(tx, now)
        web_sessions.tidy(tx, now)
        web_messages.tidy(tx, now)
        facts.forget_requests(tx, now - REQUESTS_KEPT)
        self.house.rooms.people.forget_without_purpose(tx, now)
        self.house.rooms.call_backs.promises.tidy(tx, now)
