"""Progress: how far an export has come, for whoever started it and looks on.

Whoever wants to hear sets `LOOKING_ON` before asking for an export. Of one that another process makes, the command
socket carries it over.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

Progress = Callable[[int, int], None]
"""Hears how many rows have been written, and how many there are, from the thread that writes, or of another process's
from the event loop. What has to begin anew is told as none written."""


def nobody(_: int, __: int) -> None:
    """Nobody looks on."""


LOOKING_ON: ContextVar[Progress] = ContextVar("looking_on", default=nobody)
