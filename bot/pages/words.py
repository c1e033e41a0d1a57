"""The words of pages: read from the YAML files beside them, in every language, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from bot.library import FaultyJourneys
from flows.journey import Words
from flows.reading import read_phrases

SHARED = "bot.pages"


@lru_cache(maxsize=16)
def words_of(package: str, languages: tuple[str, ...]) -> Mapping[str, Words]:
    """The words in `words/*.yaml` of `package`, by key, with those that all pages share. FaultyJourneys if wrong."""
    found: dict[str, Words] = {}
    for name in dict.fromkeys((SHARED, package)):
        found |= _read(name, languages)
    return found


def _read(package: str, languages: Sequence[str]) -> dict[str, Words]:
    found: dict[str, Words] = {}
    folder = resources.files(package).joinpath("words")
    for file in sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name):
        reading = read_phrases(file.read_bytes(), file.name, languages, packed=True)
        if reading.value is None:
            raise FaultyJourneys(reading.problems)
        found |= reading.value.words
    return found
