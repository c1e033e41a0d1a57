"""Held files: what was read of a dropped file, between its preview and its end: in memory alone, never stored.

Whatever the file holds. Bound to the session that dropped it; one a session, few in all of their kind, a quarter of an
hour each.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Literal, Protocol, TypeVar

LASTS = timedelta(minutes=15)
MOST_ROWS = 20_000
"""Rows of one file; longer ones are taken in by the command, which reads them where they lie."""

MOST_HELD = 12

State = Literal["previewed", "taking", "done"]
Kind = Literal["new", "changed", "known", "faulty", "note"]
KINDS: tuple[Kind, ...] = ("new", "changed", "known", "faulty", "note")


class Foreseen(Protocol):
    """What will become of one row: at least of which kind that is."""

    @property
    def kind(self) -> Kind:
        """What happens to it."""


C = TypeVar("C")
F = TypeVar("F", bound=Foreseen)
T = TypeVar("T")


@dataclass(slots=True)
class HeldFile(Generic[C, F, T]):
    """One file. `content` is what was read of it, `foreseen` what will become of each row, `taken` what became of them.

    `taken` grows while it is taken in; `stopped` says why that ended early, "" where it did not.
    """

    id: str
    session: bytes
    name: str
    content: C
    foreseen: tuple[F, ...]
    since: datetime
    state: State = "previewed"
    taken: list[T] = field(default_factory=list)
    stopped: str = ""
    task: asyncio.Task[None] | None = None


class NoRoom(Exception):
    """As many files are held as can be."""


class HeldFiles(Generic[C, F, T]):
    """The files of one kind that are held now."""

    def __init__(self) -> None:
        self._files: dict[str, HeldFile[C, F, T]] = {}
        self.reading = asyncio.Lock()
        """One file is read at a time: reading takes memory and a core."""

    def hold(self, one: HeldFile[C, F, T]) -> None:
        """Hold a file in place of the session's last one. NoRoom if too many others are held."""
        self._tidy(one.since)
        for old in [kept for kept in self._files.values() if kept.session == one.session and kept.state != "taking"]:
            del self._files[old.id]
        if len(self._files) >= MOST_HELD:
            raise NoRoom
        self._files[one.id] = one
        self.again(one)

    def again(self, one: HeldFile[C, F, T]) -> None:
        """From now on it is held as long once more. What nobody asks for again is let go all the same."""
        asyncio.get_running_loop().call_later(LASTS.total_seconds() + 1, self._let_go, one, one.state)

    def of(self, id_: str, session: bytes, now: datetime) -> HeldFile[C, F, T] | None:
        """The file with this id, if this session dropped it and it is still held."""
        self._tidy(now)
        found = self._files.get(id_)
        return found if found is not None and found.session == session else None

    def room(self, session: bytes, now: datetime) -> bool:
        """Whether this session may drop another."""
        self._tidy(now)
        return sum(one.session != session or one.state == "taking" for one in self._files.values()) < MOST_HELD

    def drop(self, one: HeldFile[C, F, T]) -> None:
        """Forget it."""
        self._files.pop(one.id, None)

    def _tidy(self, now: datetime) -> None:
        for one in [*self._files.values()]:
            if one.state != "taking" and not one.since <= now <= one.since + LASTS:
                del self._files[one.id]

    def _let_go(self, one: HeldFile[C, F, T], state: State) -> None:
        if one.state == state != "taking":
            self.drop(one)
