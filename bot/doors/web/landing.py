"""Landing: where an invitation leads: who asks, about what, and two equal ways. Looking binds nothing.

A wrong, used and expired code look the same. Beginning is a form: it makes a session and an address, and what is then
said there is what anybody says who opens a chat with the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import guessing
from bot.allowed_doors import doors_for
from bot.doors.web.hall import CHAT, Hall, Visitor
from bot.doors.web.intake import form_id
from bot.doors.web.limits import network
from bot.doors.web.reading import DOOR, Done, SaidHere, SpeaksHere
from bot.keys import code_hash, new_token
from bot.links import LANDING, telegram_link
from bot.occasions import names_of
from bot.openings import House
from bot.pages import forms
from bot.pages.forms import FormRefused
from bot.spoken_codes import meant
from bot.store import contacts, follow_ups, invitations, open_invitations, people, web_sessions
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.people import Person
from flows.journey import Words

_SPOKEN = b"a code told aloud"
_TELEGRAM = "telegram"
_TWICE = timedelta(minutes=2)
"""How long the same form, sent once more, leads to the same person."""


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a code leads: what is asked about, and by which doors. `own`: whoever looks has begun with it already."""

    service: Words
    unit: Words
    start: datetime | None
    language: str | None
    doors: tuple[str, ...]
    own: bool
    telegram: str | None


def routes(hall: Hall) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    landing = _Landing(hall)
    return [
        Route("/", landing.front, methods=["GET"]),
        Route("/", landing.spoken, methods=["POST"]),
        Route(LANDING + "{code}", landing.look, methods=["GET"]),
        Route(LANDING + "{code}", landing.begin, methods=["POST"]),
    ]


class _Landing:
    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    async def look(self, request: Request) -> Response:
        """Whoever holds the link may be anybody: service and day are told, nothing else."""
        visitor = await self._hall.visitor(request)
        leads = await self._leads(request.path_params["code"], visitor)
        if leads is None:
            return self._calm(request)
        if leads.own:
            return self._hall.to(request, CHAT)
        return self._shown(request, leads, visitor)

    async def begin(self, request: Request) -> Response:
        """Somebody begins here."""
        hall, code = self._hall, request.path_params["code"]
        language = hall.wanted(request)
        visitor = await hall.visitor(request)
        if hall.is_too_much(request, visitor.lookup if visitor is not None else None):
            return hall.told(request, language, "too-much", 429)
        try:
            given = await forms.fields(request)
            forms.check(hall.house.premises.keyring, code.encode(), given)
        except FormRefused:
            return hall.told(request, language, "form-old", 400)
        if given.get("anew"):
            visitor = None
        form = given.get("id", "")
        if visitor is not None:
            return await self._begun_again(request, code, form, visitor)
        return await self._begun(request, code, form, given.get("lang", ""))

    async def front(self, request: Request) -> Response:
        """Where a code told aloud is typed."""
        return self._field(request, 200)

    async def spoken(self, request: Request) -> Response:
        """A code told aloud: the link it stands for, if it stands for one. Tries are few (see `guessing`)."""
        hall, language = self._hall, self._hall.wanted(request)
        if hall.is_too_much(request):
            return hall.told(request, language, "too-much", 429)
        try:
            given = await forms.fields(request)
            forms.check(hall.house.premises.keyring, _SPOKEN, given)
        except FormRefused:
            return hall.told(request, language, "form-old", 400)
        typed = given.get("code", "")[:40]
        code = meant(typed)
        if code is None:
            return self._field(request, 400, typed, "code-odd" if typed.strip() else "code-missing")
        visitor = await hall.visitor(request)
        host = request.client.host if request.client is not None else ""
        source = hall.house.premises.keyring.lookup("network", network(host) or host)
        person = visitor.person if visitor is not None else None
        found = await hall.house.store.write(_spoken, hall.house, code, source, person, hall.now())
        if found is None:
            return self._field(request, 400, typed, "code-wrong")
        return hall.to(request, f"{LANDING}{found}")

    async def _begun(self, request: Request, code: str, form: str, chosen: str) -> Response:
        hall, keyring = self._hall, self._hall.house.premises.keyring
        # The address follows from the form, so that the same form sent twice begins once; both answers have a session.
        address = keyring.form_token(f"begin\n{code}\n{form or form_id()}".encode())
        lookup, now = keyring.lookup(DOOR, address), hall.now()
        leads = await hall.house.store.read(_leads_anew, hall.house, code, lookup, now)
        if leads is None or DOOR not in leads.doors:
            return self._calm(request)
        token = new_token()
        deeds: list[Done] = [SaidHere(f"/start {code}")]
        if chosen in hall.house.premises.languages:
            deeds.insert(0, SpeaksHere(chosen))
        session = partial(_session, token_hash=code_hash(token), lookup=lookup, now=now)
        taken = await hall.intake.take(
            address, form, *deeds, language=chosen or hall.device(request), whole=True, first=session
        )
        answer = hall.to(request, CHAT) if taken else hall.told(request, hall.wanted(request), "slow", 202)
        return hall.remembered(answer, token)

    async def _begun_again(self, request: Request, code: str, form: str, visitor: Visitor) -> Response:
        leads = await self._leads(code, visitor)
        if leads is None or DOOR not in leads.doors:
            return self._calm(request)
        taken = await self._hall.take(visitor, form, SaidHere(f"/start {code}"))
        return (
            self._hall.to(request, CHAT) if taken else self._hall.told(request, visitor.language, "slow", 202, visitor)
        )

    async def _leads(self, code: str, visitor: Visitor | None) -> Leads | None:
        lookup = visitor.lookup if visitor is not None else None
        return await self._hall.house.store.read(_leads_of, self._hall.house, code, lookup, self._hall.now())

    def _shown(self, request: Request, leads: Leads, visitor: Visitor | None) -> Response:
        hall, code = self._hall, request.path_params["code"]
        language = hall.wanted(request, leads.language)
        return hall.page(
            request,
            "landing.html",
            language,
            leads=leads,
            here=DOOR in leads.doors,
            begun=visitor is not None,
            token=forms.token(hall.house.premises.keyring, code.encode()),
            chosen=language if request.query_params.get("lang") == language else "",
            path=f"{LANDING}{code}",
        )

    def _calm(self, request: Request) -> Response:
        return self._field(request, 404, fault="", closed=True)

    def _field(
        self, request: Request, status: int, typed: str = "", fault: str = "", *, closed: bool = False
    ) -> Response:
        hall = self._hall
        token = forms.token(hall.house.premises.keyring, _SPOKEN)
        values = {"typed": typed, "fault": fault, "closed": closed, "token": token, "path": "/"}
        return hall.page(request, "front.html", hall.wanted(request), status=status, **values)


