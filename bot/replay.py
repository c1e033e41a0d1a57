"""Replay: what the journal says and this database does not know any more, since it is an older copy, holds again.

Runs when a house is opened for writing, before anything is taken or sent. Where the database knows it all, it changes
nothing. A database without its journal gives it a new one, of what it knows itself.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.erasures import Erasures
from bot.journal import Entry, Journal, Reference, latest_by_lookup, of_stops_and_tombstones
from bot.store import erasures, people
from bot.store.database import Store, Transaction

_log = logging.getLogger("kundresa.journal")


async def replayed(store: Store, journal: Journal, erasures_room: Erasures, now: datetime) -> None:
    """Stop whoever stopped, erase again whatever was erased, from before that moment. OSError from the journal."""
    if not journal.path.exists():
        known = await store.read(_known)
        if known:
            journal.append(known)
            _log.warning("%s was missing. It is made anew of the stops and erasures the database knows.", journal.path)
        return
    journal.mend()
    entries = journal.entries()
    if not entries:
        return
    stopped, erased = await store.write(_again, entries, erasures_room, now)
    if stopped or erased:
        _log.warning(
            "The journal tells of %d stops or starts and %d erasures that this database did not know: it is an older "
            "copy. They hold again.",
            stopped,
            erased,
        )


def _again(tx: Transaction, entries: list[Entry], erasures_room: Erasures, now: datetime) -> tuple[int, int]:
    stopped = 0
    for lookup, entry in latest_by_lookup(entries).items():
        if entry.what == "stop":
            stopped += people.stop(tx, lookup, entry.at)
        else:
            stopped += people.start_after(tx, lookup, entry.at)
    erased = sum(erasures_room.again(tx, entry, now) for entry in entries if entry.what == "erased")
    return stopped, erased


def _known(tx: Transaction) -> list[Entry]:
    return of_stops_and_tombstones(
        [(stop.lookup, stop.stopped_at) for stop in erasures.stopped(tx)],
        [(Reference(one.unit, one.journey, one.reference_lookup.hex()), one.made_at) for one in erasures.buried(tx)],
    )
