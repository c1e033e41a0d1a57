"""Retention: what has been kept for as long as it may be is erased, without anybody asking.

A contact goes when it is over and asked about no more, and it and the last answer about it are older than the
organisation's `months kept`, counted to the Monday before: so a week's data file is made anew once, not every hour.
Messages that went out go after 30 days, as soon as their conversation has ended: the buttons under them are then of no
use. What comes in is the inbox's own to tidy.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.clock import iso_week, week_start
from bot.erasures import Erasures
from bot.premises import Premises
from bot.store import erasures
from bot.store.database import Transaction

LIMIT = 200
"""Contacts erased in one transaction."""

MESSAGES_KEPT = timedelta(days=30)
_WINDOW = 5000
"""So many of the oldest messages are looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much went. `more`: there may be more of it, now."""

    contacts: int
    messages: int
    more: bool


class Retention:
    """How long these premises keep what."""

    def __init__(self, premises: Premises, erasures_room: Erasures) -> None:
        self._premises = premises
        self._erasures = erasures_room

    def tidy(self, tx: Transaction, now: datetime) -> Tidied:
        """Erase what has outlived its time, a bounded part of it; each run that erases leaves one dated count."""
        before = kept_since(now, self._premises.organisation.months_kept, self._premises.zone)
        doomed = erasures.outlived(tx, before, LIMIT)
        if doomed:
            self._erasures.outlived(tx, doomed, now)
        erasures.delete_outlived_call_backs(tx, before)
        messages = erasures.delete_old_messages(tx, now - MESSAGES_KEPT, _WINDOW)
        return Tidied(len(doomed), messages, len(doomed) == LIMIT or messages > 0)


def kept_since(now: datetime, months: int, zone: tzinfo) -> datetime:
    """Monday 00:00 in `zone` of the week in which the day `months` months ago falls; the 31st of a shorter month is
    its last day.
    """
    today = now.astimezone(zone)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    day = min(today.day, calendar.monthrange(year, month + 1)[1])
    return week_start(iso_week(today.replace(year=year, month=month + 1, day=day), zone), zone)
