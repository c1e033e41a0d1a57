"""Staff commands in Telegram: off unless they are switched on, for members who linked their chat, and checked anew."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import settings
from bot.app import Application, opened
from bot.contacts import NewContact, Registered
from bot.spoken_codes import meant
from bot.staff_chat import CODE_LASTS
from bot.staff_chat_drafts import A_PAGE, LASTS
from bot.store import call_backs, contacts, staff
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.staff import Member, Role
from tests import new_database
from tests.browser import IN_EACH_LANGUAGE, NARROWEST, browsing, faults
from tests.fake_telegram import Citizen, FakeTelegram, Fault
from tests.fake_telegram.wire import JsonObject
from tests.house import MONDAY
from tests.site import Clock, site

ORGANISATION = Path(__file__).parents[1] / "bot" / "demo_organisation.yaml"
PHONE = "+46701740605"
PAGE = "/console/staff-chat"
STAFF_WORDS = ("new", "planned", "cancel", "callbacks")


@dataclass
class Office:
    """A running bot with its Telegram, and the clock."""

    bot: Application
    telegram: FakeTelegram
    clock: Clock

    async def member(self, role: Role = "staff", unit: str | None = "norr", name: str = "Norr 1") -> Member:
        """Somebody who works here."""
        rooms = self.bot.house.rooms

        def added(tx: Transaction) -> Member:
            return rooms.staff.add(tx, name=name, email=None, role=role, unit=unit, language="sv", now=self.clock.now)

        return await self.bot.house.store.write(added)

    async def code(self, member: Member) -> str:
        """A code to link a chat with, as the console shows it."""
        return await self.bot.house.store.write(self.bot.house.rooms.staff_chats.code, member.id, self.clock.now)

    async def linked(self, member: Member) -> Citizen:
        """The chat of a member, linked."""
        chat = self.telegram.citizen(language_code="fi")
        await chat.sends(f"/staff {await self.code(member)}")
        await chat.sees("Den här chatten är nu din för jobbet")
        return chat

    async def register(self, unit: str = "norr", **later: float) -> Registered:
        """A visit, so much later."""
        new = NewContact("office-visit", unit, self.clock.now + timedelta(**later), service="building", channel="visit",
                         reference="BYGG 2026-17")  # fmt: skip
        return await self.bot.house.store.write(self.bot.house.rooms.contacts.register, new, self.clock.now)

    async def contact(self, id_: str) -> Contact:
        """A contact as it is stored."""
        return await self.bot.house.store.read(self.bot.house.rooms.contacts.found, id_)

    async def all(self) -> list[Contact]:
        """Every contact there is."""
        return await self.bot.house.store.read(
            contacts.listed, MONDAY - timedelta(days=30), MONDAY + timedelta(days=30)
        )

    async def noted(self, action: str) -> list[tuple[str | None, str]]:
        """What the audit log says of an action: who, and about what."""
        lines = await self.bot.house.store.read(lambda tx: staff.noted(tx, before=2**40, action=action, limit=50))
        return [(line.name, line.subject) for line in lines]

    async def menu(self, chat: Citizen) -> list[str]:
        """The commands that this chat is shown, once they are the staff's or no longer are."""
        return self.telegram.profile.menu("sv", chat.id)

    async def menu_is(self, chat: Citizen, *, of_staff: bool) -> None:
        """Wait until this chat is shown the staff's commands, or no longer is."""
        await self.telegram.bell.until(
            lambda: True if ("new" in self.telegram.profile.menu("sv", chat.id)) is of_staff else None,
            5.0,
            lambda: f"the menu is {self.telegram.profile.menu('sv', chat.id)}",
        )

    async def calls(self, unit: str = "norr") -> str:
        """Somebody who waits to be called: asked in their chat, with a number; the call-back's id."""
        registered = await self.register(unit, hours=-4)
        citizen = self.telegram.citizen(language_code="sv")
        await citizen.starts(registered.code or "")
        await citizen.sees("frivilligt")
        await citizen.sends("ring mig")
        await citizen.sees("När får vi ringa?")
        await citizen.taps("Så snart som möjligt")
        await citizen.sees("Vilket nummer")
        await citizen.sends(PHONE)
        await citizen.sees("Numret slutar på")
        waiting = await self.bot.house.store.read(
            lambda tx: call_backs.listed(tx, unit=unit, late_at=None, every=False)
        )
        return waiting[-1].id


