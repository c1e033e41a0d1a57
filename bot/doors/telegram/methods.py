"""The methods that are called for every message, their parameters as JSON. The rest goes by python-telegram-bot.

Its objects cost more than all else that a message needs, so what is sent again and again is written here at once, and
of an answer only what is needed is read. Decides nothing, and raises what the wire raises.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from telegram import Bot

from bot.doors.telegram.wire import InDoubt, JsonRequest
from bot.doors.telegram.writing import Keyboard, Markup
from bot.store.outbox import Document

ParseMode = Literal["HTML"]


class _Send(msgspec.Struct, omit_defaults=True):
    chat_id: int
    text: str
    parse_mode: ParseMode | None = None
    reply_markup: Markup | None = None


class _EditText(msgspec.Struct, omit_defaults=True):
    chat_id: int
    message_id: int
    text: str
    parse_mode: ParseMode | None = None
    reply_markup: Keyboard | None = None


class _EditButtons(msgspec.Struct, omit_defaults=True):
    chat_id: int
    message_id: int
    reply_markup: Keyboard | None = None


class _AnswerTap(msgspec.Struct):
    callback_query_id: str


class _Message(msgspec.Struct):
    message_id: int


class _Sent(msgspec.Struct):
    result: _Message


class _Done(msgspec.Struct):
    result: msgspec.Raw


_PICTURES = ("image/png", "image/jpeg")

_encoded = msgspec.json.Encoder().encode
_SENT = msgspec.json.Decoder(_Sent)
_DONE = msgspec.json.Decoder(_Done)


async def send_message(bot: Bot, chat: int, text: str, mode: ParseMode | None, beside: Markup | None) -> int:
    """sendMessage; returns the new message's id. InDoubt where the answer tells none: then it arrived."""
    answer = await _called(bot, "sendMessage", _Send(chat, text, mode, beside))
    try:
        return _SENT.decode(answer).result.message_id
    except (msgspec.DecodeError, RecursionError):
        raise InDoubt("the answer of Telegram holds no message") from None


async def send_document(bot: Bot, chat: int, caption: str, mode: ParseMode | None, document: Document) -> int:
    """sendPhoto for a picture, else sendDocument, as a form; returns and raises as `send_message`."""
    name = "photo" if document.kind in _PICTURES else "document"
    fields = {"chat_id": str(chat), "caption": caption}
    if mode is not None:
        fields["parse_mode"] = mode
    answer = await _wire(bot).post_file(f"{bot.base_url}/send{name.title()}", fields, name, document)
    try:
        return _SENT.decode(answer).result.message_id
    except (msgspec.DecodeError, RecursionError):
        raise InDoubt("the answer of Telegram holds no message") from None


async def edit_text(
    bot: Bot, chat: int, message: int, text: str, mode: ParseMode | None, buttons: Keyboard | None
) -> None:
    """editMessageText; without `buttons` those that stand there go."""
    _check(await _called(bot, "editMessageText", _EditText(chat, message, text, mode, buttons)))


async def edit_buttons(bot: Bot, chat: int, message: int, buttons: Keyboard | None) -> None:
    """editMessageReplyMarkup; without `buttons` those that stand there go."""
    _check(await _called(bot, "editMessageReplyMarkup", _EditButtons(chat, message, buttons)))


async def answer_tap(bot: Bot, tap: str) -> None:
    """answerCallbackQuery: the app stops showing its clock on the button."""
    _check(await _called(bot, "answerCallbackQuery", _AnswerTap(tap)))


async def _called(bot: Bot, method: str, parameters: msgspec.Struct) -> bytes:
    return await _wire(bot).post_json(f"{bot.base_url}/{method}", _encoded(parameters))


def _wire(bot: Bot) -> JsonRequest:
    request = bot.request
    if not isinstance(request, JsonRequest):
        raise TypeError("the bot of the Telegram door was built without its wire")
    return request


def _check(answer: bytes) -> None:
    try:
        _DONE.decode(answer)
    except (msgspec.DecodeError, RecursionError):
        raise InDoubt("the answer of Telegram holds no result") from None
