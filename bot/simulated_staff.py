"""The simulated staff: they register, take lists in, move, cancel, leave out, note, call back, hand over, erase.

Each in the rooms that the commands use. They know of citizens what staff know: contacts, never who answers what.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from bot import csv_files
from bot.cli_due import HEADERS, rows
from bot.clock import iso_week
from bot.contacts import NewContact
from bot.inbox_folder import taken_in
from bot.open_invitations import About
from bot.openings import House, View
from bot.simulated_lists import DIALECTS, written
from bot.simulated_manners import PROMISES, Deck
from bot.simulated_members import Members
from bot.simulated_office import Change, Happening
from bot.store import call_backs, contacts, hand_overs, open_invitations, people
from bot.store.call_backs import Listed, Outcome
from bot.store.contacts import Contact
from bot.store.database import Transaction

LISTS, DUE = "lists", "due"
"""Folders within the demo's own: the watched one for lists, and what is handed over."""

OFFICE_HOURS = (time(8), time(16))
CARDS_A_SHEET = 8

_LAY = timedelta(hours=1)
_GOOD_FOR = timedelta(days=365)
_MOST_HANDED_OVER = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A contact that staff have registered; its invitation's code until somebody has begun with it."""

    id: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Called:
    """Staff called, or met who called: the person's address as a keyed hash, and whether they talked."""

    lookup: bytes
    talked: bool


@dataclass(frozen=True, slots=True)
class _Fate:
    at: datetime
    outcome: Outcome


