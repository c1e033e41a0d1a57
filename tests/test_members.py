"""The pages where admins see who works here, the member's own page, the overview, and the log."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.pages.words import words_of
from bot.store import facts, staff
from bot.store.database import Transaction
from bot.store.staff import ROLES, Member, Noted
from tests.browser import IN_EACH_LANGUAGE, PHONE, browsing, suits_every_size
from tests.site import Site, site
from tests.test_sign_in import COOKIE, browser

MEMBERS = "/console/members"
ORGANISATION = Path(__file__).parents[1] / "bot" / "organisation_example.yaml"
NEW = {"name": "Front desk", "email": "desk@example.org", "role": "staff", "unit": "main", "language": "en"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


async def test_an_admin_adds_a_member_and_hands_over_a_link(served: Site) -> None:
    """The link stands on the answer alone, and lets the new member in; the log says who added them."""
    admin = await served.member("admin")
    async with browser(served, admin) as boss, browser(served) as new:
        answer = await boss.form(f"{MEMBERS}/new", **NEW, request_id="a1")
        assert answer.status == 200
        [link] = re.findall(re.escape(served.url) + r"(/console/enter/[\w-]+)", answer.text)
        assert link not in (await boss.get(MEMBERS)).text
        entered = await new.form(link)
        assert entered.to == "/console/new"
        assert "Front desk" in (await new.get("/console/me")).text
    made = await _member(served, "desk@example.org")
    assert (made.name, made.role, made.unit, made.language) == ("Front desk", "staff", "main", "en")
    noted = await _noted(served)
    assert [(one.action, one.member_id, one.subject) for one in noted[:2]] == [
        ("signed-in", made.id, ""),
        ("member-added", served.members[admin], made.id),
    ]


async def test_the_same_form_twice_adds_one_member_and_tells_the_same_link(served: Site) -> None:
    """A reply that was lost is told again; what is remembered of it holds no token that can be read."""
    async with browser(served, await served.member("admin")) as boss:
        page = (await boss.get(f"{MEMBERS}/new")).text
        [token] = set(re.findall(r'name="token" value="([^"]+)"', page))
        [request] = re.findall(r'name="request_id" value="([^"]+)"', page)
        fields = {"token": token, "request_id": request, **NEW, "email": ""}
        first, second = [await boss.post(f"{MEMBERS}/new", fields) for _ in range(2)]
        links = re.findall(r"/console/enter/([\w-]+)", first.text)
        assert links == re.findall(r"/console/enter/([\w-]+)", second.text) != []
    assert len(await served.house.store.read(staff.everybody)) == 2
    (admin,) = served.members.values()
    kept = await served.house.store.read(facts.reply_to, f"{admin}-{request}")
    assert kept is not None
    assert b'"sealed":"' in kept
    assert links[0].encode() not in kept


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "email"),
        ({"email": "member1@example.org"}, "email"),
        ({"unit": ""}, "unit"),
    ],
    ids=str,
)
async def test_what_is_wrong_stands_beside_its_field(served: Site, wrong: dict[str, str], field: str) -> None:
    """What was written is still there; nothing is stored."""
    async with browser(served, await served.member("admin")) as boss:
        answer = await boss.form(f"{MEMBERS}/new", **{**NEW, **wrong})
        assert answer.status == 422
        assert f'id="{field}-fault"' in answer.text
        assert re.search(
            rf'id="{field}"[^>]+aria-invalid="true" aria-describedby="{field}-hint {field}-fault"', answer.text
        )
        assert ("Front desk" in answer.text) == (field != "name")
    assert len(await served.house.store.read(staff.everybody)) == 1


@pytest.mark.parametrize("odd", [{"role": "king"}, {"unit": "nowhere"}, {"language": "xx"}, {"role": ""}], ids=str)
async def test_a_code_that_no_form_offers_is_refused(served: Site, odd: dict[str, str]) -> None:
    """In the reader's words; nothing is stored."""
    async with browser(served, await served.member("admin")) as boss:
        assert (await boss.form(f"{MEMBERS}/new", **{**NEW, **odd})).status == 409
    assert len(await served.house.store.read(staff.everybody)) == 1


