"""Digests as rows: what was said of each week, and to whom it has been sent. Aggregates in words, and no addresses: who
got it stands here as a keyed hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("digests.sql")

State = Literal["queued", "sent", "failed", "unknown"]
"""What became of a sending; `unknown`: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A week's digest: whole in `words`, and `short` to stand beside the picture.

    `picture` is the name of its file, with its SHA-256 in hexadecimal; both None where nothing was drawn.
    """

    week: str
    language: str
    title: str
    words: str
    short: str
    picture: str | None
    sha256: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class _Week:
    week: str


def of_week(tx: Transaction, week: str) -> Kept | None:
    """The digest of this week."""
    return tx.one(Kept, _SQL["of_week"], week=week)


def weeks(tx: Transaction, most: int) -> list[str]:
    """The latest weeks that have a digest, the latest first."""
    return [row.week for row in tx.all(_Week, _SQL["weeks"], most=most)]


def record(tx: Transaction, kept: Kept) -> None:
    """Keep a digest, in place of an earlier one of its week."""
    tx.run(
        _SQL["record"],
        week=kept.week,
        language=kept.language,
        title=kept.title,
        words=kept.words,
        short=kept.short,
        picture=kept.picture,
        sha256=kept.sha256,
        made_at=kept.made_at,
    )


def queue(tx: Transaction, week: str, target: bytes) -> bool:
    """It is to be sent there. False where it was said before: it is never sent to anybody twice."""
    return tx.run(_SQL["queue"], week=week, target=target) == 1


def recover(tx: Transaction) -> int:
    """What was on its way when a process ended may have arrived, so that it is given up; returns how many."""
    return tx.run(_SQL["interrupted"])


def begin(tx: Transaction, week: str, target: bytes, now: datetime) -> bool:
    """Whether it may leave now: from here on it is on its way."""
    return tx.run(_SQL["begin"], week=week, target=target, now=now) == 1


def attempts(tx: Transaction, week: str, target: bytes) -> int:
    """How often it was tried."""
    return tx.count(_SQL["attempts"], week=week, target=target)


def settle(tx: Transaction, week: str, target: bytes, state: State, not_before: datetime | None = None) -> None:
    """What became of it; queued: once more, not before that moment."""
    tx.run(_SQL["settle"], week=week, target=target, state=state, not_before=not_before)
