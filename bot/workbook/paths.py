"""Paths: a journey's questions that sheets know by what they ask: of the curve, what mattered, where it went wrong.

Each question once, in the newest meaning that was asked in the weeks told of. Never decides what may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.workbook.catalogue import Version
from bot.workbook.counted import Counted
from bot.workbook.names import curve_place
from bot.workbook.shown import Key
from flows.journey import Question
from flows.wording import in_language

MATTERED = "mattered"
"""What a journey calls its question for the touchpoint that mattered most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one meaning, in the latest version of its journey that words it so."""

    version: Version
    question: Question

    @property
    def key(self) -> Key:
        """By which its figures are found: asked in its own time, not about one that was over."""
        return Key(self.version.journey.code, self.question.code, self.question.version, False)

    @property
    def audience(self) -> str:
        """Who answers."""
        return self.version.journey.audience

    @property
    def phase(self) -> str:
        """The phase its touchpoint belongs to, though it may be asked in a later one; its own where it has none."""
        found = self.version.journey.touchpoint(self.question.touchpoint or "")
        return found.phase if found else self.question.phase

    def touchpoint(self, language: str) -> str:
        """The name of its touchpoint, '' where it has none."""
        found = self.version.journey.touchpoint(self.question.touchpoint or "")
        return in_language(found.name, language) if found else ""


def asked(counts: Counted, journey: str) -> list[Asked]:
    """Every question of a journey that was asked in the weeks told of, or is still in use."""
    latest = {question.code for question in counts.catalogue.latest(journey).questions()}
    found: dict[str, tuple[Asked, bool]] = {}
    for version, question in counts.catalogue.questions(journey):
        one = Asked(version, question)
        answered = one.key in counts.recent or one.key in counts.whole
        if (answered or question.code in latest) and (answered or not found.get(question.code, (one, False))[1]):
            found[question.code] = (one, answered)
    return [one for one, _ in found.values()]


def curve(counts: Counted, journey: str) -> list[Asked]:
    """The questions of the journey's curve, along the journey."""
    points = [one for one in asked(counts, journey) if one.question.curve and not one.question.retrospective]
    return sorted(points, key=lambda one: curve_place(one.version.journey, one.question))


def mattered(counts: Counted, journey: str) -> Asked | None:
    """The question which touchpoint mattered most, or None."""
    return next((one for one in asked(counts, journey) if _asks_what_mattered(one.question)), None)


def went_wrong(counts: Counted, journey: str) -> list[Asked]:
    """The questions of its ladders at which touchpoint something went wrong."""
    return [one for one in asked(counts, journey) if one.question.kind == "touchpoint" and one.question.ladder]


def expectations(counts: Counted, journey: str) -> Iterator[tuple[Asked, Asked]]:
    """Each question what is expected, with the one that asks how it then was."""
    by_code = {one.question.code: one for one in asked(counts, journey)}
    for one in by_code.values():
        other = by_code.get(one.question.expects or "")
        if other is not None and one.question.scale == other.question.scale:
            yield one, other


def _asks_what_mattered(question: Question) -> bool:
    return question.code == MATTERED and question.kind == "touchpoint" and not question.retrospective
