"""Posters and cards in the console: made, shown again, printed, retired."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.open_invitations import About
from bot.store import open_invitations
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.qr_codes import read_picture
from tests.site import Site, site
from tests.test_console_contacts import (
    ORGANISATION,
    VISIT,
    Desk,
    audited,
    desk,
    id_in,
    screen,
)
from tests.test_printing import MISSING, RASTER, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

ABOUT = {"kind": "poster", "journey": "office-visit", "unit": "norr"}
A4, A6 = (210, 297), (105, 148)
DOTS = 150
"""To the inch."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, of an organisation with several units."""
    async with site(tmp_path_factory.mktemp("open"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


async def made(somebody: Desk, **fields: str) -> str:
    """Make a poster or cards; the address of its page."""
    await somebody.get("/console/open")
    told = await somebody.sends("/console/open", **{**ABOUT, **fields})
    assert told.status == 303, told.text
    return told.path


def links(place: Site, page: str) -> list[str]:
    """The links on a page."""
    return re.findall(rf'value="({place.url}/s/[\w-]+)"', page)


async def printed(page: Page, folder: Path, size: tuple[int, int]) -> list[list[str]]:
    """Print a page as its own sheet says; what stands in the codes of each sheet of paper, which has this size."""
    assert RASTER is not None, MISSING
    paper = folder / "paper.pdf"
    await page.pdf(path=str(paper), prefer_css_page_size=True)
    await run(RASTER, "-gray", "-r", str(DOTS), str(paper), str(folder / "paper"))
    found = []
    for content in await asyncio.to_thread(_pictures, folder):
        header = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", content)
        assert header is not None
        width, height = int(header[1]), int(header[2])
        assert (round(width / DOTS * 25.4), round(height / DOTS * 25.4)) == size
        found.append(read_picture(content[header.end() :], width, height))
    return found


async def test_a_poster_is_made_shown_again_and_retired(place: Site) -> None:
    """Its page shows link and QR code as often as it is opened; retired it shows neither; each is noted."""
    async with desk(place) as somebody:
        path = await made(somebody, until="2027-05-31")
        page = (await somebody.get(path)).text
        assert len(links(place, page)) == 1
        assert links(place, (await somebody.get(path)).text) == links(place, page)
        assert "2027-05-31" in page
        told = await somebody.sends(f"{path}/code")
        assert re.search(r'class="spoken">[A-Z2-9-]{9}<', (await somebody.get(told.path)).text)
        await somebody.sends(f"{path}/retire")
        page = (await somebody.get(path)).text
        assert "Indragen" in page
        assert links(place, page) == []
        assert (await somebody.get(f"{path}/poster")).status == 409
    id_ = path.rpartition("/")[2]
    assert await audited(place, "made-poster") == [id_]
    assert await audited(place, "retired") == [id_]


async def test_a_form_sent_twice_makes_one(place: Site) -> None:
    """The same form again leads to the same cards."""
    async with desk(place) as somebody:
        await somebody.get("/console/open")
        fields = {**ABOUT, "kind": "cards", "cards": "3"}
        first, second = [(await somebody.sends("/console/open", **fields)).path for _ in range(2)]
        assert first == second
        assert "0 av 3" in (await somebody.get(first)).text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("journey", "", "Välj något i listan"),
        ("unit", "nowhere", "Det kan du inte välja"),
        ("until", "2026-11-15", "är förbi"),
        ("until", "2036-11-15", "Kontrollera året"),
        ("until", "nextweek", "ingen dag"),
        ("cards", "0", "från 1 till 1000"),
        ("cards", "1001", "från 1 till 1000"),
        ("cards", "²", "från 1 till 1000"),
    ],
)
async def test_what_can_not_be_made_is_said_beside_its_field(place: Site, field: str, value: str, told: str) -> None:
    """And nothing is made."""
    async with desk(place) as somebody:
        await somebody.get("/console/open")
        before = len(await place.house.store.read(open_invitations.listed))
        answer = await somebody.sends("/console/open", **{**ABOUT, "kind": "cards", "cards": "3", field: value})
        assert answer.status == 400
        fault = re.search(rf'id="{field}-fault">([^<]+)<', answer.text)
        assert fault is not None
        assert told in fault[1]
        assert len(await place.house.store.read(open_invitations.listed)) == before


