"""A unit's contact causes and needs: its own numbers, held back where they would tell of few beside the other units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import coding, organisation
from bot.figures.intervals import wilson
from bot.figures.suppression import fewest, rounded_down, rounded_up
from bot.store.coding import Said, add, keep_list
from bot.store.database import Store, Transaction
from bot.store.week_rows import CauseRow
from bot.workbook.export import export_report
from bot.workbook.span import Span
from bot.workbook.staff_causes import failure_beside, shown_beside, shown_causes, shown_failure
from bot.workbook.texts import Texts
from flows.journey import Choice, Demand, Journey
from tests.oracle import kappa
from tests.paired_rows import tables_of
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, visit, words

DEFAULT = organisation.default(("sv", "fi", "en"))
LISTS = coding.lists(DEFAULT)
FIRST, LAST = "2026-W45", "2026-W48"
NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)
ENGLISH = Texts("en")
CAUSES, NEEDS = "Contact causes", "Needs"
BESIDE = ENGLISH("notes.beside")
Record = dict[str, object]


def journey() -> Journey:
    """The small journey with a ladder's end, and where it began to go wrong."""
    touchpoints = tuple(Choice(code, words(code.title())) for code in ("booking", "meeting"))
    return visit(
        question("behind-wrong", "touchpoint", "after", touchpoints, ladder="behind"),
        question("behind-happened", "words", "after", ladder="behind"),
        question("behind-need", "one", "after", options("seen", "next", "safe"), ladder="behind"),
    )


def begun(tx: Transaction) -> Rows:
    """Rows pinned to the journey."""
    rows = Rows(tx, journey())
    rows.use(journey(), MONDAY - timedelta(weeks=20))
    return rows


def answered(tx: Transaction, unit: str, code: str, counts: Mapping[str, int]) -> None:
    """So many persons whom the unit met and who chose each of these."""
    rows = begun(tx)
    for choice, count in counts.items():
        for _ in range(count):
            rows.answered(START, {code: choice}, unit=unit)


def caused(tx: Transaction, unit: str, counts: Mapping[str | None, int], asked: bool = False) -> None:
    """So many contacts of the unit, of which staff gave this cause, or none; asked about, or not yet."""
    rows = begun(tx)
    for cause, count in counts.items():
        for _ in range(count):
            contact = rows.answered(START, {"whole": 3}, unit=unit) if asked else rows.contact(START, unit=unit)
            rows.change(contact, START, cause=cause)


def coded(tx: Transaction, unit: str, found: Sequence[Mapping[str, str]], own: str | None = None) -> None:
    """Persons who wrote something about the unit, and what was coded of it, by field; `own`: the need they chose."""
    rows = begun(tx)
    keep_list(tx, LISTS.version, LISTS.body, START)
    for fields in found:
        rows.answered(START, {"behind-happened": "words", **({"behind-need": own} if own else {})}, unit=unit)
        answer = tx.count("SELECT MAX(id) FROM answers WHERE question = 'behind-happened'")
        for field, codes in fields.items():
            said = Said(field, codes, None)
            add(tx, answer, said, coder="a", version=LISTS.version, source="f", now=START, week=LAST)


async def made(store: Store, folder: Path, unit: str | None, language: str = "en") -> Path:
    """The report of the period, of a unit or of all."""
    (path,) = await export_report(
        store, Span(FIRST, LAST, unit), folder=folder, organisation=DEFAULT, language=language, now=NOW, zone=ZONE
    )
    return path


async def of_unit(store: Store, folder: Path, unit: str | None, title: str = CAUSES) -> dict[str, list[Record]]:
    """The tables of one sheet of a unit's report."""
    return tables_of(await made(store, folder, unit), title)


def left_out(path: Path) -> dict[object, object]:
    """What Notes say was left out, and why."""
    return {row["Sheet"]: row["Why it is left out"] for row in tables_of(path, "Notes")["left_out"]}


