"""The update queue: numbers, lifetimes, offsets, the long poll and its conflicts.

Follows the Bot API server's rules (tdlib/telegram-bot-api, TQueue): an update is forgotten only by a
higher offset, by its age, or by a successful webhook delivery (which the courier reports here).
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from .wire import JsonObject, conflict

DAY = 86_400.0
LIFETIMES = {"callback_query": 150.0, "inline_query": 30.0, "chosen_inline_result": 600.0}
KINDS = {
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query",
    "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer",
    "my_chat_member", "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost",
}  # fmt: skip
DEFAULT_KINDS = KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
MOST_UPDATES = 100_000
MOST_BYTES_AT_ONCE = 4 * 1024 * 1024
TWO_POLLERS = "terminated by other getUpdates request; make sure that only one bot instance is running"

Lane = tuple[str, int]


@dataclass(slots=True)
class Queued:
    """One update that waits: its JSON, its lane (webhook order), the moment it expires, its size."""

    update: JsonObject
    lane: Lane
    expires_at: float
    size: int
    repeated: bool = False
    gone: bool = False


class UpdateQueue:
    """Updates of one bot, oldest first."""

    def __init__(self, now: Callable[[], float], rng: random.Random, changed: Callable[[], None]) -> None:
        self.allowed: set[str] = set(DEFAULT_KINDS)
        self.repeat_guard = False
        self.conflict_pause = 3.0
        self.expired: list[JsonObject] = []
        self.on_push: Callable[[Queued], None] | None = None
        self._now = now
        self._rng = rng
        self._changed = changed
        self._entries: dict[int, Queued] = {}
        self._poller: asyncio.Future[None] | None = None
        self._last_conflict = -1e9
        self._last_poll = (-1, -1e9)
        self._next_id = 0
        self.renumber()

    @property
    def polled(self) -> bool:
        """Say whether a poll is waiting."""
        return self._poller is not None

    def renumber(self) -> None:
        """Draw a new random number for the next update, as Telegram does after a silent week."""
        self._next_id = self._rng.randint(2_000_001, 1_000_000_000)

    def push(self, kind: str, content: JsonObject, lane: Lane) -> JsonObject:
        """Number an update and queue it if its kind is allowed; return its JSON."""
        update: JsonObject = {"update_id": self._next_id, kind: content}
        if kind in self.allowed and len(self._entries) < MOST_UPDATES:
            self._next_id += 1
            expires_at = self._now() + LIFETIMES.get(kind, DAY)
            self._admit(Queued(update, lane, expires_at, len(json.dumps(update))))
        return update

    def push_again(self, update: JsonObject, lane: Lane) -> None:
        """Deliver an update once more under its old number, although it may have been forgotten."""
        self._admit(Queued(update, lane, self._now() + DAY, len(json.dumps(update)), repeated=True))

    def pending(self) -> list[Queued]:
        """Return what waits and is not too old, oldest first."""
        moment = self._now()
        for number, entry in list(self._entries.items()):
            if entry.expires_at <= moment:
                self.expired.append(entry.update)
                self._remove(number)
        return list(self._entries.values())

    def forget(self, entry: Queued) -> None:
        """Remove a delivered update."""
        self._remove(entry.update["update_id"])

    def allow(self, kinds: object) -> None:
        """Set the allowed update types; unknown names are ignored, none known means the default."""
        if isinstance(kinds, list):
            known = KINDS.intersection(kind for kind in kinds if isinstance(kind, str))
            self.allowed = known or set(DEFAULT_KINDS)

    async def take(self, offset: int, limit: int, wait: int) -> list[JsonObject]:
        """Answer getUpdates: up to `limit` updates from `offset`, waiting up to `wait` seconds.

        Raises Refusal 409 in the older of two polls, and when a webhook is set meanwhile.
        """
        limit = min(max(limit, 1), 100) if limit else 100
        wait = min(max(wait, 0), 50)
        loop = asyncio.get_running_loop()
        if self.repeat_guard and self._last_poll[0] == offset:
            since = loop.time() - self._last_poll[1]
            wait = max(wait, 3) if since < 3 else wait
            limit = 1 if since < 0.5 else limit
        self._last_poll = (offset, loop.time())
        ready = self._from(offset, limit)
        if ready or wait == 0:
            return ready
        self.interrupt(TWO_POLLERS)
        poller: asyncio.Future[None] = loop.create_future()
        self._poller = poller
        try:
            await asyncio.wait_for(poller, wait)
        except TimeoutError:
            return []
        finally:
            if self._poller is poller:
                self._poller = None
                self._changed()
        return self._from(offset, limit)

    def interrupt(self, reason: str) -> None:
        """End the waiting poll, if any, with "Conflict: <reason>".

        At most one conflict in `conflict_pause` seconds is answered at once, others that much later.
        """
        poller, self._poller = self._poller, None
        if poller is None or poller.done():
            return
        loop = asyncio.get_running_loop()
        soon = loop.time() - self._last_conflict < self.conflict_pause
        self._last_conflict = loop.time()
        loop.call_later(self.conflict_pause if soon else 0.0, _refuse, poller, reason)

    def let_go(self) -> None:
        """Answer the waiting poll with nothing, because the server stops."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def _from(self, offset: int, limit: int) -> list[JsonObject]:
        entries = self.pending()
        if offset < 0:
            keep = entries[offset:]
            self._remove_all(entries[: len(entries) - len(keep)])
            entries = keep
        elif 0 < offset <= self._next_id + 10:
            self._remove_all([entry for entry in entries if entry.update["update_id"] < offset and not entry.repeated])
            entries = [e for e in entries if e.repeated or e.update["update_id"] >= offset]
        chosen: list[JsonObject] = []
        size = 0
        for entry in entries[:limit]:
            size += entry.size
            if chosen and size > MOST_BYTES_AT_ONCE:
                break
            chosen.append(entry.update)
            if entry.repeated:
                self._remove(entry.update["update_id"])
        return chosen

    def _admit(self, entry: Queued) -> None:
        self._entries[entry.update["update_id"]] = entry
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        if self.on_push is not None:
            self.on_push(entry)
        self._changed()

    def _remove_all(self, entries: list[Queued]) -> None:
        for entry in entries:
            self._remove(entry.update["update_id"])

    def _remove(self, number: int) -> None:
        entry = self._entries.pop(number, None)
        if entry is not None:
            entry.gone = True
            self._changed()


def _refuse(poller: asyncio.Future[None], reason: str) -> None:
    if not poller.done():
        poller.set_exception(conflict(reason))
