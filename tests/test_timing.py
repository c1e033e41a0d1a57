"""When follow-ups fall due: lines, local time, closed hours, last useful moments, late and moved contacts."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.calendar import LOOK_AROUND
from flows.timing import (
    REASONS,
    Calendar,
    PhaseTiming,
    Planned,
    Send,
    Useful,
    later,
    moved,
    parse_duration,
    parse_send,
    parse_useful,
    plan,
)
from tests.wild import examples

STOCKHOLM, HELSINKI = "Europe/Stockholm", "Europe/Helsinki"
SWEDEN = Calendar(STOCKHOLM)
AROUND_THE_CLOCK = Calendar(STOCKHOLM, time(23, 59), time(0), None, sundays=False)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEFORE = parse_send("1 day before start, at 17:00")
AT_END = parse_send("at end")
AFTER = parse_send("2 hours after end")


def local(text: str, zone: str = STOCKHOLM, fold: int = 0) -> datetime:
    """A local wall-clock time as a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def one(
    phase: str,
    send: str,
    useful: str | None = None,
    *,
    start: str,
    end: str | None = None,
    lasts: timedelta = 30 * MINUTES,
    calendar: Calendar = SWEDEN,
    now: datetime = LONG_AGO,
    spread: float = 0.0,
) -> Planned:
    """The plan of a single phase; start and end are local times of the calendar's zone."""
    timing = PhaseTiming(parse_send(send), parse_useful(useful) if useful else None)
    ends = local(end, calendar.zone) if end else None
    begins = local(start, calendar.zone)
    (planned,) = plan({phase: timing}, start=begins, end=ends, lasts=lasts, calendar=calendar, now=now, spread=spread)
    return planned


# Lines of a journey


@pytest.mark.parametrize(
    ("text", "send"),
    [
        ("at start", Send("start", timedelta(0))),
        ("at end", Send("end", timedelta(0))),
        ("2 hours after end", Send("end", 2 * HOURS)),
        ("1 hour before start", Send("start", -HOURS)),
        ("15 minutes before start", Send("start", -15 * MINUTES)),
        ("1 day before start", Send("start", timedelta(0), -1)),
        ("2 weeks after end", Send("end", timedelta(0), 14)),
        ("1 day before start, at 17:00", Send("start", timedelta(0), -1, time(17))),
        ("1 day before start at 7:30", Send("start", timedelta(0), -1, time(7, 30))),
        ("0 days before start, at 08:00", Send("start", timedelta(0), 0, time(8))),
        ("  At   START ", Send("start", timedelta(0))),
    ],
)
def test_send_lines_are_read(text: str, send: Send) -> None:
    """Every form of a `send:` line becomes its value."""
    assert parse_send(text) == send


