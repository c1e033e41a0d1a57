"""Measures that others use too: told on their own scales alone, of enough persons, as their formulas say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot import organisation
from bot.figures.satisfaction import trust_balance_of
from bot.figures.scales import FIVE_STEPS
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.edition import Edition
from bot.workbook.sheets import Line, Table
from bot.workbook.snapshot import gathered
from bot.workbook.standards import standards
from bot.workbook.texts import Texts
from flows.journey import Question
from tests.workbook_rows import MONDAY, ZONE, Rows, question, scale, visit

LAST = "2026-W48"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
EDITION = Edition(LAST, organisation.default(("sv", "fi", "en")), Texts("en"), AFTER, ZONE, False)
HME = [
    scale(f"{mark}-{place}", "after", index=f"hme-{mark}")
    for mark in ("motivation", "leadership", "steering")
    for place in range(3)
]
Answers = Mapping[str, int]


async def told(
    store: Store, asked: Sequence[Question], groups: Sequence[tuple[int, Answers]], audience: str = "citizen"
) -> dict[str, list[object]]:
    """The rows of the table by measure, where so many persons each answered so."""

    def write(tx: Transaction) -> None:
        journey = visit(*asked, audience=audience)
        rows = Rows(tx, journey)
        rows.use(journey, MONDAY)
        for persons, answers in groups:
            for _ in range(persons):
                rows.answered(MONDAY + timedelta(weeks=1), dict(answers))
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    snapshot = await store.read(gathered, LAST, ZONE, False)
    found: dict[str, list[object]] = {}
    for block in standards(snapshot, snapshot.chapters.marked, EDITION):
        if isinstance(block, Table):
            # A share among other figures has its own form.
            found |= {str(row[0]): [getattr(cell, "value", cell) for cell in row] for row in block.rows}
        elif isinstance(block, Line):
            found["-"] = [*found.get("-", []), block.text]
    return found


async def test_satisfied_and_trust_are_told_of_many(store: Store) -> None:
    """Of forty, thirty at 4 are 75 per cent satisfied; SOM's balance is those in favour less those against."""
    trust = scale("trust", "after")
    trust = Question(**{name: getattr(trust, name) for name in trust.__slots__} | {"scale": "trust"})
    rows = await told(store, [trust], [(30, {"whole": 4, "trust": 5}), (10, {"whole": 2, "trust": 1})])
    satisfied = rows["whole? Satisfied: answered 4 or 5 (CSAT)"]
    assert satisfied[2] == 0.75
    assert satisfied[5:8] == [40, 40, 40]
    balance = trust_balance_of({5: 30, 1: 10}, FIVE_STEPS)
    assert balance is not None
    assert rows["trust? Trust balance, percentage points"][2:5] == [50, balance.interval.low, balance.interval.high]


async def test_few_persons_have_no_share(store: Store) -> None:
    """Twelve persons: no row, but a line that says from how many shares are shown."""
    told_of_few = await told(store, [], [(12, {"whole": 4})])
    assert told_of_few == {
        "-": ["Under 30 answered: shares are shown from 30 on – whole? Satisfied: answered 4 or 5 (CSAT)."]
    }


async def test_a_measure_on_another_scale_is_not_told(store: Store) -> None:
    """A number from 0 to 10 marked nps has NPS; from 1 to 10 it has none, and a mark nobody knows means nothing."""
    right = question("advise", "number", "after", low=0, high=10, index="nps")
    wrong = question("commend", "number", "after", low=1, high=10, index="nps")
    other = question("rate", "number", "after", low=0, high=10, index="service")
    answers = [(30, {"advise": 10, "commend": 10, "rate": 10}), (10, {"advise": 6, "commend": 1, "rate": 1})]
    rows = await told(store, [right, wrong, other], answers)
    assert list(rows) == ["advise? NPS, −100 to 100"]
    assert rows["advise? NPS, −100 to 100"][2] == 50


async def test_hme_is_of_those_who_answered_all(store: Store) -> None:
    """Forty employees: three sub-indices and their mean; thirty more who left all but one out change none of them."""
    whole = {each.code: {"motivation": 5, "leadership": 4, "steering": 3}[each.code.split("-")[0]] for each in HME}
    rows = await told(store, HME, [(40, whole), (30, {"motivation-0": 1})], "employee")
    assert [
        rows[f"HME, {name}"][2] for name in ("sub-index Motivation", "sub-index Leadership", "sub-index Steering")
    ] == [
        100,
        75,
        50,
    ]
    assert rows["HME, total index 0–100"][2] == 75
    assert rows["HME, total index 0–100"][5] == 40


async def test_hme_of_nearly_all_gives_nobody_away(store: Store) -> None:
    """Two of forty-two left one statement out: the index less that statement's own figure would be the two."""
    whole = {each.code: 4 for each in HME}
    less = {code: step for code, step in whole.items() if code != "steering-2"}
    rows = await told(store, HME, [(40, whole), (2, less)], "employee")
    assert "HME, total index 0–100" not in rows
    hidden = " ".join(map(str, rows["-"]))
    assert "HME, total index 0–100" in hidden.partition("Not shown: would give a small group away – ")[2]


async def test_colleagues_under_ten_have_no_hme(store: Store) -> None:
    """Nine employees: nothing but words."""
    (line,) = (await told(store, HME, [(9, {each.code: 4 for each in HME})], "employee"))["-"]
    assert str(line).startswith("Not shown: fewer than 10 persons – ")
    assert "HME, total index 0–100" in str(line)
