"""Chapters: what the report's own sheets are told from, each read for itself in the snapshot of a week.

A sheet that needs more than `counted` has a room of its own with a value, a function that reads it, and one that makes
its sheet; here they are only called. Never decides what may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.store.database import Transaction
from bot.workbook.counted import Counted


@dataclass(frozen=True, slots=True)
class Chapters:
    """What was read for each sheet."""


def read(tx: Transaction, counts: Counted, zone: ZoneInfo, simulated: bool) -> Chapters:
    """Read what the sheets need, as it stood at the close of the counted week; only simulated contacts, or none."""
    return Chapters()
