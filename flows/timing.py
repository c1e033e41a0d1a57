"""When each phase of a journey falls due for one contact, and until when it is still worth asking.

Reads a journey's `send:`, `useful until:` and `lasts:` lines, and plans the follow-ups of a contact.
Never reads a clock (now is handed in), never stores, never sends.

The arithmetic:

* hours and minutes are elapsed time, counted in UTC; days and weeks are local calendar days at the same
  wall-clock time, or at the one given ("1 day before start, at 17:00"). Gap and fold: see `flows.calendar`;
* a contact without an end ends `lasts` (elapsed time) after its start;
* "due" in `useful until:` is the moment the journey asks for, before closed hours move it.

Where `useful until:` is not given, the last useful moment is:

* before: the contact's start; an expectation is worth nothing once the thing has happened;
* during: 3 local days after the end, or after due where that is later: still fresh, and long enough to pass a
  Sunday beside a holiday;
* after: 7 local days after due, when the window of a chat survey closes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from typing import Literal, cast
from zoneinfo import ZoneInfo

from flows.calendar import Calendar as Calendar
from flows.calendar import by_local_days, in_utc
from flows.calendar import later as later

REASONS = ("", "same-day", "registered-late", "no-allowed-hour", "never-useful")
"""Why a follow-up stands as it does: `Planned.reason`.

| code | status | meaning |
|---|---|---|
| (empty) | planned | it will be asked at `due_at` |
| same-day | merged | contact began and ended on one local day: its questions open the after conversation |
| registered-late | missed | due had passed at registration (or move), and no allowed moment was left |
| no-allowed-hour | missed | every moment from due to the last useful one is closed |
| never-useful | missed | for this contact, due falls at or after the last useful moment |
"""

SPREAD_OVER = timedelta(hours=1)
LONGEST = timedelta(days=3 * 366)
"""The longest distance or duration a journey may name."""

DURING_USEFUL_DAYS, AFTER_USEFUL_DAYS = 3, 7

_YEARS = range(1990, 2200)
_PHASES: tuple[Literal["before", "during", "after"], ...] = ("before", "during", "after")
_AMOUNT = "(?P<count>[0-9]{1,7}) (?P<unit>minute|hour|day|week)s?"
_DURATION = re.compile(_AMOUNT)
_SEND = re.compile(
    "at (?P<exactly>start|end)"
    f"|{_AMOUNT} (?P<side>before|after) (?P<anchor>start|end)(?:,? at (?P<at>[0-9]{{1,2}}:[0-9]{{2}}))?"
)
_USEFUL = re.compile(f"(?P<exactly>start|end)|{_AMOUNT} (?P<side>before|after) (?P<anchor>start|end|due)")
_UNITS = ("minute", "minutes", "hour", "hours", "day", "days", "week", "weeks")
_WORDS = ("at", "before", "after", "start", "end", "due", *_UNITS)
_DURATION_FORMS = '"30 minutes", "1 hour", "2 days" or "1 week"'
_SEND_FORMS = '"at start", "at end", "2 hours after end" or "1 day before start, at 17:00"'
_USEFUL_FORMS = '"start", "end", "2 hours after start", "3 days after end" or "7 days after due"'


@dataclass(frozen=True, slots=True)
class Send:
    """A phase's `send:` line. Negative is before the anchor, positive after it; "at start" is 0.

    `offset` is elapsed time. `days` are whole local calendar days, used instead when days or weeks are given.
    `at` is a local wall-clock time on the day so reached.
    """

    anchor: Literal["start", "end"]
    offset: timedelta
    days: int = 0
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Useful:
    """A phase's `useful until:` line, signed as in `Send`. "due" is the moment the `send:` line asks for."""

    anchor: Literal["start", "end", "due"]
    offset: timedelta
    days: int = 0


@dataclass(frozen=True, slots=True)
class PhaseTiming:
    """When a phase is sent, and how long it is useful: None means the phase's default (module docstring)."""

    send: Send
    useful: Useful | None


@dataclass(frozen=True, slots=True)
class Planned:
    """One phase planned for one contact; moments in UTC.

    Planned: `due_at` is in allowed hours, before `useful_until`, never before the `now` of planning.
    Missed and merged: `due_at` is the moment the journey asks for, unmoved. `reason` is one of `REASONS`.
    `retrospective`: what belongs before the contact is asked at or after its start.
    """

    phase: Literal["before", "during", "after"]
    due_at: datetime
    useful_until: datetime
    status: Literal["planned", "missed", "merged"]
    reason: str
    retrospective: bool = False


