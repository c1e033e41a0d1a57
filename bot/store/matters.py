"""Matters, as rows: what several contacts are about. Their names are never here, only keyed hashes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("matters.sql")


@dataclass(frozen=True, slots=True)
class _Id:
    value: str


def of_lookup(tx: Transaction, lookup: bytes) -> str | None:
    """The id of the matter whose name has this keyed hash."""
    found = tx.value(_SQL["of_lookup"], lookup=lookup)
    return found if isinstance(found, str) else None


def add(tx: Transaction, id_: str, lookup: bytes, now: datetime) -> None:
    """A new matter."""
    tx.run(_SQL["add"], id=id_, lookup=lookup, now=now)


def persons(tx: Transaction, matter: str) -> list[str]:
    """Who opened a contact of a matter, or was asked about one."""
    return [row.value for row in tx.all(_Id, _SQL["persons"], matter=matter)]


def unclaimed(tx: Transaction, matter: str) -> list[str]:
    """The ids of its contacts that are nobody's yet and may still be asked about."""
    return [row.value for row in tx.all(_Id, _SQL["unclaimed"], matter=matter)]


def claimed(tx: Transaction, matter: str, person: str | None) -> list[str]:
    """The ids of its contacts that anybody but `person` came to by the matter alone, and was not asked about yet."""
    return [row.value for row in tx.all(_Id, _SQL["claimed"], matter=matter, person=person)]
