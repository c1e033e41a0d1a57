"""Rights as people use them in the chat: see what is kept, have it erased, pause."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from telegram import Bot

from bot import rooms
from bot.arrivals import Left
from bot.doors.telegram.sending import Sender
from bot.doors.telegram.wire import Wire
from bot.people import UNTIL_START
from bot.privacy import PAUSES
from bot.promises import SEALED_FOR
from bot.store import call_backs, erasures, outbox, people
from bot.store.database import Transaction
from bot.store.people import Person
from flows.journey import Words
from tests.fake_telegram import FakeTelegram, Fault
from tests.house import House, Shown

ANNA = 748_301_995_177
NUMBER = "+46701740635"


async def visited(house: House, **changes: object) -> str:
    """Anna was asked about a call and wrote what she thinks; returns the contact."""
    start = house.now - timedelta(hours=3)
    registered = await house.register("phone-call", start=start, channel="phone", **changes)
    await house.says(ANNA, f"/start {registered.code}")
    for _ in range(6):
        await house.says(ANNA, f"en kortare kö {house.typed}")
    return registered.id


async def anna(house: House) -> Person:
    """Anna, as she is known now."""
    lookup = house.premises.keyring.lookup("telegram", str(ANNA))
    found = await house.store.read(people.of_lookup, lookup)
    assert found is not None
    return found


async def counted(house: House, table: str) -> int:
    """How many rows there are."""
    return await house.store.read(lambda tx: tx.count(f"SELECT COUNT(*) FROM {table}"))


def queued(house: House, decision: str = "Dnr KS 2027-12") -> None:
    """From now on erasing waits for a decision."""
    organisation = replace(house.premises.organisation, erasure="queued", retention_decision=Words({"sv": decision}))
    house.premises = replace(house.premises, organisation=organisation)
    house.rooms = rooms.built(house.premises)


def documents(shown: list[Shown]) -> dict[str, bytes]:
    """The files among these messages, by name."""
    found = [one.body.document for one in shown if one.body.document is not None]
    return {document.name: document.content for document in found}


async def test_erasing_is_confirmed_once_and_done_at_once(house: House) -> None:
    """Asked, told what it means and whose the chat is, tapped once: everything is gone, and a last message says so."""
    await visited(house)
    await house.says(ANNA, "/radera")
    asked = house.shown[-1]
    assert "går inte att få tillbaka" in asked.body.text
    assert "Telegram" in asked.body.text
    assert asked.labels == ["Ja, radera allt", "Nej, behåll det"]
    assert await counted(house, "answers") > 0

    await house.taps(ANNA, "Ja, radera allt")
    assert house.shown[-1].body.text.startswith("Klart. Allt som vi hade sparat om dig är raderat")
    for table in ("contacts", "answers", "conversations", "call_backs"):
        assert await counted(house, table) == 0
    (row,) = await house.store.read(erasures.listed)
    assert (row.asked_by, row.state, row.contacts, row.person_id) == ("person", "done", 1, None)


async def test_after_the_last_message_nothing_is_kept(house: House) -> None:
    """The address stays only until the last message has gone; then no row of the chat is left, but the dated count."""
    await visited(house)
    first = await anna(house)
    await house.says(ANNA, "/radera")
    await house.taps(ANNA, "Ja, radera allt")
    stranger = await anna(house)
    assert stranger.id != first.id
    await house.beat(minutes=1)
    for table in ("persons", "addresses", "outbox"):
        assert await counted(house, table) == 0


async def test_the_address_waits_for_a_message_that_can_not_leave(house: House) -> None:
    """As long as the last message may still be sent, where it goes is kept, and no longer."""
    await visited(house)
    await house.says(ANNA, "/radera")
    shown = house.shown[-1]
    person = await anna(house)
    await house.store.write(house.rooms.privacy.tapped, shown.body.buttons[0][0].tap, person, house.now)
    while await house.store.write(house.rooms.beat, house.now):
        pass
    assert await counted(house, "addresses") == 1
    await house.deliver()
    await house.beat(seconds=5)
    assert await counted(house, "addresses") == 0


async def test_who_writes_again_after_an_erasure_is_a_stranger(house: House) -> None:
    """Old buttons and old answers are gone: whoever writes is met as for the first time."""
    await visited(house)
    await house.says(ANNA, "/radera")
    confirmation = house.shown[-1].id
    await house.taps(ANNA, "Ja, radera allt")
    before = len(house.shown)
    await house.says(ANNA, "hej")
    assert house.shown[-1].body.text.startswith(house.words("welcome-uninvited")[:20])
    assert len(house.shown) == before + 1
    assert await house.store.read(outbox.offered, confirmation, (await anna(house)).lookup) is None


async def test_no_keeps_everything_and_takes_the_buttons_away(house: House) -> None:
    """After "no" nothing is erased, the choice stands under the question, and there is no button left to slip on."""
    await visited(house)
    held = await counted(house, "answers")
    await house.says(ANNA, "/radera")
    await house.taps(ANNA, "Nej, behåll det")
    assert await counted(house, "answers") == held
    edit = house.shown[-2]
    assert (edit.kind, edit.body.strong, edit.labels) == ("edit", "Nej, behåll det", [])
    assert house.shown[-1].body.text == house.words("erase-kept")


async def test_an_erasure_that_needs_a_decision_waits_and_says_so(house: House) -> None:
    """Queued: nothing goes yet, the person is told why and by which decision, once however often they ask."""
    queued(house)
    await visited(house)
    await house.says(ANNA, "/radera")
    assert "en människa måste först besluta om det. Det styrs av: Dnr KS 2027-12." in house.shown[-1].body.text
    await house.taps(ANNA, "Ja, radera allt")
    assert "När beslutet är fattat raderas allt" in house.shown[-1].body.text
    assert "16 november 2026" in house.shown[-1].body.text
    assert await counted(house, "answers") > 0
    await house.says(ANNA, "/radera")
    assert house.shown[-1].labels == []
    (row,) = await house.store.read(erasures.listed)
    assert (row.state, row.asked_by, row.person_id) == ("queued", "person", (await anna(house)).id)


async def test_a_queued_erasure_is_carried_out_and_told(house: House) -> None:
    """When somebody has decided, everything goes, the row keeps counts and no person, and the person hears of it."""
    queued(house)
    await visited(house)
    await house.says(ANNA, "/radera")
    await house.taps(ANNA, "Ja, radera allt")
    house.now += timedelta(days=3)

    def carry_out(tx: Transaction) -> None:
        (row,) = erasures.listed(tx)
        _, stranger = house.rooms.erasures.person(tx, row.person_id or "", "staff", house.now)
        house.rooms.privacy.erased(tx, stranger, house.now)

    await house.store.write(carry_out)
    await house.beat()
    assert house.shown[-1].body.text.startswith("Klart.")
    (row,) = await house.store.read(erasures.listed)
    assert (row.state, row.person_id, row.contacts, row.done_at) == ("done", None, 1, house.now)
    await house.beat(minutes=1)
    assert await counted(house, "persons") == 0


async def test_nobody_is_told_who_did_not_ask_or_can_not_be_reached(house: House) -> None:
    """Erased by staff unasked, or with the bot blocked: no message, and no address is kept for one."""
    await visited(house)
    person = (await anna(house)).id
    _, stranger = await house.store.write(house.rooms.erasures.person, person, "staff", house.now)
    assert stranger is None
    assert await counted(house, "addresses") == 0

    queued(house)
    await visited(house)
    await house.says(ANNA, "/radera")
    await house.taps(ANNA, "Ja, radera allt")
    person = (await anna(house)).id
    await house.arrives(ANNA, Left())
    _, stranger = await house.store.write(house.rooms.erasures.person, person, "staff", house.now)
    assert stranger is None


async def test_my_data_tells_everything_that_is_held(house: House) -> None:
    """What staff registered, every answer, calls with the last two digits, language, first and last heard, stop."""
    contact = await visited(house, reference="BYGG-1", cause="did-not-follow", outcome="granted", solved="no")

    def more(tx: Transaction) -> None:
        person = people.of_lookup(tx, house.premises.keyring.lookup("telegram", str(ANNA)))
        assert person is not None
        call_backs.add(
            tx, "cb", person=person.id, contact=contact, unit="main", service=None, now=house.now, simulated=False
        )
        sealed = house.premises.keyring.seal(NUMBER.encode(), purpose=SEALED_FOR)
        call_backs.keep_number(tx, "cb", sealed, house.now)

    await house.store.write(more)
    before = len(house.shown)
    await house.says(ANNA, "/mydata")
    told = "\n".join(shown.body.text for shown in house.shown[before:])
    organisation = house.premises.organisation
    for expected in (
        "Språk: Svenska",
        "Du skrev första gången: 16 november 2026 10:00",
        f"Kanal: {organisation.channels['phone'].texts['sv']}",
        f"Utgång, enligt personalen: {organisation.outcomes['granted'].texts['sv']}",
        "Löst direkt, enligt personalen: nej",
        "Ärendets beteckning är sparad men skrivs inte i chatten.",
        "en kortare kö",
        "Det slutar på 35.",
        "16 november 2026",
    ):
        assert expected in told
    kept_apart = (NUMBER[3:9], "BYGG-1")
    files = b"".join(documents(house.shown[before:]).values()).decode()
    assert [word for word in kept_apart if word in told + files] == []
    assert "{" not in told.replace("{}", "")


async def test_my_data_comes_as_files_too(house: House) -> None:
    """A text file with the same words, and JSON with codes, moments and the answers that were corrected later."""
    await visited(house)
    before = len(house.shown)
    await house.says(ANNA, "/mydata")
    files = documents(house.shown[before:])
    assert list(files) == ["mina-uppgifter.txt", "mina-uppgifter.json"]
    text = files["mina-uppgifter.txt"].decode()
    pages = [shown.body.text for shown in house.shown[before:] if shown.body.document is None]
    assert all(page in text for page in pages)
    whole = json.loads(files["mina-uppgifter.json"])
    assert whole["person"] == (await anna(house)).id
    (contact,) = whole["contacts"]
    assert contact["unit"] == "main"
    assert any("en kortare kö" in (answer["text"] or "") for answer in contact["answers"])
    assert all(answer["question_text"] for answer in contact["answers"])


async def test_an_answer_that_was_corrected_is_told_with_what_took_its_place(house: House) -> None:
    """Both stand there, the first one marked as changed later."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    key = await house.says(ANNA, "1")
    await house.says(ANNA, "2", edits=key)
    rows = [asking for _, asking, *_ in await house.kept(registered.id)]
    before = len(house.shown)
    await house.says(ANNA, "/mydata")
    told = "\n".join(shown.body.text for shown in house.shown[before:])
    assert rows == [1, 2]
    assert told.count("ändrat senare") == 1


