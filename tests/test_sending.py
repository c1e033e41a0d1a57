"""Sending: order per chat, what each answer of Telegram proves, and that no chat waits for another."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Concatenate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot

from bot import clock
from bot.doors.telegram.door import DoorRefused, TelegramDoor, Texts
from bot.doors.telegram.face import Face
from bot.doors.telegram.limits import Limits
from bot.doors.telegram.sending import ADDRESS, Sender
from bot.doors.telegram.wire import Wire
from bot.doors.telegram.writing import LONGEST, as_html, as_plain, cut
from bot.keys import Keyring
from bot.store import facts, outbox
from bot.store.database import P, Store, T, Transaction
from bot.store.outbox import Body
from flows.messages import Button, Tap
from tests import new_database
from tests.fake_telegram import Citizen, FakeTelegram, Fault
from tests.wild import examples

KEYRING = Keyring(b"k" * 32)
YES, NO = (Button(label, Tap("choose", "helped", 1, code)) for label, code in (("Ja", "yes"), ("Nej", "no")))


class Full(Store):
    """The real store; while `full`, it takes nothing, as a full disk does."""

    full = False

    async def write(self, change: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.full:
            raise OSError("disk full")
        return await super().write(change, *args, **kwargs)


@dataclass
class Office:
    """A sending door, and the outbox it serves."""

    store: Full
    server: FakeTelegram
    bot: Bot
    wire: Wire
    ahead: timedelta = timedelta(0)
    pauses: list[float] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)
    on_pause: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        return clock.now() + self.ahead

    def sender(self, rate: float = 0) -> Sender:
        return Sender(
            store=self.store,
            keyring=KEYRING,
            bot=self.bot,
            now=self.now,
            rate=rate,
            on_unreachable=lambda tx, lookup, now: self.gone.append(lookup),
            repeat_words=lambda language: f"Igen ({language}):",
            pause=self._pause,
        )

    @asynccontextmanager
    async def sending(self, rate: float = 0) -> AsyncIterator[Sender]:
        """Send within the block, and stop in order."""
        sender = self.sender(rate)
        task = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            sender.stop()
            await task

    async def writes(self, citizen: Citizen, *texts: str, edits: int | None = None, buttons: bool = False) -> int:
        """Queue messages to a citizen; returns the last one's row."""

        def queue(tx: Transaction) -> int:
            lookup = KEYRING.lookup("telegram", str(citizen.id))
            person = f"p{citizen.id}"
            now = clock.now()
            tx.run(
                "INSERT OR IGNORE INTO persons (id, language, created_at) VALUES (:id, 'sv', :now)", id=person, now=now
            )
            tx.run(
                "INSERT OR IGNORE INTO addresses (lookup, person_id, door, sealed, created_at)"
                " VALUES (:lookup, :person, 'telegram', :sealed, :now)",
                lookup=lookup,
                person=person,
                sealed=KEYRING.seal(str(citizen.id).encode(), purpose=ADDRESS),
                now=now,
            )
            row = 0
            for text in texts:
                row = outbox.add(
                    tx,
                    door="telegram",
                    lookup=lookup,
                    purpose="question",
                    body=Body(text, "", ((YES,), (NO,)) if buttons else ()),
                    now=now,
                    person_id=person,
                    edits=edits,
                )
            return row

        return await self.store.write(queue)

    async def state(self, row: int) -> tuple[object, object, object]:
        """State, fault and message key of a row."""
        return await self.store.read(
            lambda tx: (
                tx.value("SELECT state FROM outbox WHERE id = :id", id=row),
                tx.value("SELECT fault FROM outbox WHERE id = :id", id=row),
                tx.value("SELECT message_key FROM outbox WHERE id = :id", id=row),
            )
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await (self.on_pause() if self.on_pause is not None else asyncio.sleep(0))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await new_database.opened(tmp_path / "sending.db")
    store = Full(opened.path, opened._writer, opened._reader)
    async with FakeTelegram() as server, Wire(read_seconds=5) as wire:
        bot = Bot(server.token, base_url=server.base_url, request=wire, get_updates_request=wire)
        yield Office(store, server, bot, wire)
    await store.close()


def person(office: Office, **about: str) -> Citizen:
    return office.server.citizen(has_written=True, language_code=about.get("language", "sv"))


def texts(citizen: Citizen) -> list[str]:
    return [message.text for message in citizen.screen if message.from_bot]


async def test_a_message_arrives_as_it_was_written(office: Office) -> None:
    """Text, the strong line, and buttons that name row, attempt and place; the row is sent and knows its message."""
    citizen = person(office)
    row = await office.writes(citizen, "Fick du <hjälp> & råd?", buttons=True)
    async with office.sending():
        shown = await citizen.sees("Fick du <hjälp> & råd?")
    assert shown.buttons == [[("Ja", "1.1.0")], [("Nej", "1.1.1")]]
    assert await office.state(row) == ("sent", None, str(shown.message_id))


async def test_order_holds_in_each_chat_while_chats_run_side_by_side(office: Office) -> None:
    """Three messages to each of twelve chats: each chat sees its own in order, whatever is slow elsewhere."""
    citizens = [person(office) for _ in range(12)]
    for citizen in citizens:
        await office.writes(citizen, "ett", "två", "tre")
    slow = office.server.faults.next("sendMessage", Fault.SLOW, chat=citizens[0].id)
    async with office.sending():
        for citizen in citizens[1:]:
            await citizen.sees("tre")
        assert texts(citizens[0]) == ["ett"]
        slow.release()
        await citizens[0].sees("tre")
    assert [texts(citizen) for citizen in citizens] == [["ett", "två", "tre"]] * 12


async def test_an_edit_changes_the_message_and_its_buttons(office: Office) -> None:
    """An edit reaches the message of its target; without buttons the old ones go; the same again is no failure."""
    citizen = person(office)
    row = await office.writes(citizen, "Fråga", buttons=True)
    first = await office.writes(citizen, "Svar: Ja", edits=row)
    again = await office.writes(citizen, "Svar: Ja", edits=row)
    async with office.sending():
        shown = await citizen.sees("Svar: Ja")
        await office.server.requested("editMessageText", 2)
    assert shown.labels == []
    assert len(texts(citizen)) == 1
    assert [(await office.state(one))[0] for one in (first, again)] == ["sent", "sent"]


async def test_an_edit_of_a_message_that_is_gone_fails_quietly(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A message that the person deleted can't be changed; the row fails, and what follows goes on."""
    citizen = person(office)
    row = await office.writes(citizen, "Fråga")
    async with office.sending() as sender:
        shown = await citizen.sees("Fråga")
        citizen.chat.messages.pop(shown.message_id)
        edit = await office.writes(citizen, "Svar", edits=row)
        await office.writes(citizen, "Nästa")
        sender.wake()
        await citizen.sees("Nästa")
    assert (await office.state(edit))[0] == "failed"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_lost_reply_is_unknown_until_a_tap_proves_it(office: Office) -> None:
    """The message arrived but its reply was lost: it is not sent again, and the tap's evidence settles it."""
    citizen = person(office)
    office.server.faults.next("sendMessage", Fault.REPLY_LOST)
    row = await office.writes(citizen, "Fråga", buttons=True)
    async with office.sending():
        await citizen.sees("Fråga")
        await office.server.requested("getMe")
    assert (await office.state(row))[0] == "unknown"
    tap = await citizen.taps("Ja")
    assert tap["callback_query"]["data"] == f"{row}.1.0"
    key = str(tap["callback_query"]["message"]["message_id"])
    await office.store.write(outbox.proven, row, key, clock.now())
    office.ahead = timedelta(hours=1)
    async with office.sending() as sender:
        await office.writes(citizen, "Nästa")
        sender.wake()
        await citizen.sees("Nästa")
    assert texts(citizen) == ["Fråga", "Nästa"]
    assert await office.state(row) == ("sent", None, key)


@pytest.mark.parametrize("fault", [Fault.INTERNAL_500, Fault.BAD_GATEWAY_HTML, Fault.GARBAGE, Fault.CUT])
async def test_what_is_in_doubt_is_repeated_once_after_ten_minutes(office: Office, fault: Fault) -> None:
    """No answer that proves anything: the message waits ten minutes for evidence, and is then worded as a repeat."""
    citizen = person(office)
    office.server.faults.next("sendMessage", fault)
    row = await office.writes(citizen, "Fråga", buttons=True)
    async with office.sending():
        await office.server.requested("getMe")
    assert (await office.state(row))[0] == "unknown"
    office.ahead = timedelta(minutes=10)
    async with office.sending():
        shown = await citizen.sees("Igen (sv):\n\nFråga")
    assert shown.labels == ["Ja", "Nej"]
    assert office.server.counts["sendMessage"] == 2


async def test_an_edit_in_doubt_is_made_again(office: Office) -> None:
    """An edit may happen twice without harm, so it is simply tried again."""
    citizen = person(office)
    row = await office.writes(citizen, "Fråga")
    office.server.faults.next("editMessageText", Fault.REPLY_LOST)
    edit = await office.writes(citizen, "Svar", edits=row)
    async with office.sending():
        await citizen.sees("Svar")
        await office.server.requested("editMessageText", 2)
    assert (await office.state(edit))[0] == "sent"


async def test_a_restart_in_mid_send_leaves_it_unknown(office: Office) -> None:
    """A row that was on its way when the last process died is not sent again at once."""
    citizen = person(office)
    row = await office.writes(citizen, "Fråga")
    await office.store.write(lambda tx: outbox.claim(tx, clock.now(), 1))
    await office.writes(citizen, "Nästa")
    async with office.sending():
        await citizen.sees("Nästa")
    assert (await office.state(row))[0] == "unknown"
    assert texts(citizen) == ["Nästa"]


async def test_a_closed_way_is_waited_out_without_doubt(office: Office) -> None:
    """No connection proves that nothing was sent: everything is queued still, and leaves once when Telegram is back."""
    citizens = [person(office) for _ in range(3)]
    await office.server.stop()
    for citizen in citizens:
        await office.writes(citizen, "Fråga")

    async def back_after_three_pauses() -> None:
        if len(office.pauses) == 3:
            await office.server.start()
            office.ahead = timedelta(minutes=1)

    office.on_pause = back_after_three_pauses
    async with office.sending():
        for citizen in citizens:
            await citizen.sees("Fråga")
    assert office.pauses == [1.0, 2.0, 4.0]
    assert [texts(citizen) for citizen in citizens] == [["Fråga"]] * 3
    assert office.server.counts["sendMessage"] == 3


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.NOT_FOUND])
async def test_a_refused_token_loses_nothing(office: Office, caplog: pytest.LogCaptureFixture, fault: Fault) -> None:
    """401 and 404 don't deliver: the message stays queued, one line says what to do, and it leaves afterwards."""
    citizen = person(office)
    office.server.faults.next("sendMessage", fault)
    office.server.faults.next("getMe", fault, times=3)
    await office.writes(citizen, "Fråga")
    async with office.sending():
        await citizen.sees("Fråga")
    assert texts(citizen) == ["Fråga"]
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "Set TELEGRAM_BOT_TOKEN" in warnings[0]


