"""List preview: what taking a list in would come to, row by row, before anything is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.commands_import import TakenIn, requests_of
from bot.console import choices
from bot.console.gate import Visit
from bot.console.held_files import Kind
from bot.imports import TakenRow, batches
from bot.lists.entries import Entry, Reading
from bot.lists.faults import Fault
from bot.lists.texts import Texts, headers
from bot.store import contacts
from bot.store.contacts import Contact
from bot.store.database import Transaction

_KINDS: dict[str, Kind] = {"registered": "new", "changed": "changed", "known": "known", "refused": "faulty"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will become of one row. `what` says how it changes, or what is wrong and what to do; `where` the column."""

    row: int
    kind: Kind
    when: datetime | None
    reference: str
    where: str
    what: str


def of_own_unit(visit: Visit, reading: Reading) -> Reading:
    """The list with the rows of units that the member doesn't see refused, row by row."""
    others = [entry for entry in reading.entries if not visit.sees(entry.new.unit)]
    if not others:
        return reading
    texts = Texts(visit.language)
    column = headers("unit")[texts.language]
    own = choices.unit_name(visit, visit.unit)
    text = visit.text("import-other-unit", unit=own)
    refused = [Fault(entry.row, column, "other-unit", text) for entry in others]
    kept = tuple(entry for entry in reading.entries if visit.sees(entry.new.unit))
    return replace(reading, entries=kept, faults=(*reading.faults, *refused))


async def foreseen(visit: Visit, reading: Reading, request_id: str) -> tuple[Foreseen, ...]:
    """What would become of each row, in the order of the file. Nothing is stored."""
    taken: list[TakenRow] = []
    for batch in requests_of(reading.entries, dry_run=True):
        taken += (await visit.carried_out("contacts.import", batch, TakenIn, request_id)).rows
    by_row = {entry.row: entry for entry in reading.entries}
    how: dict[int, str] = {}
    for some in batches([by_row[one.row] for one in taken if one.result == "changed"]):
        how |= await visit.house.store.read(_how, visit, some)
    found = [_row(visit, by_row[one.row], one, how.get(one.row, "")) for one in taken]
    return tuple(sorted((*found, *_faulty(reading)), key=lambda one: one.row))


def _row(visit: Visit, entry: Entry, one: TakenRow, how: str) -> Foreseen:
    reference = "" if entry.by_content else entry.new.reference or ""
    what = how
    if one.result == "refused":
        what = Texts(visit.language)("faults", "not-taken", why=one.why)
    elif one.result == "registered":
        what = ", ".join(
            filter(
                None,
                (
                    choices.journey_name(visit, entry.new.journey),
                    choices.unit_name(visit, entry.new.unit),
                    choices.service_name(visit, entry.new.service),
                ),
            )
        )
    return Foreseen(one.row, _KINDS[one.result], entry.new.start, reference, "", what)


def _faulty(reading: Reading) -> Iterator[Foreseen]:
    """Rows with faults, all of a row's together; and notes on rows and columns that are taken all the same."""
    of_row: dict[tuple[int, Kind], list[Fault]] = defaultdict(list)
    for fault in reading.faults:
        of_row[fault.row, "faulty" if fault.kind == "fault" else "note"].append(fault)
    for (row, kind), faults in of_row.items():
        columns = ", ".join(dict.fromkeys(fault.column for fault in faults if fault.column))
        if len(faults) == 1:
            yield Foreseen(row, kind, None, "", columns, faults[0].text)
        else:
            told = " ".join(f"{fault.column}: {fault.text}" if fault.column else fault.text for fault in faults)
            yield Foreseen(row, kind, None, "", columns, told)


def _how(tx: Transaction, visit: Visit, entries: Sequence[Entry]) -> dict[int, str]:
    """For each entry whose contact is known, what of it changes."""
    keyring = visit.house.premises.keyring
    found = {}
    for entry in entries:
        new = entry.new
        lookup = keyring.reference(new.unit, new.journey, new.reference or "")
        contact = contacts.of_reference(tx, unit=new.unit, journey=new.journey, lookup=lookup)
        if contact is not None:
            found[entry.row] = "; ".join(_changes(visit, contact, entry))
    return found


def _changes(visit: Visit, contact: Contact, entry: Entry) -> Iterator[str]:
    new, organisation = entry.new, visit.house.premises.organisation
    at = partial(_at, visit)
    if new.start != contact.start_at:
        yield visit.text("import-moves", before=at(contact.start_at), after=at(new.start))
    elif new.end is not None and new.end != contact.end_at:
        before = at(contact.end_at) if contact.end_at is not None else "–"
        yield visit.text("import-ends", before=before, after=at(new.end))
    solved = {one.code: one.label for one in choices.solved(visit)}
    for key, code, old, among in (
        ("label-outcome", new.outcome, contact.outcome, organisation.outcomes),
        ("label-cause-short", new.cause, contact.cause, organisation.causes),
    ):
        if code is not None and code != old:
            yield f"{visit.text(key)}: {choices.name_of(visit, among, code)}"
    if new.solved is not None and new.solved != contact.solved:
        yield f"{visit.text('label-solved-short')}: {solved[new.solved]}"
    if new.not_asked is not None and contact.not_asked is None:
        yield f"{visit.text('label-not-asked')}: {choices.name_of(visit, organisation.reasons, new.not_asked)}"
    if new.matter is not None:
        yield visit.text("import-matter")


def _at(visit: Visit, moment: datetime) -> str:
    return f"{moment.astimezone(visit.house.premises.zone):%Y-%m-%d %H:%M}"
