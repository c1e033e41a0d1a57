"""What the door writes and reads without python-telegram-bot's objects, against the fake Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from telegram import Bot

from bot.doors.telegram.methods import answer_tap, edit_buttons, edit_text, send_message
from bot.doors.telegram.wire import InDoubt, Wire
from bot.doors.telegram.writing import Key, Keyboard
from tests.fake_telegram import FakeTelegram, Fault

BUTTONS = Keyboard([[Key("Ja", "1"), Key("Nej", "2")], [Key("Hoppa över", "3")]])


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as running:
        yield running


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with Wire() as wire:
        yield Bot(server.token, base_url=server.base_url, request=wire, get_updates_request=wire)


async def test_messages_arrive_as_written(server: FakeTelegram, bot: Bot) -> None:
    """Text, markup and buttons stand in the chat; edits change or take them away; a tap is answered."""
    citizen = server.citizen(has_written=True)
    message = await send_message(bot, citizen.id, "Hej <b>och</b> &amp; 😀", "HTML", BUTTONS)
    shown = await citizen.sees("Hej och & 😀")
    assert (shown.message_id, shown.labels) == (message, ["Ja", "Nej", "Hoppa över"])
    await edit_text(bot, citizen.id, message, "1 < 2", None, BUTTONS)
    assert (await citizen.sees("1 < 2")).labels == ["Ja", "Nej", "Hoppa över"]
    tap = await citizen.taps("Nej")
    await answer_tap(bot, tap["callback_query"]["id"])
    assert len(citizen.toasts) == 1
    await edit_buttons(bot, citizen.id, message, None)
    assert [one.labels for one in citizen.screen] == [[]]


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery"])
async def test_an_answer_without_sense_leaves_it_in_doubt(server: FakeTelegram, bot: Bot, method: str) -> None:
    """A 200 that can't be read may have been carried out: never taken for a refusal, nor for a success."""
    citizen = server.citizen(has_written=True)
    message = await send_message(bot, citizen.id, "Hej", None, BUTTONS)
    tap = (await citizen.taps("Ja"))["callback_query"]["id"]
    server.faults.next(method, Fault.GARBAGE)
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "sendMessage": lambda: send_message(bot, citizen.id, "Hej", None, None),
        "editMessageText": lambda: edit_text(bot, citizen.id, message, "Du", None, None),
        "editMessageReplyMarkup": lambda: edit_buttons(bot, citizen.id, message, None),
        "answerCallbackQuery": lambda: answer_tap(bot, tap),
    }
    with pytest.raises(InDoubt):
        await calls[method]()


async def test_a_bot_without_the_wire_is_refused() -> None:
    """Python-telegram-bot's own way to send requests doesn't tell what a failure proves."""
    with pytest.raises(TypeError, match="without its wire"):
        await answer_tap(Bot("1:x"), "1")
