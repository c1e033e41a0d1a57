"""The chat as pages and forms: the same conversation, and what misuse of it comes to."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.doors.web import intake, limits
from bot.doors.web.limits import OF_NETWORK, OF_SESSION, Limits, network
from bot.doors.web.reading import CameHere, Deed, SaidHere, TappedHere, arrival, written
from bot.keys import code_hash
from bot.store import outbox, web_messages, web_sessions
from bot.store.bodies import Body
from bot.store.database import Transaction
from tests.house import MONDAY
from tests.site import Site, site
from tests.web_citizen import COOKIE, Answer, Citizen, citizen

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    async with site(tmp_path_factory.mktemp("chat")) as place:
        yield place


@pytest_asyncio.fixture(loop_scope="module")
async def somebody(place: Site) -> AsyncIterator[Citizen]:
    """Somebody who has begun, and is asked the first question."""
    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        await somebody.begin((await place.register()).code)
        yield somebody


def _count(table: str, where: str = "1") -> Callable[[Transaction], int]:
    return lambda tx: tx.count(f"SELECT COUNT(*) FROM {table} WHERE {where}")


async def test_the_first_question_comes_with_the_notice_and_nothing_of_telegram(somebody: Citizen) -> None:
    """Who asks, that it is voluntary; in the web notice Telegram is not named."""
    assert "I am a bot asking for this organisation" in somebody.seen.text
    assert "voluntary" in somebody.seen.text
    assert "elegram" not in somebody.seen.text


async def test_a_tap_is_answered_with_the_next_question(somebody: Citizen) -> None:
    """The answer stands at its question, and the next one is there, on the page that the form leads to."""
    first = _question(somebody.seen)
    label = next(iter(somebody.seen.taps))
    page = await somebody.taps(label)
    assert '<span class="unseen">Your answer: </span>' in page.page
    assert _question(page) != first
    assert "Change" in page.taps


async def test_after_a_form_the_browser_is_led_to_the_newest_question(somebody: Citizen) -> None:
    """303, so that reloading sends nothing again; and the address names the newest question."""
    done = await somebody.post("/c/", {**somebody.seen.hidden, "tap": next(iter(somebody.seen.taps.values()))})
    assert (done.status, done.headers["Location"]) == (303, "/c/#newest")
    assert (await somebody.get("/c/")).page.count('id="newest"') == 1


async def test_from_the_first_tap_to_thanks_by_forms_alone(place: Site) -> None:
    """A whole conversation; every answer is kept, through the door of the web."""
    registered = await place.register("phone-call", channel="phone")
    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        page = await somebody.begin(registered.code)
        chosen = False
        for _ in range(20):
            if "Skip" not in page.taps:
                break
            label = "Done" if chosen else next(iter(_answers(page)), None)
            chosen = "Done" in page.taps and not chosen
            page = await (somebody.taps(label) if label else somebody.says("It went well enough."))
        assert "Thank you!" in page.text
    kept = await place.house.store.read(
        lambda tx: tx.all(_Kept, "SELECT status, door FROM answers WHERE contact_id = :id", id=registered.id)
    )
    assert {one.door for one in kept} == {"web"}
    assert len([one for one in kept if one.status == "answered"]) >= 3


async def test_the_same_form_sent_twice_counts_once(place: Site, somebody: Citizen) -> None:
    """A double click is one row of the inbox; both answers lead to the same page."""
    fields = {**somebody.seen.hidden, "tap": next(iter(somebody.seen.taps.values()))}
    before = await place.house.store.read(_count("inbox"))
    both = await asyncio.gather(somebody.post("/c/", fields), somebody.post("/c/", fields))
    assert [one.status for one in both] == [303, 303]
    assert await place.house.store.read(_count("inbox")) == before + 1


async def test_a_row_is_committed_before_anything_is_answered(place: Site, somebody: Citizen) -> None:
    """Killed right after its answer, the process has lost nothing: another one reads the row from the file."""
    await somebody.post("/c/", {**somebody.seen.hidden, "text": "Once upon a time"})
    with sqlite3.connect(f"file:{place.house.store.path}?mode=ro", uri=True) as other:
        newest = other.execute("SELECT door, state FROM inbox ORDER BY id DESC LIMIT 1").fetchone()
    assert newest == ("web", "done")


async def test_what_waits_in_the_inbox_holds_nobodys_words_in_the_clear(
    place: Site, somebody: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is taken it stands there sealed; the page says that it is kept, and does not wait for ever."""
    monkeypatch.setattr(intake, "PATIENCE", 0.05)
    monkeypatch.setattr(place.application.desk, "ring", lambda: None)
    done = await somebody.post("/c/", {**somebody.seen.hidden, "text": "my own secret words"})
    assert (done.status, done.headers["Location"]) == (303, "/c/?slow")
    raw = await place.house.store.read(lambda tx: tx.value("SELECT raw FROM inbox ORDER BY id DESC LIMIT 1"))
    assert isinstance(raw, bytes)
    assert b"secret" not in raw
    assert "Your answer is kept" in (await somebody.get("/c/?slow")).text
    monkeypatch.undo()
    place.application.desk.ring()
    await _until(place, lambda tx: not tx.count("SELECT COUNT(*) FROM inbox WHERE state = 'new'"))
    assert "Your answer is kept" not in (await somebody.get("/c/")).text


