"""An empty page: the least that Starlette on uvicorn can be asked for. The yardstick of `tests.bench.chats`."""

from __future__ import annotations

import os

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route


async def _page(_: Request) -> HTMLResponse:
    return HTMLResponse("")


def main() -> None:
    """Serve it on BENCH_PORT until told to stop."""
    app = Starlette(routes=[Route("/", _page)])
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