@asynccontextmanager
async def running(
    folder: Path, telegram: FakeTelegram, clock: Clock, more: Mapping[str, str] | None = None
) -> AsyncIterator[Application]:
    """The bot, with staff chats switched on."""
    environment = {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "KUNDRESA_TELEGRAM_API": telegram.url,
        "KUNDRESA_TELEGRAM_RATE": "0",
        "KUNDRESA_DATABASE": str(new_database.laid(folder / "kundresa.db")),
        "KUNDRESA_EXPORTS": str(folder / "exports"),
        "KUNDRESA_LISTEN": "127.0.0.1:0",
        "KUNDRESA_ORGANISATION": str(ORGANISATION),
        "KUNDRESA_STAFF_CHAT": "1",
        **(more or {}),
    }
    async with opened(settings.read(environment), now=clock, beating=False) as application:
        yield application


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose staff may use commands in Telegram."""
    clock = Clock()
    async with (
        FakeTelegram(limits=None, now=lambda: clock().timestamp()) as telegram,
        running(tmp_path, telegram, clock) as bot,
    ):
        await bot.door.settled()
        yield Office(bot, telegram, clock)


async def test_without_the_setting_a_command_is_a_citizens_text(tmp_path: Path) -> None:
    """With the setting off, /new and even a right code after /staff get what any other unknown command gets."""
    clock = Clock()
    async with (
        FakeTelegram(limits=None, now=lambda: clock().timestamp()) as telegram,
        running(tmp_path, telegram, clock, {"KUNDRESA_STAFF_CHAT": "0"}) as bot,
    ):
        off = Office(bot, telegram, clock)
        code = await off.code(await off.member())
        chat = telegram.citizen(language_code="sv")
        for text in ("/new", f"/staff {code}", "/planned"):
            await chat.sends(text)
            assert "Jag är en bot som ställer några korta frågor" in (await chat.hears()).text
        assert await off.noted("chat-linked") == []


async def test_a_chat_is_linked_by_a_code_once(office: Office) -> None:
    """A code links one chat and then no other; the member's name is said, the menu is theirs alone."""
    member = await office.member()
    code = await office.code(member)
    mine, other = (office.telegram.citizen(language_code="sv") for _ in range(2))
    await mine.sends(f"/staff {code.lower().replace('-', ' ')}")
    await mine.sees("Klart, Norr 1.")
    await office.menu_is(mine, of_staff=True)
    assert tuple((await office.menu(mine))[:4]) == STAFF_WORDS
    assert "help" in await office.menu(mine)

    await other.sends(f"/staff {code}")
    await other.sees("Den koden gäller inte")
    await office.menu_is(other, of_staff=False)
    assert await office.noted("chat-linked") == [("Norr 1", "")]


@pytest.mark.parametrize("fault", ["expired", "replaced", "removed", "analyst", "no-code", "wrong"])
async def test_a_code_that_links_nobody_looks_like_any_other(office: Office, fault: str) -> None:
    """Expired, replaced by a newer one, of somebody removed or of an analyst, no code at all: the same words."""
    await office.member("admin", None, "Admin")
    member = await office.member(*(("analyst", None) if fault == "analyst" else ("staff", "norr")))
    code = await office.code(member)
    chat = office.telegram.citizen(language_code="sv")
    if fault == "expired":
        office.clock.now += CODE_LASTS
    elif fault == "replaced":
        await office.code(member)
    elif fault == "removed":
        await office.bot.house.store.write(office.bot.house.rooms.staff.remove, member.id, office.clock.now)
    elif fault in ("no-code", "wrong"):
        code = {"no-code": "hello", "wrong": "FKLM-2345"}[fault]
    await chat.sends(f"/staff {code}")
    assert (await chat.hears()).text == (
        "Den koden gäller inte. Hämta en ny i konsolen. Den gäller i tio minuter, en gång."
    )
    assert await office.noted("chat-linked") == []


