"""Cards as they are printed, and QR codes as they are read again."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from bot import library, organisation, printing, qr
from bot.printing import A_PAGE, Sheet
from flows.journey import Words
from tests.qr_codes import read_modules, read_picture, read_png, squares, stroked

LANGUAGES = ("sv", "fi", "en")
LINK = "https://t.me/KundresaBot?start=Zm9vYmFyYmF6cXV4MTIzND"
BROWSER, RASTER = shutil.which("chromium"), shutil.which("pdftoppm")
MISSING = "install chromium and poppler-utils (Debian: apt-get install chromium poppler-utils)"
WORDS = library.remarks(LANGUAGES)


def link(number: int) -> str:
    return f"https://t.me/KundresaBot?start={number:022d}"


def sheet(number: int, *, languages: tuple[str, ...] = LANGUAGES, name: str = "Exempelköpings kommun") -> Sheet:
    links = [link(one) for one in range(number)]
    there = organisation.default(LANGUAGES)
    unit = Words({"sv": "Servicekontor Centrum", "fi": "Palvelupiste Keskusta", "en": "Service office Centre"})
    return Sheet(
        "k3m9wq7hx2ptcd", links, Words({"": name}), unit, None, there.phone, languages, until=date(2027, 2, 18)
    )


def test_a_png_is_read_again() -> None:
    """The PNG of a link holds it, at error correction level M, with a quiet zone of four modules."""
    assert read_png(qr.png(LINK)) == [LINK]


def test_an_svg_is_read_again() -> None:
    """The SVG of a link holds it, has its size and a light ground, and loads nothing."""
    drawn = qr.svg(LINK).decode()
    (width,) = re.findall(r'width="(?:\d+)mm" height="(?:\d+)mm" viewBox="0 0 (\d+) \d+"', drawn)
    path = re.findall(r'd="(M[^"]*h[^"]*m[^"]+)"', drawn)[-1]
    assert read_modules(stroked(path), int(width)) == [LINK]
    assert min(min(place) for place in stroked(path)) == 4
    assert re.findall(r"(?:href|src|url)\b", drawn) == []


def test_the_drawing_in_a_page_is_read_again() -> None:
    """So does the element for a page, whose title is safe in HTML."""
    drawn = qr.drawing(LINK, 'a "title" & <more>')
    (width,) = re.findall(r'viewBox="0 0 (\d+) \d+"', drawn)
    assert read_modules(squares(drawn), int(width)) == [LINK]
    assert "<more>" not in drawn


@pytest.mark.parametrize(("number", "pages"), [(1, 1), (8, 1), (9, 2), (50, 7)])
def test_eight_cards_a_page(number: int, pages: int) -> None:
    """Every card is there once, eight a page, and every page has its marks and number."""
    page = printing.html(sheet(number), WORDS)
    assert page.count('<article class="card-out') == number
    assert page.count('<section class="page">') == page.count('class="marks"') == pages
    assert f"{pages}/{pages}</p>" in page
    (width, *_) = re.findall(r'viewBox="0 0 (\d+) \d+" shape', page)
    codes = re.findall(r'crispEdges"><path d="([^"]+)"', page)
    assert [read_modules(squares(code), int(width)) for code in codes[:2]] == [[link(one)] for one in range(number)][:2]


def test_a_sheet_loads_nothing_and_tells_no_code() -> None:
    """Links stand in it as QR codes alone, and no address of anything stands in it at all."""
    page = printing.html(sheet(9), WORDS)
    assert "http" not in page
    assert "start=" not in page
    assert re.findall(r"@import|url\(|<script|<link|<img|src=", page) == []


def test_a_card_says_who_asks_and_that_it_is_voluntary() -> None:
    """In every language asked for, marked with its language; in one alone no other stands there."""
    page = printing.html(sheet(1), WORDS)
    for text in ("Exempelköpings kommun", "Servicekontor Centrum", "Frivilligt", "Vapaaehtoista", "Voluntary"):
        assert text in page
    assert [f'lang="{language}"' in page for language in LANGUAGES] == [True] * 3
    alone = printing.html(sheet(1, languages=("fi",)), WORDS)
    assert "Palvelupiste Keskusta" in alone
    assert "Voluntary" not in alone


def test_cards_that_lead_to_our_pages_say_so() -> None:
    """Telegram is one of two ways where somebody answers there, else not named; nothing is left to be filled in."""
    both = printing.html(replace(sheet(1), web=True), WORDS)
    alone = printing.html(replace(sheet(1), web=True, telegram=False), WORDS)
    assert "i webbläsaren eller i Telegram" in both
    assert "Telegram" not in alone
    assert "{ways}" not in both + alone


def test_what_a_page_of_ours_shows_is_what_a_file_holds() -> None:
    """The same cards, in the same places, dressed by the same sheet; no style stands in an element."""
    found = sheet(9)
    assert printing.body(found, WORDS) in printing.html(found, WORDS)
    assert "style=" not in printing.body(found, WORDS)
    dress = resources.files("bot.pages").joinpath("static/cards.css").read_text("utf-8")
    assert dress in printing.html(found, WORDS)
    assert all(f".at{place}" in dress for place in range(1, A_PAGE + 1))


def test_names_can_do_no_harm_in_a_page() -> None:
    """What stands in the organisation's file is text, whatever it looks like."""
    page = printing.html(sheet(1, name="<script>$pages & Co"), WORDS)
    assert "&lt;script&gt;$pages &amp; Co" in page


@pytest.mark.skipif((BROWSER is None or RASTER is None) and os.environ.get("CI") != "true", reason=MISSING)
@pytest.mark.parametrize("number", [9, *(pytest.param(number, marks=pytest.mark.long) for number in (1, 8, 50))])
async def test_a_sheet_prints_as_it_should(number: int, tmp_path: Path) -> None:
    """A browser prints as many A4 pages as there should be, and every code on the paper is read from it again."""
    assert BROWSER is not None, MISSING
    assert RASTER is not None, MISSING
    page, paper = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    page.write_text(printing.html(sheet(number), WORDS), "utf-8")
    await run(
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={paper}",
        page.as_uri(),
    )
    await run(RASTER, "-gray", "-r", "110", str(paper), str(tmp_path / "paper"))
    pages, found = read_pages(tmp_path)
    assert pages == -(-number // A_PAGE)
    assert sorted(found) == [link(one) for one in range(number)]


def read_pages(folder: Path) -> tuple[int, list[str]]:
    """How many A4 pages were printed, and what stands in their codes."""
    pictures = [picture.read_bytes() for picture in sorted(folder.glob("paper-*.pgm"))]
    found: list[str] = []
    for picture in pictures:
        header = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", picture)
        assert header is not None
        width, height = int(header[1]), int(header[2])
        assert abs(width / height - 210 / 297) < 0.01
        found += read_picture(picture[header.end() :], width, height)
    return len(pictures), found


async def run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 120) == 0
