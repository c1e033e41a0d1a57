"""Lists: every kind of file, header and cell that people hand in, and what is refused with which words."""

# ruff: noqa: DTZ001 - what stands in a spreadsheet has no time zone
from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot import library, organisation
from bot.lists import books, columns, entries, sources, tables, template, times
from bot.lists.entries import Reading
from bot.lists.faults import CellFault
from bot.lists.tables import ListRefused
from bot.lists.texts import LANGUAGES, Texts, names, words
from bot.organisation import UnknownCode
from flows.journey import Words
from flows.vocabulary import plain
from tests.wild import examples

LIBRARY = library.opened(None, LANGUAGES)
ORGANISATION = organisation.default(LANGUAGES)
ZONE = ZoneInfo("Europe/Stockholm")
EN = Texts("en")
TEN = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
PLAIN = "journey,unit,start,reference\noffice-visit,main,2026-11-18 10:00,A-1\n"


def read(source: bytes | str, language: str = "en", **given: str) -> Reading:
    return entries.read(
        source.encode() if isinstance(source, str) else source, ORGANISATION, LIBRARY, Texts(language), given
    )


def refused(source: bytes | str, language: str = "en", **given: str) -> str:
    with pytest.raises(ListRefused) as caught:
        read(source, language, **given)
    return caught.value.told(Texts(language))


def outcome(source: bytes) -> str:
    """What came of any bytes, in words."""
    try:
        return f"{read(source).rows} rows"
    except ListRefused as error:
        return error.told(EN)


def row(**cells: str) -> Reading:
    """A list of one contact with these cells besides the needed ones."""
    cells = {"journey": "office-visit", "unit": "main", "start": "2026-11-18 10:00", **cells}
    quoted = [";".join(f'"{cell}"' for cell in line) for line in (cells.keys(), cells.values())]
    return read("\n".join(quoted))


