"""Call-backs: who waits to be called and by when; who takes the call, to which number, and what came of it.

A number is shown in the answer to the button that asks for it, which is noted before it is shown, and nowhere else.
One of another unit looks like one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

import phonenumbers
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.call_times import SOON, slot_told
from bot.commands_call_backs import CallBackDone, CallBackTaken, DoneCallBack, TakeCallBack
from bot.console import choices
from bot.console.choices import WRITERS
from bot.console.gate import Gate, Visit
from bot.console.seen import done_before
from bot.keys import Unreadable
from bot.openings import Refused
from bot.store import call_queue
from bot.store.call_backs import Outcome
from bot.store.call_queue import Queued, Waiting
from bot.store.database import Transaction

CALL_BACKS = "/console/call-backs"
_ONE = f"{CALL_BACKS}/{{id}}"
_SHOWN = 100
_LONGEST_ID = 40
_SLOTS = {"morning": "call-morning", "afternoon": "call-afternoon", SOON: "call-soon"}
_OUTCOMES: dict[str, tuple[Outcome, ...]] = {"call-me": get_args(Outcome), "i-call": ("met", "not-reached")}
_DONE = ("reached", "not-reached", "met", "taken", "gone")


@dataclass(frozen=True, slots=True)
class Call:
    """One who waits, in the reader's words."""

    id: str
    contact: str | None
    unit: str
    service: str
    way: str
    wish: str
    asked_at: datetime
    deadline: datetime
    late: bool
    mine: bool
    taken_name: str | None
    taken_at: datetime | None
    has_number: bool


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(CALL_BACKS, _queue, roles=WRITERS),
        gate.get(_ONE, _one, roles=WRITERS),
        gate.post(f"{_ONE}/take", _take, roles=WRITERS),
        gate.post(f"{_ONE}/number", _number, roles=WRITERS),
        gate.post(f"{_ONE}/done", _done, roles=WRITERS),
    ]


async def _queue(visit: Visit) -> Response:
    def look(tx: Transaction) -> tuple[list[Queued], Waiting]:
        waiting = call_queue.waiting(tx, unit=visit.unit, now=visit.now)
        return call_queue.queue(tx, unit=visit.unit, limit=_SHOWN), waiting

    found, waiting = await visit.house.store.read(look)
    done = visit.request.query_params.get("done", "")
    return visit.page(
        "call_backs.html",
        calls=[_call(visit, one) for one in found],
        waiting=waiting,
        done=done if done in _DONE else "",
        several_units=visit.unit is None and len(visit.house.premises.organisation.units) > 1,
    )


async def _one(visit: Visit) -> Response:
    found = await _found(visit)
    return _not_there(visit) if found is None else _page(visit, found)


async def _take(visit: Visit) -> Response:
    given = await visit.fields()
    found = await _found(visit)
    if found is None:
        return await _gone(visit, given.get("request_id", ""), "taken")
    if found.way != "call-me":
        return _page(visit, found)
    asked = TakeCallBack(found.id, visit.member.id)
    try:
        await visit.carried_out("call-backs.take", asked, CallBackTaken, given.get("request_id", ""))
    except Refused:  # withdrawn or done by somebody else in this very moment
        return visit.to(f"{CALL_BACKS}?done=gone")
    return visit.to(f"{CALL_BACKS}/{found.id}")


async def _number(visit: Visit) -> Response:
    await visit.fields()
    found = await _found(visit)
    if found is None:
        return _not_there(visit)
    try:
        number = await visit.house.store.write(_shown, visit, found.id)
    except Unreadable:
        number = ""
    return _page(visit, found, number=number)


async def _done(visit: Visit) -> Response:
    given = await visit.fields()
    found, outcome = await _found(visit), given.get("outcome", "")
    if found is None:
        return await _gone(visit, given.get("request_id", ""), outcome)
    if outcome not in _OUTCOMES[found.way]:
        return _page(visit, found, wrong=True)
    asked = DoneCallBack(found.id, outcome, visit.member.id)
    try:
        await visit.carried_out("call-backs.done", asked, CallBackDone, given.get("request_id", ""))
    except Refused:
        return visit.to(f"{CALL_BACKS}?done=gone")
    return visit.to(f"{CALL_BACKS}?done={outcome}")


def _shown(tx: Transaction, visit: Visit, id_: str) -> str | None:
    """The number, noted in the same commit: who sees it can't go unnoticed."""
    number = visit.house.rooms.call_backs.promises.number(tx, id_)
    if number is not None:
        visit.house.rooms.staff.note(tx, visit.member.id, "number-shown", id_, visit.now)
    return number


async def _found(visit: Visit) -> Queued | None:
    id_ = visit.request.path_params["id"]
    return await visit.house.store.read(call_queue.queued, id_, visit.unit) if len(id_) <= _LONGEST_ID else None


async def _gone(visit: Visit, request_id: str, done: str) -> Response:
    if not await done_before(visit, request_id):
        return _not_there(visit)
    return visit.to(f"{CALL_BACKS}?done={done if done in _DONE else 'gone'}")


def _not_there(visit: Visit) -> Response:
    return visit.refusal(visit.text("call-gone-title"), visit.text("call-gone"), 404)


def _page(visit: Visit, found: Queued, *, number: str | None = None, wrong: bool = False) -> Response:
    return visit.page(
        "call_backs_one.html",
        status=422 if wrong else 200,
        call=_call(visit, found),
        outcomes=_OUTCOMES[found.way],
        number=number,
        written=_written(number) if number else "",
        wrong=wrong,
    )


def _written(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _call(visit: Visit, one: Queued) -> Call:
    premises = visit.house.premises
    if one.way == "i-call":
        wish = visit.text("call-wish-i-call")
    else:
        wish = slot_told(premises, one.unit, one.slot, visit.language, _SLOTS)
    return Call(
        one.id,
        one.contact_id,
        choices.unit_name(visit, one.unit),
        choices.service_name(visit, one.service),
        one.way,
        wish,
        one.asked_at,
        one.deadline,
        one.deadline < visit.now,
        one.taken_by == visit.member.id,
        (one.taken_name or one.taken_by) if one.taken_by is not None else None,
        one.taken_at,
        bool(one.has_number),
    )
