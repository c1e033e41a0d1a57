"""Effects with the office as the unit, and figures over touchpoints: by hand, and against SciPy and statsmodels."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.figures.effects import Verdict, difference_in_differences, difference_of_changes, verdict
from bot.figures.expectation import expectation_of
from bot.figures.first_failure import Stage, stages_of
from bot.figures.intervals import Interval, wilson
from bot.figures.means import Estimate
from bot.figures.priorities import (
    Border,
    Place,
    Point,
    Quadrant,
    border_of,
    derived_importance,
    place_of,
    stated_importance,
)
from tests import oracle
from tests.wild import examples

MEANS = st.lists(st.floats(1, 5), min_size=5, max_size=20)
CHANGES = st.lists(st.tuples(st.integers(100, 500), st.integers(100, 500)), min_size=5, max_size=15).map(
    lambda offices: [(before / 100, after / 100) for before, after in offices]
)


@given(MEANS, MEANS, MEANS, MEANS)
@examples(60)
def test_difference_in_differences_is_statsmodels(
    before: list[float], after: list[float], rest_before: list[float], rest_after: list[float]
) -> None:
    """Value and error are the coefficient of pilot * after and its HC2 error in statsmodels, to nine digits."""
    found = difference_in_differences(before, after, rest_before, rest_after)
    assert found is not None
    value, error = oracle.difference_in_differences((before, after, rest_before, rest_after))
    assert found.value == pytest.approx(value, abs=1e-9)
    assert found.error == pytest.approx(error, rel=1e-9, abs=1e-9)
    assert found.degrees >= 4 - 1e-9


@given(CHANGES, CHANGES)
@examples(60)
def test_difference_of_changes_is_welchs(pilot: list[tuple[float, float]], rest: list[tuple[float, float]]) -> None:
    """With the same offices before and after it is SciPy's Welch test of their changes."""
    found = difference_of_changes(pilot, rest)
    assert found is not None
    changes, others = ([after - before for before, after in offices] for offices in (pilot, rest))
    assume(min(max(side) - min(side) for side in (changes, others)) > 0.01)
    interval = found.interval()
    assert interval is not None
    ends, degrees, p = oracle.welch(counted(changes), counted(others))
    assert (interval.low, interval.high) == pytest.approx(ends, rel=1e-9, abs=1e-9)
    assert (found.degrees, found.p()) == pytest.approx((degrees, p), rel=1e-8)


def counted(numbers: list[float]) -> dict[float, int]:
    return {number: numbers.count(number) for number in numbers}


def test_what_offices_always_differ_by_falls_away() -> None:
    """Offices that differ a lot but changed alike are told apart by their changes, not by four groups of means."""
    pilot = [(2.0, 2.5), (3.0, 3.4), (4.0, 4.6), (2.5, 3.1), (3.5, 3.9)]
    rest = [(2.1, 2.1), (3.1, 3.2), (4.1, 4.0), (2.6, 2.6), (3.6, 3.7)]
    paired = difference_of_changes(pilot, rest)
    apart = difference_in_differences(
        *([office[place] for office in side] for side in (pilot, rest) for place in (0, 1))
    )
    assert paired is not None
    assert apart is not None
    assert paired.value == pytest.approx(apart.value)
    assert (verdict(paired, 0.2), verdict(apart, 0.2)) == (Verdict.EFFECT, Verdict.TOO_LITTLE_DATA)


def test_fewer_than_five_offices_on_a_side_are_too_few() -> None:
    """Four pilot offices, or four others, before or after, give no figure, and the verdict says so."""
    five, four = [1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0]
    assert difference_in_differences(five, five, five, five) is not None
    for place in range(4):
        groups = [five] * 4
        groups[place] = four
        assert difference_in_differences(*groups) is None
    pairs = [(1.0, 2.0), (2.0, 2.5), (3.0, 3.0), (4.0, 4.5), (2.0, 4.0)]
    assert difference_of_changes(pairs, pairs) is not None
    assert difference_of_changes(pairs[:4], pairs) is None
    assert difference_of_changes(pairs, pairs[:4]) is None
    assert difference_of_changes([], []) is None
    assert verdict(None, 0.3) is Verdict.TOO_FEW_OFFICES


