"""Intervals and Student's t against SciPy and statsmodels."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.figures.intervals import newcombe, t_beyond, t_quantile, wilson, z_beyond
from tests import oracle
from tests.wild import examples

SHARES = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.floats(0.5, 1, exclude_max=True).map(lambda x: min(x, 1 - 1e-12)), st.floats(1, 1e7))
@example(0.975, 1e7)
@example(0.975, 1.0)
@example(0.5, 7.5)
@examples(150)
def test_t_quantile_is_scipys(probability: float, degrees: float) -> None:
    """Student's t quantile is SciPy's to ten digits, also for broken degrees of freedom, and mirrored."""
    expected = oracle.t_ppf(probability, degrees)
    assert t_quantile(probability, degrees) == pytest.approx(expected, rel=1e-10, abs=1e-10)
    assert t_quantile(1 - probability, degrees) == pytest.approx(-expected, rel=1e-4, abs=1e-10)


@given(st.floats(-60, 60), st.floats(1, 1e7))
@example(0.0, 3.0)
@example(1e-9, 3.0)
@example(1.96, 1e6)
@example(30.0, 20_000.0)
@example(12.0, 19_999.0)
@examples(200)
def test_p_of_a_t_is_scipys(t: float, degrees: float) -> None:
    """The two-sided p value of a t is SciPy's to ten digits, far out in the tail too."""
    assume(t == 0 or abs(t) > 1e-6)  # nearer to 0 SciPy rounds to 1; see the next test
    assert t_beyond(t, degrees) == pytest.approx(oracle.t_two_sided(t, degrees), rel=1e-10, abs=1e-290)


@given(st.floats(-1e6, 1e6))
@example(4e-9)
def test_p_of_one_degree_is_cauchys(t: float) -> None:
    """With one degree of freedom the p value has a closed form, 1 - 2 / pi * atan(t), and is exact down to 0."""
    assert t_beyond(t, 1) == pytest.approx(2 / math.pi * math.atan2(1, abs(t)), rel=1e-12)


@given(st.floats(-35, 35))
def test_p_of_a_z_is_scipys(z: float) -> None:
    """The two-sided p value of a normal z is SciPy's to ten digits."""
    assert z_beyond(z) == pytest.approx(oracle.z_two_sided(z), rel=1e-10)


@given(st.floats(0.001, 0.999), st.floats(1, 1e5))
@examples(60)
def test_quantile_and_p_undo_each_other(probability: float, degrees: float) -> None:
    """A t beyond which a share of all lies has that share as its p value."""
    t = t_quantile(probability, degrees)
    assert t_beyond(t, degrees) == pytest.approx(2 * min(probability, 1 - probability), rel=1e-9)


@pytest.mark.parametrize("t", [1e200, math.inf, -math.inf])
def test_the_farthest_t_has_no_chance_left(t: float) -> None:
    """However far a t lies, its p value is a number, and 0 in the end."""
    assert t_beyond(t, 5) == 0.0


@pytest.mark.parametrize(("t", "degrees"), [(math.nan, 3), (1, 0), (1, -1), (1, math.inf), (1, math.nan)])
def test_no_t_no_p(t: float, degrees: float) -> None:
    """What is no number, or has no degrees of freedom, is refused."""
    with pytest.raises(ValueError, match="no p value"):
        t_beyond(t, degrees)


@pytest.mark.parametrize(("probability", "degrees"), [(0, 3), (1, 3), (math.nan, 3), (0.9, 0), (0.9, math.inf)])
def test_no_probability_no_quantile(probability: float, degrees: float) -> None:
    """A quantile is asked for between 0 and 1, with some degrees of freedom."""
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(probability, degrees)


def test_no_number_has_no_p() -> None:
    """A z that is no number is refused."""
    with pytest.raises(ValueError, match="number"):
        z_beyond(math.nan)


@given(SHARES)
@examples(100)
def test_wilson_is_statsmodels(share: tuple[int, int]) -> None:
    """Wilson's interval is that of statsmodels to ten digits."""
    interval = wilson(*share)
    assert (interval.low, interval.high) == pytest.approx(oracle.wilson_ends(*share), rel=1e-10, abs=1e-14)


@given(SHARES, SHARES)
@examples(100)
def test_newcombe_is_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Newcombe's interval is that of statsmodels to ten digits."""
    interval = newcombe(first, second)
    expected = [min(1.0, max(-1.0, end)) for end in oracle.newcombe_ends(first, second)]
    assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_newcombe_agrees_with_newcombe() -> None:
    """Newcombe's published examples (Statistics in Medicine 17, 1998, table II, method 10) come out."""
    published = {
        ((56, 70), (48, 80)): (0.0524, 0.3339),
        ((9, 10), (3, 10)): (0.1705, 0.8090),
        ((5, 56), (0, 29)): (-0.0381, 0.1926),
        ((0, 10), (0, 20)): (-0.1611, 0.2775),
        ((10, 10), (0, 10)): (0.6075, 1.0),
    }
    for (first, second), ends in published.items():
        interval = newcombe(first, second)
        assert (round(interval.low, 4), round(interval.high, 4)) == ends


@given(SHARES, SHARES)
@examples(100)
def test_newcombe_holds_the_difference_and_turns_round(first: tuple[int, int], second: tuple[int, int]) -> None:
    """The interval holds the difference, stays from -1 to 1, and is mirrored when the groups change places."""
    interval, turned = newcombe(first, second), newcombe(second, first)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 <= interval.low <= difference + 1e-12
    assert difference - 1e-12 <= interval.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-interval.high, -interval.low), abs=1e-14)


@given(SHARES, SHARES, st.integers(2, 9))
@examples(60)
def test_more_persons_make_shares_surer(first: tuple[int, int], second: tuple[int, int], times: int) -> None:
    """The same shares of more persons have narrower intervals, alone and compared."""
    more, others = ((successes * times, n * times) for successes, n in (first, second))
    assert wilson(*more).high - wilson(*more).low < wilson(*first).high - wilson(*first).low
    wide, narrow = newcombe(first, second), newcombe(more, others)
    assert narrow.high - narrow.low < wide.high - wide.low


@pytest.mark.parametrize("case", [((1, 0), (1, 2)), ((1, 2), (3, 2)), ((-1, 2), (1, 2))])
def test_newcombe_refuses_what_is_no_share(case: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """A share of nobody, or of more than all, cannot be compared."""
    with pytest.raises(ValueError, match="no share"):
        newcombe(*case)


@given(st.floats(1, 1e6), st.floats(1.001, 2))
@examples(60)
def test_more_degrees_make_the_quantile_smaller(degrees: float, factor: float) -> None:
    """More degrees of freedom never widen an interval, and never take it under the normal one."""
    assume(degrees * factor < 1e6)
    assert 1.9599 < t_quantile(0.975, degrees * factor) <= t_quantile(0.975, degrees)
