"""The API's description matches what is served: schemathesis calls everything it describes, rightly and wrongly."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from bot.api import shapes
from bot.api.callers import Limits
from bot.api.calls import OPERATIONS
from bot.api.limits import Buckets
from bot.api.operations import LONGEST_REPEAT_KEY
from bot.api.problems import KINDS
from tests.site import Site, site

VALID = {
    "journey": ("office-visit", "phone-call"),
    "unit": ("main", None),
    "service": ("general", None),
    "channel": ("visit", "phone", None),
    "cause": ("advice", None),
    "language": ("fi", None),
    "not_asked": ("deceased", None),
    "start": ("2026-11-18T10:00", "2026-11-10T10:00+02:00"),
    "end": ("2026-11-18T11:00", None),
}
"""Codes that the description can't name, since each organisation has its own."""

MEANT = ("positive_data_acceptance",)
"""Not checked: what is right by the description can still name a code that the organisation does not have."""

_REPEAT_KEY = re.compile(rf"(?=.{{1,{LONGEST_REPEAT_KEY}}}$)[ -~]*[!#-~][ -~]*")
"""The header Idempotency-Key, as it is described."""


@dataclass(frozen=True)
class Served:
    """The API of a running house, and a key for it."""

    here: Site
    url: str
    token: str

    def schema(self) -> BaseSchema:
        """What it says of itself."""
        return schemathesis.openapi.from_url(f"{self.url}/openapi.json", wait_for_schema=5)

    @property
    def headers(self) -> dict[str, str]:
        """With which it is called."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """A running house that lets everybody call as often as they can."""
    plenty = partial(Buckets, 1e9, 10**9)
    monkeypatch.setattr(Limits, "usual", classmethod(lambda cls: cls(plenty(), plenty())))
    load_all_checks()
    async with site(tmp_path) as here:
        room = here.house.rooms.api_keys
        _, token = await here.house.store.write(
            lambda tx: room.make(tx, name="Schemathesis", unit=None, made_by="m", request="r", now=here.clock.now)
        )
        assert token is not None
        for number in range(3):
            await here.register(reference=f"R-{number}")
        yield Served(here, f"{here.url}/api/v1", token)


def _settings(examples: int, **more: Any) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        **more,
    )


def _checks(case: Case[Any]) -> list[Any]:
    # Of many contacts each is refused by itself, within an answer that is well.
    several = isinstance(case.body, dict) and isinstance(case.body.get("contacts"), list)
    left_out = (*MEANT, "negative_data_rejection") if several or _comes_right(case) else MEANT
    return [check for check in CHECKS.get_all() if check.__name__ not in left_out]


def _comes_right(case: Case[Any]) -> bool:
    """Whether nothing is wrong with it but headers, and nothing with these on the way.

    A wrong key is replaced by ours, and blanks around a value don't come along; nor does a name of the query that has
    an empty list for its value. Where path, query or body are wrong otherwise, or another header is, it must be refused
    all the same.
    """
    parts = case.meta.components if case.meta is not None else {}
    wrong = {where for where, part in parts.items() if part.mode.is_negative}
    if any(value in ([], None) for name, value in (case.query or {}).items() if name not in _described(case)):
        wrong -= {ParameterLocation.QUERY}
    if wrong != {ParameterLocation.HEADER}:
        return False
    sent = {name.lower(): str(value).strip() for name, value in (case.headers or {}).items()}
    return _REPEAT_KEY.fullmatch(sent.get("idempotency-key", "any")) is not None


def _described(case: Case[Any]) -> set[str]:
    return {parameter.name for parameter in case.operation.query}


def _with_codes(case: Case[Any], chosen: dict[str, Any]) -> Case[Any]:
    """The case with the organisation's own codes in it, where it has fields for them."""
    body: Any = case.body
    for one in body["contacts"] if isinstance(body, dict) and isinstance(body.get("contacts"), list) else [body]:
        if isinstance(one, dict):
            one.update({name: code for name, code in chosen.items() if name in one or name in ("journey", "start")})
    return case


def _called(served: Served, mode: GenerationMode, examples: int, statuses: dict[str, set[int]]) -> None:
    """Call everything with generated values, and hold the answers against the description."""
    for found in served.schema().get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        strategy: st.SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=mode)
        if mode == GenerationMode.POSITIVE and operation.method.upper() == "POST" and operation.body:
            codes = st.fixed_dictionaries({name: st.sampled_from(some) for name, some in VALID.items()})
            strategy = strategy | st.builds(_with_codes, strategy, codes)

        @_settings(examples)
        @given(strategy)
        def call(case: Case[Any]) -> None:
            response = case.call(headers=served.headers)
            statuses.setdefault(case.operation.label, set()).add(response.status_code)
            case.validate_response(response, checks=_checks(case), headers=served.headers)

        call()


