"""Days and times as people write them in their language, by the Unicode Consortium's data (CLDR, through Babel).

Easy-read languages are written as their plain one; a language that CLDR doesn't know as English.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

from flows.wording import plain

_LOCALES: Mapping[str, str] = {"en": "en_GB"}
"""Where a language's days are not written as its bare name would have them: 18 November, not November 18."""


@lru_cache(maxsize=1024)
def day(when: date, language: str) -> str:
    """A day within a year: "18 november", "18. marraskuuta", "18 November"."""
    return format_skeleton("MMMMd", when, locale=locale(language))


def whole_day(when: date, language: str) -> str:
    """A day with its year: "18 november 2026"."""
    return format_date(when, "long", locale=locale(language))


def by_pattern(when: date | time, pattern: str, language: str) -> str:
    """A day or a time of day by a pattern of CLDR, such as "EEEE d MMMM": "onsdag 18 november"."""
    if isinstance(when, time):
        return format_time(when, pattern, locale=locale(language))
    return format_date(when, pattern, locale=locale(language))


@lru_cache(maxsize=32)
def locale(language: str) -> Locale:
    """How CLDR knows a language of ours."""
    code = plain(language)
    try:
        return Locale.parse(_LOCALES.get(code, code))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