def _leads_of(tx: Transaction, house: House, code: str, lookup: bytes | None, now: datetime) -> Leads | None:
    person = people.of_lookup(tx, lookup) if lookup is not None else None
    return _personal(tx, house, code, person, now) or _open(tx, house, code, person, now)


def _leads_anew(tx: Transaction, house: House, code: str, lookup: bytes, now: datetime) -> Leads | None:
    # Sent twice is once; sent again later, by whoever uses this computer next, it opens nothing.
    person = people.of_lookup(tx, lookup)
    heard = people.heard_between(tx, person.id) if person is not None else None
    if heard is not None and now - heard.first > _TWICE:
        return None
    return _leads_of(tx, house, code, lookup, now)


def _personal(tx: Transaction, house: House, code: str, person: Person | None, now: datetime) -> Leads | None:
    invitation = invitations.of_code(tx, code_hash(code))
    known = person.id if person is not None else None
    if invitation is None or invitation.person_id not in (None, known):
        return None
    if invitation.person_id is None and invitation.expires_at <= now:
        return None
    contact = contacts.of_id(tx, invitation.contact_id)
    if contact is None or contact.cancelled_at is not None or contact.not_asked is not None:
        return None
    if contact.person_id not in (None, known) and not _is_free(tx, contact):
        return None
    own = invitation.person_id is not None
    return _made(tx, house, code, contact, contact.start_at, contact.language, own=own)


def _open(tx: Transaction, house: House, code: str, person: Person | None, now: datetime) -> Leads | None:
    invitation = open_invitations.of_code(tx, code_hash(code))
    if invitation is None:
        return None
    if person is not None:
        stands = house.rooms.open_invitations.stands(tx, invitation, person, now)
    else:
        spent = invitation.kind == "card" and invitation.used_at is not None
        stands = not spent and invitation.retired_at is None and now < invitation.expires_at
    if not stands:
        return None
    return _made(tx, house, code, invitation, None, invitation.language, own=False)


def _is_free(tx: Transaction, contact: Contact) -> bool:
    # As `Invitations.accept` has it: given to its matter's person, who was asked nothing yet.
    begun = any(follow_up.begun_at is not None for follow_up in follow_ups.of_contact(tx, contact.id))
    return bool(contact.by_matter) and not begun


def _made(
    tx: Transaction,
    house: House,
    code: str,
    about: Contact | open_invitations.OpenInvitation,
    start: datetime | None,
    language: str | None,
    *,
    own: bool,
) -> Leads:
    premises = house.premises
    names = names_of(premises, about.unit, about.service)
    doors = doors_for(premises, about.journey, about.service)
    link = telegram_link(tx, code) if _TELEGRAM in doors else None
    return Leads(names["service"], names["unit"], start, language, doors, own, link)


def _session(tx: Transaction, *, token_hash: bytes, lookup: bytes, now: datetime) -> None:
    web_sessions.add(tx, token_hash, lookup, whole=True, shown_from=0, now=now)


def _spoken(
    tx: Transaction, house: House, code: str, source: bytes, person: Person | None, now: datetime
) -> str | None:
    """The code of the link that a spoken one stands for; None if it lets nobody in, or this source may not try now."""
    if not guessing.may_try(tx, source, now):
        return None
    found = house.rooms.spoken_codes.found(tx, code, now)
    id_ = (found.invitation_id or found.open_invitation_id) if found is not None else None
    link = house.premises.keyring.code(id_) if id_ is not None else None
    lookup = person.lookup if person is not None else None
    if link is None or _leads_of(tx, house, link, lookup, now) is None:
        guessing.wrong(tx, source, now)
        return None
    return link