@pytest.mark.parametrize(
    ("text", "useful"),
    [
        ("start", Useful("start", timedelta(0))),
        ("end", Useful("end", timedelta(0))),
        ("2 hours after start", Useful("start", 2 * HOURS)),
        ("1 hour before start", Useful("start", -HOURS)),
        ("3 days after end", Useful("end", timedelta(0), 3)),
        ("7 days after due", Useful("due", timedelta(0), 7)),
    ],
)
def test_useful_lines_are_read(text: str, useful: Useful) -> None:
    """Every form of a `useful until:` line becomes its value."""
    assert parse_useful(text) == useful


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30 minutes", 30 * MINUTES),
        ("1 hour", HOURS),
        ("2 days", 2 * DAYS),
        ("1 week", 7 * DAYS),
        ("0 minutes", timedelta(0)),
    ],
)
def test_durations_are_read(text: str, length: timedelta) -> None:
    """A `lasts:` line becomes elapsed time."""
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("send", "1 day befor strat, at 17.00", 'Did you mean "1 day before start, at 17:00"?'),
        ("send", "tomorrow", 'Write it as in "at start"'),
        ("send", "", 'Write it as in "at start"'),
        ("send", "2 hours after due", 'Write it as in "at start"'),
        ("send", "-1 day after start", 'Write it as in "at start"'),
        ("send", "1 day before start, at 25:00", "from 00:00 to 23:59"),
        ("send", "2 hours before start, at 17:00", "count in days"),
        ("send", "9999999 weeks after end", "shorter"),
        ("useful", "7 dayes after due", 'Did you mean "7 days after due"?'),
        ("useful", "7 days before due", "over before it is sent"),
        ("useful", "0 days after due", "over before it is sent"),
        ("useful", "due", "7 days after due"),
        ("lasts", "30 mins", 'Did you mean "30 minutes"?'),
        ("lasts", "half an hour", 'Write it as in "30 minutes"'),
        ("lasts", "1099 days", "shorter"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(kind: str, text: str, said: str) -> None:
    """A line that can't be read is refused with the form that was meant, or those allowed."""
    read = {"send": parse_send, "useful": parse_useful, "lasts": parse_duration}[kind]
    with pytest.raises(ValueError, match=r"\w") as fault:
        read(text)
    assert said in str(fault.value)


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,9} (days|hours) (after|before) (start|end|due)", fullmatch=True))
@examples(100)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the readers fail in any other way than with a ValueError that quotes the line."""
    refused = 0
    for read in (parse_send, parse_useful, parse_duration):
        try:
            read(text)
        except ValueError as fault:
            refused += 1
            assert text.strip().lower()[:20] in str(fault).lower()  # noqa: PT017
    assert refused >= 1  # no line has all three forms


# Local time


@pytest.mark.parametrize(
    ("send", "start", "due"),
    [
        # Spring: 29 March 2026, 02:00 becomes 03:00.
        ("1 day before start, at 02:30", "2026-03-30 10:00", "2026-03-29 03:00"),
        ("1 day before start, at 03:00", "2026-03-30 10:00", "2026-03-29 03:00"),
        ("1 day before start, at 01:59", "2026-03-30 10:00", "2026-03-29 01:59"),
        ("1 day after start", "2026-03-28 02:30", "2026-03-29 03:00"),
        ("1 day after start", "2026-03-28 12:00", "2026-03-29 12:00"),
        ("24 hours after start", "2026-03-28 12:00", "2026-03-29 13:00"),
        ("1 hour after start", "2026-03-29 01:30", "2026-03-29 03:30"),
        # Autumn: 25 October 2026, 03:00 becomes 02:00.
        ("1 day after start", "2026-10-24 12:00", "2026-10-25 12:00"),
        ("24 hours after start", "2026-10-24 12:00", "2026-10-25 11:00"),
        ("4 hours before start", "2026-10-25 05:00", "2026-10-25 02:00"),
        # Leap days and the turn of the year.
        ("1 day before start", "2028-03-01 10:00", "2028-02-29 10:00"),
        ("1 day before start", "2027-03-01 10:00", "2027-02-28 10:00"),
        ("1 day after start, at 17:00", "2028-02-28 10:00", "2028-02-29 17:00"),
        ("1 week after start", "2028-02-29 10:00", "2028-03-07 10:00"),
        ("366 days after start", "2028-02-29 10:00", "2029-03-01 10:00"),
        ("1 day before start, at 17:00", "2027-01-01 09:00", "2026-12-31 17:00"),
        ("0 days before start, at 08:00", "2026-11-16 14:00", "2026-11-16 08:00"),
    ],
)
def test_local_arithmetic(send: str, start: str, due: str) -> None:
    """Days keep the wall clock, hours are elapsed, a time in the spring gap is the moment after it."""
    planned = one("after", send, start=start, calendar=AROUND_THE_CLOCK)
    assert planned.due_at == local(due)
    assert planned.due_at.tzinfo is UTC


@pytest.mark.parametrize("send", ["1 day before start, at 02:30", "1 day before start"])
def test_an_ambiguous_time_is_its_first_occurrence(send: str) -> None:
    """02:30 on the night the clocks go back is the one in summer time, 00:30 UTC."""
    planned = one("after", send, start="2026-10-26 02:30", calendar=AROUND_THE_CLOCK)
    assert planned.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("send", "due"),
    [
        ("371 days after start", "2027-10-31 02:30"),  # that night has two: the first is meant
        ("154 days after start", "2027-03-28 03:00"),  # that night has none
    ],
)
def test_a_start_at_the_second_occurrence_does_not_pass_its_fold_on(send: str, due: str) -> None:
    """A contact in the repeated hour is followed up by its wall clock, not by which of the two it was."""
    phases = {"after": PhaseTiming(parse_send(send), None)}
    start = local("2026-10-25 02:30", fold=1)
    (planned,) = plan(phases, start=start, end=None, lasts=HOURS, calendar=AROUND_THE_CLOCK, now=LONG_AGO, spread=0)
    assert planned.due_at == local(due)


def test_a_contact_without_end_ends_after_its_usual_length() -> None:
    """The end is start plus `lasts` in elapsed time, also over a change of the clocks."""
    planned = one("after", "at end", start="2026-03-29 01:30", lasts=HOURS, calendar=AROUND_THE_CLOCK)
    assert planned.due_at == local("2026-03-29 03:30")


# Closed hours


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-16 07:59:59", False),
        ("2026-11-16 08:00", True),
        ("2026-11-16 19:59:59", True),
        ("2026-11-16 20:00", False),
        ("2026-11-15 12:00", False),  # a Sunday
        ("2026-11-14 12:00", True),  # a Saturday
        ("2026-04-03 12:00", False),  # Good Friday
        ("2026-04-02 15:00", True),  # Maundy Thursday: banks only, from 2 pm
        ("2026-06-19 12:00", False),  # Midsummer Eve
        ("2026-06-20 12:00", False),  # Midsummer Day
        ("2026-12-23 12:00", True),
        ("2026-12-24 12:00", False),  # Christmas Eve
        ("2026-12-31 12:00", False),  # New Year's Eve
        ("2026-05-15 12:00", True),  # the "squeeze day" after Ascension
    ],
)
def test_open_hours_in_sweden(moment: str, is_open: bool) -> None:
    """Quiet hours, Sundays, public holidays and the three eves close; half days and squeeze days do not."""
    assert SWEDEN.is_open(local(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-06-19 12:00", False),  # Midsummer Eve
        ("2026-12-24 12:00", False),  # Christmas Eve
        ("2026-12-31 12:00", True),  # New Year's Eve is a working day in Finland
        ("2027-12-06 12:00", False),  # Independence Day
        ("2026-02-05 12:00", True),  # Runeberg Day: a flag day
        ("2026-06-18 08:00", True),
    ],
)
def test_open_hours_in_finland(moment: str, is_open: bool) -> None:
    """Finland is closed on its own holidays, in its own time."""
    assert Calendar(HELSINKI, holiday_country="FI").is_open(local(moment, HELSINKI)) is is_open


def test_a_sunday_is_open_where_sundays_are_not_closed() -> None:
    """The holidays library does not close ordinary Sundays by itself; only `sundays` does."""
    sunday = local("2026-11-15 12:00")
    assert Calendar(STOCKHOLM, sundays=False).is_open(sunday)
    assert not SWEDEN.is_open(sunday)


def test_without_a_country_no_holiday_closes() -> None:
    """None as holiday country leaves Good Friday open."""
    assert Calendar(STOCKHOLM, holiday_country=None).is_open(local("2026-04-03 12:00"))


def test_quiet_hours_within_the_day() -> None:
    """Quiet hours that do not pass midnight close only the hours between them."""
    calendar = Calendar(STOCKHOLM, time(12), time(14), None, sundays=False)
    assert calendar.is_open(local("2026-11-16 03:00"))
    assert calendar.last_open_at_or_before(local("2026-11-16 13:00")) == local("2026-11-16 11:59")
    assert calendar.first_open_at_or_after(local("2026-11-16 13:00")) == local("2026-11-16 14:00")
    assert calendar.first_closed_at_or_after(local("2026-11-16 15:00")) == local("2026-11-17 12:00")


@pytest.mark.parametrize(
    ("moment", "first", "last", "closes"),
    [
        ("2026-11-16 10:00", "2026-11-16 10:00", "2026-11-16 10:00", "2026-11-16 20:00"),
        ("2026-11-16 20:00", "2026-11-17 08:00", "2026-11-16 19:59", "2026-11-16 20:00"),
        ("2026-11-15 12:00", "2026-11-16 08:00", "2026-11-14 19:59", "2026-11-15 12:00"),
        ("2026-12-25 12:00", "2026-12-28 08:00", "2026-12-23 19:59", "2026-12-25 12:00"),
        ("2026-12-31 23:00", "2027-01-02 08:00", "2026-12-30 19:59", "2026-12-31 23:00"),
    ],
)
def test_the_nearest_open_moments(moment: str, first: str, last: str, closes: str) -> None:
    """Open moments stand; closed ones have a next opening and a last minute, over holidays and new year."""
    at = local(moment)
    assert SWEDEN.first_open_at_or_after(at) == local(first)
    assert SWEDEN.last_open_at_or_before(at) == local(last)
    assert SWEDEN.first_closed_at_or_after(at) == local(closes)


def test_an_open_hour_that_does_not_exist_is_passed_over() -> None:
    """Open only 02-03: the night of the spring change has no such hour, so the next night's is taken."""
    calendar = Calendar(STOCKHOLM, time(3), time(2), None, sundays=False)
    assert calendar.first_open_at_or_after(local("2026-03-28 12:00")) == local("2026-03-30 02:00")
    assert calendar.last_open_at_or_before(local("2026-03-29 12:00")) == local("2026-03-28 02:59")


