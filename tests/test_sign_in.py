"""Signing in to the console by one-time links: how members come in and go, and how nobody else does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot import mail
from bot.keys import code_hash
from bot.pages import forms
from bot.setting_values import Mail
from bot.staff import ADDRESS_TRIES, NETWORK_TRIES
from bot.store import facts, staff
from bot.store.database import Transaction
from tests.browser import IN_EACH_LANGUAGE, browsing, suits_every_size
from tests.house import MONDAY
from tests.mail_box import MailBox, certified, mail_box
from tests.site import Site, site

SIGN_IN, COOKIE = "/console/sign-in", "kundresa-staff"
MEMBER, STRANGER = "member1@example.org", "stranger@example.org"


@dataclass
class Answer:
    """What a request was answered."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def to(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")


@dataclass
class Browser:
    """Somebody's browser: one cookie, no redirect followed."""

    session: aiohttp.ClientSession

    async def get(self, path: str | URL, **headers: str) -> Answer:
        async with self.session.get(path, headers=headers, allow_redirects=False) as answer:
            return Answer(answer.status, await answer.text(), dict(answer.headers))

    async def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        async with self.session.post(path, data=fields or {}, headers=headers, allow_redirects=False) as answer:
            return Answer(answer.status, await answer.text(), dict(answer.headers))

    async def form(self, page: str, to: str | None = None, **fields: str) -> Answer:
        """Fill in the (last) form of a page and send it."""
        [*_, token] = re.findall(r'name="token" value="([^"]+)"', (await self.get(page)).text)
        return await self.post(to or page, {"token": token, **fields})

    @property
    def cookie(self) -> str:
        return next((one.value for one in self.session.cookie_jar if one.key == COOKIE), "")


@asynccontextmanager
async def browser(served: Site, cookie: str = "") -> AsyncIterator[Browser]:
    async with served.client() as session:
        if cookie:
            session.cookie_jar.update_cookies({COOKIE: cookie}, URL(served.url))
        yield Browser(session)


@dataclass
class Office:
    """A site that sends e-mail, and the box it lands in."""

    site: Site
    box: MailBox

    async def link(self, member: str | None = None) -> str:
        """The path of a new link for a member (the first), as nobody asked for it."""
        rooms = self.site.house.rooms
        who = member or next(iter(self.site.members.values()))

        def made(tx: Transaction) -> str:
            return rooms.staff.invite(tx, rooms.staff.found(tx, who), self.site.clock.now)

        return f"/console/enter/{await self.site.house.store.write(made)}"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with mail_box() as box:
        more = {"KUNDRESA_SMTP": f"smtp://127.0.0.1:{box.port}", "KUNDRESA_MAIL_FROM": "kundresa@example.org"}
        async with site(tmp_path, more) as served:
            await served.member("analyst", language="fi")
            yield Office(served, box)


async def test_a_link_comes_by_mail_and_signs_in_once(office: Office) -> None:
    """In the member's language; programs that look at the link spend nothing; the button spends it."""
    async with browser(office.site) as robot, browser(office.site) as mine:
        assert (await mine.form(SIGN_IN, email=" Member1@Example.org ")).status == 303
        letter = await office.box.letter()
        assert (letter["To"], letter["From"]) == (MEMBER, "kundresa@example.org")
        assert letter["Subject"] == "Kirjaudu Kundresaan"
        assert letter["Auto-Submitted"] == "auto-generated"
        [path] = re.findall(re.escape(office.site.url) + r"(/console/enter/\S+)", letter.get_content())
        for _ in range(3):
            looked = await robot.get(path)
            assert (looked.status, robot.cookie) == (200, "")
            assert "Member 1" not in looked.text
        entered = await mine.form(path)
        assert (entered.status, entered.to) == (303, "/console/answers")
        assert (await mine.get("/console/me")).status == 200
        assert (await robot.get(path)).status == 410


async def test_a_used_expired_or_invented_link_gets_one_calm_page(office: Office) -> None:
    """Nothing tells which of them it was."""
    async with browser(office.site) as first, browser(office.site) as second:
        used, old = await office.link(), await office.link()
        [token] = re.findall(r'name="token" value="([^"]+)"', (await first.get(used)).text)
        assert (await first.form(used)).status == 303
        again = await second.post(used, {"token": token})
        [old_token] = re.findall(r'name="token" value="([^"]+)"', (await second.get(old)).text)
        office.site.clock.now += timedelta(minutes=30)
        late = await second.post(old, {"token": old_token})
        invented = await second.get("/console/enter/invented")
        assert [one.status for one in (again, late, invented)] == [410] * 3
        assert len({one.text for one in (again, late, invented, await second.get(old))}) == 1
        assert second.cookie == ""


