"""Sign in: how members come in by one-time links, and go.

The organisation's own sign-in stands in `sign_in_by_provider`. What a page tells, and how long it takes, is the same
whether an e-mail address is a member's or nobody's. A link is spent by a button alone: programs that only look at it
spend nothing. Leads nowhere but to our own pages.
"""

from __future__ import annotations

import logging
from functools import partial

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot import mail
from bot.console import cookie, sign_in_by_provider
from bot.console.doorstep import message, network, page, readable
from bot.console.gate import SIGN_IN, Gate, Office, Visit
from bot.console.ways import landing
from bot.keys import code_hash
from bot.mail import Letter
from bot.member_entries import address_of, is_address
from bot.pages import forms
from bot.pages.pages import wanted_language
from bot.staff import ENTER, sign_in_link
from bot.store import facts

SENT = f"{SIGN_IN}/sent"
SIGN_OUT = "/console/sign-out"
_FORM = b"sign-in"
_log = logging.getLogger("kundresa.console")


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    room = _SignIn(gate)
    return [
        Route(SIGN_IN, room.page, methods=["GET"]),
        Route(SIGN_IN, readable(gate.office, room.ask), methods=["POST"]),
        Route(SENT, room.sent, methods=["GET"]),
        Route(f"{ENTER}{{token}}", room.look, methods=["GET"]),
        Route(f"{ENTER}{{token}}", readable(gate.office, room.enter), methods=["POST"]),
        *sign_in_by_provider.routes(gate),
        gate.post(SIGN_OUT, _sign_out),
        gate.post("/console/sign-out-everywhere", _sign_out_everywhere),
    ]


class _SignIn:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._office: Office = gate.office
        settings, premises = gate.office.settings, gate.office.house.premises
        self._by_mail = settings.mail is not None and premises.public_url is not None
        self._by_provider = settings.provider is not None and premises.public_url is not None

    async def page(self, request: Request) -> Response:
        if await self._gate.visitor(request) is not None:
            return RedirectResponse(self._office.pages.url("/console/"), 303)
        return self._page(request, left=request.query_params.get("left") == "1")

    async def ask(self, request: Request) -> Response:
        office = self._office
        given = await forms.fields(request)
        forms.check(office.house.premises.keyring, _FORM, given)
        if not self._by_mail:
            return RedirectResponse(office.pages.url(SIGN_IN), 303)
        email = address_of(given.get("email", ""))
        if not is_address(email):
            return self._page(request, status=422, email=email, fault="sign-in-no-address")
        staff = office.house.rooms.staff
        if not await office.house.store.write(staff.may_ask, network(request), email, office.now()):
            return self._page(request, status=429, email=email, fault="sign-in-slow")
        # Whose address it is, is looked up when the answer has gone: how long it takes tells nothing.
        language = wanted_language(request, office.house.premises.languages)
        return RedirectResponse(
            f"{office.pages.url(SENT)}?lang={language}", 303, background=BackgroundTask(self._send, email)
        )

    async def sent(self, request: Request) -> Response:
        return page(self._office, request, "sign_in_sent.html", here=SENT)

    async def look(self, request: Request) -> Response:
        office, link = self._office, request.path_params["token"]
        member = await office.house.store.read(office.house.rooms.staff.invited, link, office.now())
        if member is None:
            return self._no_link(request)
        token = forms.token(office.house.premises.keyring, _about(link))
        return page(
            office, request, "sign_in_enter.html", otherwise=member.language, here=f"{ENTER}{link}", token=token
        )

    async def enter(self, request: Request) -> Response:
        office, link = self._office, request.path_params["token"]
        store, staff, now = office.house.store, office.house.rooms.staff, office.now()
        forms.check(office.house.premises.keyring, _about(link), await forms.fields(request))
        if not await store.read(staff.may_try, network(request), now):
            return self._page(request, status=429, fault="sign-in-slow")
        entered = await store.write(staff.enter, link, now)
        if entered is None:
            await store.write(staff.tried, network(request), now)
            return self._no_link(request)
        member, session = entered
        await store.write(staff.leave, cookie.held(office, request))
        answer = RedirectResponse(office.pages.url(landing(member.role)), 303)
        cookie.give(office, answer, session)
        return answer

    def _page(
        self, request: Request, *, status: int = 200, email: str = "", fault: str = "", left: bool = False
    ) -> Response:
        keyring = self._office.house.premises.keyring
        return page(
            self._office,
            request,
            "sign_in.html",
            status=status,
            token=forms.token(keyring, _FORM),
            provider_token=forms.token(keyring, sign_in_by_provider.FORM),
            by_mail=self._by_mail,
            by_provider=self._by_provider,
            email=email,
            fault=fault,
            left=left,
        )

    def _no_link(self, request: Request) -> Response:
        return message(self._office, request, "sign-in-no-link", 410)

    async def _send(self, email: str) -> None:
        office = self._office
        server, now, premises = office.settings.mail, office.now(), office.house.premises
        invited = await office.house.store.write(office.house.rooms.staff.invited_by_email, email, now)
        if invited is None or server is None:
            return
        member, token = invited
        language = member.language if member.language in premises.languages else premises.languages[0]
        text = partial(office.pages.text, language=language)
        link = sign_in_link(premises, token) or ""
        lines = (
            text("sign-in-mail-hello", name=member.name),
            text("sign-in-mail-link"),
            link,
            text("sign-in-mail-not-you"),
        )
        try:
            await mail.send(server, Letter(email, text("sign-in-mail-subject"), "\n\n".join(lines) + "\n"), now)
        except mail.NotSent as error:
            _log.error("A link to sign in with could not be sent: %s", error)
            await office.house.store.write(facts.put_moment, mail.FAILED_AT, now)
        else:
            await office.house.store.write(facts.forget, mail.FAILED_AT)


async def _sign_out(visit: Visit) -> Response:
    await visit.fields()
    await visit.house.store.write(visit.house.rooms.staff.leave, visit.cookie)
    await visit.noted("signed-out")
    return _gone(visit)


async def _sign_out_everywhere(visit: Visit) -> Response:
    await visit.fields()
    await visit.house.store.write(visit.house.rooms.staff.leave_everywhere, visit.member.id)
    await visit.noted("signed-out-everywhere", visit.member.id)
    return _gone(visit)


def _gone(visit: Visit) -> Response:
    answer = RedirectResponse(f"{visit.office.pages.url(SIGN_IN)}?left=1&lang={visit.language}", 303)
    cookie.take(visit.office, answer)
    return answer


def _about(link: str) -> bytes:
    return b"enter\n" + code_hash(link)
