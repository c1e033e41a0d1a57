"""The server as a process of its own, for kill tests and benchmarks: prints its address and serves.

python -m tests.fake_telegram --port 0 --token 123456789:secret [--no-limits] [--no-oracle]
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import time

from .limits import Limits
from .server import DEFAULT_TOKEN, FakeTelegram
from .switchboard import Switchboard


def main() -> None:
    """Read the options and serve until SIGTERM or SIGINT."""
    options = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--token", default=DEFAULT_TOKEN)
    options.add_argument("--no-limits", action="store_true", help="no flood limits")
    options.add_argument("--no-oracle", action="store_true", help="no second opinion on requests")
    options.add_argument("--most-requests", type=int, default=200_000, help="how many of the newest to keep")
    asyncio.run(_serve(options.parse_args()))


async def _serve(chosen: argparse.Namespace) -> None:
    ahead = 0.0

    def set_ahead(seconds: float) -> None:
        nonlocal ahead
        ahead = seconds

    server = FakeTelegram(
        token=chosen.token,
        port=chosen.port,
        limits=None if chosen.no_limits else Limits(),
        oracle=not chosen.no_oracle,
        now=lambda: time.time() + ahead,
        most_requests=chosen.most_requests,
    )
    Switchboard(server, set_ahead)
    await server.start()
    finished = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, finished.set)
    print(f"listening {server.url}", flush=True)
    await finished.wait()
    await server.stop()


if __name__ == "__main__":
    main()
