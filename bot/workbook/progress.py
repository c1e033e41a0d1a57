"""Progress: how far an export in this process has come, for whoever started it and looks on.

Whoever wants to hear sets `LOOKING_ON` before asking for an export; one that another process makes tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

Progress = Callable[[int, int], None]
"""Hears how many rows have been written, and how many there are, from the thread that writes."""


def nobody(_: int, __: int) -> None:
    """Nobody looks on."""


LOOKING_ON: ContextVar[Progress] = ContextVar("looking_on", default=nobody)
