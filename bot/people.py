"""Persons: who is met at which address, who has stopped, who can't be reached. Never knows what they answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.premises import Premises
from bot.store import people
from bot.store.database import Transaction
from bot.store.people import Person
from flows.wording import spoken

KEPT_WITHOUT_CONTACT = timedelta(days=1)
"""How long somebody who has no contact with us is remembered: long enough to answer a question about privacy."""


class People:
    """The persons of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def met(self, tx: Transaction, door: str, address: str, language: str | None, now: datetime) -> Person:
        """The person at this address, made known if new; they were heard from `now`.

        `language` is what their device says ("sv-SE"); it counts only until they choose one.
        """
        lookup = self._premises.keyring.lookup(door, address)
        person = people.of_lookup(tx, lookup)
        if person is None:
            people.add(
                tx,
                self._premises.ids(),
                language=spoken(language, self._premises.languages),
                lookup=lookup,
                door=door,
                sealed=self._premises.keyring.seal(address.encode(), purpose=b"address"),
                now=now,
            )
            person = people.of_lookup(tx, lookup)
            if person is None:
                raise LookupError("a person just made known is not there")
            return person
        people.heard(tx, person.id, now)
        return person

    def found(self, tx: Transaction, person: str) -> Person | None:
        """The person with this id, if they still have an address."""
        return people.of_id(tx, person)

    def speaks(self, tx: Transaction, person: Person, language: str, *, chosen: bool) -> None:
        """The person's language: chosen by them, or (not chosen) told by those who registered the contact."""
        if language in self._premises.languages:
            (people.speak if chosen else people.guess)(tx, person.id, language)

    def stops(self, tx: Transaction, person: Person, now: datetime) -> None:
        """Nothing more is sent to the person until they say start."""
        people.stop(tx, person.lookup, now)

    def starts(self, tx: Transaction, person: Person) -> bool:
        """The person may be written to again; True if they had stopped."""
        people.start(tx, person.lookup)
        return person.stopped_at is not None

    def forget_without_purpose(self, tx: Transaction, now: datetime) -> int:
        """Wipe persons, with their addresses, for whom no purpose is left; returns how many."""
        return people.forget_without_purpose(tx, now - KEPT_WITHOUT_CONTACT)
