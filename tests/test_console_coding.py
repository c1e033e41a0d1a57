"""A coded data file given back in the console: previewed, taken in, told row by row; and how far coders agree."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.store import coding as stored
from bot.store.coding import Standing
from bot.store.database import Transaction
from tests.browser import IN_EACH_LANGUAGE, PHONE, browsing
from tests.dropped_files import dropped, figures, foreseen, taken
from tests.site import Site, site
from tests.test_coding_files import WAYS, book, lines
from tests.test_console_contacts import ORGANISATION, Desk, Told, audited, desk, screen, suits_every_size
from tests.workbook_rows import MONDAY, Rows, visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/console/coding"


def _written(tx: Transaction) -> None:
    """Ten texts: the first four about norr, the others about centrum."""
    rows = Rows(tx, visit())
    rows.use(visit(), MONDAY - timedelta(weeks=9))
    for number in range(10):
        rows.answered(MONDAY - timedelta(hours=9), {"comment": "Hemligt."}, unit="norr" if number < 4 else "centrum")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    async with site(tmp_path_factory.mktemp("coding"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        await place.house.store.write(_written)
        yield place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole module."""
    async with browsing() as browser:
        yield browser


def file(*coded: tuple[int, dict[str, str]]) -> bytes:
    """A data file in which these answers are coded."""
    return book(("verbatims", lines([{"row_id": f"answer-{number:05d}", **said} for number, said in coded])))


async def previewed(somebody: Desk, content: bytes, name: str = "kundresa_2026-W46_data.xlsx") -> Told:
    """Drop a file; the page it leads to, or the one that refuses it."""
    return await dropped(somebody, PATH, name, content)


async def standing(place: Site) -> dict[tuple[int, str], Standing]:
    """What counts, by the number of the answer and the field."""
    found = await place.house.store.read(
        lambda tx: list(stored.standing(tx, "2026-W40", "2026-W50", "2026-W50", simulated=False))
    )
    return {(int(one.answer_id[-5:]), one.field): one for one in found}


async def test_a_file_is_previewed_then_taken_in(place: Site) -> None:
    """Row by row: what is coded, what changes and from what, what is wrong; nothing is stored before yes."""
    async with desk(place, "analyst") as somebody:
        first = await previewed(somebody, file((1, {"need": "seen"}), (2, {"theme": "waiting", "comment": "x"})))
        assert foreseen(first.text)[2] == ("Kodas", "need: Bli sedd och hörd")
        assert await standing(place) == {}
        await taken(somebody, first.path)
        content = file(
            (1, {"need": "next; safe"}),
            (2, {"theme": "waiting"}),
            (3, {"cause": "waitd", "demand_coded": "failure"}),
            (99, {"need": "seen"}),
            (4, {}),
            (5, {"need": "-", "comment": "Se vecka 45."}),
            (2, {"comment": "-"}),
        )
        page = await previewed(somebody, content)
        assert figures(page.text) == [2, 2, 0, 2, 0]
        assert foreseen(page.text) == {
            2: ("Ändras", "need: Veta vad som händer härnäst, Känna mig trygg (förut: Bli sedd och hörd)"),
            3: ("Ändras", "comment: tas bort"),
            4: ("Fel", "”waitd” finns inte. Menade du ”waited”?"),
            5: ("Fel", foreseen(page.text)[5][1]),
            7: ("Kodas", "comment: Se vecka 45."),
        }
        assert "Inget svar har detta row_id" in foreseen(page.text)[5][1]
        assert "demand_coded: Onödig efterfrågan" in page.text
        assert "Hemligt" not in page.text
        assert len(foreseen((await somebody.get(f"{page.path}?kind=faulty")).text)) == 2
        assert len(await standing(place)) == 3
        done = await taken(somebody, page.path)
        for line in ("Rader: 7", "Kodade rader: 4", "Rader utan kod: 1", "Rader med fel: 2", "Koder som togs bort"):
            assert line in done.text
        wrong = await somebody.get(f"{page.path}/faults.csv")
        assert [row[0] for row in csv.reader(io.StringIO(wrong.text), delimiter=";")][1:] == ["4", "5"]
        assert wrong.headers["Cache-Control"] == "no-store"
        counts = await standing(place)
        assert {key: one.codes or one.text for key, one in counts.items()} == {
            (1, "need"): "next safe",
            (2, "theme"): "waiting",
            (3, "demand_coded"): "failure",
            (5, "comment"): "Se vecka 45.",
        }
        (who,) = {one.coder for one in counts.values()}
        assert who in place.members.values()
        assert (await audited(place, "coded"))[0] == hashlib.sha256(content).hexdigest()[:16]
        again = await previewed(somebody, content)
        assert figures(again.text) == [0, 0, 4, 2, 0]
        assert "Det finns inget nytt att läsa in" in again.text


async def test_a_member_of_one_unit_codes_what_is_about_that_unit(place: Site) -> None:
    """Other rows are told and stay as they are; nor does the page tell how others were coded there."""
    async with desk(place, "analyst", "norr") as somebody, desk(place, "analyst") as other:
        both = file((4, {"cause": "waited"}), (8, {"cause": "waited"}))
        await taken(other, (await previewed(other, both)).path)
        page = await previewed(somebody, file((4, {"cause": "advice"}), (8, {"cause": "advice"})))
        assert figures(page.text) == [1, 0, 0, 1, 0]
        assert "en annan enhet än din" in foreseen(page.text)[3][1]
        done = await taken(somebody, page.path)
        counts = await standing(place)
        assert (counts[4, "cause"].codes, counts[4, "cause"].other_codes) == ("advice", "waited")
        assert counts[8, "cause"].codes == "waited"
        assert re.search(r'<th scope="row">cause</th><td>.*, .*</td><td class="number">1</td>', done.text)


