"""Commands reach the process that has the database, once each, from its own user only."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import command_socket, errands, settings
from bot.command_socket import NotAnswering, ReplyLost, hand_over, served, socket_path
from bot.commands import performed
from bot.commands_contacts import AddContact, Added, CancelContact
from bot.commands_export import Export, Exported
from bot.commands_parked import Retried, RetryParked
from bot.errands import carried_out
from bot.lock import held
from bot.openings import REFUSALS, House, Refused, opened_house
from bot.requests import Reply, Request
from bot.settings import Settings
from bot.store import contacts, facts, inbox, view
from bot.store.contacts import Contact
from bot.store.database import DatabaseRefused, Transaction
from bot.store.inbox import Received
from bot.workbook import export
from bot.workbook.progress import LOOKING_ON
from tests import new_database
from tests.wild import examples

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
VISIT = AddContact("office-visit", "main", "2026-11-18 10:00", end="10:45", channel="visit", reference="A-1")

LAST_WEEK = AddContact("phone-call", "main", "2026-11-10 10:00")


def now() -> datetime:
    return MONDAY


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.read({"KUNDRESA_DATABASE": str(new_database.laid(tmp_path / "k.db"))})


@pytest.fixture
async def at_work(monkeypatch: pytest.MonkeyPatch) -> asyncio.Lock:
    """Whoever has it is making a workbook: exports take turns. A lock once waited for belongs to its loop."""
    lock = asyncio.Lock()
    monkeypatch.setattr(export, "ONE_AT_A_TIME", lock)
    monkeypatch.setattr(command_socket, "BEAT_SECONDS", 0.001)
    return lock


@asynccontextmanager
async def running(here: Settings) -> AsyncIterator[House]:
    """What `run` has open, as far as commands notice."""
    with held(here.database):
        async with opened_house(here) as house, served(here.database, house, now):
            yield house


def request(command: str, arguments: msgspec.Struct, id_: str = "one") -> Request:
    return Request(id_, command, msgspec.Raw(msgspec.json.encode(arguments)))


def registered(tx: Transaction) -> list[Contact]:
    return contacts.listed(tx, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


async def test_with_nobody_there_a_command_does_it_itself(here: Settings) -> None:
    """With no holder the command takes the lock, opens the house and does it; times are local."""
    added = await carried_out(here, "contacts.add", VISIT, Added, now)
    assert added.card.start == datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert added.card.end == datetime(2026, 11, 18, 9, 45, tzinfo=UTC)
    assert not added.known
    assert (await carried_out(here, "contacts.add", VISIT, Added, now)).known


async def test_a_command_is_handed_over_to_whoever_has_the_database(here: Settings) -> None:
    """While a process has the database, the command is done there, and the reply comes back."""
    async with running(here) as house:
        added = await carried_out(here, "contacts.add", VISIT, Added, now)
        assert [contact.id for contact in await house.store.read(registered)] == [added.card.id]
        with pytest.raises(Refused, match="no unit 'mian'"):
            await carried_out(here, "contacts.add", msgspec.structs.replace(VISIT, unit="mian"), Added, now)


async def test_the_same_request_again_is_done_once(here: Settings) -> None:
    """A repeated id gets the same reply and registers nothing, whether over the socket or after it."""
    asked = request("contacts.add", msgspec.structs.replace(VISIT, reference=None))
    async with running(here) as house:
        first = await hand_over(here.database, asked)
        assert first.ok
        assert await hand_over(here.database, asked) == first
        assert len(await house.store.read(registered)) == 1


async def test_what_is_remembered_of_a_request_holds_no_code(here: Settings) -> None:
    """The invitation's code is told again when asked, but stands nowhere in the database."""
    async with running(here) as house:
        reply = await hand_over(here.database, request("contacts.add", VISIT))
        code = msgspec.json.decode(reply.result, type=Added).card.code
        kept = await house.store.read(facts.reply_to, "one")
    assert code
    assert kept is not None
    assert code.encode() not in kept
    assert all(code.encode() not in file.read_bytes() for file in here.database.parent.iterdir() if file.is_file())


