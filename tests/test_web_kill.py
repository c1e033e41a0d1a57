"""Killed with -9 at random moments while people answer on pages: no answer that was shown as taken is ever lost."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import sqlite3
import sys
from asyncio.subprocess import Process
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from bot import keys, library, organisation, rooms
from bot.contacts import NewContact
from bot.premises import Premises
from bot.store import database, facts
from tests.bot_process import ROOT, free_port

LANGUAGES = ("sv", "fi", "en")
CITIZENS, KILLS = 20, 12
LONGEST_SECONDS = 150.0

_WAYS = ("Hoppa över", "Senare", "Nej tack", "Dina rättigheter", "Ring mig", "Klar", "Ändra")
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_TAP = re.compile(r'<button[^>]*name="tap" value="([^"]+)"[^>]*>(.*?)</button>', re.DOTALL)


@dataclass
class _House:
    folder: Path
    port: int
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "KUNDRESA_DATABASE": str(self.folder / "kundresa.db"),
            "KUNDRESA_EXPORTS": str(self.folder / "exports"),
            "KUNDRESA_LISTEN": f"127.0.0.1:{self.port}",
            "KUNDRESA_PUBLIC_URL": self.url,
        }
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    async def end(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            await self.process.wait()


@dataclass
class _Walk:
    """One citizen: what was shown to them as taken. Forms whose reply was lost are sent again as they were."""

    code: str
    taken: int = 0
    again: int = 0
    done: bool = False
    written: list[str] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.mark.long
async def test_killed_while_people_answer_on_pages_nothing_is_lost(tmp_path: Path) -> None:
    """Every form that was answered is one answer, each once; sessions live on; everybody comes to the thanks."""
    chance = random.Random(4)
    moved = asyncio.Event()
    walks = [_Walk(code, moved=moved) for code in await _registered(tmp_path / "kundresa.db")]
    house = _House(tmp_path, free_port())
    await house.start()
    walking = asyncio.gather(*(_walk(house, walk, random.Random(place)) for place, walk in enumerate(walks)))
    killed = 0
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while not walking.done() and killed < KILLS:
                before, wanted = sum(walk.taken for walk in walks), chance.randint(2, 12)
                while sum(walk.taken for walk in walks) < before + wanted and not walking.done():
                    moved.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(moved.wait(), 1)
                await asyncio.sleep(chance.uniform(0, 0.05))
                await house.end(signal.SIGKILL)
                killed += 1
                await house.start()
            await walking
    finally:
        walking.cancel()
        await house.end(signal.SIGTERM)
    assert killed >= KILLS // 2, f"only {killed} kills before everybody was done"
    assert all(walk.done for walk in walks)
    _check(tmp_path / "kundresa.db", walks)


async def _walk(house: _House, walk: _Walk, chance: random.Random) -> None:
    async with aiohttp.ClientSession(house.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        landing = await _asked(client, f"/s/{walk.code}", None, walk)
        await _asked(client, f"/s/{walk.code}", dict(_HIDDEN.findall(landing)), walk)
        for _ in range(40):
            page = await _asked(client, "/c/", None, walk)
            taps = [(value, unescape(re.sub(r"<[^>]+>", "", label)).strip()) for value, label in _TAP.findall(page)]
            skip = [value for value, label in taps if label == "Hoppa över"]
            if not skip:
                walk.done = "Dina svar hjälper oss" in page
                return
            fields = dict(_HIDDEN.findall(page))
            choices = [value for value, label in taps if label not in _WAYS]
            if choices and "Klar" not in [label for _, label in taps]:
                fields["tap"] = chance.choice(choices)
            elif choices or chance.random() < 0.2:
                fields["tap"] = skip[-1]
            else:
                fields["text"] = "egna ord " + "".join(chance.choices("abdefgiklmnoprtuvä", k=14))
                walk.written.append(fields["text"])
            await _asked(client, "/c/", fields, walk)
            walk.taken += 1
            walk.moved.set()


async def _asked(client: aiohttp.ClientSession, path: str, form: dict[str, str] | None, walk: _Walk) -> str:
    """A page, or a form sent until it is answered; the very same form each time, as a browser would reload it."""
    while True:
        try:
            if form is None:
                async with client.get(path, timeout=aiohttp.ClientTimeout(10)) as got:
                    if got.status == 200:
                        return await got.text()
            else:
                async with client.post(
                    path, data=form, allow_redirects=False, timeout=aiohttp.ClientTimeout(10)
                ) as sent:
                    if sent.status == 303:
                        return ""
                    assert sent.status in (503, 404) or sent.status >= 500, f"{path}: {sent.status}"
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            walk.again += 1
        await asyncio.sleep(0.05)


async def _registered(path: Path) -> list[str]:
    store = await database.opened(path)
    keyring = keys.made(path.with_name(path.name + ".key"))
    premises = Premises(
        organisation.default(LANGUAGES), library.opened(None, LANGUAGES), keyring, public_url="http://127.0.0.1"
    )
    built = rooms.built(premises)
    now = built.premises.organisation.calendar.last_open_at_or_before(datetime.now(UTC))
    new = NewContact("phone-call", "main", start=now - timedelta(hours=3), service="general", channel="phone")
    codes = []
    for _ in range(CITIZENS):
        registered = await store.write(built.contacts.register, new, now)
        assert registered.code is not None
        codes.append(registered.code)
    await store.write(facts.put, "key-check", keyring.check)
    await store.close()
    return codes


def _check(path: Path, walks: list[_Walk]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM persons").fetchone() == (CITIZENS,)
        texts = Counter(text for (text,) in connection.execute("SELECT text FROM answers WHERE text IS NOT NULL"))
        settled = connection.execute(
            "SELECT count(*) FROM answers WHERE status IN ('answered', 'skipped') GROUP BY person_id"
        ).fetchall()
    assert texts == Counter(text for walk in walks for text in walk.written)
    assert sorted(number for (number,) in settled) == sorted(walk.taken for walk in walks)
