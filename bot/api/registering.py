"""Registering: one contact or many, each taken or refused by itself, and told as often as it is asked again.

The same reference again is the same contact and changes nothing. Without a reference an Idempotency-Key makes a repeat
harmless for a day: what was done is remembered as ids, as of every request (see `bot.requests`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import msgspec

from bot.api import shapes, told
from bot.api.bodies import below, parsed, read, shown
from bot.api.checks import Ready, checked
from bot.api.operations import Answer, Call
from bot.api.problems import CONFLICT, ERASED, FAULTY, REFUSED, REUSED, ApiRefused, Fault, problem
from bot.contacts import ContactErased, ContactRefused
from bot.imports import BATCH_ROWS
from bot.organisation import UnknownCode
from bot.requests import Request, Turn
from bot.rooms import Rooms
from bot.store import contacts
from bot.store.database import Transaction

CONTACTS_A_CALL = 10
"""Of many contacts, so many count as one call."""

_MANY = "contacts"
_Outcome = tuple[int, shapes.Contact] | ApiRefused


class _Row(msgspec.Struct, frozen=True):
    index: int
    ready: Ready


class _Batch(msgspec.Struct, frozen=True):
    """So much as is registered in one transaction: people who answer meanwhile wait no longer than that."""

    sent: str
    rows: tuple[_Row, ...]


class _Kept(msgspec.Struct, frozen=True):
    """What became of one contact: its id, or why it was refused."""

    index: int
    contact: str | None = None
    known: bool = False
    erased: bool = False
    why: str = ""


class _Done(msgspec.Struct, frozen=True):
    """What is remembered of a batch; `sent` is the keyed hash of the whole body."""

    sent: str
    rows: tuple[_Kept, ...]


async def register(call: Call) -> Answer:
    """POST /contacts."""
    body = parsed(await call.body())
    many = isinstance(body, dict) and _MANY in body
    sent, at = (_several(cast("Mapping[str, object]", body)), f"/{_MANY}") if many else ([body], None)
    call.charge(len(sent) // CONTACTS_A_CALL)
    readings = [_reading(one, call, "" if at is None else below(at, index)) for index, one in enumerate(sent)]
    done = await _taken(call, readings, _mark(call, body))
    outcomes = await call.house.store.read(_outcomes, call, readings, done)
    if many:
        results = [_result(index, outcome, call.base) for index, outcome in enumerate(outcomes)]
        statuses = [one.status for one in results]
        registered, known = statuses.count(201), statuses.count(200)
        return Answer(shapes.Results(registered, known, len(statuses) - registered - known, tuple(results)))
    (outcome,) = outcomes
    if isinstance(outcome, ApiRefused):
        raise outcome
    status, contact = outcome
    return Answer(contact, status, {"Location": f"{call.base}/api/v1/contacts/{contact.id}"})


def _several(body: Mapping[str, object]) -> list[object]:
    faults = [
        Fault(
            f"'{shown(name)}' can't stand beside '{_MANY}'.", "Say it in each contact.", pointer=below("", shown(name))
        )
        for name in body
        if name != _MANY
    ]
    sent = body[_MANY]
    if not isinstance(sent, list) or not 1 <= len(sent) <= shapes.MOST_CONTACTS:
        detail, remedy = "This is no list of contacts, or too long.", f"Send 1 to {shapes.MOST_CONTACTS} at once."
        raise ApiRefused(FAULTY, faults=[*faults, Fault(detail, remedy, pointer=below("", _MANY))])
    if faults:
        raise ApiRefused(FAULTY, faults=faults)
    return sent


def _reading(one: object, call: Call, at: str) -> Ready | ApiRefused:
    given = read(one, shapes.NewContact, at)
    if isinstance(given, list):
        return ApiRefused(FAULTY, faults=given)
    try:
        return checked(given, call.key, call.house.premises, at)
    except ApiRefused as refused:
        return refused


async def _taken(call: Call, readings: Sequence[Ready | ApiRefused], sent: str) -> Mapping[int, _Kept]:
    done: dict[int, _Kept] = {}
    repeat = call.repeat_id()
    for begin in range(0, len(readings), BATCH_ROWS):
        found = enumerate(readings[begin : begin + BATCH_ROWS], begin)
        batch = _Batch(sent, tuple(_Row(index, one) for index, one in found if isinstance(one, Ready)))
        if not batch.rows:
            continue
        if repeat is not None:
            asked = Request(f"{repeat}-{begin}", "contacts.register", msgspec.Raw(msgspec.json.encode(batch)))
            reply = await _REGISTER.performed(call.house, asked, call.clock)
            kept = msgspec.json.decode(reply, type=_Done)
        else:
            kept = await call.house.store.write(_registered, call.house.rooms, batch, call.now)
        if kept.sent != sent:
            raise ApiRefused(REUSED)
        done |= {one.index: one for one in kept.rows}
    call.wake()
    return done


def _registered(tx: Transaction, rooms: Rooms, batch: _Batch, now: datetime) -> _Done:
    return _Done(batch.sent, tuple(_alone(tx, rooms, row, now) for row in batch.rows))


def _alone(tx: Transaction, rooms: Rooms, row: _Row, now: datetime) -> _Kept:
    try:
        with tx.savepoint():
            registered = rooms.contacts.register(tx, row.ready.new, now)
            if row.ready.spoken and not registered.known:
                rooms.invitations.speak(tx, registered.id, now)
    except ContactErased:
        return _Kept(row.index, erased=True)
    except (ContactRefused, UnknownCode) as error:
        return _Kept(row.index, why=str(error))
    return _Kept(row.index, registered.id, registered.known)


def _same(_: Transaction, __: Rooms, kept: _Done) -> _Done:
    return kept


_REGISTER = Turn(_Batch, _Done, _registered, _same)


def _outcomes(
    tx: Transaction, call: Call, readings: Sequence[Ready | ApiRefused], done: Mapping[int, _Kept]
) -> list[_Outcome]:
    outcomes: list[_Outcome] = []
    for index, reading in enumerate(readings):
        kept = done.get(index)
        if kept is not None and kept.contact is not None and contacts.of_id(tx, kept.contact) is not None:
            contact = told.contact(tx, call.house.rooms, kept.contact, call.now)
            outcomes.append((200 if kept.known else 201, contact))
        else:
            outcomes.append(_why(kept, reading))
    return outcomes


def _result(index: int, outcome: _Outcome, base: str) -> shapes.Result:
    if isinstance(outcome, ApiRefused):
        return shapes.Result(index, outcome.kind.status, None, problem(outcome, base))
    return shapes.Result(index, *outcome, None)


def _why(kept: _Kept | None, reading: Ready | ApiRefused) -> ApiRefused:
    if kept is not None:
        # A contact that is remembered and gone was erased since.
        return ApiRefused(ERASED) if kept.erased or kept.contact is not None else ApiRefused(REFUSED, kept.why)
    if isinstance(reading, ApiRefused):
        return reading
    return ApiRefused(CONFLICT, "It was refused the first time. Send it again under another Idempotency-Key.")


def _mark(call: Call, body: object) -> str:
    said = json.dumps(body, sort_keys=True, ensure_ascii=True).encode()
    return call.house.premises.keyring.reference("api", call.key.id, hashlib.sha256(said).hexdigest()).hex()