async def test_what_was_committed_is_taken_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The house falls right after the commit: another one on the same file takes the answer, and goes on from there."""
    async with site(tmp_path) as place, citizen(place, **{"Accept-Language": "en"}) as somebody:
        await somebody.begin((await place.register()).code)
        cookie = next(cookie.value for cookie in somebody.client.cookie_jar)
        monkeypatch.setattr(intake, "PATIENCE", 0.05)
        monkeypatch.setattr(place.application.desk, "ring", lambda: None)
        tap = next(iter(somebody.seen.taps.values()))
        await somebody.post("/c/", {**somebody.seen.hidden, "tap": tap})
        assert await place.house.store.read(_count("inbox", "state = 'new'")) == 1
        assert await place.house.store.read(_count("answers")) == 0
    monkeypatch.undo()
    async with site(tmp_path) as place, citizen(place, Cookie=f"{COOKIE}={cookie}") as somebody:
        await _until(place, lambda tx: tx.count("SELECT COUNT(*) FROM answers WHERE status = 'answered'") == 1)
        assert "Change" in (await somebody.get("/c/")).taps


async def test_where_nothing_can_be_committed_the_person_is_told_and_can_send_it_again(
    place: Site, somebody: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 in words, with what was written in a form that can be sent again; it then counts once."""
    before = await place.house.store.read(_count("inbox"))

    async def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(place.house.store.__class__, "write", full)
    failed = await somebody.post("/c/", {**somebody.seen.hidden, "text": "Kept <safe> with me"})
    part = await somebody.post("/c/", {**failed.hidden, "text": "x"}, **{"HX-Request": "true"})
    monkeypatch.undo()
    assert failed.status == part.status == 503
    assert "is not kept" in failed.text
    assert "Kept &lt;safe&gt; with me" in failed.page
    assert part.headers["HX-Retarget"] == "#trouble"
    again = await somebody.post("/c/", {**failed.hidden, "text": "Kept <safe> with me"})
    assert again.status == 303
    assert await place.house.store.read(_count("inbox")) == before + 1


