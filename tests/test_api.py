"""The API for case systems, as they call it: contacts registered, found, changed, cancelled; what is due fetched."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.api.api import routes
from bot.api.bodies import parsed, read
from bot.api.calls import OPERATIONS
from bot.api.limits import MOST_BUCKETS, Buckets
from bot.api.moments import MomentRefused, moment
from bot.api.problems import FAILED, NO_KEY, TOO_MANY, ApiRefused
from bot.api.shapes import Changes, NewContact, NewContacts
from bot.openings import House
from bot.store import facts
from bot.store.database import Transaction
from tests.house import House as Unlinked
from tests.site import Site, site
from tests.wild import examples

ORGANISATION = """
name: { sv: "Provkommun", fi: "Koekunta", en: "Test town" }
controller: { sv: "nämnden", fi: "lautakunta", en: "the board" }
officer: { sv: "ombudet", fi: "vastaava", en: "the officer" }
complaint authority: { sv: "IMY", fi: "IMY", en: "IMY" }
months kept: 24
phone: "0000"
units:
  north: { name: { sv: "Norr", fi: "Pohjoinen", en: "North" } }
  south: { name: { sv: "Söder", fi: "Etelä", en: "South" } }
services:
  general: { name: { sv: "Allmänt", fi: "Yleinen", en: "General" } }
