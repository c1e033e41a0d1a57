"""Web chats that are open all at once: how soon a reply is committed and the next question shown, beside an empty page.

`python -m tests.bench.chats [--chats 200] [--every 5] [--profile FILE]`. Ours is the real `kundresa run` with the web
chat alone, durable before it answers; the yardstick an empty Starlette page on uvicorn. Each is a process of its own.
Everybody has a stream of server-sent events open, thinks (`every` seconds on average), answers, and fetches what the
stream tells of, as the page's script does; then as many people visit the empty page in the same manner. Read the
figures as ratios of this run.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import random
import re
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.bench.journeys import START_SECONDS
from tests.bench.journeys import _registered as registered
from tests.bench.processes import cpu_seconds
from tests.bench.table import table
from tests.bot_process import ROOT, free_port

COLUMNS = ("replies", "replies/s", "p50 ms", "p99 ms", "longest ms", "CPU ms/reply", "KiB/chat")
ANSWERS = 6
"""Questions of the benchmark's journey."""

WARM = 10
"""Chats led to the end first, which are not counted."""

WORDS = "Jag fick vänta länge i kön, men sedan var allt klart på fem minuter. Tack för det!"
LONGEST_TOLD = 2000
FEW = 8
"""So many begin at the same time."""

_HIDDEN = re.compile(r'name="(token|id)" value="([^"]*)"')
_QUESTION = re.compile(r'<h2 class="question" id="q(\d+)">')
_TAP = re.compile(r'<button name="tap" value="([\d.]+)"(?! class="plain)')
_SEEN = re.compile(r"/c/list\?seen=(\d+)")

Visit = Callable[[], Awaitable[None]]


class Failed(Exception):
    """What is measured did not do what it has to."""


