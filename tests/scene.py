"""The scene of a transcript: when its contact is, when it is registered, and when each conversation begins.

The same for every player. A conversation that nothing went before is the contact's first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot import library, organisation
from bot.library import Library
from bot.organisation import Organisation
from flows.journey import Journey, PhaseName
from flows.timing import PhaseTiming, Planned, plan
from tests.transcript import FOLDER, Transcript

LANGUAGES = ("sv", "fi", "en")
ZONE = ZoneInfo("Europe/Stockholm")
TUESDAY = date(2027, 1, 12)
"""An ordinary day in an ordinary week."""


@cache
def shelf() -> Library:
    """The built-in journeys."""
    return library.opened(None, LANGUAGES)


@cache
def office() -> Organisation:
    """The organisation of the transcripts."""
    return organisation.opened(FOLDER / "organisation.yaml", LANGUAGES, ZONE)


@dataclass(frozen=True)
class Scene:
    """When things happen, in UTC. `opened_at` is when the person opens the invitation.

    `begins` says when each conversation begins, those before the transcript's own first.
    """

    start: datetime
    end: datetime | None
    registered_at: datetime
    opened_at: datetime
    begins: tuple[tuple[tuple[PhaseName, ...], datetime], ...]
    useful_until: datetime


def scene(transcript: Transcript, day: date = TUESDAY) -> Scene:
    """The scene on a day: a visit tomorrow, a contact that ended today, or one that began yesterday and ended today.

    Where nothing came before `after` alone, the person opens the invitation four days after the end, when it is too
    late for `during`.
    """
    journey = shelf().journeys[transcript.journey]
    asked_at = datetime.combine(day, transcript.asked_at, ZONE).astimezone(UTC)
    earlier = transcript.earlier_phases
    if transcript.phase == "before":
        start, end = _local(day + timedelta(days=1), 9), None
        opened_at = asked_at if transcript.asked_at.hour > 17 else asked_at - timedelta(hours=1)
    else:
        after = journey.phase("after")
        assert after is not None
        alone = transcript.phase == "after" and not transcript.of("with") and "during" not in earlier
        waited = timedelta(0) if transcript.phase == "during" else after.timing.send.offset
        end = asked_at - (timedelta(days=4) if alone else waited)
        start = end - (journey.lasts if transcript.of("with") else timedelta(days=1))
        opened_at = asked_at if alone else end + (waited or timedelta(0)) - timedelta(minutes=30)
    if earlier:
        assert end is not None
        opened_at = (start - timedelta(days=2)) if "before" in earlier else end - timedelta(minutes=30)
    planned = {one.phase: one for one in _plan(journey, start, end, opened_at - timedelta(minutes=5))}
    if transcript.of("with"):  # before it is due, also where that is a time of day
        opened_at = min(opened_at, planned["after"].due_at - timedelta(minutes=30))
    registered_at = opened_at - timedelta(minutes=5)
    begins: list[tuple[tuple[PhaseName, ...], datetime]] = [((phase,), planned[phase].due_at) for phase in earlier]
    begins.append((transcript.phases, max(asked_at, planned[transcript.phase].due_at)))
    return Scene(start, end, registered_at, opened_at, tuple(begins), planned[transcript.phase].useful_until)


def next_ordinary(day: date) -> date:
    """The first day, this one or whole weeks later, in whose week nothing is closed but the nights and Sundays."""
    while True:
        around = [day + timedelta(days=number) for number in range(-5, 4)]
        hours = [_local(one, hour) for one in around if one.isoweekday() != 7 for hour in (9, 17)]
        same_offset = len({datetime.combine(one, time(12), ZONE).utcoffset() for one in around}) == 1
        if same_offset and all(office().calendar.is_open(hour) for hour in hours):
            return day
        day += timedelta(weeks=1)


def _plan(journey: Journey, start: datetime, end: datetime | None, now: datetime) -> tuple[Planned, ...]:
    timings: dict[str, PhaseTiming] = {phase.name: phase.timing for phase in journey.phases}
    return plan(timings, start=start, end=end, lasts=journey.lasts, calendar=office().calendar, now=now, spread=0)


def _local(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).astimezone(UTC)
