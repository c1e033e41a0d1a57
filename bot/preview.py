"""Preview: plays a journey in lines of text, for whoever designs it. Keeps nothing and sends nothing.

Buttons are numbered; a number taps a button of the newest message that has any, other text is typed. Steps of a scale
and numbers to choose have their own number on their button, so that a typed "4" and a tapped 4 are the same.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from bot.clock import Now
from bot.keys import Keyring
from bot.library import Library
from bot.moments import shown
from bot.occasions import names_of
from bot.openings import Refused
from bot.organisation import Organisation
from bot.premises import Premises
from flows.conversation import advance, again, begin, close
from flows.journey import Journey, PhaseName, Question
from flows.messages import Button, Message, Tap
from flows.replies import Reply, Typed
from flows.route import MOST_IN_ONE_DAY, SHORT, Occasion, Settled, laid, pools
from flows.walk import Answer, Turn

Part = Literal["before", "during", "after", "merged"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What can be played: a phase, or during and after together, as when everything happens on one day."""

Say = Callable[[str], None]
Hear = Callable[[], str | None]
"""The next line somebody writes; None when there is none any more."""

_USEFUL = timedelta(days=7)
_HEADINGS: Mapping[Part, str] = {
    "before": "before the contact",
    "during": "during the contact",
    "after": "after the contact",
    "merged": "during and after, on one day",
}


def example(
    organisation: Organisation, shelf: Library, now: datetime, told: Mapping[str, str] | None = None
) -> Occasion:
    """A contact of today with the organisation's first unit, service and channel, through Telegram.

    `told` says otherwise: codes by fact ("channel": "visit"), "none" for a fact that the contact has not.
    """
    usual = {
        "unit": next(iter(organisation.units)),
        "service": next(iter(organisation.services)),
        "channel": next(iter(organisation.channels)),
        "door": "telegram",
    }
    facts = {fact: code for fact, code in (usual | dict(told or {})).items() if code != "none"}
    premises = Premises(organisation, shelf, Keyring(secrets.token_bytes(32)))
    return Occasion(
        facts=facts,
        names=names_of(premises, facts.get("unit"), facts.get("service"), now),
        calendar=organisation.calendar,
        useful_until=now + _USEFUL,
        emergency=organisation.emergency_words,
        languages=organisation.languages,
        region=organisation.holiday_country or "SE",
    )


def play(
    journey: Journey,
    part: Part | None,
    occasion: Occasion,
    language: str,
    *,
    say: Say,
    hear: Hear,
    now: Now,
    chance: random.Random,
) -> None:
    """Play a part of the journey, or (None) its phases one after the other; what would be kept is said at the end.

    Refused if the journey has no such phase.
    """
    parts = _parts(journey, part)
    stage = _Stage(journey, occasion, language, say, hear, now, chance)
    for one in parts:
        say(f"--- {_HEADINGS[one]}")
        if not stage.play(one):
            break
    say("")
    for line in stage.kept():
        say(f"kept: {line}")


def _parts(journey: Journey, part: Part | None) -> list[Part]:
    have = [phase.name for phase in journey.phases]
    if part is None:
        return [*have]
    needed: set[PhaseName] = {"during", "after"} if part == "merged" else {part}
    if not needed <= set(have):
        raise Refused(f"'{journey.code}' has nothing to ask {_HEADINGS[part]}. It has: {', '.join(have)}.")
    return [part]


