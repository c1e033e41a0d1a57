"""What was erased since a figure was told: whether the figure of now would give it away."""

from __future__ import annotations

from bot.figures.distribution import Distribution
from bot.figures.periods import latest_period, number_of, period_of, week_of
from bot.figures.suppression import Showing
from bot.workbook.shown import Lost, of_period, of_week

PERIOD = ("2026-W45", "2026-W46", "2026-W47", "2026-W48")


def weeks(*answers: int) -> list[Distribution]:
    """Weeks with so many answers."""
    return [Distribution(count, count, count, {}, {4.0: count}) for count in answers]


def told(lost: Lost, *answers: int) -> Showing:
    """How much is told of a period with weeks of so many answers."""
    every = weeks(*answers)
    figure = of_period(Distribution(sum(answers), sum(answers), sum(answers)), every, "citizen")
    return lost.held_back(figure, PERIOD, every).showing


def test_a_period_not_told_yet_stands_as_it_is() -> None:
    """Weeks too small to be told by themselves, one of them with an erasure: nothing exact was ever told of it."""
    lost, (forty,) = Lost(frozenset({"2026-W46"})), weeks(40)
    assert told(lost, 20, 25, 0, 29) is Showing.WHOLE
    week = of_week(forty, "citizen")
    assert lost.held_back(week, ("2026-W46",), [forty]).showing is Showing.FEW
    assert lost.held_back(week, ("2026-W45",), [forty]) == week


def test_a_period_that_was_told_is_not_told_exactly_again() -> None:
    """Erased after the report of the period: exact then less exact now would be the erased."""
    assert told(Lost(frozenset({"2026-W46"}), frozenset({"2026-W46"})), 20, 25, 0, 29) is Showing.FEW


def test_a_sum_of_weeks_told_by_themselves_is_not_told_exactly() -> None:
    """Every week was told whole, one of them with what was erased since: their sum less the period would be that."""
    assert told(Lost(frozenset({"2026-W46"})), 30, 40, 0, 50) is Showing.FEW
    assert told(Lost(frozenset({"2026-W44"})), 30, 40, 0, 50) is Showing.WHOLE


def test_every_week_is_in_the_period_that_ends_with_its_last_week() -> None:
    """Over six years: four weeks, the week among them, and the same period as reports tell at its end."""
    for number in range(number_of("2026-W01"), number_of("2026-W01") + 6 * 52):
        period = period_of(week_of(number))
        assert week_of(number) in period
        assert latest_period(period[-1]) == period


def test_what_is_hidden_stays_hidden() -> None:
    """An erasure makes nothing told that was not."""
    lost = Lost(frozenset(PERIOD), frozenset(PERIOD))
    assert told(lost, 3, 0, 0, 0) is Showing.HIDDEN
    assert told(lost, 9, 0, 0, 0) is Showing.FEW
