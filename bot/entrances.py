"""The entrances by the web: the citizen's pages, the console and the API on one listener, behind one guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from starlette.routing import BaseRoute

from bot.api import api
from bot.console import console
from bot.console.gate import Office
from bot.http import Listener
from bot.pages.faults import faults
from bot.pages.guard import LARGEST_BODY, Guarded
from bot.pages.pages import Pages, static_routes

TELEGRAM = "/telegram"
"""Where Telegram posts; its door shows by its secret who it is, and takes what it may take."""

_LARGEST_UPDATE = 1024 * 1024


def listening(office: Office, doors: Sequence[BaseRoute], *, ready: Callable[[], str]) -> Listener:
    """The listener with the routes of `doors`, the console of `office`, and the API."""
    house, settings = office.house, office.settings
    host, port = settings.listen
    return Listener(
        [*doors, *console.routes(office), *api.routes(house, office.now, office.wake), *static_routes()],
        host=host,
        port=port,
        ready=ready,
        trusted_proxies=[str(network) for network in settings.trusted_proxy],
        guarded=partial(
            Guarded,
            own_rules=(api.PATH, TELEGRAM),
            largest=_largest,
            encrypted=(settings.public_url or "").startswith("https://"),
        ),
        faults=faults(Pages(house.premises, "bot.pages")),
    )


def _largest(path: str) -> int:
    if path.startswith(TELEGRAM):
        return _LARGEST_UPDATE
    if path.startswith(api.PATH):
        return api.LARGEST_BODY
    return console.LARGEST_UPLOAD if path.startswith(console.UPLOADS) else LARGEST_BODY
