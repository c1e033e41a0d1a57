"""The citizen's pages, attacked: passes and links handed on, other sites' forms, odd requests, and what logs tell."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from yarl import URL

from bot import logs
from bot.arrivals import Arrival, Said
from bot.store import facts
from bot.store.database import Transaction
from flows.vocabulary import vocabulary
from tests.bot_process import free_port
from tests.site import Site, site
from tests.web_citizen import Answer, Citizen, citizen

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ADDRESS = re.compile(r'(?:href|action|src|hx-post|hx-get|sse-connect)="([^"#?][^"]*)"')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, whose bot in Telegram is known."""
    async with site(tmp_path_factory.mktemp("attacks")) as place:
        await place.house.store.write(facts.put, "telegram_username", b"fraga_bot")
        yield place


def _count(table: str) -> Callable[[Transaction], int]:
    return lambda tx: tx.count(f"SELECT COUNT(*) FROM {table}")


async def test_a_link_that_was_passed_on_opens_no_other_door(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """Whoever came by a return link gets no pass: with one they would see and erase everything in Telegram."""
    back = await elsewhere.comes_back(somebody)
    assert "/c/telegram" not in back.seen.page
    passes = await place.house.store.read(_count("door_passes"))
    refused = await back.post("/c/telegram", back.seen.hidden)
    assert refused.status == 403
    assert "t.me" not in refused.page
    assert await place.house.store.read(_count("door_passes")) == passes


@pytest.mark.parametrize("wanted", ["mydata", "erase"])
async def test_no_words_of_any_language_show_or_erase_by_a_link(
    place: Site, somebody: Citizen, elsewhere: Citizen, wanted: str
) -> None:
    """Every word and command that stands for "my data" or "erase", in each language."""
    back = await elsewhere.comes_back(somebody)
    words = [word for word, wish in vocabulary().wishes.items() if wish == wanted]
    assert len(words) > 5
    answers = await place.house.store.read(_count("answers"))
    for word in words:
        for text in (word, f"/{word.replace(' ', '_')}@fraga_bot", f"  {word.upper()}! "):
            page = await back.says(text)
            assert "Yes, erase everything" not in page.taps, text
            assert somebody.said not in page.text, text
    assert await place.house.store.read(_count("answers")) == answers


async def test_buttons_of_the_whole_session_are_not_for_who_came_by_the_link(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """The row that offered to erase, asked for before and after they came: neither is theirs to tap."""
    await somebody.does(do="erase")
    early = somebody.seen.taps["Yes, erase everything"]
    back = await elsewhere.comes_back(somebody)
    await somebody.get("/c/")
    await somebody.does(do="erase")
    late = somebody.seen.taps["Yes, erase everything"]
    persons = await place.house.store.read(_count("persons"))
    for tap in (early, late):
        await back.get("/c/")
        await back.post("/c/", {**back.seen.hidden, "tap": tap})
    assert await place.house.store.read(_count("persons")) == persons
    await somebody.get("/c/")
    assert (await somebody.get("/c/my-data")).status == 200


async def test_who_came_by_the_link_changes_no_earlier_answer(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """In words as little as by the button: the open question stays open, and nothing of before is told."""
    back = await elsewhere.comes_back(somebody)
    answers = await place.house.store.read(_count("answers"))
    for word in ("change", "ändra", "muuta", "/change"):
        asked = {label for label in back.seen.taps if label not in ("Skip", "Later")}
        page = await back.says(word)
        assert {label for label in page.taps if label not in ("Skip", "Later")} == asked
        assert "Your answer" not in page.text
        assert 'aria-pressed="true"' not in page.page
    assert await place.house.store.read(_count("answers")) == answers


async def test_a_return_link_of_one_who_is_gone_leads_nowhere(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """Erased: the link, the session that came by it, and the pass made before are nobody's."""
    path = await somebody.link()
    back = await elsewhere.comes_back(somebody)
    await somebody.get("/c/")
    await somebody.does(do="erase")
    await somebody.taps("Yes, erase everything")
    async with citizen(place) as third:
        assert (await third.get(path)).status == 404
    page = await back.get("/c/")
    assert somebody.said not in page.text
    assert (await back.get("/c/my-data")).status == 403
    await place.beat(hours=26)
    assert (await somebody.get("/c/my-data")).status == 403


async def test_a_return_link_after_stop_shows_that_it_is_stopped(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """The link still leads to the person, who hears nothing but that, until they say start."""
    path = await somebody.link()
    await somebody.get("/c/")
    await somebody.does(do="stop")
    page = await elsewhere.get(path)
    assert (await elsewhere.post(path, page.hidden)).status == 303
    chat = await elsewhere.get("/c/")
    assert ("You have said stop." in chat.text, chat.taps) == (True, {})
    started = await elsewhere.does(do="start")
    assert "Welcome back!" in started.text


async def test_both_tap_the_same_question_in_two_browsers_and_it_counts_once(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """At the same moment, each the first button of the open question."""
    back = await elsewhere.comes_back(somebody)
    await somebody.get("/c/")
    answers = await place.house.store.read(_count("answers"))
    forms = [{**one.seen.hidden, "tap": next(iter(one.seen.taps.values()))} for one in (somebody, back)]
    forms[0]["tap"] = somebody.seen.taps[next(iter(back.seen.taps))]
    told = await asyncio.gather(somebody.post("/c/", forms[0]), back.post("/c/", forms[1]))
    assert [one.status for one in told] == [303, 303]
    assert await place.house.store.read(_count("answers")) == answers + 1


async def test_a_cookie_that_somebody_planted_becomes_nobodys_session(place: Site) -> None:
    """Beginning and coming back always make a new token; one chosen by somebody else is never taken."""
    planted = "A" * 43
    async with aiohttp.ClientSession(
        place.url, cookies={"kundresa": planted}, cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as client:
        somebody = Citizen(place, client)
        await somebody.begin((await place.register()).code)
        path = await somebody.link()
    async with aiohttp.ClientSession(place.url, cookies={"kundresa": planted}) as client:
        thief = Citizen(place, client)
        assert (await thief.get("/c/")).status == 403
        page = await thief.get(path)
        came = await thief.post(path, page.hidden)
        assert planted not in came.headers["Set-Cookie"]


async def test_a_cookie_of_the_same_name_from_a_path_or_a_neighbour_opens_nothing(
    place: Site, somebody: Citizen
) -> None:
    """With two of one name, in either order, a request is one session's or nobody's, never an error."""
    mine = next(cookie.value for cookie in somebody.client.cookie_jar if cookie.key == "kundresa")
    async with aiohttp.ClientSession(place.url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        for header in (
            f"kundresa=evil; kundresa={mine}",
            f"kundresa={mine}; kundresa=evil",
            'kundresa="',
            "kundresa=;;=;",
            "=" * 3000,
        ):
            async with client.get("/c/", headers={"Cookie": header}) as got:
                assert got.status in (200, 403), header


_FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "SAME-ORIGIN-NOT"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "SELF"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1@evil.example"},
    {"Origin": "SELF.evil.example"},
]


async def test_a_form_of_another_site_is_refused_everywhere(place: Site, somebody: Citizen) -> None:
    """Whatever the browser says of where it came from, if that is not from here; nothing is kept of it."""
    before, fields = await place.house.store.read(_count("inbox")), {**somebody.seen.hidden, "do": "stop"}
    for headers in _FROM_ELSEWHERE:
        told = {name: value.replace("SELF", place.url) for name, value in headers.items()}
        for path in ("/c/", "/c/leave", "/c/telegram", "/", "/s/nothing", "/c/nothing", "/console/sign-in", "/nothing"):
            assert (await somebody.post(path, fields, **told)).status == 403, (path, told)
    assert await place.house.store.read(_count("inbox")) == before


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "null", "Referer": "https://evil.example/"}])
async def test_where_nothing_is_known_the_token_decides(
    place: Site, somebody: Citizen, headers: dict[str, str]
) -> None:
    """An old browser, or one that hides where it came from: a form counts with the page's token alone."""
    before, fields = await place.house.store.read(_count("inbox")), somebody.seen.hidden
    assert (await somebody.post("/c/", {"do": "help"}, **headers)).status == 400
    assert await place.house.store.read(_count("inbox")) == before
    assert (await somebody.post("/c/", {**fields, "do": "help"}, **headers)).status == 303


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "user@evil.example:80"])
async def test_the_host_that_was_asked_for_appears_nowhere(place: Site, somebody: Citizen, host: str) -> None:
    """Neither in a page nor where one is led: addresses are ours, whatever a request calls us."""
    registered = await place.register()
    for path in (
        f"/s/{registered.code}",
        "/",
        "/c/",
        "/c/keep",
        "/c",
        "/console/",
        "/nothing",
        "//evil.example/c/",
        "/s//evil",
        "/privacy/",
        "/console/week/",
    ):
        async with somebody.client.get(
            URL(place.url + path, encoded=True), headers={"Host": host}, allow_redirects=False
        ) as got:
            told = Answer(got.status, got.headers, await got.text())
        assert "evil" not in told.headers.get("Location", ""), path
        if "evil" not in path:
            assert "evil" not in told.page, path


async def test_a_body_without_end_is_cut_off(place: Site, somebody: Citizen) -> None:
    """Sent in pieces without a length, at the pages of a citizen and of a stranger: refused, and nothing is kept."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b"text=" + b"x" * 4096

    before = await place.house.store.read(_count("inbox"))
    for path in ("/c/", "/", "/s/nothing", "/c/leave", "/console/sign-in"):
        try:
            async with somebody.client.post(
                path, data=endless(), headers={"Content-Type": "application/x-www-form-urlencoded"}
            ) as told:
                assert told.status == 413, path
        except aiohttp.ClientError:
            pass  # cut off while we still sent
    assert await place.house.store.read(_count("inbox")) == before
    assert (await somebody.get("/c/")).status == 200


async def test_many_who_send_slowly_keep_nobody_waiting(place: Site, somebody: Citizen) -> None:
    """A hundred forms that never end, and somebody else is answered meanwhile."""
    writers = []
    for _ in range(100):
        _, writer = await asyncio.open_connection("127.0.0.1", int(place.url.rsplit(":", 1)[1]))
        writer.write(
            b"POST /c/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntext="
        )
        await writer.drain()
        writers.append(writer)
    async with asyncio.timeout(5):
        await somebody.does(do="help")
    for writer in writers:
        writer.close()


async def test_after_leaving_or_erasing_an_open_stream_tells_nothing_of_anybody(place: Site, somebody: Citizen) -> None:
    """A stream says only that there is something; with the session gone none is opened."""
    async with somebody.client.get("/c/events") as stream:
        assert stream.status == 200
        await somebody.post("/c/leave", somebody.seen.hidden)
        got = b""
        try:
            async with asyncio.timeout(0.3):
                async for chunk in stream.content.iter_any():
                    got += chunk
        except TimeoutError:
            pass
        assert somebody.said.encode() not in got
        assert set(re.findall(rb"data: ?(.*?)\r?\n", got)) <= {b"new"}
    assert (await somebody.get("/c/events")).status == 204


@pytest.mark.parametrize("public", ["/kundresa", "/a/b"])
async def test_behind_a_proxy_that_takes_the_path_away_everything_leads_back_through_it(
    tmp_path: Path, public: str
) -> None:
    """Links, redirects, forms, files and htmx's addresses all carry the prefix; a whole answer goes through it."""
    port = free_port()
    outside = f"http://127.0.0.1:{port}"
    async with (
        site(tmp_path, {"KUNDRESA_PUBLIC_URL": outside + public}) as inside,
        _proxy(inside.url, port, public) as missed,
    ):
        through = Site(inside.application, outside, inside.clock)
        registered = await through.register("phone-call", channel="phone")
        async with citizen(through, **{"Accept-Language": "en"}) as somebody:
            seen = []
            landing = await somebody.get(f"{public}/s/{registered.code}")
            seen.append(landing)
            begun = await somebody.post(f"{public}/s/{registered.code}", landing.hidden)
            assert begun.headers["Location"].removeprefix(outside).startswith(f"{public}/c/")
            for path in (
                "/c/",
                "/c/keep",
                "/c/my-data",
                "/c/rights",
                "/c/erase",
                "/privacy",
                "/accessibility",
                "/",
                "/nothing",
                "/console/sign-in",
            ):
                seen.append(await somebody.get(public + path))
            chat = await somebody.get(f"{public}/c/")
            tapped = await somebody.post(f"{public}/c/", {**chat.hidden, "tap": next(iter(chat.taps.values()))})
            assert tapped.status == 303
            assert tapped.headers["Location"].removeprefix(outside).startswith(f"{public}/c/")
            for page in seen:
                assert page.status in (200, 404), page.text
                for address in _ADDRESS.findall(page.page):
                    assert address.startswith((f"{public}/", outside + public, "mailto:", "tel:", "https://")), address
            static = next(address for address in _ADDRESS.findall(chat.page) if "/static/" in address)
            assert (await somebody.get(static)).status == 200
            async with somebody.client.get(f"{public}/c/events") as stream:
                assert stream.status == 200
        assert missed == []


@asynccontextmanager
async def _proxy(inside: str, port: int, prefix: str) -> AsyncIterator[list[str]]:
    """A proxy that serves `prefix` alone and takes it away; what was asked for beside it."""
    missed: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith(prefix + "/"):
            missed.append(request.path)
            return web.Response(status=502)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "transfer-encoding"}
        target = inside + request.path_qs.removeprefix(prefix)
        async with client.request(
            request.method, target, headers=headers, data=await request.read(), allow_redirects=False
        ) as got:
            answer = web.StreamResponse(status=got.status)
            for name, value in got.headers.items():
                if name.lower() not in ("transfer-encoding", "content-length", "date", "connection"):
                    answer.headers.add(name, value)
            await answer.prepare(request)
            async for chunk in got.content.iter_any():
                await answer.write(chunk)
            return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as client:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield missed
        await runner.cleanup()


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, at its most talkative and not redacted."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    levels = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


async def test_no_log_tells_who_came_or_what_they_wrote(place: Site, elsewhere: Citizen, logged: io.StringIO) -> None:
    """No code, token, cookie, address, number or own word is in any record of ours, even before redaction."""
    registered = await place.register("phone-call", channel="phone", reference="HEMLIG-REF-77")
    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        await somebody.begin(registered.code)
        await somebody.says("ett hemligt ord zzqqx")
        await somebody.does(do="call-me")
        await somebody.says("070-174 06 35")
        path = await somebody.link()
        page = await elsewhere.get(path)
        await elsewhere.post(path, page.hidden)
        await somebody.get("/c/my-data.json")
        await somebody.get("/c/")
        telegram = await somebody.post("/c/telegram", somebody.seen.hidden)
        code = re.search(r"start=([\w-]+)", telegram.page)
        assert code is not None
        await place.house.store.write(
            place.house.rooms.citizens.take,
            Arrival("telegram", "471147114711", Said(f"/start {code[1]}", "m1"), "en"),
            place.clock(),
        )
        await somebody.post("/c/", {"token": "forged", "text": "ett hemligt ord zzqqx"})
        await somebody.get("/s/forged-code-zzqqx")
        cookies = [cookie.value for cookie in somebody.client.cookie_jar]
    written = logged.getvalue()
    ours = "\n".join(line for line in written.splitlines() if "aiohttp" not in line)
    for secret in (
        registered.code,
        "zzqqx",
        "1740635",
        "174 06 35",
        path.rsplit("/", 1)[1],
        code[1],
        "471147114711",
        "HEMLIG-REF",
        *cookies,
    ):
        assert secret is not None
        assert secret not in ours, secret