async def test_codes_can_not_be_guessed(office: Office) -> None:
    """After five wrong codes a chat has to wait; even the right one is then not looked up, and stays good elsewhere."""
    member = await office.member()
    code = await office.code(member)
    chat = office.telegram.citizen(language_code="sv")
    for number in range(2, 7):
        await chat.sends(f"/staff FKLM-234{number}")
        assert "gäller inte" in (await chat.hears()).text
    await chat.sends(f"/staff {code}")
    assert "gäller inte" in (await chat.hears()).text
    other = office.telegram.citizen(language_code="sv")
    await other.sends(f"/staff {code}")
    assert "Klart" in (await other.hears()).text


async def registers(chat: Citizen) -> list[JsonObject]:
    """A contact from /new to the last tap; all taps."""
    taps = []
    await chat.sends("/new")
    newest = chat.screen[-1].message_id
    for question, label in (
        ("Vilken frågeplan?", "Besök på medborgarkontoret"),
        ("Vilken tjänst?", "Bygglov"),
        ("Hur skedde det?", "Besök"),
        ("Varför behövdes kontakten?", "Hoppa över"),
        ("Löstes det?", "Pågår"),
    ):
        shown = await chat.sees(lambda one, asked=question: asked in one.text and one.message_id > newest)  # type: ignore[misc]
        taps.append(await chat.taps(label, message_id=shown.message_id))
    return taps


async def test_a_contact_is_registered_by_buttons(office: Office) -> None:
    """Journey, service, channel, cause, solved: a tap each; the unit is the member's own. Then link and spoken code."""
    chat = await office.linked(await office.member())
    await registers(chat)
    done = await chat.sees("Registrerad klockan 10:00")
    given = await chat.sees("Koden att säga")

    (contact,) = await office.all()
    told = (contact.journey, contact.unit, contact.service, contact.channel, contact.cause, contact.solved)
    assert told == ("office-visit", "norr", "building", "visit", None, "ongoing")
    assert contact.start_at == office.clock.now
    assert contact.id in done.text
    assert "Servicekontor Norr" in done.text
    assert given.labels == []
    link = re.search(r"https://t\.me/kundresa_bot\?start=(\S+)", given.text)
    spoken = re.search(r"säga: (\S+)", given.text)
    assert link is not None
    assert spoken is not None
    assert meant(spoken[1]) is not None
    assert await office.noted("registered") == [("Norr 1", contact.id)]

    guest = office.telegram.citizen(language_code="sv")
    await guest.starts(link[1])
    await guest.hears()
    assert (await office.contact(contact.id)).person_id is not None


async def test_neither_link_nor_code_is_left_in_the_database(office: Office) -> None:
    """What was given to hand on is wiped from the outbox as soon as it has left."""
    chat = await office.linked(await office.member())
    await registers(chat)
    given = await chat.sees("Koden att säga")
    spoken = re.search(r"säga: (\S+)", given.text)
    assert spoken is not None
    await office.telegram.drained()
    await office.bot.door.stop()
    bodies = await office.bot.house.store.read(
        lambda tx: [row.body for row in tx.all(_Body, "SELECT body FROM outbox")]
    )
    assert not any(spoken[1].encode() in body or b"start=" in body for body in bodies)


@dataclass
class _Body:
    body: bytes


def becomes(tx: Transaction, member: str, role: Role, unit: str | None) -> None:
    """A member has another role, and another unit."""
    tx.run("UPDATE members SET role = :role, unit = :unit WHERE id = :id", id=member, role=role, unit=unit)


