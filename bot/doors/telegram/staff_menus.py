"""Menus of staff: the commands shown in chats that members linked to themselves, and in no others.

What is shown where is remembered as a fact, so that a restart, an unlinked chat or a setting switched off is caught up
with. The sealed address is kept there as long as a menu is shown, or it could never be taken away again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping

import msgspec
from telegram import Bot, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.doors.telegram.sending import ADDRESS
from bot.keys import Keyring, Unreadable
from bot.store import facts, staff_chats
from bot.store.database import Store, Transaction
from bot.store.staff_chats import Reached

Menu = tuple[tuple[str, str], ...]
"""Commands as (word, description)."""

REST_SECONDS = 1.0
"""At least so long between two looks, however much goes on."""

AGAIN_SECONDS = 600.0
"""After so long what failed is tried again, and what was changed elsewhere is seen."""

_SHOWN = "telegram_staff_menus"
_LOG = logging.getLogger(__name__)


class _Shown(msgspec.Struct, frozen=True):
    """A menu that is shown in a chat."""

    mark: str
    sealed: bytes


_BY_LOOKUP = dict[str, _Shown]


class StaffMenus:
    """Keeps menus as they should be. `menus` is by language; without any, every menu of staff is taken away."""

    def __init__(self, *, store: Store, keyring: Keyring, bot: Bot, menus: Mapping[str, Menu]) -> None:
        self._store = store
        self._keyring = keyring
        self._bot = bot
        self._menus = menus
        self._awake = asyncio.Event()
        self._told = ""

    def wake(self) -> None:
        """A chat may have been linked, or unlinked."""
        self._awake.set()

    async def run(self) -> None:
        """Look and catch up, for ever; once, where there are no menus to show."""
        while True:
            self._awake.clear()
            try:
                await self._catch_up()
                self._told = ""
            except Exception as error:
                if self._told != type(error).__name__:
                    self._told = type(error).__name__
                    _LOG.warning("Telegram: menus of staff were not set (%s). It is tried again.", self._told)
            if not self._menus and not self._told:
                return
            await asyncio.sleep(REST_SECONDS)
            try:
                async with asyncio.timeout(AGAIN_SECONDS):
                    await self._awake.wait()
            except TimeoutError:
                pass

    async def _catch_up(self) -> None:
        wanted, shown = await self._store.read(_standing)
        if self._menus:
            for reached in wanted:
                await self._show(reached, shown.get(reached.lookup.hex()))
        here = {reached.lookup.hex() for reached in wanted} if self._menus else set()
        for lookup in sorted(set(shown) - here):
            await self._take_away(lookup, shown[lookup])

    async def _show(self, reached: Reached, before: _Shown | None) -> None:
        menu = self._menus.get(reached.language) or next(iter(self._menus.values()))
        sealed = reached.sealed or (before.sealed if before is not None else None)
        mark = hashlib.sha256(msgspec.json.encode(menu)).hexdigest()
        if sealed is None or (before is not None and before.mark == mark):
            return  # without an address it is shown when they write next
        await self._call(sealed, menu)
        await self._store.write(_note, reached.lookup.hex(), _Shown(mark, sealed))

    async def _take_away(self, lookup: str, before: _Shown) -> None:
        await self._call(before.sealed, None)
        await self._store.write(_note, lookup, None)

    async def _call(self, sealed: bytes, menu: Menu | None) -> None:
        try:
            scope = BotCommandScopeChat(int(self._keyring.unseal(sealed, purpose=ADDRESS)))
            if menu is None:
                await self._bot.delete_my_commands(scope=scope)
            else:
                await self._bot.set_my_commands(menu, scope=scope)
        except (BadRequest, Forbidden, Unreadable, ValueError) as error:
            # A chat that is gone shows no menu: nothing to try again.
            _LOG.warning("Telegram: a menu of staff was refused (%s).", _fault(error))


def _standing(tx: Transaction) -> tuple[list[Reached], _BY_LOOKUP]:
    return staff_chats.everyone(tx), _shown(tx)


def _shown(tx: Transaction) -> _BY_LOOKUP:
    kept = facts.get(tx, _SHOWN)
    return msgspec.json.decode(kept, type=_BY_LOOKUP) if kept is not None else {}


def _note(tx: Transaction, lookup: str, shown: _Shown | None) -> None:
    known = _shown(tx)
    if shown is None:
        known.pop(lookup, None)
    else:
        known[lookup] = shown
    facts.put(tx, _SHOWN, msgspec.json.encode(known))


def _fault(error: Exception) -> str:
    return error.message if isinstance(error, TelegramError) else type(error).__name__
