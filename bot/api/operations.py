"""Operations: what can be called, and what every call meets: a key, a limit, a bounded body, and problems in words.

The routes and the API's description are both made of these, so neither says what the other doesn't.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPMethod

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.api.bodies import UNSEEN, shown
from bot.api.callers import Callers
from bot.api.problems import (
    FAILED,
    FAULTY,
    NO_METHOD,
    TOO_LARGE,
    UNREADABLE,
    WRONG_MEDIA,
    ApiRefused,
    Fault,
    Kind,
    answer,
)
from bot.clock import Now
from bot.openings import House
from bot.store.api_keys import ApiKey
from flows.problems import listed, suggestion

LARGEST = 1024 * 1024
"""Bytes of a body."""

JSON = "application/json"
LONGEST_REPEAT_KEY = 255
_log = logging.getLogger("kundresa.api")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What stands in the address or in a header. `schema` is its JSON Schema."""

    name: str
    where: str
    description: str
    schema: Mapping[str, object]
    example: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered when all is well."""

    content: msgspec.Struct
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One call by a system that showed its key. `charge` counts it for more than one."""

    request: Request
    operation: Operation
    key: ApiKey
    house: House
    now: datetime
    clock: Now
    wake: Callable[[], None]
    charge: Callable[[float], None]

    @property
    def base(self) -> str:
        """Our address from outside; "" where there is none."""
        return self.house.premises.public_url or ""

    def sees(self, unit: str) -> bool:
        """Whether the key is for this unit."""
        return self.key.unit in (None, unit)

    def named(self, name: str) -> str:
        """What the address names."""
        found: str = self.request.path_params[name]
        return found

    def query(self) -> Mapping[str, str]:
        """The parameters of the address. ApiRefused for any that is unknown, missing, twice there or too long."""
        known = {one.name: one for one in self.operation.parameters if one.where == "query"}
        given, faults = self.request.query_params.multi_items(), []
        for name, value in given:
            longest = known[name].schema.get("maxLength") if name in known else None
            if name not in known:
                otherwise = f"There is {listed(known)}." if known else "There is none here."
                remedy = suggestion(name[:40], known, otherwise)
                faults.append(Fault(f"There is no parameter '{shown(name)}'.", remedy, parameter=shown(name)))
            elif [one for one, _ in given].count(name) > 1:
                faults.append(Fault("It stands there twice.", "Give it once.", parameter=name))
            elif not value or UNSEEN.search(value) or (isinstance(longest, int) and len(value) > longest):
                faults.append(Fault("It is empty, too long, or can't be read.", "Check it.", parameter=name))
        for name, parameter in known.items():
            if parameter.required and name not in dict(given):
                faults.append(Fault("It is missing.", f"Give it: {name}={parameter.example}", parameter=name))
        if faults:
            raise ApiRefused(FAULTY, faults=faults)
        return dict(given)

    def repeat_id(self) -> str | None:
        """The id of the request that the header Idempotency-Key names, this key's own; None without one."""
        given = self.request.headers.getlist("idempotency-key")
        if not given:
            return None
        name = given[0].strip(' \t"')
        if len(given) > 1 or not name or len(name) > LONGEST_REPEAT_KEY or not (name.isascii() and name.isprintable()):
            remedy = f"Send one of 1 to {LONGEST_REPEAT_KEY} visible characters, such as a UUID."
            raise ApiRefused(FAULTY, faults=[Fault("It can't be used.", remedy, header="Idempotency-Key")])
        return "api-" + hashlib.sha256(f"{self.key.id}\n{name}".encode()).hexdigest()[:40]

    async def body(self) -> bytes:
        """The whole body, which is JSON. ApiRefused if it is of another kind, or larger than may be."""
        kind, _, more = self.request.headers.get("content-type", "").partition(";")
        charset = more.replace(" ", "").replace('"', "").lower()
        encoded = self.request.headers.get("content-encoding", "identity").lower() != "identity"
        if kind.strip().lower() not in self.operation.media or charset not in ("", "charset=utf-8") or encoded:
            raise ApiRefused(WRONG_MEDIA, headers={"Accept": ", ".join(self.operation.media)})
        length = self.request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > LARGEST:
            raise ApiRefused(TOO_LARGE)
        parts = bytearray()
        async for part in self.request.stream():
            parts += part
            if len(parts) > LARGEST:
                raise ApiRefused(TOO_LARGE)
        return bytes(parts)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be called. `path` is below `/api/v1`; `gives` the answers when all is well, by status.

    `takes` are the bodies it takes, `problems` what can go wrong beside what can with every call. `leads_to` names the
    operations that go on from the answer, each with the field of it that is their parameter.
    """

    method: HTTPMethod
    path: str
    name: str
    summary: str
    description: str
    handler: Callable[[Call], Awaitable[Answer]]
    gives: Mapping[int, tuple[type[msgspec.Struct], ...]]
    takes: tuple[type[msgspec.Struct], ...] = ()
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[Kind, ...] = ()
    media: tuple[str, ...] = (JSON,)
    leads_to: Mapping[str, str] = field(default_factory=dict)


class Resource:
    """Everything that can be done at one address."""

    def __init__(
        self, operations: Sequence[Operation], house: House, callers: Callers, now: Now, wake: Callable[[], None]
    ) -> None:
        self._operations = {str(one.method): one for one in operations}
        self._house, self._callers, self._now, self._wake = house, callers, now, wake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answered(Request(scope, receive))
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        base = self._house.premises.public_url or ""
        standing: dict[str, str] = {}
        try:
            operation = self._operations.get(request.method)
            if operation is None:
                raise ApiRefused(NO_METHOD, headers={"Allow": ", ".join(sorted(self._operations))})
            key = await self._callers.present(request)
            try:
                self._callers.charge(key)
                call = self._call(request, operation, key)
                call.query()  # what no operation knows is told, not passed over
                done = await operation.handler(call)
            finally:
                standing = self._callers.standing(key)
        except ApiRefused as refused:
            response = answer(refused, base)
        except ClientDisconnect:
            response = answer(ApiRefused(UNREADABLE), base)
        except Exception:
            _log.exception("a call failed: %s %s", request.method, scope_path(request))
            response = answer(ApiRefused(FAILED), base)
        else:
            response = Response(msgspec.json.encode(done.content), done.status, dict(done.headers), JSON)
        response.headers.update(standing)
        return response

    def _call(self, request: Request, operation: Operation, key: ApiKey) -> Call:
        def charge(calls: float) -> None:
            self._callers.charge(key, calls)

        return Call(request, operation, key, self._house, self._now(), self._now, self._wake, charge)


def scope_path(request: Request) -> str:
    """The path as its route is written: no id of anything goes into a log."""
    route = request.scope.get("route")
    return str(getattr(route, "path", ""))
