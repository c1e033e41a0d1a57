"""Moments: how staff write a time, and how it is shown to them: local time in the organisation's zone."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.openings import Refused
from flows.calendar import local_moment

_WITH_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T ]+\d.*")
_TIME_ALONE = re.compile(r"\d{1,2}[:.]\d\d")
_ONE_DIGIT_HOUR = re.compile(r"(?<=[T ])(?=\d[:.])")
_REMEDY = 'Write it as "2026-11-18 10:00", in local time.'


def moment_meant(text: str, zone: ZoneInfo, what: str, day: datetime | None = None) -> datetime:
    """The moment, in UTC, that `text` names: ISO 8601, local in `zone` unless it says otherwise. Refused if it doesn't.

    With `day` a time alone ("10:45") is enough, on the local day of that moment. A local time that the clocks skip is
    the first moment after; one that comes twice is the first. `what` is named in the refusal, as in "--start".
    """
    written = " ".join(text.split())
    try:
        if day is not None and _TIME_ALONE.fullmatch(written):
            hours, minutes = re.split("[:.]", written)
            return local_moment(day.astimezone(zone).date(), time(int(hours), int(minutes)), zone)
        if not _WITH_TIME.fullmatch(written):
            raise ValueError
        found = datetime.fromisoformat(_ONE_DIGIT_HOUR.sub("0", written))
    except ValueError:
        raise Refused(f"{what}: '{text}' is no day and time. {_REMEDY}") from None
    if found.tzinfo is not None:
        return found.astimezone(ZoneInfo("UTC"))
    return local_moment(found.date(), found.time(), zone)


def day_meant(text: str, what: str) -> date:
    """The local day that `text` names, such as "2026-11-18". Refused if it names none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"{what}: '{text}' is no day. Write it as 2026-11-18.") from None


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """The moment as staff read it: "Wed 2026-11-18 10:00"."""
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"