def book(rows: Sequence[Sequence[object]], title: str = "") -> bytes:
    made = Workbook()
    page = made.worksheets[0]
    for cells in rows:
        page.append(list(cells))
    if title:
        made.create_sheet("Information", 0).append([title])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(source: bytes, changes: dict[str, bytes]) -> bytes:
    """An .xlsx with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_is_read(encoding: str, separator: str) -> None:
    """The same list in each encoding and with each separator gives the same contact."""
    rows = (
        ("Frågeplan", "Enhet", "Start", "Tjänst", "Referens"),
        ("office-visit", "main", "2026-11-18 10:00", "Kundtjänst", "å–1"),
    )
    text = "\r\n".join(separator.join(cells) for cells in rows) + "\r\n"
    (entry,) = read(text.encode(encoding)).entries

    assert (entry.new.service, entry.new.reference, entry.new.start) == ("general", "å–1", TEN)


@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        (
            "Frågeplan;Enhet;Datum;Tid;Sluttid;Löst;Språk",
            "Besök på medborgarkontoret;main;2026-11-18;10:00;10:45;ja;sv",
        ),
        (
            "Kysymyspolku;YKSIKKÖ;Päivä;Kello;Loppuu;Ratkaistu;Kieli",
            "Asiointi palvelupisteessä;main;18.11.2026;klo 10.00;10.45;kyllä;ruotsi",
        ),
        (
            "journey;UNIT_CODE;date;time;End-Time;solved;language",
            "Visit to the citizen office;main;18/11/2026;10:00;10:45;Yes;Swedish",
        ),
        ("journey;unit;Starttid;EndTime;solved;lang", "office-visit;main;2026-11-18T10:00;2026-11-18T10:45;x;SV"),
        ("kysymyspolku;yksikko;alkaa;paattyy;ratkaistu;kieli", "OFFICE-VISIT;MAIN;18.11.2026 10.00;10.45;joo;svenska"),
    ],
)
def test_headers_and_cells_are_read_in_three_languages(headers: str, cells: str) -> None:
    """Headers in any language, case and spacing, labels in any language, days and times in one column or two."""
    reading = read(f"{headers}\n{cells}\n")
    assert [fault.text for fault in reading.faults] == []
    new = reading.entries[0].new

    assert (new.journey, new.unit, new.start, new.solved, new.language) == ("office-visit", "main", TEN, "yes", "sv")
    assert new.end == datetime(2026, 11, 18, 9, 45, tzinfo=UTC)


def test_no_header_means_two_things() -> None:
    """Every name in the file stands for one column, and every text is there in three languages with the same braces."""
    meaning: dict[str, str] = {}
    for field in columns.FIELDS:
        for name in names(field):
            key = plain(name).replace(" ", "")
            assert meaning.setdefault(key, field) == field, name
            assert columns.field_of(name.upper()) == field
    for group in ("refused", "faults", "report", "template", "kinds"):
        texts = words()[group]
        assert isinstance(texts, dict)
        for name, said in texts.items():
            assert set(said) == set(LANGUAGES), name
            assert len({tuple(sorted(re.findall(r"{\w+}", text))) for text in said.values()}) == 1, name


@pytest.mark.parametrize(
    "header",
    [
        *("Namn", "Förnamn", "kund_namn", "Kundnamn", "Personnummer", "Pers.nr", "personnr", "Telefon", "Mobilnummer"),
        *(
            "E-post",
            "e-mail",
            "Mejladress",
            "Adress",
            "Födelsedatum",
            "Nimi",
            "Asiakkaan nimi",
            "Henkilötunnus",
            "HETU",
        ),
        *(
            "Puhelinnumero",
            "Sähköposti",
            "Osoite",
            "Syntymäaika",
            "Name",
            "FirstName",
            "Phone number",
            "Customer e-mail",
        ),
        *("Kundens telefonnummer", "Home address", "Date of birth", "Social security number"),
    ],
)
def test_a_personal_column_refuses_the_file(header: str) -> None:
    """Names, identity numbers, phone numbers and addresses are never taken in; the refusal names the column and why."""
    told = refused(f"journey,unit,start,{header}\noffice-visit,main,2026-11-18 10:00,x\n")

    assert header in told
    assert "never takes in" in told


def test_columns_that_are_missing_doubled_or_unknown() -> None:
    """A missing needed column and one that stands twice refuse the file, all at once; an unknown one is told."""
    told = refused("Enhet;Kontor;Tjänst\nmain;main;general\n", "sv")
    reading = read("journey,unit,start,serivce,Colour\noffice-visit,main,2026-11-18 10:00,x,blue\n")

    assert "Enhet" in told
    assert "Kontor" in told
    assert "--journey" in told
    assert "Start" in told
    assert [(note.row, note.column, note.kind) for note in reading.faults] == [
        (1, "serivce", "note"),
        (1, "Colour", "note"),
    ]
    assert "Did you mean 'Service'?" in reading.faults[0].text
    assert len(reading.entries) == 1
    assert "--template" in refused("a,b\n1,2\n")


def test_what_the_list_leaves_out_can_be_given() -> None:
    """A code given for all rows holds where a column is missing or a cell empty; an unknown one is refused."""
    reading = read("start;unit\n2026-11-18 10:00;\n", journey="office-visit", unit="main", channel="phone")

    assert reading.faults == ()
    assert (reading.entries[0].new.journey, reading.entries[0].new.channel) == ("office-visit", "phone")
    with pytest.raises(UnknownCode, match="office-visit"):
        read("start;unit\n2026-11-18 10:00;main\n", journey="ofice-visit")


def test_all_faults_of_a_row_are_told_at_once() -> None:
    """Each faulty cell is named with the row as the file numbers it, its column and a remedy; good rows are taken."""
    reading = read(
        "Referens;Enhet;Frågeplan;Start;Slut;Kanal;Löst\n"
        "A-1;main;office-visit;2026-11-18 10:00;;;\n"
        "\n"
        "A-2;mian;;31.2.2026 10:00;09:00;Telefone;kanske\n",
        "sv",
    )

    assert [entry.row for entry in reading.entries] == [2]
    assert {(fault.row, fault.column, fault.name) for fault in reading.faults} == {
        (4, "Enhet", "unknown"),
        (4, "Frågeplan", "empty"),
        (4, "Start", "no-such-day"),
        (4, "Kanal", "unknown"),
        (4, "Löst", "unknown"),
    }
    assert "Menade du ”main”?" in next(fault.text for fault in reading.faults if fault.column == "Enhet")
    assert (reading.rows, reading.faulty_rows) == (2, 1)


def test_a_label_of_two_codes_is_not_guessed() -> None:
    """A label that two services share is a fault that names both codes; so is one that is alike but for accents."""
    general = ORGANISATION.services["general"]
    other = replace(general, code="other", name=Words({"sv": "Kundtjanst", "fi": "Asiakaspalvelu", "en": "Other"}))
    two = replace(ORGANISATION, services={"general": general, "other": other})
    source = b"journey,unit,start,service\n" + b"".join(
        f"office-visit,main,2026-11-18 10:00,{label}\n".encode()
        for label in ("Asiakaspalvelu", "Kundtjänst", "KUNDTJANST", "Customer service")
    )
    reading = entries.read(source, two, LIBRARY, EN)

    assert [fault.text for fault in reading.faults] == [
        "'Asiakaspalvelu' can mean several: general, other. Write the code."
    ]
    assert [entry.new.service for entry in reading.entries] == ["general", "other", "general"]


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        *(("", "2026-11-18 10:00"), ("", "18.11.2026 10.00"), ("", "18/11/2026 10:00"), ("", "2026-11-18T10:00")),
        *(
            ("", "2026-11-18T10:00:00+01:00"),
            ("", "2026-11-18T09:00Z"),
            ("", "18-11-2026 10:00:00"),
            ("", "2026/11/18 10:00"),
        ),
        *(
            ("", "20261118 1000"),
            ("", "ke 18.11.2026 klo 10.00"),
            ("", "onsdag 2026-11-18 kl. 10.00"),
            ("", "18. 11. 2026 kl 10"),
        ),
        *(("2026-11-18", "10:00"), ("18.11.2026", "klo 10.00"), ("20261118", "1000"), ("2026-11-18 00:00:00", "10.00")),
        *(("2026-11-18 10:00", ""), ("46344", "0.41666666666"), ("46344", "10"), ("", "46344.4166666667")),
    ],
)
def test_moments_are_read_as_people_write_them(day: str, clock: str) -> None:
    """Swedish and Finnish ways to write a day and a time, ISO, and Excel's own numbers all give the same moment."""
    assert times.moment(day, clock, ZONE, EN).at == TEN


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        *(("10:00", "day-missing"), ("2026-11-18", "time-missing"), ("18.11.26 10:00", "short-year")),
        *(("2026-02-30 10:00", "no-such-day"), ("11/18/2026 10:00", "no-such-day"), ("1026-11-18 10:00", "far-year")),
        *(("tomorrow", "no-moment"), ("2026-11-18 25:00", "no-moment"), ("2026-11-18 10:00 maybe", "no-moment")),
        *(("20000", "no-moment"), ("0.25", "no-moment"), ("4000", "no-moment"), ("=NOW()", "no-moment")),
    ],
)
def test_what_is_no_moment_says_why(text: str, fault: str) -> None:
    """What can't be read as a day and a time, or could mean two, is a fault of its own kind and never guessed."""
    with pytest.raises(CellFault) as caught:
        times.moment("", text, ZONE, EN)
    assert caught.value.name == fault


