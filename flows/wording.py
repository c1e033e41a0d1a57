"""Wording: which language a text is shown in, which it falls back to, and what its placeholders become. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flows.journey import Words

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def in_language(words: Words, language: str) -> str:
    """The text in `language`, else in the first language it was written in (the designer's own), else ""."""
    found = words.texts.get(language)
    if found is not None:
        return found
    return next(iter(words.texts.values()), "")


def filled(words: Words, language: str, values: Mapping[str, Words | str]) -> str:
    """The text with every `{placeholder}` replaced from `values`; one that has no value is left out.

    A value is put in once and never read again: braces in a name stay braces.
    """

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], "")
        return found if isinstance(found, str) else in_language(found, language)

    return _PLACEHOLDER.sub(value, in_language(words, language)).strip()


def spoken(wanted: str | None, languages: Sequence[str]) -> str:
    """The language to use for someone whose device says `wanted` ("sv-FI", "en", None): ours, or the first of ours.

    Norwegian and Danish readers are given Swedish rather than a language further off.
    """
    code = (wanted or "").lower().replace("_", "-").split("-")[0]
    if code in languages:
        return code
    if code in ("nb", "nn", "no", "da") and "sv" in languages:
        return "sv"
    if code and "en" in languages:
        return "en"
    return languages[0]
