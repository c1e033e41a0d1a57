"""Limits: how often somebody may call: a bucket of calls that fills up again. In memory: a restart fills them all."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

MOST_BUCKETS = 10_000
"""So many callers are remembered; of more, whoever called longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a call is let through, how many more would be at once, and in how many seconds (rounded up) it is full
    again, or `wait` until this call would have been let through.
    """

    allowed: bool
    left: int
    full_in: int
    wait: int


class Buckets:
    """A bucket for each caller: `burst` calls at once, and `rate` more each second."""

    def __init__(self, rate: float, burst: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst = rate, burst
        self._seconds = seconds
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket fills."""
        return ceil(self.burst / self.rate)

    def take(self, who: str, calls: float = 1) -> Standing:
        """`who` makes so many calls. What is not allowed takes nothing."""
        level = self._level(who)
        allowed = level >= calls
        if allowed:
            level -= calls
            self._levels[who] = (level, self._seconds())
            self._levels.move_to_end(who)
            if len(self._levels) > MOST_BUCKETS:
                self._levels.popitem(last=False)
        return self._standing(level, allowed, calls)

    def look(self, who: str) -> Standing:
        """How `who` stands, as though they would call once; nothing is taken."""
        level = self._level(who)
        return self._standing(level, level >= 1, 1)

    def _level(self, who: str) -> float:
        level, at = self._levels.get(who, (float(self.burst), 0.0))
        return min(float(self.burst), level + (self._seconds() - at) * self.rate)

    def _standing(self, level: float, allowed: bool, calls: float) -> Standing:
        full_in = ceil((self.burst - level) / self.rate)
        wait = 0 if allowed else max(1, ceil((calls - level) / self.rate))
        return Standing(allowed, int(level), full_in, wait)
