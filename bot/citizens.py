"""Citizens: what a person's replies and commands bring about. The only room that hands replies to the core.

Each arrival is one turn in the caller's transaction. What comes in is taken for what it is: anybody can send any
command at any time, tap any button, twice or late, or forge one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from bot.arrivals import Arrival, Left, Returned, Said, Strange, Tapped
from bot.conversations import Conversations
from bot.follow_ups import FollowUps
from bot.invitations import Invitations
from bot.my_data import told
from bot.occasions import names_of
from bot.people import People
from bot.premises import Premises
from bot.store import contacts, conversations, follow_ups, outbox
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.outbox import Body
from bot.store.people import Person
from bot.turns import NOTES_ARE_USEFUL
from flows.journey import Words
from flows.messages import Button, Tap
from flows.replies import Odd, Reply, Typed
from flows.understanding import emergency, wish
from flows.wording import filled, in_language

_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<code>\S+))?\s*", re.IGNORECASE)
_ANSWERING = ("choose", "skip", "toggle", "done", "later", "decline")


class Citizens:
    """Those who answer on these premises."""

    def __init__(
        self,
        premises: Premises,
        people: People,
        invitations: Invitations,
        conversations_room: Conversations,
        follow_ups_room: FollowUps,
    ) -> None:
        self._premises = premises
        self._people = people
        self._invitations = invitations
        self._conversations = conversations_room
        self._follow_ups = follow_ups_room

    def take(self, tx: Transaction, arrival: Arrival, now: datetime) -> None:
        """One turn: whatever the arrival changes and says."""
        what = arrival.what
        if isinstance(what, Left):
            lookup = self._premises.keyring.lookup(arrival.door, arrival.address)
            outbox.unreachable(tx, lookup, now)
            self._follow_ups.unreachable(tx, lookup, now)
            return
        person = self._people.met(tx, arrival.door, arrival.address, arrival.language, now)
        if isinstance(what, Said):
            self._said(tx, what, person, now)
        elif isinstance(what, Tapped):
            self._tapped(tx, what, person, now)
        elif isinstance(what, Strange):
            self._strange(tx, what, person, now)
        elif isinstance(what, Returned):
            return

    def _said(self, tx: Transaction, said: Said, person: Person, now: datetime) -> None:
        start = _START.fullmatch(said.text.strip())
        if start and not said.edited:
            self._start(tx, start["code"], person, now)
            return
        asked_for = wish(said.text)
        command = asked_for if asked_for == "stop" or not said.edited else None
        if command == "start":
            self._start(tx, None, person, now)
        elif command == "stop":
            self._people.stops(tx, person, now)
            self._follow_ups.stopped(tx, person.id, now)
            self._say(tx, person, "stopped", now)
        elif command in ("help", "language", "privacy", "mydata", "erase"):
            self._command(tx, command, person, now)
        elif said.text.lstrip().startswith("/") and not said.edited:
            self._command(tx, "help", person, now)
        elif person.stopped_at is not None:
            self._say(tx, person, "stopped", now)
        else:
            self._reply(tx, Typed(said.text, said.message, said.edited), person, now)

    def _start(self, tx: Transaction, code: str | None, person: Person, now: datetime) -> None:
        had_stopped = self._people.starts(tx, person)
        if code is None:
            kept = conversations.open_of_person(tx, person.id) or conversations.postponed_of_person(tx, person.id)
            if kept is not None and self._conversations.again(tx, kept, person, None, now):
                return
            known = self._is_known(tx, person)
            greeting = "nothing-open" if known else "welcome-uninvited"
            self._say(tx, person, "welcome-back" if had_stopped and known else greeting, now)
            return
        contact = self._invitations.accept(tx, code, person, now)
        if contact is None:
            self._say(tx, person, "welcome-stranger", now)
            return
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
        self._say(tx, person, phrase, now, names=names)

    def _command(self, tx: Transaction, command: str, person: Person, now: datetime) -> None:
        if command in ("privacy", "erase"):
            self._privacy(tx, person, now)  # which says whom to ask for erasure
        elif command == "mydata":
            for text in told(tx, self._premises, person):
                self._send(tx, person, text, (), now)
        elif command == "language":
            rows = tuple(
                (Button(in_language(self._premises.words["language-name"], code), Tap("language", choice=code)),)
                for code in self._premises.languages
            )
            self._say(tx, person, "choose-language", now, rows=rows)
        else:
            self._help(tx, person, now)

    def _help(self, tx: Transaction, person: Person, now: datetime) -> None:
        words = self._premises.words
        rows: tuple[tuple[Button, ...], ...] = ((self._button(words["call-me"], Tap("call-me"), person),),)
        kept = conversations.latest_of_person(tx, person.id)
        held = contacts.of_person(tx, person.id)
        contact = next((one for one in held if kept is not None and one.id == kept.contact_id), next(iter(held), None))
        names = names_of(self._premises, contact.unit, contact.service) if contact is not None else {}
        if kept is not None:
            rows = (*rows, (self._button(words["wish"], Tap("wish"), person),))
        self._say(tx, person, "help", now, names=names, rows=rows, conversation=kept)

    def _privacy(self, tx: Transaction, person: Person, now: datetime) -> None:
        organisation, words = self._premises.organisation, self._premises.words
        link = organisation.notice_link
        notice = Words({code: "\n" + in_language(words["full-notice"], code).replace("{link}", link) for code in
                        words["full-notice"].texts}) if link else Words({"": ""})  # fmt: skip
        names = {
            **names_of(self._premises, None, None),
            "controller": organisation.controller,
            "officer": organisation.officer,
            "legal_basis": organisation.legal_basis if organisation.legal_basis.texts else words["legal-basis"],
            "months": Words({"": str(organisation.months_kept)}),
            "authority": organisation.complaint_authority,
            "door_recipient": words.get(f"recipient-{person.door}", Words({"": ""})),
            "notice_link": notice,
        }
        self._say(tx, person, "privacy", now, names=names)

    def _tapped(self, tx: Transaction, tapped: Tapped, person: Person, now: datetime) -> None:
        offered = outbox.offered(tx, tapped.outbox, person.lookup)
        buttons = [button for row in outbox.read(offered.body).buttons for button in row] if offered else []
        if offered is None or not 0 <= tapped.button < len(buttons):
            self._say(tx, person, "button-gone", now)
            return
        outbox.proven(tx, offered.edits or offered.id, tapped.message, now)
        tap = buttons[tapped.button].tap
        if tap.action == "language":
            self._speak(tx, tap.choice, person, now)
        elif tap.action == "rights":
            self._privacy(tx, person, now)
        elif person.stopped_at is not None:
            self._say(tx, person, "stopped", now)
        elif offered.conversation_id is None:
            self._say(tx, person, "call-me-number" if tap.action == "call-me" else "button-gone", now)
        else:
            kept = conversations.of_id(tx, offered.conversation_id)
            if kept is None or kept.person_id != person.id:
                self._say(tx, person, "button-gone", now)
            elif tap.action == "call-me" and kept.turn == "ended":
                self._say(tx, person, "call-me-number", now)
            elif self._conversations.reply(tx, kept, tap, person, now):
                return
            elif kept.turn == "ended" and not (tap.action in _ANSWERING and self._was_answered(tx, kept, tap)):
                self._say(tx, person, "button-gone", now)

    def _was_answered(self, tx: Transaction, kept: Kept, tap: Tap) -> bool:
        # The same tap twice is silence, not an excuse; only a question that can no longer be answered needs a word.
        return conversations.was_settled(tx, kept.id, tap.question, tap.asking)

    def _strange(self, tx: Transaction, strange: Strange, person: Person, now: datetime) -> None:
        if strange.kind == "tap":
            self._say(tx, person, "button-gone", now)
        elif person.stopped_at is not None:
            self._say(tx, person, "stopped", now)
        else:
            self._reply(tx, Odd(strange.kind), person, now)

    def _reply(self, tx: Transaction, reply: Reply, person: Person, now: datetime) -> None:
        kept = self._meant(tx, reply, person)
        if kept is not None and self._conversations.reply(tx, kept, reply, person, now):
            return
        if isinstance(reply, Typed) and reply.edited:
            return
        if isinstance(reply, Typed) and emergency(reply.text, self._premises.organisation.emergency_words):
            self._say(tx, person, "emergency", now)
        elif isinstance(reply, Odd):
            self._say(tx, person, "unreadable", now)
        else:
            self._say(tx, person, "nothing-open" if self._is_known(tx, person) else "welcome-uninvited", now)

    def _is_known(self, tx: Transaction, person: Person) -> bool:
        return bool(contacts.of_person(tx, person.id)) or conversations.latest_of_person(tx, person.id) is not None

    def _meant(self, tx: Transaction, reply: Reply, person: Person) -> Kept | None:
        if isinstance(reply, Typed) and reply.edited and reply.source is not None:
            corrected = conversations.of_source(tx, person.id, reply.source)
            if corrected is not None:
                return corrected
        return (
            conversations.open_of_person(tx, person.id)
            or conversations.postponed_of_person(tx, person.id)
            or (conversations.latest_of_person(tx, person.id) if isinstance(reply, Typed) else None)
        )

    def _speak(self, tx: Transaction, language: str, person: Person, now: datetime) -> None:
        if language not in self._premises.languages:
            return
        self._people.speaks(tx, person, language, chosen=True)
        person = self._people.found(tx, person.id) or person
        self._say(tx, person, "language-set", now)
        kept = conversations.open_of_person(tx, person.id)
        if kept is not None and person.stopped_at is None:
            self._conversations.speak(tx, kept, person, language, now)

    def _button(self, words: Words, tap: Tap, person: Person) -> Button:
        return Button(("💡 " if tap.action == "wish" else "") + in_language(words, person.language), tap)

    def _say(
        self,
        tx: Transaction,
        person: Person,
        phrase: str,
        now: datetime,
        *,
        names: Mapping[str, Words] | None = None,
        rows: tuple[tuple[Button, ...], ...] = (),
        conversation: Kept | None = None,
    ) -> None:
        values = {**names_of(self._premises, None, None), **(names or {})}
        text = filled(self._premises.words[phrase], person.language, values)
        self._send(tx, person, text, rows, now, conversation)

    def _send(
        self,
        tx: Transaction,
        person: Person,
        text: str,
        rows: tuple[tuple[Button, ...], ...],
        now: datetime,
        conversation: Kept | None = None,
    ) -> None:
        outbox.add(
            tx,
            door=person.door,
            lookup=person.lookup,
            purpose="shell",
            body=Body(text, "", rows),
            now=now,
            person_id=person.id,
            conversation_id=conversation.id if conversation is not None else None,
            useful_until=now + NOTES_ARE_USEFUL,
        )
