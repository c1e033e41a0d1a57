"""Journeys in the console: read, drawn, played; a dropped file told line by line; nothing kept of any of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from bot.console.plays import LASTS
from bot.store.database import Transaction
from flows.wording import in_language
from tests.browser import DESK, IN_EACH_LANGUAGE, NARROWEST, PHONE, browsing, faults
from tests.site import Site, site

TABLES = ("persons", "contacts", "conversations", "answers", "outbox", "inbox", "journey_versions")

SOUND = """journey: small
title: { sv: "Liten", fi: "Pieni", en: "Small" }
audience: citizen
lasts: 30 minutes
after:
  send: 2 hours after end
  ask:
    helped:
      text: { sv: "Fick du hjälp?", fi: "Saitko apua?", en: "Did you get help?" }
      answer: one of
      choices:
        yes: { sv: "Ja", fi: "Kyllä", en: "Yes" }
        no: { sv: "Nej", fi: "Ei", en: "No" }
    why:
      only if: helped is no
      text: { sv: "Vad hände?", fi: "Mitä tapahtui?", en: "What happened?" }
      answer: own words
"""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as running:
        yield running


def _token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def _counts(here: Site) -> list[int]:
    def read(tx: Transaction) -> list[int]:
        return [tx.count(f"SELECT count(*) FROM {table}") for table in TABLES]

    return await here.house.store.read(read)


async def _get(client: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with client.get(path) as answer:
        return answer.status, unescape(await answer.text())


async def _post(client: aiohttp.ClientSession, path: str, **fields: str) -> tuple[str, str]:
    """Where one is led, and the page there."""
    async with client.post(path, data=fields) as answer:
        return answer.url.path, unescape(await answer.text())


async def _upload(client: aiohttp.ClientSession, content: bytes, name: str = "small.yaml") -> tuple[int, str]:
    _, page = await _get(client, "/console/journeys/check")
    form = aiohttp.FormData()
    form.add_field("token", _token(page))
    form.add_field("file", content, filename=name, content_type="application/yaml")
    async with client.post("/console/journeys/check", data=form) as answer:
        return answer.status, unescape(await answer.text())


async def test_every_journey_is_a_page_with_each_of_its_questions(here: Site) -> None:
    """The page of each built-in journey has every question's words and code, in each language, and its picture."""
    async with here.client(await here.member("staff")) as client:
        for journey in here.house.premises.library.journeys.values():
            for language in ("sv", "fi", "en", "sv-easy"):
                page = unescape(await (await client.get(f"/console/journeys/{journey.code}?lang={language}")).text())
                assert '<svg class="path"' in page
                for question in journey.questions():
                    assert in_language(question.text, language) in page
                    assert question.code in page


async def test_a_journey_is_played_to_its_end_and_nothing_is_kept(here: Site) -> None:
    """Taps go through the core, what would be kept stands beside, and no row is written."""
    async with here.client(await here.member("staff", language="en")) as client:
        _, page = await _get(client, "/console/journeys/phone-call")
        before = await _counts(here)
        begin = {"token": _token(page), "part": "after", "lang": "en"}
        path, page = await _post(client, "/console/journeys/phone-call/play", **begin)
        for _ in range(30):
            skip = [tap for tap, label in re.findall(r'name="tap" value="([0-9.]+)">([^<]+)<', page) if label == "Skip"]
            if not skip:
                break
            path, page = await _post(client, path, token=_token(page), tap=skip[-1])
        assert "The conversation is over." in page
        assert "(skipped)" in page
        assert await _counts(here) == before


async def test_own_words_are_masked_as_they_would_be_kept(here: Site) -> None:
    """What is written in a rehearsal is told as it would be stored."""
    async with here.client(await here.member("analyst")) as client:
        status, page = await _upload(client, SOUND.encode())
        assert status == 200
        [begin] = re.findall(r'action="(/console/journeys/dropped/[a-z0-9]+/play)"', page)
        path, page = await _post(client, begin, token=_token(page), lang="sv")
        [no] = [tap for tap, label in re.findall(r'name="tap" value="([0-9.]+)">([^<]+)<', page) if label == "Nej"]
        path, page = await _post(client, path, token=_token(page), tap=no)
        _, page = await _post(client, path, token=_token(page), text="Ring 070-174 06 35")
        kept = page.split('id="kept-title"')[1]
        assert "070-174" not in kept
        assert "masked: phone" in kept


