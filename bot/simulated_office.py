"""The simulated offices: which contacts take place in the demo, when they are registered, and how they went.

One unit is better at receiving people than the others; from the middle week on it prevents some of the contacts that
need not have been, and the others learn a little from it. So the workbook has something to show. Nothing is stored.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.contacts import NewContact
from bot.simulated_words import Subject, Tone
from flows.calendar import Calendar, local_moment

PILOT = "norr"
"""The unit that is better, and that tries something new from the middle week on."""

LANGUAGES = (("sv", 0.70), ("fi", 0.15), ("en", 0.15))
A_WEEK = (98, 116)
"""How few and how many contacts a week has."""

_UNITS = (("centrum", 0.38), ("norr", 0.33), ("soder", 0.29))
_SERVICES = (("building", 0.45), ("childcare", 0.55))
_VISITS = 0.45
_CANCELLED = 0.04
_FAILING = {"visit": 0.36, "phone": 0.46}
_VALUE = (("new-matter", 0.6), ("advice", 0.4))
_FAILURE = (("waited", 0.4), ("did-not-follow", 0.2), ("did-not-find", 0.2), ("something-wrong", 0.2))
_DAYS = ((0, 0.26), (1, 0.22), (2, 0.2), (3, 0.18), (4, 0.14))
_HOURS = (8, 16)

# The best known reference: SKR's measurement of municipalities' phone service in 2024 has 84 for being treated and 75
# for ease, of 100; on a scale of five 4.4 and 4.0.
_TREATED, _EASE, _WHOLE = 4.1, 3.8, 3.8
_SPREAD = 0.9
_NEAR, _FAR = 0.6, 1.0  # how far answers lie around what was lived, and around what was expected or felt

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "looked": {"website": 5, "e-service": 2, "asked-us": 3, "searched": 3, "someone": 2, "did-not": 2, "other": 1},
    "told": {"nobody": 6, "family": 5, "social-media": 1, "to-us": 1, "press": 0.3, "other": 1},
    "mattered": {"booking": 1, "reception": 2, "meeting": 5, "result": 3, "number": 1, "waiting": 2, "call": 5},
    "began": {"today": 2, "last-week": 4, "last-month": 4, "longer-ago": 3},
    "wrong": {"before-us": 2, "booking": 2, "number": 2, "waiting": 3, "call": 3, "meeting": 3, "result": 3},
    "need": {"seen": 3, "understand": 5, "next": 6, "no-repeat": 4, "myself": 2, "safe": 2, "other": 1},
}


@dataclass(frozen=True, slots=True)
class Experience:
    """How one contact was for the citizen. `treated`, `ease` and `whole` lie around the middle of a five-step scale."""

    unit: str
    service: str
    channel: str
    start: datetime
    treated: float
    ease: float
    whole: float
    cause: str
    failing: bool

    @property
    def subject(self) -> Subject:
        """What to write about."""
        tone: Tone = "good" if self.whole >= 3.9 else "bad" if self.whole < 3.1 else "mixed"
        return Subject(self.service, self.channel, tone)

    def answer(self, topic: str, codes: Sequence[str], chance: random.Random) -> str:
        """The code, one of `codes`, that the citizen finds fitting in a question about `topic`."""
        if set(codes) == {"1", "2", "3", "4", "5"}:
            around, spread = self._around(topic)
            return str(min(5, max(1, round(chance.gauss(around, spread)))))
        if topic == "cause":
            return self.cause if self.cause in codes and chance.random() < 0.93 else chance.choice(codes)
        if topic == "repeat":
            return "yes" if chance.random() < (0.6 if self.failing else 0.12) else "no"
        if topic == "helped":
            good = min(0.9, max(0.1, (self.whole - 1.6) / 3))
            rest = 1 - good
            weights = {"yes": good, "partly": rest * 0.45, "no": rest * 0.35, "not-yet": rest * 0.2}
            return drawn([(code, weights.get(code, 0.05)) for code in codes], chance)
        known = _WEIGHTS.get(topic, {})
        return drawn([(code, known.get(code, 1.0)) for code in codes], chance)

    def answers(self, topic: str, codes: Sequence[str], chance: random.Random) -> tuple[str, ...]:
        """One to three codes; one alone where it says that there are none."""
        found = {self.answer(topic, codes, chance) for _ in range(chance.randint(1, 3))}
        alone = found & {"nobody", "did-not"}
        return tuple(sorted(alone or found))

    def _around(self, topic: str) -> tuple[float, float]:
        known = {"treated": self.treated, "ease": self.ease, "whole": self.whole}
        if topic in known:
            return known[topic], _NEAR
        usual = {"feeling": 3.3, "expect": 3.2, "before-then": 2.9, "trust": 3.5, "answer-clear": 3.6}
        return usual.get(topic, 3.4) + (-0.5 if self.failing else 0.2), _FAR


@dataclass(frozen=True, slots=True)
class Happening:
    """One contact: when it is registered, as what, how it was, and when it is cancelled, if it is."""

    registered_at: datetime
    contact: NewContact
    experience: Experience
    cancelled_at: datetime | None


def happenings(chance: random.Random, monday: date, weeks: int, zone: ZoneInfo, calendar: Calendar) -> list[Happening]:
    """The contacts that start within `weeks` weeks from `monday` on, and visits booked for the time after.

    In the order of their registration. `monday` is where the middle is counted from, too.
    """
    found = []
    # Two weeks more, so that visits are booked ahead until the very end.
    for week in range(weeks + 2):
        later = week >= weeks // 2
        for _ in range(chance.randint(*A_WEEK)):
            day = monday + timedelta(days=7 * week + int(drawn([(str(day), part) for day, part in _DAYS], chance)))
            wall = time(chance.randrange(*_HOURS), 5 * chance.randrange(12))
            start = local_moment(day, wall, zone)
            visit = chance.random() < _VISITS
            happening = _visit(chance, start, later) if visit else _call(chance, start, later)
            if calendar.is_open(start):
                found.append(happening)
    first = local_moment(monday, time(7), zone)
    end = local_moment(monday + timedelta(weeks=weeks), time(0), zone)
    # What was booked before the first day comes with the booking list on the first morning.
    held = [_registered_from(one, first + timedelta(seconds=at)) for at, one in enumerate(found)]
    return sorted((one for one in held if one.registered_at < end), key=lambda one: one.registered_at)


def language(chance: random.Random) -> str:
    """A citizen's own language."""
    return drawn(LANGUAGES, chance)


