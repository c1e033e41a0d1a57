"""Updates reach the bot as the real server hands them out: offsets, lifetimes, conflicts, webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web
from telegram import Update

from tests.fake_telegram import Citizen, FakeTelegram
from tests.fake_telegram.bell import Bell
from tests.fake_telegram.wire import JsonObject


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


class Caller:
    """A bot that is nothing but raw requests."""

    def __init__(self, server: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self._base = f"{server.base_url}{server.token}/"
        self._session = session

    async def __call__(self, method: str, **params: object) -> JsonObject:
        async with self._session.post(self._base + method, json=params) as reply:
            answer: JsonObject = await reply.json()
            return answer

    async def updates(self, offset: int = 0, timeout: int = 0, **more: object) -> list[JsonObject]:  # noqa: ASYNC109
        """Ask getUpdates, which must succeed."""
        answer = await self("getUpdates", offset=offset, timeout=timeout, **more)
        assert answer["ok"], answer
        found: list[JsonObject] = answer["result"]
        return found


@pytest.fixture
def clock() -> Clock:
    """Telegram's clock."""
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[FakeTelegram]:
    """A server without flood limits."""
    async with FakeTelegram(limits=None, now=clock, backoff=0.001, oracle=False) as running:
        yield running


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Caller]:
    """A raw client."""
    async with aiohttp.ClientSession() as session:
        yield Caller(server, session)


@pytest.fixture
def citizen(server: FakeTelegram) -> Citizen:
    """A person."""
    return server.citizen(has_written=True)


def texts(updates: list[JsonObject]) -> list[str]:
    """The texts of message updates."""
    return [update["message"]["text"] for update in updates]


async def test_only_a_higher_offset_forgets(bot: Caller, citizen: Citizen) -> None:
    """Numbers rise by one from a random start; what is not acknowledged comes again."""
    numbers = [(await citizen.sends(text))["update_id"] for text in "abc"]
    assert numbers[0] > 2_000_000
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert texts(await bot.updates()) == ["a", "b", "c"]
    assert texts(await bot.updates(limit=2)) == ["a", "b"]
    assert texts(await bot.updates(offset=numbers[1])) == ["b", "c"]
    assert texts(await bot.updates()) == ["b", "c"]
    assert texts(await bot.updates(offset=numbers[2] + 1)) == []
    assert texts(await bot.updates()) == []


async def test_a_negative_offset_keeps_the_last(bot: Caller, citizen: Citizen) -> None:
    """offset -1 returns the newest update and forgets the rest."""
    for text in "abc":
        await citizen.sends(text)
    assert texts(await bot.updates(offset=-1)) == ["c"]
    assert texts(await bot.updates()) == ["c"]


async def test_an_offset_far_in_the_future_is_ignored(bot: Caller, citizen: Citizen) -> None:
    """A stale persisted offset from before a renumbering loses nothing."""
    number = (await citizen.sends("a"))["update_id"]
    assert texts(await bot.updates(offset=number + 1000)) == ["a"]
    assert texts(await bot.updates(offset=1)) == ["a"]


async def test_numbers_can_be_drawn_anew(server: FakeTelegram, bot: Caller, citizen: Citizen) -> None:
    """After a silent week the next number may be lower than the last."""
    first = (await citizen.sends("a"))["update_id"]
    await bot.updates(offset=first + 1)
    server.queue.renumber()
    second = (await citizen.sends("b"))["update_id"]
    assert second not in {first, first + 1}
    assert texts(await bot.updates()) == ["b"]


async def test_each_type_has_its_lifetime(server: FakeTelegram, bot: Caller, citizen: Citizen, clock: Clock) -> None:
    """A tap is gone after 150 seconds, messages, edits and member changes after a day."""
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1"}]]}
    await citizen.sends("a")
    await bot("sendMessage", chat_id=citizen.id, text="x", reply_markup=markup)
    await citizen.taps("Ja")
    await citizen.edits(None, "b")
    await citizen.blocks()
    clock.seconds += 149
    kinds = [next(key for key in update if key != "update_id") for update in await bot.updates()]
    assert kinds == ["message", "callback_query", "edited_message", "my_chat_member"]
    clock.seconds += 2
    assert len(await bot.updates()) == 3
    assert [update["callback_query"]["data"] for update in server.queue.expired] == ["1"]
    clock.seconds += 86_400
    assert await bot.updates() == []


