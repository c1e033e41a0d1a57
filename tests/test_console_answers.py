"""Answers in the console: the report's figures and no others, nothing small by any way, and who reads own words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from playwright.async_api import Browser

from bot.store import weeks
from bot.store.database import Transaction
from bot.workbook.export import export_week
from flows.journey import Journey
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.site import Clock, Site, site
from tests.test_console_contacts import ORGANISATION, audited, desk, screen
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWERS, WORDS = "/console/answers", "/console/answers/words"
LAST, FIRST, PERIOD = "2026-W48", "2026-W45", "2026-W45 – 2026-W48"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
"""In 2026-W49, an open week."""

START = MONDAY + timedelta(weeks=1)
"""In 2026-W48, the last week of the period."""


def fill(
    tx: Transaction, journey: Journey, counts: Mapping[str, int], answers: dict[str, int | str | None], back: int = 0
) -> None:
    """So many persons' answers at each unit, in the week that lies so many weeks before the period's last."""
    rows = Rows(tx, journey)
    rows.use(journey, MONDAY - timedelta(weeks=20))
    for unit, persons in counts.items():
        for _ in range(persons):
            rows.answered(START - timedelta(weeks=back), answers, unit=unit)


def filled(tx: Transaction) -> None:
    """What every test of this module looks at: journeys that are answered by many, at a small unit, by few."""
    many: dict[str, int | str | None] = {
        "whole": 4,
        "told": "family press",
        "treated": 5,
        "comment": "tack & <hej>",
        "times": 3,
    }
    fill(tx, visit(), {"norr": 40, "soder": 35}, many)
    fill(tx, visit(), {"norr": 8}, {"feeling": 2, "treated": None})
    beside = visit(question("secret", "one", "after", options("rare", "usual")), code="beside")
    fill(tx, beside, {"norr": 40, "soder": 3}, {"whole": 4, "secret": "usual"})
    fill(tx, visit(code="small"), {"norr": 5}, {"whole": 1, "told": "press"})
    fill(tx, visit(code="staff", audience="employee"), {"norr": 9}, {"whole": 5})
    # The running week: nine more at the unit, who change nothing.
    fill(tx, visit(), {"norr": 9}, {"whole": 1}, back=-1)
    weeks.close_ended(tx, AFTER, ZONE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    folder = tmp_path_factory.mktemp("answers")
    async with site(folder, {"KUNDRESA_ORGANISATION": ORGANISATION}, Clock(AFTER)) as place:
        await place.house.store.write(filled)
        yield place


def text(page: str) -> str:
    """What stands on a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def cells(page: str, table: str) -> list[list[str]]:
    """The rows of the first table of this class."""
    (body,) = re.findall(rf'<table class="{table}">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    return [
        [text(cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)] for row in body.split("</tr>")[:-1]
    ]


def card(page: str, asked: str) -> str:
    """What stands on the card, or the line, of one question."""
    (found,) = re.findall(
        rf'<(?:h4|b)>{re.escape(asked)}</(?:h4|b)>(.*?)(?:<div class="card">|</li>|</div>\s*</div>)', page, re.DOTALL
    )
    return text(found)


async def test_the_figures_are_the_reports(place: Site, tmp_path: Path) -> None:
    """Index, interval, shares, counts and the funnel are those that the report's own file holds for the period."""
    path, _ = await export_week(
        place.house.store,
        LAST,
        folder=tmp_path,
        organisation=place.house.premises.organisation,
        language="en",
        now=AFTER,
        zone=ZONE,
    )
    book = load_workbook(path)

    def rows(title: str, table: str) -> list[dict[str, object]]:
        header, *found = book[title][book[title].tables[table].ref]
        names = [str(cell.value) for cell in header]
        told = [dict(zip(names, [cell.value for cell in row], strict=True)) for row in found]
        return [row for row in told if row["Journey"] == "A visit" and row["Time"] == PERIOD]

    async with desk(place, language="en") as somebody:
        page = (await somebody.get(f"{ANSWERS}?journey=visit")).text
    points = rows("Journey", "journey")
    shown = cells(page, "stops")
    assert len(points) == len(shown) == 3
    for row, (_, _, step, index, answers) in zip(points, shown, strict=True):
        value, low, high = (float(str(row[name])) for name in ("Index 0–100", "Index from", "Index to"))
        assert step == f"{value / 25 + 1:.1f} {low / 25 + 1:.1f}–{high / 25 + 1:.1f}"
        assert index == f"{value:.0f} {low:.0f}–{high:.0f}"
        assert answers == f"{row['Answers']} of {row['Persons asked']}"
    (funnel,) = rows("Overview", "funnel")
    names = ("Contacts registered", "Opened the invitation", "Began", "Finished")
    assert [row[:2] for row in cells(page, "funnel")] == [[name, str(funnel[name])] for name in names]
    assert f"Response rate: {float(str(funnel['Response rate'])):.0%}, of contacts registered: 83" in text(page)
    told = [row for row in rows("Questions", "questions") if row["Question"] == "told?"]
    assert [row["Count"] for row in told] == [75, 0, 75]
    assert "Family 75 100% 95%–100% To-Us 0 0% 0%–5% Press 75 100% 95%–100% Answered: 75." in card(page, "told?")


