"""Contacts as lists for staff, as rows: filtered, sorted and counted by the database. Never what a person answered."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("contact_lists.sql")
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

State = Literal["planned", "begun", "answered", "silent", "cancelled", "left-out"]
STATES: tuple[State, ...] = ("planned", "begun", "answered", "silent", "cancelled", "left-out")
"""Where a contact stands: waiting to be asked, being asked, answered at least in part, over without an answer."""

SORTS = ("start", "reference", "unit", "journey", "state", "next")


@dataclass(frozen=True, slots=True)
class Among:
    """Contacts that start at or after `since` and before `until`; of one unit and journey, or of all."""

    since: datetime = _FIRST
    until: datetime = _LAST
    unit: str | None = None
    journey: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One contact of a list. `next_at` is when it is asked about next; `found` how many there are on all pages."""

    id: str
    reference: str | None
    unit: str
    journey: str
    start_at: datetime
    invitation: str
    state: State
    next_at: datetime | None
    found: int


@dataclass(frozen=True, slots=True)
class Step:
    """One follow-up of a listed contact. `bound`: there is somebody to ask."""

    contact_id: str
    phase: str
    state: str
    due_at: datetime
    disposition: str | None
    reason: str
    bound: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many contacts came how far. `invited`: neither cancelled nor left out by staff."""

    registered: int
    invited: int
    begun: int
    finished: int
    still_open: int


@dataclass(frozen=True, slots=True)
class Reason:
    """So many follow-ups ended so, without an answer."""

    disposition: str
    reason: str
    number: int


@dataclass(frozen=True, slots=True)
class Due:
    """So many follow-ups of a phase are planned for this moment."""

    phase: str
    due_at: datetime
    bound: int
    number: int


@dataclass(frozen=True, slots=True)
class _Code:
    code: str


def rows(
    tx: Transaction,
    among: Among,
    *,
    state: str | None = None,
    ids: Collection[str] | None = None,
    sort: str = "start",
    down: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Row]:
    """A page of contacts, sorted by one of `SORTS`; only those in `state`, and with these `ids`, where given."""
    return tx.all(
        Row,
        _SQL["rows"],
        since=among.since,
        until=among.until,
        unit=among.unit,
        journey=among.journey,
        ids=None if ids is None else json.dumps([*ids]),
        state=state,
        sort=sort,
        down=int(down),
        limit=limit,
        offset=offset,
    )


def steps(tx: Transaction, contacts: Collection[str]) -> list[Step]:
    """The follow-ups of these contacts, in the order of their phases."""
    return tx.all(Step, _SQL["follow_ups"], ids=json.dumps([*contacts]))


def numbers(tx: Transaction, among: Among) -> Numbers:
    """How many of these contacts came how far."""
    found = tx.one(
        Numbers, _SQL["numbers"], since=among.since, until=among.until, unit=among.unit, journey=among.journey
    )
    return found or Numbers(0, 0, 0, 0, 0)


def reasons(tx: Transaction, among: Among) -> list[Reason]:
    """Why follow-ups of these contacts ended without an answer, the most frequent first."""
    return tx.all(Reason, _SQL["reasons"], since=among.since, until=among.until, unit=among.unit, journey=among.journey)


def due(tx: Transaction, among: Among) -> list[Due]:
    """What is planned to go out in that time, whenever its contact takes place."""
    return tx.all(Due, _SQL["due"], since=among.since, until=among.until, unit=among.unit, journey=among.journey)


def journeys(tx: Transaction) -> list[str]:
    """Every journey that a contact follows."""
    return [one.code for one in tx.all(_Code, _SQL["journeys"])]
