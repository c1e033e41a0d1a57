"""Measures of satisfaction: by hand, against SciPy where they are means, and refused off their own scale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.figures.hme import Row, Triple, hme_of, sub_index_of
from bot.figures.index import index_of
from bot.figures.intervals import wilson
from bot.figures.satisfaction import ces_of, csat_of, nki_like_of, nps_of, trust_balance_of
from bot.figures.scales import FIVE_STEPS, NOUGHT_TO_TEN, SEVEN_STEPS, TEN_STEPS, Scale
from bot.figures.shares import balance_of
from tests import oracle
from tests.wild import examples

OWN = [
    (csat_of, FIVE_STEPS),
    (trust_balance_of, FIVE_STEPS),
    (ces_of, SEVEN_STEPS),
    (nps_of, NOUGHT_TO_TEN),
]
FEWER = "fewer than no persons|no balance|no share"
SCALES = [FIVE_STEPS, SEVEN_STEPS, TEN_STEPS, NOUGHT_TO_TEN, Scale(0, 4), Scale(1, 100)]


def test_csat_is_the_share_of_four_and_five() -> None:
    """6 of 10 gave 4 or 5: 60 per cent, with Wilson's interval."""
    found = csat_of({1: 1, 2: 1, 3: 2, 4: 2, 5: 4}, FIVE_STEPS)
    assert found is not None
    assert (found.count, found.n, found.value, found.interval) == (6, 10, 0.6, wilson(6, 10))


def test_ces_is_a_mean_and_a_share() -> None:
    """The mean from 1 to 7 has SciPy's interval, cut at the ends of the scale, and the easy ones are 5 to 7."""
    counts: dict[float, int] = {1: 2, 4: 3, 5: 4, 6: 5, 7: 9}
    found = ces_of(counts, SEVEN_STEPS)
    assert found is not None
    assert found.mean.interval is not None
    assert (found.easy.count, found.easy.n) == (18, 23)
    ends = found.mean.interval.low, found.mean.interval.high
    assert ends == pytest.approx(oracle.t_interval(oracle.listed(counts)), rel=1e-12)
    cut = ces_of({7: 2, 6: 1}, SEVEN_STEPS)
    assert cut is not None
    assert cut.mean.interval is not None
    assert cut.mean.interval.high == 7


def test_nps_is_promoters_less_detractors() -> None:
    """5 of 10 gave 9 or 10 and 3 gave 0 to 6: +20, with the variance (0.8 - 0.04) / 10 in points squared."""
    found = nps_of({0: 1, 6: 2, 7: 1, 8: 1, 9: 2, 10: 3}, NOUGHT_TO_TEN)
    assert found == balance_of(5, 3, 10)
    assert found is not None
    assert (found.value, found.variance) == pytest.approx((20, 760))


def test_the_trust_balance_is_soms() -> None:
    """SOM's own example of 2011: 12 + 50 - 10 - 3 = +49."""
    found = trust_balance_of({5: 12, 4: 50, 3: 25, 2: 10, 1: 3}, FIVE_STEPS)
    assert found is not None
    assert (found.n, found.value) == pytest.approx((100, 49))


def test_nki_like_is_the_mean_of_three() -> None:
    """A mean of 7.5 on the three questions is 72.2, SCB's own pair of values; the interval is over persons."""
    found = nki_like_of({(7, 8, 7): 2, (8, 7, 8): 2, (10, 10, 10): 0}, TEN_STEPS)
    assert found is not None
    assert found.interval is not None
    assert (found.n, round(found.value, 1)) == (4, 72.2)
    scores = [((a + b + c) / 3 - 1) * 100 / 9 for a, b, c in [(7, 8, 7), (7, 8, 7), (8, 7, 8), (8, 7, 8)]]
    assert (found.interval.low, found.interval.high) == pytest.approx(oracle.t_interval(scores), rel=1e-12)


def test_nki_like_goes_from_nought_to_a_hundred() -> None:
    """All ones are 0 and all tens 100; a wide interval is cut there; one person has none."""
    for answer, index in ((1, 0), (10, 100)):
        found = nki_like_of({(answer, answer, answer): 1}, TEN_STEPS)
        assert found is not None
        assert found.value == pytest.approx(index)
        assert found.interval is None
    wide = nki_like_of({(1, 1, 1): 1, (10, 10, 10): 1}, TEN_STEPS)
    assert wide is not None
    assert wide.interval is not None
    assert (wide.interval.low, wide.interval.high) == (0, 100)


