"""What becomes of a contact later: moved, noted, left out, cancelled by the day, joined by its matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.changes import Changes
from bot.contacts import ContactErased, ContactRefused, NewContact, Registered
from bot.organisation import UnknownCode
from bot.store import contacts
from bot.store.contacts import Contact
from bot.store.database import Transaction
from tests.house import House

ANNA, BO = 7, 8


@pytest.fixture
def changes(house: House) -> Changes:
    """Its room of changes."""
    return house.rooms.changes


async def test_a_move_plans_anew_what_was_not_begun(house: House, changes: Changes) -> None:
    """A visit put off by a week is asked about before and after its new time, and its invitation holds as long."""
    registered = await house.register()
    before = await _due(house, registered)
    start = house.now + timedelta(days=9)
    await house.store.write(changes.move, registered.id, start, None, house.now)
    after = await _due(house, registered)
    assert {phase: moment - before[phase] for phase, moment in after.items()} == dict.fromkeys(
        before, timedelta(days=7)
    )
    house.now += timedelta(days=8)
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(hours=8)
    assert any("Hur känner du dig" in text for text in await house.told(ANNA))


async def test_what_has_begun_stays_when_a_contact_is_moved(house: House, changes: Changes) -> None:
    """Questions put before a visit was moved stay where they are; only what follows is planned anew."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "4 Lugn")
    moved = house.now + timedelta(days=5)
    await house.store.write(changes.move, registered.id, moved, None, house.now)
    kept = await house.kept(registered.id)
    assert [row[0] for row in kept] == ["feeling"]
    assert (await house.dispositions(registered.id))["before"][0] is None
    assert (await _due(house, registered))["after"] > moved


async def test_a_later_start_gives_what_was_missed_a_new_chance(house: House, changes: Changes) -> None:
    """A visit registered too late to be asked about before gets its question when it is put off."""
    registered = await house.register(start=house.now + timedelta(minutes=5))
    assert (await house.dispositions(registered.id))["before"][0] in (None, "missed")
    await house.beat(minutes=10)
    assert (await house.dispositions(registered.id))["before"][0] == "missed"
    await house.store.write(changes.move, registered.id, house.now + timedelta(days=4), None, house.now)
    assert (await house.dispositions(registered.id))["before"] == (None, "")


async def test_a_cancelled_contact_is_not_moved(house: House, changes: Changes) -> None:
    """A cancelled contact stays cancelled: it is registered anew, not moved."""
    registered = await house.register()
    await house.store.write(changes.cancel, registered.id, house.now)
    with pytest.raises(ContactRefused, match="Register a new one"):
        await house.store.write(changes.move, registered.id, house.now + timedelta(days=3), None, house.now)


async def test_an_outcome_comes_later(house: House, changes: Changes) -> None:
    """Outcome, cause and solved can be told at any time, only by the organisation's codes; what isn't told stays."""
    registered = await house.register(cause="waited")
    note = changes.note
    assert await house.store.write(lambda tx: note(tx, registered.id, house.now, outcome="granted", solved="yes"))
    assert not await house.store.write(lambda tx: note(tx, registered.id, house.now, outcome="granted"))
    found = await _contact(house, registered.id)
    assert (found.outcome, found.cause, found.solved) == ("granted", "waited", "yes")
    with pytest.raises(UnknownCode, match="Did you mean 'granted'"):
        await house.store.write(lambda tx: note(tx, registered.id, house.now, outcome="grantd"))


async def test_a_left_out_contact_asks_nothing_and_says_why(house: House, changes: Changes) -> None:
    """Nothing is asked of a contact that staff leave out; the reason stands with each follow-up, its link is dead."""
    registered = await house.register()
    await house.store.write(changes.leave_out, registered.id, "sensitive-situation", house.now)
    assert set((await house.dispositions(registered.id)).values()) <= {
        ("not-asked", "staff-sensitive-situation"),
        ("not-asked", "same-day"),
    }
    await house.says(ANNA, f"/start {registered.code}")
    assert await house.told(ANNA) == [(await house.told(ANNA))[0]]
    assert (await house.told(ANNA))[0].startswith(house.words("welcome-stranger")[:30])
    with pytest.raises(UnknownCode):
        await house.store.write(changes.leave_out, registered.id, "no-such-reason", house.now)
    with pytest.raises(ContactRefused, match="left out already"):
        await house.store.write(changes.leave_out, registered.id, "other", house.now)


async def test_a_contact_left_out_at_once_is_never_planned(house: House) -> None:
    """A contact registered with a reason not to ask has no planned follow-up, and no rate counts it as silent."""
    registered = await house.register(not_asked="other")
    assert {row.reason for row in registered.follow_ups} == {"staff-other"}
    assert {row.state for row in registered.follow_ups} == {"ended"}


async def test_a_days_contacts_of_a_unit_are_found_in_local_time(house: House, changes: Changes) -> None:
    """A unit's day runs from local midnight to local midnight; cancelled ones are not in it."""
    first = await house.register(start=datetime(2026, 11, 18, 23, 15, tzinfo=UTC))  # 00:15 on the 19th
    second = await house.register(start=datetime(2026, 11, 19, 22, 59, tzinfo=UTC))  # 23:59
    await house.register(start=datetime(2026, 11, 19, 23, 0, tzinfo=UTC))  # the 20th
    gone = await house.register(start=datetime(2026, 11, 19, 9, 0, tzinfo=UTC))
    await house.store.write(changes.cancel, gone.id, house.now)
    found = await house.store.read(changes.of_day, "main", date(2026, 11, 19))
    assert [contact.id for contact in found] == [first.id, second.id]
    with pytest.raises(UnknownCode):
        await house.store.read(changes.of_day, "mian", date(2026, 11, 19))


