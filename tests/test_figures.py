"""Figures against published tables and sums done by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.figures.distribution import Tally, distribution
from bot.figures.funnel import Funnel
from bot.figures.index import index_of, mean_of, to_index
from bot.figures.intervals import of_mean, t_quantile, wilson
from bot.figures.periods import latest_period, number_of, week_of
from bot.figures.suppression import (
    Showing,
    fewest,
    rounded,
    rounded_down,
    rounded_up,
    showing,
    with_total,
    with_weeks,
)
from flows.reading import AUDIENCES
from tests.wild import examples

HIDDEN, FEW, WHOLE = Showing.HIDDEN, Showing.FEW, Showing.WHOLE


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [(10, 0.40, 0.89), (20, 0.48, 0.85), (30, 0.52, 0.83), (50, 0.56, 0.81), (100, 0.60, 0.78), (200, 0.63, 0.76)],
)
def test_wilson_agrees_with_a_table(n: int, low: float, high: float) -> None:
    """The interval of a share of 70 per cent is that of the method's table, to two decimals."""
    interval = wilson(n * 7 // 10, n)
    assert (round(interval.low, 2), round(interval.high, 2)) == (low, high)


def test_a_share_of_nobody_begins_at_nought_and_of_all_ends_at_one() -> None:
    """At the ends the interval is exact, with nothing left of rounding, for every number of answers."""
    for n in range(1, 200):
        assert wilson(0, n).low == 0
        assert wilson(n, n).high == 1


def test_wilson_agrees_with_newcombe() -> None:
    """Newcombe's published examples (Statistics in Medicine 17, 1998, table I, method 3) come out."""
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (successes, n), ends in published.items():
        interval = wilson(successes, n)
        assert (round(interval.low, 4), round(interval.high, 4)) == ends


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@examples(60)
def test_wilson_stays_within_and_around_the_share(case: tuple[int, int]) -> None:
    """An interval never leaves 0 to 1, and always holds the share itself."""
    successes, n = case
    interval = wilson(successes, n)
    assert 0 <= interval.low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= interval.high <= 1


@pytest.mark.parametrize("case", [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_share(case: tuple[int, int]) -> None:
    """A share of nobody, or of more than all, has no interval."""
    with pytest.raises(ValueError, match="no share"):
        wilson(*case)


@pytest.mark.parametrize(
    ("probability", "degrees", "value"),
    [
        (0.975, 1, 12.7062047362),
        (0.975, 2, 4.3026527297),
        (0.975, 6, 2.4469118511),
        (0.975, 29, 2.0452296421),
        (0.975, 100, 1.9839715185),
        (0.995, 4, 4.6040948714),
        (0.9, 10, 1.3721836411),
        (0.975, 100_000, 1.9599877075),
    ],
)
def test_t_quantile_agrees_with_published_tables(probability: float, degrees: int, value: float) -> None:
    """Student's t quantiles are those of the published tables, and mirrored below one half."""
    assert t_quantile(probability, degrees) == pytest.approx(value, abs=2e-8)
    assert t_quantile(1 - probability, degrees) == pytest.approx(-value, abs=2e-8)


@pytest.mark.parametrize(
    ("n", "half"), [(7, 1.02), (10, 0.79), (20, 0.51), (30, 0.41), (50, 0.31), (100, 0.22), (200, 0.15)]
)
def test_interval_of_a_mean_agrees_with_a_table(n: int, half: float) -> None:
    """With a standard deviation of 1.1 the half width is that of the method's table, to two decimals."""
    interval = of_mean(3.5, 1.1, n)
    assert interval is not None
    assert round(interval.high - 3.5, 2) == half
    assert interval.high - 3.5 == pytest.approx(3.5 - interval.low)


def test_one_value_has_no_interval() -> None:
    """A single answer gives a mean and no interval."""
    assert of_mean(4, 0, 1) is None
    assert mean_of({4: 1}) is not None
    assert mean_of({}) is None


def test_index_is_skrs() -> None:
    """1 to 5 become 0, 25, 50, 75, 100; the index is their mean, with sd and t interval as done by hand."""
    assert [to_index(step) for step in range(1, 6)] == [0, 25, 50, 75, 100]
    index = index_of({1: 1, 3: 1, 4: 2, 5: 4})
    assert index is not None
    assert index.n == 8
    assert index.value == pytest.approx((0 + 50 + 75 + 75 + 400) / 8)
    deviation = math.sqrt(sum((x - 75) ** 2 for x in (0, 50, 75, 75, 100, 100, 100, 100)) / 7)
    assert index.interval is not None
    assert index.interval.low == pytest.approx(75 - 2.364624252 * deviation / math.sqrt(8))
    assert index.interval.high == 100.0


def test_index_refuses_steps_off_the_scale() -> None:
    """An answer of 6 is no step of a five-step scale."""
    with pytest.raises(ValueError, match="not a step"):
        index_of({6: 1})


def test_thresholds_count_persons_by_audience() -> None:
    """Nothing under 7, or 10 among colleagues and whoever nobody here knows; rounded up to 29; whole from 30."""
    assert [showing(persons, "citizen") for persons in (0, 6, 7, 29, 30)] == [HIDDEN, HIDDEN, FEW, FEW, WHOLE]
    assert {audience: fewest(audience) for audience in (*AUDIENCES, "unheard-of")} == {
        "citizen": 7,
        "job-seeker": 7,
        "employer": 7,
        "employee": 10,
        "internal-customer": 10,
        "unheard-of": 10,
    }
    for audience in ("employee", "internal-customer"):
        assert [showing(persons, audience) for persons in (9, 10, 30)] == [HIDDEN, FEW, WHOLE]


def test_a_period_yields_to_the_weeks_beside_it() -> None:
    """A period is held back as far as it less the weeks already shown would tell about a small rest."""
    assert with_weeks(100, 0, "citizen") is WHOLE
    assert with_weeks(100, 6, "citizen") is HIDDEN
    assert with_weeks(100, 7, "citizen") is FEW
    assert with_weeks(100, 9, "employee") is HIDDEN
    assert with_weeks(100, 30, "citizen") is WHOLE
    assert with_weeks(20, 20, "citizen") is FEW


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
@examples(100)
def test_no_small_part_can_be_had_from_the_total(parts: list[int]) -> None:
    """The total less the parts shown is nobody, or a group of several parts that is itself large enough."""
    shown = with_total(parts, "citizen")
    hidden = [count for count, how in zip(parts, shown, strict=True) if how is HIDDEN and count]
    everything_hidden = all(how is HIDDEN for how in shown)
    assert not hidden or everything_hidden or (len(hidden) > 1 and sum(hidden) >= 7)
    assert all(how is HIDDEN for count, how in zip(parts, shown, strict=True) if count < 7)


def test_one_hidden_part_takes_the_smallest_beside_it_along() -> None:
    """Where one part alone is hidden, the smallest part still shown is hidden with it, and no other."""
    assert with_total([40, 3, 12, 50], "citizen") == [WHOLE, HIDDEN, HIDDEN, WHOLE]
    assert with_total([40, 50], "citizen") == [WHOLE, WHOLE]
    assert with_total([40, 50, 60], "citizen", [1]) == [HIDDEN, HIDDEN, WHOLE]


def test_rounding_goes_to_fives() -> None:
    """Values go to the nearest five, ends of intervals outwards, counts upwards."""
    assert [rounded(value) for value in (0, 2.4, 2.5, 62.5, 97.6)] == [0, 0, 5, 65, 100]
    assert (rounded_down(64.9), rounded_up(61), rounded_up(7)) == (60, 65, 10)


def test_periods_are_fixed_and_share_no_week() -> None:
    """Over six years each week lies in one period, every fourth week ends one, and reports agree about which."""
    weeks = [week_of(number) for number in range(number_of("2024-W01"), number_of("2030-W01"))]
    assert all(number_of(after) - number_of(before) == 1 for before, after in pairwise(weeks))
    periods = {latest_period(week) for week in weeks}
    members = [week for period in periods for week in period]
    assert len(members) == len(set(members))
    assert {len(period) for period in periods} == {4}
    for week in weeks:
        assert number_of(latest_period(week)[-1]) <= number_of(week) <= number_of(latest_period(week)[-1]) + 3


def test_periods_are_numbered_from_their_epoch() -> None:
    """Week 0 is 2001-W01; a year of 53 weeks is counted through; a week that doesn't exist is refused."""
    assert number_of("2001-W01") == 0
    assert latest_period("2001-W04") == ("2001-W01", "2001-W02", "2001-W03", "2001-W04")
    assert week_of(number_of("2026-W53") + 1) == "2027-W01"
    with pytest.raises(ValueError, match="week"):
        number_of("2025-W53")


def test_response_rate_is_finished_of_registered() -> None:
    """Ten finished of forty registered is a quarter, with Wilson's interval; nobody registered has no rate."""
    rate = Funnel(registered=40, opened=20, begun=15, finished=10).response_rate()
    assert rate is not None
    assert rate.share == 0.25
    assert rate.interval == wilson(10, 40)
    assert Funnel().response_rate() is None


def test_distribution_counts_persons_and_choices() -> None:
    """Skipping counts among those asked only; one who chose two options stands at both and counts once."""
    found = distribution(
        [
            Tally(3, True, ("family", "press"), None, 4),
            Tally(2, True, ("family",), None, 2),
            Tally(5, False, (), None, 5),
            Tally(1, True, ("4",), 4.0, 1),
        ]
    )
    assert (found.answers, found.asked, found.contacts) == (6, 11, 12)
    assert found.by_code == {"family": 5, "press": 3, "4": 1}
    assert found.by_number == {4.0: 1}
