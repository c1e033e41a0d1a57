"""Week: what goes out when, what came back, what did not and why."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.console.gate import Gate


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    del gate
    return []
