"""Codes to say aloud, and the wrong ones that were tried, as rows. A code is never here, only its keyed hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("spoken_codes.sql")

Kind = Literal["personal", "open"]


@dataclass(frozen=True, slots=True)
class SpokenCode:
    """A code of one invitation: personal, or open."""

    invitation_id: str | None
    open_invitation_id: str | None
    generation: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Wrong:
    at: datetime


def add(
    tx: Transaction, lookup: bytes, invitation: str, kind: Kind, *, generation: int, now: datetime, expires: datetime
) -> None:
    """A code to an invitation."""
    tx.run(
        _SQL["add"],
        lookup=lookup,
        invitation=invitation if kind == "personal" else None,
        open_invitation=invitation if kind == "open" else None,
        generation=generation,
        now=now,
        expires=expires,
    )


def of_lookup(tx: Transaction, lookup: bytes) -> SpokenCode | None:
    """The code with this keyed hash, whether it still holds or not."""
    return tx.one(SpokenCode, _SQL["of_lookup"], lookup=lookup)


def of_invitation(tx: Transaction, invitation: str, kind: Kind) -> SpokenCode | None:
    """An invitation's newest code, whether it still holds or not."""
    query = "of_invitation" if kind == "personal" else "of_open_invitation"
    return tx.one(SpokenCode, _SQL[query], invitation=invitation)


def kill(tx: Transaction, invitation: str, kind: Kind, now: datetime) -> None:
    """The invitation's codes hold no longer. Their rows stay, so that no code ever comes again."""
    tx.run(_SQL["kill" if kind == "personal" else "kill_open"], invitation=invitation, now=now)


def wrong(tx: Transaction, source: bytes, now: datetime) -> None:
    """This source tried a code that lets nobody in."""
    tx.run(_SQL["wrong"], source=source, now=now)


def wrong_of_source(tx: Transaction, source: bytes, since: datetime) -> list[datetime]:
    """When this source was wrong after `since`, the earliest first."""
    return [found.at for found in tx.each(_Wrong, _SQL["wrong_of_source"], source=source, since=since)]


def wrong_of_all(tx: Transaction, since: datetime, most: int) -> int:
    """How often anybody was wrong after `since`, counted up to `most`."""
    return tx.count(_SQL["wrong_of_all"], since=since, most=most)


def forget_wrong(tx: Transaction, since: datetime) -> None:
    """Forget what was wrong at `since` or before."""
    tx.run(_SQL["forget_wrong"], since=since)