"""
START = "2026-11-18T10:00"
VISIT = {"journey": "office-visit", "unit": "north", "start": START, "service": "general", "channel": "visit"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """An answer: its status, its headers, and what its JSON says."""

    status: int
    headers: Mapping[str, str]
    said: Json

    @property
    def kind(self) -> str:
        """Which kind of problem it is."""
        return str(self.said["type"]).rpartition("/")[2]

    @property
    def pointers(self) -> list[object]:
        """Where in the body something is wrong."""
        return [fault["pointer"] for fault in self.said.get("errors", ())]


@dataclass(frozen=True)
class System:
    """A case system with a key."""

    session: aiohttp.ClientSession
    id: str

    async def call(self, method: str, path: str, **more: Any) -> Told:
        """One call below /api/v1; a problem is a problem document."""
        async with self.session.request(method, f"/api/v1{path}", **more) as response:
            kind = "application/json" if response.status < 400 else "application/problem+json"
            assert response.headers["Content-Type"] == kind
            assert response.headers["Cache-Control"] in ("no-store", "no-cache")
            told = Told(response.status, response.headers, await response.json(content_type=None))
            assert _is_described(method, path, response.status)
            if response.status >= 400:
                assert told.said["status"] == response.status
                assert told.said["title"]
                assert told.said["detail"]
            return told

    async def post(self, body: object, **headers: str) -> Told:
        """Register."""
        return await self.call("POST", "/contacts", json=body, headers=headers)

    async def sent(self, body: bytes, kind: str = "application/json", **headers: str) -> Told:
        """Register, with a body as it stands."""
        return await self.call("POST", "/contacts", data=body, headers={"Content-Type": kind, **headers})


@asynccontextmanager
async def two_units(folder: Path) -> AsyncIterator[Site]:
    """A house with two units."""
    path = folder / "organisation.yaml"
    path.write_text(ORGANISATION, "utf-8")
    async with site(folder, {"KUNDRESA_ORGANISATION": str(path)}) as made:
        yield made


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    """A house with two units."""
    async with two_units(tmp_path) as made:
        yield made


@asynccontextmanager
async def system(here: Site, unit: str | None = None) -> AsyncIterator[System]:
    """A case system whose key is for a unit, or for all."""
    room = here.house.rooms.api_keys
    key, token = await here.house.store.write(
        lambda tx: room.make(
            tx, name="System", unit=unit, made_by="m", request=here.house.premises.ids(), now=here.clock.now
        )
    )
    async with aiohttp.ClientSession(here.url, headers={"Authorization": f"Bearer {token}"}) as session:
        yield System(session, key.id)


@pytest.fixture
async def all_units(here: Site) -> AsyncIterator[System]:
    """A case system whose key is for every unit."""
    async with system(here) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One house for all calls that are refused: nothing is ever in it."""
    async with two_units(tmp_path_factory.mktemp("empty")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def refused(empty: Site) -> AsyncIterator[System]:
    """A case system there, in the module's loop. What it sends must be refused; at the end nothing is registered."""
    async with system(empty) as made:
        yield made
    assert await empty.house.store.read(_contacts) == 0


async def test_a_contact_is_registered_with_its_link(here: Site, all_units: System) -> None:
    """201, where it is from now on, the link that the person gets, and when each follow-up is due."""
    told = await all_units.post({**VISIT, "reference": "A-1", "language": "fi"})
    assert told.status == 201
    assert told.headers["Location"] == f"{here.url}/api/v1/contacts/{told.said['id']}"
    assert str(told.said["link"]).startswith(f"{here.url}/s/")
    assert told.said["start"] == "2026-11-18T10:00:00+01:00"
    assert [(one["phase"], one["state"], one["due_at"]) for one in told.said["follow_ups"]] == [
        ("before", "planned", "2026-11-17T17:00:00+01:00"),
        ("during", "not-asked", "2026-11-18T10:30:00+01:00"),
        ("after", "planned", "2026-11-18T12:30:00+01:00"),
    ]
    assert (await all_units.call("GET", f"/contacts/{told.said['id']}")).said == told.said


async def test_the_same_reference_is_the_same_contact(here: Site, all_units: System) -> None:
    """Again: 200, the same contact and link, and nothing changed; at another unit it is another contact."""
    first = await all_units.post({**VISIT, "reference": "A-1"})
    again = await all_units.post({**VISIT, "reference": " A-1 ", "start": "2026-11-25T10:00", "outcome": "denied"})
    assert (again.status, again.said) == (200, first.said)
    other = await all_units.post({**VISIT, "reference": "A-1", "unit": "south"})
    assert (other.status, other.said["id"] == first.said["id"]) == (201, False)


async def test_many_are_taken_each_by_itself(all_units: System) -> None:
    """Of many, good ones are registered, known ones told, faulty ones told by index, field and remedy."""
    await all_units.post({**VISIT, "reference": "A-1"})
    told = await all_units.post(
        {
            "contacts": [
                {**VISIT, "reference": "A-1"},
                {**VISIT, "reference": "A-2"},
                {**VISIT, "chanel": "visit"},
                "visit",
                {**VISIT, "service": "generel", "end": "2026-11-18T09:00"},
                {**VISIT, "reference": "A-2"},
            ]
        }
    )
    assert told.status == 200
    assert (told.said["registered"], told.said["known"], told.said["refused"]) == (1, 2, 3)
    results = told.said["results"]
    assert [one["status"] for one in results] == [200, 201, 422, 422, 422, 200]
    assert results[1]["contact"]["id"] == results[5]["contact"]["id"]
    assert [one["problem"] and one["problem"]["errors"] for one in results[2:5]] == [
        [
            {
                "detail": "There is no field 'chanel'.",
                "remedy": "Did you mean 'channel'?",
                "pointer": "/contacts/2/chanel",
            }
        ],
        [
            {
                "detail": "This is no JSON object.",
                "remedy": results[3]["problem"]["errors"][0]["remedy"],
                "pointer": "/contacts/3",
            }
        ],
        [
            {
                "detail": "There is no service 'generel'.",
                "remedy": "Did you mean 'general'?",
                "pointer": "/contacts/4/service",
            },
            {
                "detail": "It ends before it starts.",
                "remedy": "Check 'start' and 'end', and their offsets.",
                "pointer": "/contacts/4/end",
            },
        ],
    ]


async def test_so_many_can_be_sent_at_once(all_units: System) -> None:
    """500 are taken, in more than one transaction; 501, and none, are refused."""
    rows = [{**VISIT, "reference": f"R-{number}"} for number in range(501)]
    told = await all_units.post({"contacts": rows[:500]})
    assert (told.status, told.said["registered"]) == (200, 500)
    for wrong in ([*rows], []):
        refused = await all_units.post({"contacts": wrong})
        assert (refused.status, refused.pointers) == (422, ["/contacts"])


async def test_a_repeat_without_reference_is_harmless(here: Site, all_units: System) -> None:
    """With an Idempotency-Key the same call is answered as before; with other content it is refused."""
    first = await all_units.post(VISIT, **{"Idempotency-Key": '"once-1"'})
    again = await all_units.post(dict(reversed(VISIT.items())), **{"Idempotency-Key": "once-1"})
    assert (first.status, again.status) == (201, 201)
    assert again.said == first.said
    other = await all_units.post({**VISIT, "unit": "south"}, **{"Idempotency-Key": "once-1"})
    assert (other.status, other.kind) == (422, "key-reused")
    assert (await all_units.post(VISIT, **{"Idempotency-Key": "once-2"})).said["id"] != first.said["id"]
    async with system(here) as stranger:
        assert (await stranger.post(VISIT, **{"Idempotency-Key": "once-1"})).said["id"] != first.said["id"]
    wrong = await all_units.post(VISIT, **{"Idempotency-Key": "x" * 256})
    assert (wrong.status, wrong.said["errors"][0]["header"]) == (422, "Idempotency-Key")


async def test_many_repeated_are_harmless(here: Site, all_units: System) -> None:
    """A list repeated under its Idempotency-Key registers nothing more; five at the same moment neither."""
    body = {"contacts": [VISIT, {**VISIT, "unit": "sotuh"}, VISIT]}
    told = await asyncio.gather(*(all_units.post(body, **{"Idempotency-Key": "list"}) for _ in range(5)))
    assert all(one.said == told[0].said for one in told)
    assert told[0].said["registered"] == 2
    assert await here.house.store.read(_contacts) == 2


async def test_what_was_repeated_long_ago_is_forgotten(here: Site, all_units: System) -> None:
    """An Idempotency-Key holds for a day, as requests of commands do."""
    first = await all_units.post(VISIT, **{"Idempotency-Key": "once"})
    here.clock.now += timedelta(hours=25)
    await here.application.rounds.tidy()
    assert (await all_units.post(VISIT, **{"Idempotency-Key": "once"})).said["id"] != first.said["id"]


async def test_a_contact_is_found_by_reference(all_units: System) -> None:
    """By reference alone, or within unit and journey; still when it is closed and the reference forgotten."""
    north = await all_units.post({**VISIT, "reference": "A-1"})
    south = await all_units.post({**VISIT, "reference": "A-1", "unit": "south"})
    assert await _found(all_units, "reference=A-1") == [north.said["id"], south.said["id"]]
    assert await _found(all_units, "reference=A-1&unit=south") == [south.said["id"]]
    assert await _found(all_units, "reference=A-1&journey=phone-call") == []
    assert await _found(all_units, "reference=A-2") == []
    closed = await all_units.call("DELETE", f"/contacts/{north.said['id']}")
    assert closed.said["reference"] is None
    assert await _found(all_units, "reference=A-1&unit=north") == [north.said["id"]]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "reference"),
        ("reference=", "reference"),
        ("reference=A%00B", "reference"),
        ("reference=19121212-1212", "reference"),
        ("reference=" + "x" * 101, "reference"),
        ("reference=A&reference=B", "reference"),
        ("reference=A&unti=north", "unti"),
        ("reference=A&unit=nort", "unit"),
        ("reference=A&journey=x", "journey"),
    ],
)
async def test_a_wrong_question_is_told_by_parameter(refused: System, query: str, parameter: str) -> None:
    """What can't be looked for names the parameter."""
    told = await refused.call("GET", f"/contacts?{query}")
    assert told.status == 422
    assert told.said["errors"][0]["parameter"] == parameter


