"""The wire: python-telegram-bot's requests over one aiohttp session. Never logs, and never tries anything twice.

Every failure is told apart by what it proves: `NotSent` (Telegram has not got the request), `InDoubt` (it may have
carried it out), `Flooded` (refused for now), or one of python-telegram-bot's errors (refused, with a reason). No
message of an error holds an address of a request: the token is a part of it.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping
from http import HTTPStatus
from urllib.request import getproxies

import aiohttp
import msgspec
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.request import BaseRequest, RequestData

from bot.store.outbox import Document

CONNECTIONS = 64
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
"""How long an answer may take. What hasn't been answered by then is in doubt, so this is generous."""

_JSON = {"Content-Type": "application/json"}

# It writes the token and whole requests to its debug log.
logging.getLogger("telegram").setLevel(logging.WARNING)


class NotSent(NetworkError):
    """Telegram has certainly not got the request."""


class InDoubt(NetworkError):
    """Telegram may or may not have carried the request out."""


class Flooded(TelegramError):
    """Telegram refused the request for `seconds` (429). PTB's RetryAfter warns about itself whenever it is made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Telegram wants a pause of {seconds:g} s")
        self.seconds = seconds


class _Parameters(msgspec.Struct):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Refusal(msgspec.Struct):
    description: str = ""
    parameters: _Parameters = msgspec.field(default_factory=_Parameters)


class JsonRequest(BaseRequest):
    """A way to send requests that python-telegram-bot uses, and `methods` beside it."""

    @abstractmethod
    async def post_json(self, url: str, parameters: bytes) -> bytes:
        """Post parameters as one JSON object; the body of a successful answer. Raises what the wire raises."""

    @abstractmethod
    async def post_file(self, url: str, fields: Mapping[str, str], name: str, file: Document) -> bytes:
        """Post parameters as a form with one file, the parameter `name`; else as `post_json`."""


class Wire(JsonRequest):
    """One session with up to 64 connections, kept open between requests."""

    def __init__(self, *, connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS) -> None:
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the session; harmless when it is open."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                # An office's way out is often a proxy. Where there is none, looking for one costs a hop a request.
                trust_env=bool(getproxies()),
            )

    async def shutdown(self) -> None:
        """Close the session; harmless when it is closed."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """What python-telegram-bot calls. Files go by `post_file` alone: ValueError if there are any."""
        if request_data is not None and request_data.contains_files:
            raise ValueError("files go by post_file")
        fields = {} if request_data is None else request_data.json_parameters
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._read_seconds
        return HTTPStatus.OK, await self.post_fields(url, fields, float(seconds))

    async def post_fields(self, url: str, fields: Mapping[str, str], read_seconds: float) -> bytes:
        """The body of a successful answer. Raises NotSent, InDoubt, Flooded, or the error Telegram answered with."""
        return await self._posted(url, fields, None, read_seconds)

    async def post_json(self, url: str, parameters: bytes) -> bytes:
        """As `post_fields`, with the parameters as one JSON object, and the usual time to answer."""
        return await self._posted(url, parameters, _JSON, self._read_seconds)

    async def post_file(self, url: str, fields: Mapping[str, str], name: str, file: Document) -> bytes:
        """As `post_fields`, with one file, and the usual time to answer."""
        form = aiohttp.FormData(fields)
        form.add_field(name, file.content, filename=file.name, content_type=file.kind)
        return await self._posted(url, form, None, self._read_seconds)

    async def _posted(
        self,
        url: str,
        data: Mapping[str, str] | bytes | aiohttp.FormData,
        headers: Mapping[str, str] | None,
        read_seconds: float,
    ) -> bytes:
        if self._session is None:
            raise NotSent("the connection to Telegram is closed")
        # `connect` covers waiting for a free connection, too.
        timeout = aiohttp.ClientTimeout(connect=self._connect_seconds, sock_read=read_seconds)
        try:
            async with self._session.post(
                url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                body = await response.read()
                status, wait = response.status, response.headers.get("Retry-After", "")
        # Their own messages may hold the address: only the kind of error goes on.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            raise NotSent(f"no connection to Telegram ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise InDoubt(f"the answer of Telegram was lost ({type(error).__name__})") from None
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return body
        raise refused(status, body, wait)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """A successful answer as JSON. InDoubt for anything else: Telegram has done it, but can't be understood."""
        try:
            answer = msgspec.json.decode(payload, type=dict[str, object])
        except (msgspec.DecodeError, RecursionError):
            answer = {}
        if "result" not in answer:
            raise InDoubt("the answer of Telegram holds no result")
        return answer


def refused(status: int, body: bytes, wait: str = "") -> TelegramError:
    """The error that an answer other than 2xx stands for; `wait` is its Retry-After header."""
    try:
        refusal = msgspec.json.decode(body, type=_Refusal)
    except (msgspec.DecodeError, RecursionError):
        refusal = _Refusal()
    text = refusal.description or f"HTTP {status}"
    if refusal.parameters.migrate_to_chat_id is not None:
        return ChatMigrated(refusal.parameters.migrate_to_chat_id)
    if refusal.parameters.retry_after is not None or status == HTTPStatus.TOO_MANY_REQUESTS:
        header = float(wait) if wait.isdecimal() else 1.0
        return Flooded(max(1.0, refusal.parameters.retry_after or header))
    match status:
        case HTTPStatus.BAD_REQUEST | HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return BadRequest(text)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return InvalidToken(text)
        case HTTPStatus.FORBIDDEN:
            return Forbidden(text)
        case HTTPStatus.CONFLICT:
            return Conflict(text)
        case _:
            return InDoubt(f"Telegram answered with HTTP {status}")
