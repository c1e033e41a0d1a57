"""Coding preview: what taking a coded file in would come to, row by row, before anything is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.coding import Change, CodedRow, Lists, TakenRow, lists
from bot.coding_reports import fault_of
from bot.commands_coding import TakenIn, requests_of
from bot.console.gate import Visit
from bot.console.held_files import Kind
from bot.lists.codings import Reading
from bot.lists.faults import Fault
from bot.lists.texts import Texts
from bot.store.coding import Said
from flows.wording import in_language

_SHOWN_AT_MOST = 80


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will become of one row. `what` says what is coded, or what is wrong and what to do; `where`: its column."""

    sheet: str
    row: int
    kind: Kind
    where: str
    what: str


async def foreseen(visit: Visit, reading: Reading, source: str, request_id: str) -> tuple[Foreseen, ...]:
    """What would become of each row that says something, in the order of the file. Nothing is stored."""
    taken: list[TakenRow] = []
    asked = requests_of(reading.coded, source=source, coder=visit.member.id, unit=visit.unit, dry_run=True)
    for batch in asked:
        taken += (await visit.carried_out("coding.import", batch, TakenIn, request_id)).rows
    known, texts = lists(visit.house.premises.organisation), Texts(visit.language)
    refused = [fault_of(reading, one, texts) for one in taken if one.result not in ("coded", "known")]
    found = [
        _row(visit, reading, reading.coded[one.place], one, known) for one in taken if one.result in ("coded", "known")
    ]
    notes = [_note(reading, one, texts) for one in taken if one.corrected]
    order = {sheet: at for at, sheet in enumerate(dict.fromkeys(place.sheet for place in reading.places))}
    told = (*found, *_faulty((*reading.faults, *refused)), *notes)
    return tuple(sorted(told, key=lambda one: (order.get(one.sheet, len(order)), one.row)))


def _row(visit: Visit, reading: Reading, coded: CodedRow, one: TakenRow, known: Lists) -> Foreseen:
    place = reading.places[one.place]
    if one.result == "known":
        return Foreseen(place.sheet, place.row, "known", "", "")
    said = {each.field: each for each in coded.said}
    kind: Kind = "new" if all(change.how == "new" for change in one.changes) else "changed"
    what = "; ".join(_told(visit, said[change.field], change, known) for change in one.changes)
    return Foreseen(place.sheet, place.row, kind, "", what)


def _told(visit: Visit, said: Said, change: Change, known: Lists) -> str:
    def called(codes: str) -> str:
        labels = known.codes.get(said.field, {})
        return ", ".join(
            in_language(labels[code], visit.language) if code in labels else code for code in codes.split()
        )

    if change.how == "taken-back":
        before = called(change.before)
        what = visit.text("coding-taken-back", before=before) if before else visit.text("coding-comment-taken-back")
        return f"{said.field}: {what}"
    now = said.text if said.text is not None else called(said.codes)
    now = now if len(now) <= _SHOWN_AT_MOST else f"{now[:_SHOWN_AT_MOST]}…"
    if change.before:
        return f"{said.field}: {visit.text('coding-changes', now=now, before=called(change.before))}"
    return f"{said.field}: {now}"


def _faulty(faults: tuple[Fault, ...]) -> Iterator[Foreseen]:
    """Notes, and rows with faults, all of a row's together."""
    of_row: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    for fault in faults:
        sheet, _, column = fault.column.rpartition(": ")
        if fault.kind == "note":
            yield Foreseen(sheet, fault.row, "note", column, fault.text)
            continue
        of_row[sheet, fault.row].append((column, fault.text))
    for (sheet, row), told in of_row.items():
        columns = ", ".join(dict.fromkeys(column for column, _ in told))
        what = told[0][1] if len(told) == 1 else " ".join(f"{column}: {text}" for column, text in told)
        yield Foreseen(sheet, row, "faulty", columns, what)


def _note(reading: Reading, one: TakenRow, texts: Texts) -> Foreseen:
    place = reading.places[one.place]
    return Foreseen(place.sheet, place.row, "note", "row_id", texts("faults", "corrected-since"))
