"""The voice: every message a conversation sends, in the person's language, for one journey and occasion. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.journey import PHASES, Journey, PhaseName, Question, Words
from flows.messages import Button, Message, Tap
from flows.putting import change_row, choice_label, question_message
from flows.route import Occasion, Settled
from flows.wording import filled, in_language

MINUTE = 6
"""So many questions take about a minute: one tap each, and one or two in own words."""


class Voice:
    """Speaks for one journey, in one language, about one contact."""

    def __init__(self, journey: Journey, language: str, occasion: Occasion) -> None:
        self._journey = journey
        self._language = language
        self._occasion = occasion

    def says(self, phrase: str, **values: Words | str) -> str:
        """A shared phrase, filled."""
        return filled(self._journey.words[phrase], self._language, {**self._occasion.names, **values})

    def note(self, phrase: str) -> Message:
        """A shared phrase as a message of its own."""
        return Message("note", self.says(phrase))

    def said(self, question: Question) -> Message:
        """A `say` of the journey."""
        return Message("say", filled(question.text, self._language, self._occasion.names))

    def notice(self, fewest: int, most: int) -> str:
        """The short notice that stands with a contact's first question (GDPR Article 13, in layers).

        It says how many questions there are: as many as `fewest`, or up to `most` when a ladder opens.
        """
        phrase = "notice-one" if most == 1 else "notice"
        number = str(fewest) if fewest == most else f"{fewest}–{most}"
        minutes = self._journey.words.get("minute" if most <= MINUTE else "minutes", "")
        door = self._journey.words.get(f"notice-{self._occasion.facts.get('door', '')}", "")
        return self.says(phrase, n=number, minutes=minutes, door_notice=door)

    def hello(self) -> str:
        """What stands with the first question of a contact's later conversations."""
        return self.says("hello-again")

    def question(
        self,
        question: Question,
        *,
        asking: int,
        before: Sequence[str],
        chosen: Sequence[str],
        counts: Mapping[str, int],
        first: bool,
        repeat: bool,
    ) -> Message:
        """The question with its buttons."""
        return question_message(
            self._journey,
            question,
            self._language,
            self._occasion.names,
            asking=asking,
            before=before,
            chosen=chosen,
            counts=counts,
            first=first,
            purpose="repeat" if repeat else "question",
        )

    def shown(self, question: Question, settled: Settled, *, changeable: bool = True) -> Message:
        """The change to the message that put the question: the answer in place of the buttons."""
        if settled.status == "skipped":
            strong = self.says("skipped")
        elif settled.codes:
            strong = "✓ " + ", ".join(self._label(question, code) for code in settled.codes)
        else:
            strong = "✓ " + self.says("kept")
        rows = (change_row(self._journey, question, self._language, settled.asking),) if changeable else ()
        return Message("note", "", rows, strong, question.code, settled.asking, edits=True, keeps_text=True)

    def answered(self, question: str, asking: int, phrase: str) -> Message:
        """The change to the open question's message when the person chose a way out of it: that way, no buttons."""
        return Message("note", "", (), "✓ " + self.says(phrase), question, asking, edits=True, keeps_text=True)

    def when(self, question: str, asking: int) -> Message:
        """When to ask again: three ways to say later."""
        choices = (("in-an-hour", "hour"), ("this-evening", "evening"), ("tomorrow", "tomorrow"))
        rows = tuple((Button(self.says(phrase), Tap("later", question, asking, choice)),) for phrase, choice in choices)
        return Message("note", self.says("later-when"), rows)

    def emergency(self, question: str, asking: int, *, go_on: bool) -> Message:
        """The one fixed message, with 112 and the service's own number; no interpretation."""
        row = (Button(self.says("continue"), Tap("continue", question, asking)),)
        return Message("emergency", self.says("emergency"), (row,) if go_on else ())

    def thanks(self, phases: Sequence[PhaseName], *, wished: bool) -> Message:
        """The last message: that we write again, or after the contact the button for a wish where one is heard."""
        last = phases[-1]
        more = any(self._journey.phase(name) is not None for name in PHASES[PHASES.index(last) + 1 :])
        phrase = f"thanks-{last}" if more else "thanks"
        at_door = f"{phrase}-{self._occasion.facts.get('door', '')}"
        phrase = at_door if at_door in self._journey.words else phrase
        row = (Button("💡 " + self.says("wish"), Tap("wish")),)
        offered = bool(self._journey.wish) and not wished and "after" in phases
        return Message("thanks", self.says(phrase), (row,) if offered else ())

    def _label(self, question: Question, code: str) -> str:
        choice = question.choice(code)
        return code if choice is None else choice_label(choice, self._language)


def wish_button(journey: Journey, language: str) -> Button:
    """The button that opens the wish ladder."""
    return Button("💡 " + in_language(journey.words["wish"], language), Tap("wish"))
