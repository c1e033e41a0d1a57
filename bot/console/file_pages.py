"""File pages: a file dropped, previewed row by row before anything is stored, then taken in a batch at a time.

What is the same whatever the file holds. The house goes on answering meanwhile; what is wrong with a file is told when
it is fetched, and never kept.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.console import list_files
from bot.console.gate import Gate, Visit
from bot.console.held_files import KINDS, LASTS, MOST_ROWS, C, F, HeldFile, HeldFiles, Kind, NoRoom, T
from bot.console.seen import request_about
from bot.lists import reports
from bot.lists.faults import Fault
from bot.lists.tables import ListRefused
from bot.lists.texts import Texts
from bot.openings import REFUSALS
from bot.premises import random_id
from bot.staff import session_mark
from bot.store.staff import Role

A_PAGE = 100
_LONGEST_NAME = 80

T_co = TypeVar("T_co", covariant=True)


class Taken(Protocol[T_co]):
    """What a batch came to: what became of each of its rows."""

    @property
    def rows(self) -> Sequence[T_co]:
        """Row by row."""


@dataclass(frozen=True, slots=True)
class Came:
    """What a file came to, in the member's words: how many rows to what, how many are faulty, and everything wrong.

    `shown` is what of it the page tells.
    """

    counts: Sequence[str]
    faulty: int
    faults: Sequence[Fault]
    shown: Sequence[Fault]


class FilePages(ABC, Generic[C, F, T]):
    """The pages of one kind of file, and the files they hold between them.

    `path` is where they are, `words` how the names of their words and templates begin. `own_words` are the refusals
    that they tell in words of their own. Rows of the kinds `worth_taking` are taken in by `command`, which comes to an
    `answer`.
    """

    path: ClassVar[str]
    words: ClassVar[str]
    own_words: ClassVar[tuple[str, ...]]
    worth_taking: ClassVar[tuple[Kind, ...]]
    command: ClassVar[str]
    answer: type[Taken[T]]

    def __init__(self) -> None:
        self._held = HeldFiles[C, F, T]()

    @abstractmethod
    async def form_page(self, visit: Visit, given: Mapping[str, str], refused: str = "", status: int = 200) -> Response:
        """Where a file is dropped. `refused`: why the one before was, of which the form said what is `given`."""

    @abstractmethod
    def read(self, visit: Visit, file: bytes, given: Mapping[str, str]) -> C:
        """What a file holds, read in a thread. ListRefused for what is none of its kind."""

    @abstractmethod
    def length(self, content: C) -> int:
        """How long it is, in rows."""

    @abstractmethod
    def to_take(self, content: C) -> int:
        """How many of its rows are asked to be taken in."""

    @abstractmethod
    async def foreseen(self, visit: Visit, content: C, request_id: str) -> tuple[F, ...]:
        """What will become of each row. Nothing is stored."""

    @abstractmethod
    def requests(self, visit: Visit, content: C) -> Iterator[msgspec.Struct]:
        """What the command is asked for, one after the other, so that all rows are taken in."""

    @abstractmethod
    def noted(self, one: HeldFile[C, F, T]) -> tuple[str, str]:
        """What the audit log says of one that was taken in: the action, and its subject."""

    @abstractmethod
    def came(self, one: HeldFile[C, F, T], texts: Texts) -> Came:
        """What it came to, or has come to so far."""

    def not_offered(self, visit: Visit, given: Mapping[str, str]) -> str:
        """Why what the form says beside the file can't be; "" where it can."""
        return ""

    async def beside(self, visit: Visit) -> Mapping[str, object]:
        """What else the page of what a file came to shows."""
        return {}

    def routes(self, gate: Gate, roles: tuple[Role, ...]) -> list[BaseRoute]:
        """The pages, for the listener."""
        one = f"{self.path}/{{id}}"
        return [
            gate.get(self.path, self.form, roles=roles),
            gate.post(self.path, self.preview, roles=roles),
            gate.get(one, self.show, roles=roles),
            gate.post(one, self.take, roles=roles),
            gate.get(f"{one}/state", self.state, roles=roles),
            gate.get(f"{one}/faults.csv", self.faults, roles=roles),
        ]

    async def form(self, visit: Visit) -> Response:
        """Where a file is dropped."""
        return await self.form_page(visit, {})

    async def preview(self, visit: Visit) -> Response:
        """Read what was dropped, and tell what would become of it."""
        given, name, file = await visit.upload("file")
        session = session_mark(visit.cookie)
        refused = self.not_offered(visit, given)
        if not refused and not self._held.room(session, visit.now):
            refused = visit.text("import-no-room")
        if refused:
            return await self.form_page(visit, given, refused, 409)
        try:
            async with self._held.reading:
                content = await asyncio.to_thread(self.read, visit, file, given)
        except ListRefused as error:
            return await self.form_page(visit, given, self._refusal(visit, error), 422)
        del file
        if self.length(content) > MOST_ROWS:
            return await self.form_page(visit, given, visit.text(f"{self.words}-too-many", most=str(MOST_ROWS)), 422)
        told = await self.foreseen(visit, content, given.get("request_id", ""))
        one = HeldFile[C, F, T](random_id(), session, _named(name), content, told, visit.now)
        try:
            self._held.hold(one)
        except NoRoom:
            return await self.form_page(visit, given, visit.text("import-no-room"), 409)
        return visit.to(f"{self.path}/{one.id}")

    async def show(self, visit: Visit) -> Response:
        """A file as it stands: what it would come to, how far it has come, what it came to."""
        one = self.of(visit)
        if one is None:
            return self.gone(visit)
        if one.state == "previewed":
            return self._previewed(visit, one)
        if one.state == "taking":
            return self.page(visit, "held_taking.html", held=one, far=self._far(visit, one))
        texts = Texts(visit.language)
        came = self.came(one, texts)
        return self.page(
            visit,
            f"{self.words}_done.html",
            held=one,
            came=came,
            faults=came.shown[:A_PAGE],
            minutes=_minutes(),
            fault_words=reports.fault_rows([], texts)[0],
            beside=await self.beside(visit),
        )

    async def take(self, visit: Visit) -> Response:
        """Confirmed: take it in, in the background. The same again changes nothing."""
        fields = await visit.fields()
        one = self.of(visit)
        if one is None:
            return self.gone(visit)
        if fields.get("leave") == "1" and one.state == "previewed":
            self._held.drop(one)
            return visit.to(self.path)
        if one.state == "previewed":
            one.state = "taking"
            one.task = asyncio.create_task(self._taken_in(visit, one), name=self.words)
            # A short file is done before its page is asked for.
            await asyncio.wait([one.task], timeout=0.5)
        return visit.to(f"{self.path}/{one.id}")

    async def state(self, visit: Visit) -> Response:
        """How far it has come, for the page that waits."""
        one = self.of(visit)
        if one is None:
            return JSONResponse({"over": True})
        return JSONResponse({**self._far(visit, one), "over": one.state != "taking"})

    async def faults(self, visit: Visit) -> Response:
        """What is wrong, as a file."""
        one = self.of(visit)
        if one is None:
            return self.gone(visit)
        texts = Texts(visit.language)
        return await list_files.table(*reports.fault_rows(self.came(one, texts).faults, texts), "faults.csv")

    def of(self, visit: Visit) -> HeldFile[C, F, T] | None:
        """The file that the address names, if this session dropped it and it is still held."""
        return self._held.of(visit.request.path_params["id"], session_mark(visit.cookie), visit.now)

    def gone(self, visit: Visit) -> Response:
        """That it is no longer held."""
        return visit.refusal(visit.text(f"{self.words}-gone-title"), visit.text(f"{self.words}-gone"), 404)

    def page(self, visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
        """A page of these, which is told where they are and how the names of their words begin."""
        return visit.page(template, status=status, path=self.path, words=self.words, **values)

    async def _taken_in(self, visit: Visit, one: HeldFile[C, F, T]) -> None:
        try:
            for number, batch in enumerate(self.requests(visit, one.content)):
                request = request_about(one.id, str(number))
                one.taken += (await visit.carried_out(self.command, batch, self.answer, request)).rows
        except REFUSALS as error:
            one.stopped = str(error)
        finally:
            one.state, one.since = "done", visit.office.now()
            self._held.again(one)
        await visit.noted(*self.noted(one))

    def _previewed(self, visit: Visit, one: HeldFile[C, F, T]) -> Response:
        kind = visit.request.query_params.get("kind", "")
        page = visit.request.query_params.get("page", "1")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) <= len(str(MOST_ROWS)) else 1
        number = max(number, 1)
        shown = [row for row in one.foreseen if not kind or row.kind == kind]
        found = {each: sum(row.kind == each for row in one.foreseen) for each in KINDS}
        return self.page(
            visit,
            f"{self.words}_preview.html",
            held=one,
            kind=kind if kind in KINDS else "",
            kinds=[(each, visit.text(f"{self.words}-{each}"), found[each]) for each in KINDS],
            rows=shown[(number - 1) * A_PAGE : number * A_PAGE],
            number=number,
            pages=max(1, -(-len(shown) // A_PAGE)),
            to_take=sum(found[each] for each in self.worth_taking),
            minutes=_minutes(),
            kind_names={each: visit.text(f"{self.words}-one-{each}") for each in KINDS},
        )

    def _far(self, visit: Visit, one: HeldFile[C, F, T]) -> Mapping[str, object]:
        done, of = len(one.taken), self.to_take(one.content)
        return {"text": visit.text("import-far", done=str(done), of=str(of)), "done": done, "of": of}

    def _refusal(self, visit: Visit, error: ListRefused) -> str:
        """Why the whole file was refused; in words of this page where the list's own speak of something else."""
        texts, told = Texts(visit.language), []
        for name, values in error.reasons:
            if name in self.own_words:
                own = {key: str(value) for key, value in values.items() if key != "option"}
                told.append(visit.text(f"{self.words}-refused-{name}", **own))
            else:
                told.append(texts("refused", name, **values))
        return "\n".join(told)


def _minutes() -> int:
    return int(LASTS.total_seconds() // 60)


def _named(name: str) -> str:
    """What the file is called, for its own member's eyes: without folders, and not too long."""
    return Path(name.replace("\\", "/")).name[:_LONGEST_NAME]
