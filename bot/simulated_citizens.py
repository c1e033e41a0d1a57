"""The simulated citizens: what each of them does in the chat, and when. They know only what their screen shows.

A citizen keeps an agenda of moments and what to do then. What is shown puts something on it: an answer after a while,
a menu's choice at once. How a conversation is met is dealt from a shuffled deck, so that every way to behave occurs.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.simulated_chat import (
    Blocks,
    Deed,
    Device,
    Offer,
    Read,
    Retypes,
    Shown,
    Speaks,
    Taps,
    Types,
    Unblocks,
    Vanishes,
)
from bot.simulated_office import Experience
from bot.simulated_words import Words, mistyped
from flows.calendar import by_local_days

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

_TURNING = {"declines": (0, 0), "blocks": (0, 0), "leaves": (0, 3)}
"""After how many answers, at least and at most, somebody does something else than answer."""

_RUSHED = timedelta(seconds=90)
_ASLEEP_FROM, _ASLEEP_UNTIL = time(23), time(7)
_COMMENTS, _TELLS = 0.6, 0.85
_CALLED = 0.06
_IGNORED_AGAIN = 0.6


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    at: datetime
    number: int
    what: str
    detail: str = ""
    message: int = 0


class Citizen:
    """One simulated citizen. `planted` gathers what they wrote that leads to a person."""

    def __init__(
        self, device: Device, language: str, chance: random.Random, words: Words, deck: Deck, zone: ZoneInfo
    ) -> None:
        self.device = device
        self.language = language
        self.planted: list[str] = []
        self._chance = chance
        self._words = words
        self._deck = deck
        self._zone = zone
        self._agenda: list[_Entry] = []
        self._entries = 0
        self._lived: list[Experience] = []
        self._manner = "plain"
        self._turning = 0
        self._step = 0
        self._turned = False
        self._silent = False
        self._gone = False
        self._question: tuple[int, Read] | None = None
        self._shown_at: datetime | None = None
        self._wanted: tuple[str, ...] = ()
        self._answered: tuple[int, str] | None = None
        self._acted_at: datetime | None = None
        self._wrote: tuple[str, str] | None = None
        self._language_asked = False

    @property
    def next_at(self) -> datetime | None:
        """When they do something next."""
        return self._agenda[0].at if self._agenda else None

    def waits_since(self) -> datetime | None:
        """When the question open on their screen was shown; None if none is."""
        return self._shown_at if self._question is not None and not self._silent else None

    def invited(self, code: str, experience: Experience, now: datetime) -> None:
        """They are given a code for a contact; they may open it soon, late or never."""
        self._lived.append(experience)
        chance = self._chance.random()
        if chance < 0.24 or self._gone:
            return
        minutes = self._chance.expovariate(1 / 40) if chance < 0.8 else self._chance.uniform(300, 10 * 1440)
        self._plan(self._awake(now + timedelta(minutes=2 + minutes)), "open", code)

    def sees(self, shown: Shown, read: Read, now: datetime) -> None:
        """Something appears on the screen."""
        if self._gone:
            return
        if "in-an-hour" in read.ways:
            choice = self._chance.choice(("in-an-hour", "this-evening", "tomorrow"))
            self._plan(now + timedelta(seconds=6), "tap", read.ways[choice], shown.message)
        elif read.languages:
            self._plan(now + timedelta(seconds=8), "tap", read.languages[self.language], shown.message)
        elif "continue" in read.ways:
            self._plan(now + timedelta(seconds=25), "tap", read.ways["continue"], shown.message)
        elif read.asks:
            self._is_asked(shown, read, now)
        elif self._question is not None and shown.message == self._question[0]:
            self._question = None
            if "change" in read.ways:
                self._answered = (shown.message, read.ways["change"])
        elif "wish" in read.ways and "call-me" not in read.ways and self._manner == "wishes" and not self._turned:
            self._turned = True
            self._plan(now + timedelta(seconds=30), "tap", read.ways["wish"], shown.message)
        elif "call-me" in read.ways and not shown.edited and self._chance.random() < 0.4:
            self._plan(now + timedelta(seconds=15), "tap", read.ways["call-me"], shown.message)

    def acts(self, now: datetime) -> list[Deed]:
        """What they do now."""
        deeds: list[Deed] = []
        while self._agenda and self._agenda[0].at <= now:
            entry = heapq.heappop(self._agenda)
            deeds += self._act(entry, now)
        if deeds:
            self._acted_at = now
        return deeds

    def wrote(self, message: int, now: datetime) -> None:
        """The id of the message they have just typed: those who want to change it do so after a while."""
        if self._wrote is not None and message:
            old, new = self._wrote
            self._wrote = None
            if old != new:
                self._plan(now + timedelta(seconds=self._chance.randint(15, 70)), "retype", new, message)

    def _plan(self, at: datetime, what: str, detail: str = "", message: int = 0) -> None:
        self._entries += 1
        heapq.heappush(self._agenda, _Entry(at, self._entries, what, detail, message))

    def _is_asked(self, shown: Shown, read: Read, now: datetime) -> None:
        if shown.edited and (self._question is None or self._question[0] != shown.message):
            return
        if not shown.edited:
            self._wanted = ()
            self._shown_at = now
        self._question = (shown.message, read)
        self._agenda = [entry for entry in self._agenda if entry.what != "answer"]
        heapq.heapify(self._agenda)
        if "decline" in read.ways and not shown.edited:
            self._begins(read)
        if self._silent:
            return
        prompt = self._acted_at is not None and now - self._acted_at <= _RUSHED
        at = now + timedelta(seconds=self._chance.randint(3, 45)) if prompt else self._noticed(now)
        if at is not None:
            self._plan(at, "answer")

    def _begins(self, read: Read) -> None:
        self._manner = self._deck.deal()
        first, last = _TURNING.get(self._manner, (0, 2))
        self._turning = self._chance.randint(first, last)
        self._step, self._turned, self._silent = 0, False, False

    def _noticed(self, now: datetime) -> datetime | None:
        chance = self._chance.random()
        if self._manner == "ignores":
            # A reminder wakes some of those who let the first message lie.
            again, self._turned = self._turned, True
            if not again or self._chance.random() < _IGNORED_AGAIN:
                return None
            self._manner = "plain"
        if chance < 0.62:
            minutes = min(60.0, 1 + self._chance.expovariate(1 / 14))
        elif chance < 0.9:
            minutes = self._chance.uniform(60, 12 * 60)
        else:
            minutes = self._chance.uniform(12 * 60, 8 * 1440)
        return self._awake(now + timedelta(minutes=minutes))

    def _awake(self, moment: datetime) -> datetime:
        wall = moment.astimezone(self._zone).time()
        if _ASLEEP_UNTIL <= wall < _ASLEEP_FROM:
            return moment
        days = 1 if wall >= _ASLEEP_FROM else 0
        return by_local_days(moment, days, self._zone, _ASLEEP_UNTIL) + timedelta(minutes=self._chance.randint(5, 150))

    def _act(self, entry: _Entry, now: datetime) -> list[Deed]:
        if self._gone:
            return []
        match entry.what:
            case "open":
                return [Types(self.device, f"/start {entry.detail}")]
            case "tap":
                return [Taps(self.device, entry.message, entry.detail)]
            case "retype":
                return [Retypes(self.device, entry.message, entry.detail)]
            case "write":
                return [Types(self.device, entry.detail)]
            case "unblock":
                return [Unblocks(self.device)]
        if self._question is None:
            return []
        message, read = self._question
        if self._step >= self._turning and not self._turned:
            deeds = self._turn(message, read, now)
            if deeds is not None:
                return deeds
        return self._answer(message, read, now)

    def _turn(self, message: int, read: Read, now: datetime) -> list[Deed] | None:
        """What their manner makes them do in place of an answer; None where they just answer."""
        by, chance = self.device, self._chance
        speaks_another = self.device.language != self.language and not self._language_asked
        if speaks_another:
            self._language_asked = True
            self._again(now)
            return [Types(by, self._said("language"))]
        if self._manner in ("plain", "types", "skips", "wishes", "changes", "retypes", "ignores"):
            return None
        if self._manner == "unclear" and read.kind == "words":
            return None
        self._turned = True
        if self._manner == "leaves":
            self._silent = True
            return []
        if self._manner == "declines":
            return [Taps(by, message, read.ways["decline"])] if "decline" in read.ways else None
        if self._manner == "stops":
            self._silent = True
            if chance.random() < 0.4:
                self._plan(self._awake(now + timedelta(hours=chance.randint(20, 80))), "write", self._said("start"))
            return [Types(by, self._said("stop"))]
        if self._manner == "blocks":
            self._silent = True
            if chance.random() < 0.4:
                self._plan(self._awake(now + timedelta(hours=chance.randint(20, 80))), "unblock")
            return [Blocks(by)]
        if self._manner == "vanishes":
            self._gone = True
            return [*self._answer(message, read, now), Vanishes(by)]
        if self._manner == "later":
            written = chance.random() < 0.3
            return [Types(by, self._said("later")) if written else Taps(by, message, read.ways["later"])]
        if self._manner == "doubles":
            deeds = self._answer(message, read, now)
            return [*deeds, *(deed for deed in deeds if isinstance(deed, Taps))]
        self._again(now)
        if self._manner == "voice":
            return [Speaks(by)]
        if self._manner == "privacy" and "rights" in read.ways:
            return [Taps(by, message, read.ways["rights"])]
        return [Types(by, self._said(self._manner))]

    def _again(self, now: datetime) -> None:
        self._plan(now + timedelta(seconds=self._chance.randint(20, 80)), "answer")

    def _answer(self, message: int, read: Read, now: datetime) -> list[Deed]:
        by, chance = self.device, self._chance
        if self._manner == "changes" and not self._turned and self._answered is not None and self._step:
            self._turned = True
            if chance.random() < 0.3:
                return [Types(by, self._said("change"))]
            return [Taps(by, *self._answered)]
        if "call-me" in read.ways and chance.random() < _CALLED:
            self._again(now)
            return [Taps(by, message, read.ways["call-me"])]
        self._step += 1
        skipped = self._manner == "skips" and chance.random() < 0.75
        if read.kind == "words":
            tells = _COMMENTS if read.topic == "words" else _TELLS
            if skipped or chance.random() >= tells:
                return [Taps(by, message, read.ways["skip"])]
            return [Types(by, self._in_own_words(read.topic))]
        if skipped:
            return [Taps(by, message, read.ways["skip"])]
        if read.kind == "several":
            return self._several(message, read)
        return self._one(message, read)

    def _one(self, message: int, read: Read) -> list[Deed]:
        if not read.offers:
            return [Taps(self.device, message, read.ways["skip"])]
        codes = [offer.code for offer in read.offers]
        code = self._experience().answer(read.topic, codes, self._chance)
        offer = next(offer for offer in read.offers if offer.code == code)
        if self._manner not in ("types", "retypes"):
            return [Taps(self.device, message, offer.data)]
        typed = self._typed(offer)
        if self._manner == "retypes" and not self._turned and code.isdecimal():
            self._turned = True
            self._wrote = (code, "5" if code in "43" else "3")
            typed = code
        return [Types(self.device, typed)]

    def _typed(self, offer: Offer) -> str:
        label = offer.label.partition(" ")[2].partition(" ")[2] if offer.code.isdecimal() else offer.label
        way = self._chance.random()
        if offer.code.isdecimal() and way < 0.45:
            return self._chance.choice((offer.code, f"{offer.code}/5", f"{offer.code}."))
        if offer.code.isdecimal() and way < 0.6:
            return self._words.number(int(offer.code), self.language)
        if way < 0.75:
            return mistyped(label.lower(), self._chance)
        return label if way < 0.85 else label.lower()

    def _several(self, message: int, read: Read) -> list[Deed]:
        if not self._wanted:
            codes = [offer.code for offer in read.offers]
            self._wanted = self._experience().answers(read.topic, codes, self._chance)
        missing = [offer for offer in read.offers if offer.code in self._wanted and not offer.on]
        if self._manner == "types" and len(missing) == len(self._wanted):
            labels = [offer.label.lower() for offer in missing]
            self._manner = "plain"  # what is not understood is tapped the next time
            return [Types(self.device, ", ".join(labels))]
        if missing:
            self._step -= 1
            return [Taps(self.device, message, missing[0].data)]
        return [Taps(self.device, message, read.ways["done"])]

    def _in_own_words(self, topic: str) -> str:
        chance = self._chance
        if topic == "words" and chance.random() < 0.015:
            return self._said("alarm")
        text, trace = self._words.written(topic, self._experience().subject, self.language, chance)
        if trace:
            self.planted.append(trace)
        if self._manner == "retypes" and not self._turned:
            self._turned = True
            self._wrote = (mistyped(text, chance), text)
            return self._wrote[0]
        return text

    def _experience(self) -> Experience:
        # The contact that is nearest to what they remember: the last one that has begun, else the next.
        now = self._acted_at or self._shown_at
        begun = [lived for lived in self._lived if now is None or lived.start <= now + timedelta(days=1)]
        return max(begun or self._lived, key=lambda lived: lived.start)

    def _said(self, what: str) -> str:
        return self._words.said(what, self.language, self._chance)


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
