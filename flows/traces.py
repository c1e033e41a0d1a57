"""Finds what leads to a person in a text: identity numbers, phone numbers, e-mail addresses, Telegram user
names.

In doubt it finds: an order number that was masked can be asked for again, an identity number that got out
can't be taken back. Dates, times, sums, postcodes and short numbers are left alone. It never changes a text,
never looks a number up outside, and takes time linear in the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import phonenumbers
from phonenumbers import PhoneNumberType
from stdnum import luhn
from stdnum.fi import hetu

_MOST_CHECKS = 300  # windows looked up in the phone tables for one text; past that the shape alone decides

# Skatteverket's personnummer, samordningsnummer (day + 60) and interim numbers (a letter first of the last
# four); Bolagsverket's organisationsnummer (third digit at least 2, in full with 16 in front).
_SWEDISH = re.compile(
    r"(?<!\d)(?P<century>1[6-9]|20)?(?P<year>\d\d)(?P<gap1>[-./ ]?)(?P<month>\d\d)(?P<gap2>[-./ ]?)"
    r"(?P<day>\d\d)(?P<sign> {0,2}[-+/]? {0,2})(?P<last>[\dJ-NR-UWX]\d{3})(?!\d)",
    re.IGNORECASE,
)
# Henkilötunnus, with the further century signs in use since 2023.
_FINNISH = re.compile(
    r"(?<!\d)(?P<date>\d{6}) ?(?P<sign>[-+A-FU-Y]?) ?(?P<number>\d{3})(?P<check>[\dA-FHJ-NPR-Y])(?!\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_MEETING_YEARS = range(2020, 2050)  # a date in these years followed by 1430 is a meeting, not a birth number

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_PAIR = rf"(?:(?:[01]?\d|2[0-4])[.:][0-5]\d|{_DAY}[./]{_MONTH}\.?)"
_DATES_AND_TIMES = re.compile(
    rf"(?<!\d)(?<!\d[-./ ]){_YEAR}([-./ ]){_MONTH}\1{_DAY}(?!\d)"
    rf"|(?<!\d)(?<!\d[./ ]){_DAY}([-./ ]){_MONTH}\2{_YEAR}(?!\d)"
    rf"|(?<!\d)(?<!\d[-./ ]){_PAIR} ?- ?{_PAIR}(?:\.?{_YEAR})?(?!\d)"
)
_COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_DIGIT_RUN = re.compile(r"(?:\+ ?)?\(?\d(?:[-./() ]{0,4}\d)*")
_SUM = re.compile(r" ?(?:kr\b|kronor|sek\b|nok\b|eur|€|:-|mk\b)", re.IGNORECASE)
_NORWEGIAN_SHAPE = re.compile(r"\d{8}|\d{3} \d\d \d{3}|\d\d \d\d \d\d \d\d")
_MOBILE_SHAPE = re.compile(r"0(?:7[02369]|4\d|50)\d{6,8}")
_MOBILE_WITHOUT_ZERO = re.compile(r"7[02369](?:\d{7}|-[\d ]+)")
_COUNTRY_CODES = ("46", "358", "47", "45")

_AT = re.compile(r"@| {0,2}[\[(] ?(?:at|ät|snabel-a|miukumauku) ?[\])] {0,2}", re.IGNORECASE)
_BEFORE_ADDRESS = frozenset('<>()[]{},;:"@|')
_USER_NAME = re.compile(r"[a-z]\w{3,31}", re.IGNORECASE | re.ASCII)
_USER_LINK = re.compile(
    r"(?:https?://)?\b(?:t|telegram)\.me/[a-z+]\w{3,63}|tg://(?:user|resolve)\?[\w=&+%-]{1,100}",
    re.IGNORECASE | re.ASCII,
)
_NOT_CALLED = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


@dataclass(frozen=True, slots=True)
class Trace:
    """Code points `start` to `end` (not included) of a text, and what they are.

    Kinds: `identity-number`, `phone`, `email`, `username`.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    rank: int  # of two readings of the same characters, the lower rank names the kind
    kind: str


