"""The webhook: Telegram posts updates here. Answers 200 only after the commit; reads nothing without the secret."""

from __future__ import annotations

import asyncio
import hmac
import logging

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot

from bot.doors.telegram.intake import Intake
from bot.doors.telegram.reading import ALLOWED_UPDATES, is_json

_LOG = logging.getLogger(__name__)

PATH = "/telegram"
LARGEST_BODY = 1024 * 1024
"""Telegram's own limit for an update is 512 KiB."""
BODY_SECONDS = 30.0
CONNECTIONS = 100
_HEADER = "x-telegram-bot-api-secret-token"


class Webhook:
    """The endpoint. `secret` is what Telegram sends along with every update."""

    def __init__(self, *, intake: Intake, secret: str) -> None:
        self._intake = intake
        self._secret = secret.encode()

    @property
    def route(self) -> Route:
        """For the listener."""
        return Route(PATH, self._answer, methods=["POST"])

    async def announce(self, bot: Bot, public_url: str) -> None:
        """Tell Telegram where to post. Raises what `Bot.set_webhook` raises; what waits there is kept."""
        await bot.set_webhook(
            url=f"{public_url.rstrip('/')}{PATH}",
            secret_token=self._secret.decode(),
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=CONNECTIONS,
        )

    async def _answer(self, request: Request) -> Response:
        given = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret):
            return PlainTextResponse("not for you", 401)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                raw = await _bounded_body(request)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("the body did not arrive", 408)
        if raw is None:
            return PlainTextResponse("too large", 413)
        if not is_json(raw):
            return PlainTextResponse("not JSON", 400)
        try:
            await self._intake.take([raw])
        except Exception as error:
            # Telegram tries again, so nothing is lost.
            _LOG.error("Telegram: the database took nothing (%s). Check its disk.", type(error).__name__)
            return PlainTextResponse("try again", 503)
        return PlainTextResponse("ok")


async def _bounded_body(request: Request) -> bytes | None:
    """The body, or None once it is larger than an update may be."""
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
