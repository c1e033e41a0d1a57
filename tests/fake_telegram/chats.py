"""Everything Telegram remembers: people, chats, messages, files, and what the bot delivered.

Keeps state and shows it; what a request may do to it is decided in `methods`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .keyboards import buttons_of
from .wire import JsonObject, bad_request, forbidden

DeliveryKind = Literal["message", "edit", "markup", "deletion"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An uploaded file: its id, name, media type and bytes."""

    file_id: str
    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ScreenMessage:
    """A message as the citizen sees it. `buttons` are rows of (label, callback data)."""

    message_id: int
    text: str
    html: str
    entities: list[JsonObject]
    buttons: list[list[tuple[str, str]]]
    from_bot: bool
    edited_times: int
    document: StoredFile | None = None

    @property
    def labels(self) -> list[str]:
        """All button labels, row after row."""
        return [label for row in self.buttons for label, _ in row]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something the bot brought about in a chat, repeats included: what, how it looked, when."""

    kind: DeliveryKind
    shown: ScreenMessage
    time: float


@dataclass(frozen=True, slots=True)
class Toast:
    """The bot's answer to a tap: the small notice (maybe empty), or an alert box."""

    callback_query_id: str
    text: str
    show_alert: bool
    time: float


@dataclass(slots=True)
class Message:
    """A message in a chat; `content` holds the fields of its kind other than text and entities."""

    message_id: int
    chat_id: int
    from_bot: bool
    sender: JsonObject
    date: int
    text: str = ""
    html: str = ""
    entities: list[JsonObject] = field(default_factory=list)
    markup: JsonObject | None = None
    content: JsonObject = field(default_factory=dict)
    file: StoredFile | None = None
    edit_date: int | None = None
    edited_times: int = 0

    def shown(self) -> ScreenMessage:
        """Return a snapshot as the citizen sees it now."""
        return ScreenMessage(
            self.message_id, self.text, self.html, self.entities, buttons_of(self.markup),
            self.from_bot, self.edited_times, self.file,
        )  # fmt: skip


@dataclass(slots=True)
class Chat:
    """A private chat (positive id) or a group (negative id), with its messages by id."""

    chat_id: int
    description: JsonObject
    blocked: bool = False
    deactivated: bool = False
    has_written: bool = False
    bot_is_member: bool = True
    migrated_to: int | None = None
    keyboard: list[list[str]] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    toasts: list[Toast] = field(default_factory=list)
    heard: int = 0

    def refuse_sends(self) -> None:
        """Raise the Refusal with which Telegram answers a send that can't arrive here."""
        if self.migrated_to is not None:
            refusal = bad_request("group chat was upgraded to a supergroup chat")
            refusal.parameters = {"migrate_to_chat_id": self.migrated_to}
            raise refusal
        if self.deactivated:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if self.chat_id > 0 and not self.has_written:
            raise forbidden("bot can't initiate conversation with a user")
        if not self.bot_is_member:
            raise forbidden("bot is not a member of the supergroup chat")


class Chats:
    """All chats of one bot."""

    def __init__(self, bot: JsonObject, now: Callable[[], float], changed: Callable[[], None]) -> None:
        self.bot = bot
        self.files: dict[str, StoredFile] = {}
        self._now = now
        self._changed = changed
        self._chats: dict[int, Chat] = {}
        self._last_message_id = 0

    def add(self, chat_id: int, description: JsonObject) -> Chat:
        """Add a chat; `description` is its Bot API object."""
        self._chats[chat_id] = Chat(chat_id, description)
        return self._chats[chat_id]

    def chat(self, chat_id: int | None) -> Chat:
        """Return a chat by id. Raises Refusal "chat not found"."""
        if chat_id is None or chat_id not in self._chats:
            raise bad_request("chat not found")
        return self._chats[chat_id]

    def knows(self, chat_id: int) -> bool:
        """Say whether there is such a chat."""
        return chat_id in self._chats

    def new_message(self, chat: Chat, sender: JsonObject) -> Message:
        """Add an empty message, dated now, to a chat."""
        self._last_message_id += 1
        from_bot = sender["id"] == self.bot["id"]
        message = Message(self._last_message_id, chat.chat_id, from_bot, sender, int(self._now()))
        chat.messages[message.message_id] = message
        return message

    def as_json(self, message: Message) -> JsonObject:
        """Return the message as the Bot API shows it."""
        chat = self._chats[message.chat_id].description
        shown: JsonObject = {
            "message_id": message.message_id, "from": message.sender, "chat": chat, "date": message.date,
        }  # fmt: skip
        if message.edit_date is not None:
            shown["edit_date"] = message.edit_date
        has_caption = bool(message.content.keys() - {"reply_to_message"})
        shown |= message.content
        if message.text:
            shown["caption" if has_caption else "text"] = message.text
        if message.entities:
            shown["caption_entities" if has_caption else "entities"] = message.entities
        if message.markup is not None:
            shown["reply_markup"] = message.markup
        return shown

    def delivered(self, chat: Chat, kind: DeliveryKind, message: Message) -> None:
        """Note what the bot brought about, and wake who waits for it."""
        chat.deliveries.append(Delivery(kind, message.shown(), self._now()))
        self._changed()

    def toast(self, chat: Chat, toast: Toast) -> None:
        """Note the bot's answer to a tap, and wake who waits for it."""
        chat.toasts.append(toast)
        self._changed()

    def screen(self, chat_id: int) -> list[ScreenMessage]:
        """Return the messages of a chat as seen now, newest last."""
        return [message.shown() for message in self.chat(chat_id).messages.values()]

    def time(self) -> float:
        """Return the server's time (seconds since the epoch)."""
        return self._now()
