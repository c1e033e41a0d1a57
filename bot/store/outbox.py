"""The outbox: what goes out, in order within each chat. Never sends anything, and never decides what to say.

A row goes queued -> sending -> sent | failed | unknown. `unknown` means that it may have arrived: nothing but evidence
(a tap on its button, a later answer) or one repeat settles it. Edits may happen twice without harm, so they are never
unknown. All functions take part in the caller's transaction, so results and new claims can share one.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from bot.store.bodies import Body as Body
from bot.store.bodies import Document as Document
from bot.store.database import Transaction, Value
from bot.store.queries import queries
from flows.messages import Purpose

_SQL = queries("outbox.sql")

SETTLE_AFTER = timedelta(minutes=10)
"""How long evidence may take before an unknown send is sent once more (promise 11)."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row to be put on the wire now. `sealed` is its address; `edits_key` the door's id of the message to edit.

    `body` is JSON (see `read`); `attempts` counts this one. `fault` is empty in all that `claim` returns.
    """

    id: int
    lookup: bytes
    kind: str
    purpose: Purpose
    body: bytes
    attempts: int
    sealed: bytes
    edits_key: str | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An unknown send without evidence. `language` is its person's, None where nobody is known."""

    id: int
    person_id: str | None
    purpose: Purpose
    language: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A row as the desk needs it to understand a tap on one of its buttons. `body` is JSON (see `read`)."""

    id: int
    person_id: str | None
    conversation_id: str | None
    follow_up_id: str | None
    kind: str
    edits: int | None
    purpose: Purpose
    question: str | None
    asking: int | None
    body: bytes
    state: str


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    lookup: bytes
    kind: str
    edits: int | None
    state: str
    message_key: str | None
    sending_at: datetime | None
    follow_up_id: str | None


@dataclass(frozen=True, slots=True)
class _Id:
    id: int


@dataclass(frozen=True, slots=True)
class _Target:
    id: int
    door: str
    lookup: bytes


@dataclass(frozen=True, slots=True)
class _Text:
    body: bytes


def read(body: bytes) -> Body:
    """The body of a row."""
    return msgspec.json.decode(body, type=Body)


def add(
    tx: Transaction,
    *,
    door: str,
    lookup: bytes,
    purpose: Purpose,
    body: Body,
    now: datetime,
    person_id: str | None = None,
    conversation_id: str | None = None,
    follow_up_id: str | None = None,
    question: str = "",
    asking: int = 0,
    edits: int | None = None,
    useful_until: datetime | None = None,
    not_before: datetime | None = None,
    sealed: bytes | None = None,
) -> int:
    """Queue one message, or with `edits` (the id of the row that sent it) a change of one; returns the row's id.

    An edit with an empty text keeps the text that stands there. `edits` may also be the id of an earlier edit.
    `sealed` is the address of a chat that is nobody's: of the organisation itself.
    """
    target = tx.one(_Target, _SQL["target"], id=edits) if edits is not None else None
    if target is not None:
        # A change goes where the message stands, whichever door the person came through since.
        edits, door, lookup = target.id, target.door, target.lookup
        if not body.text:
            body = msgspec.structs.replace(body, text=_standing_text(tx, edits))
    return tx.insert(
        _SQL["add"],
        person_id=person_id,
        lookup=lookup,
        door=door,
        conversation_id=conversation_id,
        follow_up_id=follow_up_id,
        kind="send" if edits is None else "edit",
        edits=edits,
        purpose=purpose,
        question=question or None,
        asking=asking or None,
        body=msgspec.json.encode(body),
        queued_at=now,
        not_before=not_before,
        useful_until=useful_until,
        sealed=sealed,
    )


def claim(
    tx: Transaction,
    now: datetime,
    limit: int,
    busy: Collection[bytes] = (),
    first: Collection[bytes] = (),
    door: str = "telegram",
) -> list[Claimed]:
    """Take up to `limit` rows of a door, at most one of each chat and none of chats in `busy`: now they are `sending`.

    Within a chat strictly the oldest goes first, and nothing goes while one is on its way or the oldest has to wait.
    Chats in `first` (whoever wrote just now) come before others; else the older row does. What is no longer useful,
    or for a chat that said stop, or without an address, or a question of a conversation that has ended, or edits what
    never arrived, fails here and is not returned.
    """
    claimed: list[Claimed] = []
    while len(claimed) < limit:
        asked: dict[str, Value] = {"now": now, "door": door, "busy": _as_json(busy), "first": _as_json(first)}
        heads = tx.all(Claimed, _SQL["heads"], most=limit - len(claimed), **asked)
        for head in heads:
            if head.fault:
                failed(tx, head.id, head.fault)
        claimed += (leaving := [head for head in heads if not head.fault])
        tx.many(_SQL["begin"], [{"id": head.id, "now": now} for head in leaving])
        if len(leaving) == len(heads):
            break
    return claimed


def next_at(tx: Transaction, now: datetime) -> datetime | None:
    """When the next row that has to wait may leave; None if none waits for a moment."""
    found = tx.value(_SQL["next_at"], now=now)
    return found if isinstance(found, datetime) else None


def sent(tx: Transaction, id: int, message_key: str | None, now: datetime) -> None:  # noqa: A002
    """It has left. `message_key` is the door's id of the message; None for an edit."""
    tx.run(_SQL["sent"], id=id, message_key=message_key, now=now)
    tx.run(_SQL["note_sent"], id=id, now=now)


