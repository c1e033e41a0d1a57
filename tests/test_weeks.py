"""Weeks: closing them, and reading what one holds, in a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import control_sums, tallies, weeks
from bot.store.database import Store, Transaction
from bot.store.week_rows import WeekFile
from bot.store.weeks import WeekNotEnded
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

WEEK = "2026-W47"
AFTER = datetime(2026, 11, 23, 5, tzinfo=UTC)
"""Monday 06:00 in Stockholm, in 2026-W48."""


def begun(tx: Transaction) -> Rows:
    """Rows pinned to the small journey."""
    rows = Rows(tx, visit())
    rows.use(visit(), MONDAY - timedelta(weeks=20))
    return rows


async def test_a_closed_week_takes_no_new_row(store: Store) -> None:
    """What is recorded belongs to this week until it is closed, then to the next, even when the clock stands still."""
    assert await store.write(weeks.open_week, MONDAY, ZONE) == WEEK
    await store.write(weeks.close, WEEK, AFTER, ZONE)
    assert await store.write(weeks.open_week, AFTER, ZONE) == "2026-W48"
    assert await store.write(weeks.open_week, MONDAY, ZONE) == "2026-W48"
    assert await store.write(weeks.open_week, AFTER + timedelta(weeks=2), ZONE) == "2026-W50"


async def test_a_week_belongs_to_the_organisations_zone(store: Store) -> None:
    """Sunday 23:30 UTC in winter is already next week in Stockholm."""
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert await store.write(weeks.open_week, late, ZONE) == "2026-W48"
    await store.write(weeks.close, WEEK, late, ZONE)
    with pytest.raises(WeekNotEnded, match="2026-W48 runs until 2026-11-30 00:00"):
        await store.write(weeks.close, "2026-W48", late, ZONE)


async def test_every_ended_week_since_the_first_row_is_closed_once(store: Store) -> None:
    """After an outage all weeks that ended are closed, across the turn of the year; none twice, none that runs."""
    assert await store.write(weeks.close_ended, AFTER, ZONE) == []
    start = datetime(2026, 12, 16, 9, tzinfo=UTC)
    await store.write(lambda tx: begun(tx).answered(start, {"whole": 4}))
    later = datetime(2027, 1, 13, 9, tzinfo=UTC)
    closed = await store.write(weeks.close_ended, later, ZONE)
    assert closed == ["2026-W51", "2026-W52", "2026-W53", "2027-W01"]
    assert await store.write(weeks.close_ended, later, ZONE) == []
    assert await store.read(weeks.unmade) == closed


async def test_a_week_is_unmade_until_both_files_are_recorded(store: Store) -> None:
    """A week with its report alone is still to be made; recording a file again replaces its record."""
    await store.write(weeks.close, WEEK, AFTER, ZONE)
    for kind, left in (("report", [WEEK]), ("data", [])):
        await store.write(weeks.record, WeekFile(WEEK, f"{kind}.xlsx", kind, "aa", 1, AFTER))
        assert await store.read(weeks.unmade) == left
    await store.write(weeks.record, WeekFile(WEEK, "data.xlsx", "data", "bb", 2, AFTER))
    assert [(file.name, file.sha256, file.rows) for file in await store.read(weeks.files, WEEK)] == [
        ("data.xlsx", "bb", 2),
        ("report.xlsx", "aa", 1),
    ]


async def test_dispositions_stand_as_at_the_weeks_close(store: Store) -> None:
    """A follow-up that ended on the Monday after is still begun in the week before, with no moment of ending."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        person = rows.person()
        contact = rows.contact(MONDAY, person)
        follow_up = rows.follow_up(contact, "after", MONDAY + timedelta(hours=3))
        talk = rows.conversation(follow_up, contact, person, MONDAY + timedelta(hours=3))
        rows.answer(talk, "whole", MONDAY + timedelta(hours=4), codes="4", number=4)
        rows.history(follow_up, "ended", AFTER - timedelta(hours=5), "partial", "granted")
        tx.run("UPDATE follow_ups SET reminded_at = :at", at=AFTER - timedelta(hours=5))

    await store.write(fill)
    (then,) = await store.read(lambda tx: list(weeks.follow_ups(tx, WEEK, ZONE, False)))
    assert (then.state, then.disposition, then.ended_at, then.outcome, then.reminded_at) == (
        "begun",
        None,
        None,
        None,
        None,
    )
    (answer,) = await store.read(lambda tx: list(weeks.answers(tx, WEEK, False)))
    assert (answer.state, answer.disposition, answer.outcome, answer.reminded) == ("begun", None, None, 0)
    (now,) = await store.read(lambda tx: list(weeks.follow_ups(tx, "2026-W48", ZONE, False)))
    assert (now.state, now.disposition, now.outcome) == ("ended", "partial", "granted")
    assert now.ended_at == AFTER - timedelta(hours=5)


