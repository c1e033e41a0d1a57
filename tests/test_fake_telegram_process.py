"""As a process of its own the server keeps citizens and updates while bots come and go."""

from __future__ import annotations

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError

from tests.fake_telegram import DEFAULT_TOKEN, Fault
from tests.fake_telegram.control import launched


async def test_another_process_drives_people_and_faults() -> None:
    """Through the control API people act and are seen, faults strike, failures come back as such."""
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ja", callback_data="1")]])
    async with (
        launched("--no-limits", "--no-oracle") as control,
        Bot(DEFAULT_TOKEN, base_url=f"{control.url}/bot") as bot,
    ):
        citizen = await control.citizen(7_000_000_001, language_code="fi")
        await citizen.starts("kod")
        updates = await bot.get_updates()
        assert updates[0].message is not None
        assert updates[0].message.text == "/start kod"
        assert len(await control.pending()) == 1
        await bot.get_updates(offset=updates[0].update_id + 1)
        await control.drained()

        await control.fault("sendMessage", Fault.REPLY_LOST)
        with pytest.raises(NetworkError):
            await bot.send_message(citizen.id, "Fråga", reply_markup=markup)
        assert (await citizen.hears()).buttons == [[("Ja", "1")]]
        await bot.send_message(citizen.id, "Fråga", reply_markup=markup)
        assert (await citizen.sees("Fråga")).message_id == 3
        assert len(await citizen.deliveries()) == 2

        tap = await citizen.taps("Ja")
        await citizen.taps_again(tap)
        await bot.answer_callback_query(tap["callback_query"]["id"], "Tack")
        assert [toast.text for toast in await citizen.toasts()] == ["Tack"]
        with pytest.raises(AssertionError, match="no button 'Nej'"):
            await citizen.taps("Nej")
        with pytest.raises(ValueError, match="no such action"):
            await citizen.acts("describe_screen")

        crowd = await control.crowd(range(8_000_000_001, 8_000_000_004))
        sent = await control.acts([(person.id, "sends", ["hej"]) for person in crowd])
        assert [update["message"]["text"] for update in sent] == ["hej"] * 3
        await control.moves_clock(ahead=151)
        assert [next(iter(update.keys() - {"update_id"})) for update in await control.pending()] == ["message"] * 3

        asked = await control.requests("sendMessage")
        assert [request["fault"] for request in asked] == ["reply_lost", None]
        assert (await control.counts())["sendMessage"] == 2
        assert await control.violations() == []
        assert (await citizen.screen())[0].text == "/start kod"
