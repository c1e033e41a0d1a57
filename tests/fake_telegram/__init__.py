"""A strict Bot API server on loopback, with people who write and tap, and faults on demand.

`async with FakeTelegram() as server` in a test; `python -m tests.fake_telegram` as a process of its own.
"""

from __future__ import annotations

from .chats import Delivery, ScreenMessage, StoredFile, Toast
from .citizens import Citizen, Group
from .faults import Fault, PlannedFault
from .limits import Limits
from .record import Request
from .server import DEFAULT_TOKEN, FakeTelegram

__all__ = [
    "DEFAULT_TOKEN",
    "Citizen",
    "Delivery",
    "FakeTelegram",
    "Fault",
    "Group",
    "Limits",
    "PlannedFault",
    "Request",
    "ScreenMessage",
    "StoredFile",
    "Toast",
]
