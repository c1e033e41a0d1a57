"""The simulated experiences: how a contact was for the person, and what they find fitting to answer about it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.simulated_words import Subject, Tone

PILOT = "norr"
"""The unit that is better, and that tries something new from the middle week on."""

_FAILING = {"visit": 0.36, "phone": 0.46}
_FAILING_ELSEWHERE = 0.4
_VALUE = (("new-matter", 0.6), ("advice", 0.4))
_FAILURE = (("waited", 0.4), ("did-not-follow", 0.2), ("did-not-find", 0.2), ("something-wrong", 0.2))

# The best known reference: SKR's measurement of municipalities' phone service in 2024 has 84 for being treated and 75
# for ease, of 100; on a scale of five 4.4 and 4.0.
_TREATED, _EASE, _WHOLE = 4.1, 3.8, 3.8
_SPREAD = 0.9
_AS_A_WHOLE = ("whole", "applied", "offered", "visited", "month")
_NEAR, _FAR = 0.6, 1.0  # how far answers lie around what was lived, and around what was expected or felt

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "looked": {"website": 5, "e-service": 2, "asked-us": 3, "searched": 3, "someone": 2, "did-not": 2, "other": 1},
    "told": {"nobody": 6, "family": 5, "social-media": 1, "to-us": 1, "press": 0.3, "other": 1},
    "mattered": {"booking": 1, "reception": 2, "meeting": 5, "result": 3, "number": 1, "waiting": 2, "call": 5},
    "began": {"today": 2, "last-week": 4, "last-month": 4, "longer-ago": 3},
    "wrong": {"before-us": 2, "booking": 2, "number": 2, "waiting": 3, "call": 3, "meeting": 3, "result": 3},
    "need": {"seen": 3, "understand": 5, "next": 6, "no-repeat": 4, "myself": 2, "safe": 2, "other": 1},
    "why": {"new-task": 3, "broken": 4, "no-info": 4, "waited": 3, "wrong": 2, "referred": 2, "other": 1},
    "spared": {"intranet": 4, "e-service": 2, "working": 4, "right-first": 3, "training": 1, "nothing": 2, "other": 1},
    "solved": {"yes": 6, "no": 2, "ongoing": 2},
    "next": {"yes": 5, "partly": 3, "no": 2},
    "appeal": {"yes": 4, "partly": 3, "no": 3},
    "had-to-ask": {"nobody": 5, "you": 3, "family": 2, "somebody": 1},
    "bring": {"yes": 3, "no": 1},
}


@dataclass(frozen=True, slots=True)
class Experience:
    """How one contact was for the citizen. `treated`, `ease` and `whole` lie around the middle of a five-step scale."""

    unit: str
    service: str
    channel: str | None
    start: datetime
    treated: float
    ease: float
    whole: float
    cause: str
    failing: bool

    @property
    def subject(self) -> Subject:
        """What to write about."""
        tone: Tone = "good" if self.whole >= 3.9 else "bad" if self.whole < 3.1 else "mixed"
        return Subject(self.service, self.channel, tone)

    def answer(self, topic: str, codes: Sequence[str], chance: random.Random) -> str:
        """The code, one of `codes`, that the citizen finds fitting in a question about `topic`."""
        if set(codes) == {"1", "2", "3", "4", "5"}:
            around, spread = self._around(topic)
            return str(min(5, max(1, round(chance.gauss(around, spread)))))
        if topic == "cause":
            return self.cause if self.cause in codes and chance.random() < 0.93 else chance.choice(codes)
        if topic == "repeat":
            return "yes" if chance.random() < (0.6 if self.failing else 0.12) else "no"
        if topic == "helped":
            good = min(0.9, max(0.1, (self.whole - 1.6) / 3))
            rest = 1 - good
            weights = {"yes": good, "partly": rest * 0.45, "no": rest * 0.35, "not-yet": rest * 0.2}
            return drawn([(code, weights.get(code, 0.05)) for code in codes], chance)
        known = _WEIGHTS.get(topic, {})
        return drawn([(code, known.get(code, 1.0)) for code in codes], chance)

    def answers(self, topic: str, codes: Sequence[str], chance: random.Random) -> tuple[str, ...]:
        """One to three codes; one alone where it says that there are none."""
        found = {self.answer(topic, codes, chance) for _ in range(chance.randint(1, 3))}
        alone = found & {"nobody", "did-not", "nothing"}
        return tuple(sorted(alone or found))

    def _around(self, topic: str) -> tuple[float, float]:
        known = {"treated": self.treated, "ease": self.ease, **dict.fromkeys(_AS_A_WHOLE, self.whole)}
        if topic in known:
            return known[topic], _NEAR
        usual = {"feeling": 3.3, "expect": 3.2, "before-then": 2.9, "trust": 3.5, "answer-clear": 3.6, "clear": 3.2}
        return usual.get(topic, 3.4) + (-0.5 if self.failing else 0.2), _FAR


def lived(
    chance: random.Random, unit: str, service: str, channel: str | None, start: datetime, later: bool
) -> Experience:
    """How a contact was; `later`: after the middle, when the pilot has begun and everywhere a little got better."""
    better = unit == PILOT
    share = _FAILING.get(channel or "", _FAILING_ELSEWHERE) - ((0.13 if better else 0.04) if later else 0.0)
    failing = chance.random() < share
    mood = chance.gauss(0.0, _SPREAD) - (0.5 if failing else 0.0)
    return Experience(
        unit=unit,
        service=service,
        channel=channel,
        start=start,
        treated=_TREATED + mood * 0.7 + (0.45 if better else 0.0),
        ease=_EASE + mood + (0.25 if better and later else 0.0),
        whole=_WHOLE + mood + (0.2 if better else 0.0),
        cause=drawn(_FAILURE if failing else _VALUE, chance),
        failing=failing,
    )


def drawn(weighted: Sequence[tuple[str, float]], chance: random.Random) -> str:
    """One of them, each as likely as its weight says."""
    return chance.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]
