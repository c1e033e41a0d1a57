"""The API for case systems as a whole, for the listener. What it serves stands in its own rooms."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from itertools import groupby

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot.api import openapi
from bot.api.callers import Callers, Limits
from bot.api.calls import OPERATIONS
from bot.api.operations import Operation, Resource
from bot.api.problems import NO_METHOD, NOT_FOUND, ApiRefused, answer
from bot.clock import Now
from bot.openings import House

PATH = "/api/"
LARGEST_BODY = sys.maxsize
"""The guard lets bodies through: here they are bounded themselves, so that what is too large is told as a problem."""

_VERSION = "/v1"


def routes(house: House, now: Now, wake: Callable[[], None], limits: Limits | None = None) -> list[BaseRoute]:
    """Everything under `/api/v1`. `wake` lets the doors send what was just written."""
    base = house.premises.public_url or ""
    callers = Callers(house, now, limits or Limits.usual())

    async def nowhere(_: Request, __: Exception) -> Response:
        return answer(ApiRefused(NOT_FOUND), base)

    async def not_so(request: Request, _: Exception) -> Response:
        allowed = "GET" if request.url.path.endswith("openapi.json") else ""
        return answer(ApiRefused(NO_METHOD, headers={"Allow": allowed}), base)

    app = Starlette(
        routes=[
            Route(f"{_VERSION}/openapi.json", openapi.describe, methods=["GET"]),
            *(
                Route(f"{_VERSION}{path}", Resource(operations, house, callers, now, wake))
                for path, operations in _by_path(OPERATIONS)
            ),
        ],
        exception_handlers={404: nowhere, 405: not_so},
    )
    app.state.base = base
    app.router.redirect_slashes = False
    mount = Mount(PATH.rstrip("/"), app)
    # A path with a line end in it is ours, too: without this it would meet the pages' answer to what is not there.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return [mount]


def _by_path(operations: Sequence[Operation]) -> list[tuple[str, list[Operation]]]:
    ordered = sorted(operations, key=lambda one: one.path)
    return [(path, list(several)) for path, several in groupby(ordered, key=lambda one: one.path)]
