"""The web door as a whole: the citizen's pages, and what they bring and show. What each does stands in its own room."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute

from bot.clock import Now
from bot.doors.web import chat, landing, returning, rights
from bot.doors.web.hall import Hall
from bot.doors.web.intake import Intake
from bot.doors.web.limits import Limits
from bot.doors.web.lookout import Lookout
from bot.doors.web.reading import DOOR as DOOR
from bot.doors.web.reading import arrival as arrival
from bot.doors.web.sight import is_due_at
from bot.openings import House
from bot.pages.pages import Pages


class WebDoor:
    """The door. `stored` tells the desk that something was committed to the inbox."""

    def __init__(self, house: House, now: Now, stored: Callable[[], None]) -> None:
        self._lookout = Lookout(house.store, now, is_due_at)
        intake = Intake(house.store, house.premises.keyring, now, stored, self._lookout)
        pages = Pages(house.premises, "bot.doors.web")
        self._hall = Hall(house, now, pages, intake, self._lookout, Limits())

    @property
    def routes(self) -> list[BaseRoute]:
        """For the listener. Those of return links come last: they match whatever stands below /c/."""
        hall = self._hall
        return [*landing.routes(hall), *chat.routes(hall), *rights.routes(hall), *returning.routes(hall)]

    def wake(self) -> None:
        """Something may have been written for somebody who is looking at a page; what was brought may be taken."""
        self._lookout.wake()

    async def stop(self) -> None:
        """End what is streamed to open pages."""
        await self._lookout.close()
