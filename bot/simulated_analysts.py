"""The simulated analysts: each week they code what people wrote in their own words the week before.

By what the person tapped, where they tapped a need, and else as it comes: they never read a text. One codes everything,
another some of it once more, so that there is something to see of how far they agree.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import datetime, time

from bot.clock import iso_week, week_before
from bot.coding import CodedRow, lists
from bot.openings import House
from bot.simulated_members import Members
from bot.store import coding
from bot.store.coding import Said, ToCode
from bot.store.database import Transaction

CODED_DAY, CODED_AT = 3, time(15)
"""On Thursdays, so that it stands in the same week's data file."""

SECOND = "coder-2"

_OPEN_TO_IT, _SAME, _TWICE = 0.95, 0.72, 0.3
_SEVERAL, _ABOUT_CAUSE = 0.25, 0.6


class Analysts:
    """Those who code."""

    def __init__(self, house: House, chance: random.Random, members: Members) -> None:
        self._house = house
        self._chance = chance
        self._members = members
        known = lists(house.premises.organisation).codes
        self._needs, self._themes, self._causes = ([*known[field]] for field in ("need", "theme", "cause"))

    async def code(self, now: datetime) -> None:
        """The words of the week before."""
        week = week_before(iso_week(now, self._house.premises.zone))
        await self._house.store.write(self._coded, week, now)

    def _coded(self, tx: Transaction, week: str, now: datetime) -> None:
        words = [one for one in coding.to_code(tx, week, simulated=True) if self._chance.random() < _OPEN_TO_IT]
        twice = [one for one in words if self._chance.random() < _TWICE]
        for coder, some in ((self._members.analyst, words), (SECOND, twice)):
            rows = [CodedRow(place, one.uid, self._said(one)) for place, one in enumerate(some, start=1)]
            source = hashlib.sha256(f"{week} {coder}".encode()).hexdigest()
            self._house.rooms.coding.take_in(tx, rows, coder=coder, source=source, unit=None, now=now)

    def _said(self, one: ToCode) -> tuple[Said, ...]:
        need = (
            one.own_need if one.own_need in self._needs and self._chance.random() < _SAME else self._drawn(self._needs)
        )
        # One need has its own few themes, as it would: what is drawn lies near it in the list.
        near = self._needs.index(need)
        themes = [self._themes[(near + step) % len(self._themes)] for step in (0, 1, 2)]
        said = [Said("need", need, None), Said("theme", self._drawn(themes), None)]
        if self._chance.random() < _SEVERAL:
            others = [each for each in self._needs if each != need]
            said[0] = Said("need", f"{need} {self._drawn(others)}", None)
        if self._causes and self._chance.random() < _ABOUT_CAUSE:
            said.append(Said("cause", self._drawn(self._causes), None))
        return tuple(said)

    def _drawn(self, codes: Sequence[str]) -> str:
        """One of these codes, the first ones the most often."""
        return self._chance.choices(codes, weights=[1 / place for place in range(2, len(codes) + 2)])[0]
