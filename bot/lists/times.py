"""Times: a day and a time as people write them in Sweden and Finland, as a moment.

Days with dots or slashes have the day before the month; years have four digits. Excel's own numbers of days are read as
such. Local times are of the organisation's zone; gap and fold as `flows.calendar` says, with a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from bot.lists.faults import CellFault, shown
from bot.lists.texts import Texts, clock_words
from flows.calendar import local_moment

YEARS = range(1990, 2200)
"""Those that `flows.timing` can plan in."""

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<s>[-./])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?P<s>[-./]) ?(?P<month>\d{1,2})(?P=s) ?(?P<year>\d{4})(?!\d)")
_TOGETHER = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?=$|[T ]|\d{4}(?:\d\d)?(?!\d))")
_SHORT_YEAR = re.compile(r"\d{1,2}([-./]) ?\d{1,2}\1 ?\d\d(?!\d)")
_TIME = re.compile(r"(?P<hour>\d{1,2})(?P<s>[:.])(?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?")
_TIME_TOGETHER = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d\d)(?P<second>\d\d)?")
_HOUR = re.compile(r"(?P<hour>\d{1,2})(?P<minute>)(?P<second>)")
_OFFSET = re.compile(r" ?(?:(?P<utc>Z)|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))", re.IGNORECASE)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_FRACTION = re.compile(r"0?[.,](?:\d|\d{3,})")
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 109_574  # 1990-01-01 and 2199-12-31, as Excel counts
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - counts local days


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC. `note` is the name of a text in "faults" that says how it was taken, or empty."""

    at: datetime
    note: str = ""
    written: str = ""
    taken: str = ""


@dataclass(frozen=True, slots=True)
class _Written:
    day: date | None
    wall: time | None
    offset: timedelta | None = None


def moment(day: str, clock: str, zone: ZoneInfo, texts: Texts, same_day: date | None = None) -> Moment:
    """The moment that two cells name: a day and a time, or both in either one, or a time on `same_day`.

    CellFault if they name none; at least one of the cells is not empty.
    """
    written = f"{day} {clock}".strip()
    from_day = _read(day, texts, of_day=True) if day else _Written(None, None)
    from_clock = _read(clock, texts, of_day=False) if clock else _Written(None, None)
    if from_day.day is not None and from_clock.day is not None and from_day.day != from_clock.day:
        raise CellFault("no-moment", value=shown(written, texts))
    found_day = from_clock.day or from_day.day or same_day
    # Excel gives a cell of days alone a midnight at times: a time beside it counts.
    wall = from_clock.wall if from_clock.wall is not None else from_day.wall
    offset = from_clock.offset if from_clock.offset is not None else from_day.offset
    if found_day is None:
        raise CellFault("day-missing", value=shown(written, texts))
    if wall is None:
        raise CellFault("time-missing", value=shown(written, texts))
    if found_day.year not in YEARS:
        raise CellFault("far-year", year=found_day.year)
    if offset is not None:
        return Moment(datetime.combine(found_day, wall, timezone(offset)).astimezone(UTC))
    return _local(found_day, wall, zone)


def _local(day: date, wall: time, zone: ZoneInfo) -> Moment:
    at = local_moment(day, wall, zone)
    first, second = (datetime.combine(day, wall.replace(fold=fold), zone).utcoffset() for fold in (0, 1))
    if first == second or first is None or second is None:
        return Moment(at)
    name = "comes-twice" if first > second else "skipped"
    return Moment(at, name, f"{wall:%H:%M}", f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}")


def _read(text: str, texts: Texts, *, of_day: bool) -> _Written:
    rest = _without_words(text)
    if _SERIAL.fullmatch(rest):
        return _serial(rest, text, texts)
    if _FRACTION.fullmatch(rest):
        whole = _EXCEL_EPOCH + timedelta(seconds=round(float(f"0.{re.split('[.,]', rest)[1]}") * 86_400))
        return _Written(None, whole.time())
    day = None
    for form in (_YEAR_FIRST, _TOGETHER, _DAY_FIRST):
        if match := form.match(rest):
            day = _day(match, text, texts)
            rest = _without_words(rest[match.end() :].lstrip("Tt ,;"))
            break
    else:
        if _SHORT_YEAR.match(rest):
            raise CellFault("short-year", value=shown(text, texts))
    if not rest:
        if day is None:
            raise CellFault("no-day" if of_day else "no-moment", value=shown(text, texts))
        return _Written(day, None)
    return _timed(day, rest, text, texts)


def _timed(day: date | None, rest: str, text: str, texts: Texts) -> _Written:
    for form in (_TIME, _TIME_TOGETHER, _HOUR):
        match = form.match(rest)
        if match is None:
            continue
        after = rest[match.end() :]
        offset = _OFFSET.fullmatch(after)
        if after and not offset:
            continue
        if form is _TIME and match["hour"] == "0" and match["s"] == ".":
            continue  # 0.25 is a quarter of a day as likely as twenty-five past midnight
        try:
            wall = time(int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0))
        except ValueError:
            continue
        return _Written(day, wall, _distance(offset) if offset else None)
    raise CellFault("no-moment", value=shown(text, texts))


def _day(match: re.Match[str], text: str, texts: Texts) -> date:
    year = int(match["year"])
    if year not in YEARS:
        raise CellFault("far-year", year=year)
    try:
        return date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        raise CellFault("no-such-day", value=shown(text, texts)) from None


def _serial(rest: str, text: str, texts: Texts) -> _Written:
    number = float(rest.replace(",", "."))
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        raise CellFault("no-moment", value=shown(text, texts))
    found = _EXCEL_EPOCH + timedelta(days=int(number), seconds=round((number - int(number)) * 86_400))
    return _Written(found.date(), None if number == int(number) else found.time())


def _distance(match: re.Match[str]) -> timedelta:
    if match["utc"]:
        return timedelta(0)
    away = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    return -away if match["sign"] == "-" else away


def _without_words(text: str) -> str:
    """Without the words that may stand before a day or a time: weekdays, "kl", "klo"."""
    return _words_before().sub("", text, count=1)


@cache
def _words_before() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, clock_words()), key=len, reverse=True))
    return re.compile(rf"(?:(?:{words})\b[.,]? *)+", re.IGNORECASE)