async def test_what_is_described_is_what_is_served(served: Served) -> None:
    """Rightly called, every operation answers as described: status, headers, body; never 500."""
    statuses: dict[str, set[int]] = {}
    await asyncio.to_thread(_called, served, GenerationMode.POSITIVE, 8, statuses)
    assert len(statuses) == len(OPERATIONS)
    assert {200, 201} <= statuses["POST /contacts"]


async def test_what_is_wrong_is_refused_as_described(served: Served) -> None:
    """Wrongly called, every operation refuses, with a problem as described."""
    statuses: dict[str, set[int]] = {}
    await asyncio.to_thread(_called, served, GenerationMode.NEGATIVE, 6, statuses)
    # Which of them a few generated values meet is chance; test_api has each refusal by itself.
    refused = ("POST /contacts", "GET /contacts", "GET /due", "PATCH /contacts/{id}")
    assert all(statuses[label] & {400, 404, 422} for label in refused)


@pytest.mark.long
async def test_what_is_described_is_what_is_served_for_long(served: Served) -> None:
    """The same with many more values, rightly and wrongly."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        await asyncio.to_thread(_called, served, mode, 40, {})


async def test_one_call_after_another_answers_as_described(served: Served) -> None:
    """What was registered is looked at, changed and cancelled, in whatever order the links allow."""
    seen: set[tuple[str, int]] = set()
    await asyncio.to_thread(_walked, served, seen)
    assert {(f"{method} /contacts/{{id}}", 200) for method in ("GET", "PATCH", "DELETE")} <= seen


def _walked(served: Served, seen: set[tuple[str, int]]) -> None:
    machine = served.schema().as_state_machine()

    class Steps(machine):  # type: ignore[misc, valid-type]
        """With the key."""

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            """How it is called."""
            return {"headers": served.headers}

        def before_call(self, case: Case[Any]) -> None:
            """What can be registered is, so that something can be done with it."""
            if case.operation.label == "POST /contacts":
                case.body = {"journey": "office-visit", "start": "2026-11-18T10:00"}
            if case.operation.label == "PATCH /contacts/{id}" and isinstance(case.body, dict):
                case.body = {"outcome": "granted", "spoken_code": True}

        def validate_response(self, response: Any, case: Case[Any], **_: Any) -> None:
            """Held against the description."""
            seen.add((case.operation.label, response.status_code))
            case.validate_response(response, checks=_checks(case), headers=served.headers)

    Steps.run(settings=_settings(10, stateful_step_count=6))


async def test_the_description_is_whole_and_for_everybody(served: Served) -> None:
    """Without a key; every operation, struct and kind of problem stands in it, and its examples are what is taken."""
    async with aiohttp.ClientSession() as session, session.get(f"{served.url}/openapi.json") as response:
        assert response.headers["Content-Type"] == "application/json"
        said = await response.json()
    assert said["openapi"] == "3.1.0"
    assert said["servers"] == [{"url": served.url}]
    told = {(method, path) for path, item in said["paths"].items() for method in item}
    assert told == {(one.method.lower(), one.path) for one in OPERATIONS}
    assert set(said["components"]["examples"]) == {kind.name for kind in KINDS}
    described = json.dumps(said)
    assert all(reference in described for reference in ("NewContacts", "Problem", "Fault", "bearer"))
    body = said["paths"]["/contacts"]["post"]["requestBody"]["content"]["application/json"]
    msgspec.convert(body["examples"]["one"]["value"], shapes.NewContact)
    msgspec.convert(body["examples"]["many"]["value"], shapes.NewContacts)
    for kind in KINDS:
        assert said["components"]["examples"][kind.name]["value"]["type"].endswith(f"#/components/examples/{kind.name}")


async def test_every_pointer_within_the_description_leads_somewhere(served: Served) -> None:
    """No $ref leads to nothing."""
    async with aiohttp.ClientSession() as session, session.get(f"{served.url}/openapi.json") as response:
        said = await response.json()

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [one for inner in value.values() for one in references(inner)]
        return [one for inner in value for one in references(inner)] if isinstance(value, list) else []

    for reference in references(said):
        found: Any = said
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        assert found
