"""The simulated offices: which contacts take place, how they come to be known, and what becomes of them.

A plan, drawn beforehand. What staff do about it is `simulated_staff`'s part.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.contacts import NewContact
from bot.simulated_experiences import Experience, drawn, lived
from bot.simulated_manners import FATES, Deck
from flows.calendar import Calendar, by_local_days, local_moment

LANGUAGES = (("sv", 0.70), ("fi", 0.15), ("en", 0.15))
A_WEEK = (92, 110)
"""How few and how many occasions a week has; of some kinds each brings several contacts."""

LIST_AT = time(7)
"""Each Monday the booking system's list of the week's visits is there."""

SERVICE_CENTRE = "service-centre"
"""The unit whose customers are colleagues."""

SICK_UNIT, SICK_DAY = "centrum", 2
"""Where everything is cancelled on the Wednesday of the middle week."""

Way = Literal["list", "desk", "matter", "poster", "card"]

_KINDS = (("visit", 0.38), ("call", 0.36), ("letter", 0.06), ("internal", 0.09), ("school", 0.035), ("scan", 0.075))
_LISTED, _ON_CARDS = 0.7, 0.45
_UNITS = (("centrum", 0.38), ("norr", 0.33), ("soder", 0.29))
_SERVICES = (("building", 0.45), ("childcare", 0.55))
_FUNCTIONS = (
    *(("switchboard", 2.0), ("staff-direct", 3.0), ("it-support", 4.0), ("finance-support", 2.0)),
    *(("procurement", 1.0), ("case-system-a", 2.0), ("case-system-b", 1.0)),
)
_CALLED_OFF, _LEFT_OUT, _REBOOKED = 0.01, 0.015, 0.35
_NOTED = {"visit": 0.45, "call": 0.15}
_OUTCOMES = (("granted", 0.55), ("partly", 0.2), ("denied", 0.2), ("other", 0.05))
_SOLVED = (("yes", 0.6), ("ongoing", 0.25), ("no", 0.15))
_REASONS = (
    *(("declined-in-advance", 3.0), ("no-shared-language", 2.0), ("staff-judgement", 2.0)),
    *(("sensitive-situation", 2.0), ("protected-identity", 1.0)),
)
_DAYS = ((0, 0.26), (1, 0.22), (2, 0.2), (3, 0.18), (4, 0.14))
_HOURS = (8, 16)


@dataclass(frozen=True, slots=True)
class Change:
    """What staff learn of a contact later. `start` is its new one; `rebooked` by the next list, not by hand."""

    at: datetime
    what: Literal["moved", "cancelled", "left-out", "noted", "rebooked"]
    start: datetime | None = None
    reason: str = ""
    outcome: str | None = None
    cause: str | None = None
    solved: str | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One contact: when and how it is registered, as what, how it was, and what is learned of it later.

    `way`: on a Monday's list; by somebody at a desk; as a later contact of a matter, without a letter of its own; or
    by whoever it is about, with a poster or a card. Then `there` is when they say they were there.
    """

    registered_at: datetime
    way: Way
    contact: NewContact
    experience: Experience
    changes: tuple[Change, ...] = field(default=())
    there: str = ""


