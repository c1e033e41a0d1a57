"""Journey words: a journey as a designer reads it, in one language: when, what, for whom, and under which condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from babel.units import format_unit

from bot.console.gate import Visit
from bot.days import locale
from flows.journey import Condition, Journey, Question, Test, Words
from flows.timing import PhaseTiming, Send, Useful
from flows.wording import in_language

_LONGEST_NAMED = 60


@dataclass(frozen=True, slots=True)
class ChoiceTold:
    """One thing that can be chosen; `more` is what citizens don't see: its demand, or that it stands alone."""

    code: str
    label: str
    more: str


@dataclass(frozen=True, slots=True)
class QuestionTold:
    """One step. `notes` are its condition and everything else that decides whether it is asked, a sentence each."""

    code: str
    kind: str
    text: str
    touchpoint: str
    version: int
    choices: tuple[ChoiceTold, ...]
    notes: tuple[str, ...]
    conditional: bool


@dataclass(frozen=True, slots=True)
class PhaseTold:
    """One phase: its name, when it is sent and until when it is useful, and its steps."""

    name: str
    title: str
    sent: str
    useful: str
    questions: tuple[QuestionTold, ...]


class Reader:
    """Reads one journey for one member, its texts in `language`."""

    def __init__(self, visit: Visit, journey: Journey, language: str) -> None:
        self._visit = visit
        self._journey = journey
        self._language = language

    def phases(self) -> list[PhaseTold]:
        """Every phase, and the wish ladder as one more."""
        told = [
            PhaseTold(
                phase.name,
                self._visit.text(f"journey-phase-{phase.name}"),
                self._sent(phase.timing.send),
                self._useful(phase.timing, phase.name),
                tuple(self._question(question) for question in phase.questions),
            )
            for phase in self._journey.phases
        ]
        if self._journey.wish:
            wishes = tuple(self._question(question) for question in self._journey.wish)
            told.append(
                PhaseTold(
                    "wish", self._visit.text("journey-phase-wish"), self._visit.text("journey-sent-wish"), "", wishes
                )
            )
        return told

    def _question(self, question: Question) -> QuestionTold:
        touchpoint = self._journey.touchpoint(question.touchpoint or "")
        return QuestionTold(
            code=question.code,
            kind=self._visit.text(f"journey-kind-{question.kind}"),
            text=self._in(question.text),
            touchpoint=self._in(touchpoint.name) if touchpoint is not None else "",
            version=question.version,
            choices=tuple(self._choices(question)),
            notes=tuple(self._notes(question)),
            conditional=question.only_if is not None or question.opens is not None or bool(question.draw),
        )

    def _choices(self, question: Question) -> Iterator[ChoiceTold]:
        for choice in question.choices:
            more = self._visit.text(f"journey-demand-{choice.demand}") if choice.demand else ""
            if choice.alone:
                more = self._visit.text("journey-choice-alone")
            label = f"{choice.emoji} {self._in(choice.label)}".strip()
            yield ChoiceTold(choice.code, label, more)

    def _notes(self, question: Question) -> Iterator[str]:
        for condition in (question.opens, question.only_if):
            if condition is not None:
                yield self.condition(condition)
        if question.instead_of:
            yield self._visit.text("journey-note-instead", question=self._named(question.instead_of))
        if question.draw:
            yield self._visit.text("journey-note-drawn", pool=question.draw)
        for name in ("curve", "retrospective", "when_short", "call_me"):
            if getattr(question, name):
                yield self._visit.text(f"journey-note-{name.replace('_', '-')}")
        if question.expects:
            yield self._visit.text("journey-note-expects", question=self._named(question.expects))
        if question.index:
            yield self._visit.text("journey-note-index", index=question.index)
        if question.kind == "number":
            yield self._visit.text("journey-note-number", low=str(question.low), high=str(question.high))
        if question.ladder:
            yield self._visit.text("journey-note-ladder", ladder=question.ladder)

    def condition(self, condition: Condition) -> str:
        """A condition as a sentence."""
        joint = self._visit.text("journey-joint-and" if condition.every else "journey-joint-or")
        return self._visit.text("journey-only-if", tests=f" {joint} ".join(map(self._test, condition.tests)))

    def _test(self, test: Test) -> str:
        key = f"journey-test-{test.operator.replace(' ', '-')}"
        if test.about == "contact":
            what = self._visit.text(f"journey-fact-{test.fact}")
            return self._visit.text(key, what=what, values=self._either(test.values))
        values = [self._label(test.about, code) for code in test.values]
        return self._visit.text(key, what=f"”{self._named(test.about)}”", values=self._either(values))

    def _either(self, values: list[str] | tuple[str, ...]) -> str:
        return f" {self._visit.text('journey-joint-or')} ".join(values)

    def _label(self, question: str, code: str) -> str:
        try:
            choice = self._journey.question(question).choice(code)
        except KeyError:
            return code
        return self._in(choice.label) if choice is not None else code

    def _named(self, code: str) -> str:
        try:
            text = self._in(self._journey.question(code).text)
        except KeyError:
            return code
        return text if len(text) <= _LONGEST_NAMED else text[: _LONGEST_NAMED - 1].rstrip() + "…"

    def _sent(self, send: Send) -> str:
        return self._moment(send.anchor, send.offset, send.days) + (
            self._visit.text("journey-sent-at", at=send.at.strftime("%H:%M")) if send.at is not None else ""
        )

    def _useful(self, timing: PhaseTiming, phase: str) -> str:
        useful: Useful | None = timing.useful
        if useful is None:
            return self._visit.text(f"journey-useful-{phase}")
        return self._visit.text("journey-useful-until", when=self._moment(useful.anchor, useful.offset, useful.days))

    def _moment(self, anchor: str, offset: timedelta, days: int) -> str:
        minutes = int(offset.total_seconds()) // 60 if not days else days * 24 * 60
        if minutes == 0:
            return self._visit.text(f"journey-moment-at-{anchor}")
        side = "before" if minutes < 0 else "after"
        return self._visit.text(f"journey-moment-{side}-{anchor}", amount=self._amount(abs(minutes)))

    def _amount(self, minutes: int) -> str:
        for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
            if minutes % size == 0:
                return format_unit(minutes // size, f"duration-{unit}", locale=locale(self._visit.language))
        return str(minutes)

    def _in(self, words: Words) -> str:
        return in_language(words, self._language)
