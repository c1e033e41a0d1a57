"""The organisation's own sign-in against a strict provider on loopback: who comes in, and every way not to."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import aiohttp
import pytest
from joserfc.jwk import OctKey, RSAKey
from yarl import URL

from bot.keys import code_hash
from bot.provider_answers import ProviderRefused
from bot.settings import Provider
from bot.sign_in_provider import ProviderSilent, SignInProvider
from bot.store import provider_visits, staff
from bot.store.database import Transaction
from tests.browser import browsing
from tests.provider import CLIENT, SECRET, OpenIdProvider, provider
from tests.site import Clock, Site, site

LOST, NOT_BELIEVED = "Inloggningen kom av sig", "Inloggningen godtogs inte"
UNKNOWN, SILENT = "Du är inte inlagd i Kundresa", "Organisationens inloggning svarar inte"
KNOWN = {"email": "Member1@Example.org", "email_verified": True}


@dataclass
class Place:
    """A site whose members sign in by a provider, and the provider."""

    site: Site
    provider: OpenIdProvider

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[aiohttp.ClientSession]:
        async with self.site.client() as session:
            yield session


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    clock = Clock()
    async with provider(clock) as made:
        more = {"KUNDRESA_OIDC_ISSUER": made.issuer, "KUNDRESA_OIDC_CLIENT": CLIENT, "KUNDRESA_OIDC_SECRET": SECRET}
        async with site(tmp_path, more, clock) as served:
            await served.member("analyst")
            made.claims = dict(KNOWN)
            yield Place(served, made)


async def test_a_member_comes_in_by_the_organisations_sign_in(place: Place) -> None:
    """Found by the verified address; the session is a new one, and the state's cookie is gone with it."""
    async with place.browser() as browser:
        back = await _gone(browser)
        state = _cookie(browser)
        answer = await browser.get(back, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/console/answers")
        assert _cookie(browser) not in ("", state)
        assert await _status(browser, "/console/me") == 200
        assert "set-cookie" in answer.headers
        assert "HttpOnly" in answer.headers["Set-Cookie"]


async def test_the_page_before_leads_on_without_script(place: Place) -> None:
    """The button's answer is a page that goes on by itself, with a link for whoever's browser does not."""
    async with place.browser() as browser:
        page = await (await _go(browser)).text()
        assert page.count(html.escape(place.provider.issuer)) == 2


async def test_a_browser_goes_there_and_comes_back_by_one_button(place: Place) -> None:
    """In a real browser, with our strict policy: one button, and the member stands in the console."""
    async with browsing() as chromium:
        page = await chromium.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Policy" in message.text else None)
        await page.goto(f"{place.site.url}/console/sign-in?lang=en")
        await page.get_by_role("button", name="Sign in with your work account").click()
        await page.wait_for_url("**/console/answers")
        assert len(await page.context.cookies()) == 1
        assert refused == []


async def test_state_and_code_are_good_once(place: Place) -> None:
    """The same answer again is refused, by us and by the provider."""
    async with place.browser() as browser:
        back = await _gone(browser)
        state = _cookie(browser)
        assert await _status(browser, back) == 303
        asked = len(place.provider.asked)
        browser.cookie_jar.update_cookies({"kundresa-staff": state}, URL(place.site.url))
        assert await _refused(browser, back) == (400, LOST)
        assert len(place.provider.asked) == asked


async def test_an_answer_fetched_by_somebody_else_signs_nobody_in(place: Place) -> None:
    """State belongs to the browser that left: an address sent to another one leads nowhere, and spends nothing."""
    async with place.browser() as theirs, place.browser() as mine:
        back = await _gone(theirs)
        assert await _refused(mine, back) == (400, LOST)
        assert await _status(theirs, back) == 303


async def test_the_visit_lasts_ten_minutes(place: Place) -> None:
    """Whoever comes back later begins again."""
    async with place.browser() as browser:
        back = await _gone(browser)
        place.site.clock.now += timedelta(minutes=10, seconds=1)
        assert await _refused(browser, back) == (400, LOST)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"]},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"aud": None},
        {"iss": "https://another.example.org"},
        {"exp": 1},
        {"exp": None},
        {"exp": "never"},
        {"iat": 99999999999},
        {"nbf": 99999999999},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_visit_is_refused(place: Place, changes: dict[str, object]) -> None:
    """Wrong nonce, audience, issuer or time: nobody comes in, and the session's cookie is none."""
    place.provider.changes = changes
    async with place.browser() as browser:
        assert await _refused(browser, await _gone(browser)) == (403, NOT_BELIEVED)
        assert _cookie(browser) == ""


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("none", None),
        ("HS256", OctKey.import_key(SECRET)),
        ("RS256", RSAKey.generate_key(2048, {"kid": "first"})),
    ],
    ids=["unsigned", "with our secret", "with another's key"],
)
async def test_a_token_that_the_issuer_did_not_sign_is_refused(
    place: Place, algorithm: str, key: OctKey | RSAKey | None
) -> None:
    """Not "none", not by a secret that we share, and not by a key that only bears the right name."""
    place.provider.algorithm, place.provider.signing = algorithm, key
    async with place.browser() as browser:
        assert await _refused(browser, await _gone(browser)) == (403, NOT_BELIEVED)


