"""Pairs and ratings in a row: which answers count together, for which week, and which contact stands for a person."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from bot.store import pairs
from bot.store.database import Store, Transaction
from tests.paired_rows import LAST, START, begun, contact, journey, settle
from tests.workbook_rows import ZONE

WEEKS = ("2026-W45", "2026-W46", "2026-W47", LAST)
SPANS = {"all": WEEKS, **{week: (week,) for week in WEEKS}}
WANTED = [("visit", "expect", "ease"), ("visit", "treated", "whole")]
CURVE = [("visit", "feeling"), ("visit", "treated"), ("visit", "whole")]


def told(tx: Transaction, span: str, first: str = "expect") -> Counter[tuple[float | None, float | None]]:
    """Persons by both numbers, (None, None) where not both answered."""
    found: Counter[tuple[float | None, float | None]] = Counter()
    for row in pairs.pairs(tx, SPANS, WANTED, False):
        if row.span == span and row.first == first:
            found[row.first_number, row.second_number] += row.persons
    return +found


def in_a_row(tx: Transaction, span: str) -> dict[str, tuple[int, int]]:
    """Persons and contacts by their ratings."""
    rows = pairs.rows_of_ratings(tx, SPANS, CURVE, False)
    return {row.ratings: (row.persons, row.contacts) for row in rows if row.span == span}


async def test_a_pair_counts_for_the_week_of_its_later_answer(store: Store) -> None:
    """Expected on Sunday, experienced on Monday: a pair of the new week, whose first answer is not of it."""

    def write(tx: Transaction) -> None:
        contact(begun(tx, journey()), START, {"expect": 2, "ease": 5})
        assert told(tx, LAST) == {(2, 5): 1}
        assert told(tx, WEEKS[2]) == {}
        (row,) = (row for row in pairs.pairs(tx, SPANS, WANTED, False) if row.span == LAST)
        assert (row.persons, row.inside, row.contacts) == (1, 0, 1)
        (row,) = (row for row in pairs.pairs(tx, SPANS, WANTED, False) if row.span == "all")
        assert (row.persons, row.inside) == (1, 1)
        assert in_a_row(tx, "all") == {}

    await store.write(write)


async def test_a_person_counts_once_with_the_latest_contact_of_which_both_were_answered(store: Store) -> None:
    """A later contact without an expectation, or with half a pair, doesn't take the place of a whole one."""

    def write(tx: Transaction) -> None:
        rows = begun(tx, journey())
        person = contact(rows, START, {"expect": 1, "ease": 2})
        contact(rows, START + timedelta(days=2), {"expect": 3, "ease": 4}, person=person)
        contact(rows, START + timedelta(days=4), {"expect": 5, "ease": None}, person=person)
        contact(rows, START + timedelta(days=4), {"ease": 1}, person=person)
        assert told(tx, LAST) == {(3, 4): 1}
        assert sum(row.contacts for row in pairs.pairs(tx, SPANS, WANTED, False) if row.span == LAST) == 3

    await store.write(write)


async def test_what_was_asked_afterwards_about_the_time_before_is_no_expectation(store: Store) -> None:
    """Nor is it a rating of the stage before."""

    def write(tx: Transaction) -> None:
        contact(begun(tx, journey()), START, {"expect": 1, "ease": 2, "feeling": 1, "whole": 5}, retrospective=True)
        assert told(tx, "all") == {}
        assert in_a_row(tx, "all") == {"whole:5.0": (1, 1)}

    await store.write(write)


