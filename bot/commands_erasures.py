"""The commands that erase: a person, a contact, or what somebody has asked for and waited for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from bot import leftovers
from bot.clock import Now
from bot.erasures import Erased, ErasureRefused
from bot.openings import House
from bot.requests import Command, Request
from bot.rooms import Rooms
from bot.store import erasures, facts
from bot.store.database import Transaction

_log = logging.getLogger("kundresa.erasures")


class Erase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """erase: exactly one of a person's id, a reference (with unit and journey where several have it), or an erasure's.

    `exports` is the absolute folder in which data files are made anew.
    """

    exports: str
    person: str | None = None
    reference: str | None = None
    unit: str | None = None
    journey: str | None = None
    erasure: str | None = None


class Done(msgspec.Struct, frozen=True):
    """What was erased. `remade` are the data files made anew without it, `weeks` those that had rows of it.

    `owed`: the database's file is still to be written anew, in quiet hours.
    """

    id: str
    contacts: int
    answers: int
    call_backs: int
    weeks: tuple[str, ...]
    remade: tuple[str, ...] = ()
    owed: bool = False


class _Erase:
    """One transaction, and what follows outside the rows; asked for again, nothing is erased a second time."""

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        asked = msgspec.json.decode(request.arguments, type=Erase)
        done = await house.store.write(_once, house.rooms, request.id, asked, now())
        exports, premises, moment = Path(asked.exports), house.premises, now()
        owed = await leftovers.settled(house.store, exports, quiet=not premises.organisation.calendar.is_open(moment))
        remade: list[Path] = []
        if owed:
            from bot.workbook.export import make_up  # slow to read in, and other commands make no workbooks

            try:
                remade = await make_up(
                    house.store,
                    folder=exports,
                    organisation=premises.organisation,
                    language=premises.languages[0],
                    now=moment,
                    zone=premises.zone,
                    simulated=premises.simulated,
                )
            except Exception:
                # It is erased all the same, and the weeks stay unmade until they can be made.
                _log.exception("data files could not be made anew")
        files = tuple(
            str(path) for path in remade if any(week in path.name for week in done.weeks) and "_data" in path.name
        )
        done = msgspec.structs.replace(done, remade=files, owed=await leftovers.is_owed(house.store))
        return msgspec.Raw(msgspec.json.encode(done))


def _once(tx: Transaction, rooms: Rooms, id_: str, asked: Erase, now: datetime) -> Done:
    remembered = facts.reply_to(tx, id_)
    if remembered is not None:
        return msgspec.json.decode(remembered, type=Done)
    erased = _erased(tx, rooms, asked, now)
    done = Done(erased.id, erased.contacts, erased.answers, erased.call_backs, erased.weeks)
    facts.keep_reply(tx, id_, msgspec.json.encode(done), now)
    return done


def _erased(tx: Transaction, rooms: Rooms, asked: Erase, now: datetime) -> Erased:
    if asked.reference is not None:
        doomed = rooms.erasures.of_reference(tx, asked.reference, asked.unit, asked.journey)
        return rooms.erasures.contact(tx, doomed, "staff", now)
    person = asked.person
    if asked.erasure is not None:
        waiting = erasures.of_id(tx, asked.erasure)
        if waiting is None:
            raise ErasureRefused(
                f"There is no erasure {asked.erasure}. `kundresa erasures list` shows those there are."
            )
        if waiting.state == "done":
            raise ErasureRefused(f"The erasure {asked.erasure} was carried out already.")
        person = waiting.person_id
    erased, stranger = rooms.erasures.person(tx, person or "", "staff", now)
    rooms.privacy.erased(tx, stranger, now)
    return erased


COMMANDS: Mapping[str, Command] = {"erase": _Erase()}