def test_hours_that_the_clocks_skip_or_repeat_are_told() -> None:
    """In spring the first moment after the gap is taken, in autumn the first of two, and a note says so."""
    reading = read(
        "journey,unit,start,reference\noffice-visit,main,2026-03-29 02:30,a\noffice-visit,main,2026-10-25 02:30,b\n"
    )

    assert [entry.new.start.isoformat() for entry in reading.entries] == [
        "2026-03-29T01:00:00+00:00",
        "2026-10-25T00:30:00+00:00",
    ]
    assert [(note.name, note.kind) for note in reading.faults] == [("skipped", "note"), ("comes-twice", "note")]
    assert "2026-03-29 03:00 CEST" in reading.faults[0].text
    assert reading.faulty_rows == 0


def test_an_end_before_the_start_is_a_fault() -> None:
    """A time alone in the end is on the day of the start, and may not be before it."""
    assert row(end="10:45").entries[0].new.end == datetime(2026, 11, 18, 9, 45, tzinfo=UTC)
    assert [fault.name for fault in row(end="09:45").faults] == ["ends-first"]


@pytest.mark.parametrize(
    "cell", ["19811218-9876", "811218-9876", "131052-308T", "070-174 06 58", "+358 40 123 4567", "x@example.org"]
)
@pytest.mark.parametrize("field", ["reference", "matter"])
def test_what_leads_to_a_person_is_no_reference(field: str, cell: str) -> None:
    """An identity number, phone number or address as reference or matter is a fault that does not repeat it."""
    (fault,) = row(**{field: cell}).faults

    assert (fault.column, fault.name) == (field, "personal")
    assert cell not in fault.text


