"""The face: what people see of the bot before it says anything: commands menu and descriptions, per language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from telegram import Bot, BotCommandScopeAllPrivateChats


@dataclass(frozen=True, slots=True)
class Face:
    """One language's: commands as (word, description), at most 100; description and short one, at most 512 and 120."""

    commands: tuple[tuple[str, str], ...]
    description: str
    short_description: str


def fingerprint(faces: Mapping[str, Face], username: str) -> bytes:
    """What tells whether this bot wears these already."""
    return hashlib.sha256(msgspec.json.encode([username, list(faces.items())])).digest()


async def put_on(bot: Bot, faces: Mapping[str, Face]) -> None:
    """Set all of it, the first language's also for everybody whose language isn't there. Raises TelegramError."""
    scope = BotCommandScopeAllPrivateChats()
    default = next(iter(faces.values()), None)
    for language, face in [*([(None, default)] if default is not None else []), *faces.items()]:
        await bot.set_my_commands(face.commands, scope=scope, language_code=language)
        await bot.set_my_description(face.description, language_code=language)
        await bot.set_my_short_description(face.short_description, language_code=language)
