"""Keys of case systems: made, shown once, revoked; who is let in with one, and how often; and their page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette

from bot import openings
from bot.api.api import routes
from bot.api.callers import WRONG_AT_ONCE, Limits
from bot.api.limits import Buckets
from bot.api_keys import ApiKeyRefused, ApiKeys
from bot.keys import code_hash
from bot.organisation import UnknownCode
from bot.store.api_keys import ApiKey
from bot.store.database import Transaction
from tests.browser import DESK, IN_EACH_LANGUAGE, NARROWEST, browsing, faults_by_day_and_night
from tests.house import House
from tests.site import Site, site

VOCABULARY = "/api/v1/vocabulary"
KEYS = "/console/keys"


async def _made(house: House, name: str = "System", unit: str | None = None, request: str = "r") -> tuple[ApiKey, str]:
    room: ApiKeys = house.rooms.api_keys
    key, token = await house.store.write(
        lambda tx: room.make(tx, name=name, unit=unit, made_by="m", request=request, now=house.now)
    )
    assert token is not None
    return key, token


class Caller:
    """A program that calls the API of a house, from one network address."""

    def __init__(self, house: House, limits: Limits | None = None, address: str = "192.0.2.1") -> None:
        opened = openings.House(house.store, house.premises, house.rooms)
        self._app = Starlette(routes=routes(opened, lambda: house.now, lambda: None, limits))
        self._address = address

    async def get(self, token: str, address: str = "", scheme: str = "Bearer ") -> httpx.Response:
        """Ask for the vocabulary."""
        transport = httpx.ASGITransport(self._app, client=(address or self._address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(VOCABULARY, headers={"Authorization": scheme + token} if token else {})


async def test_only_a_hash_of_a_key_is_kept(house: House) -> None:
    """Neither the table nor what is remembered of the request holds the key."""
    _, token = await _made(house)
    assert re.fullmatch(r"kr_[A-Za-z0-9_-]{43}", token)

    def kept(tx: Transaction) -> str:
        return str(tx.value("SELECT hex(key_hash) || name || CAST(reply AS TEXT) FROM api_keys, requests"))

    found = await house.store.read(kept)
    assert code_hash(token).hex().upper() in found
    assert token not in found
    assert token[3:] not in found


async def test_a_form_sent_twice_makes_one_key(house: House) -> None:
    """The same request again gives the same key, and no token."""
    key, _ = await _made(house)
    again = await house.store.write(
        lambda tx: house.rooms.api_keys.make(tx, name="System", unit=None, made_by="m", request="r", now=house.now)
    )
    assert again == (key, None)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
async def test_a_key_needs_a_name(house: House, name: str) -> None:
    """Without a name, or with one that can't be shown, no key is made."""
    with pytest.raises(ApiKeyRefused, match="A name has 1 to 80 characters"):
        await _made(house, name)
    with pytest.raises(UnknownCode):
        await _made(house, unit="nowhere")
    assert await house.store.read(house.rooms.api_keys.every) == []


@pytest.mark.parametrize(
    ("scheme", "token"),
    [
        ("", ""),
        ("Basic ", "x"),
        ("Bearer", ""),
        ("Bearer ", "kr_" + "x" * 43),
        ("Bearer ", "x" * 5000),
        ("Bearer ", "kr_' OR 1=1 --"),
        ("Token ", "{token}"),
        ("Bearer ", "{token}x"),
        ("Bearer ", "{hash}"),
    ],
)
async def test_without_a_valid_key_nobody_is_let_in(house: House, scheme: str, token: str) -> None:
    """Missing, malformed and wrong keys look the same: 401, and how to show a key."""
    _, good = await _made(house)
    tried = token.format(token=good, hash=code_hash(good).hex()) if "'" not in token else token
    told = await Caller(house).get(tried, scheme=scheme)
    assert (told.status_code, told.headers["content-type"]) == (401, "application/problem+json")
    assert told.headers["www-authenticate"].startswith("Bearer")
    assert told.json()["type"].endswith("/no-key")
    assert good[3:] not in told.text


