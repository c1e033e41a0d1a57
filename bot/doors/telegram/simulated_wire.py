"""The Bot API within this process, for the demo: in place of the wire, and of what citizens hold in their hands.

What citizens do becomes updates as the Bot API words them; what the bot sends is answered as the Bot API answers, or
refused where it refuses. Never leaves the process, knows no real time, and gives the same ids in every run.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from telegram.request import BaseRequest, RequestData

from bot.clock import Now
from bot.doors.telegram.wire import JsonRequest, refused
from bot.doors.telegram.writing import LONGEST
from bot.simulated_chat import Blocks, Deed, Device, Retypes, Shares, Shown, Speaks, Taps, Types, Unblocks, Vanishes
from bot.store.outbox import Document

LONGEST_DATA = 64
"""Bytes that a button may carry (Bot API, InlineKeyboardButton)."""

_BOT = {"id": 1, "is_bot": True, "first_name": "Kundresa", "username": "kundresa_demo_bot"}
_TAG = re.compile(r"</?b>")
_BLOCKED = "Forbidden: bot was blocked by the user"
_DELETED = "Forbidden: user is deactivated"
_UNCHANGED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
_Buttons = tuple[tuple[str, str], ...]


class _Button(msgspec.Struct):
    text: str
    callback_data: str = ""
    request_contact: bool = False


class _Markup(msgspec.Struct, forbid_unknown_fields=True):
    inline_keyboard: list[list[_Button]] | None = None
    keyboard: list[list[_Button]] | None = None
    remove_keyboard: bool = False
    resize_keyboard: bool = False
    one_time_keyboard: bool = False


_MARKUP = msgspec.json.Decoder(_Markup)


class _Refused(Exception):
    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.answer = (code, msgspec.json.encode({"ok": False, "error_code": code, "description": description}))


@dataclass(slots=True)
class _Chat:
    shut: str = ""
    last_message: int = 0
    standing: dict[int, tuple[str, _Buttons]] = field(default_factory=dict)

    def next_message(self) -> int:
        self.last_message += 1
        return self.last_message


class SimulatedTelegram(JsonRequest):
    """The Bot API, as python-telegram-bot's way to send requests."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._chats: dict[int, _Chat] = {}
        self._shown: list[Shown] = []
        self._last_update = 0
        self._taps: set[str] = set()
        self.refused: list[str] = []
        """What was refused for another reason than that the citizen is gone: there should be none."""

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return 1.0

    async def initialize(self) -> None:
        """Nothing is to be opened."""

    async def shutdown(self) -> None:
        """Nothing is to be closed."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """What python-telegram-bot calls: status and body of the answer."""
        fields = {} if request_data is None else request_data.json_parameters
        name = url.rpartition("/")[2]
        try:
            result = self._answer(name, fields)
        except _Refused as refusal:
            return refusal.answer
        return 200, msgspec.json.encode({"ok": True, "result": result})

    async def post_json(self, url: str, parameters: bytes) -> bytes:
        """What the door calls: the body of a successful answer. Raises what the wire raises."""
        given = msgspec.json.decode(parameters, type=dict[str, object])
        # As a form would carry them.
        fields = {name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
                  for name, value in given.items()}  # fmt: skip
        try:
            result = self._answer(url.rpartition("/")[2], fields)
        except _Refused as refusal:
            status, body = refusal.answer
            raise refused(status, body) from None
        return msgspec.json.encode({"ok": True, "result": result})

    async def post_file(self, url: str, fields: Mapping[str, str], name: str, file: Document) -> bytes:
        """What the door calls with a file: its caption is shown, as a message is."""
        given = {**{key: value for key, value in fields.items() if key != "caption"}, "text": fields["caption"]}
        try:
            result = self._answer("sendMessage", given)
        except _Refused as refusal:
            status, body = refusal.answer
            raise refused(status, body) from None
        return msgspec.json.encode({"ok": True, "result": result})

    def shown(self) -> list[Shown]:
        """What was delivered since this was last asked."""
        shown, self._shown = self._shown, []
        return shown

    def happens(self, deed: Deed) -> tuple[bytes | None, int]:
        """The update that tells of a deed, if any does, and the id of the message it brings, or 0."""
        chat = self._chat(deed.by)
        match deed:
            case Types(by, text):
                message = chat.next_message()
                return self._update("message", self._message(by, message, {"text": text})), message
            case Speaks(by):
                message = chat.next_message()
                voice = {"duration": 4, "file_id": f"voice-{message}", "file_unique_id": f"v{message}"}
                return self._update("message", self._message(by, message, {"voice": voice})), message
            case Shares(by, number):
                message = chat.next_message()
                card = {"phone_number": number, "first_name": "Demo", "user_id": by.chat}
                return self._update("message", self._message(by, message, {"contact": card})), message
            case Retypes(by, message, text):
                edited = self._message(by, message, {"text": text, "edit_date": self._seconds()})
                return self._update("edited_message", edited), message
            case Taps(by, message, data):
                return self._tap(by, chat, message, data), 0
            case Blocks(by):
                chat.shut = _BLOCKED
                return self._membership(by, "member", "kicked"), 0
            case Unblocks(by):
                chat.shut = ""
                return self._membership(by, "kicked", "member"), 0
            case Vanishes():
                chat.shut = _DELETED
                return None, 0

    def _chat(self, device: Device) -> _Chat:
        return self._chats.setdefault(device.chat, _Chat())

    def _tap(self, by: Device, chat: _Chat, message: int, data: str) -> bytes:
        text, buttons = chat.standing[message]
        markup = {"inline_keyboard": [[{"text": label, "callback_data": carried}] for label, carried in buttons]}
        tap = str(self._last_update + 1)
        self._taps.add(tap)
        shown = {"message_id": message, "from": _BOT, "chat": _private(by), "date": self._seconds(), "text": text}
        return self._update(
            "callback_query",
            {
                "id": tap,
                "from": _user(by),
                "message": {**shown, "reply_markup": markup},
                "chat_instance": str(by.chat),
                "data": data,
            },
        )

    def _membership(self, by: Device, before: str, after: str) -> bytes:
        states = {
            "old_chat_member": {"user": _BOT, "status": before},
            "new_chat_member": {"user": _BOT, "status": after},
        }
        return self._update(
            "my_chat_member", {"chat": _private(by), "from": _user(by), "date": self._seconds(), **states}
        )

    def _message(self, by: Device, message: int, content: Mapping[str, object]) -> dict[str, object]:
        return {
            "message_id": message,
            "from": _user(by),
            "chat": _private(by),
            "date": self._seconds(),
            **content,
        }

    def _update(self, kind: str, what: Mapping[str, object]) -> bytes:
        self._last_update += 1
        return msgspec.json.encode({"update_id": self._last_update, kind: what})

    def _seconds(self) -> int:
        return int(self._now().timestamp())

    def _answer(self, name: str, fields: Mapping[str, str]) -> object:
        match name:
            case "getMe":
                return _BOT
            case "answerCallbackQuery":
                if fields.get("callback_query_id") not in self._taps:
                    raise self._refuse(name, "Bad Request: query is too old and response timeout expired")
                self._taps.discard(fields["callback_query_id"])
                return True
            case "sendMessage" | "editMessageText" | "editMessageReplyMarkup":
                return self._put(name, fields)
        raise _Refused(404, "Not Found: method not found")

    def _put(self, name: str, fields: Mapping[str, str]) -> object:
        number = int(fields["chat_id"])
        chat = self._chats.get(number)
        if chat is None:
            raise self._refuse(name, "Bad Request: chat not found")
        if chat.shut:
            raise _Refused(403, chat.shut)
        edited = name != "sendMessage"
        message = int(fields["message_id"]) if edited else chat.next_message()
        if edited and message not in chat.standing:
            raise self._refuse(name, "Bad Request: message to edit not found")
        text = self._text(name, fields) if "text" in fields else chat.standing[message][0]
        buttons, keys = self._buttons(name, fields)
        if edited and chat.standing[message] == (text, buttons):
            raise self._refuse(name, _UNCHANGED)
        chat.standing[message] = (text, buttons)
        self._shown.append(Shown(number, message, text, buttons, edited, keys))
        return {
            "message_id": message,
            "from": _BOT,
            "chat": {"id": number, "type": "private"},
            "date": self._seconds(),
            "text": text,
        }

    def _text(self, name: str, fields: Mapping[str, str]) -> str:
        text = fields["text"]
        if fields.get("parse_mode") == "HTML":
            text = html.unescape(_TAG.sub("", text))
        text = text.strip()
        if not text or len(text) > LONGEST:
            raise self._refuse(name, f"Bad Request: message is {'too long' if text else 'empty'}")
        return text

    def _buttons(self, name: str, fields: Mapping[str, str]) -> tuple[_Buttons, tuple[str, ...]]:
        """The buttons under a message, and the keys below the chat."""
        if "reply_markup" not in fields:
            return (), ()
        markup = _MARKUP.decode(fields["reply_markup"])
        kinds = (markup.inline_keyboard, markup.keyboard, markup.remove_keyboard or None)
        if sum(kind is not None for kind in kinds) != 1 or (markup.inline_keyboard is None and name != "sendMessage"):
            raise self._refuse(name, "Bad Request: object expected as reply markup")
        buttons = tuple((one.text, one.callback_data) for row in markup.inline_keyboard or () for one in row)
        for label, data in buttons:
            if not label.strip() or not 1 <= len(data.encode()) <= LONGEST_DATA:
                raise self._refuse(name, "Bad Request: BUTTON_DATA_INVALID")
        keys = tuple(one.text for row in markup.keyboard or () for one in row)
        if not all(key.strip() for key in keys):
            raise self._refuse(name, "Bad Request: keyboard button text must not be empty")
        return buttons, keys

    def _refuse(self, name: str, description: str) -> _Refused:
        self.refused.append(f"{name}: {description}")
        return _Refused(400, description)


def _user(device: Device) -> dict[str, object]:
    return {"id": device.chat, "is_bot": False, "first_name": "Demo", "language_code": device.language}


def _private(device: Device) -> dict[str, object]:
    return {"id": device.chat, "type": "private", "first_name": "Demo"}