async def test_a_units_citizens_are_its_own_and_stand_as_in_the_report_of_all(store: Store, tmp_path: Path) -> None:
    """Count, share and interval of those whom the unit met; its row beside all stands in the report of all."""
    await store.write(answered, "centre", "cause", {"waited": 36, "new": 24})
    await store.write(answered, "north", "cause", {"waited": 10, "new": 30})
    found = await of_unit(store, tmp_path, "north")
    (share,) = found["failure_demand"]
    assert (share["Count"], share["Answers"], share["Contacts"]) == (10, 40, 40)
    ends = wilson(10, 40)
    told = [share[name] for name in ("Share", "Share from", "Share to")]
    assert told == [0.25, pytest.approx(ends.low), pytest.approx(ends.high)]
    assert {row["Cause"]: row["Count"] for row in found["causes_by_citizens"]} == {"Waited": 10, "New": 30}
    everybody = (await of_unit(store, tmp_path, None))["failure_demand_by_part"]
    together, own = found["failure_demand_by_part"]
    assert (together["Where it showed"], together["Count"]) == ("All together", 46)
    assert own in everybody


async def test_where_it_began_is_told_of_the_unit_beside_all(store: Store, tmp_path: Path) -> None:
    """The unit's own counts of each touchpoint, after those of all; no other unit, and no channel."""
    await store.write(answered, "centre", "behind-wrong", {"booking": 30, "meeting": 10})
    await store.write(answered, "north", "behind-wrong", {"booking": 3, "meeting": 32})
    rows = (await of_unit(store, tmp_path, "north"))["origins"]
    told = [(row["Where it showed"], row["Where it began to go wrong"], row["Count"]) for row in rows]
    assert told == [
        ("All together", "Booking", 33),
        ("All together", "Meeting", 42),
        ("Unit: north", "Booking", 3),
        ("Unit: north", "Meeting", 32),
    ]


async def test_a_small_units_citizens_are_hidden_and_the_other_unit_with_them(store: Store, tmp_path: Path) -> None:
    """Four at the south: nothing of them; nor of the centre, which all less the south would be, in the same words."""
    await store.write(answered, "centre", "cause", {"waited": 30, "new": 30})
    await store.write(answered, "south", "cause", {"waited": 4})
    for unit in ("south", "centre"):
        found = await of_unit(store, tmp_path, unit)
        (share,) = found["failure_demand"]
        assert (share["Share"], share["Answers"], share["Note"]) == ("not shown", None, ENGLISH("notes.parts")), unit
        (cause,) = found["causes_by_citizens"]
        assert cause["Count"] is None


async def test_staffs_causes_are_the_units_own_in_fives(store: Store, tmp_path: Path) -> None:
    """Registered and asked up to the next five, the share of the unit's own contacts, and for how many there is one."""
    await store.write(caused, "centre", {"waited": 60, "advice": 40})
    await store.write(caused, "north", {"waited": 31, "advice": 12, None: 8})
    await store.write(caused, "north", {"waited": 11}, True)
    found = await of_unit(store, tmp_path, "north")
    counts = Counter({"Was waiting for an answer": 42, "Needed advice": 12, "No cause given": 8})
    rows = {row["Cause"]: row for row in found["causes"]}
    assert {cause: row["Contacts registered"] for cause, row in rows.items()} == {
        cause: rounded_up(count) for cause, count in counts.items()
    }
    waited = rows["Was waiting for an answer"]
    assert [waited[name] for name in ("Asked about", "Left out by the budget")] == [15, 0]
    assert waited["Share"] == 0.7
    assert waited["Share from"] == rounded_down(100 * wilson(45, 65).low) / 100
    (share,) = found["failure_demand"]
    assert (share["As told by"], share["Share"], share["Contacts"]) == ("Staff", 0.8, 55)
    assert share["Note"] == ENGLISH("causes.coverage", share=85, registered=62)


