"""Which answer a typed text means, when the person writes instead of tapping.

It would rather not understand than understand wrongly: what is left over, what fits two choices and what
only contains a choice's label is not understood, and the question is put again. It never changes a text and
knows no journey.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from flows.vocabulary import Wish, plain, spoken, vocabulary

_LONGEST_ANSWER = 300  # code points; the longest label is 200, what is longer are own words
_MOST_PARTS = 24  # pieces a text naming several choices may fall into
_COMMAND = re.compile(r"/(\w{1,64})(?:@\w{1,64})?(?:\s.*)?", re.DOTALL)
_NUMBER = re.compile(r"[(#]?\+?(-?\d{1,9})(?:\s?/\s?(\d{1,9}))?[).:!]{0,3}")
_KEYCAP = {0xFE0F: None, 0x20E3: None}
_SEPARATOR = re.compile(r"\s*[,;/&+\n\u2022]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: its permanent code, and its labels in every language, without emoji and number."""

    code: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """The choice meant. `exact` is False where a typing error or a missing accent was forgiven."""

    code: str
    exact: bool


def choice_meant(text: str, options: Sequence[Option], *, numbered: bool) -> Understood | None:
    """The one of `options` that the whole text means, or None.

    `numbered`: the options are a scale with the codes "1" to "n"; then "4", "4.", "4/5", "fyra", "4️⃣" and
    the smiley of the step count. Otherwise bare digits are the option's place in the list. Labels count in
    every language, in either case, with or without accents, and with small typing errors: one edit from 4
    letters, two from 8 (optimal string alignment), none in the first letter, as in Swedish "o" turns a word
    into its opposite.
    """
    if len(text) > _LONGEST_ANSWER:
        return None
    for wording in _with_and_without_courtesy(spoken(text)):
        understood = _by_label(wording, options)
        if understood is not None:
            return understood
    number = _number(text, len(options) if numbered else None, words=numbered)
    if number is None and numbered:
        number = _smiley(text, len(options))
    if number is not None:
        return _by_place(number, options, numbered)
    first, _, rest = spoken(text).partition(" ")
    if rest and first.isdecimal() and len(first) < 4:
        place, label = _by_place(int(first), options, numbered), _by_label(rest, options)
        return label if place and label and place.code == label.code else None
    return None if numbered else _by_yes_or_no(text, options)


def choices_meant(text: str, options: Sequence[Option]) -> tuple[str, ...]:
    """The codes of the choices a text names, in the order named, each once; empty unless all of it is
    understood.

    Places ("1, 3", "1 3") and labels ("webbplatsen och ringde") may be mixed. Of a label with alternatives
    ("Ringde eller besökte") either is enough.
    """
    if len(text) > _LONGEST_ANSWER:
        return ()
    widened = tuple(Option(one.code, (*one.labels, *_alternatives(one.labels))) for one in options)

    def code_of(part: str) -> str | None:
        meant = choice_meant(part, options, numbered=False) or choice_meant(part, widened, numbered=False)
        return meant.code if meant else None

    whole = code_of(text)
    if whole is not None:
        return (whole,)
    pieces = [piece for piece in _SEPARATOR.split(text.strip()) if spoken(piece)]
    if not 0 < len(pieces) <= _MOST_PARTS:
        return ()
    # ways[i]: codes for the pieces from i on, when they can all be understood; the longest first piece is
    # tried first.
    ways: list[tuple[str, ...] | None] = [None] * len(pieces) + [()]
    for start in range(len(pieces) - 1, -1, -1):
        if plain(pieces[start]) in vocabulary().joiners and 0 < start < len(pieces) - 1:
            ways[start] = ways[start + 1]
        for end in range(len(pieces), start, -1):
            rest = ways[end]
            if rest is None or ways[start] is not None:
                continue
            code = code_of(" ".join(pieces[start:end]))
            if code is not None:
                ways[start] = (code, *rest)
    return tuple(dict.fromkeys(ways[0] or ()))


def yes_or_no(text: str) -> bool | None:
    """True for yes, False for no, in three languages; None for anything else, also for "ja men ..."."""
    if len(text) > _LONGEST_ANSWER:
        return None
    words = vocabulary().yes_or_no
    symbol = "".join(char for char in text if unicodedata.category(char) == "So")
    if not spoken(text):
        return words.get(symbol[:1]) if symbol and set(symbol) == {symbol[0]} else None
    for wording in _with_and_without_courtesy(plain(text)):
        for drawn_out in (wording, re.sub(r"(.)\1{2,}", r"\1", wording), re.sub(r"(.)\1{2,}", r"\1\1", wording)):
            if drawn_out in words:
                return words[drawn_out]
    return None


def number_meant(text: str, low: int, high: int) -> int | None:
    """The whole number a text says ("7", "7.", "7/10", "sju"), `low` and `high` included; else None."""
    number = _number(text, high, words=True)
    return number if number is not None and low <= number <= high else None


def wish(text: str) -> Wish | None:
    """What a person asks of the bot itself, by command (`/stopp`, `/stop@name`) or by a whole text such as
    "sluta".

    A choice's label comes first: ask `choice_meant` before this. A text that only contains such a word is no
    wish.
    """
    if len(text) > _LONGEST_ANSWER:
        return None
    words = vocabulary().wishes
    command = _COMMAND.fullmatch(text.strip())
    if command:
        return words.get(plain(command[1].replace("_", " ")))
    if text.strip() in ("?", "??", "???"):
        return words.get("?")
    return next((words[one] for one in _with_and_without_courtesy(plain(text)) if one in words), None)