async def test_a_contact_is_moved_and_more_is_told_of_it(here: Site, all_units: System) -> None:
    """Moved by its start alone it lasts as long as before; the same again changes nothing."""
    told = await all_units.post({**VISIT, "end": "2026-11-18T10:45"})
    path = f"/contacts/{told.said['id']}"
    moved = await all_units.call(
        "PATCH", path, json={"start": "2026-11-19T13:00+01:00", "outcome": "partly", "cause": "advice", "solved": "no"}
    )
    assert (moved.said["start"], moved.said["end"]) == ("2026-11-19T13:00:00+01:00", "2026-11-19T13:45:00+01:00")
    assert (moved.said["outcome"], moved.said["cause"], moved.said["solved"]) == ("partly", "advice", "no")
    assert moved.said["follow_ups"][0]["due_at"] == "2026-11-18T17:00:00+01:00"
    here.clock.now += timedelta(hours=1)
    again = await all_units.call("PATCH", path, json={"start": "2026-11-19T12:00Z", "solved": "no"})
    assert again.said == moved.said
    assert (await all_units.call("PATCH", path, json={})).said == moved.said


async def test_a_change_is_done_whole_or_not_at_all(all_units: System) -> None:
    """What is wrong in one field keeps the others from being changed."""
    told = await all_units.post(VISIT)
    path = f"/contacts/{told.said['id']}"
    for wrong, pointer in (
        ({"start": "2026-11-20T10:00", "outcome": "grantid"}, "/outcome"),
        ({"start": "2026-11-20T10:00", "end": "2026-11-20T09:00"}, "/end"),
        ({"outcome": "granted", "end": "2026-11-01T09:00"}, "/end"),
        ({"outcome": "granted", "unit": "south"}, "/unit"),
        ({"outcome": "granted", "cause": None}, "/cause"),
    ):
        refused = await all_units.call("PATCH", path, json=wrong)
        assert (refused.status, refused.pointers) == (422, [pointer])
    assert (await all_units.call("GET", path)).said == told.said


