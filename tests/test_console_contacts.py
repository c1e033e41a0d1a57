"""New contacts and one contact in the console: what may be registered by whom, and what happens by keyboard alone."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from bot.store import contact_lists, contacts, staff
from bot.store.contact_lists import Among
from bot.store.database import Transaction
from tests.browser import DESK, IN_EACH_LANGUAGE, faults
from tests.browser import suits_every_size as suits_every_size
from tests.house import MONDAY
from tests.qr_codes import read_modules, squares
from tests.site import Site, site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORGANISATION = str(Path(__file__).parents[1] / "bot" / "demo_organisation.yaml")
VISIT = {"journey": "office-visit", "unit": "centrum", "day": "2026-11-18", "time": "10:00"}
LANGUAGES = ("sv", "fi", "en")


@dataclass
class Told:
    """An answer: where it leads (without our address), and what it says."""

    status: int
    text: str
    headers: dict[str, str]
    path: str = ""


@dataclass
class Desk:
    """A member at their browser, without JavaScript. `forms` is the newest page's token and request id."""

    place: Site
    session: aiohttp.ClientSession
    forms: dict[str, str]

    async def get(self, path: str) -> Told:
        """Ask for a page."""
        async with self.session.get(path, allow_redirects=False) as answer:
            return await self._told(answer)

    async def sends(self, path: str, **fields: str) -> Told:
        """Send a form of the newest page."""
        async with self.session.post(path, data={**self.forms, **fields}, allow_redirects=False) as answer:
            return await self._told(answer)

    async def drops(self, path: str, name: str, content: bytes, **fields: str) -> Told:
        """Send a form of the newest page with a file."""
        form = aiohttp.FormData({**self.forms, **fields})
        form.add_field("file", io.BytesIO(content), filename=name)
        async with self.session.post(path, data=form, allow_redirects=False) as answer:
            return await self._told(answer)

    async def _told(self, answer: aiohttp.ClientResponse) -> Told:
        text = await answer.text(errors="replace")
        found = dict(re.findall(r'name="(token|request_id)" value="([^"]+)"', text))
        self.forms = found or self.forms
        path = answer.headers.get("Location", "").removeprefix(self.place.url)
        return Told(answer.status, text, dict(answer.headers), path)


@asynccontextmanager
async def desk(
    place: Site, role: staff.Role = "admin", unit: str | None = None, language: str = "sv"
) -> AsyncIterator[Desk]:
    """Somebody signed in."""
    async with place.client(await place.member(role, unit, language)) as session:
        yield Desk(place, session, {})