def test_an_open_hour_that_comes_twice_is_open_twice() -> None:
    """Open only 02:00-02:30: on the night of the autumn change both are open, and the hour between is not."""
    calendar = Calendar(STOCKHOLM, time(2, 30), time(2), None, sundays=False)
    between = local("2026-10-25 02:45")
    assert not calendar.is_open(between)
    assert calendar.last_open_at_or_before(between) == local("2026-10-25 02:29")
    assert calendar.first_open_at_or_after(between) == local("2026-10-25 02:00", fold=1)
    assert calendar.last_open_at_or_before(local("2026-10-25 02:45", fold=1)) == local("2026-10-25 02:29", fold=1)


def test_clocks_going_back_can_close_what_was_open() -> None:
    """Open 02:15-03:10: at 03:00 the wall clock falls back to 02:00, before opening, and it is closed again."""
    calendar = Calendar(STOCKHOLM, time(3, 10), time(2, 15), None, sundays=False)
    closes = local("2026-10-25 02:00", fold=1)
    assert calendar.first_closed_at_or_after(local("2026-10-25 02:20")) == closes
    assert calendar.first_open_at_or_after(closes) == local("2026-10-25 02:15", fold=1)


def test_a_midnight_that_comes_twice() -> None:
    """St John's put its clocks back at 00:01 until 2011: a few minutes of Sunday, then Saturday once more."""
    calendar = Calendar("America/St_Johns", time(12), time(13), None)
    midnight = local("2010-11-07 00:00", calendar.zone)
    assert not calendar.is_open(midnight)
    assert calendar.first_open_at_or_after(midnight) == midnight + MINUTES
    assert calendar.first_closed_at_or_after(midnight + MINUTES) == midnight + HOURS


