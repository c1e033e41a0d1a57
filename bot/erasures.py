"""Erasures: everything about a person, or about one contact, goes; a dated count stays. Never decides who may ask.

What goes is deleted in the caller's transaction. What lies outside the rows (the write-ahead log, old pages, drafts of
workbooks, data files made before) is owed from that commit on, and `leftovers` settles it. Each erasure also goes to
the journal, as keyed hashes, so that an older copy of the database brings nobody back. Stops stay: they are hashes, and
what keeps us from writing to somebody must outlive what we know of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot import leftovers
from bot.conversations import Conversations
from bot.figures.periods import period_of
from bot.journal import Entry, Journal, Reference
from bot.premises import Premises
from bot.store import erasures, facts, people
from bot.store.database import Transaction
from bot.store.erasure_rows import Address, By, Doomed, Erasure, Place, Tally
from bot.store.people import Person

_STRANGERS = "erased-strangers"
_OF_A_CONTACT = "contact"
"""As which door the ids of contacts are hashed for the journal."""


class ErasureRefused(Exception):
    """Nothing can be erased as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: an erasure's id, how much, and the weeks whose data files have to be made anew."""

    id: str
    contacts: int
    answers: int
    call_backs: int
    weeks: tuple[str, ...]


class Erasures:
    """The erasures of these premises."""

    def __init__(
        self, premises: Premises, conversations_room: Conversations | None = None, journal: Journal | None = None
    ) -> None:
        """`conversations_room` gives a freed floor to what waits; `journal` is None where none is kept."""
        self._premises = premises
        self._conversations = conversations_room
        self._journal = journal

    def ask(self, tx: Transaction, person: Person, now: datetime) -> Erasure:
        """The person wants it, and has to wait for somebody's decision; asked before, it is the same again."""
        waiting = erasures.queued_of_person(tx, person.id)
        if waiting is None:
            erasures.ask(tx, self._premises.ids(), person.id, "person", now)
            waiting = erasures.queued_of_person(tx, person.id)
        if waiting is None:
            raise LookupError("an erasure just asked for is not there")
        return waiting

    def person(self, tx: Transaction, person: str, by: By, now: datetime) -> tuple[Erased, Person | None]:
        """Erase everything about a person. ErasureRefused if there is none.

        Returns what went and, where the person asked for it and can be reached, a stranger at their address, to whom
        one last message can be sent; `beat` forgets it when that has gone.
        """
        waiting = erasures.queued_of_person(tx, person)
        if waiting is None and not erasures.is_known(tx, person):
            raise ErasureRefused(
                f"There is no person {person}. The column 'person' of a data file shows those there are."
            )
        asked = waiting is not None or by == "person"
        doomed = erasures.contacts_of_person(tx, person)
        addresses = erasures.addresses(tx, person)
        others = people.same_as(tx, person)  # known through another door before they were found to be one
        reachable = people.of_id(tx, person)
        tally = Tally()
        for contact in doomed:
            self._delete(tx, contact, tally, now)
        for one in (*others, person):
            erasures.delete_person(tx, one, self._premises.zone, tally)
        for address in addresses:
            # What the person wrote after they confirmed is a stranger's; what staff erase goes whole.
            erasures.wipe_chat(tx, address.lookup, now, waiting=by != "person")
        id_ = waiting.id if waiting is not None else self._premises.ids()
        if waiting is not None:
            erasures.carry_out(tx, id_, tally, now)
        else:
            erasures.done(tx, id_, by, tally, now)
        self._note(tx, id_, by, doomed, [address.lookup for address in addresses], now)
        erased = self._owed(tx, id_, tally)
        if not asked or reachable is None or reachable.unreachable_at is not None or not addresses:
            return erased, None
        home = next((address for address in addresses if address.lookup == reachable.lookup), addresses[0])
        return erased, self._stranger(tx, home, now)

    def contact(self, tx: Transaction, doomed: Doomed, by: By, now: datetime) -> Erased:
        """Erase one contact with all that belongs to it; of its person nothing else is touched."""
        tally = Tally()
        person = people.of_id(tx, doomed.person_id) if doomed.person_id is not None else None
        self._delete(tx, doomed, tally, now)
        id_ = self._premises.ids()
        erasures.done(tx, id_, by, tally, now)
        self._note(tx, id_, by, [doomed], [], now)
        if person is not None and self._conversations is not None:
            self._conversations.next_turn(tx, person, now, present=False)
        return self._owed(tx, id_, tally)

    def of_reference(self, tx: Transaction, reference: str, unit: str | None, journey: str | None) -> Doomed:
        """The one contact with a reference. ErasureRefused if there is none, or several so far."""
        found: list[Doomed] = []
        buried = False
        for place in erasures.places(tx):
            if unit in (None, place.unit) and journey in (None, place.journey):
                lookup = self._premises.keyring.reference(place.unit, place.journey, reference)
                contact = erasures.of_reference(tx, place, lookup)
                found += [contact] if contact is not None else []
                buried = buried or erasures.is_buried(tx, place, lookup)
        if len(found) > 1:
            where = "; ".join(f"--unit {one.unit} --journey {one.journey}" for one in found)
            raise ErasureRefused(f"Several contacts have this reference. Say which is meant: {where}.")
        if not found:
            why = "It was erased before." if buried else "Check how it is written, and --unit and --journey."
            raise ErasureRefused(f"No contact has this reference. {why}")
        return found[0]

    def outlived(self, tx: Transaction, doomed: Sequence[Doomed], now: datetime) -> Erased:
        """Erase contacts that have been kept for as long as they may be, as one erasure."""
        tally = Tally()
        for contact in doomed:
            self._delete(tx, contact, tally, now)
        id_ = self._premises.ids()
        erasures.done(tx, id_, "retention", tally, now)
        # Not for the journal: what an older copy brings back has outlived its time there, too.
        return self._owed(tx, id_, tally)

    def beat(self, tx: Transaction) -> int:
        """Forget those whose last message has gone, one way or the other; returns how many."""
        if facts.get(tx, _STRANGERS) is None:
            return 0
        gone = erasures.strangers(tx)
        for stranger in gone:
            erasures.delete_person(tx, stranger.person, self._premises.zone, Tally())
            if stranger.lookup is not None:
                erasures.unlink(tx, stranger.lookup)
        if not erasures.strangers_left(tx):
            facts.forget(tx, _STRANGERS)
        return len(gone)

    def again(self, tx: Transaction, entry: Entry, now: datetime) -> bool:
        """Do once more what a line of the journal says was erased; False where this database has done it.

        Whatever came after that erasure is left alone.
        """
        if entry.erasure:
            known = erasures.of_id(tx, entry.erasure)
            if known is not None and known.state == "done":
                return False
        by: By = "person" if entry.by == "person" else "staff"
        tally = Tally()
        doomed: dict[str, Doomed] = {}
        for person in self._persons_of(tx, entry):
            doomed |= {one.id: one for one in erasures.contacts_of_person(tx, person)}
        doomed |= self._contacts_of(tx, entry)
        for contact in doomed.values():
            self._delete(tx, contact, tally, now)
        for reference in entry.references:
            place = Place(reference.unit, reference.journey)
            erasures.bury(tx, place, bytes.fromhex(reference.reference_lookup), entry.at)
        persons = self._persons_of(tx, entry)
        others = [other for person in persons for other in people.same_as(tx, person)]
        for person in (*others, *persons):
            erasures.delete_person(tx, person, self._premises.zone, tally)
        for lookup in map(bytes.fromhex, entry.lookups):
            if persons:
                erasures.wipe_chat(tx, lookup, now, waiting=False)
        if entry.erasure and erasures.of_id(tx, entry.erasure) is not None:
            erasures.carry_out(tx, entry.erasure, tally, now)
        elif entry.erasure:
            erasures.done(tx, entry.erasure, by, tally, now)
        if tally.contacts or persons:
            self._owed(tx, entry.erasure or self._premises.ids(), tally)
        return bool(tally.contacts or persons)

    def _delete(self, tx: Transaction, doomed: Doomed, tally: Tally, now: datetime) -> None:
        erasures.delete_contact(tx, doomed, self._premises.zone, tally)
        if doomed.reference_lookup is not None:
            erasures.bury(tx, Place(doomed.unit, doomed.journey), doomed.reference_lookup, now)

    def _owed(self, tx: Transaction, id_: str, tally: Tally) -> Erased:
        told = {week for week in tally.weeks() if erasures.is_closed(tx, period_of(week)[-1])}
        erasures.count(tx, tally, told)
        weeks = tuple(week for week in tally.weeks() if erasures.unmake(tx, week))
        # Of a closed week the first file may be under way, made of the rows from before and not recorded yet.
        leftovers.owe(tx, id_, [week for week in tally.weeks() if erasures.is_closed(tx, week)])
        return Erased(id_, tally.contacts, tally.answers, tally.call_backs, weeks)

    def _stranger(self, tx: Transaction, address: Address, now: datetime) -> Person | None:
        id_ = self._premises.ids()
        erasures.add_stranger(tx, id_, address.language, now)
        people.add_address(tx, id_, lookup=address.lookup, door=address.door, sealed=address.sealed, now=now)
        facts.put(tx, _STRANGERS, b"1")
        return people.of_id(tx, id_)

    def _note(
        self, tx: Transaction, id_: str, by: By, doomed: Sequence[Doomed], lookups: Sequence[bytes], now: datetime
    ) -> None:
        if self._journal is None:
            return
        references = tuple(
            Reference(one.unit, one.journey, one.reference_lookup.hex())
            for one in doomed
            if one.reference_lookup is not None
        )
        entry = Entry(
            now,
            "erased",
            erasure=id_,
            by=by,
            lookups=tuple(lookup.hex() for lookup in lookups),
            references=references,
            contacts=tuple(self._hash(one.id).hex() for one in doomed),
        )
        tx.before_commit(partial(self._journal.append, [entry]))

    def _persons_of(self, tx: Transaction, entry: Entry) -> list[str]:
        found = [erasures.met_before(tx, bytes.fromhex(lookup), entry.at) for lookup in entry.lookups]
        return [person for person in found if person is not None]

    def _contacts_of(self, tx: Transaction, entry: Entry) -> dict[str, Doomed]:
        found: dict[str, Doomed] = {}
        for reference in entry.references:
            place = Place(reference.unit, reference.journey)
            contact = erasures.of_reference(tx, place, bytes.fromhex(reference.reference_lookup))
            if contact is not None:
                found[contact.id] = contact
        wanted = {*entry.contacts}
        known = erasures.registered_before(tx, entry.at) if wanted else ()
        for id_ in [id_ for id_ in known if self._hash(id_).hex() in wanted]:
            contact = erasures.contact(tx, id_)
            if contact is not None:
                found[id_] = contact
        return found

    def _hash(self, contact: str) -> bytes:
        return self._premises.keyring.lookup(_OF_A_CONTACT, contact)
