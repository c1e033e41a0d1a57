"""The Bot API methods that write and change messages, with Telegram's content rules and texts.

Profile texts are in `profile`, update intake in `subscription`. A method takes Parameters and returns an
Answer or raises Refusal; it never waits.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable

from .chats import Chat, Chats, Message, StoredFile, Toast
from .keyboards import checked_inline, checked_markup
from .markup import parse_html, trimmed
from .parameters import Parameters
from .wire import Answer, JsonObject, bad_request, forbidden, success

TEXT_CHARACTERS = 4096
TEXT_BYTES = 32_768
CAPTION_CHARACTERS = 1024
TOAST_CHARACTERS = 200
DELETABLE_SECONDS = 48 * 3600
QUERY_SECONDS = 150.0
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

Method = Callable[[Parameters], Answer]


class Methods:
    """Sending, editing, deleting, answering taps, chats."""

    def __init__(self, chats: Chats, rng: random.Random) -> None:
        self._chats = chats
        self._rng = rng
        # Open callback queries: chat and the moment of the tap.
        self._queries: dict[str, tuple[Chat, float]] = {}
        self.table: dict[str, Method] = {
            "getMe": self.get_me,
            "sendMessage": self.send_message,
            "sendDocument": self.send_document,
            "sendPhoto": self.send_photo,
            "editMessageText": self.edit_message_text,
            "editMessageReplyMarkup": self.edit_message_reply_markup,
            "deleteMessage": self.delete_message,
            "answerCallbackQuery": self.answer_callback_query,
            "getChat": self.get_chat,
            "leaveChat": self.leave_chat,
        }

    def open_query(self, query_id: str, chat: Chat) -> None:
        """Note a tap that the bot may now answer."""
        self._queries[query_id] = (chat, self._chats.time())

    def get_me(self, parameters: Parameters) -> Answer:
        """Describe the bot."""
        return success(
            self._chats.bot
            | {"can_join_groups": True, "can_read_all_group_messages": False}
            | {"supports_inline_queries": False, "can_connect_to_business": False}
            | {"has_main_web_app": False}
        )

    def send_message(self, parameters: Parameters) -> Answer:
        """Deliver a text."""
        chat = self._reachable(parameters)
        text, source, entities = _content(parameters, "text", "entities")
        if not text:
            given = parameters.text("text")
            raise bad_request("text must be non-empty" if given else "message text is empty")
        if len(text) > TEXT_CHARACTERS:
            raise bad_request("message is too long")
        return success(self._send(parameters, chat, text, source, entities, {}, None))

    def send_document(self, parameters: Parameters) -> Answer:
        """Deliver a file, keeping its bytes."""
        chat = self._reachable(parameters)
        stored = self._stored(parameters, "document", "there is no document in the request")
        document = {
            "file_name": stored.name, "mime_type": stored.mime, "file_id": stored.file_id,
            "file_unique_id": stored.file_id[-15:], "file_size": len(stored.content),
        }  # fmt: skip
        return self._send_file(parameters, chat, stored, {"document": document})

    def send_photo(self, parameters: Parameters) -> Answer:
        """Deliver a picture, keeping its bytes."""
        chat = self._reachable(parameters)
        stored = self._stored(parameters, "photo", "there is no photo in the request")
        if len(stored.content) > 10 * 1024 * 1024:
            raise bad_request("file is too big")
        size = {
            "file_id": stored.file_id, "file_unique_id": stored.file_id[-15:],
            "file_size": len(stored.content), "width": 90, "height": 90,
        }  # fmt: skip
        return self._send_file(parameters, chat, stored, {"photo": [size]})

    def edit_message_text(self, parameters: Parameters) -> Answer:
        """Change a text; a keyboard that isn't given again goes away."""
        chat, message = self._own_message(parameters)
        if message.file is not None:
            raise bad_request("there is no text in the message to edit")
        text, source, entities = _content(parameters, "text", "entities")
        if not text:
            given = parameters.text("text")
            raise bad_request("text must be non-empty" if given else "message text is empty")
        if len(text) > TEXT_CHARACTERS:
            raise bad_request("message is too long")
        markup = checked_inline(parameters.json("reply_markup"))
        if (text, entities, markup) == (message.text, message.entities, message.markup):
            raise bad_request(NOT_MODIFIED)
        message.text, message.html, message.entities, message.markup = text, source, entities, markup
        message.edit_date = int(self._chats.time())
        message.edited_times += 1
        self._chats.delivered(chat, "edit", message)
        return success(self._chats.as_json(message))

    def edit_message_reply_markup(self, parameters: Parameters) -> Answer:
        """Change or remove the inline keyboard."""
        chat, message = self._own_message(parameters)
        markup = checked_inline(parameters.json("reply_markup"))
        if markup == message.markup:
            raise bad_request(NOT_MODIFIED)
        message.markup = markup
        message.edit_date = int(self._chats.time())
        message.edited_times += 1
        self._chats.delivered(chat, "markup", message)
        return success(self._chats.as_json(message))

    def delete_message(self, parameters: Parameters) -> Answer:
        """Delete a message of at most 48 hours."""
        chat = self._reachable(parameters)
        message = chat.messages.get(parameters.number("message_id"))
        if message is None:
            raise bad_request("message to delete not found")
        if self._chats.time() - message.date > DELETABLE_SECONDS:
            raise bad_request("message can't be deleted for everyone")
        del chat.messages[message.message_id]
        self._chats.delivered(chat, "deletion", message)
        return success(result=True)

    def answer_callback_query(self, parameters: Parameters) -> Answer:
        """Show a toast for a tap that is not too old and has not been answered."""
        text = parameters.text("text")
        if len(text) > TOAST_CHARACTERS:
            raise bad_request("MESSAGE_TOO_LONG")
        query_id = parameters.text("callback_query_id")
        opened = self._queries.pop(query_id, None)
        if opened is None or self._chats.time() - opened[1] > QUERY_SECONDS:
            raise bad_request(QUERY_TOO_OLD)
        toast = Toast(query_id, text, parameters.flag("show_alert"), self._chats.time())
        self._chats.toast(opened[0], toast)
        return success(result=True)

    def get_chat(self, parameters: Parameters) -> Answer:
        """Describe a chat the bot has seen."""
        chat = self._named(parameters)
        if chat.chat_id > 0 and not chat.has_written:
            raise bad_request("chat not found")
        gifts = dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
             "gifts_from_channels"), True,
        )  # fmt: skip
        return success(
            chat.description | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
        )

    def leave_chat(self, parameters: Parameters) -> Answer:
        """Leave a group."""
        chat = self._named(parameters)
        if chat.chat_id > 0:
            raise bad_request("chat member status can't be changed in private chats")
        if not chat.bot_is_member:
            raise forbidden("bot is not a member of the supergroup chat")
        chat.bot_is_member = False
        return success(result=True)

    def _named(self, parameters: Parameters) -> Chat:
        if parameters.values.get("chat_id") in {None, "", 0}:
            raise bad_request("chat_id is empty")
        return self._chats.chat(parameters.chat())

    def _reachable(self, parameters: Parameters) -> Chat:
        chat = self._named(parameters)
        chat.refuse_sends()
        return chat

    def _own_message(self, parameters: Parameters) -> tuple[Chat, Message]:
        chat = self._reachable(parameters)
        message_id = parameters.number("message_id")
        if message_id == 0:
            raise bad_request("message identifier is not specified")
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request("message to edit not found")
        if not message.from_bot:
            raise bad_request("message can't be edited")
        return chat, message

    def _send(
        self, parameters: Parameters, chat: Chat, text: str, source: str, entities: list[JsonObject],
        content: JsonObject, file: StoredFile | None,
    ) -> JsonObject:  # fmt: skip
        markup, labels = checked_markup(parameters.json("reply_markup"))
        replied = self._replied_to(parameters, chat)
        message = self._chats.new_message(chat, self._chats.bot)
        message.text, message.html, message.entities, message.markup = text, source, entities, markup
        message.content, message.file = content | replied, file
        if labels is not None:
            chat.keyboard = labels
        self._chats.delivered(chat, "message", message)
        return self._chats.as_json(message)

    def _replied_to(self, parameters: Parameters, chat: Chat) -> JsonObject:
        reply = parameters.json("reply_parameters")
        if not isinstance(reply, dict) or "message_id" not in reply:
            return {}
        original = chat.messages.get(reply["message_id"])
        if original is not None:
            return {"reply_to_message": self._chats.as_json(original)}
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")

    def _send_file(self, parameters: Parameters, chat: Chat, stored: StoredFile, content: JsonObject) -> Answer:
        text, source, entities = _content(parameters, "caption", "caption_entities")
        if len(text) > CAPTION_CHARACTERS:
            raise bad_request("message caption is too long")
        self._chats.files[stored.file_id] = stored
        return success(self._send(parameters, chat, text, source, entities, content, stored))

    def _stored(self, parameters: Parameters, name: str, missing: str) -> StoredFile:
        upload = parameters.upload(name)
        if upload is not None:
            if not upload.content:
                raise bad_request("file must be non-empty")
            file_id = f"BQACAgQAAxk{self._rng.getrandbits(160):040x}"
            return StoredFile(file_id, upload.name, upload.mime, upload.content)
        known = self._chats.files.get(parameters.text(name))
        if known is not None:
            return known
        if parameters.text(name):
            raise bad_request("wrong file identifier/HTTP URL specified")
        raise bad_request(missing)


def _content(parameters: Parameters, name: str, listed: str) -> tuple[str, str, list[JsonObject]]:
    """Return (plain text, HTML source, entities) of a text or caption, trimmed."""
    given = parameters.text(name)
    if len(given.encode()) > TEXT_BYTES:
        raise bad_request("text is too long")
    mode = parameters.text("parse_mode")
    if mode.lower() == "html":
        text, entities = trimmed(*parse_html(given))
        return text, given, entities
    if mode:
        raise bad_request("unsupported parse_mode")
    own = parameters.json(listed)
    text, entities = trimmed(given, own if isinstance(own, list) else [])
    return text, html.escape(given, quote=False), entities
