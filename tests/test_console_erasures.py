"""Erasures in the console: who waits, what is confirmed first, what is gone afterwards, and what is noted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.store import contacts, erasures, people
from bot.store.database import Transaction
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.site import Site, site
from tests.test_console_contacts import ORGANISATION, audited, contact, desk, screen
from tests.web_citizen import citizen

pytestmark = pytest.mark.asyncio(loop_scope="session")

ERASURES = "/console/erasures"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, of an organisation with several units."""
    async with site(tmp_path_factory.mktemp("erasures"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


async def asked_for(place: Site, unit: str = "norr") -> tuple[str, str]:
    """Somebody has answered something and wants everything erased: the erasure's id and the contact's."""
    registered = await place.register(unit=unit, service=None)
    async with citizen(place, **{"Accept-Language": "en"}) as person:
        await person.begin(registered.code or "")
        await person.taps_first()
    person_id = (await contact(place, registered.id)).person_id or ""

    def ask(tx: Transaction) -> str:
        found = people.of_id(tx, person_id)
        assert found is not None
        return place.house.rooms.erasures.ask(tx, found, place.clock.now).id

    return await place.house.store.write(ask), registered.id


async def is_there(place: Site, contact_id: str) -> bool:
    """Whether a contact is still known."""
    return await place.house.store.read(contacts.of_id, contact_id) is not None


async def test_an_erasure_is_confirmed_and_carried_out(place: Site) -> None:
    """Looking and asking erase nothing; the button erases everything once, and is noted by the erasure's id."""
    id_, contact_id = await asked_for(place)
    async with desk(place) as somebody:
        assert f'href="{ERASURES}/{id_}"' in (await somebody.get(ERASURES)).text
        sure = (await somebody.get(f"{ERASURES}/{id_}")).text
        assert "Kontakter som raderas: 1. Enheter: " in sure
        for limit in ("Kopior av datafiler", "Säkerhetskopior", "personens egen Telegram", "gallringsbeslut"):
            assert limit in sure
        assert await is_there(place, contact_id)
        forms = dict(somebody.forms)
        for _ in range(2):  # sent twice: done once, and told the same
            somebody.forms = dict(forms)
            told = await somebody.sends(f"{ERASURES}/{id_}")
            assert (told.status, "Kontakter: 1. Svar: 1." in told.text) == (200, True)
        assert not await is_there(place, contact_id)
        page = (await somebody.get(ERASURES)).text
        assert f'href="{ERASURES}/{id_}"' not in page
        assert f"<code>{id_}</code>" in page
        assert (await somebody.get(f"{ERASURES}/{id_}")).status == 404
    row = await place.house.store.read(erasures.of_id, id_)
    assert row is not None
    assert (row.state, row.person_id, row.contacts) == ("done", None, 1)
    assert (await audited(place, "erased")).count(id_) == 1


async def test_a_contact_is_erased_by_its_reference(place: Site) -> None:
    """It is found, shown and confirmed; the reference stands in no address; the second time it is known to be gone."""
    one = await place.register(unit="norr", service=None, reference="D 2026/17")
    async with desk(place) as somebody:
        await somebody.get(ERASURES)
        found = await somebody.sends(f"{ERASURES}/find", reference=" D 2026/17 ")
        assert (found.status, found.path, "Radera allt om kontakten?" in found.text) == (200, "", True)
        assert await is_there(place, one.id)
        told = await somebody.sends(f"{ERASURES}/contact", reference="D 2026/17", contact="norr office-visit")
        assert "Kontakter: 1." in told.text
        assert not await is_there(place, one.id)
        await somebody.get(ERASURES)
        again = await somebody.sends(f"{ERASURES}/find", reference="D 2026/17")
        assert (again.status, "har redan raderats" in again.text) == (404, True)
    noted = await audited(place, "erased")
    assert noted[0] in {row.id for row in await place.house.store.read(erasures.listed) if row.asked_by == "staff"}
    assert not any("D 2026/17" in subject for subject in noted)


async def test_of_several_contacts_with_a_reference_one_is_chosen(place: Site) -> None:
    """None is erased before that, nor one that does not have the reference."""
    kept = await place.register(unit="norr", service=None, reference="Twice")
    gone = await place.register(unit="centrum", service=None, reference="Twice")
    other = await place.register(unit="soder", service=None, reference="Once")
    async with desk(place) as somebody:
        await somebody.get(ERASURES)
        assert "Vilken av dem?" in (await somebody.sends(f"{ERASURES}/find", reference="Twice")).text
        for wrong in ("", "soder office-visit", "norr", "; drop"):
            told = await somebody.sends(f"{ERASURES}/contact", reference="Twice", contact=wrong)
            assert (told.status, "Välj vilken kontakt" in told.text) == (422, True)
        assert (
            await somebody.sends(f"{ERASURES}/contact", reference="Twice", contact="centrum office-visit")
        ).status == 200
    there = [await is_there(place, id_) for id_ in (kept.id, gone.id, other.id)]
    assert there == [True, False, True]


async def test_an_admin_of_one_unit_erases_there_and_decides_about_nobody(place: Site) -> None:
    """Another unit's reference looks like none; the queue is not shown, and what waits is not carried out."""
    id_, contact_id = await asked_for(place, "norr")
    await place.register(unit="centrum", service=None, reference="Elsewhere")
    async with desk(place, "admin", "norr") as somebody:
        page = (await somebody.get(ERASURES)).text
        assert id_ not in page
        assert "beslutas av en administratör som ser alla enheter" in page
        assert (await somebody.get(f"{ERASURES}/{id_}")).status == 404
        await somebody.get(ERASURES)
        assert (await somebody.sends(f"{ERASURES}/{id_}")).status == 404
        found = await somebody.sends(f"{ERASURES}/find", reference="Elsewhere")
        assert (found.status, "Ingen kontakt har den referensen" in found.text) == (404, True)
        told = await somebody.sends(f"{ERASURES}/contact", reference="Elsewhere", contact="centrum office-visit")
        assert told.status == 404
    assert await is_there(place, contact_id)


async def test_erasures_are_for_admins_with_their_own_form(place: Site) -> None:
    """Other roles see nothing and erase nothing; a forged form erases nothing."""
    id_, contact_id = await asked_for(place)
    for role, unit in (("staff", "norr"), ("analyst", None)):
        async with desk(place, "staff" if role == "staff" else "analyst", unit) as somebody:
            assert (await somebody.get(ERASURES)).status == 403
            assert (await somebody.get(f"{ERASURES}/{id_}")).status == 403
            await somebody.get("/console/me")
            for path in (f"{ERASURES}/{id_}", f"{ERASURES}/find", f"{ERASURES}/contact"):
                assert (await somebody.sends(path, reference="x")).status == 403
    async with desk(place) as somebody:
        await somebody.get(ERASURES)
        assert (await somebody.sends(f"{ERASURES}/{id_}", token="forged")).status == 400
    assert await is_there(place, contact_id)


@pytest.mark.parametrize("wrong", ["", " ", "x" * 200])
async def test_a_reference_that_is_none_is_told_beside_the_field(place: Site, wrong: str) -> None:
    """Empty or far too long."""
    async with desk(place) as somebody:
        await somebody.get(ERASURES)
        told = await somebody.sends(f"{ERASURES}/find", reference=wrong)
        assert (told.status, 'id="reference-fault"' in told.text) == (422, True)


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_erasures_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing on the queue, a confirmation, a choice and what was done, wide or on a phone."""
    id_, _ = await asked_for(place)
    for unit in ("norr", "centrum"):
        await place.register(unit=unit, service=None, reference=f"P-{language}")
    async with screen(browser, place, await place.member(language=language)) as page:
        await page.goto(ERASURES)
        await suits_every_size(page)
        await page.fill("#reference", f"P-{language}")
        await page.click("form[action$=find] button")
        await page.wait_for_selector("input[name=contact]")
        await suits_every_size(page)
        await page.goto(f"{ERASURES}/{id_}")
        await suits_every_size(page)
        await page.click("button.bad")
        await page.wait_for_selector(".notice.good")
        await suits_every_size(page)
