"""The walk: where a conversation stands, and its steps from one question to the next. Pure.

`conversation.py` says what a reply means for the walk; here a question is put, settled, passed, and the walk ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from flows.journey import Journey, PhaseName
from flows.messages import Message
from flows.replies import Meant
from flows.route import Occasion, Settled, Status, applies
from flows.voice import Voice

Ended = Literal["", "finished", "declined", "left"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where one walk stands. Everything needed to go on is here, and nothing that a person wrote.

    `open` is the code of the question put and not yet settled, `asking` its asking number. `chosen` and `counts`
    belong to an open question with several choices. `paused` after the message about emergencies: the open question is
    put when the person goes on. `complete` once it came to its end, also when it goes on for a change or a wish.
    `settled` and `earlier` are the answers of this and the contact's other conversations. `interrupted` is the question
    that was open, with its asking number and when it was put, as the person went back to change another.
    """

    language: str
    phases: tuple[PhaseName, ...]
    route: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    probability: Mapping[str, float] = field(default_factory=dict)
    earlier: Mapping[str, Settled] = field(default_factory=dict)
    settled: Mapping[str, Settled] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    open: str = ""
    asking: int = 1
    asked_at: datetime | None = None
    misses: int = 0
    missed: str | None = None
    chosen: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    paused: bool = False
    warned: bool = False
    reopened: bool = False
    interrupted: tuple[str, int, datetime | None] | None = None
    complete: bool = False
    ended: Ended = ""

    def answered(self) -> bool:
        """Whether at least one question was answered."""
        return any(settled.status == "answered" for settled in self.settled.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """One settled question, as it is to be kept. `text` is as masked; `masked` names the kind of each piece masked.

    `codes` in the question's order; `asked_at` is None where the question was never put.
    """

    question: str
    asking: int
    status: Status
    codes: tuple[str, ...] = ()
    number: float | None = None
    text: str | None = None
    masked: tuple[str, ...] = ()
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    source: str | None = None
    drawn: bool = False
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one reply brought about. `number` is a phone number for a call, never an answer; `later` when to ask."""

    conversation: Conversation
    answers: tuple[Answer, ...] = ()
    messages: tuple[Message, ...] = ()
    number: str | None = None
    later: datetime | None = None


def settle(journey: Journey, conversation: Conversation, found: Meant, occasion: Occasion, now: datetime) -> Turn:
    code = conversation.open
    voice = Voice(journey, conversation.language, occasion)
    answer = answer_of(conversation, code, conversation.asking, found, conversation.asked_at, now)
    settled = found.settled(conversation.asking)
    shown = voice.shown(journey.question(code), settled)
    was_reopened = conversation.reopened
    conversation = replace(
        conversation, settled={**conversation.settled, code: settled}, open="", asking=1, misses=0, missed=None,
        chosen=(), counts={}, paused=False, reopened=False,
    )  # fmt: skip
    turn = Turn(conversation, (answer,), (shown,), number=found.number_given)
    before = (voice.says("moving-on"),) if found.status == "not-understood" else ()
    return onward(journey, turn, occasion, now, before, changed=was_reopened)


def onward(
    journey: Journey,
    turn: Turn,
    occasion: Occasion,
    now: datetime,
    before: Sequence[str] = (),
    *,
    first: bool = False,
    changed: bool = False,
) -> Turn:
    """To the next question that applies, saying on the way what is to be said; to the end where there is none.

    A question that is open already stays as it is.
    """
    conversation, messages = turn.conversation, list(turn.messages)
    voice = Voice(journey, conversation.language, occasion)
    for code in conversation.route:
        if code in conversation.settled or code in conversation.said:
            continue
        if not still_applies(journey, conversation, code, occasion):
            continue
        question = journey.question(code)
        if question.kind == "say":
            messages.append(voice.said(question))
            conversation = replace(conversation, said=(*conversation.said, code))
            continue
        if code == conversation.open:
            return replace(turn, conversation=conversation, messages=tuple(messages))
        texts = list(before)
        conversation = replace(
            conversation, open=code, asking=1, asked_at=now, misses=0, missed=None, chosen=(), counts={},
            paused=False, reopened=False,
        )  # fmt: skip
        if question.kind == "words" and not conversation.warned:
            texts.append(voice.says("nobody-reads"))
            conversation = replace(conversation, warned=True)
        messages.append(put(journey, conversation, occasion, texts, first=first))
        return replace(turn, conversation=conversation, messages=tuple(messages))
    turn = ended(journey, replace(turn, conversation=conversation), now, "finished")
    thanks = (
        voice.note("changed")
        if changed
        else voice.thanks(conversation.phases, wished=_wish_heard(conversation, journey))
    )
    return replace(turn, messages=(*messages, thanks))


def ended(journey: Journey, turn: Turn, now: datetime, how: Ended) -> Turn:
    conversation, answers = turn.conversation, list(turn.answers)
    settled = dict(conversation.settled)
    # Who wanted to change an answer and then fell silent has not taken the old one back: it stands.
    if conversation.open and not conversation.reopened:
        left = Settled("left", asking=conversation.asking)
        answers.append(
            answer_of(
                conversation,
                conversation.open,
                conversation.asking,
                Meant("left"),
                conversation.asked_at,
                None,
            )
        )
        settled[conversation.open] = left
    elif conversation.interrupted is not None and conversation.interrupted[0] not in settled:
        code, asking, asked_at = conversation.interrupted
        answers.append(answer_of(conversation, code, asking, Meant("left"), asked_at, None))
        settled[code] = Settled("left", asking=asking)
    if settled:
        out = [(code, "not-drawn") for code in conversation.left_out]
        if how == "finished":
            out += [(code, "routed-past") for code in conversation.route]
        for code, status in out:
            if code not in settled and code not in conversation.said and journey.question(code).kind != "say":
                found = Meant("not-drawn" if status == "not-drawn" else "routed-past")
                settled[code] = found.settled(1)
                answers.append(answer_of(conversation, code, 1, found, None, None))
    complete = conversation.complete or how == "finished"
    conversation = replace(conversation, open="", settled=settled, ended=how, paused=False, complete=complete)
    return replace(turn, conversation=conversation, answers=tuple(answers))


def _wish_heard(conversation: Conversation, journey: Journey) -> bool:
    return any(question.code in conversation.route for question in journey.wish)


def still_applies(journey: Journey, conversation: Conversation, code: str, occasion: Occasion) -> bool:
    known = {**conversation.earlier, **conversation.settled}
    return applies(journey, journey.question(code), conversation.route, known, occasion.facts)


def put(
    journey: Journey,
    conversation: Conversation,
    occasion: Occasion,
    before: Sequence[str] = (),
    *,
    first: bool = False,
    repeat: bool = False,
) -> Message:
    voice = Voice(journey, conversation.language, occasion)
    return voice.question(
        journey.question(conversation.open),
        asking=conversation.asking,
        before=before,
        chosen=conversation.chosen,
        counts=conversation.counts,
        first=first,
        repeat=repeat,
    )


def answer_of(
    conversation: Conversation,
    code: str,
    asking: int,
    found: Meant,
    asked_at: datetime | None,
    now: datetime | None,
) -> Answer:
    return Answer(
        question=code,
        asking=asking,
        status=found.status,
        codes=found.codes,
        number=found.number,
        text=found.text,
        masked=found.masked,
        asked_at=asked_at,
        answered_at=now,
        source=found.source,
        drawn=code in conversation.probability,
        probability=conversation.probability.get(code),
    )
