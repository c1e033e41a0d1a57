"""Erasing: everything about a person, or one contact, goes from rows, files and logs; a count stays."""

from __future__ import annotations

import asyncio
import sqlite3
import zipfile
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import clock, leftovers, settings
from bot.arrivals import Arrival, Tapped
from bot.cli import main
from bot.contacts import ContactErased
from bot.erasures import Erased, ErasureRefused
from bot.openings import opened_house
from bot.retention import kept_since
from bot.rooms import Rooms
from bot.store import call_backs, control_sums, database, erasures, facts, inbox, outbox, weeks
from bot.store.control_sums import LostWeek
from bot.store.database import Store, Transaction
from bot.store.outbox import Body
from bot.workbook.export import data_name, make_up, report_name
from tests.house import House

ANNA, BO = 748_301_995_177, 88
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
WORDS = "zqxjblåbär"
"""What stands nowhere but where Anna wrote it."""

REFERENCE, MATTER, NUMBER = "ZQXJ-2026-4711", "ZQXJ-ÄRENDE-9", "+46701740635"


async def visited(house: House, person: int, **changes: object) -> str:
    """Somebody was asked about a phone call of today and wrote what they wished; returns the contact."""
    start = house.now - timedelta(hours=3)
    registered = await house.register("phone-call", start=start, channel="phone", **changes)
    await house.says(person, f"/start {registered.code}")
    for _ in range(6):
        await house.says(person, f"{WORDS} {house.typed}")
    return registered.id


async def left_everywhere(house: House) -> str:
    """Anna leaves traces in every table that can hold any; returns her first contact."""
    contact = await visited(house, ANNA, reference=REFERENCE, matter=MATTER)
    await house.register("phone-call", start=house.now - timedelta(hours=5), matter=MATTER, reference=f"{REFERENCE}-B")
    await house.register(start=house.now + timedelta(days=3), reference=f"{REFERENCE}-C", matter=MATTER)
    anna = await person_of(house, ANNA)

    def more(tx: Transaction) -> None:
        keyring = house.premises.keyring
        lookup = keyring.lookup("telegram", str(ANNA))
        call_backs.add(
            tx, "cb1", person=anna, contact=contact, unit="main", service=None, now=house.now, simulated=False
        )
        call_backs.keep_number(tx, "cb1", keyring.seal(NUMBER.encode(), purpose=b"number"), house.now)
        for number, state in enumerate(("new", "parked", "done")):
            raw = keyring.seal(WORDS.encode(), purpose=inbox.PURPOSE)
            inbox.receive(tx, [inbox.Received("telegram", f"u{number}", lookup, raw, house.now)])
            tx.run("UPDATE inbox SET state = :state WHERE update_id = :id", state=state, id=f"u{number}")
        body = Body(f"{WORDS} waits", WORDS)
        outbox.add(tx, door="telegram", lookup=lookup, purpose="shell", body=body, now=house.now)
        outbox.add(tx, door="telegram", lookup=lookup, purpose="shell", body=body, now=house.now, person_id=anna)
        facts.keep_reply(tx, "request", msgspec.json.encode({"contact": contact, "known": False}), house.now)

    await house.store.write(more)
    return contact


async def person_of(house: House, person: int) -> str:
    """The id of somebody who has written."""
    lookup = house.premises.keyring.lookup("telegram", str(person))
    found = await house.store.read(
        lambda tx: tx.value("SELECT person_id FROM addresses WHERE lookup = :lookup", lookup=lookup)
    )
    assert isinstance(found, str)
    return found


async def erased(house: House, person: str) -> Erased:
    """Staff erase a person."""
    gone, _ = await house.store.write(house.rooms.erasures.person, person, "staff", house.now)
    return gone


def on_disk(house: House) -> bytes:
    """Every byte of the database's files, and of the workbooks, unpacked."""
    folder = house.store.path.parent
    found = [file.read_bytes() for file in folder.glob("kundresa.db*")]
    for file in (folder / "exports").glob("*"):
        found.append(file.read_bytes())
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                found += [packed.read(name) for name in packed.namelist()]
    return b"".join(found)


async def exported(house: House) -> list[Path]:
    """Every week that has ended is closed, and its files made."""
    premises = house.premises
    return await make_up(
        house.store,
        folder=house.store.path.parent / "exports",
        organisation=premises.organisation,
        language="sv",
        now=house.now,
        zone=premises.zone,
    )


