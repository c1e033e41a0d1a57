"""The simulated citizens: what each of them does in the chat, and when. They know only what their screen shows.

A citizen keeps a diary of moments and what to do then. What is shown puts something on it: an answer after a while,
a menu's choice at once. How a conversation is met is dealt from a shuffled deck, so that every way to behave occurs.
"""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.simulated_answers import Answers
from bot.simulated_asides import Asides
from bot.simulated_chat import (
    Blocks,
    Deed,
    Device,
    Read,
    Retypes,
    Shares,
    Shown,
    Speaks,
    Taps,
    Types,
    Unblocks,
    Vanishes,
)
from bot.simulated_diary import Diary, Entry
from bot.simulated_experiences import Experience
from bot.simulated_manners import ANSWERING, TURNING, Deck
from bot.simulated_words import Words
from flows.calendar import by_local_days
from flows.wording import easy

_HERE = timedelta(seconds=90)
_ASLEEP_FROM, _ASLEEP_UNTIL = time(23), time(7)
_CALLED, _CHANGES_BY_WORD, _READS_EASILY = 0.06, 0.3, 0.05
_OPENED, _OPENED_SOON = 0.76, 0.56
_SOON, _LATE = 40, (300, 10 * 1440)  # minutes until an invitation is opened: on average, and at least and at most
# 60 % of those who answer do so within the hour (a clinic's messages, publish.csiro.au SH22021).
_WITHIN_THE_HOUR, _WITHIN_THE_DAY, _REACTION = 0.62, 0.9, 14
_IGNORED_AGAIN, _BACK_AGAIN = 0.6, 0.4


