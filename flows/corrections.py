"""Corrections: an answer changed after it was given, by its button, in words, or by editing the message. Pure.

The question is settled again under the next asking number; the new answer supersedes the old, which stays.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flows.journey import Journey
from flows.replies import Meant, Typed, meant
from flows.route import Occasion, Settled
from flows.voice import Voice
from flows.walk import Conversation, Turn, answer_of, onward, put, settle, still_applies


def reopened(
    journey: Journey, conversation: Conversation, code: str, asking: int, occasion: Occasion, now: datetime
) -> Turn:
    """Ask the question with this code again, if this asking of it was settled by the person and it is still of use."""
    settled = conversation.settled.get(code)
    if settled is None or settled.asking != asking or code == conversation.open:
        return Turn(conversation)
    if settled.status not in ("answered", "skipped", "not-understood"):
        return Turn(conversation)
    if conversation.ended == "declined" or now >= occasion.useful_until:
        return Turn(conversation)
    voice = Voice(journey, conversation.language, occasion)
    old = voice.shown(journey.question(code), settled, changeable=False)
    interrupted = conversation.interrupted
    if conversation.open and not conversation.reopened:
        interrupted = (conversation.open, conversation.asking, conversation.asked_at)
    changed = replace(
        conversation, interrupted=interrupted, open=code, asking=asking + 1, asked_at=now, misses=0, missed=None,
        chosen=(), counts={}, paused=False, reopened=True, ended="",
    )  # fmt: skip
    return Turn(changed, messages=(old, put(journey, changed, occasion)))


def latest(conversation: Conversation) -> str:
    """The question the person settled last, "" where there is none."""
    given = [code for code, settled in conversation.settled.items() if settled.status in ("answered", "skipped")]
    return given[-1] if given else ""


def corrected(journey: Journey, conversation: Conversation, typed: Typed, occasion: Occasion, now: datetime) -> Turn:
    """The edited message stands for the answer that it was; what isn't understood changes nothing."""
    for code, settled in conversation.settled.items():
        if settled.source is not None and settled.source == typed.source:
            found = meant(journey.question(code), typed, occasion)
            if found is None:
                return Turn(conversation)
            if code == conversation.open:
                return settle(journey, conversation, found, occasion, now)
            answer = answer_of(conversation, code, settled.asking + 1, found, None, now)
            changed = {**conversation.settled, code: found.settled(settled.asking + 1)}
            voice = Voice(journey, conversation.language, occasion)
            conversation = replace(conversation, settled=changed)
            shown = voice.shown(journey.question(code), changed[code])
            turn = Turn(conversation, (answer,), (shown, voice.note("changed")), number=found.number_given)
            return _rerouted(journey, turn, occasion, now)
    return Turn(conversation)


def _rerouted(journey: Journey, turn: Turn, occasion: Occasion, now: datetime) -> Turn:
    # A corrected answer can make the open question one that no longer applies: then the walk goes on past it.
    conversation = turn.conversation
    if conversation.ended or not conversation.open:
        return turn
    if still_applies(journey, conversation, conversation.open, occasion):
        return turn if conversation.reopened else onward(journey, turn, occasion, now)
    passed = answer_of(conversation, conversation.open, conversation.asking, Meant("routed-past"), None, None)
    settled = {**conversation.settled, conversation.open: Settled("routed-past", asking=conversation.asking)}
    turn = replace(turn, conversation=replace(conversation, settled=settled, open=""), answers=(*turn.answers, passed))
    return onward(journey, turn, occasion, now)
