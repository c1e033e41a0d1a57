"""Answers, as rows: append-only. Only erasure and retention delete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("answers.sql")


@dataclass(frozen=True, slots=True)
class Given:
    """What a person can be shown of one answer of theirs."""

    question: str
    status: str
    codes: str
    number: float | None
    text: str | None
    fingerprint: str


def add(
    tx: Transaction,
    uid: str,
    *,
    conversation: str,
    follow_up: str,
    contact: str,
    person: str,
    question: str,
    asking: int,
    status: str,
    codes: tuple[str, ...],
    number: float | None,
    text: str | None,
    masked: tuple[str, ...],
    drawn: bool,
    probability: float | None,
    language: str,
    door: str,
    source: str | None,
    asked_at: datetime | None,
    answered_at: datetime | None,
    now: datetime,
    week: str,
) -> bool:
    """Keep one settled question; False if this asking of it was settled before. Supersedes its earlier asking."""
    return (
        tx.run(
            _SQL["add"],
            uid=uid,
            conversation=conversation,
            follow_up=follow_up,
            contact=contact,
            person=person,
            question=question,
            asking=asking,
            status=status,
            codes=" ".join(codes),
            number=number,
            text=text,
            masked=" ".join(masked),
            drawn=int(drawn),
            probability=probability,
            language=language,
            door=door,
            source=source,
            asked_at=asked_at,
            answered_at=answered_at,
            now=now,
            week=week,
        )
        == 1
    )


def of_contact(tx: Transaction, contact: str) -> list[Given]:
    """A contact's answers as they stand, in the order they were given."""
    return tx.all(Given, _SQL["of_contact"], contact=contact)