async def test_staff_of_all_units_choose_one(office: Office) -> None:
    """Who sees every unit is asked for it; what doesn't fit one screen is on the next, and back again."""
    chat = await office.linked(await office.member("admin", None, "Admin"))
    await chat.sends("/new")
    await chat.sees("Vilken frågeplan?")
    await chat.taps("Besök på medborgarkontoret")
    assert (await chat.sees("Vilken enhet?")).labels[:2] == ["Servicekontor Centrum", "Servicekontor Norr"]
    await chat.taps("Servicekontor Centrum")
    first = await chat.sees("Vilken tjänst?")
    assert len(first.labels) == A_PAGE + 3
    await chat.taps("Fler …")
    await chat.sees(lambda shown: "Ärendesystem B" in shown.labels)
    await chat.taps("Fler …")
    await chat.sees(lambda shown: "Bygglov" in shown.labels)
    await chat.taps("Avbryt")
    await chat.sees("Inget är registrerat")
    assert await office.all() == []


async def test_old_and_repeated_taps_register_nothing_twice(office: Office) -> None:
    """A tap on an older draft, the same taps once more, and a draft left lying: nothing happens."""
    chat = await office.linked(await office.member())
    await chat.sends("/new")
    first = await chat.sees("Vilken frågeplan?")
    office.clock.now += timedelta(seconds=5)
    await chat.sends("/new")
    await chat.sees(lambda shown: "Vilken frågeplan?" in shown.text and shown.message_id != first.message_id)
    await chat.taps("Besök på medborgarkontoret", message_id=first.message_id)
    await chat.sees("Den knappen gäller inte längre")
    tap = await chat.taps("Besök på medborgarkontoret")
    await chat.sees("Vilken tjänst?")
    await chat.taps_again(tap)
    await chat.taps("Avbryt")
    await chat.sees("Inget är registrerat")
    office.clock.now += timedelta(seconds=5)
    taps = await registers(chat)
    await chat.sees("Koden att säga")
    for done in taps:
        await chat.taps_again(done)
    await chat.sends("/planned")
    await chat.sees("I dag")
    assert "Registrerad" in [message.text for message in chat.screen if "Ny kontakt" in message.text][-1]
    assert len(await office.all()) == 1

    newest = chat.screen[-1].message_id
    await chat.sends("/new")
    await chat.sees(lambda shown: "Vilken frågeplan?" in shown.text and shown.message_id > newest)
    office.clock.now += LASTS + timedelta(minutes=1)
    await chat.taps("Besök på medborgarkontoret")
    await chat.sees(lambda shown: "gäller inte längre" in shown.text and shown.message_id > newest)


async def test_what_goes_out_is_shown_without_reference_or_answers(office: Office) -> None:
    """Today's and tomorrow's follow-ups of the member's own unit: time, phase, unit, our id. No case number."""
    mine = await office.register(hours=26)
    await office.register("centrum", hours=26)
    chat = await office.linked(await office.member())
    await chat.sends("/planned")
    shown = await chat.sees("I morgon")
    assert "I dag (1)" in shown.text
    assert "17" in shown.text
    assert f"före · Servicekontor Norr · Besök på medborgarkontoret ({mine.id})" in shown.text
    assert "Centrum" not in shown.text
    assert "BYGG" not in shown.text
    assert await office.noted("plan-seen") == [("Norr 1", "")]


async def test_a_contact_is_cancelled_after_one_question(office: Office) -> None:
    """By a tap or by its reference: asked once, done after yes, kept after no; then it is cancelled already."""
    registered = await office.register(hours=26)
    chat = await office.linked(await office.member())
    await chat.sends("/cancel")
    offered = await chat.sees("Vilken kontakt ska ställas in?")
    (label,) = offered.labels
    assert "Besök på medborgarkontoret" in label
    await chat.taps(label)
    await chat.sees("Ska den här ställas in?")
    await chat.taps("Nej")
    await chat.sees("Den står kvar")
    assert (await office.contact(registered.id)).cancelled_at is None

    await chat.sends("/cancel BYGG 2026-17")
    await chat.sees("Ska den här ställas in?")
    await chat.taps("Ja, ställ in")
    await chat.sees("Inställd.")
    assert (await office.contact(registered.id)).cancelled_at == office.clock.now
    assert await office.noted("cancelled") == [("Norr 1", registered.id)]
    await chat.sends(f"/cancel {registered.id}")
    await chat.sees("redan inställd")
    assert all("BYGG" not in message.text for message in chat.screen if message.from_bot)