def parse_send(text: str) -> Send:
    """A `send:` line. ValueError with fault and remedy; a time of day goes only with days or weeks."""
    match = _read(text, "time to send", _SEND, _SEND_FORMS)
    if match["exactly"]:
        return Send(cast(Literal["start", "end"], match["exactly"]), timedelta(0))
    offset, days = _distance(match)
    at = _time_of_day(match["at"]) if match["at"] else None
    if at is not None and match["unit"] in ("minute", "hour"):
        raise ValueError(
            f'"{text}" gives both {match["unit"]}s and a time of day: leave out ", at {match["at"]}", '
            'or count in days, as in "1 day before start, at 17:00"'
        )
    return Send(cast(Literal["start", "end"], match["anchor"]), offset, days, at)


def parse_useful(text: str) -> Useful:
    """A `useful until:` line. ValueError with fault and remedy."""
    match = _read(text, "last useful moment", _USEFUL, _USEFUL_FORMS)
    if match["exactly"]:
        return Useful(cast(Literal["start", "end"], match["exactly"]), timedelta(0))
    offset, days = _distance(match)
    if match["anchor"] == "due" and (match["side"] == "before" or not (offset or days)):
        raise ValueError(f'"{text}" is over before it is sent: write it as in "7 days after due"')
    return Useful(cast(Literal["start", "end", "due"], match["anchor"]), offset, days)


def parse_duration(text: str) -> timedelta:
    """A `lasts:` line as elapsed time, a day being 24 hours. ValueError with fault and remedy."""
    return _elapsed(_read(text, "length of time", _DURATION, _DURATION_FORMS))


def plan(
    phases: Mapping[str, PhaseTiming],
    *,
    start: datetime,
    end: datetime | None,
    lasts: timedelta,
    calendar: Calendar,
    now: datetime,
    spread: float,
) -> tuple[Planned, ...]:
    """The follow-ups of one contact, one for each of `phases`, in the order before, during, after.

    * In a closed hour "before" moves back to the last allowed moment; the others move forward to the first.
    * What moved forward is spread over the first open hour: `spread`, a fraction in [0, 1) that belongs to
      the contact, keeps all whom a night held back from being written to in the same second. It never leaves
      allowed hours nor reaches the last useful moment. What was in an allowed hour already is not spread.
    * The last useful moment is not moved by closed hours. Without an allowed moment before it: missed.
    * Registered late (now is past due): the first allowed moment from now on, if still useful; else missed.
      So of a back-dated contact "before" is missed, while "after" may still be asked.
    * A contact that starts and ends on one local day has "during" merged into "after", whatever becomes of
      that one. One that spans several days keeps it, as does a journey without "after".
    * A moved contact is planned by calling this again with its new times; then see `moved`.

    Same arguments, same plan. ValueError naming the argument: a naive moment, a year that can't be meant, an
    end before the start, a negative `lasts`, a `spread` outside [0, 1), a phase of another name.
    """
    if unknown := sorted(set(phases) - set(_PHASES)):
        raise ValueError(f'phases: "{unknown[0]}" is no phase; they are before, during and after')
    if not 0 <= spread < 1:
        raise ValueError(f"spread: {spread} is not a fraction from 0 up to, not including, 1")
    if not timedelta(0) <= lasts <= LONGEST:
        raise ValueError(f"lasts: {lasts} is not from 0 to {LONGEST.days} days; give the usual length")
    now, start = _plausible("now", now), _plausible("start", start)
    end = start + lasts if end is None else _plausible("end", end)
    if end < start:
        raise ValueError("end is before start: swap them, or leave the end out")
    zone = ZoneInfo(calendar.zone)
    merges = "after" in phases and start.astimezone(zone).date() == end.astimezone(zone).date()
    follow_ups: list[Planned] = []
    for phase in _PHASES:
        if phase not in phases:
            continue
        timing = phases[phase]
        wanted = _wanted(timing.send, start, end, zone)
        useful_until = _useful_until(phase, timing.useful, start, end, wanted, zone)
        if phase == "during" and merges:
            follow_ups.append(Planned(phase, wanted, useful_until, "merged", "same-day"))
            continue
        due_at, reason = _allowed(phase == "before", wanted, useful_until, calendar, now, spread)
        if reason:
            follow_ups.append(Planned(phase, wanted, useful_until, "missed", reason))
        else:
            retrospective = phase == "before" and due_at >= start
            follow_ups.append(Planned(phase, due_at, useful_until, "planned", "", retrospective))
    return tuple(follow_ups)


