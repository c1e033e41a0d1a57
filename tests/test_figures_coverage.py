"""How often the intervals hold what is true, in simulated surveys: near 95 in a hundred, or on the safe side."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from bot.figures.effects import difference_of_changes
from bot.figures.intervals import Interval, newcombe, wilson
from bot.figures.means import clustered, sample_of, welch
from bot.figures.ranks import mann_whitney, spearman
from bot.figures.shares import balance_of

pytestmark = pytest.mark.long

ROUNDS = 4000
STEPS = np.arange(1.0, 6.0)
HIGH = np.array([0.03, 0.07, 0.15, 0.40, 0.35])
EVEN = np.full(5, 0.2)

Draw = Callable[[Generator], Interval | None]


def covered(draw: Draw, true: float, rounds: int = ROUNDS) -> float:
    """The share of rounds whose interval holds what is true; a round without an interval holds nothing."""
    chance = default_rng(20260101)
    held = 0
    for _ in range(rounds):
        interval = draw(chance)
        held += interval is not None and interval.low - 1e-12 <= true <= interval.high + 1e-12
    return held / rounds


def drawn(chance: Generator, n: int, shares: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[float, int]:
    return dict(zip(STEPS.tolist(), chance.multinomial(n, shares).tolist(), strict=True))


@pytest.mark.parametrize("n", [7, 30, 200])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_wilson_holds(n: int, share: float) -> None:
    """Wilson's interval holds the true share in about 95 of 100 surveys, from seven persons on."""
    assert 0.925 < covered(lambda chance: wilson(int(chance.binomial(n, share)), n), share) < 0.985


@pytest.mark.parametrize(("n", "m"), [(7, 7), (10, 40), (100, 60)])
@pytest.mark.parametrize(("share", "other"), [(0.5, 0.5), (0.9, 0.7), (0.95, 0.9)])
def test_newcombe_holds(n: int, m: int, share: float, other: float) -> None:
    """Newcombe's interval holds the true difference in about 95 of 100 pairs of surveys."""

    def draw(chance: Generator) -> Interval:
        return newcombe((int(chance.binomial(n, share)), n), (int(chance.binomial(m, other)), m))

    assert 0.93 < covered(draw, share - other) < 0.995


@pytest.mark.parametrize(("n", "m"), [(10, 10), (30, 60), (200, 100)])
def test_welch_holds(n: int, m: int) -> None:
    """Welch's interval holds the true difference of two means on five steps, with unequal spreads."""

    def draw(chance: Generator) -> Interval | None:
        difference = welch(sample_of(drawn(chance, n, HIGH)), sample_of(drawn(chance, m, EVEN)))
        return None if difference is None else difference.interval()

    assert 0.93 < covered(draw, float(STEPS @ HIGH - STEPS @ EVEN)) < 0.97


@pytest.mark.parametrize("n", [7, 15, 50, 300])
@pytest.mark.parametrize(("favour", "against"), [(0.4, 0.3), (0.8, 0.05), (0.1, 0.7), (0.3, 0.3)])
def test_nps_holds(n: int, favour: float, against: float) -> None:
    """The interval of a balance holds the true one in about 95 of 100 surveys, or more, from seven persons on."""

    def draw(chance: Generator) -> Interval | None:
        up, down, _ = (int(count) for count in chance.multinomial(n, [favour, against, 1 - favour - against]))
        balance = balance_of(up, down, n)
        return None if balance is None else balance.interval

    assert 0.935 < covered(draw, 100 * (favour - against)) < 0.99


def test_the_plain_interval_of_a_balance_would_not_hold() -> None:
    """Without one more on either side, the interval of seven persons' balance misses one time in five."""

    def draw(chance: Generator) -> Interval | None:
        up, down, _ = (int(count) for count in chance.multinomial(7, [0.8, 0.05, 0.15]))
        balance = balance_of(up, down, 7)
        assert balance is not None
        half = 1.96 * math.sqrt(balance.variance)
        return Interval(balance.value - half, balance.value + half)

    assert covered(draw, 75) < 0.85


@pytest.mark.parametrize(("n", "m"), [(12, 30), (30, 30), (100, 60)])
def test_superiority_holds(n: int, m: int) -> None:
    """The interval of P(X > Y) holds it with five steps and all their ties."""
    true = sum(HIGH[i] * (EVEN[:i].sum() + EVEN[i] / 2) for i in range(5))

    def draw(chance: Generator) -> Interval | None:
        found = mann_whitney(drawn(chance, n, HIGH), drawn(chance, m, EVEN))
        return None if found is None else found.interval

    assert 0.93 < covered(draw, float(true)) < 0.975


def test_spearman_holds() -> None:
    """Of 60 pairs the interval holds the rank correlation of everybody, of whom they were drawn."""
    cells = [(x, y) for x in STEPS.tolist() for y in STEPS.tolist()]
    shares = np.array([math.exp(-abs(x - y)) for x, y in cells])
    shares /= shares.sum()
    everybody = spearman({cell: round(share * 10**9) for cell, share in zip(cells, shares.tolist(), strict=True)})
    assert everybody is not None

    def draw(chance: Generator) -> Interval | None:
        counts = dict(zip(cells, chance.multinomial(60, shares).tolist(), strict=True))
        found = spearman(counts)
        return None if found is None else found.interval

    assert 0.93 < covered(draw, everybody.value, 2000) < 0.975


def test_clusters_hold_where_the_plain_interval_does_not() -> None:
    """40 persons with five like-minded answers each: by person it holds, answer by answer it would not."""

    def people(chance: Generator) -> list[list[float]]:
        return [list(chance.normal(chance.normal(3.5, 0.8), 0.6, 5)) for _ in range(40)]

    def by_person(chance: Generator) -> Interval | None:
        found = clustered({(len(one), math.fsum(one)): 1 for one in people(chance)})
        return None if found is None else found.interval()

    def by_answer(chance: Generator) -> Interval | None:
        found = clustered({(1, answer): 1 for one in people(chance) for answer in one})
        return None if found is None else found.interval()

    assert 0.93 < covered(by_person, 3.5, 1500) < 0.97
    assert covered(by_answer, 3.5, 300) < 0.8


def test_no_effect_is_seldom_called_one() -> None:
    """5 pilot offices against 12, shocks of 0.2 by office and period, no true effect: called in about 5 of 100."""

    def draw(chance: Generator) -> Interval | None:
        sides = []
        for offices in (5, 12):
            level = chance.normal(3.5, 0.4, offices)
            periods = (level + chance.normal(0, math.hypot(0.2, 1.1 / math.sqrt(60)), offices) for _ in range(2))
            before, after = (period.tolist() for period in periods)
            sides.append(list(zip(before, after, strict=True)))
        found = difference_of_changes(*sides)
        return None if found is None else found.interval()

    assert 0.93 < covered(draw, 0.0, 2000) < 0.975