async def test_a_cause_of_few_is_hidden_and_the_same_cause_of_the_next_unit(store: Store, tmp_path: Path) -> None:
    """Three at the south, whose causes are few: the north's is held back, though it is eleven; the centre's is not."""
    await store.write(caused, "centre", {"waited": 60, "advice": 40})
    await store.write(caused, "north", {"waited": 31, "advice": 11, None: 20})
    await store.write(caused, "south", {"waited": 30, "advice": 3, None: 40})
    told: dict[tuple[str, object], tuple[object, object]] = {}
    for unit in ("centre", "north", "south"):
        rows = (await of_unit(store, tmp_path, unit))["causes"]
        told |= {(unit, row["Cause"]): (row["Contacts registered"], row["Note"]) for row in rows}
    assert told["centre", "Needed advice"] == (40, None)
    assert told["north", "Needed advice"] == told["south", "Needed advice"] == ("not shown", BESIDE)
    # Each of those units has another cause hidden, since how many contacts it has is known.
    for unit in ("north", "south"):
        hidden = [cause for (where, cause), (count, _) in told.items() if where == unit and count == "not shown"]
        assert len(hidden) > 1, unit
    everybody = (await of_unit(store, tmp_path, None))["causes"]
    assert {row["Cause"]: row["Contacts registered"] for row in everybody}["Needed advice"] == 55


async def test_a_unit_of_few_contacts_names_no_cause(store: Store, tmp_path: Path) -> None:
    """All three of the south had one cause: its name alone would say so. The share is hidden as well."""
    await store.write(caused, "centre", {"waited": 60, "advice": 40})
    await store.write(caused, "north", {"waited": 31, "advice": 11})
    await store.write(caused, "south", {"waited": 3})
    found = await of_unit(store, tmp_path, "south")
    (row,) = found["causes"]
    assert (row["Cause"], row["Contacts registered"], row["Note"]) == ("not shown", "not shown", BESIDE)
    (share,) = found["failure_demand"]
    assert (share["Share"], share["Contacts"]) == ("not shown", None)
    assert share["Note"] == BESIDE
    (beside,) = (await of_unit(store, tmp_path, "north"))["failure_demand"]
    assert (beside["Share"], beside["Note"]) == ("not shown", BESIDE)


Table = Mapping[str, Sequence[CauseRow]]
KINDS: Mapping[str, Demand] = {"waited": "failure", "again": "failure", "advice": "value"}
COUNTS = st.tuples(*[st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 12), st.integers(0, 60))] * 3)
UNITS = st.dictionaries(
    st.sampled_from(["centre", "north", "south", "east"]),
    st.dictionaries(st.sampled_from([*KINDS, None]), COUNTS.filter(any), min_size=1),
    min_size=1,
)


def rows_of(
    units: Mapping[str, Mapping[str | None, tuple[int, int, int]]], audience: str
) -> tuple[list[CauseRow], Table]:
    """Contacts by cause, of all together and of each unit: asked, left out, the rest."""
    by_unit = {
        unit: [CauseRow("visit", audience, cause, sum(three), *three[:2], unit) for cause, three in causes.items()]
        for unit, causes in units.items()
    }
    every = [row for rows in by_unit.values() for row in rows]
    total = []
    for cause in dict.fromkeys(row.cause for row in every):
        same = [row for row in every if row.cause == cause]
        three = (sum(row.registered for row in same), sum(row.asked for row in same), sum(row.left_out for row in same))
        total.append(CauseRow("visit", audience, cause, *three))
    return total, by_unit


def covered(line: Sequence[tuple[int, bool]], audience: str) -> bool:
    """Whether what is hidden of a sum is nobody, all of it, or several that are enough together."""
    hidden = [count for count, told in line if not told and count]
    everything = not any(told and count for count, told in line)
    return not hidden or everything or (len(hidden) > 1 and sum(hidden) >= fewest(audience))


