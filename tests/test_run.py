"""`kundresa run` as a process: what stops its start, one clear line each, and an orderly end."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from tests.bot_process import ROOT, BotProcess, free_port
from tests.fake_telegram import FakeTelegram

Prepare = Callable[[Path, dict[str, str]], None]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A fake Telegram without flood limits."""
    async with FakeTelegram(limits=None, oracle=False) as server:
        yield server


_STARTER = """
import json, os, signal, sys
import bot.app, bot.cli
for line in sys.stdin:
    environment, log = json.loads(line)
    if (child := os.fork()) == 0:
        os.environ.clear()
        os.environ.update(environment)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT, 0o600), 2)
        signal.alarm(60)
        bot.cli.main(["run"])
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Starts `kundresa run` again and again, each a process of its own: what they all read in is read in once.

One that goes on running is ended after a minute.
"""


@pytest.fixture(scope="module")
def starter() -> Iterator[subprocess.Popen[str]]:
    """A process that starts others."""
    with subprocess.Popen(
        (sys.executable, "-c", _STARTER), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


async def _is_refused(starter: subprocess.Popen[str], environment: dict[str, str], log: Path) -> tuple[int, str]:
    """Its exit code and what it said."""
    assert starter.stdin is not None
    assert starter.stdout is not None
    print(json.dumps((environment, str(log))), file=starter.stdin, flush=True)
    code = await asyncio.to_thread(starter.stdout.readline)
    return int(code), await asyncio.to_thread(log.read_text, "utf-8")


def _no_token(_: Path, environment: dict[str, str]) -> None:
    del environment["TELEGRAM_BOT_TOKEN"]


def _misshapen_token(_: Path, environment: dict[str, str]) -> None:
    environment["TELEGRAM_BOT_TOKEN"] = "my-bot"


def _wrong_token(_: Path, environment: dict[str, str]) -> None:
    environment["TELEGRAM_BOT_TOKEN"] = "999999999:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def _no_folder(folder: Path, environment: dict[str, str]) -> None:
    environment["KUNDRESA_DATABASE"] = str(folder / "nowhere" / "kundresa.db")


def _unwritable_exports(folder: Path, environment: dict[str, str]) -> None:
    (folder / "file").write_text("a file, no folder")
    environment["KUNDRESA_EXPORTS"] = str(folder / "file" / "exports")


def _bad_journey(folder: Path, environment: dict[str, str]) -> None:
    (folder / "journeys").mkdir()
    (folder / "journeys" / "visit.yaml").write_text("journey: visit\ntitel: { sv: Besök }\n", "utf-8")
    environment["KUNDRESA_JOURNEYS"] = str(folder / "journeys")


def _bad_organisation(folder: Path, environment: dict[str, str]) -> None:
    (folder / "organisation.yaml").write_text("nam: { sv: Kommunen }\n", "utf-8")
    environment["KUNDRESA_ORGANISATION"] = str(folder / "organisation.yaml")


def _no_organisation(folder: Path, environment: dict[str, str]) -> None:
    environment["KUNDRESA_ORGANISATION"] = str(folder / "gone.yaml")


def _newer_database(folder: Path, _: dict[str, str]) -> None:
    with closing(sqlite3.connect(folder / "kundresa.db")) as connection, connection:
        connection.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) WITHOUT ROWID")
        connection.execute("INSERT INTO migrations VALUES ('9999_tomorrow', 0)")


def _no_database(folder: Path, _: dict[str, str]) -> None:
    (folder / "kundresa.db").write_text("a shopping list, longer than a header would be " * 40)


def _wrong_zone(_: Path, environment: dict[str, str]) -> None:
    environment["KUNDRESA_TIME_ZONE"] = "Europe/Stokholm"


def _unknown_setting(_: Path, environment: dict[str, str]) -> None:
    environment["KUNDRESA_DATABSE"] = "x.db"


