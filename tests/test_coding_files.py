"""Files of codings: what analysts do to a workbook before they give it back, and what nobody should."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from bot import coding, organisation
from bot.batches import LARGEST_BATCH
from bot.coding import CodedRow
from bot.commands_coding import requests_of
from bot.lists import codings
from bot.lists.codings import Place, Reading
from bot.lists.tables import ListRefused
from bot.lists.texts import LANGUAGES, Texts
from bot.store import coding as stored
from bot.store.coding import Said
from bot.store.database import Transaction
from bot.store.view import viewed
from tests.test_cli import Shell, in_the_house
from tests.test_cli import shell as shell  # a fixture
from tests.workbook_rows import MONDAY, Rows, visit

ORGANISATION = organisation.default(LANGUAGES)
LISTS = coding.lists(ORGANISATION)
HEADERS = (
    *("row_id", "answer_id", "journey", "phase", "touchpoint", "question", "language", "text"),
    *("need", "theme", "cause", "demand_coded", "comment", "may_be_quoted"),
)
"""Of the sheet `verbatims`, as data files have it."""

Line = dict[str, str]
ROWS: list[Line] = [
    {"row_id": f"answer-{number:05d}", "answer_id": f"answer-{number:05d}", "text": f'Ord "{number}"; och, mera'}
    for number in range(1, 7)
]
CODED: list[Line] = [
    ROWS[0] | {"need": "seen"},
    ROWS[1] | {"need": "Veta vad som händer härnäst; safe", "theme": "Odotusaika, information"},
    ROWS[2] | {"cause": "Väntade på besked", "demand_coded": "Failure demand", "may_be_quoted": "Ja"},
    ROWS[3],
    ROWS[4] | {"comment": "Jämför; med, förra veckan.", "theme": " WAITING ", "may_be_quoted": "FALSE"},
    ROWS[5] | {"need": "-", "comment": "–"},
]
SAID = {
    "answer-00001": {"need": "seen"},
    "answer-00002": {"need": "next safe", "theme": "waiting information"},
    "answer-00003": {"cause": "waited", "demand_coded": "failure", "may_be_quoted": "yes"},
    "answer-00005": {"comment": "Jämför; med, förra veckan.", "theme": "waiting", "may_be_quoted": "no"},
    "answer-00006": {"need": "", "comment": ""},
}
"""What CODED says."""


def lines(rows: Sequence[Line] = CODED, headers: Sequence[str] = HEADERS) -> list[list[str]]:
    """Headers and rows as cells."""
    return [list(headers), *([row.get(header, "") for header in headers] for row in rows)]


def book(*sheets: tuple[str, list[list[str]]], change: Callable[[Worksheet], None] | None = None) -> bytes:
    """An .xlsx with these sheets; `change` is done to the last of them."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets:
        page = made.create_sheet(title)
        for row in rows:
            page.append([cell or None for cell in row])
    if change is not None:
        change(made.worksheets[-1])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def separated(rows: list[list[str]], separator: str, encoding: str) -> bytes:
    """The same as a .csv."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def read(source: bytes, language: str = "en") -> Reading:
    return codings.read(source, LISTS, "SE", Texts(language))


def said(reading: Reading) -> dict[str, dict[str, str]]:
    """What was coded, by row_id: codes, or a text; "" for what is taken back."""
    return {row.row_id: {one.field: one.text or one.codes for one in row.said} for row in reading.coded}


def told(reading: Reading) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.name) for fault in reading.faults]


def moved() -> list[list[str]]:
    headers = ["priority", *reversed(HEADERS), "My notes", ""]
    return lines([row | {"priority": "1", "My notes": "x"} for row in CODED], headers)


def hidden(page: Worksheet) -> None:
    page.auto_filter.ref = page.dimensions
    for row in (2, 3, 5):
        page.row_dimensions[row].hidden = True
    page.column_dimensions["A"].hidden = True


def shuffled() -> list[list[str]]:
    head, *rows = lines()
    random.Random(7).shuffle(rows)
    return [head, *rows]


OTHERS = [
    ("answers", [["row_id", "answer_id", "value_code"], *([f"answer-{n:05d}", "x", "y"] for n in range(1, 40))]),
    ("follow_ups", [["follow_up_id", "cause", "solved"], ["f1", "waited", "yes"]]),
    (
        "coding",
        [["coding_id", "row_id", "field", "comment", "coder"], ["1", "answer-00004", "comment", "Vad b sade", "b"]],
    ),
]
WAYS: dict[str, bytes] = {
    "as it is": book(*OTHERS, ("verbatims", lines())),
    "sorted": book(("verbatims", shuffled())),
    "filtered": book(("verbatims", lines()), change=hidden),
    "columns moved and added": book(("verbatims", moved())),
    "columns removed": book(("verbatims", lines(headers=("row_id", *HEADERS[8:])))),
    "renamed, among other sheets": book(("Till Anna!", [["Hej", "row_id"]]), *OTHERS, ("Kodning v. 47", lines())),
    "below a title": book(("verbatims", [["Citat vecka 47"], [], *lines()])),
    "weeks appended": book(("verbatims", [*lines(CODED[:3]), *lines(CODED[3:])])),
    "weeks appended, other columns": book(
        ("verbatims", [*lines(CODED[:3]), [], *lines(CODED[3:], ("text", *HEADERS[8:], "row_id"))])
    ),
    "weeks on several sheets": book(("W46", lines(CODED[:3])), ("W47", lines(CODED[3:]))),
    "copied sheet": book(("verbatims", lines(ROWS)), ("verbatims (2)", lines())),
    "headers in other letters": book(("verbatims", [[*map(str.upper, HEADERS)], *lines()[1:]])),
    "csv for machines": separated(lines(), ",", "utf-8"),
    "csv from a Swedish Excel": separated(lines(), ";", "utf-8-sig"),
    "csv with tabs": separated(lines(), "\t", "utf-16"),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_an_analyst_does_to_the_file_the_codes_come_back(way: str) -> None:
    """Rows are known by row_id, columns by their headers; nothing else in the file makes any difference."""
    reading = read(WAYS[way])
    assert said(reading) == SAID
    assert reading.faults == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_are_taken_by_what_they_are_called_in_any_language(language: str) -> None:
    """Every code of every list, by code and by label, whatever its case and blanks."""
    for field, codes in LISTS.codes.items():
        for code, words in codes.items():
            for written in (code, words.texts[language], f"  {words.texts[language].upper()} "):
                row = ROWS[0] | {field: written}
                assert said(read(separated(lines([row]), ";", "utf-8"))) == {"answer-00001": {field: code}}, written


@pytest.mark.parametrize(
    ("cells", "name", "part"),
    [
        ({"need": "sen"}, "unknown", "Did you mean 'seen'?"),
        ({"theme": "Väntetd"}, "unknown", "Did you mean 'Väntetid'?"),
        ({"cause": "waited; advice"}, "one-code", "is several codes. Write one."),
        ({"need": "seen; next; safe; myself"}, "too-many-codes", "4 codes, at most 3"),
        ({"need": "seen; zzz"}, "unknown", "There is no 'zzz'"),
        ({"may_be_quoted": "kanske"}, "unknown", "There is no 'kanske'"),
        ({"demand_coded": "#N/A"}, "error-value", "Excel's error value #N/A"),
        ({"comment": "x" * 1001}, "too-long", "Too long (1001 characters, at most 1000)"),
        ({"comment": "Ring Anna på 070-174 06 35"}, "personal-comment", "a phone number"),
        ({"comment": "Se anna@example.org"}, "personal-comment", "an e-mail address"),
        ({"comment": "Ärende 19800101-1236"}, "personal-comment", "an identity number"),
    ],
)
def test_a_cell_that_can_not_be_taken_is_told_and_the_rows_others_are_taken(cells: Line, name: str, part: str) -> None:
    """With row, column and what to do; what leads to a person is not repeated."""
    other = "theme" if "theme" not in cells else "need"
    reading = read(book(("verbatims", lines([ROWS[1], ROWS[0] | cells | {other: "other"}]))))
    (fault,) = reading.faults
    assert (fault.row, fault.column, fault.name) == (3, next(iter(cells)), name)
    assert part in fault.text
    assert said(reading) == {"answer-00001": {other: "other"}}
    for trace in ("070", "anna@", "198001"):
        assert trace not in fault.text
    assert (reading.rows, reading.uncoded, reading.faulty_rows) == (2, 1, 1)


def test_a_formula_is_no_code_whatever_it_reckons_to() -> None:
    """In a cell to code, and as a row_id; a formula elsewhere is nobody's business."""

    def reckoned(page: Worksheet) -> None:
        page["I2"], page["A3"], page["H4"] = '="se"&"en"', "=B3", "=1+1"

    reading = read(book(("verbatims", lines([ROWS[0], CODED[1], CODED[2]])), change=reckoned))
    assert told(reading) == [(2, "need", "formula"), (3, "row_id", "formula")]
    assert said(reading) == {"answer-00003": SAID["answer-00003"]}