async def test_what_was_registered_later_is_not_in_an_old_week(store: Store) -> None:
    """A contact of last week registered this week changes nothing in last week's rows or funnel."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        rows.answered(MONDAY, {"whole": 4})
        late = rows.contact(MONDAY, registered=AFTER)
        rows.follow_up(late, "after", AFTER, begun=False)

    await store.write(fill)
    then = await store.read(lambda tx: list(weeks.follow_ups(tx, WEEK, ZONE, False)))
    assert [row.contact_id for row in then] == ["contact-00001"]
    (funnel,) = await store.read(lambda tx: tallies.funnel(tx, [WEEK], WEEK, ZONE, False))
    assert funnel.registered == 1
    (seen,) = await store.read(lambda tx: list(weeks.follow_ups(tx, "2026-W48", ZONE, False)))
    assert seen.contact_id == "contact-00002"


async def test_the_funnel_counts_contacts_with_a_personal_invitation(store: Store) -> None:
    """Registered, opened, begun, finished and still open are told apart; posters, cancelled, simulated are left out."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        rows.answered(MONDAY, {"whole": 4})
        opened = rows.contact(MONDAY, opened=MONDAY + timedelta(hours=1))
        rows.follow_up(opened, "after", MONDAY, begun=False)
        rows.history(rows.follow_up(rows.contact(MONDAY), "after", MONDAY), "ended", MONDAY, "missed")
        rows.follow_up(rows.contact(MONDAY, rows.person()), "after", MONDAY)
        rows.answered(MONDAY, {"whole": 4}, invitation="open")
        rows.answered(MONDAY, {"whole": 4}, simulated=True)
        rows.change(rows.contact(MONDAY), MONDAY, cancelled_at=MONDAY)

    await store.write(fill)
    (row,) = await store.read(lambda tx: tallies.funnel(tx, [WEEK], WEEK, ZONE, False))
    assert (row.registered, row.opened, row.begun, row.finished, row.still_open) == (4, 3, 2, 1, 2)
    (reason,) = await store.read(lambda tx: weeks.reasons(tx, WEEK, WEEK, WEEK, ZONE, False))
    assert (reason.disposition, reason.follow_ups) == ("missed", 1)


async def test_a_person_counts_once_with_the_latest_answer(store: Store) -> None:
    """Two contacts of one person are one answer, one person asked, two contacts; corrections are applied."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        person = rows.person()
        rows.answered(MONDAY, {"whole": 1}, person=person)
        rows.answered(MONDAY + timedelta(days=1), {"whole": 2, "told": None}, person=person)
        talk = "conversation-00002"
        rows.answer(talk, "whole", MONDAY + timedelta(days=2), codes="5", number=5, supersedes=2)

    await store.write(fill)
    settled = await store.read(lambda tx: tallies.tallies(tx, {"week": [WEEK]}, False))
    whole = [row for row in settled if row.question == "whole"]
    assert [(row.codes, row.persons) for row in whole if row.persons] == [("5", 1)]
    assert sum(row.contacts for row in whole) == 2
    assert [(row.answered, row.persons, row.contacts) for row in settled if row.question == "told"] == [(0, 1, 1)]


async def test_control_sums_count_options_masks_and_erased_rows(store: Store) -> None:
    """The database itself counts the rows that options make, the pieces masked, and the rows erased since."""

    def fill(tx: Transaction) -> None:
        rows = begun(tx)
        rows.answered(MONDAY, {"whole": 4, "told": "family press", "times": None})
        talk = "conversation-00001"
        rows.answer(talk, "comment", MONDAY, text="…", masked="phone phone email")
        tx.run("INSERT INTO erased (week, rows) VALUES (:w, 7)", w=WEEK)

    await store.write(fill)
    sums = await store.read(control_sums.of_week, WEEK, ZONE, False)
    assert (sums.settled, sums.answers, sums.verbatims, sums.follow_ups) == (4, 5, 1, 1)
    assert (await store.read(control_sums.of_week, WEEK, ZONE, True)).answers == 0
    assert await store.read(control_sums.masked, WEEK, False) == {"email": 1, "phone": 2}
    assert (await store.read(control_sums.erased, WEEK)).rows == 7
