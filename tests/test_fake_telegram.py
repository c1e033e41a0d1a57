"""The fake Bot API server speaks like the real one: messages, keyboards, texts of errors, strictness."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.fake_telegram import Citizen, FakeTelegram


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """Telegram's clock."""
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[FakeTelegram]:
    """A server without flood limits that objects at the end to what a bot did wrong."""
    async with FakeTelegram(limits=None, now=clock) as running:
        yield running


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    """python-telegram-bot's client, speaking to the server."""
    async with Bot(server.token, base_url=server.base_url) as client:
        yield client


@pytest.fixture
def citizen(server: FakeTelegram) -> Citizen:
    """A person the bot may write to."""
    return server.citizen(has_written=True)


async def call(server: FakeTelegram, method: str, **params: object) -> str:
    """Ask without a client library; "" when it went well, else the description."""
    address = f"{server.base_url}{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(address, json=params) as reply:
        answer = await reply.json()
    assert reply.status == (200 if answer["ok"] else answer["error_code"])
    return str(answer.get("description", ""))


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    """One row of buttons whose data is the label."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label) for label in labels]])


async def test_a_sent_message_is_on_the_screen_as_plain_text_with_entities(bot: Bot, citizen: Citizen) -> None:
    """HTML is parsed, buttons are shown, entity offsets count UTF-16 units."""
    sent = await bot.send_message(
        citizen.id, "🏟 <b>Hej</b> &amp; hå", parse_mode="HTML", reply_markup=keyboard("Ja", "Nej")
    )
    shown = citizen.screen[-1]
    assert (shown.text, shown.html) == ("🏟 Hej & hå", "🏟 <b>Hej</b> &amp; hå")
    assert shown.entities == [{"type": "bold", "offset": 3, "length": 3}]
    assert shown.buttons == [[("Ja", "Ja"), ("Nej", "Nej")]]
    assert sent.text == shown.text
    assert sent.from_user is not None
    assert sent.from_user.id == bot.id


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("<b></b>", "Text must be non-empty"),
        ("å" * 4097, "Message is too long"),
        ("<b>" + "å" * 4097 + "</b>", "Message is too long"),
        ("å" * 16_385, "Text is too long"),
        ("<b>x", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
    ],
)
async def test_unsound_text_is_refused_in_telegrams_words(bot: Bot, citizen: Citizen, text: str, error: str) -> None:
    """Empty, blank, too long or badly marked text gets a 400 with the known description."""
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(citizen.id, text, parse_mode="HTML")
    assert refused.value.message.lower() == error.lower()
    assert citizen.screen == []


async def test_length_counts_after_parsing(bot: Bot, citizen: Citizen) -> None:
    """4096 characters inside tags pass, because tags don't count."""
    await bot.send_message(citizen.id, "<b>" + "å" * 4096 + "</b>", parse_mode="HTML")
    assert len(citizen.screen[-1].text) == 4096


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("å" * 33, "BUTTON_DATA_INVALID"),
        ("x" * 65, "BUTTON_DATA_INVALID"),
        ("", "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    ],
)
async def test_callback_data_holds_one_to_64_bytes(
    server: FakeTelegram, citizen: Citizen, data: str, error: str
) -> None:
    """Bytes count, not characters, and empty data is refused."""
    for given, answer in ((data, f"Bad Request: {error}"), ("å" * 32, "")):
        markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": given}]]}
        assert await call(server, "sendMessage", chat_id=citizen.id, text="x", reply_markup=markup) == answer


async def test_an_edit_without_keyboard_removes_it_and_the_same_again_is_not_modified(
    bot: Bot, citizen: Citizen
) -> None:
    """editMessageText replaces text and keyboard; nothing changed is a 400."""
    sent = await bot.send_message(citizen.id, "a", reply_markup=keyboard("Ja"))
    await bot.edit_message_text("b", citizen.id, sent.message_id)
    assert citizen.screen[-1].buttons == []
    assert citizen.screen[-1].edited_times == 1
    with pytest.raises(BadRequest, match=r"^Message is not modified: specified new message content"):
        await bot.edit_message_text("b", citizen.id, sent.message_id)
    with pytest.raises(BadRequest, match=r"^Message is not modified"):
        await bot.edit_message_reply_markup(citizen.id, sent.message_id)
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await bot.edit_message_text("b", citizen.id, 999)
    assert [delivery.kind for delivery in citizen.deliveries] == ["message", "edit"]


