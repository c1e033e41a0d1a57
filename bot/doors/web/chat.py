"""The chat: the citizen's page where everything is said. Each form is a row of the inbox before anything comes of it.

Works as pages and forms alone. With the page's script the same forms are answered with the part that has changed, and
what comes by itself is fetched when the server tells that there is something.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Mapping

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.doors.web.hall import CHAT, Hall, Visitor
from bot.doors.web.reading import CameHere, Done, SaidHere, SpeaksHere, TappedHere
from bot.doors.web.sight import Sight, is_due, sight
from bot.pages import forms
from bot.pages.forms import FormRefused
from bot.pages.guard import TooLarge
from bot.store import web_messages
from flows.wording import plain

LONGEST = 4000
"""Characters of one message, as much as a chat elsewhere takes."""

_PING = 25
_TAP = re.compile(r"(\d{1,15})\.(\d{1,3})")
_DO: Mapping[str, str] = {
    "start": "/start",
    "stop": "/stop",
    "pause": "/pause",
    "help": "/help",
    "erase": "/erase",
    "call-me": "/call-me",
}
"""What the menu's buttons stand for, as somebody would write it."""

_log = logging.getLogger("kundresa.web")


def routes(hall: Hall) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    chat = _Chat(hall)
    return [
        Route(CHAT.rstrip("/"), chat.lead, methods=["GET"]),
        Route(CHAT, chat.show, methods=["GET"]),
        Route(CHAT, chat.act, methods=["POST"]),
        Route(CHAT + "list", chat.part, methods=["GET"]),
        Route(CHAT + "events", chat.events, methods=["GET"]),
    ]


class _Wrong(Exception):
    """What was typed can't be taken: the words that say why, and what was typed."""

    def __init__(self, fault: str, typed: str = "") -> None:
        super().__init__(fault)
        self.fault, self.typed = fault, typed


class _Chat:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._store = hall.house.store

    async def lead(self, request: Request) -> Response:
        """Typed without its last stroke, it leads to the chat, by our own address."""
        return self._hall.to(request, CHAT)

    async def show(self, request: Request) -> Response:
        """The chat as it stands; what is due is asked, since somebody is here."""
        visitor = await self._hall.visitor(request)
        if visitor is None:
            return self._hall.told(request, self._hall.wanted(request), "nobody-here", 403)
        await self._came(visitor)
        answer = await self._page(visitor, "chat.html")
        return self._hall.remembered(answer, visitor.token) if visitor.renewed else answer

    async def part(self, request: Request) -> Response:
        """The messages alone, for a page that was told of something new; nothing where it has seen that already."""
        visitor = await self._hall.visitor(request)
        if visitor is None:
            return self._hall.to(request, CHAT)
        if visitor.person.at_home:
            await self._came(visitor)
        seen = await self._store.write(sight, self._hall.house, visitor, self._hall.now())
        if request.query_params.get("seen") == str(seen.talk.mark):
            return Response(status_code=204)
        return self._shown(visitor, seen, "list.html")

    async def act(self, request: Request) -> Response:
        """Something the person does. Whatever fails, they are told; what they wrote is still theirs to send again."""
        given: Mapping[str, str] = {}
        try:
            given = await forms.fields(request)
            return await self._act(request, given)
        except FormRefused:
            return self._hall.told(request, self._hall.wanted(request), "form-old", 400)
        except TooLarge:
            raise  # told as everywhere
        except Exception as error:
            _log.error("what somebody did could not be kept (%s)", type(error).__name__)
            return self._again(request, given)

    async def events(self, request: Request) -> Response:
        """A stream of "there is something new", for a page that is open."""
        visitor = await self._hall.visitor(request)
        if visitor is None or not self._hall.lookout.has_room(visitor.lookup):
            return Response(status_code=204)
        return EventSourceResponse(self._news(visitor.lookup), ping=_PING)

    async def _news(self, lookup: bytes) -> AsyncIterator[ServerSentEvent]:
        async for _ in self._hall.lookout.news(lookup):
            yield ServerSentEvent("new", event="new")

    async def _act(self, request: Request, given: Mapping[str, str]) -> Response:
        hall = self._hall
        visitor = await hall.visitor(request)
        if visitor is None:
            return hall.to(request, CHAT)
        if hall.is_too_much(request, visitor.lookup):
            return hall.told(request, visitor.language, "too-much", 429, visitor)
        forms.check(hall.house.premises.keyring, visitor.about, given)
        try:
            done = self._done(given)
        except _Wrong as wrong:
            return await self._page(
                visitor, "talk.html" if hall.wants_part(request) else "chat.html",
                status=400, fault=wrong.fault, typed=wrong.typed,
            )  # fmt: skip
        if done is None:
            raise FormRefused("This form says nothing that we know.")
        if isinstance(done, TappedHere) and not await self._is_offered(visitor, done):
            return hall.told(request, visitor.language, "not-yours", 403, visitor)
        if given.get("do") == "erase" and not visitor.whole:
            return hall.told(request, visitor.language, "elsewhere", 403, visitor)
        taken = await hall.take(visitor, given.get("id", ""), done)
        if hall.wants_part(request):
            return await self._page(visitor, "talk.html", note="" if taken else "slow")
        return hall.to(request, f"{CHAT}#newest" if taken else f"{CHAT}?slow")

    def _done(self, given: Mapping[str, str]) -> Done | None:
        tap = _TAP.fullmatch(given.get("tap", ""))
        if tap is not None:
            return TappedHere(int(tap[1]), int(tap[2]))
        if given.get("do") in _DO:
            return SaidHere(_DO[given["do"]])
        language = given.get("language", "")
        if plain(language) in self._hall.house.premises.languages:
            return SpeaksHere(language)
        if "key" in given:
            return SaidHere(given["key"][:LONGEST])
        if "text" not in given:
            return None
        text = given["text"].replace("\r\n", "\n").replace("\0", "").strip()
        if not text:
            raise _Wrong("text-missing")
        if len(text) > LONGEST:
            raise _Wrong("text-long", text)
        return SaidHere(text)

    async def _is_offered(self, visitor: Visitor, done: TappedHere) -> bool:
        return await self._store.read(web_messages.offers, visitor.lookup, visitor.session.shown_from, done.outbox)

    async def _came(self, visitor: Visitor) -> None:
        if not await self._store.read(is_due, visitor.person, visitor.now):
            return
        minute = int(visitor.now.timestamp()) // 60  # looking again and again says it once
        await self._hall.take(visitor, f"came-{minute:020d}", CameHere())

    async def _page(self, visitor: Visitor, template: str, **values: object) -> HTMLResponse:
        seen = await self._store.write(sight, self._hall.house, visitor, self._hall.now())
        return self._shown(visitor, seen, template, **values)

    def _shown(self, visitor: Visitor, seen: Sight, template: str, **values: object) -> HTMLResponse:
        known = plain(seen.person.language) in self._hall.house.premises.languages
        language = seen.person.language if known else visitor.language
        shown = {"fault": "", "typed": "", "note": "slow" if "slow" in visitor.request.query_params else "", **values}
        return self._hall.page(
            visitor.request, template, language, visitor=visitor, sight=seen, longest=LONGEST, **shown
        )

    def _again(self, request: Request, given: Mapping[str, str]) -> Response:
        hall, language = self._hall, self._hall.wanted(request)
        if hall.wants_part(request):
            return hall.told(request, language, "not-kept", 503)
        return hall.page(request, "again.html", language, status=503, given=given)
