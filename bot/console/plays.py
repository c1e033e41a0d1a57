"""Plays: journeys being rehearsed, and files dropped to be checked, in memory alone. Bound to a session, few, not for
long; nothing of them is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rehearsal import Rehearsal
from flows.journey import Journey

LASTS = timedelta(minutes=30)
MOST = 100
"""Rehearsals and dropped journeys remembered at once, over all sessions."""


@dataclass(slots=True)
class Play:
    """One rehearsal, or (None) only a dropped journey that can be rehearsed. `dropped`: it came in a file."""

    id: str
    session: bytes
    journey: Journey
    dropped: bool
    since: datetime
    rehearsal: Rehearsal | None = None


class Plays:
    """What is remembered now."""

    def __init__(self) -> None:
        self._plays: dict[str, Play] = {}

    def remember(self, play: Play) -> None:
        """In place of the session's others of its kind; the oldest of all goes where there are too many."""
        for old in [*self._plays.values()]:
            alike = old.session == play.session and (old.rehearsal is None) == (play.rehearsal is None)
            if alike or not old.since <= play.since <= old.since + LASTS:
                del self._plays[old.id]
        while len(self._plays) >= MOST:
            del self._plays[min(self._plays.values(), key=lambda one: one.since).id]
        self._plays[play.id] = play

    def of(self, id_: str, session: bytes, now: datetime) -> Play | None:
        """The one with this id, if it is this session's and not too old."""
        found = self._plays.get(id_)
        if found is None or found.session != session or not found.since <= now <= found.since + LASTS:
            return None
        return found
