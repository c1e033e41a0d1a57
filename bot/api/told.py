"""Told: a contact as a case system is told of it. Never what anybody answered, and never who it is about."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from bot.api import shapes
from bot.api.fields import Phase, State
from bot.api.problems import NOT_FOUND, ApiRefused
from bot.cards import card
from bot.rooms import Rooms
from bot.store import contacts
from bot.store.api_keys import ApiKey
from bot.store.contacts import Contact
from bot.store.database import Transaction


def mine(tx: Transaction, key: ApiKey, id_: str) -> Contact:
    """The contact with this id, if the key is for its unit. ApiRefused: another's looks as though it were not there."""
    contact = contacts.of_id(tx, id_)
    if contact is None or key.unit not in (None, contact.unit):
        raise ApiRefused(NOT_FOUND, "There is no contact with this id.")
    return contact


def contact(tx: Transaction, rooms: Rooms, id_: str, now: datetime) -> shapes.Contact:
    """The contact with this id, as it stands. ContactRefused if there is none."""
    found, zone = card(tx, rooms, id_), rooms.premises.zone
    spoken = rooms.invitations.spoken(tx, id_, now) if found.code is not None else None

    def told(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment is not None else None

    return shapes.Contact(
        id=found.id,
        journey=found.journey,
        unit=found.unit,
        service=found.service,
        channel=found.channel,
        cause=found.cause,
        solved=found.solved,
        outcome=found.outcome,
        reference=found.reference,
        start=found.start.astimezone(zone),
        end=told(found.end),
        not_asked=found.not_asked,
        registered_at=found.registered_at.astimezone(zone),
        moved_at=told(found.moved_at),
        cancelled_at=told(found.cancelled_at),
        link=found.link,
        spoken_code=shapes.SpokenCode(spoken.code, spoken.expires_at.astimezone(zone)) if spoken is not None else None,
        follow_ups=tuple(
            shapes.FollowUp(
                phase=cast("Phase", line.phase),
                due_at=line.due_at.astimezone(zone),
                useful_until=line.useful_until.astimezone(zone),
                state=cast("State", line.state),
                reason=line.reason,
                handed_over_at=told(line.handed_over_at),
            )
            for line in found.lines
        ),
    )