async def test_whether_an_address_is_known_is_told_to_nobody(office: Office) -> None:
    """The same answer and the same limit, whoever's address it is; a stranger's gets no mail."""
    async with browser(office.site) as asking:
        answers = []
        for email in (STRANGER, MEMBER):
            answers += [await asking.form(SIGN_IN, email=email) for _ in range(ADDRESS_TRIES + 1)]
        told = [(one.status, one.to, one.text.replace(STRANGER, MEMBER)) for one in answers]
        half = len(told) // 2
        assert told[:half] == told[half:]
        assert [status for status, _, _ in told[:half]] == [303] * ADDRESS_TRIES + [429]
        for _ in range(ADDRESS_TRIES):
            assert (await office.box.letter())["To"] == MEMBER
    assert office.box.letters == []


async def test_the_answer_does_not_wait_for_the_mail(tmp_path: Path) -> None:
    """A mail server that is silent delays no page, and is let go when everything closes."""
    reached, over = asyncio.Event(), asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    more = {"KUNDRESA_SMTP": f"smtp://127.0.0.1:{port}", "KUNDRESA_MAIL_FROM": "kundresa@example.org"}
    async with site(tmp_path, more) as served:
        await served.member()
        async with browser(served) as asking, asyncio.timeout(5):
            assert (await asking.form(SIGN_IN, email=MEMBER)).status == 303
            assert (await asking.get(SIGN_IN)).status == 200
            await reached.wait()
            over.set()
    server.close()
    await server.wait_closed()


