"""Bulk rows: written by hand, they are what openpyxl would have written, whatever people wrote."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.datetime import to_excel

from bot import openings
from bot.commands import performed
from bot.commands_export import Export
from bot.requests import Reply, Request
from bot.store import facts, view, weeks
from bot.store.database import Transaction
from bot.store.week_rows import VersionRow
from bot.workbook import bulk, writing
from bot.workbook.bulk import Looks
from bot.workbook.cells import MOST_CHARACTERS, Value, looks_active, plain
from bot.workbook.package import EXCEL, Limits
from bot.workbook.sheets import Column, Properties, Sheet, Table
from bot.workbook.spool import Spool
from tests import new_database
from tests.bot_process import ROOT
from tests.house import House
from tests.wild import examples
from tests.workbook_rows import ZONE

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
ABOUT = Properties("A title", "An author", "sv", {"week": "2026-W47"})
LOOKS = Looks(moment=7, day=8, quoted=9)
OFFICE = shutil.which("soffice")
MISSING = "install libreoffice-calc (Debian: apt-get install libreoffice-calc)"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Kind(str, Enum):  # noqa: UP042 - the kind that is told apart
    """A text that is an enum too."""

    SUM = "=SUM(A1)"


WORDS: list[str] = [
    *("=1+1", "=", "==", "+1", "-1", "@x", "#N/A", "#NAME?", "#n/a", "# rubrik", "'=1", '=HYPERLINK("x")'),
    *(
        "\ud800",
        "\udfff!",
        "a\ufffe",
        "\uffff",
        "\ufeffbom",
        "\U0001fffe",
        "\x00",
        "\x0b",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
    ),
    *("_x000D_", "_x0041_", "_X0041_", "__x0041_", "_x005F_x0041_", "a_b", "<b>&amp;</b>", "]]>", "<![CDATA[", "\"'"),
    *(
        " ",
        "  a",
        "a  ",
        "\ta\t",
        "\na",
        "a\n",
        "\r",
        "a\rb\r\nc",
        "a\n b",
        "\u00a0a\u00a0",
        "\u3000",
        "🙂",
        "👩‍👩‍👧",
        "e\u0301",
    ),
    *("x" * 7_999, "x" * 8_001, "å" * 40_000, "🙂" * 20_000, "_x0041_" * 5_000, "&" * MOST_CHARACTERS),
    *("\n" * 300, "\n".join(map(str, range(300))), "007", "1e5", "TRUE", "2026-11-20", ""),
]
LOCAL = [
    datetime.fromisoformat(moment)
    for moment in (
        *("1899-12-31 10:00", "1900-01-01", "1900-02-28 23:59:59", "1900-03-01", "1900-03-01 00:00:00.000001"),
        *("0001-01-02", "9999-12-30 23:59:59.999999", "2026-11-20", "2026-11-20 13:05:07.123456"),
    )
]
CLOCKS = [datetime(2026, 3, 29, 0, 30, tzinfo=UTC) + timedelta(minutes=30 * half) for half in range(4)]
CLOCKS += [datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=30 * half) for half in range(5)]
NUMBERS: list[Value] = [math.nan, math.inf, -math.inf, -0.0, 0.0, 1e308, 1e-320, 0.1, 0.1 + 0.2, 1e15, 1e16, -2.5]
WHOLE: list[Value] = [0, -1, True, False, 10**15 - 1, 10**15, -(10**15), 2**63, 10**40]
OTHER: list[Value] = [None, Kind.SUM, UUID(int=1), date(1900, 2, 28), date(1900, 3, 1), date(2026, 11, 20)]
ALL: list[Value] = [*WORDS, *LOCAL, *CLOCKS, *NUMBERS, *WHOLE, *OTHER]

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(ALL),
    st.text(st.characters(codec=None), max_size=30),
    st.lists(st.sampled_from(["=", "#N/A", "_x0041_", "\r", "\n", " ", "\ud83d", "&", "<", "å", "🙂", "\ufffe"])).map(
        "".join
    ),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.datetimes(LOCAL[5], LOCAL[7], timezones=st.timezones()),
)


def cells(rows: Sequence[Sequence[Value]], columns: int = 1) -> list[dict[str, etree._Element]]:
    """The rows' cells by name, as lxml reads them: what is not well-formed is an error."""
    letters = [chr(ord("A") + place) for place in range(columns)]
    xml = b"".join(piece.xml for piece in bulk.pieces(rows, letters, LOOKS, ZONE))
    sheet = etree.fromstring(b'<sheetData xmlns="' + _MAIN[1:-1].encode() + b'">' + xml + b"</sheetData>")
    return [{str(cell.get("r")): cell for cell in row} for row in sheet]


