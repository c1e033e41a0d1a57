"""Open invitations: posters for everybody and cards for one each: made, shown again, retired.

What is printed is `posters`' work. A member of one unit sees and makes that unit's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from bot.commands_invitations import (
    CARD_DAYS,
    MOST_CARDS,
    POSTER_DAYS,
    Open,
    Opened,
    Retire,
    Retired,
    SpeakOpen,
    opened,
)
from bot.console import choices, posters
from bot.console.choices import WRITERS
from bot.console.codes import picture, site, until
from bot.console.form_moments import Wrong, moment
from bot.console.gate import Gate, Visit
from bot.console.posters import found, last_day, not_there
from bot.console.seen import done_before
from bot.openings import REFUSALS, Refused
from bot.store import open_invitations
from bot.store.open_invitations import Listed

PATH = "/console/open"
_ONE = f"{PATH}/{{id}}"
_FIELDS = ("kind", "journey", "unit", "service", "channel", "language", "until", "cards")
_NEEDED = ("journey", "unit")
_FURTHEST = timedelta(days=5 * 366)
_USUAL_CARDS = "40"

R = TypeVar("R")


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(PATH, _list, roles=WRITERS),
        gate.post(PATH, _make, roles=WRITERS),
        *posters.routes(gate),
        gate.get(_ONE, _show, roles=WRITERS),
        gate.post(f"{_ONE}/code", _speak, roles=WRITERS),
        gate.post(f"{_ONE}/retire", _retire, roles=WRITERS),
    ]


async def _list(visit: Visit) -> Response:
    given = {**dict.fromkeys(_FIELDS, ""), "kind": "poster", "cards": _USUAL_CARDS}
    for name, among in _offered(visit).items():
        if name in _NEEDED and len(among) == 1:
            given[name] = among[0].code
    return await _listed(visit, given, {})


async def _make(visit: Visit) -> Response:
    fields = await visit.fields()
    given = {name: fields.get(name, "").strip() for name in _FIELDS}
    faults = _faults(visit, given)
    if faults:
        return await _listed(visit, given, faults, status=400)
    cards = given["kind"] == "cards"
    asked = Open(
        given["journey"],
        given["unit"],
        given["service"] or None,
        given["channel"] or None,
        given["language"] or None,
        given["until"] or None,
        int(given["cards"]) if cards else None,
    )
    again = await done_before(visit, fields.get("request_id", ""))
    try:
        made = await visit.carried_out("contacts.open", asked, Opened, fields.get("request_id", ""))
    except REFUSALS as error:
        return await _listed(visit, given, {"refused": str(error)}, status=409)
    if not again:
        await visit.noted("made-cards" if cards else "made-poster", made.id)
    return visit.to(f"{PATH}/{made.id}")


async def _show(visit: Visit) -> Response:
    one = await found(visit)
    return not_there(visit) if one is None else await _shown(visit, one)


async def _speak(visit: Visit) -> Response:
    fields = await visit.fields()
    one = await found(visit)
    if one is None:
        return not_there(visit)
    done = await _attempted(visit, one, "contacts.open-speak", SpeakOpen(one.id), Opened, fields)
    if isinstance(done, HTMLResponse):
        return done
    await visit.noted("new-code", one.id)
    return visit.to(f"{PATH}/{one.id}")


async def _retire(visit: Visit) -> Response:
    fields = await visit.fields()
    one = await found(visit)
    if one is None:
        return not_there(visit)
    done = await _attempted(visit, one, "contacts.retire", Retire(one.id), Retired, fields)
    if isinstance(done, HTMLResponse):
        return done
    await visit.noted("retired", one.id)
    return visit.to(f"{PATH}/{one.id}")


async def _attempted(
    visit: Visit, one: Listed, command: str, asked: msgspec.Struct, result: type[R], fields: Mapping[str, str]
) -> R | HTMLResponse:
    try:
        return await visit.carried_out(command, asked, result, fields.get("request_id", ""))
    except REFUSALS as error:
        return await _shown(visit, one, refused=str(error), status=409)


async def _listed(visit: Visit, given: Mapping[str, str], faults: Mapping[str, str], *, status: int = 200) -> Response:
    rows = [one for one in await visit.house.store.read(open_invitations.listed) if visit.sees(one.unit)]
    return visit.page(
        "open_list.html",
        status=status,
        rows=[
            (
                one,
                visit.text("open-poster" if one.kind == "poster" else "open-cards"),
                choices.journey_name(visit, one.journey),
                choices.unit_name(visit, one.unit),
                choices.service_name(visit, one.service),
                last_day(visit, one.expires_at),
                *_state(visit, one),
            )
            for one in rows
        ],
        given=given,
        faults=faults,
        offered=_offered(visit),
        most=MOST_CARDS,
        poster_days=POSTER_DAYS,
        card_days=CARD_DAYS,
    )


async def _shown(visit: Visit, one: Listed, *, refused: str = "", status: int = 200) -> HTMLResponse:
    try:
        usable = await visit.house.store.read(opened, visit.house.rooms, one.id, visit.now)
    except Refused:
        usable = None
    state, tone = _state(visit, one)
    organisation = visit.house.premises.organisation
    return visit.page(
        "open_one.html",
        status=status,
        one=one,
        usable=usable,
        refused=refused,
        journey=choices.journey_name(visit, one.journey),
        unit=choices.unit_name(visit, one.unit),
        service=choices.service_name(visit, one.service),
        channel=choices.name_of(visit, organisation.channels, one.channel),
        until=last_day(visit, one.expires_at),
        state=state,
        tone=tone,
        link=usable.links[0] if usable is not None and usable.links else None,
        picture=_picture(visit, one, usable),
        spoken_until=_spoken_until(visit, usable),
        site=site(visit),
    )


def _picture(visit: Visit, one: Listed, usable: Opened | None) -> str | None:
    if usable is None or one.kind != "poster" or not usable.links:
        return None
    return picture(usable.links[0], visit.text("qr-title"))


def _spoken_until(visit: Visit, usable: Opened | None) -> str:
    ends: datetime | None = usable.spoken_until if usable is not None else None
    return until(visit, ends, visit.language) if ends is not None else ""


def _state(visit: Visit, one: Listed) -> tuple[str, str]:
    if one.retired:
        return visit.text("open-retired"), "bad"
    if one.expires_at <= visit.now:
        return visit.text("open-expired"), "quiet"
    if one.kind == "card" and one.spent >= one.printed:
        return visit.text("open-spent"), "quiet"
    return visit.text("open-usable"), "good"


def _offered(visit: Visit) -> Mapping[str, list[choices.Choice]]:
    return {
        "journey": choices.journeys(visit),
        "unit": choices.units(visit),
        "service": choices.services(visit),
        "channel": choices.channels(visit),
        "language": choices.languages(visit),
    }


def _faults(visit: Visit, given: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    for name, among in _offered(visit).items():
        if not given[name] and name in _NEEDED:
            faults[name] = visit.text("choose-one")
        elif given[name] and given[name] not in [one.code for one in among]:
            faults[name] = visit.text("not-offered")
    if given["kind"] not in ("poster", "cards"):
        faults["kind"] = visit.text("choose-one")
    number = given["cards"]
    if given["kind"] == "cards" and not (
        number.isascii() and number.isdigit() and len(number) <= len(str(MOST_CARDS)) and 1 <= int(number) <= MOST_CARDS
    ):
        faults["cards"] = visit.text("open-number", most=str(MOST_CARDS))
    if given["until"]:
        try:
            noon = moment(visit, given["until"], "12:00")
            if (
                noon.astimezone(visit.house.premises.zone).date()
                < visit.now.astimezone(visit.house.premises.zone).date()
            ):
                faults["until"] = visit.text("open-day-over")
            elif noon - visit.now > _FURTHEST:
                faults["until"] = visit.text("open-day-far")
        except Wrong as wrong:
            faults["until"] = str(wrong)
    return faults
