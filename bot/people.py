"""Persons: who is met at which address, who has stopped or paused, who can't be reached. Never knows what they answer.

A stop, and the start that ends one, also goes to the journal outside the database before it is committed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from bot.journal import Journal
from bot.keys import new_token
from bot.premises import Premises
from bot.store import people
from bot.store.database import Transaction
from bot.store.people import Person
from flows.wording import plain, spoken

KEPT_WITHOUT_CONTACT = timedelta(days=1)
"""How long somebody who has no contact with us is remembered: long enough to answer a question about privacy."""

UNTIL_START = datetime(9999, 1, 1, tzinfo=UTC)
"""A pause without an end but the person's own."""


class People:
    """The persons of these premises."""

    def __init__(self, premises: Premises, journal: Journal | None = None) -> None:
        """`journal` is None where nothing is kept outside the database."""
        self._premises = premises
        self._journal = journal

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

    def add_web_address(self, tx: Transaction, person: str, now: datetime) -> str:
        """The person's address in a browser, made where they have none. It is no home before they go on there."""
        for known in people.addresses(tx, person):
            if known.door == "web":
                return self._premises.keyring.unseal(known.sealed, purpose=b"address").decode()
        address = new_token()
        lookup = self._premises.keyring.lookup("web", address)
        people.add_address(
            tx,
            person,
            lookup=lookup,
            door="web",
            sealed=self._premises.keyring.seal(address.encode(), purpose=b"address"),
            now=now,
            home=False,
        )
        people.copy_stop(tx, person, lookup)
        return address

    def found(self, tx: Transaction, person: str) -> Person | None:
        """The person with this id, if they still have an address."""
        return people.of_id(tx, person)

    def reached(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The person can be reached after all, at another address than the one that was closed."""
        people.heard(tx, person.id, now)

    def speaks(self, tx: Transaction, person: Person, language: str, *, chosen: bool) -> None:
        """The person's language: chosen by them, or (not chosen) told by those who registered the contact."""
        if plain(language) in self._premises.languages:
            (people.speak if chosen else people.guess)(tx, person.id, language)

    def stops(self, tx: Transaction, person: Person, now: datetime) -> None:
        """Nothing more is sent to the person until they say start."""
        for address in people.addresses(tx, person.id):
            if self._journal is not None and person.stopped_at is None:
                tx.before_commit(partial(self._journal.stopped, address.lookup, now))
            people.stop(tx, address.lookup, now)

    def starts(self, tx: Transaction, person: Person, now: datetime) -> bool:
        """The person may be written to again, and no pause holds any more; True if they had stopped."""
        for address in people.addresses(tx, person.id):
            if self._journal is not None and person.stopped_at is not None:
                tx.before_commit(partial(self._journal.started, address.lookup, now))
            people.start(tx, address.lookup)
        people.unpause(tx, person.id)
        return person.stopped_at is not None

    def pause(self, tx: Transaction, person: Person, until: datetime) -> None:
        """Nothing new is asked before `until`, and nobody is reminded; what is open can still be answered."""
        people.pause(tx, person.id, until)

    def unpause(self, tx: Transaction, person: Person) -> bool:
        """No pause holds any more; False if none did."""
        return people.unpause(tx, person.id)

    def forget_without_purpose(self, tx: Transaction, now: datetime) -> int:
        """Wipe persons, with their addresses, for whom no purpose is left; returns how many."""
        return people.forget_without_purpose(tx, now - KEPT_WITHOUT_CONTACT)


def is_in_a_browser(tx: Transaction, person: str | None) -> bool:
    """Whether somebody is at home in a browser, where nothing reaches them before they come themselves."""
    found = people.of_id(tx, person) if person is not None else None
    return found is not None and found.door == "web"