async def test_a_member_is_changed_signed_out_and_removed(served: Site) -> None:
    """Each holds at once, wherever the member is signed in, and each is in the log."""
    admin, cookie = await served.member("admin"), await served.member("staff")
    path = f"{MEMBERS}/{served.members[cookie]}"
    async with browser(served, admin) as boss, browser(served, cookie) as theirs:
        assert (await theirs.get("/console/new")).status != 403
        changed = await boss.form(path, **{**NEW, "role": "analyst", "unit": "", "email": ""})
        assert changed.to == f"{MEMBERS}?done=changed"
        assert (await theirs.get("/console/erasures")).status in (403, 404)
        assert "Analyst" in (await theirs.get("/console/me")).text
        assert (await boss.form(path, f"{path}/sign-out")).to == f"{MEMBERS}?done=signed-out"
        assert (await theirs.get("/console/me")).status == 303
        assert (await boss.form(f"{path}/remove")).to == f"{MEMBERS}?done=removed"
        assert (await boss.get(path)).status == 409
        assert "Front desk" not in (await boss.get(MEMBERS)).text
        log = (await boss.get("/console/audit")).text
        assert "Tog bort medarbetare" in log
        assert "Front desk" in log
    actions = [one.action for one in await _noted(served) if one.action != "refused"]
    assert actions[:3] == ["member-removed", "signed-out-everywhere", "member-changed"]


async def test_a_new_address_ends_links_that_went_to_the_old_one(served: Site) -> None:
    """Whoever reads the old mailbox can't come in with what lies there."""
    admin, cookie = await served.member("admin"), await served.member("staff")
    member, rooms = served.members[cookie], served.house.rooms
    link = await served.house.store.write(
        lambda tx: rooms.staff.invite(tx, rooms.staff.found(tx, member), served.clock.now)
    )
    async with browser(served, admin) as boss, browser(served) as late:
        assert (await boss.form(f"{MEMBERS}/{member}", **NEW)).status == 303
        assert (await late.get(f"/console/enter/{link}")).status == 410


async def test_the_last_admin_stays(served: Site) -> None:
    """Neither removed nor made something else: nobody could let others in."""
    admin = await served.member("admin")
    path = f"{MEMBERS}/{served.members[admin]}"
    async with browser(served, admin) as boss:
        assert (await boss.form(path, f"{path}/remove")).status == 409
        answer = await boss.form(path, **{**NEW, "email": ""})
        assert answer.status == 422
        assert 'id="role-fault"' in answer.text
        await served.member("admin")
        assert (await boss.form(path, **{**NEW, "email": ""})).status == 303
        assert (await boss.get(MEMBERS)).status == 403


async def test_a_link_can_be_made_for_somebody_who_has_no_mail(served: Site) -> None:
    """Shown once, good once; the log says that one was made, and holds nothing of it."""
    admin, cookie = await served.member("admin"), await served.member("analyst")
    path = f"{MEMBERS}/{served.members[cookie]}"
    async with browser(served, admin) as boss, browser(served) as new:
        answer = await boss.form(path, f"{path}/link", request_id="l1")
        [link] = re.findall(r"(/console/enter/[\w-]+)", answer.text)
        assert (await new.form(link)).status == 303
        assert (await new.form("/console/me", link)).status in (400, 410)
        assert link.rpartition("/")[2] not in (await boss.get("/console/audit")).text
    assert [one.action for one in await _noted(served)][:2] == ["signed-in", "link-made"]


