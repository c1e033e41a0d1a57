"""Matters: several contacts about the same thing. Whoever opened the invitation to one is asked about the others too.

A matter with several persons behind it is nobody's: each is then asked only about contacts they opened themselves.
"""

from __future__ import annotations

from datetime import datetime

from bot.premises import Premises
from bot.store import contacts, follow_ups, matters
from bot.store.database import Transaction


class Matters:
    """The matters of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def id_of(self, tx: Transaction, name: str, now: datetime) -> str:
        """The random id of the matter that staff call `name`, often a case number; it is kept only as a keyed hash."""
        lookup = self._premises.keyring.matter(name)
        known = matters.of_lookup(tx, lookup)
        if known is None:
            known = self._premises.ids()
            matters.add(tx, known, lookup, now)
        return known

    def known_by(self, tx: Transaction, name: str) -> str | None:
        """The id of a matter that was named before."""
        return matters.of_lookup(tx, self._premises.keyring.matter(name))

    def person_of(self, tx: Transaction, matter: str) -> str | None:
        """The one person behind a matter; None where there is nobody, or more than one."""
        persons = matters.persons(tx, matter)
        return persons[0] if len(persons) == 1 else None

    def claim(self, tx: Transaction, matter: str | None) -> None:
        """Bind what is unclaimed of a matter to its one person, as contacts they came to by the matter.

        What was bound so to somebody who is not its one person any more is let go, unless they were asked about it.
        """
        if matter is None:
            return
        person = self.person_of(tx, matter)
        for contact in matters.claimed(tx, matter, person):
            contacts.bind(tx, contact, None)
            follow_ups.bind(tx, contact, bound=False)
        for contact in matters.unclaimed(tx, matter) if person is not None else ():
            contacts.bind(tx, contact, person, by_matter=True)
            follow_ups.bind(tx, contact, bound=True)