def traces(text: str, region: str = "SE") -> Iterator[Trace]:
    """The traces in `text`, in order and apart from each other.

    `region` (ISO 3166 alpha-2) is where a phone number without country code is looked for first. Findings
    that overlap become one trace of the kind that begins first and reaches furthest. Digits of every script
    count, as do full-width signs and digits with marks on them.
    """
    folded, at = _folded(text)
    phones = (_Found(start, end, 1, "phone") for start, end in _phone_spans(folded, region))
    found = [*_identity_numbers(folded), *phones, *_addresses(folded)]
    current: Trace | None = None
    for one in sorted(found, key=lambda one: (one.start, -one.end, one.rank)):
        start, end = at[one.start], at[one.end - 1] + 1
        if current is None or start >= current.end:
            if current is not None:
                yield current
            current = Trace(start, end, one.kind)
        else:
            current = Trace(current.start, max(current.end, end), current.kind)
    if current is not None:
        yield current


def phone_number(text: str, regions: Sequence[str]) -> str | None:
    """The one phone number in `text` in E.164, read as a number of the first of `regions` where it is valid.

    None where there is none, where there are two, and for premium-rate or shared-cost numbers.
    """
    folded = _folded(text)[0].strip()
    if "@" not in folded and not any(char.isalpha() for char in folded):
        number = _e164(_digits(folded), regions)
        if number is not None:
            return number
    spans = _phone_spans(folded, regions[0] if regions else "SE")
    given = {_e164(_digits(folded[start:end]), regions) for start, end in spans}
    return given.pop() if len(given) == 1 else None


def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """A copy to search in (digits as 0-9, dashes as "-", blanks as " "), and where each of its signs was."""
    letters: list[str] = []
    at: list[int] = []
    for position, char in enumerate(text):
        category = unicodedata.category(char)
        if category == "Nd":
            plain = str(unicodedata.decimal(char))
        elif category in ("Mn", "Me", "Cf"):
            continue  # keycaps, variation selectors and stray marks between digits hide nothing
        elif category == "Pd" or char == "\u2212":
            plain = "-"
        elif category == "Zs":
            plain = " "
        else:
            plain = unicodedata.normalize("NFKC", char)
            if any(part.isdecimal() for part in plain):
                plain = "·"  # a ² or ½ before a phone number is no part of it
        letters.extend(plain)
        at.extend([position] * len(plain))
    return "".join(letters), tuple(at)


def _identity_numbers(text: str) -> Iterator[_Found]:
    for pattern, rank_of in ((_SWEDISH, _swedish), (_FINNISH, _finnish)):
        at = 0
        while match := pattern.search(text, at):
            rank = rank_of(match)
            at = match.start() + 1 if rank is None else match.end()
            if rank is not None:
                yield _Found(match.start(), match.end(), rank, "identity-number")


def _swedish(match: re.Match[str]) -> int | None:
    """0: an identity number; 2: perhaps one, unless it is a phone number; None: something else.

    A wrong check digit doesn't free a number that looks like one: a mistyped identity number is still one.
    """
    century, last = match["century"], match["last"]
    year, month, day = int((century or "20") + match["year"]), int(match["month"]), int(match["day"])
    sign, gaps = match["sign"].strip(), match["gap1"] + match["gap2"]
    real = _real(year, month, day - 60 if day > 60 else day)
    if not last.isdigit():
        return 0 if real and sign in ("-", "+") and not gaps else None
    dotted = "." in gaps or "/" in gaps
    apart = not sign and (gaps != "" or match["sign"] != "")
    if apart and _CLOCK.fullmatch(last) and (dotted or year in _MEETING_YEARS):
        return None
    # The check digit alone, not stdnum.se.personnummer: that asks for today's date, which the core doesn't
    # know.
    if luhn.is_valid(match["year"] + match["month"] + match["day"] + last):
        company = month >= 20 and match["year"][0] != "0" and century in (None, "16") and not gaps
        return 0 if real or company else None
    if not real or dotted:
        return None
    return 0 if sign or (not gaps and (century or match["sign"])) else 2


def _finnish(match: re.Match[str]) -> int | None:
    day, month, year = (int(match["date"][at : at + 2]) for at in (0, 2, 4))
    if not _real(2000 + year, month, day):
        return None
    if match["sign"]:
        return 0
    number = match["date"] + "-" + match["number"] + match["check"]
    return 0 if match["check"].isalpha() and hetu.is_valid(number, allow_temporary=True) else None