def told(cell: etree._Element | None) -> tuple[object, ...]:
    """What a cell says: the kind, the style, the value, whether white space at its ends is kept."""
    if cell is None:
        return ("blank",)
    if cell.get("t") == "inlineStr":
        words = cell.find(f"{_MAIN}is/{_MAIN}t")
        assert words is not None
        return "text", cell.get("s"), words.text, words.get(_SPACE) == "preserve"
    assert cell.get("t") is None
    return "number", cell.get("s"), repr(float(cell.findtext(f"{_MAIN}v") or "no number"))


def meant(value: Value) -> tuple[object, ...]:
    """What it has to say, by `plain` and openpyxl's own count of days."""
    kept = plain(value, ZONE)
    if kept is None:
        return ("blank",)
    if isinstance(kept, str):
        return "text", "9" if looks_active(kept) else None, kept, kept != kept.strip() or "\n" in kept
    if isinstance(kept, date):
        return "number", "7" if isinstance(kept, datetime) else "8", repr(float(to_excel(kept)))  # type: ignore[no-untyped-call]
    return "number", None, repr(float(kept))


@pytest.mark.parametrize("value", ALL, ids=lambda value: repr(value)[:24])
def test_a_hostile_value_stands_as_meant(value: Value) -> None:
    """Each value known to break a workbook stands in a cell as `plain` has it, and so the second time."""
    first, second = cells([[value], [value]])
    assert told(first.get("A2")) == told(second.get("A3")) == meant(value)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=4))
@examples(150)
def test_whatever_is_handed_in_stands_as_meant(rows: list[tuple[Value, ...]]) -> None:
    """Any rows make well-formed XML whose cells, each in its place, hold what `plain` makes of the values."""
    found = cells(rows, 3)
    expected = [
        {f"{letter}{number}": meant(value) for letter, value in zip("ABC", row, strict=True)}
        for number, row in enumerate(rows, bulk.FIRST_ROW)
    ]
    assert [
        {name: told(row.get(name)) for name in those} for row, those in zip(found, expected, strict=True)
    ] == expected
    assert all(set(row) <= set(those) for row, those in zip(found, expected, strict=True))


def test_what_no_cell_can_hold_is_refused() -> None:
    """A list, and a row with too few values, are a programmer's mistake and say so."""
    with pytest.raises(TypeError, match="a cell can't hold list"):
        cells([[[1]]])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="shorter"):
        cells([[1]], 2)


def test_many_rows_come_in_pieces_and_none_is_lost() -> None:
    """Thousands of rows with more texts than are remembered come in small pieces, in order, each row once."""
    rows: list[tuple[Value, ...]] = [(f"id-{number}", number, "again") for number in range(20_000)]
    made = list(bulk.pieces(rows, "ABC", LOOKS, ZONE))
    assert sum(piece.rows for piece in made) == len(rows)
    assert len(made) > 10
    assert max(len(piece.xml) for piece in made) < 100_000
    assert [[told(cell)[2] for cell in row.values()] for row in cells(rows, 3)] == [
        [words, repr(float(str(number))), again] for words, number, again in rows
    ]


def table(rows: Iterable[Sequence[Value]], name: str = "answers") -> Table:
    """A table of a number and words, with a list to choose from."""
    return Table(name, (Column("number"), Column("words")), rows, {"words": '"yes,no"'})


