"""Conversations: what citizens and follow-ups share. Begin one, apply a turn to the store, take turns among several.

A turn is one transaction of the caller's: the conversation, its answers and the messages that go out, together.
Never reads what came in, and never sends: sending is writing a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.call_backs import CallBacks
from bot.drawing import drawn
from bot.invitations import Invitations
from bot.library import encoded
from bot.occasions import occasion_of
from bot.premises import Premises
from bot.store import contacts, conversations, follow_ups, outbox
from bot.store.contacts import Contact
from bot.store.conversations import Kept, TurnOf
from bot.store.database import Transaction
from bot.store.follow_ups import Disposition, FollowUp
from bot.store.people import Person
from bot.store.weeks import open_week
from bot.turns import record, send
from flows.conversation import Prefix, advance, again, begin, close, spoken_in
from flows.journey import Journey, PhaseName
from flows.replies import Odd, Reply, Typed
from flows.route import MOST_IN_ONE_DAY, Occasion, Settled, laid, pools
from flows.walk import Conversation, Turn

LATE = timedelta(hours=1)
REMIND_AFTER = timedelta(hours=48)
_NOT_HEARD = ("left", "not-drawn", "routed-past")

_STATES = msgspec.json.Decoder(Conversation)


class Conversations:
    """The conversations of these premises."""

    def __init__(self, premises: Premises, invitations: Invitations, call_backs: CallBacks) -> None:
        self._premises = premises
        self._invitations = invitations
        self._call_backs = call_backs

    def begin(self, tx: Transaction, follow_up: FollowUp, contact: Contact, person: Person, now: datetime) -> bool:
        """Begin the conversation of a follow-up whose person's floor is free (or yields); False if nothing is asked.

        The contact is pinned to its journey's version now, unless an earlier conversation has done so.
        """
        week = open_week(tx, now, self._premises.zone)
        journey = self._pinned(tx, contact, now)
        if journey is None:
            follow_ups.end(tx, follow_up.id, "missed", "journey-gone", outcome=contact.outcome, now=now, week=week)
            return False
        phases: tuple[PhaseName, ...] = ("during", "after") if follow_up.with_during else (follow_up.phase,)
        occasion = occasion_of(self._premises, contact, follow_up, person.door)
        before = conversations.of_contact(tx, contact.id)
        earlier = self._earlier(before)
        limit = self._limit(follow_up, before, now)
        candidates = pools(journey, phases, occasion.facts, earlier, limit)
        route = laid(journey, phases, candidates, drawn(tx, self._premises, contact, candidates), limit)
        turn = begin(journey, phases, route, occasion, now, language=person.language, earlier=earlier)
        if turn.conversation.ended:
            follow_ups.end(tx, follow_up.id, "not-asked", "nothing-to-ask", outcome=contact.outcome, now=now, week=week)
            contacts.close(tx, contact.id, now)
            return False
        self._yield_floor(tx, person.id)
        id_ = self._premises.ids()
        conversations.add(
            tx,
            id_,
            follow_up=follow_up.id,
            contact=contact.id,
            person=person.id,
            door=person.door,
            fingerprint=contact.fingerprint or self._premises.library.fingerprints[journey.code],
            state=msgspec.json.encode(turn.conversation),
            turn="open",
            useful_until=follow_up.useful_until,
            asked_at=now,
            now=now,
        )
        follow_ups.begin(
            tx,
            follow_up.id,
            unit=contact.unit,
            service=contact.service,
            channel=contact.channel,
            start=contact.start_at,
            end=contact.end_at,
            late=now - follow_up.due_at > LATE,
            remind_at=self._remind_at(follow_up, contact, now),
            now=now,
            week=week,
        )
        send(tx, id_, follow_up, person, turn.messages, now)
        return True

    def reply(self, tx: Transaction, kept: Kept, reply: Reply, person: Person, now: datetime) -> bool:
        """What a person's reply brings about in a conversation; False if it changed nothing and said nothing."""
        contact, follow_up, journey, occasion = self._around(tx, kept, person)
        state = _state(kept, person)
        turn = advance(journey, state, reply, occasion, now)
        if not isinstance(reply, Odd) and not (isinstance(reply, Typed) and reply.edited):
            outbox.evidence(tx, kept.id, now)
        if turn.conversation == state and not turn.messages and not turn.answers:
            return False
        over = contact.cancelled_at is not None or contact.not_asked is not None
        if over and state.ended and not turn.conversation.ended:
            return False
        self._apply(tx, kept, follow_up, contact, person, state, turn, now)
        return True

    def again(self, tx: Transaction, kept: Kept, person: Person, prefix: Prefix | None, now: datetime) -> bool:
        """Put the open question once more; the conversation takes the floor. False if none is open."""
        _, follow_up, journey, occasion = self._around(tx, kept, person)
        turn = again(journey, _state(kept, person), occasion, now, prefix)
        return self._put_again(tx, kept, follow_up, person, turn, now)

    def speak(self, tx: Transaction, kept: Kept, person: Person, language: str, now: datetime) -> bool:
        """The conversation goes on in another language. False if no question is open in it."""
        _, follow_up, journey, occasion = self._around(tx, kept, person)
        turn = spoken_in(journey, _STATES.decode(kept.state), language, occasion, now)
        return self._put_again(tx, kept, follow_up, person, turn, now)

    def close(self, tx: Transaction, kept: Kept, reason: str, now: datetime, *, unheard: Disposition) -> None:
        """End a conversation from our side: partial if anything was answered, else `unheard`. Says nothing."""
        contact = contacts.of_id(tx, kept.contact_id)
        follow_up = follow_ups.of_id(tx, kept.follow_up_id)
        if contact is None or kept.turn == "ended":
            return
        journey = self._premises.library.version(kept.fingerprint, partial(contacts.version, tx))
        turn = close(journey, _STATES.decode(kept.state), now)
        record(tx, self._premises, kept, turn, now)
        self._keep(tx, kept, turn, now, replied=False)
        if turn.conversation.ended == "finished":
            self._finish(tx, follow_up, contact, turn.conversation, now)
            return
        disposition: Disposition = "partial" if turn.conversation.answered() else unheard
        self._end(tx, follow_up, contact, disposition, reason, now)

    def next_turn(self, tx: Transaction, person: Person, now: datetime, *, present: bool = True) -> None:
        """The floor is free: the conversation that waits, if any, takes it and puts its question again.

        Unless the person is `present`, who freed it themselves, it does so in open hours and outside a pause only.
        """
        if conversations.open_of_person(tx, person.id) is not None or person.stopped_at is not None:
            return
        waiting = conversations.waiting_of_person(tx, person.id)
        if waiting is None:
            return
        if not present and (person.is_paused(now) or not self._premises.organisation.calendar.is_open(now)):
            moment = self._premises.organisation.calendar.first_open_at_or_after(now)
            self._keep(tx, waiting, Turn(_state(waiting, person), later=moment), now, replied=False)
        elif not self.again(tx, waiting, person, "resumed", now):
            conversations.give_floor(tx, waiting.id, "ended")

    def _apply(
        self,
        tx: Transaction,
        kept: Kept,
        follow_up: FollowUp,
        contact: Contact,
        person: Person,
        before: Conversation,
        turn: Turn,
        now: datetime,
    ) -> None:
        after = turn.conversation
        record(tx, self._premises, kept, turn, now, person.door)
        if turn.number is not None:
            self._call_backs.number(tx, contact.id, turn.number, person, now)
        if before.ended and not after.ended:
            week = open_week(tx, now, self._premises.zone)
            follow_ups.resume(tx, follow_up.id, "begun", now=now, week=week)
            contacts.reopen(tx, contact.id)
        self._keep(tx, kept, turn, now, replied=True)
        send(tx, kept.id, follow_up, person, turn.messages, now)
        if after.ended and not before.ended:
            self._finish(tx, follow_up, contact, after, now)
        if after.ended or turn.later is not None:
            self.next_turn(tx, person, now)

    def _finish(
        self, tx: Transaction, follow_up: FollowUp, contact: Contact, state: Conversation, now: datetime
    ) -> None:
        if state.ended == "finished":
            heard = state.answered()
            self._end(tx, follow_up, contact, "answered" if heard else "declined", "" if heard else "all-skipped", now)
            return
        self._end(tx, follow_up, contact, "partial" if state.answered() else "declined", "no-thanks", now)
        week = open_week(tx, now, self._premises.zone)
        for other in follow_ups.of_contact(tx, contact.id):
            if other.state == "planned":
                follow_ups.end(tx, other.id, "declined", "no-thanks", outcome=contact.outcome, now=now, week=week)
        contacts.close(tx, contact.id, now)
        if not state.earlier and all(settled.status in _NOT_HEARD for settled in state.settled.values()):
            self._invitations.release(tx, contact.id)

    def _end(
        self,
        tx: Transaction,
        follow_up: FollowUp,
        contact: Contact,
        disposition: Disposition,
        reason: str,
        now: datetime,
    ) -> None:
        week = open_week(tx, now, self._premises.zone)
        follow_ups.end(tx, follow_up.id, disposition, reason, outcome=contact.outcome, now=now, week=week)
        contacts.close(tx, contact.id, now)

    def _put_again(
        self, tx: Transaction, kept: Kept, follow_up: FollowUp, person: Person, turn: Turn, now: datetime
    ) -> bool:
        if not turn.messages:
            return False
        self._keep(tx, kept, turn, now, replied=False)
        send(tx, kept.id, follow_up, person, turn.messages, now)
        return True

    def _yield_floor(self, tx: Transaction, person: str) -> None:
        holder = conversations.open_of_person(tx, person)
        if holder is not None:
            conversations.give_floor(tx, holder.id, "waiting")

    def _keep(self, tx: Transaction, kept: Kept, turn: Turn, now: datetime, *, replied: bool) -> None:
        put = any(message.purpose in ("question", "repeat") and not message.edits for message in turn.messages)
        before = replace(_STATES.decode(kept.state), language=turn.conversation.language)
        floor: TurnOf = "ended" if turn.conversation.ended else "later" if turn.later is not None else "open"
        wake_at = turn.later
        if floor == "open" and not put and turn.conversation == before:
            floor, wake_at = kept.turn, kept.wake_at  # a remark changes nobody's turn
        if floor == "open" and kept.turn != "open":
            self._yield_floor(tx, kept.person_id)
        conversations.keep(
            tx,
            kept.id,
            state=msgspec.json.encode(turn.conversation),
            turn=floor,
            wake_at=wake_at,
            asked_at=now if put else kept.asked_at,
            replied_at=now if replied else kept.replied_at,
        )

    def _around(self, tx: Transaction, kept: Kept, person: Person) -> tuple[Contact, FollowUp, Journey, Occasion]:
        contact = contacts.of_id(tx, kept.contact_id)
        if contact is None:
            raise LookupError(f"the contact of conversation {kept.id} is gone")
        follow_up = follow_ups.of_id(tx, kept.follow_up_id)
        journey = self._premises.library.version(kept.fingerprint, partial(contacts.version, tx))
        return contact, follow_up, journey, occasion_of(self._premises, contact, follow_up, person.door)

    def _pinned(self, tx: Transaction, contact: Contact, now: datetime) -> Journey | None:
        library = self._premises.library
        if contact.fingerprint is not None:
            return library.version(contact.fingerprint, partial(contacts.version, tx))
        journey = library.journeys.get(contact.journey)
        if journey is not None:
            fingerprint = library.fingerprints[journey.code]
            contacts.keep_version(tx, fingerprint, journey.code, encoded(journey), now)
            contacts.pin(tx, contact.id, fingerprint)
        return journey

    def _earlier(self, before: Sequence[Kept]) -> dict[str, Settled]:
        earlier: dict[str, Settled] = {}
        for kept in before:
            earlier |= _STATES.decode(kept.state).settled
        return earlier

    def _limit(self, follow_up: FollowUp, before: Sequence[Kept], now: datetime) -> int | None:
        # Six in all on one day: what was put to the person earlier the same day counts.
        if not follow_up.with_during:
            return None
        zone = self._premises.zone
        today = [kept for kept in before if kept.began_at.astimezone(zone).date() == now.astimezone(zone).date()]
        put = sum(
            settled.status not in ("not-drawn", "routed-past")
            for kept in today
            for settled in _STATES.decode(kept.state).settled.values()
        )
        return max(1, MOST_IN_ONE_DAY - put)

    def _remind_at(self, follow_up: FollowUp, contact: Contact, now: datetime) -> datetime | None:
        if follow_up.phase != "after" or contact.reminded_at is not None:
            return None
        moment = self._premises.organisation.calendar.first_open_at_or_after(now + REMIND_AFTER)
        return moment if moment < follow_up.useful_until else None


def _state(kept: Kept, person: Person) -> Conversation:
    """Where it stands, in the language that the person has chosen since."""
    state = _STATES.decode(kept.state)
    return replace(state, language=person.language) if person.language_chosen else state
