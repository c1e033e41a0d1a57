"""Faults strike as planned, floods are held back, people wait without polling, and outages end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.fake_telegram import Citizen, FakeTelegram, Fault, Limits


class Ticks:
    """A stopwatch that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let python-telegram-bot give retry_after as it will in future: without it, RetryAfter warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def ticks() -> Ticks:
    """The stopwatch of the flood limits."""
    return Ticks()


@pytest.fixture
async def server(ticks: Ticks) -> AsyncIterator[FakeTelegram]:
    """A server whose flood limits a test can outwait."""
    async with FakeTelegram(ticks=ticks, oracle=False) as running:
        yield running


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    """python-telegram-bot's client."""
    async with Bot(server.token, base_url=server.base_url) as client:
        yield client


@pytest.fixture
def citizen(server: FakeTelegram) -> Citizen:
    """A person the bot may write to."""
    return server.citizen(has_written=True)


@pytest.mark.parametrize(
    ("fault", "error", "delivered"),
    [
        (Fault.REPLY_LOST, NetworkError, 1),
        (Fault.CUT, NetworkError, 0),
        (Fault.TOO_MANY, RetryAfter, 0),
        (Fault.INTERNAL_500, NetworkError, 0),
        (Fault.BAD_GATEWAY_HTML, NetworkError, 0),
        (Fault.UNAUTHORIZED, InvalidToken, 0),
        (Fault.NOT_FOUND, InvalidToken, 0),
        (Fault.CONFLICT, Conflict, 0),
        (Fault.BLOCKED, Forbidden, 0),
        (Fault.GARBAGE, Exception, 1),
    ],
)
async def test_a_fault_strikes_once_and_delivers_or_not(
    server: FakeTelegram, bot: Bot, citizen: Citizen, fault: Fault, error: type[Exception], delivered: int
) -> None:
    """Each fault has its error at the client and its truth at the citizen; the next send is well."""
    planned = server.faults.next("sendMessage", fault, retry_after=7)
    with pytest.raises(error):
        await bot.send_message(citizen.id, "a")
    assert len(citizen.deliveries) == delivered
    assert (planned.happened, server.requests[-1].fault) == (1, fault)
    await bot.send_message(citizen.id, "b")
    assert len(citizen.deliveries) == delivered + 1
    assert server.faults.waiting == []


