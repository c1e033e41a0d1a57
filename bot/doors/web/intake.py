"""Intake: what a citizen did -> a row of the inbox, committed; then it waits a little until the row was taken.

The same form sent twice is one row. Nothing is done here about what was said: that is the desk's.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence

from bot.clock import Now
from bot.doors.web.lookout import Lookout
from bot.doors.web.reading import DOOR, CameHere, Deed, Done, written
from bot.keys import Keyring
from bot.store import inbox, web_messages
from bot.store.database import Store, Transaction
from bot.store.inbox import Received

PATIENCE = 5.0
"""Seconds that a page waits for its own answer; what was said is kept, however long it takes."""

_FORM = re.compile(r"[A-Za-z0-9_-]{16,48}")


def form_id() -> str:
    """What makes one form, however often it is sent, count once."""
    return secrets.token_urlsafe(16)


class Intake:
    """Commits what comes from pages."""

    def __init__(self, store: Store, keyring: Keyring, now: Now, stored: Callable[[], None], lookout: Lookout) -> None:
        self._store = store
        self._keyring = keyring
        self._now = now
        self._stored = stored
        self._lookout = lookout

    async def take(
        self,
        address: str,
        form: str,
        *deeds: Done,
        language: str | None,
        whole: bool,
        first: Callable[[Transaction], None] | None = None,
    ) -> bool:
        """Commit what was done, in this order, with whatever `first` writes; True once all of it was taken.

        `form` is the id that the form carried. False when it is committed and waits longer than `PATIENCE`.
        """
        lookup = self._keyring.lookup(DOOR, address)
        rows = []
        for place, done in enumerate(deeds):
            id_ = _update_id(lookup, form, place, done)
            raw = written(Deed(address, id_, done, language, whole))
            sealed = self._keyring.seal(raw, purpose=inbox.PURPOSE)
            rows.append(Received(DOOR, id_, lookup, sealed, self._now()))
        goes_on = any(not isinstance(done, CameHere) for done in deeds)
        # Awaited only from its commit on: before it, a look would find nothing untaken and take it for done.
        await self._store.write(_kept, rows, lookup if goes_on else None, first)
        with self._lookout.awaiting(rows[-1].update_id) as taken:
            self._stored()
            self._lookout.wake()
            try:
                await asyncio.wait_for(taken.wait(), PATIENCE)
            except TimeoutError:
                return False
            return True


def _update_id(lookup: bytes, form: str, place: int, done: Done) -> str:
    # Form ids come from outside: bound to who sent them, they can keep nobody else's from being taken.
    known = form if _FORM.fullmatch(form) else form_id()
    return hashlib.sha256(b"\n".join((lookup, known.encode(), b"%d" % place, repr(done).encode()))).hexdigest()[:40]


def _kept(
    tx: Transaction, rows: Sequence[Received], goes_on: bytes | None, first: Callable[[Transaction], None] | None
) -> None:
    if first is not None:
        first(tx)
    if inbox.receive(tx, rows) and goes_on is not None:
        web_messages.wipe(tx, goes_on)
