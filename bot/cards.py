"""Cards: what staff are shown of a contact. Reads only; never shows what a person answered, or who they are."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.clock import week_start
from bot.links import invitation_link
from bot.rooms import Rooms
from bot.store import contacts, follow_ups
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.follow_ups import FollowUp


class Line(msgspec.Struct, frozen=True):
    """One follow-up. `state` is planned, begun, or where it ended; `reason` says why where nobody answered.

    `bound` when there is somebody to ask; `handed_over_at` when its invitation was given to the organisation's sender.
    """

    phase: str
    due_at: datetime
    useful_until: datetime
    state: str
    reason: str
    bound: bool = True
    handed_over_at: datetime | None = None


class Card(msgspec.Struct, frozen=True):
    """One contact. Moments are in UTC; `zone` names the organisation's own.

    `code` is its invitation's, None once somebody has begun; `link` is None too until the bot's name is known.
    """

    id: str
    journey: str
    unit: str
    service: str | None
    channel: str | None
    outcome: str | None
    reference: str | None
    start: datetime
    end: datetime | None
    registered_at: datetime
    cancelled_at: datetime | None
    lines: tuple[Line, ...]
    code: str | None
    link: str | None
    zone: str
    cause: str | None = None
    solved: str | None = None
    matter: str | None = None
    not_asked: str | None = None
    moved_at: datetime | None = None
    invitation: str = "personal"
    by_matter: bool = False


def card(tx: Transaction, rooms: Rooms, id_: str) -> Card:
    """The card of one contact. ContactRefused if there is none."""
    return _card(tx, rooms, rooms.contacts.found(tx, id_))


def cards_of_week(tx: Transaction, rooms: Rooms, week: str) -> list[Card]:
    """The cards of the contacts that start in a week such as "2026-W47", in order. ValueError if there is none."""
    zone = rooms.premises.zone
    monday = week_start(week, zone)
    # Wall-clock arithmetic: the week of a change of the clocks has 167 or 169 hours.
    return [_card(tx, rooms, contact) for contact in contacts.listed(tx, monday, monday + timedelta(days=7))]


def _card(tx: Transaction, rooms: Rooms, contact: Contact) -> Card:
    open_to_all = contact.cancelled_at is None and contact.not_asked is None
    code = rooms.invitations.code(tx, contact.id) if open_to_all else None
    return Card(
        id=contact.id,
        journey=contact.journey,
        unit=contact.unit,
        service=contact.service,
        channel=contact.channel,
        outcome=contact.outcome,
        reference=contact.reference,
        start=contact.start_at,
        end=contact.end_at,
        registered_at=contact.registered_at,
        cancelled_at=contact.cancelled_at,
        lines=tuple(_line(follow_up) for follow_up in follow_ups.of_contact(tx, contact.id)),
        code=code,
        link=invitation_link(tx, rooms.premises, code) if code is not None else None,
        zone=rooms.premises.zone.key,
        cause=contact.cause,
        solved=contact.solved,
        matter=contact.matter_id,
        not_asked=contact.not_asked,
        moved_at=contact.moved_at,
        invitation=contact.invitation,
        by_matter=bool(contact.by_matter),
    )


def _line(follow_up: FollowUp) -> Line:
    state = follow_up.disposition or follow_up.state
    return Line(
        follow_up.phase,
        follow_up.due_at,
        follow_up.useful_until,
        state,
        follow_up.reason,
        bool(follow_up.bound),
        follow_up.handed_over_at,
    )
