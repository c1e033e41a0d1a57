"""The calendar file: the moments at which somebody is asked, as iCalendar (RFC 5545), with the link to come back by.

Holds a link, moments and the words given, and nothing about whom or what it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

MEDIA_TYPE = "text/calendar"
LASTS = timedelta(minutes=10)
"""How long an entry is in the calendar; what is asked can be answered long afterwards."""

_PRODUCT = "-//Kundresa//Kundresa//EN"


def calendar_file(moments: Sequence[datetime], link: str, *, summary: str, description: str, now: datetime) -> bytes:
    """One entry, with an alarm, for each moment. The same moment and link make the same entry, however often."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for moment in moments:
        calendar.add_component(_event(moment, link, summary, description, now))
    written: bytes = calendar.to_ical()
    return written


def _event(moment: datetime, link: str, summary: str, description: str, now: datetime) -> Event:
    event = Event()
    # From the link, which nobody else has: without it nobody can tell whose entry it is.
    event.add("uid", hashlib.sha256(f"{link}\n{moment.isoformat()}".encode()).hexdigest()[:32])
    event.add("dtstamp", now)
    event.add("dtstart", moment)
    event.add("duration", LASTS)
    event.add("summary", summary)
    event.add("description", description)
    event.add("url", link)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(0))
    event.add_component(alarm)
    return event
