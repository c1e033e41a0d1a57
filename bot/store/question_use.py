"""Question use: what became of the questions themselves, over weeks. Never a person, never what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("question_use.sql")


@dataclass(frozen=True, slots=True)
class UseRow:
    """For so many persons and contacts a question ended with this `status`: "answered", ..., "routed-past"."""

    fingerprint: str
    question: str
    retrospective: int
    status: str
    persons: int
    contacts: int


@dataclass(frozen=True, slots=True)
class TimeRow:
    """So many persons took so many whole seconds to answer a question."""

    fingerprint: str
    question: str
    retrospective: int
    seconds: int
    persons: int


def uses(tx: Transaction, weeks: Iterable[str], simulated: bool) -> list[UseRow]:
    """How each question ended in these weeks together, corrections applied. A person counts once a question: answered
    before put, put before not put, the latest of those.
    """
    return tx.all(UseRow, _SQL["uses"], weeks=json.dumps(list(weeks)), simulated=int(simulated))


def times(tx: Transaction, weeks: Iterable[str], simulated: bool) -> list[TimeRow]:
    """How long people took from a question, as it was last put, to their answer; corrections are left out."""
    return tx.all(TimeRow, _SQL["times"], weeks=json.dumps(list(weeks)), simulated=int(simulated))
