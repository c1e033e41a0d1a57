"""The pictures of the README: the demo's pages, as a citizen, staff and an analyst see them.

`python -m tests.pictures` plays the demo, serves it, and writes six PNG files into tests/pictures/. Needs Chromium and,
for the faces of scales, an emoji font (Debian's fonts-noto-color-emoji).
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.browser import DESK, PHONE, browsing

FOLDER = Path(__file__).parent / "pictures"
_DESK = (DESK[0], 800)


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[str, str]]:
    """The demo served: the console's address, and an invitation's."""
    with tempfile.TemporaryDirectory() as folder:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo", "--no-open", "--port", "0", "--to", f"{folder}/demo"),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            told = ""
            while "/s/" not in told and running.stdout is not None:
                line = await running.stdout.readline()
                if not line:
                    raise RuntimeError(f"the demo ended early:\n{told}")
                told += line.decode()
            console, invitation = (
                re.findall(rf"http://127\.0\.0\.1:\d+/{way}/[\w-]+", told)[0] for way in ("console/enter", "s")
            )
            yield console, invitation
        finally:
            running.send_signal(signal.SIGINT)
            await running.wait()


async def _page(browser: Browser, size: tuple[int, int], scheme: str) -> Page:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="sv-SE",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    return await context.new_page()


async def _citizen(browser: Browser, invitation: str) -> None:
    page = await _page(browser, PHONE, "light")
    await page.goto(invitation)
    await page.screenshot(path=FOLDER / "citizen-invited.png")
    async with page.expect_navigation():
        await page.click("button.way")
    await page.screenshot(path=FOLDER / "citizen-asked.png")


async def _console(browser: Browser, address: str) -> None:
    page = await _page(browser, _DESK, "light")
    await page.goto(address)
    async with page.expect_navigation():
        await page.locator("main button").click()
    base = address.partition("/console/")[0]
    for name, path in (
        ("console-new", "new"),
        ("console-week", "week"),
        ("console-answers", "answers"),
        ("console-journey", "journeys/office-visit#path-title"),
    ):
        await page.goto(f"{base}/console/{path}")
        await page.screenshot(path=FOLDER / f"{name}.png")


async def main() -> None:
    """Make all six."""
    FOLDER.mkdir(exist_ok=True)
    async with _served() as (console, invitation), browsing() as browser:
        await _citizen(browser, invitation)
        await _console(browser, console)


if __name__ == "__main__":
    asyncio.run(main())
