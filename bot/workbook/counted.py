"""Counted: what the figures of a closed week and its four-week period are told from, for the report and the console.

Counts only: nobody's answer by itself. How much of them may be shown is decided in `shown`, `response` and `units`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.figures.periods import latest_period
from bot.store import unit_weeks, weeks
from bot.store.database import Transaction
from bot.store.week_rows import FunnelRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.shown import Distributions, distributions


@dataclass(frozen=True, slots=True)
class Counted:
    """One closed week. `period` are the four weeks of the latest period that has ended.

    `by_week` and `funnels` hold each week of the period and the week itself; `whole` and `funnel` the period.
    """

    week: str
    period: tuple[str, ...]
    catalogue: Catalogue
    by_week: Mapping[str, Distributions]
    whole: Distributions
    funnels: Mapping[str, Sequence[FunnelRow]]
    funnel: Sequence[FunnelRow]


@dataclass(frozen=True, slots=True)
class Told:
    """A period that can be told, with the latest closed week whose report is about it. `answered`: it has answers."""

    period: tuple[str, ...]
    week: str
    answered: bool


def counted(tx: Transaction, week: str, zone: ZoneInfo, simulated: bool) -> Counted:
    """Read a closed week. Simulated contacts only, or none of them."""
    catalogue = Catalogue(weeks.versions(tx, week))
    period = latest_period(week)
    # A contact starts in one week alone, so that a period's counts are those of its weeks added up.
    funnels = {each: weeks.funnel(tx, each, each, week, zone, simulated) for each in {*period, week}}
    return Counted(
        week=week,
        period=period,
        catalogue=catalogue,
        by_week={each: distributions(weeks.tallies(tx, each, each, simulated), catalogue) for each in {*period, week}},
        whole=distributions(weeks.tallies(tx, period[0], period[-1], simulated), catalogue),
        funnels=funnels,
        funnel=_added(row for each in period for row in funnels[each]),
    )


def counted_by_unit(tx: Transaction, whole: Counted, zone: ZoneInfo, simulated: bool) -> dict[str, Counted]:
    """The same week and period, unit by unit: every unit that has answers or contacts in the period, by its code."""
    period = whole.period
    tallies = {each: unit_weeks.tallies(tx, each, each, simulated) for each in period}
    together = unit_weeks.tallies(tx, period[0], period[-1], simulated)
    funnels = {each: unit_weeks.funnel(tx, each, each, whole.week, zone, simulated) for each in period}
    units = {row.unit for row in together} | {row.unit for rows in funnels.values() for row in rows}
    found = {}
    for unit in sorted(units):
        of_unit = {each: [row for row in rows if row.unit == unit] for each, rows in funnels.items()}
        found[unit] = Counted(
            week=whole.week,
            period=period,
            catalogue=whole.catalogue,
            by_week={
                each: distributions((row for row in rows if row.unit == unit), whole.catalogue)
                for each, rows in tallies.items()
            },
            whole=distributions((row for row in together if row.unit == unit), whole.catalogue),
            funnels=of_unit,
            funnel=_added(row for each in period for row in of_unit[each]),
        )
    return found


def told_periods(tx: Transaction, simulated: bool) -> list[Told]:
    """The periods that have ended and of which a week was closed, the latest first."""
    closed = unit_weeks.closed(tx, simulated)
    with_rows = {row.week for row in closed}
    answered = {row.week for row in closed if row.answered}
    last = {latest_period(row.week): row.week for row in closed}
    return [
        Told(period, week, not answered.isdisjoint(period))
        for period, week in reversed(last.items())
        if not with_rows.isdisjoint(period)
    ]


def _added(rows: Iterable[FunnelRow]) -> list[FunnelRow]:
    added: dict[tuple[str, str], FunnelRow] = {}
    for row in rows:
        before = added.get((row.journey, row.audience)) or FunnelRow(row.journey, row.audience, 0, 0, 0, 0, 0)
        added[row.journey, row.audience] = FunnelRow(
            row.journey,
            row.audience,
            before.registered + row.registered,
            before.opened + row.opened,
            before.begun + row.begun,
            before.finished + row.finished,
            before.still_open + row.still_open,
        )
    return [added[key] for key in sorted(added)]