async def test_a_revoked_key_lets_nobody_in_at_once(house: House) -> None:
    """It is refused from the next call on, though it was good a moment before; revoking again does nothing."""
    key, token = await _made(house)
    caller = Caller(house)
    assert (await caller.get(token)).status_code == 200
    assert await house.store.write(house.rooms.api_keys.revoke, key.id, house.now)
    assert (await caller.get(token)).status_code == 401
    assert not await house.store.write(house.rooms.api_keys.revoke, key.id, house.now)
    with pytest.raises(ApiKeyRefused, match="no key nothing"):
        await house.store.write(house.rooms.api_keys.revoke, "nothing", house.now)


async def test_use_is_noted_every_few_minutes(house: House) -> None:
    """When a key was used is kept, but not with every call."""
    key, token = await _made(house)
    caller = Caller(house)
    used = []
    for later in (0, 4, 2):
        house.now += timedelta(minutes=later)
        await caller.get(token)
        used.append((await house.store.read(house.rooms.api_keys.found, key.id)).last_used_at)
    assert used == [house.now - timedelta(minutes=6), house.now - timedelta(minutes=6), house.now]


async def test_each_key_may_call_so_often(house: House) -> None:
    """The headers count down; then 429 says how long to wait; another key is not held up."""
    _, token = await _made(house)
    _, other = await _made(house, request="r2")
    passed = [0.0]
    limits = Limits(Buckets(1, 3, lambda: passed[0]), Buckets(1, 10, lambda: passed[0]))
    caller = Caller(house, limits)
    told = [await caller.get(token) for _ in range(4)]
    assert [one.status_code for one in told] == [200, 200, 200, 429]
    assert [one.headers["ratelimit"] for one in told] == [f'"calls";r={n};t={3 - n}' for n in (2, 1, 0, 0)]
    assert told[0].headers["ratelimit-policy"] == '"calls";q=3;w=3'
    assert told[3].headers["retry-after"] == "1"
    assert told[3].json()["type"].endswith("/too-many")
    assert (await caller.get(other)).status_code == 200
    passed[0] = 1.0
    assert (await caller.get(token)).status_code == 200


async def test_wrong_keys_are_limited_by_network_address(house: House) -> None:
    """After ten wrong ones nobody unknown is looked up from there; who called with a good key before still is."""
    _, token = await _made(house)
    _, unknown = await _made(house, request="r2")
    passed = [0.0]
    caller = Caller(house, Limits(Buckets(9, 99), Buckets(1 / 6, WRONG_AT_ONCE, lambda: passed[0])))
    assert (await caller.get(token)).status_code == 200
    wrong = "kr_" + "x" * 43
    assert [(await caller.get(wrong)).status_code for _ in range(12)] == [401] * 10 + [429] * 2
    waiting = await caller.get(unknown)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "6")
    assert (await caller.get(token)).status_code == 200
    assert (await caller.get(unknown, address="192.0.2.2")).status_code == 200
    passed[0] = 6.0
    assert (await caller.get(wrong)).status_code == 401


async def test_addresses_of_one_ipv6_network_count_as_one(house: House) -> None:
    """Who has a whole network of addresses gets no more tries by using them."""
    caller = Caller(house)
    told = [await caller.get("wrong", address=f"2001:db8::{number:x}") for number in range(1, 13)]
    assert [one.status_code for one in told] == [401] * 10 + [429] * 2
    assert (await caller.get("wrong", address="2001:db8:0:1::1")).status_code == 401


