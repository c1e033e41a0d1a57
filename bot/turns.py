"""Turns: what one turn leaves behind as rows, its answers and its messages. Sending is writing a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.premises import Premises
from bot.store import answers, conversations, outbox
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.follow_ups import FollowUp
from bot.store.outbox import Body
from bot.store.people import Person
from bot.store.weeks import open_week
from flows.messages import Message
from flows.walk import Turn
from flows.wording import plain

NOTES_ARE_USEFUL = timedelta(hours=24)
"""After a longer outage a remark that was waiting is left out; questions have their own last useful moment."""


def record(tx: Transaction, premises: Premises, kept: Kept, turn: Turn, now: datetime, door: str | None = None) -> None:
    """Keep what the turn settled; an asking that is settled already stays as it is.

    `door` is where the reply came in; None: where the conversation began.
    """
    if not turn.answers:
        return
    week = open_week(tx, now, premises.zone)
    for answer in turn.answers:
        answers.add(
            tx,
            premises.ids(),
            conversation=kept.id,
            follow_up=kept.follow_up_id,
            contact=kept.contact_id,
            person=kept.told_of,
            question=answer.question,
            asking=answer.asking,
            status=answer.status,
            codes=answer.codes,
            number=answer.number,
            text=answer.text,
            masked=answer.masked,
            drawn=answer.drawn,
            probability=answer.probability,
            language=plain(turn.conversation.language),
            door=door or kept.door,
            source=answer.source,
            asked_at=answer.asked_at,
            answered_at=answer.answered_at,
            now=now,
            week=week,
        )


def send(
    tx: Transaction,
    conversation: str,
    follow_up: FollowUp,
    person: Person,
    messages: Sequence[Message],
    now: datetime,
) -> None:
    """Queue what the turn says; a change of a question goes to every message that put it."""
    for message in messages:
        targets: list[int | None] = [None]
        if message.edits:
            targets = [*conversations.puttings(tx, conversation, message.question, message.asking)]
        asks = message.purpose in ("question", "repeat")
        for target in targets:
            outbox.add(
                tx,
                door=person.door,
                lookup=person.lookup,
                purpose=message.purpose,
                body=Body("" if message.keeps_text else message.text, message.strong, message.buttons),
                now=now,
                person_id=person.id,
                conversation_id=conversation,
                follow_up_id=follow_up.id,
                question=message.question,
                asking=message.asking,
                edits=target,
                useful_until=follow_up.useful_until if asks else now + NOTES_ARE_USEFUL,
            )
