"""The API for case systems as a whole, for the listener. What it serves stands in its own rooms."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute

from bot.clock import Now
from bot.openings import House

PATH = "/api/"
LARGEST_BODY = 4 * 1024 * 1024


def routes(house: House, now: Now, wake: Callable[[], None]) -> list[BaseRoute]:
    """Everything under `/api/v1`. `wake` lets the doors send what was just written."""
    del house, now, wake
    return []
