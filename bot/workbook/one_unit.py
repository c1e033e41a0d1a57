"""One unit: what its report is told from, besides what the report of all together is told from.

Everything of a unit is about the fixed period, beside the other units, because everybody may have the report of all and
ask for that of any unit. Whatever cuts a unit's answers further than its questions do is never exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.store import weeks
from bot.store.database import Transaction
from bot.store.week_rows import CauseRow, ReasonRow
from bot.workbook import coded, expectation, first_failure, marked, paired, priorities, series
from bot.workbook.coded import Coded
from bot.workbook.counted import Counted
from bot.workbook.first_failure import Stages
from bot.workbook.marked import Marked
from bot.workbook.paired import Pairs
from bot.workbook.series import Series

Row = TypeVar("Row", CauseRow, ReasonRow)


@dataclass(frozen=True, slots=True)
class OneUnit:
    """What was read for the report of `unit` alone; by unit, because the others decide what may be shown of it.

    Like `pairs`, `stages` and `marked` of all together, but of the fixed period alone, and so are the `reasons` why
    follow-ups were not answered and the `causes` that staff gave; `coded` is of the same periods as of all together.
    `series` is this unit's own.
    """

    unit: str
    pairs: Mapping[str, Pairs]
    stages: Mapping[str, Stages]
    marked: Mapping[str, Marked]
    series: Series
    reasons: Mapping[str, Sequence[ReasonRow]]
    causes: Mapping[str, Sequence[CauseRow]]
    coded: Mapping[str, Sequence[Coded]]


def read(tx: Transaction, counts: Counted, unit: str, zone: ZoneInfo, simulated: bool) -> OneUnit:
    """Read what a unit's report needs beyond the snapshot of all, as it stood at the close of the counted week."""
    wanted = [*priorities.wanted(counts), *expectation.wanted(counts)]
    of_period = (counts.period[0], counts.period[-1], counts.week, zone, simulated)
    return OneUnit(
        unit,
        pairs=paired.read_by_unit(tx, counts, wanted, simulated),
        stages=first_failure.read_by_unit(tx, counts, simulated),
        marked=marked.read_by_unit(tx, counts, simulated),
        series=series.read_unit(tx, counts, unit, simulated),
        reasons=_by_unit(weeks.reasons(tx, *of_period, by_unit=True)),
        causes=_by_unit(weeks.causes(tx, *of_period, by_unit=True)),
        coded=coded.read_by_unit(tx, counts, simulated),
    )


def _by_unit(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.part, []).append(row)
    return found
