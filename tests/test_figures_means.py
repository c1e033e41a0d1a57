"""Means, shares and what is made of several of them, against SciPy and statsmodels."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.figures.means import Estimate, Sample, clustered, combined, estimate_of, sample_of, welch
from bot.figures.power import needed_for_means, needed_for_shares
from bot.figures.shares import balance_of, difference_of_shares, share_of
from bot.figures.standardisation import mix_of, standardised
from tests import oracle
from tests.wild import examples

STEPS = st.dictionaries(st.integers(1, 5).map(float), st.integers(0, 60), max_size=5)
WILD = st.dictionaries(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), st.integers(1, 20), min_size=2, max_size=8)
COUNTS = st.one_of(STEPS, WILD)


@given(COUNTS)
@examples(80)
def test_a_mean_has_scipys_interval(counts: dict[float, int]) -> None:
    """The estimate of counts is that of the numbers written down one by one."""
    sample = sample_of(counts)
    estimate = estimate_of(sample)
    assume(sample is not None and estimate is not None and sample.deviation > 0)
    assert estimate is not None
    interval = estimate.interval()
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(oracle.t_interval(oracle.listed(counts)), rel=1e-9, abs=1e-9)
    assert interval.low < estimate.value < interval.high


def test_equal_numbers_have_no_spread_at_all() -> None:
    """Numbers that are all alike give no interval and no p value, whatever rounding would make of them."""
    estimate = estimate_of(sample_of({0.1: 3, 7.0: 0}))
    assert estimate == Estimate(0.1, 0.0, 2)
    assert estimate is not None
    assert estimate.interval() is None
    assert estimate.p() is None


def test_no_number_and_one_number() -> None:
    """Nothing has no sample; one number has one, and no estimate."""
    assert sample_of({}) is None
    assert sample_of({3: 0}) is None
    assert sample_of({3: 1}) == Sample(1, 3.0, 0.0)
    assert estimate_of(sample_of({3: 1})) is None
    assert estimate_of(None) is None


@pytest.mark.parametrize("counts", [{math.nan: 1}, {math.inf: 1}, {3.0: -1}])
def test_what_cannot_occur_is_refused(counts: dict[float, int]) -> None:
    """No number that is none, and none that occurs less often than never."""
    with pytest.raises(ValueError, match="cannot occur"):
        sample_of(counts)


@given(COUNTS, COUNTS)
@examples(100)
def test_welch_is_scipys(first: dict[float, int], second: dict[float, int]) -> None:
    """Difference, interval, degrees and p are those of SciPy, the interval also of statsmodels, to ten digits."""
    one, other = sample_of(first), sample_of(second)
    assume(one is not None and other is not None and min(one.deviation, other.deviation) > 0)
    found = welch(one, other)
    assert found is not None
    interval = found.interval()
    assert interval is not None
    ends, degrees, p = oracle.welch(first, second)
    assert found.degrees == pytest.approx(degrees, rel=1e-8)
    assert found.p() == pytest.approx(p, rel=1e-7, abs=1e-200)
    for expected in (ends, oracle.welch_again(first, second)):
        assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second"),
    [({1: 3, 5: 4}, {2: 8, 3: 5, 4: 4}), ({4: 30, 5: 31}, {1: 2, 5: 2}), ({1: 1, 5: 1}, {1: 900, 2: 800, 3: 1})],
)
def test_welch_is_scipys_to_the_last_digits(first: dict[float, int], second: dict[float, int]) -> None:
    """On plain answers every number agrees with SciPy to twelve digits."""
    found = welch(sample_of(first), sample_of(second))
    assert found is not None
    interval = found.interval()
    assert interval is not None
    ends, degrees, p = oracle.welch(first, second)
    assert (found.degrees, found.p(), interval.low, interval.high) == pytest.approx((degrees, p, *ends), rel=1e-12)


@given(STEPS, STEPS)
@examples(60)
def test_welch_turns_round(first: dict[float, int], second: dict[float, int]) -> None:
    """When the groups change places the difference changes its sign, and nothing else."""
    found, turned = (welch(sample_of(one), sample_of(other)) for one, other in ((first, second), (second, first)))
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert turned.value == -found.value
        assert (turned.error, turned.degrees) == pytest.approx((found.error, found.degrees))


@given(STEPS, STEPS, st.integers(2, 9))
@examples(60)
def test_more_persons_make_means_surer(first: dict[float, int], second: dict[float, int], times: int) -> None:
    """The same answers from more persons have a narrower interval of their difference."""
    few = welch(sample_of(first), sample_of(second))
    many = welch(*(sample_of({number: n * times for number, n in counts.items()}) for counts in (first, second)))
    if few is None or many is None or few.error == 0:
        return
    wide, narrow = few.interval(), many.interval()
    assert wide is not None
    assert narrow is not None
    assert narrow.high - narrow.low < wide.high - wide.low


def test_a_group_of_one_is_not_compared() -> None:
    """Welch needs two numbers on either side."""
    assert welch(sample_of({3: 1}), sample_of({3: 5, 4: 5})) is None
    assert welch(sample_of({3: 5, 4: 5}), None) is None


def test_a_group_without_spread_is_compared_by_the_others() -> None:
    """Where one group all said the same, the spread is that of the other, with its degrees of freedom."""
    found = welch(sample_of({5: 40}), sample_of({3: 10, 4: 20}))
    assert found is not None
    assert found.degrees == 29
    alike = welch(sample_of({5: 40}), sample_of({4: 30}))
    assert alike is not None
    assert (alike.value, alike.interval(), alike.p()) == (1.0, None, None)


def test_parts_that_differ_vastly_are_combined() -> None:
    """No square is lost: very small errors and very large ones keep their degrees of freedom."""
    tiny = combined([(1, Estimate(1, 1e-200, 7)), (-1, Estimate(0, 1e-201, 9))])
    assert tiny.degrees == pytest.approx((1 + 0.01) ** 2 / (1 / 7 + 0.0001 / 9))
    huge = combined([(1, Estimate(1, 1e200, 7)), (-1, Estimate(0, 1, 9))])
    assert (huge.error, huge.degrees) == pytest.approx((1e200, 7))
    with pytest.raises(ValueError, match="nothing"):
        combined([])


CLUSTERS = st.lists(st.lists(st.integers(1, 5).map(float), min_size=1, max_size=6), min_size=2, max_size=25)


def by_size_and_sum(clusters: list[list[float]]) -> dict[tuple[int, float], int]:
    found: dict[tuple[int, float], int] = {}
    for cluster in clusters:
        key = len(cluster), sum(cluster)
        found[key] = found.get(key, 0) + 1
    return found


@given(CLUSTERS)
@examples(60)
def test_clusters_are_statsmodels(clusters: list[list[float]]) -> None:
    """Mean, cluster-robust error and interval are those of a regression on a constant in statsmodels."""
    found = clustered(by_size_and_sum(clusters))
    assert found is not None
    assume(found.error > 1e-9)
    interval = found.interval()
    assert interval is not None
    mean, error, ends = oracle.clustered(clusters)
    assert (found.value, found.error) == pytest.approx((mean, error), rel=1e-9)
    assert (interval.low, interval.high) == pytest.approx(ends, rel=1e-9)
    assert found.degrees == len(clusters) - 1


@given(STEPS)
@examples(60)
def test_clusters_of_one_are_persons(counts: dict[float, int]) -> None:
    """Where everybody answered once, clustering changes nothing."""
    plain = estimate_of(sample_of(counts))
    found = clustered({(1, number): times for number, times in counts.items()})
    assert (found is None) == (plain is None)
    if found is not None and plain is not None:
        assert (found.value, found.error, found.degrees) == pytest.approx((plain.value, plain.error, plain.degrees))


def test_answers_repeated_by_the_same_persons_are_no_more_certain() -> None:
    """Everybody's answer five times over, by the same persons, has the interval of once."""
    once = clustered({(1, 3.0): 10, (1, 4.0): 12, (1, 5.0): 9})
    five = clustered({(5, 15.0): 10, (5, 20.0): 12, (5, 25.0): 9})
    assert once is not None
    assert five is not None
    assert (five.value, five.error, five.degrees) == pytest.approx((once.value, once.error, once.degrees))


