"""Reading updates: raw bytes -> Arrival. Reads only what is needed, and never python-telegram-bot's objects.

`peek` is for the moment of arrival and reads anything, however broken, as far as it goes. `arrival` is for the turn
and refuses what it doesn't understand, so that the desk parks it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

import msgspec

from bot.arrivals import Arrival, Left, Returned, Said, Shared, Strange, Tapped, What

DOOR = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Twelve digits of base 36 stay below 2^63, the largest id the store can look for.
_BUTTON = re.compile(r"([0-9a-z]{1,12})\.([0-9a-z]{1,6})\.([0-9a-z]{1,4})")
_KINDS = {"voice": "voice", "video_note": "voice", "audio": "voice", "photo": "photo", "sticker": "sticker"}
# What Telegram writes into a chat by itself: nobody said anything.
_NOTICES = ("pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed")


class NotUnderstood(ValueError):
    """An update that can't be read; the message says where, without its content."""


@dataclass(frozen=True, slots=True)
class Peek:
    """What the moment of arrival needs. `tap` is the id of the tap to acknowledge.

    `address` is the private chat, None where none was found. `group` is the id of a chat that is not private, and
    `gone` says that we are no longer in it; `language` is the sender's.
    """

    update_id: int | None
    address: str | None = None
    tap: str | None = None
    group: int | None = None
    gone: bool = False
    language: str | None = None


class _Chat(msgspec.Struct):
    id: int
    type: str


class _User(msgspec.Struct):
    id: int
    language_code: str | None = None


class _Message(msgspec.Struct):
    chat: _Chat
    message_id: int = 0
    sender: _User | None = msgspec.field(default=None, name="from")
    text: str | None = None


class _Tap(msgspec.Struct):
    id: str
    sender: _User = msgspec.field(name="from")
    message: _Message | None = None
    data: str | None = None


class _Status(msgspec.Struct):
    status: str


class _Membership(msgspec.Struct):
    chat: _Chat
    new_chat_member: _Status
    sender: _User | None = msgspec.field(default=None, name="from")


class _Update(msgspec.Struct):
    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Tap | None = None
    my_chat_member: _Membership | None = None


class _Content(msgspec.Struct):
    message: dict[str, msgspec.Raw]


class _Card(msgspec.Struct):
    phone_number: str = ""
    user_id: int | None = None


_UPDATE = msgspec.json.Decoder(_Update)
_CONTENT = msgspec.json.Decoder(_Content)
_CARD = msgspec.json.Decoder(_Card)


def is_json(raw: bytes) -> bool:
    """Whether these bytes are JSON at all, broken characters aside."""
    try:
        json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return True


def peek(raw: bytes) -> Peek:
    """What can be seen of an update without understanding it. Never raises."""
    try:
        update = _UPDATE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _peek_at_anything(raw)
    tap = update.callback_query
    if tap is not None:
        chat = tap.message.chat if tap.message is not None else _Chat(tap.sender.id, "private")
        return _seen(update.update_id, chat, tap.sender, tap=tap.id)
    member = update.my_chat_member
    if member is not None:
        gone = member.new_chat_member.status in ("left", "kicked")
        return _seen(update.update_id, member.chat, member.sender, gone=gone)
    message = update.message or update.edited_message
    if message is not None:
        return _seen(update.update_id, message.chat, message.sender)
    return Peek(update.update_id)


def update_key(raw: bytes, seen: Peek) -> str:
    """What the inbox knows the update by: its id, or a hash of it where it has none."""
    return str(seen.update_id) if seen.update_id is not None else "sha256:" + hashlib.sha256(raw).hexdigest()


def arrival(raw: bytes) -> Arrival | None:
    """What one update says; None if it asks for nothing (a notice of Telegram's own, or a chat that is not private).

    Raises NotUnderstood.
    """
    try:
        update = _UPDATE.decode(raw)
        if update.message is not None:
            return _said(update.message, raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(f"Telegram update: {error}") from None
    if update.edited_message is not None:
        edited = update.edited_message
        if edited.text is None:
            return None
        return _from(edited.chat, edited.sender, Said(edited.text, str(edited.message_id), edited=True))
    if update.callback_query is not None:
        tap = update.callback_query
        chat = tap.message.chat if tap.message is not None else _Chat(tap.sender.id, "private")
        key = str(tap.message.message_id) if tap.message is not None else None
        return _from(chat, tap.sender, _tapped(tap.data or "", key))
    if update.my_chat_member is not None:
        member = update.my_chat_member
        changes: dict[str, What] = {"kicked": Left(), "member": Returned()}
        change = changes.get(member.new_chat_member.status)
        return None if change is None else _from(member.chat, member.sender, change)
    raise NotUnderstood(f"Telegram update: none of {', '.join(ALLOWED_UPDATES)} is in it")


def callback_data(outbox: int, attempt: int, button: int) -> str:
    """What a button of ours carries: outbox row, attempt and the button's place, each in base 36."""
    return ".".join(_base36(number) for number in (outbox, attempt, button))


def _said(message: _Message, raw: bytes) -> Arrival | None:
    key = str(message.message_id)
    if message.text is not None:
        return _from(message.chat, message.sender, Said(message.text, key))
    content = _CONTENT.decode(raw).message
    if any(notice in content for notice in _NOTICES):
        return None
    if "contact" in content:
        return _from(message.chat, message.sender, _card(content["contact"], message))
    kind = next((kind for field, kind in _KINDS.items() if field in content), "other")
    return _from(message.chat, message.sender, Strange(kind, key))


def _card(content: msgspec.Raw, message: _Message) -> What:
    # Anybody's card can be sent; Telegram itself says whose account it is.
    card = _CARD.decode(content)
    if not card.phone_number:
        return Strange("contact", str(message.message_id))
    own = card.user_id is not None and message.sender is not None and card.user_id == message.sender.id
    return Shared(card.phone_number, own, str(message.message_id))


def _tapped(data: str, message: str | None) -> What:
    ours = _BUTTON.fullmatch(data)
    if ours is None:
        return Strange("tap", message)
    outbox, attempt, button = (int(number, 36) for number in ours.groups())
    return Tapped(outbox, attempt, button, message)


def _from(chat: _Chat, sender: _User | None, what: What) -> Arrival | None:
    if chat.type != "private":
        return None
    return Arrival(DOOR, str(chat.id), what, sender.language_code if sender is not None else None)


def _seen(
    update_id: int | None, chat: _Chat, sender: _User | None, *, tap: str | None = None, gone: bool = False
) -> Peek:
    language = sender.language_code if sender is not None else None
    if chat.type == "private":
        return Peek(update_id, str(chat.id), tap, language=language)
    return Peek(update_id, tap=tap, group=chat.id, gone=gone, language=language)


def _peek_at_anything(raw: bytes) -> Peek:
    try:
        update = json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return Peek(None)
    if not isinstance(update, dict):
        return Peek(None)
    number = update.get("update_id")
    update_id = number if isinstance(number, int) and not isinstance(number, bool) else None
    for kind in ALLOWED_UPDATES:
        thing = update.get(kind)
        if not isinstance(thing, dict):
            continue
        tap = thing.get("id") if kind == "callback_query" else None
        place = thing.get("message") if kind == "callback_query" else thing
        chat = place.get("chat") if isinstance(place, dict) else None
        number = chat.get("id") if isinstance(chat, dict) else None
        address = str(number) if isinstance(number, int) and number > 0 else None
        return Peek(update_id, address, tap if isinstance(tap, str) else None)
    return Peek(update_id)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if number == 0:
            return digits
