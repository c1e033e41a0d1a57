"""Keys of case systems: made, found, revoked. A key is shown once and kept as a hash; it is for one unit, or for all.

Never shows a page, and never answers a call.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.keys import code_hash, new_token
from bot.organisation import meant
from bot.premises import Premises
from bot.store import api_keys, facts
from bot.store.api_keys import ApiKey
from bot.store.database import Transaction

USED_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a key was used: not every call is worth a commit."""

LONGEST_NAME = 80
_BEGINS = "kr_"
"""So that a key that lies where it should not is known for what it is, by people and by programs that look for them."""

_KEY = re.compile(rf"{_BEGINS}[A-Za-z0-9_-]{{43}}")


class ApiKeyRefused(Exception):
    """Something about a key that can't be done; the message says what to do."""


class ApiKeys:
    """The keys of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def make(
        self, tx: Transaction, *, name: str, unit: str | None, made_by: str, request: str, now: datetime
    ) -> tuple[ApiKey, str | None]:
        """A new key, and what to call with. The same `request` again: the same key, which can't be shown again.

        ApiKeyRefused for a name that can't be, UnknownCode for a unit that isn't the organisation's.
        """
        before = facts.reply_to(tx, request)
        if before is not None:
            return self.found(tx, before.decode()), None
        called = " ".join(name.split())
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise ApiKeyRefused(f"A name has 1 to {LONGEST_NAME} characters. Write which system calls with the key.")
        if unit is not None:
            meant(unit, self._premises.organisation.units, "unit")
        id_, token = self._premises.ids(), _BEGINS + new_token()
        api_keys.add(tx, id_, code_hash(token), name=called, unit=unit, made_by=made_by, now=now)
        facts.keep_reply(tx, request, id_.encode(), now)
        return self.found(tx, id_), token

    def found(self, tx: Transaction, id_: str) -> ApiKey:
        """The key with this id, revoked or not. ApiKeyRefused if there is none."""
        key = api_keys.of_id(tx, id_)
        if key is None:
            raise ApiKeyRefused(f"There is no key {id_}.")
        return key

    def every(self, tx: Transaction) -> list[ApiKey]:
        """Every key, those that are good first, the newest first."""
        return api_keys.all_of_them(tx)

    def of_token(self, tx: Transaction, token: str) -> ApiKey | None:
        """The key that somebody calls with; None if it is none, or was revoked."""
        return api_keys.of_hash(tx, code_hash(token)) if looks_like_one(token) else None

    def use(self, tx: Transaction, key: ApiKey, now: datetime) -> None:
        """The key was used (kept every `USED_EVERY`)."""
        if is_used_anew(key, now):
            api_keys.use(tx, key.id, now)

    def revoke(self, tx: Transaction, id_: str, now: datetime) -> bool:
        """Nobody calls with it any more; False if that was so before. ApiKeyRefused if there is none."""
        return api_keys.revoke(tx, self.found(tx, id_).id, now)


def looks_like_one(token: str) -> bool:
    """Whether a text has the shape of a key: what has not need not be looked for."""
    return _KEY.fullmatch(token) is not None


def is_used_anew(key: ApiKey, now: datetime) -> bool:
    """Whether it is worth keeping that the key was used now."""
    return key.last_used_at is None or abs(now - key.last_used_at) > USED_EVERY
