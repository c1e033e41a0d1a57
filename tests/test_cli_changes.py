"""The commands that change contacts and hand over what is due, as staff run them."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pytest
import time_machine

from bot import cli
from tests.test_cli import Shell
from tests.test_cli import shell as shell  # the fixture

VISIT = ("contacts", "add", "--journey", "office-visit", "--unit", "main", "--service", "general")


def test_a_contact_is_moved_by_its_reference(shell: Shell) -> None:
    """`move` takes the contact's id or reference, keeps its length, and shows what is planned now."""
    shell.done(*VISIT, "--start", "2026-11-18 10:00", "--end", "10:45", "--reference", "A-1")
    told = shell.done("contacts", "move", "A-1", "--start", "2026-11-20 14:00")
    assert "Starts: Fri 2026-11-20 14:00, ends: Fri 2026-11-20 14:45" in told
    assert "before  Thu 2026-11-19 17:00" in told
    assert "Moved: Mon 2026-11-16" in told
    assert "no contact A-2" in shell.refused("contacts", "move", "A-2", "--start", "2026-11-20 14:00")


def test_a_units_day_is_cancelled_at_once(shell: Shell) -> None:
    """`cancel --unit --day` cancels everybody of that day and no other; half of a command is wrong usage."""
    shell.done(*VISIT, "--start", "2026-11-18 10:00")
    shell.done(*VISIT, "--start", "2026-11-18 16:00")
    shell.done(*VISIT, "--start", "2026-11-19 10:00")
    assert "Cancelled: 2" in shell.done("contacts", "cancel", "--unit", "main", "--day", "2026-11-18")
    assert "Cancelled: 0" in shell.done("contacts", "cancel", "--unit", "main", "--day", "2026-11-18")
    listed = shell.done("contacts", "list", "--week", "2026-W47")
    assert listed.count("not-asked: cancelled") == 4
    assert shell("contacts", "cancel", "--unit", "main").code == 2
    assert "Did you mean 'main'" in shell.refused("contacts", "cancel", "--unit", "mian", "--day", "2026-11-18")
    assert "is no day" in shell.refused("contacts", "cancel", "--unit", "main", "--day", "yesterday")


def test_an_outcome_is_told_and_a_contact_left_out(shell: Shell) -> None:
    """`outcome` shows what is known since; `not-asked` shows why, and the invitation is gone."""
    shell.done(*VISIT, "--start", "2026-11-18 10:00", "--reference", "A-1")
    told = shell.done("contacts", "outcome", "A-1", "--outcome", "partly", "--cause", "waited", "--solved", "no")
    assert all(line in told for line in ("Outcome: partly", "Cause: waited", "Solved: no"))
    assert shell("contacts", "outcome", "A-1").code == 2
    assert "Did you mean 'denied'" in shell.refused("contacts", "outcome", "A-1", "--outcome", "deneid")
    told = shell.done("contacts", "not-asked", "A-1", "--reason", "other")
    assert "Nothing is asked: other" in told
    assert "Invitation" not in told


def test_what_is_due_is_written_once_and_can_be_taken_back(shell: Shell) -> None:
    """`due` writes a private file, never over another, hands each row over once, lists files and takes one back."""
    shell.done(*VISIT, "--start", "2026-11-18 10:00", "--reference", "A-1", "--lang", "en")
    path = shell.folder / "due.csv"
    tuesday = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)
    told = _later(shell, tuesday, "contacts", "due", "--to", str(path))
    file = re.search(r"id: (\w+)", told)
    assert file is not None
    with path.open(encoding="utf-8-sig", newline="") as rows:
        (row,) = csv.DictReader(rows, delimiter=";")
    assert (row["reference"], row["phase"], row["language"]) == ("A-1", "before", "en")
    assert row["send_before"] == "2026-11-18 10:00"
    assert "ingen" not in row["text"]
    assert "Telegram" in row["note"]
    assert "is there already" in shell.refused("contacts", "due", "--to", str(path))
    assert "due2.csv: 0 to be sent" in _later(shell, tuesday, "contacts", "due", "--to", str(shell.folder / "due2.csv"))
    assert file[1] in shell.done("contacts", "due", "--list")
    assert "Taken back: 1" in shell.done("contacts", "due", "--undo", file[1])
    again = _later(shell, tuesday, "contacts", "due", "--to", str(shell.folder / "due3.csv"))
    assert "due3.csv: 1 to be sent" in again


def _later(shell: Shell, moment: datetime, *arguments: str) -> str:
    shell.capture.readouterr()
    with time_machine.travel(moment, tick=True), pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    told = shell.capture.readouterr()
    assert not ended.value.code, told.err
    return told.out