def test_a_row_coded_in_two_ways_is_taken_in_neither() -> None:
    """Both rows are told, each with the other; rows that say the same, or complete each other, are one."""
    rows = [
        ROWS[0] | {"need": "seen"},
        ROWS[1] | {"need": "seen"},
        ROWS[2] | {"need": "seen"},
        ROWS[0] | {"need": "safe", "theme": "waiting"},
        ROWS[1] | {"need": "Bli sedd och hörd"},
        ROWS[2] | {"theme": "waiting"},
    ]
    reading = read(book(("W46", lines(rows[:3])), ("W47", lines(rows[3:]))))
    assert told(reading) == [(2, "W46: row_id", "two-codings"), (2, "W47: row_id", "two-codings")]
    assert "in row W47: 2." in reading.faults[0].text
    assert said(reading) == {"answer-00002": {"need": "seen"}, "answer-00003": {"need": "seen", "theme": "waiting"}}
    assert reading.places == (Place("W46", 3), Place("W46", 4))
    assert (reading.rows, reading.repeated, reading.faulty_rows) == (6, 1, 2)


def test_codes_without_a_row_id_are_told_and_empty_rows_are_not() -> None:
    """A note below the table is no coding; rows without any code are counted only."""
    rows = [ROWS[0], {"text": "Summa"}, {"comment": "kolla"}, {}, ROWS[1] | {"row_id": "x" * 300, "need": "seen"}]
    reading = read(book(("verbatims", lines(rows))))
    assert told(reading) == [(4, "row_id", "no-row-id"), (6, "row_id", "no-row-id")]
    assert (said(reading), reading.uncoded) == ({}, 1)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (25 * 1024 * 1024))
    return out.getvalue()


