"""Importing: a list dropped, previewed row by row before anything is stored, then taken in a batch at a time.

The house goes on answering meanwhile. Rows of other units than the member's are refused. What comes out, faults and
invitations, is made when it is fetched and never kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.commands_import import TakenIn, requests_of
from bot.console import choices, list_files
from bot.console.choices import WRITERS
from bot.console.gate import Gate, Visit
from bot.console.held_lists import KINDS, LASTS, MOST_ROWS, Foreseen, HeldList, HeldLists, NoRoom
from bot.console.list_preview import foreseen, of_own_unit
from bot.console.seen import request_about
from bot.imports import Import, counts, invited, summed_up
from bot.lists import entries, reports
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.openings import REFUSALS
from bot.premises import random_id
from bot.staff import session_mark

PATH = "/console/import"
A_PAGE = 100
_ONE = f"{PATH}/{{id}}"
_GIVEN = ("journey", "unit", "service", "channel")
_OWN_WORDS = ("empty", "no-headers", "needed")
"""What the words of lists say in terms of the command line."""

_INVITATIONS = ("reference", "contact", "link", "message", "row")
"""As the command writes them: the code stands in a message, since alone it can begin with "-"."""

_LONGEST_NAME = 80


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    room = Importing()
    return [
        gate.get(PATH, room.form, roles=WRITERS),
        gate.post(PATH, room.preview, roles=WRITERS),
        gate.get(f"{PATH}/template.xlsx", list_files.empty, roles=WRITERS),
        gate.get(f"{PATH}/template.csv", list_files.empty, roles=WRITERS),
        gate.get(_ONE, room.show, roles=WRITERS),
        gate.post(_ONE, room.take, roles=WRITERS),
        gate.get(f"{_ONE}/state", room.state, roles=WRITERS),
        gate.get(f"{_ONE}/faults.csv", room.faults, roles=WRITERS),
        gate.get(f"{_ONE}/invitations.csv", room.invitations, roles=WRITERS),
    ]


class Importing:
    """The pages, and the lists they hold between them."""

    def __init__(self) -> None:
        self._held = HeldLists[HeldList]()

    async def form(self, visit: Visit) -> Response:
        """Where a list is dropped."""
        return _form(visit, {})

    async def preview(self, visit: Visit) -> Response:
        """Read what was dropped, and tell what would become of it."""
        given, name, content = await visit.upload("file")
        session = session_mark(visit.cookie)
        refused = _wrong_defaults(visit, given)
        if not refused and not self._held.room(session, visit.now):
            refused = visit.text("import-no-room")
        if refused:
            return _form(visit, given, refused, 409)
        defaults = {field: given[field] for field in _GIVEN if given.get(field)}
        texts = Texts(visit.language)
        try:
            async with self._held.reading:
                premises = visit.house.premises
                reading = await asyncio.to_thread(
                    entries.read, content, premises.organisation, premises.library, texts, defaults
                )
        except ListRefused as error:
            return _form(visit, given, _refusal(visit, error, texts), 422)
        del content
        if reading.rows > MOST_ROWS:
            return _form(visit, given, visit.text("import-too-many", most=str(MOST_ROWS)), 422)
        reading = of_own_unit(visit, reading)
        told = await foreseen(visit, reading, given.get("request_id", ""))
        one = HeldList(random_id(), session, _named(name), reading, told, visit.now)
        try:
            self._held.hold(one)
        except NoRoom:
            return _form(visit, given, visit.text("import-no-room"), 409)
        return visit.to(f"{PATH}/{one.id}")

    async def show(self, visit: Visit) -> Response:
        """A list as it stands: what it would come to, how far it has come, what it came to."""
        one = self._of(visit)
        if one is None:
            return _gone(visit)
        if one.state == "previewed":
            return _previewed(visit, one)
        if one.state == "taking":
            return visit.page(
                "import_taking.html", held=one, done=len(one.taken), of=len(one.reading.entries), told=_far(visit, one)
            )
        done = _summed_up(visit, one)
        return visit.page(
            "import_done.html",
            held=one,
            done=done,
            counts=counts(done, Texts(visit.language)),
            faults=[fault for fault in done.faults if fault.kind == "fault"][:A_PAGE],
            minutes=int(LASTS.total_seconds() // 60),
            fault_words=reports.fault_rows([], Texts(visit.language))[0],
        )

    async def take(self, visit: Visit) -> Response:
        """Confirmed: take it in, in the background. The same again changes nothing."""
        fields = await visit.fields()
        one = self._of(visit)
        if one is None:
            return _gone(visit)
        if fields.get("leave") == "1" and one.state == "previewed":
            self._held.drop(one)
            return visit.to(PATH)
        if one.state == "previewed":
            one.state = "taking"
            one.task = asyncio.create_task(self._taken(visit, one), name="import")
            # A short list is done before its page is asked for.
            await asyncio.wait([one.task], timeout=0.5)
        return visit.to(f"{PATH}/{one.id}")

    async def state(self, visit: Visit) -> Response:
        """How far it has come, for the page that waits."""
        one = self._of(visit)
        if one is None:
            return JSONResponse({"over": True})
        far = {"text": _far(visit, one), "done": len(one.taken), "of": len(one.reading.entries)}
        return JSONResponse({**far, "over": one.state != "taking"})

    async def faults(self, visit: Visit) -> Response:
        """What is wrong, as a file."""
        one = self._of(visit)
        if one is None:
            return _gone(visit)
        done = _summed_up(visit, one)
        told, rows = reports.fault_rows(done.faults, Texts(visit.language))
        return await list_files.table(told, rows, "faults.csv")

    async def invitations(self, visit: Visit) -> Response:
        """The invitations of what was taken in, as a file: links are as good as keys."""
        one = self._of(visit)
        if one is None or one.state != "done":
            return _gone(visit)
        found = await visit.house.store.read(lambda tx: invited(tx, visit.house.rooms, one.taken))
        by_row = {entry.row: entry for entry in one.reading.entries}
        rows = []
        for each in found:
            entry = by_row[each.row]
            reference = "" if entry.by_content else entry.new.reference or ""
            rows.append((reference, each.contact, each.link or "", f"/start {each.code}", str(each.row)))
        await visit.noted("fetched-invitations", one.id)
        return await list_files.table(_INVITATIONS, rows, "invitations.csv")

    def _of(self, visit: Visit) -> HeldList | None:
        return self._held.of(visit.request.path_params["id"], session_mark(visit.cookie), visit.now)

    async def _taken(self, visit: Visit, one: HeldList) -> None:
        try:
            for number, batch in enumerate(requests_of(one.reading.entries)):
                request = request_about(one.id, str(number))
                one.taken += (await visit.carried_out("contacts.import", batch, TakenIn, request)).rows
        except REFUSALS as error:
            one.stopped = str(error)
        finally:
            one.state, one.since = "done", visit.office.now()
            self._held.again(one)
        await visit.noted("imported", one.id)


def _form(visit: Visit, given: Mapping[str, str], refused: str = "", status: int = 200) -> Response:
    return visit.page(
        "import_form.html",
        status=status,
        given={field: given.get(field, "") for field in _GIVEN},
        refused=refused,
        offered=_offered(visit),
        most=MOST_ROWS,
        minutes=int(LASTS.total_seconds() // 60),
    )


def _offered(visit: Visit) -> Mapping[str, list[choices.Choice]]:
    return {
        "journey": choices.journeys(visit),
        "unit": choices.units(visit),
        "service": choices.services(visit),
        "channel": choices.channels(visit),
    }


def _previewed(visit: Visit, one: HeldList) -> Response:
    kind = visit.request.query_params.get("kind", "")
    page = visit.request.query_params.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) <= len(str(MOST_ROWS)) else 1
    number = max(number, 1)
    shown = [row for row in one.foreseen if not kind or row.kind == kind]
    return visit.page(
        "import_preview.html",
        held=one,
        kind=kind if kind in KINDS else "",
        kinds=[(each, visit.text(f"import-{each}"), sum(row.kind == each for row in one.foreseen)) for each in KINDS],
        rows=shown[(number - 1) * A_PAGE : number * A_PAGE],
        found=len(shown),
        number=number,
        pages=max(1, -(-len(shown) // A_PAGE)),
        repeated=one.reading.repeated,
        to_take=_worth_taking(one.foreseen),
        minutes=int(LASTS.total_seconds() // 60),
        kind_names={each: visit.text(f"import-one-{each}") for each in KINDS},
    )


def _worth_taking(rows: Iterable[Foreseen]) -> int:
    return sum(row.kind in ("new", "changed", "known") for row in rows)


def _far(visit: Visit, one: HeldList) -> str:
    return visit.text("import-far", done=str(len(one.taken)), of=str(len(one.reading.entries)))


def _summed_up(visit: Visit, one: HeldList) -> Import:
    return summed_up(one.reading, one.taken, Texts(visit.language))


def _wrong_defaults(visit: Visit, given: Mapping[str, str]) -> str:
    for field, among in _offered(visit).items():
        if given.get(field) and given[field] not in [one.code for one in among]:
            return visit.text("not-offered")
    return ""


def _refusal(visit: Visit, error: ListRefused, texts: Texts) -> str:
    """Why the whole file was refused; in words of this page where the list's own speak of the command line."""
    told = []
    for name, values in error.reasons:
        if name in _OWN_WORDS:
            own = {key: str(value) for key, value in values.items() if key != "option"}
            told.append(visit.text(f"import-refused-{name}", **own))
        else:
            told.append(texts("refused", name, **values))
    return "\n".join(told)


def _named(name: str) -> str:
    """What the file is called, for its own member's eyes: without folders, and not too long."""
    return Path(name.replace("\\", "/")).name[:_LONGEST_NAME]


def _gone(visit: Visit) -> Response:
    return visit.refusal(visit.text("import-gone-title"), visit.text("import-gone"), 404)
