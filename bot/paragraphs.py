"""Paragraphs: what staff paste into a letter, a mail or a text message to invite somebody, in one language.

A letter can't be tapped, so it has the code to type, with how long that holds; mail and text message have the link.
Where we have pages of our own the link leads there and the code is typed there; else both lead to Telegram.
Sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import days
from flows.journey import Words
from flows.wording import filled

ONE_SMS, ONE_WIDE_SMS = 160, 70
"""Characters in one text message of the GSM 7-bit alphabet, and of any other (3GPP TS 23.038, 23.040)."""

_PART, _WIDE_PART = 153, 67
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The texts in one language. `letter` is None without a code to type."""

    language: str
    letter: str | None
    mail: str
    sms: str


def paragraphs(
    words: Mapping[str, Words],
    names: Mapping[str, Words | str],
    language: str,
    *,
    link: str,
    bot: str | None,
    code: str | None,
    until: datetime | None,
    site: str | None = None,
) -> Paragraphs:
    """The texts for an invitation.

    `bot` is its name in Telegram, None where nobody answers there; `until` when `code` ends, in the local zone; `site`
    the address of our own pages, where there are any.
    """
    values: dict[str, Words | str] = {**names, "link": link, "bot": f"@{bot}"}
    where = "" if site is None else "-web"
    if site is not None:
        values |= {"site": site.removeprefix("https://"), "ways": ways(words, telegram=bot is not None)}
    letter = None
    if code is not None and until is not None:
        values |= {"code": code, "until": told(until, language)}
        letter = filled(words[f"paste-letter{where}"], language, values)
    first, short = (filled(words[phrase], language, values) for phrase in (f"paste-sms{where}", "paste-sms-short"))
    return Paragraphs(
        language,
        letter,
        filled(words[f"paste-mail{where}"], language, values),
        first if sms_parts(first) == 1 else short,
    )


def ways(words: Mapping[str, Words], *, telegram: bool) -> Words:
    """Where people answer who come to our own pages: there, or there and in Telegram."""
    return words["answer-ways-both" if telegram else "answer-ways-web"]


def sms_length(text: str) -> int:
    """How long a text is as a text message: some characters of the GSM alphabet count twice, outside it those
    beyond the first plane do."""
    if _is_gsm(text):
        return len(text) + sum(character in _GSM_DOUBLE for character in text)
    return len(text.encode("utf-16-le")) // 2


def sms_parts(text: str) -> int:
    """How many text messages a text is sent and paid as."""
    one, part = (ONE_SMS, _PART) if _is_gsm(text) else (ONE_WIDE_SMS, _WIDE_PART)
    length = sms_length(text)
    return 1 if length <= one else -(-length // part)


def told(moment: datetime, language: str) -> str:
    """A moment, in the local zone, as it stands in a text: "18 november 2026, 16:30"."""
    return f"{days.whole_day(moment.date(), language)}, {days.by_pattern(moment.time(), 'short', language)}"


def _is_gsm(text: str) -> bool:
    return set(text) <= _GSM | _GSM_DOUBLE
