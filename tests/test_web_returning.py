"""Coming back: the link, what it shows and what it keeps to itself; the calendar; and what becomes due meanwhile."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
import pytest_asyncio
from icalendar import Calendar

from bot.arrivals import Arrival, Said
from bot.store import facts
from bot.store.database import Transaction
from tests.house import MONDAY
from tests.site import Site, site
from tests.web_citizen import Citizen, citizen

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    async with site(tmp_path_factory.mktemp("returning")) as place:
        yield place


def _count(table: str) -> Callable[[Transaction], int]:
    return lambda tx: tx.count(f"SELECT COUNT(*) FROM {table}")


async def test_looking_at_the_link_makes_and_tells_nothing(place: Site, somebody: Citizen, elsewhere: Citizen) -> None:
    """One page with one button, however often programs open it; no cookie, no session, nothing of what was said."""
    path = await somebody.link()
    before = [await place.house.store.read(_count(table)) for table in ("web_sessions", "inbox", "persons")]
    for _ in range(3):
        page = await elsewhere.get(path)
    assert page.status == 200
    assert page.page.count("<button") == 1
    assert "Set-Cookie" not in page.headers
    assert somebody.said not in page.text
    assert before == [await place.house.store.read(_count(table)) for table in ("web_sessions", "inbox", "persons")]


async def test_only_the_hash_of_the_link_is_stored(place: Site, somebody: Citizen) -> None:
    """A copy of the database brings nobody back."""
    token = (await somebody.link()).removeprefix("/c/")
    await place.house.store.checkpoint()
    assert token.encode() not in place.house.store.path.read_bytes()
    assert (await somebody.link()) == f"/c/{token}"


async def test_coming_back_resumes_at_the_open_question_and_shows_no_earlier_answer(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """The question can be answered; the answer before it, and its question, are not there."""
    first, open_question = re.findall(r'<h2 class="question"[^>]*>(.*?)</h2>', somebody.seen.page)
    back = await elsewhere.comes_back(somebody)
    assert unescape(open_question) in back.seen.text
    assert unescape(first) not in back.seen.text
    assert "Your answer" not in back.seen.text
    answers = await place.house.store.read(_count("answers"))
    await back.taps(next(iter(back.seen.taps)))
    assert await place.house.store.read(_count("answers")) == answers + 1


async def test_by_the_link_nothing_is_seen_or_erased(somebody: Citizen, elsewhere: Citizen) -> None:
    """What is held, its files and erasing are refused in words that say where instead; rights can be read."""
    back = await elsewhere.comes_back(somebody)
    assert "/c/my-data" not in back.seen.page
    fields = back.seen.hidden
    for path in ("/c/my-data", "/c/my-data.txt", "/c/my-data.json", "/c/erase"):
        refused = await back.get(path)
        assert refused.status == 403
        assert "in the browser or app you began in" in refused.text
        assert somebody.said not in refused.text
    assert (await back.post("/c/", {**fields, "do": "erase"})).status == 403
    assert (await back.get("/c/rights")).status == 200


@pytest.mark.parametrize("words", ["/erase", "erase everything", "/mydata"])
async def test_the_same_in_own_words_comes_to_nothing(
    place: Site, somebody: Citizen, elsewhere: Citizen, words: str
) -> None:
    """What the page does not offer can still be written; the bot says no to it, and nothing is shown or erased."""
    back = await elsewhere.comes_back(somebody)
    answers = await place.house.store.read(_count("answers"))
    page = await back.says(words)
    assert "Yes, erase everything" not in page.taps
    assert somebody.said not in page.text
    assert await place.house.store.read(_count("answers")) == answers


async def test_a_tap_on_what_came_before_is_refused(somebody: Citizen, elsewhere: Citizen) -> None:
    """To change an earlier answer one must be where it was given; its row's number helps nobody."""
    change = somebody.seen.taps["Change"]
    back = await elsewhere.comes_back(somebody)
    assert (await back.post("/c/", {**back.seen.hidden, "tap": change})).status == 403


async def test_in_the_browser_it_began_in_the_link_leads_on_and_takes_nothing_away(somebody: Citizen) -> None:
    """Whole stays whole, whether the link is opened or its form is sent."""
    path = await somebody.link()
    token = somebody.site.house.premises.keyring.form_token(path.removeprefix("/c/").encode())
    assert (await somebody.get(path)).headers["Location"] == "/c/"
    come = await somebody.post(path, {"token": token, "id": "b" * 22})
    assert (come.status, come.headers["Location"]) == (303, "/c/")
    assert "Set-Cookie" not in come.headers
    assert (await somebody.get("/c/my-data")).status == 200


