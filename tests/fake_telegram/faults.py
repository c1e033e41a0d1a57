"""Faults on demand: what shall go wrong with the next requests of a method.

Only plans and draws; the server carries a drawn fault out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum

from .queue import TWO_POLLERS
from .wire import Refusal, too_many_requests


class Fault(Enum):
    """What can go wrong on the way to Telegram and back."""

    REPLY_LOST = "reply_lost"  # carried out, then the connection is cut
    CUT = "cut"  # the connection is cut, nothing was carried out
    TOO_MANY = "too_many"  # 429 with the given retry_after
    INTERNAL_500 = "internal_500"  # 500 "restart", not carried out
    BAD_GATEWAY_HTML = "bad_gateway_html"  # a proxy's 502 page, not carried out
    UNAUTHORIZED = "unauthorized"  # 401
    NOT_FOUND = "not_found"  # 404
    CONFLICT = "conflict"  # 409 as from a second poller
    BLOCKED = "blocked"  # 403 "bot was blocked by the user"
    SLOW = "slow"  # carried out at once, the answer is withheld until release()
    GARBAGE = "garbage"  # carried out, the answer is truncated JSON


_REFUSALS = {
    Fault.INTERNAL_500: (500, "Internal Server Error: restart"),
    Fault.UNAUTHORIZED: (401, "Unauthorized"),
    Fault.NOT_FOUND: (404, "Not Found"),
    Fault.CONFLICT: (409, f"Conflict: {TWO_POLLERS}"),
    Fault.BLOCKED: (403, "Forbidden: bot was blocked by the user"),
}


@dataclass(slots=True, eq=False)
class PlannedFault:
    """A fault that waits for its requests. `happened` counts how often it has struck."""

    method: str
    fault: Fault
    times: int
    chat: int | None
    retry_after: int
    number: int
    happened: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let every answer go that SLOW is holding back, and those still to come."""
        self._released.set()

    async def until_released(self) -> None:
        """Wait for release()."""
        await self._released.wait()


def refusal_of(planned: PlannedFault) -> Refusal:
    """Return the error answer of a fault that is nothing but one. Raises KeyError for the others."""
    if planned.fault is Fault.TOO_MANY:
        return too_many_requests(planned.retry_after)
    code, description = _REFUSALS[planned.fault]
    return Refusal(code, description)


class Faults:
    """The planned faults, oldest first."""

    def __init__(self) -> None:
        self._planned: list[PlannedFault] = []

    def next(
        self, method: str, fault: Fault, times: int = 1, chat: int | None = None, retry_after: int = 1
    ) -> PlannedFault:
        """Plan `fault` for the next `times` requests of `method` ("*" for any method).

        With `chat`, only requests to that chat id are struck, and others pass untouched. `retry_after`
        (seconds) is used by TOO_MANY only.
        """
        planned = PlannedFault(method.lower(), fault, times, chat, retry_after, len(self._planned))
        self._planned.append(planned)
        return planned

    def draw(self, method: str, chat: int | None) -> PlannedFault | None:
        """Return the fault that strikes this request, counting it, or None."""
        for planned in self._planned:
            if planned.happened >= planned.times or planned.method not in {"*", method.lower()}:
                continue
            if planned.chat is None or planned.chat == chat:
                planned.happened += 1
                return planned
        return None

    @property
    def waiting(self) -> list[PlannedFault]:
        """Faults that have not struck as often as planned."""
        return [planned for planned in self._planned if planned.happened < planned.times]

    def numbered(self, number: int) -> PlannedFault:
        """Return the fault planned as the given number (0 is the first)."""
        return self._planned[number]

    def release_all(self) -> None:
        """Let every withheld answer go."""
        for planned in self._planned:
            planned.release()

    def forget(self) -> None:
        """Release what is withheld and let no planned fault strike any more."""
        self.release_all()
        for planned in self._planned:
            planned.times = planned.happened
