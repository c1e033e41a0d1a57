"""Commands about call-backs: who takes a promised call, and what became of it. A number is never in a request or its
reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import get_args

import msgspec

from bot.openings import Refused
from bot.organisation import meant
from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.store import call_backs
from bot.store.call_backs import CallBack, Outcome
from bot.store.database import Transaction

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""What can come of a call: reached, not reached, or met since they called themselves or came by."""


_UNKNOWN = "There is no call-back '{}'. `kundresa call-backs list` shows them."


class DoneCallBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """call-backs.done: its id, and what came of it: one of `OUTCOMES`. `member` is who says so, where that is known."""

    call_back: str
    outcome: str
    member: str | None = None


class CallBackDone(msgspec.Struct, frozen=True):
    """What is remembered and told: in time or not, and when the person is asked about it (None: they were already)."""

    call_back: str
    outcome: str
    in_time: bool
    asked_about_at: datetime | None
    zone: str


class TakeCallBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """call-backs.take: its id, and the member who will call."""

    call_back: str
    member: str


class CallBackTaken(msgspec.Struct, frozen=True):
    """Whose it is now."""

    call_back: str
    member: str


def _take(tx: Transaction, rooms: Rooms, asked: TakeCallBack, now: datetime) -> CallBackTaken:
    found = call_backs.of_id(tx, asked.call_back)
    if found is None or found.state == "asking":
        raise Refused(_UNKNOWN.format(asked.call_back))
    if found.state != "open":
        raise Refused(_settled(found, rooms))
    if rooms.call_backs.promises.take(tx, asked.call_back, asked.member, now):
        rooms.staff.note(tx, asked.member, "call-back-taken", asked.call_back, now)
    return CallBackTaken(asked.call_back, asked.member)


def _mark_done(tx: Transaction, rooms: Rooms, asked: DoneCallBack, now: datetime) -> CallBackDone:
    code = meant(asked.outcome, OUTCOMES, "outcome")
    outcome = next(one for one in OUTCOMES if one == code)
    found = call_backs.of_id(tx, asked.call_back)
    if found is None or found.state == "asking":
        raise Refused(_UNKNOWN.format(asked.call_back))
    if not rooms.call_backs.promises.done(tx, asked.call_back, outcome, now):
        raise Refused(_settled(found, rooms))
    if asked.member is not None:
        rooms.staff.note(tx, asked.member, "call-back-done", asked.call_back, now)
    done = call_backs.of_id(tx, asked.call_back) or found
    zone = rooms.premises.zone.key
    return CallBackDone(done.id, outcome, _in_time(done), done.ask_at, zone)


def _told(_: Transaction, __: Rooms, kept: CallBackDone) -> CallBackDone:
    return kept


def _taken(_: Transaction, __: Rooms, kept: CallBackTaken) -> CallBackTaken:
    return kept


def _in_time(done: CallBack) -> bool:
    kept = done.outcome in ("reached", "met")
    return kept and done.done_at is not None and done.deadline is not None and done.done_at <= done.deadline


def _settled(found: CallBack, rooms: Rooms) -> str:
    when = f"{found.done_at.astimezone(rooms.premises.zone):%Y-%m-%d %H:%M}" if found.done_at else "before"
    if found.state == "withdrawn":
        return f"{found.id}: the person withdrew it ({when}). Nobody needs to call."
    return f"{found.id}: was marked done already ({when}: {found.outcome}), which can't be changed."


COMMANDS: Mapping[str, Command] = {
    "call-backs.done": Turn(DoneCallBack, CallBackDone, _mark_done, _told),
    "call-backs.take": Turn(TakeCallBack, CallBackTaken, _take, _taken),
}
