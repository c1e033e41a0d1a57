"""The manners in which conversations are met, dealt from a shuffled deck, so that every way to behave occurs."""

from __future__ import annotations

import random

MANNERS = (
    *("plain",) * 34,
    *("types",) * 12,
    *("ignores",) * 9,
    *("skips",) * 7,
    *("leaves",) * 8,
    *("declines",) * 4,
    *("later",) * 4,
    *("changes",) * 4,
    *("retypes",) * 3,
    *("unclear",) * 3,
    *("wishes",) * 3,
    *("voice",) * 1,
    *("doubles",) * 1,
    *("stops",) * 2,
    *("blocks",) * 1,
    *("vanishes",) * 1,
    *("privacy",) * 1,
    *("help",) * 1,
    *("mydata",) * 1,
)
"""A deck of a hundred: how a conversation is met."""

TURNING = {"declines": (0, 0), "blocks": (0, 0), "leaves": (0, 3)}
"""After how many answers, at least and at most, somebody does something else than answer."""


class Deck:
    """The manners in which conversations are met, dealt one by one; used up before it is shuffled anew."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._cards: list[str] = []

    def deal(self) -> str:
        """The next manner."""
        if not self._cards:
            self._cards = list(MANNERS)
            self._chance.shuffle(self._cards)
        return self._cards.pop()