@given(UNITS, st.sampled_from(["citizen", "employee"]))
@example(
    {"centre": {"waited": (0, 0, 8), "again": (0, 0, 30)}, "north": {"advice": (0, 0, 3), "again": (0, 0, 30)}},
    "citizen",
)  # eight who waited, hidden of all because of three: the centre's others are too
@settings(max_examples=300, deadline=None)
def test_no_small_group_can_be_had_from_the_causes_of_units(
    units: Mapping[str, Mapping[str | None, tuple[int, int, int]]], audience: str
) -> None:
    """Neither outright, nor as a unit less its other causes, as a cause less its other units, as a cause less its
    parts, nor as who was asked at all units less those at the others.
    """
    total, by_unit = rows_of(units, audience)
    of_all = {row.cause: counts for row, counts in zip(total, shown_causes(total), strict=True)}
    found = {
        (unit, row.cause): (row, counts)
        for unit, shown in shown_beside(total, by_unit).items()
        for row, counts in zip(by_unit[unit], shown, strict=True)
    }
    for unit in by_unit:
        line = [(row.registered, told[0] is not None) for (where, _), (row, told) in found.items() if where == unit]
        assert covered(line, audience)
    for cause, counts in of_all.items():
        same = [each for (_, which), each in found.items() if which == cause]
        assert covered([(row.registered, told[0] is not None) for row, told in same], audience)
        assert counts[0] is not None or all(told[0] is None for _, told in same)
        for place in (1, 2):
            parts = [((row.asked, row.left_out)[place - 1], told[place] is not None) for row, told in same]
            assert covered(parts, audience)
            assert counts[place] is not None or all(told[place] is None for _, told in same)
        rest = [(row.registered - row.asked - row.left_out, None not in told) for row, told in same]
        assert covered(rest, audience)
    for row, told in found.values():
        exact = (row.registered, row.asked, row.left_out)
        assert all(one in (None, each) for one, each in zip(told, exact, strict=True))
        assert not any(0 < one < fewest(audience) for one in told if one is not None)
        if told[0] is not None:
            left = told[0] - (told[1] or 0) - (told[2] or 0)
            assert left == 0 or left >= fewest(audience)
            assert None not in told or told[1:] in ((None, None), (None, row.left_out), (row.asked, None))


@given(UNITS, st.sampled_from(["citizen", "employee"]))
@settings(max_examples=300, deadline=None)
def test_no_small_group_can_be_had_from_the_shares_of_units(
    units: Mapping[str, Mapping[str | None, tuple[int, int, int]]], audience: str
) -> None:
    """Who has a cause at the units whose share is hidden: nobody, or enough at several; and no share without that of
    all. A share tells of no cause that is hidden there.
    """
    total, by_unit = rows_of(units, audience)
    shown = shown_beside(total, by_unit)
    shares = failure_beside(total, by_unit, shown, KINDS)
    given_at = {unit: sum(row.registered for row in rows if row.cause) for unit, rows in by_unit.items()}
    told = {unit: share is not None and share[1] >= fewest(audience) for unit, share in shares.items()}
    of_all = shown_failure(total, KINDS)
    if of_all is None or of_all[1] < fewest(audience):
        assert not any(told.values())
        return
    assert covered([(given_at[unit], told[unit]) for unit in by_unit], audience)
    for unit, share in shares.items():
        if share is None or not told[unit]:
            continue
        assert share == (
            sum(row.registered for row in by_unit[unit] if KINDS.get(row.cause or "") == "failure"),
            given_at[unit],
        )
        for kinds in ({"failure"}, {"value"}, {None}):
            rows = zip(by_unit[unit], shown[unit], strict=True)
            hidden = [row.registered for row, one in rows if one[0] is None and KINDS.get(row.cause or "") in kinds]
            assert not hidden or (len(hidden) > 1 and sum(hidden) >= fewest(audience))


async def test_one_unit_alone_stands_as_all_do(store: Store, tmp_path: Path) -> None:
    """Where an organisation has one unit, what staff and analysts say in its report is what that of all says."""
    await store.write(caused, "centre", {"waited": 60, "advice": 3, "new-matter": 40})
    await store.write(coded, "centre", [{"cause": "waited", "need": "next"}] * 24 + [{"cause": "advice"}] * 9, "next")
    for title, names in (
        (CAUSES, ("failure_demand", "causes", "causes_coded")),
        (NEEDS, ("needs_coded", "needs_agreement")),
    ):
        own, everybody = [await of_unit(store, tmp_path, unit, title) for unit in ("centre", None)]
        for name in names:
            assert own[name] == everybody[name], name


