"""The demo ends by serving: the console signed in, a citizen's invitation to try, and an orderly end."""

from __future__ import annotations

import asyncio
import html
import os
import re
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import app, clock, demo, tour
from bot.demo import Demo
from bot.openings import House, Refused
from bot.settings import read
from bot.store import facts, tours
from bot.store.database import Transaction
from bot.tour import Addresses, Tour
from tests.bot_process import ROOT, free_port

_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Visit:
    """What somebody who looks at a demo has: its addresses, and the house behind them."""

    played: Demo
    addresses: Addresses
    house: House
    tour: Tour


@dataclass
class _Row:
    door: str
    state: str
    number: int


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A small demo of one week that went on into the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.simulated_office.A_WEEK", (12, 12))
        playing = demo.demo(read({}), app.simulated_door, to=tmp_path_factory.mktemp("demo"), weeks=1, seed=4, on=True)
        return asyncio.run(playing)


@asynccontextmanager
async def visited(played: Demo, *, port: int = 0) -> AsyncIterator[Visit]:
    """The demo served, until the block ends as Ctrl-C ends it."""
    at = ("127.0.0.1", port or free_port())
    guided = Tour(tour.settings_of(played.settings, at), played.admin, played.now, clock.now)
    ready, found = asyncio.Event(), list[tuple[House, Addresses]]()

    def told(house: House, addresses: Addresses) -> None:
        found.append((house, addresses))
        ready.set()

    serving = asyncio.create_task(app.guide(guided, told))
    serving.add_done_callback(lambda _: ready.set())
    await ready.wait()
    if serving.done():
        serving.result()
    [(house, addresses)] = found
    try:
        yield Visit(played, addresses, house, guided)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(serving, 10)


def hidden(page: str) -> dict[str, str]:
    """What the first form of a page carries."""
    return {name: html.unescape(value) for name, value in _FIELD.findall(page.partition("</form>")[0])}


async def test_the_console_is_signed_in_by_one_tap(played: Demo) -> None:
    """The first address shows a button; behind it is the console of an administrator, on the demo's data."""
    async with visited(played) as visit, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(visit.addresses.console) as answer:
            assert answer.status == 200
            page = await answer.text()
        async with session.post(visit.addresses.console, data=hidden(page)) as answer:
            home = await answer.text()
            assert (answer.status, answer.url.path) == (200, "/console/"), home
        premises = visit.house.premises
        assert premises.words["demo-admin"].texts["sv"] in home
        assert "Exempelköpings kommun" in home
        for path in ("/console/week", "/console/members", "/console/audit"):
            async with session.get(f"{premises.public_url}{path}") as answer:
                assert answer.status == 200, path
        async with session.post(visit.addresses.console, data=hidden(page)) as answer:
            assert answer.url.path != "/console/", "a link lets in once"


async def test_a_visitor_is_asked_at_once(played: Demo) -> None:
    """The second address is an invitation: whoever begins there reads a question, on any day and at any hour."""
    async with visited(played) as visit, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(visit.addresses.invitation) as answer:
            assert answer.status == 200
            page = await answer.text()
        assert "t.me" not in page, "a link to Telegram would lead nowhere"
        async with session.post(visit.addresses.invitation, data=hidden(page)) as answer:
            assert answer.url.path == "/c/", await answer.text()
            chat = await answer.text()
        assert 'name="tap"' in chat


async def test_time_goes_on_where_the_demo_stopped(played: Demo) -> None:
    """The demo stands on a Wednesday afternoon in open hours; its time then passes as fast as the real one."""
    assert played.now == datetime(2026, 11, 4, 13, tzinfo=UTC)
    real = datetime(2030, 1, 6, 3, tzinfo=UTC)
    moments = iter([real, real + timedelta(minutes=7)])
    standing = Tour(played.settings, played.admin, played.now, lambda: next(moments))
    assert standing.now() == played.now + timedelta(minutes=7)


async def test_what_simulated_people_are_told_counts_as_read(played: Demo) -> None:
    """What falls due while somebody looks goes out to nobody and waits for nobody; a visitor's page is left alone."""
    async with visited(played) as visit:

        def waiting(tx: Transaction) -> list[_Row]:
            return tx.all(
                _Row,
                "SELECT door, state, count(*) AS number FROM outbox WHERE state IN ('queued', 'sending', 'unknown') "
                "GROUP BY door, state",
            )

        house, later = visit.house, visit.tour.now() + timedelta(days=1)
        while await house.store.write(house.rooms.beat, later):
            continue
        assert [row.door for row in await house.store.read(waiting)] == ["telegram"]
        await house.store.write(tours.read, later)
        assert await house.store.read(waiting) == []


