"""Guessing: wrong spoken codes slow whoever tries them, and all together slow everybody. Never keeps a code.

By source, which is the keyed hash of a chat: after five wrong codes within an hour it waits ten minutes, and after
each further wrong one twice as long as before, until a day has passed. Overall: after a hundred wrong codes within an
hour every source has one wrong try in ten minutes; whoever types the right code at once is let in all the same.

What is tried while a source waits is not looked up at all, so right and wrong look the same, and is not counted, so
nobody's wait grows by impatience. A hundred tries an hour against 10,000 codes in use hit one in some 290 days.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import spoken_codes
from bot.store.database import Transaction

SOME, WITHIN = 5, timedelta(hours=1)
MANY = 100
WAIT = timedelta(minutes=10)
REMEMBERED = timedelta(days=1)


def may_try(tx: Transaction, source: bytes, now: datetime) -> bool:
    """Whether a code from this source is looked up now."""
    wrong = spoken_codes.wrong_of_source(tx, source, now - REMEMBERED)
    if not wrong:
        return True
    wait = _wait(wrong)
    if spoken_codes.wrong_of_all(tx, now - WITHIN, MANY) >= MANY:
        wait = max(wait, WAIT)
    return now >= wrong[-1] + wait


def wrong(tx: Transaction, source: bytes, now: datetime) -> None:
    """A code from this source let nobody in."""
    spoken_codes.wrong(tx, source, now)


def tidy(tx: Transaction, now: datetime) -> None:
    """Forget wrong codes that slow nobody any more."""
    spoken_codes.forget_wrong(tx, now - REMEMBERED)


def _wait(wrong: list[datetime]) -> timedelta:
    for last in range(SOME - 1, len(wrong)):
        if wrong[last] - wrong[last - SOME + 1] < WITHIN:
            doublings: int = len(wrong) - 1 - last
            return min(WAIT * (1 << doublings), REMEMBERED)
    return timedelta(0)