async def test_nothing_is_asked_where_that_is_told(all_units: System) -> None:
    """not_asked ends what is planned, and again is harmless; another reason is refused."""
    path = f"/contacts/{(await all_units.post(VISIT)).said['id']}"
    told = await all_units.call("PATCH", path, json={"not_asked": "deceased"})
    assert (told.said["not_asked"], told.said["link"]) == ("deceased", None)
    assert told.said["follow_ups"][0]["reason"] == "staff-deceased"
    assert (await all_units.call("PATCH", path, json={"not_asked": "deceased"})).said == told.said
    other = await all_units.call("PATCH", path, json={"not_asked": "other", "outcome": "granted"})
    assert (other.status, other.kind) == (409, "conflict")
    assert (await all_units.call("GET", path)).said["outcome"] is None


async def test_a_contact_is_cancelled_once(all_units: System) -> None:
    """Cancelled, it stays and can be looked at; again is harmless; it can't be moved any more."""
    path = f"/contacts/{(await all_units.post(VISIT)).said['id']}"
    told = await all_units.call("DELETE", path)
    assert told.status == 200
    assert told.said["cancelled_at"] is not None
    assert told.said["link"] is None
    assert (await all_units.call("DELETE", path)).said == told.said
    assert (await all_units.call("GET", path)).said == told.said
    moved = await all_units.call("PATCH", path, json={"start": "2026-12-01T10:00"})
    assert (moved.status, moved.kind) == (409, "conflict")


async def test_a_code_to_say_aloud_is_made_when_asked_for(here: Site, all_units: System) -> None:
    """With spoken_code, and a new one by PATCH; each with until when it holds."""
    assert (await all_units.post(VISIT)).said["spoken_code"] is None
    told = await all_units.post({**VISIT, "spoken_code": True, "reference": "A-1"})
    first = told.said["spoken_code"]
    assert first["holds_until"] == "2026-11-19T10:00:00+01:00"
    assert (await all_units.post({**VISIT, "spoken_code": True, "reference": "A-1"})).said["spoken_code"] == first
    here.clock.now += timedelta(hours=1)
    second = await all_units.call("PATCH", f"/contacts/{told.said['id']}", json={"spoken_code": True})
    assert second.said["spoken_code"] != first


async def test_another_units_contact_looks_as_though_not_there(here: Site, all_units: System) -> None:
    """A key for one unit sees, changes, cancels and finds nothing of another, and can't register there."""
    theirs = await all_units.post({**VISIT, "unit": "south", "reference": "A-1"})
    async with system(here, "north") as north:
        nothing = await north.call("GET", "/contacts/nothing")
        for method, body in (("GET", None), ("PATCH", {"outcome": "granted"}), ("PATCH", {}), ("DELETE", None)):
            told = await north.call(method, f"/contacts/{theirs.said['id']}", json=body)
            assert (told.status, told.said) == (404, nothing.said)
        assert await _found(north, "reference=A-1") == []
        assert await _found(north, "reference=A-1&unit=south") == []
        refused = await north.post({**VISIT, "unit": "south", "reference": "A-1"})
        assert (refused.status, refused.kind, refused.pointers) == (403, "other-unit", ["/unit"])
        assert theirs.said["id"] not in json.dumps(refused.said)
        assert (await north.post({**VISIT, "unit": None})).said["unit"] == "north"
        many = await north.post({"contacts": [{**VISIT, "unit": "south"}, VISIT]})
        assert [one["status"] for one in many.said["results"]] == [403, 201]
        assert [one["code"] for one in (await north.call("GET", "/vocabulary")).said["units"]] == ["north"]
        assert (await north.call("GET", "/due?unit=south")).status == 403
    assert (await all_units.call("GET", f"/contacts/{theirs.said['id']}")).said == theirs.said


