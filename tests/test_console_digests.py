"""The week in brief in the console: for whom it is, its picture and words, and what is said where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.store import digests
from bot.store.digests import Kept
from bot.workbook import picture
from bot.workbook.digest_files import picture_name
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.site import Clock, Site, site
from tests.test_console_contacts import ORGANISATION, desk, screen
from tests.test_digests import answered

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE, WEEK = "/console/digests", "2026-W48"
PICTURE = f"{PAGE}/{WEEK}/picture.png"
AFTER = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, with forty persons' answers and the digest of their week."""
    folder = tmp_path_factory.mktemp("brief")
    async with site(folder, {"KUNDRESA_ORGANISATION": ORGANISATION}, Clock(AFTER)) as place:
        await place.house.store.write(answered, {0: 40, 1: 40})
        await place.application.rounds.export()
        yield place


async def kept(place: Site) -> Kept:
    """The digest as it was kept."""
    found = await place.house.store.read(digests.of_week, WEEK)
    assert found is not None
    return found


def file(place: Site) -> Path:
    """The picture's file."""
    return place.house.store.path.parent / "exports" / picture_name(WEEK)


@pytest.mark.parametrize("unit", [None, "norr"])
async def test_analysts_see_picture_and_words(place: Site, unit: str | None) -> None:
    """Whether they see one unit or all: it holds what may be passed on. The picture's text is its words."""
    one = await kept(place)
    async with desk(place, "analyst", unit) as somebody:
        for path in (PAGE, f"{PAGE}/{WEEK}"):
            page = (await somebody.get(path)).text
            assert f'src="{PICTURE}" alt="{escape(one.words)}"' in page
            shown = page.replace("<br>", "\n")
            for part in one.words.split("\n\n")[1:]:
                assert f"<p>{escape(part)}</p>" in shown
        async with somebody.session.get(PICTURE) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert await answer.read() == file(place).read_bytes()


async def test_staff_and_strangers_see_neither(place: Site) -> None:
    """Refused, and sent to sign in."""
    async with desk(place, "staff", "norr") as somebody:
        for path in (PAGE, f"{PAGE}/{WEEK}", PICTURE):
            assert (await somebody.get(path)).status == 403
    async with place.client() as session, session.get(PICTURE, allow_redirects=False) as answer:
        assert answer.status == 303


@pytest.mark.parametrize("week", ["2026-W12", "x", "..%2Fkundresa.db", "2026-W48%00", "2" * 300])
async def test_no_other_week_and_no_other_file_is_shown(place: Site, week: str) -> None:
    """A week without a digest, and ways out of the folder, are no such week."""
    async with desk(place) as somebody:
        for path in (f"{PAGE}/{week}", f"{PAGE}/{week}/picture.png"):
            assert (await somebody.get(path)).status == 404


async def test_what_lacks_is_said_and_the_words_stand(place: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was taken away, a server that can't draw, a week in which nothing could be shown."""
    one, drawn = await kept(place), file(place).read_bytes()
    file(place).unlink()
    async with desk(place, "analyst") as somebody:

        async def told() -> str:
            page = unescape((await somebody.get(PAGE)).text)
            assert one.words.split("\n\n")[-1] in page
            assert "<img" not in page.partition("<main")[2]
            return page

        try:
            assert f"Bilden ligger inte kvar på servern: {picture_name(WEEK)}" in await told()
            assert (await somebody.get(PICTURE)).status == 404
            await place.house.store.write(digests.record, _without(one))
            assert "Den här veckan har ingen bild" in await told()
            monkeypatch.setattr(picture, "find_spec", lambda name: None)
            assert "köra: pip install '.[digest]'" in await told()
        finally:
            await place.house.store.write(digests.record, one)
            file(place).write_bytes(drawn)


def _without(one: Kept) -> Kept:
    return Kept(one.week, one.language, one.title, one.words, one.short, None, None, one.made_at)


async def test_before_the_first_week_it_says_when_there_is_one(tmp_path: Path) -> None:
    """No digest yet: no picture, and when one is made."""
    async with site(tmp_path, clock=Clock(AFTER)) as empty, desk(empty, "analyst") as somebody:
        page = (await somebody.get(PAGE)).text
        assert "Ingen vecka är sammanfattad än" in page


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_the_page_is_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing, wide or on a phone, and nothing scrolls sideways."""
    async with screen(browser, place, await place.member("analyst", language=language)) as page:
        await page.goto(PAGE)
        await suits_every_size(page)
