"""Attacks around a contact: matters of several people, what staff end in mid-send, exports and erasures that cross."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from bot import leftovers, openings, rooms, settings
from bot.arrivals import Tapped
from bot.commands import performed
from bot.journal import path_of
from bot.openings import opened_house
from bot.requests import Reply, Request
from bot.store import contacts, erasures, weeks
from bot.workbook.export import make_up
from tests.house import House

ANNA, BO = 748_301_995_177, 748_301_995_188


# A matter of several people


async def test_a_second_person_in_a_matter_frees_what_nobody_opened(house: House) -> None:
    """What came to the first person by the matter alone is nobody's again once a second one opens a contact of it."""
    first, second, third = [await house.register(matter="m") for _ in range(3)]
    await house.says(ANNA, f"/start {first.code}")
    assert await _person(house, third.id) == await _person(house, first.id)
    await house.says(BO, f"/start {second.code}")

    assert await _person(house, third.id) is None
    assert await _bound(house, third.id) == {0}
    assert None not in (await _person(house, first.id), await _person(house, second.id))


async def test_a_matter_named_later_frees_it_too(house: House) -> None:
    """Staff who say afterwards that two people's contacts are one matter leave each with what they opened."""
    first, by_matter = await house.register(matter="m"), await house.register(matter="m")
    other = await house.register()
    await house.says(ANNA, f"/start {first.code}")
    await house.says(BO, f"/start {other.code}")
    await house.store.write(partial(house.rooms.changes.note, id_=other.id, now=house.now, matter="m"))

    assert await _person(house, by_matter.id) is None


async def test_a_corrected_matter_takes_the_contact_along(house: House) -> None:
    """A contact whose matter was wrong is no longer asked of the wrong matter's person."""
    first, mistaken = await house.register(matter="m"), await house.register(matter="m")
    await house.says(ANNA, f"/start {first.code}")
    assert await _person(house, mistaken.id) is not None
    await house.store.write(partial(house.rooms.changes.note, id_=mistaken.id, now=house.now, matter="other"))

    assert await _person(house, mistaken.id) is None
    assert await _person(house, first.id) is not None


async def test_no_thanks_frees_the_whole_matter(house: House) -> None:
    """Who says no thanks before any answer is not asked about the matter's other contacts, which they never opened."""
    opened = await house.register(matter="m", start=house.now + timedelta(days=1))
    later = await house.register(matter="m", start=house.now + timedelta(days=50))
    await house.says(ANNA, f"/start {opened.code}")
    await house.beat(hours=8)
    await house.taps(ANNA, "Nej tack")

    assert [await _person(house, one.id) for one in (opened, later)] == [None, None]
    said = len(house.shown)
    for _ in range(60):
        await house.beat(days=1)
    assert house.shown[said:] == []


# What staff end while it is on its way out


@pytest.mark.parametrize("ending", ["cancel", "not asked"])
async def test_a_question_still_queued_is_not_sent_when_staff_end_it(house: House, ending: str) -> None:
    """A question that waits for the wire when its contact is cancelled or left out never leaves."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    house.now += timedelta(days=1, hours=7)
    await house.store.write(house.rooms.beat, house.now)
    said = len(house.shown)
    if ending == "cancel":
        await house.store.write(house.rooms.changes.cancel, registered.id, house.now)
    else:
        reason = next(iter(house.premises.organisation.reasons))
        await house.store.write(house.rooms.changes.leave_out, registered.id, reason, house.now)
    await house.deliver()

    assert house.shown[said:] == []
    faults = "SELECT count(*) FROM outbox WHERE fault = 'no longer asked'"
    assert await house.store.read(lambda tx: tx.count(faults)) == 1


# Exports, retention and erasures that cross


async def test_an_erasure_during_a_weeks_first_export_leaves_nothing_in_its_file(house: House) -> None:
    """Somebody erased between the reading and the recording of a week's first data file is in none made up later."""
    for person in (ANNA, BO):
        await _answered(house, person)
    anna, folder = await _known_as(house, ANNA), house.store.path.parent / "exports"
    house.now = datetime(2026, 11, 23, 5, tzinfo=UTC)
    _, data = await _exported(house, folder)
    assert anna.encode() in _unpacked(data)
    files = await house.store.read(weeks.files, "2026-W47")
    await house.store.write(lambda tx: tx.run("DELETE FROM week_files"))
    await house.store.write(house.rooms.erasures.person, anna, "staff", house.now)
    for file in files:
        await house.store.write(weeks.record, file)  # as the export does that read the rows before
    assert await leftovers.settled(house.store, folder, quiet=True) == ["2026-W47"]
    await _exported(house, folder)

    assert anna.encode() not in _unpacked(data)


