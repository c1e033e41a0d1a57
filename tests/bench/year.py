"""A year of answers in a real database, written by SQL: contacts, their follow-ups and histories, six answers each.

Through the store's own schema, spread over the 52 weeks before the one that runs. Ids are random, as in life; the same
run twice gives other ids and the same counts. Every week is closed and its files are recorded: whoever opens the
database has nothing to make up for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import library
from bot.clock import iso_week, week_start
from bot.store import database, weeks
from bot.store.database import Transaction, Value
from bot.store.week_rows import WeekFile

ZONE = ZoneInfo("Europe/Stockholm")
WEEKS = 52
ANSWERS = 6
"""Answers of a contact: questions of the benchmark's journey."""

_WORDS = "Jag fick vänta länge i kön, men sedan var allt klart på fem minuter. Tack för det!"
_BATCH = 20_000
"""Contacts written in one transaction."""

# n: a number for each contact of a batch, its week's place, and its moment: spread over the week's working days.
_NUMBERED = """WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)"""
_MADE = f"""INSERT INTO made (i, contact, person, at, week)
    {_NUMBERED} SELECT n.i, lower(hex(randomblob(16))), lower(hex(randomblob(16))),
        w.start + (n.i / :weeks) * 7919 % 7200 * 60000 + 28800000, w.week
    FROM n JOIN spans AS w ON w.place = n.i % :weeks"""
_FILL = (
    "INSERT INTO persons (id, language, created_at, last_heard_at) SELECT person, 'sv', at, at FROM made",
    """INSERT INTO contacts (id, journey, fingerprint, person_id, audience, unit, service, channel, start_at, end_at,
           registered_at, registered_week)
       SELECT contact, 'bench', :fingerprint, person, 'citizen', 'main', 'general', 'phone', at, at + 600000, at, week
       FROM made""",
    """INSERT INTO contact_history (contact_id, at, week, unit, service, channel, start_at, end_at)
       SELECT contact, at, week, 'main', 'general', 'phone', at, at + 600000 FROM made""",
    """INSERT INTO invitations (id, contact_id, code_hash, made_at, opened_at, person_id, bound_at, expires_at)
       SELECT 'i' || contact, contact, CAST(contact AS BLOB), at, at, person, at, at FROM made""",
    """INSERT INTO follow_ups (id, contact_id, phase, state, due_at, useful_until, bound, begun_at, sent_at, ended_at,
           disposition, unit, service, channel, contact_start, contact_end)
       SELECT 'f' || contact, contact, 'after', 'ended', at + 4200000, at + 604800000, 1, at + 4200000, at + 4201000,
           at + 4800000, 'answered', 'main', 'general', 'phone', at, at + 600000 FROM made""",
    """INSERT INTO follow_up_history (follow_up_id, at, week, state, disposition, due_at, useful_until, retrospective,
           with_during)
       SELECT 'f' || contact, at + step.column1, week, step.column2, step.column3, at + 4200000, at + 604800000, 0, 0
       FROM made, (VALUES (0, 'planned', NULL), (4200000, 'begun', NULL), (4800000, 'ended', 'answered')) AS step""",
    """INSERT INTO conversations (id, follow_up_id, contact_id, person_id, door, fingerprint, state, turn, useful_until,
           began_at)
       SELECT 'v' || contact, 'f' || contact, contact, person, 'telegram', :fingerprint, x'7b7d', 'ended', at, at
       FROM made""",
    """INSERT INTO answers (uid, conversation_id, follow_up_id, contact_id, person_id, question, asking, status, codes,
           number, text, language, door, asked_at, answered_at, recorded_at, week)
       SELECT lower(hex(randomblob(16))), 'v' || contact, 'f' || contact, contact, person, q.column2, 1, 'answered',
           CASE q.column3 WHEN 'scale' THEN 1 + i % 5 WHEN 'one' THEN 'yes' ELSE '' END,
           CASE q.column3 WHEN 'scale' THEN 1 + i % 5 END,
           CASE q.column3 WHEN 'words' THEN :words || ' (' || i || ')' END,
           'sv', 'telegram', at + 4200000 + q.column1 * 30000, at + 4220000 + q.column1 * 30000,
           at + 4220000 + q.column1 * 30000, week
       FROM made, (VALUES (0, 'helped', 'one'), (1, 'ease', 'scale'), (2, 'easier', 'words'), (3, 'treated', 'scale'),
           (4, 'repeat', 'one'), (5, 'words', 'words')) AS q
       WHERE i * :answers + q.column1 < :rows""",
    "DELETE FROM made",
)


def closed_weeks(now: datetime) -> list[str]:
    """The 52 weeks before the one that runs, the first one first."""
    start = week_start(iso_week(now, ZONE), ZONE)
    return [iso_week(start - timedelta(days=7 * before - 1), ZONE) for before in range(WEEKS, 0, -1)]


async def filled(path: Path, answers: int, now: datetime) -> list[str]:
    """Add a year with so many answers to the database at `path`, making it where there is none; the weeks filled."""
    spans = closed_weeks(now)
    store = await database.opened(path, durable=False)
    try:
        await store.write(_begin, spans)
        contacts = -(-answers // ANSWERS)
        for first in range(0, contacts, _BATCH):
            await store.write(_batch, first, min(first + _BATCH, contacts), answers)
        await store.write(_end, spans, now)
        await store.checkpoint()
    finally:
        await store.close()
    return spans


def _begin(tx: Transaction, spans: Sequence[str]) -> None:
    journey = library.opened(Path(__file__).parent, ("sv", "fi", "en")).journeys["bench"]
    first = week_start(spans[0], ZONE)
    tx.run(
        "INSERT OR IGNORE INTO journey_versions VALUES (:fingerprint, 'bench', :body, :at)",
        fingerprint=library.fingerprint(journey),
        body=library.encoded(journey),
        at=first,
    )
    tx.run("CREATE TEMP TABLE spans (place INTEGER PRIMARY KEY, week TEXT, start INTEGER)")
    tx.run("CREATE TEMP TABLE made (i INTEGER PRIMARY KEY, contact TEXT, person TEXT, at INTEGER, week TEXT)")
    rows: list[dict[str, Value]] = [
        {"place": place, "week": week, "start": week_start(week, ZONE)} for place, week in enumerate(spans)
    ]
    tx.many("INSERT INTO spans VALUES (:place, :week, :start)", rows)


def _batch(tx: Transaction, first: int, last: int, answers: int) -> None:
    fingerprint = tx.value("SELECT fingerprint FROM journey_versions WHERE journey = 'bench'")
    values: dict[str, Value] = {"first": first, "last": last, "weeks": WEEKS, "fingerprint": fingerprint}
    values |= {"answers": ANSWERS, "rows": answers, "words": _WORDS}
    for statement in (_MADE, *_FILL):
        tx.run(statement, **{name: value for name, value in values.items() if f":{name}" in statement})


def _end(tx: Transaction, spans: Sequence[str], now: datetime) -> None:
    weeks.close_ended(tx, now, ZONE)
    for week in spans:
        for kind in ("report", "data"):
            weeks.record(tx, WeekFile(week, f"{week}.{kind}", kind, "", 0, now))
