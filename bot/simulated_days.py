"""The simulated days at the offices: what was planned meets staff and citizens, each when its time has come."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clock import Now
from bot.simulated_citizens import Citizen
from bot.simulated_office import LIST_AT, SICK_DAY, SICK_UNIT, Change, Happening
from bot.simulated_staff import Known, Staff
from bot.simulated_town import Town
from flows.calendar import local_moment

Happens = Callable[[], Awaitable[None]]

_LANGUAGE_KNOWN = 0.35
_SICK_AT, _HANDED_OVER_AT, _HANDED_OVER_DAY = time(7, 20), time(10), 3
_ERASED_AT, _ERASED_DAYS_LATER = time(11), 2
_OPENED_AFTER_ALL, _TWICE = 0.25, 0.12


class Agenda(Protocol):
    """Who wakes whom."""

    def at(self, moment: datetime, happens: Happens) -> None:
        """This happens then."""

    def expect(self, citizen: Citizen) -> None:
        """The citizen is woken when they want to do something."""

    async def settle(self) -> None:
        """What is to go out goes, and citizens see it."""


class Days:
    """The days at the offices. A booking is what the booking system knows of a visit, by its reference."""

    def __init__(
        self, agenda: Agenda, staff: Staff, town: Town, chance: random.Random, now: Now, zone: ZoneInfo
    ) -> None:
        self._agenda = agenda
        self._staff = staff
        self._town = town
        self._chance = chance
        self._now = now
        self._zone = zone
        self._booked: dict[str, Happening] = {}
        self._guests: dict[str, Citizen] = {}
        self._invited: dict[str, tuple[Citizen, str]] = {}

    def plan(self, happenings: Sequence[Happening], monday: date, weeks: int) -> None:
        """Put everything on the agenda, for `weeks` weeks from `monday` on and the one that follows."""
        for one in happenings:
            if one.way == "list":
                self._booked[one.contact.reference or ""] = one
            else:
                self._agenda.at(one.registered_at, partial(self._scanned if one.there else self._registered, one))
        for week in range(weeks + 1):
            day = monday + timedelta(weeks=week)
            self._agenda.at(local_moment(day, LIST_AT, self._zone), partial(self._takes_list, day))
            handed_over = day + timedelta(days=_HANDED_OVER_DAY)
            self._agenda.at(local_moment(handed_over, _HANDED_OVER_AT, self._zone), self._hands_over)
        sick = monday + timedelta(days=7 * (weeks // 2) + SICK_DAY)
        self._agenda.at(local_moment(sick, _SICK_AT, self._zone), partial(self._is_sick, sick))
        erased = sick + timedelta(days=_ERASED_DAYS_LATER)
        self._agenda.at(local_moment(erased, _ERASED_AT, self._zone), self._erased)

    async def _registered(self, one: Happening) -> None:
        citizen = self._town.about(one)
        known = await self._staff.registers(self._in_language(one, citizen).contact, self._now())
        self._is_known(one, citizen, known)

    async def _takes_list(self, monday: date) -> None:
        """The week's booked visits come as a list: what is new, and once more those of the day that two lists share."""
        now = self._now()
        listed = []
        for reference, booked in self._booked.items():
            one = booked
            if one.registered_at == now:
                citizen = self._guests[reference] = self._town.about(one)
                one = self._booked[reference] = self._in_language(one, citizen)
            if one.registered_at == now or (one.registered_at < now and self._is_within(one, monday)):
                listed.append(one)
        known = await self._staff.takes_list([one.contact for one in listed], now)
        for one in listed:
            reference = one.contact.reference or ""
            if one.registered_at == now and reference in known:
                self._is_known(one, self._guests[reference], known[reference])

    async def _scanned(self, one: Happening) -> None:
        """Somebody sees a poster, or was given a card; now and then the same person scans twice."""
        now, citizen = self._now(), self._town.about(one)
        code = await self._staff.code(one, now)
        again = now + timedelta(hours=3) if self._chance.random() < _TWICE else None
        citizen.scans(code, one.experience, one.there, now, again)
        self._agenda.expect(citizen)

    def _is_known(self, one: Happening, citizen: Citizen, known: Known) -> None:
        now = self._now()
        if known.code is not None:
            self._invited[known.id] = citizen, known.code
        if known.code is not None and one.way != "matter" and one.contact.not_asked is None:
            citizen.invited(known.code, one.experience, now)
            self._agenda.expect(citizen)
        else:
            citizen.lives(one.experience)
        for change in one.changes:
            self._agenda.at(max(change.at, now), partial(self._learned, one, known.id, change))

    async def _learned(self, one: Happening, contact: str, change: Change) -> None:
        reference = one.contact.reference or ""
        booked = self._booked.get(reference)
        if booked is not None and change.start is not None and one.contact.end is not None:
            end = change.start + (one.contact.end - one.contact.start)
            self._booked[reference] = replace(booked, contact=replace(booked.contact, start=change.start, end=end))
        if change.what in ("cancelled", "left-out"):
            self._booked.pop(reference, None)
        if change.what != "rebooked":  # that, the next list tells
            await self._staff.learns(contact, change, self._now())
            await self._agenda.settle()

    async def _is_sick(self, day: date) -> None:
        await self._staff.is_sick(SICK_UNIT, day, self._now())
        of_day = [reference for reference, one in self._booked.items() if one.contact.unit == SICK_UNIT
                  and one.contact.start.astimezone(self._zone).date() == day]  # fmt: skip
        for reference in of_day:
            del self._booked[reference]
        await self._agenda.settle()

    async def _hands_over(self) -> None:
        """The sender sends its messages; some people open then what they had let lie."""
        now = self._now()
        for contact in await self._staff.hands_over(now):
            citizen, code = self._invited[contact]
            if self._chance.random() < _OPENED_AFTER_ALL:
                citizen.opens_after_all(code, now)
                self._agenda.expect(citizen)

    async def _erased(self) -> None:
        """Somebody asks at a desk that what is known of their visit is erased."""
        await self._staff.erases([one.contact for one in self._booked.values()], self._now())
        await self._agenda.settle()

    def _is_within(self, one: Happening, monday: date) -> bool:
        day = one.contact.start.astimezone(self._zone).date()
        return monday < day <= monday + timedelta(days=8)

    def _in_language(self, one: Happening, citizen: Citizen) -> Happening:
        known = citizen.language if self._chance.random() < _LANGUAGE_KNOWN else None
        return replace(one, contact=replace(one.contact, language=known))
