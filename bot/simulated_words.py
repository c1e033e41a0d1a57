"""The simulated citizens' words: what they type in place of tapping, and what they write in their own words.

Whole texts are put together from the parts in `demo_words.yaml`. Draws come from the citizen's own stream of chance,
so that the same seed writes the same. Nothing here is about anybody.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal, cast

import yaml

Tone = Literal["good", "mixed", "bad"]
Parts = Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]

TRACED = 0.09
"""How often own words hold something that leads to a person."""

_SHORT = 0.04
_CARELESS = 0.25


@dataclass(frozen=True, slots=True)
class Subject:
    """What own words are about: the contact's service and channel, by code, and how it went."""

    service: str
    channel: str | None
    tone: Tone


@dataclass(frozen=True, slots=True)
class Words:
    """The parts, by language."""

    says: Mapping[str, Mapping[str, Sequence[str]]]
    own: Mapping[str, Parts]

    def said(self, what: str, language: str, chance: random.Random) -> str:
        """One way to type `what`: "stop", "later", "unclear" and so on."""
        return chance.choice(self.says[what][language])

    def number(self, number: int, language: str) -> str:
        """A number from 1 to 5 in letters."""
        return self.says["numbers"][language][number - 1]

    def written(self, topic: str, subject: Subject, language: str, chance: random.Random) -> tuple[str, str]:
        """Own words in answer to a question about `topic`, and what in them leads to a person, or ""."""
        text = self._composed(topic, subject, language, chance)
        trace = ""
        if chance.random() < TRACED:
            kind, trace = _trace(language, chance)
            pattern = self.says["trace"][language][("phone", "email", "identity").index(kind)]
            text = f"{text} {pattern.replace('{' + kind + '}', trace)}"
        elif chance.random() < _CARELESS:
            text = _lower(text, language).rstrip(".")
        return text, trace

    def _composed(self, topic: str, subject: Subject, language: str, chance: random.Random) -> str:
        if topic == "led":
            return self._joined(language, chance, ("", "led", ""), ("maybe", "led ending", ""))
        if topic in ("spared-words", "what-else"):
            return chance.choice(self._list(language, "spared", ""))
        if topic in ("wished", "last-time"):
            return self._joined(language, chance, ("", f"{topic} lead", ""), ("", topic, "")) + "."
        if topic == "difference":
            return self._joined(language, chance, ("", "difference", ""), ("maybe", "difference ending", ""))
        tone = "bad" if topic == "happened" and subject.tone == "mixed" else subject.tone
        if tone == "mixed":
            but = chance.choice(self._list(language, "but", ""))
            bad = _lower(self._about(language, "bad", subject, chance), language)
            return f"{self._about(language, 'good', subject, chance)} {but} {bad}"
        if topic == "words" and chance.random() < _SHORT:
            return chance.choice(self._list(language, "short", tone))
        parts = [self._about(language, tone, subject, chance)]
        if chance.random() < 0.6:
            parts.insert(0, chance.choice(self._list(language, "opening", tone)))
        if chance.random() < 0.75:
            parts.append(chance.choice(self._list(language, "ending", tone)))
        return " ".join(parts)

    def _about(self, language: str, tone: str, subject: Subject, chance: random.Random) -> str:
        kinds = cast(Mapping[str, Sequence[str]], self.own[language][tone])
        # What is not a service to citizens is one to colleagues.
        about = kinds.get(subject.service, kinds["internal"])
        return chance.choice([*kinds.get(subject.channel or "", ()), *about])

    def _joined(self, language: str, chance: random.Random, *parts: tuple[str, str, str]) -> str:
        taken = [part for part in parts if part[0] != "maybe" or chance.random() < 0.8]
        return " ".join(chance.choice(self._list(language, name, kind)) for _, name, kind in taken)

    def _list(self, language: str, name: str, kind: str) -> Sequence[str]:
        found = self.own[language][name]
        return cast(Sequence[str], cast(Mapping[str, Sequence[str]], found)[kind] if kind else found)


def read() -> Words:
    """The parts of `demo_words.yaml`."""
    text = resources.files("bot").joinpath("demo_words.yaml").read_text("utf-8")
    data = yaml.safe_load(text)
    return Words(data["says"], data["own words"])


def mistyped(text: str, chance: random.Random) -> str:
    """`text` with two neighbouring letters exchanged, as thumbs do; short words are left alone."""
    places = [at for at in range(1, len(text) - 2) if text[at : at + 2].isalpha() and text[at] != text[at + 1]]
    if len(text) < 6 or not places:
        return text
    at = chance.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _trace(language: str, chance: random.Random) -> tuple[str, str]:
    # Numbers set aside for fiction by the Swedish regulator (PTS), a domain that leads nowhere (RFC 2606), and
    # identity numbers given as samples by the authorities themselves.
    number = chance.randrange(5, 100)
    kind = chance.choice(("phone", "email", "identity"))
    if kind == "phone":
        return kind, f"040 000 00{number:02d}" if language == "fi" else f"070-174 06 {number:02d}"
    if kind == "email":
        return kind, f"demo.{number}@example.org"
    return kind, "131052-308T" if language == "fi" else "19121212-1212"


def _lower(text: str, language: str) -> str:
    if language == "en" and text.startswith(("I ", "I'")):
        return text
    return text[:1].lower() + text[1:]