def test_an_opening_shorter_than_a_minute_is_taken_from_its_beginning() -> None:
    """The last open minute never begins before the opening does."""
    calendar = Calendar(STOCKHOLM, time(8, 0, 30), time(8), None)
    assert calendar.last_open_at_or_before(local("2026-11-16 12:00")) == local("2026-11-16 08:00")


@pytest.mark.parametrize("zone", ["", "Europe", "Europe/Stokholm", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    """What is no IANA zone is refused at once, with an example of one."""
    with pytest.raises(ValueError, match="Europe/Stockholm"):
        Calendar(zone)


@pytest.mark.parametrize("country", ["", "se", "Sweden", "XX", "registry"])
def test_an_unknown_holiday_country_is_refused(country: str) -> None:
    """What is no country code with known holidays is refused at once."""
    with pytest.raises(ValueError, match="such as SE or FI"):
        Calendar(STOCKHOLM, holiday_country=country)


def test_quiet_hours_over_the_whole_day_are_refused() -> None:
    """Equal ends would leave no open hour, so no search for one is ever begun."""
    with pytest.raises(ValueError, match="cover the whole day"):
        Calendar(STOCKHOLM, time(8), time(8))


# Moving into allowed hours


def test_before_moves_back_and_after_moves_forward() -> None:
    """Due on a Sunday: before goes to Saturday's last minute, during and after to Monday's first."""
    assert one("before", "1 day before start, at 17:00", start="2026-11-16 10:00").due_at == local("2026-11-14 19:59")
    for phase in ("during", "after"):
        planned = one(phase, "1 day after end", start="2026-11-13 10:00", end="2026-11-14 11:00")
        assert planned.due_at == local("2026-11-16 08:00")


@pytest.mark.parametrize(
    ("spread", "due"),
    [(0.0, "08:00"), (0.25, "08:15"), (0.5, "08:30"), (1 - 2**-53, "08:59:59")],
)
def test_what_a_night_held_back_is_spread_over_an_hour(spread: float, due: str) -> None:
    """The contact's fraction decides where in the first open hour it is written to."""
    planned = one("after", "2 hours after end", start="2026-11-16 19:00", spread=spread)
    assert planned.due_at == local(f"2026-11-17 {due}")


def test_a_thousand_contacts_of_one_night_are_not_written_to_in_one_minute() -> None:
    """With evenly spread fractions no minute of the first hour gets more than its share."""
    minutes = [
        one("after", "at end", start="2026-11-16 23:00", spread=number / 1000).due_at.replace(second=0)
        for number in range(1000)
    ]
    assert max(minutes.count(minute) for minute in set(minutes)) <= 17


def test_what_was_in_an_allowed_hour_is_not_spread() -> None:
    """An open due moment stands to the second, whatever the fraction."""
    assert one("after", "at end", start="2026-11-16 10:00", spread=0.9).due_at == local("2026-11-16 10:30")


def test_the_spread_stays_inside_a_short_opening() -> None:
    """Where only twenty minutes are open, an hour's spread shrinks to them."""
    calendar = Calendar(STOCKHOLM, time(8, 20), time(8), None)
    planned = one("after", "at end", start="2026-11-16 10:00", calendar=calendar, spread=0.5)
    assert planned.due_at == local("2026-11-17 08:10")


def test_the_spread_ends_before_the_last_useful_moment() -> None:
    """Useful until 08:10 leaves ten minutes to spread over, and 08:10 itself is never reached."""
    for spread, due in ((0.5, "08:05"), (1 - 2**-53, "08:09")):
        planned = one("after", "at end", "11 hours after end", start="2026-11-16 20:40", spread=spread)
        assert planned.useful_until == local("2026-11-17 08:10")
        assert planned.due_at.replace(second=0, microsecond=0) == local(f"2026-11-17 {due}")


# Last useful moments


def test_default_last_useful_moments() -> None:
    """Before: the start. During: 3 days after the end. After: 7 days after due, before due was moved."""
    asked = partial(one, start="2026-11-16 10:00", end="2026-11-18 21:00")
    assert asked("before", "1 day before start").useful_until == local("2026-11-16 10:00")
    assert asked("during", "at start").useful_until == local("2026-11-21 21:00")
    assert asked("during", "5 days after end").useful_until == local("2026-11-26 21:00")
    after = asked("after", "2 hours after end")
    assert (after.due_at, after.useful_until) == (local("2026-11-19 08:00"), local("2026-11-25 23:00"))


@pytest.mark.parametrize(
    ("useful", "until"),
    [
        ("2 hours after start", "2026-03-28 12:00"),
        ("1 hour before end", "2026-03-28 10:00"),
        ("1 day after end", "2026-03-29 11:00"),
        ("24 hours after end", "2026-03-29 12:00"),
        ("1 week after due", "2026-04-04 09:00"),
    ],
)
def test_given_last_useful_moments(useful: str, until: str) -> None:
    """A `useful until:` line is counted like a `send:` line, and not moved out of closed hours."""
    planned = one("after", "1 hour before start", useful, start="2026-03-28 10:00", end="2026-03-28 11:00")
    assert planned.useful_until == local(until)


def test_no_allowed_hour_before_the_last_useful_moment_is_missed() -> None:
    """An evening's question that is useful for three hours has no allowed moment, and says so."""
    planned = one("after", "at end", "3 hours after end", start="2026-11-16 20:00")
    assert (planned.status, planned.reason) == ("missed", "no-allowed-hour")
    assert planned.due_at == local("2026-11-16 20:30")


def test_the_last_useful_moment_itself_is_too_late() -> None:
    """Opening at exactly the last useful moment is too late; a second more is enough."""
    asked = partial(one, start="2026-11-16 20:00", lasts=timedelta(0))
    assert asked("after", "at end", "12 hours after end").status == "missed"
    assert asked("after", "at end", "721 minutes after end").status == "planned"


def test_due_after_its_last_useful_moment_is_missed() -> None:
    """A before that a journey sends only at or after the start can't be asked of anybody."""
    for send in ("1 hour after start", "at start"):
        planned = one("before", send, start="2026-11-16 10:00")
        assert (planned.status, planned.reason) == ("missed", "never-useful")


# Late and back-dated contacts


@pytest.mark.parametrize(
    ("now", "status", "reason", "due"),
    [
        ("2026-11-16 12:00", "planned", "", "2026-11-16 17:00"),
        ("2026-11-16 17:00", "planned", "", "2026-11-16 17:00"),
        ("2026-11-16 18:30", "planned", "", "2026-11-16 18:30"),
        ("2026-11-16 21:00", "planned", "", "2026-11-17 08:15"),
        ("2026-11-17 09:59", "planned", "", "2026-11-17 09:59"),
        ("2026-11-17 10:00", "missed", "registered-late", "2026-11-16 17:00"),
        ("2026-12-01 10:00", "missed", "registered-late", "2026-11-16 17:00"),
    ],
)
def test_registered_late(now: str, status: str, reason: str, due: str) -> None:
    """Past due but still useful: the first allowed moment from now on; no longer useful: missed."""
    planned = one("before", "1 day before start, at 17:00", start="2026-11-17 10:00", now=local(now), spread=0.25)
    assert (planned.status, planned.reason, planned.due_at) == (status, reason, local(due))


def test_registered_in_the_night_before_an_early_start() -> None:
    """With no open hour left before a start at 07:30, before is missed for having been registered late."""
    planned = one("before", "1 hour before start", start="2026-11-17 07:30", now=local("2026-11-16 22:00"))
    assert (planned.status, planned.reason) == ("missed", "registered-late")


def test_a_back_dated_contact_is_still_asked_after() -> None:
    """Registered three days afterwards: before and during are past, after is asked now."""
    phases = {
        "after": PhaseTiming(AFTER, None),
        "during": PhaseTiming(AT_END, parse_useful("1 day after end")),
        "before": PhaseTiming(BEFORE, None),
    }
    now = local("2026-11-20 10:00")
    before, during, after = plan(
        phases,
        start=local("2026-11-16 10:00"),
        end=local("2026-11-17 10:00"),
        lasts=HOURS,
        calendar=SWEDEN,
        now=now,
        spread=0.5,
    )
    assert [p.phase for p in (before, during, after)] == ["before", "during", "after"]
    assert (before.status, before.reason) == ("missed", "registered-late")
    assert (during.status, during.reason) == ("missed", "registered-late")
    assert (after.status, after.due_at) == ("planned", now)


def test_before_asked_after_the_start_is_retrospective() -> None:
    """Only a before asked at or after the start is marked as looking back."""
    asked = partial(one, start="2026-11-16 10:00", end="2026-11-16 12:00")
    late = asked("before", "1 hour before start", "1 day after start", now=local("2026-11-16 10:00"))
    assert (late.status, late.retrospective) == ("planned", True)
    assert not asked("before", "1 hour before start", "1 day after start").retrospective
    assert not asked("after", "at end").retrospective


# Contacts of one day


def phases_of_three() -> dict[str, PhaseTiming]:
    """A journey's usual three phases."""
    return {
        "before": PhaseTiming(BEFORE, None),
        "during": PhaseTiming(AT_END, None),
        "after": PhaseTiming(AFTER, None),
    }


@pytest.mark.parametrize(
    ("zone", "end", "status", "reason"),
    [
        (STOCKHOLM, datetime(2026, 11, 16, 22, 59, tzinfo=UTC), "merged", "same-day"),
        (HELSINKI, datetime(2026, 11, 16, 22, 59, tzinfo=UTC), "planned", ""),
        (STOCKHOLM, datetime(2026, 11, 16, 23, 0, tzinfo=UTC), "planned", ""),
        (STOCKHOLM, None, "merged", "same-day"),
    ],
)
def test_during_is_merged_on_one_local_day(zone: str, end: datetime | None, status: str, reason: str) -> None:
    """Start and end on one day of the zone, and not of UTC, merge during into after; several days keep it."""
    _, during, after = plan(
        phases_of_three(),
        start=datetime(2026, 11, 16, 9, tzinfo=UTC),
        end=end,
        lasts=HOURS,
        calendar=Calendar(zone),
        now=LONG_AGO,
        spread=0,
    )
    assert (during.phase, during.status, during.reason) == ("during", status, reason)
    assert (after.phase, after.status) == ("after", "planned")


def test_during_stands_alone_where_there_is_no_after() -> None:
    """With nothing to merge into, during is a follow-up of its own also on one day."""
    assert one("during", "at end", start="2026-11-16 10:00").status == "planned"


# Moved contacts


def test_a_moved_contact_keeps_what_has_begun() -> None:
    """Begun and ended follow-ups stay; those not begun, and those never planned, are replaced."""
    fresh = plan(
        phases_of_three(),
        start=local("2026-11-23 10:00"),
        end=local("2026-11-24 10:00"),
        lasts=HOURS,
        calendar=SWEDEN,
        now=local("2026-11-16 10:00"),
        spread=0,
    )
    before, during, after = fresh
    assert moved({}, fresh) == fresh
    assert moved({"before": "planned", "during": "planned", "after": "planned"}, fresh) == fresh
    assert moved({"before": "begun", "during": "planned", "after": "planned"}, fresh) == (during, after)
    assert moved({"before": "ended", "after": "planned"}, fresh) == (during, after)
    assert moved({"before": "planned", "after": "begun"}, fresh) == (before,)
    assert moved({"before": "ended", "during": "begun", "after": "ended"}, fresh) == ()


# What is refused


@pytest.mark.parametrize("name", ["start", "end", "now"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [(datetime(2026, 11, 17), "time zone"), (datetime(206, 11, 17, tzinfo=UTC), "year 206")],  # noqa: DTZ001
)
def test_naive_and_impossible_moments_are_refused(name: str, wrong: datetime, said: str) -> None:
    """A naive moment, or a year that can't be meant, is refused by the name of its argument."""
    moments = {"start": local("2026-11-16 10:00"), "end": local("2026-11-16 11:00"), "now": LONG_AGO}
    moments[name] = wrong
    with pytest.raises(ValueError, match=f"^{name}.*{said}"):
        plan(phases_of_three(), lasts=HOURS, calendar=SWEDEN, spread=0, **moments)


def test_calendar_and_later_refuse_naive_moments() -> None:
    """Every public question about a moment wants to know its zone."""
    naive = datetime(2026, 11, 16, 10)  # noqa: DTZ001
    for ask in (
        SWEDEN.is_open,
        SWEDEN.first_open_at_or_after,
        SWEDEN.last_open_at_or_before,
        SWEDEN.first_closed_at_or_after,
    ):
        with pytest.raises(ValueError, match="time zone"):
            ask(naive)
    with pytest.raises(ValueError, match=r"^now"):
        later("hour", naive, SWEDEN, LONG_AGO)
    with pytest.raises(ValueError, match=r"^useful_until"):
        later("hour", LONG_AGO, SWEDEN, naive)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"spread": 1.0}, "spread"),
        ({"spread": -0.1}, "spread"),
        ({"spread": float("nan")}, "spread"),
        ({"lasts": -MINUTES}, "lasts"),
        ({"end": local("2026-11-16 09:59")}, "end is before start"),
        ({"phases": {"afterwards": PhaseTiming(AFTER, None)}}, "afterwards"),
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, object], said: str) -> None:
    """A fraction, length, end or phase that makes no sense is refused by name."""
    arguments: dict[str, object] = {
        "phases": phases_of_three(),
        "start": local("2026-11-16 10:00"),
        "end": None,
        "lasts": HOURS,
        "calendar": SWEDEN,
        "now": LONG_AGO,
        "spread": 0.0,
    }
    with pytest.raises(ValueError, match=said):
        plan(**(arguments | wrong))  # type: ignore[arg-type]


