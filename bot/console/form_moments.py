"""Days and times of forms, as people fill them in: local time of the organisation. What can't be is said in words."""

from __future__ import annotations

from datetime import datetime

from bot.console.gate import Visit
from bot.lists.faults import CellFault
from bot.lists.texts import Texts
from bot.lists.times import moment as written

_SKIPPED = "skipped"


class Wrong(Exception):
    """A day or time that can't be; the message is for the field, in the member's language."""


def moment(visit: Visit, day: str, clock: str) -> datetime:
    """The moment, in UTC, that a day and a time name. Wrong if they name none, or one that the clocks skip.

    A time that comes twice is the first.
    """
    texts = Texts(visit.language)
    day, clock = " ".join(day.split())[:40], " ".join(clock.split())[:40]
    if not day and not clock:
        raise Wrong(visit.text("fill-in"))
    try:
        found = written(day, clock, visit.house.premises.zone, texts)
    except CellFault as fault:
        raise Wrong(texts("faults", fault.name, **fault.values)) from None
    if found.note == _SKIPPED:
        raise Wrong(visit.text("time-skipped", time=found.written))
    return found.at


def shown(visit: Visit, at: datetime | None) -> tuple[str, str]:
    """A moment as a form's day and time hold it, such as ("2026-11-18", "10:00"); empty for none."""
    if at is None:
        return "", ""
    local = at.astimezone(visit.house.premises.zone)
    return local.date().isoformat(), f"{local:%H:%M}"