def drawn(weighted: Sequence[tuple[str, float]], chance: random.Random) -> str:
    """One of them, each as likely as its weight says."""
    return chance.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]


def _registered_from(one: Happening, first: datetime) -> Happening:
    if one.registered_at >= first:
        return one
    cancelled = one.cancelled_at if one.cancelled_at is None else max(one.cancelled_at, first + timedelta(hours=1))
    return Happening(first, one.contact, one.experience, cancelled)


def _visit(chance: random.Random, start: datetime, later: bool) -> Happening:
    experience = _experience(chance, start, "visit", later)
    end = start + timedelta(minutes=chance.choice((20, 30, 30, 45)))
    ahead = timedelta(days=chance.randint(2, 10), minutes=chance.randrange(-180, 180))
    cancelled = None
    if chance.random() < _CANCELLED:
        # Usually the day before; some people simply do not come.
        cancelled = start + timedelta(hours=chance.choice((-26, -20, -3, 2)))
    return Happening(start - ahead, _contact(chance, "office-visit", experience, start, end), experience, cancelled)


def _call(chance: random.Random, start: datetime, later: bool) -> Happening:
    experience = _experience(chance, start, "phone", later)
    end = start + timedelta(minutes=chance.randint(3, 25))
    registered = end + timedelta(minutes=chance.randint(1, 30))
    cancelled = registered + timedelta(minutes=40) if chance.random() < _CANCELLED / 4 else None
    return Happening(registered, _contact(chance, "phone-call", experience, start, end), experience, cancelled)


def _contact(chance: random.Random, journey: str, experience: Experience, start: datetime, end: datetime) -> NewContact:
    after = journey == "phone-call"
    return NewContact(
        journey,
        experience.unit,
        start,
        end,
        service=experience.service,
        channel=experience.channel,
        cause=experience.cause if after and chance.random() < 0.7 else None,
        solved=drawn((("yes", 0.6), ("ongoing", 0.25), ("no", 0.15)), chance) if after else None,
        outcome=drawn((("granted", 0.6), ("partly", 0.2), ("denied", 0.2)), chance) if chance.random() < 0.3 else None,
        reference=f"2026-{chance.randrange(100_000, 1_000_000)}" if chance.random() < 0.5 else None,
    )


def _experience(chance: random.Random, start: datetime, channel: str, later: bool) -> Experience:
    unit, service = drawn(_UNITS, chance), drawn(_SERVICES, chance)
    better = unit == PILOT
    share = _FAILING[channel] - ((0.13 if better else 0.04) if later else 0.0)
    failing = chance.random() < share
    mood = chance.gauss(0.0, _SPREAD) - (0.5 if failing else 0.0)
    return Experience(
        unit=unit,
        service=service,
        channel=channel,
        start=start,
        treated=_TREATED + mood * 0.7 + (0.45 if better else 0.0),
        ease=_EASE + mood + (0.25 if better and later else 0.0),
        whole=_WHOLE + mood + (0.2 if better else 0.0),
        cause=drawn(_FAILURE if failing else _VALUE, chance),
        failing=failing,
    )
