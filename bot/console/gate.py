"""The gate: who is signed in, what they may see, and that a form is theirs. Every page and action passes it.

Checked on the server for each request, whatever the page before it offered. Never shows a page of its own but a
refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.clock import Now
from bot.commands import performed
from bot.console.ways import groups, ways
from bot.openings import REFUSALS, House, Refused
from bot.pages import forms
from bot.pages.forms import FormRefused
from bot.pages.pages import Pages
from bot.requests import Request as Asked
from bot.settings import Settings
from bot.staff import SEEN_EVERY, session_mark
from bot.store.staff import ROLES, Role, SignedIn

SIGN_IN = "/console/sign-in"
HOME = "/console/"
_log = logging.getLogger("kundresa.console")

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Office:
    """What every page of the console works with. `wake` lets the doors send what was just written."""

    house: House
    settings: Settings
    now: Now
    wake: Callable[[], None]
    pages: Pages

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; by https it can be set by nobody but this host (RFC 6265bis)."""
        return "__Host-kundresa-staff" if self.encrypted else "kundresa-staff"

    @property
    def encrypted(self) -> bool:
        """Whether we are reached by https."""
        return (self.house.premises.public_url or "").startswith("https://")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a member who is signed in."""

    request: Request
    office: Office
    member: SignedIn
    cookie: str
    now: datetime

    @property
    def house(self) -> House:
        """The house."""
        return self.office.house

    @property
    def language(self) -> str:
        """The language this member reads in."""
        spoken = self.house.premises.languages
        return self.member.language if self.member.language in spoken else spoken[0]

    @property
    def unit(self) -> str | None:
        """The only unit this member sees; None: every unit."""
        return self.member.unit

    def sees(self, unit: str | None) -> bool:
        """Whether what belongs to this unit may be shown to the member."""
        return self.unit is None or self.unit == unit

    def text(self, key: str, **names: str) -> str:
        """Words of the console in the member's language."""
        return self.office.pages.text(key, self.language, **names)

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """A page of the console. `token` stands in every form, `request_id` makes a form sent twice harmless."""
        return self.office.pages.page(
            template,
            self.language,
            status=status,
            member=self.member,
            ways=ways(self.member.role),
            groups=groups(self.member.role),
            here=self.request.url.path,
            language_names=self.house.premises.words["language-name"].texts,
            token=forms.token(self.house.premises.keyring, session_mark(self.cookie)),
            request_id=uuid4().hex,
            **values,
        )

    def refusal(self, title: str, paragraph: str, status: int = 400) -> HTMLResponse:
        """A page that says why not, and what to do. Both texts stand already in the member's language."""
        return self.page("refusal.html", status=status, title=title, paragraph=paragraph)

    def to(self, path: str) -> RedirectResponse:
        """On to another page of ours, after something was done."""
        return RedirectResponse(self.office.pages.url(path), 303)

    async def fields(self) -> Mapping[str, str]:
        """What the form says. FormRefused if it is not this session's."""
        given = await forms.fields(self.request)
        forms.check(self.house.premises.keyring, session_mark(self.cookie), given)
        return given

    async def upload(self, name: str) -> tuple[Mapping[str, str], str, bytes]:
        """As `fields`, with the file of this name: what it is called, and its bytes."""
        given, file, content = await forms.upload(self.request, name)
        forms.check(self.house.premises.keyring, session_mark(self.cookie), given)
        return given, file, content

    async def carried_out(self, command: str, arguments: msgspec.Struct, result: type[R], request_id: str) -> R:
        """Do a command of `bot.commands`, once for each `request_id`. Refused with one line, in English."""
        known = request_id if request_id.isalnum() and len(request_id) <= 40 else uuid4().hex
        asked = Asked(f"{self.member.id}-{known}", command, msgspec.Raw(msgspec.json.encode(arguments)))
        reply = await performed(self.house, asked, self.office.now)
        if not reply.ok:
            raise Refused(reply.refused)
        self.office.wake()
        return msgspec.json.decode(reply.result, type=result)

    async def noted(self, action: str, subject: str = "") -> None:
        """For the audit log: what this member saw or did. `subject` is an id or a code, never content."""
        await self.house.store.write(self.house.rooms.staff.note, self.member.id, action, subject, self.now)


Handler = Callable[[Visit], Awaitable[Response]]


class Gate:
    """Lets members in, page by page."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, path: str, handler: Handler, *, roles: tuple[Role, ...] = ROLES) -> Route:
        """A page for members with one of `roles`."""
        return Route(path, self._guarded(handler, roles), methods=["GET"])

    def post(self, path: str, handler: Handler, *, roles: tuple[Role, ...] = ROLES) -> Route:
        """An action for members with one of `roles`; its handler reads the form by `Visit.fields`."""
        return Route(path, self._guarded(handler, roles), methods=["POST"])

    def _guarded(self, handler: Handler, roles: tuple[Role, ...]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            visit = await self.visitor(request)
            if visit is None:
                return self._to_sign_in(request)
            if visit.member.role not in roles:
                await visit.noted("refused", request.url.path)
                return visit.refusal(visit.text("not-for-you-title"), visit.text("not-for-you"), 403)
            try:
                return await handler(visit)
            except FormRefused:
                return visit.refusal(visit.text("form-old-title"), visit.text("form-old"), 400)
            except REFUSALS as error:
                return visit.refusal(visit.text("refused-title"), str(error), 409)

        return endpoint

    async def visitor(self, request: Request) -> Visit | None:
        """Who asks, if they are signed in."""
        cookie = request.cookies.get(self.office.cookie, "")
        if not cookie:
            return None
        house, now = self.office.house, self.office.now()
        member = await house.store.read(house.rooms.staff.present, cookie, now)
        if member is None:
            return None
        if now - member.seen_at > SEEN_EVERY:
            await house.store.write(house.rooms.staff.see, cookie, now)
        return Visit(request, self.office, member, cookie, now)

    def _to_sign_in(self, request: Request) -> Response:
        address = self.office.pages.url(SIGN_IN)
        if "hx-request" in request.headers:  # else htmx would put the page into a piece of the one that is open
            return Response(status_code=200, headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)
