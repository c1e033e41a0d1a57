"""Erasures, as rows: what goes with a contact or a person, what is left as a count, and the list of them.

Deletes what it is told to. Who may ask for it, and what follows outside the database, is `bot.erasures`' to know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.clock import iso_week
from bot.store.database import Transaction
from bot.store.erasure_rows import Address, By, Doomed, Erasure, Place, Stop, Stranger, Tally, Tombstone
from bot.store.queries import queries

_SQL = queries("erasures.sql")


@dataclass(frozen=True, slots=True)
class _Week:
    week: str
    answers: int
    rows: int


@dataclass(frozen=True, slots=True)
class _Coded:
    week: str
    codings: int


@dataclass(frozen=True, slots=True)
class _Change:
    week: str
    follow_up: str


@dataclass(frozen=True, slots=True)
class _CallBack:
    asked_at: datetime | None
    deadline: datetime | None
    done_at: datetime | None
    answered_at: datetime | None
    helped_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Value:
    value: str


@dataclass(frozen=True, slots=True)
class _Number:
    value: int


@dataclass(frozen=True, slots=True)
class _Start:
    start_at: datetime


def contacts_of_person(tx: Transaction, person: str) -> list[Doomed]:
    """The person's contacts."""
    return tx.all(Doomed, _SQL["contacts_of_person"], person=person)


def contact(tx: Transaction, id_: str) -> Doomed | None:
    """One contact."""
    return tx.one(Doomed, _SQL["contact"], contact=id_)


def of_reference(tx: Transaction, place: Place, lookup: bytes) -> Doomed | None:
    """The contact with this reference (its keyed hash)."""
    return tx.one(Doomed, _SQL["of_reference"], unit=place.unit, journey=place.journey, lookup=lookup)


def outlived(tx: Transaction, before: datetime, limit: int) -> list[Doomed]:
    """Contacts that were over before a moment, with nothing useful to ask or answered since, the oldest first."""
    return tx.all(Doomed, _SQL["outlived"], before=before, limit=limit)


def registered_before(tx: Transaction, at: datetime) -> Iterator[str]:
    """The ids of the contacts that were known at a moment."""
    return (row.value for row in tx.each(_Value, _SQL["registered_before"], at=at))


def places(tx: Transaction) -> list[Place]:
    """The units and journeys in which any reference was ever registered."""
    return tx.all(Place, _SQL["where_references_are"])


def is_buried(tx: Transaction, place: Place, lookup: bytes) -> bool:
    """Whether this reference was erased before."""
    return tx.count(_SQL["is_buried"], unit=place.unit, journey=place.journey, lookup=lookup) == 1


def bury(tx: Transaction, place: Place, lookup: bytes, now: datetime) -> None:
    """This reference registers nothing any more."""
    tx.run(_SQL["bury"], unit=place.unit, journey=place.journey, lookup=lookup, now=now)


def buried(tx: Transaction) -> list[Tombstone]:
    """Every reference that was erased."""
    return tx.all(Tombstone, _SQL["buried"])


def stopped(tx: Transaction) -> list[Stop]:
    """Everybody who has said stop."""
    return tx.all(Stop, _SQL["stopped"])


def delete_contact(tx: Transaction, doomed: Doomed, zone: tzinfo, tally: Tally) -> None:
    """Delete a contact with all that belongs to it, and add it to the tally."""
    tally.contacts += 1
    _tally_call_backs(tx.all(_CallBack, _SQL["call_backs_of_contact"], contact=doomed.id), zone, tally)
    _tally_answers(tx.all(_Week, _SQL["answers_of_contact"], contact=doomed.id), tally)
    _tally_codings(tx.all(_Coded, _SQL["codings_of_contact"], contact=doomed.id), tally)
    for week, follow_ups in _weeks_of_follow_ups(tx, doomed, zone).items():
        tally.follow_ups[week] = tally.follow_ups.get(week, 0) + len(follow_ups)
    tx.run(_SQL["delete_answers_of_contact"], contact=doomed.id)
    tx.run(_SQL["delete_contact"], contact=doomed.id)
    tx.run(_SQL["forget_in_replies"], contact=doomed.id)
    if doomed.matter_id is not None:
        tx.run(_SQL["delete_matter"], matter=doomed.matter_id)


def delete_person(tx: Transaction, person: str, zone: tzinfo, tally: Tally) -> None:
    """Delete a person with what is left of theirs when their contacts are deleted, and add it to the tally."""
    _tally_call_backs(tx.all(_CallBack, _SQL["call_backs_of_person"], person=person), zone, tally)
    _tally_answers(tx.all(_Week, _SQL["answers_of_person"], person=person), tally)
    _tally_codings(tx.all(_Coded, _SQL["codings_of_person"], person=person), tally)
    tx.run(_SQL["delete_answers_of_person"], person=person)
    tx.run(_SQL["delete_person"], person=person)


def wipe_chat(tx: Transaction, lookup: bytes, now: datetime, *, waiting: bool) -> None:
    """Wipe what came in from a chat and what goes out to it. `waiting`: what has not had its turn yet, too."""
    tx.run(_SQL["delete_messages_to"], lookup=lookup)
    tx.run(_SQL["wipe_parked"], lookup=lookup)
    if waiting:
        tx.run(_SQL["wipe_waiting"], lookup=lookup, now=now)
    tx.run(_SQL["unlink_done"], lookup=lookup)


def unlink(tx: Transaction, lookup: bytes) -> None:
    """It is forgotten whose updates those were that are done."""
    tx.run(_SQL["unlink_done"], lookup=lookup)


