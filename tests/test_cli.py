"""The command line as people meet it: what it prints, one line when it refuses, and how it ends."""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bot import settings
from bot.cli import main
from bot.command_socket import served
from bot.lock import held
from bot.openings import opened_house
from bot.store import facts, inbox, migrations
from bot.store.database import Store, Transaction
from bot.store.inbox import Received
from tests import new_database

ROOT = Path(__file__).parents[1]
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
ADD = ("contacts", "add", "--journey", "office-visit", "--unit", "main")
VISIT = (*ADD, "--start", "2026-11-18 10:00", "--end", "10:45")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@dataclass
class Shell:
    """Runs commands in this process, on Monday 16 November 2026, 10:00 in Stockholm."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Ended:
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended, time_machine.travel(MONDAY, tick=True):
            main(arguments)
        out, err = self.capture.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, out, err)

    def done(self, *arguments: str) -> str:
        ended = self(*arguments)
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    def refused(self, *arguments: str) -> str:
        """The one line of a refusal."""
        ended = self(*arguments)
        assert ended.code == 1
        assert ended.err.count("\n") == 1
        return ended.err.strip()


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell with an empty database."""
    for name in settings.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUNDRESA_DATABASE", str(new_database.laid(tmp_path / "k.db")))
    monkeypatch.setenv("KUNDRESA_EXPORTS", str(tmp_path / "exports"))
    return Shell(tmp_path, capsys)


async def in_the_house(folder: Path, change: object) -> None:
    """Something that happened in the database before."""
    here = settings.read({"KUNDRESA_DATABASE": str(folder / "k.db")})
    with held(here.database):
        async with opened_house(here) as house:
            await house.store.write(change)  # type: ignore[arg-type]


def contact_of(printed: str) -> str:
    found = re.search(r"^Contact: (\w+)", printed)
    assert found
    return found[1]


def test_a_contact_is_registered_with_what_is_planned_when(shell: Shell) -> None:
    """contacts add prints id, local times and the code, and says where the link comes from."""
    out = shell.done(*VISIT, "--service", "general", "--channel", "visit", "--reference", "A-17")
    lines = out.splitlines()
    assert re.fullmatch(r"Contact: \w{14} \(office-visit, main, general, visit\)", lines[0])
    assert lines[1:3] == ["Reference: A-17", "Starts: Wed 2026-11-18 10:00, ends: Wed 2026-11-18 10:45"]
    assert lines[3] == "  before  Tue 2026-11-17 17:00, useful until Wed 2026-11-18 10:00"
    assert "after   Wed 2026-11-18 12:45" in out
    assert re.search(r"^Invitation code: [\w-]{22}$", out, re.MULTILINE)
    assert "once `kundresa run` has spoken with Telegram" in out


def test_the_same_reference_registers_nothing_anew(shell: Shell) -> None:
    """Said again, the same contact and the same code come back."""
    first = shell.done(*VISIT, "--reference", "A-17")
    again = shell.done(*VISIT, "--reference", "A-17")
    assert again.splitlines()[0] == "This reference is registered already; nothing was registered anew."
    assert again.splitlines()[1:] == first.splitlines()


def test_the_link_is_shown_once_the_bots_name_is_known(shell: Shell) -> None:
    """Until somebody has begun, contacts show prints the link; the bot's name comes from the database."""
    id_ = contact_of(shell.done(*VISIT))
    asyncio.run(in_the_house(shell.folder, lambda tx: facts.put(tx, "telegram_username", b"AbyBot")))
    out = shell.done("contacts", "show", id_)
    assert re.search(r"^Invitation: https://t\.me/AbyBot\?start=[\w-]{22}$", out, re.MULTILINE)


def test_contacts_are_listed_by_week(shell: Shell) -> None:
    """contacts list shows those that start in the week, tab-separated where no terminal is."""
    id_ = contact_of(shell.done(*VISIT))
    header, row = shell.done("contacts", "list", "--week", "2026-W47").splitlines()
    assert header.split("\t")[:3] == ["contact", "start", "journey"]
    assert row.split("\t")[:4] == [id_, "Wed 2026-11-18 10:00", "office-visit", "main"]
    assert shell.done("contacts", "list") == f"{header}\n{row}\n"
    assert shell.done("contacts", "list", "--week", "2026-W48") == f"{header}\n"
    assert shell("contacts", "list", "--week", "47").code == 2
    assert shell("contacts", "list", "--week", "2026-W54").code == 2


