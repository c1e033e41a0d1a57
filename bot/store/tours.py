"""Tours as rows: what simulated people are told while somebody looks at a demo."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("tours.sql")


def read(tx: Transaction, now: datetime) -> None:
    """Everything that waits for people at another door than the web counts as read by them."""
    tx.run(_SQL["note_read"], now=now)
    tx.run(_SQL["read"], now=now)