@asynccontextmanager
async def screen(
    browser: Browser, place: Site, cookie: str, size: tuple[int, int] = DESK, *, scripts: bool = True
) -> AsyncIterator[Page]:
    """A browser in which a member is signed in."""
    context: BrowserContext = await browser.new_context(
        base_url=place.url,
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    await context.add_cookies([{"name": "kundresa-staff", "value": cookie, "url": place.url}])
    yield await context.new_page()
    await context.close()


async def number(place: Site) -> int:
    """How many contacts there are."""
    return (await place.house.store.read(contact_lists.numbers, Among())).registered


async def contact(place: Site, id_: str) -> contacts.Contact:
    """One contact's row."""
    found = await place.house.store.read(contacts.of_id, id_)
    assert found is not None
    return found


async def audited(place: Site, action: str) -> list[str]:
    """What was noted of an action, the newest first."""
    found = await place.house.store.read(lambda tx: staff.noted(tx, before=10**9, action=action, limit=50))
    return [one.subject for one in found]


def id_in(path: str) -> str:
    """The contact that an address leads to."""
    found = re.match(r"/console/contacts/(\w+)", path)
    assert found is not None, path
    return found[1]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module, of an organisation with several units."""
    async with site(tmp_path_factory.mktemp("contacts"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


async def test_a_contact_is_registered_and_its_invitation_shown(place: Site) -> None:
    """What the form says is registered; its page shows link, QR code and spoken code; its address names nothing."""
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        told = await somebody.sends(
            "/console/new", **VISIT, service="building", channel="visit", cause="waited", solved="no", reference="Å-1"
        )
        assert (told.status, "Å-1" in told.path) == (303, False)
        row = await contact(place, id_in(told.path))
        assert (row.unit, row.cause, row.solved, row.reference) == ("centrum", "waited", "no", "Å-1")
        assert row.start_at == datetime(2026, 11, 18, 9, tzinfo=UTC)
        page = await somebody.get(told.path)
        (link,) = re.findall(rf'value="({place.url}/s/[\w-]+)"', page.text)
        (width,) = re.findall(r'viewBox="0 0 (\d+) \d+"', page.text)
        assert read_modules(squares(page.text), int(width)) == [link]
        assert re.search(r'class="spoken">[A-Z2-9]{4}-[A-Z2-9]{4}<', page.text)
        assert page.headers["Cache-Control"] == "no-store"
        assert await audited(place, "registered") == [row.id]


async def test_what_was_registered_last_is_filled_in(place: Site) -> None:
    """Journey, unit, service and channel come again for the same member alone; reference and cause don't."""
    async with desk(place) as somebody, desk(place) as other:
        await somebody.get("/console/new")
        given = {
            **VISIT,
            "unit": "norr",
            "service": "building",
            "channel": "phone",
            "cause": "advice",
            "reference": "Å-2",
        }
        assert (await somebody.sends("/console/new", **given)).status == 303
        page = (await somebody.get("/console/new")).text
        for code in ("office-visit", "norr", "building", "phone"):
            assert f'value="{code}" selected' in page
        assert "Å-2" not in page
        assert 'value="advice" checked' not in page
        assert 'value="2026-11-16"' in page
        assert 'value="10:00"' in page
        assert 'value="norr" selected' not in (await other.get("/console/new")).text


async def test_a_form_sent_twice_registers_once(place: Site) -> None:
    """The same form again leads to the same contact, and is noted once."""
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        before, noted = await number(place), len(await audited(place, "registered"))
        first = await somebody.sends("/console/new", **VISIT)
        second = await somebody.sends("/console/new", **VISIT)
        assert first.path == second.path
        assert await number(place) == before + 1
        assert len(await audited(place, "registered")) == noted + 1


async def test_a_known_reference_leads_to_its_contact(place: Site) -> None:
    """A reference registered before gives that contact, and says so."""
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        first = await somebody.sends("/console/new", **VISIT, reference="Å-3")
        await somebody.get("/console/new")
        again = await somebody.sends("/console/new", **VISIT, reference="Å-3")
        assert id_in(first.path) == id_in(again.path)
        assert "registrerad sedan tidigare" in (await somebody.get(again.path)).text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("journey", "office-vist", "Det kan du inte välja"),
        ("unit", "", "Välj något i listan"),
        ("cause", "nonsense", "Det kan du inte välja"),
        ("reference", "19121212-1212", "ser ut som ett personnummer"),
        ("reference", "A" * 101, "högst 100 tecken"),
        ("matter", "070-123 45 67", "ser ut som ett telefonnummer"),
        ("end_time", "09:00", "slutar innan den börjar"),
        ("day", "2026-02-30", "finns inte"),
        ("day", "2206-11-18", "kan inte stämma"),
        ("day", "2036-11-18", "Kontrollera året"),
        ("day", "2026-06-01", "för länge sedan"),
        ("day", "", "utan dag"),
    ],
)
async def test_what_can_not_be_is_said_beside_its_field(place: Site, field: str, value: str, told: str) -> None:
    """Nothing is registered; the field is marked, and says in the member's language what to do."""
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        before = await number(place)
        answer = await somebody.sends("/console/new", **{**VISIT, "reference": "", field: value})
        assert answer.status == 400
        fault = re.search(rf'id="{field}-fault">([^<]+)<', answer.text)
        assert fault is not None, field
        assert told in fault[1]
        assert await number(place) == before


