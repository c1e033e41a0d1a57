"""Posters: what is printed of open invitations: a poster on A4, cards by the sheet, which are as good as keys."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from bot import printing
from bot.commands_invitations import Opened, opened
from bot.console.choices import WRITERS
from bot.console.codes import picture, typed, written
from bot.console.gate import Gate, Visit
from bot.occasions import names_of
from bot.openings import Refused
from bot.paragraphs import ways
from bot.printing import Sheet
from bot.store import open_invitations
from bot.store.open_invitations import Listed
from flows.wording import filled, in_language


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get("/console/open/{id}/poster", _poster, roles=WRITERS),
        gate.get("/console/open/{id}/cards", _cards, roles=WRITERS),
    ]


async def found(visit: Visit) -> Listed | None:
    """The poster or sheet that the address names; None if there is none, or it is another unit's."""
    id_ = visit.request.path_params["id"]
    everything = await visit.house.store.read(open_invitations.listed)
    return next((one for one in everything if one.id == id_ and visit.sees(one.unit)), None)


def not_there(visit: Visit) -> HTMLResponse:
    """The same page for every poster or sheet that a member can't see."""
    return visit.refusal(visit.text("open-gone-title"), visit.text("open-gone"), 404)


def last_day(visit: Visit, expires_at: datetime) -> date:
    """The last local day of something that ends at midnight after it."""
    return (expires_at - timedelta(microseconds=1)).astimezone(visit.house.premises.zone).date()


async def _poster(visit: Visit) -> Response:
    usable = await _usable(visit, "poster")
    if isinstance(usable, HTMLResponse):
        return usable
    premises = visit.house.premises
    spoken_here = (usable.language,) if usable.language in premises.languages else premises.languages
    names = names_of(premises, usable.unit, usable.service)
    answered = {"ways": ways(premises.words, telegram=usable.bot is not None)}
    where = [names["unit"], *([names["service"]] if usable.service else [])]

    def text(key: str, language: str, **values: str) -> str:
        return visit.office.pages.text(key, language, **values)

    def how(language: str) -> str:
        key = "poster-how-web" if usable.site else "poster-how-bot"
        return text(key, language, ways=in_language(answered["ways"], language))

    return visit.page(
        "poster_page.html",
        id=usable.id,
        first=spoken_here[0],
        who=in_language(names["organisation"], spoken_here[0]),
        where=", ".join(in_language(name, spoken_here[0]) for name in where),
        picture=picture(usable.links[0], text("qr-title", spoken_here[0])),
        said=[
            (code, filled(premises.words["card-title"], code, {}), how(code), text("poster-voluntary", code))
            for code in spoken_here
        ],
        spoken=usable.spoken,
        typed=typed(visit, spoken_here, usable.bot),
        good=[(code, in_language(premises.words["card-until"], code)) for code in spoken_here],
        until=written(visit, usable.spoken_until),
        calls=[(code, text("poster-call", code)) for code in spoken_here],
        phone=in_language(names["phone"], spoken_here[0]),
    )


async def _cards(visit: Visit) -> Response:
    usable = await _usable(visit, "card")
    if isinstance(usable, HTMLResponse):
        return usable
    premises = visit.house.premises
    organisation = premises.organisation
    at, offered = organisation.units.get(usable.unit), organisation.services.get(usable.service or "")
    names = names_of(premises, usable.unit, usable.service)
    sheet = Sheet(
        usable.id,
        usable.links,
        organisation.name,
        names["unit"],
        offered.name if offered is not None else None,
        at.phone if at is not None and at.phone else organisation.phone,
        (usable.language,) if usable.language in premises.languages else premises.languages,
        last_day(visit, usable.expires_at),
        web=usable.site is not None,
        telegram=usable.bot is not None,
    )
    await visit.noted("printed-cards", usable.id)
    pages = Markup(printing.body(sheet, premises.words))  # noqa: S704 - made by us; what stands in it is escaped there
    return visit.page("cards_page.html", id=usable.id, pages=pages, number=len(usable.links))


async def _usable(visit: Visit, kind: str) -> Opened | HTMLResponse:
    one = await found(visit)
    if one is None or one.kind != kind:
        return not_there(visit)
    try:
        usable = await visit.house.store.read(opened, visit.house.rooms, one.id, visit.now)
    except Refused:
        return visit.refusal(visit.text("open-over-title"), visit.text("open-over"), 409)
    if not usable.links:
        return visit.refusal(visit.text("open-over-title"), visit.text("no-link"), 409)
    return usable