def moved(
    existing: Mapping[str, Literal["planned", "begun", "ended"]], fresh: Sequence[Planned]
) -> tuple[Planned, ...]:
    """Which of a moved contact's `fresh` follow-ups take the place of the existing ones.

    Those begun or ended are kept as they are; those not begun are planned anew. "During" is left out as well
    once "after" has begun, since it may have opened that conversation. One that was missed, never begun, is
    handed in as "planned", or left out: a later start gives it a new chance. A cancelled contact has none:
    nothing is planned, and what was not begun is dropped.
    """
    settled = {phase for phase, state in existing.items() if state != "planned"}
    if "after" in settled:
        settled.add("during")
    return tuple(planned for planned in fresh if planned.phase not in settled)


def _allowed(
    back: bool, wanted: datetime, useful_until: datetime, calendar: Calendar, now: datetime, spread: float
) -> tuple[datetime, str]:
    """The due moment and an empty reason, or the wanted moment and why it is missed."""
    if wanted >= useful_until:
        return wanted, "never-useful"
    first = calendar.last_open_at_or_before(wanted) if back else calendar.first_open_at_or_after(wanted)
    if first >= useful_until:
        return wanted, "no-allowed-hour"
    held_from = wanted
    if now > first:
        held_from, first = now, calendar.first_open_at_or_after(now)
        if first >= useful_until:
            return wanted, "registered-late"
    if first > held_from:
        room = min(SPREAD_OVER, calendar.first_closed_at_or_after(first) - first, useful_until - first)
        first += room * int(spread * 3600) // 3600
    return first, ""


def _wanted(send: Send, start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    anchor = start if send.anchor == "start" else end
    if send.days or send.at is not None:
        anchor = by_local_days(anchor, send.days, zone, send.at)
    return anchor + send.offset


def _useful_until(
    phase: str, useful: Useful | None, start: datetime, end: datetime, wanted: datetime, zone: ZoneInfo
) -> datetime:
    if useful is not None:
        anchor = {"start": start, "end": end, "due": wanted}[useful.anchor]
        return (by_local_days(anchor, useful.days, zone) if useful.days else anchor) + useful.offset
    if phase == "before":
        return start
    if phase == "during":
        return by_local_days(max(end, wanted), DURING_USEFUL_DAYS, zone)
    return by_local_days(wanted, AFTER_USEFUL_DAYS, zone)


def _plausible(name: str, moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError(f"{name}: the year {moment.year} can't be meant; check the date")
    return in_utc(name, moment)


def _elapsed(match: re.Match[str]) -> timedelta:
    length = timedelta(**{match["unit"] + "s": int(match["count"])})
    if length > LONGEST:
        raise ValueError(f'"{match[0]}" is longer than three years: give a shorter time')
    return length


def _distance(match: re.Match[str]) -> tuple[timedelta, int]:
    """Elapsed time and local days, one of them nothing; negative for "before"."""
    length = _elapsed(match) * (-1 if match["side"] == "before" else 1)
    return (timedelta(0), length.days) if match["unit"] in ("day", "week") else (length, 0)


def _time_of_day(text: str) -> time:
    hour, minute = text.split(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f'"{text}" is no time of day: write one from 00:00 to 23:59') from None


def _read(text: str, what: str, pattern: re.Pattern[str], forms: str) -> re.Match[str]:
    """The match over the whole line, however spaced; ValueError with the nearest form and those allowed."""
    line = " ".join(text.lower().split())
    if match := pattern.fullmatch(line):
        return match
    mended = re.sub(r"[^\W\d_]+", lambda word: (get_close_matches(word[0], _WORDS, 1) or [word[0]])[0], line)
    mended = re.sub(r"([0-9])\.([0-9])", r"\1:\2", mended)
    hint = f'Did you mean "{mended}"? ' if pattern.fullmatch(mended) else ""
    raise ValueError(f'"{text}" is no {what}. {hint}Write it as in {forms}')
