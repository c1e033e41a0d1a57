"""A snapshot: everything that the report of one week is told from, read at one moment. Counts, never rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.store import weeks
from bot.store.database import Transaction
from bot.store.week_rows import CauseRow, OpenRow, ReasonRow
from bot.workbook import chapters
from bot.workbook.chapters import Chapters
from bot.workbook.counted import Counted, counted


@dataclass(frozen=True, slots=True)
class Snapshot(Counted):
    """All of one closed week.

    `reasons` hold each week of the period and the week itself; `period_reasons`, `open` and `causes` the period.
    """

    chapters: Chapters
    reasons: Mapping[str, Sequence[ReasonRow]]
    period_reasons: Sequence[ReasonRow]
    open: Sequence[OpenRow]
    causes: Sequence[CauseRow]


def gathered(
    tx: Transaction,
    week: str,
    zone: ZoneInfo,
    simulated: bool,
    latest: Sequence[str] | None = None,
    unit: str | None = None,
) -> Snapshot:
    """Read a closed week. Simulated contacts only, or none of them. `latest`: other weeks than the four up to it.

    `unit`: of all units still, with what the report of that one needs besides.
    """
    counts = counted(tx, week, zone, simulated, latest)
    period = counts.period
    # A contact starts in one week alone, so that a period's counts are those of its weeks added up.
    reasons = {each: weeks.reasons(tx, each, each, week, zone, simulated) for each in {*period, week}}
    return Snapshot(
        week=week,
        period=period,
        catalogue=counts.catalogue,
        chapters=chapters.read(tx, counts, zone, simulated, unit),
        by_week=counts.by_week,
        latest=counts.latest,
        whole=counts.whole,
        recent=counts.recent,
        funnels=counts.funnels,
        funnel=counts.funnel,
        recent_funnel=counts.recent_funnel,
        erased=counts.erased,
        reasons=reasons,
        period_reasons=_added_reasons(row for each in period for row in reasons[each]),
        open=weeks.begun_openly(tx, period[0], period[-1], week, zone, simulated),
        causes=weeks.causes(tx, period[0], period[-1], week, zone, simulated),
    )


def _added_reasons(rows: Iterable[ReasonRow]) -> list[ReasonRow]:
    added: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        key = (row.journey, row.audience, row.disposition, row.reason)
        added[key] = added.get(key, 0) + row.follow_ups
    return [ReasonRow(*key, added[key]) for key in sorted(added)]