async def test_codes_are_the_units_own_in_fives(store: Store, tmp_path: Path) -> None:
    """Persons, share and cause as analysts coded words about the unit, of both periods' words those of its own."""
    await store.write(coded, "centre", [{"cause": "waited"}] * 40 + [{"cause": "advice"}] * 20)
    await store.write(
        coded, "north", [{"cause": "waited"}] * 12 + [{"cause": "advice", "demand_coded": "failure"}] * 21
    )
    found = await of_unit(store, tmp_path, "north")
    told = [(row["Cause"], row["Persons"], row["Answers"], row["Contacts"]) for row in found["causes_coded"]]
    assert told == [("Needed advice", 25, 35, 35), ("Was waiting for an answer", 15, 35, 35)]
    (share,) = found["failure_demand"]
    assert (share["Share"], share["Note"]) == (1, ENGLISH("notes.coded"))


async def test_few_codes_of_a_unit_are_told_in_words_and_the_other_units_are_not_spread_out(
    store: Store, tmp_path: Path
) -> None:
    """Twelve at the north: a number in fives and no need. The centre's needs would be all less those of the twelve."""
    await store.write(coded, "centre", [{"need": "next"}] * 60)
    await store.write(coded, "north", [{"need": "seen"}] * 12)
    for unit, answers, note in (("north", 15, "notes.few-words"), ("centre", 60, "notes.parts-few")):
        (row,) = (await of_unit(store, tmp_path, unit, NEEDS))["needs_coded"]
        assert (row["Need"], row["Persons"], row["Answers"], row["Note"]) == ("not shown", None, answers, ENGLISH(note))


async def test_a_unit_of_few_codes_is_hidden_and_the_next_with_it(store: Store, tmp_path: Path) -> None:
    """Four at the south; the north, of thirty, would come of all less the others: both in the same words."""
    await store.write(coded, "centre", [{"need": "next", "cause": "waited"}] * 60)
    await store.write(coded, "north", [{"need": "next", "cause": "waited"}] * 30)
    await store.write(coded, "south", [{"need": "next", "cause": "waited"}] * 4)
    answers, note = "not shown", ENGLISH("notes.parts")
    for unit in ("south", "north"):
        (need,) = (await of_unit(store, tmp_path, unit, NEEDS))["needs_coded"]
        assert (need["Need"], need["Answers"], need["Note"]) == ("not shown", answers, note)
        found = await of_unit(store, tmp_path, unit)
        (share,), (cause,) = found["failure_demand"], found["causes_coded"]
        assert (share["Share"], share["Answers"], share["Contacts"], share["Note"]) == (
            "not shown",
            answers,
            None,
            note,
        )
        assert (cause["Cause"], cause["Answers"], cause["Contacts"]) == ("not shown", answers, None)
    rows = (await of_unit(store, tmp_path, "centre", NEEDS))["needs_coded"]
    assert {row["Need"]: row["Persons"] for row in rows}["Know what happens next"] == 60


async def test_a_need_of_few_is_hidden_at_the_next_unit_too(store: Store, tmp_path: Path) -> None:
    """Three at the south feel unsafe: so do twelve at the north, held back with them, after all that is shown."""
    for unit, counts in (
        ("centre", {"next": 40, "safe": 20, "seen": 30}),
        ("north", {"next": 32, "safe": 12, "seen": 8}),
        ("south", {"next": 37, "safe": 3, "seen": 9}),
    ):
        await store.write(coded, unit, [{"need": need} for need, count in counts.items() for _ in range(count)])
    told: dict[object, dict[object, tuple[object, ...]]] = {}
    for unit in ("centre", "north", "south"):
        rows = (await of_unit(store, tmp_path, unit, NEEDS))["needs_coded"]
        told[unit] = {row["Need"]: (row["Persons"], row["Verbatims coded"], row["Note"]) for row in rows}
    assert told["centre"]["Feel safe"] == (20, 20, ENGLISH("notes.coded-several"))
    assert told["north"]["Feel safe"] == told["south"]["Feel safe"] == ("not shown", None, BESIDE)
    assert list(told["north"])[:3] == ["Know what happens next", "Be seen and heard", "Feel safe"]
    assert told["north"]["Understand what applies"][:2] == (0, 0)
    everybody = (await of_unit(store, tmp_path, None, NEEDS))["needs_coded"]
    assert {row["Need"]: row["Persons"] for row in everybody}["Feel safe"] == 35