async def test_a_tap_on_somebody_elses_message_is_refused(place: Site, somebody: Citizen) -> None:
    """Ids of rows are numbers that anybody can guess: the row must have gone to this address."""
    async with citizen(place, **{"Accept-Language": "en"}) as other:
        theirs = await other.begin((await place.register()).code)
    stolen = next(iter(theirs.taps.values()))
    before = await place.house.store.read(_count("inbox"))
    fields = somebody.seen.hidden
    refused = await somebody.post("/c/", {**fields, "tap": stolen})
    assert refused.status == 403
    assert "That button is gone" in refused.text
    for forged in ("999999999.0", "0.0"):
        assert (await somebody.post("/c/", {**fields, "tap": forged})).status == 403
    assert await place.house.store.read(_count("inbox")) == before


async def test_a_button_that_is_not_there_changes_nothing(place: Site, somebody: Citizen) -> None:
    """A place beyond the last one of a real message: the desk says that the button is gone."""
    row = next(iter(somebody.seen.taps.values())).partition(".")[0]
    before = await place.house.store.read(_count("answers"))
    page = await somebody.does(tap=f"{row}.99")
    assert await place.house.store.read(_count("answers")) == before
    assert page.status == 200


async def test_another_sites_form_does_nothing(place: Site, somebody: Citizen) -> None:
    """Neither with the browser's word for where it came from, nor without the page's own token."""
    fields = {**somebody.seen.hidden, "do": "stop"}
    before = await place.house.store.read(_count("inbox"))
    assert (await somebody.post("/c/", fields, **{"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await somebody.post("/c/", fields, Origin="https://evil.example")).status == 403
    assert (await somebody.post("/c/", {**fields, "token": "forged"})).status == 400
    assert (await somebody.post("/c/", {"do": "stop"})).status == 400
    async with citizen(place) as other:
        await other.begin((await place.register()).code)
        assert (await somebody.post("/c/", {**fields, "token": other.seen.hidden["token"]})).status == 400
    assert await place.house.store.read(_count("inbox")) == before + 1  # the other's own beginning


async def test_what_says_nothing_we_know_is_refused(somebody: Citizen) -> None:
    """A form without anything to do, one that can't be read, and one that is too large."""
    assert (await somebody.post("/c/", {**somebody.seen.hidden, "do": "sudo"})).status == 400
    assert (await somebody.post("/c/", {**somebody.seen.hidden, "language": "xx"})).status == 400
    assert (await somebody.post("/c/", {**somebody.seen.hidden, "text": "x" * 70_000})).status == 413


async def test_what_can_not_be_taken_is_said_beside_the_field(somebody: Citizen) -> None:
    """Nothing, or too much: in words tied to the field, and what was written still stands in it."""
    empty = await somebody.post("/c/", {**somebody.seen.hidden, "text": "  \n "})
    assert empty.status == 400
    assert "Write something first" in empty.text
    assert 'aria-describedby="text-hint text-fault"' in empty.page
    long = await somebody.post("/c/", {**somebody.seen.hidden, "text": "ord " * 1500})
    assert long.status == 400
    assert "at most 4,000 characters" in long.text
    assert "ord ord ord" in long.page


async def test_without_a_session_the_chat_is_a_calm_page(place: Site) -> None:
    """No cookie, a wrong one, and one that has ended."""
    async with citizen(place, Cookie=f"{COOKIE}=forged") as forger, citizen(place) as stranger:
        for nobody in (forger, stranger):
            for path in ("/c/", "/c/my-data", "/c/my-data.json", "/c/keep", "/c/erase", "/c/calendar.ics"):
                assert (await nobody.get(path)).status == 403
            assert (await nobody.get("/c/events")).status == 204
            assert (await nobody.post("/c/", {"do": "stop"})).headers["Location"] == "/c/"


async def test_a_session_ends_when_it_was_not_used_for_long(place: Site) -> None:
    """It holds for 90 days after it was last used, and is then forgotten."""
    async with citizen(place) as somebody:
        await somebody.begin((await place.register()).code)
        try:
            place.clock.now += timedelta(days=89)
            renewed = await somebody.get("/c/")
            assert renewed.status == 200
            assert renewed.headers["Set-Cookie"].startswith(f"{COOKIE}=")
            place.clock.now += timedelta(days=89)
            assert (await somebody.get("/c/")).status == 200
            place.clock.now += timedelta(days=91)
            assert (await somebody.get("/c/")).status == 403
            sessions = await place.house.store.read(_count("web_sessions"))
            await place.house.store.write(web_sessions.tidy, place.clock())
            assert await place.house.store.read(_count("web_sessions")) < sessions
        finally:
            place.clock.now = MONDAY


async def test_leaving_ends_the_session_here_and_now(place: Site, somebody: Citizen) -> None:
    """The cookie is taken away, and one that was copied opens nothing any more."""
    jar = {cookie.key: cookie.value for cookie in somebody.client.cookie_jar}
    left = await somebody.post("/c/leave", somebody.seen.hidden)
    assert left.status == 200
    assert "Max-Age=0" in left.headers["Set-Cookie"]
    async with citizen(place, Cookie=f"{COOKIE}={jar[COOKIE]}") as thief:
        assert (await thief.get("/c/")).status == 403


async def test_stop_says_so_and_can_be_undone(somebody: Citizen) -> None:
    """After stop the page says it, without the question's buttons coming to anything; a button starts again."""
    stopped = await somebody.does(do="stop")
    assert "You have said stop" in stopped.text
    assert '<textarea id="text"' not in stopped.page
    again = await somebody.does(do="start")
    assert "You have said stop" not in again.text
    assert again.taps


async def test_help_pause_and_call_me_are_one_form_away(somebody: Citizen) -> None:
    """Each brings what it brings in any chat; what the bot told stays until the next thing is done."""
    helped = await somebody.does(do="help")
    assert "Call me" in helped.taps
    paused = await somebody.does(do="pause")
    assert "A week" in paused.taps
    begun = await somebody.taps("A week")
    assert "Paused" in begun.text
    called = await somebody.does(do="call-me")
    morning = next(label for label in called.taps if label.startswith("In the morning"))
    number = await somebody.taps(morning)
    assert 'type="tel"' in number.page
    promised = await somebody.says("070 123 45 67")
    assert "We will call you" in promised.text
    assert 'type="tel"' not in promised.page


async def test_what_the_bot_told_is_readable_until_the_next_thing_or_a_day(place: Site, somebody: Citizen) -> None:
    """Other than in Telegram it must stand on the page to be read; then it is wiped from the database."""
    lookup = await _lookup(place, somebody)
    told = (await somebody.does(do="stop")).text
    assert (await somebody.get("/c/")).text == told
    first = await place.house.store.read(_told, lookup)
    await somebody.does(do="stop")
    second = await place.house.store.read(_told, lookup)
    assert len(first) == len(second) == 1
    assert first != second
    await place.house.store.write(web_messages.tidy, place.clock() + timedelta(hours=23))
    assert await place.house.store.read(_told, lookup) == second
    await place.house.store.write(web_messages.tidy, place.clock() + timedelta(hours=25))
    assert not await place.house.store.read(_told, lookup)


async def test_what_has_no_use_any_more_never_shows(place: Site, somebody: Citizen) -> None:
    """Too late, or a change of what never stood there: it fails with its reason. What changes a message that came with
    it in the same moment is put in."""
    lookup, now = await _lookup(place, somebody), place.clock()

    def queued(tx: Transaction) -> list[int]:
        def add(text: str, edits: int | None = None, until: timedelta = timedelta(hours=1)) -> int:
            return outbox.add(
                tx, door="web", lookup=lookup, purpose="say", body=Body(text), now=now, edits=edits,
                useful_until=now + until,
            )  # fmt: skip

        late = add("Too late", until=timedelta(0))
        fresh = add("As it was")
        return [late, add("A change of what is too late", late), fresh, add("As it is now", fresh)]

    late, of_late, fresh, of_fresh = await place.house.store.write(queued)
    page = await somebody.get("/c/")
    assert "As it is now" in page.text
    for gone in ("Too late", "A change of what is too late", "As it was"):
        assert gone not in page.text
    faults = await place.house.store.read(
        lambda tx: {one.id: one.fault for one in tx.all(_Fault, "SELECT id, fault FROM outbox WHERE state = 'failed'")}
    )
    assert (faults.get(late), faults.get(of_late)) == ("no longer useful", "nothing to edit")
    assert fresh not in faults
    assert of_fresh not in faults


async def test_what_nobody_came_for_is_given_up_in_the_end(place: Site, somebody: Citizen) -> None:
    """It waits in the queue until its last useful moment, and no longer."""
    lookup, now = await _lookup(place, somebody), place.clock()
    await place.house.store.write(
        lambda tx: outbox.add(
            tx, door="web", lookup=lookup, purpose="shell", body=Body("Secret"), now=now, useful_until=now
        )
    )
    await place.house.store.write(web_messages.tidy, now)
    waiting = await place.house.store.read(_count("outbox", "state = 'queued' AND body LIKE '%Secret%'"))
    assert waiting == 0


async def test_an_older_putting_of_the_open_question_has_no_buttons(somebody: Citizen) -> None:
    """Put again, the question can be answered where it stands last."""
    before = somebody.seen.page.count('class="rows"')
    again = await somebody.does(do="start")
    assert again.page.count('class="rows"') == before


async def test_too_many_forms_are_refused_in_words(
    place: Site, somebody: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One browser sends at most so many a minute; what was answered is kept."""
    monkeypatch.setattr("bot.doors.web.hall.OF_SESSION", 3)
    for _ in range(3):
        await somebody.post("/c/", {**somebody.seen.hidden, "text": ""})
    refused = await somebody.post("/c/", {**somebody.seen.hidden, "text": ""})
    assert refused.status == 429
    assert "Please wait a little" in refused.text


async def test_limits_count_by_the_minute() -> None:
    """So many of one source in a minute, none of them kept in the next."""
    seconds = [0.0]
    counted = Limits(lambda: seconds[0])
    assert [counted.allow("a", 2) for _ in range(3)] == [True, True, False]
    assert counted.allow("b", 2)
    seconds[0] = limits.MINUTE
    assert counted.allow("a", 2)
    assert OF_SESSION < OF_NETWORK


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("203.0.113.5", "203.0.113.5/32"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("testclient", None),
        (None, None),
    ],
)
async def test_a_network_is_what_one_household_has(host: str | None, expected: str | None) -> None:
    """In IPv6 the first half; a proxy on this machine, or no address, tells nothing."""
    assert network(host) == expected


async def test_behind_a_trusted_proxy_networks_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One network that sends too much is refused; another is not."""
    monkeypatch.setattr("bot.doors.web.hall.OF_NETWORK", 2)
    async with site(tmp_path, {"KUNDRESA_TRUSTED_PROXY": "127.0.0.1"}) as place, citizen(place) as somebody:
        statuses = [
            (await somebody.post("/", {"code": "x"}, **{"X-Forwarded-For": host})).status
            for host in ("203.0.113.5", "203.0.113.5", "203.0.113.5", "203.0.113.6")
        ]
    assert statuses == [400, 400, 429, 400]


@pytest.mark.parametrize(
    "done", [SaidHere("hej\nå"), TappedHere(12, 3), CameHere()], ids=lambda done: type(done).__name__
)
async def test_what_is_written_is_what_is_read(done: SaidHere | TappedHere | CameHere) -> None:
    """A row of the inbox says the same after its way through the database."""
    read = arrival(written(Deed("address", "m1", done, "sv", whole=False)))
    assert read is not None
    assert (read.door, read.address, read.language, read.whole) == ("web", "address", "sv", False)


async def test_what_is_new_is_told_to_an_open_page_and_to_no_other(place: Site, somebody: Citizen) -> None:
    """A stream says only that there is something; another's page hears nothing of it."""
    async with citizen(place, **{"Accept-Language": "en"}) as other:
        await other.begin((await place.register()).code)
        async with somebody.client.get("/c/events") as mine, other.client.get("/c/events") as theirs:
            assert mine.headers["Content-Type"].startswith("text/event-stream")
            async with citizen(place) as same:  # the same person, in another tab
                same.client.cookie_jar.update_cookies(
                    {COOKIE: next(cookie.value for cookie in somebody.client.cookie_jar)},
                )
                await same.post("/c/", {**somebody.seen.hidden, "tap": next(iter(somebody.seen.taps.values()))})
            assert await asyncio.wait_for(_event(mine), 20) == "new"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(_event(theirs), 0.2)


async def test_what_became_due_before_a_stream_opened_is_told_as_it_opens(place: Site) -> None:
    """Between a page and its stream the clock beats; others were just told, so it is long until it is looked again."""
    begun, words = place.clock.now, {"Accept-Language": "en"}
    async with citizen(place, **words) as somebody, citizen(place, **words) as other:
        for one in (somebody, other):
            await one.begin((await place.register(start=begun + timedelta(days=3))).code)
        try:
            async with other.client.get("/c/events") as theirs:
                await place.beat(days=2, hours=8)
                assert await asyncio.wait_for(_event(theirs), 20) == "new"
                async with somebody.client.get("/c/events") as mine:
                    assert await asyncio.wait_for(_event(mine), 20) == "new"
        finally:
            place.clock.now = begun


async def test_streams_are_few_for_each_and_end_with_the_door(tmp_path: Path) -> None:
    """One more than allowed is told to come no more; closing the house ends them all, at once."""
    async with site(tmp_path) as place, citizen(place) as somebody:
        await somebody.begin((await place.register()).code)
        streams = [await somebody.client.get("/c/events") for _ in range(5)]
        assert [one.status for one in streams] == [200, 200, 200, 200, 204]
        await place.application.web.stop()
        await asyncio.wait_for(asyncio.gather(*(one.read() for one in streams)), 20)


async def _until(place: Site, true: Callable[[Transaction], bool]) -> None:
    async with asyncio.timeout(20):
        while not await place.house.store.read(true):  # noqa: ASYNC110 - what is waited for is another's commit
            await asyncio.sleep(0)


def _question(page: Answer) -> str:
    questions: list[str] = re.findall(r'<h2 class="question"[^>]*>(.*?)</h2>', page.page)
    return questions[-1]


def _answers(page: Answer) -> list[str]:
    """The labels of the answers to the newest question."""
    rows = page.page.rpartition('class="rows"')[2].partition('class="asides"')[0]
    return [label for label, value in page.taps.items() if f'value="{value}"' in rows and label in page.taps]


@dataclass
class _Kept:
    status: str
    door: str


@dataclass
class _Fault:
    id: int
    fault: str


@dataclass
class _Id:
    id: int


async def _lookup(place: Site, somebody: Citizen) -> bytes:
    token = next(cookie.value for cookie in somebody.client.cookie_jar if cookie.key == COOKIE)
    session = await place.house.store.read(web_sessions.of_token, code_hash(token), place.clock())
    assert session is not None
    return session.lookup


def _told(tx: Transaction, lookup: bytes) -> list[_Id]:
    """What the bot told and nobody can tap, where it can still be read."""
    where = "lookup = :lookup AND purpose = 'shell' AND state = 'sent' AND body <> CAST('{}' AS BLOB)"
    without_buttons = "json_array_length(CAST(body AS TEXT), '$.buttons') = 0"
    return tx.all(_Id, f"SELECT id FROM outbox WHERE {where} AND {without_buttons}", lookup=lookup)


async def _event(stream: aiohttp.ClientResponse) -> str:
    while line := await stream.content.readline():
        if line.startswith(b"event:"):
            return line.partition(b":")[2].strip().decode()
    return ""
