"""Flood limits as token buckets: how fast the bot may send, over all chats and per chat.

Telegram's exact numbers are not published; these follow its FAQ (30 a second over all chats, one a
second per chat with short bursts, 20 a minute per group). Edits count per chat, answers to taps don't.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages allowed: a second over all chats, a second and at once per chat, a minute per group."""

    overall_per_second: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: int = 5
    group_per_minute: float = 20.0


class FloodGate:
    """Lets a send through or says how long to wait."""

    def __init__(self, limits: Limits, ticks: Callable[[], float]) -> None:
        self._limits = limits
        self._ticks = ticks
        self._overall = _Bucket(limits.overall_per_second, limits.overall_per_second, ticks())
        self._chats: dict[int, list[_Bucket]] = {}

    def wait_for(self, chat_id: int) -> int:
        """Take one token from every bucket of this chat and return 0.

        If one of them is empty, take none and return the whole seconds (at least 1) to wait.
        """
        moment = self._ticks()
        if chat_id not in self._chats:
            self._chats[chat_id] = self._new_buckets(chat_id, moment)
        buckets = [self._overall, *self._chats[chat_id]]
        longest = max(bucket.seconds_missing(moment) for bucket in buckets)
        if longest > 0:
            return max(1, math.ceil(longest))
        for bucket in buckets:
            bucket.take()
        return 0

    def _new_buckets(self, chat_id: int, moment: float) -> list[_Bucket]:
        limits = self._limits
        buckets = [_Bucket(limits.chat_per_second, limits.chat_burst, moment)]
        if chat_id < 0:
            buckets.append(_Bucket(limits.group_per_minute / 60, limits.group_per_minute, moment))
        return buckets


class _Bucket:
    __slots__ = ("_capacity", "_level", "_rate", "_seen")

    def __init__(self, rate: float, capacity: float, moment: float) -> None:
        self._rate = rate
        self._capacity = capacity
        self._level = float(capacity)
        self._seen = moment

    def seconds_missing(self, moment: float) -> float:
        self._level = min(self._capacity, self._level + max(0.0, moment - self._seen) * self._rate)
        self._seen = moment
        # A hair of tolerance, so that waiting exactly the stated time is enough in floating point.
        return max(0.0, (1.0 - 1e-9 - self._level) / self._rate)

    def take(self) -> None:
        self._level -= 1.0