async def test_only_the_bots_own_texts_can_be_edited(bot: Bot, citizen: Citizen) -> None:
    """A citizen's message and a document's caption are no texts of the bot."""
    update = await citizen.sends("hej")
    with pytest.raises(BadRequest, match=r"^Message can't be edited$"):
        await bot.edit_message_text("b", citizen.id, update["message"]["message_id"])
    document = await bot.send_document(citizen.id, b"x", filename="x.xlsx")
    with pytest.raises(BadRequest, match=r"^There is no text in the message to edit$"):
        await bot.edit_message_text("b", citizen.id, document.message_id)


async def test_deleting_removes_from_the_screen_for_48_hours(bot: Bot, citizen: Citizen, clock: Clock) -> None:
    """A deleted message is gone, a second deletion and an old message are refused."""
    sent = await bot.send_message(citizen.id, "a")
    await bot.delete_message(citizen.id, sent.message_id)
    assert citizen.screen == []
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await bot.delete_message(citizen.id, sent.message_id)
    old = await bot.send_message(citizen.id, "a")
    clock.seconds += 48 * 3600 + 1
    with pytest.raises(BadRequest, match=r"^Message can't be deleted for everyone$"):
        await bot.delete_message(citizen.id, old.message_id)


async def test_who_cant_be_written_to_is_refused(server: FakeTelegram, bot: Bot, citizen: Citizen) -> None:
    """Unknown, never wrote, blocked, deactivated and upgraded chats each have their own answer."""
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await bot.send_message(424242, "a")
    stranger = server.citizen()
    with pytest.raises(Forbidden, match=r"bot can't initiate conversation with a user$"):
        await bot.send_message(stranger.id, "a")
    await stranger.starts("abc")
    await bot.send_message(stranger.id, "a")
    await citizen.blocks()
    with pytest.raises(Forbidden, match=r"bot was blocked by the user$"):
        await bot.send_message(citizen.id, "a")
    await citizen.unblocks()
    await bot.send_message(citizen.id, "a")
    await citizen.leaves_telegram()
    with pytest.raises(Forbidden, match=r"user is deactivated$"):
        await bot.send_message(citizen.id, "a")
    group = server.group()
    await stranger.joins_group(group)
    await bot.send_message(group.id, "a")
    group.migrates_to(-1009)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "a")
    assert moved.value.new_chat_id == -1009


async def test_a_left_group_hears_nothing_more(server: FakeTelegram, bot: Bot, citizen: Citizen) -> None:
    """leaveChat ends membership, and private chats can't be left."""
    group = server.group()
    await citizen.joins_group(group)
    await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(group.id, "a")
    with pytest.raises(BadRequest):
        await bot.leave_chat(citizen.id)


async def test_a_tap_is_answered_once_and_within_150_seconds(bot: Bot, citizen: Citizen, clock: Clock) -> None:
    """The toast reaches the citizen; a second, a late and an unknown answer are refused."""
    await bot.send_message(citizen.id, "a", reply_markup=keyboard("Ja", "Nej"))
    tap = await citizen.taps("Ja")
    with pytest.raises(BadRequest):
        await bot.answer_callback_query(tap["callback_query"]["id"], "x" * 201)
    await bot.answer_callback_query(tap["callback_query"]["id"], "Tack")
    assert (await citizen.is_answered(tap)).text == "Tack"
    too_old = r"^Query is too old and response timeout expired or query id is invalid$"
    with pytest.raises(BadRequest, match=too_old):
        await bot.answer_callback_query(tap["callback_query"]["id"])
    late = await citizen.taps("Nej")
    clock.seconds += 151
    with pytest.raises(BadRequest, match=too_old):
        await bot.answer_callback_query(late["callback_query"]["id"])


async def test_an_uploaded_document_keeps_its_bytes(bot: Bot, citizen: Citizen) -> None:
    """A multipart upload can be read back, and sent again by its file id."""
    sent = await bot.send_document(citizen.id, b"PK\x03\x04", filename="vecka.xlsx", caption="Vecka 47")
    kept = citizen.screen[-1].document
    assert kept is not None
    assert (kept.name, kept.content, citizen.screen[-1].text) == ("vecka.xlsx", b"PK\x03\x04", "Vecka 47")
    assert sent.document is not None
    again = await bot.send_document(citizen.id, sent.document.file_id)
    assert again.document is not None
    assert again.document.file_name == "vecka.xlsx"
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_photo(citizen.id, b"jpg", caption="x" * 1025)


