"""The citizen's pages in Chromium: with and without script, by keyboard, narrow, large, dark; and what axe finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser import IN_EACH_LANGUAGE, NARROWEST, PHONE, faults_by_day_and_night
from tests.site import Site, site

pytestmark = pytest.mark.asyncio(loop_scope="session")

LARGEST_FIRST_PAGE = 100_000
SMALLEST_TARGET = 24
"""CSS pixels: WCAG 2.2, 2.5.8."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    async with site(tmp_path_factory.mktemp("pages")) as place:
        yield place


@dataclass
class Visit:
    """Somebody's browser: its page, every request it made, and what it complained of."""

    context: BrowserContext
    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def visiting(
    browser: Browser, size: tuple[int, int] = PHONE, *, script: bool = True, language: str = "en"
) -> AsyncIterator[Visit]:
    """A browser of somebody new."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        locale=language,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    visit = Visit(context, page)
    page.on("request", lambda request: visit.requests.append(request))  # noqa: PLW0108 - a method of a list can't be marked
    page.on("console", lambda said: _complained(visit, said))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    try:
        yield visit
    finally:
        await context.close()


async def _begun(place: Site, visit: Visit, journey: str = "office-visit", **changes: object) -> Page:
    registered = await place.register(journey, **changes)
    await visit.page.goto(f"{place.url}/s/{registered.code}")
    await visit.page.click("button.way")
    await visit.page.wait_for_url("**/c/")
    return visit.page


async def _to_the_end(page: Page, *, script: bool) -> None:
    """Answer whatever is asked, with the first answer or a few words, until there is no more."""
    for _ in range(14):
        skip = page.get_by_role("button", name="Skip")
        if not await skip.count():
            return
        newest = page.locator(".exchange").last
        before = await newest.get_attribute("data-id")
        answers = newest.locator(".rows button:not(.toggle):not(.main)")
        toggles = newest.locator(".rows button.toggle")
        if await toggles.count():
            await toggles.first.click()
            await expect(page.locator(".exchange").last.locator("[aria-pressed=true]")).to_have_count(1)
            if script:
                await page.locator(".toggle:focus").wait_for()
            await page.locator(".exchange").last.locator(".rows button.main").click()
        elif await answers.count():
            await answers.first.click()
        else:
            await page.get_by_label("Write in your own words").fill("It went well, and nobody had to wait.")
            await page.get_by_role("button", name="Send").click()
        await page.locator(f".exchange:last-child:not([data-id='{before}'])").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_from_the_first_tap_to_thanks(place: Site, browser: Browser, script: bool) -> None:
    """A whole conversation, in a browser with script and in one without."""
    async with visiting(browser, script=script) as visit:
        page = await _begun(place, visit, "phone-call", channel="phone")
        await _to_the_end(page, script=script)
        await expect(page.get_by_text("Thank you!")).to_be_visible()
        assert visit.complaints == []


async def test_every_request_is_to_ourselves(place: Site, browser: Browser) -> None:
    """No third party learns that anybody was here, and there is one cookie at most."""
    async with visiting(browser) as visit:
        page = await _begun(place, visit)
        await page.locator(".rows button").first.click()
        await page.locator(".mine").wait_for()
        for path in ("/accessibility", "/c/my-data", "/"):
            await page.goto(place.url + path)
        assert {urlsplit(request.url).netloc for request in visit.requests} == {urlsplit(place.url).netloc}
        assert [cookie["name"] for cookie in await visit.context.cookies()] == ["kundresa"]
        headers = [await request.all_headers() for request in visit.requests]
        assert not any(one.get("referer") for one in headers)


@pytest.mark.long
@pytest.mark.parametrize("path", ["landing", "chat"])
async def test_a_page_with_all_it_loads_is_light(place: Site, browser: Browser, path: str) -> None:
    """Under 100 kB for whoever comes for the first time, and for the first question."""
    async with visiting(browser) as visit:
        if path == "chat":
            await _begun(place, visit)
            await visit.page.wait_for_load_state("load")
        else:
            await visit.page.goto(f"{place.url}/s/{(await place.register()).code}")
        total = 0
        async with place.client() as client:
            cookies = {cookie["name"]: cookie["value"] for cookie in await visit.context.cookies()}
            for url in {visit.page.url, *(one.url for one in visit.requests if "/static/" in one.url)}:
                async with client.get(url, cookies=cookies) as answer:
                    total += len(await answer.read())
        assert 5_000 < total < LARGEST_FIRST_PAGE


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_axe_finds_nothing_on_any_page(place: Site, browser: Browser, language: str) -> None:
    """Every page before beginning and of the chat, light and dark."""
    async with visiting(browser, language=language) as visit:
        page = visit.page
        registered = await place.register("office-visit", language=language)
        for path in (f"/s/{registered.code}", "/", "/s/nothing", "/c/nothing", "/c/", "/accessibility"):
            await page.goto(place.url + path)
            assert await faults_by_day_and_night(page) == [], path
        await page.goto(f"{place.url}/s/{registered.code}")
        await page.click("button.way")
        await page.wait_for_url("**/c/")
        await page.locator("summary").click()
        assert await faults_by_day_and_night(page) == []
        await page.locator(".rows button").first.click()
        await page.locator(".mine").wait_for()
        assert await faults_by_day_and_night(page) == []
        await page.locator(".send").click()
        await page.locator("#text-fault").wait_for()
        assert await faults_by_day_and_night(page) == []
        for path in ("/c/my-data", "/c/erase", "/accessibility", f"/s/{(await place.register()).code}"):
            await page.goto(place.url + path)
            assert await faults_by_day_and_night(page) == [], path


async def test_a_whole_answer_by_keyboard_alone(place: Site, browser: Browser) -> None:
    """Tab and Enter lead from the landing page to the second answer; the focus is always seen, and never lost."""
    async with visiting(browser) as visit:
        page, registered = visit.page, await place.register()
        await page.goto(f"{place.url}/s/{registered.code}")
        await _tab_to(page, "Here in the browser")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/c/")
        await _tab_to(page, await _first_answer(page))
        await page.keyboard.press("Enter")
        await page.locator(".bubble.asking:focus").wait_for()
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert await focused.get_attribute("name") == "tap"
        assert await focused.evaluate("one => getComputedStyle(one).outlineStyle") != "none"


@pytest.mark.long
async def test_after_an_answer_the_focus_is_on_the_newest_question(place: Site, browser: Browser) -> None:
    """So a screen reader reads it at once; the live region repeats nothing of it."""
    async with visiting(browser) as visit:
        page = await _begun(place, visit)
        before = await page.locator(".question").last.inner_text()
        await page.locator(".rows button").first.click()
        focused = page.locator(".bubble.asking:focus")
        await focused.wait_for()
        question = await focused.inner_text()
        assert question
        assert question != before
        assert await page.locator("#news").inner_text() == ""
        tree = await page.locator("main").aria_snapshot()
        assert tree.count(question) == 1 + tree.count(f'group "{question}"')


@pytest.mark.long
async def test_what_comes_by_itself_is_announced_and_steals_no_focus(place: Site, browser: Browser) -> None:
    """Somebody writes; a message comes: it is said once, politely, and what was written stands where it stood."""
    async with visiting(browser) as visit:
        page = await _begun(place, visit)
        # Another tab of the same person does something that the bot answers.
        other = await visit.context.new_page()
        await other.goto(f"{place.url}/c/")
        await page.bring_to_front()
        field_ = page.get_by_label("Write in your own words")
        await field_.fill("I was just about to say")
        await other.locator("summary").click()
        await other.get_by_role("button", name="Help").click()
        await expect(page.locator("#news")).to_contain_text("New message: I am a bot")
        await expect(page.locator(".bubble", has_text="I am a bot that asks")).to_have_count(1)
        assert await field_.input_value() == "I was just about to say"
        assert await field_.evaluate("one => document.activeElement === one")
        assert await page.locator("#news").get_attribute("aria-live") == "polite"


@pytest.mark.long
async def test_without_a_connection_what_was_written_stays_and_the_person_is_told(
    place: Site, browser: Browser
) -> None:
    """An alert in words; sent again once the connection is back."""
    async with visiting(browser) as visit:
        page = await _begun(place, visit)
        await page.get_by_label("Write in your own words").fill("Do not lose me")
        await visit.context.set_offline(True)
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("alert")).to_contain_text("It could not be sent")
        assert await page.get_by_label("Write in your own words").input_value() == "Do not lose me"
        await visit.context.set_offline(False)
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("alert")).to_be_empty()


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_nothing_scrolls_sideways_at_320_pixels_or_with_text_twice_as_large(
    place: Site, browser: Browser, language: str
) -> None:
    """Reflow (1.4.10) and larger text (1.4.4): pages stay one column, and nothing is cut off."""
    async with visiting(browser, NARROWEST, language=language) as visit:
        page = await _begun(place, visit, language=language)
        await page.locator("summary").click()
        landing = f"/s/{(await place.register()).code}"
        for path in ("", landing, "/", "/c/my-data", "/accessibility"):
            if path:
                await page.goto(place.url + path)
            for size in ("100%", "200%"):
                await page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= NARROWEST[0], f"{path or 'chat'} at {size}"


@pytest.mark.long
async def test_what_can_be_tapped_is_large_enough(place: Site, browser: Browser) -> None:
    """Every button and menu link is at least 24 pixels high and wide; the answers 44."""
    async with visiting(browser) as visit:
        page = await _begun(place, visit)
        await page.locator("summary").click()
        for one in await page.locator("button:visible, main a:visible, nav a:visible, footer a:visible").all():
            box = await one.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= SMALLEST_TARGET, await one.inner_text()
        for one in await page.locator(".rows button").all():
            box = await one.bounding_box()
            assert box is not None
            assert box["height"] >= 44


@pytest.mark.long
async def test_the_page_of_the_chat_reads_well_to_a_screen_reader(place: Site, browser: Browser) -> None:
    """One main, one first heading, the question as a heading, its answers a group of that name, the field labelled."""
    async with visiting(browser) as visit:
        page = await _begun(place, visit)
        question = await page.locator(".question").last.inner_text()
        tree = await page.locator("body").aria_snapshot()
        assert 'heading "Your chat with us" [level=1]' in tree
        assert f'heading "{question}" [level=2]' in tree
        assert f'group "{question}"' in tree
        assert 'textbox "Write in your own words"' in tree
        assert 'navigation "Menu"' in tree


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_axe_finds_nothing_on_the_pages_of_coming_back(place: Site, browser: Browser, language: str) -> None:
    """What comes later, the link, the page it opens elsewhere, the notice, what is refused there, and after stop."""
    start = place.clock.now + timedelta(days=3)
    async with (
        visiting(browser, language=language) as visit,
        visiting(browser, language=language) as other,
    ):
        page = await _begun(place, visit, language=language, start=start)
        await page.locator(".coming").wait_for()
        assert await faults_by_day_and_night(page) == []
        for path in ("/c/keep", "/c/rights"):
            await page.goto(place.url + path)
            assert await faults_by_day_and_night(page) == [], path
        await page.goto(f"{place.url}/c/keep")
        await other.page.goto(await page.locator("#link").input_value())
        assert await faults_by_day_and_night(other.page) == []
        await other.page.locator("form button").click()
        await other.page.wait_for_url("**/c/*")
        assert await faults_by_day_and_night(other.page) == []
        await other.page.goto(f"{place.url}/c/erase")
        assert await faults_by_day_and_night(other.page) == []
        await page.goto(f"{place.url}/c/")
        await page.locator("summary").click()
        await page.locator("button[value=stop]").click()
        await page.locator("button[value=start]").wait_for()
        assert await faults_by_day_and_night(page) == []


@pytest.mark.long
async def test_what_becomes_due_shows_on_a_page_that_stands_open(place: Site, browser: Browser) -> None:
    """Without a tap: it is there, and announced."""
    begun = place.clock.now
    start = begun + timedelta(days=3)
    async with visiting(browser) as visit:
        page = await _begun(place, visit, start=start)
        await expect(page.locator(".question")).to_have_count(0)
        try:
            await place.beat(days=2, hours=8)
            await expect(page.locator(".question")).to_have_count(1)
            await expect(page.locator("#news")).to_contain_text("New message:")
        finally:
            place.clock.now = begun


async def _first_answer(page: Page) -> str:
    return await page.locator(".rows button").first.inner_text()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        await page.keyboard.press("Tab")
        if name in await page.locator(":focus").inner_text():
            return
    raise AssertionError(f"no way to {name!r} by Tab")


def _complained(visit: Visit, said: ConsoleMessage) -> None:
    if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
        visit.complaints.append(said.text)
