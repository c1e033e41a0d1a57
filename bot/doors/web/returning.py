"""Returning: coming back by a link, keeping that link, going on in Telegram, and leaving this browser to somebody else.

Looking at a return link binds nothing and makes nothing: mail programs and previews look too. Coming back is a form;
it makes a session that answers what is open, and sees nothing of what was answered before.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.calendar_file import MEDIA_TYPE, calendar_file
from bot.doors.web.hall import CHAT, Hall, Visitor
from bot.doors.web.reading import DOOR, CameHere
from bot.doors.web.sight import back, coming
from bot.keys import code_hash, new_token
from bot.links import telegram_link
from bot.openings import House
from bot.pages import forms
from bot.pages.forms import FormRefused
from bot.store import web_messages, web_sessions
from bot.store.database import Transaction
from bot.store.people import Person

KEEP, CALENDAR = CHAT + "keep", CHAT + "calendar.ics"


def routes(hall: Hall) -> list[BaseRoute]:
    """The pages of this room, for the listener; after all other pages below /c/."""
    returning = _Returning(hall)
    return [
        Route(KEEP, returning.keep, methods=["GET"]),
        Route(CALENDAR, returning.calendar, methods=["GET"]),
        Route(CHAT + "telegram", returning.telegram, methods=["POST"]),
        Route(CHAT + "leave", returning.leave, methods=["POST"]),
        Route(CHAT + "{token}", returning.look, methods=["GET"]),
        Route(CHAT + "{token}", returning.come, methods=["POST"]),
    ]


class _Returning:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._house = hall.house
        self._store = hall.house.store

    async def look(self, request: Request) -> Response:
        """One button, if the link still leads to somebody."""
        hall, token = self._hall, request.path_params["token"]
        person = await self._store.read(self._house.rooms.returns.person_of, token, hall.now())
        if person is None:
            return hall.told(request, hall.wanted(request), "link-gone", 404)
        visitor = await hall.visitor(request)
        if visitor is not None and visitor.person.id == person.id:
            return hall.to(request, CHAT)
        return hall.page(
            request,
            "return.html",
            hall.wanted(request, person.language),
            token=forms.token(self._house.premises.keyring, token.encode()),
            other=visitor is not None,
            path=f"{CHAT}{token}",
        )

    async def come(self, request: Request) -> Response:
        """Somebody comes back by their link."""
        hall, token = self._hall, request.path_params["token"]
        language = hall.wanted(request)
        visitor = await hall.visitor(request)
        if hall.is_too_much(request, visitor.lookup if visitor is not None else None):
            return hall.told(request, language, "too-much", 429)
        try:
            given = await forms.fields(request)
            forms.check(self._house.premises.keyring, token.encode(), given)
        except FormRefused:
            return hall.told(request, language, "form-old", 400)
        cookie, now = new_token(), hall.now()
        here = visitor.person if visitor is not None else None
        address = await self._store.write(_come, self._house, token, here, code_hash(cookie), now)
        if address is None:
            return hall.told(request, language, "link-gone", 404)
        if address == "":
            return hall.to(request, CHAT)
        taken = await hall.intake.take(
            address, given.get("id", ""), CameHere(), language=hall.device(request), whole=False
        )
        answer = hall.to(request, f"{CHAT}#newest" if taken else f"{CHAT}?slow")
        return hall.remembered(answer, cookie)

    async def keep(self, request: Request) -> Response:
        """The link to come back by, to keep in whatever way suits."""
        hall = self._hall
        visitor = await hall.visitor(request)
        if visitor is None:
            return hall.told(request, hall.wanted(request), "nobody-here", 403)
        moments, link = await self._store.write(_kept, self._house, visitor.person, visitor.now)
        return hall.page(
            request, "keep.html", visitor.language, visitor=visitor, coming=moments, back=link,
            mail=mail_to_oneself(hall, visitor.language, link) if link is not None else "",
        )  # fmt: skip

    async def calendar(self, request: Request) -> Response:
        """The moments to come, for a calendar."""
        hall = self._hall
        visitor = await hall.visitor(request)
        if visitor is None:
            return hall.told(request, hall.wanted(request), "nobody-here", 403)
        moments, link = await self._store.write(_kept, self._house, visitor.person, visitor.now)
        if link is None or not moments:
            return hall.told(request, visitor.language, "nothing-coming", 404, visitor)

        def text(key: str) -> str:
            return hall.pages.text(key, visitor.language, link=link or "")

        file = calendar_file(
            moments, link, summary=text("calendar-title"), description=text("calendar-text"), now=visitor.now
        )
        name = quote(f"{text('calendar-file')}.ics")
        return Response(
            file, media_type=MEDIA_TYPE, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        )

    async def telegram(self, request: Request) -> Response:
        """A link by which the conversation goes on in Telegram; made only when it is asked for."""
        hall, visitor = self._hall, await self._posted(request)
        if isinstance(visitor, Response):
            return visitor
        if not visitor.whole:  # whoever has it there sees and erases everything
            return hall.told(request, visitor.language, "elsewhere", 403, visitor)
        link = await self._store.write(_pass, self._house, visitor.person, visitor.now)
        if link is None:
            return hall.told(request, visitor.language, "no-telegram", 404, visitor)
        return hall.page(request, "telegram.html", visitor.language, visitor=visitor, link=link)

    async def leave(self, request: Request) -> Response:
        """This browser is somebody else's from now on."""
        hall, visitor = self._hall, await self._posted(request)
        if isinstance(visitor, Response):
            return visitor
        await self._store.write(web_sessions.remove, code_hash(visitor.token))
        return hall.forgotten(hall.told(request, visitor.language, "left", 200))

    async def _posted(self, request: Request) -> Visitor | Response:
        hall = self._hall
        visitor = await hall.visitor(request)
        if visitor is None:
            return hall.to(request, CHAT)
        if hall.is_too_much(request, visitor.lookup):
            return hall.told(request, visitor.language, "too-much", 429, visitor)
        try:
            await hall.fields(visitor)
        except FormRefused:
            return hall.told(request, visitor.language, "form-old", 400)
        return visitor


def mail_to_oneself(hall: Hall, language: str, link: str) -> str:
    """An address that opens the mail program with the link in a letter to nobody yet."""
    subject, text = (hall.pages.text(key, language, link=link) for key in ("mail-subject", "mail-text"))
    return f"mailto:?subject={quote(subject)}&body={quote(text)}"


def _come(
    tx: Transaction, house: House, token: str, here: Person | None, token_hash: bytes, now: datetime
) -> str | None:
    """The address at which the link's person is met, with a new session; "" if they are here already, None if gone."""
    person = house.rooms.returns.person_of(tx, token, now)
    if person is None:
        return None
    if here is not None and here.id == person.id:
        return ""
    known = web_sessions.address_of_person(tx, person.id)
    keyring = house.premises.keyring
    if known is not None:
        address = keyring.unseal(known.sealed, purpose=b"address").decode()
    else:
        address = house.rooms.people.add_web_address(tx, person.id, now)
    lookup = keyring.lookup(DOOR, address)
    first = web_messages.shown_from(tx, lookup)
    web_sessions.add(tx, token_hash, lookup, whole=False, shown_from=first, now=now)
    return address


def _kept(tx: Transaction, house: House, person: Person, now: datetime) -> tuple[tuple[datetime, ...], str | None]:
    return coming(tx, person, now), back(tx, house, person, now)


def _pass(tx: Transaction, house: House, person: Person, now: datetime) -> str | None:
    return telegram_link(tx, house.rooms.returns.door_pass(tx, person.id, now))
