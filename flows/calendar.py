"""When people may be written to: open hours, Sundays, public holidays; and the arithmetic of local time.

Turns local days and wall-clock times into moments of one time zone. Never reads the clock, never decides what
is sent.

Two rules hold wherever a local wall-clock time becomes a moment:

* a time that does not exist (the gap in spring) is the first moment after the gap;
* a time that comes twice (the fold in autumn) is its first occurrence.

Every moment taken must be aware; every moment given back is UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from holidays import country_holidays, list_supported_countries

LOOK_AROUND = 60
"""Days looked ahead or back for an open hour. The longest run of Sundays and holidays is far shorter."""

CLOSED_CATEGORIES = ("public", "de_facto")
"""Categories of the `holidays` library that close a day, where the country has them.

Sweden has Midsummer Eve, Christmas Eve and New Year's Eve as "de_facto": the annual leave act (1977:480,
section 7) puts them beside public holidays. Finland has Midsummer Eve and Christmas Eve as "public"; its New
Year's Eve is a working day. Half days ("from 2pm", banks only) and flag days close nothing.
"""

NIGHT_FROM, NIGHT_UNTIL = time(22), time(7)
EVENING, EVENING_IS_NEAR, MORNING = time(18), time(17, 30), time(9)

_LAST_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open hours in one zone.

    `zone` is an IANA name. Quiet hours run from `quiet_from` up to, but not including, `quiet_until`, local
    wall clock, usually over midnight: with 20:00 and 08:00 it is open at 08:00 and closed at 20:00.
    `holiday_country` is an ISO 3166 code ("SE", "FI"), or None where no holiday closes. `sundays`: they do.

    ValueError for an unknown zone or country, and for quiet hours that leave nothing of the day.
    """

    zone: str
    quiet_from: time = time(20)
    quiet_until: time = time(8)
    holiday_country: str | None = "SE"
    sundays: bool = True

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):  # OSError: a folder of the zone database, such as "Europe"
            raise ValueError(f'"{self.zone}" is no time zone: use an IANA name such as "Europe/Stockholm"') from None
        if self.quiet_from == self.quiet_until:
            raise ValueError(
                f"quiet hours from {self.quiet_from:%H:%M} until {self.quiet_until:%H:%M} cover the whole "
                "day: leave some hours open, for example quiet from 20:00 until 08:00"
            )
        if self.holiday_country not in (None, *list_supported_countries(include_aliases=False)):
            raise ValueError(
                f'no holidays are known for "{self.holiday_country}": use a two-letter country code in '
                "capitals, such as SE or FI, or none"
            )

    def is_open(self, moment: datetime) -> bool:
        """Whether people may be written to at this moment. ValueError if it is naive."""
        local = in_utc("moment", moment).astimezone(ZoneInfo(self.zone))
        return not self._is_quiet(local.time()) and not self._is_closed_day(local.date())

    def first_open_at_or_after(self, moment: datetime) -> datetime:
        """The moment itself if open, else the start of the next open stretch, UTC.

        ValueError if the moment is naive, or if nothing opens within `LOOK_AROUND` days.
        """
        moment = in_utc("moment", moment)
        for begin, end in self._stretches_from(moment):
            if end > moment:
                return max(begin, moment)
        raise ValueError(f"nothing is open within {LOOK_AROUND} days after {moment.isoformat()}")

    def last_open_at_or_before(self, moment: datetime) -> datetime:
        """The moment itself if open, else the last open minute before it, UTC.

        The last minute (19:59 where quiet hours begin at 20:00) and not the last microsecond: what falls due
        then still goes out before it closes. A stretch shorter than a minute gives its beginning.
        ValueError if the moment is naive, or if nothing was open within `LOOK_AROUND` days.
        """
        moment = in_utc("moment", moment)
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        for back in range(LOOK_AROUND):
            for begin, end in reversed(_stretches(self, today - timedelta(days=back))):
                if begin <= moment:
                    return moment if end > moment else max(begin, end - _LAST_MINUTE)
        raise ValueError(f"nothing was open within {LOOK_AROUND} days before {moment.isoformat()}")

    def first_closed_at_or_after(self, moment: datetime) -> datetime:
        """When the open stretch around the moment ends, UTC; the moment itself if closed.

        An end more than `LOOK_AROUND` days away is given as the end of that time. ValueError if naive.
        """
        moment = in_utc("moment", moment)
        for begin, end in self._stretches_from(moment):
            if begin > moment:
                break
            moment = max(moment, end)  # the next day's stretch may go on where this one ends, at midnight
        return moment

    def _stretches_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(LOOK_AROUND):
            yield from _stretches(self, today + timedelta(days=ahead))

    def _is_quiet(self, wall: time) -> bool:
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= wall < self.quiet_until
        return wall >= self.quiet_from or wall < self.quiet_until

    def _is_closed_day(self, day: date) -> bool:
        if self.sundays and day.isoweekday() == 7:
            return True
        return self.holiday_country is not None and day in _holidays(self.holiday_country, day.year)


