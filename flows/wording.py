"""Wording: which language a text is shown in, which it falls back to, and what its placeholders become. Pure.

A language may be followed by "-easy": "sv-easy" is Swedish that is easy to read. Where a text has no such variant the
plain one stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flows.journey import Words

_EASY = "-easy"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def plain(language: str) -> str:
    """The language itself: "sv" of "sv-easy" and of "sv"."""
    return language.removesuffix(_EASY)


def easy(language: str) -> str:
    """The language, easy to read: "sv-easy" of "sv" and of "sv-easy"."""
    return plain(language) + _EASY


def is_easy(language: str) -> bool:
    """Whether it is a language easy to read."""
    return language.endswith(_EASY)


def plain_texts(words: Words) -> dict[str, str]:
    """The texts without those that are easy to read, by language."""
    return {language: text for language, text in words.texts.items() if not is_easy(language)}


def with_easy(words: Words, written: Words) -> Words:
    """The texts, and after them those `written` for easy reading under their plain language's code."""
    return Words({**words.texts, **{easy(language): text for language, text in written.texts.items()}})


def in_language(words: Words, language: str) -> str:
    """The text in `language`, else in its plain form, else in the first one written (the designer's own), else ""."""
    for wanted in (language, plain(language)):
        found = words.texts.get(wanted)
        if found is not None:
            return found
    return next(iter(plain_texts(words).values()), "")


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
