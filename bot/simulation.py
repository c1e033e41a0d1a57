"""The simulation: a clock that jumps from one thing to the next: what staff do, what citizens do, and the heartbeat.

Everything goes the real way: contacts through their rooms, what citizens do through the door, the inbox and the desk,
what the house says through the outbox and the sender. Only who wakes whom, and the time, are this module's.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import guessing, simulated_words
from bot.clock import DAY
from bot.openings import House
from bot.rooms import Rooms
from bot.simulated_analysts import CODED_AT, CODED_DAY, Analysts
from bot.simulated_chat import Deed, Reader, SimulatedDoor, Taps
from bot.simulated_citizens import Citizen
from bot.simulated_days import Days, Happens
from bot.simulated_members import Members
from bot.simulated_office import happenings
from bot.simulated_staff import OFFICE_HOURS, Staff
from bot.simulated_town import Town
from bot.store import facts, inbox
from bot.store.database import Transaction
from flows.calendar import by_local_days, local_moment

EXPORT_AT = time(6)
LET_IN_DAY, LET_IN_AT = 2, time(14)
"""A demo that is looked at stands still here: on a Wednesday afternoon there is something to see on both sides."""

DAY_BEAT, NIGHT_BEAT = timedelta(minutes=15), timedelta(minutes=30)
OUTAGE = timedelta(minutes=10)

_NIGHT = (time(23), time(7))
_TIDY_EVERY = timedelta(hours=6)
_TAPS_KEPT = timedelta(seconds=150)  # as long as Telegram keeps a tap that nobody fetches
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

    `settle` settles what erasures leave outside the rows. `folder` is the demo's own. `progress` hears how much of the
    simulated time has passed, from 0 to 1.
    """

    house: House
    folder: Path
    door: SimulatedDoor
    clock: SimulatedClock
    take: Callable[[], Awaitable[int]]
    monday: Callable[[], Awaitable[None]]
    settle: Callable[[], Awaitable[None]]
    progress: Callable[[float], None]


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    at: datetime
    number: int
    happens: Happens = field(compare=False)


def began_at(monday: date, zone: ZoneInfo) -> datetime:
    """When a simulation whose first week begins on `monday` begins, in UTC."""
    return local_moment(monday, EXPORT_AT, zone)


