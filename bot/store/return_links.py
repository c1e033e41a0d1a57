"""Return links and door passes as rows: hashes of their tokens, never the tokens."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("return_links.sql")


def add(tx: Transaction, id_: str, *, token_hash: bytes, person: str, now: datetime, expires: datetime) -> None:
    """A link of a person's."""
    tx.run(_SQL["add"], id=id_, token_hash=token_hash, person=person, now=now, expires=expires)


def of_person(tx: Transaction, person: str, now: datetime) -> str | None:
    """The id of the person's newest link that holds."""
    found = tx.value(_SQL["of_person"], person=person, now=now)
    return found if isinstance(found, str) else None


def person_of(tx: Transaction, token_hash: bytes, now: datetime) -> str | None:
    """Whose link this is."""
    found = tx.value(_SQL["person_of"], token_hash=token_hash, now=now)
    return found if isinstance(found, str) else None


def prolong(tx: Transaction, id_: str, expires: datetime) -> None:
    """The link holds at least until then."""
    tx.run(_SQL["prolong"], id=id_, expires=expires)


def add_pass(tx: Transaction, token_hash: bytes, person: str, *, now: datetime, expires: datetime) -> None:
    """What takes a person to another door, once."""
    tx.run(_SQL["add_pass"], token_hash=token_hash, person=person, now=now, expires=expires)


def pass_of(tx: Transaction, token_hash: bytes, now: datetime) -> str | None:
    """Whom a pass is of."""
    found = tx.value(_SQL["pass_of"], token_hash=token_hash, now=now)
    return found if isinstance(found, str) else None


def spend(tx: Transaction, token_hash: bytes) -> None:
    """The pass takes nobody anywhere any more."""
    tx.run(_SQL["spend"], token_hash=token_hash)


def tidy(tx: Transaction, now: datetime) -> None:
    """Forget what is over."""
    tx.run(_SQL["tidy_links"], now=now)
    tx.run(_SQL["tidy_passes"], now=now)