async def test_a_wrong_link_is_a_calm_page(place: Site, elsewhere: Citizen) -> None:
    """Looked at and sent, it says the same, and begins nothing."""
    path = "/c/W1P8IxHlgWOcIPfblWHqCQ"
    token = place.house.premises.keyring.form_token(path.removeprefix("/c/").encode())
    looked = await elsewhere.get(path)
    sent = await elsewhere.post(path, {"token": token, "id": "c" * 22})
    assert looked.status == sent.status == 404
    assert "no longer valid" in looked.text
    assert "Set-Cookie" not in sent.headers


async def test_coming_back_needs_the_pages_own_form(somebody: Citizen, elsewhere: Citizen) -> None:
    """A form of another site, or without its token, makes no session."""
    path = await somebody.link()
    page = await elsewhere.get(path)
    assert (await elsewhere.post(path, page.hidden, **{"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await elsewhere.post(path, {**page.hidden, "token": "x"})).status == 400
    assert (await elsewhere.get("/c/")).status == 403


async def test_the_link_takes_the_place_of_somebody_elses_session(
    place: Site, somebody: Citizen, elsewhere: Citizen
) -> None:
    """On a shared computer whoever comes by a link is that person from then on, and is told so first."""
    await elsewhere.begin((await place.register()).code)
    page = await elsewhere.get(await somebody.link())
    assert "Somebody else has answered in this browser" in page.text
    await elsewhere.comes_back(somebody)
    assert (await elsewhere.get("/c/my-data")).status == 403


async def test_what_is_due_is_asked_of_whoever_comes(place: Site) -> None:
    """Before its moment the page says when to come back; after it, opening the page is enough, even in closed hours."""
    start = MONDAY + timedelta(days=3)
    try:
        async with citizen(place, **{"Accept-Language": "en"}) as somebody:
            page = await somebody.begin((await place.register(start=start)).code)
            assert not page.taps
            assert "Please come back" in page.text
            assert "18 November" in page.text
            place.clock.now = start - timedelta(hours=12)
            page = await somebody.get("/c/")
            assert page.taps
            assert (await somebody.get("/c/")).page.count('class="question"') == 1
    finally:
        place.clock.now = MONDAY


async def test_the_calendar_has_each_moment_and_the_link(place: Site) -> None:
    """A file that calendars read: moments in UTC, a link, no name of anybody; the same entries each time."""
    start = MONDAY + timedelta(days=3)
    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        registered = await place.register(start=start)
        await somebody.begin(registered.code)
        link = await somebody.link()
        file = await somebody.get("/c/calendar.ics")
        again = await somebody.get("/c/calendar.ics")
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert "attachment" in file.headers["Content-Disposition"]
    entries = Calendar.from_ical(file.page).walk("VEVENT")
    planned = {one.due_at for one in registered.follow_ups if one.state == "planned"}
    assert {entry.decoded("DTSTART") for entry in entries} == planned
    assert {str(entry["URL"]) for entry in entries} == {place.url + link}
    assert all(entry.walk("VALARM") for entry in entries)
    uids = [[str(entry["UID"]) for entry in Calendar.from_ical(one.page).walk("VEVENT")] for one in (file, again)]
    assert uids[0] == uids[1]


async def test_the_link_can_be_sent_to_oneself(place: Site, somebody: Citizen) -> None:
    """A letter of one's own mail program, to nobody yet; nothing is sent by us, and no address is asked for."""
    link = await somebody.link()
    letter = unescape(re.findall(r'href="(mailto:[^"]+)"', somebody.seen.page)[0])
    assert letter.startswith("mailto:?subject=")
    assert place.url + link in unquote(letter)


async def test_nothing_coming_is_no_calendar(somebody: Citizen) -> None:
    """Said in words, and not offered."""
    await somebody.get("/c/keep")
    assert "calendar.ics" not in somebody.seen.page
    assert (await somebody.get("/c/calendar.ics")).status == 404


async def test_going_on_in_telegram_is_offered_where_there_is_a_bot(place: Site, somebody: Citizen) -> None:
    """The pass is made when it is asked for, by a form, and shown as a link: pages send nobody elsewhere."""
    assert "/c/telegram" not in somebody.seen.page
    assert (await somebody.post("/c/telegram", somebody.seen.hidden)).status == 404
    await place.house.store.write(facts.put, "telegram_username", b"fraga_bot")
    try:
        chat = await somebody.get("/c/")
        assert "/c/telegram" in chat.page
        made = await place.house.store.read(_count("door_passes"))
        await somebody.get("/c/")
        assert await place.house.store.read(_count("door_passes")) == made
        page = await somebody.post("/c/telegram", chat.hidden)
        assert re.search(r'href="https://t\.me/fraga_bot\?start=[\w-]+"', page.page)
    finally:
        await place.house.store.write(lambda tx: tx.run("DELETE FROM facts WHERE name = 'telegram_username'"))


async def test_after_going_on_in_telegram_the_page_says_so_and_can_take_it_back(place: Site, somebody: Citizen) -> None:
    """The buttons here are gone, whoever taps an old one is told; a button brings the conversation home again."""
    old = somebody.seen.taps["Badly" if "Badly" in somebody.seen.taps else next(iter(somebody.seen.taps))]
    await place.house.store.write(facts.put, "telegram_username", b"fraga_bot")
    try:
        page = await somebody.post("/c/telegram", somebody.seen.hidden)
        found = re.search(r"start=([\w-]+)", page.page)
        assert found is not None
        place.clock.now += timedelta(minutes=1)
        arrival = Arrival("telegram", "4711", Said(f"/start {found[1]}", "m1"), "en")
        await place.house.store.write(place.house.rooms.citizens.take, arrival, place.clock())
        away = await somebody.get("/c/")
        assert "The conversation goes on in Telegram." in away.text
        assert "Skip" not in away.taps
        answers = await place.house.store.read(_count("answers"))
        await somebody.does(tap=old)
        assert await place.house.store.read(_count("answers")) == answers
        place.clock.now += timedelta(minutes=1)
        home = await somebody.does(do="start")
        assert "The conversation goes on in Telegram." not in home.text
        assert "Skip" in home.taps
    finally:
        place.clock.now = MONDAY
        await place.house.store.write(lambda tx: tx.run("DELETE FROM facts WHERE name = 'telegram_username'"))


async def test_a_language_is_chosen_by_a_button(somebody: Citizen) -> None:
    """The page and the question are in it from then on; easy ones too."""
    finnish = await somebody.does(language="fi")
    assert '<html lang="fi">' in finnish.page
    assert "Ohita" in finnish.taps
    easy = await somebody.does(language="sv-easy")
    assert '<html lang="sv">' in easy.page
    assert 'value="sv-easy" lang="sv" aria-current="true"' in easy.page


async def test_a_language_chosen_before_beginning_holds(place: Site) -> None:
    """Whoever chose another language than their invitation's is asked in it."""
    async with citizen(place, **{"Accept-Language": "sv"}) as somebody:
        registered = await place.register(language="sv")
        landing = await somebody.get(f"/s/{registered.code}?lang=en")
        await somebody.post(f"/s/{registered.code}", landing.hidden)
        page = await somebody.get("/c/")
        assert '<html lang="en">' in page.page
        assert "Skip" in page.taps


async def test_what_is_held_can_be_read_and_kept(somebody: Citizen) -> None:
    """On a page, as a text and for a program: the answer given is in all three."""
    page = await somebody.get("/c/my-data")
    assert somebody.said in page.text
    text = await somebody.get("/c/my-data.txt")
    assert somebody.said in text.page
    assert text.headers["Content-Type"].startswith("text/plain")
    program = await somebody.get("/c/my-data.json")
    assert program.headers["Content-Type"] == "application/json"
    assert '"format": "kundresa my data 1"' in program.page
    assert all("attachment" in file.headers["Content-Disposition"] for file in (text, program))


async def test_erasing_is_told_asked_once_more_and_done(place: Site) -> None:
    """Afterwards the page says that it is done, nothing of what was said is there, and a day later nobody is."""
    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        registered = await place.register("phone-call", channel="phone")
        await somebody.begin(registered.code)
        await somebody.taps_first()
        told = await somebody.get("/c/erase")
        assert told.status == 200
        asked = await somebody.does(do="erase")
        done = await somebody.taps("Yes, erase everything")
        assert asked.status == done.status == 200
        assert "Everything we had kept about you is erased" in done.text
        assert somebody.said not in done.text
        held = await somebody.get("/c/my-data")
        assert somebody.said not in held.text
        assert "Telegram" not in done.text


async def test_the_notice_is_there_for_everybody_in_every_language(place: Site, elsewhere: Citizen) -> None:
    """Linked from every page's foot, without a session too; nothing in it of Telegram or of commands to type."""
    for language, word in (("sv", "Ansvarig"), ("fi", "Rekisterinpitäjä"), ("en", "Controller")):
        page = await elsewhere.get(f"/privacy?lang={language}")
        assert page.status == 200
        assert word in page.text
        assert "elegram" not in page.text
    assert 'href="/privacy"' in page.page or 'href="/privacy?lang=en"' in page.page


async def test_the_statement_has_what_the_law_asks_for(place: Site, elsewhere: Citizen) -> None:
    """Who, how far, what is missing, when and how assessed, how to tell, and where to complain."""
    page = await elsewhere.get("/accessibility?lang=en")
    for told in (
        *("Responsible for this website", "has not yet assessed", "not accessible", "Last assessed"),
        *("Call ", "axe"),
    ):
        assert told in page.text
    assert "https://www.digg.se/tdosanmalan" in page.page
