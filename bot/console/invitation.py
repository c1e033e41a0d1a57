"""Invitation: a contact's link, QR code and spoken code: on the screen, on a card, and as texts to paste.

Shown to staff who may register, and only while it can be used.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.commands_invitations import Invite, Invited
from bot.console.choices import WRITERS, languages
from bot.console.codes import picture, site, typed, until, written
from bot.console.gate import Gate, Visit
from bot.console.seen import not_there, of_id
from bot.links import USER_NAME, invitation_link, telegram_link
from bot.occasions import names_of
from bot.openings import REFUSALS
from bot.paragraphs import Paragraphs, paragraphs, sms_length, sms_parts, ways
from bot.spoken_codes import Spoken
from bot.store import facts
from bot.store.contacts import Contact
from bot.store.database import Transaction
from flows.journey import Words
from flows.wording import filled, in_language

CONTACT = "/console/contacts/{id}"


@dataclass(frozen=True, slots=True)
class Held:
    """An invitation that holds. `link` is None until the bot's name in Telegram is known; `bot` is that name.

    `spoken` is None where no code to say was made, or it holds no longer.
    """

    contact: Contact
    code: str
    link: str | None
    bot: str | None
    spoken: Spoken | None


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(f"{CONTACT}/invitation", _screen, roles=WRITERS),
        gate.get(f"{CONTACT}/card", _card, roles=WRITERS),
        gate.get(f"{CONTACT}/texts", _texts, roles=WRITERS),
        gate.post(f"{CONTACT}/code", _new_code, roles=WRITERS),
    ]


def held(tx: Transaction, visit: Visit, contact: Contact) -> Held | None:
    """A contact's invitation, while somebody may begin with it."""
    rooms = visit.house.rooms
    if contact.cancelled_at is not None or contact.not_asked is not None or contact.invitation == "open":
        return None
    code = rooms.invitations.code(tx, contact.id)
    if code is None or not rooms.invitations.holds(tx, contact.id, visit.now):
        return None
    name = facts.get(tx, USER_NAME)
    return Held(
        contact,
        code,
        invitation_link(tx, rooms.premises, code),
        name.decode() if name and telegram_link(tx, code) else None,
        rooms.invitations.spoken(tx, contact.id, visit.now),
    )


async def _found(visit: Visit) -> tuple[Contact | None, Held | None]:
    def look(tx: Transaction) -> tuple[Contact | None, Held | None]:
        contact = of_id(tx, visit, visit.request.path_params["id"])
        return contact, held(tx, visit, contact) if contact is not None else None

    return await visit.house.store.read(look)


async def _screen(visit: Visit) -> Response:
    contact, found = await _found(visit)
    if contact is None:
        return not_there(visit)
    return visit.page(
        "new_invitation.html",
        contact=contact,
        held=found,
        picture=picture(found.link, visit.text("qr-title")) if found else None,
        site=site(visit),
        until=until(visit, found.spoken.expires_at, visit.language) if found and found.spoken else "",
        known=visit.request.query_params.get("known") == "1",
    )


async def _card(visit: Visit) -> Response:
    contact, found = await _found(visit)
    if contact is None:
        return not_there(visit)
    if found is None or found.link is None:
        return _over(visit)
    premises = visit.house.premises
    spoken_here = (contact.language,) if contact.language in premises.languages else premises.languages
    names = names_of(premises, contact.unit, contact.service)
    words, web = premises.words, premises.public_url is not None
    answered = {"ways": ways(words, telegram=found.bot is not None)}
    return visit.page(
        "new_card.html",
        contact=contact,
        picture=picture(found.link, in_language(words["card-qr"], spoken_here[0])),
        first=spoken_here[0],
        who=in_language(names["organisation"], spoken_here[0]),
        where=_where(names, contact, spoken_here[0]),
        phone=in_language(names["phone"], spoken_here[0]),
        said=[
            (code, in_language(words["card-title"], code), filled(words[_text(web)], code, answered))
            for code in spoken_here
        ],
        spoken=found.spoken.code if found.spoken else None,
        typed=typed(visit, spoken_here, found.bot),
        good=[(code, in_language(words["card-until"], code)) for code in spoken_here],
        until=written(visit, found.spoken.expires_at if found.spoken else None),
    )


async def _texts(visit: Visit) -> Response:
    contact, found = await _found(visit)
    if contact is None:
        return not_there(visit)
    if found is None or found.link is None:
        return _over(visit)
    names = {one.code: one.label for one in languages(visit)}
    return visit.page("contact_texts.html", contact=contact, texts=_pasted(visit, found), called=names)


async def _new_code(visit: Visit) -> Response:
    fields = await visit.fields()
    contact, _ = await _found(visit)
    if contact is None:
        return not_there(visit)
    asked = Invite(contact.id, new_code=True)
    try:
        await visit.carried_out("contacts.invite", asked, Invited, fields.get("request_id", ""))
    except REFUSALS:
        return _over(visit)
    await visit.noted("new-code", contact.id)
    return visit.to(f"/console/contacts/{contact.id}/invitation")


def _over(visit: Visit) -> Response:
    return visit.refusal(visit.text("invitation-over-title"), visit.text("invitation-over"), 409)


def _text(web: bool) -> str:
    return "card-text-web" if web else "card-text"


def _where(names: dict[str, Words], contact: Contact, language: str) -> str:
    shown = [in_language(names["unit"], language)]
    if contact.service:
        shown.append(in_language(names["service"], language))
    return ", ".join(shown)


def _pasted(visit: Visit, found: Held) -> list[tuple[Paragraphs, int, int]]:
    """The texts, with how long the SMS is and as how many it is sent."""
    premises = visit.house.premises
    names: dict[str, Words | str] = {**names_of(premises, found.contact.unit, found.contact.service)}
    spoken = found.spoken
    order = sorted(premises.languages, key=lambda code: code != found.contact.language)
    made = [
        paragraphs(
            premises.words,
            names,
            language,
            link=found.link or "",
            bot=found.bot,
            code=spoken.code if spoken else None,
            until=spoken.expires_at.astimezone(premises.zone) if spoken else None,
            site=premises.public_url,
        )
        for language in order
    ]
    return [(one, sms_length(one.sms), sms_parts(one.sms)) for one in made]
