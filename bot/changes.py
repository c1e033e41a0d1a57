"""Changes: what becomes of a contact after it was registered: moved, cancelled, left out, or more is known of it.

What is under way ends with what was answered. Never registers, and never asks anybody anything.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

from bot.contacts import ContactRefused, Contacts, NewContact, check_times, ended_by_plan
from bot.follow_ups import FollowUps
from bot.invitations import Invitations
from bot.matters import Matters
from bot.organisation import meant
from bot.premises import Premises
from bot.store import contacts, follow_ups
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.follow_ups import FollowUp
from bot.store.weeks import open_week
from flows.calendar import local_moment
from flows.timing import moved

State = Literal["planned", "begun", "ended"]

_NEVER_ASKED = ("missed", "not-asked")
_BY_THE_PLAN = ("same-day", "registered-late", "no-allowed-hour", "never-useful", "too-late", "invitation-not-opened")


class Changes:
    """What changes about the contacts of these premises."""

    def __init__(
        self,
        premises: Premises,
        contacts_room: Contacts,
        invitations: Invitations,
        matters: Matters,
        follow_ups_room: FollowUps,
    ) -> None:
        self._premises = premises
        self._contacts = contacts_room
        self._invitations = invitations
        self._matters = matters
        self._follow_ups = follow_ups_room

    def change(self, tx: Transaction, id_: str, new: NewContact, now: datetime) -> tuple[str, ...]:
        """Bring a known contact to what is told of it now: "moved", "noted", "left out", or nothing.

        What `new` doesn't say stays as it was. A cancelled contact is left alone.
        """
        contact = self._contacts.found(tx, id_)
        if contact.cancelled_at is not None:
            return ()
        self._contacts.checked(new)
        changes = []
        end = new.end if new.end is not None or new.start != contact.start_at else contact.end_at
        if (new.start, end) != (contact.start_at, contact.end_at):
            self.move(tx, id_, new.start, end, now)
            changes.append("moved")
        if self.note(tx, id_, now, outcome=new.outcome, cause=new.cause, solved=new.solved, matter=new.matter):
            changes.append("noted")
        if new.not_asked and contact.not_asked is None:
            self.leave_out(tx, id_, new.not_asked, now)
            changes.append("left out")
        return tuple(changes)

    def move(self, tx: Transaction, id_: str, start: datetime, end: datetime | None, now: datetime) -> Contact:
        """It takes place at another time: what was not begun is planned anew, what was keeps its moment.

        Raises ContactRefused for a cancelled contact, and for times that can't be.
        """
        contact = self._contacts.found(tx, id_)
        if contact.cancelled_at is not None:
            raise ContactRefused(f"The contact {id_} is cancelled. Register a new one.")
        check_times(start, end)
        journey = self._premises.library.journeys.get(contact.journey)
        if journey is None:
            raise ContactRefused(f"The journey {contact.journey} is no longer here; nothing can be planned.")
        fresh = self._contacts.planned(id_, journey, start, end, now)
        week = open_week(tx, now, self._premises.zone)
        contacts.move(tx, id_, start=start, end=end, now=now, week=week)
        if contact.not_asked is None:
            existing = {one.phase: one for one in follow_ups.of_contact(tx, id_)}
            standing: dict[str, State] = {
                phase: "planned" if _is_open(one) else one.state for phase, one in existing.items()
            }
            merged = any(one.phase == "during" and one.status == "merged" for one in fresh)
            for one in moved(standing, fresh):
                follow_ups.replan(
                    tx,
                    existing[one.phase].id,
                    due=one.due_at,
                    useful_until=one.useful_until,
                    retrospective=one.retrospective,
                    with_during=merged and one.phase == "after" and standing.get("during") == "planned",
                    ended=ended_by_plan(one),
                    start=start,
                    end=end,
                    now=now,
                    week=week,
                )
            contacts.reopen(tx, id_)
            self._invitations.prolong(tx, id_, max((one.useful_until for one in fresh), default=now))
            contacts.close(tx, id_, now)
        return self._contacts.found(tx, id_)

    def note(
        self,
        tx: Transaction,
        id_: str,
        now: datetime,
        *,
        outcome: str | None = None,
        cause: str | None = None,
        solved: str | None = None,
        matter: str | None = None,
    ) -> bool:
        """What staff learned since: how it ended, why it arose, whether it was solved. False if nothing is new.

        Raises UnknownCode for a code that isn't the organisation's.
        """
        contact = self._contacts.found(tx, id_)
        self._contacts.check_codes(outcome=outcome, cause=cause, solved=solved)
        matter_id = self._matters.id_of(tx, matter, now) if matter else None
        told = (
            (outcome, contact.outcome),
            (cause, contact.cause),
            (solved, contact.solved),
            (matter_id, contact.matter_id),
        )
        if all(new in (None, old) for new, old in told):
            return False
        week = open_week(tx, now, self._premises.zone)
        contacts.note(tx, id_, outcome=outcome, cause=cause, solved=solved, matter=matter_id, now=now, week=week)
        for joined_or_left in (matter_id, contact.matter_id) if matter_id is not None else ():
            self._matters.claim(tx, joined_or_left)
        return True

    def cancel(self, tx: Transaction, id_: str, now: datetime) -> None:
        """The contact did not take place: what is not yet asked never is. ContactRefused if there is none."""
        contact = self._contacts.found(tx, id_)
        week = open_week(tx, now, self._premises.zone)
        if not contacts.cancel(tx, id_, now=now, week=week):
            raise ContactRefused(f"The contact {id_} is cancelled already.")
        self._end(tx, contact, "cancelled", now)

    def leave_out(self, tx: Transaction, id_: str, reason: str, now: datetime) -> None:
        """Staff want nothing asked about it, for a reason of the organisation's file."""
        contact = self._contacts.found(tx, id_)
        meant(reason, self._premises.organisation.reasons, "reason")
        if contact.not_asked is not None:
            raise ContactRefused(f"The contact {id_} is left out already ({contact.not_asked}).")
        contacts.leave_out(tx, id_, reason)
        self._end(tx, contact, f"staff-{reason}", now)

    def of_day(self, tx: Transaction, unit: str, day: date) -> list[Contact]:
        """A unit's contacts that start on a local day and were not cancelled. UnknownCode if there is no such unit."""
        meant(unit, self._premises.organisation.units, "unit")
        zone = self._premises.zone
        since, until = (
            local_moment(day, time.min, zone),
            local_moment(day + timedelta(days=1), time.min, zone),
        )
        return contacts.of_day(tx, unit, since, until)

    def _end(self, tx: Transaction, contact: Contact, reason: str, now: datetime) -> None:
        under_way = []
        week = open_week(tx, now, self._premises.zone)
        for follow_up in follow_ups.of_contact(tx, contact.id):
            if follow_up.state == "planned":
                follow_ups.end(tx, follow_up.id, "not-asked", reason, outcome=contact.outcome, now=now, week=week)
            elif follow_up.state == "begun":
                under_way.append(follow_up.id)
        contacts.close(tx, contact.id, now)
        self._follow_ups.end_early(tx, under_way, reason, now)


def _is_open(follow_up: FollowUp) -> bool:
    # What only the plan kept from being asked may be asked at another time.
    never = follow_up.begun_at is None and follow_up.disposition in _NEVER_ASKED
    return follow_up.state == "planned" or (never and follow_up.reason in _BY_THE_PLAN)