async def test_corrections_hold_as_they_stood_when_the_span_ended(store: Store) -> None:
    """A correction of the first answer counts from its own week on; one of the second is a pair of its own week."""

    def write(tx: Transaction) -> None:
        rows = begun(tx, journey())
        person, start = rows.person(START), START - timedelta(weeks=1)
        found = rows.contact(start, person)
        before = settle(rows, found, person, "before", start, {"expect": 2})
        after = settle(rows, found, person, "after", start + timedelta(hours=2), {"ease": 2})
        first, second = (
            tx.count("SELECT id FROM answers WHERE conversation_id = :c", c=one) for one in (before, after)
        )
        rows.answer(before, "expect", START, codes="4", number=4, supersedes=first)
        assert (told(tx, WEEKS[2]), told(tx, LAST), told(tx, "all")) == ({(2, 2): 1}, {}, {(4, 2): 1})
        rows.answer(after, "ease", START, codes="5", number=5, supersedes=second)
        assert (told(tx, WEEKS[2]), told(tx, LAST), told(tx, "all")) == ({(2, 2): 1}, {(4, 5): 1}, {(4, 5): 1})

    await store.write(write)


async def test_ratings_stand_in_a_row_as_far_as_a_contact_has_come(store: Store) -> None:
    """Put and not answered is told apart from not put; the latest contact that was rated stands for a person."""

    def write(tx: Transaction) -> None:
        rows = begun(tx, journey())
        person = contact(rows, START, {"feeling": 1, "treated": 2, "whole": None})
        contact(rows, START + timedelta(days=3), {"treated": None}, person=person)
        contact(rows, START + timedelta(days=3), {"treated": 4, "whole": 4})
        assert in_a_row(tx, WEEKS[2]) == {"feeling:1.0": (1, 1)}
        assert in_a_row(tx, "all") == {
            "feeling:1.0 treated:2.0 whole:": (1, 1),
            "treated:": (0, 1),
            "treated:4.0 whole:4.0": (1, 1),
        }

    await store.write(write)


async def test_simulated_contacts_are_kept_apart(store: Store) -> None:
    """Neither pairs nor ratings of the demo stand among those of people."""

    def write(tx: Transaction) -> None:
        contact(begun(tx, journey()), START, {"expect": 1, "ease": 2, "whole": 3})
        tx.run("UPDATE contacts SET simulated = 1")
        assert (told(tx, LAST), in_a_row(tx, LAST)) == ({}, {})
        assert len(pairs.pairs(tx, {LAST: (LAST,)}, WANTED, True)) == 1
        assert len(pairs.rows_of_ratings(tx, {LAST: (LAST,)}, CURVE, True)) == 1

    await store.write(write)


async def test_many_contacts_are_counted_as_they_are_one_by_one(store: Store) -> None:
    """Two hundred contacts of sixty persons over four weeks: each span holds what a list of them does."""
    chance = random.Random(7)
    plan: list[tuple[int, datetime, dict[str, int | None]]] = []
    for _ in range(200):
        start = START + timedelta(hours=chance.randrange(-24 * 21, 24 * 5))
        given = {code: chance.choice((None, 1, 2, 3, 4, 5)) for code in ("expect", "ease") if chance.random() < 0.7}
        plan.append((chance.randrange(60), start, given))

    def write(tx: Transaction) -> None:
        rows = begun(tx, journey())
        people = [rows.person() for _ in range(60)]
        for person, start, given in plan:
            contact(rows, start, given, person=people[person])
        for span, weeks in SPANS.items():
            assert told(tx, span) == expected(plan, weeks), span

    await store.write(write)


def expected(
    plan: list[tuple[int, datetime, dict[str, int | None]]], weeks: tuple[str, ...]
) -> dict[tuple[int | None, int | None], int]:
    """The same from the list itself: contacts were written in its order, so that a later one has later answers."""
    latest: dict[int, tuple[int | None, int | None]] = {}
    for person, start, given in plan:
        year, week, _ = (start + timedelta(hours=2)).astimezone(ZONE).isocalendar()
        if f"{year}-W{week:02d}" not in weeks or len(given) < 2:
            continue
        pair = (given["expect"], given["ease"])
        whole = None not in pair
        if whole or person not in latest:
            latest[person] = pair if whole else (None, None)
    return dict(Counter(latest.values()))
