"""Files dropped into the console: what every kind of them has, from the drop to what came of it."""

from __future__ import annotations

import asyncio
import re

from tests.test_console_contacts import Desk, Told


async def dropped(somebody: Desk, path: str, name: str, content: bytes, **fields: str) -> Told:
    """Drop a file on the page at `path`; the page it leads to, or the one that refuses it."""
    await somebody.get(path)
    told = await somebody.drops(path, name, content, **fields)
    if told.status == 303:
        page = await somebody.get(told.path)
        return Told(page.status, page.text, page.headers, told.path)
    return told


async def taken(somebody: Desk, path: str) -> Told:
    """Confirm, and wait until it is done."""
    await somebody.sends(path)
    for _ in range(200):
        page = await somebody.get(path)
        if "/state" not in page.text:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError("it is still being taken in")


def foreseen(page: str) -> dict[int, tuple[str, str]]:
    """What the preview says of each row: its kind, and what is taken of it or wrong with it."""
    found = re.findall(
        r'class="number">(\d+)</th><td><span class="badge \w+">([^<]+)</span></td><td class="told">([^<]*)<', page
    )
    return {int(row): (kind, what) for row, kind, what in found}


def figures(page: str) -> list[int]:
    """How many rows are new, changed, known, faulty, and how many notes there are."""
    return [int(re.sub(r"\s", "", one)) for one in re.findall(r"<li><b>([\d\s]+)</b>", page)]
