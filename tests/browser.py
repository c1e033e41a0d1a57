"""Debian's Chromium, driven by Playwright: pages as people see them, and axe's opinion of them.

Where Chromium is not installed, tests that need it are skipped with a line that says what to install; with CI=true
they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import resources

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

PHONE, DESK = (390, 844), (1280, 900)
NARROWEST = (320, 640)
"""CSS pixels: WCAG 2.2, 1.4.10 (reflow)."""

IN_EACH_LANGUAGE = tuple(pytest.param(language, marks=pytest.mark.long) for language in ("sv", "fi", "en"))
"""For proofs that look at whole pages: among the long proofs."""

expect.set_options(timeout=20_000)  # milliseconds; what is awaited comes at once, but not on a machine that is busy

_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

_FAULTS = """async () => {
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    // What it finds sound is much longer than what it does not: neither told in full nor sent here.
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    return found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`));
}"""


def chromium() -> str:
    """Where Chromium is. Skips the test, or fails it in CI, where there is none."""
    found = shutil.which("chromium")
    if found is None:
        missing = "needs Chromium: as root, apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser, closed in the end."""
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


async def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, and its best practices, on the page as it stands: rule and element."""
    if not await page.evaluate("'axe' in window"):
        # Through the debugger, which the page's own policy does not hold back as it would a script element.
        await page.evaluate(_axe())
    found: list[str] = await page.evaluate(_FAULTS)
    return found


async def faults_by_day_and_night(page: Page) -> list[str]:
    """What axe finds on the page as it stands, in light colours and in dark ones. Its context has `reduced_motion`.

    Dark ones in Swedish alone: colours are the same in every language.
    """
    found = await faults(page)
    if await _in_swedish(page):
        await page.emulate_media(color_scheme="dark")
        found += await faults(page)
        await page.emulate_media(color_scheme="light")
    return found


async def suits_every_size(page: Page) -> None:
    """axe finds nothing, wide and on a phone, and nothing scrolls sideways there or on the narrowest.

    axe looks at wide pages in Swedish alone: what there is on them beside a phone's is the same in every language.
    """
    sizes = (DESK, PHONE) if await _in_swedish(page) else (PHONE,)
    for width, height in (DESK, PHONE, NARROWEST):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
        if (width, height) in sizes:
            assert await faults(page) == [], (page.url, width)


async def _in_swedish(page: Page) -> bool:
    return await page.get_attribute("html", "lang") == "sv"


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
