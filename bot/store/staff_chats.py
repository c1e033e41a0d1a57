"""Chats of staff as rows: whose a chat is, the codes for linking one, and the contact being registered there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("staff_chats.sql")


@dataclass(frozen=True, slots=True)
class StaffChat:
    """A chat that is a member's, by its keyed hash. `draft` is a contact being registered there, as JSON."""

    lookup: bytes
    member_id: str
    linked_at: datetime
    draft: bytes | None
    drafted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A chat of somebody who works here, the language they read, and its sealed address while one is kept."""

    lookup: bytes
    language: str
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class GoesOut:
    """A follow-up that is planned: of which contact, which phase, when."""

    contact_id: str
    phase: str
    due_at: datetime
    unit: str
    journey: str


@dataclass(frozen=True, slots=True)
class TakesPlace:
    """A contact, and when it starts."""

    id: str
    unit: str
    journey: str
    start_at: datetime


def link(tx: Transaction, lookup: bytes, member: str, now: datetime) -> None:
    """The chat is this member's from now on."""
    tx.run(_SQL["link"], lookup=lookup, member=member, now=now)


def unlink(tx: Transaction, lookup: bytes) -> None:
    """The chat is nobody's any more."""
    tx.run(_SQL["unlink"], lookup=lookup)


def unlink_member(tx: Transaction, member: str) -> int:
    """None of the member's chats is theirs any more; how many were."""
    return tx.run(_SQL["unlink_member"], member=member)


def of_lookup(tx: Transaction, lookup: bytes) -> StaffChat | None:
    """Whose a chat is."""
    return tx.one(StaffChat, _SQL["of_lookup"], lookup=lookup)


def of_member(tx: Transaction, member: str) -> list[StaffChat]:
    """The member's chats, the oldest first."""
    return tx.all(StaffChat, _SQL["of_member"], member=member)


def everyone(tx: Transaction) -> list[Reached]:
    """The chats of everybody who works here and may use commands there."""
    return tx.all(Reached, _SQL["everyone"])


def draft(tx: Transaction, lookup: bytes, content: bytes | None, now: datetime) -> None:
    """The contact being registered in the chat; None when there is none any more."""
    tx.run(_SQL["draft"], lookup=lookup, draft=content, now=now if content is not None else None)


def add_code(tx: Transaction, code_hash: bytes, member: str, *, now: datetime, expires: datetime) -> None:
    """The one code with which the member links a chat; an earlier one holds no longer."""
    tx.run(_SQL["forget_codes"], member=member, now=now)
    tx.run(_SQL["add_code"], code_hash=code_hash, member=member, now=now, expires=expires)


def spent(tx: Transaction, code_hash: bytes, now: datetime) -> str | None:
    """Whose code it is; it is used up. None if it links nobody (any more)."""
    member = tx.value(_SQL["of_code"], code_hash=code_hash, now=now)
    return member if isinstance(member, str) and tx.run(_SQL["spend_code"], code_hash=code_hash) == 1 else None


def due_between(
    tx: Transaction, since: datetime, until: datetime, unit: str | None, limit: int
) -> tuple[list[GoesOut], int]:
    """What is to go out from `since` until before `until`, at most `limit` of it, and how much there is in all."""
    found = tx.all(GoesOut, _SQL["due_between"], since=since, until=until, unit=unit, limit=limit)
    return found, tx.count(_SQL["how_many_due"], since=since, until=until, unit=unit)


def starting_between(
    tx: Transaction, since: datetime, until: datetime, unit: str | None, limit: int
) -> list[TakesPlace]:
    """Contacts that start from `since` until before `until` and are not cancelled."""
    return tx.all(TakesPlace, _SQL["starting_between"], since=since, until=until, unit=unit, limit=limit)
