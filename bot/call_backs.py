"""Call-backs: somebody wants to talk to a human being. When, how and on which number, until it is promised.

The number goes to the call-back alone, sealed: never into an answer, a log or a message. A question that a journey has
open stays open all the while, and is put again when the call is settled if it stands too far up by then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.arrivals import Shared
from bot.call_times import SOON, slot_told
from bot.occasions import names_of
from bot.premises import Premises
from bot.promises import LIMIT, Promises
from bot.remarks import Remarks
from bot.store import call_backs, contacts, conversations
from bot.store.call_backs import CallBack, recorded_at
from bot.store.contacts import Contact
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.people import Person
from flows.conversation import Prefix
from flows.messages import Button, Tap
from flows.own_words import number_given
from flows.understanding import emergency
from flows.vocabulary import plain
from flows.wording import in_language

WAITS = timedelta(minutes=30)
"""How long typed text is looked at for what was asked; then it belongs to the conversation alone."""

NEAR = 2
"""A question with no more messages of ours below it is still in sight."""

Again = Callable[[Transaction, Kept, Person, Prefix | None, datetime], bool]

_SLOTS = {"morning": "call-morning", "afternoon": "call-afternoon", SOON: "call-soon"}
_FEWEST_DIGITS = 6
_ANSWERS = ("yes", "no", "helped-yes", "helped-partly", "helped-no", "no-thanks")


class CallBacks:
    """The call-backs of these premises. `promises` is what becomes of them."""

    def __init__(self, premises: Premises, remarks: Remarks) -> None:
        self._premises = premises
        self._remarks = remarks
        self._again: Again | None = None
        self.promises = Promises(premises, remarks)

    def afterwards(self, again: Again) -> None:
        """How an open question is put again: by the room of conversations, which is built after this one."""
        self._again = again

    def wanted(self, tx: Transaction, kept: Kept | None, person: Person, now: datetime) -> None:
        """The person tapped or wrote "call me", in a conversation or outside one."""
        contact = contacts.of_id(tx, kept.contact_id) if kept is not None else None
        if contact is None:
            contact = next(iter(contacts.of_person(tx, person.id)), None)
        if contact is None:
            self._remarks.say(tx, person, "call-me-number", now)  # we would not know who should call
        else:
            self._begin(tx, _own(contact, person), contact.unit, contact.service, person, now)

    def tapped(self, tx: Transaction, tap: Tap, person: Person, now: datetime) -> None:
        """A button of ours. Withdrawing is possible after stop, too: it takes a number away."""
        meant, choice = call_backs.of_id(tx, tap.question), tap.choice
        if meant is None or meant.person_id != person.id:
            if choice != "never-mind":  # what was dropped is gone; the same tap twice is silence
                self._remarks.say(tx, person, "button-gone", now)
        elif choice == "withdraw" or (choice == "never-mind" and meant.state != "asking"):
            self.promises.withdraw(tx, meant, person, now)
        elif person.stopped_at is not None:
            self._remarks.say(tx, person, "stopped", now)
        elif choice in _ANSWERS:
            self.promises.answered(tx, meant, choice, person, now)
        elif choice == "again":
            call_backs.replied(tx, meant.id, recorded_at(tx, now, self._premises.zone))
            self._begin(tx, meant.contact_id, meant.unit, meant.service, person, now)
        elif meant.state == "asking":
            self._chosen(tx, meant, choice, person, now)
        elif meant.state == "open" and choice not in (meant.slot, meant.way):
            self.promises.tell(tx, meant.id, person, now, once_more=True)
        elif meant.state != "open":
            self._remarks.say(tx, person, "button-gone", now)

    def said(self, tx: Transaction, text: str, person: Person, now: datetime) -> bool:
        """Whether a text was taken: as the number or the time that a call-back waits for, or as what was asked after.

        Everything else belongs to the conversation, and what sounds like an emergency always does.
        """
        if emergency(text, self._premises.organisation.emergency_words):
            return False
        asking = call_backs.asking(tx, person.id)
        if asking is not None and now - asking.begun_at <= WAITS:
            return self._typed_number(tx, asking, text, person, now) or self._typed_choice(
                tx, asking, text, person, now
            )
        answer = self.promises.meant(tx, text, person, now)
        if answer is None or not self._stands_last(tx, answer[0], person):
            return False
        promised, choice = answer
        self.tapped(tx, Tap("call-back", promised.id, choice=choice), person, now)
        return True

    def shared(self, tx: Transaction, card: Shared, person: Person, now: datetime) -> bool:
        """Whether a card with a phone number was taken; one that nobody asked for is not, unless it is their own."""
        asking = call_backs.asking(tx, person.id)
        if asking is None:
            if card.own:
                self._remarks.send(tx, person, self._remarks.text(person, "call-number-unasked"), now, keys=())
            return card.own
        number = number_given(f"+{card.number.strip().removeprefix('+')}") if card.own else None
        if number is not None:
            self._promise_to(tx, asking, number, person, now)
        else:
            self._remarks.say(tx, person, "call-number-odd" if card.own else "call-number-of-another", now)
        return True

    def number(self, tx: Transaction, contact: str, number: str, person: Person, now: datetime) -> None:
        """A journey's question for a phone number was answered: it is a call-back by the contact's unit.

        `number` is in E.164. A second answer changes the number of the same call-back.
        """
        found = contacts.of_id(tx, contact)
        if found is None:
            return
        if not self._premises.organisation.calls_back(found.unit):
            names = names_of(self._premises, found.unit, found.service)
            self._remarks.say(tx, person, "call-me-number", now, names=names)
            return
        live = call_backs.live(tx, person.id, _own(found, person), found.unit)
        if live is not None and live.state == "open" and live.way == "call-me":
            self.promises.keep_number(tx, live.id, number, person, now)
            self.promises.tell(tx, live.id, person, now)
            return
        if live is not None and live.state == "open":
            # They wanted to call themselves, and now want to be called.
            call_backs.withdraw(tx, live.id, recorded_at(tx, now, self._premises.zone))
        asked = self._added(tx, _own(found, person), found.unit, found.service, person, now)
        self.promises.keep_number(tx, asked.id, number, person, now)
        self.promises.make(tx, asked, person, "call-me", SOON, now)

    def beat(self, tx: Transaction, now: datetime) -> bool:
        """Ask about calls that were done, or should have been; True if there may be more."""
        return self.promises.ask(tx, now) == LIMIT

    def _begin(
        self, tx: Transaction, contact: str | None, unit: str, service: str | None, person: Person, now: datetime
    ) -> None:
        live = call_backs.live(tx, person.id, contact, unit)
        if live is not None and live.state == "open":
            self.promises.tell(tx, live.id, person, now, once_more=True)
        elif person.stopped_at is not None or not self._premises.organisation.calls_back(unit):
            self._remarks.say(tx, person, "call-me-number", now, names=names_of(self._premises, unit, service))
        elif live is not None:
            call_backs.choose(tx, live.id, None, None, now)
            self._ask_when(tx, live, person, now)
        else:
            self._ask_when(tx, self._added(tx, contact, unit, service, person, now), person, now)

    def _added(
        self, tx: Transaction, contact: str | None, unit: str, service: str | None, person: Person, now: datetime
    ) -> CallBack:
        id_ = self._premises.ids()
        call_backs.add(
            tx,
            id_,
            person=person.id,
            contact=contact,
            unit=unit,
            service=service,
            simulated=self._premises.simulated,
            now=now,
        )
        added = call_backs.of_id(tx, id_)
        if added is None:
            raise LookupError("a call-back just added is not there")
        return added

    def _ask_when(self, tx: Transaction, asking: CallBack, person: Person, now: datetime) -> None:
        rows = [
            (Button(self._slot(asking.unit, code, person.language), Tap("call-back", asking.id, choice=code)),)
            for code in self._slots(asking.unit)
        ]
        for code in ("i-call", "never-mind"):
            rows.append((self._remarks.button(person, f"call-{code}", Tap("call-back", asking.id, choice=code)),))
        names = names_of(self._premises, asking.unit, asking.service)
        self._remarks.say(tx, person, "call-when", now, names=names, rows=rows)

    def _chosen(self, tx: Transaction, asking: CallBack, choice: str, person: Person, now: datetime) -> None:
        if choice == "never-mind":
            call_backs.drop(tx, asking.id)
            self._remarks.send(
                tx, person, self._remarks.text(person, "call-dropped"), now, keys=() if asking.slot else None
            )
            self._resume(tx, person, now)
        elif choice == "i-call":
            if asking.slot:
                self._remarks.send(tx, person, self._remarks.text(person, "call-okay"), now, keys=())
            self.promises.make(tx, asking, person, "i-call", None, now)
            self._resume(tx, person, now)
        elif choice not in self._slots(asking.unit):
            self._ask_when(tx, asking, person, now)
        elif choice != asking.slot:
            call_backs.choose(tx, asking.id, "call-me", choice, now)
            words = self._premises.words
            phrase = f"call-number-{person.door}"
            keys = tuple(in_language(words[key], person.language) for key in ("call-share", "call-never-mind"))
            text = self._remarks.text(person, phrase if phrase in words else "call-number")
            self._remarks.send(tx, person, text, now, keys=keys)

    def _typed_number(self, tx: Transaction, asking: CallBack, text: str, person: Person, now: datetime) -> bool:
        if asking.slot is None:
            return False
        home = self._premises.organisation.holiday_country
        number = number_given(text, tuple(dict.fromkeys(code for code in (home, "SE", "FI") if code)))
        if number is not None:
            self._promise_to(tx, asking, number, person, now)
        elif _is_like_a_number(text):
            self._remarks.say(tx, person, "call-number-odd", now)  # mistyped: a conversation must not keep it
        else:
            return False
        return True

    def _typed_choice(self, tx: Transaction, asking: CallBack, text: str, person: Person, now: datetime) -> bool:
        phrases = {**_SLOTS, "i-call": "call-i-call", "never-mind": "call-never-mind"}
        offered = ("never-mind",) if asking.slot else (*self._slots(asking.unit), "i-call", "never-mind")
        for code in offered:
            if plain(text) in {plain(label) for label in self._premises.words[phrases[code]].texts.values()}:
                self._chosen(tx, asking, code, person, now)
                return True
        return False

    def _promise_to(self, tx: Transaction, asking: CallBack, number: str, person: Person, now: datetime) -> None:
        self.promises.keep_number(tx, asking.id, number, person, now)
        self.promises.make(tx, asking, person, "call-me", asking.slot or SOON, now)
        self._resume(tx, person, now)

    def _resume(self, tx: Transaction, person: Person, now: datetime) -> None:
        kept = conversations.open_of_person(tx, person.id)
        if kept is None or self._again is None or call_backs.below_question(tx, person.lookup, kept.id) <= NEAR:
            return
        self._again(tx, kept, person, "resumed", now)

    def _stands_last(self, tx: Transaction, promised: CallBack, person: Person) -> bool:
        # What a person types belongs to what was asked last.
        kept = conversations.open_of_person(tx, person.id)
        asked_at = promised.answered_at or promised.put_at
        return kept is None or kept.asked_at is None or (asked_at is not None and kept.asked_at < asked_at)

    def _slots(self, unit: str) -> tuple[str, ...]:
        return (*(code for code in self._premises.organisation.slots(unit) if code in _SLOTS), SOON)

    def _slot(self, unit: str, code: str, language: str) -> str:
        return slot_told(self._premises, unit, code, language, _SLOTS)


def _own(contact: Contact, person: Person) -> str | None:
    """The contact's id, unless somebody else has it by now."""
    return contact.id if contact.person_id == person.id else None


def _is_like_a_number(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return digits >= _FEWEST_DIGITS and not any(letter.isalpha() for letter in text)