async def test_staff_handle_their_own_units_posters_alone(place: Site) -> None:
    """Another unit's looks as if it were not there; whatever is sent about it changes nothing."""
    about = About("office-visit", "centrum")
    room, now = place.house.rooms.open_invitations, place.clock.now
    expires = now.replace(year=2027)
    poster = await place.house.store.write(room.make_poster, about, expires, now)
    sheet = await place.house.store.write(room.make_cards, about, 2, expires, now)
    async with desk(place, "staff", "norr") as somebody, desk(place, "analyst") as analyst:
        page = (await somebody.get("/console/open")).text
        assert poster not in page
        assert sheet not in page
        for id_ in (poster, sheet, "aaaaaaaaaaaaaa"):
            for way in ("", "/poster", "/cards"):
                assert (await somebody.get(f"/console/open/{id_}{way}")).status == 404
        await somebody.get("/console/open")
        for way in ("code", "retire"):
            assert (await somebody.sends(f"/console/open/{poster}/{way}")).status == 404
        assert (await somebody.sends("/console/open", **{**ABOUT, "unit": "centrum"})).status == 400
        assert (await somebody.sends("/console/open", **{**ABOUT, "token": "no"})).status == 400
        assert (await analyst.get("/console/open")).status == 403
        assert (await analyst.get(f"/console/open/{poster}/poster")).status == 403
    listed = await place.house.store.read(open_invitations.listed)
    assert [one.retired for one in listed if one.id in (poster, sheet)] == [0, 0]


@pytest.mark.skipif(RASTER is None, reason=MISSING)
async def test_a_poster_prints_on_one_a4(place: Site, browser: Browser, tmp_path: Path) -> None:
    """With its code, which is read from the paper again; in one language too; the spoken code and phone are on it."""
    async with desk(place) as somebody:
        for number, language in enumerate(("", "fi")):
            path = await made(somebody, language=language)
            await somebody.get(path)
            await somebody.sends(f"{path}/code")
            (link,) = links(place, (await somebody.get(path)).text)
            async with screen(browser, place, await place.member("admin")) as page:
                await page.goto(f"{path}/poster")
                text = await page.inner_text("main")
                assert "0000-000 01" in text
                assert ("Voluntary" in text) == (language == "")
                assert await _fits(page)
                folder = tmp_path / str(number)
                folder.mkdir()
                assert await printed(page, folder, A4) == [[link]]


@pytest.mark.long
@pytest.mark.skipif(RASTER is None, reason=MISSING)
async def test_cards_print_eight_a_sheet(place: Site, browser: Browser, tmp_path: Path) -> None:
    """Every card once, on A4, each code read from the paper again; fetching the sheet is noted."""
    async with desk(place) as somebody:
        path = await made(somebody, kind="cards", cards="9")
    async with screen(browser, place, await place.member("admin")) as page:
        await page.goto(f"{path}/cards")
        found = await printed(page, tmp_path, A4)
    assert [len(one) for one in found] == [8, 1]
    assert len({link for sheet in found for link in sheet}) == 9
    assert all(link.startswith(f"{place.url}/s/") for sheet in found for link in sheet)
    assert await audited(place, "printed-cards") == [path.rpartition("/")[2]]


@pytest.mark.long
@pytest.mark.long
@pytest.mark.skipif(RASTER is None, reason=MISSING)
async def test_a_contacts_card_prints_on_one_a6(place: Site, browser: Browser, tmp_path: Path) -> None:
    """In three languages, and in the person's own where it is known; its code is read from the paper again."""
    async with desk(place) as somebody:
        for number, language in enumerate(("", "sv")):
            await somebody.get("/console/new")
            told = await somebody.sends("/console/new", **VISIT, language=language, service="building")
            (link,) = links(place, (await somebody.get(told.path)).text)
            async with screen(browser, place, await place.member("admin")) as page:
                await page.goto(f"/console/contacts/{id_in(told.path)}/card")
                assert await _fits(page)
                folder = tmp_path / str(number)
                folder.mkdir()
                assert await printed(page, folder, A6) == [[link]]


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_posters_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing on any of them, wide and on a phone; nothing scrolls sideways but paper."""
    async with desk(place) as somebody:
        poster, cards = await made(somebody), await made(somebody, kind="cards", cards="2")
    async with screen(browser, place, await place.member("admin", language=language)) as page:
        for path in ("/console/open", poster, cards, f"{poster}/poster", f"{cards}/cards"):
            await page.goto(path)
            await suits_every_size(page)


async def _fits(page: Page) -> bool:
    """Whether all that stands on the paper has room on it."""
    return bool(
        await page.evaluate(
            "(() => { const m = document.querySelector('.a4, .a6'); "
            "return m.scrollHeight <= m.clientHeight && m.scrollWidth <= m.clientWidth })()"
        )
    )


def _pictures(folder: Path) -> list[bytes]:
    return [picture.read_bytes() for picture in sorted(folder.glob("paper-*.pgm"))]
