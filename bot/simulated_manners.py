"""The manners in which conversations, visits and promises are met, dealt from shuffled decks, so that each occurs."""

from __future__ import annotations

import random
from collections.abc import Sequence

MANNERS = (
    *("plain",) * 27,
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
    *("calls",) * 3,
    *("pauses",) * 2,
    *("erases",) * 2,
)
"""A deck of a hundred: how a conversation is met."""

ANSWERING = frozenset({"plain", "types", "skips", "wishes", "changes", "retypes", "ignores"})
"""Those who do nothing else in place of an answer."""

TURNING = {"declines": (0, 0), "blocks": (0, 0), "leaves": (0, 3)}
"""After how many answers, at least and at most, somebody does something else than answer."""


FATES = (*("",) * 25, *("cancelled",) * 2, *("moved",) * 2, "left-out")
"""A deck of thirty: what becomes of a booked visit."""

PROMISES = (*("in-time",) * 7, "late", "never", "not-reached")
"""A deck of ten: what becomes of a promise to call."""


class Deck:
    """Cards dealt one by one; used up before they are shuffled anew."""

    def __init__(self, chance: random.Random, cards: Sequence[str] = MANNERS) -> None:
        self._chance = chance
        self._all = cards
        self._cards: list[str] = []

    def deal(self) -> str:
        """The next card."""
        if not self._cards:
            self._cards = list(self._all)
            self._chance.shuffle(self._cards)
        return self._cards.pop()
