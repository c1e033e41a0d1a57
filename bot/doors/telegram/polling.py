"""Polling: asks Telegram for updates and acknowledges none that isn't committed. Goes on for ever, whatever goes wrong.

Telegram takes the next request's offset as the acknowledgement, so the offset moves only after the commit. It is not
kept over a restart: an update that comes twice is recognised by its id.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.clock import Now
from bot.doors.telegram.intake import Intake
from bot.doors.telegram.reading import ALLOWED_UPDATES, peek
from bot.doors.telegram.wire import Flooded, Wire

_LOG = logging.getLogger(__name__)

BATCH = 100
POLL_SECONDS = 50
"""The longest that Telegram holds a request open."""
_ANSWER_SECONDS = POLL_SECONDS + 15.0
LONGEST_PAUSE = 60.0
HEARD_EVERY = timedelta(seconds=30)

Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds: asyncio.sleep, or a test's."""

_REMEDIES = {
    "token": "Telegram does not accept the token any more. Was it revoked? Set TELEGRAM_BOT_TOKEN to the new one",
    "other poller": "another program asks for this bot's updates. Stop it, or give it a bot of its own",
    "webhook": "a webhook was set for this bot and is taken away again. If another program set it, stop that program",
    "garbage": "its answer could not be understood. Check KUNDRESA_TELEGRAM_API and any proxy on the way",
    "store": "the database took nothing. Check its disk; no update is lost meanwhile",
    "updates": "it sent only updates without an id. Check KUNDRESA_TELEGRAM_API",
}


class _Batch(msgspec.Struct):
    result: list[msgspec.Raw]


class _NoIds(Exception):
    pass


class Polling:
    """The polling loop. `heard` is awaited after successful requests, at most every 30 seconds, with the moment."""

    def __init__(
        self,
        *,
        intake: Intake,
        bot: Bot,
        wire: Wire,
        now: Now,
        heard: Callable[[datetime], Awaitable[None]],
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._intake = intake
        self._bot = bot
        self._wire = wire
        self._now = now
        self._heard = heard
        self._pause = pause
        self._offset = 0
        self._heard_at: datetime | None = None
        self._webhook_gone = False
        self.trouble = ""
        """What is wrong now, for whoever asks; empty when the last request went well."""

    async def run(self) -> None:
        """Ask and keep, until cancelled."""
        wait = 0.0
        while True:
            seconds: float | None = None
            try:
                if not self._webhook_gone:
                    await self._bot.delete_webhook()
                    self._webhook_gone = True
                await self.ask_once()
            except Flooded as flooded:
                seconds = flooded.seconds
                self._tell(f"it wants a pause of {flooded.seconds:g} s")
            except InvalidToken:
                self._tell(_REMEDIES["token"])
            except Conflict as conflict:
                self._webhook_gone = "webhook" not in str(conflict).lower()
                self._tell(_REMEDIES["other poller" if self._webhook_gone else "webhook"])
            except TelegramError as error:
                self._tell(f"{error}. The bot goes on trying; check the network if this lasts")
            except msgspec.DecodeError:
                self._tell(_REMEDIES["garbage"])
            except _NoIds:
                self._tell(_REMEDIES["updates"])
            except Exception as error:
                self._tell(f"{_REMEDIES['store']} ({type(error).__name__})")
            else:
                if self.trouble:
                    _LOG.info("Telegram: updates arrive again")
                    self.trouble = ""
                wait = 0.0
                continue
            wait = min(max(1.0, wait * 2), LONGEST_PAUSE)
            await self._pause(wait if seconds is None else seconds)

    async def ask_once(self) -> None:
        """One request: what it brings is committed, and only then does the offset move. Raises whatever goes wrong."""
        fields = {
            "timeout": str(POLL_SECONDS),
            "limit": str(BATCH),
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        if self._offset:
            fields["offset"] = str(self._offset)
        body = await self._wire.post_fields(f"{self._bot.base_url}/getUpdates", fields, _ANSWER_SECONDS)
        raws = [bytes(raw) for raw in msgspec.json.decode(body, type=_Batch).result]
        if raws:
            await self._intake.take(raws)
            ids = [seen.update_id for seen in map(peek, raws) if seen.update_id is not None]
            if not ids:
                raise _NoIds
            self._offset = max(ids) + 1
        await self._note_heard()

    async def _note_heard(self) -> None:
        now = self._now()
        if self._heard_at is None or not timedelta(0) <= now - self._heard_at < HEARD_EVERY:
            await self._heard(now)
            self._heard_at = now

    def _tell(self, trouble: str) -> None:
        # Once for each kind of trouble, or an outage would fill the log.
        if trouble != self.trouble:
            _LOG.warning("Telegram: %s.", trouble)
            self.trouble = trouble
