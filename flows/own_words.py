"""What happens to a citizen's own words before they are stored: cleaned, masked, bounded.

Cleaning keeps what a person can see and drops what only machines see. Masking replaces what leads to a person
(`traces.py`) by one mark that reads the same in every language.

It never stores, logs or sends, and never removes names of people: nobody can do that reliably, so verbatims
stay restricted. Work is linear in the length of the text, of which only the beginning is read.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from flows.traces import phone_number, traces

LONGEST = 2000
"""Code points kept. UTF-8 takes at most four bytes for each, so 8000 bytes is a bound too."""

MARK = "[***]"

_READ = 4 * LONGEST  # what is looked at: a number cut at LONGEST must still be seen whole to be masked whole
_MOST_EXTENDERS = 16  # combining marks after one letter; the most marked living scripts need five or six
_MOST_JOINS = 8  # joined emoji in one picture; a family of four has three joins

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_BREAKS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
# Scripts whose spelling uses joiners: Arabic to Myanmar, Khmer and Mongolian, later Indic, Arabic
# presentation forms.
_JOINING_SCRIPTS = (
    (0x0600, 0x109F),
    (0x1780, 0x18AF),
    (0xA800, 0xABFF),
    (0xFB50, 0xFEFC),
    (0x10A00, 0x11FFF),
)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What may be stored: the text, how many of each kind were masked, and whether the end was cut off.

    Kinds: `identity-number`, `phone`, `email`, `username`. A kind that was not met is not in `masked`. Masks
    beyond the cut are counted too.
    """

    text: str
    masked: Mapping[str, int]
    shortened: bool


def cleaned(raw: str) -> str:
    """`raw` without what can't be seen or stored: NFC, LF line breaks, outer blanks off, at most LONGEST
    code points.

    Three or more line breaks in a row become two. Cleaning what is clean changes nothing. The result always
    encodes to UTF-8 and is never cut within a visible character (after UAX 29, without its rules for Hangul
    and conjuncts).
    """
    return _bounded(_tidied(raw))


def kept(raw: str, region: str = "SE") -> OwnWords:
    """Cleaned, then every identity number, phone number, e-mail address and Telegram user name replaced by
    MARK.

    `region` (ISO 3166 alpha-2) is where a number without country code is looked for first; SE, FI and NO
    always are.
    """
    text = _tidied(raw)
    parts: list[str] = []
    counts: Counter[str] = Counter()
    done = 0
    for trace in traces(text, region):
        parts += (text[done : trace.start], MARK)
        counts[trace.kind] += 1
        done = trace.end
        while done < len(text) and _extends(text[done]):
            done += 1
    masked = "".join((*parts, text[done:]))
    bounded = _bounded(masked)
    return OwnWords(bounded, MappingProxyType(dict(counts)), bounded != masked or len(raw) > _READ)


def number_given(raw: str, regions: Sequence[str] = ("SE", "FI")) -> str | None:
    """The one phone number in a text typed for a call-back, in E.164 (`+46701234567`), else None.

    Without a country code the first of `regions` where the number is valid decides: 040 begins both area
    numbers in Malmö and Finnish mobile numbers. None also for two different numbers, and for premium-rate
    numbers, which staff must not be made to call.
    """
    return phone_number(_tidied(raw)[:200], regions)


def _tidied(raw: str) -> str:
    text = raw[:_READ]
    for _ in range(4):  # composing can bring two marks together that the next pass has to count anew
        before = text
        text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text).replace("\t", " "))
        text = unicodedata.normalize("NFC", "".join(_visible(text)))
        text = re.sub(r"\n{3,}", "\n\n", text.strip())
        if text == before:
            break
    return text


def _visible(text: str) -> Iterator[str]:
    previous, extenders, joins = "", 0, 0
    for position, char in enumerate(text):
        if char in (_ZWNJ, _ZWJ):
            following = text[position + 1 : position + 2]
            if not _joined(char, previous, following) or joins >= _MOST_JOINS:
                continue
            joins += 1
        elif char != "\n" and _unseen(char):
            continue
        if _extends(char):
            extenders += 1
            if extenders > _MOST_EXTENDERS:
                continue
        else:
            extenders = 0
            joins = joins if previous == _ZWJ else 0
        previous = char
        yield char


def _unseen(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        return char not in _VISIBLE_FORMAT
    point = ord(char)
    return category in ("Cc", "Cs") or point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def _joined(joiner: str, previous: str, following: str) -> bool:
    if not previous or not following:
        return False
    if _spelled_with_joiners(previous) and _spelled_with_joiners(following):
        return True
    picture = previous == "\ufe0f" or _is_tone(previous) or unicodedata.category(previous) == "So"
    return joiner == _ZWJ and picture and (unicodedata.category(following) == "So" or following in "↔↕")


def _spelled_with_joiners(char: str) -> bool:
    point, letter = ord(char), unicodedata.category(char)[0] in "LM"
    return letter and any(low <= point <= high for low, high in _JOINING_SCRIPTS)


def _is_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _extends(char: str) -> bool:
    return char in (_ZWNJ, _ZWJ) or _is_tone(char) or unicodedata.category(char)[0] == "M"


def _bounded(text: str) -> str:
    """At most LONGEST code points, ending between two visible characters and never within a MARK."""
    if len(text) <= LONGEST:
        return text
    end = LONGEST
    while end and (_extends(text[end]) or (text[end - 1] == _ZWJ and not _spelled_with_joiners(text[end]))):
        end -= 1
    flags = end
    while flags and _is_flag_half(text[flags - 1]):
        flags -= 1
    if (end - flags) % 2 and _is_flag_half(text[end]):
        end -= 1
    end = next((end - back for back in range(1, len(MARK)) if text.startswith(MARK, end - back)), end)
    return text[:end].rstrip(_ZWNJ + _ZWJ).rstrip()


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
