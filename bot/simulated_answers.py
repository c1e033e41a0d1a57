"""The simulated answers: how a citizen answers one question, by tapping, typing, skipping or in their own words."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from bot.simulated_chat import Deed, Device, Offer, Read, Taps, Types
from bot.simulated_experiences import Experience
from bot.simulated_words import Words, mistyped

_COMMENTS, _TELLS = 0.6, 0.85
"""How often own words are given after a contact (SKR's phone survey of 2022: 55 % of those who answered), and when
somebody is on a ladder already."""

_SKIPS = 0.75
_ALARMS = 0.015


class Answers:
    """What one citizen answers. `lived` are their contacts, `planted` what they wrote that leads to a person."""

    def __init__(self, device: Device, language: str, chance: random.Random, words: Words) -> None:
        self.lived: list[Experience] = []
        self.planted: list[str] = []
        self.manner = "plain"
        self._device = device
        self._language = language
        self._chance = chance
        self._words = words
        self._wanted: tuple[str, ...] = ()
        self._corrected = False
        self._correction = ""

    def begins(self, manner: str) -> None:
        """A conversation is met in this manner."""
        self.manner = manner
        self._corrected = False

    def asked(self) -> None:
        """A question is put, or put again."""
        self._wanted = ()

    def correction(self) -> str:
        """What the message typed just now is to say instead, or ""."""
        correction, self._correction = self._correction, ""
        return correction

    def answer(self, message: int, read: Read, now: datetime) -> Deed:
        """What they do about the question of this message."""
        skip = Taps(self._device, message, read.ways["skip"])
        if self.manner == "skips" and self._chance.random() < _SKIPS:
            return skip
        if read.kind == "words":
            tells = self._chance.random() < (_COMMENTS if read.topic == "words" else _TELLS)
            return Types(self._device, self._in_own_words(read.topic, now)) if tells else skip
        if not read.offers:
            return skip
        if read.kind == "several":
            return self._several(message, read, now)
        return self._one(message, read, now)

    def _one(self, message: int, read: Read, now: datetime) -> Deed:
        codes = [offer.code for offer in read.offers]
        code = self._experience(now).answer(read.topic, codes, self._chance)
        offer = next(offer for offer in read.offers if offer.code == code)
        if self.manner == "retypes" and not self._corrected and code.isdecimal():
            self._corrected = True
            self._correction = "5" if code in ("3", "4") else "3"
            return Types(self._device, code)
        if self.manner in ("types", "retypes"):
            return Types(self._device, self._typed(offer))
        return Taps(self._device, message, offer.data)

    def _typed(self, offer: Offer) -> str:
        scale = offer.code.isdecimal()
        label = offer.label.split(" ", 2)[-1] if scale else offer.label
        way = self._chance.random()
        if scale and way < 0.45:
            return self._chance.choice((offer.code, f"{offer.code}/5", f"{offer.code}."))
        if scale and way < 0.6:
            return self._words.number(int(offer.code), self._language)
        if way < 0.75:
            return mistyped(label.lower(), self._chance)
        return label if way < 0.85 else label.lower()

    def _several(self, message: int, read: Read, now: datetime) -> Deed:
        if not self._wanted:
            codes = [offer.code for offer in read.offers]
            self._wanted = self._experience(now).answers(read.topic, codes, self._chance)
        missing = [offer for offer in read.offers if offer.code in self._wanted and not offer.on]
        if self.manner == "types" and len(missing) == len(self._wanted):
            self.manner = "plain"  # what is not understood is tapped the next time
            return Types(self._device, ", ".join(offer.label.lower() for offer in missing))
        if missing:
            return Taps(self._device, message, missing[0].data)
        return Taps(self._device, message, read.ways["done"])

    def _in_own_words(self, topic: str, now: datetime) -> str:
        if topic == "words" and self._chance.random() < _ALARMS:
            return self._words.said("alarm", self._language, self._chance)
        text, trace = self._words.written(topic, self._experience(now).subject, self._language, self._chance)
        if trace:
            self.planted.append(trace)
        if self.manner == "retypes" and not self._corrected:
            self._corrected = True
            hasty = mistyped(text, self._chance)
            self._correction = text if text != hasty else ""
            return hasty
        return text

    def _experience(self, now: datetime) -> Experience:
        # The contact nearest to what they remember: the last one that has begun or is about to, else the first.
        near = [lived for lived in self.lived if lived.start <= now + timedelta(days=1)]
        return max(near or self.lived[:1], key=lambda lived: lived.start)