@dataclass
class _Stage:
    """One preview: what was said and settled so far, over all its conversations."""

    journey: Journey
    occasion: Occasion
    language: str
    say: Say
    hear: Hear
    now: Now
    chance: random.Random
    earlier: dict[str, Settled] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    buttons: dict[int, Button] = field(default_factory=dict)
    number_given: bool = False

    def play(self, part: Part) -> bool:
        """One conversation; False once nobody writes any more."""
        turn = self._begun(part)
        if turn.conversation.ended:
            self.say("(nothing to ask)")
        self._shown(turn)
        while True:
            if turn.conversation.ended and not self.buttons:
                self.earlier |= turn.conversation.settled
                return True
            line = self.hear()
            if line is None:
                turn = close(self.journey, turn.conversation, self.now())
                self._noted(turn)
                return False
            if not line.strip():
                self.buttons = {} if turn.conversation.ended else self.buttons
                continue
            reply = self._meant(line)
            if isinstance(reply, Tap) and reply.action == "rights":
                self.say("(here comes the whole notice about privacy)")
                continue
            turn = advance(self.journey, turn.conversation, reply, self.occasion, self.now())
            self._shown(turn)
            if turn.later is not None:
                self.say(f"(the bot waits until {shown(turn.later, ZoneInfo(self.occasion.calendar.zone))})")
                turn = again(self.journey, turn.conversation, self.occasion, self.now(), None)
                self._shown(turn)

    def kept(self) -> Iterator[str]:
        """What would be in the workbook, question by question."""
        for answer in self.answers.values():
            yield f"{answer.question} = {kept_as(answer)}"
        if self.number_given:
            yield "a number to call, sealed, apart from the answers"

    def _begun(self, part: Part) -> Turn:
        phases: tuple[PhaseName, ...] = ("during", "after") if part == "merged" else (part,)
        limit = MOST_IN_ONE_DAY if part == "merged" else None
        candidates = pools(self.journey, phases, self.occasion.facts, self.earlier, limit)
        drawn = {pool: self.chance.choice(codes) for pool, codes in candidates.items()}
        for pool, code in drawn.items():
            self.say(f"({'left out' if pool == SHORT else f'drawn for {pool!r}'}: {code})")
        route = laid(self.journey, phases, candidates, drawn, limit)
        return begin(
            self.journey,
            phases,
            route,
            self.occasion,
            self.now(),
            language=self.language,
            earlier=self.earlier,
        )

    def _shown(self, turn: Turn) -> None:
        self._noted(turn)
        if turn.conversation.ended:
            self.buttons = {}
        for message in turn.messages:
            self._message(message, toggled=message.edits and message.question == turn.conversation.open)

    def _message(self, message: Message, *, toggled: bool) -> None:
        """An answered question keeps a button to change it, which is shown but has no number: "ändra" is typed."""
        if message.edits and not toggled:
            labels = " ".join(f"[{button.label}]" for row in message.buttons for button in row)
            self.say(f"     {message.strong} {labels}".rstrip())
            return
        if message.text and not message.keeps_text:
            first, *rest = message.text.splitlines()
            self.say("")
            self.say(f"bot: {first}")
            for line in rest:
                self.say(f"     {line}".rstrip())
        if message.buttons:
            self.buttons = self._numbered(message)
            places = {button.tap: place for place, button in self.buttons.items()}
            for row in message.buttons:
                self.say("     " + "  ".join(f"{places[button.tap]} [{button.label}]" for button in row))

    def _numbered(self, message: Message) -> dict[int, Button]:
        question = self.journey.question(message.question) if message.question else None
        offered = [button for row in message.buttons for button in row]
        own = [button for button in offered if _has_number(button, question)]
        numbered = {int(button.tap.choice): button for button in own}
        following = max(numbered, default=question.high if question and question.kind == "number" else 0) + 1
        others = [button for button in offered if button not in own]
        return numbered | dict(enumerate(others, following))

    def _meant(self, line: str) -> Reply:
        written = line.strip()
        if written.isdecimal() and int(written) in self.buttons:
            return self.buttons[int(written)].tap
        return Typed(line)

    def _noted(self, turn: Turn) -> None:
        for answer in turn.answers:
            self.answers[answer.question] = answer
        self.number_given = self.number_given or turn.number is not None


def _has_number(button: Button, question: Question | None) -> bool:
    if question is None or button.tap.action != "choose":
        return False
    return question.kind in ("scale", "number")


def kept_as(answer: Answer) -> str:
    """What of an answer would stand in the workbook, in one line."""
    if answer.status != "answered":
        return f"({answer.status})" + (f' "{answer.text}"' if answer.text else "")
    found: Sequence[str] = answer.codes or ([f'"{answer.text}"'] if answer.text else ["(kept apart)"])
    masked = f" (masked: {', '.join(answer.masked)})" if answer.masked else ""
    return " ".join(found) + masked
