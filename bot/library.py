"""The library of journeys: finds their files, reads them, and keeps every version ever used, by fingerprint.

A fingerprint is the SHA-256 of the resolved journey as canonical JSON: with shared phrases, without comments.
Never interprets a journey; that is `flows.conversation`'s work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from flows.journey import Journey, Phrases, Words
from flows.reading import read_journey, read_phrases
from flows.source import Problem

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Journey)
_UNSAID = b',"expects":null'


class FaultyJourneys(Exception):
    """Journey files that can't be used; `problems` holds every fault found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Library:
    """The journeys on the shelf, by code, the phrases they share, and all words that belong to no journey."""

    journeys: Mapping[str, Journey]
    phrases: Phrases
    fingerprints: Mapping[str, str]
    words: Mapping[str, Words]
    _decoded: dict[str, Journey] = field(default_factory=dict, repr=False)

    def version(self, fingerprint: str, kept: Callable[[str], bytes]) -> Journey:
        """The journey of a kept version. `kept` reads its body, as `encoded` made it, when it isn't known yet."""
        found = self._decoded.get(fingerprint)
        if found is None:
            found = self._decoded[fingerprint] = decoded(kept(fingerprint))
        return found


def encoded(journey: Journey) -> bytes:
    """The resolved journey as canonical JSON.

    What journeys could not say from the beginning stands in it only where it is said, so that a journey without it
    keeps the fingerprint it was used under.
    """
    # A quote within a text is written with a backslash before it: between quotes this is never found.
    return _ENCODER.encode(journey).replace(_UNSAID, b"")


def decoded(body: bytes) -> Journey:
    """The journey that `encoded` wrote. msgspec.ValidationError if it is not one."""
    return _DECODER.decode(body)


def fingerprint(journey: Journey) -> str:
    """64 hexadecimal digits that name this very version of the journey."""
    return hashlib.sha256(encoded(journey)).hexdigest()


def journey_files(folder: Path | None) -> list[Traversable]:
    """The journey files of `folder`, or the built-in ones, by name."""
    shelf: Traversable = folder if folder is not None else resources.files("flows").joinpath("journeys")
    return sorted((file for file in shelf.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)


def shared_phrases(languages: Sequence[str]) -> Phrases:
    """The phrases every journey shares. FaultyJourneys if their file has errors."""
    source = resources.files("flows").joinpath("phrases.yaml").read_bytes()
    reading = read_phrases(source, "phrases.yaml", languages, packed=True)
    if reading.value is None:
        raise FaultyJourneys(reading.problems)
    return reading.value


def remarks(languages: Sequence[str]) -> dict[str, Words]:
    """What the bot says outside every conversation, from the files of `bot/words`. FaultyJourneys with their errors."""
    found: dict[str, Words] = {}
    folder = resources.files("bot").joinpath("words")
    for file in sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name):
        reading = read_phrases(file.read_bytes(), file.name, languages, packed=True)
        if reading.value is None:
            raise FaultyJourneys(reading.problems)
        found |= reading.value.words
    return found


def opened(folder: Path | None, languages: Sequence[str]) -> Library:
    """Read every journey of `folder` (None: the built-in ones, which are read once in a process).

    Raises FaultyJourneys with the errors of all the files together; warnings are `kundresa check`'s to show.
    """
    return _read(folder, languages) if folder is not None else _built_in(tuple(languages))


@lru_cache(maxsize=8)
def _built_in(languages: tuple[str, ...]) -> Library:
    return _read(None, languages)


def _read(folder: Path | None, languages: Sequence[str]) -> Library:
    phrases = shared_phrases(languages)
    journeys: dict[str, Journey] = {}
    problems: list[Problem] = []
    for file in journey_files(folder):
        reading = read_journey(file.read_bytes(), file.name, phrases, languages, packed=folder is None)
        if reading.value is None:
            problems += [problem for problem in reading.problems if problem.kind == "error"]
        else:
            journeys[reading.value.code] = reading.value
    if problems:
        raise FaultyJourneys(problems)
    fingerprints = {code: fingerprint(journey) for code, journey in journeys.items()}
    return Library(journeys, phrases, fingerprints, {**remarks(languages), **phrases.words})
