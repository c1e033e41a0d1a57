"""My data, as rows: what is held about one person, to be shown to them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("my_data.sql")


@dataclass(frozen=True, slots=True)
class AnswerHeld:
    """One answer; `corrected` when a later one took its place. `codes` and `masked` are separated by spaces."""

    contact_id: str
    question: str
    asking: int
    status: str
    codes: str
    number: float | None
    text: str | None
    masked: str
    language: str
    door: str
    asked_at: datetime | None
    answered_at: datetime | None
    recorded_at: datetime
    fingerprint: str
    phase: str
    corrected: int


@dataclass(frozen=True, slots=True)
class CallBackHeld:
    """One call asked for; `sealed` is the number, None where none is kept."""

    unit: str
    service: str | None
    state: str
    way: str | None
    slot: str | None
    begun_at: datetime
    asked_at: datetime | None
    deadline: datetime | None
    done_at: datetime | None
    outcome: str | None
    happened: str | None
    helped: str | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class CodingHeld:
    """What an analyst coded of one answer: codes of a field, separated by spaces, or a text; neither: taken back."""

    contact_id: str
    question: str
    asking: int
    field: str
    codes: str
    text: str | None
    coded_at: datetime


@dataclass(frozen=True, slots=True)
class _Contact:
    contact_id: str


def answers(tx: Transaction, person: str) -> list[AnswerHeld]:
    """Every answer a person gave, in the order they were given."""
    return tx.all(AnswerHeld, _SQL["answers"], person=person)


def call_backs(tx: Transaction, person: str) -> list[CallBackHeld]:
    """Every call a person asked for."""
    return tx.all(CallBackHeld, _SQL["call_backs"], person=person)


def codings(tx: Transaction, person: str) -> list[CodingHeld]:
    """What was coded of a person's own words, in the order it came in. By whom is the analyst's, not theirs."""
    return tx.all(CodingHeld, _SQL["codings"], person=person)


def with_reference(tx: Transaction, person: str) -> set[str]:
    """The ids of those of a person's contacts that have a case reference."""
    return {row.contact_id for row in tx.all(_Contact, _SQL["references"], person=person)}
