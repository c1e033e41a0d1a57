"""Working hours are counted through nights, weekends, holidays and changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from flows.working_hours import OFFICE_WEEK, Span, Week, WorkingHours
from tests.wild import examples

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = WorkingHours("Europe/Stockholm")
ALWAYS: Week = ((Span(time(0), time(0)),),) * 7


def local(text: str, zone: ZoneInfo = STOCKHOLM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def wall(moment: datetime) -> str:
    assert moment.tzinfo == UTC
    return f"{moment.astimezone(STOCKHOLM):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("asked_at", "hours", "due"),
    [
        ("2026-11-18 10:00", 2, "Wed 2026-11-18 12:00"),
        ("2026-11-18 10:00", 8, "Thu 2026-11-19 09:30"),  # over a night
        ("2026-11-18 10:00:30", 1, "Wed 2026-11-18 11:00"),
        ("2026-11-18 07:00", 1, "Wed 2026-11-18 09:00"),  # before anybody is at work
        ("2026-11-18 08:30", 8, "Wed 2026-11-18 16:30"),  # the day's last moment, not the next morning
        ("2026-11-18 16:30", 1, "Thu 2026-11-19 09:00"),
        ("2026-11-20 15:30", 8, "Mon 2026-11-23 15:00"),  # over a weekend
        ("2026-11-21 12:00", 8, "Mon 2026-11-23 16:00"),  # asked on a Saturday
        ("2026-12-23 12:00", 8, "Mon 2026-12-28 11:30"),  # Christmas Eve to Boxing Day, then a Sunday
        ("2027-01-05 15:30", 2, "Thu 2027-01-07 09:00"),  # Epiphany
        ("2027-06-24 15:30", 2, "Mon 2027-06-28 09:00"),  # Midsummer Eve
        ("2026-03-27 16:00", 1, "Mon 2026-03-30 08:30"),  # the clocks go forward on the Sunday
        ("2026-10-23 16:00", 1, "Mon 2026-10-26 08:30"),  # and back
        ("2026-11-18 08:00", 85, "Tue 2026-12-01 16:30"),
    ],
)
def test_a_deadline_is_so_many_working_hours_away(asked_at: str, hours: int, due: str) -> None:
    """Only hours in which somebody is at work count, from the next such hour on."""
    assert wall(OFFICE.deadline(local(asked_at), hours)) == due


def test_the_holidays_are_the_countrys() -> None:
    """Epiphany Eve is a working day, Epiphany is not; Finland works on the Swedish national day; some keep none."""
    eve = local("2026-06-05 16:00", ZoneInfo("UTC"))
    finland = WorkingHours("UTC", holiday_country="FI")
    sweden = WorkingHours("UTC", holiday_country="SE")
    assert not sweden.is_working_day(date(2028, 6, 6))
    assert finland.is_working_day(date(2028, 6, 6))
    assert finland.deadline(eve, 1) == local("2026-06-08 08:30", ZoneInfo("UTC"))
    assert sweden.is_working_day(date(2027, 1, 5))
    assert not sweden.is_working_day(date(2027, 1, 6))
    assert WorkingHours("UTC", holiday_country=None).is_working_day(date(2026, 12, 25))


def test_lunch_is_not_worked() -> None:
    """A day may have several spans; what falls between them does not count."""
    lunch = (Span(time(8), time(12)), Span(time(13), time(16)))
    hours = WorkingHours("Europe/Stockholm", (lunch,) * 5 + ((), ()))
    assert wall(hours.deadline(local("2026-11-18 11:30"), 1)) == "Wed 2026-11-18 13:30"
    assert wall(hours.deadline(local("2026-11-18 12:15"), 3)) == "Wed 2026-11-18 16:00"
    assert hours.stretches(date(2026, 11, 18)) == (
        (local("2026-11-18 08:00"), local("2026-11-18 12:00")),
        (local("2026-11-18 13:00"), local("2026-11-18 16:00")),
    )


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-18", 24)])
def test_real_hours_count_when_the_clocks_change(day: str, length: int) -> None:
    """Who works round the clock works 23 hours on the day the clocks go forward, and 25 when they go back."""
    hours = WorkingHours("Europe/Stockholm", ALWAYS, None)
    [(begin, end)] = hours.stretches(date.fromisoformat(day))
    assert end - begin == timedelta(hours=length)
    assert hours.deadline(begin, length) == end
    assert hours.deadline(begin - timedelta(hours=3), 6) == begin + timedelta(hours=3)


def test_hours_that_the_clocks_skip_are_not_worked() -> None:
    """A span that does not exist on the day the clocks go forward is left out that day, and only then."""
    night = (Span(time(2), time(3)),)
    hours = WorkingHours("Europe/Stockholm", (night,) * 7, None)
    assert hours.stretches(date(2026, 3, 29)) == ()
    assert wall(hours.deadline(local("2026-03-29 00:00"), 1)) == "Mon 2026-03-30 03:00"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Span(time(12), time(8)), "from 12:00 to 08:00 ends before it begins"),
        (lambda: Span(time(8), time(8)), "ends before it begins"),
        (lambda: WorkingHours("Europe/Stokholm"), "no time zone"),
        (lambda: WorkingHours("UTC", holiday_country="se"), "no holidays are known"),
        (lambda: WorkingHours("UTC", OFFICE_WEEK[:5]), "seven days, not 5"),
        (lambda: WorkingHours("UTC", ((),) * 7), "less than one working hour in a week"),
        (lambda: WorkingHours("UTC", ((Span(time(8), time(8, 59)),), *((),) * 6)), "less than one working hour"),
        (lambda: WorkingHours("UTC", ((Span(time(8), time(12)), Span(time(11), time(13))), *((),) * 6)), "11:00 comes"),
        (lambda: WorkingHours("UTC", ((Span(time(8), time(0)), Span(time(9), time(13))), *((),) * 6)), "09:00 comes"),
        (lambda: OFFICE.deadline(datetime(2026, 11, 18), 1), "asked_at has no time zone"),  # noqa: DTZ001
        (lambda: OFFICE.deadline(local("2026-11-18 10:00"), 0), "hours: 0 is less than one"),
        (lambda: OFFICE.deadline(local("2026-11-18 10:00"), 100_000), "do not pass within"),
    ],
)
def test_what_cannot_be_is_refused(make: object, said: str) -> None:
    """Hours that make no sense are refused when they are made, and say why."""
    assert callable(make)
    with pytest.raises(ValueError, match=said):
        make()


WALLS = st.sampled_from([time(0), time(1), time(6), time(8), time(11, 30), time(12), time(13), time(16, 30), time(22)])


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Weeks whose days have up to two spans; no bound lies where the clocks change."""
    days: list[tuple[Span, ...]] = []
    for _ in range(7):
        bounds = sorted(draw(st.sets(WALLS, max_size=4)))
        days.append(tuple(Span(*bounds[at : at + 2]) for at in range(0, len(bounds) - 1, 2)))
    days[draw(st.integers(0, 6))] = (Span(draw(st.sampled_from([time(6), time(22)])), time(0)),)
    return tuple(days)


