"""Conversations, and the draws made for them, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("conversations.sql")

TurnOf = Literal["open", "waiting", "later", "ended"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as kept: `state` is the core's, as JSON.

    `known_as` is its person before they turned out to be another one.
    """

    id: str
    follow_up_id: str
    contact_id: str
    person_id: str
    door: str
    fingerprint: str
    state: bytes
    turn: TurnOf
    wake_at: datetime | None
    useful_until: datetime
    began_at: datetime
    asked_at: datetime | None
    replied_at: datetime | None
    repeated_at: datetime | None
    known_as: str | None = None

    @property
    def told_of(self) -> str:
        """The person that rows about it carry: exported ones never change theirs."""
        return self.known_as or self.person_id


def add(
    tx: Transaction,
    id_: str,
    *,
    follow_up: str,
    contact: str,
    person: str,
    door: str,
    fingerprint: str,
    state: bytes,
    turn: TurnOf,
    useful_until: datetime,
    asked_at: datetime | None,
    now: datetime,
) -> None:
    """A conversation that begins."""
    tx.run(
        _SQL["add"],
        id=id_,
        follow_up=follow_up,
        contact=contact,
        person=person,
        door=door,
        fingerprint=fingerprint,
        state=state,
        turn=turn,
        useful_until=useful_until,
        asked_at=asked_at,
        now=now,
    )


def of_id(tx: Transaction, id_: str) -> Kept | None:
    """The conversation with this id."""
    return tx.one(Kept, _SQL["of_id"], id=id_)


def of_follow_up(tx: Transaction, follow_up: str) -> Kept | None:
    """The conversation of a follow-up, once it has begun."""
    return tx.one(Kept, _SQL["of_follow_up"], follow_up=follow_up)


def of_contact(tx: Transaction, contact: str) -> list[Kept]:
    """The contact's conversations, the earliest first."""
    return tx.all(Kept, _SQL["of_contact"], contact=contact)


def open_of_person(tx: Transaction, person: str) -> Kept | None:
    """The conversation that has the person's floor."""
    return tx.one(Kept, _SQL["open_of_person"], person=person)


def postponed_of_person(tx: Transaction, person: str) -> Kept | None:
    """The conversation the person put off until later."""
    return tx.one(Kept, _SQL["postponed_of_person"], person=person)


def waiting_of_person(tx: Transaction, person: str) -> Kept | None:
    """The conversation to take the floor next."""
    return tx.one(Kept, _SQL["waiting_of_person"], person=person)


def latest_of_person(tx: Transaction, person: str) -> Kept | None:
    """The conversation the person last took part in, ended or not."""
    return tx.one(Kept, _SQL["latest_of_person"], person=person)


def live_of_person(tx: Transaction, person: str) -> list[Kept]:
    """Every conversation of the person's that has not ended."""
    return tx.all(Kept, _SQL["live_of_person"], person=person)


def of_source(tx: Transaction, person: str, source: str) -> Kept | None:
    """The conversation in which this message of the person's was taken for an answer."""
    return tx.one(Kept, _SQL["of_source"], person=person, source=source)


def keep(
    tx: Transaction,
    id_: str,
    *,
    state: bytes,
    turn: TurnOf,
    wake_at: datetime | None,
    asked_at: datetime | None,
    replied_at: datetime | None,
) -> None:
    """Where the conversation stands after a turn."""
    tx.run(_SQL["keep"], id=id_, state=state, turn=turn, wake_at=wake_at, asked_at=asked_at, replied_at=replied_at)


def give_floor(tx: Transaction, id_: str, turn: TurnOf) -> None:
    """Whose turn it is."""
    tx.run(_SQL["give_floor"], id=id_, turn=turn)


def waking(tx: Transaction, now: datetime, limit: int) -> list[Kept]:
    """Those whose chosen moment has come."""
    return tx.all(Kept, _SQL["waking"], now=now, limit=limit)


def active_between(tx: Transaction, since: datetime, until: datetime) -> list[Kept]:
    """Open ones in which something happened between the two moments, and which were not repeated after `until`."""
    return tx.all(Kept, _SQL["active_between"], since=since, until=until)


def repeated(tx: Transaction, id_: str, now: datetime) -> None:
    """The open question was put once more after an absence."""
    tx.run(_SQL["repeated"], id=id_, now=now)


def block(tx: Transaction, *, unit: str, journey: str, pool: str, candidates: tuple[str, ...]) -> list[str]:
    """The questions still to be handed out in the current block; empty where a new block is to be shuffled."""
    found = tx.value(_SQL["draw_block"], unit=unit, journey=journey, pool=pool, candidates=" ".join(candidates))
    return found.split() if isinstance(found, str) else []


def keep_block(
    tx: Transaction, *, unit: str, journey: str, pool: str, candidates: tuple[str, ...], left: list[str]
) -> None:
    """What is left of a block after a draw."""
    tx.run(
        _SQL["keep_block"],
        unit=unit,
        journey=journey,
        pool=pool,
        candidates=" ".join(candidates),
        block=" ".join(left),
    )


@dataclass(frozen=True, slots=True)
class _Number:
    value: int


def puttings(tx: Transaction, conversation: str, question: str, asking: int) -> list[int]:
    """The outbox rows that put this question, repeats included: this asking of it, or the one a correction corrects."""
    found = tx.all(_Number, _SQL["puttings"], conversation=conversation, question=question, asking=asking)
    return [row.value for row in found]


def was_settled(tx: Transaction, conversation: str, question: str, asking: int) -> bool:
    """Whether this asking of the question, or a later one, was settled by the person."""
    return tx.count(_SQL["was_settled"], conversation=conversation, question=question, asking=asking) == 1


def to_yield(tx: Transaction, now: datetime, *, silent_since: datetime, limit: int) -> list[Kept]:
    """Those that wait behind a question silent since `silent_since` that has more time left than they."""
    return tx.all(Kept, _SQL["to_yield"], now=now, silent_since=silent_since, limit=limit)


def newest_putting(tx: Transaction, conversation: str, lookup: bytes) -> list[int]:
    """The outbox row elsewhere than at this address that last put a question; none, or one."""
    found = tx.all(_Number, _SQL["newest_putting"], conversation=conversation, lookup=lookup)
    return [row.value for row in found]


def is_put_at(tx: Transaction, conversation: str, lookup: bytes) -> bool:
    """Whether the newest question of the conversation stands at this address."""
    return tx.count(_SQL["is_put_at"], conversation=conversation, lookup=lookup) == 1
