"""Call-backs in the console: who sees them, who takes them, where the number is shown, and what came of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.store import call_backs
from bot.store.call_backs import CallBack
from bot.store.database import Transaction
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.house import MONDAY
from tests.site import Site, site
from tests.test_console_contacts import ORGANISATION, audited, desk, screen
from tests.web_citizen import citizen

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUEUE = "/console/call-backs"
NUMBER, WRITTEN = "070-174 06 35", "+46 70 174 06 35"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, of an organisation with several units."""
    async with site(tmp_path_factory.mktemp("calls"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


async def wanted(place: Site, unit: str = "norr", way: str = "As soon as possible") -> str:
    """Somebody asks in the web chat to be called by a unit; the call-back's id."""
    registered = await place.register(unit=unit, service=None)
    async with citizen(place, **{"Accept-Language": "en"}) as person:
        await person.begin(registered.code or "")
        await person.does(do="call-me")
        await person.taps(way)
        if way != "I'll call you instead":
            await person.says(NUMBER)
    (found,) = [one.id for one in await place.house.store.read(_of_contact, registered.id) if one.state == "open"]
    return found


async def one(place: Site, id_: str) -> CallBack:
    """A call-back's row."""
    found = await place.house.store.read(call_backs.of_id, id_)
    assert found is not None
    return found


async def test_a_number_is_shown_to_who_asks_for_it_and_noted(place: Site) -> None:
    """In the answer to the button alone: neither the queue nor the call's own page holds it."""
    id_ = await wanted(place)
    async with desk(place, "staff", "norr") as somebody:
        for path in (QUEUE, f"{QUEUE}/{id_}", "/console/", f"/console/contacts/{(await one(place, id_)).contact_id}"):
            page = await somebody.get(path)
            assert page.status == 200
            assert "1740635" not in page.text.replace(" ", "").replace("-", "")
        assert id_ not in await audited(place, "number-shown")
        await somebody.get(f"{QUEUE}/{id_}")
        told = await somebody.sends(f"{QUEUE}/{id_}/number")
        assert (told.status, WRITTEN in told.text, told.headers["Cache-Control"]) == (200, True, "no-store")
        assert (await audited(place, "number-shown")).count(id_) == 1
        assert (await somebody.get(f"{QUEUE}/{id_}/number")).status == 405
    async with desk(place) as admin:
        assert "1740635" not in (await admin.get("/console/audit")).text


async def test_a_form_of_another_site_shows_no_number(place: Site) -> None:
    """Without the session's own token nothing is shown, nothing noted, nothing changed."""
    id_ = await wanted(place)
    async with desk(place, "staff", "norr") as somebody:
        for action in ("number", "take", "done"):
            told = await somebody.sends(f"{QUEUE}/{id_}/{action}", token="forged", outcome="reached")
            assert (told.status, WRITTEN in told.text) == (400, False)
    assert id_ not in await audited(place, "number-shown")
    assert ((await one(place, id_)).state, (await one(place, id_)).taken_by) == ("open", None)


async def test_a_call_of_another_unit_looks_like_none(place: Site) -> None:
    """The same page as for an id that never was, whatever is asked."""
    id_ = await wanted(place, "centrum")
    async with desk(place, "staff", "norr") as somebody:
        assert id_ not in (await somebody.get(QUEUE)).text
        other, none = await somebody.get(f"{QUEUE}/{id_}"), await somebody.get(f"{QUEUE}/nosuchcall")
        assert (other.status, none.status) == (404, 404)
        # But for the tokens of its forms and its own address, nothing tells them apart.
        assert other.text.split("<main")[1] == none.text.split("<main")[1]
        await somebody.get(QUEUE)
        for action in ("number", "take", "done"):
            assert (await somebody.sends(f"{QUEUE}/{id_}/{action}", outcome="reached")).status == 404
    row = await one(place, id_)
    assert (row.state, row.taken_by) == ("open", None)
    assert id_ not in await audited(place, "number-shown")


async def test_analysts_see_no_calls(place: Site) -> None:
    """Neither the queue nor a call, nor its number."""
    id_ = await wanted(place)
    async with desk(place, "analyst") as somebody:
        assert (await somebody.get(QUEUE)).status == 403
        assert (await somebody.get(f"{QUEUE}/{id_}")).status == 403
        await somebody.get("/console/")
        assert (await somebody.sends(f"{QUEUE}/{id_}/number")).status == 403


async def test_a_call_is_taken_and_taken_over(place: Site) -> None:
    """The queue says who calls; somebody else can take over; each is noted once, also where the form comes twice."""
    id_ = await wanted(place)
    async with desk(place, "staff", "norr") as first, desk(place, "staff", "norr") as second:
        await first.get(f"{QUEUE}/{id_}")
        forms = dict(first.forms)
        for _ in range(2):
            first.forms = dict(forms)
            assert (await first.sends(f"{QUEUE}/{id_}/take")).path == f"{QUEUE}/{id_}"
        assert "Du, sedan" in (await first.get(f"{QUEUE}/{id_}")).text
        page = (await second.get(f"{QUEUE}/{id_}")).text
        assert "Ta över samtalet" in page
        taken = await one(place, id_)
        assert taken.taken_at == place.clock.now
        await second.sends(f"{QUEUE}/{id_}/take")
        assert "Du, sedan" not in (await first.get(f"{QUEUE}/{id_}")).text
    assert (await one(place, id_)).taken_by not in (None, taken.taken_by)
    assert (await audited(place, "call-back-taken")).count(id_) == 2


async def test_what_came_of_a_call_takes_it_off_the_queue_with_its_number(place: Site) -> None:
    """Reached is kept; the number is deleted; sent twice it is noted once; an outcome that is none changes nothing."""
    id_ = await wanted(place)
    async with desk(place, "staff", "norr") as somebody:
        await somebody.get(f"{QUEUE}/{id_}")
        wrong = await somebody.sends(f"{QUEUE}/{id_}/done", outcome="asleep")
        assert (wrong.status, "Välj hur det gick" in wrong.text) == (422, True)
        forms = dict(somebody.forms)
        for _ in range(2):
            somebody.forms = dict(forms)
            told = await somebody.sends(f"{QUEUE}/{id_}/done", outcome="reached")
            assert told.path == f"{QUEUE}?done=reached"
        assert "Klart: ni fick tag i personen" in (await somebody.get(told.path)).text
        assert (await somebody.get(f"{QUEUE}/{id_}")).status == 404
    row = await one(place, id_)
    assert (row.state, row.outcome) == ("done", "reached")
    assert await place.house.store.read(call_backs.number, id_) is None
    assert (await audited(place, "call-back-done")).count(id_) == 1


async def test_what_was_withdrawn_meanwhile_is_told_so(place: Site) -> None:
    """Whoever still had the page open is told that nobody waits, and nothing is changed."""
    id_ = await wanted(place)
    async with desk(place, "staff", "norr") as somebody:
        await somebody.get(f"{QUEUE}/{id_}")
        await place.house.store.write(call_backs.withdraw, id_, place.clock.now)
        for action in ("number", "take", "done"):
            assert (await somebody.sends(f"{QUEUE}/{id_}/{action}", outcome="met")).status == 404
    assert (await one(place, id_)).state == "withdrawn"


async def test_who_calls_themselves_has_no_number_and_is_not_taken(place: Site) -> None:
    """They can be met or not heard from; reached is no outcome of theirs."""
    id_ = await wanted(place, way="I'll call you instead")
    async with desk(place, "staff", "norr") as somebody:
        page = (await somebody.get(f"{QUEUE}/{id_}")).text
        assert "Ringer själv" in page
        assert "Visa numret" not in page
        assert (await somebody.sends(f"{QUEUE}/{id_}/done", outcome="reached")).status == 422
        await somebody.sends(f"{QUEUE}/{id_}/take")
        assert (await one(place, id_)).taken_by is None
        assert (await somebody.sends(f"{QUEUE}/{id_}/done", outcome="met")).status == 303


async def test_an_overdue_call_is_told_in_words(place: Site) -> None:
    """Before its deadline nothing is said of it, after it the queue and the page say so."""
    id_ = await wanted(place, "soder")
    async with desk(place, "staff", "soder") as somebody:
        assert "Försenat" not in (await somebody.get(QUEUE)).text
        try:
            place.clock.now = MONDAY + timedelta(days=9)
            async with desk(place, "staff", "soder") as later:
                assert "Försenat: tiden har gått ut" in (await later.get(QUEUE)).text
                assert "Försenat: tiden har gått ut" in (await later.get(f"{QUEUE}/{id_}")).text
        finally:
            place.clock.now = MONDAY


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_calls_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing on the queue, on a call and its number, wide or on a phone; nothing scrolls sideways."""
    id_ = await wanted(place)
    async with screen(browser, place, await place.member("staff", "norr", language)) as page:
        await page.goto(QUEUE)
        await suits_every_size(page)
        await page.goto(f"{QUEUE}/{id_}")
        await page.click("form[action$=take] button")
        await page.click("form[action$=number] button")
        await page.wait_for_selector(f"a[href^='tel:']:has-text('{WRITTEN}')")
        await suits_every_size(page)
        await page.click("form[action$=done] button")
        await page.wait_for_selector("#outcome-fault")
        await suits_every_size(page)


def _of_contact(tx: Transaction, contact: str) -> list[CallBack]:
    return tx.all(CallBack, "SELECT * FROM call_backs WHERE contact_id = :contact", contact=contact)