@pytest.mark.parametrize(
    "cell", ["20261118", "12345678", "Dnr 2026-1234", "KS/2026:17", "00123", "=1+1", "1234567890123"]
)
def test_case_numbers_are_references(cell: str) -> None:
    """Numbers as case systems give them are taken as they stand, leading zeros and formula signs included."""
    assert row(reference=cell).entries[0].new.reference == cell


def test_a_number_that_a_spreadsheet_mangled_is_a_fault() -> None:
    """A number that was rounded, an error value, and too long a text are faults, each with its remedy."""
    assert [fault.name for fault in row(reference="2,02611E+11").faults] == ["rounded"]
    assert [fault.name for fault in row(reference="#SAKNAS!").faults] == ["error-value"]
    assert [fault.name for fault in row(reference="x" * 101).faults] == ["too-long"]
    assert [fault.name for fault in read(PLAIN + "office-visit,main,2026-11-18 10:00,A-2,more\n").faults] == [
        "too-wide"
    ]


def test_what_a_wrong_cell_holds_of_a_person_is_not_repeated() -> None:
    """A fault that quotes a cell hides it where it leads to a person."""
    (fault,) = row(service="Anna 070-174 06 58").faults

    assert "070" not in fault.text


def test_text_that_could_act_is_text() -> None:
    """Control and direction characters leave; formulas are never more than letters."""
    taken = row(reference="=HYPERLINK(1)\x1b[31m\u202e x").entries[0].new.reference

    assert taken == "=HYPERLINK(1) [31m x"
    assert [tables.clean(cell) for cell in ("'=1", '="007"', "'t was", "a\u200bb")] == ["=1", "007", "'t was", "ab"]


def test_the_same_reference_twice() -> None:
    """The second row under one reference is known if it says the same, however it is written, and else a fault."""
    reading = read(
        PLAIN
        + "Office-Visit,MAIN,18.11.2026 10.00,A-1\n"
        + "office-visit,main,2026-11-18 11:00,A-1\n"
        + "phone-call,main,2026-11-18 11:00,A-1\n"
    )

    assert [entry.row for entry in reading.entries] == [2, 5]
    assert reading.repeated == 1
    assert [(fault.row, fault.name) for fault in reading.faults] == [(4, "same-reference")]
    assert "row 2" in reading.faults[0].text


def test_rows_without_a_reference_are_known_by_what_they_say() -> None:
    """The same rows in any order and spelling get the same references; two alike are two; a changed one is new."""
    first = read(
        "journey,unit,start\noffice-visit,main,2026-11-18 10:00\n" * 1 + "office-visit,main,2026-11-18 10:00\n"
    )
    again = read("Yksikkö;Alkaa;Polku\n".replace("Polku", "Kysymyspolku") + "main;18.11.2026 10.00;office-visit\n" * 2)
    changed = read("journey,unit,start\noffice-visit,main,2026-11-18 10:15\n")

    def references(reading: Reading) -> list[str | None]:
        return [entry.new.reference for entry in reading.entries]

    assert len(set(references(first))) == 2
    assert references(again) == references(first)
    assert not set(references(changed)) & set(references(first))
    assert all(entry.by_content for entry in first.entries)


