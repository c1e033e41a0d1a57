"""The simulation: a clock that jumps from one thing to the next, the offices' registering, citizens, and the heartbeat.

Everything goes the real way: contacts through their room, what citizens do through the door, the inbox and the desk,
what the house says through the outbox and the sender. Only who wakes whom, and the time, are this module's.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import simulated_words
from bot.clock import DAY
from bot.rooms import Rooms
from bot.simulated_chat import Deed, Device, Reader, SimulatedDoor, Taps
from bot.simulated_citizens import Citizen
from bot.simulated_manners import Deck
from bot.simulated_office import Happening, happenings, language
from bot.store import facts, inbox
from bot.store.database import Store, Transaction
from flows.calendar import local_moment

EXPORT_AT = time(6)
DAY_BEAT, NIGHT_BEAT = timedelta(minutes=15), timedelta(minutes=30)
OUTAGE = timedelta(minutes=10)

_NIGHT = (time(23), time(7))
_TIDY_EVERY = timedelta(hours=6)
_TAPS_KEPT = timedelta(seconds=150)  # as long as Telegram keeps a tap that nobody fetches
_FIRST_CHAT = 7_000_000_000
_AT_ONCE, _MET_BEFORE, _AT_LEAST, _AT_MOST = 0.06, 0.2, 50, 150
_OTHER_DEVICE, _LANGUAGE_KNOWN = 0.12, 0.35
_ACTIVE = timedelta(minutes=50)


@dataclass(slots=True)
class SimulatedClock:
    """The time of the simulation, in UTC; a `bot.clock.Now`."""

    moment: datetime

    def __call__(self) -> datetime:
        """The simulated moment."""
        return self.moment


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the simulation works with. `take` lets the desk take a batch; `monday` is called as each week has ended.

    `progress` hears how much of the simulated time has passed, from 0 to 1.
    """

    rooms: Rooms
    store: Store
    door: SimulatedDoor
    clock: SimulatedClock
    take: Callable[[], Awaitable[int]]
    monday: Callable[[], Awaitable[None]]
    progress: Callable[[float], None]


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    at: datetime
    number: int
    happens: Callable[[], Awaitable[None]] = field(compare=False)


def began_at(monday: date, zone: ZoneInfo) -> datetime:
    """When a simulation whose first week begins on `monday` begins, in UTC."""
    return local_moment(monday, EXPORT_AT, zone)


