"""The clock: weeks as Nordic calendars number them, and a heartbeat that wakes and nothing else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Heartbeat, iso_week, now, week_before, week_start

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_now_is_aware() -> None:
    """What time it is comes with its zone."""
    assert now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "2026-W48"),
        (datetime(2024, 12, 30, 12, 0, tzinfo=UTC), "2025-W01"),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), "2026-W53"),
    ],
)
def test_weeks_are_iso_weeks_of_the_zone(moment: datetime, week: str) -> None:
    """A week begins on Monday 00:00 local; its year is the ISO year."""
    assert iso_week(moment, STOCKHOLM) == week
    assert week_start(week, STOCKHOLM) <= moment < week_start(week, STOCKHOLM) + timedelta(days=7)


def test_the_week_before_crosses_the_year() -> None:
    """The week before the first of a year is the last of the year before, 52 or 53."""
    assert week_before("2027-W01") == "2026-W53"
    assert week_before("2026-W01") == "2025-W52"
    with pytest.raises(ValueError, match="week"):
        week_start("2026-W54", STOCKHOLM)


async def test_the_heartbeat_wakes_again_after_one_that_failed() -> None:
    """A function that raises is woken again at the next beat; one registered for once is woken once."""
    woken = {"often": 0, "once": 0}
    enough = asyncio.Event()

    async def often() -> None:
        woken["often"] += 1
        if woken["often"] >= 3:
            enough.set()
        raise RuntimeError("the database took nothing")

    async def once() -> None:
        woken["once"] += 1

    heartbeat = Heartbeat(STOCKHOLM)
    heartbeat.every(0.01, often)
    heartbeat.once(once)
    heartbeat.start()
    await asyncio.wait_for(enough.wait(), 10)
    heartbeat.stop()

    assert woken["often"] >= 3
    assert woken["once"] == 1


def test_mondays_at_six_are_local_across_both_changes_of_the_clocks() -> None:
    """The weekly wake-up is at 06:00 on the wall, in summer and in winter."""
    heartbeat = Heartbeat(STOCKHOLM)

    async def export() -> None:
        return None

    heartbeat.mondays(6, export)
    (trigger,) = heartbeat.triggers()
    moments = []
    after = datetime(2026, 3, 25, tzinfo=STOCKHOLM)
    for _ in range(35):
        after = trigger.get_next_fire_time(None, after)
        moments.append(after.astimezone(STOCKHOLM))
        after += timedelta(minutes=1)
    assert {(moment.weekday(), moment.hour, moment.minute) for moment in moments} == {(0, 6, 0)}
    assert {moment.utcoffset() for moment in moments} == {timedelta(hours=1), timedelta(hours=2)}
