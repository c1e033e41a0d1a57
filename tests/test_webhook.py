"""The webhook: 200 only after the commit, nothing without the secret; updates that arrive together share commits."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate

import aiohttp
import aiosqlite
import pytest
from telegram import Bot

from bot import clock
from bot.doors.telegram.door import Posted, TelegramDoor, Texts
from bot.doors.telegram.intake import Intake
from bot.doors.telegram.webhook import LARGEST_BODY, PATH, Webhook
from bot.doors.telegram.wire import Wire
from bot.http import Listener
from bot.keys import Keyring
from bot.store import facts, inbox
from bot.store.database import P, Store, T, Transaction
from tests import new_database
from tests.fake_telegram import DEFAULT_TOKEN, FakeTelegram

SECRET = "a-secret_of-the-tests"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Watched(Store):
    """The real store; counts its commits, and can be as a full disk is, or slow."""

    commits = 0
    full = False
    gate: asyncio.Event | None = None

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        super().__init__(path, writer, reader)
        self.asked = asyncio.Event()

    async def write(self, change: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.full:
            raise OSError("disk full")
        self.commits += 1
        return await super().write(change, *args, **kwargs)


@dataclass
class Site:
    """A webhook that listens, and what it keeps."""

    store: Watched
    keyring: Keyring
    session: aiohttp.ClientSession
    url: str
    intake: Intake
    lookups: list[bytes] = field(default_factory=list)

    async def post(self, body: bytes, secret: str | None = SECRET) -> int:
        headers = {HEADER: secret} if secret is not None else {}
        async with self.session.post(self.url, data=body, headers=headers) as response:
            return response.status

    async def kept(self) -> list[inbox.Waiting]:
        return await self.store.read(inbox.waiting, clock.now(), 1000)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Watched]:
    opened = await new_database.opened(tmp_path / "webhook.db")
    watched = Watched(opened.path, opened._writer, opened._reader)
    yield watched
    watched.full = False
    await watched.close()


@pytest.fixture
async def site(store: Watched) -> AsyncIterator[Site]:
    keyring = Keyring(b"k" * 32)
    async with Wire() as wire, aiohttp.ClientSession() as session:
        # Nobody listens at port 9: acknowledging taps fails, and nothing may hang on it.
        bot = Bot(DEFAULT_TOKEN, base_url="http://127.0.0.1:9/bot", request=wire, get_updates_request=wire)
        lookups: list[bytes] = []
        intake = Intake(
            store=store, keyring=keyring, bot=bot, now=clock.now, stored=lookups.extend, farewells={"en": "Bye."}
        )
        listener = Listener([Webhook(intake=intake, secret=SECRET).route], host="127.0.0.1", port=0, ready=str)
        await listener.start()
        yield Site(store, keyring, session, f"http://127.0.0.1:{listener.port}{PATH}", intake, lookups)
        await listener.stop()
        await intake.close()


def said(number: int, chat: int = 7) -> bytes:
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "hej"}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_an_update_is_kept_sealed_before_it_is_acknowledged(site: Site) -> None:
    """After a 200 the raw update is in the database, sealed, under the lookup of its chat."""
    assert await site.post(said(1)) == 200
    (row,) = await site.kept()
    assert site.keyring.unseal(row.raw, purpose=inbox.PURPOSE) == said(1)
    assert row.lookup == site.keyring.lookup("telegram", "7")
    assert site.lookups == [row.lookup]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ä"])
async def test_without_the_secret_nothing_is_read(site: Site, secret: str | None) -> None:
    """A missing or wrong secret gets 401, even for a body that is too large to be read."""
    assert await site.post(said(1), secret) == 401
    assert await site.kept() == []


async def test_a_huge_body_is_refused(site: Site) -> None:
    """A body over the limit gets 413, whether or not it tells its length beforehand."""
    huge = io.BytesIO(b" " * (LARGEST_BODY + 1))
    async with site.session.post(site.url, data=huge, headers={HEADER: SECRET}) as response:
        assert response.status == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    async with site.session.post(site.url, data=pieces(), headers={HEADER: SECRET}) as response:
        assert response.status == 413
    assert await site.kept() == []


async def test_what_is_no_json_is_refused(site: Site) -> None:
    """A body that isn't JSON at all gets 400."""
    assert await site.post(b"<html>") == 400
    assert await site.kept() == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"update_id": "seven"}',
        b'{"update_id": 7, "brand_new_thing": {}}',
        b'{"update_id": 7, "message": {"chat": {"id": 7}, "text": 5}}',
        b'{"update_id": 7, "callback_query": {"id": "1", "from": {"id": 7}, "data": "\xff\xfe"}}',
    ],
)
async def test_an_update_that_nobody_can_read_is_kept(site: Site, body: bytes) -> None:
    """JSON that is no update we know gets 200 and is kept, so that it is parked instead of blocking its chat."""
    assert await site.post(body) == 200
    (row,) = await site.kept()
    assert site.keyring.unseal(row.raw, purpose=inbox.PURPOSE) == body