class Staff:
    """Those who work with Kundresa. `folder` is the demo's; `counted` what they did that no row tells."""

    def __init__(self, house: House, folder: Path, chance: random.Random, members: Members) -> None:
        self._house = house
        self._members = members
        self._folder = folder
        self._chance = chance
        self._zone = house.premises.zone
        self._promises = Deck(chance, PROMISES)
        self._fates: dict[str, _Fate | None] = {}
        self._cards: dict[str, list[str]] = {}
        self._posters: dict[str, str] = {}
        self.counted: Counter[str] = Counter()

    async def registers(self, new: NewContact, now: datetime) -> Known:
        """Somebody at a desk registers a contact."""
        registered = await self._house.store.write(self._house.rooms.contacts.register, new, now)
        return Known(registered.id, registered.code)

    async def takes_list(self, listed: Sequence[NewContact], now: datetime) -> Mapping[str, Known]:
        """The booking system's list lies in the watched folder and is taken in; what is known then, by reference."""
        monday = now.astimezone(self._zone).date()
        dialect = DIALECTS[monday.isocalendar().week % len(DIALECTS)]
        premises = self._house.premises
        name = f"bookings_{iso_week(now, self._zone)}.csv"
        source = written(listed, dialect, premises.organisation, self._zone, self._chance)
        self._lay(name, source, now - _LAY)
        if not self.counted["lists"]:  # the first try holds what no list may
            spoiled = written(listed, dialect, premises.organisation, self._zone, self._chance, personal=True)
            self._lay(f"with-phone-numbers_{name}", spoiled, now - 2 * _LAY)
        for one in await taken_in(self._house, self._folder / LISTS, lambda: now):
            if one.result is None:
                self.counted["lists refused"] += 1
                continue
            came = one.result
            rows_told = {"rows": came.rows, "faulty rows": came.faulty, "changed rows": came.changed}
            self.counted.update({"lists": 1, "known rows": came.known, **rows_told})
        return await self._house.store.read(self._known, listed)

    async def learns(self, id_: str, change: Change, now: datetime) -> bool:
        """Something becomes of a contact; False where it is gone, or cancelled before."""
        done = await self._house.store.write(self._changed, id_, change, now)
        self.counted[change.what] += done
        return done

    async def is_sick(self, unit: str, day: date, now: datetime) -> None:
        """Everything that a unit has on a day is cancelled."""
        self.counted["sick"] += await self._house.store.write(self._day_cancelled, unit, day, now)

    async def code(self, one: Happening, now: datetime) -> str:
        """The code of a unit's poster, made when first needed, or of the next card; a new sheet where none is left."""
        about = About(one.contact.journey, one.contact.unit, channel=one.contact.channel)
        return await self._house.store.write(self._poster if one.way == "poster" else self._card, about, now)

    async def calls(self, now: datetime) -> list[Called]:
        """Whoever waits for a call is called: most in time, some late, some never; and staff mark it."""
        wall = now.astimezone(self._zone)
        if wall.weekday() > 4 or not OFFICE_HOURS[0] <= wall.time() <= OFFICE_HOURS[1]:
            return []
        return await self._house.store.write(self._called, now)

    async def erases(self, listed: Sequence[NewContact], now: datetime) -> None:
        """One of these contacts is erased: the first of those that somebody told of, and that are closed by now."""
        await self._house.store.write(self._erased, listed, now)

    async def hands_over(self, now: datetime) -> Sequence[str]:
        """What is due for people who opened nothing goes into a file for the sender; the contacts in it."""
        return await self._house.store.write(self._handed_over, now)

    def _lay(self, name: str, source: bytes, at: datetime) -> None:
        folder = self._folder / LISTS
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(source)
        os.utime(folder / name, (at.timestamp(), at.timestamp()))

    def _known(self, tx: Transaction, listed: Sequence[NewContact]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        keyring, rooms = self._house.premises.keyring, self._house.rooms
        for new in listed:
            reference = new.reference or ""
            lookup = keyring.reference(new.unit, new.journey, reference)
            contact = contacts.of_reference(tx, unit=new.unit, journey=new.journey, lookup=lookup)
            if contact is not None:
                found[reference] = Known(contact.id, rooms.invitations.code(tx, contact.id))
        return found

    def _changed(self, tx: Transaction, id_: str, change: Change, now: datetime) -> bool:
        contact = contacts.of_id(tx, id_)
        if contact is None or contact.cancelled_at is not None:
            return False
        room = self._house.rooms.changes
        match change.what:
            case "moved" if change.start is not None:
                room.move(tx, id_, change.start, _end(contact, change.start), now)
            case "cancelled":
                room.cancel(tx, id_, now)
            case "left-out" if contact.not_asked is None:
                room.leave_out(tx, id_, change.reason, now)
            case "noted":
                return room.note(tx, id_, now, outcome=change.outcome, cause=change.cause, solved=change.solved)
            case _:
                return False
        return True

    def _day_cancelled(self, tx: Transaction, unit: str, day: date, now: datetime) -> int:
        found = self._house.rooms.changes.of_day(tx, unit, day)
        for contact in found:
            self._house.rooms.changes.cancel(tx, contact.id, now)
        return len(found)

    def _erased(self, tx: Transaction, listed: Sequence[NewContact], now: datetime) -> None:
        room = self._house.rooms.erasures
        for new in listed:
            known = self._known(tx, [new]).get(new.reference or "")
            contact = contacts.of_id(tx, known.id) if known is not None else None
            if contact is not None and contact.closed_at is not None and contact.person_id is not None:
                room.contact(tx, room.of_reference(tx, new.reference or "", new.unit, new.journey), "staff", now)
                return

    def _poster(self, tx: Transaction, about: About, now: datetime) -> str:
        room = self._house.rooms.open_invitations
        if about.unit not in self._posters:
            self._posters[about.unit] = room.make_poster(tx, about, now + _GOOD_FOR, now)
        return self._house.premises.keyring.code(self._posters[about.unit])

    def _card(self, tx: Transaction, about: About, now: datetime) -> str:
        room, cards = self._house.rooms.open_invitations, self._cards.setdefault(about.unit, [])
        if not cards:
            sheet = room.make_cards(tx, about, CARDS_A_SHEET, now + _GOOD_FOR, now)
            cards += [room.code(one) for one in open_invitations.of_sheet(tx, sheet)]
        return cards.pop()

    def _called(self, tx: Transaction, now: datetime) -> list[Called]:
        found = []
        for promised in call_backs.listed(tx, unit=None, late_at=None, every=False):
            if promised.id not in self._fates:
                self._fates[promised.id] = self._fate(promised)
            fate = self._fates[promised.id]
            if fate is not None and promised.way == "call-me":
                self._members.takes(tx, promised.id, promised.unit, now)
            if fate is None or now < fate.at:
                continue
            known = call_backs.of_id(tx, promised.id)
            self._house.rooms.call_backs.promises.done(tx, promised.id, fate.outcome, now)
            person = people.of_id(tx, known.person_id or "") if known is not None else None
            if person is not None:
                found.append(Called(person.lookup, fate.outcome != "not-reached"))
        return found

    def _fate(self, promised: Listed) -> _Fate | None:
        """What will come of a promise; None: nobody ever calls."""
        kind = self._promises.deal()
        waits = promised.deadline - promised.asked_at
        # What falls outside of office hours is done at the first round within them.
        at = promised.asked_at + waits * self._chance.uniform(0.15, 0.9)
        if kind == "never":
            return None
        if kind == "late":
            return _Fate(promised.deadline + timedelta(hours=self._chance.randint(2, 40)), _talked(promised))
        missed = kind == "not-reached" and promised.way == "call-me"
        return _Fate(at, "not-reached" if missed else _talked(promised))

    def _handed_over(self, tx: Transaction, now: datetime) -> list[str]:
        room, file = self._house.rooms.hand_overs, self._house.premises.ids()
        while room.add(tx, file, None, now, _MOST_HANDED_OVER):
            continue
        if hand_overs.of_id(tx, file) is None:
            return []
        folder = self._folder / DUE
        folder.mkdir(exist_ok=True)
        told = list(rows(View(tx, self._house.rooms), file, now))
        csv_files.write(folder / f"due_{iso_week(now, self._zone)}.csv", HEADERS, told)
        self.counted["handed over"] += len(told)
        return [contact for _, contact, *_ in told]


def _end(contact: Contact, start: datetime) -> datetime | None:
    return start + (contact.end_at - contact.start_at) if contact.end_at is not None else None


def _talked(promised: Listed) -> Outcome:
    return "met" if promised.way == "i-call" else "reached"