@pytest.mark.parametrize(
    ("value", "error", "found", "turned"),
    [
        (0.5, 0.1, Verdict.EFFECT, Verdict.WORSE),
        (0.1, 0.01, Verdict.EFFECT, Verdict.WORSE),
        (-0.5, 0.1, Verdict.WORSE, Verdict.EFFECT),
        (0.02, 0.05, Verdict.NONE_WORTH_HAVING, Verdict.NONE_WORTH_HAVING),
        (-0.02, 0.05, Verdict.NONE_WORTH_HAVING, Verdict.NONE_WORTH_HAVING),
        (0.2, 0.2, Verdict.TOO_LITTLE_DATA, Verdict.TOO_LITTLE_DATA),
        (0.5, 0.0, Verdict.TOO_LITTLE_DATA, Verdict.TOO_LITTLE_DATA),
    ],
)
def test_the_verdict_goes_by_the_whole_interval(value: float, error: float, found: Verdict, turned: Verdict) -> None:
    """Beyond 0 on the wanted side an effect, on the other worse, inside what is worth having none, else too little."""
    effect = Estimate(value, error, 20)
    assert verdict(effect, 0.3) is found
    assert verdict(effect, 0.3, more_is_better=False) is turned


@pytest.mark.parametrize("smallest", [0, -0.1, math.nan])
def test_a_verdict_needs_something_worth_having(smallest: float) -> None:
    """The smallest interesting difference is above 0."""
    with pytest.raises(ValueError, match="nothing to look for"):
        verdict(Estimate(0.1, 0.1, 9), smallest)


# Priorities


def test_stated_importance_is_a_share_of_those_who_said() -> None:
    """30 of 40 named the meeting: 75 per cent with Wilson's interval; the shares make one."""
    found = stated_importance({"meeting": 30, "letter": 10, "booking": 0})
    assert found["meeting"].interval == wilson(30, 40)
    assert sum(share.value for share in found.values()) == 1
    assert found["booking"].value == 0
    assert stated_importance({"meeting": 0}) == stated_importance({}) == {}
    with pytest.raises(ValueError, match="fewer"):
        stated_importance({"meeting": -1, "letter": 5})


def test_derived_importance_needs_fifty_pairs() -> None:
    """49 pairs say nothing; 50 have a correlation and its interval."""
    assert derived_importance({(1, 1): 20, (5, 4): 29}) is None
    found = derived_importance({(1, 1): 20, (5, 4): 28, (5, 1): 2})
    assert found is not None
    assert (found.n, found.interval is None) == (50, False)
    assert derived_importance({(5, 1): 30, (5, 4): 30}) is None


@pytest.mark.parametrize(
    ("importance", "experience", "quadrant"),
    [
        (0.1, 80, Quadrant.KEEP),
        (0.6, 80, Quadrant.IMPROVE_IF_POSSIBLE),
        (0.1, 40, Quadrant.LOWER_PRIORITY),
        (0.6, 40, Quadrant.PRIORITISE),
        (0.3, 60, Quadrant.IMPROVE_IF_POSSIBLE),
    ],
)
def test_four_fields_have_scbs_names(importance: float, experience: float, quadrant: Quadrant) -> None:
    """Well graded and mattering less is kept, badly graded and mattering more comes first; a border counts as above."""
    assert place_of(Point(importance, experience), Border(0.3, 60)).quadrant is quadrant


def test_a_point_is_uncertain_where_an_interval_reaches_over() -> None:
    """Both intervals beside their borders make it certain; one that reaches over, touches, or is missing does not."""
    border, beside, high = Border(0.3, 60), Interval(0.4, 0.8), Interval(65, 95)
    assert place_of(Point(0.6, 80, beside, high), border) == Place(Quadrant.IMPROVE_IF_POSSIBLE, True)
    for point in (
        Point(0.6, 80, Interval(0.2, 0.8), high),
        Point(0.6, 80, Interval(0.3, 0.8), high),
        Point(0.6, 80, beside, Interval(50, 95)),
        Point(0.6, 80, None, high),
        Point(0.6, 80, beside, None),
    ):
        assert place_of(point, border) == Place(Quadrant.IMPROVE_IF_POSSIBLE, False)
    assert place_of(Point(0.1, 40, Interval(0, 0.2), Interval(30, 50)), border).certain


