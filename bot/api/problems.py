"""Problems: what is answered where a call can't be done, as RFC 9457 has it. Tells nothing of the inside.

Each kind of problem has a type, which is an address in the API's own description; programs tell them apart by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
DESCRIPTION = "/api/v1/openapi.json"
"""Where the API describes itself."""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong, where it stands, and what to do about it. One of the three places is named."""

    detail: Annotated[str, Meta(description="What is wrong.", examples=["There is no unit 'mian'."])]
    remedy: Annotated[str, Meta(description="What to do.", examples=["Did you mean 'main'?"])]
    pointer: Annotated[
        str | None, Meta(description="Where in the body: a JSON Pointer (RFC 6901).", examples=["/unit"])
    ] = None
    parameter: Annotated[str | None, Meta(description="Which parameter of the address.")] = None
    header: Annotated[str | None, Meta(description="Which header.")] = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a call could not be done, as RFC 9457 has it. `type` is an address in this description."""

    type: Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    errors: Annotated[tuple[Fault, ...], Meta(description="Each thing that is wrong, at most 50.")] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name in `type`, its status, its title, and what its detail says where nothing nearer."""

    name: str
    status: int
    title: str
    detail: str


UNREADABLE = Kind("unreadable", 400, "The body can't be read", "Send one JSON object, in UTF-8.")
NO_KEY = Kind(
    "no-key",
    401,
    "There is no valid key with this call",
    "Send the header 'Authorization: Bearer kr_...' with a key that was not revoked.",
)
OTHER_UNIT = Kind("other-unit", 403, "The key is for another unit", "Call with a key for this unit, or for all.")
NOT_FOUND = Kind("not-found", 404, "There is no such thing here", "Check the address and the id in it.")
NO_METHOD = Kind("no-method", 405, "This can't be done here", "The header 'Allow' names what can.")
CONFLICT = Kind("conflict", 409, "It can't be changed so", "Look at it as it stands now.")
ERASED = Kind(
    "erased",
    409,
    "It was erased",
    "Everything about this contact was erased; nothing is registered anew under its reference.",
)
TOO_LARGE = Kind("too-large", 413, "The body is too large", "Send fewer contacts at once: at most 500, within 1 MiB.")
WRONG_MEDIA = Kind(
    "wrong-media-type", 415, "The body is of another kind", "Send JSON as 'Content-Type: application/json', as it is."
)
FAULTY = Kind("faulty", 422, "Something in it can't be taken", "'errors' says what is wrong, where, and what to do.")
REFUSED = Kind("refused", 422, "It can't be registered", "The detail says why.")
REUSED = Kind(
    "key-reused",
    422,
    "This Idempotency-Key was used for something else",
    "Send another Idempotency-Key with other content. The first call stands.",
)
TOO_MANY = Kind("too-many", 429, "Too many calls", "Wait as many seconds as 'Retry-After' says, then call again.")
FAILED = Kind(
    "failed", 500, "Something went wrong on our side", "Nothing was changed, or all of it was: call again in a while."
)
NOT_READY = Kind(
    "not-ready",
    503,
    "There is no link to hand over yet",
    "Nothing was handed over. Whoever runs Kundresa must set its public address, or open its chat once.",
)

KINDS = (
    *(UNREADABLE, NO_KEY, OTHER_UNIT, NOT_FOUND, NO_METHOD, CONFLICT, ERASED, TOO_LARGE, WRONG_MEDIA, FAULTY, REFUSED),
    *(REUSED, TOO_MANY, FAILED, NOT_READY),
)
"""Every kind of problem there is."""

MOST_FAULTS = 50


@dataclass
class ApiRefused(Exception):
    """A call that can't be done. `detail` is the kind's own where nothing nearer is known."""

    kind: Kind
    detail: str = ""
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(refused: ApiRefused, base: str) -> Problem:
    """What is told of it. `base` is our address from outside, "" where there is none."""
    kind = refused.kind
    return Problem(
        type=type_of(kind, base),
        title=kind.title,
        status=kind.status,
        detail=refused.detail or kind.detail,
        errors=tuple(refused.faults[:MOST_FAULTS]),
    )


def type_of(kind: Kind, base: str) -> str:
    """The address that names a kind of problem, and leads to what it is."""
    return f"{base}{DESCRIPTION}#/components/examples/{kind.name}"


def answer(refused: ApiRefused, base: str) -> Response:
    """The problem as an answer."""
    told = problem(refused, base)
    return Response(msgspec.json.encode(told), told.status, dict(refused.headers), MEDIA_TYPE)