def _webhook_without_address(_: Path, environment: dict[str, str]) -> None:
    environment["KUNDRESA_WEBHOOK_SECRET"] = "secret-secret"


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (_no_token, "TELEGRAM_BOT_TOKEN"),
        (_misshapen_token, "TELEGRAM_BOT_TOKEN"),
        (_wrong_token, "TELEGRAM_BOT_TOKEN"),
        (_no_folder, "its folder does not exist"),
        (_unwritable_exports, "KUNDRESA_EXPORTS"),
        (_bad_journey, "visit.yaml, line 2"),
        (_bad_organisation, "organisation.yaml, line 1"),
        (_no_organisation, "KUNDRESA_ORGANISATION"),
        (_newer_database, "newer version of Kundresa"),
        (_no_database, "kundresa.db"),
        (_wrong_zone, "KUNDRESA_TIME_ZONE"),
        (_unknown_setting, "KUNDRESA_DATABASE"),
        (_webhook_without_address, "KUNDRESA_PUBLIC_URL"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
async def test_what_stops_the_start_is_told_in_clear_lines(
    tmp_path: Path, telegram: FakeTelegram, starter: subprocess.Popen[str], prepare: Prepare, told: str
) -> None:
    """Exit 1 and clear lines (one, or one a fault of a file), without a traceback and without the token."""
    environment = BotProcess(tmp_path, telegram.url, telegram.token).environment
    prepare(tmp_path, environment)
    code, said = await _is_refused(starter, environment, tmp_path / "said")

    assert code == 1, said
    lines = [line for line in said.splitlines() if " INFO " not in line]
    assert told in said
    assert "Traceback" not in said
    assert len(lines) == 1 or all(".yaml, line " in line or ".yaml: " in line for line in lines), said
    assert telegram.token.partition(":")[2] not in said


async def test_with_neither_token_nor_address_nobody_could_answer(
    tmp_path: Path, telegram: FakeTelegram, starter: subprocess.Popen[str]
) -> None:
    """One line names both ways: a bot in Telegram, or an address for the web chat."""
    environment = BotProcess(tmp_path, telegram.url, telegram.token).environment
    _no_token(tmp_path, environment)
    code, said = await _is_refused(starter, environment, tmp_path / "said")
    assert (code, said.count("\n")) == (1, 1), said
    assert "TELEGRAM_BOT_TOKEN" in said
    assert "KUNDRESA_PUBLIC_URL" in said


async def test_without_a_token_the_web_chat_alone_is_run(tmp_path: Path, telegram: FakeTelegram) -> None:
    """With an address for pages and no token it runs, is ready, says so, asks Telegram nothing, and ends in order."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = BotProcess(tmp_path, telegram.url, telegram.token, port=port).environment
    _no_token(tmp_path, environment)
    environment["KUNDRESA_PUBLIC_URL"] = url
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    said = ""
    try:
        async with asyncio.timeout(30):
            while "Kundresa runs." not in said:
                line = await process.stderr.readline()
                assert line, said
                said += line.decode()
        async with aiohttp.ClientSession(url) as session:
            for path, wanted in (("/healthz", "ok"), ("/readyz", "ready")):
                async with session.get(path) as answer:
                    assert (answer.status, await answer.text()) == (200, wanted)
        process.send_signal(signal.SIGTERM)
        said += (await asyncio.wait_for(process.stderr.read(), 20)).decode()
        assert await process.wait() == 0, said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert "people answer in their browsers alone" in said
    assert f"Health: {url}/healthz" in said
    assert "has stopped" in said
    assert not telegram.counts


async def test_another_key_a_port_in_use_and_a_second_run_are_refused(
    tmp_path: Path, telegram: FakeTelegram, starter: subprocess.Popen[str]
) -> None:
    """Each gives its one line, and what runs goes on and ends in order on SIGTERM."""
    bot = BotProcess(tmp_path, telegram.url, telegram.token, port=free_port())
    await bot.start()
    await telegram.requested("getUpdates", answered=False, timeout=20)
    code, said = await _is_refused(starter, bot.environment, tmp_path / "second")
    assert (code, said.count("\n")) == (1, 1), said
    assert "Stop that one first" in said
    assert await bot.stop() == 0, bot.log()
    assert "has stopped" in bot.log()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", bot.port))
        taken.listen()
        code, said = await _is_refused(starter, bot.environment, tmp_path / "port")
        assert (code, said.count("\n")) == (1, 1), said
        assert "KUNDRESA_LISTEN" in said
    key = tmp_path / "kundresa.db.key"
    key.rename(tmp_path / "old.key")
    code, said = await _is_refused(starter, bot.environment, tmp_path / "no-key")
    assert (code, said.count("\n")) == (1, 1), said
    assert "kundresa.db.key" in said
    key.write_text("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n")
    code, said = await _is_refused(starter, bot.environment, tmp_path / "other-key")
    assert (code, said.count("\n")) == (1, 1), said
    assert "not this database's key" in said