async def test_a_429_of_one_chat_holds_that_chat(office: Office) -> None:
    """A chat that has just had messages waits alone; others get theirs meanwhile, and nothing is lost."""
    busy, other = person(office), person(office)
    await office.writes(busy, "ett")
    async with office.sending() as sender:
        await busy.sees("ett")
        office.server.faults.next("sendMessage", Fault.TOO_MANY, chat=busy.id, retry_after=1)
        await office.writes(busy, "två")
        sender.wake()
        await office.server.requested("sendMessage", 2)
        await office.writes(other, "hej")
        sender.wake()
        await other.sees("hej")
        await busy.sees("två")
        # Told by the order, not by the clock: it holds on a slow machine too.
        sent = [request.chat_id for request in office.server.requests if request.method == "sendMessage"]
        assert sent == [busy.id, busy.id, other.id, busy.id]
    assert texts(busy) == ["ett", "två"]


async def test_a_429_of_a_rested_chat_holds_all(office: Office) -> None:
    """A 429 for a chat that has had nothing lately is meant for the whole bot: nobody is sent anything meanwhile."""
    first, other = person(office), person(office)
    office.server.faults.next("sendMessage", Fault.TOO_MANY, chat=first.id, retry_after=1)
    await office.writes(first, "ett")
    async with office.sending() as sender:
        (refused,) = await office.server.requested("sendMessage")
        await office.writes(other, "hej")
        sender.wake()
        await other.sees("hej")
        await first.sees("ett")
    times = [request.time for request in office.server.requests if request.method == "sendMessage"]
    assert all(later - refused.time >= 0.9 for later in times[1:])


