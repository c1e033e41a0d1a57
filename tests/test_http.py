"""The listener: health, routes handed in, a taken port."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.http import Listener, PortInUse


async def who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.client.host if request.client else "nobody")


class Premises:
    """What is not ready, to be changed by a test."""

    missing = ""


@pytest.fixture
async def premises() -> Premises:
    return Premises()


@pytest.fixture
async def listener(premises: Premises) -> AsyncIterator[Listener]:
    listening = Listener(
        [Route("/who", who)],
        host="127.0.0.1",
        port=0,
        ready=lambda: premises.missing,
        trusted_proxies=["127.0.0.1"],
    )
    await listening.start()
    yield listening
    await listening.stop()


async def asked(listener: Listener, path: str, **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{listener.port}{path}", headers=headers) as response,
    ):
        return response.status, await response.text()


async def test_it_tells_that_it_runs(listener: Listener) -> None:
    """/healthz answers as long as the process runs."""
    assert await asked(listener, "/healthz") == (200, "ok")


async def test_it_tells_what_is_not_ready(listener: Listener, premises: Premises) -> None:
    """/readyz refuses with the reason while something is missing."""
    assert await asked(listener, "/readyz") == (200, "ready")
    premises.missing = "Telegram is not reached"
    assert await asked(listener, "/readyz") == (503, "Telegram is not reached")


async def test_it_serves_the_routes_it_was_given(listener: Listener) -> None:
    """Routes of other rooms are served; a trusted proxy is believed about where the request came from."""
    assert await asked(listener, "/who", **{"X-Forwarded-For": "198.51.100.7"}) == (200, "198.51.100.7")
    assert (await asked(listener, "/elsewhere"))[0] == 404


async def test_a_taken_port_is_one_clear_line(listener: Listener) -> None:
    """A second listener on the same port is told the variable, the port and what to do."""
    second = Listener([], host="127.0.0.1", port=listener.port, ready=str)
    with pytest.raises(PortInUse, match=rf"KUNDRESA_LISTEN: .*127\.0\.0\.1:{listener.port}\. Stop it"):
        await second.start()
    await second.stop()


async def test_an_address_of_another_machine_is_one_clear_line() -> None:
    """An address that isn't this machine's is refused with the variable's name."""
    with pytest.raises(PortInUse, match="KUNDRESA_LISTEN: "):
        await Listener([], host="198.51.100.7", port=0, ready=str).start()


async def test_signals_are_left_alone() -> None:
    """While it listens, SIGTERM and SIGINT belong to whoever had them before."""
    owners = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    listening = Listener([], host="127.0.0.1", port=0, ready=str)
    await listening.start()
    assert await asked(listening, "/healthz") == (200, "ok")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == owners
    await listening.stop()
