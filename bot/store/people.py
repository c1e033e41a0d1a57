"""Persons, their addresses and stops, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("people.sql")


@dataclass(frozen=True, slots=True)
class Person:
    """One who answers, with the address a conversation goes to. Nothing new is asked before `paused_until`."""

    id: str
    language: str
    language_chosen: int
    unreachable_at: datetime | None
    lookup: bytes
    door: str
    stopped_at: datetime | None
    paused_until: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Whether the person asked for a pause that still holds."""
        return self.paused_until is not None and self.paused_until > now


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


def add_address(tx: Transaction, person: str, *, lookup: bytes, door: str, sealed: bytes, now: datetime) -> None:
    """How a person is reached through one door."""
    tx.run(_SQL["add_address"], lookup=lookup, person=person, door=door, sealed=sealed, now=now)


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
