"""Formats: moments, numbers and shares as people write them in their language (CLDR, through Babel)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent

from bot.days import locale


@dataclass(frozen=True, slots=True)
class Formats:
    """How one reader's language writes. Moments are told in `zone`."""

    language: str
    zone: tzinfo

    def day(self, moment: datetime) -> str:
        """Such as "onsdag 18 november"."""
        local = moment.astimezone(self.zone).date()
        weekday = format_date(local, "cccc", locale=locale(self.language))
        return f"{weekday} {format_skeleton('MMMMd', local, locale=locale(self.language))}"

    def short_day(self, moment: datetime) -> str:
        """Such as "ons 18 nov."."""
        return format_skeleton("MMMEd", moment.astimezone(self.zone), locale=locale(self.language))

    def whole_day(self, moment: datetime) -> str:
        """Such as "18 november 2026"."""
        return format_date(moment.astimezone(self.zone).date(), "long", locale=locale(self.language))

    def clock(self, moment: datetime) -> str:
        """Such as "16:30"."""
        return format_time(moment.astimezone(self.zone), "short", locale=locale(self.language))

    def moment(self, moment: datetime) -> str:
        """Such as "18 nov. 2026 16:30"."""
        local = moment.astimezone(self.zone)
        day = format_skeleton("yMMMd", local, locale=locale(self.language))
        return f"{day} {format_time(local, 'short', locale=locale(self.language))}"

    def number(self, value: float, places: int | None = None) -> str:
        """Such as "1 234,5"; with `places`, exactly so many decimals."""
        pattern = None if places is None else "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(value, format=pattern, locale=locale(self.language))

    def share(self, value: float) -> str:
        """Such as "45 %" of 0.45."""
        return format_percent(value, locale=locale(self.language))
