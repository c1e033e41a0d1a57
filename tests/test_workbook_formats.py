"""Data files for other programs: read back with the programs' own libraries, and compared with the workbook's cells."""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas
import pyarrow.parquet  # type: ignore[import-untyped]
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.store.database import Store, Transaction
from bot.workbook import csv_tables, csvw, folders, formats, sav_tables
from bot.workbook.columns import MISSING_CODES
from bot.workbook.csv_tables import ACTIVE, guarded
from bot.workbook.folders import NotOurs
from bot.workbook.formats import MissingExtra
from bot.workbook.sav_tables import TooLong
from bot.workbook.typed import typed
from tests import new_database
from tests.data_files import Row, headers, made, tables
from tests.workbook_rows import MONDAY, ZONE, Rows, question, scale, visit

WEEK = "2026-W47"
HOSTILE = '=1+1;"x"\r\n\'\tÅäö, \U0001f600 \x00slut'
_MOMENTS = ("week_start", "made_at")
Read = Callable[[Path, str], list[Row]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A week with every kind of value, hostile words, and everything that can be missing."""
    opened = await new_database.opened(tmp_path / "kundresa.db")
    await opened.write(week)
    yield opened
    await opened.close()


def week(tx: Transaction) -> None:
    """Fills the week."""
    journey = visit(question("by", "words", "after"), scale("ease", "after"))
    rows = Rows(tx, journey)
    rows.use(journey, MONDAY - timedelta(weeks=9))
    answers: dict[str, int | str | None] = {"feeling": 4, "cause": "waited", "told": "family press", "comment": HOSTILE}
    rows.answered(MONDAY, {**answers, "by": "'citat", "times": None, "whole": 5})
    at = MONDAY + timedelta(hours=4, milliseconds=321)
    talk = "conversation-00001"
    for code, status in (("treated", "not-drawn"), ("ease", "left")):
        rows.answer(talk, code, at, status=status)
    rows.answered(MONDAY, {"whole": 1, "times": 7, "comment": "-5 grader"})
    for code, status in (("told", "skipped"), ("ease", "not-understood"), ("feeling", "routed-past")):
        rows.answer("conversation-00002", code, at, status=status)


def names_of(folder: Path, start: str) -> list[str]:
    """What stands in a folder under names that begin so."""
    return [path.name for path in folder.iterdir() if path.name.startswith(start)]


def of_csv(folder: Path, table: str) -> list[Row]:
    """The rows of a .csv for programs, types from its description, the guard taken away as it says."""
    described = json.loads((folder / csv_tables.DESCRIPTION).read_text("utf-8"))
    (schema,) = (one["tableSchema"] for one in described["tables"] if one["url"] == f"{table}.csv")
    types = {column["name"]: column["datatype"] for column in schema["columns"]}
    frame = pandas.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False, lineterminator=None)
    assert list(frame.columns) == list(types)
    return [
        {str(name): _from_csv(text, types[str(name)]) for name, text in row.items()} for row in frame.to_dict("records")
    ]


def _from_csv(text: str, type_: str) -> object:
    if text == "":
        return None
    if type_ == "dateTimeStamp":
        moment = datetime.fromisoformat(text)
        assert moment.utcoffset() is not None
        return moment.astimezone(ZONE).replace(tzinfo=None)
    if type_ in ("integer", "number"):
        return float(text)
    return text[1:] if text.startswith("'") else text


def of_csv_for_excel(folder: Path, table: str) -> list[Row]:
    """The rows of a .csv for Excel; moments are to the second there."""
    path = folder / f"{table}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    described = json.loads((folder / csv_tables.DESCRIPTION).read_text("utf-8"))
    (schema,) = (one["tableSchema"] for one in described["tables"] if one["url"] == f"{table}.csv")
    types = {column["name"]: column["datatype"] for column in schema["columns"]}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [{name: _from_excel(text, types[name]) for name, text in row.items()} for row in rows]


def _from_excel(text: str, type_: object) -> object:
    if text and isinstance(type_, dict) and type_["base"] == "datetime":
        assert type_["format"] == "yyyy-MM-dd HH:mm:ss"
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - local, as Excel has it
    if text and isinstance(type_, dict):
        assert type_ == {"base": "decimal", "format": {"decimalChar": ","}}
        return float(text.replace(",", "."))
    return _from_csv(text, str(type_))


def of_parquet(folder: Path, table: str) -> list[Row]:
    """The rows of a .parquet, moments as local ones."""
    rows: list[Row] = pyarrow.parquet.read_table(folder / f"{table}.parquet").to_pylist()
    return [{name: _local(value) for name, value in row.items()} for row in rows]


def _local(value: object) -> object:
    if isinstance(value, datetime):
        assert value.utcoffset() == timedelta(0)
        return value.astimezone(ZONE).replace(tzinfo=None)
    return value


def of_sav(folder: Path, table: str) -> list[Row]:
    """The rows of a .sav, its declared missing values as none."""
    frame, _ = pyreadstat.read_sav(folder / f"{table}.sav")
    return [
        {str(name): None if value == "" or pandas.isna(value) else _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain(value: object) -> object:
    return value.to_pydatetime() if isinstance(value, pandas.Timestamp) else value


def alike(value: object, exact: bool) -> object:
    """A value as every format can have it: numbers as numbers, moments to the millisecond or the second."""
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500)
        return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000 if exact else 0)
    return float(value) if isinstance(value, int | float) else value


@pytest.mark.parametrize(
    ("form", "read"),
    [("csv", of_csv), ("csv-excel", of_csv_for_excel), ("parquet", of_parquet), ("sav", of_sav)],
)
async def test_every_format_holds_what_the_workbook_holds(store: Store, tmp_path: Path, form: str, read: Read) -> None:
    """The same tables, columns in the same order, the same rows, cell by cell, hostile words and blanks too."""
    book = await made(store, tmp_path, WEEK)
    folder = await made(store, tmp_path, WEEK, form=form)  # type: ignore[arg-type]
    found, names = tables(book), headers(book)
    suffix = "csv" if form.startswith("csv") else form
    assert {path.stem for path in folder.glob(f"*.{suffix}")} == set(found)
    for table, rows in found.items():
        told = read(folder, table)
        if told:
            assert list(told[0]) == names[table], table
        cells = rows
        if table == "quality":  # tells moments as texts where a cell holds them
            cells, told = [[row for row in each if row["item"] not in _MOMENTS] for each in (rows, told)]
        exact = form != "csv-excel"
        assert [{name: alike(value, exact) for name, value in row.items()} for row in told] == [
            {name: alike(value, exact) for name, value in row.items()} for row in cells
        ], table
    words = {row["text"] for row in read(folder, "verbatims")}
    assert HOSTILE.replace("\r\n", "\n").replace("\x00", "\ufffd") in words
    assert {"'citat", "-5 grader"} <= words


async def test_a_table_without_rows_keeps_its_columns_and_types(store: Store, tmp_path: Path) -> None:
    """Nobody asked to be called: the columns stand there all the same, moments as moments."""
    csv_, parquet, sav = [await made(store, tmp_path, WEEK, form=form) for form in ("csv", "parquet", "sav")]
    names = headers(await made(store, tmp_path, WEEK))["call_backs"]
    assert (csv_ / "call_backs.csv").read_bytes() == (",".join(names) + "\r\n").encode()
    schema = pyarrow.parquet.read_schema(parquet / "call_backs.parquet")
    assert schema.names == names
    assert str(schema.field("asked_at").type) == "timestamp[ms, tz=UTC]"
    frame, about = pyreadstat.read_sav(sav / "call_backs.sav")
    assert (list(frame.columns), len(frame)) == (names, 0)
    assert str(about.original_variable_types["asked_at"]).startswith("DATETIME")


async def test_spss_gets_labels_and_says_why_a_number_is_missing(store: Store, tmp_path: Path) -> None:
    """Labels in the language asked for, steps ordinal, choices 0 and 1; -96 to -99 are declared missing, and why."""
    folder = await made(store, tmp_path, WEEK, form="sav", language="sv")
    frame, about = pyreadstat.read_sav(folder / "responses_visit.sav", user_missing=True)
    labels = about.column_names_to_labels
    assert (labels["whole"], labels["told_to_us"]) == ("whole? (sv)", "told? (sv) - To-Us (sv)")
    assert labels["q_by"] == "by? (sv)"
    codes: Mapping[str, Mapping[object, str]] = about.variable_value_labels  # type: ignore[assignment]
    assert codes["whole"][5] == "step 5 (sv)"
    assert codes["told_press"] == {0: "Inte valt", 1: "Valt"}
    assert codes["cause"]["waited"] == "Waited (sv)"
    assert codes["ease_missing"]["left"] == "Lämnade utan svar"
    assert about.variable_measure["whole"] == "ordinal"
    assert about.variable_measure["contact_id"] == "nominal"
    assert about.missing_ranges["whole"] == [{"lo": -99, "hi": -96}]
    first, second = frame.to_dict("records")
    assert [first[name] for name in ("treated", "ease", "times")] == [-99, -97, -98]
    assert [second[name] for name in ("told_press", "ease", "feeling")] == [-98, -96, -99]
    assert pandas.isna(second["treated"])  # never put, so nothing is missing
    assert set(MISSING_CODES.values()) == {-96, -97, -98, -99}


async def test_parquet_carries_labels_in_three_languages(store: Store, tmp_path: Path) -> None:
    """Each column's metadata has its labels and its codes; the table's has week, zone and missing codes."""
    folder = await made(store, tmp_path, WEEK, form="parquet")
    schema = pyarrow.parquet.read_schema(folder / "responses_visit.parquet")
    whole = schema.field("whole").metadata
    assert whole[b"label_fi"] == b"whole? (fi)"
    assert json.loads(whole[b"codes"])["5"]["sv"] == "step 5 (sv)"
    about = json.loads(schema.metadata[b"kundresa"])
    assert (about["week"], about["time_zone"], about["missing_codes"]["skipped"]) == (WEEK, "Europe/Stockholm", -98)
    assert str(schema.field("contact_start").type) == "timestamp[ms, tz=UTC]"
    moment = pyarrow.parquet.read_table(folder / "responses_visit.parquet")["contact_start"][0].as_py()
    assert moment == datetime(2026, 11, 16, 9, tzinfo=UTC)


async def test_the_description_names_columns_types_and_keys(store: Store, tmp_path: Path) -> None:
    """CSV on the Web: every table, labels in three languages, keys that are unique, words that join on row_id."""
    folder = await made(store, tmp_path, WEEK, form="csv")
    described = json.loads((folder / "csv-metadata.json").read_text("utf-8"))
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    assert described["dc:created"]["@value"] == "2027-03-01T06:00:00+01:00"
    assert {entry["@language"] for entry in described["dc:rights"]} == {"sv", "fi", "en"}
    assert {table["url"] for table in described["tables"]} == {path.name for path in folder.glob("*.csv")}
    for table in described["tables"]:
        rows = of_csv(folder, table["url"].removesuffix(".csv"))
        for column in table["tableSchema"]["columns"]:
            assert column["titles"]["und"] == column["name"]
            assert {"sv", "fi", "en"} <= set(column["titles"]), column["name"]
        known_by = table["tableSchema"].get("primaryKey", [])
        keys = [tuple(row[name] for name in known_by) for row in rows]
        assert not known_by or (len(keys) == len(set(keys)) and None not in {part for key in keys for part in key})
    words = next(table for table in described["tables"] if table["url"] == "verbatims.csv")["tableSchema"]
    assert words["foreignKeys"][0]["reference"] == {"resource": "answers.csv", "columnReference": ["row_id"]}
    known = {row["row_id"] for row in of_csv(folder, "answers")}
    assert {row["row_id"] for row in of_csv(folder, "verbatims")} <= known


@pytest.mark.parametrize("form", ["csv", "csv-excel"])
async def test_own_words_never_become_a_formula_and_codes_are_never_touched(
    store: Store, tmp_path: Path, form: str
) -> None:
    """No cell of own words begins with what a spreadsheet takes for a formula; numbers keep their sign."""
    folder = await made(store, tmp_path, WEEK, form=form)  # type: ignore[arg-type]
    flavour = csv_tables.EXCEL if form == "csv-excel" else csv_tables.PROGRAMS
    with (folder / "verbatims.csv").open(encoding=flavour.encoding, newline="") as file:
        words = [row["text"] for row in csv.DictReader(file, delimiter=flavour.separator)]
    assert not any(text.startswith(ACTIVE) for text in words)
    assert {"'-5 grader", "''citat"} <= set(words)
    with (folder / "codebook.csv").open(encoding=flavour.encoding, newline="") as file:
        codes = {row["missing_codes"] for row in csv.DictReader(file, delimiter=flavour.separator)}
    assert any(code.startswith("-96 ") for code in codes)  # ours, and a text that no spreadsheet can reckon


@given(some.text())
def test_the_guard_can_be_taken_away(words: str) -> None:
    """Whatever somebody writes, what stands in the file is no formula, and one apostrophe less gives the words back."""
    told = guarded(words)
    assert not told.startswith(ACTIVE)
    assert (told[1:] if told.startswith("'") else told) == words


@given(
    some.one_of(some.none(), some.text(), some.integers(), some.floats(), some.datetimes(timezones=some.just(UTC))),
    some.sampled_from(("text", "words", "whole", "decimal", "moment")),
)
def test_a_typed_column_holds_its_type_or_refuses(value: object, holds: str) -> None:
    """What comes out is of the column's type or nothing; what can't be is refused, never bent."""
    kinds = {"text": str, "words": str, "whole": int, "decimal": float, "moment": datetime}
    try:
        found = typed(value, holds, ZONE)  # type: ignore[arg-type]
    except (TypeError, OverflowError):
        return
    assert found is None or type(found) is kinds[holds]
    if isinstance(found, str):
        found.encode("utf-8")
        assert "\x00" not in found
        assert "\r" not in found


async def test_a_folder_is_whole_or_absent(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the middle leaves the folder from before, and nothing half made; the next try replaces it."""
    folder = await made(store, tmp_path, WEEK, form="csv")
    (folder / "quality.csv").write_text("from before")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for place, name in ((csvw, "described"), (folders, "_settle")):
        monkeypatch.setattr(place, name, full)
        with pytest.raises(OSError, match="No space"):
            await made(store, tmp_path, WEEK, form="csv")
        monkeypatch.undo()
        assert (folder / "quality.csv").read_text() == "from before"
        assert names_of(tmp_path, ".") == []
    await made(store, tmp_path, WEEK, form="csv")
    assert (folder / "quality.csv").read_text() != "from before"
    assert folder.stat().st_mode & 0o777 == 0o750
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}


