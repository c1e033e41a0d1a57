"""Medians agree with NumPy, and their intervals with SciPy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.figures.medians import median_of
from tests.wild import examples


@examples(100)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=80))
def test_a_median_has_scipys_interval(values: list[float]) -> None:
    """The interval is SciPy's for a quantile of one half; where that has none, there are too few values."""
    found = median_of(values)
    assert found is not None
    ends: Any = stats.quantile_test(values, q=0, p=0.5).confidence_interval(0.95)
    if found.interval is None:
        assert len(values) < 6
        return
    assert (found.interval.low, found.interval.high) == (ends.low, ends.high)
    assert found.interval.low <= found.value <= found.interval.high


def test_nothing_has_no_median_and_few_no_interval() -> None:
    """Five values can't say between which two the median lies; six can."""
    assert median_of([]) is None
    five, six = median_of([1, 2, 3, 4, 10]), median_of([1, 2, 3, 4, 10, 20])
    assert five is not None
    assert six is not None
    assert (five.n, five.value, five.interval) == (5, 3, None)
    assert six.value == pytest.approx(3.5)
    assert six.interval is not None
    assert (six.interval.low, six.interval.high) == (1, 20)
