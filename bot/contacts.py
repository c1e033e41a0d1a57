"""Contacts: registered, with their follow-ups planned. What becomes of them later is `changes`' work. Never asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.allowed_doors import doors_for, doors_here
from bot.invitations import Invitations
from bot.matters import Matters
from bot.organisation import meant
from bot.premises import Premises
from bot.store import contacts, follow_ups
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.follow_ups import Disposition, FollowUp
from bot.store.weeks import open_week
from flows.journey import Journey
from flows.timing import Planned, plan

SOLVED = ("yes", "no", "ongoing")
"""Whether the matter was solved at the first contact, as staff say."""


class ContactRefused(Exception):
    """A contact that can't be registered or changed as asked; the message says what to do."""


class ContactErased(ContactRefused):
    """Everything about the contact with this reference was erased; it is never registered anew."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """What is told of an occasion. Codes are the organisation file's; `start` and `end` are aware.

    `matter` is staff's own name for it. `not_asked` is why staff want nothing asked. `open_invitation` is the id of
    the poster or card somebody began with; such a contact has no invitation of its own.
    """

    journey: str
    unit: str
    start: datetime
    end: datetime | None = None
    service: str | None = None
    channel: str | None = None
    cause: str | None = None
    solved: str | None = None
    outcome: str | None = None
    matter: str | None = None
    reference: str | None = None
    language: str | None = None
    not_asked: str | None = None
    invitation: Literal["personal", "open"] = "personal"
    open_invitation: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered contact: its id, its invitation's code (None once somebody has begun), and what is planned."""

    id: str
    code: str | None
    follow_ups: tuple[FollowUp, ...]
    known: bool = False