async def test_a_429_says_how_long_to_wait(server: FakeTelegram, bot: Bot, citizen: Citizen) -> None:
    """The number given is in the JSON and in the header."""
    server.faults.next("sendMessage", Fault.TOO_MANY, retry_after=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(citizen.id, "a")
    answer = server.requests[-1].answer
    assert answer is not None
    assert answer.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert answer.headers == {"Retry-After": "7"}


async def test_a_fault_can_mean_one_chat_several_times(server: FakeTelegram, bot: Bot, citizen: Citizen) -> None:
    """Other chats and other methods pass untouched."""
    other = server.citizen(has_written=True)
    server.faults.next("sendMessage", Fault.BLOCKED, times=2, chat=citizen.id)
    await bot.send_message(other.id, "a")
    for _ in range(2):
        with pytest.raises(Forbidden):
            await bot.send_message(citizen.id, "a")
    await bot.send_message(citizen.id, "a")
    server.faults.next("*", Fault.UNAUTHORIZED)
    with pytest.raises(InvalidToken):
        await bot.get_me()


async def test_a_slow_answer_comes_after_the_delivery(server: FakeTelegram, bot: Bot, citizen: Citizen) -> None:
    """The citizen has the message while the bot still waits for its answer."""
    planned = server.faults.next("sendMessage", Fault.SLOW)
    sending = asyncio.create_task(bot.send_message(citizen.id, "a"))
    assert (await citizen.hears()).text == "a"
    assert not sending.done()
    planned.release()
    assert (await sending).text == "a"


async def test_one_chat_gets_a_burst_then_one_a_second(bot: Bot, citizen: Citizen, ticks: Ticks) -> None:
    """Five at once pass, edits count like messages, answers to taps are free."""
    sent = await bot.send_message(citizen.id, "0")
    for number in range(4):
        await bot.edit_message_text(str(number + 1), citizen.id, sent.message_id)
    with pytest.raises(RetryAfter):
        await bot.send_message(citizen.id, "x")
    for _ in range(40):
        with pytest.raises(BadRequest, match="query id is invalid"):
            await bot.answer_callback_query("1")
    ticks.seconds += 1
    await bot.send_message(citizen.id, "y")
    with pytest.raises(RetryAfter):
        await bot.send_message(citizen.id, "z")


async def test_all_chats_together_get_thirty_a_second(server: FakeTelegram, bot: Bot, ticks: Ticks) -> None:
    """The thirty-first message of a moment waits, whoever it is for."""
    people = [server.citizen(has_written=True) for _ in range(31)]
    for person in people[:30]:
        await bot.send_message(person.id, "a")
    with pytest.raises(RetryAfter):
        await bot.send_message(people[30].id, "a")
    ticks.seconds += 1 / 30
    await bot.send_message(people[30].id, "a")


async def test_a_group_gets_twenty_a_minute(server: FakeTelegram, bot: Bot, citizen: Citizen, ticks: Ticks) -> None:
    """Writing every second, a group takes the first twenty and then one in three seconds."""
    group = server.group()
    await citizen.joins_group(group)
    ticks.seconds = 100.0
    passed = 0
    for _ in range(60):
        ticks.seconds += 1
        with suppress(RetryAfter):
            await bot.send_message(group.id, "a")
            passed += 1
    assert passed == 20 + 60 // 3 - 1


async def test_limits_can_be_set_or_left_out() -> None:
    """`limits=None` lets everything pass; own numbers hold."""
    for limits, passes in ((None, 50), (Limits(chat_burst=2, chat_per_second=0.001), 2)):
        async with FakeTelegram(limits=limits, oracle=False) as server:
            person = server.citizen(has_written=True)
            async with Bot(server.token, base_url=server.base_url) as bot:
                for _ in range(passes):
                    await bot.send_message(person.id, "a")
                if limits is not None:
                    with pytest.raises(RetryAfter):
                        await bot.send_message(person.id, "a")


async def test_waiting_people_wake_at_the_message(bot: Bot, citizen: Citizen) -> None:
    """sees() and hears() return at the message; hears() returns each once, in order."""
    waiting = asyncio.create_task(citizen.sees("två"))
    await bot.send_message(citizen.id, "ett")
    sent = await bot.send_message(citizen.id, "två")
    assert (await waiting).message_id == sent.message_id
    await bot.edit_message_text("tre", citizen.id, sent.message_id)
    assert [(await citizen.hears()).text for _ in range(3)] == ["ett", "två", "tre"]
    assert (await citizen.sees(lambda shown: shown.edited_times == 1)).text == "tre"


async def test_waiting_in_vain_tells_what_is_on_the_screen(bot: Bot, citizen: Citizen) -> None:
    """The failed test reads the screen, buttons included, in the error."""
    await bot.send_message(citizen.id, "Fråga")
    await citizen.hears()
    with pytest.raises(AssertionError, match=r"does not see 'två'; the screen shows \n.*bot: 'Fråga'"):
        await citizen.sees("två", timeout=0.01)
    with pytest.raises(AssertionError, match="hears nothing new"):
        await citizen.hears(timeout=0.01)
    with pytest.raises(AssertionError, match=r"no button 'Nej'(.|\n)*Fråga"):
        await citizen.taps("Nej")


async def test_who_has_blocked_can_not_write(citizen: Citizen) -> None:
    """A client must unblock first; Start does that by itself."""
    await citizen.blocks()
    with pytest.raises(AssertionError, match="unblocks"):
        await citizen.sends("a")
    update = await citizen.starts("kod")
    assert update["message"]["text"] == "/start kod"


async def test_an_outage_forgets_nothing(server: FakeTelegram, bot: Bot, citizen: Citizen) -> None:
    """Stopped, the port refuses; started again on the same port, all updates are there."""
    await citizen.sends("a")
    port = server.port
    await server.stop()
    with pytest.raises(NetworkError):
        await bot.get_updates()
    await citizen.sends("b")
    await server.start()
    assert server.port == port
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["a", "b"]