async def test_allowed_updates_hold_until_changed(bot: Caller, citizen: Citizen) -> None:
    """Only allowed types are queued from then on; an empty list means the default again."""
    await bot.updates(allowed_updates=["callback_query", "no_such_type"])
    await citizen.sends("a")
    assert await bot.updates() == []
    await bot.updates(allowed_updates=[])
    await citizen.sends("b")
    assert texts(await bot.updates()) == ["b"]


async def test_a_long_poll_is_answered_at_once(server: FakeTelegram, bot: Caller, citizen: Citizen) -> None:
    """A waiting poll returns with the update, not at its timeout."""
    poll = asyncio.create_task(bot.updates(timeout=50))
    await server.requested("getUpdates", answered=False)
    began = asyncio.get_running_loop().time()
    await citizen.sends("a")
    assert texts(await poll) == ["a"]
    assert asyncio.get_running_loop().time() - began < 1


async def test_the_older_of_two_pollers_gets_the_conflict(server: FakeTelegram, bot: Caller, citizen: Citizen) -> None:
    """The new poll waits on, and updates that wait already end in no conflict at all."""
    older = asyncio.create_task(bot("getUpdates", timeout=50))
    await server.requested("getUpdates", answered=False)
    newer = asyncio.create_task(bot.updates(timeout=50))
    assert await older == {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    }
    await citizen.sends("a")
    assert texts(await newer) == ["a"]
    assert [texts(each) for each in await asyncio.gather(bot.updates(), bot.updates(timeout=50))] == [["a"], ["a"]]


async def test_a_killed_poller_is_no_second_poller(server: FakeTelegram, bot: Caller, citizen: Citizen) -> None:
    """When the connection of a waiting poll ends, the next poll meets no conflict."""
    async with aiohttp.ClientSession() as session:
        poll = asyncio.create_task(Caller(server, session)("getUpdates", timeout=50))
        await server.requested("getUpdates", answered=False)
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await server.bell.until(lambda: None if server.queue.polled else True, 5, lambda: "the poll still waits")
    await citizen.sends("a")
    assert texts(await bot.updates(timeout=50)) == ["a"]


async def test_the_repeat_guard_hands_out_one_update(server: FakeTelegram, bot: Caller, citizen: Citizen) -> None:
    """With it, the same offset again within half a second gets a single update."""
    server.queue.repeat_guard = True
    for text in "abc":
        await citizen.sends(text)
    assert texts(await bot.updates()) == ["a", "b", "c"]
    assert texts(await bot.updates()) == ["a"]


async def test_updates_parse_as_what_they_are(bot: Caller, server: FakeTelegram, citizen: Citizen) -> None:
    """python-telegram-bot reads every kind of update a citizen makes, field by field."""
    await citizen.starts("kod")
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1"}]]}
    await bot("sendMessage", chat_id=citizen.id, text="Fråga", reply_markup=markup)
    await citizen.taps("Ja")
    await citizen.edits(None, "/stop nu")
    await citizen.sends_voice()
    await citizen.sends_photo("bild")
    await citizen.sends_sticker()
    await citizen.sends_location()
    await citizen.sends_contact("+358401234567")
    await citizen.taps(data="vad som helst", message_id=77)
    await citizen.blocks()
    await citizen.joins_group(server.group())
    found = [Update.de_json(update) for update in await bot.updates()]
    start, tap, edit, voice, photo, sticker, place, contact, forged, blocked, joined, _ = found
    assert start.message is not None
    assert start.message.text == "/start kod"
    assert start.message.entities[0].type == "bot_command"
    assert tap.callback_query is not None
    assert (tap.callback_query.data, tap.callback_query.from_user.id) == ("1", citizen.id)
    assert tap.callback_query.message is not None
    assert tap.callback_query.message.is_accessible
    assert edit.edited_message is not None
    assert edit.edited_message.edit_date is not None
    assert edit.edited_message.message_id == start.message.message_id
    media = [update.message for update in (voice, photo, sticker, place, contact)]
    for message, kind in zip(media, ("voice", "photo", "sticker", "location", "contact"), strict=True):
        assert message is not None
        assert getattr(message, kind), kind
        assert message.text is None
    assert media[1] is not None
    assert media[1].caption == "bild"
    assert forged.callback_query is not None
    assert forged.callback_query.message is not None
    assert not forged.callback_query.message.is_accessible
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.chat.type == "supergroup"