async def test_each_chat_has_a_limit_of_its_own(office: Office) -> None:
    """Five messages to one chat and one to each of twenty others: the one has a burst and then one a second."""
    eager, others = person(office), [person(office) for _ in range(20)]
    office.server._gate = None
    await office.writes(eager, *(str(n) for n in range(5)))
    for citizen in others:
        await office.writes(citizen, "hej")
    async with office.sending(rate=100):
        for citizen in others:
            await citizen.sees("hej")
        await eager.sees("4")
    assert texts(eager) == [str(n) for n in range(5)]
    times = [request.time for request in office.server.requests if request.chat_id == eager.id]
    assert max(request.time for request in office.server.requests if request.chat_id != eager.id) < times[4]
    assert times[3] - times[0] < 0.9  # a burst of four
    assert times[4] - times[0] > 0.9  # then one a second


@pytest.mark.parametrize("how", ["blocked", "deactivated", "unknown"])
async def test_who_cannot_be_reached_gets_nothing_more(office: Office, how: str) -> None:
    """Blocked, deactivated or never written: the queue of that chat fails, its person is marked, others go on."""
    citizen, other = office.server.citizen(has_written=how != "unknown"), person(office)
    if how == "blocked":
        await citizen.blocks()
    elif how == "deactivated":
        await citizen.leaves_telegram()
    first = await office.writes(citizen, "ett")
    second = await office.writes(citizen, "två")
    await office.writes(other, "hej")
    async with office.sending():
        await other.sees("hej")
        await office.server.requested("sendMessage", 2)
    assert (await office.state(first))[0] == "failed"
    assert (await office.state(second))[:2] == ("failed", "unreachable")
    assert office.gone == [KEYRING.lookup("telegram", str(citizen.id))]
    marked = await office.store.read(
        lambda tx: tx.count("SELECT COUNT(*) FROM persons WHERE unreachable_at IS NOT NULL")
    )
    assert marked == 1


