"""From the desk to the citizen and back: registered in the console, answered in another browser, seen by staff."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from bot.staff import sign_in_link
from tests.browser import DESK, PHONE
from tests.site import Site, site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _signed_in(here: Site, browser: Browser) -> Page:
    """A member of staff in a browser of their own, come in by their one-time link, with the keyboard."""
    staff = here.house.rooms.staff
    cookie = await here.member("staff")
    member = await here.house.store.read(lambda tx: staff.found(tx, here.members[cookie]))
    token = await here.house.store.write(staff.invite, member, here.clock.now)
    context = await browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="sv-SE")
    page = await context.new_page()
    await page.goto(sign_in_link(here.house.premises, token) or "")
    await page.locator("main button").focus()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    return page


async def _registered(page: Page, here: Site) -> str:
    """The link of a contact of four hours ago, registered on the first page."""
    await page.goto(f"{here.url}/console/new")
    await page.select_option("select[name=journey]", "office-visit")
    await page.fill("input[name=start_time], input[name=time], input[type=time]", "06:00")
    async with page.expect_navigation():
        await page.locator("main form button.main").first.click()
    text = await page.content()
    [link] = {part for part in text.replace('"', " ").replace("<", " ").split() if part.startswith(f"{here.url}/s/")}
    return link


async def _answers(page: Page, *, scripts: bool = True) -> None:
    """Skips what is asked, to the thanks."""
    for _ in range(30):
        skip = page.get_by_role("button", name="Hoppa över")
        if not await skip.count():
            break
        newest = await page.locator(".exchange").last.get_attribute("data-id")
        if scripts:
            await skip.last.click()
            await page.locator(f".exchange:last-child:not([data-id='{newest}'])").wait_for()
        else:
            async with page.expect_navigation():
                await skip.last.click()
    await page.get_by_text("Dina svar hjälper oss").wait_for()


@pytest.mark.long
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
async def test_registered_answered_and_seen(tmp_path: Path, browser: Browser, scripts: bool) -> None:
    """A contact registered at the desk is answered in a citizen's browser, and the week says so."""
    async with site(tmp_path) as here:
        desk = await _signed_in(here, browser)
        link = await _registered(desk, here)
        context = await browser.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]}, locale="sv-SE", java_script_enabled=scripts
        )
        citizen = await context.new_page()
        await citizen.goto(link)
        async with citizen.expect_navigation():
            await citizen.click("button.way")
        await _answers(citizen, scripts=scripts)
        await desk.goto(f"{here.url}/console/week")
        assert "Besvarad" in await desk.locator("table").first.inner_text() or "Besvarad" in await desk.content()


@pytest.mark.long
async def test_come_back_on_another_browser(tmp_path: Path, browser: Browser) -> None:
    """The return link opens the open question elsewhere, shows nothing of what was answered, and goes on from there."""
    async with site(tmp_path) as here:
        registered = await here.register()
        first = await (await browser.new_context(locale="sv-SE")).new_page()
        await first.goto(f"{here.url}/s/{registered.code}")
        async with first.expect_navigation():
            await first.click("button.way")
        answer = first.locator(".exchange .rows button").first
        label = await answer.inner_text()
        await answer.click()
        await first.locator(".exchange").nth(1).wait_for()
        assert label in await first.locator(".exchange").first.inner_text()
        await first.goto(f"{here.url}/c/keep")
        link = await first.locator("input[readonly]").first.input_value()
        second = await (await browser.new_context(locale="sv-SE")).new_page()
        await second.goto(link)
        assert label not in await second.content()
        async with second.expect_navigation():
            await second.locator("main form button").first.click()
        assert label not in await second.locator(".exchange").first.inner_text()
        await _answers(second)
