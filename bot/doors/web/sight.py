"""Sight: what somebody's chat shows now, gathered in one transaction: fetched from the outbox, and what comes later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.allowed_doors import doors_for
from bot.doors.web.hall import CHAT, Visitor
from bot.doors.web.talk import Talk, talk
from bot.links import USER_NAME, return_link
from bot.openings import House
from bot.store import contacts, conversations, facts, follow_ups, people, web_messages
from bot.store.database import Transaction
from bot.store.people import Person

RIGHTS = CHAT + "rights"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown. `coming` are moments at which there is something to answer; `back` the link to come back by.

    `person` as they are now, which may be otherwise than when the request came; `is_elsewhere`: they are written to
    through another door, until they answer here.
    """

    person: Person
    talk: Talk
    stopped: bool
    paused_until: datetime | None
    coming: tuple[datetime, ...]
    back: str | None
    in_telegram: bool
    is_elsewhere: bool


def sight(tx: Transaction, house: House, visitor: Visitor, now: datetime) -> Sight:
    """Fetch what waits for the visitor, and see what stands. Writes what was fetched."""
    web_messages.bring(tx, visitor.lookup, now)
    person = people.of_lookup(tx, visitor.lookup) or visitor.person
    stands = web_messages.standing(tx, visitor.lookup, visitor.session.shown_from)
    stopped = person.stopped_at is not None
    is_elsewhere = not person.at_home
    ahead = () if stopped or is_elsewhere else coming(tx, person, now)
    return Sight(
        person=person,
        talk=talk(stands, now, rights=RIGHTS, kept=tuple(house.premises.words["kept"].texts.values())),
        stopped=stopped,
        paused_until=person.paused_until if person.is_paused(now) else None,
        coming=ahead,
        back=back(tx, house, person, now) if ahead else None,
        is_elsewhere=is_elsewhere,
        in_telegram=visitor.whole
        and not stopped
        and not is_elsewhere
        and facts.get(tx, USER_NAME) is not None
        and _may_use_telegram(tx, house, person),
    )


def coming(tx: Transaction, person: Person, now: datetime) -> tuple[datetime, ...]:
    """When there will be something to answer, the nearest first; also what the person put off."""
    later = conversations.postponed_of_person(tx, person.id)
    moments = [later.wake_at] if later is not None and later.wake_at is not None else []
    moments += [one.due_at for one in follow_ups.planned_of_person(tx, person.id)]
    return tuple(sorted({moment for moment in moments if moment > now}))


def back(tx: Transaction, house: House, person: Person, now: datetime) -> str | None:
    """The link by which the person comes back, the same one as before."""
    return return_link(house.premises, house.rooms.returns.token(tx, person.id, now))


def is_due(tx: Transaction, person: Person, now: datetime) -> bool:
    """Whether something could be asked at once of a person who is here."""
    if person.stopped_at is not None or person.is_paused(now):
        return False
    if conversations.open_of_person(tx, person.id) is not None:
        return False
    later = conversations.postponed_of_person(tx, person.id)
    if later is not None and later.wake_at is not None and later.wake_at <= now:
        return True
    return any(one.due_at <= now < one.useful_until for one in follow_ups.planned_of_person(tx, person.id))


def is_due_at(tx: Transaction, lookup: bytes, now: datetime) -> bool:
    """The same of whoever is at home at this address: an open page draws nobody home from elsewhere."""
    person = people.of_lookup(tx, lookup)
    return person is not None and bool(person.at_home) and is_due(tx, person, now)


def _may_use_telegram(tx: Transaction, house: House, person: Person) -> bool:
    # Where one of the person's contacts is about something that Telegram must not carry, nothing goes on there.
    held = contacts.of_person(tx, person.id)
    return all("telegram" in doors_for(house.premises, contact.journey, contact.service) for contact in held)