def test_the_border_is_the_mean_of_all_points() -> None:
    """Two points meet in their middle; none have no border."""
    assert border_of([Point(0.2, 40), Point(0.6, 80)]) == Border(0.4, 60)
    assert border_of([]) is None


# First failure

RATING = st.one_of(st.none(), st.integers(1, 5).map(float))
RATINGS = st.integers(0, 5).flatmap(
    lambda length: st.dictionaries(st.tuples(*[RATING] * length), st.integers(0, 30), max_size=12)
)


def test_first_failure_by_hand() -> None:
    """After the first low rating a contact is at risk no more; where it rated nothing it is not at risk."""
    stages = stages_of({(4, 2, 1): 3, (4, None, 1): 2, (5, 5, 5): 5, (1, 5, 5): 1, (None, None, None): 9})
    assert stages == (Stage(11, 1), Stage(8, 3), Stage(7, 2))
    hazard = stages[1].hazard
    assert hazard is not None
    assert (hazard.value, hazard.interval) == (3 / 8, wilson(3, 8))
    assert Stage(0, 0).hazard is None


@given(RATINGS)
@examples(80)
def test_first_failure_of_one_by_one(rows: dict[tuple[float | None, ...], int]) -> None:
    """Each contact fails at most once, at its first low rating, and reached all rated stages up to there."""
    length = max(map(len, rows), default=0)
    reached, failed = [0] * length, [0] * length
    for row, contacts in rows.items():
        first = next((place for place, rating in enumerate(row) if rating is not None and rating <= 2), length)
        for place in range(length):
            reached[place] += contacts * (row[place] is not None and place <= first)
            failed[place] += contacts * (place == first)
    assert stages_of(rows) == tuple(map(Stage, reached, failed))
    assert sum(failed) <= sum(rows.values())


def test_first_failure_refuses_rows_of_other_lengths() -> None:
    """A row says something, or None, of every touchpoint; no row occurs less often than never."""
    wrong: list[dict[tuple[float | None, ...], int]] = [{(4.0,): 1, (4.0, 5.0): 1}, {(4.0,): -1}]
    for rows in wrong:
        with pytest.raises(ValueError, match="rows hold"):
            stages_of(rows)
    assert stages_of({}) == ()


# Expectation

PAIRS = st.dictionaries(
    st.tuples(st.integers(1, 5).map(float), st.integers(1, 5).map(float)), st.integers(0, 40), max_size=25
)


@given(PAIRS)
@examples(80)
def test_expectation_is_scipys_paired_t(pairs: dict[tuple[float, float], int]) -> None:
    """Interval and p of experienced less expected are SciPy's paired t; the three shares make one."""
    found = expectation_of(pairs)
    assert (found is None) == (sum(pairs.values()) == 0)
    if found is None:
        return
    assert found.better.count + found.alike.count + found.worse.count == found.n == sum(pairs.values())
    differences = [after - before for (before, after), times in pairs.items() for _ in range(times)]
    assert found.mean == pytest.approx(sum(differences) / len(differences))
    assert (found.difference is None) == (found.n < 2)
    if found.difference is None or found.difference.error == 0:
        return
    interval = found.difference.interval()
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(oracle.t_interval(differences), rel=1e-9, abs=1e-12)
    assert found.difference.p() == pytest.approx(oracle.paired_p(pairs), rel=1e-9)


def test_expectation_by_hand() -> None:
    """Of ten, six had it easier than expected, three as, one harder: a mean of half a step up."""
    found = expectation_of({(3, 4): 6, (4, 4): 3, (5, 4): 1})
    assert found is not None
    assert (found.n, found.mean) == (10, 0.5)
    assert (found.better.interval, found.alike.count, found.worse.count) == (wilson(6, 10), 3, 1)
    with pytest.raises(ValueError, match="cannot occur"):
        expectation_of({(3, 4): -1, (4, 5): 2})
