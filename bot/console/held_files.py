"""Held lists: what was read from a dropped file, between its preview and its end: in memory alone, never stored.

Lists of contacts, and whatever else is previewed so. Bound to the session that dropped it; one a session, few in all,
a quarter of an hour each.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Literal, Protocol, TypeVar

from bot.imports import TakenRow
from bot.lists.entries import Reading

LASTS = timedelta(minutes=15)
MOST_ROWS = 20_000
"""Rows of one list; longer ones are taken in by the command, which reads them where they lie."""

MOST_HELD = 12

State = Literal["previewed", "taking", "done"]
Kind = Literal["new", "changed", "known", "faulty", "note"]
KINDS: tuple[Kind, ...] = ("new", "changed", "known", "faulty", "note")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will become of one row. `what` says how it changes, or what is wrong and what to do; `where` the column."""

    row: int
    kind: Kind
    when: datetime | None
    reference: str
    where: str
    what: str


@dataclass(slots=True)
class HeldList:
    """One list. `taken` grows while it is taken in; `stopped` says why that ended early, "" where it did not."""

    id: str
    session: bytes
    name: str
    reading: Reading
    foreseen: tuple[Foreseen, ...]
    since: datetime
    state: State = "previewed"
    taken: list[TakenRow] = field(default_factory=list)
    stopped: str = ""
    task: asyncio.Task[None] | None = None


class Held(Protocol):
    """What can be held."""

    id: str
    session: bytes
    since: datetime
    state: State


H = TypeVar("H", bound=Held)


class NoRoom(Exception):
    """As many lists are held as can be."""


class HeldLists(Generic[H]):
    """The lists held now."""

    def __init__(self) -> None:
        self._lists: dict[str, H] = {}
        self.reading = asyncio.Lock()
        """One file is read at a time: reading takes memory and a core."""

    def hold(self, one: H) -> None:
        """Hold a list in place of the session's last one. NoRoom if too many others are held."""
        self._tidy(one.since)
        for old in [kept for kept in self._lists.values() if kept.session == one.session and kept.state != "taking"]:
            del self._lists[old.id]
        if len(self._lists) >= MOST_HELD:
            raise NoRoom
        self._lists[one.id] = one
        self.again(one)

    def again(self, one: H) -> None:
        """From now on it is held as long once more. What nobody asks for again is let go all the same."""
        asyncio.get_running_loop().call_later(LASTS.total_seconds() + 1, self._let_go, one, one.state)

    def of(self, id_: str, session: bytes, now: datetime) -> H | None:
        """The list with this id, if this session dropped it and it is still held."""
        self._tidy(now)
        found = self._lists.get(id_)
        return found if found is not None and found.session == session else None

    def room(self, session: bytes, now: datetime) -> bool:
        """Whether this session may drop another."""
        self._tidy(now)
        return sum(one.session != session or one.state == "taking" for one in self._lists.values()) < MOST_HELD

    def drop(self, one: H) -> None:
        """Forget it."""
        self._lists.pop(one.id, None)

    def _tidy(self, now: datetime) -> None:
        for one in [*self._lists.values()]:
            if one.state != "taking" and not one.since <= now <= one.since + LASTS:
                del self._lists[one.id]

    def _let_go(self, one: H, state: str) -> None:
        if one.state == state != "taking":
            self.drop(one)