class Contacts:
    """The contacts of these premises."""

    def __init__(self, premises: Premises, invitations: Invitations, matters: Matters) -> None:
        self._premises = premises
        self._invitations = invitations
        self._matters = matters

    def register(self, tx: Transaction, new: NewContact, now: datetime) -> Registered:
        """Register an occasion and plan its follow-ups; a reference registered before gives that contact again.

        Raises UnknownCode for a code that isn't the organisation's, ContactRefused for times that can't be,
        ContactErased for a reference whose contact was erased.
        """
        journey = self.checked(new)
        lookup = None
        if new.reference:
            lookup = self._premises.keyring.reference(new.unit, new.journey, new.reference)
            known = self._known(tx, new, lookup)
            if known is not None:
                return known
        id_, week = self._premises.ids(), open_week(tx, now, self._premises.zone)
        planned = self.planned(id_, journey, new.start, new.end, now)
        contacts.add(
            tx,
            id_,
            journey=new.journey,
            audience=journey.audience,
            unit=new.unit,
            service=new.service,
            channel=new.channel,
            cause=new.cause,
            solved=new.solved,
            outcome=new.outcome,
            matter=self._matters.id_of(tx, new.matter, now) if new.matter else None,
            reference=new.reference,
            reference_lookup=lookup,
            language=new.language,
            start=new.start,
            end=new.end,
            now=now,
            week=week,
            simulated=self._premises.simulated,
            invitation=new.invitation,
            open_invitation=new.open_invitation,
            not_asked=new.not_asked,
        )
        self._add_follow_ups(tx, id_, new, planned, now, week)
        code = None
        if new.invitation == "personal":
            expires = max((one.useful_until for one in planned), default=now)
            code = self._invitations.make(tx, id_, expires, now)
        if new.matter:
            self._matters.claim(tx, self._matters.id_of(tx, new.matter, now))
        contacts.close(tx, id_, now)
        return Registered(id_, code, tuple(follow_ups.of_contact(tx, id_)))

    def found(self, tx: Transaction, id_: str) -> Contact:
        """The contact with this id. ContactRefused if there is none."""
        return self._found(tx, id_)

    def meant(self, tx: Transaction, name: str) -> Contact:
        """The contact with this id, or the open one with this case reference. ContactRefused if none, or several."""
        found = contacts.of_id(tx, name)
        if found is not None:
            return found
        named = contacts.named(tx, name)
        if len(named) > 1:
            ids = ", ".join(f"{one.id} ({one.unit}, {one.journey})" for one in named)
            raise ContactRefused(f"Several contacts have the reference {name}: {ids}. Write the one you mean.")
        return named[0] if named else self._found(tx, name)

    def checked(self, new: NewContact) -> Journey:
        """The journey that `new` follows.

        Raises UnknownCode for a code that isn't the organisation's, ContactRefused for what can't be.
        """
        organisation = self._premises.organisation
        meant(new.journey, self._premises.library.journeys, "journey")
        meant(new.unit, organisation.units, "unit")
        for code, among, what in (
            (new.service, organisation.services, "service"),
            (new.channel, organisation.channels, "channel"),
            (new.language, organisation.languages, "language"),
            (new.not_asked, organisation.reasons, "reason"),
        ):
            if code is not None:
                meant(code, among, what)
        self.check_codes(outcome=new.outcome, cause=new.cause, solved=new.solved)
        if not doors_for(self._premises, new.journey, new.service):
            here = " or ".join(doors_here(self._premises))
            raise ContactRefused(
                f"Nobody could be asked: {new.journey} about the service {new.service} may not go through {here}. "
                "Change 'doors' in the journey's or the organisation's file."
            )
        check_times(new.start, new.end)
        return self._premises.library.journeys[new.journey]

    def check_codes(self, *, outcome: str | None, cause: str | None, solved: str | None) -> None:
        """UnknownCode unless each is the organisation's, where it is given."""
        organisation = self._premises.organisation
        if outcome is not None:
            meant(outcome, organisation.outcomes, "outcome")
        if cause is not None:
            meant(cause, organisation.causes, "cause")
        if solved is not None:
            meant(solved, SOLVED, "answer to 'solved'")

    def planned(
        self, id_: str, journey: Journey, start: datetime, end: datetime | None, now: datetime
    ) -> tuple[Planned, ...]:
        """The plan of a contact with this id (see `flows.timing.plan`). ContactRefused for times that can't be."""
        try:
            return plan(
                {phase.name: phase.timing for phase in journey.phases},
                start=start,
                end=end,
                lasts=journey.lasts,
                calendar=self._premises.organisation.calendar,
                now=now,
                spread=_spread(id_),
            )
        except ValueError as error:
            raise ContactRefused(str(error)) from error

    def _known(self, tx: Transaction, new: NewContact, lookup: bytes) -> Registered | None:
        known = contacts.of_reference(tx, unit=new.unit, journey=new.journey, lookup=lookup)
        if known is not None:
            code = self._invitations.code(tx, known.id)
            return Registered(known.id, code, tuple(follow_ups.of_contact(tx, known.id)), known=True)
        if contacts.is_buried(tx, unit=new.unit, journey=new.journey, lookup=lookup):
            raise ContactErased("Everything about this reference was erased; nothing is registered anew.")
        return None

    def _add_follow_ups(
        self,
        tx: Transaction,
        contact: str,
        new: NewContact,
        planned: Iterable[Planned],
        now: datetime,
        week: str,
    ) -> None:
        planned = tuple(planned)
        merged = any(one.phase == "during" and one.status == "merged" for one in planned)
        left_out: tuple[Disposition, str] | None = ("not-asked", f"staff-{new.not_asked}") if new.not_asked else None
        for one in planned:
            follow_ups.add(
                tx,
                self._premises.ids(),
                contact=contact,
                phase=one.phase,
                due=one.due_at,
                useful_until=one.useful_until,
                retrospective=one.retrospective,
                with_during=merged and one.phase == "after",
                ended=left_out or ended_by_plan(one),
                unit=new.unit,
                service=new.service,
                channel=new.channel,
                start=new.start,
                end=new.end,
                now=now,
                week=week,
            )

    def _found(self, tx: Transaction, id_: str) -> Contact:
        contact = contacts.of_id(tx, id_)
        if contact is None:
            raise ContactRefused(f"There is no contact {id_}. `kundresa contacts list` shows those there are.")
        return contact


def check_times(start: datetime, end: datetime | None) -> None:
    """ContactRefused if it would end before it starts."""
    if end is not None and end < start:
        raise ContactRefused("The contact ends before it starts. Check --start and --end.")


def ended_by_plan(planned: Planned) -> tuple[Disposition, str] | None:
    """Disposition and reason of what the plan says can't be asked; None for what is planned."""
    if planned.status == "missed":
        return "missed", planned.reason
    if planned.status == "merged":
        return "not-asked", planned.reason
    return None


def _spread(id_: str) -> float:
    # The same contact always falls at the same place in the hour, however often it is planned anew.
    return int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4], "big") / 2**32
