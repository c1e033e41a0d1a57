"""The clock: what time it is, and the heartbeat. The only caller of `datetime.now` and of APScheduler.

Jobs carry no data and remember nothing: each wakes a function that asks the store what is due. So a restart, an
outage or a jump of the clock forgets nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

DAY = timedelta(days=1)

Now = Callable[[], datetime]
"""Something that tells the time, in UTC: `now` itself, or a simulated clock."""


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def iso_week(moment: datetime, zone: tzinfo) -> str:
    """The ISO week of `moment` in `zone`, such as "2026-W47": its year is the week's, so it sorts as text."""
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def week_start(week: str, zone: tzinfo) -> datetime:
    """Monday 00:00 in `zone` of a week such as "2026-W47". ValueError if there is no such week."""
    year, _, number = week.partition("-W")
    monday = datetime.fromisocalendar(int(year), int(number), 1)
    return monday.replace(tzinfo=zone)


def week_before(week: str) -> str:
    """The week before this one, across the turn of the year."""
    year, _, number = week.partition("-W")
    year_before, week_number, _ = (
        datetime.fromisocalendar(int(year), int(number), 1) - timedelta(days=1)
    ).isocalendar()
    return f"{year_before}-W{week_number:02d}"


class Heartbeat:
    """Wakes functions at intervals, and on Monday mornings; nothing else."""

    # APScheduler is read here, not above: every command asks for the time, and only what goes on running has a heart.

    def __init__(self, zone: tzinfo) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._scheduler = AsyncIOScheduler(timezone=zone)
        self._zone = zone

    def every(self, seconds: float, wake: Callable[[], Awaitable[None]]) -> None:
        """Wake `wake` every so many seconds; one that is still awake is not woken twice."""
        from apscheduler.triggers.interval import IntervalTrigger

        self._add(wake, IntervalTrigger(seconds=seconds, timezone=self._zone))

    def nightly(self, hour: int, wake: Callable[[], Awaitable[None]]) -> None:
        """Wake `wake` each day at `hour` local time (choose no hour that a change of the clocks can skip: 0-4)."""
        from apscheduler.triggers.cron import CronTrigger

        self._add(wake, CronTrigger(hour=hour, timezone=self._zone))

    def mondays(self, hour: int, wake: Callable[[], Awaitable[None]]) -> None:
        """Wake `wake` on Mondays at `hour` local time (choose no hour that a change of the clocks can skip: 0-4)."""
        from apscheduler.triggers.cron import CronTrigger

        self._add(wake, CronTrigger(day_of_week="mon", hour=hour, timezone=self._zone))

    def once(self, wake: Callable[[], Awaitable[None]]) -> None:
        """Wake `wake` once, as soon as the heartbeat starts: for what an outage may have left undone."""
        self._scheduler.add_job(wake, misfire_grace_time=None)

    def triggers(self) -> list[CronTrigger | IntervalTrigger]:
        """When each function that is woken more than once is woken."""
        from apscheduler.triggers.cron import CronTrigger
        from apscheduler.triggers.interval import IntervalTrigger

        jobs = self._scheduler.get_jobs()
        return [job.trigger for job in jobs if isinstance(job.trigger, (CronTrigger, IntervalTrigger))]

    def start(self) -> None:
        """Begin, within a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wake nobody any more; what is awake goes on to its end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _add(self, wake: Callable[[], Awaitable[None]], trigger: CronTrigger | IntervalTrigger) -> None:
        # Without a limit on lateness: its default drops what is a second late.
        self._scheduler.add_job(wake, trigger, misfire_grace_time=None, coalesce=True, max_instances=1)
