"""Many planned follow-ups in the table: start-up, an idle minute, claiming the next hundred; beside the same with few.

`python -m tests.bench.schedule [--rows 1000000] [--few 1000]`. Two databases are filled through the store's own schema
in a folder that is thrown away, and every step is done with both, one after the other. What keeps its time whatever
stands in the table has a ratio near 1.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import settings
from bot.follow_ups import SILENT
from bot.openings import House, opened_house
from bot.store import database, follow_ups, inbox, outbox
from bot.store.database import Transaction, Value
from tests.bench.table import table

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
"""A Wednesday at 12:00 in Stockholm: open hours."""

CLAIMED = 100
BEATS, LOOKS = 12, 30
"""How often in a minute the heart beats, and how often the sender looks into the outbox by itself."""

HELD = 10
"""One in so many stands in each backlog."""

START, IDLE = "start: database and rooms", "a minute with nothing due"
FIND, BEGIN = "find the next 100", "find and begin the next 100"
STOPPED, PAUSED = "100 of a tenth, due and stopped", "behind a tenth, due and paused"
ASKED, TIDY = "behind a tenth with a question open", "tidy, once an hour"
STEPS = (START, IDLE, FIND, BEGIN, STOPPED, PAUSED, ASKED, TIDY)

_JOURNEY = "bench"
_FILL = (
    """INSERT INTO persons (id, language, created_at, last_heard_at)
       WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
       SELECT printf('p%013d', i), 'sv', :now, :now FROM n""",
    """INSERT INTO addresses (lookup, person_id, door, sealed, created_at)
       SELECT CAST('0' || id AS BLOB), id, 'telegram', zeroblob(38), :now FROM persons""",
    """INSERT INTO contacts (id, journey, person_id, audience, unit, service, channel, start_at, registered_at,
                             registered_week)
       SELECT 'c' || substr(id, 2), :journey, id, 'citizen', 'main', 'general', 'phone', :now, :now, '2026-W47'
         FROM persons""",
    # Due in an order that has nothing to do with the order of the ids: 7919 is a prime that divides no number of rows.
    """INSERT INTO follow_ups (id, contact_id, phase, state, due_at, useful_until, bound, unit, contact_start)
       SELECT 'f' || substr(id, 2), id, 'after', 'planned',
              :first + CAST(substr(id, 2) AS INTEGER) * 7919 % :rows * 1000, :useful_until, 1, 'main', start_at
         FROM contacts""",
    """INSERT INTO follow_up_history (follow_up_id, at, week, state)
       SELECT id, :now, '2026-W47', 'planned' FROM follow_ups""",
)
_PAUSED = "UPDATE persons SET paused_until = :until WHERE CAST(substr(id, 2) AS INTEGER) % :step = 1"
_STOPPED = """INSERT INTO stops (lookup, stopped_at)
  SELECT lookup, :now FROM addresses WHERE CAST(substr(person_id, 2) AS INTEGER) % :step = 2"""
_VERSION = "INSERT INTO journey_versions (fingerprint, journey, body, first_used_at) VALUES ('f', :journey, x'', :now)"
_EARLIER = """INSERT INTO follow_ups (id, contact_id, phase, state, due_at, useful_until, bound, unit, contact_start)
  SELECT 'b' || substr(id, 2), id, 'before', 'begun', :now, :useful_until, 1, 'main', start_at
    FROM contacts WHERE CAST(substr(id, 2) AS INTEGER) % :step = 3"""
_OPEN = """INSERT INTO conversations (id, follow_up_id, contact_id, person_id, door, fingerprint, state, turn,
                                     useful_until, began_at, asked_at)
  SELECT 'v' || substr(id, 2), id, contact_id, 'p' || substr(id, 2), 'telegram', 'f', x'7b7d', 'open', useful_until,
         :now, :now
    FROM follow_ups
   WHERE phase = 'before'
     AND NOT EXISTS (SELECT 1 FROM conversations AS other
                      WHERE other.person_id = 'p' || substr(follow_ups.id, 2) AND other.turn = 'open')"""
_DUE = (
    """UPDATE follow_ups SET due_at = :due WHERE phase = 'after' AND CAST(substr(id, 2) AS INTEGER) % :step = :kind"""
)
_NOT_DUE = "UPDATE follow_ups SET due_at = :due WHERE due_at <= :due AND state = 'planned'"


@dataclass
class Place:
    """One database, its house when it is open, and what each step took: CPU and wall seconds."""

    folder: Path
    rows: int
    house: House | None = None

    @property
    def configuration(self) -> settings.Settings:
        """What the bot would be told by its environment."""
        return settings.read(
            {
                "TELEGRAM_BOT_TOKEN": "1234567890:AAbench-token_of-the-loopback-server",
                "KUNDRESA_DATABASE": str(self.folder / "kundresa.db"),
                "KUNDRESA_JOURNEYS": str(Path(__file__).parent),
            }
        )

    async def does(self, change: Callable[..., object], *given: object) -> object:
        """One transaction."""
        assert self.house is not None
        return await self.house.store.write(change, *given)


Step = tuple[str, Callable[[Place], Awaitable[object]]]


async def measured(few: int, many: int, repeats: int = 3) -> str:
    """The table of one run; each figure the least of `repeats` where a step can be repeated."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Place(Path(folder) / str(rows), rows) for rows in (few, many)]
        for place in places:
            await _fill(place)
        took: dict[str, list[tuple[float, float]]] = {}
        async with AsyncExitStack() as open_houses:

            async def start(place: Place) -> None:
                place.house = await open_houses.enter_async_context(opened_house(place.configuration))

            await _time(took, START, start, places, 1)
            await _time(took, IDLE, _idle_minute, places, repeats)
            await _time(took, FIND, _find, places, repeats)
            await _time(took, BEGIN, _begin, places, repeats)
            for name, kind, prepare in _BACKLOGS:
                for place in places:
                    await place.does(prepare, place, kind)
                await _time(took, name, _beat, places, 1)
            await _time(took, TIDY, _tidy, places, 1)
    columns = ("", f"{few:,} CPU ms", f"{many:,} CPU ms", "ratio", f"{few:,} wall ms", f"{many:,} wall ms", "ratio")
    rows = []
    for name, (small, large) in took.items():
        cpu, wall = ((small[which] * 1000, large[which] * 1000) for which in (0, 1))
        rows.append((name, [*cpu, cpu[1] / max(cpu[0], 1e-6), *wall, wall[1] / max(wall[0], 1e-6)]))
    return table(columns, rows)


