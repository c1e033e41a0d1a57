"""The catalogue: every journey version used, and what they make together. Columns come from it, never from
answers.

Versions stand in the order they came into use, so what a later one adds comes last and nothing ever changes
place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.library import decoded
from bot.store.week_rows import VersionRow
from flows.journey import Choice, Journey, Question, Touchpoint

SHORT = 12
"""Characters of a fingerprint that stand for a version in a workbook."""


@dataclass(frozen=True, slots=True)
class Version:
    """One journey version: its questions by code, messages ("say") left out."""

    fingerprint: str
    journey: Journey
    first_used_at: datetime
    questions: Mapping[str, Question]

    @property
    def short(self) -> str:
        """The first 12 characters of its fingerprint."""
        return self.fingerprint[:SHORT]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a wide table: a question's value, one choice of several (`choice`), or why it is `missing`."""

    question: str
    choice: str | None = None
    missing: bool = False


class Catalogue:
    """Versions by fingerprint, and by journey in the order they came into use."""

    def __init__(self, rows: Iterable[VersionRow]) -> None:
        self.versions: dict[str, Version] = {}
        for row in rows:
            journey = decoded(row.body)
            questions = {question.code: question for question in journey.questions() if question.kind != "say"}
            self.versions[row.fingerprint] = Version(row.fingerprint, journey, row.first_used_at, questions)

    def journeys(self) -> dict[str, list[Version]]:
        """Every journey's versions by its code, the codes in alphabetical order."""
        found: dict[str, list[Version]] = {}
        for version in self.versions.values():
            found.setdefault(version.journey.code, []).append(version)
        return dict(sorted(found.items()))

    def latest(self, journey: str) -> Journey:
        """The version of this journey that came into use last. KeyError if none was used."""
        return self.journeys()[journey][-1].journey

    def question(self, fingerprint: str, code: str) -> Question | None:
        """The question of that very version, or None."""
        version = self.versions.get(fingerprint)
        return version.questions.get(code) if version else None

    def touchpoint(self, fingerprint: str, code: str | None) -> Touchpoint | None:
        """The touchpoint of that very version, or None."""
        version = self.versions.get(fingerprint)
        return version.journey.touchpoint(code) if version and code else None

    def questions(self, journey: str) -> list[tuple[Version, Question]]:
        """Every question and question version of a journey once, as last worded, in order of first
        appearance.
        """
        found: dict[tuple[str, int], tuple[Version, Question]] = {}
        for version in self.journeys().get(journey, []):
            for question in version.questions.values():
                found[question.code, question.version] = (version, question)
        return list(found.values())

    def choices(self, journey: str, question: str) -> list[Choice]:
        """Every choice this question ever had, as last worded, in order of first appearance."""
        found: dict[str, Choice] = {}
        for version in self.journeys().get(journey, []):
            asked = version.questions.get(question)
            for choice in asked.choices if asked else ():
                found[choice.code] = choice
        return list(found.values())

    def fields(self, journey: str) -> list[Field]:
        """The wide table's columns after the constant ones."""
        found: dict[Field, None] = {}
        for version in self.journeys().get(journey, []):
            for question in version.questions.values():
                if question.kind == "several":
                    found.update((Field(question.code, choice.code), None) for choice in question.choices)
                elif question.kind != "phone":
                    found[Field(question.code)] = None
                found[Field(question.code, missing=True)] = None
        return list(found)
