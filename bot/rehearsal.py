"""Rehearsals: a journey played in somebody's browser, message by message. Keeps nothing and sends nothing.

What would be kept is told beside it. Whoever shows one decides how long it is remembered.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.preview import Part, kept_as
from flows.conversation import advance, again, begin
from flows.journey import Journey, PhaseName
from flows.messages import Button, Message
from flows.replies import Reply, Typed
from flows.route import MOST_IN_ONE_DAY, SHORT, Occasion, laid, pools
from flows.walk import Conversation, Turn

MOST_SAID = 200
"""Messages of one rehearsal; longer ones have gone round in circles."""


@dataclass(slots=True)
class Said:
    """One message as it stands now: ours, or with `mine` what the player wrote."""

    text: str
    strong: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    mine: bool = False
    question: str = ""
    asking: int = 0


@dataclass(slots=True)
class Rehearsal:
    """One play of one part of a journey. `drawn` says which question of each pool is asked."""

    journey: Journey
    part: Part
    occasion: Occasion
    language: str
    said: list[Said] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)
    state: Conversation | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is asked any more."""
        return self.state is None or bool(self.state.ended)

    def begin(self, now: datetime, chance: random.Random) -> None:
        """The first message."""
        phases: tuple[PhaseName, ...] = ("during", "after") if self.part == "merged" else (self.part,)
        limit = MOST_IN_ONE_DAY if self.part == "merged" else None
        candidates = pools(self.journey, phases, self.occasion.facts, {}, limit)
        drawn = {pool: chance.choice(codes) for pool, codes in candidates.items()}
        self.drawn = {("" if pool == SHORT else pool): code for pool, code in drawn.items()}
        route = laid(self.journey, phases, candidates, drawn, limit)
        self._take(begin(self.journey, phases, route, self.occasion, now, language=self.language, earlier={}))

    def tap(self, message: int, button: int, now: datetime) -> None:
        """A button of a message, by their places; one that isn't there does nothing."""
        if not 0 <= message < len(self.said):
            return
        offered = [one for row in self.said[message].buttons for one in row]
        if 0 <= button < len(offered):
            self._reply(offered[button].tap, now)

    def write(self, text: str, now: datetime) -> None:
        """Own words."""
        if text.strip():
            self.said.append(Said(text.strip(), mine=True))
            self._reply(Typed(text), now)

    def live(self) -> Sequence[int]:
        """The places of messages whose buttons can be used now: the newest that offers any, and answers to change."""
        found = [place for place, one in enumerate(self.said) if one.buttons]
        asking = [place for place in found if not _changes(self.said[place])]
        newest = asking[-1:] if asking else []
        return [place for place in found if place in newest or _changes(self.said[place])]

    def _reply(self, reply: Reply, now: datetime) -> None:
        if self.state is None or len(self.said) > MOST_SAID:
            return
        turn = advance(self.journey, self.state, reply, self.occasion, now)
        self._take(turn)
        if turn.later is not None:
            self._take(again(self.journey, turn.conversation, self.occasion, now, None))

    def _take(self, turn: Turn) -> None:
        self.state = turn.conversation
        for message in turn.messages:
            self._show(message)
        for answer in turn.answers:
            self.kept[answer.question] = kept_as(answer)

    def _show(self, message: Message) -> None:
        standing = self._standing(message) if message.edits else None
        if standing is not None:
            standing.strong, standing.buttons = message.strong, message.buttons
            if message.text and not message.keeps_text:
                standing.text = message.text
            return
        self.said.append(
            Said(message.text, message.strong, message.buttons, question=message.question, asking=message.asking)
        )

    def _standing(self, message: Message) -> Said | None:
        asked = [one for one in self.said if one.question == message.question and not one.mine]
        return asked[-1] if asked else None


def facts_of(given: Mapping[str, str]) -> dict[str, str]:
    """What a form says of the contact: only what it says anything about."""
    return {fact: code for fact, code in given.items() if code}


def _changes(said: Said) -> bool:
    return all(button.tap.action == "change" for row in said.buttons for button in row)