async def test_without_unit_a_key_for_all_must_say_which(all_units: System) -> None:
    """A contact needs a unit where there are several."""
    told = await all_units.post({**VISIT, "unit": None})
    assert (told.status, told.pointers) == (422, ["/unit"])


async def test_what_is_due_is_handed_over_once(here: Site, all_units: System) -> None:
    """Under one id the same rows come again, under another only what came due since."""
    told = await all_units.post({**VISIT, "reference": "A-1", "language": "fi"})
    assert (await all_units.call("GET", "/due?hand_over=early")).said["rows"] == []
    await here.beat(days=1, hours=7)
    due = await all_units.call("GET", "/due?hand_over=first")
    (row,) = due.said["rows"]
    assert row == {
        "contact": told.said["id"],
        "reference": "A-1",
        "unit": "north",
        "phase": "before",
        "language": "fi",
        "link": told.said["link"],
        "text": row["text"],
        "useful_until": "2026-11-18T10:00:00+01:00",
    }
    assert str(told.said["link"]) in row["text"]
    assert "A-1" not in row["text"]
    assert (await all_units.call("GET", "/due?hand_over=first")).said == due.said
    assert (await all_units.call("GET", "/due")).said["rows"] == []
    found = await all_units.call("GET", f"/contacts/{told.said['id']}")
    assert found.said["follow_ups"][0]["handed_over_at"] == "2026-11-17T17:00:00+01:00"
    listed = await all_units.call("GET", "/hand-overs")
    assert listed.said["hand_overs"] == [
        {"hand_over": "first", "at": "2026-11-17T17:00:00+01:00", "rows": 1, "taken_back_at": None}
    ]


async def test_what_was_not_sent_is_taken_back(here: Site, all_units: System) -> None:
    """Taken back, it is due again under another id; once more is harmless; the old id is spent."""
    await all_units.post(VISIT)
    await here.beat(days=1, hours=7)
    await all_units.call("GET", "/due?hand_over=first")
    assert (await all_units.call("POST", "/due/first/undo")).said == {"hand_over": "first", "rows": 1}
    assert (await all_units.call("POST", "/due/first/undo")).said == {"hand_over": "first", "rows": 0}
    assert (await all_units.call("GET", "/due?hand_over=first")).status == 409
    assert len((await all_units.call("GET", "/due?hand_over=second")).said["rows"]) == 1
    assert (await all_units.call("POST", "/due/nothing/undo")).status == 404


async def test_hand_overs_are_the_keys_own(here: Site, all_units: System) -> None:
    """Two systems use the same id and never meet; a key for one unit gets what is its unit's."""
    await all_units.post(VISIT)
    await all_units.post({**VISIT, "unit": "south"})
    await here.beat(days=1, hours=7)
    async with system(here, "north") as north:
        rows = (await north.call("GET", "/due?hand_over=today")).said["rows"]
        assert [row["unit"] for row in rows] == ["north"]
        others = (await all_units.call("GET", "/due?hand_over=today")).said["rows"]
        assert [row["unit"] for row in others] == ["south"]
        assert (await north.call("POST", "/due/today/undo")).said["rows"] == 1
    assert len((await all_units.call("GET", "/due?hand_over=today")).said["rows"]) == 1


@pytest.mark.parametrize("query", ["hand_over=a.b", "hand_over=", "hand_over=" + "x" * 65, "unit=nort", "limit=9"])
async def test_a_wrong_wish_for_what_is_due_hands_nothing_over(here: Site, all_units: System, query: str) -> None:
    """What can't be meant is refused before anything is claimed."""
    await all_units.post(VISIT)
    await here.beat(days=1, hours=7)
    assert (await all_units.call("GET", f"/due?{query}")).status == 422
    assert len((await all_units.call("GET", "/due")).said["rows"]) == 1


async def test_a_parameter_that_is_not_known_is_told_everywhere(all_units: System) -> None:
    """No call passes over what it does not know: a filter misspelt would show everything."""
    for method, path in (
        ("GET", "/vocabulary"),
        ("GET", "/hand-overs"),
        ("GET", "/contacts/x"),
        ("DELETE", "/contacts/x"),
    ):
        told = await all_units.call(method, f"{path}?unit=north")
        assert (told.status, told.said["errors"][0]["parameter"]) == (422, "unit")