@dataclass
class Chat:
    """One person's browser. `page` is what it shows."""

    session: aiohttp.ClientSession
    page: str = ""
    answering: bool = False
    streaming: asyncio.Task[None] | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self, code: str) -> None:
        """Open the invitation, begin, read the first question, and leave the page open."""
        async with self.session.get(f"/s/{code}") as answer:
            landing = await answer.text()
        async with self.session.post(f"/s/{code}", data=_fields(landing)) as answer:
            self.page = await answer.text()
        if not _QUESTION.search(self.page):
            raise Failed(f"Nobody is asked anything: {self.page[:LONGEST_TOLD]}")
        self.streaming = asyncio.create_task(self._listen())
        await self.opened.wait()

    async def answer(self) -> None:
        """Answer what is asked; then the next question, or the thanks, is shown."""
        question = _QUESTION.findall(self.page)[-1]
        part = self.page[self.page.rindex(f'id="q{question}"') :]
        tap = _TAP.search(part)
        given = {**_fields(part), **({"tap": tap[1]} if tap is not None else {"text": WORDS})}
        self.answering = True
        async with self.session.post("/c/", data=given, headers={"HX-Request": "true"}) as answer:
            told = await answer.text()
        self.answering = False
        mark = _seen(told)
        if answer.status != 200 or mark <= _seen(self.page):
            raise Failed(f"An answer was not taken ({answer.status}): {told[:LONGEST_TOLD]}")
        self.page = told

    async def close(self) -> None:
        """The page is closed."""
        if self.streaming is not None:
            self.streaming.cancel()
            await asyncio.gather(self.streaming, return_exceptions=True)
        await self.session.close()

    async def _listen(self) -> None:
        async with self.session.get("/c/events", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            self.opened.set()
            async for line in stream.content:
                if line.startswith(b"event: new") and not self.answering:
                    path = f"/c/list?seen={_seen(self.page)}"
                    async with self.session.get(path, headers={"HX-Request": "true"}) as answer:
                        await answer.read()


@dataclass
class Process:
    """A server under measurement."""

    pid: int
    url: str

    @property
    def resident(self) -> float:
        """KiB that it has resident now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return float(line.split()[1])
        raise LookupError(f"no VmRSS of process {self.pid}")


async def measured(chats: int, every: float, profile: Path | None = None) -> str:
    """The table of one run."""
    with tempfile.TemporaryDirectory() as folder:
        codes = await registered(Path(folder) / "kundresa.db", chats + WARM)
        async with _serving(_run(profile), _environment(Path(folder)), "/healthz") as process:
            ours = await _ours(process, codes, every)
    async with _serving(("-m", "tests.bench.empty_page"), {}, "/") as process:
        theirs = await _theirs(process, chats, every)
    ratios = [mine / its if its else 0.0 for mine, its in zip(ours, theirs, strict=True)]
    head = f"{chats} web chats open at once, an answer every {every:g} s from each, {os.cpu_count()} cores"
    return f"{head}\n{table(('', *COLUMNS), [('kundresa run', ours), ('empty page', theirs), ('ratio', ratios)])}"


async def _ours(process: Process, codes: Sequence[str], every: float) -> list[float]:
    async with _open(process, codes[:WARM]) as warm:
        await _visited([chat.answer for chat in warm], 0.0)
    before = process.resident
    async with _open(process, codes[WARM:]) as opened:
        memory = (process.resident - before) / len(opened)
        return [*await _figures(process, [chat.answer for chat in opened], every), memory]


async def _theirs(process: Process, visitors: int, every: float) -> list[float]:
    async with _browser(process.url) as session:

        async def visit() -> None:
            async with session.get("/") as answer:
                await answer.read()

        await _visited([visit] * WARM, 0.0)
        return [*await _figures(process, [visit] * visitors, every), 0.0]


async def _figures(process: Process, visits: Sequence[Visit], every: float) -> list[float]:
    loop, used = asyncio.get_running_loop(), cpu_seconds(process.pid)
    began = loop.time()
    seconds = await _visited(visits, every)
    took, used = loop.time() - began, cpu_seconds(process.pid) - used
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    number = len(seconds)
    in_ms = [second * 1000 for second in (cuts[49], cuts[98], max(seconds))]
    return [float(number), number / took, *in_ms, used / number * 1000]


async def _visited(visits: Sequence[Visit], every: float) -> list[float]:
    """Everybody thinks and does it, `ANSWERS` times; how long each took."""
    loop, seconds = asyncio.get_running_loop(), list[float]()
    chance = random.Random(1)

    async def person(visit: Visit, thinks: Sequence[float]) -> None:
        for pause in thinks:
            await asyncio.sleep(pause)
            began = loop.time()
            await visit()
            seconds.append(loop.time() - began)

    await asyncio.gather(*(person(visit, [chance.uniform(0, 2 * every) for _ in range(ANSWERS)]) for visit in visits))
    return seconds


@asynccontextmanager
async def _open(process: Process, codes: Sequence[str]) -> AsyncIterator[list[Chat]]:
    """Everybody has begun, a few at a time: opening is not what is measured."""
    chats, few = [Chat(_browser(process.url)) for _ in codes], asyncio.Semaphore(FEW)

    async def begin(chat: Chat, code: str) -> None:
        async with few:
            await chat.begin(code)

    try:
        await asyncio.gather(*(begin(chat, code) for chat, code in zip(chats, codes, strict=True)))
        yield chats
    finally:
        await asyncio.gather(*(chat.close() for chat in chats))


@asynccontextmanager
async def _serving(command: Sequence[str], more: dict[str, str], ready: str) -> AsyncIterator[Process]:
    port = free_port()
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "BENCH_PORT": str(port), **more}
    for name in ("KUNDRESA_LISTEN", "KUNDRESA_PUBLIC_URL"):
        if name in environment:
            environment[name] += str(port)
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        await _answers(f"{url}{ready}", process)
        yield Process(process.pid, url)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while process.returncode is None:
                try:
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)
    except TimeoutError:
        raise Failed(f"{url} did not answer in {START_SECONDS:g} s") from None
    raise Failed(f"What should answer at {url} has ended.")


def _environment(folder: Path) -> dict[str, str]:
    return {
        "KUNDRESA_DATABASE": str(folder / "kundresa.db"),
        "KUNDRESA_EXPORTS": str(folder / "exports"),
        "KUNDRESA_JOURNEYS": str(Path(__file__).parent),
        "KUNDRESA_LISTEN": "127.0.0.1:",
        "KUNDRESA_PUBLIC_URL": "http://127.0.0.1:",
    }


def _run(profile: Path | None) -> tuple[str, ...]:
    if profile is None:
        return ("-m", "bot", "run")
    return ("-m", "tests.bench.profiled", str(profile.absolute()), "run")


def _browser(url: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        url, cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0)
    )


def _fields(part: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _HIDDEN.findall(part):
        found.setdefault(name, html.unescape(value))
    return found


def _seen(page: str) -> int:
    found = _SEEN.search(page)
    return int(found[1]) if found is not None else 0


def main() -> None:
    """Read the options, measure, print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.chats", description=__doc__)
    options.add_argument("--chats", type=int, default=200)
    options.add_argument("--every", type=float, default=5.0)
    options.add_argument("--profile", type=Path, help="write profiles of our server's threads to FILE.<thread>")
    chosen = options.parse_args()
    try:
        print(asyncio.run(measured(chosen.chats, chosen.every, chosen.profile)))
    except Failed as failed:
        sys.exit(str(failed))


if __name__ == "__main__":
    main()
