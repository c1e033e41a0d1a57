"""Erasures: who waits for one, carrying it out, erasing by reference, and the record. For admins alone.

What somebody asks for concerns all units, so an admin of one unit sees the record and erases contacts of that unit,
but decides about nobody. A reference is looked for by a form, so that it stands in no address and no log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.commands_erasures import Done, Erase
from bot.console import choices
from bot.console.gate import Gate, Visit
from bot.console.seen import done_before
from bot.lists.tables import clean
from bot.openings import Refused
from bot.store import erasures
from bot.store.database import Transaction
from bot.store.erasure_rows import Doomed, Erasure, Place
from bot.store.staff import Role

ERASURES = "/console/erasures"
_ONE = f"{ERASURES}/{{id}}"
_ADMINS: tuple[Role, ...] = ("admin",)
_SHOWN = 100
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A contact with the reference, in the reader's words."""

    choice: str
    unit: str
    journey: str
    start_at: datetime


@dataclass(frozen=True, slots=True)
class _Concerned:
    contacts: int
    units: tuple[str, ...]


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(ERASURES, _list, roles=_ADMINS),
        gate.post(f"{ERASURES}/find", _find, roles=_ADMINS),
        gate.post(f"{ERASURES}/contact", _erase_contact, roles=_ADMINS),
        gate.get(_ONE, _ask, roles=_ADMINS),
        gate.post(_ONE, _carry_out, roles=_ADMINS),
    ]


async def _list(visit: Visit) -> Response:
    return await _page(visit, "")


async def _page(visit: Visit, fault: str, status: int = 200) -> Response:
    every = await visit.house.store.read(erasures.listed)
    done = [one for one in every if one.state == "done"]
    waiting = [one for one in every if one.state == "queued"]
    return visit.page(
        "erasures.html",
        status=status,
        waiting=sorted(waiting, key=lambda one: one.asked_at) if visit.unit is None else [],
        decides=visit.unit is None,
        record=done[:_SHOWN],
        more=len(done) > _SHOWN,
        fault=fault,
        longest=_LONGEST,
    )


async def _ask(visit: Visit) -> Response:
    found = await _waiting(visit)
    if found is None:
        return _not_there(visit)
    concerned = await visit.house.store.read(_concerned, visit, found)
    return visit.page("erasures_sure.html", one=found, concerned=concerned)


async def _carry_out(visit: Visit) -> Response:
    given = await visit.fields()
    found = await _waiting(visit)
    if visit.unit is not None or (found is None and not await done_before(visit, given.get("request_id", ""))):
        return _not_there(visit)
    return await _erased(visit, Erase(_exports(visit), erasure=visit.request.path_params["id"]), given)


async def _find(visit: Visit) -> Response:
    given = await visit.fields()
    reference = clean(given.get("reference", ""))
    if not reference or len(reference) > _LONGEST:
        return await _page(visit, visit.text("erase-reference-missing"), 422)
    found, buried = await visit.house.store.read(_of_reference, visit, reference)
    if not found:
        return await _page(visit, visit.text("erase-buried" if buried else "erase-unknown"), 404)
    return _sure(visit, reference, found)


async def _erase_contact(visit: Visit) -> Response:
    given = await visit.fields()
    reference, choice = clean(given.get("reference", "")), given.get("contact", "")
    unit, _, journey = choice.partition(" ")
    if not await done_before(visit, given.get("request_id", "")):
        found, _ = await visit.house.store.read(_of_reference, visit, reference)
        if not found:
            return await _page(visit, visit.text("erase-unknown"), 404)
        if (unit, journey) not in [(one.unit, one.journey) for one in found]:
            return _sure(visit, reference, found, wrong=True)
    return await _erased(visit, Erase(_exports(visit), reference=reference, unit=unit, journey=journey), given)


async def _erased(visit: Visit, asked: Erase, given: Mapping[str, str]) -> Response:
    request_id = given.get("request_id", "")
    again = await done_before(visit, request_id)
    try:
        done = await visit.carried_out("erase", asked, Done, request_id)
    except Refused:  # erased by somebody else in this very moment
        return _not_there(visit)
    if not again:
        await visit.noted("erased", done.id)
    missing = [week for week in done.weeks if not any(week in file for file in done.remade)]
    return visit.page("erasures_done.html", erased=done, missing=missing)


def _sure(visit: Visit, reference: str, found: list[Doomed], *, wrong: bool = False) -> Response:
    told = [
        Found(
            f"{one.unit} {one.journey}",
            choices.unit_name(visit, one.unit),
            choices.journey_name(visit, one.journey),
            one.start_at,
        )
        for one in found
    ]
    return visit.page(
        "erasures_contact.html", status=422 if wrong else 200, reference=reference, found=told, wrong=wrong
    )


async def _waiting(visit: Visit) -> Erasure | None:
    def look(tx: Transaction) -> Erasure | None:
        return erasures.of_id(tx, visit.request.path_params["id"])

    found = await visit.house.store.read(look)
    return found if found is not None and found.state == "queued" and visit.unit is None else None


def _concerned(tx: Transaction, visit: Visit, waiting: Erasure) -> _Concerned:
    found = erasures.contacts_of_person(tx, waiting.person_id or "")
    return _Concerned(len(found), tuple(sorted({choices.unit_name(visit, one.unit) for one in found})))


def _of_reference(tx: Transaction, visit: Visit, reference: str) -> tuple[list[Doomed], bool]:
    """The contacts with a reference that this member may erase, and whether one was erased before."""
    found: list[Doomed] = []
    buried = False
    for place in erasures.places(tx):
        if visit.sees(place.unit):
            lookup = visit.house.premises.keyring.reference(place.unit, place.journey, reference)
            contact = erasures.of_reference(tx, Place(place.unit, place.journey), lookup)
            found += [contact] if contact is not None else []
            buried = buried or erasures.is_buried(tx, place, lookup)
    return found, buried


def _not_there(visit: Visit) -> Response:
    return visit.refusal(visit.text("erasure-gone-title"), visit.text("erasure-gone"), 404)


def _exports(visit: Visit) -> str:
    return str(visit.office.settings.exports.expanduser().absolute())
