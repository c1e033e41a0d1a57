"""The simulated members of staff: who signs in to the console, and whose call each is. None has a name of their own.

Their ids and whose turn it is come from a stream of their own, so that they change nothing for anybody else.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from bot.openings import House
from bot.staff import Staff as Room
from bot.store import call_queue
from bot.store.database import Transaction
from bot.store.staff import Role
from flows.wording import in_language

A_UNIT = 2
"""How many work at each unit."""

_IDS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 14
_AT_WORK = 0.8


class Members:
    """Those who work there, by unit; an administrator and an analyst besides."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self._house = house
        self._chance = chance
        self._room = Room(replace(house.premises, ids=lambda: "".join(chance.choices(_IDS, k=_ID_LENGTH))))
        self._everybody: list[str] = []
        self._of_unit: dict[str, list[str]] = {}
        self.admin = ""
        """The administrator's id, once they have come."""
        self.analyst = ""
        """The analyst's."""

    async def join(self, now: datetime) -> None:
        """Everybody is made known."""
        await self._house.store.write(self._joined, now)

    async def sign_in(self, now: datetime) -> None:
        """Most of them begin their day with the console."""
        present = [one for one in self._everybody if self._chance.random() < _AT_WORK]
        await self._house.store.write(self._signed_in, present, now)

    def takes(self, tx: Transaction, call_back: str, unit: str, now: datetime) -> None:
        """Somebody of the unit takes a call on."""
        member = self._chance.choice(self._of_unit[unit])
        if call_queue.take(tx, call_back, member, now, over=False):
            self._room.note(tx, member, "call-back-taken", call_back, now)

    def _joined(self, tx: Transaction, now: datetime) -> None:
        words, spoken = self._house.premises.words, self._house.premises.languages[0]
        self.admin = self._made(tx, in_language(words["demo-admin"], spoken), "admin", None, now)
        self.analyst = self._made(tx, in_language(words["demo-analyst"], spoken), "analyst", None, now)
        for unit in self._house.premises.organisation.units.values():
            for number in range(1, A_UNIT + 1):
                name = f"{in_language(unit.name, spoken)} {number}"
                self._of_unit.setdefault(unit.code, []).append(self._made(tx, name, "staff", unit.code, now))

    def _made(self, tx: Transaction, name: str, role: Role, unit: str | None, now: datetime) -> str:
        made = self._room.add(tx, name=name, email=None, role=role, unit=unit, language=None, now=now)
        self._everybody.append(made.id)
        return made.id

    def _signed_in(self, tx: Transaction, present: list[str], now: datetime) -> None:
        for member in present:
            self._room.note(tx, member, "signed-in", "", now)