def test_values_are_frozen() -> None:
    """A plan can't be changed after it was made."""
    planned = one("after", "at end", start="2026-11-16 10:00")
    with pytest.raises(FrozenInstanceError):
        planned.reason = "changed"  # type: ignore[misc]


# "Later"


@pytest.mark.parametrize(
    ("choice", "now", "expected"),
    [
        ("hour", "2026-11-16 10:00", "2026-11-16 11:00"),
        ("hour", "2026-11-15 20:30", "2026-11-15 21:30"),  # a Sunday evening: they asked for it
        ("hour", "2026-11-16 21:00", "2026-11-17 08:00"),
        ("hour", "2026-11-16 05:59", "2026-11-16 08:00"),
        ("hour", "2026-11-16 06:00", "2026-11-16 07:00"),
        ("hour", "2026-11-14 23:00", "2026-11-16 08:00"),
        ("evening", "2026-11-16 10:00", "2026-11-16 18:00"),
        ("evening", "2026-11-16 17:29", "2026-11-16 18:00"),
        ("evening", "2026-11-16 17:30", "2026-11-16 18:30"),
        ("evening", "2026-11-16 21:30", "2026-11-17 08:00"),
        ("evening", "2026-11-15 10:00", "2026-11-15 18:00"),
        ("tomorrow", "2026-11-16 22:30", "2026-11-17 09:00"),
        ("tomorrow", "2026-11-14 12:00", "2026-11-15 09:00"),  # a Sunday: they asked for it
        ("tomorrow", "2026-03-28 12:00", "2026-03-29 09:00"),
        ("tomorrow", "2028-02-28 12:00", "2028-02-29 09:00"),
    ],
)
def test_later_is_when_the_citizen_said(
    choice: Literal["hour", "evening", "tomorrow"], now: str, expected: str
) -> None:
    """A chosen hour, evening or morning stands; only an hour that falls at night waits for an allowed one."""
    assert later(choice, local(now), SWEDEN, local("2030-01-01 00:00")) == local(expected)