async def test_what_is_somebodys_own_is_not_replaced(store: Store, tmp_path: Path) -> None:
    """A note among the tables, a folder, a file or a link under that name: each is refused by name, and still there."""
    folder = await made(store, tmp_path, WEEK, form="csv")
    tables = sorted(path.name for path in folder.iterdir())
    (folder / "notes.csv").write_text("mine")
    with pytest.raises(NotOurs, match=r"notes\.csv.*--to"):
        await made(store, tmp_path, WEEK, form="csv")
    assert (folder / "notes.csv").read_text() == "mine"
    assert sorted(path.name for path in folder.iterdir()) == sorted((*tables, "notes.csv"))
    shutil.rmtree(folder)
    folder.write_text("mine")
    with pytest.raises(NotOurs, match=f"{folder.name}: .*--to"):
        await made(store, tmp_path, WEEK, form="csv")
    assert folder.read_text() == "mine"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotOurs):
        await made(store, tmp_path, WEEK, form="csv")
    assert folder.is_symlink()
    assert names_of(tmp_path, ".") == []


async def test_what_a_killed_export_left_is_cleared_away(store: Store, tmp_path: Path) -> None:
    """A half-made folder of an earlier attempt, with people's words in it, is gone once one is made."""
    left = tmp_path / f".kundresa_{WEEK}_csv.abc.part"
    left.mkdir()
    (left / "verbatims.csv").write_text("words")
    await made(store, tmp_path, WEEK, form="csv")
    assert not left.exists()


@pytest.mark.parametrize(("form", "lacking"), [("parquet", "pyarrow"), ("sav", "pyreadstat and pandas")])
async def test_a_missing_extra_is_one_clear_line(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, lacking: str
) -> None:
    """It says what to install, before anything is read or written."""
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as refused:
        await made(store, tmp_path / "none", WEEK, form=form)  # type: ignore[arg-type]
    assert str(refused.value) == f"--format {form} needs {lacking}. In the program's folder: pip install '.[{form}]'"
    assert not (tmp_path / "none").exists()
    assert importlib.util.find_spec("pyarrow") is not None  # and it is there for the others


async def test_a_table_too_long_for_spss_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows than are held in memory: one line that says what to do, and no folder."""
    monkeypatch.setattr(sav_tables, "MOST_ROWS", 10)
    with pytest.raises(TooLong, match=r"answers has more than 10 rows.*csv or parquet"):
        await made(store, tmp_path, WEEK, form="sav")
    assert names_of(tmp_path, "kundresa_") == []