async def test_a_file_part_must_be_pointed_to(server: FakeTelegram, citizen: Citizen) -> None:
    """attach:// names the part of a file; a part that nothing names is a violation."""
    form = aiohttp.FormData({"chat_id": str(citizen.id), "document": "attach://f1"})
    form.add_field("f1", b"PK", filename="a.txt")
    form.add_field("f2", b"x", filename="b.txt")
    address = f"{server.base_url}{server.token}/sendDocument"
    async with aiohttp.ClientSession() as session, session.post(address, data=form) as reply:
        assert (await reply.json())["ok"]
    kept = citizen.screen[-1].document
    assert kept is not None
    assert kept.name == "a.txt"
    assert server.forgive() == ["sendDocument: no such parameter: f2"]


async def test_a_reply_keyboard_stays_until_removed(bot: Bot, citizen: Citizen) -> None:
    """Its buttons are labels that arrive as plain text; they are no inline buttons."""
    await bot.send_message(citizen.id, "a", reply_markup=ReplyKeyboardMarkup([["Ja", "Nej"]]))
    assert citizen.keyboard == [["Ja", "Nej"]]
    assert citizen.screen[-1].buttons == []


async def test_commands_and_texts_are_kept_per_language(server: FakeTelegram, bot: Bot) -> None:
    """What is set comes back; the menu prefers scope, then language."""
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("help", "Help")], scope=private)
    await bot.set_my_commands([BotCommand("hjalp", "Hjälp")], scope=private, language_code="sv")
    assert (await bot.get_my_commands(scope=private, language_code="sv"))[0].command == "hjalp"
    assert server.profile.menu("sv") == ["hjalp"]
    assert server.profile.menu("fi") == ["help"]
    await bot.delete_my_commands(scope=private, language_code="sv")
    assert server.profile.menu("sv") == ["help"]
    await bot.set_my_description("Beskrivning", language_code="sv")
    await bot.set_my_name("Kundresan")
    assert (await bot.get_my_description("sv")).description == "Beskrivning"
    assert (await bot.get_my_description("fi")).description == ""
    for wrong in (BotCommand("Hjälp", "x"), BotCommand("x" * 33, "x"), BotCommand("x", "y" * 257)):
        with pytest.raises(BadRequest):
            await bot.set_my_commands([wrong])
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("x" * 121)


async def test_all_ways_to_write_a_request_mean_the_same(server: FakeTelegram, citizen: Citizen) -> None:
    """Form, multipart, JSON and query string carry the same parameters; the token may be URL-encoded."""
    markup = '{"inline_keyboard":[[{"text":"Ja","callback_data":"1"}]]}'
    values = {"chat_id": str(citizen.id), "text": "a", "reply_markup": markup}
    address = f"{server.url}/bot{server.token.replace(':', '%3A')}/sendmessage"
    multipart = aiohttp.FormData(values, default_to_multipart=True)
    async with aiohttp.ClientSession() as session:
        for sent in ({"data": values}, {"data": multipart}, {"json": values}, {"params": values}):
            async with session.post(address, **sent) as reply:
                assert (await reply.json())["ok"]
    assert [message.labels for message in citizen.screen] == [["Ja"]] * 4
    assert all(request.params["chat_id"] == citizen.id for request in server.requests)


async def test_a_wrong_token_is_unauthorized(server: FakeTelegram, citizen: Citizen) -> None:
    """Another token gets 401 Unauthorized, changes nothing, and is no violation of the bot."""
    rightful, server.token = server.token, "1:x"
    address = f"{server.base_url}{rightful}/sendMessage"
    async with aiohttp.ClientSession() as session, session.post(address, json={}) as reply:
        answer = await reply.json()
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert citizen.screen == []


async def test_unknown_methods_and_parameters_are_violations(server: FakeTelegram, citizen: Citizen) -> None:
    """The server notes what the Bot API doesn't know, nested fields included, by its name."""
    assert await call(server, "sendPigeon") == "Not Found: method not found"
    assert await call(server, "sendMessage", chat_id=citizen.id, text="a", colour="red") == ""
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1", "size": "big"}]]}
    assert await call(server, "sendMessage", chat_id=citizen.id, text="a", reply_markup=markup) == ""
    assert await call(server, "sendMessage", chat_id=citizen.id) == "Bad Request: message text is empty"
    found = server.forgive()
    assert len(found) == 4
    for wanted in ("sendPigeon", "colour", "inline_keyboard[0][0].size", "sendMessage: text: Field required"):
        assert any(wanted in violation for violation in found), wanted
    assert server.violations == []


async def test_violations_fail_the_test_that_made_them() -> None:
    """Leaving the block raises AssertionError naming the violation."""
    with pytest.raises(AssertionError, match="no such parameter: colour"):
        async with FakeTelegram(oracle=False) as server:
            assert await call(server, "getMe", colour="red") == ""
