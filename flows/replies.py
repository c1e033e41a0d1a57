"""Replies: what a person sent, and what it means as an answer to one question. Pure.

Own words leave here cleaned and masked; nothing further on sees them as they were written.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.journey import Question
from flows.messages import Tap
from flows.own_words import kept, number_given
from flows.route import Occasion, Settled, Status
from flows.understanding import Option, choice_meant, choices_meant, number_meant, yes_or_no


@dataclass(frozen=True, slots=True)
class Typed:
    """Text. `source` is the door's id of the message; `edited` when the message said something else before."""

    text: str
    source: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that can't be read: a voice message, a photo, a sticker."""

    kind: str


Reply = Tap | Typed | Odd


@dataclass(frozen=True, slots=True)
class Meant:
    """What a reply means for a question: how it is settled, and with what."""

    status: Status
    codes: tuple[str, ...] = ()
    number: float | None = None
    text: str | None = None
    masked: tuple[str, ...] = ()
    source: str | None = None
    number_given: str | None = None

    def settled(self, asking: int) -> Settled:
        """The same without the person's words, as the conversation remembers it."""
        return Settled(self.status, self.codes, self.number, asking, self.source)

    @classmethod
    def missed(cls, typed: Typed, occasion: Occasion) -> Meant:
        """Not understood twice: the words are kept, masked, but answer nothing."""
        return _in_own_words("not-understood", typed, occasion)


def meant(question: Question, typed: Typed, occasion: Occasion, *, tapped: bool = False) -> Meant | None:
    """What `typed` says in answer to `question`; None when it isn't understood.

    With `tapped` the text is a choice's code from a button, taken only if it is exactly one of the question's.
    """
    if tapped:
        return _tapped(question, typed.text)
    source = typed.source
    if question.kind == "words":
        words = _in_own_words("answered", typed, occasion)
        return words if words.text else None
    if question.kind == "phone":
        number = number_given(typed.text)
        return None if number is None else Meant("answered", source=source, number_given=number)
    if question.kind == "number":
        value = number_meant(typed.text, question.low, question.high)
        return None if value is None else Meant("answered", (str(value),), float(value), source=source)
    options = [Option(choice.code, tuple(choice.label.texts.values())) for choice in question.choices]
    if question.kind == "several":
        codes = choices_meant(typed.text, options)
        ordered = tuple(option.code for option in options if option.code in codes)
        # "No" and something else beside it: nobody can say which of the two was meant.
        torn = len(ordered) > 1 and any(choice.alone for choice in question.choices if choice.code in ordered)
        return Meant("answered", ordered, source=source) if ordered and not torn else None
    if question.kind == "yes-no":
        said = yes_or_no(typed.text)
        if said is not None:
            return Meant("answered", ("yes" if said else "no",), source=source)
    found = choice_meant(typed.text, options, numbered=question.kind == "scale")
    if found is None:
        return None
    choice = question.choice(found.code)
    number_of = None if choice is None or choice.number is None else float(choice.number)
    return Meant("answered", (found.code,), number_of, source=source)


def _tapped(question: Question, code: str) -> Meant | None:
    if question.kind == "number":
        within = code.isdecimal() and question.low <= int(code) <= question.high
        return Meant("answered", (code,), float(code)) if within else None
    choice = question.choice(code)
    if choice is None or question.kind == "several":
        return None
    return Meant("answered", (code,), None if choice.number is None else float(choice.number))


def _in_own_words(status: Status, typed: Typed, occasion: Occasion) -> Meant:
    words = kept(typed.text, occasion.region)
    masked = tuple(kind for kind, times in sorted(words.masked.items()) for _ in range(times))
    return Meant(status, text=words.text, masked=masked, source=typed.source)
