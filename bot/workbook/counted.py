"""Counted: what the figures of a closed week and of the weeks before it are told from, for report, console and digest.

Counts only: nobody's answer by itself. How much of them may be shown is decided in `shown`, `response` and `parts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from bot.figures.periods import WEEKS, latest_period, number_of, week_of
from bot.store import control_sums, tallies, weeks
from bot.store.database import Transaction
from bot.store.tallies import Cut, FunnelRow, TallyRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.shown import Distributions, Figure, Key, Lost, distributions

PERIOD, LATEST = "period", "latest"
"""The names of the two spans of several weeks; a single week is called by itself."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One closed week. `period` are the four weeks of the latest fixed period that has ended; `latest` the four weeks
    that end with this one, or others that were asked for.

    `by_week` and `funnels` hold each week of both and the week itself; `whole` and `funnel` the period, `recent` and
    `recent_funnel` the latest weeks. `erased` are weeks of which answers were erased since they were closed.

    `held` is None where everything is counted together. Of a part, a unit say, it is what may be shown of each question
    of the period beside the other parts (see `parts`): the only figures that a part has.
    """

    week: str
    period: tuple[str, ...]
    latest: tuple[str, ...]
    catalogue: Catalogue
    by_week: Mapping[str, Distributions]
    whole: Distributions
    recent: Distributions
    funnels: Mapping[str, Sequence[FunnelRow]]
    funnel: Sequence[FunnelRow]
    recent_funnel: Sequence[FunnelRow]
    erased: Lost
    held: Mapping[Key, Figure] | None = field(default=None, kw_only=True)

    @property
    def of_period(self) -> Counted:
        """The same as if its latest weeks were the fixed period: what a part, which has no others, stands beside."""
        return replace(self, latest=self.period, recent=self.whole, recent_funnel=self.funnel)

    @property
    def rolls(self) -> bool:
        """Whether `latest` are the four weeks up to this one: nobody asked for others."""
        return self.latest == weeks_before(self.week)


@dataclass(frozen=True, slots=True)
class Told:
    """A period that can be told, with the latest closed week whose report is about it. `answered`: it has answers."""

    period: tuple[str, ...]
    week: str
    answered: bool


def weeks_before(week: str) -> tuple[str, ...]:
    """The four weeks, oldest first, of which this one is the last."""
    last = number_of(week)
    return tuple(week_of(last - back) for back in reversed(range(WEEKS)))


def counted(
    tx: Transaction, week: str, zone: ZoneInfo, simulated: bool, latest: Sequence[str] | None = None
) -> Counted:
    """Read a closed week. Simulated contacts only, or none of them. `latest`: other weeks than the four up to it."""
    catalogue = Catalogue(weeks.versions(tx, week))
    weeks_asked = tuple(latest) if latest is not None else weeks_before(week)
    parts = _by_part(tx, week, weeks_asked, catalogue, zone, simulated, "")
    found = parts.get("") or of_rows(week, weeks_asked, catalogue, [], [])
    return replace(found, erased=lost(tx))


def lost(tx: Transaction) -> Lost:
    """The weeks of which answers were erased since they were told of."""
    weeks = control_sums.lost(tx)
    return Lost(frozenset(one.week for one in weeks), frozenset(one.week for one in weeks if one.told))


def counted_by(tx: Transaction, whole: Counted, zone: ZoneInfo, simulated: bool, cut: Cut) -> dict[str, Counted]:
    """The same weeks, part by part: each that has answers or contacts in them, by its code ('' where none is known)."""
    parts = _by_part(tx, whole.week, whole.latest, whole.catalogue, zone, simulated, cut)
    return {part: replace(counts, erased=whole.erased) for part, counts in parts.items()}


def of_rows(
    week: str, latest: tuple[str, ...], catalogue: Catalogue, settled: Iterable[TallyRow], came: Sequence[FunnelRow]
) -> Counted:
    """The same from rows: of the spans `PERIOD` and `LATEST` and of each single week of both, called by itself."""
    period = latest_period(week)
    each = sorted({*period, *latest, week})
    by_span: dict[str, list[TallyRow]] = {name: [] for name in (PERIOD, LATEST, *each)}
    for row in settled:
        by_span[row.span].append(row)
    funnels = {one: [row for row in came if row.span == one] for one in each}
    return Counted(
        week=week,
        period=period,
        latest=latest,
        catalogue=catalogue,
        by_week={one: distributions(by_span[one], catalogue) for one in each},
        whole=distributions(by_span[PERIOD], catalogue),
        recent=distributions(by_span[LATEST], catalogue),
        funnels=funnels,
        funnel=tallies.added((row for one in period for row in funnels[one]), PERIOD),
        recent_funnel=tallies.added((row for one in latest for row in funnels[one]), LATEST),
        erased=Lost(),
    )


def told_periods(tx: Transaction, simulated: bool) -> list[Told]:
    """The periods that have ended and of which a week was closed, the latest first."""
    closed = tallies.closed(tx, simulated)
    with_rows = {row.week for row in closed}
    answered = {row.week for row in closed if row.answered}
    last = {latest_period(row.week): row.week for row in closed}
    return [
        Told(period, week, not answered.isdisjoint(period))
        for period, week in reversed(last.items())
        if not with_rows.isdisjoint(period)
    ]


def _by_part(
    tx: Transaction,
    week: str,
    latest: tuple[str, ...],
    catalogue: Catalogue,
    zone: ZoneInfo,
    simulated: bool,
    cut: Cut,
) -> dict[str, Counted]:
    period = latest_period(week)
    each = sorted({*period, *latest, week})
    spans = {PERIOD: period, LATEST: latest, **{one: (one,) for one in each}}
    settled = tallies.tallies(tx, spans, simulated, cut)
    came = tallies.funnel(tx, each, week, zone, simulated, cut)
    parts = sorted({row.part for row in settled} | {row.part for row in came})
    return {
        part: of_rows(
            week,
            latest,
            catalogue,
            [row for row in settled if row.part == part],
            [row for row in came if row.part == part],
        )
        for part in parts
    }
