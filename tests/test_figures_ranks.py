"""Ranks, agreement and many comparisons, against SciPy and statsmodels."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.figures.comparisons import certain, holm
from bot.figures.intervals import t_quantile
from bot.figures.kappa import kappa_of
from bot.figures.ranks import mann_whitney, spearman
from tests import oracle
from tests.wild import examples

STEPS = st.dictionaries(st.integers(1, 5).map(float), st.integers(0, 60), max_size=5)
NUMBERS = st.dictionaries(st.floats(-1e9, 1e9), st.integers(1, 4), max_size=12)
COUNTS = st.one_of(STEPS, NUMBERS)
PAIRS = st.dictionaries(
    st.tuples(st.integers(1, 5).map(float), st.integers(1, 5).map(float)), st.integers(0, 40), max_size=25
)


def size(counts: dict[float, int]) -> int:
    return sum(counts.values())


@given(COUNTS, COUNTS)
@examples(120)
def test_mann_whitney_is_scipys(first: dict[float, int], second: dict[float, int]) -> None:
    """U and p are those of SciPy's asymptotic test, ties and continuity included, to ten digits."""
    found = mann_whitney(first, second)
    assert (found is None) == (size(first) == 0 or size(second) == 0)
    if found is None:
        return
    assert (found.first, found.second) == (size(first), size(second))
    assert found.value == pytest.approx(found.u / size(first) / size(second))
    if found.p is None:
        assert len({number for counts in (first, second) for number, times in counts.items() if times}) == 1
        return
    u, p = oracle.mann_whitney(first, second)
    assert found.u == u
    assert found.p == pytest.approx(p, rel=1e-10, abs=1e-290)


@given(COUNTS, COUNTS)
@examples(100)
def test_superiority_is_statsmodels(first: dict[float, int], second: dict[float, int]) -> None:
    """P(X > Y) + P(X = Y) / 2, its error and its degrees are those of statsmodels, and make the interval."""
    assume(size(first) > 1 and size(second) > 1)
    found = mann_whitney(first, second)
    assert found is not None
    if found.interval is None:
        return
    value, error, degrees = oracle.superiority(first, second)
    assert found.value == pytest.approx(value, rel=1e-10)
    half = t_quantile(0.975, degrees) * error / (value * (1 - value))
    middle = math.log(value / (1 - value))
    ends = [1 / (1 + math.exp(min(700, -end))) for end in (middle - half, middle + half)]
    assert (found.interval.low, found.interval.high) == pytest.approx(ends, rel=1e-8, abs=1e-12)
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


@given(STEPS, STEPS)
@examples(80)
def test_superiority_turns_round(first: dict[float, int], second: dict[float, int]) -> None:
    """When the groups change places the chance becomes one less it, the p value stays, the interval is mirrored."""
    found, turned = mann_whitney(first, second), mann_whitney(second, first)
    assert (found is None) == (turned is None)
    if found is None or turned is None:
        return
    assert turned.value == pytest.approx(1 - found.value)
    assert turned.p == found.p
    assert (found.interval is None) == (turned.interval is None)
    if found.interval is not None and turned.interval is not None:
        mirrored = 1 - found.interval.high, 1 - found.interval.low
        assert (turned.interval.low, turned.interval.high) == pytest.approx(mirrored, abs=1e-9)


@given(STEPS, STEPS, st.integers(2, 6))
@examples(60)
def test_more_persons_make_ranks_surer(first: dict[float, int], second: dict[float, int], times: int) -> None:
    """The same answers from more persons have a narrower interval, and the same chance."""
    few = mann_whitney(first, second)
    many = mann_whitney(*({number: n * times for number, n in counts.items()} for counts in (first, second)))
    if few is None or many is None or few.interval is None:
        return
    assert many.interval is not None
    assert many.value == pytest.approx(few.value)
    assert many.interval.high - many.interval.low < few.interval.high - few.interval.low


