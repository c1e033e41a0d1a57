"""Measures of satisfaction, each on its own scale alone: CSAT, CES, NPS, SOM's trust balance, NKI-like.

SKR's service index is in `index.py`, HME in `hme.py`. Counts are number -> how many persons; `asked` is the scale
that the journey asked on. Every measure raises ValueError on another scale, for a number that is no step of it, and
for a count under 0; every one is None of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.figures.index import Mean, mean_of
from bot.figures.intervals import Interval
from bot.figures.scales import FIVE_STEPS, NOUGHT_TO_TEN, SEVEN_STEPS, TEN_STEPS, Scale, refuse_other
from bot.figures.shares import Balance, Share, balance_of, share_of

Triple = tuple[float, float, float]
"""One person's answers to three questions that belong together."""


@dataclass(frozen=True, slots=True)
class Effort:
    """CES: the mean from 1 to 7, and the share who found it easy (5 to 7)."""

    mean: Mean
    easy: Share


def csat_of(counts: Mapping[float, int], asked: Scale) -> Share | None:
    """CSAT: the share of 4 and 5 on a scale from 1 to 5 ("top two"), with its Wilson interval.

    By convention; not the same as a mean.
    """
    refuse_other("CSAT", FIVE_STEPS, asked, counts)
    return share_of(_from(counts, 4, 5), _all(counts))


def ces_of(counts: Mapping[float, int], asked: Scale) -> Effort | None:
    """CES 2.0: "... made it easy for me to handle my issue", from 1 (disagree) to 7 (agree).

    The mean with its t interval, cut at 1 and 7, and the share of 5 to 7 with its Wilson interval (CEB, now Gartner,
    2013; both as in https://support.customergauge.com).
    """
    refuse_other("CES", SEVEN_STEPS, asked, counts)
    easy, mean = share_of(_from(counts, 5, 7), _all(counts)), mean_of(counts)
    if easy is None or mean is None:
        return None
    return Effort(Mean(mean.n, mean.value, _cut(mean.interval, SEVEN_STEPS)), easy)


def nps_of(counts: Mapping[float, int], asked: Scale) -> Balance | None:
    """NPS: the share of 9 and 10 less the share of 0 to 6, from -100 to 100 (F. Reichheld, Harvard Business Review,
    December 2003), with its variance and interval as in `balance_of`.
    """
    refuse_other("NPS", NOUGHT_TO_TEN, asked, counts)
    return balance_of(_from(counts, 9, 10), _from(counts, 0, 6), _all(counts))


def trust_balance_of(counts: Mapping[float, int], asked: Scale) -> Balance | None:
    """SOM's trust balance: very and rather high trust (4 and 5) less very and rather low (1 and 2), in points.

    As the SOM Institute at the University of Gothenburg tells it (2011: 12 + 50 - 10 - 3 = +49); the interval is
    that of `balance_of`.
    """
    refuse_other("the trust balance", FIVE_STEPS, asked, counts)
    return balance_of(_from(counts, 4, 5), _from(counts, 1, 2), _all(counts))


def nki_like_of(rows: Mapping[Triple, int], asked: Scale) -> Mean | None:
    """An index like SCB's NKI: three questions from 1 to 10, (mean - 1) * 100 / 9, averaged with equal weights.

    `rows` is a person's three answers (as a whole, against expectations, against the ideal) -> how many persons;
    who left one out is not in it. SCB estimates a latent variable and weighs by it (SCB:s analysmodell med NKI), so
    this is only like it, and must be called so. The t interval is over persons, cut at 0 and 100.
    """
    refuse_other("NKI", TEN_STEPS, asked, (number for row in rows for number in row))
    _all(rows)
    sums: dict[float, int] = {}
    for row, persons in rows.items():
        sums[sum(row)] = sums.get(sum(row), 0) + persons
    mean = mean_of(sums)
    if mean is None:
        return None
    interval = mean.interval
    if interval is not None:
        interval = Interval(max(0.0, _nki(interval.low)), min(100.0, _nki(interval.high)))
    return Mean(mean.n, _nki(mean.value), interval)


def _nki(three: float) -> float:
    return (three / 3 - 1) * 100 / 9


def _from(counts: Mapping[float, int], lowest: int, highest: int) -> int:
    return sum(persons for number, persons in counts.items() if lowest <= number <= highest)


def _all(counts: Mapping[float, int] | Mapping[Triple, int]) -> int:
    if any(persons < 0 for persons in counts.values()):
        raise ValueError("fewer than no persons")
    return sum(counts.values())


def _cut(interval: Interval | None, scale: Scale) -> Interval | None:
    if interval is None:
        return None
    return Interval(max(float(scale.lowest), interval.low), min(float(scale.highest), interval.high))
