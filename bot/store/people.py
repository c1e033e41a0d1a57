"""Persons, their addresses and stops, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("people.sql")


@dataclass(frozen=True, slots=True)
class Person:
    """One who answers, with the address a conversation goes to."""

    id: str
    language: str
    language_chosen: int
    unreachable_at: datetime | None
    lookup: bytes
    door: str
    stopped_at: datetime | None


def of_lookup(tx: Transaction, lookup: bytes) -> Person | None:
    """The person behind an address's keyed hash."""
    return tx.one(Person, _SQL["of_lookup"], lookup=lookup)


def of_id(tx: Transaction, person: str) -> Person | None:
    """The person with this id, if they still have an address."""
    return tx.one(Person, _SQL["of_id"], person=person)


def add(tx: Transaction, id_: str, *, language: str, lookup: bytes, door: str, sealed: bytes, now: datetime) -> None:
    """A new person with one address."""
    tx.run(_SQL["add"], id=id_, language=language, now=now)
    tx.run(_SQL["add_address"], lookup=lookup, person=id_, door=door, sealed=sealed, now=now)


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


def stop(tx: Transaction, lookup: bytes, now: datetime) -> None:
    """Nothing more is sent to this address."""
    tx.run(_SQL["stop"], lookup=lookup, now=now)


def start(tx: Transaction, lookup: bytes) -> None:
    """This address may be written to again."""
    tx.run(_SQL["start"], lookup=lookup)


def forget_without_purpose(tx: Transaction, since: datetime) -> int:
    """Wipe persons who have no contact and have been silent since `since`; returns how many."""
    return tx.run(_SQL["without_purpose"], since=since)
