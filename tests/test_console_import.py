"""Lists dropped into the console: previewed before anything is stored, taken in, and what comes out."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import threading
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.console import held_files
from bot.store import contacts
from bot.store.database import Transaction
from tests.browser import IN_EACH_LANGUAGE, PHONE, faults
from tests.dropped_files import dropped, figures, foreseen, taken
from tests.site import Site, site
from tests.test_console_contacts import (
    ORGANISATION,
    Desk,
    Told,
    contact,
    desk,
    number,
    screen,
    suits_every_size,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAD = "Frågeplan;Enhet;Start;Referens;Utgång\n"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, of an organisation with several units."""
    async with site(tmp_path_factory.mktemp("import"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


def visit(reference: str, unit: str = "norr", start: str = "2026-11-18 10:00", outcome: str = "") -> str:
    return f"office-visit;{unit};{start};{reference};{outcome}\n"


async def previewed(somebody: Desk, content: str | bytes, name: str = "lista.csv", **fields: str) -> Told:
    """Drop a file; the page it leads to, or the one that refuses it."""
    file = content.encode() if isinstance(content, str) else content
    return await dropped(somebody, "/console/import", name, file, **fields)


async def test_a_list_is_previewed_then_taken_in(place: Site) -> None:
    """Row by row: new, changed and how, known, faulty with remedy; nothing is stored before yes; then files."""
    async with desk(place) as somebody:
        first = await previewed(somebody, HEAD + visit("A-1") + visit("A-2") + visit("A-3"))
        await taken(somebody, first.path)
        before = await number(place)
        page = await previewed(
            somebody,
            HEAD
            + visit("A-1")
            + visit("A-2", start="2026-11-19 11:00", outcome="Beviljat")
            + visit("A-4")
            + visit("A-5", unit="norrr")
            + visit("A-6", start="i morgon"),
        )
        assert figures(page.text) == [1, 1, 1, 2, 0]
        rows = foreseen(page.text)
        assert [kind for kind, _ in rows.values()] == ["Känd", "Ändras", "Ny", "Fel", "Fel"]
        assert rows[3][1] == "flyttas från 2026-11-18 10:00 till 2026-11-19 11:00; Utgång: Beviljat"
        assert "Menade du" in rows[5][1]
        assert "ingen dag och tid" in rows[6][1]
        assert len(foreseen((await somebody.get(f"{page.path}?kind=faulty")).text)) == 2
        assert await number(place) == before
        done = await taken(somebody, page.path)
        assert await number(place) == before + 1
        for line in (
            "Rader: 5",
            "Nya kontakter: 1",
            "Kända sedan tidigare: 1",
            "Kända och ändrade: 1",
            "Felaktiga rader: 2",
        ):
            assert line in done.text
        file = await somebody.get(f"{page.path}/invitations.csv")
        rows_out = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
        assert [row["reference"] for row in rows_out] == ["A-1", "A-2", "A-4"]
        assert all(row["link"].startswith(f"{place.url}/s/") for row in rows_out)
        assert file.headers["Cache-Control"] == "no-store"
        assert 'filename="invitations.csv"' in file.headers["Content-Disposition"]
        wrong = await somebody.get(f"{page.path}/faults.csv")
        assert [row[0] for row in csv.reader(io.StringIO(wrong.text), delimiter=";")][1:] == ["5", "6"]


async def test_confirming_twice_takes_in_once(place: Site) -> None:
    """Nor does the same list again register anything."""
    async with desk(place) as somebody:
        page = await previewed(somebody, HEAD + visit("B-1") + visit("B-2"))
        before = await number(place)
        await somebody.sends(page.path)
        await taken(somebody, page.path)
        assert await number(place) == before + 2
        again = await previewed(somebody, HEAD + visit("B-1") + visit("B-2"))
        assert figures(again.text) == [0, 0, 2, 0, 0]


async def test_defaults_hold_where_the_list_says_nothing(place: Site) -> None:
    """Journey, unit, service and channel for all rows; a code that is not offered is refused."""
    async with desk(place) as somebody:
        given = {"journey": "office-visit", "unit": "centrum", "service": "building", "channel": "visit"}
        page = await previewed(somebody, "Start;Referens\n2026-11-18 10:00;C-1\n", **given)
        assert figures(page.text) == [1, 0, 0, 0, 0]
        await taken(somebody, page.path)
        (row,) = await place.house.store.read(contacts.named, "C-1")
        assert (row.journey, row.unit, row.service, row.channel) == tuple(given.values())
        refused = await previewed(somebody, "Start\n2026-11-18 10:00\n", **{**given, "unit": "nowhere"})
        assert refused.status == 409
        assert "Det kan du inte välja" in refused.text


async def test_rows_of_other_units_are_refused_one_by_one(place: Site) -> None:
    """Staff take in their own unit's alone; the others are told with their rows, and stay out."""
    async with desk(place, "staff", "norr") as somebody:
        page = await previewed(
            somebody, HEAD + visit("D-1") + visit("D-2", unit="centrum") + visit("D-3", unit="Söder")
        )
        assert figures(page.text) == [1, 0, 0, 2, 0]
        assert "bara läsa in kontakter för din egen enhet (Servicekontor Norr)" in foreseen(page.text)[3][1]
        await taken(somebody, page.path)
        assert "norr" not in (await previewed(somebody, "Start\n2026-11-18 10:00\n", unit="centrum")).path
    assert await place.house.store.read(contacts.named, "D-2") == []


async def test_a_list_is_its_own_sessions_for_a_while(place: Site) -> None:
    """Nobody else sees it, nor takes it in; after a quarter of an hour it is gone, and so it is once left."""
    now = place.clock.now
    async with desk(place) as somebody, desk(place) as other:
        page = await previewed(somebody, HEAD + visit("E-1"))
        await other.get("/console/import")
        for way in ("", "/state", "/faults.csv", "/invitations.csv"):
            answer = await other.get(page.path + way)
            assert "E-1" not in answer.text
            assert answer.status == 404 or way == "/state"
        assert (await other.sends(page.path)).status == 404
        assert (await somebody.get(page.path)).status == 200
        place.clock.now += timedelta(minutes=16)
        assert (await somebody.get(page.path)).status == 404
        assert (await somebody.sends(page.path)).status == 404
        place.clock.now = now
        page = await previewed(somebody, HEAD + visit("E-1"))
        await somebody.sends(page.path, leave="1")
        assert (await somebody.get(page.path)).status == 404
    assert await place.house.store.read(contacts.named, "E-1") == []


async def test_few_lists_are_held_at_once(place: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one takes the place of the session's own; beyond the bound others are asked to come back."""
    place.clock.now += timedelta(minutes=16)
    monkeypatch.setattr(held_files, "MOST_HELD", 1)
    async with desk(place) as somebody, desk(place) as other:
        first = await previewed(somebody, HEAD + visit("F-1"))
        second = await previewed(somebody, HEAD + visit("F-2"))
        assert (await somebody.get(first.path)).status == 404
        assert (await somebody.get(second.path)).status == 200
        refused = await previewed(other, HEAD + visit("F-3"))
        assert (refused.status, "Försök igen om en kvart" in refused.text) == (409, True)


async def test_a_list_that_is_too_long_is_refused(place: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is tried."""
    monkeypatch.setattr("bot.console.file_pages.MOST_ROWS", 2)
    async with desk(place) as somebody:
        refused = await previewed(somebody, HEAD + visit("G-1") + visit("G-2") + visit("G-3"))
        assert (refused.status, "fler än 2 rader" in refused.text) == (422, True)


def book(*rows: list[str]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (150 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("tom.csv", b"", "Filen är tom. Hämta listan igen, eller börja med en tom lista härifrån."),
        ("lista.csv", b"%PDF-1.7 hello", "Det är en PDF"),
        ("lista.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "äldre Excelfil"),
        ("lista.xlsx", b"PK\x03\x04" + bytes(100), "skadad"),
        ("lista.xlsx", bomb(), "mer än en lista kan vara"),
        ("lista.csv", b"<html><table>", "webbsida"),
        ("lista.csv", b"a;b\n1;2\n", "Ingen kolumnrubrik"),
        ("lista.csv", HEAD.encode() + b'office-visit;"norr;x\n', "citattecknen går inte ihop"),
        ("lista.csv", b"Namn;Start\nx;y\n", "ser ut att innehålla personuppgifter"),
        ("lista.csv", b"Enhet\nnorr\n", "Kolumnen saknas"),
    ],
    ids=["empty", "pdf", "old", "damaged", "bomb", "page", "headers", "quotes", "personal", "needed"],
)
async def test_what_is_no_list_is_refused_in_words(place: Site, name: str, content: bytes, told: str) -> None:
    """Wrong, hostile and empty files: nothing is stored, and the page says what to do, without the command line."""
    async with desk(place) as somebody:
        before = await number(place)
        refused = await previewed(somebody, content, name)
        assert refused.status == 422
        assert told in refused.text
        assert "--" not in re.sub(r"<[^>]+>", "", refused.text)
        assert await number(place) == before


async def test_a_file_that_is_too_large_is_not_read(place: Site) -> None:
    """It is turned away at the door."""
    async with desk(place) as somebody:
        await somebody.get("/console/import")
        huge = await somebody.drops("/console/import", "stor.csv", bytes(26 * 1024 * 1024))
        assert huge.status == 413


async def test_a_form_without_its_token_or_file_does_nothing(place: Site) -> None:
    """Neither a forged preview nor a forged yes."""
    async with desk(place) as somebody, desk(place, "analyst") as analyst:
        page = await previewed(somebody, HEAD + visit("H-1"))
        before = await number(place)
        assert (await somebody.sends(page.path, token="no")).status == 400
        somebody.forms["token"] = "no"
        assert (await somebody.drops("/console/import", "lista.csv", b"x")).status == 400
        await somebody.get("/console/import")
        assert (await somebody.sends("/console/import")).status == 400
        assert await number(place) == before
        assert (await analyst.get("/console/import")).status == 403
        assert (await analyst.get(page.path)).status == 403


async def test_the_template_taken_in_as_it_is_registers_nothing(place: Site) -> None:
    """As .csv and as .xlsx; filled in it is taken."""
    async with desk(place, language="fi") as somebody:
        for kind in ("csv", "xlsx"):
            async with somebody.session.get(f"/console/import/template.{kind}") as answer:
                content = await answer.read()
            page = await previewed(somebody, content, f"x.{kind}")
            assert (page.status, figures(page.text)) == (200, [0, 0, 0, 0, 0])
            assert "Tuotavaa ei ole" in page.text
        filled = book(
            ["Kysymyspolku", "Yksikkö", "Alku", "Viite"],
            ["office-visit", "Palvelupiste Pohjoinen", "18.11.2026 10.00", "I-1"],
        )
        page = await previewed(somebody, filled, "lista.xlsx")
        assert figures(page.text) == [1, 0, 0, 0, 0]


async def test_people_are_answered_while_a_long_list_is_taken_in(place: Site) -> None:
    """Pages come in between its batches, and one of them says how far it has come."""
    async with desk(place) as somebody, desk(place) as other:
        rows = "".join(visit(f"J-{each}", start=f"2026-11-{17 + each % 4} 10:{each % 60:02}") for each in range(1500))
        page = await previewed(somebody, HEAD + rows)
        assert figures(page.text)[0] == 1500
        taking = asyncio.create_task(somebody.sends(page.path))
        seen = []
        while not taking.done():
            assert (await other.get("/console/week")).status == 200
            seen.append(1)
        await taken(somebody, page.path)
        assert len(seen) > 1
        assert (await other.get("/console/week")).status == 200


async def test_a_list_with_faulty_rows_from_drop_to_invitations_in_a_browser(place: Site, browser: Browser) -> None:
    """Dropped by hand, previewed, taken in, its invitations fetched; the same without scripts, by choosing the file."""
    for scripts, mark in ((True, "K"), (False, "L")):
        cookie = await place.member("staff", "norr")
        async with screen(browser, place, cookie, scripts=scripts) as page:
            await page.goto("/console/import")
            content = HEAD + visit(f"{mark}-1") + visit(f"{mark}-2", unit="nor")
            if scripts:
                await page.evaluate(
                    """content => {
                        const carried = new DataTransfer();
                        carried.items.add(new File([content], "lista.csv", {type: "text/csv"}));
                        document.querySelector("[data-drop]").dispatchEvent(
                            new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
                    }""",
                    content,
                )
            else:
                file = {"name": "lista.csv", "mimeType": "text/csv", "buffer": content.encode()}
                await page.set_input_files("#file", file)  # type: ignore[arg-type]
            await page.locator("main button.main").press("Enter")
            await page.wait_for_selector("text=Menade du")
            await page.locator("main button.main").press("Enter")
            await page.wait_for_selector("text=Nya kontakter: 1")
            async with page.expect_download() as fetching:
                await page.click("text=Hämta inbjudningarna")
            fetched = await fetching.value
            assert fetched.suggested_filename == "invitations.csv"
            text = await asyncio.to_thread(Path(await fetched.path()).read_text, "utf-8-sig")
            assert f"{mark}-1;" in text
            assert "/s/" in text
        (row,) = await place.house.store.read(contacts.named, f"{mark}-1")
        assert (await contact(place, row.id)).unit == "norr"


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_lists_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing on the form, its refusal, the preview and what came of it, wide and on a phone."""
    content = HEAD + visit(f"M-{language}") + visit("M-2", unit="nor")
    async with screen(browser, place, await place.member("admin", language=language)) as page:
        for source in (b"%PDF", content.encode()):
            await page.goto("/console/import")
            file = {"name": "lista.csv", "mimeType": "text/csv", "buffer": source}
            await page.set_input_files("#file", file)  # type: ignore[arg-type]
            await page.click("main button.main")
            await page.wait_for_selector(".notice.bad" if source == b"%PDF" else ".badge.bad")
            await suits_every_size(page)
        await page.click("main button.main")
        await page.wait_for_selector("a[href$='invitations.csv']")
        await suits_every_size(page)


@pytest.mark.long
async def test_the_page_tells_how_far_it_has_come_and_when_it_is_done(place: Site, browser: Browser) -> None:
    """While the database is busy the page waits, for everybody; then it opens what came of the list by itself."""
    begun, free = threading.Event(), threading.Event()

    def busy(_: Transaction) -> None:
        begun.set()
        free.wait(20)

    async with screen(browser, place, await place.member("staff", "norr"), PHONE) as page:
        await page.goto("/console/import")
        file = {"name": "lista.csv", "mimeType": "text/csv", "buffer": (HEAD + visit("N-1")).encode()}
        await page.set_input_files("#file", file)  # type: ignore[arg-type]
        await page.click("main button.main")
        await page.wait_for_selector(".badge.good")
        writing = asyncio.create_task(place.house.store.write(busy))
        try:
            await asyncio.to_thread(begun.wait, 20)
            await page.click("main button.main")
            await page.wait_for_selector("progress")
            assert await page.inner_text("[data-text]") == "Rader: 0 av 1"
            assert await faults(page) == []
        finally:
            free.set()
            await writing
        await page.wait_for_selector("text=Nya kontakter: 1")
