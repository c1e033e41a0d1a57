"""Delivery: one outbox row onto the wire, and what its answer proves. Knows nothing of queues, limits or the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError

from bot.doors.telegram.methods import ParseMode, edit_buttons, edit_text, send_document, send_message
from bot.doors.telegram.wire import Flooded, NotSent
from bot.doors.telegram.writing import as_html, as_plain, keyboard, markup
from bot.store import outbox
from bot.store.outbox import Body, Claimed

# The Bot API has no codes but its texts, so these are compared, in lower case and by their beginning.
_UNCHANGED = ("message is not modified",)
_UNREACHABLE = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid", "input_user_deactivated")
_MARKUP = ("can't parse entities",)


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived. `message_key` is the id of a new message, None for an edit."""

    message_key: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be accepted, for this reason."""

    fault: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing reaches this chat: blocked, deactivated, unknown."""

    fault: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not delivered for a reason that passes. `cause`: the way to Telegram is "shut", or "flood" with its seconds."""

    cause: Literal["shut", "flood"]
    fault: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It may have arrived."""

    fault: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Not delivered: the chat has a new id."""

    address: str


Result = Delivered | Refused | Unreachable | Postponed | Doubtful | Moved


async def deliver(bot: Bot, row: Claimed, address: str) -> Result:
    """Put one row on the wire, once; a second time at once, without markup, if Telegram can't parse its HTML.

    `address` is the chat's id as text. Raises nothing but CancelledError; when cancelled, it may have arrived.
    """
    try:
        body = outbox.read(row.body)
        chat = int(address)
    except (msgspec.DecodeError, ValueError) as error:
        return Refused(f"unreadable row ({type(error).__name__})")
    try:
        try:
            return await _put(bot, row, chat, body, "HTML")
        except BadRequest as error:
            if not _begins(error, _MARKUP):
                raise
            return await _put(bot, row, chat, body, None)
    except Flooded as flooded:
        return Postponed("flood", "flood", flooded.seconds)
    except (NotSent, InvalidToken, Conflict) as error:
        return Postponed("shut", error.message)
    except ChatMigrated as moved:
        return Moved(str(moved.new_chat_id))
    except Forbidden as error:
        return Unreachable(error.message)
    except BadRequest as error:
        return _refused(row, error)
    except TelegramError as error:
        return Doubtful(error.message)
    except Exception as error:
        # Telegram answered "ok" with something that is no message: it arrived, but nobody knows its id.
        return Doubtful(f"strange answer ({type(error).__name__})")


async def _put(bot: Bot, row: Claimed, chat: int, body: Body, mode: ParseMode | None) -> Delivered:
    text = as_html(body) if mode is not None else as_plain(body)
    if row.kind == "send" and body.document is not None:
        return Delivered(str(await send_document(bot, chat, text, mode, body.document)))
    if row.kind == "send":
        return Delivered(str(await send_message(bot, chat, text, mode, markup(body, row.id, row.attempts))))
    buttons = keyboard(body, row.id, row.attempts)
    key = int(row.edits_key or 0)
    if text:
        await edit_text(bot, chat, key, text, mode, buttons)
    else:
        await edit_buttons(bot, chat, key, buttons)
    return Delivered(None)


def _refused(row: Claimed, error: BadRequest) -> Result:
    if row.kind == "edit" and _begins(error, _UNCHANGED):
        return Delivered(None)
    if _begins(error, _UNREACHABLE):
        return Unreachable(error.message)
    return Refused(error.message)


def _begins(error: TelegramError, texts: tuple[str, ...]) -> bool:
    return error.message.lower().removeprefix("bad request: ").startswith(texts)