def test_groups_that_never_overlap_or_never_differ() -> None:
    """Where all of one answered higher the chance is 1 without an interval; where all are alike it is a half."""
    apart = mann_whitney({5: 9}, {1: 4, 2: 4})
    assert apart is not None
    assert (apart.value, apart.interval) == (1, None)
    assert apart.p == pytest.approx(oracle.mann_whitney({5: 9}, {1: 4, 2: 4})[1], rel=1e-12)
    alike = mann_whitney({4: 9}, {4: 7})
    assert alike is not None
    assert (alike.value, alike.interval, alike.p) == (0.5, None, None)
    one = mann_whitney({4: 1}, {3: 4, 5: 4})
    assert one is not None
    assert (one.value, one.interval, one.p) == (0.5, None, 1.0)


def test_a_million_answers_are_ranked_by_their_counts() -> None:
    """Counts in the millions are as easy as counts of ten: U is exact, and p a number."""
    found = mann_whitney(dict.fromkeys((1, 2, 3, 4, 5), 10**6), {1: 10**6 + 1, 2: 10**6, 3: 10**6, 4: 10**6, 5: 10**6})
    assert found is not None
    assert found.u == 25 * 10**12 / 2 + 4.5 * 10**6 + 0
    assert found.p is not None
    assert 0.99 < found.p <= 1


@pytest.mark.parametrize("counts", [{3.0: -1, 4.0: 2}, {math.nan: 1}])
def test_ranks_refuse_what_cannot_occur(counts: dict[float, int]) -> None:
    """A count under 0 and a number that is none are refused, on either side."""
    for groups in ((counts, {3.0: 1}), ({3.0: 1}, counts)):
        with pytest.raises(ValueError, match="cannot occur"):
            mann_whitney(*groups)
    with pytest.raises(ValueError, match="cannot occur"):
        spearman({(1.0, number): times for number, times in counts.items()})


@given(PAIRS)
@examples(120)
def test_spearman_is_scipys(pairs: dict[tuple[float, float], int]) -> None:
    """Value and p are those of SciPy to ten digits; None where one side never varies."""
    found = spearman(pairs)
    there = [pair for pair, times in pairs.items() if times]
    assert (found is None) == (len({x for x, _ in there}) < 2 or len({y for _, y in there}) < 2)
    if found is None:
        return
    assert found.n == sum(pairs.values())
    if found.n < 3:
        assert (abs(found.value), found.p, found.interval) == (1, None, None)
        return
    value, p = oracle.spearman(pairs)
    assert found.value == pytest.approx(value, rel=1e-10, abs=1e-12)
    if found.p is None:
        assert abs(found.value) == 1
    else:
        assert found.p == pytest.approx(p, rel=1e-7, abs=1e-12)
        if found.n > 3:
            assert found.interval is not None
            assert -1 <= found.interval.low <= found.value <= found.interval.high <= 1


def test_spearman_has_bonett_and_wrights_interval() -> None:
    """By hand: of 50 pairs with r the ends are tanh(atanh(r) +- 1.96 * sqrt((1 + r^2 / 2) / 47))."""
    found = spearman({(1, 1): 10, (1, 2): 5, (2, 2): 12, (3, 2): 8, (3, 3): 15})
    assert found is not None
    assert found.interval is not None
    r = found.value
    half = 1.959963984540054 * math.sqrt((1 + r * r / 2) / 47)
    ends = math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)
    assert (found.interval.low, found.interval.high) == pytest.approx(ends, rel=1e-12)


@given(PAIRS)
@examples(60)
def test_spearman_turns_round(pairs: dict[tuple[float, float], int]) -> None:
    """Sides may change places; a scale turned over changes the sign alone; stretched steps change nothing."""
    found = spearman(pairs)
    swapped = spearman({(y, x): times for (x, y), times in pairs.items()})
    over = spearman({(-x, y): times for (x, y), times in pairs.items()})
    stretched = spearman({(x**3, math.exp(y)): times for (x, y), times in pairs.items()})
    assert (swapped, stretched) == (found, found)
    assert (over is None) == (found is None)
    if found is not None and over is not None:
        assert over.value == -found.value
        assert over.p == pytest.approx(found.p)


# Agreement

CODES = ("seen", "next", "safe", "other")
CODED = st.dictionaries(
    st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), st.integers(0, 60), min_size=1, max_size=16
)