def addresses(tx: Transaction, person: str) -> list[Address]:
    """How a person is reached, the latest first."""
    return tx.all(Address, _SQL["addresses_of"], person=person)


def met_before(tx: Transaction, lookup: bytes, at: datetime) -> str | None:
    """The id of the person at an address, if they were known at a moment."""
    found = tx.value(_SQL["met_before"], lookup=lookup, at=at)
    return found if isinstance(found, str) else None


def is_known(tx: Transaction, person: str) -> bool:
    """Whether there is such a person."""
    return tx.count(_SQL["is_known"], person=person) == 1


def add_stranger(tx: Transaction, id_: str, language: str, now: datetime) -> None:
    """Somebody of whom nothing is known but where one last message goes."""
    tx.run(_SQL["add_stranger"], id=id_, language=language, now=now)


def strangers(tx: Transaction) -> list[Stranger]:
    """Those whose last message has gone, one way or the other."""
    return tx.all(Stranger, _SQL["strangers"])


def strangers_left(tx: Transaction) -> bool:
    """Whether any of them is still to be written to."""
    return tx.count(_SQL["strangers_left"]) == 1


def count(tx: Transaction, tally: Tally, told: Collection[str]) -> None:
    """Add what was erased to the counts of its weeks, those of them that are closed.

    `told` are the weeks whose period of four has been told of.
    """
    for week in sorted({*tally.rows, *tally.follow_ups, *tally.codings}):
        rows, follow_ups, codings = (by_week.get(week, 0) for by_week in (tally.rows, tally.follow_ups, tally.codings))
        gone = rows if week in told else 0
        tx.run(_SQL["count"], week=week, rows=rows, follow_ups=follow_ups, codings=codings, told=gone)


def unmake(tx: Transaction, week: str) -> bool:
    """The data file of a week is to be made anew; False if none was made."""
    return tx.run(_SQL["unmake"], week=week) > 0


def is_closed(tx: Transaction, week: str) -> bool:
    """Whether a data file of a week is made, or being made: the week takes no new row."""
    return tx.count(_SQL["is_closed"], week=week) == 1


def ask(tx: Transaction, id_: str, person: str, by: By, now: datetime) -> None:
    """Somebody wants everything about a person erased, and has to wait."""
    tx.run(_SQL["ask"], id=id_, person=person, by=by, now=now)


def done(tx: Transaction, id_: str, by: By, tally: Tally, now: datetime) -> None:
    """An erasure nobody had to wait for is done."""
    tx.run(_SQL["done"], id=id_, by=by, now=now, **_counts(tally))


def carry_out(tx: Transaction, id_: str, tally: Tally, now: datetime) -> None:
    """One that was waited for is done; whom it concerned is forgotten."""
    tx.run(_SQL["carry_out"], id=id_, now=now, **_counts(tally))


def of_id(tx: Transaction, id_: str) -> Erasure | None:
    """One erasure."""
    return tx.one(Erasure, _SQL["of_id"], id=id_)


def queued_of_person(tx: Transaction, person: str) -> Erasure | None:
    """What a person waits for."""
    return tx.one(Erasure, _SQL["queued_of_person"], person=person)


def listed(tx: Transaction) -> list[Erasure]:
    """Every erasure, the latest first."""
    return tx.all(Erasure, _SQL["listed"])


def delete_outlived_call_backs(tx: Transaction, before: datetime) -> int:
    """Delete call-backs about no contact from before a moment, kept or not; returns how many."""
    return tx.run(_SQL["outlived_call_backs"], before=before)


def delete_old_messages(tx: Transaction, before: datetime, window: int) -> int:
    """Delete, of the `window` oldest messages, those from before a moment that nothing needs; returns how many."""
    return tx.run(_SQL["old_messages"], before=before, window=window)


def offers(tx: Transaction, person: str, action: str) -> list[int]:
    """The messages of ours to a person with buttons of an action, the latest first."""
    return [row.value for row in tx.all(_Number, _SQL["offers"], person=person, kind=f'"action":"{action}"')]


def _weeks_of_follow_ups(tx: Transaction, doomed: Doomed, zone: tzinfo) -> Mapping[str, set[str]]:
    # A data file tells of a follow-up in the week its contact starts, and in each in which it changed.
    weeks: dict[str, set[str]] = {}
    for change in tx.all(_Change, _SQL["changes_of_follow_ups"], contact=doomed.id):
        weeks.setdefault(change.week, set()).add(change.follow_up)
    all_of_them = {row.value for row in tx.all(_Value, _SQL["follow_ups"], contact=doomed.id)}
    for start in tx.all(_Start, _SQL["starts"], contact=doomed.id):
        week = iso_week(start.start_at, zone)
        if doomed.registered_week <= week and all_of_them:
            weeks.setdefault(week, set()).update(all_of_them)
    return weeks


def _tally_answers(weeks: list[_Week], tally: Tally) -> None:
    for found in weeks:
        tally.answers += found.answers
        tally.rows[found.week] = tally.rows.get(found.week, 0) + found.rows


def _tally_codings(weeks: list[_Coded], tally: Tally) -> None:
    for found in weeks:
        tally.codings[found.week] = tally.codings.get(found.week, 0) + found.codings


def _tally_call_backs(found: list[_CallBack], zone: tzinfo, tally: Tally) -> None:
    tally.call_backs += len(found)
    for one in found:
        moments = (one.asked_at, one.deadline, one.done_at, one.answered_at, one.helped_at)
        tally.of_call_backs |= {iso_week(moment, zone) for moment in moments if moment is not None}


def _counts(tally: Tally) -> dict[str, int]:
    return {"contacts": tally.contacts, "answers": tally.answers, "call_backs": tally.call_backs}
