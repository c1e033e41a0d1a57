"""Follow-ups and their history, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries
from flows.journey import PhaseName

_SQL = queries("follow_ups.sql")

Disposition = Literal["answered", "partial", "declined", "unanswered", "missed", "unreachable", "not-asked"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One phase planned for one contact."""

    id: str
    contact_id: str
    phase: PhaseName
    state: Literal["planned", "begun", "ended"]
    due_at: datetime
    useful_until: datetime
    retrospective: int
    with_during: int
    bound: int
    begun_at: datetime | None
    sent_at: datetime | None
    remind_at: datetime | None
    reminded_at: datetime | None
    ended_at: datetime | None
    disposition: Disposition | None
    reason: str
    late: int
    unit: str | None
    service: str | None
    channel: str | None
    outcome: str | None
    contact_start: datetime | None
    contact_end: datetime | None
    handed_over_at: datetime | None
    hand_over_id: str | None


def add(
    tx: Transaction,
    id_: str,
    *,
    contact: str,
    phase: PhaseName,
    due: datetime,
    useful_until: datetime,
    retrospective: bool,
    with_during: bool,
    ended: tuple[Disposition, str] | None,
    unit: str,
    service: str | None,
    channel: str | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    week: str,
) -> None:
    """A follow-up: planned, or `ended` at once with disposition and reason. Its history begins."""
    tx.run(
        _SQL["add"],
        id=id_,
        contact=contact,
        phase=phase,
        state="ended" if ended else "planned",
        due=due,
        useful_until=useful_until,
        retrospective=int(retrospective),
        with_during=int(with_during),
        ended_at=now if ended else None,
        disposition=ended[0] if ended else None,
        reason=ended[1] if ended else "",
        unit=unit,
        service=service,
        channel=channel,
        start=start,
        end=end,
    )
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def of_contact(tx: Transaction, contact: str) -> list[FollowUp]:
    """The contact's follow-ups, in the order of their phases."""
    return tx.all(FollowUp, _SQL["of_contact"], contact=contact)


def of_id(tx: Transaction, id_: str) -> FollowUp:
    """One follow-up. LookupError if there is none."""
    found = tx.one(FollowUp, _SQL["of_id"], id=id_)
    if found is None:
        raise LookupError(f"no follow-up {id_}")
    return found


def bind(tx: Transaction, contact: str, *, bound: bool) -> None:
    """There is somebody to ask about the contact, or nobody any more."""
    tx.run(_SQL["bind"], contact=contact, bound=int(bound))


def due(tx: Transaction, now: datetime, *, silent_since: datetime, limit: int) -> list[FollowUp]:
    """Planned follow-ups that may begin: due, with a person whose floor is free.

    An open question put before `silent_since` and not replied to yields to one whose last useful moment is nearer.
    """
    return tx.all(FollowUp, _SQL["due"], now=now, silent_since=silent_since, limit=limit)


def begin(
    tx: Transaction,
    id_: str,
    *,
    unit: str,
    service: str | None,
    channel: str | None,
    start: datetime,
    end: datetime | None,
    late: bool,
    remind_at: datetime | None,
    now: datetime,
    week: str,
) -> None:
    """Its conversation begins; what the contact was at this moment is frozen on it."""
    tx.run(
        _SQL["begin"],
        id=id_,
        unit=unit,
        service=service,
        channel=channel,
        start=start,
        end=end,
        late=int(late),
        remind_at=remind_at,
        now=now,
    )
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def end(
    tx: Transaction, id_: str, disposition: Disposition, reason: str, *, outcome: str | None, now: datetime, week: str
) -> None:
    """It ended, in this one disposition; the outcome known by now is frozen on it."""
    tx.run(_SQL["end"], id=id_, disposition=disposition, reason=reason, outcome=outcome, now=now)
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def resume(tx: Transaction, id_: str, state: Literal["planned", "begun"], *, now: datetime, week: str) -> None:
    """An ended one goes on after all: a declined invitation opened again, a wish after the thanks."""
    tx.run(_SQL["resume"], id=id_, state=state)
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def expiring(tx: Transaction, now: datetime, limit: int) -> list[FollowUp]:
    """Those whose last useful moment has passed."""
    return tx.all(FollowUp, _SQL["expiring"], now=now, limit=limit)


def to_remind(tx: Transaction, now: datetime, limit: int) -> list[FollowUp]:
    """Those whose reminder is due."""
    return tx.all(FollowUp, _SQL["to_remind"], now=now, limit=limit)


def reminded(tx: Transaction, id_: str, at: datetime | None) -> None:
    """Its reminder was sent `at`, or (None) will not be."""
    tx.run(_SQL["reminded"], id=id_, reminded_at=at)


def planned_of_person(tx: Transaction, person: str) -> list[FollowUp]:
    """What is planned for a person."""
    return tx.all(FollowUp, _SQL["planned_of_person"], person=person)


def postpone(tx: Transaction, id_: str, due: datetime) -> None:
    """It could not begin now; it is due again at `due`."""
    tx.run(_SQL["postpone"], id=id_, due=due)


def replan(
    tx: Transaction,
    id_: str,
    *,
    due: datetime,
    useful_until: datetime,
    retrospective: bool,
    with_during: bool,
    ended: tuple[Disposition, str] | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    week: str,
) -> None:
    """A moved contact's follow-up that was not begun: planned anew, or `ended` with disposition and reason."""
    tx.run(
        _SQL["replan"],
        id=id_,
        state="ended" if ended else "planned",
        due=due,
        useful_until=useful_until,
        retrospective=int(retrospective),
        with_during=int(with_during),
        ended_at=now if ended else None,
        disposition=ended[0] if ended else None,
        reason=ended[1] if ended else "",
        start=start,
        end=end,
    )
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def is_paused(tx: Transaction, contact: str, since: datetime) -> bool:
    """Whether the contact's person has been paused for some of the time since then."""
    return bool(tx.value(_SQL["is_paused"], contact=contact, since=since))