@given(CODED)
@examples(120)
def test_kappa_is_statsmodels(pairs: dict[tuple[str, str], int]) -> None:
    """Kappa and its interval are those of statsmodels to ten digits, cut at -1 and 1."""
    found = kappa_of(pairs)
    assert (found is None) == (sum(pairs.values()) == 0)
    if found is None:
        return
    if found.value is None:
        assert (found.agreed, found.expected, found.interval) == (1, 1, None)
        return
    value, low, high = oracle.kappa([[pairs.get((one, other), 0) for other in CODES] for one in CODES])
    assert found.value == pytest.approx(value, rel=1e-10, abs=1e-12)
    if found.interval is None:
        assert high - low == pytest.approx(0, abs=1e-6) or math.isnan(high - low)
    else:
        ends = (found.interval.low, found.interval.high)
        assert ends == pytest.approx((max(-1, low), min(1, high)), rel=1e-8, abs=1e-10)


@given(CODED)
@examples(60)
def test_kappa_does_not_ask_who_is_first(pairs: dict[tuple[str, str], int]) -> None:
    """The two coders may change places."""
    found, turned = kappa_of(pairs), kappa_of({(other, one): rows for (one, other), rows in pairs.items()})
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert turned.value == pytest.approx(found.value)
        assert (turned.interval is None) == (found.interval is None)


def test_kappa_of_full_and_of_no_agreement() -> None:
    """Full agreement is 1, chance alone 0, and one code throughout has no kappa; none of no rows."""
    full = kappa_of({("seen", "seen"): 5, ("next", "next"): 5})
    chance = kappa_of({("seen", "seen"): 5, ("seen", "next"): 5, ("next", "seen"): 5, ("next", "next"): 5})
    only = kappa_of({("seen", "seen"): 9})
    assert full is not None
    assert chance is not None
    assert only is not None
    assert (full.value, full.interval) == (1, None)
    assert chance.value == 0
    assert chance.interval is not None
    assert (only.n, only.value, only.interval) == (9, None, None)
    assert kappa_of({}) is None
    assert kappa_of({("seen", "seen"): 0}) is None
    with pytest.raises(ValueError, match="cannot meet"):
        kappa_of({("seen", "seen"): -1, ("next", "seen"): 3})


# Many comparisons


@pytest.mark.parametrize(
    "values",
    [
        [0.01, 0.04, 0.03, 0.005, 0.04, 1.0, 0.0, 0.2, 0.2, 0.2, 0.049, 1e-9],
        [0.5, 0.5, 0.5, 0.02, 0.021, 0.0199, 0.9, 0.07],
    ],
)
def test_holm_is_statsmodels(values: list[float]) -> None:
    """The adjusted p values are those of statsmodels, in the order given, ties included."""
    found = holm(dict(enumerate(values)))
    assert list(found) == list(range(len(values)))
    assert list(found.values()) == pytest.approx(oracle.holm(values), rel=1e-12, abs=1e-300)


@given(st.lists(st.floats(0, 1), max_size=25))
@examples(60)
def test_holm_keeps_the_order_and_never_makes_surer(values: list[float]) -> None:
    """An adjusted p value lies from the plain one to as many times it, and a smaller p never gets the larger."""
    found = list(holm(dict(enumerate(values))).values())
    assert all(p <= adjusted <= min(1, p * len(values)) + 1e-15 for adjusted, p in zip(found, values, strict=True))
    assert [found[place] for place in sorted(range(len(values)), key=values.__getitem__)] == sorted(found)


def test_only_what_holds_among_all_is_certain() -> None:
    """Alone 0.03 would do; among four only 0.001 holds, and among none nothing."""
    assert certain({"booking": 0.001, "letter": 0.03, "meeting": 0.2, "reception": 0.9}) == {"booking"}
    assert certain({"letter": 0.03}) == {"letter"}
    assert certain({}) == set()
    assert holm({}) == {}


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_what_is_no_p_value_is_refused(p: float) -> None:
    """Holm takes what lies from 0 to 1."""
    with pytest.raises(ValueError, match="no p value"):
        holm({"booking": p})