async def test_an_admin_of_one_unit_reaches_no_further(tmp_path: Path) -> None:
    """Sees, changes and makes members of that unit alone, and reads what they did, whatever is sent."""
    async with site(tmp_path, {"KUNDRESA_ORGANISATION": str(ORGANISATION)}) as served:
        ours, theirs = list(served.house.premises.organisation.units)[:2]
        admin = await served.member("admin", ours)
        mine, other, everywhere = (
            await served.member("staff", ours),
            await served.member("staff", theirs),
            await served.member("admin"),
        )
        async with browser(served, admin) as boss:
            page = (await boss.get(MEMBERS)).text
            seen = [one for one in (admin, mine, other, everywhere) if served.members[one] in page]
            assert seen == [admin, mine]
            for cookie in (other, everywhere):
                path = f"{MEMBERS}/{served.members[cookie]}"
                for way in (path, f"{path}/remove"):
                    assert (await boss.get(way)).status == 409
                for way in (path, f"{path}/link", f"{path}/sign-out", f"{path}/remove"):
                    assert (await boss.form(f"{MEMBERS}/new", way, **NEW)).status == 409
            for unit in (theirs, ""):
                sent = {**NEW, "email": "", "role": "admin", "unit": unit}
                assert (await boss.form(f"{MEMBERS}/new", **sent)).status == 200
            log = html.unescape((await boss.get("/console/audit")).text)
            assert "Member 1" in log
            assert "Member 3" not in log
        everybody = await served.house.store.read(staff.everybody)
        assert [one.unit for one in everybody if one.name == "Front desk"] == [ours, ours]
        assert {one.id for one in everybody} >= {served.members[other], served.members[everywhere]}


async def test_a_member_reads_in_their_own_language(served: Site) -> None:
    """Chosen on their own page and kept, whatever the browser asks for; one that is not spoken changes nothing."""
    cookie = await served.member("staff", language="sv")
    async with browser(served, cookie) as mine:
        assert (await mine.form("/console/me", "/console/me/language", language="fi")).status == 303
        page = await mine.get("/console/", **{"Accept-Language": "en"})
        assert page.headers["Content-Language"] == "fi"
        assert "Yleiskuva" in page.text
        assert (await mine.form("/console/me", "/console/me/language", language="xx")).status == 303
        assert (await mine.get("/console/")).headers["Content-Language"] == "fi"


async def test_the_members_page_leads_to_linking_a_chat_where_that_is_on(tmp_path: Path) -> None:
    """For those who may use commands there, and only where the organisation lets them."""
    async with site(tmp_path, {"KUNDRESA_STAFF_CHAT": "1"}) as served:
        for role in ROLES:
            async with browser(served, await served.member(role)) as mine:
                assert ("/console/staff-chat" in (await mine.get("/console/me")).text) == (role != "analyst")


async def test_the_overview_counts_what_is_the_members_to_see(tmp_path: Path) -> None:
    """Calls, what goes out today, answers of a week, contacts of today: of their unit alone, late calls told apart."""
    async with site(tmp_path, {"KUNDRESA_ORGANISATION": str(ORGANISATION)}) as served:
        ours, theirs = list(served.house.premises.organisation.units)[:2]
        made = [await served.register(unit=unit, service=None) for unit in (ours, ours, theirs)]
        now, hour = served.clock.now, timedelta(hours=1)

        def lived(tx: Transaction) -> None:
            for unit, deadline in ((ours, now - hour), (ours, now + hour), (theirs, now + hour)):
                tx.run(_CALL, id=f"{unit}{deadline:%H}", unit=unit, now=now, deadline=deadline)
            tx.run(_GOES_OUT, contact=made[0].id, due=now + hour, until=now + 9 * hour)
            tx.run(_GOES_OUT, contact=made[1].id, due=now + 20 * hour, until=now + 30 * hour)
            tx.run(_ANSWERED, contact=made[2].id, at=now - 100 * hour)

        await served.house.store.write(lived)
        mine, all_ = await served.member("staff", ours), await served.member("admin")
        async with browser(served, mine) as one, browser(served, all_) as every:
            page = (await one.get("/console/")).text
            assert _figures(page) == [2, 1, 0, 2]
            assert "1 försenade" in page
            assert _figures((await every.get("/console/")).text) == [3, 1, 1, 3]


