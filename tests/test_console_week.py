"""A week in the console: its numbers, its table, and what is done with one or many of its contacts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.house import MONDAY
from tests.site import Site, site
from tests.test_console_contacts import LANGUAGES, ORGANISATION, Desk, audited, contact, desk, screen
from tests.web_citizen import citizen

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEEK = "/console/week?week=2026-W47"
DAY = timedelta(days=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, of an organisation with several units."""
    async with site(tmp_path_factory.mktemp("week"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


async def some(place: Site, number: int, *, week: int = 0, unit: str = "norr", mark: str = "V") -> list[str]:
    """So many contacts that start in the week so many weeks after the module's first."""
    starts = [MONDAY + timedelta(weeks=week, days=1, minutes=each) for each in range(number)]
    return [
        (await place.register(unit=unit, service=None, start=start, reference=f"{mark}-{week}-{each}")).id
        for each, start in enumerate(starts)
    ]


def rows(page: str) -> list[str]:
    """The ids of the table's rows, in order."""
    return re.findall(r'<th scope="row"><a href="/console/contacts/(\w+)"', page)


def figures(page: str) -> list[int]:
    """The numbers on top: registered, invited, begun, finished, still open."""
    return [int(one) for one in re.findall(r"<li><b>(\d+)</b>", page)]


def chosen(ids: list[str]) -> dict[str, str]:
    """The boxes of these contacts, ticked."""
    return {f"c-{id_}": "1" for id_ in ids}


async def test_numbers_tell_how_far_contacts_came(place: Site) -> None:
    """Registered, invited (not cancelled, not left out), begun, finished, still open; and why no answer came."""
    registered = await place.register(unit="soder", service=None)
    await some(place, 2, unit="soder")
    async with desk(place) as somebody:
        address = f"{WEEK}&unit=soder"
        assert figures((await somebody.get(address)).text) == [3, 3, 0, 0, 3]
        async with citizen(place, **{"Accept-Language": "sv"}) as person:
            await person.begin(registered.code or "")
            await place.beat()
        page = (await somebody.get(address)).text
        assert figures(page) == [3, 3, 1, 0, 3]
        assert rows((await somebody.get(f"{address}&state=begun")).text) == [registered.id]
        (other, _) = rows((await somebody.get(f"{address}&state=planned")).text)
        await somebody.get(f"/console/contacts/{other}")
        await somebody.sends(f"/console/contacts/{other}/cancel")
        page = (await somebody.get(address)).text
        assert figures(page) == [3, 2, 1, 0, 2]
        assert re.search(r"Kontakten ställdes in</td><td class=\"number\">2<", page)


async def test_what_goes_out_stands_by_day(place: Site) -> None:
    """A planned follow-up is counted on its own day, also of a contact of the week after; unopened ones apart."""
    await some(place, 1, week=3, unit="norr")
    async with desk(place) as somebody:
        page = (await somebody.get("/console/week?week=2026-W50&unit=norr")).text
    days = re.findall(r'<tr><th scope="row" class="whole">([^<]+)</th>((?:<td class="number">[^<]+</td>)+)', page)
    assert len(days) == 7
    counts = {day: re.findall(r">([^<]+)</td>", cells) for day, cells in days}
    assert counts["mån 7 dec."] == ["–", "–", "–", "1"]
    assert counts["tis 8 dec."] == ["–", "–", "–", "1"]


async def test_the_table_sorts_filters_and_pages_on_the_server(place: Site) -> None:
    """By each column, both ways; by unit, journey and state; fifty a page; each contact stands on one page."""
    await some(place, 60, week=5, unit="norr")
    await some(place, 2, week=5, unit="centrum", mark="W")
    async with desk(place) as somebody:
        address = "/console/week?week=2026-W52"
        first = (await somebody.get(address)).text
        second = (await somebody.get(f"{address}&page=2")).text
        assert (len(rows(first)), len(rows(second))) == (50, 12)
        assert not set(rows(first)) & set(rows(second))
        assert "Sida 1 av 2" in first
        for sort in ("start", "reference", "unit", "journey", "state", "next"):
            up = rows((await somebody.get(f"{address}&unit=norr&sort={sort}")).text)
            down = rows((await somebody.get(f"{address}&unit=norr&sort={sort}&down=1")).text)
            assert len(up) == len(down) == 50
        by_unit = rows((await somebody.get(f"{address}&sort=unit")).text)
        assert [(await contact(place, id_)).unit for id_ in by_unit[:3]] == ["centrum", "centrum", "norr"]
        assert 'aria-sort="ascending"' in first
        link = re.search(r'aria-sort="ascending"><a href="([^"]+)"', first)
        assert link is not None
        latest = (await somebody.get(unescape(link[1]))).text
        assert rows(latest)[0] == rows(second)[-1]
        assert rows((await somebody.get(f"{address}&journey=phone-call")).text) == []


@pytest.mark.parametrize(
    "query",
    ["week=2026-W54", "week=%00", "week=9999-W52", "week=0001-W01", "sort=;drop", "page=0", "page=99999999", "state=x"],
)
async def test_strange_addresses_show_a_week_all_the_same(place: Site, query: str) -> None:
    """What can't be is left out."""
    async with desk(place) as somebody:
        assert (await somebody.get(f"/console/week?{query}")).status == 200


async def test_weeks_follow_each_other_over_the_turn_of_the_year(place: Site) -> None:
    """Earlier and later lead to the week beside, also where a year has 53."""
    async with desk(place) as somebody:
        page = (await somebody.get("/console/week?week=2026-W53")).text
    assert re.findall(r'href="/console/week\?week=([\w-]+)" rel', page) == ["2026-W52", "2027-W01"]


async def test_staff_see_and_change_their_own_unit_alone(place: Site) -> None:
    """Whatever the address and the form ask for."""
    (own,), (other,) = await some(place, 1, week=6, unit="norr"), await some(place, 1, week=6, unit="centrum")
    async with desk(place, "staff", "norr") as somebody:
        page = (await somebody.get("/console/week?week=2026-W53&unit=centrum")).text
        assert rows(page) == [own]
        told = (
            await somebody.sends("/console/week/do", action="outcome", outcome="granted", **chosen([own, other]))
        ).text
        assert "Utgång sparad: 1" in told
        assert "Kontakten finns inte" in told
        answer = await somebody.sends("/console/week/day", unit="centrum", day="2026-12-29", sure="1")
        assert answer.status == 403
        assert "Ingen kontakt" in (await somebody.sends("/console/week/find", find=other)).text
        assert "Ingen kontakt" in (await somebody.sends("/console/week/find", find="V-6-0x")).text
    row = await contact(place, other)
    assert (row.outcome, row.cancelled_at) == (None, None)


async def test_analysts_see_states_and_no_references(place: Site) -> None:
    """And can neither search, choose nor change."""
    ids = await some(place, 2, week=7)
    async with desk(place, "analyst") as somebody:
        page = (await somebody.get("/console/week?week=2027-W01")).text
        assert sorted(rows(page)) == sorted(ids)
        assert "V-7-0" not in page
        assert 'type="checkbox"' not in page
        for path in ("find", "do", "day"):
            assert (await somebody.sends(f"/console/week/{path}", find="V-7-0", **chosen(ids))).status == 403


async def test_a_contact_is_found_by_reference_or_id(place: Site) -> None:
    """Open or closed, whatever its week; the reference stands in no address."""
    (open_one, closed) = await some(place, 2, week=8)
    async with desk(place) as somebody:
        await somebody.get(f"/console/contacts/{closed}")
        await somebody.sends(f"/console/contacts/{closed}/cancel")
        assert (await contact(place, closed)).reference is None
        for wanted, id_ in (("V-8-0", open_one), ("V-8-1", closed), (f" {closed} ", closed)):
            await somebody.get("/console/week")
            assert (await somebody.sends("/console/week/find", find=wanted)).path == f"/console/contacts/{id_}"
        assert "Ingen kontakt" in (await somebody.sends("/console/week/find", find="%")).text


async def test_many_are_moved_at_once_each_at_its_own_time(place: Site) -> None:
    """Without a time each keeps its time of day; what can't be moved says why, and the others are moved."""
    ids = await some(place, 3, week=9)
    async with desk(place) as somebody:
        await somebody.get(f"/console/contacts/{ids[2]}")
        await somebody.sends(f"/console/contacts/{ids[2]}/cancel")
        await somebody.get("/console/week")
        told = (await somebody.sends("/console/week/do", action="move", move_day="2027-01-25", **chosen(ids))).text
        assert "Flyttade: 2" in told
        assert "Gick inte: 1" in told
        assert "redan inställd" in told
        again = await somebody.sends("/console/week/do", action="move", **chosen(ids))
        assert "Flytta till vilken dag?" in again.text
    starts = [(await contact(place, id_)).start_at for id_ in ids]
    assert starts[:2] == [datetime(2027, 1, 25, 9, minute, tzinfo=UTC) for minute in (0, 1)]
    assert starts[2] == MONDAY + timedelta(weeks=9, days=1, minutes=2)


async def test_what_can_not_be_undone_is_confirmed(place: Site) -> None:
    """Cancelling and leaving out say how many first, and change nothing before yes; sent twice they are done once."""
    ids = await some(place, 3, week=10)
    async with desk(place) as somebody:
        await somebody.get("/console/week")
        asked = (await somebody.sends("/console/week/do", action="cancel", **chosen(ids[:2]))).text
        assert "Ställa in så här många kontakter: 2?" in asked
        assert (await contact(place, ids[0])).cancelled_at is None
        forms = dict(somebody.forms)
        first = await _sure(somebody, "cancel", ids[:2])
        somebody.forms = forms
        second = await _sure(somebody, "cancel", ids[:2])
        assert "Inställda: 2" in first
        assert "Inställda: 2" in second
        assert "Välj ett skäl" in (await somebody.sends("/console/week/do", action="not-asked", **chosen(ids))).text
        asked = (
            await somebody.sends("/console/week/do", action="not-asked", reason="deceased", **chosen(ids[2:]))
        ).text
        assert "Avliden" in asked
        told = await _sure(somebody, "not-asked", ids[2:], reason="deceased")
        assert "Undantagna: 1" in told
    assert (await contact(place, ids[2])).not_asked == "deceased"
    noted = await audited(place, "cancelled")
    assert [noted.count(id_) for id_ in ids] == [1, 1, 0]


async def test_nothing_chosen_is_told(place: Site) -> None:
    """And an action that there is not, and an outcome that was not chosen."""
    ids = await some(place, 1, week=11)
    async with desk(place) as somebody:
        await somebody.get("/console/week")
        for fields, told in (
            ({"action": "cancel"}, "Välj minst en kontakt"),
            ({"action": "erase", **chosen(ids)}, "Välj vad som ska göras"),
            ({"action": "outcome", **chosen(ids)}, "Välj en utgång"),
            ({"action": "outcome", "outcome": "granted", "token": "no", **chosen(ids)}, "för gammal"),
        ):
            answer = await somebody.sends("/console/week/do", **fields)
            assert (answer.status, told in answer.text) == (400, True), told


async def test_a_units_whole_day_is_cancelled_once_confirmed(place: Site) -> None:
    """The number is told first; then every contact of the unit and day is cancelled, and no other."""
    ids = await some(place, 3, week=12)
    (other,) = await some(place, 1, week=12, unit="centrum")
    day = (MONDAY + timedelta(weeks=12, days=1)).date().isoformat()
    async with desk(place, "staff", "norr") as somebody:
        await somebody.get("/console/week")
        told = (await somebody.sends("/console/week/day", unit="norr", day=day)).text
        assert "kontakter som ställs in den dagen: 3" in told
        assert (await contact(place, ids[0])).cancelled_at is None
        told = (await somebody.sends("/console/week/day", unit="norr", day=day, sure="1")).text
        assert "Inställda: 3" in told
        assert "inga kontakter den dagen" in (await somebody.sends("/console/week/day", unit="norr", day=day)).text
        for wrong in ("", "yesterday", "9999-12-31"):
            assert (await somebody.sends("/console/week/day", unit="norr", day=wrong)).status in (200, 400)
    assert all([(await contact(place, id_)).cancelled_at for id_ in ids])
    assert (await contact(place, other)).cancelled_at is None


@pytest.mark.long
async def test_many_are_chosen_by_keyboard_in_a_browser(place: Site, browser: Browser) -> None:
    """Choose all on the page, an outcome, done; the page tells of each."""
    ids = await some(place, 4, week=13)
    async with screen(browser, place, await place.member("staff", "norr")) as page:
        await page.goto("/console/week?week=2027-W07")
        await page.locator("input[data-all]").press("Space")
        await page.select_option("#outcome", "granted")
        await page.locator("button[value=outcome]").press("Enter")
        await page.wait_for_selector("h1:has-text('Utgång sparad: 4')")
    assert [(await contact(place, id_)).outcome for id_ in ids] == ["granted"] * 4


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_weeks_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing, wide or on a phone; on the narrowest, tables scroll sideways within themselves."""
    await some(place, 3, week=14 + LANGUAGES.index(language))
    address = f"/console/week?week=2027-W{8 + LANGUAGES.index(language):02}"
    async with screen(browser, place, await place.member("admin", language=language)) as page:
        await page.goto(address)
        await page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        await suits_every_size(page)
        await page.goto(address)
        await page.locator("input[data-one]").first.check()
        await page.click("button[value=cancel]")
        await page.wait_for_selector("input[name=sure]", state="attached")
        await suits_every_size(page)
        await page.click("main button.bad")
        await page.wait_for_selector(".badge.good")
        await suits_every_size(page)


async def _sure(somebody: Desk, action: str, ids: list[str], **fields: str) -> str:
    return (await somebody.sends("/console/week/do", action=action, sure="1", **fields, **chosen(ids))).text