def test_nobody_has_no_measure() -> None:
    """Of nobody every measure is None, also where numbers stand that nobody chose."""
    for measure, scale in OWN:
        assert measure({}, scale) is None
        assert measure({scale.lowest: 0}, scale) is None
    assert nki_like_of({}, TEN_STEPS) is None
    assert index_of({}) is None


@pytest.mark.parametrize("asked", SCALES, ids=str)
def test_a_measure_is_refused_on_another_scale(asked: Scale) -> None:
    """NPS is asked from 0 to 10 and from nothing else, even where all answers would fit; so with every measure."""
    for measure, own in OWN:
        if asked != own:
            with pytest.raises(ValueError, match="is asked from"):
                measure({3: 5}, asked)
    if asked != TEN_STEPS:
        with pytest.raises(ValueError, match="NKI is asked from 1 to 10"):
            nki_like_of({(3, 3, 3): 1}, asked)
    if asked != FIVE_STEPS:
        with pytest.raises(ValueError, match="HME is asked from 1 to 5"):
            hme_of({}, asked)


@pytest.mark.parametrize("number", [-1, 11, 3.5, 0.999])
def test_a_number_off_the_scale_is_refused(number: float) -> None:
    """What is no step of the scale is no answer, a half step neither."""
    for measure, own in OWN:
        with pytest.raises(ValueError, match="not a step"):
            measure({number: 1}, own)
    with pytest.raises(ValueError, match="not a step"):
        nki_like_of({(3, number, 3): 1}, TEN_STEPS)
    with pytest.raises(ValueError, match="not a step"):
        sub_index_of({(3, number, 3): 1}, FIVE_STEPS)


def test_fewer_than_nobody_is_refused() -> None:
    """A count under 0 is no count, even if the sum looks right."""
    for measure, own in OWN:
        with pytest.raises(ValueError, match=FEWER):
            measure({1: -1, 5: 2}, own)
    with pytest.raises(ValueError, match=FEWER):
        nki_like_of({(1, 1, 1): -1, (2, 2, 2): 2}, TEN_STEPS)
    with pytest.raises(ValueError, match=FEWER):
        hme_of({((1, 1, 1), (1, 1, 1), (1, 1, 1)): -1}, FIVE_STEPS)


@given(st.dictionaries(st.integers(0, 10).map(float), st.integers(0, 300)))
@examples(60)
def test_nps_turns_round(counts: dict[float, int]) -> None:
    """Everybody moving up never lowers it, and it stays within its interval and from -100 to 100."""
    found = nps_of(counts, NOUGHT_TO_TEN)
    raised: dict[float, int] = {}
    for number, persons in counts.items():
        raised[min(10.0, number + 1)] = raised.get(min(10.0, number + 1), 0) + persons
    higher = nps_of(raised, NOUGHT_TO_TEN)
    assert (found is None) == (higher is None)
    if found is not None and higher is not None:
        assert -100 <= found.interval.low <= found.value <= found.interval.high <= 100
        assert higher.value >= found.value


# HME

STEP = st.one_of(st.none(), st.integers(1, 5).map(float))
TRIPLE: st.SearchStrategy[Triple] = st.tuples(STEP, STEP, STEP)
WHOLE: st.SearchStrategy[Triple] = st.tuples(*[st.integers(1, 5).map(float)] * 3)
ROWS: st.SearchStrategy[dict[Row, int]] = st.dictionaries(
    st.tuples(TRIPLE, TRIPLE, TRIPLE), st.integers(1, 5), max_size=12
)
WHOLE_ROWS: st.SearchStrategy[dict[Row, int]] = st.dictionaries(
    st.tuples(WHOLE, WHOLE, WHOLE), st.integers(1, 5), min_size=1, max_size=12
)