async def test_what_is_refused_leaves_nothing_behind(here: Settings) -> None:
    """A refused request can be mended and sent again under its id."""
    async with running(here) as house:
        assert not (await hand_over(here.database, request("contacts.cancel", CancelContact("nobody")))).ok
        assert await house.store.read(facts.reply_to, "one") is None
        assert (await hand_over(here.database, request("contacts.add", VISIT))).ok


async def test_a_cancelled_contact_is_asked_nothing(here: Settings) -> None:
    """contacts.cancel ends every planned follow-up; cancelling once more is refused."""
    card = (await carried_out(here, "contacts.add", VISIT, Added, now)).card
    async with running(here):
        reply = await hand_over(here.database, request("contacts.cancel", CancelContact(card.id)))
        assert b"planned" not in bytes(reply.result)
        assert b"cancelled" in bytes(reply.result)
        again = await hand_over(here.database, request("contacts.cancel", CancelContact(card.id), "two"))
        assert (again.ok, "cancelled already" in again.refused) == (False, True)


async def test_parked_updates_begin_anew(here: Settings) -> None:
    """parked.retry takes one row or all; a row that is not parked is refused."""

    def park(tx: Transaction) -> None:
        inbox.receive(tx, [Received("telegram", str(number), b"l", b"raw", MONDAY) for number in (1, 2)])
        for row in (1, 2):
            for _ in range(5):
                inbox.failed(tx, row, MONDAY, "KeyError")

    async with running(here) as house:
        await house.store.write(park)
        with pytest.raises(Refused, match="Nothing is parked under 9"):
            await carried_out(here, "parked.retry", RetryParked(9), Retried, now)
        assert await carried_out(here, "parked.retry", RetryParked(2), Retried, now) == Retried(1)
        assert await carried_out(here, "parked.retry", RetryParked(), Retried, now) == Retried(1)
        assert await house.store.read(inbox.parked) == []


async def test_a_socket_left_by_a_killed_process_is_replaced(here: Settings) -> None:
    """A socket file that nobody listens at hinders neither commands nor the next run."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path(here.database)))
    with pytest.raises(NotAnswering):
        await hand_over(here.database, request("contacts.add", VISIT))
    async with running(here):
        assert (await hand_over(here.database, request("contacts.add", VISIT))).ok
    assert not socket_path(here.database).exists()


async def test_what_is_no_socket_is_left_alone(here: Settings) -> None:
    """A file of another kind where the socket should be is refused, not deleted."""
    socket_path(here.database).write_text("mine")
    with pytest.raises(Refused, match="Take away what is there"):
        async with running(here):
            pass
    assert socket_path(here.database).read_text() == "mine"


async def test_the_socket_is_the_owners_alone(here: Settings) -> None:
    """Nobody else may even connect, by the file's permissions."""
    async with running(here):
        assert socket_path(here.database).stat().st_mode & 0o777 == 0o600


