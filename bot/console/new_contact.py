"""New contact: a contact registered in seconds, by keyboard alone: what was last registered is filled in, start is now.

Its invitation is shown by `invitation`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.commands_contacts import AddContact, Added
from bot.console.choices import WRITERS
from bot.console.contact_form import FIELDS, Checked, checked, offered
from bot.console.form_moments import shown
from bot.console.gate import Gate, Visit
from bot.console.seen import done_before
from bot.openings import REFUSALS

PATH = "/console/new"
_REMEMBERED = ("journey", "unit", "service", "channel")
_MORE = ("outcome", "language", "matter", "end_day", "end_time")


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [gate.get(PATH, _form, roles=WRITERS), gate.post(PATH, _register, roles=WRITERS)]


async def _form(visit: Visit) -> Response:
    day, clock = shown(visit, visit.now)
    given = {**dict.fromkeys(FIELDS, ""), **_filled_in(visit), "day": day, "time": clock}
    return _shown(visit, Checked(given, {}, None))


async def _register(visit: Visit) -> Response:
    fields = await visit.fields()
    told = await checked(visit, fields)
    if told.asked is None:
        return _shown(visit, told, status=400)
    again = await done_before(visit, fields.get("request_id", ""))
    try:
        added = await visit.carried_out("contacts.add", told.asked, Added, fields.get("request_id", ""))
    except REFUSALS as error:
        return _shown(visit, told, refused=str(error), status=409)
    await _remember(visit, told.asked)
    if not (added.known or again):
        await visit.noted("registered", added.card.id)
    return visit.to(f"/console/contacts/{added.card.id}/invitation" + ("?known=1" if added.known else ""))


def _shown(visit: Visit, told: Checked, *, refused: str = "", status: int = 200) -> Response:
    return visit.page(
        "new_contact.html",
        status=status,
        given=told.given,
        faults=told.faults,
        refused=refused,
        offered=offered(visit),
        more=any(told.given[name] or name in told.faults for name in _MORE),
        now=int(visit.now.timestamp() * 1000),
        zone=visit.house.premises.zone.key,
    )


def _filled_in(visit: Visit) -> Mapping[str, str]:
    """What this member last registered, as far as it can still be chosen; the only choice where there is but one."""
    try:
        last = msgspec.json.decode(visit.member.filled_in or b"{}", type=dict[str, str])
    except msgspec.DecodeError:
        last = {}
    found = {}
    for name, among in offered(visit).items():
        codes = [one.code for one in among]
        if name in _REMEMBERED and last.get(name) in codes:
            found[name] = last[name]
        elif name in ("journey", "unit", "service") and len(codes) == 1:
            found[name] = codes[0]
    return found


async def _remember(visit: Visit, asked: AddContact) -> None:
    kept = {name: code for name in _REMEMBERED if (code := getattr(asked, name))}
    await visit.house.store.write(visit.house.rooms.staff.fill_in, visit.member.id, msgspec.json.encode(kept))