async def settle(house: House) -> list[str]:
    """What `run` does after an erasure; returns the weeks it makes anew."""
    return await leftovers.settled(house.store, house.store.path.parent / "exports", quiet=False)


async def test_nothing_of_an_erased_person_is_on_the_disk(house: House) -> None:
    """Own words, names of cases, chat and number are in no byte of database, log or workbooks; no row is theirs."""
    contact = await left_everywhere(house)
    other = await visited(house, BO)
    anna, bo = await person_of(house, ANNA), await person_of(house, BO)
    lookup = house.premises.keyring.lookup("telegram", str(ANNA))
    house.now += timedelta(days=7)
    await exported(house)
    before = on_disk(house)
    needles = [WORDS.encode(), REFERENCE.encode(), anna.encode(), contact.encode(), lookup]
    assert all(needle in before for needle in (*needles, bo.encode()))

    gone = await erased(house, anna)
    assert gone.contacts == 3
    assert gone.answers >= 3
    assert gone.call_backs == 1
    assert await settle(house) == list(gone.weeks) == ["2026-W47"]
    await exported(house)

    after = on_disk(house)
    assert [needle for needle in needles[1:] if needle in after] == []
    assert MATTER.encode() not in after
    assert bo.encode() in after
    assert after.count(WORDS.encode()) > 0  # Bo wrote them too
    await erased(house, bo)
    await settle(house)
    await exported(house)
    assert WORDS.encode() not in on_disk(house)
    assert other.encode() not in on_disk(house)
    assert await house.store.read(lambda tx: tx.count("SELECT COUNT(*) FROM inbox WHERE raw IS NOT NULL")) == 0
    for table in (
        *("persons", "addresses", "contacts", "contact_history", "matters", "invitations", "follow_ups"),
        *("follow_up_history", "conversations", "answers", "call_backs", "numbers_to_call", "outbox"),
    ):
        assert await house.store.read(lambda tx, t=table: tx.count(f"SELECT COUNT(*) FROM {t}")) == 0  # type: ignore[misc]


async def test_rewriting_takes_away_copies_that_moving_rows_left(tmp_path: Path) -> None:
    """SQLite leaves copies of rows where it moved them from; after the file is written anew there are none."""
    store = await database.opened(tmp_path / "k.db", durable=False)
    words = WORDS.encode()

    def fill(tx: Transaction) -> None:
        for number in range(600):
            content = words * (number * 37 % 90) if number % 5 == 0 else b"other" * (number * 61 % 300)
            facts.put(tx, f"fact {number * 7919 % 600}", content)

    def empty(tx: Transaction) -> None:
        for number in range(0, 600, 5):
            facts.forget(tx, f"fact {number * 7919 % 600}")

    await store.write(fill)
    await store.write(empty)
    assert await store.checkpoint()
    assert words in (tmp_path / "k.db").read_bytes()  # else this test proves nothing
    await store.rewrite()
    assert await store.checkpoint()
    await store.close()
    assert words not in (tmp_path / "k.db").read_bytes()


async def test_a_reader_holds_the_log_up_and_a_kill_forgets_nothing(house: House) -> None:
    """While somebody reads, the log can't be emptied; it is owed from the commit on, and settled at the next start."""
    await left_everywhere(house)
    path = house.store.path
    await settle_all(house)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM answers").fetchone()
    await erased(house, await person_of(house, ANNA))
    await settle(house)
    assert await leftovers.is_owed(house.store)
    assert WORDS.encode() in on_disk(house)

    killed = path.with_name("killed.db")
    for suffix in ("", "-wal"):
        killed.with_name(killed.name + suffix).write_bytes(path.with_name(path.name + suffix).read_bytes())
    reader.close()
    store = await database.opened(killed)
    assert await leftovers.is_owed(store)
    await leftovers.settled(store, None, quiet=False)
    assert not await leftovers.is_owed(store)
    left = b"".join(file.read_bytes() for file in path.parent.glob("killed.db*"))
    await store.close()
    assert WORDS.encode() not in left
    await settle(house)
    assert WORDS.encode() not in on_disk(house)


async def settle_all(house: House) -> None:
    """Everything that is in the log is in the file."""
    assert await house.store.checkpoint()


