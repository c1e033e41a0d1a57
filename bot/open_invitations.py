"""Open invitations: posters for everybody and cards for one each. Looking binds nothing and registers nothing.

A contact is registered when somebody says when they were there, from that:

* "now": they wait, and it starts in `SOON`, so that what belongs before it can still be asked, and is, at once;
* "today": it ended now, and began as long ago as the journey says such a contact lasts;
* "earlier": it ended yesterday at this time of day, which is near enough for every question about it, and late enough
  for what is asked afterwards to be asked at once.

The person is here and waits, so closed hours hold nothing back that is due. Whoever comes again to the same poster on
the same local day goes on with that contact, as does who comes again with their card on any day.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.contacts import ContactRefused, Contacts, NewContact
from bot.keys import code_hash
from bot.organisation import UnknownCode
from bot.premises import Premises
from bot.store import contacts, follow_ups, open_invitations
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.open_invitations import Kind, OpenInvitation
from bot.store.people import Person
from bot.store.weeks import open_week
from flows.calendar import Calendar, by_local_days, local_moment
from flows.timing import plan

SOON = timedelta(minutes=15)
MOST_A_DAY = 3
"""How many contacts one person begins with open invitations on one local day."""

WHEN = ("now", "today", "earlier")

_log = logging.getLogger("kundresa.open_invitations")


@dataclass(frozen=True, slots=True)
class About:
    """What an open invitation asks about. Codes are the organisation file's."""

    journey: str
    unit: str
    service: str | None = None
    channel: str | None = None
    language: str | None = None