async def test_what_was_told_is_wiped_when_it_has_left(house: House) -> None:
    """No message of /mydata, text or file, keeps its content once it was sent, or when nothing can reach the chat."""
    await visited(house)
    await house.says(ANNA, "/mydata")
    bodies = await house.store.read(
        lambda tx: tx.count(
            "SELECT COUNT(*) FROM outbox WHERE json_extract(CAST(body AS TEXT), '$.document.name') <> ''"
        )
    )
    assert bodies == 0
    person = await anna(house)
    await house.store.write(house.rooms.privacy.held, person, house.now)
    await house.store.write(outbox.unreachable, person.lookup, house.now)
    left = await house.store.read(
        lambda tx: tx.count("SELECT COUNT(*) FROM outbox WHERE state = 'failed' AND LENGTH(body) > 2")
    )
    assert left == 0


async def test_a_message_in_doubt_is_wiped_when_it_has_been_repeated(house: House) -> None:
    """Of what may have arrived, the first try keeps its content until it is sent once more."""
    await visited(house)
    await house.store.write(house.rooms.privacy.held, await anna(house), house.now)

    def doubtful(tx: Transaction) -> int:
        (row,) = outbox.claim(tx, house.now, 1)
        outbox.unknown(tx, row.id, house.now)
        outbox.repeat(tx, row.id, "Igen:", house.now)
        return row.id

    row = await house.store.write(doubtful)
    body = await house.store.read(lambda tx: tx.value("SELECT body FROM outbox WHERE id = :id", id=row))
    assert body == b"{}"


