"""Periods: fixed runs of four ISO weeks, numbered from an epoch, the same for everybody and for ever.

Figures about few persons are told for these only. A rolling period would give single weeks back: this week's
last four less last week's last four. Fixed periods share no week, so no two of them can be subtracted. A quarter is
three of them: a calendar quarter of thirteen weeks, less its periods, would give a single week back.
"""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(2001, 1, 1)
"""The Monday of 2001-W01, week number 0; weeks 0 to 3 are the first period."""

WEEKS = 4

QUARTER = 3
"""Periods of a quarter; periods 0 to 2 are the first one."""


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


def period_of(week: str) -> tuple[str, ...]:
    """The four weeks, oldest first, of the period that this week is in."""
    first = number_of(week) // WEEKS * WEEKS
    return tuple(week_of(number) for number in range(first, first + WEEKS))


def quarter(week: str) -> tuple[tuple[str, ...], ...]:
    """The three periods, oldest first, each as its four weeks, of the latest quarter that has ended when `week` has."""
    weeks = QUARTER * WEEKS
    after = (number_of(week) + 1) // weeks * weeks
    return tuple(
        tuple(week_of(number) for number in range(first, first + WEEKS)) for first in range(after - weeks, after, WEEKS)
    )
