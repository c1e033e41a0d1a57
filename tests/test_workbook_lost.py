"""What was erased since a figure was told: whether the figure of now would give it away."""

from __future__ import annotations

from bot.figures.distribution import Distribution
from bot.figures.periods import latest_period, number_of, period_of, week_of
from bot.workbook.shown import Lost

PERIOD = ("2026-W45", "2026-W46", "2026-W47", "2026-W48")


def weeks(*answers: int) -> list[Distribution]:
    """Weeks with so many answers."""
    return [Distribution(count, count, count, {}, {4.0: count}) for count in answers]


def test_a_period_not_told_yet_stands_as_it_is() -> None:
    """Weeks too small to be told by themselves, one of them with an erasure: nothing exact was ever told of it."""
    lost = Lost(frozenset({"2026-W46"}))
    assert not lost.from_period(PERIOD, weeks(20, 25, 0, 29))
    assert lost.from_week("2026-W46")
    assert not lost.from_week("2026-W45")


def test_a_period_that_was_told_is_not_told_exactly_again() -> None:
    """Erased after the report of the period: exact then less exact now would be the erased."""
    assert Lost(frozenset({"2026-W46"}), frozenset({"2026-W46"})).from_period(PERIOD, weeks(20, 25, 0, 29))


def test_a_sum_of_weeks_told_by_themselves_is_not_told_exactly() -> None:
    """Every week was told whole, one of them with what was erased since: their sum less the period would be that."""
    lost = Lost(frozenset({"2026-W46"}))
    assert lost.from_period(PERIOD, weeks(30, 40, 0, 50))
    assert not Lost(frozenset({"2026-W44"})).from_period(PERIOD, weeks(30, 40, 0, 50))


def test_every_week_is_in_the_period_that_ends_with_its_last_week() -> None:
    """Over six years: four weeks, the week among them, and the same period as reports tell at its end."""
    for number in range(number_of("2026-W01"), number_of("2026-W01") + 6 * 52):
        period = period_of(week_of(number))
        assert week_of(number) in period
        assert latest_period(period[-1]) == period
