"""What is due for people who came through no door: handed over once, into a file, and taken back."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import csv_files
from bot.contacts import ContactRefused
from bot.hand_overs import Handed
from bot.openings import Refused
from bot.store import hand_overs
from bot.store.database import Transaction
from tests.house import House

FILE = "f1"


async def test_what_nobody_opened_is_handed_over_once(house: House) -> None:
    """A due follow-up whose invitation nobody opened stands in one file; the next has only what came due since."""
    registered = await house.register(reference="A-1", language="fi")
    opened = await house.register()
    await house.says(7, f"/start {opened.code}")
    assert await _add(house, FILE) == 0
    await house.beat(days=1, hours=7)
    assert await _add(house, FILE) == 1
    assert await _add(house, "f2") == 0
    (row,) = await _rows(house, FILE)
    assert (row.reference, row.contact, row.phase, row.language) == ("A-1", registered.id, "before", "fi")
    assert row.link == ""


async def test_the_text_is_ready_in_the_persons_language(house: House) -> None:
    """The text has service, day and link in the person's language, and names nobody."""
    await house.register(reference="A-1", language="fi")
    await house.beat(days=1, hours=7)
    await _add(house, FILE)
    (row,) = await _rows(house, FILE)
    text = await house.store.read(house.rooms.hand_overs.text, replace(row, link="https://example.org/x"))
    assert text.startswith("Hei! Asioit pian kanssamme (Asiakaspalvelu, 18. marraskuuta).")
    assert "https://example.org/x" in text
    assert "A-1" not in text


async def test_a_file_taken_back_is_due_again(house: House) -> None:
    """Undone, a file's rows are due again; once only, and a file that isn't there is refused."""
    await house.register()
    await house.beat(days=1, hours=7)
    await _add(house, FILE)
    undo = house.rooms.hand_overs.undo
    assert await house.store.write(undo, FILE, house.now) == 1
    with pytest.raises(ContactRefused, match="taken back already"):
        await house.store.write(undo, FILE, house.now)
    with pytest.raises(ContactRefused, match="no file nothing"):
        await house.store.write(undo, "nothing", house.now)
    assert await _add(house, "f2") == 1


async def test_what_is_opened_after_it_was_handed_over_leaves_the_file(house: House) -> None:
    """Somebody who opens the link is asked as anybody else; the file written again is without them."""
    registered = await house.register()
    await house.beat(days=1, hours=7)
    await _add(house, FILE)
    await house.says(7, f"/start {registered.code}")
    assert await _rows(house, FILE) == []
    assert (await house.dispositions(registered.id))["before"][0] is None


async def test_handed_over_and_never_opened_has_its_own_reason(house: House) -> None:
    """What was handed over and nobody opened ends as missed with that reason, apart from what was never sent."""
    handed = await house.register()
    await house.beat(days=1, hours=7)
    await _add(house, FILE)
    await house.beat(days=30)
    ended = await house.dispositions(handed.id)
    assert ended["before"] == ("missed", "handed-over-not-opened")
    assert ended["after"] == ("missed", "invitation-not-opened")


async def test_a_contact_moved_after_it_was_handed_over_is_not_handed_over_again(house: House) -> None:
    """The person has the link already; it holds for the new time, and for the budget."""
    registered = await house.register()
    await house.beat(days=1, hours=7)
    await _add(house, FILE)
    moved = house.now + timedelta(days=3)
    await house.store.write(house.rooms.changes.move, registered.id, moved, None, house.now)
    await house.beat(days=2)
    assert await _add(house, "f2") == 0


async def test_the_budget_holds_for_what_is_handed_over(house: House) -> None:
    """Of two contacts of a matter in one month only the first is handed over; the other is left out with the reason."""
    await house.register(matter="m")
    second = await house.register(matter="m", start=house.now + timedelta(days=2, hours=1))
    await house.beat(days=1, hours=7)
    await _add(house, FILE)
    await _add(house, FILE)
    assert len(await _rows(house, FILE)) == 1
    assert ("not-asked", "budget") in (await house.dispositions(second.id)).values()


async def test_only_one_unit_and_nothing_cancelled_or_left_out(house: House) -> None:
    """A file of one unit has no other's rows; an unknown unit is refused; cancelled ones stand in none."""
    cancelled, left_out = await house.register(), await house.register()
    await house.store.write(house.rooms.changes.cancel, cancelled.id, house.now)
    await house.store.write(house.rooms.changes.leave_out, left_out.id, "other", house.now)
    await house.beat(days=1, hours=7)
    with pytest.raises(Exception, match="no unit 'mian'"):
        await _add(house, FILE, "mian")
    assert await _add(house, FILE, "main") == 0


def test_a_csv_file_is_whole_private_and_safe(tmp_path: Path) -> None:
    """A file is made for its owner only, never over another, and no cell of it is a formula."""
    path = tmp_path / "due.csv"
    assert csv_files.write(path, ("a", "b"), [("=1+1", "å;ä"), ("-2", "\n")]) == 2
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [["a", "b"], ["'=1+1", "å;ä"], ["'-2", "\n"]]
    with pytest.raises(Refused, match="is there already"):
        csv_files.write(path, ("a",), [])
    assert [found.name for found in tmp_path.iterdir()] == ["due.csv"]


def test_a_csv_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Rows that can't be read leave no file and no part of one."""

    def rows() -> list[list[str]]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        csv_files.write(tmp_path / "due.csv", ("a",), (row for row in rows()))
    assert list(tmp_path.iterdir()) == []


async def _add(house: House, file: str, unit: str | None = None) -> int:
    return await house.store.write(house.rooms.hand_overs.add, file, unit, house.now, 100)


async def _rows(house: House, file: str) -> list[Handed]:
    def read(tx: Transaction) -> list[Handed]:
        return house.rooms.hand_overs.rows(tx, hand_overs.rows_of(tx, file, after="", limit=100), house.now)

    return await house.store.read(read)