def with_entities() -> bytes:
    """A sound book whose sheet declares a document type: a small part that could become a large one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WAYS["as it is"])) as sound, zipfile.ZipFile(out, "w") as packed:
        for part in sound.infolist():
            content = sound.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + content
            packed.writestr(part, content)
    return out.getvalue()


def cut() -> bytes:
    return WAYS["as it is"][:-200]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "The file is empty. Fetch the data file again"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "older Excel file"),
        (bomb, "more than a list can be"),
        (with_entities, "damaged"),
        (cut, "damaged"),
        (book(("x", [["row_id", "text"], ["a", "b"]])), "No sheet has the column row_id and any of need"),
        (book(("x", [["need", "theme"], ["seen", "waiting"]])), "No sheet has the column row_id and any of need"),
        (book(("x", [["row_id", "need", "NEED"], ["a", "b", "c"]])), "say the same thing (need)"),
        (b"row_id;need\n\"a;seen\n", "quotation marks"),
        (b"row_id;need\n\x00\x00\x00", "neither"),
    ],
    ids=["empty", "pdf", "old", "bomb", "entities", "cut", "no-code", "no-id", "twice", "quotes", "zeros"],
)  # fmt: skip
def test_what_is_no_such_file_or_made_to_harm_is_refused(content: bytes | Callable[[], bytes], part: str) -> None:
    """In words that say what to do; nothing of it is taken."""
    with pytest.raises(ListRefused) as refused:
        read(content if isinstance(content, bytes) else content())
    assert part in refused.value.told(Texts("en"))


def test_a_file_has_at_most_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """All its sheets together; rows of other sheets don't count."""
    monkeypatch.setattr(codings, "MOST_ROWS", 8)
    assert said(read(book(*OTHERS, ("verbatims", lines())))) == SAID
    with pytest.raises(ListRefused):
        read(book(("W46", lines(CODED[:4])), ("W47", lines(CODED[3:]))))


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        ["seen", "-", "row_id", "need", "Väntetid", "seen;next", "#REF!", "=1+1", "\x00", "yes", "answer-00001"]
    ),
)


