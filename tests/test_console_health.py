"""Health in the console: what needs somebody is said first and in words, and parked updates begin anew."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from starlette.requests import Request

from bot import mail
from bot.console.gate import Office, Visit
from bot.console.look_around import Disk, Look, worries
from bot.pages.pages import Pages
from bot.store import facts, health, inbox
from bot.store.database import Transaction
from bot.store.health import DoorQueue, Queue, Unknown
from bot.store.inbox import Received
from tests.browser import IN_EACH_LANGUAGE, suits_every_size
from tests.house import MONDAY
from tests.site import Site, site
from tests.test_console_contacts import ORGANISATION, audited, desk, screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEALTH = "/console/health"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for the whole module."""
    async with site(tmp_path_factory.mktemp("health"), {"KUNDRESA_ORGANISATION": ORGANISATION}) as place:
        yield place


async def parked(place: Site, mark: str, content: bytes | None = b"no update of ours") -> int:
    """An update that failed five times; its row. Without `content` it is wiped."""

    def fail(tx: Transaction) -> int:
        now = place.clock.now
        inbox.receive(tx, [Received("telegram", mark, b"", content or b"x", now)])
        row = max(one.id for one in inbox.waiting(tx, now, 100))
        while not inbox.failed(tx, row, now, "KeyError"):
            pass
        if content is None:
            inbox.tidy(tx, now + timedelta(days=8))
        return row

    return await place.house.store.write(fail)


async def still_parked(place: Site) -> list[int]:
    """The rows that are set aside."""
    return [one.id for one in await place.house.store.read(inbox.parked)]


@pytest.mark.parametrize("role", ["staff", "analyst"])
async def test_health_is_for_admins(place: Site, role: str) -> None:
    """Nobody else sees it, or lets anything begin anew."""
    row = await parked(place, f"role-{role}")
    async with desk(place, "staff" if role == "staff" else "analyst", "norr") as somebody:
        assert (await somebody.get(HEALTH)).status == 403
        await somebody.get("/console/me")
        assert (await somebody.sends(f"{HEALTH}/parked", row=str(row))).status == 403
    assert row in await still_parked(place)


async def test_a_parked_update_begins_anew(place: Site) -> None:
    """One by its button, which is noted with its row; a forged form, and a row that is no number, do nothing."""
    first, second = await parked(place, "one"), await parked(place, "two")
    async with desk(place) as somebody:
        page = (await somebody.get(HEALTH)).text
        assert "KeyError" in page
        assert f'name="row" value="{first}"' in page
        assert (await somebody.sends(f"{HEALTH}/parked", row=str(first), token="forged")).status == 400
        for wrong in ("x", "99999999999999999999", "-1", "4711"):
            assert (await somebody.sends(f"{HEALTH}/parked", row=wrong)).path == f"{HEALTH}?done=not-retried"
            await somebody.get(HEALTH)
        assert {first, second} <= set(await still_parked(place))
        told = await somebody.sends(f"{HEALTH}/parked", row=str(first))
        assert told.path == f"{HEALTH}?done=retried"
        assert "Det prövas igen nu" in (await somebody.get(told.path)).text
    assert first not in await still_parked(place)
    assert second in await still_parked(place)
    assert (await audited(place, "parked-retried")).count(str(first)) == 1


async def test_all_parked_updates_begin_anew_but_those_wiped(place: Site) -> None:
    """What is wiped after seven days says so, and has no button."""
    rows, wiped = [await parked(place, "three"), await parked(place, "four")], await parked(place, "five", None)
    again = [await parked(place, "six"), await parked(place, "seven")]
    async with desk(place) as somebody:
        page = (await somebody.get(HEALTH)).text
        assert f'name="row" value="{wiped}"' not in page
        assert "raderat efter sju dagar" in page
        assert (await somebody.sends(f"{HEALTH}/parked")).path == f"{HEALTH}?done=retried"
    assert not set(again) & set(await still_parked(place))
    assert wiped in await still_parked(place)
    assert rows