async def test_the_same_tap_comes_again_under_a_new_number(server: FakeTelegram, bot: Caller, citizen: Citizen) -> None:
    """taps_again keeps the query id; delivers_again keeps the update_id and passes any offset."""
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1"}]]}
    await bot("sendMessage", chat_id=citizen.id, text="x", reply_markup=markup)
    tap = await citizen.taps("Ja")
    again = await citizen.taps_again(tap)
    assert again["callback_query"]["id"] == tap["callback_query"]["id"]
    assert again["update_id"] == tap["update_id"] + 1
    assert await bot.updates(offset=again["update_id"] + 1) == []
    server.delivers_again(tap)
    assert [update["update_id"] for update in await bot.updates(offset=again["update_id"] + 1)] == [tap["update_id"]]
    assert await bot.updates(offset=again["update_id"] + 1) == []
    await server.drained()


class Receiver:
    """A webhook that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[JsonObject, str]] = []
        self.answers: Callable[[JsonObject], int] = lambda update: 200
        self.url = ""
        self.bell = Bell()

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.got.append((update, request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")))
        self.bell.ring()
        return web.Response(status=self.answers(update))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A webhook on loopback."""
    hook = Receiver()
    app = web.Application()
    app.add_routes([web.post("/hook", hook.take)])
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_what_waits_and_what_comes(
    server: FakeTelegram, bot: Caller, citizen: Citizen, receiver: Receiver
) -> None:
    """Delivery carries the secret header; polling meets a conflict until the webhook is deleted."""
    await citizen.sends("a")
    poll = asyncio.create_task(bot("getUpdates", offset=-1, timeout=50))
    assert (await poll)["ok"]
    set_it = {"url": receiver.url, "secret_token": "hemlig"}
    assert (await bot("setWebhook", **set_it))["description"] == "Webhook was set"
    assert (await bot("setWebhook", **set_it))["description"] == "Webhook is already set"
    await citizen.sends("b")
    await server.drained()
    assert [(update["message"]["text"], secret) for update, secret in receiver.got] == [
        ("a", "hemlig"),
        ("b", "hemlig"),
    ]
    assert (await bot("getWebhookInfo"))["result"]["url"] == receiver.url
    refused = await bot("getUpdates")
    assert refused["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    await bot("deleteWebhook")
    assert await bot.updates() == []


async def test_setting_a_webhook_ends_the_poll(server: FakeTelegram, bot: Caller, receiver: Receiver) -> None:
    """The waiting poll gets its own conflict text."""
    poll = asyncio.create_task(bot("getUpdates", timeout=50))
    await server.requested("getUpdates", answered=False)
    await bot("setWebhook", url=receiver.url)
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"


async def test_a_failing_update_holds_up_its_lane_only(
    server: FakeTelegram, bot: Caller, citizen: Citizen, receiver: Receiver
) -> None:
    """It is retried until a 2xx; later messages of that chat wait, other chats and taps don't."""
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1"}]]}
    await bot("sendMessage", chat_id=citizen.id, text="x", reply_markup=markup)
    failing = True
    receiver.answers = lambda update: 500 if failing and update.get("message", {}).get("text") == "a" else 200
    await bot("setWebhook", url=receiver.url)
    await citizen.sends("a")
    await citizen.sends("b")
    await citizen.taps("Ja")
    await server.citizen(has_written=True).sends("c")

    def seen() -> list[str]:
        return [update["message"]["text"] if "message" in update else "tap" for update, _ in receiver.got]

    await receiver.bell.until(
        lambda: True if {"tap", "c"} <= set(seen()) and seen().count("a") > 3 else None, 5, lambda: str(seen())
    )
    assert "b" not in seen()
    info = (await bot("getWebhookInfo"))["result"]
    assert info["pending_update_count"] == 2
    assert "500" in info["last_error_message"]
    failing = False
    await server.drained()
    assert seen()[-2:] == ["a", "b"]


async def test_a_tap_that_outlived_its_time_is_not_delivered(
    server: FakeTelegram, bot: Caller, citizen: Citizen, receiver: Receiver, clock: Clock
) -> None:
    """A webhook that fails for 150 seconds never gets the tap."""
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1"}]]}
    await bot("sendMessage", chat_id=citizen.id, text="x", reply_markup=markup)

    def fail_and_wait(update: JsonObject) -> int:
        clock.seconds += 151
        return 500

    receiver.answers = fail_and_wait
    await bot("setWebhook", url=receiver.url)
    await citizen.taps("Ja")
    await server.drained()
    assert len(receiver.got) == 1
    assert len(server.queue.expired) == 1


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"url": "http://example.org/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://example.org:99/"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "https://example.org/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://example.org/", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_unsound_webhooks_are_refused(bot: Caller, params: dict[str, str], error: str) -> None:
    """Address and secret are checked as Telegram does."""
    assert (await bot("setWebhook", **params))["description"] == f"Bad Request: {error}"