async def test_mail_that_fails_is_told_to_admins_without_an_address(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A fact says since when; the log says why, never to whom; the next letter that gets out ends it."""
    admin = await office.site.member("admin")
    office.box.refuses = f"550 no {MEMBER} here"
    async with browser(office.site) as asking, browser(office.site, admin) as boss:
        assert (await asking.form(SIGN_IN, email=MEMBER)).status == 303
        await _until_mail(office, failing=True)
        told = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("kundresa"))
        assert MEMBER not in told
        assert "550" in told
        assert "E-post med inloggningslänkar" in (await boss.get("/console/")).text
        office.box.refuses = ""
        assert (await asking.form(SIGN_IN, email=MEMBER)).status == 303
        await _until_mail(office, failing=False)
        assert "E-post med inloggningslänkar" not in (await boss.get("/console/")).text


@pytest.mark.parametrize(
    "email",
    [
        "",
        "member1",
        f"{MEMBER}\r\nBcc: {STRANGER}",
        f"{MEMBER},{STRANGER}",
        f"{MEMBER}>\n",
        "a" * 300 + "@example.org",
        "å@x.se",
    ],
    ids=["nothing", "no address", "a header", "two", "a bracket", "huge", "not ASCII"],
)
async def test_what_is_no_address_is_told_beside_the_field(office: Office, email: str) -> None:
    """Nothing is sent, and nobody writes headers of their own."""
    async with browser(office.site) as asking:
        answer = await asking.form(f"{SIGN_IN}?lang=en", email=email)
        assert answer.status == 422
        assert 'aria-invalid="true"' in answer.text
        assert (await asking.form(SIGN_IN, email=MEMBER)).status == 303
        assert (await office.box.letter())["X-Envelope-To"] == MEMBER
    assert office.box.letters == []


async def test_signing_in_changes_the_cookie_and_ends_the_session_before(office: Office) -> None:
    """A cookie that somebody else put there is never a session; the earlier session of the browser is over."""
    before = await office.site.member("staff")
    async with browser(office.site, before) as mine:
        assert (await mine.form(await office.link())).status == 303
        assert mine.cookie not in ("", before)
    assert await _knocks(office.site, before) == 303
    async with browser(office.site, "chosen by somebody else") as fixed:
        assert (await fixed.form(await office.link())).status == 303
    assert await _knocks(office.site, "chosen by somebody else") == 303


@pytest.mark.parametrize("cookie", ["", "forged", "a" * 5000, "é", "' OR 1=1"], ids=str)
async def test_a_forged_cookie_opens_nothing(office: Office, cookie: str) -> None:
    """Whoever is not signed in is led to signing in; a page fetched in part as well."""
    async with office.site.client() as session:
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        for path in ("/console/", "/console/me", "/console/members", "/console/audit"):
            async with session.get(path, headers=headers, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (303, SIGN_IN)
        async with session.get("/console/", headers={**headers, "HX-Request": "true"}) as answer:
            assert answer.headers["HX-Redirect"] == SIGN_IN
        async with session.post("/console/sign-out-everywhere", headers=headers, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, SIGN_IN)


async def test_a_session_ends_after_two_idle_hours_and_twelve_in_all(office: Office) -> None:
    """Whoever works on stays signed in until the day's end; whoever leaves does not."""
    cookie, idle = await office.site.member(), await office.site.member()
    for _ in range(11):
        office.site.clock.now += timedelta(minutes=65)
        assert await _knocks(office.site, cookie) == 200
    office.site.clock.now += timedelta(minutes=6)
    assert await _knocks(office.site, cookie) == 303
    assert await _knocks(office.site, idle) == 303


async def test_signing_out_ends_the_session_on_the_server(office: Office) -> None:
    """The cookie is taken, and whoever kept a copy of it is out as well."""
    cookie = await office.site.member("admin")
    async with browser(office.site, cookie) as mine:
        answer = await mine.form("/console/me", "/console/sign-out")
        assert (answer.status, answer.to) == (303, f"{SIGN_IN}?left=1&lang=sv")
        assert mine.cookie == ""
        assert "Du är utloggad" in (await mine.get(answer.to)).text
    assert await _knocks(office.site, cookie) == 303


async def test_signing_out_everywhere_ends_every_session_and_link(office: Office) -> None:
    """On every device at once; a link that is still under way lets nobody in; nobody else is signed out."""
    other = await office.site.member("admin")
    mine = await office.site.member("admin")
    member = office.site.members[mine]
    second, link = await _another_session(office.site, member), await office.link(member)
    async with browser(office.site, mine) as here:
        assert "just nu: 2." in (await here.get("/console/me")).text
        assert (await here.form("/console/me", "/console/sign-out-everywhere")).status == 303
    assert [await _knocks(office.site, cookie) for cookie in (mine, second, other)] == [303, 303, 200]
    async with browser(office.site) as late:
        assert (await late.get(link)).status == 410


async def test_a_removed_member_is_out_at_once(office: Office) -> None:
    """Session, link and address: none of them opens anything any more."""
    cookie = await office.site.member("admin")
    member, link = office.site.members[cookie], await office.link(office.site.members[cookie])
    await office.site.member("admin")
    rooms = office.site.house.rooms
    await office.site.house.store.write(rooms.staff.remove, member, office.site.clock.now)
    assert await _knocks(office.site, cookie) == 303
    async with browser(office.site) as late:
        assert (await late.get(link)).status == 410
        assert (await late.form(SIGN_IN, email="member2@example.org")).status == 303
        assert (await late.form(SIGN_IN, email=MEMBER)).status == 303
    assert (await office.box.letter())["To"] == MEMBER


async def test_another_sites_form_and_one_without_its_token_do_nothing(office: Office) -> None:
    """Told by the browser, or by the missing or foreign token: nobody is signed out, in or written to."""
    cookie, other = await office.site.member(), await office.site.member()
    async with browser(office.site, cookie) as mine, browser(office.site, other) as theirs:
        page = (await mine.get("/console/me")).text
        [*_, token] = re.findall(r'name="token" value="([^"]+)"', page)
        [*_, foreign] = re.findall(r'name="token" value="([^"]+)"', (await theirs.get("/console/me")).text)
        link = await office.link()
        for path in ("/console/sign-out", "/console/sign-out-everywhere", SIGN_IN, link):
            elsewhere = await mine.post(path, {"token": token, "email": MEMBER}, **{"Sec-Fetch-Site": "cross-site"})
            assert elsewhere.status == 403
            elsewhere = await mine.post(path, {"token": token, "email": MEMBER}, Origin="https://evil.example.org")
            assert elsewhere.status == 403
            for wrong in ({}, {"token": ""}, {"token": foreign}, {"token": "é"}):
                assert (await mine.post(path, {**wrong, "email": MEMBER})).status == 400
        assert (await mine.get("/console/me")).status == 200
        assert (await mine.get(link)).status == 200
    assert office.box.letters == []


async def test_nothing_leads_away_from_here(office: Office) -> None:
    """Whatever an address asks for, signing in leads to our own pages."""
    evil = "https://evil.example.org/"
    async with browser(office.site) as mine:
        for name in ("next", "to", "redirect", "return", "lang", "left"):
            page = await mine.get(f"{SIGN_IN}?{name}={evil}")
            assert evil not in page.text
        link = await office.link()
        assert (await mine.form(link, f"{link}?next={evil}", next=evil)).to == "/console/answers"
        assert (await mine.get(f"{SIGN_IN}?next={evil}")).to == "/console/"
        assert (await mine.get(URL(f"{office.site.url}//evil.example.org/console", encoded=True))).status == 404


async def test_guessing_links_is_slowed(office: Office) -> None:
    """After so many wrong ones a network address waits a quarter of an hour, whatever address it claims to have."""
    await _tried(office.site, "127.0.0.1", NETWORK_TRIES - 3)
    async with browser(office.site) as guessing:
        for number in range(3):
            assert await _guess(guessing, office.site, f"203.0.113.{number}") == 410
        assert await _guess(guessing, office.site, "203.0.113.9") == 429
        link = await office.link()
        assert (await guessing.form(link)).status == 429
        assert (await guessing.form(SIGN_IN, email=MEMBER)).status == 429
        office.site.clock.now += timedelta(minutes=15)
        assert (await guessing.form(await office.link())).status == 303


async def test_behind_a_proxy_each_network_address_is_slowed_alone(tmp_path: Path) -> None:
    """A trusted proxy tells who asks; what the client itself claims stands further left, and is not believed."""
    async with site(tmp_path, {"KUNDRESA_TRUSTED_PROXY": "127.0.0.1"}) as served, browser(served) as guessing:
        await _tried(served, "203.0.113.7", NETWORK_TRIES - 2)
        await _tried(served, "2001:db8::1", NETWORK_TRIES - 1)
        assert await _guess(guessing, served, "198.51.100.1, 203.0.113.7") == 410
        assert await _guess(guessing, served, "198.51.100.2, 203.0.113.7") == 410
        assert await _guess(guessing, served, "203.0.113.7") == 429
        assert await _guess(guessing, served, "203.0.113.8") == 410
        # One IPv6 network is one source, however many addresses it has.
        assert await _guess(guessing, served, "2001:db8::ffff") == 410
        assert await _guess(guessing, served, "2001:db8::aaaa") == 429
        assert await _guess(guessing, served, "2001:db8:0:1::1") == 410
        # An IPv4 address stays itself, however it is written.
        assert await _guess(guessing, served, "::ffff:203.0.113.7") == 429
        assert await _guess(guessing, served, "::ffff:203.0.113.9") == 410


async def test_without_mail_the_page_says_who_gives_the_link(tmp_path: Path) -> None:
    """An admin, or the one who runs the server; nobody is asked for an address."""
    async with site(tmp_path) as served, browser(served) as asking:
        page = (await asking.get(f"{SIGN_IN}?lang=en")).text
        assert "kundresa staff link" in page
        assert 'name="email"' not in page


async def test_by_https_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    """Secure, not for scripts, not sent with other sites' forms, and under a name that no other host can set."""
    async with site(tmp_path, {"KUNDRESA_PUBLIC_URL": "https://k.example.org/kundresa"}) as served:
        await served.member()
        async with browser(served) as mine:
            office = Office(served, MailBox())
            link = await office.link()
            [token] = re.findall(r'name="token" value="([^"]+)"', (await mine.get(link)).text)
            answer = await mine.post(link, {"token": token})
        name, *flags = (part.strip() for part in answer.headers["Set-Cookie"].split(";"))
        assert name.startswith("__Host-kundresa-staff=")
        assert set(flags) == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}
        assert answer.to == "/kundresa/console/"


