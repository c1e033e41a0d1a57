"""Chapters: what the report's own sheets are told from, each read for itself in the snapshot of a week.

A sheet that needs more than `counted` has a room of its own with a value, a function that reads it, and one that makes
its sheet; here they are only called. Never decides what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.store.database import Transaction
from bot.workbook import (
    call_backs,
    coded,
    expectation,
    first_failure,
    marked,
    one_unit,
    paired,
    priorities,
    quarterly,
    series,
)
from bot.workbook.call_backs import CallBacks
from bot.workbook.coded import Coded
from bot.workbook.counted import Counted, counted_by, weeks_before
from bot.workbook.first_failure import Stages
from bot.workbook.marked import Marked
from bot.workbook.one_unit import OneUnit
from bot.workbook.paired import Pairs
from bot.workbook.quarterly import Quarterly
from bot.workbook.series import Series


@dataclass(frozen=True, slots=True)
class Chapters:
    """What was read for each sheet.

    `units`, `channels` and `both` (unit and channel) are the counted weeks part by part; `call_backs` are of the fixed
    period, `coded` of the latest ones that have codes; `quarterly` is None where no quarter belongs into the report,
    `one_unit` where it is about all units.
    """

    units: Mapping[str, Counted]
    channels: Mapping[str, Counted]
    both: Mapping[str, Counted]
    coded: Sequence[Coded]
    call_backs: CallBacks
    pairs: Pairs
    stages: Stages
    series: Series
    marked: Marked
    quarterly: Quarterly | None
    one_unit: OneUnit | None


def read(tx: Transaction, counts: Counted, zone: ZoneInfo, simulated: bool, unit: str | None = None) -> Chapters:
    """Read what the sheets need, as it stood at the close of the counted week; only simulated contacts, or none.

    `unit`: for the report of that unit, which needs more.
    """
    # Parts are told of the fixed period alone: of a year that was asked for, its weeks needn't be read part by part.
    parts = replace(counts, latest=weeks_before(counts.week))
    return Chapters(
        units=counted_by(tx, parts, zone, simulated, "unit"),
        channels=counted_by(tx, parts, zone, simulated, "channel"),
        both=counted_by(tx, parts, zone, simulated, "unit channel"),
        coded=coded.read(tx, counts, simulated),
        call_backs=call_backs.read(tx, counts, zone, simulated),
        pairs=paired.read(tx, counts, [*priorities.wanted(counts), *expectation.wanted(counts)], simulated),
        stages=first_failure.read(tx, counts, simulated),
        series=series.read(tx, counts, zone, simulated),
        marked=marked.read(tx, counts, simulated),
        quarterly=quarterly.read(tx, counts, simulated),
        one_unit=None if unit is None else one_unit.read(tx, counts, unit, zone, simulated),
    )