def test_hme_by_hand() -> None:
    """Who left one statement out counts in the other two sub-indices; the total is the mean of the three."""
    rows: dict[Row, int] = {
        ((5, 5, 4), (3, 3, 3), (1, 2, 3)): 1,
        ((3, 4, 4), (2, 2, 5), (None, 4, 4)): 1,
        ((4, 4, 4), (None, None, None), (3, 3, 3)): 1,
    }
    found = hme_of(rows, FIVE_STEPS)
    assert found.motivation is not None
    assert found.leadership is not None
    assert found.steering is not None
    assert found.total is not None
    motivation = ((14 / 3 + 11 / 3 + 4) / 3 - 1) * 25
    assert (found.motivation.n, found.motivation.value) == pytest.approx((3, motivation))
    assert (found.leadership.n, found.leadership.value) == pytest.approx((2, 50))
    assert (found.steering.n, found.steering.value) == pytest.approx((2, 37.5))
    assert (found.total.n, found.total.value) == pytest.approx((2, (motivation + 50 + 37.5) / 3))


@given(WHOLE_ROWS)
@examples(60)
def test_hme_of_whole_answers_has_scipys_interval(rows: dict[Row, int]) -> None:
    """Where everybody answered everything, the total's interval is the t interval of each person's own index."""
    found = hme_of(rows, FIVE_STEPS).total
    assert found is not None
    scores = [
        (sum(n or 0 for part in row for n in part) / 9 - 1) * 25
        for row, persons in rows.items()
        for _ in range(persons)
    ]
    assert (found.n, found.value) == pytest.approx((len(scores), sum(scores) / len(scores)))
    if len(scores) < 2 or max(scores) - min(scores) < 1e-9:
        assert found.interval is None or found.interval.high - found.interval.low < 1e-6
        return
    low, high = oracle.t_interval(scores)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((max(0, low), min(100, high)), rel=1e-9, abs=1e-9)


@given(ROWS)
@examples(60)
def test_hme_leaves_out_half_answered_parts(rows: dict[Row, int]) -> None:
    """Each sub-index is that of whole triples alone; the total is there when all three are, within its interval."""
    found = hme_of(rows, FIVE_STEPS)
    parts = (found.motivation, found.leadership, found.steering)
    for place, part in enumerate(parts):
        triples: dict[Triple, int] = {}
        for row, persons in rows.items():
            if None not in row[place]:
                triples[row[place]] = triples.get(row[place], 0) + persons
        expected = sub_index_of(triples, FIVE_STEPS)
        assert (part is None) == (expected is None)
        if part is not None and expected is not None:
            assert (part.n, part.value) == pytest.approx((expected.n, expected.value))
    assert (found.total is None) == any(part is None for part in parts)
    if found.total is not None and found.total.interval is not None:
        assert 0 <= found.total.interval.low <= found.total.value + 1e-9
        assert found.total.value - 1e-9 <= found.total.interval.high <= 100


def test_hme_of_two_and_of_people_alike() -> None:
    """Two persons have an interval of the total; any number who answered alike have none."""
    two = hme_of({((5, 5, 4), (4, 4, 4), (3, 3, 3)): 1, ((5, 4, 4), (4, 4, 3), (3, 3, 2)): 1}, FIVE_STEPS).total
    assert two is not None
    assert two.interval is not None
    low, high = oracle.t_interval([(35 / 9 - 1) * 25, (32 / 9 - 1) * 25])
    assert (two.interval.low, two.interval.high) == pytest.approx((low, min(100, high)))
    alike = hme_of({((5, 5, 4), (1, 1, 2), (2, 2, 1)): 7, ((1, 1, 1), (1, 1, 1), (1, 1, 1)): 0}, FIVE_STEPS).total
    assert alike is not None
    assert (alike.n, alike.interval) == (7, None)


def test_hme_of_nobody() -> None:
    """Nobody has no sub-index and no total; one person has values and no interval."""
    nobody = hme_of({}, FIVE_STEPS)
    assert (nobody.motivation, nobody.leadership, nobody.steering, nobody.total) == (None, None, None, None)
    one = hme_of({((5, 5, 5), (4, 4, 4), (3, 3, 3)): 1}, FIVE_STEPS).total
    assert one is not None
    assert (one.n, one.value, one.interval) == (1, 75, None)