async def test_looking_at_heads_claims_nothing(here: Site, all_units: System) -> None:
    """HEAD, which some programs send first, is refused: it would hand over what nobody sees."""
    await all_units.post(VISIT)
    await here.beat(days=1, hours=7)
    async with all_units.session.head("/api/v1/due") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET")
    assert len((await all_units.call("GET", "/due")).said["rows"]) == 1


async def test_without_links_nothing_is_handed_over(house: Unlinked) -> None:
    """Where no link can be made, nothing is claimed: 503 says who can mend it."""
    room = house.rooms.api_keys
    _, token = await house.store.write(
        lambda tx: room.make(tx, name="System", unit=None, made_by="m", request="r", now=house.now)
    )
    app = Starlette(routes=routes(House(house.store, house.premises, house.rooms), lambda: house.now, lambda: None))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        told = await client.get("/api/v1/due", headers={"Authorization": f"bearer {token}"})
        assert (told.status_code, told.json()["type"]) == (503, "/api/v1/openapi.json#/components/examples/not-ready")


async def test_an_erased_reference_creates_nothing_anew(here: Site, all_units: System) -> None:
    """After erasure the reference is refused, alone and among many, and the contact is not there."""
    told = await all_units.post({**VISIT, "reference": "A-1"}, **{"Idempotency-Key": "once"})
    erasures = here.house.rooms.erasures

    def erase(tx: Transaction) -> None:
        erasures.contact(tx, erasures.of_reference(tx, "A-1", "north", None), "staff", here.clock.now)

    await here.house.store.write(erase)
    for headers in ({}, {"Idempotency-Key": "once"}):
        refused = await all_units.post({**VISIT, "reference": "A-1"}, **headers)
        assert (refused.status, refused.kind) == (409, "erased")
    many = await all_units.post({"contacts": [{**VISIT, "reference": "A-1"}, VISIT]})
    assert [one["status"] for one in many.said["results"]] == [409, 201]
    assert (await all_units.call("GET", f"/contacts/{told.said['id']}")).status == 404
    assert await _found(all_units, "reference=A-1") == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", "19121212-1212"),
        ("reference", "121212-1212"),
        ("reference", "+46 70 174 06 05"),
        ("reference", "someone@example.org"),
        ("reference", "131052-308T"),
        ("matter", "19121212-1212"),
        ("reference", "x" * 101),
        ("reference", "  "),
        ("reference", ""),
        ("reference", "A\u0000B"),
        ("reference", "A\u202eB\u2028"),
        ("reference", 17),
        ("journey", "office-visti"),
        ("journey", "x" * 10_000),
        ("journey", None),
        ("language", "sv-SE"),
        ("outcome", "GRANTED"),
        ("solved", True),
        ("not_asked", "because"),
        ("spoken_code", "yes"),
        ("start", "2026-11-18"),
        ("start", "2026-02-30T10:00"),
        ("start", "2026-03-29T02:30"),
        ("start", "9999-12-31T23:59"),
        ("start", "1999-12-31T23:59"),
        ("start", "2026-11-18T10:00+25:00"),
        ("start", "2026-11-18T10:00Ö"),
        ("start", "٢٠٢٦-11-18T10:00"),
        ("start", 1768471200),
        ("end", "2026-11-18T10:00:60"),
        ("Start", "2026-11-18T10:00"),
        ("a/b~c", 1),
    ],
)
async def test_what_can_not_be_taken_is_told_by_field(refused: System, field: str, value: object) -> None:
    """Each faulty field is named with a pointer and a remedy."""
    told = await refused.post({**VISIT, field: value})
    assert told.status == 422
    assert told.pointers == [f"/{field.replace('~', '~0').replace('/', '~1')}"]
    assert all(fault["remedy"] for fault in told.said["errors"])
    assert "121212" not in json.dumps(told.said)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"journey": "office-visit", "journey": "phone-call"}',
        b'{"contacts": [{"unit": "north", "unit": "south"}]}',
        b'{"start": NaN}',
        b'{"start": ' + b"9" * 5000 + b"}",
        b'{"start": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"start": "x"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"start": [[[[[[[[[]]]]]]]]]}',
        b"{} {}",
        b"\x00",
    ],
)
async def test_what_is_no_clear_json_is_refused(refused: System, body: bytes) -> None:
    """Broken, doubled, endless, deep or wrongly encoded JSON is 400, in words."""
    told = await refused.sent(body)
    assert (told.status, told.kind) == (400, "unreadable")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("body", [b"[]", b"null", b"17", b'"x"', b"[{}]", b'{"contacts": {}}', b'{"contacts": null}'])
