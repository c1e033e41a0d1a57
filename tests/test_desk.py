"""The desk: order within a chat, poison that fails alone, and raw updates wiped with their turn."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.arrivals import Arrival, Said
from bot.desk import Desk
from bot.store import inbox
from bot.store.database import Transaction
from bot.store.inbox import Received
from tests.house import House


class _Update(msgspec.Struct):
    chat: str
    text: str


def _reader(raw: bytes) -> Arrival:
    update = msgspec.json.decode(raw, type=_Update)
    if update.text == "poison":
        raise RuntimeError("poison")
    return Arrival("telegram", update.chat, Said(update.text, update.text), "sv")


def _desk(house: House) -> Desk:
    def ignore() -> None:
        return None

    return Desk(
        house.store, house.premises.keyring, house.rooms.citizens, {"telegram": _reader}, lambda: house.now, ignore
    )


async def _comes_in(house: House, *updates: tuple[int, str, str]) -> None:
    keyring = house.premises.keyring
    rows = [
        Received(
            door="telegram",
            update_id=str(number),
            lookup=keyring.lookup("telegram", chat),
            raw=keyring.seal(msgspec.json.encode(_Update(chat, text)), purpose=b"inbox"),
            received_at=house.now,
        )
        for number, chat, text in updates
    ]
    await house.store.write(inbox.receive, rows)


def _states(tx: Transaction) -> list[tuple[str, bool]]:
    found = tx.all(_Row, "SELECT state, raw IS NULL AS wiped FROM inbox ORDER BY id")
    return [(row.state, bool(row.wiped)) for row in found]


class _Row(msgspec.Struct):
    state: str
    wiped: int


async def test_a_taken_update_is_wiped_with_its_turn(house: House) -> None:
    """Once its turn is committed an update is done and its raw form gone; one seen before is not taken anew."""
    await _comes_in(house, (1, "7", "/help"), (1, "7", "/help"))
    await _desk(house).take_batch()

    assert await house.store.read(_states) == [("done", True)]
    await _comes_in(house, (1, "7", "/help"))
    assert await _desk(house).take_batch() == 0


async def test_poison_fails_alone_and_is_parked_after_five_attempts(house: House) -> None:
    """A poison update holds back only its own chat, and is parked after five attempts; then the chat goes on."""
    await _comes_in(house, (1, "7", "poison"), (2, "7", "/help"), (3, "8", "/help"))
    desk = _desk(house)
    for _ in range(5):
        while await desk.take_batch():
            pass
        assert (await house.store.read(_states))[2][0] == "done"
        house.now += timedelta(minutes=5)
    while await desk.take_batch():
        pass

    assert [state for state, _ in await house.store.read(_states)] == ["parked", "done", "done"]


async def test_a_failing_turn_leaves_nothing_half_done(house: House) -> None:
    """What a turn wrote before it failed is undone; the turns that shared its transaction stand."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(7, f"/start {registered.code}")
    await house.store.write(lambda tx: tx.run("UPDATE conversations SET state = :broken", broken=b"{"))
    heard = await house.store.read(_heard)
    house.now += timedelta(hours=1)
    await _comes_in(house, (1, "7", "bra"), (2, "8", "/help"))
    await _desk(house).take_batch()

    assert [state for state, _ in await house.store.read(_states)] == ["new", "done"]
    assert (await house.store.read(_heard))[0] == heard[0]
    assert len(await house.store.read(_heard)) == 2


def _heard(tx: Transaction) -> list[datetime]:
    return [
        row.at for row in tx.all(_Heard, "SELECT last_heard_at AS 'at [moment]' FROM persons ORDER BY last_heard_at")
    ]


class _Heard(msgspec.Struct):
    at: datetime


async def test_order_is_kept_within_a_chat(house: House) -> None:
    """Three answers sent in one breath are taken in the order they came."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await _comes_in(house, (5, "7", f"/start {registered.code}"), (9, "7", "1"), (2, "7", "2"), (3, "7", "hoppa över"))
    while await _desk(house).take_batch():
        pass

    statuses = [status for _, _, status, _, _ in await house.kept(registered.id)]
    assert statuses == ["answered", "answered", "skipped"]
