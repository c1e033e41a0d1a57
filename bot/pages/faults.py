"""Faults: what is shown where there is no page, or where one failed. Tells nothing of why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.pages.pages import Pages, wanted_language

Fault = Callable[[Request, Exception], Awaitable[Response]]


def faults(pages: Pages) -> Mapping[int, Fault]:
    """What answers, by status."""

    def told(request: Request, key: str, status: int) -> Response:
        language = wanted_language(request, pages.premises.languages)
        title, paragraph = pages.text(f"{key}-title", language), pages.text(key, language)
        return pages.page("message.html", language, status=status, title=title, paragraphs=[paragraph])

    async def gone(request: Request, _: Exception) -> Response:
        return told(request, "page-gone", 404)

    async def failed(request: Request, _: Exception) -> Response:
        return told(request, "page-failed", 500)

    async def not_so(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        return PlainTextResponse("Not so.", status)

    return {404: gone, 405: not_so, 500: failed}
