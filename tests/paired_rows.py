"""Contacts whose answers come phase by phase, with an expectation, what mattered, and where it went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook

from bot import organisation
from bot.store.database import Store, Transaction
from bot.workbook.export import export_week
from flows.journey import Journey, PhaseName
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, scale, visit

LAST = "2026-W48"
"""The last week of the period 2026-W45 to 2026-W48."""

START = MONDAY + timedelta(weeks=1)
"""In that week."""

AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
Given = Mapping[str, int | str | None]


def journey(audience: str = "citizen") -> Journey:
    """A visit whose curve is feeling, treated, whole; `expect` is compared with `ease`."""
    more = (
        scale("ease", "after", "meeting"),
        question("mattered", "touchpoint", "after", options("booking", "meeting", "result")),
        question(
            "behind-wrong", "touchpoint", "after", options("booking", "meeting", "result", "before-us"), ladder="behind"
        ),
    )
    plain = visit(*more, audience=audience)
    before, *others = plain.phases
    asked = (*before.questions, scale("expect", "before", "meeting", expects="ease"))
    return replace(plain, phases=(replace(before, questions=asked), *others))


def contact(
    rows: Rows,
    start: datetime,
    given: Given,
    *,
    person: str | None = None,
    retrospective: bool = False,
    unit: str = "centre",
) -> str:
    """One contact: what is asked before it is answered the day before, the rest two hours after it; its person."""
    person = person or rows.person(start)
    found = rows.contact(start, person, unit=unit)
    for phase in ("before", "during", "after"):
        of_phase = {code: value for code, value in given.items() if rows.journey.question(code).phase == phase}
        if of_phase:
            at = start - timedelta(days=1) if phase == "before" else start + timedelta(hours=2)
            settle(rows, found, person, phase, at, of_phase, retrospective=retrospective and phase == "before")
    return person


def settle(
    rows: Rows,
    contact: str,
    person: str,
    phase: PhaseName,
    at: datetime,
    given: Given,
    *,
    retrospective: bool = False,
) -> str:
    """One conversation about a contact: steps, codes, or None for skipped. Returns its id."""
    follow_up = rows.follow_up(contact, phase, at)
    if retrospective:
        rows.tx.run("UPDATE follow_ups SET retrospective = 1 WHERE id = :id", id=follow_up)
    conversation = rows.conversation(follow_up, contact, person, at)
    for code, value in given.items():
        status = "skipped" if value is None else "answered"
        number = value if isinstance(value, int) else None
        codes = "" if value is None else str(value)
        rows.answer(conversation, code, at, status=status, codes=codes, number=number)
    rows.history(follow_up, "ended", at, "answered")
    return conversation


def begun(tx: Transaction, plan: Journey) -> Rows:
    """Rows of a journey in use since long ago."""
    rows = Rows(tx, plan)
    rows.use(plan, MONDAY - timedelta(weeks=20))
    return rows


async def made(store: Store, folder: Path, language: str = "en") -> tuple[Path, Path]:
    """The report and the data file of the last week."""
    report, data = await export_week(
        store,
        LAST,
        folder=folder,
        organisation=organisation.default(("sv", "fi", "en")),
        language=language,
        now=AFTER,
        zone=ZONE,
    )
    return report, data


def rows_of(path: Path, title: str, table: str) -> list[dict[str, object]]:
    """The rows of one table, by its headers."""
    return tables_of(path, title)[table]


def tables_of(path: Path, title: str) -> dict[str, list[dict[str, object]]]:
    """Every table of a sheet, its rows by their headers."""
    sheet, found = load_workbook(path)[title], {}
    for table in sheet.tables.values():
        header, *rows = ([cell.value for cell in row] for row in sheet[table.ref])
        found[str(table.displayName)] = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    return found


def lines_of(path: Path, title: str) -> list[str]:
    """What stands in the first column of a sheet."""
    return [str(cell.value) for cell in load_workbook(path)[title]["A"] if cell.value is not None]
