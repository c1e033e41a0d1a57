"""What SciPy and statsmodels say, for the tests of `bot/figures`: counts in, floats out.

The product imports neither. What stands here is written down to lists, as plainly as these libraries want it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import OLS  # type: ignore[import-untyped]
from statsmodels.stats.inter_rater import cohens_kappa  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]
from statsmodels.stats.nonparametric import rank_compare_2indep  # type: ignore[import-untyped]
from statsmodels.stats.power import NormalIndPower, TTestIndPower  # type: ignore[import-untyped]
from statsmodels.stats.proportion import (  # type: ignore[import-untyped]
    confint_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW  # type: ignore[import-untyped]

Counts = Mapping[float, int]
Floats = NDArray[np.float64]
Ends = tuple[float, float]


def listed(counts: Counts) -> Floats:
    """Every number as often as it occurs."""
    return np.repeat(np.array(list(counts), dtype=float), list(counts.values()))


def wilson_ends(successes: int, n: int) -> Ends:
    return _ends(proportion_confint(successes, n, method="wilson"))


def newcombe_ends(first: Ends, second: Ends) -> Ends:
    return _ends(confint_proportions_2indep(*first, *second, method="newcomb", compare="diff", correction=False))


def pooled_p(first: tuple[int, int], second: tuple[int, int]) -> float:
    return float(proportions_ztest([first[0], second[0]], [first[1], second[1]])[1])


def welch(first: Counts, second: Counts) -> tuple[Ends, float, float]:
    """Interval, degrees of freedom and p value, of SciPy."""
    found = stats.ttest_ind(listed(first), listed(second), equal_var=False)
    ends = found.confidence_interval(0.95)
    return (float(ends.low), float(ends.high)), float(found.df), float(found.pvalue)


def welch_again(first: Counts, second: Counts) -> Ends:
    """The interval of statsmodels."""
    both = CompareMeans(DescrStatsW(listed(first)), DescrStatsW(listed(second)))
    return _ends(both.tconfint_diff(usevar="unequal"))


def t_interval(numbers: Sequence[float] | Floats) -> Ends:
    n = len(numbers)
    mean, error = float(np.mean(numbers)), float(np.std(numbers, ddof=1)) / n**0.5
    half = float(stats.t.ppf(0.975, n - 1)) * error
    return mean - half, mean + half


def paired_p(pairs: Mapping[tuple[float, float], int]) -> float:
    rows = np.repeat(np.array(list(pairs), dtype=float), list(pairs.values()), axis=0)
    return float(stats.ttest_rel(rows[:, 1], rows[:, 0]).pvalue)


def clustered(clusters: Sequence[Sequence[float]]) -> tuple[float, float, Ends]:
    """Mean, cluster-robust error and interval of numbers given cluster by cluster."""
    numbers = np.array([number for cluster in clusters for number in cluster], dtype=float)
    groups = np.array([place for place, cluster in enumerate(clusters) for _ in cluster])
    fit = OLS(numbers, np.ones(len(numbers))).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    return float(fit.params[0]), float(fit.bse[0]), _ends(fit.conf_int()[0])


def difference_in_differences(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The coefficient of pilot * after and its HC2 error; groups: pilot before, after, rest before, after."""
    outcome = np.array([number for group in groups for number in group], dtype=float)
    marks = [(1, pilot, after, pilot * after) for pilot, after in ((1, 0), (1, 1), (0, 0), (0, 1))]
    design = np.array(
        [mark for mark, group in zip(marks, groups, strict=True) for _ in group],
        dtype=float,
    )
    fit = OLS(outcome, design).fit(cov_type="HC2")
    return float(fit.params[3]), float(fit.bse[3])


def mann_whitney(first: Counts, second: Counts) -> tuple[float, float]:
    """U of the first, and the p value."""
    found = stats.mannwhitneyu(listed(first), listed(second), alternative="two-sided", method="asymptotic")
    return float(found.statistic), float(found.pvalue)


def superiority(first: Counts, second: Counts) -> tuple[float, float, float]:
    """P(X > Y) + P(X = Y) / 2, its error by Brunner and Munzel, and the degrees of freedom."""
    found = rank_compare_2indep(listed(first), listed(second))
    return float(found.prob1), float(np.sqrt(found.var_prob)), float(found.df)


def spearman(pairs: Mapping[tuple[float, float], int]) -> tuple[float, float]:
    rows = np.repeat(np.array(list(pairs), dtype=float), list(pairs.values()), axis=0)
    found = stats.spearmanr(rows[:, 0], rows[:, 1])
    return float(found.statistic), float(found.pvalue)


def holm(values: Sequence[float]) -> list[float]:
    return [float(p) for p in multipletests(list(values), method="holm")[1]]


def kappa(table: Sequence[Sequence[int]]) -> tuple[float, float, float]:
    """Kappa and the ends of its interval."""
    with np.errstate(all="ignore"):  # it divides by a variance of nought
        found = cohens_kappa(np.array(table))
    return float(found.kappa), float(found.kappa_low), float(found.kappa_upp)


def power_of_means(n: float, difference: float, deviation: float) -> float:
    """How often n in each group show this difference, by the normal distribution."""
    return float(NormalIndPower().power(difference / deviation, n, 0.05, ratio=1))


def needed_by_t(difference: float, deviation: float) -> float:
    """How many in each group, by Student's t in place of the normal distribution."""
    return float(TTestIndPower().solve_power(difference / deviation, alpha=0.05, power=0.8))


def t_ppf(probability: float, degrees: float) -> float:
    return float(stats.t.ppf(probability, degrees))


def t_two_sided(t: float, degrees: float) -> float:
    return float(2 * stats.t.sf(abs(t), degrees))


def z_two_sided(z: float) -> float:
    return float(2 * stats.norm.sf(abs(z)))


def _ends(found: Sequence[float]) -> Ends:
    low, high = found
    return float(low), float(high)