async def test_few_are_rounded_and_colleagues_need_ten(place: Site) -> None:
    """Eight persons: a hollow point in fives and no distribution; nine employees: nothing but the reason."""
    async with desk(place, language="en") as somebody:
        page = (await somebody.get(f"{ANSWERS}?journey=visit")).text
        assert page.count('class="point rounded"') == 1
        assert card(page, "feeling?").endswith("Contacts: 10. Under 30 answered: in fives, counts upwards.")
        page = (await somebody.get(f"{ANSWERS}?journey=staff")).text
        assert ('<svg class="curve"' in page, "under 10" in text(page)) == (False, True)


@pytest.mark.parametrize("unit", ["", "&unit=norr"])
async def test_a_small_group_is_nowhere_on_the_page(place: Site, unit: str) -> None:
    """Five persons who gave the lowest answer: neither curve, value, bar nor choice; a reason in words, and no rate."""
    async with desk(place, language="en") as somebody:
        page = (await somebody.get(f"{ANSWERS}?journey=small{unit}")).text
    assert "Not shown: fewer than 7 persons" in page
    assert "Not shown: fewer than 7 contacts" in page
    assert not re.search(r"<svg|measure|share-bar|Press|%", page.partition('id="content"')[2])


@pytest.mark.parametrize("member", [None, "norr"])
async def test_a_small_unit_can_not_be_had_by_subtraction(place: Site, member: str | None) -> None:
    """All units less the large one would be the three of the small one: the large one is held back, with the reason."""
    async with desk(place, "analyst", member, "en") as somebody:
        page = (await somebody.get(f"{ANSWERS}?journey=beside&unit=norr")).text
        assert "would give a small group away" in card(page, "secret?")
        assert not re.search(r"<svg|measure|share-bar|Usual", page.partition('id="content"')[2])
        shown = (await somebody.get(f"{ANSWERS}?journey=visit&unit=norr")).text
        assert "Answered: 40." in card(shown, "told?")
    async with desk(place, language="en") as somebody:
        whole = (await somebody.get(f"{ANSWERS}?journey=beside")).text
        assert "Usual 43 100%" in card(whole, "secret?")


async def test_who_sees_one_unit_sees_no_other(place: Site) -> None:
    """Whatever the address asks for; and nothing to choose from."""
    async with desk(place, "staff", "soder", "en") as somebody:
        for asked in ("", "&unit=norr", "&unit="):
            page = (await somebody.get(f"{ANSWERS}?journey=visit{asked}")).text
            assert "Answered: 35." in card(page, "told?")
            assert ('name="unit"' in page, "Service office South" in text(page)) == (False, True)
            assert WORDS not in page


async def test_an_open_week_is_in_no_figure(place: Site) -> None:
    """Those who answered in the running week are in no count, no index and no period that can be chosen."""
    async with desk(place, language="en") as somebody:
        page = (await somebody.get(f"{ANSWERS}?journey=visit&period=2026-W49")).text
        assert "Answered: 75." in card(page, "whole?")
        assert re.findall(r'<option value="(2026-W\d\d)"', page) == [FIRST]
        assert (await somebody.get(f"{ANSWERS}?journey=nothing&period=%00&unit=%C3%A5")).status == 200


async def test_without_a_closed_period_there_is_a_word_and_no_figure(tmp_path: Path) -> None:
    """A house that has just been opened."""
    async with site(tmp_path) as fresh, desk(fresh) as somebody:
        told = await somebody.get(ANSWERS)
        assert (told.status, "Inga siffror än" in told.text) == (200, True)


