"""The wide tables: one for each journey, a contact a row. Their columns are a register: none ever disappears or moves.

Columns come from every version that was ever used, in the order of first use, so a question, a choice or a journey that
is dropped keeps its place, and what comes later stands last. Names that would collide are told apart in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from bot.store.week_rows import AnswerRow
from bot.workbook.catalogue import SHORT, Catalogue, Field
from bot.workbook.cells import LONGEST_TITLE, Value, headers, sheet_title, snake, table_name
from bot.workbook.columns import RESPONSES, sheet
from bot.workbook.edition import Edition
from bot.workbook.sheets import Holds, Sheet
from flows.journey import Kind
from flows.wording import plain

LONGEST_NAME = 64
"""Bytes of a variable's name in SPSS; the same names stand in every format."""

_RESERVED = frozenset(("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"))
"""What no variable of SPSS may be called."""

_HELD: Mapping[Kind, Holds] = {"scale": "whole", "number": "decimal", "words": "words"}


def tables(catalogue: Catalogue) -> dict[str, str]:
    """Journey -> the name of its table, and of its sheet: the same for ever. Journeys in alphabetical order."""
    first_used = sorted(catalogue.journeys().items(), key=lambda pair: pair[1][0].first_used_at)
    names: dict[str, str] = {}
    for journey, _ in first_used:
        names[journey] = sheet_title(table_name(f"responses_{journey}"), names.values())[:LONGEST_TITLE]
    return dict(sorted(names.items()))


def register(catalogue: Catalogue, journey: str) -> dict[Field, str]:
    """What each column after the constant ones is called, in order.

    A question named like a constant column, or like nothing SPSS can have, is given `q_` before it.
    """
    fields = catalogue.fields(journey)
    names = headers((_wanted(field) for field in fields), RESPONSES, LONGEST_NAME)
    return dict(zip(fields, names, strict=True))


def held(catalogue: Catalogue, journey: str) -> dict[Field, Holds]:
    """What each of those columns holds: of a question that changed its kind, what can hold either."""
    kinds: dict[str, set[Kind]] = {}
    for version in catalogue.journeys().get(journey, []):
        for question in version.questions.values():
            if question.kind not in ("several", "phone"):
                kinds.setdefault(question.code, set()).add(question.kind)
    return {field: _holds(field, kinds.get(field.question, set())) for field in catalogue.fields(journey)}


def responses(journey: str, name: str, rows: Iterable[AnswerRow], catalogue: Catalogue, edition: Edition) -> Sheet:
    """The wide table `name` of one journey: a contact with an answer in the span a row, with all it answered so far.

    A value is blank where the question was not settled; its `_missing` column then says why, and is blank too where it
    was not offered. Of several choices each is a column: 1 chosen, 0 offered and not chosen, blank where the contact's
    version of the journey did not offer it.
    """
    columns = register(catalogue, journey)
    types = held(catalogue, journey)
    contacts = groupby(rows, lambda row: row.contact_id)
    lines = (_line(list(contact), types, catalogue, edition) for _, contact in contacts)
    told = {columns[field]: type_ for field, type_ in types.items()}
    return sheet(name, (*RESPONSES, *columns.values()), lines, told=told)


def _wanted(field: Field) -> str:
    name = snake(field.question)
    name = f"q_{name}" if name in RESPONSES or name in _RESERVED else name
    if field.choice is not None:
        name = f"{name}_{snake(field.choice)}"
    return f"{name}_missing" if field.missing else name


def _holds(field: Field, kinds: set[Kind]) -> Holds:
    if field.choice is not None:
        return "whole"
    if field.missing:
        return "text"
    found = {_HELD.get(kind, "text") for kind in kinds}
    if found <= {"whole", "decimal"}:
        return "decimal" if "decimal" in found else "whole"
    return "words" if "words" in found else "text"


def _line(
    rows: Sequence[AnswerRow], types: Mapping[Field, Holds], catalogue: Catalogue, edition: Edition
) -> Sequence[Value]:
    settled = {row.question: row for row in rows}  # in order of recording: the last one stays
    last = rows[-1]
    values = (_value(field, type_, settled.get(field.question), catalogue) for field, type_ in types.items())
    return (
        *(last.contact_id, last.matter_id, last.person_id, last.journey, last.fingerprint[:SHORT], last.unit),
        *(last.service, last.channel, last.outcome, last.audience, plain(last.language), last.door, last.invitation),
        *(edition.pilot(last.unit, last.contact_start), last.contact_start, last.contact_end),
        *(max(row.recorded_at for row in rows), *week_columns(edition.week)),
        *values,
    )


def _value(field: Field, type_: Holds, row: AnswerRow | None, catalogue: Catalogue) -> Value:
    if row is None:
        return None
    if field.missing:
        return None if row.status == "answered" else row.status
    if row.status != "answered":
        return None
    question = catalogue.question(row.fingerprint, row.question)
    several = question is not None and question.kind == "several"
    if field.choice is not None:
        offered = several and question is not None and question.choice(field.choice) is not None
        return int(field.choice in row.codes.split()) if offered else None
    if several:
        return None  # every choice has its own column
    value = row.text if not row.codes and row.number is None else _settled(row)
    return str(value) if value is not None and type_ in ("text", "words") else value


def _settled(row: AnswerRow) -> Value:
    if row.number is not None:
        return whole(row.number)
    return int(row.codes) if row.codes.isdecimal() else row.codes


def whole(number: float) -> int | float:
    """The number without its decimals, where it has none."""
    return int(number) if number.is_integer() else number


def week_columns(week: str) -> tuple[int, int, str]:
    """ISO year, ISO week and the week itself."""
    year, _, number = week.partition("-W")
    return int(year), int(number), week