async def _time(
    took: dict[str, list[tuple[float, float]]],
    name: str,
    step: Callable[[Place], Awaitable[object]],
    places: list[Place],
    repeats: int,
) -> None:
    found: list[list[tuple[float, float]]] = [[] for _ in places]
    for _ in range(repeats):
        for place, times in zip(places, found, strict=True):
            cpu, wall = time.process_time(), time.perf_counter()
            await step(place)
            times.append((time.process_time() - cpu, time.perf_counter() - wall))
    took[name] = [min(times) for times in found]


async def _fill(place: Place) -> None:
    place.folder.mkdir()
    async with opened_house(place.configuration):
        pass  # makes the database and its key
    store = await database.opened(place.folder / "kundresa.db", durable=False)

    def fill(tx: Transaction) -> None:
        given: dict[str, Value] = {
            "rows": place.rows,
            "now": NOON - timedelta(days=30),
            "first": NOON + timedelta(hours=2),
            "useful_until": NOON + timedelta(days=400),
            "journey": _JOURNEY,
        }
        for sql in _FILL:
            tx.run(sql, **{name: value for name, value in given.items() if f":{name}" in sql})

    try:
        await store.write(fill)
    finally:
        await store.close()


async def _idle_minute(place: Place) -> None:
    assert place.house is not None
    for _ in range(BEATS):
        assert not await place.does(place.house.rooms.beat, NOON)
        assert await place.does(inbox.waiting, NOON, 100) == []
    for _ in range(LOOKS):
        assert await place.does(_look_for_sends) == []


def _look_for_sends(tx: Transaction) -> list[outbox.Claimed]:
    outbox.unsettled(tx, NOON)
    claimed = outbox.claim(tx, NOON, 48, (), ())
    outbox.next_at(tx, NOON)
    return claimed


def _moment_of_the_next(tx: Transaction) -> datetime:
    found = tx.value(
        """SELECT due_at AS "due_at [moment]" FROM follow_ups WHERE state = 'planned' AND bound = 1
            ORDER BY due_at LIMIT 1 OFFSET :before""",
        before=CLAIMED - 1,
    )
    assert isinstance(found, datetime)
    return found


async def _find(place: Place) -> None:
    now = await place.does(_moment_of_the_next)
    assert isinstance(now, datetime)

    def find(tx: Transaction) -> int:
        return len(follow_ups.due(tx, now, silent_since=now - SILENT, limit=CLAIMED))

    assert await place.does(find) == CLAIMED


async def _begin(place: Place) -> None:
    assert place.house is not None
    now = await place.does(_moment_of_the_next)
    assert await place.does(place.house.rooms.follow_ups.begin_due, now, CLAIMED) == CLAIMED


async def _beat(place: Place) -> None:
    assert place.house is not None
    await place.does(place.house.rooms.follow_ups.begin_due, NOON, CLAIMED)


def _stopped(tx: Transaction, place: Place, kind: int) -> None:
    tx.run(_STOPPED, now=NOON, step=HELD)
    tx.run(_DUE, due=NOON - timedelta(hours=1), step=HELD, kind=kind)


def _paused(tx: Transaction, place: Place, kind: int) -> None:
    tx.run(_NOT_DUE, due=NOON + timedelta(hours=1))
    tx.run(_PAUSED, until=NOON + timedelta(days=1), step=HELD)
    tx.run(_DUE, due=NOON - timedelta(hours=1), step=HELD, kind=kind)


def _asked(tx: Transaction, place: Place, kind: int) -> None:
    tx.run(_NOT_DUE, due=NOON + timedelta(hours=1))
    given = {"now": NOON - timedelta(hours=2)}
    tx.run(_VERSION, journey=_JOURNEY, **given)
    tx.run(_EARLIER, useful_until=NOON + timedelta(days=2), step=HELD, **given)
    tx.run(_OPEN, **given)
    tx.run(_DUE, due=NOON - timedelta(hours=1), step=HELD, kind=kind)


async def _tidy(place: Place) -> None:
    assert place.house is not None
    await place.does(inbox.tidy, NOON)
    await place.does(place.house.rooms.people.forget_without_purpose, NOON)


_BACKLOGS: tuple[tuple[str, int, Callable[[Transaction, Place, int], None]], ...] = (
    (STOPPED, 2, _stopped),
    (PAUSED, 1, _paused),
    (ASKED, 3, _asked),
)


def main() -> None:
    """Read the options, measure, print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.schedule", description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--few", type=int, default=1_000)
    chosen = options.parse_args()
    print(asyncio.run(measured(chosen.few, chosen.rows)))


if __name__ == "__main__":
    main()
