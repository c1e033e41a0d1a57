"""The listener: one small web server in the process's own event loop, from routes that `app.py` hands it.

Every request meets the guard first (see `pages.guard`).

Serves its own health: `/healthz` (the process runs) and `/readyz` (it can do its work). Keeps no access log: addresses
of people and codes in links would be in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.pages.guard import Guarded, TooLarge

_CLOSE_SECONDS = 5


Fault = Callable[[Request, Exception], Awaitable[Response]]
"""What is answered where something went wrong."""


class PortInUse(Exception):
    """The listener can't have its address; the message says what to do."""


class Listener:
    """Serves `routes` on `host`:`port` (port 0: any free one). `ready` returns what is not ready, "" when all is."""

    def __init__(
        self,
        routes: Sequence[BaseRoute],
        *,
        host: str,
        port: int,
        ready: Callable[[], str],
        trusted_proxies: Sequence[str] = (),
        guarded: Callable[[ASGIApp], ASGIApp] = Guarded,
        faults: Mapping[int, Fault] | None = None,
    ) -> None:
        """`trusted_proxies` are addresses or networks whose X-Forwarded headers are believed.

        `guarded` puts the guard before the routes; `faults` answers what no route takes (404) and what failed (500).
        """
        self._ready = ready
        self._host = host
        self.port = port
        """The port; after `start` the one really taken."""
        self._socket: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None
        app = Starlette(
            routes=[Route("/healthz", self._health), Route("/readyz", self._readiness), *routes],
            exception_handlers={TooLarge: _too_large, **(faults or {})},
        )
        app.router.redirect_slashes = False  # it would lead to whatever host was asked for
        self._server = _Server(
            uvicorn.Config(
                guarded(app),
                lifespan="off",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=True,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
                timeout_graceful_shutdown=_CLOSE_SECONDS,
            )
        )

    async def start(self) -> None:
        """Listen. Raises PortInUse if the address is taken or not this machine's."""
        self._socket = _bound(self._host, self.port)
        self.port = self._socket.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        listening = asyncio.ensure_future(self._server.listening.wait())
        await asyncio.wait([listening, self._serving], return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()

    async def stop(self) -> None:
        """Take no new requests, finish those under way (a few seconds at most). Harmless when it never started."""
        self._server.should_exit = True
        if self._serving is not None:
            await asyncio.gather(self._serving, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()

    async def _health(self, _: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def _readiness(self, _: Request) -> PlainTextResponse:
        missing = self._ready()
        return PlainTextResponse(missing or "ready", 503 if missing else 200)


async def _too_large(_: Request, __: Exception) -> Response:
    return PlainTextResponse("Too large.", 413)


class _Server(uvicorn.Server):
    """Leaves signals alone: `app.py` closes everything in order. `listening` is set once it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)  # here, so that a taken port is told here
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            fault = f"another program listens on {host}:{port}. Stop it, or choose another port"
        else:
            fault = f"{host}:{port} can't be listened on ({error.strerror}). Choose another address"
        raise PortInUse(f"KUNDRESA_LISTEN: {fault}.") from error
    return listening
