"""Polling: nothing is acknowledged before it is committed, whatever goes wrong; and what updates are read as."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Concatenate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot

from bot.arrivals import Arrival, Left, Returned, Said, Strange, Tapped
from bot.doors.telegram.intake import Intake
from bot.doors.telegram.polling import Polling
from bot.doors.telegram.reading import NotUnderstood, arrival, callback_data, peek
from bot.doors.telegram.wire import Wire
from bot.keys import Keyring
from bot.store import inbox
from bot.store.database import P, Store, T, Transaction
from tests import new_database
from tests.fake_telegram import FakeTelegram, Fault
from tests.wild import examples

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYRING = Keyring(b"k" * 32)
FAREWELLS = {"sv": "Jag talar bara med en i taget.", "en": "I talk with one person at a time."}


class Full(Store):
    """The real store; refuses as many commits as a full disk is told to."""

    refusals = 0

    async def write(self, change: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.refusals:
            self.refusals -= 1
            raise OSError("disk full")
        return await super().write(change, *args, **kwargs)


@dataclass
class Post:
    """A polling door: its store, what it waited, when it was heard, and which chats it told of."""

    store: Full
    server: FakeTelegram
    bot: Bot
    wire: Wire
    now: datetime = NOON
    pauses: list[float] = field(default_factory=list)
    heard: list[datetime] = field(default_factory=list)
    lookups: list[bytes] = field(default_factory=list)
    on_pause: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[Polling]:
        """Poll within the block, and stop as the process would."""
        intake = Intake(
            store=self.store,
            keyring=KEYRING,
            bot=self.bot,
            now=lambda: self.now,
            stored=self.lookups.extend,
            farewells=FAREWELLS,
        )
        polling = Polling(
            intake=intake, bot=self.bot, wire=self.wire, now=lambda: self.now, heard=self._heard, pause=self._pause
        )
        task = asyncio.create_task(polling.run())
        try:
            yield polling
        finally:
            task.cancel()
            await asyncio.wait([task])
            await intake.close()

    async def kept(self) -> list[str]:
        """The texts of what is kept, in order; other things by their class."""
        return [await self.text(row) for row in await self.store.read(inbox.waiting, NOON, 1000)]

    async def text(self, row: inbox.Waiting) -> str:
        what = arrival(KEYRING.unseal(row.raw, purpose=inbox.PURPOSE))
        assert what is not None
        return what.what.text if isinstance(what.what, Said) else type(what.what).__name__

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.on_pause()
        await asyncio.sleep(0)

    async def _heard(self, moment: datetime) -> None:
        self.heard.append(moment)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    opened = await new_database.opened(tmp_path / "intake.db")
    store = Full(opened.path, opened._writer, opened._reader)
    async with FakeTelegram(limits=None) as server, Wire() as wire:
        bot = Bot(server.token, base_url=server.base_url, request=wire, get_updates_request=wire)
        yield Post(store, server, bot, wire)
    await store.close()


async def test_updates_are_kept_in_order_and_then_acknowledged(post: Post) -> None:
    """Everything that was sent is in the inbox, sealed, and its chat is told to whoever waits."""
    citizen = post.server.citizen()
    for text in ("ett", "två", "tre"):
        await citizen.sends(text)
    async with post.polling():
        await post.server.drained()
    assert await post.kept() == ["ett", "två", "tre"]
    assert set(post.lookups) == {KEYRING.lookup("telegram", str(citizen.id))}


async def test_nothing_is_acknowledged_before_it_is_committed(post: Post) -> None:
    """While the database takes nothing, Telegram keeps the updates and no tap is acknowledged; then all is kept."""
    citizen = post.server.citizen()
    await citizen.sends("hej")
    tap = await citizen.taps(data="1.1.0", message_id=5)
    post.store.refusals = 3
    seen: list[tuple[int, int]] = []
    post.on_pause = lambda: seen.append((len(post.server.queue.pending()), len(citizen.toasts)))
    async with post.polling():
        await post.server.drained()
        await citizen.is_answered(tap)
    assert seen == [(2, 0)] * 3
    assert await post.kept() == ["hej", "Tapped"]
    assert post.pauses == [1.0, 2.0, 4.0]


async def test_updates_that_come_again_count_once(post: Post) -> None:
    """A batch whose answer was lost, an update delivered twice, and a restart without an offset: one row each."""
    citizen = post.server.citizen()
    post.server.faults.next("getUpdates", Fault.REPLY_LOST)
    update = await citizen.sends("hej")
    async with post.polling():
        await post.server.drained()
        post.server.delivers_again(update)
        await post.server.drained()
    post.server.delivers_again(update)
    async with post.polling():
        await citizen.sends("igen")
        await post.server.drained()
    assert await post.kept() == ["hej", "igen"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.UNAUTHORIZED, "does not accept the token"),
        (Fault.NOT_FOUND, "does not accept the token"),
        (Fault.CONFLICT, "another program asks for this bot's updates. Stop it"),
        (Fault.INTERNAL_500, "HTTP 500"),
        (Fault.BAD_GATEWAY_HTML, "HTTP 502"),
        (Fault.GARBAGE, "could not be understood"),
        (Fault.CUT, "was lost"),
        (Fault.TOO_MANY, "wants a pause of 7 s"),
    ],
)
async def test_it_goes_on_whatever_telegram_answers(
    post: Post, caplog: pytest.LogCaptureFixture, fault: Fault, told: str
) -> None:
    """Refused three times it backs off, says what is wrong in one line, and then keeps what came."""
    caplog.set_level(logging.INFO, "bot")
    post.server.faults.next("getUpdates", fault, times=3, retry_after=7)
    async with post.polling() as polling:
        await post.server.citizen().sends("hej")
        await post.server.drained()
        assert polling.trouble == ""
    assert await post.kept() == ["hej"]
    assert post.pauses == ([7.0] * 3 if fault is Fault.TOO_MANY else [1.0, 2.0, 4.0])
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert told in warnings[0]


async def test_the_pause_grows_to_a_minute_and_no_further(post: Post) -> None:
    """A long outage is met with pauses of 1, 2, 4, ... 60 seconds."""
    post.server.faults.next("getUpdates", Fault.INTERNAL_500, times=9)
    async with post.polling():
        await post.server.citizen().sends("hej")
        await post.server.drained()
    assert post.pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_a_webhook_of_somebody_else_is_taken_away(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """A webhook set before, or while polling, is deleted; what waits at Telegram is not dropped."""
    citizen = post.server.citizen()
    await post.bot.set_webhook("https://elsewhere.invalid/hook")
    await citizen.sends("före")
    async with post.polling():
        await post.server.drained()
        await post.server.requested("getUpdates", 2, answered=False)
        await post.bot.set_webhook("https://elsewhere.invalid/hook")
        await citizen.sends("efter")
        await post.server.drained()
    assert await post.kept() == ["före", "efter"]
    assert any("a webhook was set" in record.getMessage() for record in caplog.records)


async def test_a_poison_update_is_kept_and_the_stream_goes_on(post: Post) -> None:
    """An update that can't be read is kept for the desk to park; those around it are kept as ever."""
    citizen = post.server.citizen()
    await citizen.sends("före")
    post.server.queue.push("message", {"chat": {"id": 7, "type": "private"}, "text": ["?"]}, ("chat", 7))
    post.server.queue.push("message", {"chat": "?", "text": "?"}, ("chat", 8))
    await citizen.sends("efter")
    async with post.polling():
        await post.server.drained()
    found = await post.store.read(inbox.waiting, NOON, 10)
    assert [row.lookup for row in found[1:3]] == [KEYRING.lookup("telegram", "7"), b""]
    for row in found[1:3]:
        with pytest.raises(NotUnderstood):
            await post.text(row)
    assert [await post.text(row) for row in (found[0], found[3])] == ["före", "efter"]