async def test_a_code_of_a_unit_that_is_not_spread_out_is_not_told_by_the_others(store: Store, tmp_path: Path) -> None:
    """Of forty at the north only the number is told, since the south has twenty: all who feel unsafe, less those at the
    centre, would be the north's ten. What both have stands at the centre.
    """
    await store.write(coded, "centre", [{"need": "next", "cause": "waited"}] * 80)
    await store.write(coded, "centre", [{"need": "safe", "cause": "advice"}] * 20)
    await store.write(coded, "north", [{"need": "next", "cause": "waited"}] * 30)
    await store.write(coded, "north", [{"need": "safe", "cause": "advice"}] * 10)
    await store.write(coded, "south", [{"need": "next", "cause": "waited"}] * 20)
    (north,) = (await of_unit(store, tmp_path, "north", NEEDS))["needs_coded"]
    assert (north["Need"], north["Answers"]) == ("not shown", 40)
    needs = (await of_unit(store, tmp_path, "centre", NEEDS))["needs_coded"]
    found = {row["Need"]: row["Persons"] for row in needs}
    assert (found["Know what happens next"], found["Feel safe"]) == (80, "not shown")
    causes = (await of_unit(store, tmp_path, "centre"))["causes_coded"]
    told = [(row["Cause"], row["Persons"], row["Share"], row["Note"]) for row in causes]
    assert told == [
        ("Was waiting for an answer", 80, 0.8, ENGLISH("notes.coded")),
        ("Needed advice", "not shown", None, BESIDE),
    ]


async def test_own_needs_and_agreement_are_the_units(store: Store, tmp_path: Path) -> None:
    """What those whom the unit met chose, exactly; and kappa of their choices as statsmodels has it."""
    pairs = {("next", "next"): 20, ("seen", "seen"): 10, ("seen", "next"): 5, ("next", "safe"): 4}
    for (own, need), count in pairs.items():
        await store.write(coded, "north", [{"need": need}] * count, own)
    await store.write(coded, "centre", [{"need": "safe"}] * 35, "seen")
    found = await of_unit(store, tmp_path, "north", NEEDS)
    assert {row["Need"]: row["Count"] for row in found["needs"]} == {"Next": 24, "Seen": 15, "Safe": 0}
    same, row = found["needs_agreement"]
    assert (same["Value"], same["Answers"], same["Contacts"]) == (0.75, 40, 40)
    codes = ("next", "safe", "seen")
    three = kappa([[pairs.get((own, need), 0) for need in codes] for own in codes])
    assert [row[name] for name in ("Value", "Value from", "Value to")] == [round(each, 1) for each in three]


@pytest.mark.parametrize(
    ("here", "there", "note"), [(20, 60, "needs.few-pairs"), (40, 10, "notes.parts"), (4, 60, "notes.parts")]
)
async def test_agreement_of_few_is_told_in_words(
    store: Store, tmp_path: Path, here: int, there: int, note: str
) -> None:
    """Twenty pairs of the unit, all others so few that they would come out, or four: no kappa, and why."""
    await store.write(coded, "north", [{"need": "next"}] * here, "next")
    await store.write(coded, "centre", [{"need": "next"}] * there, "next")
    (row,) = (await of_unit(store, tmp_path, "north", NEEDS))["needs_agreement"]
    assert (row["Value"], row["Note"]) == ("not shown", ENGLISH(note))


