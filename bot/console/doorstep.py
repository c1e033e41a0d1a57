"""The doorstep: what somebody meets who is not signed in: a plain page, in the language their browser asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.console.gate import SIGN_IN, Office
from bot.pages.forms import FormRefused
from bot.pages.pages import wanted_language

Handler = Callable[[Request], Awaitable[Response]]


def page(
    office: Office,
    request: Request,
    template: str,
    *,
    otherwise: str | None = None,
    status: int = 200,
    **values: object,
) -> Response:
    """A page in the language that was asked for, else `otherwise`, else what the browser prefers."""
    premises = office.house.premises
    return office.pages.page(
        template,
        wanted_language(request, premises.languages, otherwise),
        status=status,
        language_names=premises.words["language-name"].texts,
        **{"here": SIGN_IN, **values},
    )


def message(office: Office, request: Request, key: str, status: int) -> Response:
    """A title (the words `key`-title), a paragraph (`key`), and the way back to signing in."""
    return page(office, request, "sign_in_message.html", status=status, key=key)


def network(request: Request) -> str:
    """The network address of whoever asks; behind a trusted proxy the one that it tells."""
    return request.client.host if request.client is not None else ""


def readable(office: Office, handler: Handler) -> Handler:
    """The handler of a form; one that can't be ours is told so."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        except FormRefused:
            return message(office, request, "form-old", 400)

    return endpoint
