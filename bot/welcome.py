"""Welcome: what happens when somebody comes with a link, a code, or neither. Looking binds nothing; beginning does.

A wrong, used or expired code gets the same words, whatever kind it is. Codes to say aloud are short, so tries of them
are few (see `guessing`). Typed in answer to a question in own words, what looks like such a code may be an answer: if
it opens nothing, or its source may not try now, it stays one, and its writer hears nothing of codes. It is counted all
the same, since a question that can be answered again and again would otherwise be a place to guess in without end.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

import msgspec

from bot import guessing
from bot.allowed_doors import doors_for
from bot.conversations import Conversations
from bot.follow_ups import FollowUps
from bot.homes import Homes
from bot.invitations import Invitations
from bot.occasions import names_of
from bot.open_invitations import WHEN, OpenInvitations
from bot.people import People
from bot.premises import Premises
from bot.remarks import Remarks
from bot.returns import Returns
from bot.spoken_codes import SpokenCodes, meant
from bot.store import contacts, conversations, follow_ups, open_invitations
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.open_invitations import OpenInvitation
from bot.store.people import Person
from flows.messages import Tap
from flows.walk import Conversation

_NO_THANKS = "no"
_JUST_NOW_SECONDS = 60.0
_STATES = msgspec.json.Decoder(Conversation)


class Welcome:
    """Whoever comes to these premises."""

    def __init__(
        self,
        premises: Premises,
        people: People,
        invitations: Invitations,
        open_invitations_room: OpenInvitations,
        spoken_codes: SpokenCodes,
        conversations_room: Conversations,
        follow_ups_room: FollowUps,
        remarks: Remarks,
        returns: Returns,
        homes: Homes,
    ) -> None:
        self._premises = premises
        self._people = people
        self._invitations = invitations
        self._open_invitations = open_invitations_room
        self._spoken_codes = spoken_codes
        self._conversations = conversations_room
        self._follow_ups = follow_ups_room
        self._remarks = remarks
        self._returns = returns
        self._homes = homes

    def start(self, tx: Transaction, code: str | None, person: Person, now: datetime) -> None:
        """Somebody said start, with the code of an invitation or without one."""
        had_stopped = self._people.starts(tx, person, now)
        other = self._returns.passed(tx, code, now) if code is not None else None
        if other is not None:
            person = self._homes.joined(tx, person, other, now)
            self.came(tx, self._people.found(tx, person.id) or person, now, said=True)
            return
        spoken = meant(code) if code is not None else None
        if code is None:
            self._without_code(tx, person, now, had_stopped=had_stopped)
        elif spoken is not None:
            self._try(tx, spoken, person, now)
        elif not self._with_link(tx, code, person, now):
            self._remarks.say(tx, person, "welcome-stranger", now)

    def came(self, tx: Transaction, person: Person, now: datetime, *, said: bool = False) -> None:
        """The person is here again: what is due begins, what is open is put here if it stands elsewhere.

        With `said` they hear something in any case.
        """
        if person.stopped_at is not None:
            return
        kept = conversations.open_of_person(tx, person.id)
        if kept is None:
            for follow_up in sorted(follow_ups.planned_of_person(tx, person.id), key=lambda one: one.useful_until):
                if self._follow_ups.begin_for(tx, follow_up.contact_id, now):
                    return
            self._conversations.next_turn(tx, person, now)
            kept = conversations.open_of_person(tx, person.id) or conversations.postponed_of_person(tx, person.id)
        if kept is not None:
            here = conversations.is_put_at(tx, kept.id, person.lookup)
            if (kept.turn == "open" and here and not said) or self._conversations.again(tx, kept, person, None, now):
                return
        if said:
            self._remarks.say(tx, person, "nothing-open", now)

    def said(self, tx: Transaction, text: str, person: Person, now: datetime) -> bool:
        """Whether a text was taken as a code that somebody was told aloud."""
        spoken = meant(text)
        if spoken is None:
            return False
        if not self._is_asked_in_own_words(tx, person):
            self._try(tx, spoken, person, now)
            return True
        return guessing.may_try(tx, person.lookup, now) and self._with_spoken(tx, spoken, person, now)

    def was_there(self, tx: Transaction, tap: Tap, person: Person, now: datetime) -> None:
        """Somebody with an open invitation says when they were there."""
        if tap.choice == _NO_THANKS:
            self._remarks.say(tx, person, "open-no-thanks", now)
            return
        invitation = open_invitations.of_id(tx, tap.question)
        if invitation is None or tap.choice not in WHEN:
            self._remarks.say(tx, person, "welcome-stranger", now)
            return
        begun = self._open_invitations.begun(tx, invitation, person, now)
        if begun is not None and (now - begun.registered_at).total_seconds() < _JUST_NOW_SECONDS:
            return  # the same tap twice is silence
        if begun is not None or tap.asking != self._today(now) or self._is_closed_to(tx, invitation, person, now):
            # An answer of yesterday says nothing of today: the question is put again, if it still may be.
            if not self._with_open(tx, invitation, person, now):
                self._remarks.say(tx, person, "welcome-stranger", now)
            return
        contact = self._open_invitations.begin(tx, invitation, tap.choice, person, now)
        if contact is None:
            self._remarks.say(tx, person, "welcome-stranger", now)
        elif not self._follow_ups.begin_for(tx, contact.id, now):
            self._remarks.say(tx, person, "open-planned", now)

    def is_known(self, tx: Transaction, person: Person) -> bool:
        """Whether the person has a contact, or ever had a conversation."""
        return bool(contacts.of_person(tx, person.id)) or conversations.latest_of_person(tx, person.id) is not None

    def _without_code(self, tx: Transaction, person: Person, now: datetime, *, had_stopped: bool) -> None:
        kept = conversations.open_of_person(tx, person.id) or conversations.postponed_of_person(tx, person.id)
        if kept is not None and self._conversations.again(tx, kept, person, None, now):
            return
        known = self.is_known(tx, person)
        greeting = "nothing-open" if known else "welcome-uninvited"
        self._remarks.say(tx, person, "welcome-back" if had_stopped and known else greeting, now)

    def _try(self, tx: Transaction, spoken: str, person: Person, now: datetime) -> None:
        if not guessing.may_try(tx, person.lookup, now):
            self._remarks.say(tx, person, "try-later", now)
        elif not self._with_spoken(tx, spoken, person, now):
            self._remarks.say(tx, person, "welcome-stranger", now)

    def _with_link(self, tx: Transaction, code: str, person: Person, now: datetime) -> bool:
        invited = self._invitations.of_code(tx, code)
        if invited is not None and not self._may_come(tx, invited.contact_id, person):
            self._remarks.say(tx, person, "other-door", now)
            return True
        contact = self._invitations.accept(tx, invited, person, now)
        if contact is not None:
            self._begin(tx, contact, person, now)
            return True
        invitation = self._open_invitations.of_code(tx, code)
        return invitation is not None and self._with_open(tx, invitation, person, now)

    def _may_come(self, tx: Transaction, contact_id: str, person: Person) -> bool:
        contact = contacts.of_id(tx, contact_id)
        return contact is None or person.door in doors_for(self._premises, contact.journey, contact.service)

    def _with_spoken(self, tx: Transaction, spoken: str, person: Person, now: datetime) -> bool:
        """Whether a spoken code let the person in; a wrong one is counted."""
        found = self._spoken_codes.found(tx, spoken, now)
        if found is not None and found.open_invitation_id is not None:
            invitation = open_invitations.of_id(tx, found.open_invitation_id)
            if invitation is not None and self._with_open(tx, invitation, person, now):
                return True
        elif found is not None and found.invitation_id is not None:
            spoken_for = self._invitations.of_id(tx, found.invitation_id)
            if spoken_for is not None and not self._may_come(tx, spoken_for.contact_id, person):
                self._remarks.say(tx, person, "other-door", now)
                return True
            contact = self._invitations.accept(tx, spoken_for, person, now)
            if contact is not None:
                self._begin(tx, contact, person, now)
                return True
        guessing.wrong(tx, person.lookup, now)
        return False

    def _with_open(self, tx: Transaction, invitation: OpenInvitation, person: Person, now: datetime) -> bool:
        """Whether the person may begin, or go on, with a poster or card. Says what there is to say."""
        if not self._open_invitations.stands(tx, invitation, person, now):
            return False
        if person.door not in doors_for(self._premises, invitation.journey, invitation.service):
            self._remarks.say(tx, person, "other-door", now)
            return True
        begun = self._open_invitations.begun(tx, invitation, person, now)
        if begun is not None:
            self._begin(tx, begun, person, now)
        elif self._open_invitations.is_too_often(tx, person, now):
            self._remarks.say(tx, person, "open-enough", now)
        else:
            self._ask_when(tx, invitation, person, now)
        return True

    def _is_closed_to(self, tx: Transaction, invitation: OpenInvitation, person: Person, now: datetime) -> bool:
        stands = self._open_invitations.stands(tx, invitation, person, now)
        return not stands or self._open_invitations.is_too_often(tx, person, now)

    def _ask_when(self, tx: Transaction, invitation: OpenInvitation, person: Person, now: datetime) -> None:
        names = names_of(self._premises, invitation.unit, invitation.service)
        taps = {choice: Tap("there", invitation.id, self._today(now), choice) for choice in (*WHEN, _NO_THANKS)}
        rows = [(self._remarks.button(person, f"there-{choice}", taps[choice]),) for choice in WHEN]
        rows.append((self._remarks.button(person, "decline", taps[_NO_THANKS]),))
        phrase = "open-when-service" if invitation.service else "open-when"
        self._remarks.say(tx, person, phrase, now, names=names, rows=rows)

    def _begin(self, tx: Transaction, contact: Contact, person: Person, now: datetime) -> None:
        if contact.language and not person.language_chosen and contact.person_id is None:
            self._people.speaks(tx, person, contact.language, chosen=False)
            person = self._people.found(tx, person.id) or person
        if self._follow_ups.begin_for(tx, contact.id, now):
            return
        of_contact = [kept for kept in conversations.of_contact(tx, contact.id) if kept.turn != "ended"]
        of_contact.sort(key=lambda kept: kept.turn != "open")  # what is open stays open
        if any(self._conversations.again(tx, kept, person, None, now) for kept in of_contact[:1]):
            return
        names = names_of(self._premises, contact.unit, contact.service)
        planned = any(follow_up.state == "planned" for follow_up in follow_ups.of_contact(tx, contact.id))
        first = contact.person_id is None
        phrase = ("welcome-planned" if first else "welcome-known") if planned else "nothing-open"
        self._remarks.say(tx, person, phrase, now, names=names)

    def _is_asked_in_own_words(self, tx: Transaction, person: Person) -> bool:
        kept = conversations.open_of_person(tx, person.id) or conversations.postponed_of_person(tx, person.id)
        if kept is None:
            return False
        state = _STATES.decode(kept.state)
        journey = self._premises.library.version(kept.fingerprint, partial(contacts.version, tx))
        return bool(state.open) and journey.question(state.open).kind == "words"

    def _today(self, now: datetime) -> int:
        return now.astimezone(self._premises.zone).toordinal()