@asynccontextmanager
async def sending(house: House, server: FakeTelegram) -> AsyncIterator[None]:
    """The Telegram door sends what is queued, within the block."""
    async with Wire(read_seconds=5) as wire:
        sender = Sender(
            store=house.store,
            keyring=house.premises.keyring,
            bot=Bot(server.token, base_url=server.base_url, request=wire, get_updates_request=wire),
            now=lambda: house.now,
            rate=0,
            on_unreachable=lambda tx, lookup, now: None,
            repeat_words=lambda language: "Igen:",
        )
        task = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            sender.stop()
            await task


async def test_a_file_goes_through_the_telegram_door(house: House) -> None:
    """The files of /mydata arrive in the chat with their names, whole, and nothing of them is kept afterwards."""
    async with FakeTelegram() as server:
        citizen = server.citizen(ANNA, has_written=True)
        await visited(house)
        await house.store.write(house.rooms.privacy.held, await anna(house), house.now)
        async with sending(house, server):
            shown = await citizen.sees(house.words("mydata-for-programs"))
        files = [message.document for message in citizen.screen if message.document is not None]
        assert [file.name for file in files] == ["mina-uppgifter.txt", "mina-uppgifter.json"]
        assert [file.mime for file in files] == ["text/plain", "application/json"]
        assert json.loads(files[1].content)["language"] == "sv"
        assert shown.document == files[1]
    bodies = await house.store.read(
        lambda tx: tx.count("SELECT COUNT(*) FROM outbox WHERE INSTR(CAST(body AS TEXT), 'mina-uppgifter') > 0")
    )
    assert bodies == 0