class OpenInvitations:
    """The open invitations of these premises."""

    def __init__(self, premises: Premises, contacts_room: Contacts) -> None:
        self._premises = premises
        self._contacts = contacts_room

    def make_poster(self, tx: Transaction, about: About, expires: datetime, now: datetime) -> str:
        """A poster; returns its id. Raises UnknownCode and ContactRefused as registering a contact does."""
        self._check(about, now)
        return self._add(tx, about, "poster", None, expires, now)

    def make_cards(self, tx: Transaction, about: About, number: int, expires: datetime, now: datetime) -> str:
        """So many cards; returns the id of their sheet. Raises as `make_poster` does."""
        self._check(about, now)
        sheet = self._premises.ids()
        for _ in range(number):
            self._add(tx, about, "card", sheet, expires, now)
        return sheet

    def code(self, invitation: OpenInvitation) -> str:
        """The code of a poster or card, made anew from the key."""
        return self._premises.keyring.code(invitation.id)

    def of_code(self, tx: Transaction, code: str) -> OpenInvitation | None:
        """The poster or card with this code."""
        return open_invitations.of_code(tx, code_hash(code))

    def stands(self, tx: Transaction, invitation: OpenInvitation, person: Person, now: datetime) -> bool:
        """Whether this person may begin with it, or go on: not retired, not expired, no card that another spent."""
        if invitation.kind == "card" and invitation.used_at is not None:
            newest = open_invitations.newest_contact(tx, invitation.id)
            contact = contacts.of_id(tx, newest) if newest is not None else None
            return contact is not None and contact.person_id == person.id
        return invitation.retired_at is None and now < invitation.expires_at

    def begun(self, tx: Transaction, invitation: OpenInvitation, person: Person, now: datetime) -> Contact | None:
        """The contact that the person goes on with: of a poster today's, of a card the one it was spent on."""
        since = self._midnight(now) if invitation.kind == "poster" else None
        found = open_invitations.contact_of(tx, invitation.id, person.id, since)
        return contacts.of_id(tx, found) if found is not None else None

    def is_too_often(self, tx: Transaction, person: Person, now: datetime) -> bool:
        """Whether this person has begun as many as anybody may on one local day."""
        return open_invitations.begun_by(tx, person.id, self._midnight(now)) >= MOST_A_DAY

    def begin(
        self, tx: Transaction, invitation: OpenInvitation, when: str, person: Person, now: datetime
    ) -> Contact | None:
        """A contact of the person's, from when they were there (one of `WHEN`); a card is then spent.

        None where the organisation's file no longer has what the invitation asks about.
        """
        start, end = self._times(invitation.journey, when, now)
        new = replace(
            self._new(About(invitation.journey, invitation.unit, invitation.service, invitation.channel), start),
            end=end,
            open_invitation=invitation.id,
        )
        try:
            registered = self._contacts.register(tx, new, now)
        except (UnknownCode, ContactRefused) as error:
            _log.warning("the open invitation %s can't be used any more: %s", invitation.id, error)
            return None
        contacts.bind(tx, registered.id, person.id)
        follow_ups.bind(tx, registered.id, bound=True)
        open_invitations.use(tx, invitation.id, now)
        self._ask_what_is_due(tx, registered.id, new, now)
        return contacts.of_id(tx, registered.id)

    def retire(self, tx: Transaction, id_: str, now: datetime) -> int:
        """Nobody begins any more with this poster, or with any card of this sheet; returns how many that was.

        Raises ContactRefused if there is none.
        """
        if not open_invitations.is_there(tx, id_):
            remedy = "`kundresa contacts open --list` shows those there are."
            raise ContactRefused(f"There is no poster or sheet of cards {id_}. {remedy}")
        return open_invitations.retire(tx, id_, now)

    def _add(
        self, tx: Transaction, about: About, kind: Kind, sheet: str | None, expires: datetime, now: datetime
    ) -> str:
        id_ = self._premises.ids()
        open_invitations.add(
            tx,
            id_,
            code_hash=code_hash(self._premises.keyring.code(id_)),
            kind=kind,
            sheet=sheet,
            journey=about.journey,
            unit=about.unit,
            service=about.service,
            channel=about.channel,
            language=about.language,
            now=now,
            expires=expires,
            simulated=self._premises.simulated,
        )
        return id_

    def _check(self, about: About, now: datetime) -> None:
        self._contacts.checked(replace(self._new(about, now), language=about.language))

    def _new(self, about: About, start: datetime) -> NewContact:
        # Without the invitation's language: it says what is printed, not what this person speaks.
        return NewContact(
            about.journey, about.unit, start, service=about.service, channel=about.channel, invitation="open"
        )

    def _times(self, journey: str, when: str, now: datetime) -> tuple[datetime, datetime | None]:
        found = self._premises.library.journeys.get(journey)
        lasts = found.lasts if found is not None else timedelta(0)
        if when == "now":
            return now + SOON, None
        end = now if when == "today" else by_local_days(now, -1, self._premises.zone)
        return end - lasts, end

    def _ask_what_is_due(self, tx: Transaction, contact: str, new: NewContact, now: datetime) -> None:
        """Make due now what only closed hours keep from being so."""
        journey = self._premises.library.journeys[new.journey]
        planned = plan(
            {phase.name: phase.timing for phase in journey.phases},
            start=new.start,
            end=new.end,
            lasts=journey.lasts,
            calendar=_always_open(self._premises.zone),
            now=now,
            spread=0,
        )
        due = {one.phase: one for one in planned if one.status == "planned" and one.due_at <= now}
        for follow_up in follow_ups.of_contact(tx, contact):
            one = due.get(follow_up.phase)
            if one is not None and (follow_up.state != "planned" or follow_up.due_at > now):
                follow_ups.replan(
                    tx,
                    follow_up.id,
                    due=now,
                    useful_until=one.useful_until,
                    retrospective=one.retrospective,
                    with_during=bool(follow_up.with_during),
                    ended=None,
                    start=new.start,
                    end=new.end,
                    now=now,
                    week=open_week(tx, now, self._premises.zone),
                )
                contacts.reopen(tx, contact)

    def _midnight(self, now: datetime) -> datetime:
        return local_moment(now.astimezone(self._premises.zone).date(), time.min, self._premises.zone)


def _always_open(zone: ZoneInfo) -> Calendar:
    # Quiet hours of a microsecond: none at all would be taken for the whole day.
    return Calendar(zone.key, time.min, time(0, 0, 0, 1), None, sundays=False)
