"""Commands about invitations: show one with a code to say aloud; make posters and cards, and retire them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

import msgspec

from bot.links import USER_NAME, invitation_link
from bot.moments import day_meant
from bot.open_invitations import About
from bot.openings import Refused
from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.spoken_codes import Spoken
from bot.store import facts, open_invitations
from bot.store.database import Transaction
from bot.store.open_invitations import OpenInvitation
from flows.calendar import local_moment

MOST_CARDS = 1000
POSTER_DAYS, CARD_DAYS = 365, 90
"""How long posters and cards are good where no --until says otherwise."""


class Invite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.invite: `contact` is its id or its case reference; a new spoken code, or the one that still holds."""

    contact: str
    new_code: bool = False


class Invited(msgspec.Struct, frozen=True):
    """A contact's invitation. Moments are in UTC.

    `bot` is None until the bot's name is known, and so is `link` without pages of our own; `site` is their address.
    """

    contact: str
    unit: str
    service: str | None
    language: str | None
    code: str
    link: str | None
    bot: str | None
    spoken: str
    spoken_until: datetime
    zone: str
    site: str | None = None


class Open(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.open: a poster, or with `cards` so many cards. `until` is the last local day, such as "2027-05-31"."""

    journey: str
    unit: str
    service: str | None = None
    channel: str | None = None
    language: str | None = None
    until: str | None = None
    cards: int | None = None


class SpeakOpen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.open-speak: a new code to say aloud for a poster."""

    id: str


class Opened(msgspec.Struct, frozen=True):
    """A poster with its code, or the cards of a sheet that can still be used, with theirs. Moments are in UTC.

    `bot` is the name in Telegram, None until it is known; `site` the address of our own pages, where there are any.
    """

    id: str
    kind: str
    journey: str
    unit: str
    service: str | None
    channel: str | None
    language: str | None
    expires_at: datetime
    codes: tuple[str, ...]
    links: tuple[str, ...]
    zone: str
    spoken: str | None = None
    spoken_until: datetime | None = None
    site: str | None = None
    bot: str | None = None


class Retire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.retire: nobody begins any more with this poster, or with the cards of this sheet."""

    id: str


class Retired(msgspec.Struct, frozen=True):
    """How many posters or cards that was."""

    number: int


class _Kept(msgspec.Struct, frozen=True):
    """What is remembered: whose codes to make anew when it is told again, and when it was asked. Never a code."""

    id: str
    at: datetime


def opened(tx: Transaction, rooms: Rooms, id_: str, now: datetime) -> Opened:
    """A poster or sheet as it stands now. Refused if there is none, or nobody can begin with it any more."""
    one = open_invitations.of_id(tx, id_)
    found = [one] if one is not None and one.kind == "poster" else open_invitations.of_sheet(tx, id_)
    if not found:
        remedy = "`kundresa contacts open --list` shows those there are."
        raise Refused(f"There is no poster or sheet of cards {id_}. {remedy}")
    usable = [one for one in found if _is_usable(one, now)]
    if not usable:
        raise Refused(f"{id_}: can't be used any more: retired, expired, or every card spent. Make a new one.")
    codes = tuple(rooms.open_invitations.code(one) for one in usable)
    links = tuple(link for code in codes if (link := invitation_link(tx, rooms.premises, code)) is not None)
    first = usable[0]
    spoken = rooms.spoken_codes.living(tx, id_, now, "open") if first.kind == "poster" else None
    return Opened(
        id=id_,
        kind=first.kind,
        journey=first.journey,
        unit=first.unit,
        service=first.service,
        channel=first.channel,
        language=first.language,
        expires_at=first.expires_at,
        codes=codes,
        links=links,
        zone=rooms.premises.zone.key,
        spoken=spoken.code if spoken is not None else None,
        spoken_until=spoken.expires_at if spoken is not None else None,
        site=rooms.premises.public_url,
        bot=_bot(tx),
    )


def _invite(tx: Transaction, rooms: Rooms, asked: Invite, now: datetime) -> _Kept:
    contact = rooms.contacts.meant(tx, asked.contact)
    if contact.cancelled_at is not None or contact.not_asked is not None:
        raise Refused(f"{contact.id}: nothing is asked about this contact; there is nothing to invite to.")
    if contact.invitation == "open":
        raise Refused(f"{contact.id}: began with a poster or a card, and has no invitation of its own.")
    if rooms.invitations.code(tx, contact.id) is None:
        raise Refused(f"{contact.id}: somebody has begun with the invitation; it can't be used again.")
    if not rooms.invitations.holds(tx, contact.id, now):
        raise Refused(f"{contact.id}: it is too late to ask about this contact; nobody can begin any more.")
    if asked.new_code or rooms.invitations.spoken(tx, contact.id, now) is None:
        rooms.invitations.speak(tx, contact.id, now)
    return _Kept(contact.id, now)


def _invited(tx: Transaction, rooms: Rooms, kept: _Kept) -> Invited:
    contact = rooms.contacts.found(tx, kept.id)
    code, spoken = rooms.invitations.code(tx, kept.id), _living(tx, rooms, kept)
    if code is None:
        raise Refused(f"{kept.id}: somebody has begun with the invitation meanwhile.")
    return Invited(
        contact=contact.id,
        unit=contact.unit,
        service=contact.service,
        language=contact.language,
        code=code,
        link=invitation_link(tx, rooms.premises, code),
        bot=_bot(tx),
        spoken=spoken.code,
        spoken_until=spoken.expires_at,
        zone=rooms.premises.zone.key,
        site=rooms.premises.public_url,
    )


def _living(tx: Transaction, rooms: Rooms, kept: _Kept) -> Spoken:
    spoken = rooms.invitations.spoken(tx, kept.id, kept.at)
    if spoken is None:
        raise Refused(f"{kept.id}: the code was replaced or used meanwhile. Ask for it again.")
    return spoken


def _open(tx: Transaction, rooms: Rooms, asked: Open, now: datetime) -> _Kept:
    about = About(asked.journey, asked.unit, asked.service, asked.channel, asked.language)
    room = rooms.open_invitations
    if asked.cards is None:
        return _Kept(room.make_poster(tx, about, _end(rooms, asked.until, POSTER_DAYS, now), now), now)
    if not 1 <= asked.cards <= MOST_CARDS:
        raise Refused(f"--cards: {asked.cards} can't be made at once. Write a number from 1 to {MOST_CARDS}.")
    if rooms.premises.public_url is None and _bot(tx) is None:
        raise Refused("The bot's name is not known yet: start `kundresa run` once, so that cards can hold its link.")
    return _Kept(room.make_cards(tx, about, asked.cards, _end(rooms, asked.until, CARD_DAYS, now), now), now)


def _opened(tx: Transaction, rooms: Rooms, kept: _Kept) -> Opened:
    return opened(tx, rooms, kept.id, kept.at)


def _speak_open(tx: Transaction, rooms: Rooms, asked: SpeakOpen, now: datetime) -> _Kept:
    if opened(tx, rooms, asked.id, now).kind != "poster":
        raise Refused(f"{asked.id}: is a sheet of cards; only a poster has a code to say aloud.")
    rooms.spoken_codes.made(tx, asked.id, now, "open")
    return _Kept(asked.id, now)


def _retire(tx: Transaction, rooms: Rooms, asked: Retire, now: datetime) -> Retired:
    return Retired(rooms.open_invitations.retire(tx, asked.id, now))


def _retired(_: Transaction, __: Rooms, kept: Retired) -> Retired:
    return kept


def _is_usable(one: OpenInvitation, now: datetime) -> bool:
    spent = one.kind == "card" and one.used_at is not None
    return one.retired_at is None and one.expires_at > now and not spent


def _bot(tx: Transaction) -> str | None:
    name = facts.get(tx, USER_NAME)
    return name.decode() if name else None


def _end(rooms: Rooms, until: str | None, days: int, now: datetime) -> datetime:
    """Midnight after the last local day."""
    zone = rooms.premises.zone
    today = now.astimezone(zone).date()
    last = day_meant(until, "--until") if until is not None else today + timedelta(days=days)
    if last < today:
        raise Refused(f"--until: {last} is over. Write a day to come.")
    return local_moment(last + timedelta(days=1), time.min, zone)


COMMANDS: Mapping[str, Command] = {
    "contacts.invite": Turn(Invite, _Kept, _invite, _invited),
    "contacts.open": Turn(Open, _Kept, _open, _opened),
    "contacts.open-speak": Turn(SpeakOpen, _Kept, _speak_open, _opened),
    "contacts.retire": Turn(Retire, Retired, _retire, _retired),
}