def write(
    path: Path, *tables: Table, limits: Limits = EXCEL, hears: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Write a data file; its rows by table."""
    sheets = [Sheet(each.name, (each,)) for each in tables]
    return writing.write_data(path, sheets, ABOUT, made_at=NOW, zone=ZONE, limits=limits, told=hears).rows


def test_every_part_of_the_file_is_what_a_package_needs(tmp_path: Path) -> None:
    """Each part is there once, well-formed, the first ones tell the kind of file; styles are openpyxl's."""
    path = tmp_path / "out.xlsx"
    write(path, table([(1, "a"), (2, None)]), table([], "empty"), table([(3, NOW)], "last"))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        for name in names:
            etree.fromstring(archive.read(name))
    assert len(names) == len(set(names))
    assert names[0] == "docProps/app.xml"
    assert [name for name in names if "sheet" in name and "rels" not in name] == [
        f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)
    ]
    book = load_workbook(path)
    moment = book["last"]["B2"]
    assert (moment.value, moment.number_format) == (datetime.fromisoformat("2026-11-23 06:00"), "yyyy-mm-dd hh:mm:ss")
    header = book["last"]["A1"]
    assert (header.font.b, header.fill.start_color.rgb) == (True, "001F3864")
    assert [(page.freeze_panes, page.column_dimensions["A"].width) for page in book.worksheets] == [("A2", 14)] * 3
    assert (book.properties.title, book.properties.language) == ("A title", "sv")


@pytest.mark.parametrize(("count", "most"), [(0, 2), (1, 2), (2, 2), (2, 3), (3, 3), (4, 3), (5, 3), (9, 4), (10, 4)])
def test_nothing_is_lost_or_doubled_where_a_table_goes_on(tmp_path: Path, count: int, most: int) -> None:
    """Rows go on in numbered sheets, each a table of its own name with its drop-downs; together they are all rows."""
    path = tmp_path / "out.xlsx"
    rows = [(number, f"words {number}") for number in range(count)]
    heard: list[int] = []
    written = write(
        path,
        table(iter(rows)),
        table([(7, "z")], "others"),
        limits=replace(EXCEL, rows=most),
        hears=heard.append,
    )
    assert written == {"answers": count, "others": 1}
    assert heard == sorted(heard)
    assert heard[-1] == count + 1
    book = load_workbook(path)
    sheets = max(1, math.ceil(count / (most - 1)))
    titles = ["answers", *(f"answers_{number}" for number in range(2, sheets + 1))]
    assert book.sheetnames[:sheets] == titles
    assert book.sheetnames[sheets] == "others"
    found: list[tuple[object, ...]] = []
    for page in book.worksheets[:sheets]:
        header, *body = page.iter_rows(values_only=True)
        (native,) = page.tables.values()
        (choice,) = page.data_validations.dataValidation
        assert header == ("number", "words")
        assert (native.displayName, native.column_names) == (page.title, ["number", "words"])
        assert native.ref == f"A1:B{max(len(body), 1) + 1}"
        assert dimension(path, book.index(page) + 1) == native.ref
        assert str(choice.sqref) == (f"B2:B{len(body) + 1}" if len(body) > 1 else "B2")
        assert page.freeze_panes == "A2"
        found += body
    assert found == rows
    assert len({native.id for page in book.worksheets for native in page.tables.values()}) == len(book.worksheets)


def dimension(path: Path, number: int) -> str:
    """Which cells a sheet says it has, before the first of them."""
    with zipfile.ZipFile(path) as archive, archive.open(f"xl/worksheets/sheet{number}.xml") as part:
        for _, element in etree.iterparse(part, events=("start",)):
            assert element.tag != f"{_MAIN}sheetData"
            if element.tag == f"{_MAIN}dimension":
                return str(element.get("ref"))
    raise AssertionError("no dimension")


