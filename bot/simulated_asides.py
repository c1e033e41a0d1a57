"""The simulated asides: what a citizen does about messages that ask nothing about a contact.

When to be asked again, in which language, whether and how to be called, when they were there, whether to erase.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.simulated_chat import Read
from bot.simulated_experiences import drawn

What = Literal["tap", "write", "share", "erase"]

_SLOTS = (("call-morning", 2.0), ("call-afternoon", 2.0), ("call-soon", 2.5), ("call-i-call", 1.8))
_NEVER_MIND, _WITHDRAWN, _ANSWERED, _CALLED_FROM_HELP = 0.06, 0.07, 0.8, 0.4
_REMEMBERED = 0.93
_ERASED = 0.85
_PAUSES = (("pause-week", 5.0), ("pause-month", 3.0), ("pause-start", 2.0))


@dataclass(frozen=True, slots=True)
class Aside:
    """What they do: tap what carries `detail`, write or share it, or confirm with it that all is erased."""

    seconds: int
    what: What
    detail: str


class Asides:
    """What one citizen does. `there` is when they will say they were there; `easily` whether they read easy texts."""

    def __init__(self, chance: random.Random, language: str, easily: str) -> None:
        self._chance = chance
        self._language = easily or language
        self.there = "today"
        self.talked = False
        self.numbers: list[str] = []

    def done_about(self, read: Read, *, new: bool) -> Aside | None:
        """What they do about a message; None: nothing. `new`: it is not one that was changed."""
        ways, chance = read.ways, self._chance
        if "in-an-hour" in ways:
            return self._tap(6, ways, chance.choice(("in-an-hour", "this-evening", "tomorrow")))
        if read.languages:
            return Aside(8, "tap", read.languages[self._language])
        if "continue" in ways:
            return self._tap(25, ways, "continue")
        if not new:
            return None
        if "there-now" in ways:
            return self._tap(12, ways, f"there-{self.there}" if self.there != "no" else "decline")
        if "erase-yes" in ways:
            erases = chance.random() < _ERASED
            return Aside(20, "erase", ways["erase-yes"]) if erases else self._tap(20, ways, "erase-no")
        if "pause-week" in ways:
            return self._tap(9, ways, drawn(_PAUSES, chance))
        return self._about_a_call(ways)

    def _about_a_call(self, ways: Mapping[str, str]) -> Aside | None:
        chance = self._chance
        if "call-i-call" in ways:
            offered = [(way, part) for way, part in _SLOTS if way in ways]
            never = chance.random() < _NEVER_MIND
            return self._tap(14, ways, "call-never-mind" if never else drawn(offered, chance))
        if "call-share" in ways:
            return self._number(ways)
        if "call-withdraw" in ways:
            return self._tap(2400, ways, "call-withdraw") if chance.random() < _WITHDRAWN else None
        asked = next((way for way in ("call-partly", "call-yes", "call-new-time") if way in ways), "")
        if not asked or chance.random() >= _ANSWERED:
            return self._tap(15, ways, "call-me") if "call-me" in ways and chance.random() < _CALLED_FROM_HELP else None
        seconds = chance.randint(20, 3000)
        if asked == "call-partly":
            helped = drawn((("call-yes", 6.0), ("call-partly", 3.0), ("call-no", 1.0)), chance)
            return self._tap(12, ways, helped)
        if asked == "call-yes":
            right = self.talked if chance.random() < _REMEMBERED else not self.talked
            self.talked = False
            return self._tap(seconds, ways, "call-yes" if right else "call-no")
        # "No thanks" is the same words wherever it stands.
        no_thanks = "call-no-thanks" if "call-no-thanks" in ways else "decline"
        return self._tap(seconds, ways, chance.choice(("call-new-time", no_thanks)))

    def _number(self, ways: Mapping[str, str]) -> Aside:
        # Numbers set aside for fiction by the Swedish regulator (PTS).
        last = self._chance.randrange(5, 100)
        way = self._chance.random()
        if way < 0.05:
            return Aside(15, "write", ways["call-never-mind"])
        written = way < 0.55
        number = f"070-174 06 {last:02d}" if written else f"+467017406{last:02d}"
        self.numbers.append(number)
        return Aside(20, "write" if written else "share", number)

    def _tap(self, seconds: int, ways: Mapping[str, str], way: str) -> Aside:
        return Aside(seconds, "tap", ways[way])