class Simulation:
    """`weeks` weeks from `monday` on, with whatever `seed` brings."""

    def __init__(self, around: Surroundings, *, seed: int, monday: date, weeks: int) -> None:
        self._around = around
        self._store, self._rooms = around.house.store, around.house.rooms
        self._seed = seed
        self._zone = around.house.premises.zone
        self._began = began_at(monday, self._zone)
        self._ends = began_at(monday + timedelta(weeks=weeks), self._zone)
        self._middle = local_moment(monday + timedelta(days=7 * (weeks // 2) + 1), time(9), self._zone)
        self._reader = Reader(around.house.premises.library)
        self._town = Town(self._stream, self._lookup, simulated_words.read(), self._zone)
        self.members = Members(around.house, self._stream("members"))
        self._staff = Staff(around.house, around.folder, self._stream("staff"), self.members)
        self._analysts = Analysts(around.house, self._stream("analysts"), self.members)
        self._events: list[_Event] = []
        self._numbered = 0
        self._tidied = self._began
        self._away_until: datetime | None = None
        self._held: list[tuple[datetime, Deed]] = []
        self.absences = 0
        for week in range(1, weeks + 1):
            self.at(began_at(monday + timedelta(weeks=week), self._zone), around.monday)
            coding_day = monday + timedelta(weeks=week - 1, days=CODED_DAY)
            self.at(local_moment(coding_day, CODED_AT, self._zone), self._code)
        days = Days(self, self._staff, self._town, self._stream("days"), around.clock, self._zone)
        calendar = around.house.premises.organisation.calendar
        day = monday + timedelta(weeks=weeks, days=LET_IN_DAY)
        while not calendar.is_open(local_moment(day, LET_IN_AT, self._zone)):
            day += timedelta(days=1)
        self._let_in = local_moment(day, LET_IN_AT, self._zone)
        days.plan(happenings(self._stream("offices"), monday, weeks, self._zone, calendar), monday, weeks)
        self.at(self._began, partial(self.members.join, self._began))
        self.at(local_moment(monday, OFFICE_HOURS[0], self._zone), self._morning)
        self.at(self._began, self._beat)

    @property
    def planted(self) -> list[str]:
        """What citizens wrote that leads to a person: none of it may be found in what is stored."""
        return sorted({trace for citizen in self._town for trace in citizen.planted})

    @property
    def counted(self) -> Counter[str]:
        """What staff did that no row tells."""
        return self._staff.counted

    async def run(self) -> None:
        """From the first moment to the end of the last week."""
        span = self._ends - self._began
        told = 0
        while await self._happened(self._ends):
            passed = int(200 * ((self._around.clock() - self._began) / span))
            if passed > told:
                told = passed
                self._around.progress(min(1.0, passed / 200))

    async def go_on(self) -> None:
        """After `run`: into the week that has just begun, until visitors are let in."""
        while await self._happened(self._let_in):
            continue
        self._around.clock.moment = self._let_in

    async def _happened(self, until: datetime) -> bool:
        if not self._events or self._events[0].at > until:
            return False
        event = heapq.heappop(self._events)
        self._around.clock.moment = max(event.at, self._around.clock.moment)
        await event.happens()
        return True

    def _stream(self, name: str) -> random.Random:
        # A stream of its own for each purpose: what one draws changes nothing for the others.
        return random.Random(f"{self._seed} {name}")  # noqa: S311 - to be repeated, not to be unguessable

    def _lookup(self, chat: int) -> bytes:
        return self._around.house.premises.keyring.lookup(self._around.door.name, str(chat))

    def at(self, moment: datetime, happens: Happens) -> None:
        """This happens then, after whatever was to happen at that moment already."""
        self._numbered += 1
        heapq.heappush(self._events, _Event(moment.astimezone(UTC), self._numbered, happens))

    def expect(self, citizen: Citizen) -> None:
        """The citizen is woken when they want to do something."""
        at = citizen.next_at
        if at is not None:
            self.at(max(at, self._around.clock()), partial(self._acts, citizen))

    async def _acts(self, citizen: Citizen) -> None:
        now = self._around.clock()
        deeds = citizen.acts(now)
        if deeds and self._away_until is not None:
            self._held += [(now, deed) for deed in deeds]
        elif deeds:
            messages = await self._around.door.bring(deeds)
            for message in messages:
                citizen.wrote(message, now)
            await self._answered()
        self.expect(citizen)

    async def _answered(self) -> None:
        """What has come in is taken, and what follows from it goes out."""
        while await self._around.take():
            pass
        await self.settle()

    async def settle(self) -> None:
        """What is to go out goes, and citizens see it."""
        if self._away_until is not None:
            return
        around, now = self._around, self._around.clock()
        for shown in await around.door.carry():
            citizen = self._town.of_chat(shown.chat)
            before = citizen.next_at
            citizen.sees(shown, self._reader.read(shown), now)
            if citizen.next_at != before:
                self.expect(citizen)

    async def _code(self) -> None:
        await self._analysts.code(self._around.clock())

    async def _morning(self) -> None:
        now = self._around.clock()
        self.at(by_local_days(now, 1, self._zone), self._morning)
        hours = self._around.house.premises.organisation.working_hours()
        if hours.is_working_day(now.astimezone(self._zone).date()):
            await self.members.sign_in(now)

    async def _beat(self) -> None:
        around, now = self._around, self._around.clock()
        wall = now.astimezone(self._zone).time()
        night = wall >= _NIGHT[0] or wall < _NIGHT[1]
        self.at(now + (NIGHT_BEAT if night else DAY_BEAT), self._beat)
        if self._away_until is not None:
            return
        if self._has_to_go(now):
            await self._goes_away(now)
            return
        for called in await self._staff.calls(now):
            self._town.of_lookup(called.lookup).is_called(talked=called.talked)
        while await self._store.write(self._rooms.beat, now):
            await self.settle()
        if now - self._tidied >= _TIDY_EVERY:
            self._tidied = now
            await self._store.write(_tidy, self._rooms, now)
        await self.settle()
        await around.settle()

    def _has_to_go(self, now: datetime) -> bool:
        """Once, in the middle of it all, when somebody has a question on the screen."""
        if self.absences or now < self._middle:
            return False
        waits = (citizen.waits_since() for citizen in self._town)
        return any(since is not None and now - since < _ACTIVE for since in waits)

    async def _goes_away(self, now: datetime) -> None:
        self.absences += 1
        self._away_until = now + OUTAGE
        await self._store.write(self._rooms.follow_ups.heard, now)
        self.at(self._away_until, self._comes_back)

    async def _comes_back(self) -> None:
        around, now = self._around, self._around.clock()
        self._away_until = None
        await self._store.write(self._rooms.follow_ups.heard, now)
        held: Sequence[Deed] = [deed for at, deed in self._held if not isinstance(deed, Taps) or now - at <= _TAPS_KEPT]
        self._held.clear()
        await around.door.bring(held)
        while await around.take():
            pass
        while await self._store.write(self._rooms.beat, now):
            pass
        await self.settle()


def _tidy(tx: Transaction, rooms: Rooms, now: datetime) -> None:
    inbox.tidy(tx, now)
    guessing.tidy(tx, now)
    facts.forget_requests(tx, now - DAY)
    rooms.people.forget_without_purpose(tx, now)
    rooms.call_backs.promises.tidy(tx, now)
    rooms.retention.tidy(tx, now)