class Citizen:
    """One simulated citizen."""

    def __init__(
        self, device: Device, language: str, chance: random.Random, words: Words, deck: Deck, zone: ZoneInfo
    ) -> None:
        self.device = device
        self.language = language
        self._chance = chance
        self._words = words
        self._deck = deck
        self._zone = zone
        self._diary = Diary()
        self._answers = Answers(device, language, chance, words)
        easily = easy(language) if chance.random() < _READS_EASILY else ""
        self._asides = Asides(chance, language, easily)
        self._speaks_another = bool(easily) or device.language != language
        self._manner = "plain"
        self._turning = 0
        self._step = 0
        self._turned = False
        self._silent = False
        self._gone = False
        self._question: tuple[int, Read] | None = None
        self._shown_at: datetime | None = None
        self._answered: tuple[int, str] | None = None
        self._acted_at: datetime | None = None

    @property
    def planted(self) -> list[str]:
        """What they wrote that leads to a person."""
        return [*self._answers.planted, *self._asides.numbers]

    @property
    def next_at(self) -> datetime | None:
        """When they do something next."""
        return self._diary.next_at

    def waits_since(self) -> datetime | None:
        """When the question open on their screen was shown; None if none is."""
        return self._shown_at if self._question is not None and not self._silent else None

    def invited(self, code: str, experience: Experience, now: datetime) -> None:
        """They are given a code for a contact; they may open it soon, late or never."""
        self.lives(experience)
        chance = self._chance.random()
        if chance >= _OPENED or self._gone:
            return
        soon = chance < _OPENED_SOON
        minutes = self._chance.expovariate(1 / _SOON) if soon else self._chance.uniform(*_LATE)
        self._diary.write(self._awake(now + timedelta(minutes=2 + minutes)), "open", f"/start {code}")

    def lives(self, experience: Experience) -> None:
        """They have a contact, whether or not anybody invites them to tell of it."""
        self._answers.lived.append(experience)

    def scans(self, code: str, experience: Experience, there: str, now: datetime, again: datetime | None) -> None:
        """They scan a poster or a card, once or twice, and will say when they were `there`."""
        self.lives(experience)
        self._asides.there = there
        self._diary.write(now + timedelta(seconds=5), "open", f"/start {code}")
        if again is not None:
            self._diary.write(again, "open", f"/start {code}")

    def opens_after_all(self, code: str, now: datetime) -> None:
        """They are sent the code once more, and open it within the day."""
        self._diary.write(self._awake(now + timedelta(minutes=self._chance.randint(5, 600))), "open", f"/start {code}")

    def is_called(self, *, talked: bool) -> None:
        """Somebody called them, or was there when they did; `talked`: and they spoke."""
        self._asides.talked = talked

    def sees(self, shown: Shown, read: Read, now: datetime) -> None:
        """Something appears on the screen."""
        if self._gone:
            return
        if read.asks:
            self._is_asked(shown, read, now)
            return
        aside = self._asides.done_about(read, new=not shown.edited)
        if aside is not None:
            self._diary.write(now + timedelta(seconds=aside.seconds), aside.what, aside.detail, shown.message)
        elif self._question is not None and shown.message == self._question[0]:
            self._question = None
            if "change" in read.ways:
                self._answered = (shown.message, read.ways["change"])
        elif "wish" in read.ways and self._manner == "wishes" and not self._turned:
            self._turned = True
            self._diary.write(now + timedelta(seconds=30), "tap", read.ways["wish"], shown.message)

    def acts(self, now: datetime) -> list[Deed]:
        """What they do now."""
        deeds: list[Deed] = []
        for entry in self._diary.due(now):
            deeds += self._act(entry, now)
        if deeds:
            self._acted_at = now
        return deeds

    def wrote(self, message: int, now: datetime) -> None:
        """The id of the message they have just typed: those who want to change it do so after a while."""
        correction = self._answers.correction() if message else ""
        if correction:
            self._diary.write(now + timedelta(seconds=self._chance.randint(15, 70)), "retype", correction, message)

    def _is_asked(self, shown: Shown, read: Read, now: datetime) -> None:
        if shown.edited and (self._question is None or self._question[0] != shown.message):
            return
        if not shown.edited:
            self._answers.asked()
            self._shown_at = now
            self._step += 1
        self._question = (shown.message, read)
        self._diary.keep(lambda entry: entry.what != "answer")
        if "decline" in read.ways and not shown.edited:
            self._begins()
        if self._silent:
            return
        here = self._acted_at is not None and now - self._acted_at <= _HERE
        prompt = here and self._manner != "ignores"
        at = now + timedelta(seconds=self._chance.randint(3, 45)) if prompt else self._noticed(now)
        if at is not None:
            self._diary.write(at, "answer")

    def _begins(self) -> None:
        self._manner = self._deck.deal()
        self._answers.begins(self._manner)
        first, last = TURNING.get(self._manner, (0, 2))
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
        if chance < _WITHIN_THE_HOUR:
            minutes = min(60.0, 1 + self._chance.expovariate(1 / _REACTION))
        elif chance < _WITHIN_THE_DAY:
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

    def _act(self, entry: Entry, now: datetime) -> list[Deed]:
        if self._gone:
            return []
        match entry.what:
            case "open" | "write":
                return [Types(self.device, entry.detail)]
            case "tap":
                return [Taps(self.device, entry.message, entry.detail)]
            case "retype":
                return [Retypes(self.device, entry.message, entry.detail)]
            case "share":
                return [Shares(self.device, entry.detail)]
            case "erase":
                self._leaves()
                return [Taps(self.device, entry.message, entry.detail)]
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
        if self._speaks_another:
            self._speaks_another = False
            self._again(now)
            return [Types(by, self._said("language"))]
        if self._manner in ANSWERING:
            return None
        if self._manner == "erases":
            self._turned = True
            self._diary.write(self._in_some_days(now), "write", self._said("erase"))
            return None
        if self._manner == "unclear" and read.kind == "words":
            return None
        self._turned = self._manner != "unclear" or chance.random() < 0.5  # some are not understood twice
        if self._manner == "leaves":
            self._silent = True
            return []
        if self._manner == "declines":
            return [Taps(by, message, read.ways["decline"])] if "decline" in read.ways else None
        if self._manner == "stops":
            self._silent = True
            if chance.random() < _BACK_AGAIN:
                self._diary.write(self._in_some_days(now), "write", self._said("start"))
            return [Types(by, self._said("stop"))]
        if self._manner == "blocks":
            self._silent = True
            if chance.random() < _BACK_AGAIN:
                self._diary.write(self._in_some_days(now), "unblock")
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
        self._again(now, 180 if self._manner == "calls" else 20)
        if self._manner == "calls" and "call-me" in read.ways:
            return [Taps(by, message, read.ways["call-me"])]
        if self._manner == "voice":
            return [Speaks(by)]
        if self._manner == "privacy" and "rights" in read.ways:
            return [Taps(by, message, read.ways["rights"])]
        return [Types(by, self._said(self._manner))]

    def _leaves(self) -> None:
        """Nothing is left to be asked about: only invitations yet to come are."""
        self._question, self._answered, self._silent = None, None, True
        self._diary.keep(lambda entry: entry.what == "open")

    def _in_some_days(self, now: datetime) -> datetime:
        return self._awake(now + timedelta(hours=self._chance.randint(20, 150)))

    def _again(self, now: datetime, least: int = 20) -> None:
        self._diary.write(now + timedelta(seconds=least + self._chance.randint(0, 60)), "answer")

    def _answer(self, message: int, read: Read, now: datetime) -> list[Deed]:
        by, chance = self.device, self._chance
        if self._manner == "changes" and not self._turned and self._answered is not None and self._step:
            self._turned = True
            if chance.random() < _CHANGES_BY_WORD:
                return [Types(by, self._said("change"))]
            return [Taps(by, *self._answered)]
        if "call-me" in read.ways and chance.random() < _CALLED:
            self._again(now, 180)
            return [Taps(by, message, read.ways["call-me"])]
        return [self._answers.answer(message, read, now)]

    def _said(self, what: str) -> str:
        return self._words.said(what, self.language, self._chance)