def test_too_few_clusters_and_wrong_ones() -> None:
    """One cluster has no estimate, an empty one does not count, and a cluster of less than nothing is refused."""
    assert clustered({(5, 20.0): 1, (0, 0.0): 7}) is None
    assert clustered({(2, 8.0): 3, (1, 4.0): 3}) == Estimate(4.0, 0.0, 5)
    for cluster, times in (((-1, 3.0), 1), ((1, 3.0), -1), ((1, math.nan), 1)):
        with pytest.raises(ValueError, match="no cluster"):
            clustered({cluster: times})


# Shares


@given(st.integers(1, 900), st.integers(1, 900), st.data())
@examples(80)
def test_shares_compared_are_statsmodels(first: int, second: int, data: st.DataObject) -> None:
    """The p value of two shares is the pooled z test of statsmodels; the interval is tested beside Newcombe's."""
    one, other = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    found = difference_of_shares(share_of(one, first), share_of(other, second))
    assert found is not None
    assert found.interval.low - 1e-12 <= found.value <= found.interval.high + 1e-12
    if one + other in (0, first + second):
        assert found.p is None
    else:
        assert found.p == pytest.approx(oracle.pooled_p((one, first), (other, second)), rel=1e-10)


def test_shares_of_nobody() -> None:
    """Nobody has no share and no difference; a share of nobody by somebody is refused."""
    assert share_of(0, 0) is None
    assert difference_of_shares(None, share_of(1, 2)) is None
    for count, n in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="no share"):
            share_of(count, n)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
