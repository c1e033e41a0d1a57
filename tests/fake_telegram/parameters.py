"""The parameters of a request: which ones a method has, and their values from form, multipart or JSON.

It reads and converts; whether a value makes sense is the method's business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl

from aiohttp import web

from .wire import JsonObject, bad_request

Kind = Literal["text", "number", "flag", "chat", "json", "file"]

_SENDING: dict[str, Kind] = {
    "business_connection_id": "text", "chat_id": "chat", "message_thread_id": "number",
    "direct_messages_topic_id": "number", "parse_mode": "text", "disable_notification": "flag",
    "protect_content": "flag", "allow_paid_broadcast": "flag", "message_effect_id": "text",
    "suggested_post_parameters": "json", "reply_parameters": "json", "reply_markup": "json",
}  # fmt: skip
_CAPTION: dict[str, Kind] = {"caption": "text", "caption_entities": "json"}
_EDITING: dict[str, Kind] = {
    "business_connection_id": "text", "chat_id": "chat", "message_id": "number",
    "inline_message_id": "text", "reply_markup": "json",
}  # fmt: skip
_TEXT: dict[str, Kind] = {"text": "text", "entities": "json", "link_preview_options": "json"}
_LANGUAGE: dict[str, Kind] = {"language_code": "text"}
_COMMANDS: dict[str, Kind] = {"scope": "json", **_LANGUAGE}

# Every method this server knows, with its parameters as of Bot API 10.0, deprecated ones left out.
METHODS: dict[str, dict[str, Kind]] = {
    "getMe": {},
    "getUpdates": {"offset": "number", "limit": "number", "timeout": "number", "allowed_updates": "json"},
    "setWebhook": {
        "url": "text", "certificate": "file", "ip_address": "text", "max_connections": "number",
        "allowed_updates": "json", "drop_pending_updates": "flag", "secret_token": "text",
    },
    "deleteWebhook": {"drop_pending_updates": "flag"},
    "getWebhookInfo": {},
    "sendMessage": {**_SENDING, **_TEXT},
    "sendDocument": {
        **_SENDING, **_CAPTION, "document": "file", "thumbnail": "file",
        "disable_content_type_detection": "flag",
    },
    "sendPhoto": {
        **_SENDING, **_CAPTION, "photo": "file", "show_caption_above_media": "flag", "has_spoiler": "flag",
    },
    "editMessageText": {**_EDITING, **_TEXT, "parse_mode": "text"},
    "editMessageReplyMarkup": _EDITING,
    "deleteMessage": {"chat_id": "chat", "message_id": "number"},
    "answerCallbackQuery": {
        "callback_query_id": "text", "text": "text", "show_alert": "flag", "url": "text",
        "cache_time": "number",
    },
    "setMyCommands": {"commands": "json", **_COMMANDS},
    "deleteMyCommands": _COMMANDS,
    "getMyCommands": _COMMANDS,
    "setMyDescription": {"description": "text", **_LANGUAGE},
    "getMyDescription": _LANGUAGE,
    "setMyShortDescription": {"short_description": "text", **_LANGUAGE},
    "getMyShortDescription": _LANGUAGE,
    "setMyName": {"name": "text", **_LANGUAGE},
    "getMyName": _LANGUAGE,
    "leaveChat": {"chat_id": "chat"},
    "getChat": {"chat_id": "chat"},
}  # fmt: skip
BY_LOWER_CASE = {method.lower(): method for method in METHODS}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Parameters:
    """Converted values by name; the files; and what no such method has (`unknown`)."""

    values: JsonObject = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return a text, "" when it is not there."""
        return str(self.values.get(name, ""))

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number; what is none counts as `default`."""
        value = self.values.get(name, default)
        return value if isinstance(value, int) else default

    def flag(self, name: str) -> bool:
        """Return a boolean, False when it is not there."""
        return self.values.get(name) is True

    def chat(self) -> int | None:
        """Return the numeric chat id, None when there is none or it is a name."""
        value = self.values.get("chat_id")
        return value if isinstance(value, int) else None

    def json(self, name: str) -> object:
        """Return a decoded JSON value, None when it is not there.

        Raises Refusal when it was not JSON.
        """
        if name in self.unreadable:
            what = "reply keyboard markup" if name == "reply_markup" else name
            raise bad_request(f"can't parse {what} JSON object")
        return self.values.get(name)

    def upload(self, name: str) -> Upload | None:
        """Return the file of a parameter: a part of that name or one it points to by attach://."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)


async def read_parameters(request: web.Request, method: str) -> Parameters:
    """Read query string and body into the parameters of a known method.

    Raises Refusal for a body that is not UTF-8 or not JSON, and aiohttp's 413 for one too large.
    """
    raw: JsonObject = dict(request.query)
    parameters = Parameters()
    if request.content_type == "application/json":
        raw |= _json_body(await request.read())
    elif request.content_type.startswith("multipart/"):
        for name, part in (await request.post()).items():
            if isinstance(part, web.FileField):
                parameters.files[name] = Upload(part.filename, part.content_type, part.file.read())
                part.file.close()
            else:
                raw[name] = part if isinstance(part, str) else bytes(part).decode("utf-8", "replace")
    else:
        raw |= _form_body(await request.read())
    _convert(raw, METHODS[method], parameters)
    return parameters


def _json_body(body: bytes) -> JsonObject:
    try:
        decoded = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(decoded, dict):
        raise bad_request("can't parse JSON object")
    return decoded


def _form_body(body: bytes) -> JsonObject:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return dict(pairs)


def _convert(raw: JsonObject, known: dict[str, Kind], parameters: Parameters) -> None:
    pointed_to = set()
    for name, value in raw.items():
        if name not in known:
            parameters.unknown.append(name)
            continue
        if value is None:
            continue
        if isinstance(value, str) and value.startswith("attach://"):
            pointed_to.add(value.removeprefix("attach://"))
        try:
            parameters.values[name] = _converted(value, known[name])
        except ValueError:
            parameters.values[name] = value
            parameters.unreadable.append(name)
    for name in parameters.files:
        if known.get(name) != "file" and name not in pointed_to:
            parameters.unknown.append(name)


def _converted(value: object, kind: Kind) -> object:
    if not isinstance(value, str):
        return value
    match kind:
        case "number":
            return int(value)
        case "chat":
            return int(value) if value.lstrip("-").isdecimal() else value
        case "flag" if value.lower() in {"true", "yes", "1", "false", "no", "0"}:
            return value.lower() in {"true", "yes", "1"}
        case "json":
            return json.loads(value)
        case _:
            return value