async def test_another_units_contact_is_nobodys(office: Office) -> None:
    """Its id, its reference, and a button from the time when it was theirs: none of it shows or cancels it."""
    admin = await office.member("admin", None, "Admin")
    registered = await office.register("centrum", hours=3)
    chat = await office.linked(admin)
    await chat.sends(f"/cancel {registered.id}")
    await chat.sees("Ska den här ställas in?")
    await office.bot.house.store.write(becomes, admin.id, "staff", "norr")
    await chat.taps("Ja, ställ in")
    await chat.sees("Det finns ingen sådan kontakt hos er")
    for written in (registered.id, "BYGG 2026-17", "x" * 3000):
        before = len(chat.screen)
        await chat.sends(f"/cancel {written}")
        await chat.sees(lambda shown, after=before: shown.message_id > after and "ingen sådan" in shown.text)  # type: ignore[misc]
    assert (await office.contact(registered.id)).cancelled_at is None


async def test_calls_are_taken_and_done_without_a_number(office: Office) -> None:
    """The queue by deadline; one is taken, then done with what came of it. The number never comes into a chat."""
    id_ = await office.calls()
    other = await office.calls("centrum")
    chat = await office.linked(await office.member())
    await chat.sends("/callbacks")
    shown = await chat.sees("Att ringa upp (1)")
    assert "1. Servicekontor Norr · senast" in shown.text
    assert "står bara i konsolen" in shown.text
    await chat.taps("Ta 1")
    await chat.sees("du har tagit det")
    await chat.taps("Klart 1")
    await chat.sees("Hur gick samtalet?")
    await chat.taps("Tillbaka")
    await chat.sees("Att ringa upp (1)")
    await chat.taps("Klart 1")
    await chat.sees("Hur gick samtalet?")
    await chat.taps("Vi pratade")
    await chat.sees("Ingen väntar på samtal")
    done = await office.bot.house.store.read(call_backs.of_id, id_)
    untouched = await office.bot.house.store.read(call_backs.of_id, other)
    assert done is not None
    assert untouched is not None
    assert (done.state, done.outcome, untouched.state, untouched.taken_by) == ("done", "reached", "open", None)
    for action in ("call-back-taken", "call-back-done"):
        assert await office.noted(action) == [("Norr 1", id_)]
    assert not any(PHONE[-4:] in message.text for message in chat.screen)


async def test_who_has_taken_a_call_keeps_it_where_an_older_message_still_offers_it(office: Office) -> None:
    """A button does not take over what a colleague took meanwhile, as the console does when told to: it says whose."""
    id_, store = await office.calls(), office.bot.house.store
    colleague = await office.member(name="Norr 2")
    chat = await office.linked(await office.member())
    await chat.sends("/callbacks")
    await chat.sees("Att ringa upp (1)")
    await store.write(office.bot.house.rooms.call_backs.promises.take, id_, colleague.id, office.clock.now)
    await chat.taps("Ta 1")
    await chat.sees("taget av en kollega")
    found = await store.read(call_backs.of_id, id_)
    assert found is not None
    assert found.taken_by == colleague.id


async def test_rights_are_looked_up_at_every_step(office: Office) -> None:
    """Who became an analyst is refused at the next button and the next command, and loses the menu; it is noted."""
    member = await office.member()
    chat = await office.linked(member)
    await chat.sends("/new")
    await chat.sees("Vilken frågeplan?")
    await office.bot.house.store.write(becomes, member.id, "analyst", None)
    for command in ("", "/callbacks"):
        before = chat.screen[-1].message_id
        await (chat.sends(command) if command else chat.taps("Besök på medborgarkontoret"))
        await chat.sees(lambda shown, after=before: "din roll" in shown.text and shown.message_id > after)  # type: ignore[misc]
    await office.menu_is(chat, of_staff=False)
    assert [subject for _, subject in await office.noted("refused")] == ["/callbacks", "new:journey"]
    assert await office.all() == []