def emergency(text: str, words: Sequence[str]) -> bool:
    """Does the text contain one of the organisation's emergency words, as a whole word or phrase?

    Case, line breaks and punctuation don't matter, accents do. A word marked with `*` at its end is also
    found with any ending, as Finnish needs ("itsemurha*"). Words without letters are passed over.
    """
    said = f" {spoken(text)} "
    for word in words:
        sought, _ = _forms(word)
        if sought and f" {sought}{'' if word.rstrip().endswith('*') else ' '}" in said:
            return True
    return False


def _with_and_without_courtesy(wording: str) -> tuple[str, ...]:
    for words in (1, 2):
        head = wording.split(" ")[:-words]
        if head and plain(" ".join(wording.split(" ")[-words:])) in vocabulary().courtesy:
            return (wording, " ".join(head))
    return (wording,)


def _by_label(wording: str, options: Sequence[Option]) -> Understood | None:
    """`wording` is spoken already."""
    if not wording:
        return None
    bare = plain(wording)
    forms = [(one.code, _forms(label)) for one in options for label in one.labels]
    same = {code for code, (said, _) in forms if said == wording}
    if not same:
        close = {code for code, (_, label) in forms if label == bare} or _near(bare, forms)
        return Understood(close.pop(), exact=False) if len(close) == 1 else None
    return Understood(same.pop(), exact=True) if len(same) == 1 else None


@lru_cache(maxsize=4096)
def _forms(label: str) -> tuple[str, str]:
    """A label or emergency word, spoken and plain. Never what a person typed: it is remembered."""
    return spoken(label), plain(label)


def _near(typed: str, forms: Sequence[tuple[str, tuple[str, str]]]) -> set[str]:
    """The codes within a forgivable typing error; none when a choice out of the question is as near or nearer.

    So "mycke totydligt" isn't "mycket tydligt", whose words begin alike, as "mycket otydligt" is nearer.
    """
    edits = [(OSA.distance(typed, label, score_cutoff=2), code, label) for code, (_, label) in forms]
    found = {code for count, code, label in edits if _forgivable(count, typed, label)}
    fewest = min(
        (count for count, code, label in edits if code in found and _forgivable(count, typed, label)), default=0
    )
    return set() if any(count <= fewest and code not in found for count, code, _ in edits) else found


def _forgivable(edits: int, typed: str, label: str) -> bool:
    letters = sum(char.isalpha() for char in label)
    if edits > (2 if letters >= 8 else 1 if letters >= 4 else 0) or not typed:
        return False
    words, sought = typed.split(), label.split()
    pairs = zip(words, sought, strict=True) if len(words) == len(sought) else [(typed, label)]
    return re.findall(r"\d", typed) == re.findall(r"\d", label) and all(word[0] == other[0] for word, other in pairs)


def _by_place(number: int, options: Sequence[Option], numbered: bool) -> Understood | None:
    if numbered:
        return next((Understood(one.code, exact=True) for one in options if one.code == str(number)), None)
    return Understood(options[number - 1].code, exact=True) if 1 <= number <= len(options) else None


def _by_yes_or_no(text: str, options: Sequence[Option]) -> Understood | None:
    answer = yes_or_no(text)
    if answer is None:
        return None
    codes = [one.code for one in options if answer in {yes_or_no(label) for label in one.labels}]
    return Understood(codes[0], exact=False) if len(codes) == 1 else None


def _number(text: str, highest: int | None, *, words: bool) -> int | None:
    """A number that is the whole text. `highest` is the only number that may stand after "/" or "av"."""
    if len(text) > _LONGEST_ANSWER:
        return None
    bare = unicodedata.normalize("NFKC", text.replace("🔟", "10")).translate(_KEYCAP).strip()
    bare = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in bare)
    written = _NUMBER.fullmatch(bare.replace("\u2044", "/"))
    if written:
        return int(written[1]) if written[2] is None or int(written[2]) == highest else None
    if not words or any(char not in " .!" and unicodedata.category(char)[0] not in "LMN" for char in bare):
        return None
    known = vocabulary()
    said = plain(bare).split(" ")
    numbers = [known.numbers.get(word, int(word) if word.isdecimal() else None) for word in said]
    if len(said) == 1:
        return known.numbers.get(said[0])
    if " ".join(said[1:-1]) in known.out_of and highest is not None and numbers[-1] == highest:
        return numbers[0]
    return None


def _smiley(text: str, steps: int) -> int | None:
    smileys = vocabulary().smileys
    shown = {char for char in text if not char.isspace() and char != "\ufe0f"}
    if steps != len(smileys) or len(shown) != 1 or not shown <= set(smileys):
        return None
    return smileys.index(shown.pop()) + 1


def _alternatives(labels: Iterable[str]) -> list[str]:
    known, found = vocabulary(), []
    for label in labels:
        words = [plain(word) for word in label.replace("/", " or ").split()]
        places = [at for at, word in enumerate(words) if word in known.alternatives]
        if len(places) == 1 and 0 < places[0] < len(words) - 1 and words[0] not in known.neither:
            found += [" ".join(words[: places[0]]), " ".join(words[places[0] + 1 :])]
    return found
