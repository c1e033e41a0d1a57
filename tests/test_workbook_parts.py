"""Figures of one part: counted as those of all units are, and nothing small comes back beside those."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.figures.suppression import ENOUGH, Showing, fewest, of_parts, showing
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.counted import counted, counted_by
from bot.workbook.entries import period_entries
from bot.workbook.parts import part_entries, part_response
from bot.workbook.texts import Texts
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

LAST = "2026-W48"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
START = MONDAY + timedelta(weeks=1)


async def test_units_are_counted_as_all_are(store: Store) -> None:
    """Where everything happens at one unit, its counts are those of all units, corrections and funnel too."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), MONDAY)
        for weeks_back in (3, 1, 0):
            start = START - timedelta(weeks=weeks_back)
            person = rows.person(start)
            for again in range(3):
                at = start + timedelta(hours=again * 5)
                rows.answered(at, {"whole": again + 1, "told": None, "cause": "new"}, person=person)
            contact = rows.contact(start, rows.person(start))
            follow_up = rows.follow_up(contact, "after", start)
            conversation = rows.conversation(follow_up, contact, rows.person(start), start)
            first = rows.answer(conversation, "whole", start, codes="2", number=2)
            later = start + timedelta(hours=1)
            rows.answer(conversation, "whole", later, status="skipped", supersedes=first)
            rows.answer(conversation, "times", later, status="routed-past")
            rows.follow_up(rows.contact(start), "after", start, begun=False)
            rows.change(rows.contact(start), start, cancelled_at=start)
            rows.contact(start, rows.person(start), invitation="open")
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    whole = await store.read(counted, LAST, ZONE, False)
    units = await store.read(counted_by, whole, ZONE, False, "unit")
    assert list(units) == ["centre"]
    assert units["centre"].whole == whole.whole
    assert [replace(row, part="") for row in units["centre"].funnel] == whole.funnel
    assert all(units["centre"].by_week[week] == whole.by_week[week] for week in whole.period)


@examples(300)
@given(
    alone=st.lists(st.integers(0, 90), min_size=1, max_size=5),
    both=st.integers(0, 12),
    audience=st.sampled_from(["citizen", "employee"]),
    most=st.sampled_from(list(Showing)),
)
def test_parts_beside_their_total_give_no_small_group(
    alone: list[int], both: int, audience: str, most: Showing
) -> None:
    """Whatever parts are taken off the total, nobody or enough are left; no part is told further than the total."""
    parts = [count + both for count in alone] if len(alone) > 1 else alone
    total = sum(alone) + (both if len(alone) > 1 else 0)
    shown = of_parts(total, most, parts, [showing(count, audience) for count in parts], audience)
    order = (Showing.HIDDEN, Showing.FEW, Showing.WHOLE)
    assert all(order.index(how) <= order.index(most) for how in shown)
    assert all(how is Showing.HIDDEN or count >= fewest(audience) for count, how in zip(parts, shown, strict=True))
    if most is not Showing.WHOLE:
        return
    whole = [place for place, how in enumerate(shown) if how is Showing.WHOLE]
    for size in range(1, len(whole) + 1):
        for taken in combinations(whole, size):
            # Those who stand in several parts may all be counted by the total where the taken parts have them.
            left = sum(count for place, count in enumerate(alone) if place not in taken)
            assert left == 0 or left >= ENOUGH, (parts, shown, taken)
    told = [place for place, how in enumerate(shown) if how is not Showing.HIDDEN]
    left = sum(count for place, count in enumerate(alone) if place not in told)
    assert not told or left == 0 or left >= fewest(audience)


async def test_a_small_week_of_a_unit_is_protected_as_one_of_all_units(store: Store) -> None:
    """Two units, each alone in two weeks of the period, one of them with a week of three: that unit is held back.

    All units' report of the other week has been passed on: the unit's four weeks less that week are the three.
    """

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), MONDAY)
        for unit, back, persons in (("north", 0, 40), ("north", 1, 3), ("south", 2, 40), ("south", 3, 40)):
            for _ in range(persons):
                rows.answered(START - timedelta(weeks=back), {"whole": 4}, unit=unit)
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    whole = await store.read(counted, LAST, ZONE, False)
    units = await store.read(counted_by, whole, ZONE, False, "unit")
    for unit in units:
        (figure,) = (entry.figure for entry in part_entries(whole, units)[unit] if entry.key.question == "whole")
        assert figure.showing is Showing.HIDDEN
        response = part_response(whole, units, unit, "visit", Texts("en"))
        assert response is not None
        assert response.funnel is None
    assert part_response(whole, units, "nowhere", "visit", Texts("en")) is None
    assert {entry.figure.showing for entry in period_entries(whole)} == {Showing.HIDDEN}
