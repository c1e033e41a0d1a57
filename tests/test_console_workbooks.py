"""Workbooks in the console: who fetches which file, what is noted, and that an address opens no other file."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import openpyxl
import pytest
import pytest_asyncio
from playwright.async_api import Browser
from yarl import URL

from bot.store.staff import Role
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.house import MONDAY
from tests.site import Clock, Site, site
from tests.test_console_contacts import ORGANISATION, audited, desk, screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOKS = "/console/workbooks"
WEEK, REPORT, DATA = "2026-W47", "kundresa_2026-W47.xlsx", "kundresa_2026-W47_data.xlsx"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module: a contact, and the week after it with that week's files made in Finnish."""
    folder = tmp_path_factory.mktemp("books")
    async with site(folder, {"KUNDRESA_ORGANISATION": ORGANISATION}, Clock(MONDAY)) as place:
        await place.register(unit="norr", service=None)
        place.clock.now = MONDAY + timedelta(days=7)
        async with desk(place) as somebody:
            await somebody.get(BOOKS)
            told = await somebody.sends(f"{BOOKS}/make", week=WEEK, language="fi")
            assert told.path == f"{BOOKS}?done={WEEK}"
        yield place


def exports(place: Site) -> Path:
    """Where the files lie."""
    return place.house.store.path.parent / "exports"


async def fetched(session: aiohttp.ClientSession, place: Site, path: str) -> tuple[int, bytes, str]:
    """An address as it is written, without anybody tidying it on the way."""
    async with session.get(URL(f"{place.url}{path}", encoded=True), allow_redirects=False) as answer:
        return answer.status, await answer.read(), answer.headers.get("Content-Disposition", "")


async def test_files_are_made_in_the_language_chosen_and_noted(place: Site) -> None:
    """Both stand in the folder; the report's title is Finnish; the list tells of them."""
    assert {path.name for path in exports(place).glob("*.xlsx")} == {REPORT, DATA}
    book = openpyxl.load_workbook(exports(place) / REPORT)
    assert book.properties.language == "fi"
    assert await audited(place, "workbooks-made") == [WEEK]
    async with desk(place) as somebody:
        page = (await somebody.get(f"{BOOKS}?done={WEEK}")).text
    assert f"Filerna är klara: {WEEK}" in page
    assert f'href="{BOOKS}/{DATA}"' in page


@pytest.mark.parametrize("role", ["admin", "analyst"])
async def test_both_files_are_fetched_and_noted(place: Site, role: str) -> None:
    """As files of their names that nothing on the way keeps, each noted by its week."""
    before = [len(await audited(place, one)) for one in ("report", "data-file")]
    known: Role = "admin" if role == "admin" else "analyst"
    async with place.client(await place.member(known)) as session:
        for name in (REPORT, DATA):
            status, content, disposition = await fetched(session, place, f"{BOOKS}/{name}")
            assert (status, disposition) == (200, f'attachment; filename="{name}"')
            assert content == (exports(place) / name).read_bytes()
            assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert [len(await audited(place, one)) for one in ("report", "data-file")] == [number + 1 for number in before]
    assert (await audited(place, "data-file"))[0] == WEEK


async def test_who_sees_one_unit_gets_no_data_file(place: Site) -> None:
    """The report, which has no small groups, but neither the data file nor a link to it."""
    before = len(await audited(place, "data-file"))
    async with desk(place, "analyst", "norr") as somebody:
        page = (await somebody.get(BOOKS)).text
        assert (REPORT in page, DATA in page) == (True, False)
        told = await somebody.get(f"{BOOKS}/{DATA}")
        assert (told.status, "ser en enhet" in told.text) == (403, True)
        assert (await somebody.get(f"{BOOKS}/{REPORT}")).status == 200
    assert len(await audited(place, "data-file")) == before


async def test_staff_and_strangers_get_nothing(place: Site) -> None:
    """Neither the list nor a file."""
    async with desk(place, "staff", "norr") as somebody:
        for path in (BOOKS, f"{BOOKS}/{REPORT}", f"{BOOKS}/{DATA}"):
            assert (await somebody.get(path)).status == 403
        await somebody.get("/console/me")
        assert (await somebody.sends(f"{BOOKS}/make", week=WEEK, language="sv")).status == 403
    async with place.client() as session:
        for path in (BOOKS, f"{BOOKS}/{REPORT}"):
            assert (await fetched(session, place, path))[0] == 303


