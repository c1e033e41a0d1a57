"""Periods: fixed runs of four ISO weeks, numbered from an epoch, the same for everybody and for ever.

Figures about few persons are told for these only. A rolling period would give single weeks back: this week's
last four less last week's last four. Fixed periods share no week, so no two of them can be subtracted.
"""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(2001, 1, 1)
"""The Monday of 2001-W01, week number 0; weeks 0 to 3 are the first period."""

WEEKS = 4


def number_of(week: str) -> int:
    """Whole weeks from the epoch to a week such as "2026-W47". ValueError if there is no such week."""
    year, _, number = week.partition("-W")
    return (date.fromisocalendar(int(year), int(number), 1) - EPOCH).days // 7


def week_of(number: int) -> str:
    """The week of that number, the inverse of `number_of`."""
    year, week, _ = (EPOCH + timedelta(weeks=number)).isocalendar()
    return f"{year}-W{week:02d}"


def latest_period(week: str) -> tuple[str, ...]:
    """The four weeks, oldest first, of the latest period that has ended when `week` has."""
    after = (number_of(week) + 1) // WEEKS * WEEKS
    return tuple(week_of(number) for number in range(after - WEEKS, after))