async def test_the_chat_of_somebody_who_left_is_a_citizens(office: Office) -> None:
    """Once a member was removed their chat is a citizen's, its buttons mean nothing, and the menu goes."""
    member = await office.member()
    chat = await office.linked(member)
    await chat.sends("/new")
    await chat.sees("Vilken frågeplan?")
    await office.bot.house.store.write(office.bot.house.rooms.staff.remove, member.id, office.clock.now)
    await chat.taps("Besök på medborgarkontoret")
    await chat.sees("Tämä painike ei ole enää käytössä")
    await chat.sends("/new")
    await chat.sees("Olen botti")
    await office.menu_is(chat, of_staff=False)
    assert await office.all() == []


async def test_a_linked_chat_is_still_a_citizens(office: Office) -> None:
    """Whoever works here can be asked as well: their invitation, their answers, every other text go the usual way."""
    chat = await office.linked(await office.member())
    registered = await office.register("norr", hours=-4)
    await chat.starts(registered.code or "")
    asked = await chat.sees(lambda shown: "Ohita" in shown.labels)
    await chat.taps("Ohita", message_id=asked.message_id)
    await chat.sees(lambda shown: "Ohita" in shown.labels and shown.message_id != asked.message_id)
    await chat.sends("/help")
    await chat.sees("Olen botti")
    await chat.sends("/new")
    await chat.sees("Vilken frågeplan?")


async def test_a_chat_is_unlinked_from_the_chat_and_from_the_console(office: Office) -> None:
    """After /staff off, and after unlinking elsewhere, the commands mean nothing and the menu goes."""
    member = await office.member()
    chat = await office.linked(member)
    await office.menu_is(chat, of_staff=True)
    await chat.sends("/staff off")
    await chat.sees("Chatten är bortkopplad")
    await office.menu_is(chat, of_staff=False)
    await chat.sends("/planned")
    await chat.sees("Olen botti")

    again = await office.linked(member)
    await office.menu_is(again, of_staff=True)
    gone = await office.bot.house.store.write(office.bot.house.rooms.staff_chats.unlink, member.id, office.clock.now)
    assert gone == 1
    office.bot.door.wake()
    await office.menu_is(again, of_staff=False)
    assert [name for name, _ in await office.noted("chat-unlinked")] == ["Norr 1", "Norr 1"]


async def test_menus_are_caught_up_with(tmp_path: Path) -> None:
    """A menu that Telegram did not take is set at the next look; with the setting off, menus are taken away."""
    clock = Clock()
    async with FakeTelegram(limits=None, now=lambda: clock().timestamp()) as telegram:
        async with running(tmp_path, telegram, clock) as bot:
            await bot.door.settled()
            office = Office(bot, telegram, clock)
            telegram.faults.next("setMyCommands", Fault.INTERNAL_500)
            chat = await office.linked(await office.member())
            await telegram.requested("setMyCommands", 5)
            bot.door.wake()
            await office.menu_is(chat, of_staff=True)
        async with running(tmp_path, telegram, clock, {"KUNDRESA_STAFF_CHAT": "0"}):
            await office.menu_is(chat, of_staff=False)
        shown = [key for key in telegram.profile.commands if key[0].startswith("chat:")]
        assert shown == []


async def test_no_answer_of_anybody_is_ever_said(office: Office) -> None:
    """Whatever a member asks for in a chat, no own words of a citizen are in what they read."""
    await office.calls()
    await office.register("norr", hours=-3)
    chat = await office.linked(await office.member())
    for text in ("/planned", "/cancel", "/callbacks", "/staff"):
        await chat.sends(text)
    await chat.sees("koppla bort chatten")
    await office.telegram.drained()
    said = json.dumps([message.text for message in chat.screen])
    assert PHONE not in said
    assert "BYGG" not in said