async def test_another_role_is_refused_and_noted(office: Office) -> None:
    """Whatever the page before offered: the server refuses, and the log says who tried."""
    for role in ("staff", "analyst"):
        cookie = await office.site.member(role)
        async with browser(office.site, cookie) as mine:
            for path in ("/console/members", "/console/members/new", "/console/audit"):
                assert (await mine.get(path)).status == 403
                assert f'href="{path}"' not in (await mine.get("/console/me")).text
            assert (await mine.form("/console/me", "/console/members/new", name="x", role="admin")).status == 403
        [first, *_] = await office.site.house.store.read(_noted)
        assert (first.action, first.member_id, first.subject) == (
            "refused",
            office.site.members[cookie],
            "/console/members/new",
        )


async def test_mail_leaves_this_machine_encrypted_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS and a certificate that holds, except to a server within the machine."""
    letter = mail.Letter(MEMBER, "x", "y")
    context, trusted = certified(tmp_path, "127.1")
    async with mail_box() as plain, mail_box(context) as encrypting:
        await mail.send(Mail("localhost", plain.port, False, "", "", "k@example.org"), letter, MONDAY)
        # Another way to write 127.0.0.1, which is not known to be this machine.
        with pytest.raises(mail.NotSent):
            await mail.send(Mail("127.1", plain.port, False, "", "", "k@example.org"), letter, MONDAY)
        server = Mail("127.1", encrypting.port, False, "", "", "k@example.org")
        with pytest.raises(mail.NotSent):
            await mail.send(server, letter, MONDAY)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await mail.send(server, letter, MONDAY)
        assert (plain.encrypted, encrypting.encrypted) == ([False], [True])


async def test_a_letter_holds_no_header_that_somebody_wrote() -> None:
    """A line's end in an address or a subject is refused before anything is sent."""
    async with mail_box() as box:
        server = Mail("127.0.0.1", box.port, False, "", "", "k@example.org")
        for to, subject in ((f"{MEMBER}\nBcc: {STRANGER}", "x"), (MEMBER, f"x\r\nBcc: {STRANGER}")):
            with pytest.raises(mail.NotSent):
                await mail.send(server, mail.Letter(to, subject, "y"), MONDAY)
        assert box.letters == []


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_signing_in_by_keyboard_alone_on_clean_pages(office: Office, language: str) -> None:
    """From the first page to the last with Tab, Enter and letters; axe finds nothing, in any language and size."""
    async with browsing() as chromium:
        page = await (await chromium.new_context()).new_page()
        await page.goto(f"{office.site.url}{SIGN_IN}?lang={language}")
        await suits_every_size(page)
        while await page.evaluate("document.activeElement.id") != "email":
            await page.keyboard.press("Tab")
        await page.keyboard.type(MEMBER)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/sent?*")
        await suits_every_size(page)
        [link] = re.findall(r"http\S+/enter/\S+", (await office.box.letter()).get_content())
        await page.goto(f"{link}?lang={language}")
        await suits_every_size(page)
        while await page.evaluate("document.activeElement.tagName") != "BUTTON":
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/answers")
        await page.goto(f"{link}?lang={language}")
        await suits_every_size(page)


