"""The web door as a whole: the citizen's pages, and what they bring and show. What each does stands in its own room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.routing import BaseRoute

from bot.arrivals import Arrival
from bot.clock import Now
from bot.openings import House

DOOR = "web"


@dataclass(frozen=True, slots=True)
class WebDoor:
    """The door. `stored` tells the desk that something was committed to the inbox."""

    house: House
    now: Now
    stored: Callable[[], None]

    @property
    def routes(self) -> list[BaseRoute]:
        """For the listener."""
        return []

    def wake(self) -> None:
        """Something may have been written for somebody who is looking at a page; what was brought may be taken."""

    async def stop(self) -> None:
        """End what is streamed to open pages."""


def arrival(raw: bytes) -> Arrival | None:
    """What one row of the inbox says that this door brought."""
    del raw
    return None