async def words_said(place: Site) -> None:
    """What two persons wrote after a visit at two units, one of them twice, and a simulated one."""

    def write(tx: Transaction) -> None:
        journey = place.house.premises.library.journeys["office-visit"]
        rows = Rows(tx, journey)
        if tx.count("SELECT COUNT(*) FROM journey_versions WHERE journey = 'office-visit'"):
            return
        rows.use(journey, START)
        asked = next(one.code for one in journey.questions() if one.kind == "words")
        for unit, said in (("norr", "Nordan <b>blåste</b>"), ("soder", "Sunnan värmde")):
            contact = rows.contact(AFTER, rows.person(AFTER), unit=unit)
            follow_up = rows.follow_up(contact, "after", AFTER)
            conversation = rows.conversation(follow_up, contact, "person-00001", AFTER)
            first = rows.answer(conversation, asked, AFTER, text="Det här ändrades")
            rows.answer(conversation, asked, AFTER, text=said, supersedes=first)
        rows.answered(AFTER, {asked: "Ingen har sagt det"}, unit="norr", simulated=True)

    await place.house.store.write(write)


async def test_own_words_are_read_by_those_who_may_and_noted(place: Site) -> None:
    """The newest first, with question, unit and day, whole and harmless; without ids; each look in the audit log."""
    await words_said(place)
    async with desk(place, "analyst") as somebody:
        page = (await somebody.get(f"{WORDS}?journey=office-visit")).text
        assert (await audited(place, "verbatims"))[0] == "office-visit *"
        assert re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page) == [
            "Sunnan värmde",
            "Nordan &lt;b&gt;blåste&lt;/b&gt;",
        ]
        assert "30 november 2026" in page
        assert not re.search(r"person-\d|contact-\d|conversation-\d", page)
        assert "Nordan" not in (await somebody.get(f"{WORDS}?unit=soder&journey=office-visit")).text
        assert "blockquote" not in (await somebody.get(f"{WORDS}?journey=office-visit&period={FIRST}")).text
        assert (await audited(place, "verbatims"))[0] == f"office-visit {FIRST}"
        before = len(await audited(place, "verbatims"))
        await somebody.get(f"{WORDS}?journey=%27%3Bx&question=y&period=z&before=%C2%B2")
        assert (await audited(place, "verbatims"))[0] == "* *"
        assert len(await audited(place, "verbatims")) == before + 1


async def test_own_words_of_another_unit_are_not_there(place: Site) -> None:
    """An analyst of one unit, whatever the address asks for."""
    await words_said(place)
    async with desk(place, "analyst", "soder") as somebody:
        for asked in ("", "?unit=norr", "?journey=office-visit&unit="):
            page = (await somebody.get(f"{WORDS}{asked}")).text
            assert ("Sunnan" in page, "Nordan" in page, 'name="unit"' in page) == (True, False, False)


async def test_staff_and_strangers_read_no_own_words(place: Site) -> None:
    """Staff are refused, and it is noted; who is not signed in is shown the door."""
    async with desk(place, "staff", "norr") as somebody:
        told = await somebody.get(WORDS)
        assert (told.status, "Nordan" in told.text) == (403, False)
    assert (await audited(place, "refused"))[0] == WORDS
    async with place.client() as stranger:
        for path in (ANSWERS, WORDS):
            async with stranger.get(path, allow_redirects=False) as answer:
                assert answer.status == 303


async def test_own_words_come_by_the_page(place: Site) -> None:
    """Fifty at a time, older ones by a link, until the oldest."""
    async with desk(place) as somebody:
        page = (await somebody.get(f"{WORDS}?unit=norr&period={FIRST}")).text
        assert page.count("<blockquote") == 40
        page = (await somebody.get(f"{WORDS}?period={FIRST}")).text
        assert page.count("<blockquote") == 50
        (older,) = re.findall(r'href="(/console/answers/words\?[^"]*before=\d+)"', page)
        page = (await somebody.get(unescape(older))).text
        assert (page.count("<blockquote"), "before=" in page) == (25, False)


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_answers_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing, wide or on a phone, dark or light; nothing scrolls sideways but tables within themselves."""
    await words_said(place)
    async with screen(browser, place, await place.member("analyst", language=language)) as page:
        for path in (
            f"{ANSWERS}?journey=visit",
            f"{ANSWERS}?journey=beside&unit=norr",
            f"{WORDS}?journey=office-visit",
        ):
            await page.goto(path)
            await suits_every_size(page)
        await page.emulate_media(color_scheme="dark")
        await page.goto(f"{ANSWERS}?journey=visit")
        await suits_every_size(page)
        assert await page.locator("svg.curve title").text_content()
