"""What stands on citizens' pages, as rows of the outbox. A page fetches; nothing is ever sent to it.

What the bot told outside every conversation can be read until the person does the next thing, or a day has passed.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from bot.store import outbox
from bot.store.bodies import Body
from bot.store.database import Transaction
from bot.store.queries import queries
from flows.messages import Purpose

_SQL = queries("web_messages.sql")

MOST = 200
"""Messages that a page shows; earlier ones are in what is held."""

READABLE = timedelta(hours=24)
"""How long what the bot told stays readable to somebody who does nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One message as it stands now: its newest change put in.

    `offer` is the row whose buttons these are; `question` and `conversation_id` say what it puts.
    """

    id: int
    offer: int
    purpose: Purpose
    conversation_id: str | None
    question: str | None
    body: Body
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    fault: str
    edits: int | None
    unseen: int


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    purpose: Purpose
    conversation_id: str | None
    question: str | None
    body: bytes
    sent_at: datetime
    edit_id: int | None
    edit_body: bytes | None


@dataclass(frozen=True, slots=True)
class _Lookup:
    lookup: bytes


@dataclass(frozen=True, slots=True)
class _UpdateId:
    update_id: str


def bring(tx: Transaction, lookup: bytes, now: datetime) -> int:
    """Put on the page what waits for this address, and fail what has no use any more; returns how many rows."""
    waiting = tx.all(_Waiting, _SQL["waiting"], lookup=lookup, now=now)
    brought: set[int] = set()
    for row in waiting:
        changes_nothing = row.edits is not None and row.unseen and row.edits not in brought
        if row.fault or changes_nothing:
            outbox.failed(tx, row.id, row.fault or "nothing to edit")
            continue
        tx.run(_SQL["bring"], id=row.id, now=now)
        tx.run(_SQL["note_sent"], id=row.id, now=now)
        brought.add(row.id)
    return len(waiting)


def standing(tx: Transaction, lookup: bytes, shown_from: int) -> list[Standing]:
    """What stands for this address from the row `shown_from` on, oldest first.

    What was wiped is left out, and so are files: a page shows what is held, and gives them.
    """
    rows = tx.all(_Row, _SQL["standing"], lookup=lookup, shown_from=shown_from, most=MOST)
    made = (_standing(row) for row in reversed(rows))
    shown = (one for one in made if one.body.document is None)
    return [one for one in shown if one.body.text or one.body.strong or one.body.buttons]


def offers(tx: Transaction, lookup: bytes, shown_from: int, row: int) -> bool:
    """Whether this row of the outbox stands for this address, from the row `shown_from` on."""
    return tx.count(_SQL["offers"], id=row, lookup=lookup, shown_from=shown_from) == 1


def shown_from(tx: Transaction, lookup: bytes) -> int:
    """The first row that somebody may see who comes by a link: the open question as last put, else what comes next."""
    putting = tx.count(_SQL["newest_putting"], lookup=lookup)
    return putting or last(tx) + 1


def last(tx: Transaction) -> int:
    """The newest row of the outbox; 0 where there is none."""
    return tx.count(_SQL["last"])


def waiting_since(tx: Transaction, after: int) -> list[bytes]:
    """Addresses for which something was written after this row."""
    return [row.lookup for row in tx.all(_Lookup, _SQL["waiting_since"], after=after)]


def is_waiting(tx: Transaction, lookup: bytes) -> bool:
    """Whether something waits to be fetched for this address."""
    return tx.count(_SQL["is_waiting"], lookup=lookup) == 1


def wipe(tx: Transaction, lookup: bytes) -> None:
    """The person goes on: what the bot told this address and nobody can tap goes."""
    tx.run(_SQL["wipe"], lookup=lookup)


def untaken(tx: Transaction, update_ids: Collection[str]) -> set[str]:
    """Of these ids of the inbox, those whose turn is not over."""
    ids = json.dumps(list(update_ids))
    return {row.update_id for row in tx.all(_UpdateId, _SQL["untaken"], ids=ids)}


def tidy(tx: Transaction, now: datetime) -> None:
    """Wipe what the bot told and nobody came back to read, and give up what has no use any more."""
    tx.run(_SQL["tidy"], before=now - READABLE)
    tx.run(_SQL["expire"], now=now)


def _standing(row: _Row) -> Standing:
    body = outbox.read(row.body)
    if row.edit_body is not None:
        changed = outbox.read(row.edit_body)
        body = msgspec.structs.replace(changed, text=changed.text or body.text, keys=body.keys)
    return Standing(row.id, row.edit_id or row.id, row.purpose, row.conversation_id, row.question, body, row.sent_at)