@given(st.lists(st.lists(CELLS, max_size=8), max_size=12), st.sampled_from([";", ",", "\t"]))
def test_no_cell_is_taken_that_is_no_code(rows: list[list[str]], separator: str) -> None:
    """However wild a file is, it is refused, or what comes of it are codes of the lists and bounded comments."""
    try:
        reading = read(separated([["row_id", "need", "theme", "comment", "may_be_quoted"], *rows], separator, "utf-8"))
    except ListRefused:
        return
    for row in reading.coded:
        assert row.row_id
        for one in row.said:
            assert set(one.codes.split()) <= set(LISTS.codes.get(one.field, ()))
            assert one.text is None or (one.field == "comment" and 0 < len(one.text) <= coding.LONGEST_COMMENT)
    wrong = {fault.row for fault in reading.faults if fault.kind == "fault"}
    assert wrong <= set(range(2, len(rows) + 2))


def test_a_column_that_was_renamed_is_told_and_is_no_fault() -> None:
    """Sheet by sheet, at the row of the headers; what the other columns say is taken."""
    renamed = ["Need behov" if header == "need" else header for header in HEADERS]
    reading = read(book(("W46", lines()), ("W47", [["", ""], *lines([ROWS[0] | {"theme": "waiting"}], renamed)])))
    (note,) = reading.faults
    assert (note.row, note.column, note.kind) == (2, "W47: need", "note")
    assert "If you renamed the column" in note.text
    assert reading.faulty_rows == 0
    assert said(reading)["answer-00001"]["theme"] == "waiting"
    assert read(book(("W46", lines()))).faults == ()


def test_a_long_file_is_handed_over_in_batches() -> None:
    """None of them larger than the socket takes, whatever the comments; each row is in one of them."""
    rows = [CodedRow(n, f"answer-{n:05d}", (Said("comment", "", "ö" * 1000),)) for n in range(900)]
    asked = list(requests_of(rows, source="f" * 64, coder="a"))
    assert [row.place for batch in asked for row in batch.rows] == list(range(900))
    assert all(len(msgspec.json.encode(batch)) < LARGEST_BATCH + 4096 for batch in asked)
    assert len(asked) > 1


def _talked(tx: Transaction) -> None:
    rows = Rows(tx, visit())
    rows.use(visit(), MONDAY - timedelta(weeks=9))
    for number in range(12):
        at = MONDAY - timedelta(days=6) + timedelta(hours=number)
        rows.answered(at, {"comment": f'=Ord "{number}";\n och, mera', "whole": 4})


@pytest.fixture
def file(shell: Shell) -> Path:
    """The data file of a week with twelve texts, as the command makes it."""
    asyncio.run(in_the_house(shell.folder, _talked))
    _, path = shell.done("export", "--week", "2026-W46").splitlines()
    return Path(path)


def coded(path: Path, to: Path, said: Callable[[int], dict[str, str]]) -> Path:
    """Fill the sheet in, row by row from 0 on, and save it elsewhere."""
    opened = openpyxl.load_workbook(path)
    page = opened["verbatims"]
    at = {str(cell.value): cell.column for cell in page[1]}
    assert set(at) >= {"row_id", *coding.FIELDS}
    for row in range(2, page.max_row + 1):
        for column, value in said(row - 2).items():
            page.cell(row, at[column] or 0).value = value
    opened.save(to)
    return to


def standing(tx: Transaction) -> list[tuple[str, str, str]]:
    found = stored.standing(tx, "2026-W40", "2026-W50", "2026-W50", simulated=False)
    return [(one.field, one.codes or one.text or "", one.coder) for one in found]


def needs(number: int) -> dict[str, str]:
    return {"need": "Bli sedd och hörd" if number % 2 else "safe", "comment": f"c{number}"}