async def test_two_coders_see_how_far_they_agree(place: Site) -> None:
    """By column, with n and interval, on the page of what was taken in and on the first page; whoever codes is "du"."""
    async with desk(place, "analyst") as one, desk(place, "admin") as other:
        kinds = ("value", "value", "failure", "failure", "unclear", "unclear")
        first = file(*((number, {"demand_coded": kind}) for number, kind in enumerate(kinds, 5)))
        second = file(*((number, {"demand_coded": kind}) for number, kind in enumerate(("value", *kinds[:5]), 5)))
        await taken(one, (await previewed(one, first)).path)
        done = await taken(other, (await previewed(other, second)).path)
        # By hand: 4 of 6 alike, by chance (2*3 + 2*2 + 2*1)/36 = 1/3; (2/3 - 1/3)/(2/3) = 1/2.
        (row,) = re.findall(r'demand_coded</th><td>([^<]+)</td><td class="number">6</td>(.*?)</tr>', done.text)
        assert "du" in row[0].split(", ")
        assert "Member" in row[0]
        assert re.findall(r">([^<]+)</td>", row[1])[:2] == ["67 %", "0,50"]
        assert "demand_coded</th><td>" in (await one.get(PATH)).text


async def test_a_file_is_its_own_sessions_for_a_while(place: Site) -> None:
    """Nobody else sees it nor takes it in; after a quarter of an hour it is gone, and so it is once left."""
    now = place.clock.now
    content = file((9, {"need": "seen"}))
    async with desk(place, "analyst") as somebody, desk(place) as other, desk(place, "staff", "norr") as staff:
        page = await previewed(somebody, content)
        await other.get(PATH)
        for way in ("", "/state", "/faults.csv"):
            answer = await other.get(page.path + way)
            assert "need" not in answer.text
            assert answer.status == 404 or way == "/state"
        assert (await other.sends(page.path)).status == 404
        assert (await staff.get(PATH)).status == 403
        assert (await somebody.sends(page.path, token="no")).status == 400
        place.clock.now += timedelta(minutes=16)
        assert (await somebody.get(page.path)).status == 404
        place.clock.now = now
        page = await previewed(somebody, content)
        await somebody.sends(page.path, leave="1")
        assert (await somebody.get(page.path)).status == 404
    assert (9, "need") not in await standing(place)


async def test_what_is_no_coded_file_is_refused_in_words(place: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty, another kind, without the columns, too long, too large: the page says what to do."""
    async with desk(place, "analyst") as somebody:
        for content, told in (
            (b"", "Hämta datafilen igen under Arbetsböcker"),
            (b"%PDF-1.7", "Det är en PDF"),
            (b"a;b\n1;2\n", "Inget blad har kolumnen row_id"),
        ):
            refused = await previewed(somebody, content)
            assert (refused.status, told in refused.text) == (422, True)
        monkeypatch.setattr("bot.console.file_pages.MOST_ROWS", 3)
        refused = await previewed(somebody, WAYS["as it is"])
        assert (refused.status, "fler än 3 kodade rader" in refused.text) == (422, True)
        await somebody.get(PATH)
        assert (await somebody.drops(PATH, "stor.csv", bytes(26 * 1024 * 1024))).status == 413


async def test_a_file_of_several_sheets_is_told_by_sheet(place: Site) -> None:
    """Rows are numbered within theirs, in the order of the file."""
    rows = [{"row_id": "answer-00009", "need": "seen"}, {"row_id": "answer-00010", "need": "sen"}]
    async with desk(place, "analyst", language="en") as somebody:
        page = await previewed(somebody, book(("W45", lines(rows[:1])), ("W46", lines(rows[1:]))))
        found = re.findall(r'<tr><td>(W\d\d)</td><th scope="row" class="number">2</th>.*?badge (\w+)', page.text)
        assert found == [("W45", "good"), ("W46", "bad")]


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_coding_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing on the form, its refusal, the preview and what came of it, wide and on a phone, where what will
    happen to a row is read without scrolling, and so is the whole table of one sheet.
    """
    both = file((6, {"theme": "forms" if language == "sv" else "other", "need": "sen"}), (7, {"theme": "waiting"}))
    async with screen(browser, place, await place.member("analyst", language=language)) as page:
        for source in (b"%PDF", both):
            await page.goto(PATH)
            given = {"name": "verbatims.xlsx", "mimeType": "application/octet-stream", "buffer": source}
            await page.set_input_files("#file", given)  # type: ignore[arg-type]
            await page.click("main button.main")
            await page.wait_for_selector(".notice.bad" if source == b"%PDF" else ".badge.bad")
            if source == b"%PDF":
                await page.click("main details >> nth=0")
            await suits_every_size(page)
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        right = "Math.max(...[...document.querySelectorAll('td.told')].map(one => one.getBoundingClientRect().right))"
        assert await page.evaluate(right) <= PHONE[0]
        over = "[...document.querySelectorAll('main .scroll')].map(one => one.scrollWidth - one.clientWidth)"
        assert await page.evaluate(over) == [0]
        await page.click("main button.main")
        await page.wait_for_selector("a[href$='faults.csv']")
        await suits_every_size(page)
