"""Coding: an analyst's data file given back, previewed row by row before anything is stored, then taken in.

For admins and analysts. Shows row ids and codes, never anybody's words: nothing but row_id and codes is read of the
file. A member of one unit codes what was written about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.coding import FIELDS, Agreement, TakenRow, agreements, lists
from bot.coding_reports import agreement_rows, counts, summed_up
from bot.commands_coding import TakeIn, TakenIn, requests_of
from bot.console.coding_preview import Foreseen, foreseen
from bot.console.file_pages import Came, FilePages
from bot.console.gate import Gate, Visit
from bot.console.held_files import MOST_ROWS, HeldFile
from bot.lists import codings
from bot.lists.codings import Reading
from bot.lists.texts import Texts
from bot.store import staff
from bot.store.database import Transaction
from bot.store.staff import Role
from flows.wording import in_language

_READERS: tuple[Role, ...] = ("admin", "analyst")
_NOTED = 16


@dataclass(frozen=True, slots=True)
class Coded:
    """What a file holds, and its SHA-256, by which codes are known to be from it."""

    reading: Reading
    source: str


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return Coding().routes(gate, _READERS)


class Coding(FilePages[Coded, Foreseen, TakenRow]):
    """The pages, and the files they hold between them."""

    path = "/console/coding"
    words = "coding"
    own_words = ("empty-coding",)
    worth_taking = ("new", "changed")
    command = "coding.import"
    answer = TakenIn

    async def form_page(self, visit: Visit, given: Mapping[str, str], refused: str = "", status: int = 200) -> Response:
        """Where a file is dropped; what may be coded, and how far coders agree."""
        known = lists(visit.house.premises.organisation)
        offered = [
            (name, [(code, in_language(words, visit.language)) for code, words in known.codes[name].items()])
            for name in FIELDS
            if name in known.codes
        ]
        agreed = await _agreed(visit, None)
        return self.page(
            visit, "coding_form.html", status=status, refused=refused, most=MOST_ROWS, offered=offered, agreed=agreed
        )

    def read(self, visit: Visit, file: bytes, given: Mapping[str, str]) -> Coded:
        """What is coded in the file."""
        organisation = visit.house.premises.organisation
        reading = codings.read(file, lists(organisation), organisation.holiday_country, Texts(visit.language))
        return Coded(reading, hashlib.sha256(file).hexdigest())

    def length(self, content: Coded) -> int:
        """How many rows are coded: the others say nothing."""
        return len(content.reading.coded)

    def to_take(self, content: Coded) -> int:
        """All of these."""
        return len(content.reading.coded)

    async def foreseen(self, visit: Visit, content: Coded, request_id: str) -> tuple[Foreseen, ...]:
        """What will become of each row. Nothing is stored."""
        return await foreseen(visit, content.reading, content.source, request_id)

    def requests(self, visit: Visit, content: Coded) -> Iterator[TakeIn]:
        """As this member's codes, of what is about their unit."""
        coded = content.reading.coded
        return requests_of(coded, source=content.source, coder=visit.member.id, unit=visit.unit)

    def noted(self, one: HeldFile[Coded, Foreseen, TakenRow]) -> tuple[str, str]:
        """From which file codes were taken."""
        return "coded", one.content.source[:_NOTED]

    def came(self, one: HeldFile[Coded, Foreseen, TakenRow], texts: Texts) -> Came:
        """What it came to, with everything that is wrong or worth a note."""
        done = summed_up(one.content.reading, one.taken, texts)
        return Came(counts(done, texts), done.faulty, done.faults, done.faults)

    async def beside(self, visit: Visit) -> Mapping[str, object]:
        """How far this member agrees with other coders."""
        return {"agreed": await _agreed(visit, visit.member.id)}


async def _agreed(visit: Visit, coder: str | None) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """How far coders agree, as headers and rows; `coder`: this one with others."""
    found, names = await visit.house.store.read(_agreements, visit, coder)

    def called(coder: str) -> str:
        return visit.text("coding-you") if coder == visit.member.id else names.get(coder, coder)

    return agreement_rows(found, Texts(visit.language), called)


def _agreements(tx: Transaction, visit: Visit, coder: str | None) -> tuple[list[Agreement], Mapping[str, str]]:
    """How far they agree, and what those of them are called who are members."""
    found = agreements(tx, visit.house.premises.simulated, coder=coder, unit=visit.unit)
    names = {}
    for code in {code for one in found for code in (one.coder, one.other)}:
        member = staff.of_id(tx, code)
        if member is not None:
            names[code] = member.name
    return found, names
