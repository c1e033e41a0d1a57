"""Imports: lists taken in by the command and from the inbox folder, once, in batches, whoever has the database."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from bot import command_socket, settings
from bot.batches import LARGEST_BATCH
from bot.commands import performed
from bot.commands_export import Export
from bot.commands_import import TakeIn, TakenIn, requests_of
from bot.imports import Import, summed_up
from bot.inbox_folder import taken_in
from bot.lists import entries
from bot.lists.entries import Reading
from bot.lists.texts import Texts
from bot.lock import held
from bot.long_errands import carried_out_in_order
from bot.openings import House as OpenHouse
from bot.openings import Refused, files, opened_house
from bot.requests import Reply, Request
from bot.store import contacts, facts
from tests.house import MONDAY, House
from tests.test_cli import Shell
from tests.test_cli import shell as shell  # a fixture

HEADER = "reference,journey,unit,start,end,outcome,service,channel\n"
EN = Texts("en")


def rows(count: int, *, hour: int = 10, outcome: str = "") -> str:
    """A list of so many visits on the day after tomorrow."""
    return HEADER + "".join(
        f"A-{number},office-visit,main,2026-11-18 {hour}:{number % 60:02},,{outcome},general,visit\n"
        for number in range(count)
    )


def reading(house: House, source: str) -> Reading:
    return entries.read(source.encode(), house.premises.organisation, house.premises.library, EN)


async def taken(house: House, source: str, **how: bool) -> tuple[Import, list[TakenIn]]:
    """Take a list in as the command does; what it came to, and what was told of each batch."""
    found = reading(house, source)
    told = []
    for number, asked in enumerate(requests_of(found.entries, **how)):
        reply = await _asked(house, f"{id(found)}-{number}", asked)
        assert reply.ok, reply.refused
        told.append(msgspec.json.decode(reply.result, type=TakenIn))
    return summed_up(found, [row for batch in told for row in batch.rows], EN), told


def now() -> datetime:
    return MONDAY


async def counted(house: House, table: str = "contacts") -> int:
    return await house.store.read(lambda tx: tx.count(f"SELECT count(*) FROM {table}"))


async def test_a_list_is_taken_in_once(house: House) -> None:
    """New rows are registered with their follow-ups; the same list again is known and stores nothing."""
    first, told = await taken(house, rows(3), invitations=True)
    again, told_again = await taken(house, rows(3), invitations=True)

    assert (first.rows, first.registered, first.known, first.changed, first.faulty) == (3, 3, 0, 0, 0)
    assert (again.registered, again.known, again.changed) == (0, 3, 0)
    assert await counted(house) == 3
    assert await counted(house, "follow_ups") == 9
    assert told[0].invitations == told_again[0].invitations
    assert len({one.code for one in told[0].invitations}) == 3


async def test_known_rows_bring_what_is_new(house: House) -> None:
    """The same references with another time are moved, with an outcome noted; the rest is known."""
    await taken(house, rows(3))
    moved, _ = await taken(house, rows(2, hour=13))
    noted, _ = await taken(house, rows(1, hour=13, outcome="granted"))
    found = await house.store.read(contacts.listed, house.now, house.now + timedelta(days=9))

    assert (moved.changed, moved.known, moved.registered) == (2, 0, 0)
    assert (noted.changed, noted.known) == (1, 0)
    assert [(one.reference, one.start_at.hour, one.outcome) for one in found] == [
        ("A-2", 9, None),
        ("A-0", 12, "granted"),
        ("A-1", 12, None),
    ]


async def test_the_same_list_again_undoes_nothing_that_staff_changed(house: House) -> None:
    """What staff changed since a list was taken in stays when the same list comes again; a changed row changes it."""
    first, _ = await taken(house, rows(1))
    assert first.registered == 1
    (contact,) = await house.store.read(contacts.named, "A-0")
    later = contact.start_at + timedelta(hours=6)
    await house.store.write(house.rooms.changes.move, contact.id, later, None, house.now)
    again, _ = await taken(house, rows(1))
    assert (again.known, again.changed) == (1, 0)
    (kept,) = await house.store.read(contacts.named, "A-0")
    assert kept.start_at == later
    news, _ = await taken(house, rows(1, hour=11))
    assert news.changed == 1


async def test_nobody_is_invited_where_nothing_is_asked(house: House) -> None:
    """The file for letters has no row of a contact that staff left out."""
    source = rows(2).replace("\n", ",not asked\n", 1).replace("visit\nA-1", "visit,other\nA-1").rstrip() + ",\n"
    done, told = await taken(house, source, invitations=True)
    assert done.registered == 2
    assert len([invited for batch in told for invited in batch.invitations]) == 1


async def test_a_row_of_long_ago_is_noted(house: House) -> None:
    """A contact of last year is registered, and noted: probably a slip of the pen, since nothing can be asked."""
    done, _ = await taken(house, rows(2).replace("A-0,office-visit,main,2026-", "A-0,office-visit,main,2025-"))
    assert (done.registered, done.faulty) == (2, 0)
    assert [(fault.row, fault.name, fault.kind) for fault in done.faults] == [(2, "too-long-ago", "note")]


async def test_a_row_that_is_refused_leaves_the_others(house: House) -> None:
    """What the rooms refuse is a fault of its row, with their reason; rows around it are registered."""
    source = HEADER + (
        "A-1,office-visit,main,2026-11-18 10:00,,,general,visit\n"
        "A-2,office-visit,mian,2026-11-18 10:00,,,general,visit\n"
        "A-3,office-visit,main,2026-11-18 11:00,,,general,visit\n"
    )
    found = reading(house, source)
    wrong = msgspec.structs.replace(next(requests_of(found.entries)).rows[0], unit="gone", row=9)
    (asked,) = requests_of(found.entries)
    reply = await _asked(house, "one", TakeIn((wrong, *asked.rows)))
    told = msgspec.json.decode(reply.result, type=TakenIn).rows
    done = summed_up(found, told, EN)

    assert [(one.row, one.result) for one in told] == [(9, "refused"), (2, "registered"), (4, "registered")]
    assert (done.registered, done.faulty) == (2, 2)
    assert [(fault.row, fault.column) for fault in done.faults] == [(3, "unit"), (9, "")]
    assert "There is no unit 'gone'" in done.faults[-1].text
    assert await counted(house) == 2


async def test_a_dry_run_stores_nothing_and_shows_the_same(house: House) -> None:
    """A dry run tells what an import would come to; not a row is written, not even the request."""
    await taken(house, rows(2))
    source = rows(4, hour=13)
    tried, told = await taken(house, source, dry_run=True)
    requests = await counted(house, "requests")
    done, _ = await taken(house, source)

    assert tried == done
    assert (tried.registered, tried.changed) == (2, 2)
    assert all(row.contact is None for batch in told for row in batch.rows)
    assert requests == 1


async def test_what_is_remembered_holds_no_code_and_no_reference(house: House) -> None:
    """A request that comes again is answered as before; what is kept for it has neither code nor reference."""
    (asked,) = requests_of(reading(house, rows(2)).entries, invitations=True)
    first, again = [await _asked(house, "same", asked) for _ in range(2)]
    kept = await house.store.read(facts.reply_to, "same")
    told = msgspec.json.decode(first.result, type=TakenIn)

    assert bytes(first.result) == bytes(again.result)
    assert kept is not None
    assert not any(one.code.encode() in kept for one in told.invitations)
    assert b"A-1" not in kept


def test_batches_fit_through_the_command_socket(house: House) -> None:
    """However long the cells, a request of a batch stays below what the socket takes, and no row is lost."""
    line = f"{'å' * 99},office-visit,main,2026-11-18 10:00,,,general,visit\n"
    source = HEADER + "".join(line.replace("å", f"{number:04}å", 1)[4:] for number in range(1000))
    found = reading(house, source)
    asked = list(requests_of(found.entries))
    sizes = [len(msgspec.json.encode(Request("x" * 32, "contacts.import", _raw(one)))) for one in asked]

    assert max(sizes) < command_socket.LARGEST_REQUEST - 8 * 1024
    assert LARGEST_BATCH < command_socket.LARGEST_REQUEST
    assert [row.row for one in asked for row in one.rows] == [entry.row for entry in found.entries]


def test_the_command_takes_a_list_in(shell: Shell) -> None:
    """`contacts import` prints counts and faults, and writes faults and invitations for their owner alone."""
    list_, faults, letters = (shell.folder / name for name in ("list.csv", "faults.csv", "letters.csv"))
    list_.write_text(rows(3).replace("A-0", "=A-0").replace("main,2026-11-18 10:01", "mian,2026-11-18 10:01"))
    command = ("contacts", "import", str(list_), "--lang", "en")

    tried = shell.done(*command, "--dry-run")
    done = shell.done(*command, "--faults", str(faults), "--invitations", str(letters))
    again = shell.done(*command)

    assert tried.startswith("A dry run: nothing was stored.\nRows: 3\nNew contacts: 2\n")
    assert "3\tunit\tfault\tThere is no 'mian'. Did you mean 'main'?" in tried
    assert done == "Rows: 3\nNew contacts: 2\nKnown before: 0\nKnown and changed: 0\nFaulty rows: 1\n"
    assert "New contacts: 0\nKnown before: 2\n" in again
    assert [stat.S_IMODE(path.stat().st_mode) for path in (faults, letters)] == [0o600, 0o600]
    told = list(csv.DictReader(io.StringIO(letters.read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert [(one["reference"], one["row"]) for one in told] == [("'=A-0", "2"), ("A-2", "4")]
    assert all(re.fullmatch(r"/start [\w-]{22}", one["message"]) and one["contact"] for one in told)
    assert "Did you mean 'main'?" in faults.read_text("utf-8-sig")


def test_the_command_refuses_in_the_language_asked_for(shell: Shell) -> None:
    """A file refused whole says why on stderr with status 1, in the language given or the first; nothing is stored."""
    list_ = shell.folder / "list.csv"
    list_.write_text("Namn;Enhet;Start\nAnna;main;2026-11-18 10:00\n")
    (shell.folder / "k.db").unlink()
    told = {}
    for language in ("sv", "fi", "en"):
        ended = shell("contacts", "import", str(list_), "--lang", language)
        assert (ended.code, ended.out) == (1, "")
        told[language] = ended.err

    assert "personuppgifter" in told["sv"]
    assert "henkilötietoja" in told["fi"]
    assert "looks personal" in told["en"]
    assert "Anna" not in "".join(told.values())
    assert "Filen finns inte" in shell("contacts", "import", "gone.csv").err
    assert (
        "Choose a folder that you may write to"
        in shell("contacts", "import", str(list_), "--faults", "no/where.csv").err
    )
    assert shell("contacts", "import").code == 2
    assert shell("contacts", "import", str(list_), "--dry-run", "--invitations", "x.csv").code == 2
    assert not (shell.folder / "k.db").exists()


def test_a_template_comes_from_the_command(shell: Shell) -> None:
    """`--template` writes an empty list in the language asked for, never over a file; taken in it registers nothing."""
    for name, start in (("list.xlsx", b"PK"), ("list.csv", b"\xef\xbb\xbfKysymyspolku;")):
        made = shell.folder / name
        assert shell.done("contacts", "import", "--template", str(made), "--lang", "fi") == f"{made}\n"
        assert made.read_bytes().startswith(start)
        assert "Rows: 0\nNew contacts: 0\n" in shell.done("contacts", "import", str(made), "--lang", "en")
        assert "is there already" in shell("contacts", "import", "--template", str(made)).err


async def test_rows_are_handed_to_whoever_has_the_database(tmp_path: Path) -> None:
    """While another process has the database, batches go through its command socket; else the house is opened here."""
    here = settings.read({"KUNDRESA_DATABASE": str(tmp_path / "k.db")})
    organisation, library = files(here)
    batches = list(requests_of(entries.read(rows(600).encode(), organisation, library, EN).entries))
    told: list[TakenIn] = []
    with held(here.database):
        async with opened_house(here) as house, command_socket.served(here.database, house, now):
            await carried_out_in_order(here, "contacts.import", batches, TakenIn, now, told.append)
    await carried_out_in_order(here, "contacts.import", batches, TakenIn, now, told.append)

    assert len(batches) >= 3
    assert [row.result for one in told for row in one.rows] == ["registered"] * 600 + ["known"] * 600
    with pytest.raises(Refused, match=r"contacts\.import"):
        await carried_out_in_order(here, "contacts.import", [Export("/")], TakenIn, now, told.append)


async def test_a_folder_is_taken_in_with_a_report_beside_each_list(house: House, tmp_path: Path) -> None:
    """Lists go to done/ or refused/ with a report in the first language; what is hidden, open or new waits."""
    folder = _folder(tmp_path)
    _put(house, folder, "a.csv", rows(2) + "A-9,office-visit,mian,2026-11-18 10:00,,,,\n")
    _put(house, folder, "b.CSV", "Namn,journey,unit,start\nx,office-visit,main,2026-11-18 10:00\n")
    _put(house, folder, "new.csv", rows(1), age=30)
    for name in (".hidden.csv", "~$c.xlsx", "c.xlsx", "notes.txt"):
        _put(house, folder, name, rows(1))
    (folder / "link.csv").symlink_to(folder / "notes.txt")
    done = await taken_in(_open(house), folder, lambda: house.now)

    assert sorted(path.name for path in folder.iterdir()) == sorted(
        (".hidden.csv", "c.xlsx", "done", "link.csv", "new.csv", "notes.txt", "refused", "~$c.xlsx")
    )
    assert sorted(path.name for path in (folder / "done").iterdir()) == ["a.csv", "a.csv.report.txt"]
    assert sorted(path.name for path in (folder / "refused").iterdir()) == ["b.CSV", "b.CSV.report.txt"]
    report = (folder / "done" / "a.csv.report.txt").read_text("utf-8-sig")
    assert "Nya kontakter: 2" in report
    assert "Rad 4: unit: fel: ”mian” finns inte. Menade du ”main”?" in report
    assert "personuppgifter" in (folder / "refused" / "b.CSV.report.txt").read_text("utf-8-sig")
    assert [one.result.registered if one.result else None for one in done] == [2, None]
    assert await taken_in(_open(house), folder, lambda: house.now) == []


async def test_the_same_name_again_keeps_both(house: House, tmp_path: Path) -> None:
    """A list of a name that was taken before is put beside it under another, with its own report."""
    folder = _folder(tmp_path)
    for count in (1, 2):
        _put(house, folder, "a.csv", rows(count))
        await taken_in(_open(house), folder, lambda: house.now)

    assert sorted(path.name for path in (folder / "done").iterdir()) == [
        *("a-2.csv", "a-2.csv.report.txt", "a.csv", "a.csv.report.txt"),
    ]


async def test_cut_off_in_the_middle_a_list_is_taken_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever moment ends it, the list still lies there, and the next night registers only what is missing."""
    folder = _folder(tmp_path)
    _put(house, folder, "a.csv", rows(700))

    class Killed(BaseException):
        pass

    write, count = house.store.write, 0

    async def cut_off(*args: object, **kwargs: object) -> object:
        nonlocal count
        count += 1
        if count == 3:
            raise Killed
        return await write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(house.store, "write", cut_off)
    with pytest.raises(Killed):
        await taken_in(_open(house), folder, lambda: house.now)
    assert [path.name for path in folder.iterdir()] == ["a.csv"]
    assert await counted(house) == 500
    monkeypatch.undo()
    (done,) = await taken_in(_open(house), folder, lambda: house.now)

    assert done.result is not None
    assert (done.result.registered, done.result.known) == (200, 500)
    assert await counted(house) == 700


async def test_half_a_file_waits_for_its_other_half(house: House, tmp_path: Path) -> None:
    """What looks damaged may still be on its way: it waits, and is refused when it has lain there for an hour."""
    folder = _folder(tmp_path)
    _put(house, folder, "half.xlsx", "PK\x03\x04")
    _put(house, folder, "empty.csv", "")
    young = await taken_in(_open(house), folder, lambda: house.now)
    later = await taken_in(_open(house), folder, lambda: house.now + timedelta(hours=2))

    assert young == []
    assert sorted(one.path.name for one in later) == ["empty.csv", "half.xlsx"]
    assert all(one.result is None for one in later)


async def _asked(house: House, id_: str, asked: TakeIn) -> Reply:
    return await performed(_open(house), Request(id_, "contacts.import", _raw(asked)), lambda: house.now)


def _raw(asked: TakeIn) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(asked))


def _open(house: House) -> OpenHouse:
    return OpenHouse(house.store, house.premises, house.rooms)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir(exist_ok=True)
    return folder


def _put(house: House, folder: Path, name: str, content: str, *, age: float = 120) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    changed = house.now.timestamp() - age
    os.utime(folder / name, (changed, changed))