async def test_a_time_that_the_clocks_skip_is_refused(place: Site) -> None:
    """02:30 on the night the clocks go forward is told in words; the same in autumn is taken as the first."""
    place.clock.now = datetime(2027, 3, 26, 9, tzinfo=UTC)
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        answer = await somebody.sends("/console/new", **{**VISIT, "day": "2027-03-28", "time": "02:30"})
        assert "02:30 finns inte den dagen" in answer.text
        told = await somebody.sends("/console/new", **{**VISIT, "day": "2027-10-31", "time": "02:30"})
        assert (await contact(place, id_in(told.path))).start_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    place.clock.now = MONDAY


async def test_an_erased_reference_is_not_registered_again(place: Site) -> None:
    """The form says so beside the reference, and nothing is stored."""
    await place.register(unit="centrum", service=None, reference="Å-4")
    rooms, now = place.house.rooms, place.clock.now

    def erase(tx: Transaction) -> None:
        rooms.erasures.contact(tx, rooms.erasures.of_reference(tx, "Å-4", None, None), "staff", now)

    await place.house.store.write(erase)
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        answer = await somebody.sends("/console/new", **VISIT, reference="Å-4")
        assert answer.status == 400
        assert "har raderats" in answer.text


async def test_staff_register_for_their_own_unit_alone(place: Site) -> None:
    """Another unit is not offered, and refused when it is asked for all the same."""
    async with desk(place, "staff", "norr") as somebody:
        page = await somebody.get("/console/new")
        assert 'value="norr" selected' in page.text
        assert 'value="centrum"' not in page.text
        before = await number(place)
        answer = await somebody.sends("/console/new", **VISIT)
        assert (answer.status, await number(place)) == (400, before)
        assert (await somebody.sends("/console/new", **{**VISIT, "unit": "norr"})).status == 303


async def test_a_contact_of_another_unit_looks_as_if_it_were_not_there(place: Site) -> None:
    """Every page and action of it, to the byte but for what is new on each page; nothing changes."""
    registered = await place.register(unit="centrum", service=None, start=MONDAY + timedelta(days=1))
    async with desk(place, "staff", "norr") as somebody:
        await somebody.get("/console/new")
        for way in ("", "/invitation", "/card", "/texts"):
            other = await somebody.get(f"/console/contacts/{registered.id}{way}")
            nothing = await somebody.get(f"/console/contacts/aaaaaaaaaaaaaa{way}")
            assert other.status == nothing.status == 404
            assert _bare(other.text) == _bare(nothing.text)
        for way, fields in (
            ("move", {"day": "2026-11-20", "time": "10:00"}),
            ("note", {"outcome": "granted"}),
            ("cancel", {}),
            ("not-asked", {"reason": "other"}),
            ("code", {}),
        ):
            answer = await somebody.sends(f"/console/contacts/{registered.id}/{way}", **fields)
            assert answer.status == 404, way
    row = await contact(place, registered.id)
    assert (row.cancelled_at, row.outcome, row.not_asked, row.moved_at) == (None, None, None, None)


async def test_analysts_look_but_change_nothing(place: Site) -> None:
    """They see states, and neither references nor invitations; what changes is refused and noted."""
    registered = await place.register(unit="centrum", service=None, start=MONDAY + timedelta(days=1), reference="Å-5")
    async with desk(place, "analyst") as somebody:
        page = await somebody.get(f"/console/contacts/{registered.id}")
        assert page.status == 200
        assert "Å-5" not in page.text
        assert "/s/" not in page.text
        assert '<form method="post" action="/console/contacts' not in page.text
        for path in ("/console/new", f"/console/contacts/{registered.id}/invitation"):
            assert (await somebody.get(path)).status == 403
        for path in ("/console/new", f"/console/contacts/{registered.id}/cancel"):
            assert (await somebody.sends(path, **VISIT)).status == 403
    assert (await contact(place, registered.id)).cancelled_at is None