async def test_markup_that_telegram_cannot_parse_is_sent_plain(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the HTML is refused, the same words go out at once without it."""
    monkeypatch.setattr("bot.doors.telegram.delivery.as_html", lambda body: f"<oops>{body.text}")
    citizen = person(office)
    row = await office.writes(citizen, "1 < 2", buttons=True)
    async with office.sending():
        shown = await citizen.sees("1 < 2")
    assert shown.labels == ["Ja", "Nej"]
    assert (await office.state(row))[0] == "sent"
    assert office.server.counts["sendMessage"] == 2


async def test_what_telegram_refuses_for_good_fails_alone(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """An empty message is refused: its row fails with the reason, and the next one goes."""
    citizen = person(office)
    row = await office.writes(citizen, " ")
    await office.writes(citizen, "hej")
    async with office.sending():
        await citizen.sees("hej")
    state, fault, _ = await office.state(row)
    assert state == "failed"
    assert "empty" in str(fault)
    assert any(f"outbox row {row} was refused" in record.getMessage() for record in caplog.records)


async def test_a_text_that_is_too_long_is_cut(office: Office) -> None:
    """A message over Telegram's limit arrives, cut between words."""
    citizen = person(office)
    await office.writes(citizen, "ordet & " * 900)
    async with office.sending():
        shown = await citizen.sees("ordet &")
    assert LONGEST - 16 < len(shown.text) <= LONGEST
    assert shown.text.endswith("…")


async def test_stopping_lets_land_what_is_on_its_way(office: Office) -> None:
    """A stop claims nothing more and waits for the answer under way, so that nothing is left in doubt."""
    citizen = person(office)
    slow = office.server.faults.next("sendMessage", Fault.SLOW)
    first = await office.writes(citizen, "ett")
    second = await office.writes(citizen, "två")
    task = asyncio.create_task(office.sender().run())
    await citizen.sees("ett")
    task.cancel()
    await asyncio.sleep(0)
    slow.release()
    await asyncio.wait([task])
    assert (await office.state(first))[0] == "sent"
    assert (await office.state(second))[0] == "queued"


async def test_a_result_waits_for_a_full_disk(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """What was sent while the database took nothing is written down when it does, and not sent again."""
    citizen = person(office)
    slow = office.server.faults.next("sendMessage", Fault.SLOW)
    row = await office.writes(citizen, "Fråga")
    async with office.sending() as sender:
        await citizen.sees("Fråga")
        office.store.full = True
        slow.release()
        while not sender.trouble:  # noqa: ASYNC110
            await asyncio.sleep(0)
        office.store.full = False
        await office.writes(citizen, "Nästa")
        sender.wake()
        await citizen.sees("Nästa")
    assert (await office.state(row))[0] == "sent"
    assert texts(citizen) == ["Fråga", "Nästa"]
    assert "the database took nothing" in caplog.text


async def test_who_wrote_just_now_is_answered_first(office: Office) -> None:
    """While hundreds wait for what they are sent unasked, an answer overtakes them."""
    waiting, writer = [person(office) for _ in range(30)], person(office)
    for citizen in waiting:
        await office.writes(citizen, "Nu är det dags")
    await office.writes(writer, "Tack!")
    async with office.sending(rate=30) as sender:
        sender.prefer([KEYRING.lookup("telegram", str(writer.id))])
        await writer.sees("Tack!")
    before = [request.chat_id for request in office.server.requests].index(writer.id)
    assert before < 5


async def test_logs_tell_nothing_of_anybody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, no log holds the token, a chat id or a text, even at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    faults = (Fault.GARBAGE, Fault.CUT, Fault.BAD_GATEWAY_HTML, Fault.TOO_MANY, Fault.UNAUTHORIZED, Fault.BLOCKED)
    for number, fault in enumerate(faults):
        citizen = office.server.citizen(id=5_123_456_780 + number, has_written=True)
        office.server.faults.next("sendMessage", fault, chat=citizen.id)
        await office.writes(citizen, f"hemlighet {fault.name}")
    async with office.sending():
        await office.server.requested("sendMessage", 6, answered=False)
    written = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    for secret in ("512345678", "hemlighet", office.server.token):
        assert secret not in written
    assert not office.server.faults.waiting


async def test_under_telegrams_limits_everything_arrives_once(office: Office) -> None:
    """Without limits of our own, Telegram's 429 come; whatever it refuses arrives later, in order, exactly once."""
    citizens = [person(office) for _ in range(34)]
    for citizen in citizens:
        await office.writes(citizen, "ett", *(["två"] if citizen is citizens[0] else []))
    async with office.sending():
        for citizen in citizens:
            await citizen.sees("ett")
        await citizens[0].sees("två")
    assert [texts(citizen) for citizen in citizens] == [["ett", "två"]] + [["ett"]] * 33
    assert any(request.answer and request.answer.status == 429 for request in office.server.requests)


def door(office: Office, token: str, faces: dict[str, Face] | None = None) -> TelegramDoor:
    return TelegramDoor(
        store=office.store,
        keyring=KEYRING,
        token=token,
        api=office.server.url,
        rate=0,
        texts=Texts(faces or {}, {}, {"sv": "Om det inte kom fram:"}),
        now=office.now,
        stored=lambda: None,
        heard=lambda tx, moment: facts.put_moment(tx, "heard_at", moment),
        on_unreachable=lambda tx, lookup, now: None,
        pause=office._pause,
    )


async def test_a_wrong_token_is_one_clear_line(office: Office) -> None:
    """At start, a token that Telegram doesn't know is refused with the variable's name and without the token."""
    wrong = "99:" + "x" * 35
    with pytest.raises(DoorRefused, match=r"TELEGRAM_BOT_TOKEN: .*@BotFather") as refused:
        await door(office, wrong).start()
    assert wrong not in str(refused.value)


async def test_the_door_opens_in_an_outage_and_makes_links_it_knows(office: Office) -> None:
    """Without Telegram the door opens all the same; the bot's name is learnt when it answers, and kept."""
    await office.server.stop()
    opened = door(office, office.server.token)
    await opened.start()
    with pytest.raises(DoorRefused, match="Telegram has not been reached"):
        opened.link("abc")
    await office.server.start()
    await office.server.requested("getUpdates", answered=False)
    await office.server.requested("getMe")
    await opened.stop()
    await office.server.stop()
    again = door(office, office.server.token)
    await again.start()
    assert again.link("abc") == "https://t.me/kundresa_bot?start=abc"
    await again.stop()


async def test_the_face_is_put_on_when_it_changed(office: Office) -> None:
    """Menu and descriptions are set once in each language, again only when they change, and a failure is no end."""
    face = Face((("help", "Hjälp"), ("stop", "Sluta")), "Vi frågar hur det gick.", "Hur gick det?")
    office.server.faults.next("setMyShortDescription", Fault.INTERNAL_500)
    for commands in (2, 6, 6, 10):
        texts = {"sv": face, "en": face if commands < 10 else Face((("help", "Help"),), "How did it go?", "How?")}
        opened = door(office, office.server.token, texts)
        await opened.start()
        await opened.settled()
        await opened.stop()
    assert office.server.counts["setMyCommands"] == 1 + 3 + 0 + 3


@given(st.text(max_size=60), st.integers(2, 40))
def test_a_cut_text_is_whole_up_to_its_end(text: str, longest: int) -> None:
    """Never longer than allowed; what is left is the beginning of the text."""
    shorter = cut(text, longest)
    assert len(shorter) <= longest
    assert shorter == text or text.startswith(shorter.removesuffix("…"))


def test_a_cut_never_splits_a_character() -> None:
    """A letter with its accents, or a family of several people joined, stays whole or goes."""
    assert cut("aaaaaae\N{COMBINING ACUTE ACCENT}bbb", 8) == "aaaaaa…"
    assert cut("aaaaa👩\N{ZERO WIDTH JOINER}👧bbbb", 8) == "aaaaa…"


@given(st.text(max_size=50), st.text(max_size=20))
def test_words_are_escaped(text: str, strong: str) -> None:
    """Whatever people's words hold, the only tags are ours."""
    written = as_html(Body(text, strong)).replace("<b>", "", 1).replace("</b>", "", 1)
    assert "<" not in written
    assert html.unescape(written) == html.unescape(html.escape(as_plain(Body(text, strong)), quote=False))


@examples(50)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 2)), max_size=40))
def test_the_limits_hold_in_every_second(steps: list[tuple[int, float]]) -> None:
    """However sends come, no second holds more than the rate and its small burst, nor a chat more than five."""
    limits, moment, left = Limits(10, 0.0), 0.0, list[tuple[float, int]]()
    for chat, wait in steps:
        moment += wait / 10
        if limits.room(moment) and bytes([chat]) not in limits.tired(moment):
            limits.spend(bytes([chat]), moment)
            left.append((moment, chat))
    for start, chat in left:
        within = [other for at, other in left if start <= at < start + 1]
        assert len(within) <= 11
        assert within.count(chat) <= 5
