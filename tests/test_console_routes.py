"""Every route of the console, one by one: for whom it is, that another unit's things look like none, and that a form
is its session's. A new route without its line in the table fails here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
import pytest_asyncio
from starlette.routing import Route
from yarl import URL

from bot import settings
from bot.console import console
from bot.console.gate import Office
from bot.console.many_contacts import CHOSEN
from bot.keys import new_token
from bot.pages.pages import Pages
from bot.store import digests, people
from bot.store.database import Transaction
from bot.store.digests import Kept
from bot.store.staff import ROLES, Role
from tests.house import MONDAY
from tests.site import Clock, Site, site
from tests.test_console_contacts import ORGANISATION, Desk, desk
from tests.web_citizen import citizen

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = frozenset(ROLES)
WRITERS, READERS, ADMINS = frozenset({"admin", "staff"}), frozenset({"admin", "analyst"}), frozenset({"admin"})
NOBODY_YET: frozenset[str] = frozenset()
"""For those who are not signed in."""

ROUTES: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/console/sign-in"): NOBODY_YET,
    ("POST", "/console/sign-in"): NOBODY_YET,
    ("GET", "/console/sign-in/sent"): NOBODY_YET,
    ("GET", "/console/enter/{token}"): NOBODY_YET,
    ("POST", "/console/enter/{token}"): NOBODY_YET,
    ("POST", "/console/sign-out"): ALL,
    ("POST", "/console/sign-out-everywhere"): ALL,
    ("GET", "/console/"): ALL,
    ("GET", "/console"): ALL,
    ("GET", "/console/me"): ALL,
    ("POST", "/console/me/language"): ALL,
    ("GET", "/console/new"): WRITERS,
    ("POST", "/console/new"): WRITERS,
    ("GET", "/console/open"): WRITERS,
    ("POST", "/console/open"): WRITERS,
    ("GET", "/console/open/{id}/poster"): WRITERS,
    ("GET", "/console/open/{id}/cards"): WRITERS,
    ("GET", "/console/open/{id}"): WRITERS,
    ("POST", "/console/open/{id}/code"): WRITERS,
    ("POST", "/console/open/{id}/retire"): WRITERS,
    ("GET", "/console/import"): WRITERS,
    ("POST", "/console/import"): WRITERS,
    ("GET", "/console/import/template.xlsx"): WRITERS,
    ("GET", "/console/import/template.csv"): WRITERS,
    ("GET", "/console/import/{id}"): WRITERS,
    ("POST", "/console/import/{id}"): WRITERS,
    ("GET", "/console/import/{id}/state"): WRITERS,
    ("GET", "/console/import/{id}/faults.csv"): WRITERS,
    ("GET", "/console/import/{id}/invitations.csv"): WRITERS,
    ("GET", "/console/week"): ALL,
    ("POST", "/console/week/find"): WRITERS,
    ("POST", "/console/week/do"): WRITERS,
    ("POST", "/console/week/day"): WRITERS,
    ("GET", "/console/contacts/{id}/invitation"): WRITERS,
    ("GET", "/console/contacts/{id}/card"): WRITERS,
    ("GET", "/console/contacts/{id}/texts"): WRITERS,
    ("POST", "/console/contacts/{id}/code"): WRITERS,
    ("GET", "/console/contacts/{id}"): ALL,
    ("POST", "/console/contacts/{id}/move"): WRITERS,
    ("POST", "/console/contacts/{id}/note"): WRITERS,
    ("POST", "/console/contacts/{id}/cancel"): WRITERS,
    ("POST", "/console/contacts/{id}/not-asked"): WRITERS,
    ("GET", "/console/answers"): ALL,
    ("GET", "/console/answers/words"): READERS,
    ("GET", "/console/call-backs"): WRITERS,
    ("GET", "/console/call-backs/{id}"): WRITERS,
    ("POST", "/console/call-backs/{id}/take"): WRITERS,
    ("POST", "/console/call-backs/{id}/number"): WRITERS,
    ("POST", "/console/call-backs/{id}/done"): WRITERS,
    ("GET", "/console/health"): ADMINS,
    ("POST", "/console/health/parked"): ADMINS,
    ("GET", "/console/digests"): READERS,
    ("GET", "/console/digests/{week}"): READERS,
    ("GET", "/console/digests/{week}/picture.png"): READERS,
    ("GET", "/console/workbooks"): READERS,
    ("POST", "/console/workbooks/make"): READERS,
    ("GET", "/console/workbooks/{name}"): READERS,
    ("GET", "/console/coding"): READERS,
    ("POST", "/console/coding"): READERS,
    ("GET", "/console/coding/{id}"): READERS,
    ("POST", "/console/coding/{id}"): READERS,
    ("GET", "/console/coding/{id}/state"): READERS,
    ("GET", "/console/coding/{id}/faults.csv"): READERS,
    ("GET", "/console/erasures"): ADMINS,
    ("POST", "/console/erasures/find"): ADMINS,
    ("POST", "/console/erasures/contact"): ADMINS,
    ("GET", "/console/erasures/{id}"): ADMINS,
    ("POST", "/console/erasures/{id}"): ADMINS,
    ("GET", "/console/journeys"): ALL,
    ("GET", "/console/journeys/check"): READERS,
    ("POST", "/console/journeys/check"): READERS,
    ("GET", "/console/journeys/plays/{play}"): ALL,
    ("POST", "/console/journeys/plays/{play}"): ALL,
    ("GET", "/console/journeys/dropped/{play}"): READERS,
    ("POST", "/console/journeys/dropped/{play}/play"): READERS,
    ("GET", "/console/journeys/{code}"): ALL,
    ("POST", "/console/journeys/{code}/play"): ALL,
    ("GET", "/console/members"): ADMINS,
    ("GET", "/console/members/new"): ADMINS,
    ("POST", "/console/members/new"): ADMINS,
    ("GET", "/console/members/{member}"): ADMINS,
    ("POST", "/console/members/{member}"): ADMINS,
    ("POST", "/console/members/{member}/link"): ADMINS,
    ("POST", "/console/members/{member}/sign-out"): ADMINS,
    ("GET", "/console/members/{member}/remove"): ADMINS,
    ("POST", "/console/members/{member}/remove"): ADMINS,
    ("GET", "/console/audit"): ADMINS,
    ("GET", "/console/keys"): ADMINS,
    ("POST", "/console/keys"): ADMINS,
    ("GET", "/console/keys/{key}/revoke"): ADMINS,
    ("POST", "/console/keys/{key}/revoke"): ADMINS,
    ("GET", "/console/staff-chat"): WRITERS,
    ("POST", "/console/staff-chat/code"): WRITERS,
    ("POST", "/console/staff-chat/unlink"): WRITERS,
}  # fmt: skip

GUARDED = {one: roles for one, roles in ROUTES.items() if roles}
POSTS = sorted(path for method, path in ROUTES if method == "POST")
GETS = sorted(path for method, path in ROUTES if method == "GET")
OF_NO_UNIT = (
    "/console/health",
    "/console/members/new",
    "/console/sign-out",
    "/console/me/",
    "/console/staff-chat",
    "/console/workbooks/make",
    "/console/import",
    "/console/coding",
    "/console/journeys",
)
"""What is the member's own, or everybody's; what they drop, and whom they add, is theirs alone."""

MARK, WORDS, NUMBER = "GRANNE-77", "hemliga ord zzqqx", "+46 70 174 06 35"
"""Of the unit centrum: a reference, own words, a number to call."""

AROUND = ("Change", "Skip", "Later", "No thanks", "Call me", "I have a wish")
"""Buttons of the citizen's pages that answer nothing."""