def test_later_is_never_at_or_after_the_last_useful_moment() -> None:
    """What would come too late is not offered."""
    now = local("2026-11-16 10:00")
    assert later("hour", now, SWEDEN, local("2026-11-16 11:00")) is None
    assert later("hour", now, SWEDEN, local("2026-11-16 11:01")) == local("2026-11-16 11:00")
    assert later("evening", now, SWEDEN, local("2026-11-16 18:00")) is None
    assert later("tomorrow", now, SWEDEN, local("2026-11-17 08:00")) is None


def test_another_later_is_refused() -> None:
    """A choice that is not offered is refused by name."""
    with pytest.raises(ValueError, match="next week"):
        later("next week", LONG_AGO, SWEDEN, LONG_AGO)  # type: ignore[arg-type]


# Whatever comes


@cache
def days_off(country: str, year: int) -> set[date]:
    """The days of a year that close, as the country's own law has them."""
    categories = ("public", "de_facto") if country == "SE" else ("public",)
    return set(country_holidays(country, years=year, categories=categories))


def is_allowed(calendar: Calendar, moment: datetime) -> bool:
    """Whether a moment is in allowed hours, told in another way than the calendar's own."""
    wall = moment.astimezone(ZoneInfo(calendar.zone))
    begin, end, clock = calendar.quiet_from, calendar.quiet_until, wall.time()
    quiet = begin <= clock < end if begin < end else not end <= clock < begin
    closed = calendar.sundays and wall.strftime("%a") == "Sun"
    if calendar.holiday_country is not None:
        closed = closed or wall.date() in days_off(calendar.holiday_country, wall.year)
    return not quiet and not closed