@examples(100)
def test_a_balance_is_the_mean_of_ups_and_downs(favour: int, against: int, neither: int) -> None:
    """A balance is the mean of +1, 0 and -1, its variance theirs over n; the interval holds it, in either direction."""
    n = favour + against + neither
    found, turned = balance_of(favour, against, n), balance_of(against, favour, n)
    assert (found is None) == (n == 0)
    if found is None or turned is None:
        return
    sample = sample_of({1: favour, 0: neither, -1: against})
    assert sample is not None
    assert found.value == pytest.approx(100 * sample.mean)
    assert found.variance == pytest.approx(100**2 * sample.deviation**2 * (n - 1) / n / n, abs=1e-9)
    assert -100 <= found.interval.low <= found.value <= found.interval.high <= 100
    assert found.interval.low < found.interval.high
    assert (turned.value, turned.variance) == (-found.value, found.variance)
    assert (turned.interval.low, turned.interval.high) == pytest.approx((-found.interval.high, -found.interval.low))
    more = balance_of(3 * favour, 3 * against, 3 * n)
    assert more is not None
    assert more.interval.high - more.interval.low < found.interval.high - found.interval.low


def test_a_balance_is_bonett_and_prices() -> None:
    """The interval by hand: one more on either side, p = 21/52 and d = 6/52."""
    found = balance_of(20, 5, 50)
    assert found is not None
    half = 1.959963984540054 * math.sqrt((27 / 52 - (15 / 52) ** 2) / 52)
    assert (found.interval.low, found.interval.high) == pytest.approx((100 * (15 / 52 - half), 100 * (15 / 52 + half)))


@pytest.mark.parametrize("case", [(-1, 0, 5), (0, -1, 5), (3, 3, 5), (1, 0, 0)])
def test_a_balance_is_part_of_all(case: tuple[int, int, int]) -> None:
    """More than all, or fewer than none, have no balance."""
    with pytest.raises(ValueError, match="no balance"):
        balance_of(*case)


# What would be needed


def test_what_would_be_needed_agrees_with_the_method() -> None:
    """80 % power: 76 a group for half a step, 212 for 0.3; 354 for ten points from 70 per cent, 91 for twenty."""
    assert [needed_for_means(difference, 1.1) for difference in (0.5, 0.3)] == [76, 212]
    assert [needed_for_shares(0.7, other) for other in (0.6, 0.5)] == [354, 91]


