"""One unit: what its report is told from, besides what the report of all together is told from.

Everything of a unit is about the fixed period, beside the other units, because everybody may have the report of all and
ask for that of any unit. Whatever cuts a unit's answers further than its questions do is never exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.store.database import Transaction
from bot.workbook import series
from bot.workbook.counted import Counted
from bot.workbook.series import Series


@dataclass(frozen=True, slots=True)
class OneUnit:
    """What was read for the report of `unit` alone, of every unit where the others decide what may be shown of it.

    `series` is this unit's own.
    """

    unit: str
    series: Series


def read(tx: Transaction, counts: Counted, unit: str, zone: ZoneInfo, simulated: bool) -> OneUnit:
    """Read what a unit's report needs beyond the snapshot of all, as it stood at the close of the counted week."""
    return OneUnit(unit, series=series.read_unit(tx, counts, unit, simulated))