async def test_the_same_update_twice_is_kept_once(site: Site) -> None:
    """Posts of one update, one after the other or at the same time, all get 200 and make one row."""
    assert await site.post(said(1)) == 200
    assert set(await asyncio.gather(*(site.post(said(1)) for _ in range(5)))) == {200}
    assert len(await site.kept()) == 1


async def test_without_a_commit_there_is_no_200(site: Site) -> None:
    """While the database takes nothing, Telegram is told to try again; then the update is kept."""
    site.store.full = True
    assert await site.post(said(1)) == 503
    site.store.full = False
    assert await site.post(said(1)) == 200
    assert len(await site.kept()) == 1


async def test_updates_that_wait_share_a_commit(site: Site) -> None:
    """Twenty updates that arrive while a commit is under way need only one more, and are told when it is made."""
    site.store.gate = asyncio.Event()
    first = asyncio.create_task(site.intake.take([said(1)]))
    await site.store.asked.wait()
    others = [asyncio.create_task(site.intake.take([said(n, chat=n)])) for n in range(2, 22)]
    await asyncio.sleep(0)  # lets them all begin
    assert await site.kept() == []
    site.store.gate.set()
    await asyncio.gather(first, *others)
    assert len(await site.kept()) == 21
    assert site.store.commits == 2


async def test_one_who_hangs_up_takes_no_others_along(site: Site) -> None:
    """A post given up while its commit waits disturbs neither its own row nor those it shares the commit with."""
    site.store.gate = asyncio.Event()
    given_up = asyncio.create_task(site.intake.take([said(1)]))
    other = asyncio.create_task(site.intake.take([said(2)]))
    await site.store.asked.wait()
    given_up.cancel()
    await asyncio.wait([given_up])
    site.store.gate.set()
    await other
    assert [row.update_id for row in await site.kept()] == ["1", "2"]


async def test_the_door_announces_itself_and_answers_taps(store: Watched) -> None:
    """By webhook, what waited before the start arrives, and a tap is acknowledged after its commit."""
    keyring = Keyring(b"k" * 32)
    async with FakeTelegram() as server:
        citizen = server.citizen()
        await citizen.sends("hej")
        port = free_port()
        door = TelegramDoor(
            store=store,
            keyring=keyring,
            token=server.token,
            api=server.url,
            rate=0,
            texts=Texts({}, {}, {}),
            now=clock.now,
            stored=lambda: None,
            heard=lambda tx, moment: facts.put_moment(tx, "heard_at", moment),
            on_unreachable=lambda tx, lookup, now: None,
            posted=Posted(f"http://127.0.0.1:{port}/", SECRET),
        )
        listener = Listener(door.routes, host="127.0.0.1", port=port, ready=lambda: door.trouble)
        await listener.start()
        await door.start()
        await server.drained()
        tap = await citizen.taps(data="1.1.0", message_id=99)
        await citizen.is_answered(tap)
        assert [row.state for row in await store.read(rows)] == ["new", "new"]
        assert await store.read(facts.moment, "heard_at") is not None
        assert door.link("abc") == "https://t.me/kundresa_bot?start=abc"
        await door.stop()
        await listener.stop()


@dataclass(frozen=True)
class Row:
    state: str


def rows(tx: Transaction) -> list[Row]:
    return tx.all(Row, "SELECT state FROM inbox")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
