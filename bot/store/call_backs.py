"""Call-backs and the numbers to call, as rows. The number stands apart, sealed, and is deleted when nobody needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from bot.clock import week_start
from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.weeks import open_week, week_end

_SQL = queries("call_backs.sql")

State = Literal["asking", "open", "done", "withdrawn"]
Way = Literal["call-me", "i-call"]
Outcome = Literal["reached", "not-reached", "met"]


@dataclass(frozen=True, slots=True)
class CallBack:
    """A promise to call, or to be there when the person calls; `asking` while they still choose.

    `begun_at` is when they last chose something, `done_at` when staff marked it done or the person withdrew it.
    `ask_at` is when the person is to be asked about it, None once they were (`put_at`). `taken_by` is the member who
    said that they would call.
    """

    id: str
    person_id: str | None
    contact_id: str | None
    unit: str
    service: str | None
    state: State
    way: Way | None
    slot: str | None
    begun_at: datetime
    asked_at: datetime | None
    deadline: datetime | None
    done_at: datetime | None
    outcome: Outcome | None
    ask_at: datetime | None
    put_at: datetime | None
    happened: str | None
    helped: str | None
    answered_at: datetime | None
    simulated: int
    helped_at: datetime | None
    taken_by: str | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A call-back as staff see it. `sealed` is the number, None where none is kept (any more)."""

    id: str
    unit: str
    service: str | None
    state: State
    way: Way
    slot: str | None
    asked_at: datetime
    deadline: datetime
    done_at: datetime | None
    outcome: Outcome | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class CallBackRow:
    """One call-back as it stood at a week's close: what happened later is not in it. Moments are in UTC.

    `state` is open, done or withdrawn. `in_time`: 1 if the person was reached, or met when they called, by the
    deadline; 0 if the deadline passed first, or somebody tried and did not reach them; None where it is not known yet,
    or the person withdrew it before its deadline.
    """

    id: str
    contact_id: str | None
    unit: str
    service: str | None
    way: Way
    slot: str | None
    asked_at: datetime
    deadline: datetime
    state: State
    done_at: datetime | None
    outcome: Outcome | None
    in_time: int | None
    happened: str | None
    helped: str | None
    person_id: str | None = None


def recorded_at(tx: Transaction, now: datetime, zone: tzinfo) -> datetime:
    """`now`, or the first moment that is in no closed week: a clock that jumps back adds nothing to one."""
    return max(now, week_start(open_week(tx, now, zone), zone))


def add(
    tx: Transaction,
    id_: str,
    *,
    person: str,
    contact: str | None,
    unit: str,
    service: str | None,
    simulated: bool,
    now: datetime,
) -> None:
    """Somebody wants to be called; whatever else they were choosing for is dropped."""
    tx.run(_SQL["drop_asking"], person=person)
    tx.run(
        _SQL["add"],
        id=id_,
        person=person,
        contact=contact,
        unit=unit,
        service=service,
        simulated=int(simulated),
        now=now,
    )


def of_id(tx: Transaction, id_: str) -> CallBack | None:
    """The call-back with this id."""
    return tx.one(CallBack, _SQL["of_id"], id=id_)


def live(tx: Transaction, person: str, contact: str | None, unit: str) -> CallBack | None:
    """The one under way (asking or open) of a person about a contact; without a contact, about the unit."""
    return tx.one(CallBack, _SQL["live"], person=person, contact=contact, unit=unit)


def asking(tx: Transaction, person: str) -> CallBack | None:
    """The one that this person is choosing for."""
    return tx.one(CallBack, _SQL["asking"], person=person)


def asked_about(tx: Transaction, person: str, since: datetime) -> CallBack | None:
    """The one that this person was asked about after `since` and has not answered to the end."""
    return tx.one(CallBack, _SQL["asked_about"], person=person, since=since)


def choose(tx: Transaction, id_: str, way: Way | None, slot: str | None, now: datetime) -> None:
    """What the person has chosen so far."""
    tx.run(_SQL["choose"], id=id_, way=way, slot=slot, now=now)


def promise(
    tx: Transaction, id_: str, *, way: Way, slot: str | None, deadline: datetime, ask_at: datetime, now: datetime
) -> None:
    """Everything is chosen; nothing happens to one that is promised already."""
    tx.run(_SQL["promise"], id=id_, way=way, slot=slot, deadline=deadline, ask_at=ask_at, now=now)


