"""Weeks: closing them, reading what one holds, and the record of the files made of it.

A closed week takes no new row: whoever records an answer asks `open_week` for the week it belongs to, and
closing and recording are both writes, one after the other. So what a week holds is settled before it is read,
and reading it again gives the same, less what was erased. Never makes a file, never decides what may be
shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.clock import iso_week, week_start
from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.week_rows import (
    AnswerRow,
    CauseRow,
    FollowUpRow,
    OpenRow,
    ReasonRow,
    VersionRow,
    WeekFile,
)

_SQL = queries("weeks.sql")


class WeekNotEnded(Exception):
    """The week still runs, so it can't be closed; the message says until when."""


@dataclass(frozen=True, slots=True)
class _Week:
    week: str


def open_week(tx: Transaction, now: datetime, zone: tzinfo) -> str:
    """The week that a row recorded `now` belongs to: this one, or the one after the last closed, whichever
    is later.
    """
    current = iso_week(now, zone)
    last = tx.value(_SQL["last_closed"])
    return max(current, week_after(last)) if isinstance(last, str) else current


def close_ended(tx: Transaction, now: datetime, zone: tzinfo) -> list[str]:
    """Close every week that has ended, from that of the first row on; returns those closed now, oldest
    first.
    """
    last = tx.value(_SQL["last_closed"])
    week = week_after(last) if isinstance(last, str) else tx.value(_SQL["first_week"])
    closed = []
    while isinstance(week, str) and has_ended(week, now, zone):
        tx.run(_SQL["close"], week=week, closed_at=now)
        closed.append(week)
        week = week_after(week)
    return closed


def close(tx: Transaction, week: str, now: datetime, zone: tzinfo) -> None:
    """Close this week and every ended one, so that none before it stays open.

    WeekNotEnded while it still runs.
    """
    if not has_ended(week, now, zone):
        raise WeekNotEnded(
            f"{week} runs until {week_end(week, zone):%Y-%m-%d %H:%M} ({zone}). Export it then, or an earlier week now."
        )
    close_ended(tx, now, zone)
    tx.run(_SQL["close"], week=week, closed_at=now)


def has_ended(week: str, now: datetime, zone: tzinfo) -> bool:
    """Whether the next week has begun in `zone`."""
    return week_end(week, zone) <= now


def week_end(week: str, zone: tzinfo) -> datetime:
    """Monday 00:00 in `zone` after the week: the first moment that is no longer in it."""
    # Wall-clock arithmetic on purpose: the week of a change of the clocks has 167 or 169 hours.
    return week_start(week, zone) + timedelta(days=7)


def week_after(week: str) -> str:
    """The week after this one, across the turn of the year."""
    year, _, number = week.partition("-W")
    following = datetime.fromisocalendar(int(year), int(number), 1) + timedelta(days=7)
    next_year, next_number, _ = following.isocalendar()
    return f"{next_year}-W{next_number:02d}"


def weeks_of(first: str, last: str) -> list[str]:
    """The weeks from `first` to `last`, both of them; none where they stand the wrong way round."""
    found = []
    while first <= last:
        found.append(first)
        first = week_after(first)
    return found


def unmade(tx: Transaction) -> list[str]:
    """Closed weeks that lack the record of their report or of their data file, oldest first."""
    return [row.week for row in tx.each(_Week, _SQL["unmade"])]


def files(tx: Transaction, week: str) -> list[WeekFile]:
    """The files recorded for this week, by name."""
    return tx.all(WeekFile, _SQL["files"], week=week)


def record(tx: Transaction, file: WeekFile) -> None:
    """Record a file that stands whole in its folder, in place of an earlier record of that name."""
    tx.run(
        _SQL["record"],
        week=file.week,
        name=file.name,
        kind=file.kind,
        sha256=file.sha256,
        rows=file.rows,
        made_at=file.made_at,
    )


def versions(tx: Transaction, week: str) -> list[VersionRow]:
    """The journey versions used when this closed week was closed, in the order they came into use."""
    before = tx.value(_SQL["closed_at"], week=week)
    return tx.all(VersionRow, _SQL["versions"], week=week, before=before)


def answers(tx: Transaction, week: str, simulated: bool, unit: str | None = None) -> Iterator[AnswerRow]:
    """Every settled question recorded in the week, in order of recording; only simulated ones, or none of them.

    `unit`: of contacts that this unit met alone, as it stood when the follow-up began.
    """
    return tx.each(AnswerRow, _SQL["answers"], week=week, simulated=int(simulated), unit=unit)


def responses(tx: Transaction, first: str, last: str, simulated: bool) -> Iterator[AnswerRow]:
    """What contacts with an answer in the weeks `first` to `last` had answered up to its close, corrections applied.

    Rows come by journey and contact, and within a contact in order of recording.
    """
    return tx.each(AnswerRow, _SQL["responses"], first=first, week=last, simulated=int(simulated))


def follow_ups(
    tx: Transaction, week: str, zone: tzinfo, simulated: bool, unit: str | None = None
) -> Iterator[FollowUpRow]:
    """Follow-ups whose contact started in the week, or which changed in it, by the contact's start; `unit` as above."""
    start, end = week_start(week, zone), week_end(week, zone)
    return tx.each(
        FollowUpRow, _SQL["follow_ups"], week=week, start=start, end=end, simulated=int(simulated), unit=unit
    )


def begun_openly(tx: Transaction, first: str, last: str, week: str, zone: tzinfo, simulated: bool) -> list[OpenRow]:
    """Contacts that began from a poster or a card and started in the weeks `first` to `last`: they have no funnel."""
    return tx.all(
        OpenRow,
        _SQL["begun_openly"],
        start=week_start(first, zone),
        until=week_end(last, zone),
        week=week,
        simulated=int(simulated),
    )


def causes(
    tx: Transaction, first: str, last: str, week: str, zone: tzinfo, simulated: bool, by_unit: bool = False
) -> list[CauseRow]:
    """The funnel's contacts by the cause that staff gave, the most frequent first within a journey, no cause last; of
    all units together, or `by_unit`.
    """
    return tx.all(
        CauseRow,
        _SQL["causes"],
        start=week_start(first, zone),
        until=week_end(last, zone),
        close=week_end(week, zone),
        week=week,
        simulated=int(simulated),
        by_unit=int(by_unit),
    )


def reasons(
    tx: Transaction, first: str, last: str, week: str, zone: tzinfo, simulated: bool, by_unit: bool = False
) -> list[ReasonRow]:
    """Why the other follow-ups of those contacts were not answered, as it stood at the close of `week`; of all units
    together, or `by_unit`.
    """
    return tx.all(
        ReasonRow,
        _SQL["reasons"],
        start=week_start(first, zone),
        until=week_end(last, zone),
        week=week,
        simulated=int(simulated),
        by_unit=int(by_unit),
    )


def schema(tx: Transaction) -> str:
    """The name of the latest migration applied."""
    return str(tx.value(_SQL["schema"]))


def first_week(tx: Transaction) -> str | None:
    """The week of the first row that an export could hold, or None where there is no row."""
    found = tx.value(_SQL["first_week"])
    return found if isinstance(found, str) else None