async def test_json_of_another_shape_is_refused(refused: System, body: bytes) -> None:
    """What is JSON but no contact is 422."""
    assert (await refused.sent(body)).status == 422


async def test_halves_of_characters_are_refused(all_units: System) -> None:
    """A lone surrogate, as a value or as a name, is told and breaks nothing."""
    told = await all_units.sent(b'{"journey":"\\ud800","start":"2026-11-18T10:00","unit":"north"}')
    assert (told.status, told.pointers) == (422, ["/journey"])
    told = await all_units.sent(b'{"\\udfff":1}')
    assert told.status == 422


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("application/json; charset=utf-16", {}),
        ("application/json", {"Content-Encoding": "gzip"}),
        ("application/merge-patch+json", {}),
    ],
)
async def test_another_media_type_is_refused(refused: System, kind: str, more: dict[str, str]) -> None:
    """Only JSON in UTF-8, as it is."""
    told = await refused.sent(json.dumps(VISIT).encode(), kind, **more)
    assert (told.status, told.kind) == (415, "wrong-media-type")


async def test_a_change_may_be_a_merge_patch(all_units: System) -> None:
    """PATCH takes application/merge-patch+json too."""
    path = f"/contacts/{(await all_units.post(VISIT)).said['id']}"
    headers = {"Content-Type": "application/merge-patch+json; charset=UTF-8"}
    assert (await all_units.call("PATCH", path, data=b'{"outcome":"denied"}', headers=headers)).status == 200


async def test_a_huge_body_is_refused(all_units: System) -> None:
    """Beyond 1 MiB: by its length at once, without a length as soon as it is over."""
    headers = {"Content-Type": "application/json"}
    huge = io.BytesIO(b" " * (1024 * 1024 + 1))
    assert (await all_units.call("POST", "/contacts", data=huge, headers=headers)).kind == "too-large"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    told = await all_units.call("POST", "/contacts", data=endless(), headers=headers)
    assert told.kind == "too-large"


async def test_what_is_not_there_and_what_can_not_be_done_are_problems(all_units: System) -> None:
    """404 and 405 are problem documents too; 405 names what can be done."""
    for path in (
        "/nothing",
        "/contacts/",
        "/contacts/a/b",
        "/contacts/%00",
        "/contacts/a%0Ab",
        "%0A/contacts",
        "/contacts/" + "x" * 5000,
    ):
        assert (await all_units.call("GET", path)).status == 404
    told = await all_units.call("PUT", "/contacts", json={})
    assert (told.status, told.headers["Allow"]) == (405, "GET, POST")
    assert (await all_units.call("POST", "/openapi.json")).headers["Allow"] == "GET"


async def test_headers_without_end_are_refused(all_units: System) -> None:
    """The server bounds headers before the API sees them, and goes on."""
    many = {f"X-{number}": "y" * 100 for number in range(10_000)}
    with contextlib.suppress(aiohttp.ClientError):
        async with all_units.session.get("/api/v1/vocabulary", headers=many) as response:
            assert response.status in (400, 431)
    assert (await all_units.call("GET", "/vocabulary")).status == 200