@pytest.mark.parametrize("fault", [Fault.INTERNAL_500, Fault.UNAUTHORIZED, Fault.CUT, Fault.TOO_MANY])
async def test_a_tap_that_cannot_be_acknowledged_is_kept(post: Post, fault: Fault) -> None:
    """Acknowledging a tap is a courtesy: when it fails, the tap is kept and polling goes on."""
    citizen = post.server.citizen()
    planned = post.server.faults.next("answerCallbackQuery", fault)
    async with post.polling():
        await citizen.taps(data="1.1.0", message_id=5)
        await post.server.requested("answerCallbackQuery", answered=False)
        await citizen.sends("hej")
        await post.server.drained()
    assert planned.happened == 1
    assert await post.kept() == ["Tapped", "hej"]


async def test_groups_are_left_politely(post: Post) -> None:
    """Added to a group, the bot says why in the language of whoever added it, leaves, and keeps nothing of it."""
    citizen = post.server.citizen(language_code="sv")
    group = post.server.group()
    async with post.polling():
        await citizen.joins_group(group)
        await post.server.requested("leaveChat")
        await post.server.drained()
    assert [message.text for message in post.server.screen(group.id) if message.from_bot] == [FAREWELLS["sv"]]
    assert post.server.counts["leaveChat"] == 1
    assert await post.kept() == []


async def test_somebody_is_known_to_listen(post: Post) -> None:
    """The moment is noted after a successful request, and again only after 30 seconds."""
    citizen = post.server.citizen()
    async with post.polling():
        for seconds in (0, 29, 31):
            post.now = NOON + timedelta(seconds=seconds)
            await citizen.sends("hej")
            await post.server.drained()
    assert post.heard == [NOON, NOON + timedelta(seconds=31)]