async def test_an_old_week_knows_who_had_begun_after_they_let_go(house: House) -> None:
    """Whose invitation it was in a week stands in its file made again, though they said no thanks the week after."""
    registered = await house.register(start=house.now + timedelta(days=8))
    await house.says(ANNA, f"/start {registered.code}")
    anna, folder = await _known_as(house, ANNA), house.store.path.parent / "exports"
    while "Nej tack" not in house.shown[-1].labels:
        await house.beat(hours=6)
    await house.taps(ANNA, "Nej tack")
    await house.says(BO, f"/start {registered.code}")
    assert await _person(house, registered.id) == await _known_as(house, BO)
    _, data = await _exported(house, folder)

    assert anna.encode() in _unpacked(data)


async def test_what_lasts_longer_than_we_keep_is_not_erased_before_its_end(house: House) -> None:
    """A contact that began before the months kept and goes on is kept, with its plan, until it is over."""
    short = replace(house.premises.organisation, months_kept=3)
    house.rooms = rooms.built(replace(house.premises, organisation=short))
    start, end = house.now - timedelta(days=120), house.now + timedelta(days=2)
    registered = await house.register("school-start", start=start, end=end)
    assert (None, "") in (await house.dispositions(registered.id)).values()
    assert (await house.store.write(house.rooms.retention.tidy, house.now)).contacts == 0
    house.now += timedelta(days=130)

    assert (await house.store.write(house.rooms.retention.tidy, house.now)).contacts == 1


async def test_a_promise_nobody_kept_keeps_nobody_for_ever(house: House) -> None:
    """A call that was promised, about no contact, and never made goes with the months kept, and its person with it."""
    contact = await _answered(house, ANNA)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Jag ringer er i stället")
    await house.store.write(lambda tx: tx.run("UPDATE call_backs SET contact_id = NULL"))
    house.now += timedelta(days=31 * (house.premises.organisation.months_kept + 1))
    await house.store.write(house.rooms.retention.tidy, house.now)
    await house.store.write(house.rooms.people.forget_without_purpose, house.now)

    assert await house.store.read(contacts.of_id, contact) is None
    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM persons")) == 0


_CASE = {"journey": "office-visit", "unit": "main", "start": "2026-12-01 10:00"}


async def _asked(house: House, command: str, **arguments: str) -> Reply:
    request = Request(uuid4().hex, command, msgspec.Raw(msgspec.json.encode(arguments)))
    return await performed(openings.House(house.store, house.premises, house.rooms), request, lambda: house.now)


@pytest.mark.parametrize("name", ["850709-9805", "070-174 06 35", "anna@example.org", "x" * 101])
@pytest.mark.parametrize("field", ["reference", "matter"])
async def test_a_clerk_registers_no_trace_of_a_person(house: House, field: str, name: str) -> None:
    """An identity number, a phone number or an address as reference or matter is refused by command as in a list."""
    reply = await _asked(house, "contacts.add", **_CASE, **{field: name})
    registered = await house.register()
    noted = await _asked(house, "contacts.note", contact=registered.id, matter=name)

    assert (reply.ok, noted.ok) == (False, False)
    assert f"--{field}" in reply.refused
    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM contacts")) == 1


async def test_a_reference_typed_untidily_is_the_same_reference(house: House) -> None:
    """Blanks and unseen characters around a reference register nothing twice, and nothing that was erased anew."""
    assert (await _asked(house, "contacts.add", **_CASE, reference="A-1")).ok
    assert (await _asked(house, "contacts.add", **_CASE, reference=" A-1\u200b\n")).ok
    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM contacts")) == 1
    doomed = await house.store.read(house.rooms.erasures.of_reference, "A-1", None, None)
    await house.store.write(house.rooms.erasures.contact, doomed, "staff", house.now)

    assert "was erased" in (await _asked(house, "contacts.add", **_CASE, reference="A-1 ")).refused


