"""People's own words as rows: what was written, about what, where and on which day. Of whom it is, is not here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("verbatims.sql")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts: of one journey, question, unit, and of the weeks `first` to `last`; None: of all."""

    journey: str | None = None
    question: str | None = None
    unit: str | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """One text as it was kept, masked. Unit and service are those of the contact when the person was asked."""

    id: int
    journey: str
    fingerprint: str
    question: str
    unit: str
    service: str | None
    language: str
    recorded_at: datetime
    text: str


def words(tx: Transaction, wanted: Wanted, *, before: int, simulated: bool, limit: int) -> list[Verbatim]:
    """Texts with an id under `before`, the newest first; simulated ones only, or none of them."""
    return tx.all(
        Verbatim,
        _SQL["words"],
        journey=wanted.journey,
        question=wanted.question,
        unit=wanted.unit,
        first=wanted.first,
        last=wanted.last,
        before=before,
        simulated=int(simulated),
        limit=limit,
    )