async def test_a_file_whose_reply_is_lost_is_in_doubt(house: House) -> None:
    """A document may have arrived when its answer is lost: it waits for ten minutes like any message."""
    async with FakeTelegram() as server:
        citizen = server.citizen(ANNA, has_written=True)
        await visited(house)
        await house.store.write(house.rooms.privacy.held, await anna(house), house.now)
        server.faults.next("sendDocument", Fault.REPLY_LOST, chat=citizen.id)
        async with sending(house, server):
            await citizen.sees(house.words("mydata-for-programs"))
    states = await house.store.read(lambda tx: tx.count("SELECT COUNT(*) FROM outbox WHERE state = 'unknown'"))
    assert states == 1


async def test_a_person_without_contacts_is_told_what_little_is_kept(house: House) -> None:
    """Whoever has no contact here gets one text and no file."""
    await house.says(ANNA, "/mydata")
    assert [shown.body.text for shown in house.shown] == [house.words("mydata-none")]


@pytest.mark.parametrize(("label", "choice"), [("En vecka", "week"), ("En månad", "month")])
async def test_a_pause_holds_as_long_as_was_chosen(house: House, label: str, choice: str) -> None:
    """Nothing new is asked meanwhile, and it is asked when the pause is over, if it is still useful."""
    registered = await house.register(start=house.now + timedelta(days=60))
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "/pausa")
    assert house.shown[-1].labels == ["En vecka", "En månad", "Tills jag skriver /start"]
    await house.taps(ANNA, label)
    assert (await anna(house)).paused_until == house.now + PAUSES[choice]
    assert house.shown[-2].body.strong == label
    assert (await anna(house)).is_paused(house.now)
    house.now += PAUSES[choice]
    assert not (await anna(house)).is_paused(house.now)


async def test_no_follow_up_begins_while_somebody_pauses(house: House) -> None:
    """What falls due in a pause until start is not asked, and its disposition says why."""
    open_one = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {open_one.code}")
    planned = await house.register()
    await house.says(ANNA, f"/start {planned.code}")
    await house.says(ANNA, "/pausa")
    await house.taps(ANNA, "Tills jag skriver /start")
    assert (await anna(house)).paused_until == UNTIL_START
    before = len(house.shown)
    await house.beat(days=1, hours=7)
    await house.beat(days=12)
    assert house.shown[before:] == []
    assert (await house.dispositions(planned.id))["before"] == ("not-asked", "paused")


async def test_an_open_question_can_be_answered_in_a_pause(house: House) -> None:
    """A pause closes nothing: what was asked before is still answered, and counts."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "/pausa")
    await house.taps(ANNA, "En vecka")
    for _ in range(3):
        await house.says(ANNA, "en kortare kö")
    assert await house.kept(registered.id) != []


@pytest.mark.parametrize("ends", ["/start", "Fortsätt fråga"])
async def test_start_or_the_button_ends_a_pause(house: House, ends: str) -> None:
    """Whoever writes start, or taps to go on, is asked again."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "/pausa")
    await house.taps(ANNA, "Tills jag skriver /start")
    if ends == "/start":
        await house.says(ANNA, ends)
    else:
        await house.taps(ANNA, ends)
    assert (await anna(house)).paused_until is None
    await house.beat(days=1, hours=7)
    assert house.shown[-1].labels[-1] == "Dina rättigheter"


async def test_a_pause_un_stops_nobody(house: House) -> None:
    """Stopped, neither /pause nor a pause's old button changes anything: only start does."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "/pausa")
    await house.says(ANNA, "/stopp")
    await house.taps(ANNA, "En vecka")
    assert house.shown[-1].body.text == house.words("stopped")
    await house.says(ANNA, "/pausa")
    assert house.shown[-1].body.text == house.words("stopped")
    person = await anna(house)
    assert (person.stopped_at is not None, person.paused_until) == (True, None)
