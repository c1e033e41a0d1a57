"""Browsers in which somebody has begun, as rows. Their cookies are never here, only hashes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("web_sessions.sql")

LASTS = timedelta(days=90)
"""How long a session holds after it was last used."""

_UNTAKEN = timedelta(hours=1)
"""How long a new session may be without its address, which is made when its first message is taken."""


@dataclass(frozen=True, slots=True)
class WebSession:
    """A session. `sealed` is its address, None while its first message waits to be taken.

    Not `whole`: begun by a link that may have been passed on; then nothing before `shown_from` is shown.
    """

    lookup: bytes
    whole: int
    shown_from: int
    made_at: datetime
    seen_at: datetime
    sealed: bytes | None
    person_id: str | None


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where a person is met in browsers."""

    lookup: bytes
    sealed: bytes


def add(tx: Transaction, token_hash: bytes, lookup: bytes, *, whole: bool, shown_from: int, now: datetime) -> None:
    """A new session."""
    tx.run(
        _SQL["add"],
        token_hash=token_hash,
        lookup=lookup,
        whole=whole,
        shown_from=shown_from,
        now=now,
        expires=now + LASTS,
    )


def of_token(tx: Transaction, token_hash: bytes, now: datetime) -> WebSession | None:
    """The session of a cookie's hash, while it holds."""
    return tx.one(WebSession, _SQL["of_token"], token_hash=token_hash, now=now)


def see(tx: Transaction, token_hash: bytes, now: datetime) -> None:
    """The session was used, and holds for as long again."""
    tx.run(_SQL["see"], token_hash=token_hash, now=now, expires=now + LASTS)


def remove(tx: Transaction, token_hash: bytes) -> None:
    """The session ends."""
    tx.run(_SQL["remove"], token_hash=token_hash)


def address_of_person(tx: Transaction, person: str) -> WebAddress | None:
    """Where the person is met in browsers; None for one who never was."""
    return tx.one(WebAddress, _SQL["address_of_person"], person=person)


def tidy(tx: Transaction, now: datetime) -> None:
    """Forget sessions that have ended, and those of people who are forgotten."""
    tx.run(_SQL["tidy"], now=now, begun_before=now - _UNTAKEN)