async def test_the_same_reference_with_news_changes_the_contact(house: House, changes: Changes) -> None:
    """Told again with another time and outcome, a known contact is moved and noted; once more, nothing."""
    registered = await house.register(reference="A-1")
    new = NewContact("office-visit", "main", start=house.now + timedelta(days=3), outcome="granted", reference="A-1")
    assert await house.store.write(changes.change, registered.id, new, house.now) == ("moved", "noted")
    assert await house.store.write(changes.change, registered.id, new, house.now) == ()


async def test_an_erased_reference_is_never_registered_anew(house: House) -> None:
    """A reference whose contact was erased is refused; the tombstone holds only its keyed hash."""
    lookup = house.premises.keyring.reference("main", "office-visit", "A-2")
    await house.store.write(
        lambda tx: tx.run(
            "INSERT INTO tombstones VALUES ('main', 'office-visit', :lookup, :now)", lookup=lookup, now=house.now
        )
    )
    with pytest.raises(ContactErased):
        await house.register(reference="A-2")


async def test_a_matters_name_is_kept_as_a_hash_only(house: House) -> None:
    """Two contacts with the same matter share a random id; the name, often a case number, is nowhere in the file."""
    first = await _contact(house, (await house.register(matter="DNR-2026/4711")).id)
    second = await _contact(house, (await house.register(matter="DNR-2026/4711")).id)
    assert first.matter_id == second.matter_id is not None
    assert not [row.name for row in await house.store.read(_holding, "4711")]


async def test_one_invitation_opens_the_whole_matter(house: House) -> None:
    """Who opened the invitation to one contact of a matter is asked about the others too, without opening theirs."""
    first = await house.register(matter="school")
    later = await house.register(matter="school", start=house.now + timedelta(days=40))
    await house.says(ANNA, f"/start {first.code}")
    newest = await house.register(matter="school", start=house.now + timedelta(days=80))
    person = (await _contact(house, first.id)).person_id
    assert person is not None
    for id_, by_matter in ((first.id, 0), (later.id, 1), (newest.id, 1)):
        found = await _contact(house, id_)
        assert (found.person_id, found.by_matter) == (person, by_matter)


async def test_a_matter_of_two_persons_is_nobodys(house: House) -> None:
    """In a matter of two persons each is asked only about what they opened; an invitation outdoes the matter."""
    first, second = await house.register(matter="m"), await house.register(matter="m")
    await house.says(ANNA, f"/start {first.code}")
    await house.says(BO, f"/start {second.code}")
    assert (await _contact(house, second.id)).person_id != (await _contact(house, first.id)).person_id
    third = await house.register(matter="m")
    assert (await _contact(house, third.id)).person_id is None


async def test_the_budget_holds_back_only_what_nobody_opened(house: House, changes: Changes) -> None:
    """A second contact of a matter within 30 days is left out whole, with the reason; one that was opened is asked."""
    first = await house.register(matter="m")
    await house.says(ANNA, f"/start {first.code}")
    await house.beat(days=1, hours=7)
    await house.store.write(changes.cancel, first.id, house.now)
    held_back = await house.register(matter="m", start=house.now + timedelta(days=3))
    agreed = await house.register(start=house.now + timedelta(days=4))
    await house.says(ANNA, f"/start {agreed.code}")
    await house.beat(days=2)
    ended = set((await house.dispositions(held_back.id)).values())
    assert ended == {("not-asked", "budget"), ("not-asked", "same-day")}
    await house.beat(days=1)
    assert await _begun(house, agreed.id)


async def test_the_budget_is_over_after_its_days_and_never_holds_inside_a_contact(
    house: House, changes: Changes
) -> None:
    """Thirty days later the matter's next contact is asked about; what follows in it is, whatever began meanwhile."""
    first = await house.register(matter="m")
    second = await house.register(matter="m", start=house.now + timedelta(days=36))
    await house.says(ANNA, f"/start {first.code}")
    await house.beat(days=1, hours=7)
    await house.store.write(changes.cancel, first.id, house.now)
    await house.beat(days=34)
    assert await _begun(house, second.id)
    await house.taps(ANNA, "4 Lugn")
    await house.says(ANNA, "hoppa över")
    other = await house.register(start=house.now + timedelta(hours=1))
    await house.says(ANNA, f"/start {other.code}")
    await house.store.write(changes.cancel, other.id, house.now)
    await house.beat(days=1, hours=2)
    assert (await house.dispositions(second.id))["after"] == (None, "")
    assert any("Vad gjorde att du kontaktade oss" in text for text in await house.told(ANNA))


async def _due(house: House, registered: Registered) -> dict[str, datetime]:
    found = await house.store.read(
        lambda tx: tx.all(
            _Due, "SELECT phase, due_at FROM follow_ups WHERE contact_id = :id AND state = 'planned'", id=registered.id
        )
    )
    return {row.phase: row.due_at for row in found}


async def _contact(house: House, id_: str) -> Contact:
    found = await house.store.read(contacts.of_id, id_)
    assert found is not None
    return found


async def _begun(house: House, id_: str) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = :id AND begun_at IS NOT NULL)"
    return bool(await house.store.read(lambda tx: tx.value(sql, id=id_)))


def _holding(tx: Transaction, text: str) -> list[_Named]:
    found = []
    for table in tx.all(_Named, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = tx.all(_Named, f"SELECT name FROM pragma_table_info('{table.name}')")
        where = " OR ".join(f"CAST({column.name} AS TEXT) LIKE '%{text}%'" for column in columns)
        if tx.value(f"SELECT EXISTS (SELECT 1 FROM {table.name} WHERE {where})"):
            found.append(table)
    return found


@dataclass(frozen=True)
class _Due:
    phase: str
    due_at: datetime


@dataclass(frozen=True)
class _Named:
    name: str
