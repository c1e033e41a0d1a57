"""The API's description of itself: OpenAPI 3.1, made of the operations that are served and the Structs that decode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from bot.api import shapes
from bot.api.callers import CALLS_A_SECOND, CALLS_AT_ONCE
from bot.api.calls import OPERATIONS
from bot.api.operations import JSON, Operation, Parameter
from bot.api.problems import FAILED, KINDS, MEDIA_TYPE, NO_KEY, TOO_MANY, ApiRefused, Fault, Kind, Problem, problem

_SCHEMAS = "#/components/schemas/{name}"
_OFTEN = (NO_KEY, TOO_MANY, FAILED)
"""What can go wrong with every call."""

_DESCRIPTION = f"""\
Case systems register contacts here, tell what becomes of them, and fetch what they are to send.

**Key.** Send `Authorization: Bearer kr_...`. An admin makes keys in the console, for one unit or for all;
a key is shown once and can be revoked. What belongs to another unit looks as though it were not there.

**Times.** RFC 3339 with an offset, or without one in the organisation's zone, which `GET /vocabulary` tells.

**Limits.** Each key may make {CALLS_A_SECOND:.0f} calls a second and {CALLS_AT_ONCE} at once. The headers `RateLimit`
and `RateLimit-Policy` tell how many are left; with 429 `Retry-After` tells how many seconds to wait.
A body has at most 1 MiB and {shapes.MOST_CONTACTS} contacts.

**Problems.** Every error is `application/problem+json` (RFC 9457). `type` is the address of an example in this
description; `errors` names each thing that is wrong, where it stands, and what to do.

**Privacy.** Send nothing that leads to a person: no name, no identity number, no phone number.
Answers are never told here.
"""
_HEADERS = {
    "RateLimit": ("How many calls are left, and in how many seconds all are.", '"calls";r=119;t=1'),
    "RateLimit-Policy": ("How many calls may be made at once, and in how many seconds.", '"calls";q=120;w=4'),
}


@cache
def document(base: str) -> bytes:
    """The whole description, as JSON. `base` is our address from outside, "" where there is none."""
    described = (Problem, *_structs(OPERATIONS))
    _, schemas = msgspec.json.schema_components(described, ref_template=_SCHEMAS)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Kundresa for case systems",
                "version": "1",
                "summary": "Contacts to be followed up, and what is due to be sent.",
                "description": _DESCRIPTION,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
            "servers": [{"url": f"{base}/api/v1"}],
            "security": [{"key": []}],
            "paths": _paths(OPERATIONS),
            "components": {
                "schemas": schemas,
                "examples": {kind.name: _example(kind, base) for kind in KINDS},
                "headers": {
                    name: {"description": text, "schema": {"type": "string"}, "example": example}
                    for name, (text, example) in _HEADERS.items()
                },
                "securitySchemes": {
                    "key": {
                        "type": "http",
                        "scheme": "bearer",
                        "bearerFormat": "kr_...",
                        "description": "A key that an admin made in the console.",
                    }
                },
            },
        }
    )


async def describe(request: Request) -> Response:
    """GET /openapi.json: for everybody."""
    return Response(document(request.app.state.base), media_type=JSON, headers={"Cache-Control": "no-cache"})


def _structs(operations: Iterable[Operation]) -> Sequence[type[msgspec.Struct]]:
    found: dict[type[msgspec.Struct], None] = {}
    for one in operations:
        found |= dict.fromkeys([*one.takes, *(taken for given in one.gives.values() for taken in given)])
    return tuple(found)


def _paths(operations: Iterable[Operation]) -> Mapping[str, Mapping[str, object]]:
    paths: dict[str, dict[str, object]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return paths


def _operation(one: Operation) -> Mapping[str, object]:
    told: dict[str, object] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": one.description,
        "parameters": [_parameter(parameter) for parameter in one.parameters],
        "responses": _responses(one),
    }
    if one.takes:
        content = {"schema": _one_of(one.takes), "examples": _bodies(one)}
        told["requestBody"] = {"required": True, "content": dict.fromkeys(one.media, content)}
    return told


def _parameter(one: Parameter) -> Mapping[str, object]:
    return {
        "name": one.name,
        "in": one.where,
        "required": one.required,
        "description": one.description,
        "schema": one.schema,
        "example": one.example,
    }


def _responses(one: Operation) -> Mapping[str, object]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    told: dict[str, dict[str, object]] = {
        str(status): {
            "description": " or ".join((struct.__doc__ or "").partition("\n")[0].strip() for struct in structs),
            "headers": headers,
            "content": {JSON: {"schema": _one_of(structs)}},
        }
        for status, structs in one.gives.items()
    }
    if one.leads_to:
        told[str(next(iter(one.gives)))]["links"] = {
            name: {"operationId": name, "parameters": {field: f"$response.body#/{field}"}}
            for name, field in one.leads_to.items()
        }
    kinds: dict[int, list[Kind]] = {}
    for kind in dict.fromkeys((*one.problems, *_OFTEN)):
        kinds.setdefault(kind.status, []).append(kind)
    for status, several in sorted(kinds.items()):
        examples = {kind.name: {"$ref": f"#/components/examples/{kind.name}"} for kind in several}
        told[str(status)] = {
            "description": "; or: ".join(kind.title for kind in several) + ".",
            "content": {MEDIA_TYPE: {"schema": _ref(Problem), "examples": examples}},
        }
    return told


def _one_of(structs: Sequence[type[msgspec.Struct]]) -> Mapping[str, object]:
    return _ref(structs[0]) if len(structs) == 1 else {"oneOf": [_ref(struct) for struct in structs]}


def _ref(struct: type[msgspec.Struct]) -> Mapping[str, object]:
    return {"$ref": _SCHEMAS.format(name=struct.__name__)}


def _example(kind: Kind, base: str) -> Mapping[str, object]:
    faults = [Fault("There is no unit 'mian'.", "Did you mean 'main'?", pointer="/unit")] if kind.status == 422 else []
    return {"summary": kind.title, "value": problem(ApiRefused(kind, faults=faults), base)}


def _bodies(one: Operation) -> Mapping[str, object]:
    single: Mapping[str, object] = {
        "journey": "office-visit",
        "unit": "main",
        "start": "2026-11-18T10:00",
        "service": "general",
        "channel": "visit",
        "reference": "B-2026-00417",
        "language": "fi",
    }
    if shapes.Changes in one.takes:
        return {"moved": {"value": {"start": "2026-11-19T13:30"}}, "known": {"value": {"outcome": "granted"}}}
    return {"one": {"value": single}, "many": {"value": {"contacts": [cast("object", single)]}}}
