"""Coding: an analyst's data file given back, previewed row by row before anything is stored, then taken in.

For admins and analysts. Shows row ids and codes, never anybody's words: nothing but row_id and codes is read of the
file. A member of one unit codes what was written about it. What was dropped is held in memory alone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.coding import FIELDS, Agreement, TakenRow, agreements, lists
from bot.coding_reports import agreement_rows, counts, summed_up
from bot.commands_coding import TakenIn, requests_of
from bot.console import list_files
from bot.console.coding_preview import KINDS, Foreseen, foreseen
from bot.console.gate import Gate, Visit
from bot.console.held_lists import LASTS, MOST_ROWS, HeldLists, NoRoom, State
from bot.console.seen import request_about
from bot.lists import codings, reports
from bot.lists.codings import Reading
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.openings import REFUSALS
from bot.organisation import Organisation
from bot.premises import random_id
from bot.staff import session_mark
from bot.store import staff
from bot.store.database import Transaction
from bot.store.staff import Role
from flows.wording import in_language

PATH = "/console/coding"
A_PAGE = 100
_ONE = f"{PATH}/{{id}}"
_READERS: tuple[Role, ...] = ("admin", "analyst")
_OWN_WORDS = ("empty-coding",)
"""What the words of lists say in terms of lists of contacts."""

_LONGEST_NAME = 80
_NOTED = 16


@dataclass(slots=True)
class HeldFile:
    """One file. `source` is its SHA-256; `taken` grows while it is taken in; `stopped` says why that ended early."""

    id: str
    session: bytes
    name: str
    source: str
    reading: Reading
    foreseen: tuple[Foreseen, ...]
    since: datetime
    state: State = "previewed"
    taken: list[TakenRow] = field(default_factory=list)
    stopped: str = ""
    task: asyncio.Task[None] | None = None


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    room = Coding()
    return [
        gate.get(PATH, room.form, roles=_READERS),
        gate.post(PATH, room.preview, roles=_READERS),
        gate.get(_ONE, room.show, roles=_READERS),
        gate.post(_ONE, room.take, roles=_READERS),
        gate.get(f"{_ONE}/state", room.state, roles=_READERS),
        gate.get(f"{_ONE}/faults.csv", room.faults, roles=_READERS),
    ]


class Coding:
    """The pages, and the files they hold between them."""

    def __init__(self) -> None:
        self._held = HeldLists[HeldFile]()

    async def form(self, visit: Visit) -> Response:
        """Where a file is dropped; what may be coded, and how far coders agree."""
        return await _form(visit)

    async def preview(self, visit: Visit) -> Response:
        """Read what was dropped, and tell what would become of it."""
        given, name, content = await visit.upload("file")
        session = session_mark(visit.cookie)
        if not self._held.room(session, visit.now):
            return await _form(visit, visit.text("import-no-room"), 409)
        organisation, texts = visit.house.premises.organisation, Texts(visit.language)
        try:
            async with self._held.reading:
                reading, source = await asyncio.to_thread(_read, content, organisation, texts)
        except ListRefused as error:
            return await _form(visit, _refusal(visit, error, texts), 422)
        del content
        if len(reading.coded) > MOST_ROWS:
            return await _form(visit, visit.text("coding-too-many", most=str(MOST_ROWS)), 422)
        told = await foreseen(visit, reading, source, given.get("request_id", ""))
        one = HeldFile(random_id(), session, _named(name), source, reading, told, visit.now)
        try:
            self._held.hold(one)
        except NoRoom:
            return await _form(visit, visit.text("import-no-room"), 409)
        return visit.to(f"{PATH}/{one.id}")

    async def show(self, visit: Visit) -> Response:
        """A file as it stands: what it would come to, how far it has come, what it came to."""
        one = self._of(visit)
        if one is None:
            return _gone(visit)
        if one.state == "previewed":
            return _previewed(visit, one)
        if one.state == "taking":
            far = _far(visit, one)
            return visit.page("coding_taking.html", held=one, done=len(one.taken), of=len(one.reading.coded), told=far)
        texts = Texts(visit.language)
        done = summed_up(one.reading, one.taken, texts)
        found, names = await visit.house.store.read(_agreed, visit, visit.member.id)
        return visit.page(
            "coding_done.html",
            held=one,
            done=done,
            counts=counts(done, texts),
            faults=done.faults[:A_PAGE],
            minutes=int(LASTS.total_seconds() // 60),
            fault_words=reports.fault_rows([], texts)[0],
            agreed=_agreement_rows(visit, found, names),
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
            one.task = asyncio.create_task(self._taken(visit, one), name="coding")
            # A short file is done before its page is asked for.
            await asyncio.wait([one.task], timeout=0.5)
        return visit.to(f"{PATH}/{one.id}")

    async def state(self, visit: Visit) -> Response:
        """How far it has come, for the page that waits."""
        one = self._of(visit)
        if one is None:
            return JSONResponse({"over": True})
        far = {"text": _far(visit, one), "done": len(one.taken), "of": len(one.reading.coded)}
        return JSONResponse({**far, "over": one.state != "taking"})

    async def faults(self, visit: Visit) -> Response:
        """What is wrong, as a file."""
        one = self._of(visit)
        if one is None:
            return _gone(visit)
        texts = Texts(visit.language)
        done = summed_up(one.reading, one.taken, texts)
        return await list_files.table(*reports.fault_rows(done.faults, texts), "faults.csv")

    def _of(self, visit: Visit) -> HeldFile | None:
        return self._held.of(visit.request.path_params["id"], session_mark(visit.cookie), visit.now)

    async def _taken(self, visit: Visit, one: HeldFile) -> None:
        asked = requests_of(one.reading.coded, source=one.source, coder=visit.member.id, unit=visit.unit)
        try:
            for number, batch in enumerate(asked):
                request = request_about(one.id, str(number))
                one.taken += (await visit.carried_out("coding.import", batch, TakenIn, request)).rows
        except REFUSALS as error:
            one.stopped = str(error)
        finally:
            one.state, one.since = "done", visit.office.now()
            self._held.again(one)
        await visit.noted("coded", one.source[:_NOTED])


def _read(content: bytes, organisation: Organisation, texts: Texts) -> tuple[Reading, str]:
    reading = codings.read(content, lists(organisation), organisation.holiday_country, texts)
    return reading, hashlib.sha256(content).hexdigest()


async def _form(visit: Visit, refused: str = "", status: int = 200) -> Response:
    found, names = await visit.house.store.read(_agreed, visit, None)
    known = lists(visit.house.premises.organisation)
    offered = [
        (name, [(code, in_language(words, visit.language)) for code, words in known.codes[name].items()])
        for name in FIELDS
        if name in known.codes
    ]
    return visit.page(
        "coding_form.html",
        status=status,
        refused=refused,
        offered=offered,
        most=MOST_ROWS,
        agreed=_agreement_rows(visit, found, names),
    )


def _agreed(tx: Transaction, visit: Visit, coder: str | None) -> tuple[list[Agreement], Mapping[str, str]]:
    """How far coders agree, and what those of them are called who are members."""
    found = agreements(tx, visit.house.premises.simulated, coder=coder, unit=visit.unit)
    names = {}
    for code in {code for one in found for code in (one.coder, one.other)}:
        member = staff.of_id(tx, code)
        if member is not None:
            names[code] = member.name
    return found, names


def _agreement_rows(
    visit: Visit, found: Sequence[Agreement], names: Mapping[str, str]
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    def called(coder: str) -> str:
        return visit.text("coding-you") if coder == visit.member.id else names.get(coder, coder)

    return agreement_rows(found, Texts(visit.language), called)


def _previewed(visit: Visit, one: HeldFile) -> Response:
    kind = visit.request.query_params.get("kind", "")
    page = visit.request.query_params.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) <= len(str(MOST_ROWS)) else 1
    number = max(number, 1)
    shown = [row for row in one.foreseen if not kind or row.kind == kind]
    return visit.page(
        "coding_preview.html",
        held=one,
        kind=kind if kind in KINDS else "",
        kinds=[(each, visit.text(f"coding-{each}"), sum(row.kind == each for row in one.foreseen)) for each in KINDS],
        rows=shown[(number - 1) * A_PAGE : number * A_PAGE],
        number=number,
        pages=max(1, -(-len(shown) // A_PAGE)),
        uncoded=one.reading.uncoded,
        to_take=sum(row.kind in ("new", "changed") for row in one.foreseen),
        minutes=int(LASTS.total_seconds() // 60),
        kind_names={each: visit.text(f"coding-one-{each}") for each in KINDS},
    )


def _far(visit: Visit, one: HeldFile) -> str:
    return visit.text("import-far", done=str(len(one.taken)), of=str(len(one.reading.coded)))


def _refusal(visit: Visit, error: ListRefused, texts: Texts) -> str:
    told = (
        visit.text(f"coding-refused-{name}") if name in _OWN_WORDS else texts("refused", name, **values)
        for name, values in error.reasons
    )
    return "\n".join(told)


def _named(name: str) -> str:
    """What the file is called, for its own member's eyes: without folders, and not too long."""
    return Path(name.replace("\\", "/")).name[:_LONGEST_NAME]


def _gone(visit: Visit) -> Response:
    return visit.refusal(visit.text("coding-gone-title"), visit.text("coding-gone"), 404)