async def test_a_failure_tells_nothing_of_the_inside(
    here: Site, all_units: System, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What breaks is logged for maintainers by its route; the answer is a plain 500."""

    def broken(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(type(here.house.rooms.contacts), "register", broken)
    told = await all_units.post({**VISIT, "reference": "A-1"})
    assert (told.status, told.kind) == (500, "failed")
    assert "secret" not in json.dumps(told.said)
    assert "a call failed: POST /v1/contacts" in caplog.text
    assert "A-1" not in caplog.text


async def test_nothing_of_a_call_is_logged(all_units: System, caplog: pytest.LogCaptureFixture) -> None:
    """References, codes and keys stay out of the logs."""
    caplog.set_level(0, "kundresa")
    told = await all_units.post({**VISIT, "reference": "A-1"})
    await all_units.call("GET", "/contacts?reference=A-1")
    code = str(told.said["link"]).rpartition("/")[2]
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("kundresa", "uvicorn"))
    )
    assert not any(part in ours for part in ("A-1", code, "kr_"))


async def test_what_is_remembered_of_a_call_names_nobody(here: Site, all_units: System) -> None:
    """Of a call with an Idempotency-Key ids are kept: no reference, no link, no code."""
    told = await all_units.post({**VISIT, "reference": "A-1"}, **{"Idempotency-Key": "once"})
    kept = await here.house.store.read(_remembered)
    assert str(told.said["id"]) in kept
    assert "A-1" not in kept
    assert str(told.said["link"]).rpartition("/")[2] not in kept


def test_local_times_are_the_organisations_own() -> None:
    """Without an offset it is local; twice is the first; what the clocks skip is refused."""
    zone = ZoneInfo("Europe/Stockholm")
    assert moment("2026-11-18T10:00", zone).isoformat() == "2026-11-18T09:00:00+00:00"
    assert moment("2026-11-18t10:00:00.123456789z", zone).isoformat() == "2026-11-18T10:00:00.123456+00:00"
    assert moment("2026-11-18 10:00-05:00", zone).isoformat() == "2026-11-18T15:00:00+00:00"
    assert moment("2026-10-25T02:30", zone).isoformat() == "2026-10-25T00:30:00+00:00"
    assert moment("2026-10-25T02:30+01:00", zone).isoformat() == "2026-10-25T01:30:00+00:00"
    with pytest.raises(MomentRefused, match="the clocks are set forward"):
        moment("2026-03-29T02:30", zone)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.sampled_from([*NewContact.__struct_fields__, "contacts", "unti"])


@examples(300, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(_FIELDS, _JSON, max_size=6) | _JSON)
def test_wild_json_is_read_or_told(value: object) -> None:
    """Whatever JSON comes, it is read as what is taken, or its faults are told; nothing else is raised."""
    try:
        body = parsed(json.dumps(value).encode())
    except ApiRefused:
        return
    for takes in (NewContact, Changes, NewContacts):
        found = read(body, takes)
        if isinstance(found, list):
            assert found
            assert all(fault.pointer is not None and fault.remedy for fault in found)
            json.dumps([fault.detail for fault in found]).encode()


@examples(300, database=None)
@given(st.binary(max_size=60))
def test_wild_bytes_are_json_or_told(value: bytes) -> None:
    """Whatever bytes come, they are JSON or refused."""
    with contextlib.suppress(ApiRefused):
        parsed(value)


def test_a_bucket_empties_and_fills() -> None:
    """So many at once, then as many as have come back since; what is refused takes nothing."""
    passed = [0.0]
    bucket = Buckets(2, 4, lambda: passed[0])
    assert [bucket.take("a").allowed for _ in range(5)] == [True, True, True, True, False]
    assert bucket.take("b").left == 3
    refused = bucket.take("a", 3)
    assert (refused.wait, refused.full_in, bucket.window) == (2, 2, 2)
    passed[0] = 1.0
    assert [bucket.take("a").allowed for _ in range(3)] == [True, True, False]
    passed[0] = 100.0
    assert bucket.look("a").left == 4


def test_buckets_do_not_grow_without_end() -> None:
    """Of too many callers, whoever called longest ago is forgotten."""
    bucket = Buckets(1, 2, lambda: 0.0)
    for number in range(MOST_BUCKETS + 50):
        bucket.take(str(number))
    assert bucket.look(str(MOST_BUCKETS + 49)).left == 1
    assert bucket.look("0").left == 2


def _is_described(method: str, path: str, status: int) -> bool:
    """Whether the API's description has this status for this call; what it does not describe is not there."""
    own = {problem.status for problem in (NO_KEY, TOO_MANY, FAILED)}
    for one in OPERATIONS:
        if one.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/?]+", one.path) + r"(\?.*)?", path, re.DOTALL):
            return status in own | set(one.gives) | {problem.status for problem in one.problems}
    return status in (404, 405)


async def _found(caller: System, query: str) -> list[object]:
    told = await caller.call("GET", f"/contacts?{query}")
    return [one["id"] for one in told.said["contacts"]]


def _contacts(tx: Transaction) -> int:
    return tx.count("SELECT count(*) FROM contacts")


def _remembered(tx: Transaction) -> str:
    assert facts.reply_to(tx, "nothing") is None
    return str(tx.value("SELECT group_concat(CAST(reply AS TEXT)) FROM requests WHERE id LIKE 'api-%'"))
