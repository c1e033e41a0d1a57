"""A journey of six questions by many citizens at once: our bot beside one of python-telegram-bot's, in one run.

`python -m tests.bench.journeys [--citizens 200] [--rounds 5] [--profile FILE]`. Each bot is a process of its own beside
a server of its own; the two take turns, round by round, after one round each that isn't counted. Ours is the real
`kundresa run`, durable before it acknowledges; the other keeps nothing. Read the figures as ratios of this run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from bot import keys, library, organisation, rooms
from bot.contacts import NewContact
from bot.premises import Premises
from bot.store import database, facts
from bot.store.database import Transaction
from tests.bench.lean_telegram import Walked
from tests.bench.processes import cpu_seconds, peak_mebibytes
from tests.bench.table import table
from tests.bot_process import ROOT, BotProcess

TOKEN = "1234567890:AAbench-token_of-the-loopback-server"
LANGUAGES = ("sv", "fi", "en")
FIRST = 5_000_000_000
"""The chat id of the first citizen."""
COLUMNS = ("journeys/s", "CPU s/1000", "peak MiB", "p50 ms", "p99 ms", "server CPU s/1000")
START_SECONDS = 60.0


@dataclass
class Bot:
    """One bot under measurement, beside its server, and what its rounds gave."""

    name: str
    server: Process
    process: Process
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    async def walk(self, first: int, codes: list[str], *, counted: bool) -> None:
        """One round: everybody of `codes` walks."""
        before = cpu_seconds(self.process.pid)
        walked = msgspec.json.decode(await _told(self.server, {"walk": {"first": first, "codes": codes}}), type=Walked)
        if walked.fault:
            raise SystemExit(f"{self.name}: {walked.fault}")
        if counted:
            self.cpu.append((cpu_seconds(self.process.pid) - before) / len(codes) * 1000)
            self.seconds.append(walked.seconds / len(codes))
            self.server_cpu.append(walked.server_cpu / len(codes) * 1000)
            self.latencies += walked.latencies

    def figures(self) -> list[float]:
        """The columns of the table."""
        cuts = statistics.quantiles(self.latencies, n=100, method="inclusive")
        return [
            1 / statistics.median(self.seconds),
            statistics.median(self.cpu),
            peak_mebibytes(self.process.pid),
            cuts[49] * 1000,
            cuts[98] * 1000,
            statistics.median(self.server_cpu),
        ]


async def measured(citizens: int, rounds: int, profile: Path | None = None) -> str:
    """The table of one run."""
    with tempfile.TemporaryDirectory() as folder:
        codes = await _registered(Path(folder) / "kundresa.db", citizens * (rounds + 1))
        async with _ours(Path(folder), profile) as ours, _theirs() as theirs:
            for round_ in range(rounds + 1):
                mine = codes[round_ * citizens : (round_ + 1) * citizens]
                for bot in (ours, theirs) if round_ % 2 else (theirs, ours):
                    await bot.walk(FIRST + round_ * citizens, mine, counted=round_ > 0)
            mine_, other = ours.figures(), theirs.figures()
    ratios = [mine / its for mine, its in zip(mine_, other, strict=True)]
    rows = [(ours.name, mine_), (theirs.name, other), ("ratio", ratios)]
    head = f"{citizens} citizens at once, {rounds} rounds each, medians"
    return f"{head}\n{table(('', *COLUMNS), rows)}"


class _Ours(BotProcess):
    """`kundresa run` with the journey of the benchmark, perhaps under a profiler."""

    profile: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """As the bot's, with the journeys of this folder."""
        return {**super().environment, "KUNDRESA_JOURNEYS": str(Path(__file__).parent)}

    async def start(self) -> None:
        """Start it, with a profiler on every thread if there is a file for what it finds."""
        if self.profile is None:
            return await super().start()
        arguments = ("-m", "tests.bench.profiled", str(self.profile.absolute()), "run")
        self.process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env=self.environment)
        return None


@asynccontextmanager
async def _ours(folder: Path, profile: Path | None) -> AsyncIterator[Bot]:
    async with _server() as (server, api):
        runs = _Ours(folder, api, TOKEN)
        runs.profile = profile
        await runs.start()
        assert runs.process is not None
        try:
            yield await _ready(Bot("kundresa run", server, runs.process), runs.log)
        finally:
            await runs.stop()


@asynccontextmanager
async def _theirs() -> AsyncIterator[Bot]:
    async with _server() as (server, api):
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "KUNDRESA_TELEGRAM_API": api,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.ptb_bot", cwd=ROOT, env=environment
        )
        try:
            yield await _ready(Bot("ConversationHandler", server, process), lambda: "")
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[Process, str]]:
    arguments = ("-m", "tests.bench.lean_telegram")
    server = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**24
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield server, json.loads(await server.stdout.readline())
    finally:
        server.stdin.close()
        await server.wait()


async def _ready(bot: Bot, log: Callable[[], str]) -> Bot:
    try:
        async with asyncio.timeout(START_SECONDS):
            await _told(bot.server, {"polled": {}})
    except TimeoutError:
        raise SystemExit(f"{bot.name} asked for no updates in {START_SECONDS:g} s.\n{log()}") from None
    return bot


async def _told(server: Process, command: object) -> bytes:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(command).encode() + b"\n")
    await server.stdin.drain()
    return await server.stdout.readline()


async def _registered(path: Path, number: int) -> list[str]:
    """Phone calls of three hours before the last open hour, registered then: due whatever the time is; their codes."""
    shelf = library.opened(Path(__file__).parent, LANGUAGES)
    keyring = keys.made(path.with_name(path.name + ".key"))
    built = rooms.built(Premises(organisation.default(LANGUAGES), shelf, keyring))
    # In closed hours nothing new falls due; what is due already begins for whoever comes.
    now = built.premises.organisation.calendar.last_open_at_or_before(datetime.now(UTC))
    new = NewContact("bench", "main", start=now - timedelta(hours=3), service="general", channel="phone")

    def register(tx: Transaction) -> list[str]:
        facts.put(tx, "key-check", keyring.check)
        return [built.contacts.register(tx, new, now).code or "" for _ in range(number)]

    store = await database.opened(path)
    try:
        return await store.write(register)
    finally:
        await store.close()


def main() -> None:
    """Read the options, measure, print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.journeys", description=__doc__)
    options.add_argument("--citizens", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--profile", type=Path, help="write profiles of our bot's threads to FILE.<thread>")
    chosen = options.parse_args()
    print(asyncio.run(measured(chosen.citizens, chosen.rounds, chosen.profile)))


if __name__ == "__main__":
    main()
