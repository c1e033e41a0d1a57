"""Where an invitation leads: looking gives nothing away and binds nothing; beginning is a form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.open_invitations import About
from bot.store import facts
from bot.store.database import Transaction
from tests.house import MONDAY
from tests.site import Site, site
from tests.web_citizen import COOKIE, Answer, Citizen, citizen

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPOKEN_TRIES = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    async with site(tmp_path_factory.mktemp("landing")) as place:
        yield place


@pytest_asyncio.fixture(loop_scope="module")
async def somebody(place: Site) -> AsyncIterator[Citizen]:
    """Somebody new."""
    async with citizen(place, **{"Accept-Language": "sv"}) as somebody:
        yield somebody


@dataclass
class _Number:
    number: int


def _count(table: str) -> Callable[[Transaction], int]:
    def counted(tx: Transaction) -> int:
        return tx.count(f"SELECT COUNT(*) FROM {table}")

    return counted


async def test_the_page_says_who_asks_about_what_and_for_how_long(place: Site, somebody: Citizen) -> None:
    """Organisation, service, day, time it takes, and that it is voluntary."""
    registered = await place.register()
    page = await somebody.get(f"/s/{registered.code}")
    assert page.status == 200
    for told in ("den här organisationen", "Kundtjänst", "16 november", "en eller ett par minuter", "frivilligt"):
        assert told in page.text


async def test_looking_binds_nothing_and_leaves_no_trace(place: Site, somebody: Citizen) -> None:
    """Programs that open links of mails and chats change nothing, however often, and get no cookie."""
    registered = await place.register()
    before = [await place.house.store.read(_count(table)) for table in ("persons", "web_sessions", "inbox")]
    for _ in range(3):
        page = await somebody.get(f"/s/{registered.code}")
    assert "Set-Cookie" not in page.headers
    assert before == [await place.house.store.read(_count(table)) for table in ("persons", "web_sessions", "inbox")]
    assert (await somebody.begin(registered.code)).taps


async def test_the_language_is_the_contacts_then_the_browsers_then_the_one_asked_for(place: Site) -> None:
    """Whoever registered the contact knows it best, but whoever reads may choose."""
    finnish, unknown = await place.register(language="fi"), await place.register()
    async with citizen(place, **{"Accept-Language": "en-GB,en;q=0.8"}) as reader:
        assert '<html lang="fi">' in (await reader.get(f"/s/{finnish.code}")).page
        assert '<html lang="en">' in (await reader.get(f"/s/{unknown.code}")).page
        assert '<html lang="sv">' in (await reader.get(f"/s/{finnish.code}?lang=sv")).page


async def test_wrong_used_expired_and_cancelled_codes_look_the_same(place: Site, somebody: Citizen) -> None:
    """To a stranger they are one page, byte for byte but for nothing; a form sent with them gets it too."""
    used, cancelled = await place.register(), await place.register()
    async with citizen(place) as other:
        await other.begin(used.code)
    rooms, store = place.house.rooms, place.house.store
    await store.write(rooms.changes.cancel, cancelled.id, place.clock())
    expired = await place.register()
    pages = [await somebody.get(f"/s/{code}") for code in ("W1P8IxHlgWOcIPfblWHqCQ", "x", used.code, cancelled.code)]
    place.clock.now += timedelta(days=400)
    try:
        pages.append(await somebody.get(f"/s/{expired.code}"))
    finally:
        place.clock.now = MONDAY
    assert {page.status for page in pages} == {404}
    assert len({page.page for page in pages}) == 1
    assert "Set-Cookie" not in pages[0].headers
    token = place.house.premises.keyring.form_token(str(used.code).encode())
    posted = await somebody.post(f"/s/{used.code}", {"token": token, "id": "a" * 22})
    assert (posted.status, posted.page) == (404, pages[0].page)


async def test_beginning_needs_the_pages_own_form(place: Site, somebody: Citizen) -> None:
    """Another site's form, one without its token, and one that is no form begin nothing."""
    registered = await place.register()
    landing = await somebody.get(f"/s/{registered.code}")
    path = f"/s/{registered.code}"
    assert (await somebody.post(path, landing.hidden, **{"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await somebody.post(path, {**landing.hidden, "token": "forged"})).status == 400
    assert (await somebody.post(path, {"id": "a" * 22})).status == 400
    assert (await somebody.begin(registered.code)).taps


async def test_the_same_form_sent_twice_begins_once(place: Site, somebody: Citizen) -> None:
    """A double click gives two answers, each with a session, of one and the same person."""
    registered = await place.register()
    landing = await somebody.get(f"/s/{registered.code}")
    people = await place.house.store.read(_count("persons"))
    async with citizen(place) as same:
        for browser in (somebody, same):
            assert (await browser.post(f"/s/{registered.code}", landing.hidden)).status == 303
        assert await place.house.store.read(_count("persons")) == people + 1
        first, second = await somebody.get("/c/"), await same.get("/c/")
    assert first.taps
    assert first.taps == second.taps


async def test_many_who_begin_at_once_are_all_asked(place: Site) -> None:
    """Nobody is led on before their own row was taken, however many others' are taken meanwhile."""

    async def begins(code: str | None) -> Answer:
        async with citizen(place) as one:
            return await one.begin(code)

    codes = [(await place.register()).code for _ in range(24)]
    pages = await asyncio.gather(*map(begins, codes))
    assert [page.status for page in pages] == [200] * 24
    assert all(page.taps for page in pages)


async def test_a_form_sent_again_later_opens_nothing(place: Site, somebody: Citizen) -> None:
    """Whoever uses the computer next can't become the one before by sending their form again."""
    registered = await place.register()
    landing = await somebody.get(f"/s/{registered.code}")
    await somebody.post(f"/s/{registered.code}", landing.hidden)
    place.clock.now += timedelta(minutes=10)
    try:
        async with citizen(place) as other:
            assert (await other.post(f"/s/{registered.code}", landing.hidden)).status == 404
    finally:
        place.clock.now = MONDAY


async def test_the_cookie_is_one_and_closed(place: Site, somebody: Citizen) -> None:
    """One first-party cookie, out of reach of scripts; only its hash is stored."""
    registered = await place.register()
    landing = await somebody.get(f"/s/{registered.code}")
    begun = await somebody.post(f"/s/{registered.code}", landing.hidden)
    cookie = begun.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for told in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert told in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    assert len(value) >= 43
    database = place.house.store.path
    await place.house.store.checkpoint()
    assert value.encode() not in database.read_bytes()


async def test_by_https_the_cookie_is_this_hosts_alone(tmp_path: Path) -> None:
    """The prefix __Host- keeps sisters under the same domain from setting it."""
    async with site(tmp_path, {"KUNDRESA_PUBLIC_URL": "https://fraga.example.org"}) as place:
        registered = await place.register()
        async with citizen(place) as somebody:
            landing = await somebody.get(f"/s/{registered.code}")
            begun = await somebody.post(f"/s/{registered.code}", landing.hidden)
    assert begun.headers["Set-Cookie"].startswith("__Host-kundresa=")
    assert "Secure" in begun.headers["Set-Cookie"]


async def test_whoever_has_begun_is_led_on(place: Site, somebody: Citizen) -> None:
    """The same link, opened once more in the browser it began in, leads to the chat."""
    registered = await place.register()
    await somebody.begin(registered.code)
    again = await somebody.get(f"/s/{registered.code}")
    assert (again.status, again.headers["Location"]) == (303, "/c/")


async def test_a_second_invitation_belongs_to_the_same_person_unless_they_say_otherwise(
    place: Site, somebody: Citizen
) -> None:
    """On a shared computer somebody else begins anew; the one before keeps what is theirs."""
    first, second, third = [await place.register() for _ in range(3)]
    await somebody.begin(first.code)
    people = await place.house.store.read(_count("persons"))
    landing = await somebody.get(f"/s/{second.code}")
    assert "Är det du?" in landing.text
    await somebody.begin(second.code)
    assert await place.house.store.read(_count("persons")) == people
    await somebody.begin(third.code, anew="1")
    assert await place.house.store.read(_count("persons")) == people + 1
    assert (await somebody.get(f"/s/{first.code}")).status == 404


async def test_telegram_is_an_equal_way_where_it_is_known_and_allowed(place: Site, somebody: Citizen) -> None:
    """With the bot's name known the page has two ways of one kind; a service for the web alone has one."""
    registered = await place.register()
    assert "t.me" not in (await somebody.get(f"/s/{registered.code}")).page
    await place.house.store.write(facts.put, "telegram_username", b"fraga_bot")
    try:
        page = await somebody.get(f"/s/{registered.code}")
        assert f"https://t.me/fraga_bot?start={registered.code}" in page.page
        assert page.page.count("main way") == 2
    finally:
        await place.house.store.write(_forget_name)


def _forget_name(tx: Transaction) -> None:
    tx.run("DELETE FROM facts WHERE name = 'telegram_username'")


async def test_a_poster_leads_in_too(place: Site, somebody: Citizen) -> None:
    """Whoever scans a poster is asked when they were there, in the browser as in the other chat."""
    about = About("office-visit", "main", "general", "visit", None)
    room, now = place.house.rooms.open_invitations, place.clock()
    poster = await place.house.store.write(room.make_poster, about, now + timedelta(days=30), now)
    code = place.house.premises.keyring.code(poster)
    chat = await somebody.begin(code)
    assert "I dag" in chat.taps
    assert (await somebody.taps("I dag")).taps


async def test_a_code_told_aloud_leads_to_its_link(place: Site, somebody: Citizen) -> None:
    """Typed with or without its hyphen, in either case."""
    registered = await place.register()
    spoken = await place.house.store.write(place.house.rooms.invitations.speak, registered.id, place.clock())
    assert spoken is not None
    front = await somebody.get("/")
    found = await somebody.post("/", {**_tokens(front), "code": spoken.code.lower().replace("-", " ")})
    assert (found.status, found.headers["Location"]) == (303, f"/s/{registered.code}")


async def test_guessing_codes_is_slowed_by_network_and_right_looks_like_wrong(tmp_path: Path) -> None:
    """After five wrong codes even a right one is answered as a wrong one, until the wait is over."""
    async with site(tmp_path) as place, citizen(place, **{"Accept-Language": "en"}) as somebody:
        registered = await place.register()
        spoken = await place.house.store.write(place.house.rooms.invitations.speak, registered.id, place.clock())
        assert spoken is not None
        front = await somebody.get("/")
        wrong: list[Answer] = []
        for place_ in range(SPOKEN_TRIES):
            wrong.append(await somebody.post("/", {**_tokens(front), "code": f"FKLM-234{place_ + 3}"}))
        assert {one.status for one in wrong} == {400}
        blocked = await somebody.post("/", {**_tokens(front), "code": spoken.code})
        assert blocked.status == 400
        assert "can't be used just now" in blocked.text
        place.clock.now += timedelta(minutes=11)
        assert (await somebody.post("/", {**_tokens(front), "code": spoken.code})).status == 303


async def test_what_looks_like_no_code_is_answered_beside_the_field(place: Site, somebody: Citizen) -> None:
    """In words, tied to the field, and what was typed stands there still, as text."""
    front = await somebody.get("/")
    odd = await somebody.post("/", {**_tokens(front), "code": '"><script>'})
    assert odd.status == 400
    assert 'aria-invalid="true"' in odd.page
    assert 'id="code-fault"' in odd.page
    assert "<script>" not in odd.page
    assert "Skriv koden först" in (await somebody.post("/", {**_tokens(front), "code": " "})).text


async def test_nothing_tells_where_somebody_came_from(place: Site, somebody: Citizen) -> None:
    """The code in the address goes to nobody, and the page is kept by no cache and indexed by nobody."""
    registered = await place.register()
    page = await somebody.get(f"/s/{registered.code}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex' in page.page


def _tokens(page: Answer) -> dict[str, str]:
    found = page.page.partition('name="token" value="')[2].partition('"')[0]
    return {"token": found}