async def test_no_week_is_exported_over_the_demos_own(played: Demo) -> None:
    """Served and ended, the folder holds the files that the demo made, and they are marked as simulated."""
    made = {path: path.stat().st_mtime_ns for path in played.settings.exports.iterdir()}
    async with visited(played) as visit:
        assert visit.house.premises.simulated
        assert await visit.house.store.read(facts.get, facts.SIMULATED) == b"1"
    assert {path: path.stat().st_mtime_ns for path in played.settings.exports.iterdir()} == made
    assert len(made) == 2


async def test_going_on_changes_nothing_that_was_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weeks of a demo that goes on are those of one that does not: the same account, the same answers."""
    monkeypatch.setattr("bot.simulated_office.A_WEEK", (8, 8))
    accounts = []
    for name, on in (("on", True), ("off", False)):
        made = await demo.demo(read({}), app.simulated_door, to=tmp_path / name, weeks=1, seed=2, on=on)
        accounts.append(made.account)
    assert accounts[0] == accounts[1]


def test_a_taken_port_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    """A wanted port that another program has is refused in one line; without a wish a free one is found."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=rf"^--port {port}: another program listens on it\. Name another port"):
            tour.place(("127.0.0.1", 8080), port)
        found = tour.place(("127.0.0.1", port), None)
        assert found[0] == "127.0.0.1"
        assert found[1] not in (0, port)
    assert tour.place(("127.0.0.1", port), None) == ("127.0.0.1", port)
    assert tour.place(("127.0.0.1", port), 0)[1] != 0


def test_addresses_can_be_opened_from_outside_a_container(played: Demo) -> None:
    """Where the listener is told to take every address, what is printed is one that a browser can open."""
    for host, name in (("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "127.0.0.1")):
        own = tour.settings_of(replace(played.settings, staff_chat=True), (host, 8080))
        assert (own.listen, own.public_url, own.staff_chat) == ((host, 8080), f"http://{name}:8080", False)


@pytest.mark.parametrize(
    ("terminal", "browser", "opened"),
    [
        (True, webbrowser.BackgroundBrowser("windows"), True),
        (True, webbrowser.GenericBrowser("lynx"), False),
        (True, None, False),
        (False, webbrowser.BackgroundBrowser("windows"), False),
    ],
    ids=["windows", "in the terminal", "none", "no terminal"],
)
def test_a_browser_is_opened_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, browser: webbrowser.GenericBrowser | None, opened: bool
) -> None:
    """Only a browser with windows, and only for somebody at a terminal: never in CI, never in Ctrl-C's way."""

    def get() -> webbrowser.GenericBrowser:
        if browser is None:
            raise webbrowser.Error
        return browser

    monkeypatch.setattr("webbrowser.get", get)
    monkeypatch.setattr(webbrowser.BackgroundBrowser, "open", lambda *_: True)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
    assert tour.browse("http://127.0.0.1:9/") is opened


@pytest.mark.long
async def test_the_command_serves_until_ctrl_c(tmp_path: Path) -> None:
    """`kundresa demo` tells two addresses, answers there, and ends on Ctrl-C with one more line and without a fault."""
    port = free_port()
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "TELEGRAM_BOT_TOKEN": "1:x"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--weeks", "1", "--to", str(tmp_path / "demo"), "--port", str(port)),
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(90):
            while not said or "Ctrl-C" not in said[-1]:
                line = (await process.stdout.readline()).decode()
                assert line, said
                said.append(line)
        for path in ("healthz", "readyz"):
            async with aiohttp.request("GET", f"http://127.0.0.1:{port}/{path}") as answer:
                assert answer.status == 200
        process.send_signal(signal.SIGINT)
        rest, faults = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    told = "".join(said)
    assert f"http://127.0.0.1:{port}/console/enter/" in told
    assert f"http://127.0.0.1:{port}/s/" in told
    assert (process.returncode, rest.decode().count("\n"), faults.decode()) == (0, 1, "")