async def test_another_sites_form_does_nothing_in_a_browser(office: Office) -> None:
    """A page elsewhere that sends our form with a right token: refused, and the member is signed in as before."""
    cookie = await office.site.member("admin")
    async with browser(office.site, cookie) as mine:
        [*_, token] = re.findall(r'name="token" value="([^"]+)"', (await mine.get("/console/me")).text)
    form = (
        f'<form method="post" action="{office.site.url}/console/sign-out-everywhere">'
        f'<input type="hidden" name="token" value="{token}"><button>Win</button></form>'
    )

    async def evil(_: web.Request) -> web.Response:
        return web.Response(text=form, content_type="text/html")

    application = web.Application()
    application.add_routes([web.get("/", evil)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with browsing() as chromium:
            page = await chromium.new_page()
            await page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": office.site.url}])
            await page.goto(f"http://localhost:{runner.addresses[0][1]}/")  # another site than 127.0.0.1
            async with page.expect_navigation():
                await page.click("button")
            assert "another site" in await page.inner_text("body")
            await page.goto(f"{office.site.url}/console/me")
            assert page.url.endswith("/console/me")
    finally:
        await runner.cleanup()
    assert await _knocks(office.site, cookie) == 200


async def _guess(guessing: Browser, served: Site, told: str) -> int:
    """A guess at a link, with the token its page would carry: as good as a guess can be."""
    token = forms.token(served.house.premises.keyring, b"enter\n" + code_hash("guess"))
    return (await guessing.post("/console/enter/guess", {"token": token}, **{"X-Forwarded-For": told})).status


async def _tried(served: Site, address: str, times: int) -> None:
    def tried(tx: Transaction) -> None:
        for _ in range(times):
            served.house.rooms.staff.tried(tx, address, served.clock.now)

    await served.house.store.write(tried)


async def _knocks(served: Site, cookie: str) -> int:
    async with browser(served, cookie) as knocking:
        return (await knocking.get("/console/")).status


async def _another_session(served: Site, member: str) -> str:
    rooms = served.house.rooms
    return await served.house.store.write(
        lambda tx: rooms.staff.signed_in(tx, rooms.staff.found(tx, member), served.clock.now)
    )


async def _until_mail(office: Office, *, failing: bool) -> None:
    async with asyncio.timeout(10):
        while (await office.site.house.store.read(facts.get, mail.FAILED_AT) is not None) != failing:
            pass


def _noted(tx: Transaction) -> list[staff.Noted]:
    return staff.noted(tx, before=2**62, action=None, limit=50)
