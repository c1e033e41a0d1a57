"""Working hours: when staff are at work, and when so many of their hours have passed.

Counts through nights, weekends, public holidays and changes of the clocks. Never reads the clock, and never decides
what is promised to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from flows.calendar import Calendar, in_utc, local_moment

LOOK_AHEAD = 3 * 366
"""Days searched for working hours; a deadline farther away is a mistake in what was asked."""

LEAST_A_WEEK = timedelta(hours=1)

_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one day, local wall clock; `closes` does not belong to it, and at 00:00 it is the day's end.

    ValueError for one that ends before it begins: a night is two spans, on two days.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise ValueError(f"from {self.opens:%H:%M} to {self.closes:%H:%M} ends before it begins")

    def meets(self, other: Span) -> bool:
        """Whether some moment of a day belongs to both."""
        return (other.closes == _MIDNIGHT or self.opens < other.closes) and (
            self.closes == _MIDNIGHT or other.opens < self.closes
        )

    @property
    def length(self) -> timedelta:
        """How long it is on a day on which the clocks do not change."""
        until = timedelta(days=1) if self.closes == _MIDNIGHT else _since_midnight(self.closes)
        return until - _since_midnight(self.opens)


Week = tuple[tuple[Span, ...], ...]
"""The spans of seven days, Monday first, in order within each day."""

OFFICE_WEEK: Week = (*((Span(time(8), time(16, 30)),),) * 5, (), ())
"""Monday to Friday, 08:00 to 16:30."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody is at work, in one zone.

    `zone` is an IANA name. On public holidays of `holiday_country` (as in `Calendar`; None: none are kept) nobody is.
    ValueError for an unknown zone or country, a week that has not seven days, spans of a day that overlap or are out of
    order, and less than an hour a week in all.
    """

    zone: str
    week: Week = OFFICE_WEEK
    holiday_country: str | None = "SE"

    def __post_init__(self) -> None:
        _holidays(self.zone, self.holiday_country)
        if len(self.week) != 7:
            raise ValueError(f"a week has seven days, not {len(self.week)}")
        for spans in self.week:
            for earlier, later in pairwise(spans):
                if later.opens < earlier.opens or later.meets(earlier):
                    raise ValueError(
                        f"{later.opens:%H:%M} comes before the end of the hours from {earlier.opens:%H:%M}"
                    )
        if worked_in(self.week) < LEAST_A_WEEK:
            raise ValueError("there is less than one working hour in a week")

    def deadline(self, asked_at: datetime, hours: int) -> datetime:
        """When `hours` working hours have passed since `asked_at`, in UTC.

        What ends with the working day is due when that day closes, not when the next one opens. Asked outside working
        hours, they are counted from the next ones on. Across a change of the clocks real hours count.
        ValueError if `asked_at` is naive, if `hours` is less than 1, or if they do not pass within `LOOK_AHEAD` days.
        """
        asked_at = in_utc("asked_at", asked_at)
        if hours < 1:
            raise ValueError(f"hours: {hours} is less than one")
        left, nothing = timedelta(hours=hours), timedelta(0)
        today = asked_at.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(LOOK_AHEAD):
            for begin, end in self.stretches(today + timedelta(days=ahead)):
                counted_from = max(begin, asked_at)
                if end - counted_from >= left:
                    return counted_from + left
                left -= max(end - counted_from, nothing)
        raise ValueError(f"{hours} working hours do not pass within {LOOK_AHEAD} days after {asked_at.isoformat()}")

    def is_working_day(self, day: date) -> bool:
        """Whether anybody works at all on this local day."""
        return bool(self.stretches(day))

    def stretches(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working hours of one local day as moments in UTC, first to last, ends not included."""
        return _stretches(self, day)


def worked_in(week: Week) -> timedelta:
    """How much is worked in a week without holidays."""
    return sum((span.length for spans in week for span in spans), timedelta(0))


@lru_cache(maxsize=4096)
def _stretches(hours: WorkingHours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    zone = ZoneInfo(hours.zone)
    spans = hours.week[day.weekday()]
    if not spans or not _holidays(hours.zone, hours.holiday_country).is_open(local_moment(day, time(12), zone)):
        return ()
    found = []
    for span in spans:
        until = day + timedelta(days=1) if span.closes == _MIDNIGHT else day
        begin, end = local_moment(day, span.opens, zone), local_moment(until, span.closes, zone)
        if begin < end:  # not where the clocks skip it whole
            found.append((begin, end))
    return tuple(found)


@lru_cache(maxsize=64)
def _holidays(zone: str, country: str | None) -> Calendar:
    """A calendar that is open at noon of every day but public holidays, so that both know the same holidays."""
    return Calendar(zone, time(23, 59), _MIDNIGHT, country, sundays=False)


def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)