async def test_many_contacts_count_as_several_calls(house: House) -> None:
    """A list that is more than is left is refused whole, before anything of it is registered."""
    _, token = await _made(house)
    passed = [0.0]
    opened = openings.House(house.store, house.premises, house.rooms)
    limits = Limits(Buckets(1, 5, lambda: passed[0]), Buckets(1, 1))
    app = Starlette(routes=routes(opened, lambda: house.now, lambda: None, limits))
    rows = [{"journey": "office-visit", "start": "2026-11-18T10:00"}] * 50
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        refused = await client.post("/api/v1/contacts", json={"contacts": rows}, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM contacts")) == 0
        passed[0] = 10.0
        taken = await client.post("/api/v1/contacts", json={"contacts": rows[:40]}, headers=headers)
        assert (taken.status_code, taken.json()["registered"]) == (200, 40)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    """A running house."""
    async with site(tmp_path) as made:
        yield made


async def _form(session: aiohttp.ClientSession, path: str = KEYS) -> dict[str, str]:
    async with session.get(path) as response:
        assert response.status == 200
        return dict(re.findall(r'name="(token|request_id)" value="([^"]+)"', await response.text()))


async def test_an_admin_makes_a_key_and_it_is_shown_once(here: Site) -> None:
    """The answer shows the key, with an example; sent again it does not; the list never does. It is noted."""
    async with here.client(await here.member("admin", language="en")) as session:
        form = {**await _form(session), "name": " The case   system ", "unit": "main"}
        async with session.post(KEYS, data=form) as response:
            shown = await response.text()
            assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
        (token,) = re.findall(r"kr_[A-Za-z0-9_-]{43}", shown)
        assert f"curl {here.url}/api/v1/contacts" in shown
        async with session.post(KEYS, data=form) as response:
            again = await response.text()
        assert "kr_" not in re.sub(r"kr_\.\.\.", "", again)
        assert "can&#39;t be shown again" in again
        async with session.get(KEYS) as response:
            listed = await response.text()
        assert "The case system" in listed
        assert token not in listed
    (key,) = await here.house.store.read(here.house.rooms.api_keys.every)
    assert key.unit == "main"
    assert await _noted(here) == [("key-made", key.id)]
    assert await _status(here, token) == 200


async def test_an_admin_revokes_a_key(here: Site) -> None:
    """Asked once more first; then the key lets nobody in, and it is noted once."""
    room = here.house.rooms.api_keys
    key, token = await here.house.store.write(
        lambda tx: room.make(tx, name="Old", unit=None, made_by="m", request="r", now=here.clock.now)
    )
    path = f"{KEYS}/{key.id}/revoke"
    async with here.client(await here.member("admin", language="en")) as session:
        for _ in range(2):
            async with session.get(path) as response:
                assert "Revoke the key: Old" in await response.text()
            async with session.post(path, data=await _form(session)) as response:
                assert "The key is revoked." in await response.text()
        async with session.post(f"{KEYS}/nothing/revoke", data=await _form(session)) as response:
            assert response.status == 409
    assert await _noted(here) == [("key-revoked", key.id)]
    assert await _status(here, token) == 401


async def test_a_key_without_name_is_told_beside_the_field(here: Site) -> None:
    """What was written stays, the fault stands beside its field, and no key is made."""
    async with here.client(await here.member("admin", language="en")) as session:
        form = {**await _form(session), "name": " ", "unit": "main"}
        async with session.post(KEYS, data=form) as response:
            told = await response.text()
            assert response.status == 422
        assert 'aria-invalid="true"' in told
        assert 'id="name-fault"' in told
        assert re.search(r'value="main" selected', told)
    assert await here.house.store.read(here.house.rooms.api_keys.every) == []


@pytest.mark.parametrize("role", ["staff", "analyst", None])
async def test_keys_are_for_admins_alone(here: Site, role: str | None) -> None:
    """Others see no key, make none and revoke none, whatever they send."""
    cookie = await here.member(role) if role is not None else ""  # type: ignore[arg-type]
    room = here.house.rooms.api_keys
    key, _ = await here.house.store.write(
        lambda tx: room.make(tx, name="Secret name", unit=None, made_by="m", request="r", now=here.clock.now)
    )
    async with here.client(cookie) as session:
        for method, path in (
            ("GET", KEYS),
            ("POST", KEYS),
            ("GET", f"{KEYS}/{key.id}/revoke"),
            ("POST", f"{KEYS}/{key.id}/revoke"),
        ):
            data = {"name": "x", "unit": ""} if method == "POST" else None
            async with session.request(method, path, data=data, allow_redirects=False) as response:
                assert response.status == (303 if role is None else 403)
                assert "Secret name" not in await response.text()
    (left,) = await here.house.store.read(room.every)
    assert left.revoked_at is None


async def test_a_forged_form_makes_no_key(here: Site) -> None:
    """Without the session's token, or from another site, nothing is done."""
    async with here.client(await here.member("admin")) as session:
        form = {**await _form(session), "name": "x", "unit": ""}
        async with session.post(KEYS, data={**form, "token": "x" * 22}) as response:
            assert response.status == 400
        async with session.post(KEYS, data=form, headers={"Sec-Fetch-Site": "cross-site"}) as response:
            assert response.status == 403
    assert await here.house.store.read(here.house.rooms.api_keys.every) == []


async def test_an_admin_of_one_unit_has_its_keys_alone(here: Site) -> None:
    """They see, make and revoke keys of their unit: none for every unit."""
    room = here.house.rooms.api_keys
    key, _ = await here.house.store.write(
        lambda tx: room.make(tx, name="For all", unit=None, made_by="m", request="r", now=here.clock.now)
    )
    async with here.client(await here.member("admin", unit="main", language="en")) as session:
        async with session.get(KEYS) as response:
            assert "For all" not in await response.text()
        form = await _form(session)
        async with session.post(KEYS, data={**form, "name": "x", "unit": ""}) as response:
            assert response.status == 403
        async with session.post(f"{KEYS}/{key.id}/revoke", data=form) as response:
            assert response.status == 409
        async with session.post(KEYS, data={**form, "name": "x", "unit": "main"}) as response:
            assert response.status == 200
    every = await here.house.store.read(room.every)
    assert {one.name: one.revoked_at for one in every} == {"For all": None, "x": None}


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_the_pages_can_be_used_by_everybody(here: Site, language: str) -> None:
    """axe finds nothing on them in any language, light or dark, and nothing is wider than the narrowest screen."""
    async with browsing() as browser:
        context = await browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="reduce")
        cookie = await here.member("admin", language=language)
        await context.add_cookies([{"name": "kundresa-staff", "value": cookie, "url": here.url}])
        page = await context.new_page()
        await page.goto(f"{here.url}{KEYS}")
        assert await faults_by_day_and_night(page) == []
        await page.keyboard.press("Tab")
        async with page.expect_navigation():
            await page.click("main form button")
        assert await faults_by_day_and_night(page) == []
        await page.fill("#name", f"System {language}")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".once")
        assert await faults_by_day_and_night(page) == []
        await page.set_viewport_size({"width": NARROWEST[0], "height": NARROWEST[1]})
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROWEST[0]
        await page.goto(f"{here.url}{KEYS}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROWEST[0]
        async with page.expect_navigation():
            await page.click("tbody a")
        assert await faults_by_day_and_night(page) == []
        await page.click("main form button")
        await page.wait_for_selector("[role=status]")
        await context.close()
    every = await here.house.store.read(here.house.rooms.api_keys.every)
    assert [key.revoked_at is not None for key in every] == [True]


async def test_calls_at_the_same_moment_are_each_let_in(here: Site) -> None:
    """Thirty calls at once with a new key are all answered."""
    room = here.house.rooms.api_keys
    _, token = await here.house.store.write(
        lambda tx: room.make(tx, name="Busy", unit=None, made_by="m", request="r", now=here.clock.now)
    )
    async with aiohttp.ClientSession(here.url, headers={"Authorization": f"Bearer {token}"}) as system:

        async def call() -> int:
            async with system.get(VOCABULARY) as response:
                return response.status

        assert await asyncio.gather(*(call() for _ in range(30))) == [200] * 30


async def _status(here: Site, token: str | None) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with here.client() as session, session.get(VOCABULARY, headers=headers) as response:
        return response.status


async def _noted(here: Site) -> list[tuple[str, str]]:
    def noted(tx: Transaction) -> list[tuple[str, str]]:
        found = str(tx.value("SELECT group_concat(action || ' ' || subject) FROM audit WHERE action LIKE 'key-%'"))
        return [(action, subject) for action, _, subject in (one.partition(" ") for one in found.split(","))]

    return await here.house.store.read(noted)
