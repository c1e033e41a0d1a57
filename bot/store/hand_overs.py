"""Hand-overs, as rows: which follow-ups were given to the organisation's own sender, in which file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries
from flows.journey import PhaseName

_SQL = queries("hand_overs.sql")


@dataclass(frozen=True, slots=True)
class HandOver:
    """One file given to a sender; `undone_at` when nothing of it was sent after all."""

    id: str
    at: datetime
    rows: int
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """One follow-up for a file."""

    id: str
    contact_id: str
    phase: PhaseName
    useful_until: datetime


@dataclass(frozen=True, slots=True)
class _Id:
    value: str


def due(tx: Transaction, now: datetime, *, unit: str | None, limit: int) -> list[Due]:
    """What is due about contacts nobody has opened, and was handed over in no file; the nearest deadline first."""
    return tx.all(Due, _SQL["due"], now=now, unit=unit, limit=limit)


def mark(tx: Transaction, id_: str, follow_up: str, *, now: datetime, week: str) -> None:
    """This follow-up stands in the file with this id, which is made known if it is new."""
    tx.run(_SQL["begin"], id=id_, now=now)
    tx.run(_SQL["mark"], id=id_, follow_up=follow_up, now=now)
    tx.run(_SQL["record"], follow_up=follow_up, now=now, week=week)
    tx.run(_SQL["count"], id=id_)


def rows_of(tx: Transaction, id_: str, *, after: str, limit: int) -> list[Due]:
    """What stands in a file, in the order of ids, from the first one after `after`."""
    return tx.all(Due, _SQL["rows_of"], id=id_, after=after, limit=limit)


def of_id(tx: Transaction, id_: str) -> HandOver | None:
    """The file with this id."""
    return tx.one(HandOver, _SQL["of_id"], id=id_)


def all_of_them(tx: Transaction) -> list[HandOver]:
    """Every file, the newest first."""
    return tx.all(HandOver, _SQL["all"])


def undo(tx: Transaction, id_: str, *, now: datetime, week: str) -> int:
    """Nothing of the file went out: what of it is still planned is due again. Returns how many rows."""
    tx.run(_SQL["undone"], id=id_, now=now)
    planned = [row.value for row in tx.all(_Id, _SQL["planned_in"], id=id_)]
    for follow_up in planned:
        tx.run(_SQL["take_back"], follow_up=follow_up)
        tx.run(_SQL["record"], follow_up=follow_up, now=now, week=week)
    return len(planned)
