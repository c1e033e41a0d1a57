"""Keys of case systems as rows. A key itself is never here, only its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("api_keys.sql")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key. `unit` None: every unit. `made_by` is a member's id; `last_used_at` is kept every few minutes."""

    id: str
    name: str
    unit: str | None
    made_by: str | None
    made_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def add(
    tx: Transaction, id_: str, key_hash: bytes, *, name: str, unit: str | None, made_by: str, now: datetime
) -> None:
    """A new key."""
    tx.run(_SQL["add"], id=id_, key_hash=key_hash, name=name, unit=unit, made_by=made_by, now=now)


def of_hash(tx: Transaction, key_hash: bytes) -> ApiKey | None:
    """The key with this hash, unless it was revoked."""
    return tx.one(ApiKey, _SQL["of_hash"], key_hash=key_hash)


def of_id(tx: Transaction, id_: str) -> ApiKey | None:
    """The key with this id, revoked or not."""
    return tx.one(ApiKey, _SQL["of_id"], id=id_)


def all_of_them(tx: Transaction) -> list[ApiKey]:
    """Every key, those that are good first, the newest first."""
    return tx.all(ApiKey, _SQL["all"])


def use(tx: Transaction, id_: str, now: datetime) -> None:
    """It was used."""
    tx.run(_SQL["use"], id=id_, now=now)


def revoke(tx: Transaction, id_: str, now: datetime) -> bool:
    """It lets nobody in any more; False if that was so before."""
    return tx.run(_SQL["revoke"], id=id_, now=now) == 1
