"""Commands that write, by name: what each takes, does and tells. One request, with an id, is done once.

A command is a function of a transaction, so that it runs the same in the process that asks and in the one that holds
the database. What is remembered of a request never holds a code: codes are made anew when the reply is told again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import msgspec

from bot.cards import Card, card
from bot.clock import Now, iso_week, week_before
from bot.contacts import NewContact
from bot.moments import moment_meant
from bot.openings import REFUSALS, House, Refused
from bot.organisation import meant
from bot.rooms import Rooms
from bot.store import facts, inbox, weeks
from bot.store.database import Transaction
from bot.workbook.export import export_week
from bot.workbook.pages import TooManyRows


class Request(msgspec.Struct, frozen=True):
    """One request. The same `id` again is answered as before, and done no second time."""

    id: str
    command: str
    arguments: msgspec.Raw


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """Done, with a result; or refused, with one line that says why and what to do."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    refused: str = ""


class AddContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.add: codes as in the organisation's file; times as `moment_meant` reads them."""

    journey: str
    unit: str
    start: str
    end: str | None = None
    service: str | None = None
    channel: str | None = None
    cause: str | None = None
    solved: str | None = None
    outcome: str | None = None
    matter: str | None = None
    reference: str | None = None
    language: str | None = None


class Added(msgspec.Struct, frozen=True):
    """A contact's card; `known` when its reference was registered before, and nothing new was."""

    card: Card
    known: bool


class CancelContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.cancel: the contact did not take place."""

    contact: str


class RetryParked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """parked.retry: one row of the inbox, or all that can be."""

    row: int | None = None


class Retried(msgspec.Struct, frozen=True):
    """How many rows begin anew."""

    rows: int


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """export: a week (None: the last that ended), the report's language (None: the first), an absolute folder."""

    folder: str
    week: str | None = None
    language: str | None = None


class Exported(msgspec.Struct, frozen=True):
    """The files that stand there."""

    week: str
    files: tuple[str, ...]


async def performed(house: House, request: Request, now: Now) -> Reply:
    """Do what is requested, once. Never raises for what was asked; what is refused leaves nothing behind."""
    command = COMMANDS.get(request.command)
    if command is None:
        return Reply(ok=False, refused=f"There is no command '{request.command}'. Is one of the two programs older?")
    try:
        return Reply(ok=True, result=await command.performed(house, request, now))
    except msgspec.ValidationError as error:
        return Reply(ok=False, refused=f"{request.command}: {error}.")
    except REFUSALS as error:
        return Reply(ok=False, refused=str(error))


A = TypeVar("A")
K = TypeVar("K")


class _Command(Protocol):
    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        """The result as JSON."""


@dataclass(frozen=True, slots=True)
class _Turn(Generic[A, K]):
    """A command that is one transaction. `done` gives what is remembered, `told` from it what is told."""

    takes: type[A]
    remembers: type[K]
    done: Callable[[Transaction, Rooms, A, datetime], K]
    told: Callable[[Transaction, Rooms, K], msgspec.Struct]

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        arguments = msgspec.json.decode(request.arguments, type=self.takes)
        return await house.store.write(self._once, house.rooms, request.id, arguments, now())

    def _once(self, tx: Transaction, rooms: Rooms, id_: str, arguments: A, now: datetime) -> msgspec.Raw:
        remembered = facts.reply_to(tx, id_)
        if remembered is not None:
            kept = msgspec.json.decode(remembered, type=self.remembers)
        else:
            kept = self.done(tx, rooms, arguments, now)
            facts.keep_reply(tx, id_, msgspec.json.encode(kept), now)
        return msgspec.Raw(msgspec.json.encode(self.told(tx, rooms, kept)))


class _Export:
    """Several transactions; doing it twice is harmless in itself."""

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        asked = msgspec.json.decode(request.arguments, type=Export)
        premises, moment = house.premises, now()
        language = meant(asked.language or premises.languages[0], premises.languages, "language")
        week = asked.week or week_before(iso_week(moment, premises.zone))
        try:
            # The week just ended may be empty; weeks long before the first contact can only be a slip of the pen.
            first = await house.store.read(weeks.first_week) or iso_week(moment, premises.zone)
            if week < week_before(first):
                raise Refused(f"{week}: no contact was known then. The first week with any is {first}.")
            paths = await export_week(
                house.store,
                week,
                folder=Path(asked.folder),
                organisation=premises.organisation,
                language=language,
                now=moment,
                zone=premises.zone,
                simulated=premises.simulated,
            )
        except OSError as error:
            remedy = "Choose another folder with --to or KUNDRESA_EXPORTS, or make room."
            raise Refused(f"{asked.folder}: the workbooks can't be written ({error.strerror}). {remedy}") from error
        except (TooManyRows, ValueError) as error:
            raise Refused(f"{week}: {error}") from error
        return msgspec.Raw(msgspec.json.encode(Exported(week, tuple(map(str, paths)))))


class _Known(msgspec.Struct, frozen=True):
    """What is remembered of contacts.add and contacts.cancel."""

    contact: str
    known: bool = False


def _add(tx: Transaction, rooms: Rooms, asked: AddContact, now: datetime) -> _Known:
    zone = rooms.premises.zone
    start = moment_meant(asked.start, zone, "--start")
    new = NewContact(
        journey=asked.journey,
        unit=asked.unit,
        start=start,
        end=moment_meant(asked.end, zone, "--end", day=start) if asked.end is not None else None,
        service=asked.service,
        channel=asked.channel,
        cause=asked.cause,
        solved=asked.solved,
        outcome=asked.outcome,
        matter=asked.matter,
        reference=asked.reference,
        language=asked.language,
    )
    registered = rooms.contacts.register(tx, new, now)
    return _Known(registered.id, registered.known)


def _added(tx: Transaction, rooms: Rooms, kept: _Known) -> Added:
    return Added(card(tx, rooms, kept.contact), kept.known)


def _cancel(tx: Transaction, rooms: Rooms, asked: CancelContact, now: datetime) -> _Known:
    rooms.changes.cancel(tx, asked.contact, now)
    return _Known(asked.contact)


def _cancelled(tx: Transaction, rooms: Rooms, kept: _Known) -> Card:
    return card(tx, rooms, kept.contact)


def _retry(tx: Transaction, _: Rooms, asked: RetryParked, now: datetime) -> Retried:
    parked = {row.id: row for row in inbox.parked(tx)}
    if asked.row is None:
        return Retried(sum(inbox.retry(tx, row) for row in parked))
    if asked.row not in parked:
        raise Refused(f"Nothing is parked under {asked.row}. `kundresa parked list` shows what is.")
    if not inbox.retry(tx, asked.row):
        raise Refused(f"{asked.row} can't be tried again: what came in was wiped, as it is after seven days.")
    return Retried(1)


def _retried(_: Transaction, __: Rooms, kept: Retried) -> Retried:
    return kept


COMMANDS: Mapping[str, _Command] = {
    "contacts.add": _Turn(AddContact, _Known, _add, _added),
    "contacts.cancel": _Turn(CancelContact, _Known, _cancel, _cancelled),
    "parked.retry": _Turn(RetryParked, Retried, _retry, _retried),
    "export": _Export(),
}
"""Every command that writes, by name."""
