"""The words people type instead of tapping, and the plain form in which typed words are compared.

Recognised, never shown: the words themselves stand in `vocabulary.yaml`, read once as part of the program.
"""

import importlib.resources
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, cast, get_args

from flows.syntax import read_packed

Wish = Literal[
    "skip", "stop", "later", "change", "help", "start", "language", "pause", "privacy", "mydata", "erase", "call-me"
]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words people type, spoken (see `spoken`) and without accents, and what each of them means."""

    numbers: Mapping[str, int]
    smileys: tuple[str, ...]
    out_of: frozenset[str]
    joiners: frozenset[str]
    alternatives: frozenset[str]
    neither: frozenset[str]
    courtesy: frozenset[str]
    yes_or_no: Mapping[str, bool]
    wishes: Mapping[str, Wish]


def spoken(text: str) -> str:
    """The words of a text: case folded, punctuation, emoji and invisible characters gone, single blanks."""
    letters: list[str] = []
    for char in unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()):
        category = unicodedata.category(char)
        if category == "Nd":
            letters.append(str(unicodedata.decimal(char)))
        elif char in "'’\u20e3" or "\ufe00" <= char <= "\ufe0f" or category == "Cf":
            continue
        else:
            letters.append(char if category[0] in "LMN" else " ")
    return " ".join("".join(letters).split())


def plain(text: str) -> str:
    """Spoken, and without accents, dots and rings."""
    apart = unicodedata.normalize("NFD", spoken(text).replace("ø", "o").replace("æ", "ä"))
    return "".join(char for char in apart if unicodedata.category(char) != "Mn")


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words of `vocabulary.yaml`, read once.

    Raises ValueError, naming the word and the remedy, when a word has two meanings or a wish is unknown.
    """
    text = importlib.resources.files("flows").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    data = cast(dict[str, list[str]], read_packed(text))
    tables = cast(dict[str, dict[str, list[str]]], data)
    wishes = _meanings(tables["wishes"])
    unknown = set(wishes.values()) - set(get_args(Wish))
    if unknown:
        raise ValueError(f"vocabulary.yaml, wishes: {sorted(unknown)} are no wishes; use {get_args(Wish)}")
    return Vocabulary(
        numbers=MappingProxyType({word: int(n) for word, n in _meanings(tables["numbers"]).items()}),
        smileys=tuple(data["smileys"]),
        out_of=frozenset(map(plain, data["out of"])),
        joiners=frozenset(map(plain, data["joiners"])),
        alternatives=frozenset(map(plain, data["alternatives"])),
        neither=frozenset(map(plain, data["neither"])),
        courtesy=frozenset(map(plain, data["courtesy"])),
        yes_or_no=MappingProxyType(
            {word: answer == "yes" for word, answer in _meanings({k: data[k] for k in ("yes", "no")}).items()}
        ),
        wishes=MappingProxyType(cast(dict[str, Wish], wishes)),
    )


def _meanings(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for meaning, words in table.items():
        for word in words:
            key = plain(word) or word  # a thumb or a question mark has no letters
            if meanings.setdefault(key, meaning) != meaning:
                raise ValueError(
                    f"vocabulary.yaml: {word!r} means both {meanings[key]!r} and {meaning!r}; "
                    "take it out of one of the two lists"
                )
    return meanings