def withdraw(tx: Transaction, id_: str, now: datetime) -> None:
    """The person does not want it any more; the number goes at once."""
    tx.run(_SQL["withdraw"], id=id_, now=now)
    tx.run(_SQL["wipe_number"], id=id_)


def drop(tx: Transaction, id_: str) -> None:
    """Nothing was chosen in the end: as if it had not been begun."""
    tx.run(_SQL["drop"], id=id_)


def keep_number(tx: Transaction, id_: str, sealed: bytes, now: datetime) -> None:
    """The number to call, sealed; in place of an earlier one."""
    tx.run(_SQL["keep_number"], id=id_, sealed=sealed, now=now)


def number(tx: Transaction, id_: str) -> bytes | None:
    """The sealed number of a call-back, while it is kept."""
    found = tx.value(_SQL["number"], id=id_)
    return found if isinstance(found, bytes) else None


def done(tx: Transaction, id_: str, outcome: Outcome, *, ask_at: datetime, now: datetime) -> bool:
    """Staff did it; the number goes at once. False if it is not open. Nobody is asked about it a second time."""
    changed = tx.run(_SQL["done"], id=id_, outcome=outcome, ask_at=ask_at, now=now) == 1
    if changed:
        tx.run(_SQL["wipe_number"], id=id_)
    return changed


def to_ask(tx: Transaction, now: datetime, *, too_old: datetime, silent_since: datetime, limit: int) -> list[CallBack]:
    """Those whose person is to be asked about them now; never one who stopped, paused, left or is being asked."""
    return tx.all(CallBack, _SQL["to_ask"], now=now, too_old=too_old, silent_since=silent_since, limit=limit)


def put(tx: Transaction, id_: str, now: datetime) -> None:
    """The person was asked about it."""
    tx.run(_SQL["put"], id=id_, now=now)


def never_ask(tx: Transaction, too_old: datetime) -> None:
    """Those that were to be asked about before `too_old` never are."""
    tx.run(_SQL["never_ask"], too_old=too_old)


def happened(tx: Transaction, id_: str, said: str, now: datetime) -> bool:
    """Whether it happened, as the person says ("yes" or "no"); the first word counts. False for a second one."""
    return tx.run(_SQL["happened"], id=id_, happened=said, now=now) == 1


def replied(tx: Transaction, id_: str, now: datetime) -> bool:
    """Who was not reached has said whether they want a new time. False for a second word."""
    return tx.run(_SQL["replied"], id=id_, now=now) == 1


def helped(tx: Transaction, id_: str, said: str, now: datetime) -> bool:
    """Whether a call that happened helped ("yes", "partly" or "no"); the first word counts. False otherwise."""
    return tx.run(_SQL["helped"], id=id_, helped=said, now=now) == 1


def listed(tx: Transaction, *, unit: str | None, late_at: datetime | None, every: bool) -> list[Listed]:
    """For staff, the nearest deadline first: open ones, or `every` one; with `late_at` those overdue at that moment."""
    return tx.all(Listed, _SQL["listed"], unit=unit, late_at=late_at, every=int(every))


def forget(tx: Transaction, *, numbers_before: datetime, asking_before: datetime) -> None:
    """Delete numbers given, and choices begun, before these moments."""
    tx.run(_SQL["old_numbers"], before=numbers_before)
    tx.run(_SQL["old_asking"], before=asking_before)


def below_question(tx: Transaction, lookup: bytes, conversation: str) -> int:
    """How many messages of ours stand in the chat below the last putting of a conversation's question."""
    return tx.count(_SQL["below"], lookup=lookup, conversation=conversation)


def rows_of_week(tx: Transaction, week: str, zone: tzinfo, simulated: bool) -> Iterator[CallBackRow]:
    """Call-backs asked for in the week, or that changed or fell due in it, as they stood at its close."""
    since, until = week_start(week, zone), week_end(week, zone)
    return tx.each(
        CallBackRow, _SQL["rows"], since=since, until=until, close=until, changes=1, simulated=int(simulated)
    )


def rows_asked(
    tx: Transaction, first: str, last: str, week: str, zone: tzinfo, simulated: bool
) -> Iterator[CallBackRow]:
    """Call-backs asked for in the weeks `first` to `last`, as they stood at the close of `week`: for the rate."""
    return tx.each(
        CallBackRow,
        _SQL["rows"],
        since=week_start(first, zone),
        until=week_end(last, zone),
        close=week_end(week, zone),
        changes=0,
        simulated=int(simulated),
    )
