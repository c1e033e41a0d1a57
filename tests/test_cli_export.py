"""`kundresa export` as people meet it: what it makes of several weeks, of one unit, in other formats, and refuses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import time_machine

from bot import settings
from bot.cli import main
from bot.command_socket import served
from bot.lock import held
from bot.openings import opened_house
from bot.workbook import formats
from tests.test_cli import MONDAY, Shell
from tests.test_cli import shell as shell  # the fixture

ADD = ("contacts", "add", "--journey", "phone-call", "--unit", "main", "--start", "2026-11-10 10:00")


def registered(shell: Shell) -> None:
    """A contact is registered two weeks before."""
    with pytest.raises(SystemExit), time_machine.travel(MONDAY - timedelta(weeks=2), tick=True):
        main(ADD)
    shell.capture.readouterr()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (
            ("--weeks", "2026-W45..2026-W46"),
            ["kundresa_2026-W45_2026-W46.xlsx", "kundresa_2026-W45_2026-W46_data.xlsx"],
        ),
        (
            ("--week", "2026-W46", "--unit", "main"),
            ["kundresa_2026-W46_unit-main.xlsx", "kundresa_2026-W46_unit-main_data.xlsx"],
        ),
        (("--format", "csv"), ["kundresa_2026-W46_csv"]),
        (("--week", "2026-W46", "--format", "csv-excel"), ["kundresa_2026-W46_csv-excel"]),
        (
            ("--weeks", "2026-W45..2026-W46", "--unit", "main", "--format", "parquet"),
            ["kundresa_2026-W45_2026-W46_unit-main_parquet"],
        ),
        (("--format", "sav", "--lang", "fi"), ["kundresa_2026-W46_sav"]),
    ],
)
def test_what_was_asked_for_is_made_and_nothing_else(
    shell: Shell, arguments: tuple[str, ...], names: list[str]
) -> None:
    """The paths are printed: report and data file of a span, the rows alone in other formats; no weekly file beside."""
    registered(shell)
    made = shell.done("export", *arguments).splitlines()
    assert made == [str(shell.folder / "exports" / name) for name in names]
    assert sorted(path.name for path in Path(made[0]).parent.iterdir()) == names


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--weeks", "2026-W46..2026-W45"), "2026-W45 is before 2026-W46"),
        (("--weeks", "2026-W46..2026-W47"), "2026-W47 runs until"),
        (("--weeks", "2026-W40..2026-W46"), "no contact was known then"),
        (("--weeks", "2026-W46..2026-W54"), "2026-W54"),
        (("--unit", "mian"), "Did you mean 'main'? The units: main."),
        (("--unit", "norr"), "There is no unit 'norr'. The units: main."),
        (("--week", "2026-W99"), "2026-W99: there is no such week. A year has W01 to W52"),
        (("--week", "2026-W44"), "2026-W44: no contact was known then. The first week with any is 2026-W45"),
        (("--format", "csv", "--lang", "de"), "There is no language 'de'"),
    ],
)
def test_what_can_not_be_is_refused_in_one_line(shell: Shell, arguments: tuple[str, ...], why: str) -> None:
    """With what to do, and nothing is made."""
    registered(shell)
    assert why in shell.refused("export", *arguments)
    assert not list(shell.folder.glob("exports/*"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--weeks", "2026-W46"),
        ("--weeks", "46..47"),
        ("--week", "2026-W46", "--weeks", "2026-W45..2026-W46"),
        ("--format", "spss"),
    ],
)
def test_what_nobody_can_mean_is_wrong_usage(shell: Shell, arguments: tuple[str, ...]) -> None:
    """It ends with 2, and a hint of how to write it."""
    ended = shell("export", *arguments)
    assert ended.code == 2
    assert "--help" in ended.err


def test_a_missing_extra_says_what_to_install(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the command, and no traceback."""
    registered(shell)
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    assert "pip install '.[sav]'" in shell.refused("export", "--format", "sav")


def test_a_report_in_another_language_than_the_one_that_stands_is_refused(shell: Shell) -> None:
    """It is said that it is made once, and where another can be; the same language, or none named, is as before."""
    registered(shell)
    made = shell.done("export", "--week", "2026-W46", "--lang", "fi")
    assert "'fi', and is made once. To have it in 'sv' too, name another folder with --to." in shell.refused(
        "export", "--week", "2026-W46", "--lang", "sv"
    )
    assert shell.done("export", "--week", "2026-W46", "--lang", "fi") == made
    assert shell.done("export", "--week", "2026-W46") == made
    shell.done("export", "--week", "2026-W46", "--lang", "sv", "--to", str(shell.folder / "elsewhere"))
    told = openpyxl.load_workbook(shell.folder / "elsewhere" / "kundresa_2026-W46.xlsx").properties.language
    assert told == "sv"


def test_what_is_somebodys_own_in_the_folder_is_told_in_one_line(shell: Shell) -> None:
    """A note among the tables, and a file where the folder should be: refused by name, and neither is touched."""
    registered(shell)
    folder = Path(shell.done("export", "--format", "csv").strip())
    (folder / "notes.csv").write_text("mine")
    assert "notes.csv: no export made this" in shell.refused("export", "--format", "csv")
    assert (folder / "notes.csv").read_text() == "mine"
    (shell.folder / "file").write_text("mine")
    assert "is a file, not a folder" in shell.refused("export", "--to", str(shell.folder / "file"))


@contextmanager
def running(shell: Shell) -> Iterator[None]:
    """Another loop has the database, as `kundresa run` would, and takes commands."""
    here = settings.read({"KUNDRESA_DATABASE": str(shell.folder / "k.db")})
    begun, ended = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def hold() -> None:
        with held(here.database):
            async with opened_house(here) as house, served(here.database, house, lambda: MONDAY):
                begun.set()
                await ended.wait()

    holder = threading.Thread(target=loop.run_until_complete, args=(hold(),))
    holder.start()
    assert begun.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        holder.join()
        loop.close()


def test_the_bar_moves_whoever_does_the_work(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal it comes to its end where the export was made here, and where another process made it."""
    registered(shell)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    here = shell("export", "--format", "csv")
    with running(shell):
        there = shell("export", "--format", "csv")
    assert (here.out, here.code) == (there.out, there.code)
    assert "100%" in here.err
    assert "100%" in there.err
