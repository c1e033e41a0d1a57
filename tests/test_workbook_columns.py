"""The register of columns: none ever disappears, moves or changes its meaning, whatever becomes of a journey."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from bot import coding, library
from bot.coding import CODED
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.store.week_rows import VersionRow
from bot.workbook import columns, wide
from bot.workbook.catalogue import Catalogue, Field
from flows.journey import Journey, Question
from tests.data_files import ORGANISATION, headers, made, tables
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, scale, visit, words

WEEKS = ("2026-W47", "2026-W48", "2026-W49")


def after(journey: Journey, *questions: Question) -> Journey:
    """The journey with these questions after the contact, in place of its own."""
    return replace(journey, phases=(*journey.phases[:2], replace(journey.phases[2], questions=questions)))


def catalogue(*versions: Journey) -> Catalogue:
    """A catalogue of versions that came into use a week after each other."""
    return Catalogue(
        VersionRow(library.fingerprint(one), library.encoded(one), MONDAY + timedelta(weeks=place))
        for place, one in enumerate(versions)
    )


def lived(tx: Transaction, journey: Journey, moment: datetime, answers: dict[str, int | str | None]) -> None:
    """A contact is asked by this version, which came into use an hour before."""
    rows = Rows(tx, journey)
    rows.use(journey, moment - timedelta(hours=1))
    rows.answered(moment, answers)


def value(row: dict[str, object], name: str) -> tuple[object, object]:
    """A question's value in a wide row, and why it is missing."""
    return row[name], row[f"{name}_missing"]


async def test_nothing_that_is_dropped_takes_its_column_along(store: Store, tmp_path: Path) -> None:
    """A choice, two questions and a whole journey are dropped and labels renamed: every old column stands where it was.

    What was never offered in a contact's version is blank, not 0.
    """
    first = visit(scale("ease", "after"))
    told = question("told", "several", "after", options("to-us", "other"))
    renamed = replace(told, text=words("Whom did you tell?"), choices=(replace(told.choices[0], label=words("Us")),))
    renamed = replace(renamed, choices=(*renamed.choices, *options("other")))
    second = after(first, scale("whole", "after", "result"), renamed)

    def fill(tx: Transaction) -> None:
        lived(tx, first, MONDAY, {"told": "family press", "ease": 3, "comment": "ok"})
        lived(tx, visit(code="letter"), MONDAY, {"whole": 1})
        weeks.close(tx, WEEKS[0], MONDAY + timedelta(days=6, hours=20), ZONE)
        lived(tx, second, MONDAY + timedelta(weeks=1), {"told": "other", "whole": 2})

    await store.write(fill)
    before = headers(await made(store, tmp_path, WEEKS[0]))
    path = await made(store, tmp_path, WEEKS[1])
    now = headers(path)
    for table, names in before.items():
        assert now[table][: len(names)] == names, table
    assert now["responses_visit"][len(before["responses_visit"]) :] == ["told_other"]
    assert "responses_letter" in now
    (row,) = tables(path)["responses_visit"]
    chosen = {name: row[f"told_{name}"] for name in ("family", "to_us", "press", "other")}
    assert chosen == {"family": None, "to_us": 0, "press": None, "other": 1}
    (old,) = tables(await made(store, tmp_path, WEEKS[0]))["responses_visit"]
    assert {name: old[f"told_{name}"] for name in ("family", "to_us", "press")} == {"family": 1, "to_us": 0, "press": 1}
    assert (value(row, "ease"), value(old, "ease")) == ((None, None), (3, None))


async def test_the_codebook_says_since_when_and_until_when(store: Store, tmp_path: Path) -> None:
    """A question that is worded otherwise, or asked of others, is a row of its own; one that is dropped ends."""
    first = visit(scale("ease", "after"))
    whole = replace(first.question("whole"), text=words("On the whole?"))
    second = after(first, whole, first.question("told"))

    def fill(tx: Transaction) -> None:
        rows = Rows(tx, first)
        rows.use(first, MONDAY - timedelta(hours=1))
        rows.answered(MONDAY, {"whole": 2})
        rows.use(second, MONDAY + timedelta(hours=1))
        rows.answered(MONDAY, {"whole": 2})

    await store.write(fill)
    found = tables(await made(store, tmp_path, WEEKS[0]))
    book = [row for row in found["codebook"] if row["journey"] == "visit" and row["kind"]]
    start, change = (datetime.fromisoformat(f"2026-11-16 {hour}:00") for hour in ("09", "11"))
    of = {(row["question"], row["label_en"]): (row["valid_from"], row["valid_to"]) for row in book}
    assert of["whole", "whole?"] == (start, change)
    assert of["whole", "On the whole?"] == (change, None)
    assert of["ease", "ease?"] == (start, change)
    assert of["told", "told?"] == (start, None)
    ease = next(row for row in book if row["question"] == "ease")
    assert (ease["low"], ease["low_label_sv"], ease["high"], ease["high_label_en"]) == (1, "step 1 (sv)", 5, "step 5")
    codes = {
        (row["question"], row["code"]): row["valid_to"] for row in found["categories"] if row["journey"] == "visit"
    }
    assert (codes["ease", "1"], codes["told", "press"]) == (change, None)


