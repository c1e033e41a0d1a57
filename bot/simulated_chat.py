"""The simulated chat: what citizens of the demo do in their chat, what they are shown there, and how they read it.

Whoever carries these to and from the house is handed in. A citizen knows what a screen tells: texts, labels of buttons
and what each button carries; questions are recognised by their words, buttons by their labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.library import Library
from flows.journey import Kind, Question
from flows.putting import choice_label
from flows.wording import easy

WAYS = (
    "skip",
    "later",
    "change",
    "done",
    "decline",
    "rights",
    "call-me",
    "wish",
    "continue",
    "in-an-hour",
    "this-evening",
    "tomorrow",
    "language-name",
    "language-name-easy",
)
"""The shared phrases that stand on buttons and answer no question."""

ASIDES = (
    *("call-morning", "call-afternoon", "call-soon", "call-i-call", "call-never-mind", "call-share", "call-withdraw"),
    *("call-yes", "call-partly", "call-no", "call-new-time", "call-no-thanks"),
    *("there-now", "there-today", "there-earlier"),
    *("erase-yes", "erase-no", "pause-week", "pause-month", "pause-start", "pause-resume"),
)
"""Those that stand only where no question of a journey does; "Yes" is one of them there, and an answer elsewhere."""

_PLACEHOLDER = re.compile(r"\\\{[a-z_]+\\\}")
_MARKS = {"☐": False, "☑": True}


@dataclass(frozen=True, slots=True)
class Device:
    """A citizen's device: the id of its chat with the bot, and the language it is set to."""

    chat: int
    language: str


@dataclass(frozen=True, slots=True)
class Types:
    """They write."""

    by: Device
    text: str


@dataclass(frozen=True, slots=True)
class Retypes:
    """They change a message of their own that they wrote before."""

    by: Device
    message: int
    text: str


@dataclass(frozen=True, slots=True)
class Taps:
    """They tap a button of a message."""

    by: Device
    message: int
    data: str


@dataclass(frozen=True, slots=True)
class Speaks:
    """They send a voice message."""

    by: Device


@dataclass(frozen=True, slots=True)
class Shares:
    """They hand over their own phone number with the key below the chat."""

    by: Device
    number: str


@dataclass(frozen=True, slots=True)
class Blocks:
    """They block the bot."""

    by: Device


@dataclass(frozen=True, slots=True)
class Unblocks:
    """They let the bot in again."""

    by: Device


@dataclass(frozen=True, slots=True)
class Vanishes:
    """Their account is deleted: nobody tells the bot."""

    by: Device


Deed = Types | Retypes | Taps | Speaks | Shares | Blocks | Unblocks | Vanishes


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it now stands on the screen. `buttons` are label and data, row by row in one line.

    `keys` are those below the chat: what each writes; the first hands over the phone number instead.
    """

    chat: int
    message: int
    text: str
    buttons: tuple[tuple[str, str], ...]
    edited: bool = False
    keys: tuple[str, ...] = ()


class SimulatedDoor(Protocol):
    """What stands between simulated citizens and the house, in place of a real door's wire."""

    @property
    def name(self) -> str:
        """Of the door that it stands for."""

    async def bring(self, deeds: Sequence[Deed]) -> tuple[int, ...]:
        """Keep what citizens did as the real door does; the id of each one's message, 0 where it has none."""

    async def carry(self) -> list[Shown]:
        """Send until nothing is left to send; what citizens were shown, in order."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer that can be tapped. `on` says whether one of several is chosen already."""

    code: str
    label: str
    data: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A message as a citizen understands it. `topic` is what a question is about, empty where none is open.

    `ways` are the buttons that answer nothing, by phrase; `languages` those that choose one.
    """

    topic: str = ""
    kind: Kind = "say"
    offers: tuple[Offer, ...] = ()
    ways: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer."""
        return "skip" in self.ways


class Reader:
    """Understands messages, in every language the journeys are written in."""

    def __init__(self, library: Library) -> None:
        self._ways: dict[str, str] = {}
        self._languages: dict[str, str] = {}
        self._asides: dict[str, list[str]] = {}
        for phrase in WAYS:
            for language, text in library.words[phrase].texts.items():
                self._ways[text] = phrase
                if phrase == "language-name":
                    self._languages[text] = language
                elif phrase == "language-name-easy":
                    self._languages[text] = easy(language)
        for phrase in ASIDES:
            for text in library.words[phrase].texts.values():
                self._asides.setdefault(text, []).append(phrase)
        self._questions: list[tuple[re.Pattern[str], str, Question]] = []
        for journey in library.journeys.values():
            for question in journey.questions():
                if question.kind != "say":
                    topic = question.code.removeprefix(f"{question.ladder}-") if question.ladder else question.code
                    texts = {pattern(text) for text in question.text.texts.values()}
                    self._questions += [(re.compile(text), topic, question) for text in sorted(texts)]
        self._known: dict[str, tuple[str, Question] | None] = {}

    def read(self, shown: Shown) -> Read:
        """What the message says."""
        ways: dict[str, str] = {}
        languages: dict[str, str] = {}
        rest: list[tuple[str, str]] = []
        for label, data in shown.buttons:
            phrase = self._ways.get(label.removeprefix("💡 "))
            if phrase is None:
                rest.append((label, data))
            elif phrase in ("language-name", "language-name-easy"):
                languages[self._languages[label]] = data
            else:
                ways[phrase] = data
        if "skip" not in ways:
            for label, data in (*rest, *((key, key) for key in shown.keys)):
                # What a slot is called has its hours after it.
                ways |= dict.fromkeys(self._asides.get(label.partition(" (")[0], ()), data)
        found = self._question(shown.text) if "skip" in ways else None
        if found is None:
            return Read(ways=ways, languages=languages)
        topic, question = found
        return Read(topic, question.kind, tuple(self._offers(question, rest)), ways, languages)

    def _question(self, text: str) -> tuple[str, Question] | None:
        for paragraph in reversed(text.split("\n\n")):
            if paragraph not in self._known:
                matching = (
                    (topic, question) for sought, topic, question in self._questions if sought.fullmatch(paragraph)
                )
                self._known[paragraph] = next(matching, None)
            found = self._known[paragraph]
            if found is not None:
                return found
        return None

    def _offers(self, question: Question, buttons: Sequence[tuple[str, str]]) -> list[Offer]:
        codes = {
            choice_label(choice, language): choice.code
            for choice in question.choices
            for language in choice.label.texts
        }
        offers = []
        for label, data in buttons:
            mark, _, words = label.partition(" ")
            named = words if mark in _MARKS else label
            offers.append(Offer(codes.get(named, named), named, data, _MARKS.get(mark, False)))
        return offers


def pattern(text: str) -> str:
    """A pattern for a journey's text, whatever its placeholders became."""
    return _PLACEHOLDER.sub(".*", re.escape(text))