def test_a_sheet_ends_too_where_its_part_would_be_too_large(tmp_path: Path) -> None:
    """Long texts fill a part of the archive before the rows are used up: the table goes on in the next, none lost."""
    rows = [(number, "å" * 9_000) for number in range(40)]
    path = tmp_path / "out.xlsx"
    assert write(path, table(rows), limits=replace(EXCEL, octets=200_000)) == {"answers": 40}
    book = load_workbook(path)
    assert len(book.worksheets) > 2
    assert [row for page in book.worksheets for row in page.iter_rows(min_row=2, values_only=True)] == rows


def test_a_further_sheet_takes_no_name_that_another_has(tmp_path: Path) -> None:
    """Where a table is already called as the second sheet would be, the second takes the next number."""
    path = tmp_path / "out.xlsx"
    long = "responses_" + "x" * 21
    rows = [(1, "a"), (2, "b"), (3, "c")]
    write(path, table(rows), table(rows[:1], "answers_2"), table(rows, long), limits=replace(EXCEL, rows=2))
    titles = load_workbook(path).sheetnames
    assert titles[:4] == ["answers", "answers_3", "answers_4", "answers_2"]
    assert titles[4:] == [long, f"{long[:29]}_2", f"{long[:29]}_3"]


def test_one_million_rows_go_on_in_a_second_sheet() -> None:
    """The limit is Excel's own: 1,048,576 rows, the header among them; a part stays below what ZIP64 is needed for."""
    assert EXCEL.rows == 1_048_576
    assert EXCEL.octets < zipfile.ZIP64_LIMIT


@contextmanager
def no_file_longer_than(length: int) -> Iterator[None]:
    """The system lets no file of this process grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("length", [0, 2_000, 100_000], ids=["at once", "in the first parts", "among the rows"])
def test_where_no_room_is_left_the_old_file_stays(tmp_path: Path, length: int) -> None:
    """Whenever the system takes no more bytes, an OSError says so, and last week's file alone stands, as it was."""
    path = tmp_path / "out.xlsx"
    write(path, table([(1, "old")]))
    before = path.read_bytes()
    rows = ((number, os.urandom(400).hex()) for number in range(2_000))
    with no_file_longer_than(length), pytest.raises(OSError, match="File too large"):
        write(path, table(rows))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


