"""Call times: by when a call is promised, and how days and hours are said to the person. Reads and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from bot import days
from bot.organisation import Organisation
from bot.premises import Premises
from flows.calendar import by_local_days, local_moment
from flows.journey import Words
from flows.wording import filled, in_language
from flows.working_hours import Span

SOON = "soon"
"""The slot of those who want to be called as soon as possible."""

_QUARTER = timedelta(minutes=15)
_ENOUGH = timedelta(hours=1)
"""What must be left of a slot that has begun, or the call is expected in the next one."""

_DAYS = 60


def deadline(organisation: Organisation, unit: str, slot: str | None, asked_at: datetime) -> datetime:
    """By when a call asked for at `asked_at` is promised, UTC: the organisation's working hours of the unit later.

    Rounded up to a quarter of an hour within the working day, so that what is told is what is kept. Where no part of
    the chosen slot comes before that, it is the end of the first that comes at all.
    """
    hours = organisation.working_hours(unit)
    due = hours.deadline(asked_at, organisation.call_backs.within_hours)
    day = due.astimezone(organisation.zone).date()
    closes = next((end for begin, end in hours.stretches(day) if begin < due <= end), due)
    due = min(closes, _rounded_up(due))
    span = organisation.slots(unit).get(slot or "")
    if span is None:
        return due
    today = asked_at.astimezone(organisation.zone).date()
    for ahead in range(_DAYS):
        for begin, end in _stretches(organisation, unit, today + timedelta(days=ahead), span):
            if begin >= asked_at or end - asked_at >= _ENOUGH:
                return due if begin < due else end
    return due


def days_later(organisation: Organisation, moment: datetime, days: int) -> datetime:
    """The first moment, UTC, when people may be written to, that many local days after `moment` or later."""
    return organisation.calendar.first_open_at_or_after(by_local_days(moment, days, organisation.zone))


def day_told(premises: Premises, moment: datetime, language: str) -> str:
    """The local day of a moment: "torsdag 19 november"."""
    return _dated(premises, moment.astimezone(premises.zone).date(), language)


def moment_told(premises: Premises, moment: datetime, language: str) -> str:
    """A moment in local time: "torsdag 19 november kl. 14"."""
    local = moment.astimezone(premises.zone)
    values: dict[str, Words | str] = {
        "day": _dated(premises, local.date(), language),
        "time": _clock_time(premises, local.time(), language),
    }
    return filled(premises.words["call-moment"], language, values)


def slot_told(premises: Premises, unit: str, slot: str | None, language: str, phrases: Mapping[str, str]) -> str:
    """What `phrases` (code of a slot to name of a phrase) say of the slot, with its hours: "På förmiddagen (8–12)"."""
    words = in_language(premises.words[phrases.get(slot or SOON, phrases[SOON])], language)
    span = premises.organisation.slots(unit).get(slot or "")
    return f"{words} ({_span_told(premises, span, language)})" if span is not None else words


def _stretches(organisation: Organisation, unit: str, day: date, span: Span) -> list[tuple[datetime, datetime]]:
    """When the unit works within the slot on a local day, in UTC."""
    opens = local_moment(day, span.opens, organisation.zone)
    closes = local_moment(day + timedelta(days=span.closes == time(0)), span.closes, organisation.zone)
    worked = organisation.working_hours(unit).stretches(day)
    found = [(max(begin, opens), min(end, closes)) for begin, end in worked]
    return [(begin, end) for begin, end in found if begin < end]


def _rounded_up(moment: datetime) -> datetime:
    passed = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + _QUARTER - passed if passed else moment


def _span_told(premises: Premises, span: Span, language: str) -> str:
    return "–".join(_clock_time(premises, wall, language) for wall in (span.opens, span.closes))


def _clock_time(premises: Premises, wall: time, language: str) -> str:
    pattern = premises.words["call-time-pattern" if wall.minute else "call-hour-pattern"]
    return days.by_pattern(wall, in_language(pattern, language), language)


def _dated(premises: Premises, day: date, language: str) -> str:
    return days.by_pattern(day, in_language(premises.words["call-day-pattern"], language), language)