class Simulation:
    """`weeks` weeks from `monday` on, with whatever `seed` brings."""

    def __init__(self, around: Surroundings, *, seed: int, monday: date, weeks: int) -> None:
        self._around = around
        self._seed = seed
        self._zone = around.rooms.premises.zone
        self._began = began_at(monday, self._zone)
        self._ends = began_at(monday + timedelta(weeks=weeks), self._zone)
        self._middle = local_moment(monday + timedelta(days=7 * (weeks // 2) + 1), time(9), self._zone)
        self._reader = Reader(around.rooms.premises.library)
        self._words = simulated_words.read()
        self._deck = Deck(self._stream("deck"))
        self._meeting = self._stream("meeting")
        self._citizens: list[Citizen] = []
        self._by_chat: dict[int, Citizen] = {}
        self._events: list[_Event] = []
        self._numbered = 0
        self._tidied = self._began
        self._away_until: datetime | None = None
        self._held: list[tuple[datetime, Deed]] = []
        self.absences = 0
        for one in happenings(
            self._stream("offices"), monday, weeks, self._zone, around.rooms.premises.organisation.calendar
        ):
            self._at(one.registered_at, self._registering(one))
        for week in range(1, weeks + 1):
            self._at(began_at(monday + timedelta(weeks=week), self._zone), around.monday)
        self._at(self._began, self._beat)

    @property
    def planted(self) -> list[str]:
        """What citizens wrote that leads to a person: none of it may be found in what is stored."""
        return sorted({trace for citizen in self._citizens for trace in citizen.planted})

    async def run(self) -> None:
        """From the first moment to the last."""
        span = self._ends - self._began
        told = 0
        while self._events and self._events[0].at <= self._ends:
            event = heapq.heappop(self._events)
            self._around.clock.moment = max(event.at, self._around.clock.moment)
            await event.happens()
            passed = int(200 * ((event.at - self._began) / span))
            if passed > told:
                told = passed
                self._around.progress(min(1.0, passed / 200))

    def _stream(self, name: str) -> random.Random:
        # A stream of its own for each purpose: what one draws changes nothing for the others.
        return random.Random(f"{self._seed} {name}")  # noqa: S311 - to be repeated, not to be unguessable

    def _at(self, moment: datetime, happens: Callable[[], Awaitable[None]]) -> None:
        self._numbered += 1
        heapq.heappush(self._events, _Event(moment.astimezone(UTC), self._numbered, happens))

    def _registering(self, one: Happening) -> Callable[[], Awaitable[None]]:
        async def registers() -> None:
            around, now = self._around, self._around.clock()
            citizen = self._somebody()
            contact = one.contact
            if self._meeting.random() < _LANGUAGE_KNOWN:
                contact = replace(contact, language=citizen.language)
            registered = await around.store.write(around.rooms.contacts.register, contact, now)
            if registered.code is not None:
                citizen.invited(registered.code, one.experience, now)
                self._expect(citizen)
            if one.cancelled_at is not None:
                self._at(max(one.cancelled_at, now), self._cancelling(registered.id))

        return registers

    def _cancelling(self, contact: str) -> Callable[[], Awaitable[None]]:
        def cancelled(tx: Transaction, rooms: Rooms, now: datetime) -> None:
            rooms.changes.cancel(tx, contact, now)

        async def cancels() -> None:
            await self._around.store.write(cancelled, self._around.rooms, self._around.clock())
            await self._settle()

        return cancels

    def _somebody(self) -> Citizen:
        drawn = self._meeting.random()
        if self._citizens and drawn < _AT_ONCE:
            return self._citizens[-1]
        if len(self._citizens) >= _AT_LEAST and drawn < _MET_BEFORE:
            return self._citizens[-1 - self._meeting.randrange(min(len(self._citizens), _AT_MOST))]
        speaks = language(self._meeting)
        number = len(self._citizens) + 1
        other = speaks != "sv" and self._meeting.random() < _OTHER_DEVICE
        device = Device(_FIRST_CHAT + number, "sv" if other else speaks)
        citizen = Citizen(device, speaks, self._stream(f"citizen {number}"), self._words, self._deck, self._zone)
        self._citizens.append(citizen)
        self._by_chat[device.chat] = citizen
        return citizen

    def _expect(self, citizen: Citizen) -> None:
        at = citizen.next_at
        if at is not None:
            self._at(max(at, self._around.clock()), self._acting(citizen))

    def _acting(self, citizen: Citizen) -> Callable[[], Awaitable[None]]:
        async def acts() -> None:
            now = self._around.clock()
            deeds = citizen.acts(now)
            if deeds and self._away_until is not None:
                self._held += [(now, deed) for deed in deeds]
            elif deeds:
                messages = await self._around.door.bring(deeds)
                for message in messages:
                    citizen.wrote(message, now)
                await self._answered()
            self._expect(citizen)

        return acts

    async def _answered(self) -> None:
        """What has come in is taken, and what follows from it goes out."""
        while await self._around.take():
            pass
        await self._settle()

    async def _settle(self) -> None:
        """What is to go out goes, and citizens see it."""
        if self._away_until is not None:
            return
        around, now = self._around, self._around.clock()
        for shown in await around.door.carry():
            citizen = self._by_chat[shown.chat]
            before = citizen.next_at
            citizen.sees(shown, self._reader.read(shown), now)
            if citizen.next_at != before:
                self._expect(citizen)

    async def _beat(self) -> None:
        around, now = self._around, self._around.clock()
        wall = now.astimezone(self._zone).time()
        night = wall >= _NIGHT[0] or wall < _NIGHT[1]
        self._at(now + (NIGHT_BEAT if night else DAY_BEAT), self._beat)
        if self._away_until is not None:
            return
        if self._has_to_go(now):
            await self._goes_away(now)
            return
        while await around.store.write(around.rooms.beat, now):
            await self._settle()
        if now - self._tidied >= _TIDY_EVERY:
            self._tidied = now
            await around.store.write(_tidy, around.rooms, now)
        await self._settle()

    def _has_to_go(self, now: datetime) -> bool:
        """Once, in the middle of it all, when somebody has a question on the screen."""
        if self.absences or now < self._middle:
            return False
        waits = (citizen.waits_since() for citizen in self._citizens)
        return any(since is not None and now - since < _ACTIVE for since in waits)

    async def _goes_away(self, now: datetime) -> None:
        self.absences += 1
        self._away_until = now + OUTAGE
        await self._around.store.write(self._around.rooms.follow_ups.heard, now)
        self._at(self._away_until, self._comes_back)

    async def _comes_back(self) -> None:
        around, now = self._around, self._around.clock()
        self._away_until = None
        await around.store.write(around.rooms.follow_ups.heard, now)
        held = [deed for at, deed in self._held if not isinstance(deed, Taps) or now - at <= _TAPS_KEPT]
        self._held.clear()
        await around.door.bring(held)
        while await around.take():
            pass
        while await around.store.write(around.rooms.beat, now):
            pass
        await self._settle()


def _tidy(tx: Transaction, rooms: Rooms, now: datetime) -> None:
    inbox.tidy(tx, now)
    facts.forget_requests(tx, now - DAY)
    rooms.people.forget_without_purpose(tx, now)
