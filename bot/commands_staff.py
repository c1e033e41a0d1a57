"""Commands about members of staff: add, change, remove, and the one-time link to sign in with.

What is remembered of a link is sealed with the key that lies outside the database, so that a lost reply can be told
again, and nobody signs in with the database alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.keys import Unreadable
from bot.member_entries import MemberEntry
from bot.openings import Refused
from bot.requests import Command, Turn
from bot.rooms import Rooms
from bot.staff import LINK_LASTS, sign_in_link
from bot.store.database import Transaction
from bot.store.staff import Member

_SEALED_FOR = b"sign-in link"


class AddMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """staff.add: `by` is the member who does it, here and below; None on the command line."""

    name: str
    role: str
    email: str | None = None
    unit: str | None = None
    language: str | None = None
    by: str | None = None


class ChangeMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """staff.change: the whole of what is known about `member` from now on."""

    member: str
    name: str
    role: str
    email: str | None = None
    unit: str | None = None
    language: str | None = None
    by: str | None = None


class RemoveMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """staff.remove: `member` is an id or an e-mail address, here and below."""

    member: str
    by: str | None = None


class LinkMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """staff.link: a new link, shown to whoever hands it over."""

    member: str
    by: str | None = None


class SignOutMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """staff.sign-out: everywhere."""

    member: str
    by: str | None = None


class MemberTold(msgspec.Struct, frozen=True):
    """A member; `link` to sign in with, good until `until`: None where there is none, or nobody could reach it."""

    member: str
    name: str
    role: str
    unit: str | None
    link: str | None
    until: datetime | None
    zone: str


class _Kept(msgspec.Struct, frozen=True):
    member: str
    name: str
    role: str
    unit: str | None
    sealed: bytes | None = None
    until: datetime | None = None


def _add(tx: Transaction, rooms: Rooms, asked: AddMember, now: datetime) -> _Kept:
    member = rooms.staff.add(
        tx,
        name=asked.name,
        email=asked.email,
        role=asked.role,
        unit=asked.unit,
        language=asked.language,
        now=now,
    )
    rooms.staff.note(tx, asked.by, "member-added", member.id, now)
    return _with_link(tx, rooms, member, now)


def _change(tx: Transaction, rooms: Rooms, asked: ChangeMember, now: datetime) -> _Kept:
    entry = MemberEntry(asked.name, asked.email or "", asked.role, asked.unit or "", asked.language or "")
    member = rooms.staff.change(tx, asked.member, entry)
    rooms.staff.note(tx, asked.by, "member-changed", member.id, now)
    return _kept(member)


def _remove(tx: Transaction, rooms: Rooms, asked: RemoveMember, now: datetime) -> _Kept:
    member = rooms.staff.remove(tx, asked.member, now)
    rooms.staff.note(tx, asked.by, "member-removed", member.id, now)
    return _kept(member)


def _link(tx: Transaction, rooms: Rooms, asked: LinkMember, now: datetime) -> _Kept:
    if rooms.premises.public_url is None:
        raise Refused("KUNDRESA_PUBLIC_URL is not set: a link needs the address at which browsers reach the console.")
    member = rooms.staff.found(tx, asked.member)
    rooms.staff.note(tx, asked.by, "link-made", member.id, now)
    return _with_link(tx, rooms, member, now)


def _sign_out(tx: Transaction, rooms: Rooms, asked: SignOutMember, now: datetime) -> _Kept:
    member = rooms.staff.found(tx, asked.member)
    rooms.staff.leave_everywhere(tx, member.id)
    rooms.staff.note(tx, asked.by, "signed-out-everywhere", member.id, now)
    return _kept(member)


def _with_link(tx: Transaction, rooms: Rooms, member: Member, now: datetime) -> _Kept:
    if rooms.premises.public_url is None:
        return _kept(member)
    token = rooms.staff.invite(tx, member, now)
    sealed = rooms.premises.keyring.seal(token.encode(), purpose=_SEALED_FOR)
    return msgspec.structs.replace(_kept(member), sealed=sealed, until=now + LINK_LASTS)


def _kept(member: Member) -> _Kept:
    return _Kept(member.id, member.name, member.role, member.unit)


def _told(_: Transaction, rooms: Rooms, kept: _Kept) -> MemberTold:
    premises, link = rooms.premises, None
    if kept.sealed is not None:
        try:
            token = premises.keyring.unseal(kept.sealed, purpose=_SEALED_FOR).decode()
        except Unreadable:
            raise Refused("The link can't be told again with this key. Make a new one.") from None
        link = sign_in_link(premises, token)
    return MemberTold(kept.member, kept.name, kept.role, kept.unit, link, kept.until, premises.zone.key)


COMMANDS: Mapping[str, Command] = {
    "staff.add": Turn(AddMember, _Kept, _add, _told),
    "staff.change": Turn(ChangeMember, _Kept, _change, _told),
    "staff.remove": Turn(RemoveMember, _Kept, _remove, _told),
    "staff.link": Turn(LinkMember, _Kept, _link, _told),
    "staff.sign-out": Turn(SignOutMember, _Kept, _sign_out, _told),
}
"""The commands about members, by name."""