def test_an_excel_file_gives_what_is_seen_in_it() -> None:
    """Real dates, times and numbers come as a person sees them; the first sheet with known headers counts."""
    source = book(
        [
            ["Bokningar i november"],
            [],
            ["Frågeplan", "Enhet", "Datum", "Tid", "Slut", "Referens", "Löst"],
            ["office-visit", "main", date(2026, 11, 18), time(10, 0), datetime(2026, 11, 18, 10, 45), 20261118.0, True],
            [None, None, None],
            ["office-visit", "main", datetime(2026, 11, 18), "10.00", None, 1234567890123456, None],
            ["office-visit", "main", 46344, 0.41666666666, None, "007", None],
        ],
        title="Läs mig",
    )
    reading = read(source, "sv")
    first, second = reading.entries

    assert (first.row, first.new.start, first.new.reference, first.new.solved) == (4, TEN, "20261118", "yes")
    assert first.new.end == datetime(2026, 11, 18, 9, 45, tzinfo=UTC)
    assert (second.row, second.new.start, second.new.reference) == (7, TEN, "007")
    assert [(fault.row, fault.column, fault.name) for fault in reading.faults] == [(6, "Referens", "rounded")]


def test_formulas_are_not_reckoned() -> None:
    """Of a formula only the value that was saved with it counts; without one the cell is empty."""
    source = book([["journey", "unit", "start", "reference"], ["office-visit", "main", "2026-11-18 10:00", "=1+1"]])
    sheet = zipfile.ZipFile(io.BytesIO(source)).read("xl/worksheets/sheet1.xml")
    saved = repacked(
        source, {"xl/worksheets/sheet1.xml": sheet.replace(b"<v />", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>")}
    )

    assert read(source).entries[0].by_content
    assert read(saved).entries[0].new.reference == "2"


def test_what_is_no_list_is_refused_with_what_to_do() -> None:
    """The kind of a file shows in its content; each that can't be read says how to make a list of it."""
    sound = book([["journey", "unit", "start"]])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    for source, said in (
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, ".xls"),
        (b"%PDF-1.7\n", "PDF"),
        (out.getvalue(), ".ods"),
        (b"<html><table><tr><td>journey</td></tr></table></html>", "web page"),
        (b"PK\x03\x04 and no more", "damaged"),
        (sound[: len(sound) // 2], "damaged"),
        (repacked(sound, {"xl/workbook.bin": b""}), ".xlsb"),
        (bytes(range(256)) * 20, "neither .csv nor .xlsx"),
        ("journey,unit,start\nå".encode("cp1252") + "ä".encode(), "characters"),
        ('journey,unit,start\n"office-visit,main,2026\n', "Row 2: the quotation marks"),
    ):
        assert said in refused(source), said


def test_files_made_to_harm_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip bomb, entities, too many rows and a sheet that claims a million empty ones do no harm."""
    sound = book([["journey", "unit", "start"], ["office-visit", "main", "2026-11-18 10:00"]])
    sheet = zipfile.ZipFile(io.BytesIO(sound)).read("xl/worksheets/sheet1.xml")
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet.split(b"?>")[-1]
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    absurd = sheet.replace(b'<row r="2"', b'<row r="99999999999"')

    assert "more than a list can be" in refused(repacked(sound, {"xl/media/x.xml": b"<a>" + b" " * 30_000_000}))
    assert "more than a list can be" in refused(repacked(sound, {f"x/{at}": b"" for at in range(books.MOST_PARTS)}))
    assert "damaged" in refused(repacked(sound, {"xl/worksheets/sheet1.xml": entities}))
    assert "damaged" in refused(repacked(sound, {"xl/worksheets/sheet1.xml": b"<worksheet>"}))
    assert [entry.row for entry in read(repacked(sound, {"xl/worksheets/sheet1.xml": far})).entries] == [2]
    assert read(repacked(sound, {"xl/worksheets/sheet1.xml": absurd})).rows == 0
    monkeypatch.setattr(tables, "MOST_ROWS", 100)
    assert "more than 100 rows" in refused(PLAIN + "x,y,z,w\n" * 100)


def test_only_an_ordinary_file_is_opened(tmp_path: Path) -> None:
    """A folder, a pipe, a missing file and, where that is asked, a link are refused without being read."""
    (tmp_path / "list.csv").write_text(PLAIN)
    (tmp_path / "link.csv").symlink_to(tmp_path / "list.csv")
    os.mkfifo(tmp_path / "pipe.csv")

    assert sources.loaded(tmp_path / "list.csv") == sources.loaded(tmp_path / "link.csv") == PLAIN.encode()
    for name, reason in ((".", "no-file"), ("pipe.csv", "no-file"), ("gone.csv", "missing")):
        with pytest.raises(ListRefused, match=reason):
            sources.loaded(tmp_path / name)
    with pytest.raises(ListRefused, match="unreadable"):
        sources.loaded(tmp_path / "link.csv", follow=False)


@examples(60)
@given(
    st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=8), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_whatever_cells_hold_each_row_is_an_entry_or_a_fault(
    rows: list[list[str]], separator: str, encoding: str
) -> None:
    """No cell makes reading fail: each row that is not empty is an entry or has a fault under its number."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(["journey", "unit", "start", "end", "service", "reference", "matter", "not asked"])
    writer.writerows([[cell.replace("\x00", "") for cell in cells] for cells in rows])
    reading = read(out.getvalue().encode(encoding, "ignore"))
    told = {fault.row for fault in reading.faults if fault.kind == "fault"}

    assert len(told) + len(reading.entries) == reading.rows
    assert not any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for fault in reading.faults
        for char in fault.text + fault.column
    )


@examples(200)
@given(st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2199, 1, 1)))
def test_every_moment_comes_back(local: datetime) -> None:
    """Any local minute written in any of the ways is read as the same moment."""
    found = {
        times.moment("", local.strftime(form), ZONE, EN).at
        for form in ("%Y-%m-%d %H:%M", "%d.%m.%Y klo %H.%M", "%d/%m/%Y %H:%M", "%Y%m%d %H%M", "%Y-%m-%dT%H:%M")
    }
    assert len(found) == 1