# Half the moments lie within days of a change of the clocks or a run of holidays.
NEAR = [date(2024, 3, 31), date(2025, 10, 26), date(2026, 3, 29), date(2026, 12, 24), date(2028, 2, 29)]
any_moment = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)) | st.builds(  # noqa: DTZ001
    lambda day, off: datetime.combine(day, time(0), UTC) + timedelta(minutes=off),
    st.sampled_from(NEAR),
    st.integers(-3000, 3000),
)
any_calendar = st.builds(
    lambda zone, quiet, country, sundays: Calendar(zone, quiet[0], quiet[1], country, sundays),
    st.sampled_from([STOCKHOLM, HELSINKI]),
    st.tuples(
        st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    ).filter(lambda quiet: quiet[0] != quiet[1])
    | st.sampled_from([(time(20), time(8)), (time(3), time(2)), (time(2, 30), time(2))]),
    st.sampled_from(["SE", "FI", None]),
    st.booleans(),
)
any_length = st.integers(0, 6 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
any_send = st.one_of(
    st.builds(Send, st.sampled_from(["start", "end"]), st.integers(-4000, 4000).map(lambda m: m * MINUTES)),
    st.builds(
        Send,
        st.sampled_from(["start", "end"]),
        st.just(timedelta(0)),
        st.integers(-9, 9),
        st.none() | st.times(),
    ),
)
any_useful = st.none() | st.builds(
    Useful,
    st.sampled_from(["start", "end", "due"]),
    st.integers(-3000, 3000).map(lambda m: m * MINUTES),
    st.integers(-3, 9),
)
any_phases = st.dictionaries(
    st.sampled_from(["before", "during", "after"]), st.builds(PhaseTiming, any_send, any_useful), min_size=1
)


@given(
    any_phases,
    any_moment,
    st.none() | any_length,
    any_length,
    any_calendar,
    st.integers(-20_000, 20_000),
    st.floats(0, 1, exclude_max=True),
)
@examples(300)
def test_a_plan_keeps_its_promises(
    phases: dict[str, PhaseTiming],
    start: datetime,
    length: timedelta | None,
    lasts: timedelta,
    calendar: Calendar,
    minutes: int,
    spread: float,
) -> None:
    """Planned is allowed, useful and not in the past; the others say why; asked again it is the same."""
    now = start + timedelta(minutes=minutes)
    end = None if length is None else start + length

    def again() -> tuple[Planned, ...]:
        return plan(phases, start=start, end=end, lasts=lasts, calendar=calendar, now=now, spread=spread)

    planned = again()
    assert again() == planned
    assert [p.phase for p in planned] == [p for p in ("before", "during", "after") if p in phases]
    for follow_up in planned:
        assert follow_up.due_at.tzinfo is UTC
        assert follow_up.useful_until.tzinfo is UTC
        assert follow_up.reason in REASONS
        assert bool(follow_up.reason) == (follow_up.status != "planned")
        if follow_up.status == "planned":
            assert is_allowed(calendar, follow_up.due_at)
            assert now <= follow_up.due_at < follow_up.useful_until
        if follow_up.status == "merged":
            assert follow_up.phase == "during"
            assert "after" in phases


@given(any_moment, any_calendar)
@examples(100)
def test_the_nearest_open_moments_are_open_and_nearest(moment: datetime, calendar: Calendar) -> None:
    """Both nearest open moments are open, and nothing between them and the moment is."""
    first, last = calendar.first_open_at_or_after(moment), calendar.last_open_at_or_before(moment)
    assert calendar.is_open(moment) is is_allowed(calendar, moment)
    assert last <= moment <= first
    assert is_allowed(calendar, first)
    assert is_allowed(calendar, last)
    if first > moment:
        step = max((first - moment) / 40, MINUTES)
        for number in range(int((first - moment) / step)):
            assert not is_allowed(calendar, moment + number * step)
        assert not is_allowed(calendar, first - timedelta(microseconds=1))
    if last < moment:
        assert not is_allowed(calendar, last + MINUTES)
        step = max((moment - last) / 40, MINUTES)
        for number in range(1, int((moment - last) / step)):
            assert not is_allowed(calendar, moment - number * step) or moment - number * step < last + MINUTES


@given(any_moment, any_calendar)
@examples(100)
def test_an_open_stretch_ends_where_it_closes(moment: datetime, calendar: Calendar) -> None:
    """From an open moment to the end of its stretch everything is open, and the end itself is closed."""
    assume(calendar.is_open(moment))
    end = calendar.first_closed_at_or_after(moment)
    assert moment < end <= moment + (LOOK_AROUND + 1) * DAYS
    assert not is_allowed(calendar, end)
    for number in range(25):
        assert is_allowed(calendar, moment + (end - moment) * number / 25)
