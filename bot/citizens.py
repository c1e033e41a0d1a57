"""Citizens: what a person's replies and commands bring about. The only room that hands replies to the core.

Each arrival is one turn in the caller's transaction. What comes in is taken for what it is: anybody can send any
command at any time, tap any button, twice or late, or forge one.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.arrivals import Arrival, Came, Left, Returned, Said, Shared, Speaks, Strange, Tapped, What
from bot.call_backs import CallBacks
from bot.conversations import Conversations
from bot.follow_ups import FollowUps
from bot.homes import Homes
from bot.occasions import names_of
from bot.people import People
from bot.premises import Premises
from bot.privacy import Privacy
from bot.remarks import Remarks
from bot.store import contacts, conversations, outbox, people
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.outbox import Offered
from bot.store.people import Person
from bot.welcome import Welcome
from flows.messages import Button, Tap
from flows.replies import Odd, Reply, Typed
from flows.understanding import emergency, wish
from flows.wording import easy, in_language, plain

_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<code>\S+(?:\s\S+)?))?\s*", re.IGNORECASE)
_ANSWERING = ("choose", "skip", "toggle", "done", "later", "decline")


class Citizens:
    """Those who answer on these premises."""

    def __init__(
        self,
        premises: Premises,
        people: People,
        conversations_room: Conversations,
        follow_ups_room: FollowUps,
        welcome: Welcome,
        privacy: Privacy,
        call_backs: CallBacks,
        remarks: Remarks,
        homes: Homes,
    ) -> None:
        self._premises = premises
        self._people = people
        self._conversations = conversations_room
        self._follow_ups = follow_ups_room
        self._welcome = welcome
        self._privacy = privacy
        self._call_backs = call_backs
        self._remarks = remarks
        self._homes = homes

    def take(self, tx: Transaction, arrival: Arrival, now: datetime) -> None:
        """One turn: whatever the arrival changes and says."""
        what = arrival.what
        if isinstance(what, Left):
            self._left(tx, arrival, now)
            return
        person = self._people.met(tx, arrival.door, arrival.address, arrival.language, now)
        if not arrival.whole and self._is_for_whole(tx, what, person):
            self._remarks.say(tx, person, "where-it-began", now)
            return
        if isinstance(what, Tapped) and not person.at_home:
            self._remarks.say(tx, person, "went-on-elsewhere", now)
            return
        if not isinstance(what, Returned):
            person = self._homes.move(tx, person, now)
        if isinstance(what, Said):
            self._said(tx, what, person, now)
        elif isinstance(what, Tapped):
            self._tapped(tx, what, person, now)
        elif isinstance(what, Came):
            self._welcome.came(tx, person, now)
        elif isinstance(what, Speaks):
            self._speak(tx, what.language, person, now)
        elif isinstance(what, Shared):
            if person.stopped_at is not None or not self._call_backs.shared(tx, what, person, now):
                self._strange(tx, Strange("contact", what.message), person, now)
        elif isinstance(what, Strange):
            self._strange(tx, what, person, now)
        elif isinstance(what, Returned):
            return

    def _left(self, tx: Transaction, arrival: Arrival, now: datetime) -> None:
        lookup = self._premises.keyring.lookup(arrival.door, arrival.address)
        outbox.unreachable(tx, lookup, now)
        person = people.of_lookup(tx, lookup)
        if person is None or person.at_home:  # whoever went on elsewhere can still be reached there
            self._follow_ups.unreachable(tx, lookup, now)
        else:
            self._people.reached(tx, person, now)

    def _is_for_whole(self, tx: Transaction, what: What, person: Person) -> bool:
        # A link that may have been passed on shows and erases nothing of what was answered before.
        if isinstance(what, Said):
            return wish(what.text) in ("mydata", "erase", "change")
        if isinstance(what, Tapped):
            offered = outbox.offered(tx, what.outbox, person.lookup)
            buttons = [button for row in outbox.read(offered.body).buttons for button in row] if offered else []
            return 0 <= what.button < len(buttons) and buttons[what.button].tap.action == "erase"
        return False

    def _said(self, tx: Transaction, said: Said, person: Person, now: datetime) -> None:
        start = _START.fullmatch(said.text.strip())
        if start and not said.edited:
            self._welcome.start(tx, start["code"], person, now)
            return
        asked_for = wish(said.text)
        command = asked_for if asked_for == "stop" or not said.edited else None
        if command == "start":
            self._welcome.start(tx, None, person, now)
        elif command == "stop":
            self._people.stops(tx, person, now)
            self._follow_ups.stopped(tx, person.id, now)
            self._remarks.say(tx, person, "stopped", now)
        elif command in ("help", "language", "privacy", "mydata", "erase", "pause", "call-me"):
            self._command(tx, command, person, now)
        elif said.text.lstrip().startswith("/") and not said.edited:
            self._command(tx, "help", person, now)
        elif person.stopped_at is not None:
            self._remarks.say(tx, person, "stopped", now)
        elif said.edited or not self._taken(tx, said.text, person, now):
            self._reply(tx, Typed(said.text, said.message, said.edited), person, now)

    def _taken(self, tx: Transaction, text: str, person: Person, now: datetime) -> bool:
        # What answers no question of a journey: the number a call-back waits for, or a code that was said aloud.
        return self._call_backs.said(tx, text, person, now) or self._welcome.said(tx, text, person, now)

    def _command(self, tx: Transaction, command: str, person: Person, now: datetime) -> None:
        if command == "privacy":
            self._privacy.notice(tx, person, now)
        elif command == "mydata" and person.door == "web":
            self._remarks.say(tx, person, "mydata-page", now)
        elif command == "mydata":
            self._privacy.held(tx, person, now)
        elif command == "erase":
            self._privacy.erase(tx, person, now)
        elif command == "pause":
            self._privacy.pause(tx, person, now)
        elif command == "call-me":
            self._call_backs.wanted(tx, conversations.latest_of_person(tx, person.id), person, now)
        elif command == "language":
            self._languages(tx, person, now)
        else:
            self._help(tx, person, now)

    def _languages(self, tx: Transaction, person: Person, now: datetime) -> None:
        words, rows = self._premises.words, []
        for code in self._premises.languages:
            plainly = Button(in_language(words["language-name"], code), Tap("language", choice=code))
            easily = Button(in_language(words["language-name-easy"], code), Tap("language", choice=easy(code)))
            rows.append((plainly, easily))
        self._remarks.say(tx, person, "choose-language", now, rows=rows)

    def _help(self, tx: Transaction, person: Person, now: datetime) -> None:
        rows = [(self._remarks.button(person, "call-me", Tap("call-me")),)]
        kept = conversations.latest_of_person(tx, person.id)
        held = contacts.of_person(tx, person.id)
        contact = next((one for one in held if kept is not None and one.id == kept.contact_id), next(iter(held), None))
        names = names_of(self._premises, contact.unit, contact.service) if contact is not None else {}
        if kept is not None:
            wish_button = self._remarks.button(person, "wish", Tap("wish"))
            rows.append((Button(f"💡 {wish_button.label}", wish_button.tap),))
        self._remarks.say(tx, person, "help", now, names=names, rows=rows, conversation=kept)

    def _tapped(self, tx: Transaction, tapped: Tapped, person: Person, now: datetime) -> None:
        offered = outbox.offered(tx, tapped.outbox, person.lookup)
        buttons = [button for row in outbox.read(offered.body).buttons for button in row] if offered else []
        if offered is None or not 0 <= tapped.button < len(buttons):
            self._remarks.say(tx, person, "button-gone", now)
            return
        outbox.proven(tx, offered.edits or offered.id, tapped.message, now)
        tap = buttons[tapped.button].tap
        if tap.action == "language":
            self._speak(tx, tap.choice, person, now)
        elif tap.action == "rights":
            self._privacy.notice(tx, person, now)
        elif tap.action in ("erase", "pause"):
            self._privacy.tapped(tx, tap, person, now)
        elif tap.action == "call-back":
            self._call_backs.tapped(tx, tap, person, now)
        elif person.stopped_at is not None:
            self._remarks.say(tx, person, "stopped", now)
        elif tap.action == "there":
            self._welcome.was_there(tx, tap, person, now)
        else:
            self._tapped_in(tx, offered, tap, person, now)

    def _tapped_in(self, tx: Transaction, offered: Offered, tap: Tap, person: Person, now: datetime) -> None:
        kept = conversations.of_id(tx, offered.conversation_id) if offered.conversation_id is not None else None
        if kept is not None and kept.person_id != person.id:
            kept = None
        if tap.action == "call-me" and (kept is not None or offered.conversation_id is None):
            self._call_backs.wanted(tx, kept, person, now)
        elif kept is None:
            self._remarks.say(tx, person, "button-gone", now)
        elif self._conversations.reply(tx, kept, tap, person, now):
            return
        elif kept.turn == "ended" and not (tap.action in _ANSWERING and self._was_answered(tx, kept, tap)):
            self._remarks.say(tx, person, "button-gone", now)

    def _was_answered(self, tx: Transaction, kept: Kept, tap: Tap) -> bool:
        # The same tap twice is silence, not an excuse; only a question that can no longer be answered needs a word.
        return conversations.was_settled(tx, kept.id, tap.question, tap.asking)

    def _strange(self, tx: Transaction, strange: Strange, person: Person, now: datetime) -> None:
        if strange.kind == "tap":
            self._remarks.say(tx, person, "button-gone", now)
        elif person.stopped_at is not None:
            self._remarks.say(tx, person, "stopped", now)
        else:
            self._reply(tx, Odd(strange.kind), person, now)

    def _reply(self, tx: Transaction, reply: Reply, person: Person, now: datetime) -> None:
        kept = self._meant(tx, reply, person)
        if kept is not None and self._conversations.reply(tx, kept, reply, person, now):
            return
        if isinstance(reply, Typed) and reply.edited:
            return
        if isinstance(reply, Typed) and emergency(reply.text, self._premises.organisation.emergency_words):
            self._remarks.say(tx, person, "emergency", now)
        elif isinstance(reply, Odd):
            self._remarks.say(tx, person, "unreadable", now)
        else:
            known = self._welcome.is_known(tx, person)
            self._remarks.say(tx, person, "nothing-open" if known else "welcome-uninvited", now)

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
        if plain(language) not in self._premises.languages:
            return
        self._people.speaks(tx, person, language, chosen=True)
        person = self._people.found(tx, person.id) or person
        kept = conversations.open_of_person(tx, person.id)
        if not (person.door == "web" and kept is None and not self._welcome.is_known(tx, person)):
            self._remarks.say(tx, person, "language-set", now)  # chosen before anything was said, it shows by itself
        if kept is not None and person.stopped_at is None:
            self._conversations.speak(tx, kept, person, language, now)