FILLED = {
    "journey": "office-visit", "unit": "centrum", "service": "", "channel": "", "language": "sv", "day": "2026-11-25",
    "time": "10:00", "kind": "poster", "cards": "2", "week": "2026-W47", "find": MARK, "reference": MARK,
    "action": "cancel", "do": "cancel", "sure": "1", "reason": "other", "outcome": "reached", "name": "Somebody",
    "email": "a@example.org", "role": "admin", "from_day": "2026-11-23",
}  # fmt: skip


@dataclass
class Neighbour:
    """A site in which the unit centrum has one of everything; and what stands for each place in a path."""

    place: Site
    ids: dict[str, str]

    def at(self, path: str) -> str:
        """The path, with the neighbour's things named in it."""
        for start, name in (
            ("/console/contacts", "contact"),
            ("/console/open", "open"),
            ("/console/call-backs", "call"),
            ("/console/erasures", "erasure"),
            ("/console/import", "import"),
            ("/console/coding", "import"),
        ):
            if path.startswith(start + "/"):
                path = path.replace("{id}", self.ids[name])
        return re.sub(r"\{(\w+)\}", lambda found: quote(self.ids[found[1]]), path)

    def all_ids(self) -> dict[str, str]:
        """For forms that name what they mean: every field they could have."""
        return {
            **FILLED,
            "contact": self.ids["contact"],
            f"{CHOSEN}{self.ids['contact']}": "on",
            "id": self.ids["contact"],
            "ids": self.ids["contact"],
            "chosen": self.ids["contact"],
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def near(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Neighbour]:
    """One site for the whole module, in the week after everything happened in centrum."""
    folder = tmp_path_factory.mktemp("routes")
    async with site(folder, {"KUNDRESA_ORGANISATION": ORGANISATION}, Clock(MONDAY)) as place:
        yield Neighbour(place, await _filled(place))


async def _filled(place: Site) -> dict[str, str]:
    ids = {"token": new_token(), "play": "nothing", "import": "nothing", "code": "office-visit"}
    # Of what is held in memory alone there is nothing.
    ids["name"], ids["week"] = "kundresa_2026-W47_data.xlsx", "2026-W47"
    registered = await place.register("phone-call", unit="centrum", service=None, channel="phone", reference=MARK)
    async with citizen(place, **{"Accept-Language": "en"}) as person:
        await person.begin(registered.code)
        for _ in range(12):
            offered = [label for label in person.seen.taps if label not in AROUND]
            if "Skip" not in person.seen.taps:
                break
            if "Done" in person.seen.taps:  # several can be chosen
                await person.taps("Skip")
            else:
                await (person.taps(offered[0]) if offered else person.says(WORDS))
        await person.does(do="call-me")
        await person.taps("As soon as possible")
        await person.says(NUMBER)
    async with desk(place) as admin:
        await admin.get("/console/open")
        for kind in ("poster", "cards"):
            made = await admin.sends("/console/open", **{**FILLED, "kind": kind})
            ids["open"] = made.path.rsplit("/", 1)[1]
            await admin.get("/console/open")
        ids["sheet"] = ids["open"]
        await admin.get("/console/keys")
        await admin.sends("/console/keys", name="A system", unit="centrum")
        ids["key"] = await place.house.store.read(_one("api_keys"))
        ids["member"] = next(iter(place.members.values()))
        place.clock.now = MONDAY + timedelta(days=7)
    fresh = await place.register(
        unit="centrum", service=None, start=place.clock.now + timedelta(days=2), reference=f"{MARK}-2"
    )
    ids["contact"], ids["answered"] = fresh.id, registered.id
    ids["call"] = await place.house.store.read(_one("call_backs"))
    async with desk(place) as admin:
        await admin.get("/console/workbooks")
        assert (await admin.sends("/console/workbooks/make", week="2026-W47", language="sv")).status == 303
    # Of one person's answers nothing is drawn.
    drawn = Kept(ids["week"], "sv", "In brief", "In brief", "In brief", "brief.png", None, place.clock.now)
    await place.house.store.write(digests.record, drawn)
    await asyncio.to_thread((place.house.store.path.parent / "exports" / "brief.png").write_bytes, b"drawn")

    def ask(tx: Transaction) -> str:
        person = people.of_id(tx, str(tx.value("SELECT person_id FROM contacts WHERE id = :id", id=registered.id)))
        assert person is not None
        return place.house.rooms.erasures.ask(tx, person, place.clock.now).id

    ids["erasure"] = await place.house.store.write(ask)
    return ids


def _one(table: str) -> Callable[[Transaction], str]:
    return lambda tx: str(tx.value(f"SELECT id FROM {table} ORDER BY id LIMIT 1"))


async def _rows(place: Site) -> dict[str, int]:
    """How many rows each table has, but for those that note that somebody was here."""

    def read(tx: Transaction) -> dict[str, int]:
        names = tx.value(
            "SELECT group_concat(name) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        tables = [
            name
            for name in str(names).split(",")
            if name not in ("staff_sessions", "audit", "members", "sign_in_links")
        ]
        return {name: tx.count(f"SELECT count(*) FROM {name}") for name in tables}

    return await place.house.store.read(read)


async def _stand(near: Neighbour) -> tuple[object, ...]:
    """What of the neighbour's could be changed by a form."""

    def read(tx: Transaction) -> tuple[object, ...]:
        return (
            *tx.all(_Contact, "SELECT start_at, cancelled_at, not_asked, outcome, matter_id FROM contacts ORDER BY id"),
            *tx.all(_Call, "SELECT state, taken_by FROM call_backs ORDER BY id"),
            *tx.all(_Open, "SELECT retired_at FROM open_invitations ORDER BY id"),
            *tx.all(_Erasure, "SELECT state FROM erasures ORDER BY id"),
            *tx.all(_Key, "SELECT revoked_at FROM api_keys ORDER BY id"),
            tx.count("SELECT count(*) FROM members WHERE removed_at IS NOT NULL"),
        )

    return (await near.place.house.store.read(read), sorted((await _rows(near.place)).items()))


@dataclass(frozen=True)
class _Contact:
    start_at: object
    cancelled_at: object
    not_asked: object
    outcome: object
    matter_id: object


@dataclass(frozen=True)
class _Call:
    state: str
    taken_by: str | None


@dataclass(frozen=True)
class _Open:
    retired_at: object


@dataclass(frozen=True)
class _Erasure:
    state: str


@dataclass(frozen=True)
class _Key:
    revoked_at: object


async def _token(somebody: Desk) -> None:
    """The forms of a page that everybody has."""
    assert (await somebody.get("/console/me")).status == 200
    assert somebody.forms.keys() >= {"token"}


async def test_every_route_stands_in_the_table(near: Neighbour) -> None:
    """A new page or action says here for whom it is."""
    office = Office(
        near.place.house,
        settings.read({}),
        near.place.clock,
        lambda: None,
        Pages(near.place.house.premises, "bot.console"),
    )
    served = {
        (method, route.path)
        for route in console.routes(office)
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert served == set(ROUTES)


async def test_the_neighbour_has_one_of_everything(near: Neighbour) -> None:
    """Each path leads an admin to something, so that what others are refused is there to be had."""
    async with desk(near.place) as admin:
        for path in GETS:
            told = await admin.get(near.at(path))
            is_held = not re.search(r"plays|dropped|(?:import|coding)/\{id\}(?!/state)|enter|/poster", path)
            wanted = (200, 303) if is_held else (404, 410)
            assert told.status in wanted, (path, told.status)
    async with desk(near.place, "analyst") as somebody:
        assert WORDS in (await somebody.get("/console/answers/words")).text
    async with desk(near.place, "staff", "centrum") as somebody:
        assert MARK in (await somebody.get("/console/week")).text
        await somebody.get(near.at("/console/call-backs/{id}"))
        assert NUMBER in (await somebody.sends(near.at("/console/call-backs/{id}/number"))).text


async def test_a_stranger_is_led_to_sign_in_from_everywhere(near: Neighbour) -> None:
    """Without a session, and with a forged one, no route does or tells anything."""
    before = await _stand(near)
    for cookie in ("", new_token()):
        async with near.place.client(cookie) as session:
            for method, path in GUARDED:
                async with session.request(
                    method, near.at(path), data=near.all_ids() if method == "POST" else None, allow_redirects=False
                ) as told:
                    assert (told.status, told.headers["Location"]) == (303, "/console/sign-in"), (method, path)
    assert await _stand(near) == before


@pytest.mark.parametrize("role", ["staff", "analyst"])
async def test_what_is_not_for_a_role_is_refused_to_it(near: Neighbour, role: Role) -> None:
    """Each route that the table does not give to the role, with the right token: refused, and nothing is done."""
    before = await _stand(near)
    async with desk(near.place, role, "centrum") as somebody:
        await _token(somebody)
        forms = dict(somebody.forms)
        for (method, path), roles in GUARDED.items():
            if role not in roles:
                somebody.forms = dict(forms)
                told = await (
                    somebody.get(near.at(path)) if method == "GET" else somebody.sends(near.at(path), **near.all_ids())
                )
                assert told.status == 403, (method, path)
                for secret in (MARK, WORDS, "174 06 35"):
                    assert secret not in told.text, (method, path)
    assert await _stand(near) == before


@pytest.mark.parametrize("role", ["staff", "analyst", "admin"])
async def test_nothing_of_another_unit_is_told_or_changed(near: Neighbour, role: Role) -> None:
    """Who sees norr, whatever they may do there, and whatever they guess: of centrum they get and change nothing."""
    before = await _stand(near)
    async with desk(near.place, role, "norr") as somebody:
        await _token(somebody)
        forms = dict(somebody.forms)
        for (method, path), roles in GUARDED.items():
            if role not in roles or path.startswith(OF_NO_UNIT):
                continue
            somebody.forms = dict(forms)
            told = await (
                somebody.get(near.at(path)) if method == "GET" else somebody.sends(near.at(path), **near.all_ids())
            )
            if "{id}" in path:
                assert told.status == 404, (method, path)
            if "{member}" in path or "{key}" in path:
                assert told.status in (404, 409), (method, path)
            if path == "/console/workbooks/{name}":
                assert told.status == 403  # a data file is of every unit
            for secret in (
                WORDS,
                "174 06 35",
                near.ids["contact"],
                near.ids["answered"],
                near.ids["call"],
                near.ids["key"],
            ):
                shown = told.text.replace(near.at(path), "")
                assert secret not in shown, (method, path)
            if path not in (
                "/console/week/find",
                "/console/open",
                "/console/new",
                "/console/erasures/find",
            ):  # where it is what was just typed
                assert MARK not in told.text, (method, path)
            assert told.status < 500, (method, path)
    assert await _stand(near) == before


@pytest.mark.parametrize(
    "query", ["?unit=centrum", "?unit=centrum&journey=phone-call", "?unit=centrum&state=begun&week=2026-W47"]
)
@pytest.mark.parametrize(
    "path", ["/console/week", "/console/answers", "/console/answers/words", "/console/call-backs", "/console/open"]
)
async def test_asking_for_another_unit_gives_ones_own(near: Neighbour, path: str, query: str) -> None:
    """Whatever the address asks for."""
    async with desk(near.place, "analyst" if "words" in path else "staff", "norr") as somebody:
        told = await somebody.get(path + query)
        assert told.status == 200
        for secret in (MARK, WORDS, near.ids["contact"], near.ids["answered"]):
            assert secret not in told.text


async def test_a_form_without_its_sessions_token_does_nothing_anywhere(near: Neighbour) -> None:
    """Every POST by an admin: without a token, with another session's, and sent by another site."""
    async with desk(near.place) as other:
        await _token(other)
        theirs = other.forms["token"]
    before = await _stand(near)
    async with desk(near.place) as admin:
        await _token(admin)
        mine = dict(admin.forms)
        for path in POSTS:
            for token in ("", theirs):
                admin.forms = dict(mine)
                told = await admin.sends(near.at(path), **{**near.all_ids(), "token": token})
                assert told.status == 400, (path, token)
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
                async with admin.session.post(
                    near.at(path), data={**near.all_ids(), **mine}, headers=headers, allow_redirects=False
                ) as refused:
                    assert refused.status == 403, (path, headers)
        assert (await admin.get("/console/me")).status == 200
    assert await _stand(near) == before


async def test_every_answer_has_the_strict_headers_and_none_is_kept(near: Neighbour) -> None:
    """Whoever asks for whatever, also where it is refused."""
    async with desk(near.place) as admin, near.place.client() as stranger:
        await _token(admin)
        for session in (admin.session, stranger):
            for method, path in ROUTES:
                if path.startswith("/console/sign-out"):
                    continue
                async with session.request(
                    method, near.at(path), data={} if method == "POST" else None, allow_redirects=False
                ) as told:
                    policy = told.headers["Content-Security-Policy"]
                    assert "default-src 'none'" in policy, path
                    assert "unsafe" not in policy, path
                    assert told.headers["X-Content-Type-Options"] == "nosniff", path
                    assert told.headers["Referrer-Policy"] == "no-referrer", path
                    assert told.headers["X-Frame-Options"] == "DENY", path
                    assert told.headers["Cache-Control"] == "no-store", path
                    text = await told.text(errors="replace")
                    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text), path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(near: Neighbour, method: str) -> None:
    """Every page that there is, looked at by an admin: the same rows stand in every table, and in those what stood."""
    before = await _stand(near)
    async with desk(near.place) as admin:
        for path in GETS:
            for query in ("", "?week=2026-W47&unit=centrum&done=moved&known=1&before=9&page=2"):
                async with admin.session.request(method, near.at(path) + query, allow_redirects=False) as told:
                    assert told.status < 500, path
    assert await _stand(near) == before


async def test_odd_ids_are_told_calmly(near: Neighbour) -> None:
    """However an id is written, no route fails."""
    async with desk(near.place) as admin:
        await _token(admin)
        mine = dict(admin.forms)
        for method, path in GUARDED:
            if "{" not in path:
                continue
            for odd in ("%00", "'%20OR%201=1--", "x" * 3000, "%F0%9F%98%80", "%FF", "..%2F..%2Fetc%2Fpasswd"):
                target = re.sub(r"\{\w+\}", odd, path)
                admin.forms = dict(mine)
                async with admin.session.request(
                    method,
                    URL(near.place.url + target, encoded=True),
                    data=mine if method == "POST" else None,
                    allow_redirects=False,
                ) as told:
                    wanted = (303, 400, 403, 404, 409, 422, *([200] if path.endswith("/state") else []))
                    assert told.status in wanted, (method, target[:80])