@examples(150)
@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_breaks_a_moment(day: str, clock: str) -> None:
    """Any two texts are a moment or a fault."""
    if day or clock:
        with contextlib.suppress(CellFault):
            assert times.moment(tables.clean(day), tables.clean(clock), ZONE, EN, date(2026, 11, 18)).at.tzinfo == UTC


@examples(60)
@given(st.binary(max_size=400))
def test_no_bytes_break_a_source(source: bytes) -> None:
    """Any bytes are a list or are refused."""
    for given_bytes in (source, b"PK\x03\x04" + source, PLAIN.encode() + source):
        assert outcome(given_bytes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_registers_nothing_and_can_be_filled_in(language: str) -> None:
    """A template taken in as it is has no rows; with one filled in by its own codes it has one."""
    texts = Texts(language)
    made = template.as_xlsx(ORGANISATION, LIBRARY, texts)
    assert read(made, language) == read(template.as_csv(texts), language) == Reading(0, (), (), 0)
    filled = load_workbook(io.BytesIO(made))
    page, codes = filled.worksheets
    for at, text in enumerate(("office-visit", "main", "general", "visit"), 1):
        page.cell(2, at).value = text
    page.cell(2, 5).value = datetime(2026, 11, 18, 10, 0)
    out = io.BytesIO()
    filled.save(out)
    (entry,) = read(out.getvalue(), language).entries

    assert (entry.new.service, entry.new.start) == ("general", TEN)
    assert {"office-visit", "main", "general", "granted", "sv"} <= {cells[1].value for cells in codes.iter_rows()}
    assert len(page.data_validations.dataValidation) == 9
