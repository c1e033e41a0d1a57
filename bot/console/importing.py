"""Importing: a list dropped, previewed row by row before anything is stored, then taken in a batch at a time.

Rows of other units than the member's are refused. Invitations are made when they are fetched and never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.commands_import import TakeIn, TakenIn, requests_of
from bot.console import choices, list_files
from bot.console.choices import WRITERS
from bot.console.file_pages import Came, FilePages
from bot.console.gate import Gate, Visit
from bot.console.held_files import MOST_ROWS, HeldFile
from bot.console.list_preview import Foreseen, foreseen, of_own_unit
from bot.imports import TakenRow, counts, invited, summed_up
from bot.lists import entries
from bot.lists.entries import Reading
from bot.lists.texts import Texts

_GIVEN = ("journey", "unit", "service", "channel")
_INVITATIONS = ("reference", "contact", "link", "message", "row")
"""As the command writes them: the code stands in a message, since alone it can begin with "-"."""


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    room = Importing()
    return [
        gate.get(f"{room.path}/template.xlsx", list_files.empty, roles=WRITERS),
        gate.get(f"{room.path}/template.csv", list_files.empty, roles=WRITERS),
        *room.routes(gate, WRITERS),
        gate.get(f"{room.path}/{{id}}/invitations.csv", room.invitations, roles=WRITERS),
    ]


class Importing(FilePages[Reading, Foreseen, TakenRow]):
    """The pages, and the lists they hold between them."""

    path = "/console/import"
    words = "import"
    own_words = ("empty", "no-headers", "needed")
    worth_taking = ("new", "changed", "known")
    command = "contacts.import"
    answer = TakenIn

    async def form_page(self, visit: Visit, given: Mapping[str, str], refused: str = "", status: int = 200) -> Response:
        """Where a list is dropped, and what holds where it says nothing."""
        return self.page(
            visit,
            "import_form.html",
            status=status,
            refused=refused,
            most=MOST_ROWS,
            given={field: given.get(field, "") for field in _GIVEN},
            offered=_offered(visit),
        )

    def not_offered(self, visit: Visit, given: Mapping[str, str]) -> str:
        """That one of the codes for where the list says nothing can't be chosen."""
        for field, among in _offered(visit).items():
            if given.get(field) and given[field] not in [one.code for one in among]:
                return visit.text("not-offered")
        return ""

    def read(self, visit: Visit, file: bytes, given: Mapping[str, str]) -> Reading:
        """The contacts of the list, those of other units refused."""
        premises = visit.house.premises
        defaults = {field: given[field] for field in _GIVEN if given.get(field)}
        reading = entries.read(file, premises.organisation, premises.library, Texts(visit.language), defaults)
        return of_own_unit(visit, reading)

    def length(self, content: Reading) -> int:
        """How many rows it has, faulty ones too."""
        return content.rows

    def to_take(self, content: Reading) -> int:
        """Those that can be read."""
        return len(content.entries)

    async def foreseen(self, visit: Visit, content: Reading, request_id: str) -> tuple[Foreseen, ...]:
        """What will become of each row. Nothing is stored."""
        return await foreseen(visit, content, request_id)

    def requests(self, visit: Visit, content: Reading) -> Iterator[TakeIn]:
        """Without invitations: these are fetched when all is done."""
        return requests_of(content.entries)

    def noted(self, one: HeldFile[Reading, Foreseen, TakenRow]) -> tuple[str, str]:
        """That a list was taken in."""
        return "imported", one.id

    def came(self, one: HeldFile[Reading, Foreseen, TakenRow], texts: Texts) -> Came:
        """What it came to; notes are not told on the page."""
        done = summed_up(one.content, one.taken, texts)
        wrong = [fault for fault in done.faults if fault.kind == "fault"]
        return Came(counts(done, texts), done.faulty, done.faults, wrong)

    async def invitations(self, visit: Visit) -> Response:
        """The invitations of what was taken in, as a file: links are as good as keys."""
        one = self.of(visit)
        if one is None or one.state != "done":
            return self.gone(visit)
        found = await visit.house.store.read(lambda tx: invited(tx, visit.house.rooms, one.taken))
        by_row = {entry.row: entry for entry in one.content.entries}
        rows = []
        for each in found:
            entry = by_row[each.row]
            reference = "" if entry.by_content else entry.new.reference or ""
            rows.append((reference, each.contact, each.link or "", f"/start {each.code}", str(each.row)))
        await visit.noted("fetched-invitations", one.id)
        return await list_files.table(_INVITATIONS, rows, "invitations.csv")


def _offered(visit: Visit) -> Mapping[str, list[choices.Choice]]:
    return {
        "journey": choices.journeys(visit),
        "unit": choices.units(visit),
        "service": choices.services(visit),
        "channel": choices.channels(visit),
    }
