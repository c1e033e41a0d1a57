"""The interpreter: one person's walk through a phase. `begin` and `advance`, and nothing that waits.

Three rules. No I/O: what came in is handed in, what changed is handed out, and whoever calls keeps it. No clock: `now`
is an argument, aware. No door: a reply is a tap or a text, whichever way it came.

A turn is recognised by question and asking number: a tap on a question already settled, or on a repeat of it, changes
nothing. Changing an answer asks it again under the next asking number; the new answer supersedes the old.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from flows.corrections import corrected, latest, reopened
from flows.journey import Journey, PhaseName
from flows.messages import Message, Tap
from flows.replies import Meant, Odd, Reply, Typed, meant
from flows.route import Occasion, Route, Settled, prospects, slots
from flows.timing import later
from flows.understanding import emergency, wish
from flows.voice import Voice
from flows.walk import Conversation, Turn, ended, onward, put, settle

_LATER: Mapping[str, Literal["hour", "evening", "tomorrow"]] = {
    "hour": "hour",
    "evening": "evening",
    "tomorrow": "tomorrow",
}

Prefix = Literal["after-absence", "in-case", "reminder", "resumed"]
_UNASKED = ("after-absence", "reminder")  # never after the message about emergencies


def begin(
    journey: Journey,
    phases: Sequence[PhaseName],
    route: Route,
    occasion: Occasion,
    now: datetime,
    *,
    language: str,
    earlier: Mapping[str, Settled],
) -> Turn:
    """Start the walk over `phases` (one, or during and after together) along `route`: the first question.

    The notice stands before a contact's first question, a short hello before the later conversations'. Without a
    question that applies the turn's conversation has ended at once and says nothing.
    """
    conversation = Conversation(
        language=language,
        phases=tuple(phases),
        route=route.codes,
        left_out=route.left_out,
        probability=dict(route.probability),
        earlier=dict(earlier),
    )
    opening = _opening(journey, conversation, occasion)
    turn = onward(journey, Turn(conversation), occasion, now, (opening,), first=True)
    return replace(turn, messages=()) if turn.conversation.ended else turn


def advance(journey: Journey, conversation: Conversation, reply: Reply, occasion: Occasion, now: datetime) -> Turn:
    """What `reply` brings about. A reply that changes nothing gives the same conversation and no messages."""
    if isinstance(reply, Tap):
        return _tapped(journey, conversation, reply, occasion, now)
    if isinstance(reply, Odd):
        return _odd(journey, conversation, occasion)
    if reply.edited and reply.source != conversation.missed:
        turn = corrected(journey, conversation, reply, occasion, now)
        if emergency(reply.text, occasion.emergency):
            message = Voice(journey, conversation.language, occasion).emergency("", 0, go_on=False)
            turn = replace(turn, messages=(*turn.messages, message))
        return turn
    return _typed(journey, conversation, reply, occasion, now)


def again(
    journey: Journey, conversation: Conversation, occasion: Occasion, now: datetime, prefix: Prefix | None
) -> Turn:
    """The open question once more, under the same asking number, after the sentence named by `prefix`.

    As long as nothing is settled the ways out of it all stand beside it.
    """
    if not conversation.open or conversation.ended or (conversation.paused and prefix in _UNASKED):
        return Turn(conversation)
    voice = Voice(journey, conversation.language, occasion)
    conversation = replace(conversation, paused=False, asked_at=conversation.asked_at or now)
    before = (voice.says(prefix),) if prefix else ()
    first = not conversation.settled
    asked = put(journey, conversation, occasion, before, first=first, repeat=prefix is not None)
    return Turn(conversation, messages=(asked,))


def spoken_in(journey: Journey, conversation: Conversation, language: str, occasion: Occasion, now: datetime) -> Turn:
    """The conversation goes on in `language`: the open question is put again in it, a first one with its notice.

    What stands in the language before keeps its words and loses its buttons.
    """
    turn = again(journey, replace(conversation, language=language), occasion, now, None)
    if not turn.messages:
        return turn
    code, asking = turn.conversation.open, turn.conversation.asking
    silent = Message("note", question=code, asking=asking, edits=True, keeps_text=True)
    asked = turn.messages[0]
    if not conversation.settled:
        asked = put(journey, turn.conversation, occasion, (_opening(journey, turn.conversation, occasion),), first=True)
    return replace(turn, messages=(silent, asked))


def close(journey: Journey, conversation: Conversation, now: datetime) -> Turn:
    """The walk ends where it stands (too late, stopped, unreachable): the open question is left. Says nothing.

    One that was complete, and went on for a change or a wish, is complete still.
    """
    if conversation.ended:
        return Turn(conversation)
    return ended(journey, Turn(conversation), now, "finished" if conversation.complete else "left")


def _opening(journey: Journey, conversation: Conversation, occasion: Occasion) -> str:
    voice = Voice(journey, conversation.language, occasion)
    if conversation.earlier:
        return voice.hello()
    questions = [journey.question(code) for code in conversation.route]
    outlook = prospects(questions, occasion.facts)
    possible = [one for one in questions if outlook[one.code] is not False]
    certain = [one for one in possible if outlook[one.code]]
    rungs = [one.ladder for one in possible if one.ladder is not None]
    return voice.notice(max(1, slots(certain)), slots(possible) + len(rungs) - len(set(rungs)))


def _tapped(journey: Journey, conversation: Conversation, tap: Tap, occasion: Occasion, now: datetime) -> Turn:
    voice = Voice(journey, conversation.language, occasion)
    unchanged = Turn(conversation)
    if tap.action == "change":
        return reopened(journey, conversation, tap.question, tap.asking, occasion, now)
    if tap.action == "wish":
        return _wished(journey, conversation, occasion, now)
    if conversation.ended or not conversation.open:
        return unchanged
    if tap.action == "continue":
        return again(journey, conversation, occasion, now, None) if conversation.paused else unchanged
    if tap.action == "call-me":
        return Turn(conversation, messages=(voice.note("call-me-number"),))
    if (tap.question, tap.asking) != (conversation.open, conversation.asking):
        return unchanged
    question = journey.question(conversation.open)
    if tap.action == "skip":
        return settle(journey, conversation, Meant("skipped"), occasion, now)
    if tap.action == "decline":
        turn = ended(journey, Turn(conversation), now, "declined")
        return replace(turn, messages=(voice.answered(tap.question, tap.asking, "decline"), voice.note("declined")))
    if tap.action == "later":
        return _later(journey, conversation, tap, occasion, now)
    if tap.action == "toggle":
        return _toggled(journey, conversation, tap, occasion)
    if tap.action == "done":
        if not conversation.chosen:
            return Turn(conversation, messages=(voice.note("choose-first"),))
        order = tuple(choice.code for choice in question.choices if choice.code in conversation.chosen)
        return settle(journey, conversation, Meant("answered", codes=order), occasion, now)
    if tap.action == "choose":
        found = meant(question, Typed(tap.choice), occasion, tapped=True)
        return unchanged if found is None else settle(journey, conversation, found, occasion, now)
    return unchanged


def _typed(journey: Journey, conversation: Conversation, typed: Typed, occasion: Occasion, now: datetime) -> Turn:
    voice = Voice(journey, conversation.language, occasion)
    if emergency(typed.text, occasion.emergency):
        return _emergency(journey, conversation, typed, occasion, now)
    listening = bool(conversation.open) and not conversation.ended and not conversation.paused
    question = journey.question(conversation.open) if listening else None
    found = None if question is None else meant(question, typed, occasion)
    # What stands on a button means that button, also where the word could be a wish of another kind.
    asked_for = None if found is not None and question is not None and question.choices else wish(typed.text)
    given = latest(conversation)
    if asked_for == "change" and given:
        return reopened(journey, conversation, given, conversation.settled[given].asking, occasion, now)
    if conversation.paused and not conversation.ended:
        return again(journey, conversation, occasion, now, None)
    if question is None:
        return Turn(conversation)
    if asked_for == "skip":
        return settle(journey, conversation, Meant("skipped", source=typed.source), occasion, now)
    if asked_for == "later":
        return Turn(conversation, messages=(voice.when(conversation.open, conversation.asking),))
    if found is not None:
        return settle(journey, conversation, found, occasion, now)
    if conversation.misses == 0:
        asked = replace(conversation, misses=1, missed=typed.source)
        message = put(journey, asked, occasion, (voice.says("not-understood"),), repeat=True)
        return Turn(asked, messages=(message,))
    return settle(journey, conversation, Meant.missed(typed, occasion), occasion, now)


def _emergency(journey: Journey, conversation: Conversation, typed: Typed, occasion: Occasion, now: datetime) -> Turn:
    # Nothing is asked after this message until the person goes on; words that answer a question are kept all the same.
    voice = Voice(journey, conversation.language, occasion)
    if conversation.ended or not conversation.open or conversation.paused:
        return Turn(
            conversation,
            messages=(voice.emergency(conversation.open, conversation.asking, go_on=bool(conversation.open)),),
        )
    found = meant(journey.question(conversation.open), typed, occasion)
    if found is None:
        paused = replace(conversation, paused=True)
        return Turn(paused, messages=(voice.emergency(paused.open, paused.asking, go_on=True),))
    turn = settle(journey, conversation, found, occasion, now)
    shown = tuple(message for message in turn.messages if message.edits)
    if turn.conversation.ended:
        return replace(
            turn,
            messages=(*shown, voice.emergency(turn.conversation.open, turn.conversation.asking, go_on=False)),
        )
    paused = replace(turn.conversation, paused=True, asked_at=None)
    return replace(
        turn, conversation=paused, messages=(*shown, voice.emergency(paused.open, paused.asking, go_on=True))
    )


def _odd(journey: Journey, conversation: Conversation, occasion: Occasion) -> Turn:
    voice = Voice(journey, conversation.language, occasion)
    return Turn(conversation, messages=(voice.note("unreadable"),))


def _wished(journey: Journey, conversation: Conversation, occasion: Occasion, now: datetime) -> Turn:
    ladder = tuple(question.code for question in journey.wish)
    if not ladder or set(ladder) & set(conversation.route) or conversation.ended == "declined":
        return Turn(conversation)
    if now >= occasion.useful_until:
        return Turn(conversation, messages=(Voice(journey, conversation.language, occasion).note("wish-too-late"),))
    # First in the route, so that the wish is heard at once; a question that was open is put again after it. Of a walk
    # that was broken off nothing else is taken up again.
    rest = tuple(code for code in conversation.route if conversation.ended != "left" or code in conversation.settled)
    wished = replace(conversation, route=(*ladder, *rest), open="", ended="")
    return onward(journey, Turn(wished), occasion, now)


def _later(journey: Journey, conversation: Conversation, tap: Tap, occasion: Occasion, now: datetime) -> Turn:
    voice = Voice(journey, conversation.language, occasion)
    choice = _LATER.get(tap.choice)
    if choice is not None:
        moment = later(choice, now, occasion.calendar, occasion.useful_until)
        if moment is None:
            return Turn(conversation, messages=(voice.note("later-too-late"),))
        return Turn(conversation, messages=(voice.note(f"later-{choice}"),), later=moment)
    return Turn(conversation, messages=(voice.when(conversation.open, conversation.asking),))


def _toggled(journey: Journey, conversation: Conversation, tap: Tap, occasion: Occasion) -> Turn:
    question = journey.question(conversation.open)
    choice = question.choice(tap.choice)
    if question.kind != "several" or choice is None:
        return Turn(conversation)
    if conversation.counts.get(tap.choice, 0) != tap.count:
        return Turn(conversation)
    lone = {other.code for other in question.choices if other.alone}
    cleared = [code for code in conversation.chosen if tap.on and code != tap.choice and (choice.alone or code in lone)]
    chosen = tuple(code for code in conversation.chosen if code not in (*cleared, tap.choice))
    if tap.on:
        chosen = (*chosen, tap.choice)
    counts = {code: conversation.counts.get(code, 0) + 1 for code in (*cleared, tap.choice)}
    counts = {**conversation.counts, **counts}
    toggled = replace(conversation, chosen=chosen, counts=counts)
    shown = put(journey, toggled, occasion)
    return Turn(toggled, messages=(replace(shown, edits=True, keeps_text=True),))
