"""A strict Bot API server on loopback: takes requests apart, lets faults strike, keeps the record.

It never sends anything but to its own bot's webhook, and never leaves 127.0.0.1.
"""

# ruff: noqa: ASYNC109  (a wait that fails must say what was missing, which asyncio.timeout can't)
from __future__ import annotations

import asyncio
import copy
import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType

from aiohttp import web

from .bell import PATIENCE, Bell
from .chats import Chats, ScreenMessage
from .citizens import Citizen, Group
from .courier import Courier, Hook
from .faults import Fault, Faults, PlannedFault, refusal_of
from .limits import FloodGate, Limits
from .methods import Methods
from .parameters import BY_LOWER_CASE, Parameters, read_parameters
from .profile import Profile
from .queue import UpdateQueue
from .record import Record, Request
from .subscription import Subscription
from .wire import Answer, JsonObject, Refusal, failure, too_many_requests

DEFAULT_TOKEN = "1234567890:AAfake-token_of-the-loopback-server0"
BODY_BYTES = 51 * 1024 * 1024
SENDING = {"sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageReplyMarkup"}
GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class FakeTelegram:
    """The server; `async with FakeTelegram() as server` fails at its end if there were violations."""

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        port: int = 0,
        limits: Limits | None = Limits(),  # noqa: B008  (a frozen value)
        oracle: bool = True,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        backoff: float = 0.02,
        seed: int | None = None,
        most_requests: int = 200_000,
        name: str = "Kundresa",
        username: str = "kundresa_bot",
    ) -> None:
        """Build a server for one bot.

        `now` is Telegram's clock (seconds since the epoch: dates, lifetimes), `ticks` the one of the
        flood limits (None: no limits), `backoff` the second delay of webhook retries in seconds,
        `most_requests` how many of the newest requests are kept.
        """
        self.token = token
        self.port = port
        self.faults = Faults()
        self.record = Record(most_requests, oracle)
        self.bell = Bell()
        rng = random.Random(seed)
        bot = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": name, "username": username}
        self.chats = Chats(bot, now, self.bell.ring)
        self.queue = UpdateQueue(now, rng, self.bell.ring)
        self.profile = Profile(name, self.chats)
        self._methods = Methods(self.chats, rng)
        self._courier = Courier(self.queue, now, backoff)
        self._subscription = Subscription(self.queue, self._courier, ticks, limits is not None)
        self._gate = FloodGate(limits, ticks) if limits is not None else None
        self._table = self._methods.table | self.profile.table
        self._rng = rng
        self._now = now
        self._citizens: dict[int, Citizen] = {}
        self._runner: web.AppRunner | None = None
        self._paused_hook: Hook | None = None
        self.extra_routes: list[web.RouteDef] = []

    @property
    def url(self) -> str:
        """The address without path, for KUNDRESA_TELEGRAM_API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """The address as python-telegram-bot's `base_url` wants it."""
        return f"{self.url}/bot"

    async def start(self) -> None:
        """Listen on loopback; after stop() on the same port again, with all that is remembered."""
        app = web.Application(client_max_size=BODY_BYTES)
        app.add_routes([web.route("*", "/bot{token:[^/]+}/{method}", self._serve), *self.extra_routes])
        # A poller that was killed must not linger as a second poller.
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        if self._paused_hook is not None:
            self._courier.start(self._paused_hook)
            self._paused_hook = None

    async def stop(self) -> None:
        """Stop listening, as in an outage: connections end, state stays."""
        self.queue.let_go()
        self.faults.release_all()
        self._paused_hook = self._courier.hook
        await self._courier.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def outage(self, seconds: float) -> None:
        """Refuse connections for a while."""
        await self.stop()
        await asyncio.sleep(seconds)
        await self.start()

    async def __aenter__(self) -> FakeTelegram:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None and self.violations:
            raise AssertionError("the bot broke the Bot API:\n" + "\n".join(self.violations))

    @property
    def requests(self) -> deque[Request]:
        """The newest requests, oldest first."""
        return self.record.requests

    @property
    def counts(self) -> Counter[str]:
        """How many requests of each method there were."""
        return self.record.counts

    @property
    def violations(self) -> list[str]:
        """What the bot did that the Bot API does not know, oldest first."""
        return self.record.violations

    def forgive(self) -> list[str]:
        """Return the violations so far and forget them: for those a test provokes on purpose."""
        return self.record.forgive()

    def citizen(
        self, id: int | None = None, *,  # noqa: A002  (the name it has in Telegram)
        language_code: str | None = "sv", first_name: str = "Medborgare",
        last_name: str | None = None, username: str | None = None, has_written: bool = False,
    ) -> Citizen:  # fmt: skip
        """Return the person of this id, made when new.

        Until it has written (or `has_written`), the bot can't send to it.
        """
        number = id if id is not None else 5_000_000_001 + len(self._citizens)
        if number not in self._citizens:
            user: JsonObject = {"id": number, "is_bot": False, "first_name": first_name}
            optional = {"last_name": last_name, "username": username, "language_code": language_code}
            user |= {key: value for key, value in optional.items() if value is not None}
            person = Citizen(user, self.chats, self.queue, self._methods, self.bell, self._rng)
            person.chat.has_written = has_written
            self._citizens[number] = person
        return self._citizens[number]

    def group(self, id: int = -1_001_000_000_001, title: str = "Grupp") -> Group:  # noqa: A002
        """Make a supergroup; the bot is in it after `citizen.joins_group(group)`."""
        chat = self.chats.add(id, {"id": id, "title": title, "type": "supergroup"})
        chat.bot_is_member = False
        return Group(chat)

    def delivers_again(self, update: JsonObject) -> None:
        """Deliver an update once more under the same update_id, whatever offset the bot asks for."""
        kind = next(key for key in update if key != "update_id")
        content = update[kind]
        lane = "taps" if kind == "callback_query" else "member" if kind == "my_chat_member" else "chat"
        owner = content["from"]["id"] if lane == "taps" else content["chat"]["id"]
        self.queue.push_again(copy.deepcopy(update), (lane, owner))

    async def drained(self, timeout: float = PATIENCE) -> None:
        """Wait until the bot has acknowledged every update."""
        await self.bell.until(
            lambda: None if self.queue.pending() else True,
            timeout,
            lambda: f"{len(self.queue.pending())} updates are not acknowledged",
        )

    async def requested(
        self, method: str, times: int = 1, timeout: float = PATIENCE, answered: bool = True
    ) -> list[Request]:
        """Wait until there were `times` requests of a method (answered ones, if `answered`)."""

        def look() -> list[Request] | None:
            found = [r for r in self.requests if r.method == method and (r.answer or not answered)]
            return found if len(found) >= times else None

        return await self.bell.until(
            look, timeout, lambda: f"not {times} requests of {method}, but these: {dict(self.counts)}"
        )

    def screen(self, chat_id: int) -> list[ScreenMessage]:
        """Return the messages of a chat as seen now, newest last."""
        return self.chats.screen(chat_id)

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        name = http.match_info["method"]
        method = BY_LOWER_CASE.get(name.lower())
        try:
            if http.match_info["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            if method is None:
                self.record.object(f"{name}: this server knows no such method")
                raise Refusal(404, "Not Found: method not found")
            parameters = await read_parameters(http, method)
        except Refusal as refusal:
            return self._turn_away(method or name, refusal)
        except web.HTTPRequestEntityTooLarge:
            return self._turn_away(method or name, Refusal(413, "Request Entity Too Large"))
        request = self.record.note(method, parameters, self._now())
        self.bell.ring()
        planned = self.faults.draw(method, request.chat_id)
        if planned is None:
            return self._reply(request, await self._answer(method, parameters))
        request.fault = planned.fault
        return await self._strike(planned, http, request, parameters)

    async def _answer(self, method: str, parameters: Parameters) -> Answer:
        try:
            if self._gate is not None and method in SENDING and (chat := parameters.chat()) is not None:
                seconds = self._gate.wait_for(chat)
                if seconds:
                    raise too_many_requests(seconds)
            match method:
                case "getUpdates":
                    return await self._subscription.get_updates(parameters)
                case "setWebhook":
                    return await self._subscription.set_webhook(parameters)
                case "deleteWebhook":
                    return await self._subscription.delete_webhook(parameters)
                case "getWebhookInfo":
                    return await self._subscription.get_webhook_info(parameters)
                case _:
                    return self._table[method](parameters)
        except Refusal as refusal:
            return failure(refusal)

    async def _strike(
        self, planned: PlannedFault, http: web.Request, request: Request, parameters: Parameters
    ) -> web.StreamResponse:
        match planned.fault:
            case Fault.CUT:
                return self._cut(http)
            case Fault.REPLY_LOST:
                request.answer = await self._answer(request.method, parameters)
                self.bell.ring()
                return self._cut(http)
            case Fault.SLOW:
                answer = await self._answer(request.method, parameters)
                await planned.until_released()
                return self._reply(request, answer)
            case Fault.GARBAGE:
                request.answer = await self._answer(request.method, parameters)
                self.bell.ring()
                half = json.dumps(request.answer.body)[:-7]
                return web.Response(text=half, content_type="application/json")
            case Fault.BAD_GATEWAY_HTML:
                request.answer = Answer(502, {})
                self.bell.ring()
                return web.Response(status=502, text=GATEWAY_PAGE, content_type="text/html")
            case _:
                return self._reply(request, failure(refusal_of(planned)))

    def _turn_away(self, name: str, refusal: Refusal) -> web.StreamResponse:
        """Answer what could not even be read; a bot that writes such bodies is at fault itself."""
        if refusal.code in {400, 413}:
            self.record.object(f"{name}: {refusal.description}")
        request = self.record.note(name, Parameters(), self._now(), judged=False)
        return self._reply(request, failure(refusal))

    def _reply(self, request: Request, answer: Answer) -> web.StreamResponse:
        request.answer = answer
        self.bell.ring()
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    def _cut(self, http: web.Request) -> web.StreamResponse:
        if http.transport is not None:
            http.transport.abort()
        # aiohttp notices the closed connection and writes nothing of this.
        return web.Response(status=500)