async def test_a_faulty_file_is_told_with_its_lines(here: Site) -> None:
    """Every fault stands with its line, the line's own text and a remedy, all at once; nothing is kept."""
    faulty = SOUND.replace("helped is no", "helpd is no").replace("answer: own words", "answer: own word")
    async with here.client(await here.member("analyst")) as client:
        before = await _counts(here)
        status, page = await _upload(client, faulty.encode())
        assert status == 422
        assert "only if: helpd is no" in page
        assert "answer: own word" in page
        assert "Did you mean 'helped'?" in page
        assert "Rad 15" in page
        assert await _counts(here) == before


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 100, b"a: &a [*a, *a]\n" * 50, b"{" * 5000, "journey: åäö".encode("utf-16")]
)
async def test_a_hostile_file_is_refused_in_words(here: Site, content: bytes) -> None:
    """What is no journey is told to be none, whatever it is."""
    async with here.client(await here.member("admin")) as client:
        status, page = await _upload(client, content)
        assert status == 422
        assert 'class="faults"' in page


async def test_a_large_file_is_refused_in_words(here: Site) -> None:
    """A file over the bound is refused before it is read."""
    async with here.client(await here.member("admin")) as client:
        status, page = await _upload(client, b"# " + b"x" * 300_000)
        assert status == 413
        assert "Filen är för stor" in page


async def test_a_rehearsal_belongs_to_its_session_and_is_forgotten(here: Site) -> None:
    """Nobody else sees what somebody plays, and half an hour later nobody does."""
    async with here.client(await here.member("staff")) as client:
        _, page = await _get(client, "/console/journeys/phone-call")
        path, _ = await _post(client, "/console/journeys/phone-call/play", token=_token(page))
        async with here.client(await here.member("staff")) as other:
            assert (await _get(other, path))[0] == 404
        assert (await _get(client, path))[0] == 200
        here.clock.now += LASTS * 1.1
        assert (await _get(client, path))[0] == 404


async def test_dropping_files_is_for_designers(here: Site) -> None:
    """Staff read and play; only admins and analysts try files."""
    async with here.client(await here.member("staff")) as client:
        assert (await _get(client, "/console/journeys"))[0] == 200
        assert (await _get(client, "/console/journeys/check"))[0] == 403


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_journeys_are_accessible(here: Site, language: str) -> None:
    """axe finds nothing on list, page, rehearsal and checked file, in any language; nothing scrolls sideways."""
    cookie = await here.member("admin", language=language)
    async with browsing() as browser:
        for width, height in (PHONE, DESK) if language == "sv" else (PHONE,):
            context = await browser.new_context(viewport={"width": width, "height": height})
            await context.add_cookies([{"name": "kundresa-staff", "value": cookie, "url": here.url}])
            page = await context.new_page()
            await page.goto(f"{here.url}/console/journeys")
            assert await faults(page) == []
            await page.goto(f"{here.url}/console/journeys/office-visit")
            assert await faults(page) == []
            await page.set_viewport_size({"width": NARROWEST[0], "height": height})
            assert await page.evaluate("document.documentElement.scrollWidth") <= NARROWEST[0]
            async with page.expect_navigation():
                await page.locator("form[action$='/play'] button").click()
            assert await faults(page) == []
            await page.goto(f"{here.url}/console/journeys/check")
            await page.set_input_files("#file", {"name": "x.yaml", "mimeType": "text/yaml", "buffer": b"journey: x"})
            async with page.expect_navigation():
                await page.locator("main form button").click()
            assert await faults(page) == []
            await context.close()