def test_names_that_would_be_the_same_are_told_apart_for_ever() -> None:
    """Two questions, or a question and a choice, that make one name keep theirs in the order of first use."""
    first = visit(question("a-b", "one", "after", options("x")), question("unit", "words", "after"))
    second = visit(
        question("a", "several", "after", options("b", "missing")),
        question("a-b", "one", "after", options("x")),
        question("unit", "words", "after"),
        question("by", "one", "after", options("x")),
    )
    old, new = wide.register(catalogue(first), "visit"), wide.register(catalogue(first, second), "visit")
    assert [*new.values()][: len(old)] == [*old.values()]
    names = {(field.question, field.choice, field.missing): name for field, name in new.items()}
    assert names["a-b", None, False] == "a_b"
    assert names["a", "b", False] == "a_b_2"
    assert names["a", "missing", False] == "a_missing"
    assert names["a", None, True] == "a_missing_2"
    assert names["unit", None, False] == "q_unit"
    assert names["by", None, False] == "q_by"  # a word that no variable of SPSS may be called


def test_journeys_named_alike_have_tables_of_their_own() -> None:
    """Names too long for a sheet that begin the same are told apart by what they are, not by which is there."""
    start = "a" * 30
    several = catalogue(visit(code=f"{start}-one"), visit(code=f"{start}-two"))
    names = wide.tables(several)
    assert len({*names.values()}) == 2
    assert all(len(name) <= 31 for name in names.values())
    alone = catalogue(visit(code=f"{start}-two"))
    assert wide.tables(alone)[f"{start}-two"] == names[f"{start}-two"]


def test_a_question_that_changes_its_kind_keeps_its_column() -> None:
    """From a scale to words: one column, which can hold either, and the choices it once had keep theirs."""
    first = visit(scale("ease", "after"), question("how", "several", "after", options("x")))
    second = visit(question("ease", "words", "after"), question("how", "one", "after", options("x")))
    both = catalogue(first, second)
    held = wide.held(both, "visit")
    assert (held[Field("ease")], held[Field("how", "x")], held[Field("how")]) == ("words", "whole", "text")
    old = [*wide.register(catalogue(first), "visit")]
    assert [*wide.register(both, "visit")][: len(old)] == old


async def test_codes_are_offered_from_lists_of_any_length(store: Store, tmp_path: Path) -> None:
    """Each column to code offers its list by a name, whose cells hold the codes, with their labels beside."""
    await store.write(lambda tx: lived(tx, visit(), MONDAY, {"comment": "ok"}))
    book = load_workbook(await made(store, tmp_path, WEEKS[0]))
    words, lists = book["verbatims"], book["lists"]
    names = {str(cell.value): get_column_letter(cell.column or 0) for cell in words[1]}
    offered = {str(each.sqref): each.formula1 for each in words.data_validations.dataValidation}
    assert offered == {f"{names[field]}2": f"codes_{field}" for field in CODED}
    for field, codes in coding.lists(ORGANISATION).codes.items():
        [(title, cells)] = book.defined_names[f"codes_{field}"].destinations
        assert title == "lists"
        assert [cell.value for (cell,) in lists[cells]] == [*codes]
        row = lists[cells][0][0].row
        assert lists.cell(row, 1).value == field
        assert lists.cell(row, 3).value == next(iter(codes.values())).texts["sv"]


codes = some.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)


@examples(50)
@given(some.lists(some.lists(some.tuples(codes, some.lists(codes, max_size=3)), max_size=4), min_size=1, max_size=4))
def test_whatever_versions_come_no_column_moves(versions: list[list[tuple[str, list[str]]]]) -> None:
    """Each further version leaves all columns where they stood; names differ whatever the case, and fit SPSS."""
    journeys = []
    for version in versions:
        asked = {
            code: question(code, "several" if choices else "one", "after", options(*dict.fromkeys(choices)))
            for code, choices in version
        }
        journeys.append(after(visit(), *asked.values()))
    before: list[str] = []
    for count in range(1, len(journeys) + 1):
        names = [*wide.register(catalogue(*journeys[:count]), "visit").values()]
        assert names[: len(before)] == before
        before = names
    every = [*columns.RESPONSES, *before]
    assert len({name.casefold() for name in every}) == len(every)
    assert all(name.isascii() and name[0].isalpha() and len(name) <= wide.LONGEST_NAME for name in before)
