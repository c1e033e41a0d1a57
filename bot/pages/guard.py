"""The guard: what every request meets before a page does: a bounded body, our own forms only, strict headers.

Tells nothing about who asked, and logs nothing. Whether a form is ours is known from what browsers say of where it was
sent from (Sec-Fetch-Site, Origin); the token that each form carries is checked by its page (see `forms`).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
"""Bytes of a request; an upload's page may take more."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_NOT_KEPT = "no-store"
_SAFE = ("GET", "HEAD", "OPTIONS")


class Guarded:
    """`app` behind the guard.

    `own_rules` are the paths of programs, which show who they are themselves: whether a browser sent it is not asked
    there. `largest` gives the bytes that a path may be sent. `encrypted`: we are reached by https alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        own_rules: tuple[str, ...] = (),
        largest: Callable[[str], int] = lambda _: LARGEST_BODY,
        encrypted: bool = False,
    ) -> None:
        self._app = app
        self._own_rules = own_rules
        self._largest = largest
        self._headers = dict(_HEADERS)
        if encrypted:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        answer = self._headed(send)
        if scope["method"] not in _SAFE and not path.startswith(self._own_rules) and is_from_elsewhere(headers):
            await PlainTextResponse("This form was sent from another site.", 403)(scope, receive, answer)
            return
        most = self._largest(path)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > most:
            await PlainTextResponse("Too large.", 413)(scope, receive, answer)
            return
        await self._app(scope, _bounded(receive, most), answer)

    def _headed(self, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", _NOT_KEPT)
            await send(message)

        return answer


class TooLarge(Exception):
    """A body that goes on after its bound."""


def is_from_elsewhere(headers: Headers) -> bool:
    """Whether the browser says that this request was made by another site than ours.

    Without Sec-Fetch-Site (a browser before 2023), and with the "null" that our own Referrer-Policy makes of Origin,
    nothing is known: then the form's token decides.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != headers.get("host", "")


def _bounded(receive: Receive, most: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge
        return message

    return bounded
