"""Limits: how fast messages may leave, over all chats and in each. Sends nothing; time is the caller's, in seconds.

Telegram publishes no exact numbers. Its FAQ names about 30 messages a second over all chats and about 1 a second in
one chat with short bursts; its maintainers ask to obey 429 and assume nothing. So these only keep us polite, and the
answers rule: a 429 for a chat that has had other messages in the last seconds is taken as that chat's own, and one for
a chat that had none as meant for the whole bot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CHAT_RATE = 1.0
CHAT_BURST = 4.0
LONGEST_HOLD = 60.0
"""A 429 that is wrongly taken for the whole bot's may hold other chats no longer than this many seconds."""

_PRUNE_AT = 10_000


@dataclass(slots=True)
class _Bucket:
    rate: float
    burst: float
    level: float
    seen: float

    def filled(self, moment: float) -> float:
        """How many may leave now; less than 0 after more left than was allowed."""
        self.level = min(self.burst, self.level + max(0.0, moment - self.seen) * self.rate)
        self.seen = moment
        return self.level

    def wait(self, moment: float) -> float:
        """Seconds until one may leave."""
        return max(0.0, (1.0 - self.filled(moment)) / self.rate)


class Limits:
    """`rate` is messages a second over all chats; 0 lifts both limits, as a local server does."""

    def __init__(self, rate: float, moment: float) -> None:
        # A tenth of a second's worth at once: with a whole second's, two seconds' worth could leave within one.
        self._all = _Bucket(rate, max(1.0, rate / 10), max(1.0, rate / 10), moment) if rate > 0 else None
        self._chats: dict[bytes, _Bucket] = {}
        self._held_until = -math.inf

    def room(self, moment: float) -> int | None:
        """How many messages may leave now; None: as many as there are."""
        if moment < self._held_until:
            return 0
        return None if self._all is None else max(0, math.floor(self._all.filled(moment) + 1e-9))

    def wait(self, moment: float) -> float:
        """Seconds until the next message may leave, over all chats."""
        own = 0.0 if self._all is None else self._all.wait(moment)
        return max(own, self._held_until - moment, 0.0)

    def tired(self, moment: float) -> dict[bytes, float]:
        """Chats that have had too much, with the seconds until they may have more."""
        if self._all is None:
            return {}
        self._forget_rested(moment)
        waits = {chat: bucket.wait(moment) for chat, bucket in self._chats.items()}
        return {chat: wait for chat, wait in waits.items() if wait > 1e-9}

    def spend(self, chat: bytes, moment: float) -> bool:
        """Count one message to `chat`; True if the chat has had none in the last seconds."""
        if self._all is not None:
            self._all.filled(moment)
            self._all.level -= 1.0
        if len(self._chats) >= _PRUNE_AT:
            self._forget_rested(moment)
        bucket = self._chats.setdefault(chat, _Bucket(CHAT_RATE, CHAT_BURST, CHAT_BURST, moment))
        rested = bucket.filled(moment) >= bucket.burst - 1e-9
        bucket.level = max(bucket.level - 1.0, -bucket.burst)
        return rested

    def hold(self, seconds: float, moment: float) -> None:
        """Let nothing leave for so long, at most a minute."""
        self._held_until = max(self._held_until, moment + min(seconds, LONGEST_HOLD))

    def _forget_rested(self, moment: float) -> None:
        self._chats = {chat: bucket for chat, bucket in self._chats.items() if bucket.filled(moment) < bucket.burst}
