"""The simulated diary: what one citizen means to do, and when."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What to do then; with `message`, about that message."""

    at: datetime
    number: int
    what: str
    detail: str = ""
    message: int = 0


class Diary:
    """Entries in the order of their moments; of one moment, as they were written."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._written = 0

    @property
    def next_at(self) -> datetime | None:
        """When something is to be done next."""
        return self._entries[0].at if self._entries else None

    def write(self, at: datetime, what: str, detail: str = "", message: int = 0) -> None:
        """Mean to do it then."""
        self._written += 1
        heapq.heappush(self._entries, Entry(at, self._written, what, detail, message))

    def due(self, now: datetime) -> Iterator[Entry]:
        """What is to be done by now, each struck out as it is taken."""
        while self._entries and self._entries[0].at <= now:
            yield heapq.heappop(self._entries)

    def keep(self, wanted: Callable[[Entry], bool]) -> None:
        """Strike everything else out."""
        self._entries = [entry for entry in self._entries if wanted(entry)]
        heapq.heapify(self._entries)