@given(st.floats(0.05, 1.5), st.floats(0.3, 3))
@examples(60)
def test_what_would_be_needed_has_the_power(difference: float, deviation: float) -> None:
    """With so many in each group statsmodels finds 80 % power, and with one fewer less."""
    n = needed_for_means(difference, deviation)
    assume(n > 5)
    assert oracle.power_of_means(n, difference, deviation) >= 0.8 - 1e-9
    assert oracle.power_of_means(n - 1, difference, deviation) < 0.8 + 1e-4
    assert n <= math.ceil(oracle.needed_by_t(difference, deviation)) <= n + 3


def test_what_would_be_needed_for_two_spreads_and_for_sure_shares() -> None:
    """Two spreads count by their squares; everybody against nobody needs two; a share turned round needs the same."""
    assert needed_for_means(-0.5, 1.1) == needed_for_means(0.5, 1.1) == needed_for_means(0.5, 1.1, 1.1)
    assert needed_for_means(0.5, 0.0, math.sqrt(2) * 1.1) == 76
    assert needed_for_means(3, 0) == needed_for_shares(1, 0) == 2
    assert needed_for_shares(0.3, 0.4) == needed_for_shares(0.7, 0.6)


def test_nothing_can_be_seen_of_no_difference() -> None:
    """No difference, a negative spread, and what is no share are refused."""
    for difference, deviation in ((0, 1), (0.5, -1), (math.nan, 1)):
        with pytest.raises(ValueError, match="nothing can be seen"):
            needed_for_means(difference, deviation)
    for first, second in ((0.5, 0.5), (1.2, 0.5), (0.5, -0.1)):
        with pytest.raises(ValueError, match="nothing can be seen"):
            needed_for_shares(first, second)


# Standardised


def test_a_unit_is_weighed_to_the_common_mix() -> None:
    """By hand: half and half of 4.5 (granted) and 2.0 (denied) is 3.25, whatever the unit's own mix was."""
    strata = {"granted": Sample(100, 4.5, 0.5), "denied": Sample(4, 2.0, 1.0), "other": Sample(3, 1.0, 1.0)}
    found = standardised(strata, {"granted": 50, "denied": 50, "unknown": 0})
    assert found is not None
    assert found.value == pytest.approx(3.25)
    assert found.error == pytest.approx(math.sqrt(0.25 * 0.25 / 100 + 0.25 * 1.0 / 4))
    assert found.degrees == pytest.approx((0.000625 + 0.0625) ** 2 / (0.000625**2 / 99 + 0.0625**2 / 3))


@given(STEPS)
@examples(40)
def test_one_outcome_needs_no_weighing(counts: dict[float, int]) -> None:
    """Where all had the same outcome the standardised mean is the mean."""
    sample = sample_of(counts)
    found, plain = standardised({} if sample is None else {"granted": sample}, {"granted": 12}), estimate_of(sample)
    assert (found is None) == (plain is None)
    if found is not None and plain is not None:
        assert (found.value, found.error, found.degrees) == pytest.approx((plain.value, plain.error, plain.degrees))


def test_an_empty_stratum_has_no_standardised_mean() -> None:
    """An outcome that the mix holds and the unit has too few of cannot be made up for."""
    strata = {"granted": Sample(100, 4.5, 0.5), "denied": Sample(1, 2.0, 0.0)}
    assert standardised(strata, {"granted": 1, "denied": 1}) is None
    assert standardised(strata, {"granted": 1, "partly": 1}) is None
    assert standardised(strata, {}) is None
    with pytest.raises(ValueError, match="no negative"):
        standardised(strata, {"granted": -1})


def test_the_mix_of_all_is_their_shares() -> None:
    """The common mix is what share of all had each outcome; of nobody it is empty."""
    assert mix_of({"granted": Sample(30, 4, 1), "denied": Sample(10, 2, 1)}) == {"granted": 0.75, "denied": 0.25}
    assert mix_of({}) == {}