def hidden(page: str) -> str:
    """The token of a page's forms."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@asynccontextmanager
async def reader(office: Office, member: Member) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who is signed in to the console."""
    house = office.bot.house
    cookie = await house.store.write(house.rooms.staff.signed_in, member, office.clock.now)
    url, jar = f"http://127.0.0.1:{office.bot.listener.port}", aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(url, cookies={"kundresa-staff": cookie}, cookie_jar=jar) as session:
        yield session


async def got(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    """A page."""
    async with session.get(path) as answer:
        return answer.status, await answer.text()


async def posted(session: aiohttp.ClientSession, path: str, token: str) -> tuple[int, str]:
    """What a form's button brings."""
    async with session.post(path, data={"token": token}) as answer:
        return answer.status, await answer.text()


async def test_the_console_gives_the_code_and_unlinks(office: Office) -> None:
    """The code is in the answer to the button alone and links a chat; the page says so, and its button ends it."""
    async with reader(office, await office.member()) as session:
        _, empty = await got(session, PAGE)
        assert "/staff " not in empty
        assert "Ingen chatt är kopplad" in empty
        _, made = await posted(session, f"{PAGE}/code", hidden(empty))
        code = re.search(r"/staff ([\w-]+)", made)
        assert code is not None
        chat = office.telegram.citizen(language_code="sv")
        await chat.sends(f"/staff {code[1]}")
        await chat.sees("Klart, Norr 1.")
        await office.menu_is(chat, of_staff=True)
        _, standing = await got(session, PAGE)
        assert "16 november 2026 10:00" in standing
        assert code[1] not in standing
        _, ended = await posted(session, f"{PAGE}/unlink", hidden(standing))
        assert "Ingen chatt är kopplad till dig längre" in ended
        await office.menu_is(chat, of_staff=False)
    assert [name for name, _ in await office.noted("chat-code-made")] == ["Norr 1"]


async def test_the_page_is_for_those_who_may(office: Office) -> None:
    """An analyst is refused, a form without its token makes no code."""
    async with reader(office, await office.member("analyst", None, "Analyst")) as session:
        assert (await got(session, PAGE))[0] == 403
        assert (await posted(session, f"{PAGE}/code", "x"))[0] == 403
    async with reader(office, await office.member()) as session:
        assert (await posted(session, f"{PAGE}/code", "x"))[0] == 400
        assert (await posted(session, f"{PAGE}/unlink", "x"))[0] == 400
    assert await office.noted("chat-code-made") == []


async def test_where_it_is_off_the_page_says_so(tmp_path: Path) -> None:
    """Without Telegram no code is made, whatever the setting says."""
    async with site(tmp_path, {"KUNDRESA_STAFF_CHAT": "1"}) as s, s.client(await s.member("admin")) as session:
        _, page = await got(session, PAGE)
        assert "avstängda" in page
        _, made = await posted(session, f"{PAGE}/code", hidden(page))
        assert "/staff " not in made


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
async def test_the_page_is_accessible(office: Office, language: str) -> None:
    """axe finds nothing, with a code and without, in any language; nothing scrolls sideways at 320 px."""
    member, house = await office.member(), office.bot.house
    chat = await office.linked(member)
    assert chat.id
    async with browsing() as browser:
        url = f"http://127.0.0.1:{office.bot.listener.port}"
        context = await browser.new_context(viewport={"width": NARROWEST[0], "height": NARROWEST[1]})
        cookie = await house.store.write(house.rooms.staff.signed_in, member, office.clock.now)
        await context.add_cookies([{"name": "kundresa-staff", "value": cookie, "url": url}])
        page = await context.new_page()
        await house.store.write(staff.speak, member.id, language)
        await page.goto(f"{url}/console/staff-chat")
        assert await faults(page) == []
        await page.locator('form[action$="/code"] button').click()
        await page.locator("#code-made").wait_for()
        assert await faults(page) == []
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROWEST[0]
