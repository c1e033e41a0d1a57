"""Two who turn out to be one, attacked: open at once, in chains, while something waits, and in files made before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import rooms
from bot.arrivals import Said
from bot.keys import new_token
from bot.my_data import gathered
from bot.store import conversations, erasures
from bot.store.database import Transaction
from bot.store.people import Person
from tests.house import House
from tests.house import opened as house_opened
from tests.test_homes import ANNA, Town
from tests.test_journal import copied, put_back
from tests.test_journal import opened as opened_with_journal
from tests.test_workbook_old_weeks import CLOSED, made

BO = 12
_TABLES = (
    "persons",
    "addresses",
    "same_persons",
    "contacts",
    "conversations",
    "answers",
    "return_links",
    "door_passes",
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    house = await house_opened(tmp_path)
    yield Town(house)
    await house.store.close()


async def _called(town: Town, **changes: object) -> tuple[str, str]:
    start = town.house.now - timedelta(hours=5)
    registered = await town.house.register("phone-call", start=start, channel="phone", **changes)
    assert registered.code is not None
    return registered.id, registered.code


async def _in_telegram(town: Town, who: int = ANNA) -> tuple[str, Person]:
    """Somebody has answered one question in Telegram and is asked the next."""
    contact, code = await _called(town)
    await town.house.says(who, f"/start {code}")
    await town.house.taps(who, "Hoppa över")
    return contact, await town.person("telegram", str(who))


async def _on_page(town: Town, address: str = "") -> tuple[str, Person]:
    """The same in a browser."""
    contact, code = await town.past_visit()
    await town.at_page(Said(f"/start {code}", f"w{code}"), address)
    await town.taps_on_page("Hoppa över", address)
    return contact, await town.person("web", address or town.browser)


async def _pass(town: Town, person: Person) -> str:
    return await town.house.store.write(town.house.rooms.returns.door_pass, person.id, town.house.now)


async def _linked(town: Town, other: Person, who: int = ANNA) -> Person:
    await town.house.says(who, f"/start {await _pass(town, other)}")
    return await town.person("telegram", str(who))


async def _rows(house: House) -> dict[str, int]:
    return {table: await house.store.read(_count(table)) for table in _TABLES}


def _count(table: str) -> Callable[[Transaction], int]:
    return lambda tx: tx.count(f"SELECT count(*) FROM {table}")


async def test_both_had_something_open_and_everything_is_answered_in_the_end(town: Town) -> None:
    """One conversation is open at a time; the other waits for it, and both are answered to their end."""
    first, known = await _in_telegram(town)
    second, other = await _on_page(town)
    one = await _linked(town, other)
    assert one.id == known.id
    for _ in range(30):
        shown = await town.house.store.read(conversations.open_of_person, one.id)
        if shown is None:
            break
        await town.house.taps(ANNA, "Hoppa över")
    ends = {
        phase: found
        for contact in (first, second)
        for phase, found in (await town.house.dispositions(contact)).items()
        if phase == "after"
    }
    assert (
        await town.house.store.read(lambda tx: tx.count("SELECT count(*) FROM conversations WHERE turn <> 'ended'"))
        == 0
    )
    assert len(ends) == 1


async def test_an_erasure_that_waits_is_of_whoever_they_turned_out_to_be(town: Town) -> None:
    """Asked for on the page, then linked: carrying it out erases what was answered on the page, and is one erasure."""
    premises = town.house.premises
    premises = replace(premises, organisation=replace(premises.organisation, erasure="queued"))
    town.house = replace(town.house, premises=premises, rooms=rooms.built(premises))
    await _in_telegram(town)
    contact, other = await _on_page(town)
    await town.at_page(Said("/erase", "w8"))
    await town.taps_on_page("Ja, radera allt")
    assert await town.house.store.read(erasures.queued_of_person, other.id) is not None
    one = await _linked(town, other)
    waiting = [each for each in await town.house.store.read(erasures.listed) if each.state == "queued"]
    assert [each.person_id for each in waiting] == [one.id]
    await town.house.store.write(town.house.rooms.erasures.person, one.id, "staff", town.house.now)
    assert await town.persons_of_answers(contact) == set()
    assert [each.state for each in await town.house.store.read(erasures.listed)] == ["done"]


async def test_both_had_asked_to_be_erased_and_it_is_one_erasure(town: Town) -> None:
    """Two that wait become one: none is left that nobody can carry out."""
    premises = town.house.premises
    premises = replace(premises, organisation=replace(premises.organisation, erasure="queued"))
    town.house = replace(town.house, premises=premises, rooms=rooms.built(premises))
    await _in_telegram(town)
    await town.house.says(ANNA, "/radera")
    await town.house.taps(ANNA, "Ja, radera allt")
    _, other = await _on_page(town)
    await town.at_page(Said("/erase", "w8"))
    await town.taps_on_page("Ja, radera allt")
    one = await _linked(town, other)
    await town.house.store.write(town.house.rooms.erasures.person, one.id, "staff", town.house.now)
    assert {each.state for each in await town.house.store.read(erasures.listed)} == {"done"}


async def test_both_were_choosing_when_to_be_called(town: Town) -> None:
    """Linking while each is being asked how to be called neither fails nor leaves a promise to nobody."""
    await _in_telegram(town)
    await town.house.says(ANNA, "/ring")
    _, other = await _on_page(town)
    await town.at_page(Said("/call-me", "w8"))
    one = await _linked(town, other)
    await town.house.says(ANNA, "/ring")
    assert (
        await town.house.store.read(
            lambda tx: tx.count("SELECT count(*) FROM call_backs WHERE person_id <> :p", p=one.id)
        )
        == 0
    )


async def test_in_a_chain_all_are_one_and_all_are_erased(town: Town) -> None:
    """A turns out to be B, and B to be C: what is held of C is of all three; erasing C leaves nothing of any."""
    last, end = await _in_telegram(town, BO)
    middle, _ = await _in_telegram(town, ANNA)
    begin, other = await _on_page(town)
    await _linked(town, other, ANNA)
    code = await _pass(town, await town.person("telegram", str(ANNA)))
    town.house.now += timedelta(minutes=1)
    await town.house.says(BO, f"/start {code}")
    one = await town.person("telegram", str(BO))
    assert one.id == end.id
    assert {(await town.person("web", town.browser)).id, (await town.person("telegram", str(ANNA))).id} == {one.id}
    held = await town.house.store.read(gathered, town.house.premises, one)
    assert {each.id for each in held.contacts if each.answers} == {last, middle, begin}
    await town.house.store.write(town.house.rooms.erasures.person, one.id, "staff", town.house.now)
    assert set((await _rows(town.house)).values()) == {0}


async def test_they_bring_each_other_and_nothing_is_lost(town: Town) -> None:
    """A pass of each, used by the other: the second finds them one already."""
    _, known = await _in_telegram(town)
    _, other = await _on_page(town)
    mine, theirs = await _pass(town, known), await _pass(town, other)
    await town.house.says(ANNA, f"/start {theirs}")
    await town.at_page(Said(f"/start {mine}", "w7"))
    assert (await town.person("web", town.browser)).id == (await town.person("telegram", str(ANNA))).id == known.id
    assert (await town.person("web", town.browser)).at_home


async def test_a_pass_of_one_who_was_erased_or_linked_leads_to_nobody(town: Town) -> None:
    """It is like any wrong code, and joins nobody to anybody."""
    _, other = await _on_page(town)
    gone = await _pass(town, other)
    await town.house.store.write(town.house.rooms.erasures.person, other.id, "staff", town.house.now)
    await _in_telegram(town)
    before = await town.person("telegram", str(ANNA))
    await town.house.says(ANNA, f"/start {gone}")
    assert (await town.person("telegram", str(ANNA))).id == before.id

    stranger = new_token()
    _, third = await _on_page(town, stranger)
    early = await _pass(town, third)
    await _linked(town, third)
    await _in_telegram(town, BO)
    bo = await town.person("telegram", str(BO))
    await town.house.says(BO, f"/start {early}")
    assert (await town.person("telegram", str(BO))).id == bo.id
    assert (await town.person("web", stranger)).id == before.id


async def test_a_pause_or_stop_of_the_other_does_not_silence_who_says_start(town: Town) -> None:
    """Start with a pass is a start: the conversation goes on here though it was stopped there."""
    _, other = await _on_page(town)
    code = await _pass(town, other)
    await town.at_page(Said("/stopp", "w5"))
    told = len(town.house.shown)
    await town.house.says(ANNA, f"/start {code}")
    assert (await town.person("telegram", str(ANNA))).stopped_at is None
    assert (await town.person("web", town.browser)).stopped_at is None
    assert len(town.house.shown) > told


async def test_a_week_tells_the_same_before_and_after_linking(town: Town, tmp_path: Path) -> None:
    """No cell of a data file that was made changes: not the person, not in answers, follow-ups or anywhere."""
    house = town.house
    await _in_telegram(town)
    _, other = await _on_page(town)
    for _ in range(6):
        await house.beat(hours=24)
    house.now = CLOSED
    before = await made(house, tmp_path / "exports")
    house.now = CLOSED + timedelta(hours=6)
    other = await town.person("web", town.browser)
    one = await _linked(town, other)
    assert one.id != other.id
    for _ in range(3):
        await house.beat(hours=24)
    after = await made(house, tmp_path / "exports")
    for table, rows in before.items():
        assert after[table] == rows, table
    assert other.id in {row["person"] for row in before["answers"]}


async def test_a_follow_up_that_was_planned_when_they_were_linked_keeps_whom_it_carried(
    town: Town, tmp_path: Path
) -> None:
    """Bound before, begun after: its row in the old week stays as it was, whoever is asked now."""
    house = town.house
    await _in_telegram(town)
    _, other = await _on_page(town)
    later = await house.register(start=house.now + timedelta(days=2), reference="B 2")
    await town.at_page(Said(f"/start {later.code}", "w9"))
    for _ in range(6):
        await house.beat(hours=24)
    house.now = CLOSED
    before = await made(house, tmp_path / "exports")
    house.now = CLOSED + timedelta(hours=6)
    other = await town.person("web", town.browser)
    one = await _linked(town, other)
    assert one.id != other.id
    for _ in range(3):
        await house.beat(hours=24)
    after = await made(house, tmp_path / "exports")
    for table, rows in before.items():
        assert after[table] == rows, table
    assert other.id in {row["person"] for row in before["answers"]}


async def test_a_contact_that_becomes_somebody_elses_carries_them_from_then_on(town: Town, tmp_path: Path) -> None:
    """Whom it carried before two were linked is not whom it carries once a third has begun with its invitation."""
    house = town.house
    await _in_telegram(town)
    _, other = await _on_page(town)
    planned = await house.register(start=house.now + timedelta(days=2))
    await town.at_page(Said(f"/start {planned.code}", "w9"))
    await _linked(town, other)
    await house.store.write(house.rooms.invitations.release, planned.id)
    await house.says(BO, f"/start {planned.code}")
    bo = await town.person("telegram", str(BO))
    tables = await made(house, tmp_path / "exports", now=CLOSED)
    assert {row["person"] for row in tables["follow_ups"] if row["contact_id"] == planned.id} == {bo.id}


async def test_what_is_held_is_of_both(town: Town) -> None:
    """My data of either address tells of both conversations, also days later."""
    first, _ = await _in_telegram(town)
    second, other = await _on_page(town)
    one = await _linked(town, other)
    for _ in range(4):
        await town.house.beat(days=1)
        await town.house.store.write(town.house.rooms.people.forget_without_purpose, town.house.now)
    held = await town.house.store.read(gathered, town.house.premises, one)
    assert {each.id: bool(each.answers) for each in held.contacts} == {first: True, second: True}


@pytest.mark.parametrize("backed_up", ["before", "after"])
async def test_an_older_copy_un_erases_and_un_stops_no_one_who_was_linked(tmp_path: Path, backed_up: str) -> None:
    """Whether the copy is from before or after linking: erased at every address again, stopped at every address."""
    async with opened_with_journal(tmp_path) as house:
        town = Town(house)
        await _in_telegram(town)
        _, other = await _on_page(town)
        third = new_token()
        await _on_page(town, third)
        if backed_up == "after":
            await _linked(town, other)
    backup = copied(tmp_path)
    async with opened_with_journal(tmp_path) as house:
        town.house, house.now = (
            replace(house, premises=town.house.premises, rooms=house.rooms),
            house.now + timedelta(minutes=5),
        )
        town.house.now = house.now
        if backed_up == "before":
            await _linked(town, other)
        one = await town.person("telegram", str(ANNA))
        await town.house.store.write(town.house.rooms.erasures.person, one.id, "staff", town.house.now)
        left = await town.person("web", third)
        await town.house.says(BO, f"/start {await _pass(town, left)}")
        await town.house.says(BO, "/stopp")
    put_back(tmp_path, backup)
    async with opened_with_journal(tmp_path) as house:
        town.house = house
        rows = await _rows(house)
        stopped = {stop.lookup for stop in await house.store.read(erasures.stopped)}
    keyring = house.premises.keyring
    assert rows["answers"] == rows["contacts"] == 1
    assert {keyring.lookup("telegram", str(BO)), keyring.lookup("web", third)} <= stopped
    assert rows["persons"] == 1, "somebody is left of whom nothing is known"