async def test_no_tapped_after_yes_does_not_deny_what_stands(house: House) -> None:
    """Where an erasure waits for a decision, a "no" under a second question about it says that it still waits."""
    queued = replace(house.premises.organisation, erasure="queued")
    house.rooms = rooms.built(replace(house.premises, organisation=queued))
    await _answered(house, ANNA)
    await house.says(ANNA, "/erase")
    question = house.shown[-1]
    await house.arrives(ANNA, Tapped(question.id, 1, 0, "t"))
    waiting = house.shown[-1].body.text
    await house.arrives(ANNA, Tapped(question.id, 1, 1, "t"))

    assert house.shown[-1].body.text == waiting
    assert [one.state for one in await house.store.read(erasures.listed)] == ["queued"]


async def test_my_data_of_years_floods_no_chat(house: House) -> None:
    """Who has answered hundreds of questions gets ten messages, a word that there is more, and all of it as files."""
    for _ in range(20):
        await _answered(house, ANNA, "lång text " * 150)
    said = len(house.shown)
    await house.says(ANNA, "/mydata")

    told = house.shown[said:]
    assert len(told) == 13
    assert told[10].body.text == house.words("mydata-rest")
    document = told[11].body.document
    assert document is not None
    assert document.content.count("lång text".encode()) >= 20 * 150


_STOP = b'{"at":"2026-11-16T10:00:00Z","what":"stop","lookup":"cdef"}\n'
_DAMAGED = (
    b'{"at":"2026-11-16T10:00:00Z","what":"erased","erasure":"x","lookups":["c\xc3\xa4"]}\n',
    b'{"at":"2026-11-16T10:00:00Z","what":"erased","references":[{"unit":"a","journey":"b","reference_lookup":"q"}]}\n',
    b'{"at":"2026-11-16T10:00:00","what":"stop","lookup":"ab"}\n',
    b'{"at":"2026-11-16T10:00:00Z","what":"stop","lookup":"\xff"}\n',
)


@pytest.mark.parametrize("line", _DAMAGED)
async def test_a_damaged_line_of_the_journal_keeps_no_house_shut(tmp_path: Path, line: bytes) -> None:
    """One byte gone wrong in the journal loses its line alone: the others hold, and the house opens."""
    found = settings.read({"KUNDRESA_DATABASE": str(tmp_path / "kundresa.db")})
    async with opened_house(found):
        pass
    path_of(tmp_path / "kundresa.db").write_bytes(line + _STOP)
    async with opened_house(found) as house:
        stopped = await house.store.read(erasures.stopped)

    assert [stop.lookup.hex() for stop in stopped] == ["cdef"]


async def _answered(house: House, person: int, text: str = "bra") -> str:
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(person, f"/start {registered.code}")
    for _ in range(6):
        await house.says(person, text)
    return registered.id


async def _exported(house: House, folder: Path) -> list[Path]:
    return await make_up(
        house.store,
        folder=folder,
        organisation=house.premises.organisation,
        language="sv",
        now=house.now,
        zone=house.premises.zone,
    )


async def _person(house: House, contact: str) -> str | None:
    found = await house.store.read(contacts.of_id, contact)
    assert found is not None
    return found.person_id


async def _bound(house: House, contact: str) -> set[int]:
    bound = "SELECT group_concat(DISTINCT bound) FROM follow_ups WHERE contact_id = :contact"
    found = await house.store.read(lambda tx: tx.value(bound, contact=contact))
    return {int(one) for one in str(found).split(",")}


async def _known_as(house: House, person: int) -> str:
    lookup = house.premises.keyring.lookup("telegram", str(person))
    of_lookup = "SELECT person_id FROM addresses WHERE lookup = :lookup"
    return str(await house.store.read(lambda tx: tx.value(of_lookup, lookup=lookup)))


def _unpacked(file: Path) -> bytes:
    with zipfile.ZipFile(file) as packed:
        return b"".join(map(packed.read, packed.namelist()))
