"""Invitations, as rows. Their codes are never here, only hashes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("invitations.sql")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What lets a person begin with one contact."""

    id: str
    contact_id: str
    person_id: str | None
    made_at: datetime
    opened_at: datetime | None
    bound_at: datetime | None
    expires_at: datetime


def add(tx: Transaction, id_: str, *, contact: str, code_hash: bytes, now: datetime, expires: datetime) -> None:
    """An invitation to one contact."""
    tx.run(_SQL["add"], id=id_, contact=contact, code_hash=code_hash, now=now, expires=expires)


def of_code(tx: Transaction, code_hash: bytes) -> Invitation | None:
    """The invitation with this code's hash."""
    return tx.one(Invitation, _SQL["of_code"], code_hash=code_hash)


def of_id(tx: Transaction, id_: str) -> Invitation | None:
    """The invitation with this id."""
    return tx.one(Invitation, _SQL["of_id"], id=id_)


def of_contact(tx: Transaction, contact: str) -> Invitation | None:
    """A contact's newest invitation."""
    return tx.one(Invitation, _SQL["of_contact"], contact=contact)


def bind(tx: Transaction, id_: str, person: str, now: datetime) -> None:
    """The person began: the invitation is theirs."""
    tx.run(_SQL["bind"], id=id_, person=person, now=now)


def release(tx: Transaction, contact: str) -> None:
    """The contact's invitation is nobody's again."""
    tx.run(_SQL["release"], contact=contact)


def prolong(tx: Transaction, contact: str, expires: datetime) -> None:
    """The contact's invitation holds until then."""
    tx.run(_SQL["prolong"], contact=contact, expires=expires)