def test_a_cancelled_contact_shows_it(shell: Shell) -> None:
    """contacts cancel ends what was planned; once more is refused."""
    id_ = contact_of(shell.done(*VISIT))
    out = shell.done("contacts", "cancel", id_)
    assert "Cancelled: Mon 2026-11-16 10:00" in out
    assert "before  not-asked (cancelled)" in out
    assert "cancelled already" in shell.refused("contacts", "cancel", id_)
    assert "There is no contact nobody" in shell.refused("contacts", "show", "nobody")


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        ("2026-11-18 10:00", "2026-11-18T09:00"),
        ("2026-11-18T9:00", "2026-11-18T08:00"),
        ("2026-11-18 10:00+00:00", "2026-11-18T10:00"),
        ("2026-11-18T10:00:00Z", "2026-11-18T10:00"),
        ("2027-03-28 02:30", "2027-03-28T01:00"),  # the hour that is skipped: the first moment after it
        ("2027-10-31 02:30", "2027-10-31T00:30"),  # the hour that comes twice: the first time
    ],
)
def test_times_are_local_unless_they_say_otherwise(shell: Shell, start: str, moment: str) -> None:
    """ISO forms are taken, with or without zone, also where the clocks change."""
    out = shell.done(*ADD, "--start", start)
    local = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Stockholm"))
    assert f"Starts: {local:%a %Y-%m-%d %H:%M}\n" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((*ADD, "--start", "2026-11-18"), "--start: '2026-11-18' is no day and time."),
        ((*ADD, "--start", "on Monday"), "--start: 'on Monday' is no day and time."),
        ((*VISIT[:-1], "25:00"), "--end: '25:00' is no day and time."),
        ((*VISIT[:-1], "09:00"), "ends before it starts"),
        (("contacts", "add", "--journey", "x", "--unit", "main", "--start", "2026-11-18 10:00"), "no journey 'x'"),
        ((*VISIT, "--channel", "vist"), "Did you mean 'visit'?"),
        (("contacts", "list"), "there is no database yet"),
        (("parked", "list"), "there is no database yet"),
        (("parked", "retry", "4"), "Nothing is parked under 4"),
        (("preview", "ofice-visit"), "Did you mean 'office-visit'?"),
        (("preview", "office-visit", "--lang", "nn"), "no language 'nn'"),
        (("preview", "nowhere.yaml"), "can't be read"),
        (("export", "--week", "2027-W10"), "2027-W10 runs until"),
        (("export", "--week", "2026-W54"), "2026-W54"),
        (("run",), "TELEGRAM_BOT_TOKEN"),
    ],
)
def test_a_refusal_is_one_line_and_one(shell: Shell, arguments: tuple[str, ...], told: str) -> None:
    """Whatever is refused is told in one line on standard error, without a traceback, with exit code 1."""
    (shell.folder / "k.db").unlink()
    assert told in shell.refused(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("contacts", "add"),
        ("preview", "office-visit", "--phase", "x"),
        ("export", "--week", "47"),
        ("run", "x"),
    ],
)
def test_wrong_usage_ends_with_two(shell: Shell, arguments: tuple[str, ...]) -> None:
    """What can't be understood as a command ends with exit code 2 and a word on how it is used."""
    ended = shell(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: kundresa" in ended.err


@pytest.mark.parametrize(
    "command",
    [
        "run", "demo", "check", "preview", "export", "migrate", "contacts add", "contacts list", "contacts show",
        "contacts cancel", "parked list", "parked retry",
    ],
)  # fmt: skip
def test_every_command_has_help_with_an_example(shell: Shell, command: str) -> None:
    """--help says what it does and shows one way to write it."""
    out = shell.done(*command.split(), "--help")
    assert re.search(rf"Example: .*kundresa\s+{command}", " ".join(out.split()))


def test_the_version_is_told(shell: Shell) -> None:
    """--version names the program."""
    assert shell.done("--version").startswith("Kundresa ")


def test_check_ends_by_what_it_found(shell: Shell) -> None:
    """Sound files end with 0; an error with 1, after everything was told."""
    assert shell.done("check") == "5 journeys, 0 errors, 0 warnings\n"
    file = shell.folder / "small.yaml"
    file.write_text("journey: smal\n")
    ended = shell("check", str(file))
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert f"{file}, line 1: The journey is named 'smal' but its file 'small'." in ended.out
    assert ended.out.splitlines()[-1].startswith("1 journey, ")


def test_faults_of_files_are_told_one_a_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that needs the journeys tells every fault of theirs, each on a line with its place."""
    (shell.folder / "k.db").unlink()
    (shell.folder / "journeys").mkdir()
    (shell.folder / "journeys" / "small.yaml").write_text("journey: small\naudience: nobody\n")
    monkeypatch.setenv("KUNDRESA_JOURNEYS", str(shell.folder / "journeys"))
    ended = shell(*VISIT)
    assert ended.code == 1
    assert len(ended.err.splitlines()) > 1
    assert all(line.startswith("small.yaml") for line in ended.err.splitlines())
    assert not (shell.folder / "k.db").exists()


def test_a_wrong_setting_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that can't be used names itself."""
    monkeypatch.setenv("KUNDRESA_LANGUAGES", "swedish")
    assert shell.refused("check").startswith("KUNDRESA_LANGUAGES: ")


def test_a_journey_is_played_from_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """preview takes its lines from a pipe, and a file as well as a name."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n"))
    out = shell.done("preview", "office-visit", "--phase", "before", "--lang", "fi")
    assert "kept: feeling = 2" in out
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    shown = shell.done("preview", str(ROOT / "flows" / "journeys" / "phone-call.yaml"), "--phase", "after")
    assert "--- after the contact" in shown


def test_a_contact_of_long_ago_is_told_of(shell: Shell) -> None:
    """A contact about which nothing can be asked any more is registered, and a line asks whether the date is right."""
    ended = shell("contacts", "add", "--journey", "phone-call", "--unit", "main", "--start", "2025-11-24 10:00")
    assert ended.code == 0
    assert "Is --start right?" in ended.err


def test_a_week_of_long_ago_is_not_closed(shell: Shell) -> None:
    """export refuses a week long before the first contact, and no week in between is closed."""
    shell.done(*VISIT)
    assert "no contact was known then" in shell.refused("export", "--week", "2026-W30")


def test_a_week_is_exported(shell: Shell) -> None:
    """export prints the files it made, in the folder asked for or the settings'."""
    shell.done(*VISIT)
    report, data = map(Path, shell.done("export", "--week", "2026-W46").splitlines())
    assert (report.parent, report.name) == (shell.folder / "exports", "kundresa_2026-W46.xlsx")
    assert data.is_file()
    elsewhere = shell.folder / "elsewhere"
    assert shell.done("export", "--to", str(elsewhere)).splitlines()[0] == str(elsewhere / "kundresa_2026-W46.xlsx")


def test_what_is_parked_can_be_seen_and_tried_again(shell: Shell) -> None:
    """parked list names the row and the fault; parked retry lets it begin anew."""

    def park(tx: Transaction) -> None:
        inbox.receive(tx, [Received("telegram", "7", b"l", b"raw", MONDAY)])
        for _ in range(5):
            inbox.failed(tx, 1, MONDAY, "KeyError")

    asyncio.run(in_the_house(shell.folder, park))
    _, row = shell.done("parked", "list").splitlines()
    assert row.split("\t") == [
        "1", "telegram", "KeyError", "5", "Mon 2026-11-16 09:00 UTC", "Mon 2026-11-16 09:00 UTC", "yes",
    ]  # fmt: skip
    assert shell.done("parked", "retry", "1") == "1 to be taken anew.\n"
    assert len(shell.done("parked", "list").splitlines()) == 1


def test_migrate_is_refused_while_the_database_is_in_use(shell: Shell) -> None:
    """migrate brings an unused database up to date, and leaves one in use alone."""
    assert f"up to date ({max(migrations.known())})" in shell.done("migrate")
    with held(shell.folder / "k.db"):
        assert f"process {os.getpid()} of Kundresa has it" in shell.refused("migrate")


async def test_while_it_runs_commands_are_done_there(tmp_path: Path) -> None:
    """Another process's contacts add, export and list work while this one has the database."""
    environment = {
        "PATH": os.environ["PATH"],
        "KUNDRESA_DATABASE": str(tmp_path / "k.db"),
        "KUNDRESA_EXPORTS": str(tmp_path / "exports"),
    }
    here = settings.read({name: value for name, value in environment.items() if name != "PATH"})

    async def kundresa(*arguments: str) -> str:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    with held(here.database):
        async with opened_house(here) as house, served(here.database, house, lambda: MONDAY):
            id_ = contact_of(await kundresa(*VISIT))
            assert id_ in await kundresa("contacts", "list", "--week", "2026-W47")
            assert "kundresa_2026-W46.xlsx" in await kundresa("export", "--week", "2026-W46")
            assert await registered(house.store) == 1


async def registered(store: Store) -> int:
    return await store.read(lambda tx: tx.count("SELECT count(*) FROM contacts"))
