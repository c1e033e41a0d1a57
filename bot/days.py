"""Days and times as people write them in their language, by Babel. Easy-read languages are written as their plain one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

from flows.wording import plain

_LOCALES: Mapping[str, str] = {"en": "en_GB"}
"""Where a language's days are not written as its bare name would have them: 18 November, not November 18."""


def day(when: date, language: str) -> str:
    """A day within a year: "18 november", "18. marraskuuta", "18 November"."""
    return format_skeleton("MMMMd", when, locale=_locale(language))


def weekday(when: date, language: str) -> str:
    """A day with its weekday: "onsdag 18 november", "keskiviikkona 18. marraskuuta", "Wednesday 18 November"."""
    return format_skeleton("MMMMEEEEd", when, locale=_locale(language))


def whole_day(when: date, language: str) -> str:
    """A day with its year: "18 november 2026"."""
    return format_date(when, "long", locale=_locale(language))


def hour(when: datetime, language: str) -> str:
    """The time of day of a local moment, as its clock shows it: "14:00", "14.00"."""
    return format_time(when, "short", locale=_locale(language))


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    code = plain(language)
    try:
        return Locale.parse(_LOCALES.get(code, code))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