@pytest.mark.parametrize("sender", ["", "https://another.example.org"], ids=["nobody", "another"])
async def test_an_answer_of_another_issuer_is_not_taken_to_this_one(place: Place, sender: str) -> None:
    """RFC 9207: its code is not even shown to the provider."""
    place.provider.answering_as = sender
    async with place.browser() as browser:
        assert await _refused(browser, await _gone(browser)) == (403, NOT_BELIEVED)
        assert "/token" not in place.provider.asked


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.org", "email_verified": True},
        {"email": "member1@example.org", "email_verified": False},
        {"email": "member1@example.org"},
        {"preferred_username": "member1@example.org"},
        {},
    ],
    ids=["unknown", "not verified", "not said to be verified", "a name people choose", "without"],
)
async def test_whoever_is_no_member_stays_outside(place: Place, claims: dict[str, object]) -> None:
    """One refusal for all of them; no member is made, and the log says that it happened, not who it was."""
    place.provider.claims = claims
    async with place.browser() as browser:
        assert await _refused(browser, await _gone(browser)) == (403, UNKNOWN)
    members, noted = await place.site.house.store.read(_kept)
    assert len(members) == 1
    assert (noted[0].action, noted[0].member_id, noted[0].subject) == ("sign-in-refused", None, "")


async def test_a_removed_member_stays_outside(place: Place) -> None:
    """Their address is nobody's any more."""
    rooms, (cookie,) = place.site.house.rooms, place.site.members
    await place.site.house.store.write(rooms.staff.remove, place.site.members[cookie], place.site.clock.now)
    async with place.browser() as browser:
        assert await _refused(browser, await _gone(browser)) == (403, UNKNOWN)


async def test_an_outage_is_told_in_words(place: Place) -> None:
    """Before and after the visit; the sign-in page itself needs no provider."""
    async with place.browser() as browser:
        back = await _gone(browser)
        place.provider.fails = True
        assert await _refused(browser, back) == (503, SILENT)
        place.site.clock.now += timedelta(hours=2)
        answer = await _go(browser)
        assert answer.status == 503
        assert "svarar inte" in await answer.text()
        assert await _status(browser, "/console/sign-in") == 200


async def test_a_changed_key_is_looked_up_again(place: Place) -> None:
    """The issuer changes its keys: the first token under the new one is believed."""
    async with place.browser() as browser:
        assert await _status(browser, await _gone(browser)) == 303
    place.provider.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
    place.site.clock.now += timedelta(minutes=5)
    async with place.browser() as browser:
        assert await _status(browser, await _gone(browser)) == 303


async def test_the_button_needs_its_form(place: Place) -> None:
    """Without its token nobody is sent anywhere, and no cookie is given."""
    async with place.browser() as browser:
        answer = await browser.post("/console/sign-in/organisation", data={"token": "forged"})
        await answer.read()
        assert answer.status == 400
        assert "set-cookie" not in answer.headers


async def test_going_ends_the_session_whose_cookie_it_takes(place: Place) -> None:
    """There is one cookie at a time, and no session that nobody holds."""
    cookie = await place.site.member("admin")
    token = await _token_of(place)
    async with place.site.client(cookie) as browser:
        await (await browser.post("/console/sign-in/organisation", data={"token": token})).read()
    async with place.site.client(cookie) as browser:
        assert await _status(browser, "/console/") == 303


async def test_user_names_are_believed_where_the_organisation_gives_them() -> None:
    """Entra ID: the user's name, never the profile's e-mail; and secrets shown in the form where that is asked."""
    clock = Clock()
    async with provider(clock) as made:
        made.more = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        made.claims = {"preferred_username": "member1@example.org", "email": "boss@example.org", "email_verified": True}
        ours = SignInProvider(Provider(made.issuer, CLIENT, SECRET), "https://k.example.org/back", user_names=True)
        assert await _email(ours, clock) == "member1@example.org"
        made.claims = {"upn": "member1_example.org#EXT#@k.example.org", "preferred_username": "member1@example.org"}
        assert await _email(ours, clock) == "member1@example.org"
        made.claims = {"preferred_username": "no address"}
        assert await _email(ours, clock) == ""