def test_a_data_file_is_coded_and_given_back(shell: Shell, file: Path) -> None:
    """First tried, then taken; a second coder's codes stand beside, and how far both agree is told."""
    mine = coded(file, shell.folder / "Min kopia.xlsx", needs)
    before = file.read_bytes()
    tried = shell.done("import-coding", str(mine), "--dry-run", "--lang", "en")
    assert "A dry run: nothing was stored.\nRows: 12\nRows that would be coded: 12\n" in tried
    with viewed(shell.folder / "k.db") as tx:
        assert standing(tx) == []
    out = shell.done("import-coding", str(mine), "--lang", "en")
    assert "Rows coded: 12\nRows coded so before: 0\nRows without a code: 0\nRows with a fault: 0\n" in out
    (who,) = {line.partition("coder ")[2] for line in out.splitlines() if "coder " in line}
    assert who.startswith("user-")
    assert "kappa" not in out
    again = shell.done("import-coding", str(mine), "--lang", "en")
    assert "Rows coded: 0\nRows coded so before: 12\n" in again
    theirs = coded(file, shell.folder / "b.xlsx", lambda n: {"need": "seen" if n % 2 and n > 2 else "safe"})
    out = shell.done("import-coding", str(theirs), "--coder", "coder-2", "--lang", "en")
    assert f"need\tcoder-2, {who}\t12\t92 %\t0.83\t0.52 – 1.00" in out  # as statsmodels has it
    with viewed(shell.folder / "k.db") as tx:
        assert {coder for field, _, coder in standing(tx) if field == "need"} == {"coder-2"}
        assert sum(field == "comment" for field, _, _ in standing(tx)) == 12
    assert file.read_bytes() == before


def test_what_is_wrong_in_a_file_is_told_row_by_row(shell: Shell, file: Path) -> None:
    """On the screen or into a file, and the command ends well: the rest was taken. A file without codes is refused."""
    wrong = coded(
        file,
        shell.folder / "w.xlsx",
        lambda n: {"need": "sen" if n == 3 else "safe", "row_id": f"x{n}"} if n < 5 else {"theme": "waiting"},
    )
    out = shell.done("import-coding", str(wrong), "--lang", "sv")
    assert "Kodade rader: 7" in out
    assert "5\tneed\tfel\t”sen” finns inte. Menade du ”seen”?" in out
    assert "2\trow_id\tfel\tInget svar har detta row_id." in out
    assert "delvis" not in out
    told = shell.folder / "faults.csv"
    out = shell.done("import-coding", str(wrong), "--lang", "fi", "--faults", str(told))
    assert "sen" not in out
    assert len(told.read_text("utf-8-sig").splitlines()) == 1 + 5
    partly = coded(file, shell.folder / "p.xlsx", lambda n: {"need": "sen", "theme": "waiting"} if n < 5 else {})
    out = shell.done("import-coding", str(partly), "--lang", "en")
    assert "Rows with a fault: 5\nOf which partly coded: 5\n" in out
    report = next(file.parent.glob("kundresa_2026-W46.xlsx"))
    assert "row_id" in shell.refused("import-coding", str(report))
    assert "There is no such file" in shell.refused("import-coding", str(file.with_name("no.xlsx")), "--lang", "en")
    assert shell("import-coding", str(wrong), "--coder", "Anna Svensson").code == 2


@pytest.mark.long
@pytest.mark.parametrize("kinds", [("ods", "xlsx"), ("csv",), ("csv:Text - txt - csv (StarCalc):59,34,76,1",)])
def test_a_file_saved_again_by_libreoffice_comes_back(shell: Shell, file: Path, kinds: tuple[str, ...]) -> None:
    """Through .ods and back, and as .csv of both kinds, made from the sheet alone."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice: as root, apt-get install libreoffice-calc")
    folder = shell.folder / "office"
    path = coded(file, shell.folder / "mine.xlsx", needs)
    if kinds[0].startswith("csv"):  # LibreOffice saves the first sheet as .csv
        opened = openpyxl.load_workbook(path)
        for page in opened.worksheets:
            if page.title != "verbatims":
                opened.remove(page)
        opened.save(path)
    for kind in kinds:
        run = (office, f"-env:UserInstallation=file://{shell.folder / 'profile'}", "--headless", "--convert-to", kind)
        subprocess.run((*run, "--outdir", str(folder), str(path)), check=True, capture_output=True, timeout=120)
        path = folder / f"mine.{kind.partition(':')[0]}"
    out = shell.done("import-coding", str(path), "--lang", "en")
    assert "Rows: 12\nRows coded: 12\n" in out
    assert "Rows with a fault: 0" in out
    with viewed(shell.folder / "k.db") as tx:
        found = {(field, code) for field, code, _ in standing(tx)}
    assert found == {("need", "seen"), ("need", "safe"), *(("comment", f"c{number}") for number in range(12))}