@pytest.mark.parametrize(
    "name",
    [
        "../kundresa.db",
        "..%2Fkundresa.db",
        "%2e%2e%2fkundresa.db.key",
        "..%5ckundresa.db",
        "%2Fetc%2Fpasswd",
        "kundresa_2026-W47.xlsx%00",
        "kundresa_2026-W46.xlsx",
        "own.xlsx",
        "KUNDRESA_2026-W47.XLSX",
        "k" * 300,
    ],
)
async def test_an_address_opens_nothing_but_recorded_files(place: Site, name: str) -> None:
    """Ways out of the folder, near misses, and what lies in the folder without being ours are all no such file."""
    (exports(place) / "own.xlsx").write_bytes(b"somebody's own")
    async with place.client(await place.member()) as session:
        status, content, _ = await fetched(session, place, f"{BOOKS}/{name}")
    assert status == 404
    assert b"somebody's own" not in content
    assert not content.startswith((b"SQLite", b"PK", b"root"))


async def test_a_file_that_is_gone_is_told_and_made_again(place: Site) -> None:
    """It is said in words, nothing is noted as fetched; making the week's files brings it back."""
    (exports(place) / DATA).unlink()
    before = len(await audited(place, "data-file"))
    async with desk(place) as somebody:
        told = await somebody.get(f"{BOOKS}/{DATA}")
        assert (told.status, "Filen är borta" in told.text) == (404, True)
        assert len(await audited(place, "data-file")) == before
        await somebody.get(BOOKS)
        told = await somebody.sends(f"{BOOKS}/make", week=WEEK, language="sv")
        assert (told.status, told.path) == (303, f"{BOOKS}?done={WEEK}&stands=fi")
        page = await somebody.get(told.path)
        assert ("fanns redan (språk: Suomi)" in page.text, "Filerna är klara" in page.text) == (True, False)
        assert "<b>" not in (await somebody.get(f"{BOOKS}?done={WEEK}&stands=<b>")).text
        assert (await somebody.get(f"{BOOKS}/{DATA}")).status == 200
    assert openpyxl.load_workbook(exports(place) / REPORT).properties.language == "fi"  # a report is made once


@pytest.mark.parametrize(
    ("week", "language"), [("2026-W48", "sv"), ("2026-W46", "sv"), ("x", "sv"), ("", "sv"), (WEEK, "de")]
)
async def test_weeks_that_can_not_be_made_are_refused_beside_the_field(place: Site, week: str, language: str) -> None:
    """One that still runs, one before there was anything, no week, and a language not spoken here."""
    async with desk(place) as somebody:
        await somebody.get(BOOKS)
        told = await somebody.sends(f"{BOOKS}/make", week=week, language=language)
        assert (told.status, "Välj något i listan" in told.text) == (422, True)
        assert (await somebody.sends(f"{BOOKS}/make", week=WEEK, language="sv", token="forged")).status == 400


async def test_a_folder_that_can_not_be_written_is_told(place: Site) -> None:
    """The page says why, and keeps what was chosen."""
    (exports(place) / DATA).unlink()
    (exports(place) / DATA).mkdir()
    try:
        async with desk(place) as somebody:
            await somebody.get(BOOKS)
            told = await somebody.sends(f"{BOOKS}/make", week=WEEK, language="en")
            assert (told.status, "Det gick inte" in told.text) == (422, True)
            assert (await somebody.get(f"{BOOKS}/{DATA}")).status == 404
    finally:
        (exports(place) / DATA).rmdir()


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_workbooks_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing, wide or on a phone; nothing scrolls sideways but the table within itself."""
    async with screen(browser, place, await place.member("analyst", language=language)) as page:
        await page.goto(BOOKS)
        await suits_every_size(page)
        await page.goto(f"{BOOKS}/unknown.xlsx")
        await suits_every_size(page)