def in_utc(name: str, moment: datetime) -> datetime:
    """The same moment in UTC. ValueError naming the argument `name` if it has no time zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{name} has no time zone: give it one before handing it in")
    return moment.astimezone(UTC)


def local_moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a wall-clock time on a local day; gap and fold as the module says."""
    # A lone fold=1 would pick the second occurrence.
    local = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In a gap fold=0 takes the offset before the change, fold=1 the one after it (PEP 495), so that the two
    # moments lie on either side of the change.
    return _offset_change(local.replace(fold=1).astimezone(UTC), moment, zone)


def by_local_days(moment: datetime, days: int, zone: ZoneInfo, at: time | None = None) -> datetime:
    """The moment, in UTC, `days` local calendar days away, at the same wall-clock time or at `at`."""
    local = moment.astimezone(zone)
    return local_moment(local.date() + timedelta(days=days), local.time() if at is None else at, zone)


def later(
    choice: Literal["hour", "evening", "tomorrow"], now: datetime, calendar: Calendar, useful_until: datetime
) -> datetime | None:
    """When to come back to a citizen who said "later", UTC; None if that is not before `useful_until`.

    They chose the time themselves, so quiet hours, Sundays and holidays do not move it:

    * "hour": in an hour; only where that is at night (22-07 local) the first allowed moment after it;
    * "evening": today at 18:00 local; from 17:30 on as "hour";
    * "tomorrow": the next local day at 09:00.

    ValueError for a naive moment or another choice.
    """
    now, useful_until = in_utc("now", now), in_utc("useful_until", useful_until)
    zone = ZoneInfo(calendar.zone)
    local = now.astimezone(zone)
    if choice == "tomorrow":
        moment = by_local_days(now, 1, zone, MORNING)
    elif choice == "evening" and local.time() < EVENING_IS_NEAR:
        moment = local_moment(local.date(), EVENING, zone)
    elif choice in ("hour", "evening"):
        moment = now + timedelta(hours=1)
        wall = moment.astimezone(zone).time()
        if wall >= NIGHT_FROM or wall < NIGHT_UNTIL:
            moment = calendar.first_open_at_or_after(moment)
    else:
        raise ValueError(f'choice: "{choice}" is not hour, evening or tomorrow')
    return moment if moment < useful_until else None


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    known = country_holidays(country).supported_categories
    categories = [category for category in CLOSED_CATEGORIES if category in known]
    return frozenset(country_holidays(country, years=year, categories=categories))


@lru_cache(maxsize=4096)
def _stretches(calendar: Calendar, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The open stretches of one local day in UTC, first to last, end not included."""
    zone = ZoneInfo(calendar.zone)
    begin, end = local_moment(day, time(0), zone), local_moment(day + timedelta(days=1), time(0), zone)
    points = {begin, end}
    for boundary in (time(0), calendar.quiet_from, calendar.quiet_until):
        local = datetime.combine(day, boundary, tzinfo=zone)
        points |= {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    if begin.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
        points.add(_offset_change(begin, end, zone))  # the wall clock jumps here, perhaps over a boundary
    ordered = sorted(point for point in points if begin <= point <= end)
    stretches: list[tuple[datetime, datetime]] = []
    for opens, closes in pairwise(ordered):
        if not calendar.is_open(opens):
            continue
        if stretches and stretches[-1][1] == opens:
            stretches[-1] = (stretches[-1][0], closes)
        else:
            stretches.append((opens, closes))
    return tuple(stretches)


def _offset_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset becomes what it is at `after`; one change lies in between."""
    low, high = int(before.timestamp()), int(after.timestamp())
    target = after.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == target:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
