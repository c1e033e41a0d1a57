"""The bot's own presentation: commands per scope and language, name, descriptions.

Keeps the texts and answers for them; length limits are those of core.telegram.org/bots/api.
"""

from __future__ import annotations

import re

from .chats import Chats
from .methods import Method
from .parameters import Parameters
from .wire import Answer, JsonObject, bad_request, success

MOST_COMMANDS = 100
# Field of the answer -> (method suffix, most characters, error of a longer one).
_TEXTS = {
    "name": ("Name", 64, "BOT_TITLE_INVALID"),
    "description": ("Description", 512, "BOT_DESCRIPTION_TOO_LONG"),
    "short_description": ("ShortDescription", 120, "BOT_SHORT_DESCRIPTION_TOO_LONG"),
}
_SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat",
    "chat_administrators", "chat_member",
}  # fmt: skip


class Profile:
    """Commands and texts by language code ("" is for everybody else)."""

    def __init__(self, name: str, chats: Chats) -> None:
        self._chats = chats
        self.commands: dict[tuple[str, str], list[JsonObject]] = {}
        self.texts: dict[tuple[str, str], str] = {("name", ""): name}
        self.table: dict[str, Method] = {
            "setMyCommands": self.set_my_commands,
            "getMyCommands": self.get_my_commands,
            "deleteMyCommands": self.delete_my_commands,
        }
        for field, (suffix, most, error) in _TEXTS.items():
            self.table[f"setMy{suffix}"] = self._setter(field, most, error)
            self.table[f"getMy{suffix}"] = self._getter(field)

    def set_my_commands(self, parameters: Parameters) -> Answer:
        """Replace the commands of a scope and language."""
        place = self._place(parameters)
        commands = parameters.json("commands")
        if not isinstance(commands, list):
            raise bad_request("expected an Array of BotCommand")
        if len(commands) > MOST_COMMANDS:
            raise bad_request("too many commands specified")
        self.commands[place] = [_checked(command) for command in commands]
        return success(result=True)

    def get_my_commands(self, parameters: Parameters) -> Answer:
        """Return the commands of exactly this scope and language."""
        return success(self.commands.get(self._place(parameters), []))

    def delete_my_commands(self, parameters: Parameters) -> Answer:
        """Forget the commands of a scope and language."""
        self.commands.pop(self._place(parameters), None)
        return success(result=True)

    def menu(self, language: str, chat_id: int | None = None) -> list[str]:
        """Return the command names a person sees in a private chat: nearest scope and language first."""
        scopes = ["all_private_chats", "default"]
        if chat_id is not None:
            scopes.insert(0, f"chat:{chat_id}")
        for scope in scopes:
            for code in (language, ""):
                if commands := self.commands.get((scope, code)):
                    return [command["command"] for command in commands]
        return []

    def _place(self, parameters: Parameters) -> tuple[str, str]:
        """Return scope and language; a chat must be one that the bot knows."""
        scope, language = _place(parameters)
        kind, _, chat_id = scope.partition(":")
        if kind in {"chat", "chat_administrators", "chat_member"}:
            number = chat_id.partition(":")[0]
            if not re.fullmatch(r"-?[0-9]+", number):
                raise bad_request("chat not found")
            chat = self._chats.chat(int(number))
            if chat.chat_id > 0 and (kind != "chat" or not chat.has_written):
                raise bad_request("chat not found")
        return scope, language

    def _setter(self, field: str, most: int, error: str) -> Method:
        def set_text(parameters: Parameters) -> Answer:
            language = _language(parameters)
            text = parameters.text(field).strip()
            if len(text) > most:
                raise bad_request(error)
            if text:
                self.texts[field, language] = text
            else:
                self.texts.pop((field, language), None)
            return success(result=True)

        return set_text

    def _getter(self, field: str) -> Method:
        def get_text(parameters: Parameters) -> Answer:
            language = _language(parameters)
            text = self.texts.get((field, language), self.texts.get((field, ""), ""))
            return success({field: text})

        return get_text


def _language(parameters: Parameters) -> str:
    code = parameters.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("Invalid language code specified")
    return code


def _place(parameters: Parameters) -> tuple[str, str]:
    scope = parameters.json("scope")
    if scope is None:
        return "default", _language(parameters)
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    parts = [scope["type"], *(str(scope[key]) for key in ("chat_id", "user_id") if key in scope)]
    if parts[0] in {"chat", "chat_administrators"} and len(parts) != 2:
        raise bad_request("can't parse BotCommandScope: chat_id is empty")
    return ":".join(parts), _language(parameters)


def _checked(command: object) -> JsonObject:
    if not isinstance(command, dict):
        raise bad_request("expected an Object as BotCommand")
    name = str(command.get("command", "")).strip().removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}
