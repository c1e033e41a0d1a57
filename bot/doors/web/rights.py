"""Rights: what is held about somebody, the whole notice, erasing; and what everybody may read of privacy and access.

What is held is shown in the browser it began in alone: a link that brings somebody back may have been passed on.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import days
from bot.doors.web.hall import CHAT, Hall, Visitor
from bot.doors.web.reading import DOOR
from bot.doors.web.statement import statement
from bot.my_data import Held, gathered, read_by_people, read_by_programs, told
from flows.wording import in_language

MY_DATA = CHAT + "my-data"
PRIVACY, ACCESSIBILITY = "/privacy", "/accessibility"
_FILES = {".txt": "text/plain", ".json": "application/json"}


def routes(hall: Hall) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    rights = _Rights(hall)
    return [
        Route(MY_DATA, rights.my_data, methods=["GET"]),
        *(Route(MY_DATA + ending, rights.file, methods=["GET"]) for ending in _FILES),
        Route(CHAT + "rights", rights.notice, methods=["GET"]),
        Route(CHAT + "erase", rights.erase, methods=["GET"]),
        Route(PRIVACY, rights.notice, methods=["GET"]),
        Route(ACCESSIBILITY, rights.accessibility, methods=["GET"]),
    ]


class _Rights:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._premises = hall.house.premises

    async def my_data(self, request: Request) -> Response:
        """What is held, to read."""
        visitor = await self._hall.visitor(request)
        refused = self._refused(request, visitor)
        if visitor is None or refused is not None:
            return refused or Response(status_code=403)
        held = await self._held(visitor)
        paragraphs = [part for text in told(self._premises, held) for part in text.split("\n\n")]
        files = bool(held.contacts or held.call_backs)
        return self._hall.page(
            request, "my_data.html", visitor.language, visitor=visitor, paragraphs=paragraphs, files=files
        )

    async def file(self, request: Request) -> Response:
        """What is held, as a file to keep or to hand on."""
        visitor = await self._hall.visitor(request)
        refused = self._refused(request, visitor)
        if visitor is None or refused is not None:
            return refused or Response(status_code=403)
        held = await self._held(visitor)
        ending = next(ending for ending in _FILES if request.url.path.endswith(ending))
        content = (read_by_people if ending == ".txt" else read_by_programs)(self._premises, held)
        name = quote(in_language(self._premises.words["mydata-file"], visitor.language) + ending)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(content, media_type=_FILES[ending], headers=headers)

    async def notice(self, request: Request) -> Response:
        """The whole privacy notice, for whoever reads it."""
        visitor = await self._hall.visitor(request)
        language = visitor.language if visitor is not None and "lang" not in request.query_params else None
        language = language or self._hall.wanted(request)
        text = self._hall.house.rooms.privacy.notice_text(DOOR, language)
        head, *parts = text.split("\n\n")
        return self._hall.page(request, "notice.html", language, visitor=visitor, head=head, parts=parts)

    async def erase(self, request: Request) -> Response:
        """Where erasing begins, or where else it can be asked for."""
        visitor = await self._hall.visitor(request)
        refused = self._refused(request, visitor)
        if visitor is None or refused is not None:
            return refused or Response(status_code=403)
        return self._hall.page(request, "erase.html", visitor.language, visitor=visitor)

    async def accessibility(self, request: Request) -> Response:
        """The statement that the law asks for."""
        visitor = await self._hall.visitor(request)
        language = visitor.language if visitor is not None and "lang" not in request.query_params else None
        language = language or self._hall.wanted(request)
        told_ = statement(self._premises.organisation)
        dates = {
            "assessed": days.whole_day(told_.assessed, language),
            "updated": days.whole_day(told_.updated, language),
        }
        return self._hall.page(request, "accessibility.html", language, visitor=visitor, statement=told_, **dates)

    def _refused(self, request: Request, visitor: Visitor | None) -> Response | None:
        if visitor is None:
            return self._hall.told(request, self._hall.wanted(request), "nobody-here", 403)
        if not visitor.whole:
            return self._hall.told(request, visitor.language, "elsewhere", 403, visitor)
        return None

    async def _held(self, visitor: Visitor) -> Held:
        return await self._hall.house.store.read(gathered, self._premises, visitor.person)
