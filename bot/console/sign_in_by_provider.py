"""Sign in by provider: members come in by the organisation's own sign-in. Whoever is no member stays outside.

The state that a browser goes with stands in its cookie, and comes back in the address: an answer that somebody else
fetched is worth nothing here. It is spent once, whatever becomes of it. Makes no member by itself.
"""

from __future__ import annotations

import hmac
import logging
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console import cookie
from bot.console.doorstep import message, network, page, readable
from bot.console.gate import SIGN_IN, Gate, Office
from bot.console.ways import landing
from bot.keys import Unreadable, code_hash
from bot.member_entries import address_of
from bot.pages import forms
from bot.provider_answers import ProviderRefused
from bot.sign_in_provider import Going, ProviderSilent, SignInProvider
from bot.staff import VISIT_LASTS
from bot.store import provider_visits, staff
from bot.store.database import Transaction
from bot.store.provider_visits import ProviderVisit

GOING, BACK = f"{SIGN_IN}/organisation", f"{SIGN_IN}/back"
"""Where somebody leaves for the provider, and where it sends them back to."""

FORM = b"sign-in by provider"
_SEALED_FOR = b"provider visit"
_LONGEST = 4096
_log = logging.getLogger("kundresa.console")


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener; none where there is no provider."""
    office = gate.office
    base = office.house.premises.public_url
    if office.settings.provider is None or base is None:
        return []
    room = _ByProvider(office, SignInProvider(office.settings.provider, f"{base}{BACK}"))
    return [
        Route(GOING, readable(office, room.go), methods=["POST"]),
        Route(BACK, room.back, methods=["GET"]),
    ]


class _ByProvider:
    def __init__(self, office: Office, provider: SignInProvider) -> None:
        self._office = office
        self._provider = provider

    async def go(self, request: Request) -> Response:
        office = self._office
        store, room, now = office.house.store, office.house.rooms.staff, office.now()
        forms.check(office.house.premises.keyring, FORM, await forms.fields(request))
        if not await store.read(room.may_try, network(request), now):
            return message(office, request, "sign-in-slow", 429)
        await store.write(room.tried, network(request), now)
        try:
            going = await self._provider.going(now)
        except ProviderSilent as error:
            return self._silent(request, error)
        await store.write(self._went, going, cookie.held(office, request), now)
        # A page, not a redirect: form-action 'self' of our policy holds for what a form is redirected to as well.
        answer = page(office, request, "sign_in_going.html", address=going.address)
        cookie.give(office, answer, going.state, VISIT_LASTS)
        return answer

    async def back(self, request: Request) -> Response:
        office = self._office
        store, room, now = office.house.store, office.house.rooms.staff, office.now()
        given = {name: value[:_LONGEST] for name, value in request.query_params.items()}
        state = given.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), cookie.held(office, request).encode()):
            return message(office, request, "sign-in-lost", 400)
        visit = await store.write(provider_visits.spend, code_hash(state))
        if visit is None or now - visit.made_at > VISIT_LASTS:
            return self._outside(request, "sign-in-lost", 400)
        try:
            email = await self._provider.email(given, visit.nonce, self._verifier(visit), now)
        except ProviderSilent as error:
            return self._silent(request, error)
        except (ProviderRefused, Unreadable) as error:
            _log.warning("Nobody was signed in by the organisation's own sign-in: %s", error)
            return self._outside(request, "sign-in-not-believed", 403)
        member = await store.read(staff.of_email, address_of(email)) if email else None
        if member is None:
            await store.write(room.note, None, "sign-in-refused", "", now)
            return self._outside(request, "sign-in-unknown", 403)
        session = await store.write(room.signed_in, member, now)
        answer = RedirectResponse(office.pages.url(landing(member.role)), 303)
        cookie.give(office, answer, session)
        return answer

    def _went(self, tx: Transaction, going: Going, before: str, now: datetime) -> None:
        premises, rooms = self._office.house.premises, self._office.house.rooms
        verifier = premises.keyring.seal(going.verifier.encode(), purpose=_SEALED_FOR)
        provider_visits.add(tx, code_hash(going.state), nonce=going.nonce, verifier=verifier, now=now)
        rooms.staff.leave(tx, before)  # its cookie is written over

    def _verifier(self, visit: ProviderVisit) -> str:
        return self._office.house.premises.keyring.unseal(visit.verifier, purpose=_SEALED_FOR).decode()

    def _silent(self, request: Request, error: ProviderSilent) -> Response:
        _log.error("The organisation's own sign-in does not work: %s", error)
        return self._outside(request, "sign-in-silent", 503)

    def _outside(self, request: Request, key: str, status: int) -> Response:
        answer = message(self._office, request, key, status)
        cookie.take(self._office, answer)
        return answer
