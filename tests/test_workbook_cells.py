"""Cells: every value that is known to break a workbook, written both ways and read back."""

from __future__ import annotations

import math
import zipfile
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.workbook import pages, writing
from bot.workbook.cells import (
    CUT,
    MOST_CHARACTERS,
    Plain,
    Value,
    headers,
    plain,
    sheet_title,
    snake,
    table_name,
    text,
    was_cut,
)
from bot.workbook.sheets import Column, Properties, Sheet, Table
from tests.wild import examples
from tests.workbook_rows import ZONE

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
ABOUT = Properties("A title", "An author", "sv", {"week": "2026-W47"})


class Colour(str, Enum):  # noqa: UP042 - the kind that is told apart
    """A value of the kind that writes "Colour.RED" where it isn't asked for its value."""

    RED = "red"


def local(moment: str) -> datetime:
    """A moment without a zone, as Excel has it."""
    return datetime.fromisoformat(moment)


HOSTILE: list[tuple[str, Value, Plain]] = [
    ("formula", '=HYPERLINK("http://example.org","x")', '=HYPERLINK("http://example.org","x")'),
    ("error value", "#N/A", "#N/A"),
    ("division", "#DIV/0!", "#DIV/0!"),
    ("plus", "+46 1", "+46 1"),
    ("minus", "-1+1", "-1+1"),
    ("at", "@SUM(A1)", "@SUM(A1)"),
    ("control characters", "a\x00b\x07c\x1fd\x0be\x0cf", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"),
    ("noncharacters", "a\ufffeb\uffffc", "a\ufffdb\ufffdc"),
    ("lone surrogate", "a\ud83db", "a\ufffdb"),
    ("whole emoji", "a😀b", "a😀b"),
    ("summer time", datetime(2026, 7, 1, 10, tzinfo=UTC), local("2026-07-01 12:00")),
    ("winter time", datetime(2026, 12, 1, 10, tzinfo=UTC), local("2026-12-01 11:00")),
    ("a day", date(2026, 11, 20), local("2026-11-20 00:00")),
    ("before 1900", datetime(1899, 12, 31, 10, tzinfo=ZONE), "1899-12-31 10:00:00"),
    ("a day of the false leap year", date(1900, 2, 28), "1900-02-28"),
    ("not a number", math.nan, None),
    ("infinite", -math.inf, None),
    ("enum", Colour.RED, "red"),
    ("uuid", UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ("long whole number", 1234567890123456, "1234567890123456"),
    ("longest exact number", -999999999999999, -999999999999999),
    ("true", True, 1),
    ("digits as text", "007", "007"),
    ("date as text", "2026-11-20", "2026-11-20"),
    ("escape", "_x0041_ and _X0041_", "_x005F_x0041_ and _X0041_"),
    ("windows line ends", "a\r\nb\rc", "a\nb\nc"),
    ("empty", "", None),
    ("spaces", "  a  ", "  a  "),
    ("markup", "<b>&amp;</b>", "<b>&amp;</b>"),
]


def read_back(path: Path) -> list[object]:
    """The second column of a file's first sheet, below the header; no cell is a formula or an error."""
    sheet = load_workbook(path).worksheets[0]
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    return [cell.value for cell in cells]


def table(rows: list[tuple[str, Value]]) -> Table:
    """A table of names and values."""
    return Table("values", (Column("name"), Column("value")), rows)


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "laid out"])
def test_hostile_values_come_back_as_harmless_ones(tmp_path: Path, streamed: bool) -> None:
    """Both ways of writing give the same sound file, and openpyxl reads back exactly what a cell may hold."""
    sheet = Sheet("values", (table([(name, value) for name, value, _ in HOSTILE]),))
    path = tmp_path / "out.xlsx"
    if streamed:
        writing.write_data(path, [sheet], ABOUT, made_at=NOW, zone=ZONE)
    else:
        writing.write_report(path, [sheet], ABOUT, ground="ground", footer="f", made_at=NOW, zone=ZONE)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    assert read_back(path) == [expected for _, _, expected in HOSTILE]


def test_what_looks_like_a_formula_is_marked_as_text(tmp_path: Path) -> None:
    """Editing the cell in Excel doesn't turn it into a formula: it carries the quote prefix, and no apostrophe."""
    path = tmp_path / "out.xlsx"
    writing.write_data(path, [Sheet("values", (table([("f", "=1+1")]),))], ABOUT, made_at=NOW, zone=ZONE)
    cell = load_workbook(path).worksheets[0]["B2"]
    assert (cell.value, cell.quotePrefix) == ("=1+1", True)


