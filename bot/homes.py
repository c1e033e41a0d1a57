"""Homes: at which of a person's doors their conversation goes on. One is home; whoever goes on at another moves it.

What still stands at the old door loses its buttons and says where it went on. Two persons who turn out to be one are
linked; rows that were told of them keep whom they carried.
"""

from __future__ import annotations

from datetime import datetime

from bot.people import People
from bot.premises import Premises
from bot.store import conversations, outbox, people
from bot.store.database import Transaction
from bot.store.outbox import Body
from bot.store.people import Person
from bot.turns import NOTES_ARE_USEFUL
from flows.wording import in_language


class Homes:
    """Where the persons of these premises are at home."""

    def __init__(self, premises: Premises, people_room: People) -> None:
        self._premises = premises
        self._people = people_room

    def move(self, tx: Transaction, person: Person, now: datetime) -> Person:
        """The person goes on where they just came from; returns them at home there. Nothing happens if they were."""
        if person.at_home:
            return person
        self._retire(tx, person, now)
        people.make_home(tx, person.lookup, now)
        return people.of_id(tx, person.id) or person

    def joined(self, tx: Transaction, arrived: Person, other: str, now: datetime) -> Person:
        """Whoever came here with a pass of `other`'s is the same; returns who they are now, at home here.

        Somebody just met becomes `other`. Somebody known stays, and `other` turns out to be them.
        """
        if arrived.id == other or people.of_id(tx, other) is None:
            return self.move(tx, arrived, now)
        if people.is_fresh(tx, arrived.id):
            people.absorb(tx, arrived.id, arrived.lookup, other)
            people.copy_stop(tx, other, arrived.lookup)
        else:
            people.link(tx, other, arrived.id, now)
            people.copy_stop(tx, arrived.id, arrived.lookup)
        known = people.of_lookup(tx, arrived.lookup)
        if known is None:
            raise LookupError("a person just joined is not there")
        self._people.starts(tx, known, now)  # with a pass they said start, which ends a stop said at any door
        self._retire(tx, known, now)
        people.make_home(tx, known.lookup, now)
        return people.of_id(tx, known.id) or known

    def _retire(self, tx: Transaction, person: Person, now: datetime) -> None:
        # The newest question at the old door: its buttons go, and it says that it went on elsewhere.
        for kept in conversations.live_of_person(tx, person.id):
            for row in conversations.newest_putting(tx, kept.id, person.lookup):
                # A page says by itself where the conversation is; a chat must be told.
                words = in_language(self._premises.words["went-on-elsewhere"], person.language)
                words = words if person.door == "web" else ""
                outbox.add(
                    tx,
                    door=person.door,
                    lookup=person.lookup,
                    purpose="shell",
                    body=Body(strong=words),
                    now=now,
                    person_id=person.id,
                    conversation_id=kept.id,
                    edits=row,
                    useful_until=now + NOTES_ARE_USEFUL,
                )