def happenings(chance: random.Random, monday: date, weeks: int, zone: ZoneInfo, calendar: Calendar) -> list[Happening]:
    """The contacts that start within `weeks` weeks from `monday` on, and what is booked for the time after.

    So are those of the week that has just begun then, for a demo that goes on. In the order of their registration.
    `monday` is where the middle is counted from, too.
    """
    first = local_moment(monday, LIST_AT, zone)
    end = local_moment(monday + timedelta(weeks=weeks + 1), time(0), zone)
    found: list[Happening] = []
    fates = Deck(chance, FATES)
    # Two weeks more, so that visits are booked ahead until the very end.
    for week in range(weeks + 2):
        office = _Office(chance, zone, calendar, week >= weeks // 2, first, f"{monday.year}-{week + 1:02}", fates)
        for _ in range(chance.randint(*A_WEEK)):
            day = monday + timedelta(days=7 * week + int(drawn([(str(day), part) for day, part in _DAYS], chance)))
            start = local_moment(day, time(chance.randrange(*_HOURS), 5 * chance.randrange(12)), zone)
            found += office.occasion(start)
    return sorted((one for one in found if one.registered_at < end), key=lambda one: one.registered_at)


def language(chance: random.Random) -> str:
    """A citizen's own language."""
    return drawn(LANGUAGES, chance)


@dataclass(slots=True)
class _Office:
    """One week's occasions. `first` is the first list's moment: what was booked before comes with it."""

    chance: random.Random
    zone: ZoneInfo
    calendar: Calendar
    later: bool
    first: datetime
    name: str
    fates: Deck
    numbered: int = 0

    def occasion(self, start: datetime) -> Iterator[Happening]:
        kind = drawn(_KINDS, self.chance)
        made = {
            "visit": self._visit,
            "call": self._call,
            "letter": self._letter,
            "internal": self._internal,
            "school": self._school,
            "scan": self._scan,
        }[kind](start)
        yield from (one for one in made if self.calendar.is_open(one.contact.start))

    def _visit(self, start: datetime) -> list[Happening]:
        end = start + timedelta(minutes=self.chance.choice((20, 30, 30, 45)))
        listed = self.chance.random() < _LISTED
        new, experience = self._told("office-visit", "visit", start, end, numbered=listed)
        ahead = timedelta(days=self.chance.randint(2, 10), minutes=self.chance.randrange(-180, 180))
        at = self._list_before(start) if listed else max(start - ahead, self.first)
        if at >= start:
            return []
        changes = [*self._fate(at, start), *self._noted("visit", end, experience)]
        again = by_local_days(at, 7, self.zone)
        if listed and not changes and again < start and self.chance.random() < _REBOOKED:
            moved = self._open_day(start, self.chance.randint(1, 3))
            changes.append(Change(again - timedelta(minutes=5), "rebooked", start=moved))
        return [Happening(at, "list" if listed else "desk", new, experience, tuple(changes))]

    def _call(self, start: datetime) -> list[Happening]:
        end = start + timedelta(minutes=self.chance.randint(3, 25))
        new, experience = self._told("phone-call", "phone", start, end)
        cause = experience.cause if self.chance.random() < 0.7 else None
        at = max(end + timedelta(minutes=self.chance.randint(1, 30)), self.first)
        changes = [*self._noted("call", end, experience)]
        if self.chance.random() < _CALLED_OFF:
            changes.append(Change(at + timedelta(minutes=40), "cancelled"))
        return [Happening(at, "desk", replace(new, cause=cause, solved=drawn(_SOLVED, self.chance)), experience,
                          tuple(changes))]  # fmt: skip

    def _letter(self, start: datetime) -> list[Happening]:
        new, experience = self._told("decision-letter", "letter", start, None)
        outcome = drawn(_OUTCOMES, self.chance) if self.chance.random() < 0.9 else None
        at = max(start + timedelta(minutes=10), self.first)
        return [Happening(at, "desk", replace(new, outcome=outcome), experience)]

    def _internal(self, start: datetime) -> list[Happening]:
        end = start + timedelta(minutes=self.chance.randint(4, 20))
        channel = drawn((("phone", 0.6), ("email", 0.4)), self.chance)
        function = drawn(_FUNCTIONS, self.chance)
        experience = lived(self.chance, SERVICE_CENTRE, function, channel, start, self.later)
        new = NewContact("service-centre", SERVICE_CENTRE, start, end, service=function, channel=channel,
                         cause=experience.cause, solved=drawn(_SOLVED, self.chance))  # fmt: skip
        at = max(end + timedelta(minutes=self.chance.randint(1, 15)), self.first)
        return [Happening(at, "desk", new, experience)]

    def _school(self, start: datetime) -> list[Happening]:
        """A child's start, step by step: applied for, offered, visited, and the first month."""
        self.numbered += 1
        unit, matter = drawn(_UNITS, self.chance), f"FS {self.name}-{self.numbered:03}"
        offered = self._open_day(start, self.chance.randint(6, 9))
        visited = self._open_day(offered, self.chance.randint(6, 9))
        begun = self._open_day(visited, 7)
        steps = (
            ("web", start, start + timedelta(minutes=20), start),
            ("letter", offered, None, offered),
            ("visit", visited, visited + timedelta(hours=1), by_local_days(visited, -3, self.zone)),
            (None, begun, by_local_days(begun, 30, self.zone), begun),
        )
        made: list[Happening] = []
        for channel, at, end, known in steps:
            new = NewContact(
                "school-start", unit, at, end, service="childcare", channel=channel, matter=matter,
                reference=f"{matter}/{len(made) + 1}",
            )  # fmt: skip
            experience = lived(self.chance, unit, "childcare", channel, at, self.later)
            way: Way = "matter" if made else "desk"
            made.append(Happening(max(known, self.first), way, new, experience))
        return made

    def _scan(self, start: datetime) -> list[Happening]:
        """Somebody scans a poster or a card: while they wait, on the way out, or some day after."""
        way: Way = "card" if self.chance.random() < _ON_CARDS else "poster"
        there = drawn((("now", 0.4), ("today", 0.38), ("earlier", 0.15), ("no", 0.07)), self.chance)
        new, experience = self._told("office-visit", "visit", start, None)
        return [Happening(max(start, self.first), way, new, experience, there=there)]

    def _told(
        self, journey: str, channel: str, start: datetime, end: datetime | None, *, numbered: bool = False
    ) -> tuple[NewContact, Experience]:
        unit, service = drawn(_UNITS, self.chance), drawn(_SERVICES, self.chance)
        experience = lived(self.chance, unit, service, channel, start, self.later)
        referred = f"2026-{self.chance.randrange(100_000, 1_000_000)}" if self.chance.random() < 0.5 else None
        self.numbered += 1
        reference = f"B{self.name}-{self.numbered:03}" if numbered else referred
        left_out = drawn(_REASONS, self.chance) if self.chance.random() < _LEFT_OUT else None
        return NewContact(
            journey, unit, start, end, service=service, channel=channel, reference=reference, not_asked=left_out
        ), experience

    def _fate(self, known: datetime, start: datetime) -> list[Change]:
        """At most one of: cancelled, moved, left out."""
        fate = self.fates.deal()
        hours = timedelta(hours=self.chance.choice((-26, -20, -3, 2)))
        at = max(start + hours, known + timedelta(hours=1))
        soon = max(start - timedelta(hours=self.chance.randint(3, 40)), known + timedelta(hours=1))
        if fate == "cancelled":  # usually the day before; some people simply do not come
            return [Change(at, "cancelled")]
        if fate == "moved" and soon < start:
            return [Change(soon, "moved", start=self._open_day(start, self.chance.randint(1, 5)))]
        return [Change(soon, "left-out", reason=drawn(_REASONS, self.chance))] if fate == "left-out" else []

    def _noted(self, kind: str, end: datetime, experience: Experience) -> list[Change]:
        if self.chance.random() >= _NOTED[kind]:
            return []
        at = by_local_days(end, self.chance.randint(0, 6), self.zone) + timedelta(minutes=50)
        outcome = drawn(_OUTCOMES, self.chance)
        solved = drawn(_SOLVED, self.chance) if kind == "visit" else None
        return [Change(at, "noted", outcome=outcome, solved=solved, cause=experience.cause)]

    def _open_day(self, start: datetime, days: int) -> datetime:
        moved = by_local_days(start, days, self.zone)
        while not self.calendar.is_open(moved) or moved.astimezone(self.zone).weekday() > 4:
            moved = by_local_days(moved, 1, self.zone)
        return moved

    def _list_before(self, start: datetime) -> datetime:
        """A list has the visits from its Tuesday to the Tuesday after, so those of each Tuesday stand in two."""
        day = start.astimezone(self.zone).date() - timedelta(days=2)
        return max(local_moment(day - timedelta(days=day.weekday()), LIST_AT, self.zone), self.first)