async def test_who_wrote_about_two_units_counts_less(store: Store, tmp_path: Path) -> None:
    """Thirty-two at each unit, four of them at both: each unit alone has twenty-eight, too few to be spread out."""

    def fill(tx: Transaction) -> None:
        for unit in ("centre", "north"):
            coded(tx, unit, [{"need": "next"}] * 32)
        people = [str(tx.value("SELECT person_id FROM answers WHERE id = :id", id=place)) for place in range(1, 5)]
        for place, person in enumerate(people):
            tx.run("UPDATE answers SET person_id = :person WHERE id = :id", person=person, id=64 - place)

    await store.write(fill)
    for unit in ("centre", "north"):
        (row,) = (await of_unit(store, tmp_path, unit, NEEDS))["needs_coded"]
        assert (row["Need"], row["Answers"], row["Note"]) == ("not shown", 35, ENGLISH("notes.parts-few"))


async def test_a_unit_of_which_nobody_says_anything_is_told_of_as_a_small_one(store: Store, tmp_path: Path) -> None:
    """Nobody at the north said anything, one at the south did: the same words. Who met nobody has neither sheet."""
    await store.write(answered, "centre", "cause", {"waited": 40})
    await store.write(answered, "centre", "behind-need", {"next": 40})
    await store.write(answered, "north", "whole", {"3": 40})
    await store.write(answered, "south", "behind-need", {"next": 1})
    books = [load_workbook(await made(store, tmp_path, unit)) for unit in ("north", "south")]
    for title in (CAUSES, NEEDS):
        north, south = (list(book[title].iter_rows(min_row=2, values_only=True)) for book in books)
        assert str(north).replace("north", "south") == str(south)
    why = left_out(await made(store, tmp_path, "nowhere"))
    assert why[CAUSES] == ENGLISH("causes.nothing-of-unit")
    assert why[NEEDS] == ENGLISH("needs.nothing-of-unit")


@pytest.mark.parametrize("unit", [None, "north"])
async def test_charts_stand_below_the_tables_and_are_linked(store: Store, tmp_path: Path, unit: str | None) -> None:
    """On both sheets: the first chart begins under the last table, and a line near the top leads there."""
    for place in ("north", "centre"):
        await store.write(answered, place, "cause", {"waited": 40})
        await store.write(answered, place, "behind-need", {"next": 40})
    book = load_workbook(await made(store, tmp_path, unit))
    for title in (CAUSES, NEEDS):
        sheet = book[title]
        (chart,) = sheet._charts  # type: ignore[attr-defined]
        first = chart.anchor._from.row + 1
        assert first > max(sheet[table.ref][-1][0].row for table in sheet.tables.values())
        assert sheet["A2"].value == ENGLISH("causes.to-charts")
        assert sheet["A2"].hyperlink.location == f"'{title}'!A{first}"


@pytest.mark.parametrize("language", ["sv", "fi"])
async def test_a_units_sheets_speak_the_readers_language(store: Store, tmp_path: Path, language: str) -> None:
    """No English among the fixed words, nothing left to fill in; titles name the weeks and the unit."""
    await store.write(answered, "north", "cause", {"waited": 40})
    await store.write(answered, "centre", "cause", {"waited": 40})
    await store.write(caused, "north", {"waited": 31, "advice": 3})
    await store.write(caused, "centre", {"waited": 31, "advice": 9})
    await store.write(coded, "north", [{"need": "next", "cause": "waited"}] * 12, "next")
    book, say = load_workbook(await made(store, tmp_path, "north", language)), Texts(language)
    about = f"{FIRST} – {LAST}, north"
    for name in ("causes", "needs"):
        sheet = book[say(f"sheets.{name}")]
        told = [value for row in sheet.iter_rows(values_only=True) for value in row if isinstance(value, str)]
        assert told[0] == say(f"{name}.of-unit", about=about)
        assert not [text for text in told if "{" in text or "None" in text or text == "not shown"]
