"""Welcome: what happens when somebody comes with a link, a code, or neither. Looking binds nothing; beginning does."""

from __future__ import annotations

from datetime import datetime

from bot.conversations import Conversations
from bot.follow_ups import FollowUps
from bot.invitations import Invitations
from bot.occasions import names_of
from bot.people import People
from bot.premises import Premises
from bot.remarks import Remarks
from bot.store import contacts, conversations, follow_ups
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.people import Person
from flows.messages import Tap


class Welcome:
    """Whoever comes to these premises."""

    def __init__(
        self,
        premises: Premises,
        people: People,
        invitations: Invitations,
        conversations_room: Conversations,
        follow_ups_room: FollowUps,
        remarks: Remarks,
    ) -> None:
        self._premises = premises
        self._people = people
        self._invitations = invitations
        self._conversations = conversations_room
        self._follow_ups = follow_ups_room
        self._remarks = remarks

    def start(self, tx: Transaction, code: str | None, person: Person, now: datetime) -> None:
        """Somebody said start, with the code of an invitation or without one."""
        had_stopped = self._people.starts(tx, person)
        if code is None:
            self._without_code(tx, person, now, had_stopped=had_stopped)
            return
        contact = self._invitations.accept(tx, code, person, now)
        if contact is None:
            self._remarks.say(tx, person, "welcome-stranger", now)
            return
        self._begin(tx, contact, person, now)

    def said(self, tx: Transaction, text: str, person: Person, now: datetime) -> bool:
        """Whether a text was taken as a code that somebody was told aloud."""
        return False

    def was_there(self, tx: Transaction, tap: Tap, person: Person, now: datetime) -> None:
        """Somebody with an open invitation says when they were there."""

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

    def _begin(self, tx: Transaction, contact: Contact, person: Person, now: datetime) -> None:
        if contact.language and not person.language_chosen and contact.person_id is None:
            self._people.speaks(tx, person, contact.language, chosen=False)
            person = self._people.found(tx, person.id) or person
        if self._follow_ups.begin_for(tx, contact.id, now):
            return
        of_contact = [kept for kept in conversations.of_contact(tx, contact.id) if kept.turn != "ended"]
        if any(self._conversations.again(tx, kept, person, None, now) for kept in of_contact[:1]):
            return
        names = names_of(self._premises, contact.unit, contact.service)
        planned = any(follow_up.state == "planned" for follow_up in follow_ups.of_contact(tx, contact.id))
        first = contact.person_id is None
        phrase = ("welcome-planned" if first else "welcome-known") if planned else "nothing-open"
        self._remarks.say(tx, person, phrase, now, names=names)