def test_a_value_that_no_cell_can_hold_is_refused() -> None:
    """A list is a programmer's mistake and says so, before any file is begun."""
    with pytest.raises(TypeError, match="a cell can't hold list"):
        plain([1], ZONE)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["å" * 40_000, "😀" * 20_000, "a" * (MOST_CHARACTERS + 1), "_x0041_" * 5_000])
def test_long_texts_are_cut_with_a_mark(words: str) -> None:
    """A text over 32,767 UTF-16 units is cut between characters, ends in the mark, and can be counted."""
    kept = text(words)
    assert len(kept.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
    assert kept.endswith(CUT)
    assert was_cut(words)
    assert kept.isprintable()


def test_a_text_that_just_fits_is_kept_whole() -> None:
    """32,767 characters are kept, and not taken for cut."""
    assert text("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS
    assert not was_cut("a" * MOST_CHARACTERS)
    assert not was_cut(None)


def test_line_feeds_beyond_what_excel_holds_become_spaces() -> None:
    """The first 253 line feeds stay; the words of all later lines are kept behind them."""
    kept = text("\n".join(str(line) for line in range(400)))
    assert kept.count("\n") == 253
    assert kept.split() == [str(line) for line in range(400)]


@given(st.text(st.characters(codec=None), max_size=60))
@examples(150)
def test_any_text_is_legal_xml_and_stays_the_same_when_put_again(words: str) -> None:
    """Whatever people write can be encoded and parsed, and cleaning an already clean text removes nothing more."""
    kept = text(words)
    element = ElementTree.Element("t")
    element.text = kept
    parsed = ElementTree.fromstring(ElementTree.tostring(element, "utf-8"))
    assert (parsed.text or "") == kept


@pytest.mark.parametrize("wanted", ["a/b:c*d?e[f]g\\h", "'quoted'", "", "x" * 60, "\x01"])
def test_sheet_titles_are_what_excel_accepts(wanted: str, recwarn: pytest.WarningsRecorder) -> None:
    """Forbidden characters go, 31 stay at most, none is empty, and openpyxl has nothing to warn of."""
    title = sheet_title(wanted)
    page = Workbook().create_sheet(title)
    assert page.title == title
    assert 0 < len(title) <= 31
    assert not recwarn.list


def test_sheet_titles_differ_whatever_the_case() -> None:
    """Excel takes "Data" and "data" for one name; long names that begin alike stay apart too."""
    assert sheet_title("data", ["Data"]) == "data_2"
    first, second = sheet_title("a" * 40 + "b"), sheet_title("a" * 40 + "c")
    assert first != second
    assert sheet_title("a" * 40 + "b") == first


@pytest.mark.parametrize("wanted", ["T1", "R1C1", "r", "C", "ABC123", "1st", "two words", "Å-ö", "", "_x"])
def test_table_names_are_never_like_a_cell(wanted: str) -> None:
    """Names that Excel would take for a cell, or refuse, are changed to ones it accepts."""
    name = table_name(wanted)
    assert name.isascii()
    assert name.replace("_", "a").isalnum()
    assert name not in {"t1", "r1c1", "r", "c", "abc123"}
    assert name[0].isalpha()
    assert table_name(wanted, [name.upper()]) != name


def test_headers_are_single_and_on_one_line() -> None:
    """Doubled headers (in any case), line feeds and empty ones would make Excel offer a repair."""
    assert headers(["a", "A", "b\nc", "", "a"]) == ("a", "A_2", "b c", "column", "a_3")
    assert headers(["week"], taken=["WEEK"]) == ("week_2",)


def test_codes_become_snake_case() -> None:
    """Codes lose hyphens and marks over letters, and are never empty."""
    assert [snake(code) for code in ("did-not", "Åtgärd 1", "--", "a_b")] == ["did_not", "atgard_1", "x", "a_b"]


def test_a_table_without_rows_has_an_empty_one(tmp_path: Path) -> None:
    """A table of headers only would be repaired by Excel: one empty row stands in it, and is not counted."""
    path = tmp_path / "out.xlsx"
    written = writing.write_data(path, [Sheet("values", (table([]),))], ABOUT, made_at=NOW, zone=ZONE)
    sheet = load_workbook(path).worksheets[0]
    assert written.rows == {"values": 0}
    assert sheet.tables["values"].ref == "A1:B2"
    assert sheet.tables["values"].column_names == ["name", "value"]
    assert sheet.freeze_panes == "A2"


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report with rows beyond the last one of a sheet is not made: the remedy is told, and no file appears."""
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    sheet = Sheet("v", (table([("a", 1)] * 3),))
    with pytest.raises(pages.TooManyRows, match="one unit at a time"):
        writing.write_report(tmp_path / "out.xlsx", [sheet], ABOUT, ground="ground", footer="f", made_at=NOW, zone=ZONE)
    assert list(tmp_path.iterdir()) == []
