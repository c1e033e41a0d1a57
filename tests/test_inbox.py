"""The inbox: known by ids, in order within each chat, poison set aside."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import inbox
from bot.store.database import Store, Transaction
from bot.store.inbox import Received
from tests import new_database
from tests.wild import examples

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA, BO, NOBODY = b"a" * 16, b"b" * 16, b""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await new_database.opened(tmp_path / "inbox.db")
    yield opened
    await opened.close()


def update(number: int, chat: bytes = ANNA) -> Received:
    return Received("telegram", str(number), chat, b"sealed %d" % number, NOON)


def ids(tx: Transaction, now: datetime, limit: int = 100) -> list[str]:
    return [row.update_id for row in inbox.waiting(tx, now, limit)]


async def test_a_batch_that_comes_again_is_counted_once(store: Store) -> None:
    """An update that comes twice, even within one batch, is kept once; the others of its batch are kept as well."""
    assert await store.write(inbox.receive, [update(7), update(8), update(8)]) == 2
    assert await store.write(inbox.receive, [update(8), update(9)]) == 1
    assert await store.read(ids, NOON) == ["7", "8", "9"]


async def test_a_lower_id_is_no_old_one(store: Store) -> None:
    """An id lower than all before is new: Telegram draws them anew after a silent week."""
    await store.write(inbox.receive, [update(900_000_000)])
    assert await store.write(inbox.receive, [update(2_000_001)]) == 1
    assert await store.read(ids, NOON) == ["900000000", "2000001"]


async def test_the_same_id_at_another_door_is_another_update(store: Store) -> None:
    """Ids belong to their door."""
    other = Received("web", "7", ANNA, b"sealed", NOON)
    assert await store.write(inbox.receive, [update(7), other]) == 2


async def test_a_settled_update_is_wiped_and_stays_known(store: Store) -> None:
    """Once its turn is committed the raw update is gone, but the same id is still no new one."""
    await store.write(inbox.receive, [update(7)])
    await store.write(inbox.settled, 1, NOON)
    assert await store.read(lambda tx: tx.value("SELECT raw FROM inbox")) is None
    assert await store.write(inbox.receive, [update(7)]) == 0
    assert await store.read(ids, NOON) == []


async def test_a_failure_holds_back_its_own_chat_only(store: Store) -> None:
    """What failed is tried again after 2 seconds; until then its chat waits behind it, and another chat goes on."""
    await store.write(inbox.receive, [update(1, ANNA), update(2, BO), update(3, ANNA)])
    assert await store.write(inbox.failed, 1, NOON, "KeyError") is False
    assert await store.read(ids, NOON) == ["2"]
    assert await store.read(ids, NOON + timedelta(seconds=2)) == ["1", "2", "3"]


async def test_what_has_no_chat_holds_back_nothing(store: Store) -> None:
    """Updates that nobody can read have no chat in common."""
    await store.write(inbox.receive, [update(1, NOBODY), update(2, NOBODY)])
    await store.write(inbox.failed, 1, NOON, "NotUnderstood")
    assert await store.read(ids, NOON) == ["2"]


async def test_the_fifth_failure_parks(store: Store) -> None:
    """The waits are 2, 8, 30 and 120 seconds; the fifth failure sets the update aside, and its chat goes on."""
    await store.write(inbox.receive, [update(1), update(2)])
    now = NOON
    for wait in (2, 8, 30, 120):
        assert await store.write(inbox.failed, 1, now, "KeyError") is False
        assert await store.read(ids, now + timedelta(seconds=wait - 1)) == []
        now += timedelta(seconds=wait)
        assert await store.read(ids, now) == ["1", "2"]
    assert await store.write(inbox.failed, 1, now, "KeyError") is True
    assert await store.read(ids, now) == ["2"]
    (parked,) = await store.read(inbox.parked)
    assert (parked.id, parked.attempts, parked.fault, parked.parked_at) == (1, 5, "KeyError", now)


async def test_a_parked_update_can_be_tried_again(store: Store) -> None:
    """A parked update begins anew with five attempts and comes before what its chat sent later."""
    await store.write(inbox.receive, [update(1), update(2)])
    for _ in range(5):
        await store.write(inbox.failed, 1, NOON, "KeyError")
    assert await store.write(inbox.retry, 1) is True
    assert [(row.id, row.attempts) for row in await store.read(inbox.waiting, NOON, 10)] == [(1, 0), (2, 0)]
    assert await store.write(inbox.retry, 1) is False


async def test_tidying_wipes_and_forgets_in_time(store: Store) -> None:
    """A parked update's raw form goes after 7 days, and with it the way back; a settled one's id after 8 days."""
    await store.write(inbox.receive, [update(1), update(2)])
    for _ in range(5):
        await store.write(inbox.failed, 1, NOON, "KeyError")
    await store.write(inbox.settled, 2, NOON)
    await store.write(inbox.tidy, NOON + timedelta(days=7) - timedelta(seconds=1))
    assert [row.can_retry for row in await store.read(inbox.parked)] == [1]
    await store.write(inbox.tidy, NOON + timedelta(days=7))
    assert [row.can_retry for row in await store.read(inbox.parked)] == [0]
    assert await store.write(inbox.retry, 1) is False
    assert await store.write(inbox.receive, [update(2)]) == 0
    await store.write(inbox.tidy, NOON + timedelta(days=8))
    assert await store.write(inbox.receive, [update(2)]) == 1


@examples(25)
@given(st.lists(st.tuples(st.sampled_from([ANNA, BO]), st.sampled_from(["done", "fail"])), max_size=12))
async def test_order_holds_within_each_chat(steps: list[tuple[bytes, str]]) -> None:
    """Whatever fails and whatever succeeds, a chat's updates are settled in the order they came."""
    with tempfile.TemporaryDirectory() as folder:
        store = await new_database.opened(Path(folder) / "inbox.db")
        order: list[tuple[bytes, int]] = []
        try:
            await store.write(inbox.receive, [update(n, ANNA if n % 2 else BO) for n in range(10)])
            now = NOON
            for chat, outcome in steps:
                now += timedelta(seconds=3)
                row = next((row for row in await store.read(inbox.waiting, now, 100) if row.lookup == chat), None)
                if row is not None and outcome == "fail" and row.attempts < len(inbox.BACK_OFF):
                    await store.write(inbox.failed, row.id, now, "KeyError")
                elif row is not None:
                    await store.write(inbox.settled, row.id, now)
                    order.append((chat, int(row.update_id)))
        finally:
            await store.close()
    for chat in (ANNA, BO):
        numbers = [number for owner, number in order if owner == chat]
        assert numbers == sorted(numbers)
