"""The inbox: what came in, kept until its turn is committed. Never reads an update: it comes and stays sealed.

Updates are recognised by a set of ids, never by a high-water mark: Telegram draws its ids anew after a silent week.
Forgetting ids is safe after 8 days, because it keeps an update for at most 24 hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("inbox.sql")

PURPOSE = b"inbox"
"""What raw updates are sealed for."""

BACK_OFF = (timedelta(seconds=2), timedelta(seconds=8), timedelta(seconds=30), timedelta(seconds=120))
"""How long a row waits after its first, second, ... failure. After one failure more it is parked."""

RAW_OF_PARKED = timedelta(days=7)
IDS_OF_DONE = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Received:
    """An update to keep. `lookup` is its chat (b"" where none could be read); `raw` is sealed for `PURPOSE`."""

    door: str
    update_id: str
    lookup: bytes
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update whose turn it is. `raw` is sealed; `attempts` says how often it has failed."""

    id: int
    door: str
    update_id: str
    lookup: bytes
    raw: bytes
    received_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Parked:
    """An update set aside after its last attempt. `can_retry` is 0 once its raw form is wiped."""

    id: int
    door: str
    attempts: int
    fault: str
    received_at: datetime
    parked_at: datetime
    can_retry: int


def receive(tx: Transaction, received: Sequence[Received]) -> int:
    """Keep a batch; returns how many of them were new."""
    return sum(
        tx.run(
            _SQL["receive"],
            door=one.door,
            update_id=one.update_id,
            lookup=one.lookup,
            raw=one.raw,
            received_at=one.received_at,
        )
        for one in received
    )


def waiting(tx: Transaction, now: datetime, limit: int) -> list[Waiting]:
    """Up to `limit` rows whose turn it is, in the order they came.

    A chat with an earlier row that waits for its retry is left out, so order holds within each chat. Rows of no known
    chat (lookup b"") hold back nobody. Whoever takes several rows of one chat must stop at the first that fails.
    """
    return tx.all(Waiting, _SQL["waiting"], now=now, most=limit)


def settled(tx: Transaction, id: int, now: datetime) -> None:  # noqa: A002
    """Its turn is committed: wipe the raw update."""
    tx.run(_SQL["settled"], id=id, now=now)


def failed(tx: Transaction, id: int, now: datetime, fault: str) -> bool:  # noqa: A002
    """Note a failed attempt; True when it was the last one and the row is parked now. `fault` must hold no content."""
    before = tx.value(_SQL["attempts"], id=id)
    if not isinstance(before, int):
        return False
    if before >= len(BACK_OFF):
        tx.run(_SQL["park"], id=id, now=now, fault=fault)
        return True
    tx.run(_SQL["delay"], id=id, retry_at=now + BACK_OFF[before], fault=fault)
    return False


def parked(tx: Transaction) -> list[Parked]:
    """What is set aside, oldest first."""
    return tx.all(Parked, _SQL["parked"])


def retry(tx: Transaction, id: int) -> bool:  # noqa: A002
    """Let a parked row begin anew, with five attempts; False if there is none, or its raw update is wiped."""
    return tx.run(_SQL["retry"], id=id) == 1


def tidy(tx: Transaction, now: datetime) -> None:
    """Wipe raw updates parked for 7 days, and forget the ids of those settled 8 days ago."""
    tx.run(_SQL["wipe_parked"], before=now - RAW_OF_PARKED)
    tx.run(_SQL["forget_done"], before=now - IDS_OF_DONE)