@pytest.mark.parametrize(
    "more",
    [
        {"issuer": "https://another.example.org"},
        {"issuer": None},
        {"token_endpoint": "http://example.org/token"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_provider_that_says_odd_things_of_itself_is_not_used(more: dict[str, object]) -> None:
    """Another issuer, or an address that is not encrypted."""
    clock = Clock()
    async with provider(clock) as made:
        made.more = more
        ours = SignInProvider(Provider(made.issuer, CLIENT, SECRET), "https://k.example.org/back")
        with pytest.raises(ProviderSilent):
            await ours.going(clock.now)


async def test_a_provider_that_is_not_there_is_silent() -> None:
    """Nobody listens any more: told as an outage, not as a fault of ours."""
    clock = Clock()
    async with provider(clock) as made:
        ours = SignInProvider(Provider(made.issuer, CLIENT, SECRET), "https://k.example.org/back")
        going = await ours.going(clock.now)
    with pytest.raises(ProviderSilent, match="does not answer"):
        await ours.email({"code": "x", "iss": made.issuer}, going.nonce, going.verifier, clock.now)


async def test_visits_that_come_to_nothing_are_forgotten(place: Place) -> None:
    """What is kept of them goes with the round that forgets what is over."""
    async with place.browser() as browser:
        back = await _gone(browser)
        place.site.clock.now += timedelta(minutes=11)
        await place.site.house.store.write(place.site.house.rooms.staff.tidy, place.site.clock.now)
        spent = parse_qs(urlsplit(back).query)["state"][0]
    assert await place.site.house.store.write(provider_visits.spend, code_hash(spent)) is None


async def test_a_wrong_secret_is_refused() -> None:
    """The provider does not know us; nothing of the secret is told."""
    clock = Clock()
    async with provider(clock) as made:
        ours = SignInProvider(Provider(made.issuer, CLIENT, "wrong"), "https://k.example.org/back")
        with pytest.raises(ProviderRefused, match="401"):
            await _email(ours, clock)


async def _email(ours: SignInProvider, clock: Clock) -> str:
    going = await ours.going(clock.now)
    async with aiohttp.ClientSession() as browser:
        answer = await browser.get(going.address, allow_redirects=False)
        await answer.read()
        given = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    return await ours.email(given, going.nonce, going.verifier, clock.now)


async def _go(browser: aiohttp.ClientSession) -> aiohttp.ClientResponse:
    page = await (await browser.get("/console/sign-in?lang=sv")).text()
    [token] = re.findall(r'organisation\?lang=sv">\s*<input type="hidden" name="token" value="([^"]+)"', page)
    return await browser.post("/console/sign-in/organisation?lang=sv", data={"token": token})


async def _gone(browser: aiohttp.ClientSession) -> str:
    """Goes to the provider and is sent back: the address it leads to."""
    page = await (await _go(browser)).text()
    [address] = re.findall(r'content="0;url=([^"]+)"', page)
    answer = await browser.get(html.unescape(address), allow_redirects=False)
    await answer.read()
    assert answer.status == 302
    return answer.headers["Location"]


async def _status(browser: aiohttp.ClientSession, path: str) -> int:
    async with browser.get(path, allow_redirects=False) as answer:
        await answer.read()
        return answer.status


async def _refused(browser: aiohttp.ClientSession, back: str) -> tuple[int, str]:
    """The status, and the page's title."""
    answer = await browser.get(f"{back}&lang=sv", allow_redirects=False)
    [title] = re.findall(r"<h1>([^<]+)</h1>", await answer.text())
    return answer.status, title


async def _token_of(place: Place) -> str:
    async with place.browser() as browser:
        page = await (await browser.get("/console/sign-in?lang=sv")).text()
    [token] = re.findall(r'organisation\?lang=sv">\s*<input type="hidden" name="token" value="([^"]+)"', page)
    return str(token)


def _cookie(browser: aiohttp.ClientSession) -> str:
    return next((one.value for one in browser.cookie_jar if one.key == "kundresa-staff"), "")


def _kept(tx: Transaction) -> tuple[list[staff.Member], list[staff.Noted]]:
    return staff.everybody(tx), staff.noted(tx, before=2**62, action=None, limit=10)
