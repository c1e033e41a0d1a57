"""One process at a time has the database for writing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.lock import Locked, held, lock_file
from bot.store.database import DatabaseRefused

_HOLDER = """
import sys
from pathlib import Path
from bot.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock; its standard input keeps it waiting."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_a_second_holder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    """While one process has the lock another is refused at once, with the first one's number."""
    with another_process(tmp_path / "k.db") as holder:
        with pytest.raises(Locked, match=rf"k\.db: process {holder.pid} of Kundresa has it"), held(tmp_path / "k.db"):
            pass
        assert lock_file(tmp_path / "k.db").stat().st_mode & 0o777 == 0o600


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    """A process that is killed frees the lock, though its file stays."""
    with another_process(tmp_path / "k.db") as holder:
        holder.kill()
        holder.wait()
        with held(tmp_path / "k.db"):
            assert lock_file(tmp_path / "k.db").read_text() == f"{os.getpid()}\n"


def test_patience_waits_for_whoever_has_it_for_a_moment(tmp_path: Path) -> None:
    """A lock that becomes free in time is had; without patience it is refused."""
    with another_process(tmp_path / "k.db") as holder:
        with pytest.raises(Locked), held(tmp_path / "k.db"):
            pass
        assert holder.stdin is not None
        holder.stdin.close()
        with held(tmp_path / "k.db", patience=30):
            pass


def test_two_names_of_one_database_are_one_lock(tmp_path: Path) -> None:
    """A link to the database is not another database."""
    (tmp_path / "link.db").symlink_to(tmp_path / "k.db")
    with held(tmp_path / "k.db"), pytest.raises(Locked), held(tmp_path / "link.db"):
        pass


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    """Whoever lets go lets the next one in, also after an error."""
    with pytest.raises(RuntimeError), held(tmp_path / "k.db"):
        raise RuntimeError
    with held(tmp_path / "k.db"):
        pass


def test_a_missing_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    """Where there is no folder the refusal names the setting that mends it."""
    with (
        pytest.raises(DatabaseRefused, match=r"its folder does not exist.*KUNDRESA_DATABASE"),
        held(tmp_path / "nowhere" / "k.db"),
    ):
        pass
