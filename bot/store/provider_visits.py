"""Sign-ins under way at the organisation's provider, as rows: each is good for one coming back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("provider_visits.sql")


@dataclass(frozen=True, slots=True)
class ProviderVisit:
    """What the provider was told: a nonce that its answer must hold; `verifier` (sealed) proves that we asked."""

    nonce: str
    verifier: bytes
    made_at: datetime


def add(tx: Transaction, state_hash: bytes, *, nonce: str, verifier: bytes, now: datetime) -> None:
    """Somebody goes to the provider; of their `state` its hash alone is kept."""
    tx.run(_SQL["add"], state_hash=state_hash, nonce=nonce, verifier=verifier, now=now)


def spend(tx: Transaction, state_hash: bytes) -> ProviderVisit | None:
    """Somebody is back; None if nobody went with this state, or came back with it before."""
    return tx.one(ProviderVisit, _SQL["spend"], state_hash=state_hash)


def tidy(tx: Transaction, since: datetime) -> None:
    """Forget those who went before a moment and did not come back."""
    tx.run(_SQL["tidy"], since=since)
