"""The simulated town: who lives there, whom a contact is about, and whom a phone call reaches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from bot.simulated_chat import Device
from bot.simulated_citizens import Citizen
from bot.simulated_manners import Deck
from bot.simulated_office import SERVICE_CENTRE, Happening, language
from bot.simulated_words import Words

_FIRST_CHAT = 7_000_000_000
_AT_ONCE, _MET_BEFORE, _AT_LEAST, _AT_MOST = 0.06, 0.2, 50, 150
_OTHER_DEVICE = 0.12


class Town:
    """Everybody who was met so far."""

    def __init__(
        self, stream: Callable[[str], random.Random], lookup: Callable[[int], bytes], words: Words, zone: ZoneInfo
    ) -> None:
        """`stream` makes a stream of chance of its own for each name, `lookup` what a chat's id is known by."""
        self._stream = stream
        self._lookup = lookup
        self._words = words
        self._zone = zone
        self._meeting = stream("meeting")
        self._deck = Deck(stream("deck"))
        self._citizens: list[Citizen] = []
        self._colleagues: list[Citizen] = []
        self._parents: dict[str, Citizen] = {}
        self._by_chat: dict[int, Citizen] = {}
        self._by_lookup: dict[bytes, Citizen] = {}

    def __iter__(self) -> Iterator[Citizen]:
        yield from self._citizens
        yield from self._colleagues

    def of_chat(self, chat: int) -> Citizen:
        """Whose chat this is."""
        return self._by_chat[chat]

    def of_lookup(self, lookup: bytes) -> Citizen:
        """Whose address is known by this."""
        return self._by_lookup[lookup]

    def about(self, one: Happening) -> Citizen:
        """Whom this contact is about: somebody new, somebody met before, or who the matter is about."""
        matter = one.contact.matter
        if matter is not None and matter in self._parents:
            return self._parents[matter]
        met = self._colleagues if one.contact.unit == SERVICE_CENTRE else self._citizens
        found = self._met_before(met) or self._new(met)
        if matter is not None:
            self._parents[matter] = found
        return found

    def _met_before(self, met: list[Citizen]) -> Citizen | None:
        drawn = self._meeting.random()
        if met and drawn < _AT_ONCE:
            return met[-1]
        if len(met) >= _AT_LEAST and drawn < _MET_BEFORE:
            return met[-1 - self._meeting.randrange(min(len(met), _AT_MOST))]
        return None

    def _new(self, met: list[Citizen]) -> Citizen:
        speaks = language(self._meeting)
        number = len(self._citizens) + len(self._colleagues) + 1
        other = speaks != "sv" and self._meeting.random() < _OTHER_DEVICE
        device = Device(_FIRST_CHAT + number, "sv" if other else speaks)
        citizen = Citizen(device, speaks, self._stream(f"citizen {number}"), self._words, self._deck, self._zone)
        met.append(citizen)
        self._by_chat[device.chat] = self._by_lookup[self._lookup(device.chat)] = citizen
        return citizen
