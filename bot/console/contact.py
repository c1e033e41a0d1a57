"""Contact: one contact, where its follow-ups stand, and what staff can do about it. Never what its person answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.cards import Card, Line, card
from bot.commands_contacts import CancelContact, LeaveOut, MoveContact, NoteContact
from bot.console import choices, invitation
from bot.console.choices import WRITERS
from bot.console.codes import picture, until
from bot.console.contact_form import name_fault, times
from bot.console.form_moments import shown
from bot.console.gate import Gate, Visit
from bot.console.invitation import CONTACT, Held, held
from bot.console.seen import done_before, not_there, of_id, seen
from bot.lists.tables import clean
from bot.openings import REFUSALS
from bot.store.contacts import Contact
from bot.store.database import Transaction

_DONE = ("moved", "noted", "cancelled", "left-out")
"""What the page can say was just done."""

Faults = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Step:
    """One follow-up as it is shown. `due_at` is None for what was never planned to be asked."""

    phase: str
    due_at: datetime
    useful_until: datetime
    state: str
    tone: str
    why: str


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        *invitation.routes(gate),
        gate.get(CONTACT, _page),
        gate.post(f"{CONTACT}/move", _move, roles=WRITERS),
        gate.post(f"{CONTACT}/note", _note, roles=WRITERS),
        gate.post(f"{CONTACT}/cancel", _cancel, roles=WRITERS),
        gate.post(f"{CONTACT}/not-asked", _leave_out, roles=WRITERS),
    ]


async def _page(visit: Visit) -> Response:
    return await _shown(visit, {}, {})


async def _move(visit: Visit) -> Response:
    def asked(contact: Contact, fields: Mapping[str, str], faults: Faults) -> msgspec.Struct | None:
        if contact.cancelled_at is not None:
            faults["cancel"] = visit.text("cancelled-already")
        given = {name: fields.get(name, "") for name in ("day", "time", "end_day", "end_time")}
        start, end = times(visit, given, faults)
        if faults or start is None:
            return None
        return MoveContact(contact.id, start.isoformat(), end.isoformat() if end is not None else None)

    return await _changed(visit, "contacts.move", asked, "moved")


async def _note(visit: Visit) -> Response:
    def asked(contact: Contact, fields: Mapping[str, str], faults: Faults) -> msgspec.Struct | None:
        told: dict[str, str | None] = {}
        for name, among in _notable(visit).items():
            told[name] = fields.get(name) or None
            if told[name] is not None and told[name] not in [one.code for one in among]:
                faults[name] = visit.text("not-offered")
        matter = clean(fields.get("matter", ""))
        faults |= name_fault(visit, "matter", matter)
        if not matter and not any(told.values()):
            faults["outcome"] = visit.text("nothing-told")
        return None if faults else NoteContact(contact.id, matter=matter or None, **told)

    return await _changed(visit, "contacts.note", asked, "noted")


async def _cancel(visit: Visit) -> Response:
    def asked(contact: Contact, _: Mapping[str, str], faults: Faults) -> msgspec.Struct | None:
        if contact.cancelled_at is not None:
            faults["cancel"] = visit.text("cancelled-already")
        return None if faults else CancelContact(contact.id)

    return await _changed(visit, "contacts.cancel", asked, "cancelled")


async def _leave_out(visit: Visit) -> Response:
    def asked(contact: Contact, fields: Mapping[str, str], faults: Faults) -> msgspec.Struct | None:
        reason = fields.get("reason", "")
        if contact.not_asked is not None:
            faults["reason"] = visit.text("left-out-already")
        elif reason not in visit.house.premises.organisation.reasons:
            faults["reason"] = visit.text("choose-one")
        return None if faults else LeaveOut(contact.id, reason)

    return await _changed(visit, "contacts.not-asked", asked, "left-out")


Asked = Callable[[Contact, Mapping[str, str], Faults], msgspec.Struct | None]


async def _changed(visit: Visit, command: str, asked: Asked, done: str) -> Response:
    fields = await visit.fields()
    contact = await seen(visit, visit.request.path_params["id"])
    if contact is None:
        return not_there(visit)
    faults: Faults = {}
    arguments = asked(contact, fields, faults)
    again = await done_before(visit, fields.get("request_id", ""))
    if arguments is None:
        if again:
            return visit.to(f"/console/contacts/{contact.id}?done={done}")
        return await _shown(visit, fields, faults, status=400)
    try:
        await visit.carried_out(command, arguments, Card, fields.get("request_id", ""))
    except REFUSALS as error:
        return await _shown(visit, fields, {"refused": str(error)}, status=409)
    if not again:
        await visit.noted(done, contact.id)
    return visit.to(f"/console/contacts/{contact.id}?done={done}")


async def _shown(visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], *, status: int = 200) -> Response:
    def look(tx: Transaction) -> tuple[Contact, Card, Held | None] | None:
        contact = of_id(tx, visit, visit.request.path_params["id"])
        if contact is None:
            return None
        return contact, card(tx, visit.house.rooms, contact.id), held(tx, visit, contact)

    found = await visit.house.store.read(look)
    if found is None:
        return not_there(visit)
    contact, told, invited = found
    may_write = visit.member.role in WRITERS
    organisation = visit.house.premises.organisation
    day, clock = shown(visit, contact.start_at)
    now = {"day": day, "time": clock, "end_day": "", "end_time": ""}
    invited = invited if may_write else None
    return visit.page(
        "contact.html",
        status=status,
        contact=contact,
        journey=choices.journey_name(visit, contact.journey),
        unit=choices.unit_name(visit, contact.unit),
        service=choices.service_name(visit, contact.service),
        channel=choices.name_of(visit, organisation.channels, contact.channel),
        cause=choices.name_of(visit, organisation.causes, contact.cause),
        outcome=choices.name_of(visit, organisation.outcomes, contact.outcome),
        solved=next((one.label for one in choices.solved(visit) if one.code == contact.solved), ""),
        not_asked=choices.name_of(visit, organisation.reasons, contact.not_asked),
        steps=[_step(visit, line) for line in told.lines],
        may_write=may_write,
        held=invited,
        picture=picture(invited.link, visit.text("qr-title")) if invited else None,
        until=until(visit, invited.spoken.expires_at, visit.language) if invited and invited.spoken else "",
        given={**now, "outcome": "", "cause": "", "solved": "", "matter": "", "reason": "", **given},
        faults=faults,
        offered={**_notable(visit), "reason": choices.reasons(visit)},
        done=_done(visit),
    )


def _notable(visit: Visit) -> Mapping[str, list[choices.Choice]]:
    return {"outcome": choices.outcomes(visit), "cause": choices.causes(visit), "solved": choices.solved(visit)}


def _step(visit: Visit, line: Line) -> _Step:
    state, tone = step_told(visit, line.state, line.bound)
    return _Step(
        choices.phase_name(visit, line.phase),
        line.due_at,
        line.useful_until,
        state,
        tone,
        choices.reason_name(visit, line.reason),
    )


def step_told(visit: Visit, state: str, bound: bool) -> tuple[str, str]:
    """What a follow-up's state is called, and the tone of its badge. `state` is planned, begun or where it ended."""
    if state == "planned":
        return visit.text("step-planned" if bound else "step-waiting"), "quiet"
    if state == "begun":
        return visit.text("step-begun"), "warn"
    return choices.ended_name(visit, state), "good" if state in ("answered", "partial") else "quiet"


def _done(visit: Visit) -> str:
    done = visit.request.query_params.get("done", "")
    return visit.text(f"done-{done}") if done in _DONE else ""
