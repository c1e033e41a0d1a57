"""The bot as a process of its own, to be killed and started again, beside a fake Telegram that outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class BotProcess:
    """`kundresa run` on a database in `folder`, talking to the Bot API at `api`. Its log is in `folder`/bot.log."""

    folder: Path
    api: str
    token: str
    port: int = 0
    process: Process | None = field(default=None, init=False)

    @property
    def database(self) -> Path:
        """The database it writes."""
        return self.folder / "kundresa.db"

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment the bot is given."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": self.token,
            "KUNDRESA_TELEGRAM_API": self.api,
            "KUNDRESA_TELEGRAM_RATE": "0",
            "KUNDRESA_DATABASE": str(self.database),
            "KUNDRESA_EXPORTS": str(self.folder / "exports"),
            "KUNDRESA_LISTEN": f"127.0.0.1:{self.port or free_port()}",
        }

    async def start(self) -> None:
        """Start it; it needs no waiting for, since Telegram keeps what comes meanwhile."""
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """As a power cut would: SIGKILL, and nothing is said to it."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """As an administrator would: SIGTERM; returns its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await self.process.wait()
        self.process = None
        return code

    def log(self) -> str:
        """What it has logged so far."""
        return (self.folder / "bot.log").read_text("utf-8")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