async def test_a_large_file_is_written_anew_in_quiet_hours(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that takes long to write is left until nobody waits for the database; the log is emptied at once."""
    monkeypatch.setattr(leftovers, "SMALL", 0)
    await left_everywhere(house)
    await erased(house, await person_of(house, ANNA))
    await settle(house)
    assert await leftovers.is_owed(house.store)
    assert house.store.path.with_name("kundresa.db-wal").stat().st_size < 32768
    await leftovers.settled(house.store, None, quiet=True)
    assert not await leftovers.is_owed(house.store)


async def test_a_data_file_made_before_is_made_anew_and_the_report_is_not(house: House) -> None:
    """After an erasure the week's data file holds the others' rows and counts those gone; the report stays."""
    await visited(house, ANNA)
    await visited(house, BO)
    house.now += timedelta(days=7)
    report, _ = await exported(house)
    first = report.read_bytes()
    recorded = {file.kind: file for file in await house.store.read(weeks.files, "2026-W47")}
    gone = await erased(house, await person_of(house, ANNA))
    assert gone.weeks == ("2026-W47",)
    assert await settle(house) == ["2026-W47"]
    made = await exported(house)

    assert [path.name for path in made] == [report_name("2026-W47"), data_name("2026-W47")]
    assert report.read_bytes() == first
    anew = {file.kind: file for file in await house.store.read(weeks.files, "2026-W47")}
    assert anew["report"] == recorded["report"]
    counted = await house.store.read(lambda tx: tx.count("SELECT rows FROM erased WHERE week = '2026-W47'"))
    assert counted == recorded["data"].rows - anew["data"].rows > 0
    follow_ups = await house.store.read(lambda tx: tx.count("SELECT follow_ups FROM erased WHERE week = '2026-W47'"))
    assert follow_ups == 2


async def test_what_is_erased_before_its_week_ends_was_never_told(house: House) -> None:
    """Of an open week nothing is counted as erased: no file and no figure ever told of it."""
    await visited(house, ANNA)
    await visited(house, BO)
    await erased(house, await person_of(house, ANNA))
    house.now += timedelta(days=7)
    await exported(house)
    assert await house.store.read(lambda tx: tx.count("SELECT COUNT(*) FROM erased")) == 0


async def test_an_erasure_is_known_by_whether_its_period_was_told_of(house: House) -> None:
    """Anna is erased before the report of the week's four weeks, Bo after it: only his answers were in it."""
    await visited(house, ANNA)
    await visited(house, BO)
    house.now += timedelta(days=7)
    await house.store.write(weeks.close_ended, house.now, house.premises.zone)
    await erased(house, await person_of(house, ANNA))
    assert await house.store.read(control_sums.lost) == [LostWeek("2026-W47", told=0)]
    house.now += timedelta(days=7)
    await house.store.write(weeks.close_ended, house.now, house.premises.zone)
    await erased(house, await person_of(house, BO))
    assert await house.store.read(control_sums.lost) == [LostWeek("2026-W47", told=1)]


async def test_a_report_taken_elsewhere_is_not_made_again(house: House) -> None:
    """Making up for an erasure makes no second report from fewer rows, wherever the first was taken."""
    await visited(house, ANNA)
    await visited(house, BO)
    house.now += timedelta(days=7)
    report, data = await exported(house)
    report.unlink()
    await erased(house, await person_of(house, ANNA))
    await settle(house)
    await exported(house)
    assert data.exists()
    assert not report.exists()


async def test_an_export_under_way_is_made_again(house: House) -> None:
    """What an export read before an erasure and records after it doesn't stand: the week is owed until it has ended."""
    await visited(house, ANNA)
    house.now += timedelta(days=7)
    await exported(house)
    files = await house.store.read(weeks.files, "2026-W47")
    await erased(house, await person_of(house, ANNA))
    for file in files:
        await house.store.write(weeks.record, file)  # as the export does that read the rows before
    assert await settle(house) == ["2026-W47"]
    assert await house.store.read(weeks.unmade) == ["2026-W47"]


async def test_drafts_of_killed_exports_are_removed(house: House) -> None:
    """A temporary file with people's words, left in the exports folder by a kill, goes with the erasure."""
    folder = house.store.path.parent / "exports"
    folder.mkdir()
    draft, other = folder / ".kundresa_2026-W47_data.abc.part", folder / "mine.part"
    for file in (draft, other):
        file.write_text(WORDS)
    await visited(house, ANNA)
    await erased(house, await person_of(house, ANNA))
    await settle(house)
    assert not draft.exists()
    assert other.exists()


async def test_a_reference_takes_its_own_contact_alone(house: House) -> None:
    """Erasing a reference leaves the person and their other contacts; the same reference registers nothing anew."""
    first = await visited(house, ANNA, reference=REFERENCE)
    second = await visited(house, ANNA)
    doomed = await house.store.read(house.rooms.erasures.of_reference, REFERENCE, None, None)
    assert doomed.id == first
    gone = await house.store.write(house.rooms.erasures.contact, doomed, "staff", house.now)
    assert gone.contacts == 1
    assert await house.kept(first) == []
    assert await house.kept(second) != []
    await person_of(house, ANNA)
    with pytest.raises(ContactErased):
        await house.register("phone-call", reference=REFERENCE)
    with pytest.raises(ErasureRefused, match="erased before"):
        await house.store.read(house.rooms.erasures.of_reference, REFERENCE, None, None)


async def test_a_reference_of_several_contacts_is_asked_about(house: House) -> None:
    """The same case number in two journeys is refused with both named; with its journey it is found, closed or open."""
    await house.register("phone-call", reference=REFERENCE)
    await house.register("office-visit", reference=REFERENCE)
    find = house.rooms.erasures.of_reference
    with pytest.raises(ErasureRefused, match=r"--journey office-visit; --unit main --journey phone-call"):
        await house.store.read(find, REFERENCE, None, None)
    found = await house.store.read(find, REFERENCE, "main", "phone-call")
    assert found.journey == "phone-call"
    with pytest.raises(ErasureRefused, match="No contact has this reference"):
        await house.store.read(find, "another", None, None)


async def test_what_waits_behind_an_erased_contact_takes_the_floor(house: House) -> None:
    """When the contact with the open question is erased, the question that waited is put."""
    await house.says(ANNA, f"/start {(await house.register('phone-call', start=house.now - timedelta(hours=3))).code}")
    first = await house.register("phone-call", start=house.now - timedelta(hours=4), reference=REFERENCE)
    await house.says(ANNA, f"/start {first.code}")
    before = len(house.shown)
    doomed = await house.store.read(house.rooms.erasures.of_reference, REFERENCE, None, None)
    await house.store.write(house.rooms.erasures.contact, doomed, "staff", house.now)
    await house.deliver()
    assert len(house.shown) == before + 1
    assert house.shown[-1].labels


async def test_a_remembered_reply_names_no_erased_contact_and_still_does_nothing(house: House) -> None:
    """The same request again, after the contact it made was erased, registers nothing and knows no contact."""
    contact = await left_everywhere(house)
    await erased(house, await person_of(house, ANNA))
    reply = await house.store.read(facts.reply_to, "request")
    assert reply == b'{"contact":"erased","known":false}'
    assert contact.encode() not in reply


async def test_others_keep_what_is_theirs(house: House) -> None:
    """Erasing one person changes no answer, follow-up or message of another."""
    await left_everywhere(house)
    await visited(house, BO)
    bo = await person_of(house, BO)
    tables = {"answers": "person_id", "conversations": "person_id", "contacts": "person_id", "outbox": "person_id"}

    def theirs(tx: Transaction) -> dict[str, int]:
        return {
            table: tx.count(f"SELECT COUNT(*) FROM {table} WHERE {column} = :bo", bo=bo)
            for table, column in tables.items()
        }

    before = await house.store.read(theirs)
    await erased(house, await person_of(house, ANNA))
    assert await house.store.read(theirs) == before
    assert min(before.values()) > 0


async def test_an_erasure_leaves_a_dated_count(house: House) -> None:
    """The list says when, by whom asked and how much; whom it concerned is not in it."""
    await left_everywhere(house)
    anna = await person_of(house, ANNA)
    gone = await erased(house, anna)
    (row,) = await house.store.read(erasures.listed)
    assert (row.id, row.asked_by, row.state, row.person_id) == (gone.id, "staff", "done", None)
    assert (row.contacts, row.answers, row.call_backs) == (gone.contacts, gone.answers, gone.call_backs)
    assert row.done_at == house.now
    with pytest.raises(ErasureRefused, match="There is no person"):
        await erased(house, anna)


async def test_a_stop_outlives_what_is_known_of_somebody(house: House) -> None:
    """Erased after stop, somebody is still stopped when a new invitation of theirs would write to them."""
    await visited(house, ANNA)
    await house.says(ANNA, "/stopp")
    await erased(house, await person_of(house, ANNA))
    lookup = house.premises.keyring.lookup("telegram", str(ANNA))
    assert [stop.lookup for stop in await house.store.read(erasures.stopped)] == [lookup]


async def test_retention_erases_what_is_older_than_it_may_be(house: House) -> None:
    """Contacts older than the months kept, and not answered since, go with one dated count; younger ones stay."""
    await visited(house, ANNA, reference=REFERENCE)
    months = house.premises.organisation.months_kept
    house.now += timedelta(days=31 * months - 60)
    young = await visited(house, BO)
    assert (await house.store.write(house.rooms.retention.tidy, house.now)).contacts == 0
    house.now += timedelta(days=75)
    tidied = await house.store.write(house.rooms.retention.tidy, house.now)
    assert (tidied.contacts, tidied.more) == (1, False)
    (row,) = await house.store.read(erasures.listed)
    assert (row.asked_by, row.contacts) == ("retention", 1)
    assert row.answers > 0
    assert await house.kept(young) != []
    with pytest.raises(ContactErased):
        await house.register("phone-call", reference=REFERENCE)


async def test_retention_waits_for_the_last_answer(house: House) -> None:
    """A contact long ago of which something was answered lately stays until that is old, too."""
    contact = await visited(house, ANNA)
    await house.store.write(
        lambda tx: tx.run("UPDATE contacts SET start_at = start_at - 4000 * CAST(86400000 AS INTEGER)")
    )
    assert (await house.store.write(house.rooms.retention.tidy, house.now)).contacts == 0
    assert await house.kept(contact) != []


@given(hours=st.integers(0, 40 * 8766), months=st.integers(1, 120))
def test_the_time_kept_is_counted_to_a_monday(hours: int, months: int) -> None:
    """What is kept begins on a local Monday, less than a week before the same day that many months ago."""
    zone = ZoneInfo("Europe/Stockholm")
    now = (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)).astimezone(zone)
    since = kept_since(now, months, zone)
    ago = now.year * 12 + now.month - 1 - months
    day = min(now.day, monthrange(ago // 12, ago % 12 + 1)[1])
    same_day = now.replace(year=ago // 12, month=ago % 12 + 1, day=day).date()
    assert (since.weekday(), since.hour, since.minute) == (0, 0, 0)
    assert 0 <= (same_day - since.date()).days < 7


async def test_old_messages_go_when_their_conversation_has_ended(house: House) -> None:
    """Messages are deleted after 30 days, but for those of a conversation that goes on or that still wait."""
    ended = await visited(house, ANNA)
    await house.says(ANNA, "/stopp")
    house.now += timedelta(days=21)
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(BO, f"/start {registered.code}")
    house.now += timedelta(days=10)
    held = await messages(house.store)
    tidied = await house.store.write(house.rooms.retention.tidy, house.now)
    assert tidied.messages > 0
    assert await messages(house.store) <= held - tidied.messages
    assert await house.kept(ended) != []
    house.now += timedelta(days=40)
    await house.store.write(house.rooms.retention.tidy, house.now)
    open_ones = await house.store.read(lambda tx: tx.count("SELECT COUNT(*) FROM conversations WHERE turn <> 'ended'"))
    assert open_ones == 1
    assert await messages(house.store) > 0


async def messages(store: Store) -> int:
    """How many messages are kept."""
    return await store.read(lambda tx: tx.count("SELECT COUNT(*) FROM outbox"))


async def test_the_update_that_confirmed_is_unlinked_when_the_last_message_has_gone(house: House) -> None:
    """The inbox remembers the update's id, so that it is not taken twice, but no more whose it was."""
    await visited(house, ANNA)
    await house.says(ANNA, "/radera")
    question = house.shown[-1].id
    lookup = house.premises.keyring.lookup("telegram", str(ANNA))

    def confirmed(tx: Transaction) -> None:
        inbox.receive(tx, [inbox.Received("telegram", "u9", lookup, b"sealed", house.now)])
        (row,) = inbox.waiting(tx, house.now, 10)
        tapped = Tapped(question, 1, 0, "t9")
        house.rooms.citizens.take(tx, Arrival("telegram", str(ANNA), tapped, "sv"), house.now)
        inbox.settled(tx, row.id, house.now)

    await house.store.write(confirmed)
    await house.deliver()
    await house.beat(minutes=1)
    rows = await house.store.read(lambda tx: tx.all(_Inbox, "SELECT update_id, lookup, raw, state FROM inbox"))
    assert rows == [_Inbox("u9", b"", None, "done")]


@dataclass(frozen=True)
class _Inbox:
    update_id: str
    lookup: bytes
    raw: bytes | None
    state: str


async def test_a_wait_ends_when_there_is_nobody_left_to_erase(house: House) -> None:
    """Somebody who asked and was forgotten meanwhile, having no contact, can be taken off the list."""
    await house.says(ANNA, "/help")
    person = await person_of(house, ANNA)
    await house.store.write(erasures.ask, "e1", person, "person", house.now)
    house.now += timedelta(days=2)
    await house.store.write(house.rooms.people.forget_without_purpose, house.now)
    gone = await erased(house, person)
    assert (gone.id, gone.contacts) == ("e1", 0)
    (row,) = await house.store.read(erasures.listed)
    assert (row.state, row.person_id) == ("done", None)


class Shell:
    """Runs commands in this process on a database of its own."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, what was printed, what was complained of."""
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = self._capture.readouterr()
        return (ended.value.code if isinstance(ended.value.code, int) else 0), out, err

    def change(self, work: Callable[[database.Transaction, Rooms], None]) -> None:
        """Change the database while no command runs."""

        async def changed() -> None:
            async with opened_house(settings.from_environment()) as house:
                await house.store.write(work, house.rooms)

        asyncio.run(changed())


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in settings.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUNDRESA_DATABASE", str(tmp_path / "k.db"))
    monkeypatch.setenv("KUNDRESA_EXPORTS", str(tmp_path / "exports"))
    return Shell(tmp_path, capsys)


def met(tx: Transaction, rooms: Rooms) -> None:
    """Anna writes for the first time, and asks for everything to be erased."""
    person = rooms.people.met(tx, "telegram", str(ANNA), "sv", NOON)
    rooms.erasures.ask(tx, person, NOON)


def test_somebody_is_erased_from_the_command_line(shell: Shell) -> None:
    """The list shows who waits; carried out, it says how much went, what was made anew and what is still elsewhere."""
    shell.change(met)
    code, out, _ = shell("erasures", "list")
    row = dict(zip(*(line.split("\t") for line in out.splitlines()), strict=True))
    assert (code, row["by"], row["state"]) == (0, "person", "waits")
    code, out, err = shell("erasures", "carry-out", row["erasure"], "--yes")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Erased. Contacts: 0, answers: 0, call-backs: 0."
    assert "Backups hold what was erased" in out
    code, out, _ = shell("erasures", "list")
    again = dict(zip(*(line.split("\t") for line in out.splitlines()), strict=True))
    assert again["state"].startswith("done ")
    assert (again["person"], again["contacts"]) == ("", "0")
    code, _, err = shell("erasures", "carry-out", row["erasure"], "--yes")
    assert (code, "was carried out already" in err) == (1, True)


def test_erasing_asks_first(shell: Shell) -> None:
    """Where nobody can be asked, nothing is erased without --yes; and it is one thing at a time."""
    shell.change(met)
    assert shell("erase", "--person", "somebody")[0] == 2
    assert shell("erase", "--yes")[0] == 2
    assert shell("erase", "--person", "a", "--reference", "b", "--yes")[0] == 2
    code, _, err = shell("erase", "--person", "somebody", "--yes")
    assert (code, err.startswith("There is no person somebody.")) == (1, True)


def test_a_reference_is_erased_from_the_command_line(shell: Shell) -> None:
    """One contact by its case number; which of several, is asked for; the same again says that it was erased."""
    start = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%d 10:00")
    for journey in ("office-visit", "phone-call"):
        assert (
            shell("contacts", "add", "--journey", journey, "--unit", "main", "--start", start, "--reference", "A-1")[0]
            == 0
        )
    code, _, err = shell("erase", "--reference", "A-1", "--yes")
    assert (code, "--unit main --journey phone-call" in err) == (1, True)
    code, out, _ = shell("erase", "--reference", "A-1", "--journey", "phone-call", "--yes")
    assert (code, out.splitlines()[0]) == (0, "Erased. Contacts: 1, answers: 0, call-backs: 0.")
    code, _, err = shell("erase", "--reference", "A-1", "--journey", "phone-call", "--yes")
    assert (code, "It was erased before." in err) == (1, True)
    assert shell("erase", "--reference", "A-1", "--yes")[0] == 0