@pytest.mark.parametrize("path", ["/console/new", "/console/contacts/{id}/cancel", "/console/contacts/{id}/code"])
async def test_a_forged_form_does_nothing(place: Site, path: str) -> None:
    """Without the session's own token, with another's, or from another site, nothing is done."""
    registered = await place.register(unit="centrum", service=None, start=MONDAY + timedelta(days=1))
    path = path.format(id=registered.id)
    async with desk(place) as somebody, desk(place) as other:
        await somebody.get("/console/new")
        await other.get("/console/new")
        before = await number(place)
        for token in ("", "0" * 64, other.forms["token"]):
            assert (await somebody.sends(path, **{**VISIT, "token": token})).status == 400
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with somebody.session.post(path, data={**somebody.forms, **VISIT}, headers=headers) as answer:
            assert answer.status == 403
        async with place.client() as stranger, stranger.post(path, data=VISIT, allow_redirects=False) as answer:
            assert answer.headers["Location"].endswith("/console/sign-in")
    assert await number(place) == before
    assert (await contact(place, registered.id)).cancelled_at is None


async def test_one_contact_is_moved_noted_and_left_out(place: Site) -> None:
    """Each says what was done, once; what can't be says why beside its field."""
    registered = await place.register(unit="centrum", service=None, start=MONDAY + timedelta(days=1))
    path = f"/console/contacts/{registered.id}"
    async with desk(place) as somebody:
        await somebody.get(path)
        told = await somebody.sends(f"{path}/move", day="2026-11-20", time="14:00")
        assert "är flyttad" in (await somebody.get(told.path)).text
        assert (await contact(place, registered.id)).start_at == datetime(2026, 11, 20, 13, tzinfo=UTC)
        assert (
            "innan den börjar"
            in (await somebody.sends(f"{path}/move", day="2026-11-20", time="14:00", end_time="13:00")).text
        )
        assert "Välj något att spara" in (await somebody.sends(f"{path}/note")).text
        told = await somebody.sends(f"{path}/note", outcome="partly", cause="waited", solved="no", matter="M-1")
        page = (await somebody.get(told.path)).text
        assert all(f"<dd>{label}</dd>" in page for label in ("Delvis beviljat", "Väntade på besked", "Nej"))
        assert "M-1" not in page
        assert "Välj något" in (await somebody.sends(f"{path}/not-asked", reason="nonsense")).text
        first = await somebody.sends(f"{path}/not-asked", reason="deceased")
        second = await somebody.sends(f"{path}/not-asked", reason="deceased")
        assert first.path == second.path == f"{path}?done=left-out"
        page = (await somebody.get(path)).text
        assert "Avliden" in page
        assert "/s/" not in page
    assert await audited(place, "left-out") == [registered.id]


async def test_a_cancelled_contact_has_nothing_to_show(place: Site) -> None:
    """Its invitation, card and texts are gone, and no new code is made; it can't be moved."""
    registered = await place.register(unit="centrum", service=None, start=MONDAY + timedelta(days=1))
    path = f"/console/contacts/{registered.id}"
    async with desk(place) as somebody:
        await somebody.get(path)
        await somebody.sends(f"{path}/cancel")
        assert "går inte att använda" in (await somebody.get(f"{path}/invitation")).text
        assert [(await somebody.get(f"{path}/{way}")).status for way in ("card", "texts")] == [409, 409]
        await somebody.get(path)
        assert (await somebody.sends(f"{path}/code")).status == 409
        assert "redan inställd" in (await somebody.sends(f"{path}/move", day="2026-11-20", time="14:00")).text


async def test_a_new_code_replaces_the_old(place: Site) -> None:
    """The page shows the new one, and only that one leads anywhere."""
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        shown = await somebody.get((await somebody.sends("/console/new", **VISIT)).path)
        path = f"/console/contacts/{id_in(re.findall(r'/console/contacts/[0-9a-z]+', shown.text)[0])}"
        await somebody.get(path)
        told = await somebody.sends(f"{path}/code")
        old, new = (_spoken(text) for text in (shown.text, (await somebody.get(told.path)).text))
    assert old != new
    found = [
        await place.house.store.read(place.house.rooms.spoken_codes.found, code.replace("-", ""), place.clock.now)
        for code in (old, new)
    ]
    assert [one is not None for one in found] == [False, True]