async def test_the_log_is_filtered_and_paged(served: Site) -> None:
    """Fifty lines a page, the newest first; an action without words of its own shows as its code."""
    admin = await served.member("admin")

    def noted(tx: Transaction) -> None:
        for number in range(120):
            staff.note(tx, served.members[admin], "invented-action", f"n{number:03}", served.clock.now)

    await served.house.store.write(noted)
    async with browser(served, admin) as boss:
        sizes, lines, path = [], [], "/console/audit"
        while path:
            text = html.unescape((await boss.get(path)).text)
            page = re.findall(r"<td>(n\d{3})</td>", text)
            sizes.append(len(page))
            lines += page
            path = next(iter(re.findall(r'href="(/console/audit\?before=[^"]+)"', text)), "")
        assert sizes == [50, 50, 20]
        assert lines == [f"n{number:03}" for number in reversed(range(120))]
        assert "<td>invented-action</td>" in text
        only = (await boss.get("/console/audit?action=signed-in")).text
        assert "<td>Loggade in</td>" in only
        assert "n119" not in only
        for odd in ("before=x", "before=-1", "before=" + "9" * 30, "before=%C2%B2", "action=%00", "action=a'"):
            assert (await boss.get(f"/console/audit?{odd}")).status == 200


def test_every_action_that_is_noted_has_words() -> None:
    """Whatever a room notes for the log can be read there by a person, not only by its code."""
    words, noted = words_of("bot.console", ("sv", "fi", "en")), _actions()
    assert {"signed-in", "refused", "member-added", "link-made", "sign-in-refused"} <= noted
    assert sorted(action for action in noted if f"audit-{action}" not in words) == []


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_the_pages_are_clean_and_work_by_keyboard(served: Site, language: str) -> None:
    """axe finds nothing, in any language, on three sizes; the folded menu opens and leads on by keyboard."""
    cookie = await served.member("admin", language=language)
    one = f"{MEMBERS}/{served.members[cookie]}"
    async with browsing() as chromium:
        context = await chromium.new_context()
        await context.add_cookies([{"name": COOKIE, "value": cookie, "url": served.url}])
        page = await context.new_page()
        for path in ("/console/", "/console/me", MEMBERS, f"{MEMBERS}/new", one, f"{one}/remove", "/console/audit"):
            await page.goto(f"{served.url}{path}")
            assert await page.get_attribute("html", "lang") == language
            await suits_every_size(page)
        await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        await page.focus("summary")
        await page.keyboard.press("Enter")
        assert await page.is_visible(".on-phones nav")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{served.url}/console/")
        assert await page.locator('.on-phones [aria-current="page"]').count() == 1


_CALL = """INSERT INTO call_backs (id, unit, state, way, begun_at, deadline)
           VALUES (:id, :unit, 'open', 'call-me', :now, :deadline)"""
_GOES_OUT = """UPDATE follow_ups SET state = 'planned', bound = 1, due_at = :due, useful_until = :until
               WHERE contact_id = :contact AND phase = 'after'"""
_ANSWERED = """UPDATE follow_ups SET state = 'ended', disposition = 'answered', ended_at = :at
               WHERE contact_id = :contact AND phase = 'after'"""


def _actions() -> set[str]:
    """Every action that the code notes: the texts in `noted(action, ...)` and `note(tx, member, action, ...)`."""
    found: set[str] = set()
    for file in (Path(__file__).parents[1] / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            place = {"noted": 0, "note": 2}.get(node.func.attr)
            arguments = [*node.args]
            if node.func.attr == "write" and any(ast.unparse(one).endswith(".note") for one in arguments):
                place = 2
            if place is not None and len(arguments) > place:
                texts = (one.value for one in ast.walk(arguments[place]) if isinstance(one, ast.Constant))
                found |= {text for text in texts if isinstance(text, str)}
    return found


def _figures(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"<b>(\d+)</b>", text)]


async def _member(served: Site, email: str) -> Member:
    found = await served.house.store.read(staff.of_email, email)
    assert found is not None
    return found


async def _noted(served: Site) -> list[Noted]:
    return await served.house.store.read(lambda tx: staff.noted(tx, before=2**62, action=None, limit=200))