async def test_a_full_disk_is_told_in_one_line_and_last_week_stays(
    tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says where there is no room and what to do; the old file and its record stand, no part of a new."""
    folder, monday = tmp_path / "exports", datetime(2026, 11, 23, 6, tzinfo=UTC)

    async def export(id_: str, later: int) -> Reply:
        asked = msgspec.Raw(msgspec.json.encode(Export(folder=str(folder), week="2026-W47")))
        opened = openings.House(house.store, house.premises, house.rooms)
        return await performed(opened, Request(id_, "export", asked), lambda: monday + timedelta(hours=later))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert (await export("first", 0)).ok
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    recorded = await house.store.read(weeks.files, "2026-W47")
    with monkeypatch.context() as patched:
        patched.setattr(zipfile._ZipWriteFile, "write", full)  # type: ignore[attr-defined]
        reply = await export("second", 1)
    assert not reply.ok
    assert reply.refused == (
        f"{folder}: the workbooks can't be written (No space left on device). "
        "Choose another folder with --to or KUNDRESA_EXPORTS, or make room."
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert await house.store.read(weeks.files, "2026-W47") == recorded
    assert (await export("third", 2)).ok


def test_rows_that_fail_leave_nothing(tmp_path: Path) -> None:
    """A fault in the middle of the rows is what is heard of, and no file or part stays."""

    def rows() -> Iterator[tuple[int, str]]:
        yield 1, "a"
        raise LookupError("the database went away")

    with pytest.raises(LookupError, match="went away"):
        write(tmp_path / "out.xlsx", table(rows()))
    assert list(tmp_path.iterdir()) == []


ENDLESS = """
import itertools, pathlib, sys
from tests.test_workbook_bulk import table, write

def hears(rows):
    if rows > 50_000:
        print("far enough", flush=True)

write(pathlib.Path(sys.argv[1]), table((number, "words %d" % number) for number in itertools.count()), hears=hears)
"""


def test_killed_in_the_middle_nothing_half_is_there(tmp_path: Path) -> None:
    """Killed with -9 while rows are written, the old file stands; the next export clears away what was left."""
    path = tmp_path / "kundresa_2026-W46_data.xlsx"
    write(path, table([(1, "old")]))
    before = path.read_bytes()
    with subprocess.Popen([sys.executable, "-c", ENDLESS, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"far enough\n"
        process.kill()
    assert path.read_bytes() == before
    (left,) = tmp_path.glob(".*.part")
    assert left.stat().st_size > 0
    write(tmp_path / "kundresa_2026-W47_data.xlsx", table([(2, "new")]))
    assert not left.exists()


async def test_replies_go_on_while_an_export_reads(tmp_path: Path) -> None:
    """A long snapshot holds up neither reading nor writing, sees nothing written since it began, and can't write."""
    store = await new_database.opened(tmp_path / "kundresa.db")
    began, done = threading.Event(), threading.Event()

    def long(tx: Transaction) -> list[bytes | None]:
        before = facts.get(tx, "fact")
        began.set()
        assert done.wait(30)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            facts.put(tx, "fact", b"of the export")
        return [before, facts.get(tx, "fact")]

    await store.write(facts.put, "fact", b"old")
    reading = asyncio.create_task(view.snapshot(store.path, long))
    assert await asyncio.to_thread(began.wait, 30)
    await store.write(facts.put, "fact", b"new")
    assert await store.read(facts.get, "fact") == b"new"
    assert not await store.checkpoint()
    done.set()
    assert await reading == [b"old", b"old"]
    assert await store.checkpoint()
    await store.close()


def test_rows_put_aside_come_back_as_they_were(tmp_path: Path) -> None:
    """Whether they are few or many, to whom reads them twice at once as well, and nobody finds them in the folder."""
    for many in (0, 1, 255, 256, 257, 3_000):
        rows = [VersionRow(f"{number:064}", os.urandom(4_000), NOW) for number in range(many)]
        spool = Spool(VersionRow, tmp_path)
        for row in rows:
            spool.add(row)
        assert len(spool) == many
        assert list(zip(spool, spool, strict=True)) == list(zip(rows, rows, strict=True))
        assert list(tmp_path.iterdir()) == []
        spool.close()


@pytest.mark.long
@pytest.mark.skipif(OFFICE is None and os.environ.get("CI") != "true", reason=MISSING)
async def test_an_office_program_reads_the_same_cells(tmp_path: Path) -> None:
    """LibreOffice opens a file of all hostile values over several sheets, and saves the same cells."""
    assert OFFICE is not None, MISSING
    rows = [(number, value) for number, value in enumerate(ALL)]
    path, again = tmp_path / "out.xlsx", tmp_path / "again"
    write(path, table(rows), limits=replace(EXCEL, rows=40))
    process = await asyncio.create_subprocess_exec(
        *(OFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"),
        *("--outdir", str(again), str(path)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await asyncio.wait_for(process.wait(), 120) == 0
    ours, theirs = load_workbook(path), load_workbook(again / "out.xlsx")
    assert theirs.sheetnames == ours.sheetnames
    assert [len(page.tables) for page in theirs.worksheets] == [1] * len(ours.worksheets)
    for mine, its in zip(ours.worksheets, theirs.worksheets, strict=True):
        for row in mine.iter_rows():
            assert [shown(its[cell.coordinate]) for cell in row] == [shown(cell) for cell in row]


def shown(cell: Cell | MergedCell) -> object:
    """What a cell shows: LibreOffice saves 15 digits, and texts without the escapes that it has read."""
    if isinstance(cell.value, int | float):
        return f"{cell.value + 0.0:.15g}"
    words = cell.value
    while isinstance(words, str) and "_x005F_" in words:
        words = words.replace("_x005F_", "_")
    return words