async def test_texts_say_where_the_link_leads(place: Site) -> None:
    """In three languages; the letter says at which address the code is typed, and names no Telegram here."""
    async with desk(place) as somebody:
        await somebody.get("/console/new")
        told = await somebody.sends("/console/new", **VISIT, language="fi")
        page = (await somebody.get(f"/console/contacts/{id_in(told.path)}/texts")).text
    order = re.findall(r'<h2 lang="(\w+)"', page)
    assert (order[0], sorted(order)) == ("fi", sorted(LANGUAGES))
    assert "i webbläsaren" in page
    assert f"gå till {place.url} och skriva koden" in page
    assert "Telegram" not in page


@pytest.mark.long
async def test_a_contact_is_registered_in_three_keystrokes(place: Site, browser: Browser) -> None:
    """A cause, whether it was solved, Enter; then the QR code fills the screen, and Esc is ready for the next."""
    cookie = await place.member("staff", "norr")
    async with screen(browser, place, cookie) as page:
        await page.goto("/console/new")
        await page.select_option("#journey", "office-visit")
        await page.locator("input[name=cause]").first.focus()
        await page.keyboard.press("1")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/invitation")
        before = await number(place)
        await page.keyboard.press("Escape")
        await page.wait_for_url("**/console/new")
        for key in ("3", "n", "Enter"):
            await page.keyboard.press(key)
        await page.wait_for_url("**/invitation")
        assert await number(place) == before + 1
        row = await contact(place, id_in(page.url.removeprefix(place.url)))
        assert (row.unit, row.cause, row.solved, row.journey) == ("norr", "waited", "no", "office-visit")
        assert abs(row.start_at - place.clock.now) <= timedelta(minutes=1)
        code = await page.locator(".qr svg").bounding_box()
        assert code is not None
        assert code["width"] >= DESK[1] * 0.6


@pytest.mark.long
async def test_letters_typed_into_a_field_choose_nothing(place: Site, browser: Browser) -> None:
    """One-key choices count only while the focus is among them."""
    async with screen(browser, place, await place.member("staff", "norr")) as page:
        await page.goto("/console/new")
        await page.focus("#reference")
        await page.keyboard.type("jn123")
        assert await page.input_value("#reference") == "jn123"
        assert await page.locator("input[name=solved]:checked").get_attribute("value") == ""
        assert await page.locator("input[name=cause]:checked").get_attribute("value") == ""


@pytest.mark.long
async def test_without_scripts_the_keyboard_alone_is_enough(place: Site, browser: Browser) -> None:
    """Arrow keys choose, Enter registers, and the first link on the next page leads on."""
    async with screen(browser, place, await place.member("staff", "norr"), scripts=False) as page:
        await page.goto("/console/new")
        await page.select_option("#journey", "office-visit")
        await page.locator("input[name=cause]").first.focus()
        for key in ("Space", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await page.wait_for_url("**/invitation")
        assert (await contact(place, id_in(page.url.removeprefix(place.url)))).cause == "advice"
        assert await page.locator("button:visible", has_text="Kopiera").count() == 0
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/new")


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_contacts_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing on any of them, wide, on a phone and on the narrowest; nothing scrolls sideways; no errors."""
    registered = await place.register(unit="centrum", service=None, start=MONDAY + timedelta(days=1), reference="Å-6")
    path = f"/console/contacts/{registered.id}"
    complaints: list[str] = []
    async with screen(browser, place, await place.member("admin", language=language)) as page:
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        for way in ("/console/new", path, f"{path}/invitation", f"{path}/texts", f"{path}/card"):
            await page.goto(way)
            await page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
            await suits_every_size(page)
        await page.goto("/console/new")
        await page.fill("#reference", "19121212-1212")
        await page.locator("button.main").first.click()
        await page.wait_for_selector("[aria-invalid=true]")
        assert await faults(page) == []
    assert [one for one in complaints if "400" not in one] == []


def _bare(page: str) -> str:
    return re.sub(r'(name="(token|request_id)" value="[^"]+")', "", page)


def _spoken(page: str) -> str:
    (code,) = re.findall(r'class="spoken">([A-Z2-9]{4}-[A-Z2-9]{4})<', page)
    return str(code)