def _real(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _phone_spans(text: str, region: str) -> Iterator[tuple[int, int]]:
    """Where phone numbers stand.

    Not with phonenumbers' own matcher, which passes over numbers glued to letters or to unpaired brackets.
    """
    text = _DATES_AND_TIMES.sub(lambda match: "\n" * len(match[0]), text)
    regions = tuple(dict.fromkeys((region, "SE", "FI")))
    checks = 0
    for run in _DIGIT_RUN.finditer(text):
        groups = [group.span() for group in re.compile(r"\d+").finditer(text, run.start(), run.end())]
        at = 0
        while at < len(groups):
            start = groups[at][0] if at else run.start()
            windows = _windows(text, groups[at : at + 15], "+" if text[start] == "+" else "")
            dialled = bool(windows) and windows[0][1][0] in "+0"
            checks += len(windows) if dialled else 0
            blunt = dialled and checks > _MOST_CHECKS
            end = windows[0][0] if blunt else _number_end(text, start, windows, regions)
            if end is not None:
                yield start, end
            at += 1
            while end is not None and at < len(groups) and groups[at][0] < end:
                at += 1


def _windows(text: str, groups: list[tuple[int, int]], plus: str) -> list[tuple[int, str]]:
    """What could be a number from the first group on, longest first: where it ends, and its digits."""
    windows: list[tuple[int, str]] = []
    digits = plus
    for start, end in groups:
        digits += text[start:end]
        if len(digits) > 16:  # E.164 has at most 15 digits
            break
        if len(digits) >= 7:
            windows.insert(0, (end, digits))
    return windows


def _number_end(text: str, start: int, windows: list[tuple[int, str]], regions: Sequence[str]) -> int | None:
    for home in regions:
        for end, digits in windows:
            if digits[0] in "+0" and _parsed(digits, home) is not None:
                return end
    for end, digits in windows:
        if digits[0] == "+":
            if len(digits) >= 9:
                return end
        elif digits[0] == "0":
            if _MOBILE_SHAPE.fullmatch(digits):  # a digit too many or too few: a mistyped number is still one
                return end
        elif not _SUM.match(text, end) and _is_bare_number(text[start:end], digits):
            return end
    return None


def _is_bare_number(written: str, digits: str) -> bool:
    """Is it a number without the 0 or + in front, as Norwegians write theirs and others sometimes do?"""
    if len(digits) >= 10:
        return digits.startswith(_COUNTRY_CODES) and _parsed("+" + digits, "SE") is not None
    if _NORWEGIAN_SHAPE.fullmatch(written):
        return not _COMPACT_DATE.fullmatch(digits) and _parsed(digits, "NO") is not None
    return _MOBILE_WITHOUT_ZERO.fullmatch(written) is not None and _parsed(digits, "SE") is not None


def _digits(written: str) -> str:
    return ("+" if "+" in written else "") + "".join(char for char in written if char in "0123456789")


def _parsed(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def _e164(number: str, regions: Sequence[str]) -> str | None:
    for region in regions:
        parsed = _parsed(number, region)
        if parsed is not None:
            if phonenumbers.number_type(parsed) in _NOT_CALLED:
                return None
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None


def _addresses(text: str) -> Iterator[_Found]:
    """E-mail addresses (RFC 6531: letters of every script) and Telegram user names."""
    floor = 0
    for at in _AT.finditer(text):
        start, end = at.start(), at.end()
        while start > floor and text[start - 1] not in _BEFORE_ADDRESS and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and (text[end].isalnum() or text[end] in ".-_"):
            end += 1
        host = text[at.end() : end].rstrip(".-_")
        floor = at.end()
        if start < at.start() and (host[:1].isalpha() or "." in host):
            yield _Found(start, at.end() + len(host), 0, "email")
        elif at[0] == "@" and (name := _USER_NAME.match(text, at.end())):
            yield _Found(at.start(), name.end(), 0, "username")
    for link in _USER_LINK.finditer(text):
        yield _Found(link.start(), link.end(), 0, "username")