async def test_a_holder_that_takes_no_commands_is_told_of(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the holder never answers, the command gives up with one clear line."""
    monkeypatch.setattr(errands, "PAUSE_SECONDS", 0)
    with held(here.database), pytest.raises(Refused, match="another process of Kundresa has it and takes no commands"):
        await carried_out(here, "contacts.add", VISIT, Added, now)


async def test_a_database_deep_down_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    """Where the path is too long for a socket, both sides find one in a folder of this user's alone."""
    folder = tmp_path / ("d" * 100)
    folder.mkdir()
    here = settings.read({"KUNDRESA_DATABASE": str(folder / "k.db")})
    path = socket_path(here.database)
    assert len(os.fsencode(path)) <= 100
    assert path.parent.stat().st_mode & 0o777 == 0o700
    async with running(here):
        assert (await hand_over(here.database, request("contacts.add", VISIT))).ok


async def raw(database: Path, sent: bytes) -> bytes:
    """What comes back for these bytes."""
    reader, writer = await asyncio.open_unix_connection(socket_path(database))
    writer.write(sent)
    writer.write_eof()
    found = await reader.read()
    writer.close()
    return found


async def test_a_request_that_is_too_large_is_refused_on_both_sides(here: Settings) -> None:
    """64 KiB are the bound: the sender refuses, and so does the holder."""
    large = msgspec.structs.replace(VISIT, reference="x" * command_socket.LARGEST_REQUEST)
    async with running(here):
        with pytest.raises(Refused, match="more than a command can take"):
            await hand_over(here.database, request("contacts.add", large))
        reply = msgspec.json.decode(await raw(here.database, b"x" * (command_socket.LARGEST_REQUEST + 10)), type=Reply)
        assert (reply.ok, "at most" in reply.refused) == (False, True)


async def test_unknown_commands_and_arguments_are_refused(here: Settings) -> None:
    """A program of another version gets a line that says what is wrong, not silence."""
    async with running(here):
        unknown = await hand_over(here.database, request("contacts.fly", VISIT))
        assert "no command 'contacts.fly'" in unknown.refused
        wrong = await hand_over(here.database, request("contacts.cancel", VISIT))
        assert wrong.refused.startswith("contacts.cancel: ")


@given(sent=st.lists(st.binary(max_size=300), max_size=3))
@examples(15)
async def test_no_bytes_stop_the_holder(sent: list[bytes]) -> None:
    """Whatever comes in, the next sound request is answered."""
    with tempfile.TemporaryDirectory() as folder:
        here = settings.read({"KUNDRESA_DATABASE": str(Path(folder) / "k.db")})
        async with running(here):
            for one in sent:
                answered = await raw(here.database, one)
                assert answered == b"" or not msgspec.json.decode(answered, type=Reply).ok
            assert (await hand_over(here.database, request("parked.retry", RetryParked()))).ok


_CALLER = """
import socket, sys
with socket.socket(socket.AF_UNIX) as caller:
    caller.connect(sys.argv[1])
    caller.sendall(b'{"id":"x","command":"parked.retry","arguments":{}}\\n')
    print(caller.makefile().read())
"""


# Another user may not be let into the folder of the interpreter that runs the tests.
_PYTHON = next((path for path in ("/usr/bin/python3",) if Path(path).exists()), sys.executable)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
async def test_another_user_is_refused_though_the_file_lets_them_in() -> None:
    """The peer's user counts, not only the file's permissions."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - pathlib's is taken for one that blocks
        here = settings.read({"KUNDRESA_DATABASE": str(Path(folder) / "k.db")})
        async with running(here):
            path = socket_path(here.database)
            path.chmod(0o666)
            answer = await asyncio.to_thread(
                subprocess.run,
                [_PYTHON, "-c", _CALLER, str(path)],
                user=65534,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
            )
            assert "belongs to another user" in answer.stdout, answer.stderr


@contextmanager
def looking_on() -> Iterator[list[tuple[int, int]]]:
    """What whoever looks on hears."""
    heard: list[tuple[int, int]] = []
    token = LOOKING_ON.set(lambda done, of: heard.append((done, of)))
    try:
        yield heard
    finally:
        LOOKING_ON.reset(token)


def last_week(here: Settings) -> Export:
    """The rows of the week before, beside the database."""
    return Export(folder=str(here.database.parent / "exports"), form="csv")


def line(told: object) -> bytes:
    return msgspec.json.encode(told) + b"\n"


async def next_line(reader: asyncio.StreamReader) -> bytes:
    """What is said next; a process that says nothing fails the test."""
    async with asyncio.timeout(30):
        return await reader.readline()


@asynccontextmanager
async def holding(here: Settings, says: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[None]:
    """Another process that has the database: it takes one request, and `says` what comes back."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        await says(writer)
        writer.close()

    async with await asyncio.start_unix_server(answer, str(socket_path(here.database))):
        yield


class LaterLoop:
    """The running loop's own clock, put forward by hand: what waits for a moment does not wait for real."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        real, self.ahead = loop.time, 0.0
        monkeypatch.setattr(loop, "time", lambda: real() + self.ahead)


async def test_who_looks_on_hears_of_a_command_done_elsewhere(here: Settings) -> None:
    """An export in another process moves the same bar: rows done, of all rows, up to the last."""
    async with running(here):
        await hand_over(here.database, request("contacts.add", LAST_WEEK))
        with looking_on() as heard:
            made = await carried_out(here, "export", last_week(here), Exported, now)
        assert [Path(file).name for file in made.files] == ["kundresa_2026-W46_csv"]
        assert heard == sorted(heard)
        assert heard[-1][0] == heard[-1][1] > 0
        with looking_on() as heard:
            await carried_out(here, "contacts.add", VISIT, Added, now)
        assert heard == []


async def test_a_command_that_works_or_waits_gives_signs_of_life(here: Settings, at_work: asyncio.Lock) -> None:
    """Every moment a line, also while nothing can be counted yet; none to a sender that does not know of them."""
    listening = line({"id": "a", "command": "export", "arguments": last_week(here), "listens": True})
    silent = line({"id": "b", "command": "export", "arguments": last_week(here)})
    async with running(here):
        async with at_work:
            reader, writer = await asyncio.open_unix_connection(socket_path(here.database))
            writer.write(listening)
            assert [await next_line(reader) for _ in range(3)] == [b"[0,0]\n"] * 3
            others = asyncio.create_task(raw(here.database, silent))
            assert await next_line(reader) == b"[0,0]\n"
        *_, reply = (await reader.read()).splitlines()
        writer.close()
        assert msgspec.json.decode(reply, type=Reply).ok
        assert msgspec.json.decode(await others, type=Reply).ok


async def test_a_sender_that_went_away_hinders_nothing(here: Settings, at_work: asyncio.Lock) -> None:
    """What was handed over is done all the same when nobody hears its signs of life any more."""
    made = Path(last_week(here).folder, "kundresa_2026-W46_csv")
    async with running(here):
        async with at_work:
            reader, writer = await asyncio.open_unix_connection(socket_path(here.database))
            writer.write(line({"id": "a", "command": "export", "arguments": last_week(here), "listens": True}))
            assert await next_line(reader) == b"[0,0]\n"
            writer.close()
        async with at_work:  # behind it
            assert await asyncio.to_thread(made.is_dir)


async def test_what_works_is_never_given_up(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limit begins anew with every sign of life; what takes hours is waited for."""
    later, heard = LaterLoop(monkeypatch), asyncio.Queue[int]()

    async def says(writer: asyncio.StreamWriter) -> None:
        for done in range(1, 100):
            later.ahead += command_socket.SILENT_SECONDS - 1
            writer.write(line([done, 100]))
            assert await heard.get() == done
        writer.write(line(Reply(ok=True)))

    token = LOOKING_ON.set(lambda done, _: heard.put_nowait(done))
    async with holding(here, says):
        assert (await hand_over(here.database, request("export", last_week(here)))).ok
    LOOKING_ON.reset(token)


async def test_what_gives_no_sign_of_life_is_given_up(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is stopped or stuck: one clear line, and nothing is asked for a second time."""
    later, given_up = LaterLoop(monkeypatch), asyncio.Event()

    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(line([0, 0]))
        await writer.drain()
        later.ahead += command_socket.SILENT_SECONDS + 1
        await given_up.wait()

    async with holding(here, says):
        with held(here.database), pytest.raises(Refused, match=r"no sign of life for 60 seconds.*Look whether"):
            await carried_out(here, "export", last_week(here), Exported, now)
        given_up.set()


@pytest.mark.parametrize("last", [b"", b"[1,", b"[1]\n", b"[-1,2]\n", b"[1,2,3]\n", b"{}\n", b"null\n", b"\xff\n"])
async def test_a_process_that_died_is_noticed_at_once(here: Settings, last: bytes) -> None:
    """What breaks off amid its signs of life, or says what is none, is a lost reply at once: it begins anew."""

    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(line([0, 0]) + line([1, 2]) + last)

    async with holding(here, says):
        with looking_on() as heard, pytest.raises(ReplyLost):
            await hand_over(here.database, request("export", last_week(here)))
    assert heard == [(1, 2), (0, 2)]


async def test_what_a_dying_process_left_is_done_here(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export whose process ends goes on in the one that asked, and is made."""
    monkeypatch.setattr(errands, "PAUSE_SECONDS", 0)
    other = held(here.database)
    other.__enter__()

    async def says(writer: asyncio.StreamWriter) -> None:
        writer.write(line([1, 2]))
        other.__exit__(None, None, None)

    async with holding(here, says):
        made = await carried_out(here, "export", last_week(here), Exported, now)
    assert made.week == "2026-W46"


async def test_a_process_that_stops_hands_back_what_takes_too_long(
    here: Settings, monkeypatch: pytest.MonkeyPatch, at_work: asyncio.Lock
) -> None:
    """`run` doesn't stop for as long as an export takes: it breaks off, and whoever asked hears so at once."""
    monkeypatch.setattr(command_socket, "_CLOSE_WITHIN", 0)
    async with at_work:
        async with asyncio.timeout(30), running(here):
            reader, writer = await asyncio.open_unix_connection(socket_path(here.database))
            writer.write(line({"id": "a", "command": "export", "arguments": last_week(here), "listens": True}))
            assert await next_line(reader) == b"[0,0]\n"
        assert set((await reader.read()).splitlines()) <= {b"[0,0]"}
        writer.close()


async def filled(house: House) -> None:
    """The database can't grow any more."""
    await house.store.write(lambda tx: tx.value("PRAGMA max_page_count = 1"))


async def until_it_is_full(here: Settings) -> None:
    for _ in range(200):
        await carried_out(here, "contacts.add", LAST_WEEK, Added, now)


async def alone_until_it_is_full(here: Settings) -> None:
    with held(here.database):
        async with opened_house(here) as house:
            await filled(house)
            for number in range(200):
                assert (await performed(house, request("contacts.add", LAST_WEEK, str(number)), now)).ok


async def test_a_full_disk_is_told_alike_here_and_there(here: Settings) -> None:
    """One line that says where, what and what to do, whichever process it was done in; what was asked is undone."""
    async with running(here) as house:
        await filled(house)
        with pytest.raises(Refused) as there:
            await until_it_is_full(here)
    with pytest.raises(DatabaseRefused) as alone:
        await alone_until_it_is_full(here)
    assert str(there.value) == str(alone.value)
    assert str(there.value).startswith(f"{here.database}: the disk refused (database or disk is full). Make room")


def overflowing(tx: Transaction) -> None:
    """More than SQLite can put aside."""
    tx.run("CREATE TEMP TABLE aside (x)")
    tx.value("PRAGMA temp.max_page_count = 1")
    tx.run("INSERT INTO aside SELECT randomblob(100000)")


async def test_full_temporary_files_are_told_alike(here: Settings) -> None:
    """Where SQLite can't put aside what an export reads, a refusal says so that the reply carries as it is."""
    async with running(here):
        with pytest.raises(DatabaseRefused, match=r"the disk refused \(database or disk is full\)\. Make room"):
            await view.snapshot(here.database, overflowing)
    assert DatabaseRefused in REFUSALS