async def test_logs_tell_nothing_of_anybody(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """Even at the most talkative level no log holds the token, a chat id or a text."""
    caplog.set_level(logging.DEBUG)
    citizen = post.server.citizen(id=5_123_456_789)
    post.server.faults.next("getUpdates", Fault.GARBAGE)
    post.server.faults.next("getUpdates", Fault.CUT)
    async with post.polling():
        await citizen.sends("en hemlighet")
        await citizen.is_answered(await citizen.taps(data="1.1.0", message_id=5))
        await post.server.drained()
    written = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert "5123456789" not in written
    assert "hemlighet" not in written
    assert post.server.token not in written


def update(**what: object) -> bytes:
    return json.dumps({"update_id": 1, **what}).encode()


CHAT = {"id": 7, "type": "private"}
SENDER = {"id": 7, "is_bot": False, "first_name": "x", "language_code": "fi"}


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (update(message={"message_id": 3, "chat": CHAT, "from": SENDER, "text": "hej"}), Said("hej", "3")),
        (update(edited_message={"message_id": 3, "chat": CHAT, "text": "hej då"}), Said("hej då", "3", edited=True)),
        (update(message={"message_id": 3, "chat": CHAT, "voice": {"file_id": "x"}}), Strange("voice", "3")),
        (update(message={"message_id": 3, "chat": CHAT, "photo": [], "caption": "x"}), Strange("photo", "3")),
        (update(message={"message_id": 3, "chat": CHAT, "sticker": {}}), Strange("sticker", "3")),
        (update(message={"message_id": 3, "chat": CHAT, "contact": {}}), Strange("contact", "3")),
        (update(message={"message_id": 3, "chat": CHAT, "dice": {}}), Strange("other", "3")),
        (update(my_chat_member={"chat": CHAT, "new_chat_member": {"status": "kicked"}}), Left()),
        (update(my_chat_member={"chat": CHAT, "new_chat_member": {"status": "member"}}), Returned()),
        (update(callback_query={"id": "1", "from": SENDER, "data": "zz.1.0"}), Tapped(1295, 1, 0, None)),
        (
            update(callback_query={"id": "1", "from": SENDER, "message": {"message_id": 9, "date": 0, "chat": CHAT}}),
            Strange("tap", "9"),
        ),
    ],
)
def test_what_updates_are_read_as(raw: bytes, what: object) -> None:
    """Each kind of update of a private chat becomes one arrival from that chat."""
    read = arrival(raw)
    assert read is not None
    assert (read.door, read.address, read.what) == ("telegram", "7", what)
    assert peek(raw).address == "7"


def test_the_device_tells_its_language() -> None:
    """The language is what the sender's app says."""
    read = arrival(update(message={"message_id": 3, "chat": CHAT, "from": SENDER, "text": "hej"}))
    assert read == Arrival("telegram", "7", Said("hej", "3"), "fi")


@pytest.mark.parametrize(
    "raw",
    [
        update(message={"message_id": 3, "chat": {"id": -7, "type": "group"}, "text": "hej"}),
        update(message={"message_id": 3, "chat": CHAT, "pinned_message": {}}),
        update(edited_message={"message_id": 3, "chat": CHAT, "location": {}}),
        update(my_chat_member={"chat": CHAT, "new_chat_member": {"status": "restricted"}}),
    ],
)
def test_what_asks_for_nothing(raw: bytes) -> None:
    """Groups, Telegram's own notices and edits without words are nobody's reply."""
    assert arrival(raw) is None


@pytest.mark.parametrize(
    "data", ["", "1", "1.1", "1.1.1.1", "-1.1.1", "A.1.1", "1.1.1\n", "zzzzzzzzzzzzz.1.1", "٣.1.1"]
)
def test_foreign_buttons_are_strange(data: str) -> None:
    """Whatever is not exactly of our making is no button of ours, nor a number the store can't hold."""
    read = arrival(update(callback_query={"id": "1", "from": SENDER, "data": data}))
    assert read is not None
    assert read.what == Strange("tap")


@given(st.integers(0, 36**12 - 1), st.integers(0, 36**6 - 1), st.integers(0, 36**4 - 1))
def test_our_buttons_are_read_as_they_were_made(outbox: int, attempt: int, button: int) -> None:
    """The three numbers come back as they went out, within the 64 bytes a button may carry."""
    data = callback_data(outbox, attempt, button)
    assert len(data.encode()) <= 64
    read = arrival(update(callback_query={"id": "1", "from": SENDER, "data": data}))
    assert read is not None
    assert read.what == Tapped(outbox, attempt, button, None)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "chat", "from", "message", "type", "text", "data", "status"]), inner)
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"])


@examples(150)
@given(
    st.binary(max_size=60)
    | st.builds(lambda kind, what: json.dumps({kind: what, "update_id": 1}).encode(), KINDS, ANYTHING)
)
def test_wild_updates_are_read_or_refused(raw: bytes) -> None:
    """Whatever the bytes are, peeking never fails and reading either understands or says NotUnderstood."""
    peek(raw)
    with contextlib.suppress(NotUnderstood):
        arrival(raw)
