"""Persons, their addresses and stops, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("people.sql")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """One who answers, with one of their addresses. Nothing new is asked before `paused_until`.

    `at_home`: the address is the one they are written to. Found by id it always is.
    """

    id: str
    language: str
    language_chosen: int
    unreachable_at: datetime | None
    lookup: bytes
    door: str
    stopped_at: datetime | None
    paused_until: datetime | None = None
    at_home: int = 1

    def is_paused(self, now: datetime) -> bool:
        """Whether the person asked for a pause that still holds."""
        return self.paused_until is not None and self.paused_until > now


@dataclass(frozen=True, slots=True)
class Known:
    """One address of a person; `sealed` is the address itself, encrypted."""

    lookup: bytes
    door: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


@dataclass(frozen=True, slots=True)
class Heard:
    """When a person was first and last heard from."""

    first: datetime
    last: datetime | None


def of_lookup(tx: Transaction, lookup: bytes) -> Person | None:
    """The person behind an address's keyed hash."""
    return tx.one(Person, _SQL["of_lookup"], lookup=lookup)


def of_id(tx: Transaction, person: str) -> Person | None:
    """The person with this id, if they still have an address."""
    return tx.one(Person, _SQL["of_id"], person=person)


def add(tx: Transaction, id_: str, *, language: str, lookup: bytes, door: str, sealed: bytes, now: datetime) -> None:
    """A new person with one address."""
    tx.run(_SQL["add"], id=id_, language=language, now=now)
    add_address(tx, id_, lookup=lookup, door=door, sealed=sealed, now=now)


def add_address(
    tx: Transaction, person: str, *, lookup: bytes, door: str, sealed: bytes, now: datetime, home: bool = True
) -> None:
    """How a person is reached through one door; not `home`: they are written to elsewhere until they go on there."""
    home_at = None if home else _NEVER
    tx.run(_SQL["add_address"], lookup=lookup, person=person, door=door, sealed=sealed, now=now, home_at=home_at)


def heard(tx: Transaction, person: str, now: datetime) -> None:
    """The person was heard from."""
    tx.run(_SQL["heard"], person=person, now=now)


def unreachable(tx: Transaction, person: str, now: datetime) -> None:
    """The person can't be reached until heard from again."""
    tx.run(_SQL["unreachable"], person=person, now=now)


def speak(tx: Transaction, person: str, language: str) -> None:
    """The person chose a language."""
    tx.run(_SQL["speak"], person=person, language=language)


def guess(tx: Transaction, person: str, language: str) -> None:
    """The language to use until the person chooses."""
    tx.run(_SQL["guess"], person=person, language=language)


def stop(tx: Transaction, lookup: bytes, now: datetime) -> bool:
    """Nothing more is sent to this address; False if that was so before."""
    return tx.run(_SQL["stop"], lookup=lookup, now=now) == 1


def start(tx: Transaction, lookup: bytes) -> None:
    """This address may be written to again."""
    tx.run(_SQL["start"], lookup=lookup)


def start_after(tx: Transaction, lookup: bytes, at: datetime) -> bool:
    """As `start`, unless the address said stop after that moment; True if it had stopped before."""
    return tx.run(_SQL["start_after"], lookup=lookup, at=at) == 1


def pause(tx: Transaction, person: str, until: datetime) -> None:
    """Nothing new is asked of the person before `until`."""
    tx.run(_SQL["pause"], person=person, until=until)


def unpause(tx: Transaction, person: str) -> bool:
    """The person's pause is over; False if there was none."""
    return tx.run(_SQL["unpause"], person=person) == 1


def heard_between(tx: Transaction, person: str) -> Heard | None:
    """When the person was first and last heard from."""
    return tx.one(Heard, _SQL["heard_between"], person=person)


def forget_without_purpose(tx: Transaction, since: datetime) -> int:
    """Wipe persons who have no contact and have been silent since `since`; returns how many."""
    return tx.run(_SQL["without_purpose"], since=since)


def addresses(tx: Transaction, person: str) -> list[Known]:
    """Every address of the person, their home first."""
    return tx.all(Known, _SQL["addresses_of"], person=person)


def sealed(tx: Transaction, lookup: bytes) -> bytes | None:
    """The address behind a keyed hash, encrypted; None where there is none (any more)."""
    found = tx.value(_SQL["sealed"], lookup=lookup)
    return found if isinstance(found, bytes) else None


def make_home(tx: Transaction, lookup: bytes, now: datetime) -> None:
    """Its person is written to at this address from now on."""
    tx.run(_SQL["make_home"], lookup=lookup, now=now)


def copy_stop(tx: Transaction, person: str, lookup: bytes) -> None:
    """A stop said at any address of the person holds at this one too."""
    tx.run(_SQL["copy_stop"], person=person, lookup=lookup)


def is_fresh(tx: Transaction, person: str) -> bool:
    """Whether nothing was ever asked of this person, and nothing is planned."""
    return tx.count(_SQL["is_fresh"], person=person) == 1


def absorb(tx: Transaction, fresh: str, lookup: bytes, person: str) -> None:
    """A person just met turned out to be a known one: their address is that one's, and nothing else is left of them."""
    _move_erasure(tx, fresh, person)
    tx.run(_SQL["move_address"], lookup=lookup, person=person)
    tx.run(_SQL["forget"], person=fresh)


def link(tx: Transaction, person: str, to: str, now: datetime) -> None:
    """Two known persons turned out to be one: from now on it is `to`. Rows go on carrying whom they carried."""
    _move_erasure(tx, person, to)
    for move in (
        *("move_addresses", "move_contacts", "move_conversations", "move_invitations", "move_call_backs"),
        *("move_messages", "move_return_links"),
    ):
        tx.run(_SQL[move], person=person, to=to)
    tx.run(_SQL["relink"], person=person, same_as=to)
    tx.run(_SQL["note_same"], person=person, same_as=to, now=now)


def same_as(tx: Transaction, person: str) -> list[str]:
    """The ids of those who turned out to be this person."""
    return [row.id for row in tx.all(_Id, _SQL["same_as"], person=person)]


def _move_erasure(tx: Transaction, person: str, to: str) -> None:
    """What the one waits to have erased is the other's from now on."""
    tx.run(_SQL["move_erasure"], person=person, to=to)
    tx.run(_SQL["drop_erasure"], person=person)