async def test_what_needs_somebody_is_said_with_what_to_do(place: Site) -> None:
    """E-mail that fails, a backup that is not known or is old, what waits too long to be taken in or sent."""
    async with desk(place) as somebody:
        page = (await somebody.get(HEALTH)).text
        assert "Ingen säkerhetskopia är känd" in page
        assert "E-post kommer inte fram" not in page

        def go_wrong(tx: Transaction) -> None:
            facts.put_moment(tx, mail.FAILED_AT, MONDAY)
            facts.put_moment(tx, health.BACKUP_AT, MONDAY - timedelta(days=8))

        await place.house.store.write(go_wrong)
        page = (await somebody.get(HEALTH)).text
        assert "E-post kommer inte fram" in page
        assert "Kontrollera KUNDRESA_SMTP" in page
        assert "Den senaste säkerhetskopian är gammal: 8 nov. 2026 10:00" in page
        assert page.index("E-post kommer inte fram") < page.index("säkerhetskopian är gammal")

        def mend(tx: Transaction) -> None:
            facts.forget(tx, mail.FAILED_AT)
            facts.put_moment(tx, health.BACKUP_AT, MONDAY - timedelta(days=1))

        await place.house.store.write(mend)
        page = (await somebody.get(HEALTH)).text
        assert "säkerhetskopian är gammal" not in page
        assert "sön 15 nov. 10:00" in page


async def test_a_week_without_files_is_told(place: Site) -> None:
    """Only once it has ended, and not for weeks before there was anything."""
    await place.register(unit="centrum", service=None)
    async with desk(place) as somebody:
        assert "Veckan som gick har inga filer" not in (await somebody.get(HEALTH)).text
    try:
        place.clock.now = MONDAY + timedelta(days=7)
        async with desk(place) as somebody:
            page = (await somebody.get(HEALTH)).text
        assert "Veckan som gick har inga filer: 2026-W47" in page
    finally:
        place.clock.now = MONDAY


async def test_disk_and_database_are_told_in_words(place: Site) -> None:
    """How much is free, of how much, and how large the database is."""
    async with desk(place, language="en") as somebody:
        page = (await somebody.get(HEALTH)).text
    assert re.search(r"[\d.,]+ [MG]B free of [\d.,]+ GB", page)
    assert re.search(r"<dt>The database</dt><dd>[\d.,]+ MB</dd>", page)


async def test_a_silent_telegram_and_full_queues_are_told(place: Site) -> None:
    """What nobody heard, took in or sent for long is said with the moment since when; soon after it is not."""
    soon = look(place, waited=timedelta(minutes=4))
    assert await codes(place, soon) == []
    assert await codes(place, look(place, waited=timedelta(minutes=21))) == [
        "Meddelanden väntar på att tas emot: 3",
        "Telegram har inte svarat sedan 16 nov",
        "Meddelanden går inte ut (Telegram): 2",
        "Okänt om de kom fram: 1",
    ]


async def test_a_disk_that_fills_is_the_first_worry(place: Site) -> None:
    """Less free than a backup and a rewriting of the database need."""
    full = replace(look(place, waited=timedelta()), size=10**9, disks=[Disk("database", 2 * 10**9, 10**12)])
    assert await codes(place, full) == ["Disken börjar ta slut: 2,0 GB ledigt (Databasens disk)"]
    assert await codes(place, replace(full, disks=[Disk("exports", 2 * 10**9, 10**12)])) == []


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_pages_of_health_are_for_everybody(place: Site, browser: Browser, language: str) -> None:
    """axe finds nothing, wide or on a phone; nothing scrolls sideways but tables within themselves."""
    for mark in ("a", "b"):
        await parked(place, f"{mark}-{language}")
    async with screen(browser, place, await place.member(language=language)) as page:
        await page.goto(HEALTH)
        await suits_every_size(page)


def look(place: Site, waited: timedelta) -> Look:
    """A house where Telegram is open and everything has waited for so long."""
    since = place.clock.now - waited
    return Look(
        heard_at=since,
        mail_failed_at=None,
        backup_at=since,
        arriving=Queue(3, since),
        leaving=[DoorQueue("telegram", 2, 2, since)],
        unknown=Unknown(1, 1, since),
        parked=[],
        erasures=Queue(0, None),
        files=[],
        last_week="2026-W46",
        last_made=True,
        size=0,
        disks=[],
    )


async def codes(place: Site, look: Look) -> list[str]:
    """What an admin reads first of each worry, on a server with Telegram."""
    application = place.application
    office = Office(
        application.house,
        replace(application.rounds.settings, telegram_token="1:x"),
        place.clock,
        lambda: None,
        Pages(application.house.premises, "bot.console"),
    )
    cookie = await place.member()
    member = await application.house.store.read(application.house.rooms.staff.present, cookie, place.clock.now)
    assert member is not None
    visit = Visit(Request({"type": "http"}), office, member, cookie, place.clock.now)
    return [one.what.partition(", sedan")[0].partition(". 2026")[0] for one in worries(visit, look)]