def requeue(tx: Transaction, id: int, not_before: datetime | None, fault: str) -> None:  # noqa: A002
    """It is proven not to have left (or is an edit): once more, not before that moment. A proof that came wins."""
    row = tx.one(_Row, _SQL["of"], id=id)
    if row is not None and row.kind == "send" and row.message_key is not None and row.sending_at is not None:
        sent(tx, id, row.message_key, row.sending_at)
    else:
        tx.run(_SQL["requeue"], id=id, not_before=not_before, fault=fault)


def failed(tx: Transaction, id: int, fault: str) -> None:  # noqa: A002
    """It will never leave. `fault` must hold no content."""
    tx.run(_SQL["failed"], id=id, fault=fault)


def unknown(tx: Transaction, id: int, now: datetime) -> None:  # noqa: A002
    """It may have left. A send waits 10 minutes for evidence (which may be there already); an edit is queued again."""
    row = tx.one(_Row, _SQL["of"], id=id)
    if row is None:
        return
    if row.kind == "edit":
        tx.run(_SQL["requeue"], id=id, not_before=None, fault="reply lost")
    elif row.message_key is not None:
        sent(tx, id, row.message_key, now)
    else:
        tx.run(_SQL["unknown"], id=id, settle_at=now + SETTLE_AFTER)


def recover(tx: Transaction, now: datetime) -> None:
    """At start: what was on its way when the last process ended may have left."""
    for row in tx.all(_Id, _SQL["interrupted"]):
        unknown(tx, row.id, now)


def proven(tx: Transaction, id: int, message_key: str | None, now: datetime) -> None:  # noqa: A002
    """Somebody tapped a button of it, on the message of this key: so it arrived, even while its reply is awaited."""
    row = tx.one(_Row, _SQL["of"], id=id)
    if row is None:
        return
    if row.kind == "edit":
        if row.edits is not None:
            proven(tx, row.edits, message_key, now)
    elif row.state in ("sending", "sent"):
        if message_key is not None:
            tx.run(_SQL["note_key"], id=id, message_key=message_key, now=now)
    elif row.state == "unknown":
        sent(tx, id, message_key, now)


def evidence(tx: Transaction, conversation_id: str, now: datetime) -> None:
    """A later answer proves that what this conversation sent before it arrived."""
    for row in tx.all(_Id, _SQL["unknown_of_conversation"], conversation_id=conversation_id):
        sent(tx, row.id, None, now)


def unsettled(tx: Transaction, now: datetime) -> list[Unsettled]:
    """Unknown sends whose ten minutes are over, to be repeated once."""
    return tx.all(Unsettled, _SQL["unsettled"], now=now)


def repeat(tx: Transaction, id: int, prefix: str, now: datetime) -> int | None:  # noqa: A002
    """Queue the one repeat of an unknown send, `prefix` before its text; returns the new row's id.

    None if it was repeated before, is no longer useful, or asks a question of a conversation that has ended.
    """
    found = tx.one(_Text, _SQL["repeatable"], id=id, now=now)
    tx.run(_SQL["clear_settle_at"], id=id)
    if found is None:
        return None
    body = read(found.body)
    words = msgspec.structs.replace(body, text=f"{prefix}\n\n{body.text}" if body.text else prefix)
    return tx.insert(_SQL["repeat"], id=id, body=msgspec.json.encode(words), now=now)


def unreachable(tx: Transaction, lookup: bytes, now: datetime) -> None:
    """Nothing reaches this chat: what waits for it fails, and its person is marked. Follow-ups are another room's."""
    tx.run(_SQL["fail_unreachable"], lookup=lookup)
    tx.run(_SQL["give_up_unknown"], lookup=lookup)
    tx.run(_SQL["note_unreachable"], lookup=lookup, now=now)


def migrated(tx: Transaction, lookup: bytes, new: bytes, sealed: bytes) -> None:
    """The chat has a new address: everything kept under its old `lookup` goes to the `new` one."""
    for change in ("move_rows", "move_stop", "move_address"):
        tx.run(_SQL[change], lookup=lookup, new=new, sealed=sealed)


def offered(tx: Transaction, id: int, lookup: bytes) -> Offered | None:  # noqa: A002
    """The row of this id if it went to this chat: ids in taps come from outside, so both must fit."""
    return tx.one(Offered, _SQL["offered"], id=id, lookup=lookup)


def _standing_text(tx: Transaction, id: int) -> str:  # noqa: A002
    for row in tx.each(_Text, _SQL["texts_of"], id=id):
        text = read(row.body).text
        if text:
            return text
    return ""


def _as_json(lookups: Collection[bytes]) -> str:
    return json.dumps([lookup.hex().upper() for lookup in lookups])