@cache
def closed(country: str, year: int) -> frozenset[date]:
    categories = ("public", "de_facto") if country == "SE" else ("public",)
    return frozenset(country_holidays(country, years=year, categories=categories))


@examples(60)
@given(
    week=weeks(),
    zone=st.sampled_from(["Europe/Stockholm", "Europe/Helsinki", "UTC", "America/St_Johns"]),
    country=st.sampled_from(["SE", "FI", None]),
    quarter=st.integers(0, 2 * 366 * 96),
    hours=st.integers(1, 12),
)
def test_a_deadline_is_what_counting_quarters_gives(
    week: Week, zone: str, country: str | None, quarter: int, hours: int
) -> None:
    """Walking on a quarter of an hour at a time, and counting those within working hours, comes to the same moment."""
    asked_at = datetime(2026, 1, 1, tzinfo=UTC) + quarter * timedelta(minutes=15)
    there = ZoneInfo(zone)

    def worked(moment: datetime) -> bool:
        here = moment.astimezone(there)
        if country is not None and here.date() in closed(country, here.year):
            return False
        now = here.replace(tzinfo=None, fold=0).time()
        return any(span.opens <= now and (now < span.closes or span.closes == time(0)) for span in week[here.weekday()])

    moment, left = asked_at, hours * 4
    while left:
        left -= worked(moment)
        moment += timedelta(minutes=15)
    assert WorkingHours(zone, week, country).deadline(asked_at, hours) == moment


@examples(60)
@given(
    asked=st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    later=st.timedeltas(timedelta(0), timedelta(days=9)),
    hours=st.integers(1, 40),
)
def test_deadlines_keep_their_order(asked: datetime, later: timedelta, hours: int) -> None:
    """Who asks later, or is given more hours, is never due earlier; an hour more is an hour or more later."""
    asked_at = asked.replace(tzinfo=UTC)
    due = OFFICE.deadline(asked_at, hours)
    assert due >= asked_at + timedelta(hours=hours)
    assert OFFICE.deadline(asked_at + later, hours) >= due
    assert OFFICE.deadline(asked_at, hours + 1) >= due + timedelta(hours=1)
    assert any(begin < due <= end for begin, end in OFFICE.stretches(due.astimezone(STOCKHOLM).date()))


def test_a_span_knows_its_length() -> None:
    """Midnight as an end is the end of the day."""
    assert Span(time(8), time(16, 30)).length == timedelta(hours=8.5)
    assert Span(time(22), time(0)).length == timedelta(hours=2)
