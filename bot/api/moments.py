"""Moments: how a case system writes them: RFC 3339, or local time in the organisation's zone. Strict, unlike lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flows.calendar import local_moment

PATTERN = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]"
    r"(:[0-5][0-9](\.[0-9]{1,9})?)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
)
"""How a moment is written, for programs. Days that no month has are found out when it is read."""

_WRITTEN = re.compile(PATTERN)
_HOW = "Write it as 2026-11-18T10:00+01:00, or 2026-11-18T10:00 in the organisation's own time; from 2000 to 2099."


class MomentRefused(Exception):
    """A text that names no moment."""

    def __init__(self, detail: str, remedy: str = _HOW) -> None:
        super().__init__(detail)
        self.detail, self.remedy = detail, remedy


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, that `text` names: local in `zone` unless it has an offset. MomentRefused if it names none.

    A local time that comes twice, when the clocks are set back, is the first of the two.
    """
    if not _WRITTEN.fullmatch(text):
        raise MomentRefused("This is no day and time.")
    try:
        found = datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError:
        raise MomentRefused("There is no such day.") from None
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    meant = local_moment(found.date(), found.time(), zone)
    if meant.astimezone(zone).replace(tzinfo=None) != found:
        raise MomentRefused(
            f"There is no such time in {zone.key}: the clocks are set forward over it.",
            "Write the time at which it takes place, or an offset such as +02:00 after it.",
        )
    return meant
