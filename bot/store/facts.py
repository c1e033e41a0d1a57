"""Facts about the database itself, and the requests that commands have handed over."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("facts.sql")

SIMULATED = "simulated"
"""The fact that marks a demo's database: nobody in it is real, and its workbooks say so."""


def get(tx: Transaction, name: str) -> bytes | None:
    """The fact of this name, or None."""
    found = tx.value(_SQL["get"], name=name)
    return found if isinstance(found, bytes) else None


def put(tx: Transaction, name: str, value: bytes) -> None:
    """Set the fact of this name."""
    tx.run(_SQL["set"], name=name, value=value)


def moment(tx: Transaction, name: str) -> datetime | None:
    """A fact that is a moment, in UTC."""
    found = get(tx, name)
    return None if found is None else datetime.fromisoformat(found.decode()).astimezone(UTC)


def put_moment(tx: Transaction, name: str, value: datetime) -> None:
    """Set a fact that is a moment."""
    put(tx, name, value.astimezone(UTC).isoformat().encode())


def used(tx: Transaction) -> bool:
    """Whether anybody or anything was ever registered in this database."""
    return tx.count(_SQL["persons_or_contacts"]) == 1


def reply_to(tx: Transaction, request: str) -> bytes | None:
    """The reply given to a request of this id before, or None."""
    found = tx.value(_SQL["request"], id=request)
    return found if isinstance(found, bytes) else None


def keep_reply(tx: Transaction, request: str, reply: bytes, now: datetime) -> None:
    """Remember the reply, so that the same request again is harmless."""
    tx.run(_SQL["keep_request"], id=request, reply=reply, now=now)


def forget_requests(tx: Transaction, since: datetime) -> None:
    """Forget requests made before `since`."""
    tx.run(_SQL["forget_requests"], since=since)


def forget(tx: Transaction, name: str) -> None:
    """The fact of this name no longer holds."""
    tx.run(_SQL["forget"], name=name)
