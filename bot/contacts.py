"""Contacts: registered, moved, cancelled; their follow-ups are planned here. Never asks anybody anything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.invitations import Invitations
from bot.organisation import meant
from bot.premises import Premises
from bot.store import contacts, follow_ups
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.follow_ups import Disposition, FollowUp
from bot.store.weeks import open_week
from flows.journey import Journey
from flows.timing import Planned, plan

OPEN_DOORS = ("telegram",)
"""The doors through which this version can ask."""


class ContactRefused(Exception):
    """A contact that can't be registered or changed as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """What is told of an occasion. Codes are the organisation file's; `start` and `end` are aware."""

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


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered contact: its id, its invitation's code (None once somebody has begun), and what is planned."""

    id: str
    code: str | None
    follow_ups: tuple[FollowUp, ...]
    known: bool = False


class Contacts:
    """The contacts of these premises."""

    def __init__(self, premises: Premises, invitations: Invitations) -> None:
        self._premises = premises
        self._invitations = invitations

    def register(self, tx: Transaction, new: NewContact, now: datetime) -> Registered:
        """Register an occasion and plan its follow-ups; a reference registered before gives that contact again.

        Raises UnknownCode for a code that isn't the organisation's, ContactRefused for times that can't be.
        """
        journey = self._checked(new)
        lookup = None
        if new.reference:
            lookup = self._premises.keyring.reference(new.unit, new.journey, new.reference)
            known = contacts.of_reference(tx, unit=new.unit, journey=new.journey, lookup=lookup)
            if known is not None:
                code = self._invitations.code(tx, known.id)
                return Registered(known.id, code, tuple(follow_ups.of_contact(tx, known.id)), known=True)
        id_ = self._premises.ids()
        planned = self._planned(id_, journey, new.start, new.end, now)
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
            matter=new.matter,
            reference=new.reference,
            reference_lookup=lookup,
            language=new.language,
            start=new.start,
            end=new.end,
            now=now,
            week=open_week(tx, now, self._premises.zone),
            simulated=self._premises.simulated,
        )
        self._add_follow_ups(tx, id_, new, planned, now)
        expires = max((one.useful_until for one in planned), default=now)
        code = self._invitations.make(tx, id_, expires, now)
        contacts.close(tx, id_, now)
        return Registered(id_, code, tuple(follow_ups.of_contact(tx, id_)))

    def cancel(self, tx: Transaction, id_: str, now: datetime) -> list[str]:
        """The contact did not take place: what is not yet asked never is. Returns the follow-ups that were under way.

        Those ended with what was answered; the caller closes their conversations. ContactRefused if there is none.
        """
        contact = self._found(tx, id_)
        if not contacts.cancel(tx, id_, now):
            raise ContactRefused(f"The contact {id_} is cancelled already.")
        under_way = []
        week = open_week(tx, now, self._premises.zone)
        for follow_up in follow_ups.of_contact(tx, id_):
            if follow_up.state == "planned":
                follow_ups.end(tx, follow_up.id, "not-asked", "cancelled", outcome=contact.outcome, now=now, week=week)
            elif follow_up.state == "begun":
                under_way.append(follow_up.id)
        contacts.close(tx, id_, now)
        return under_way

    def found(self, tx: Transaction, id_: str) -> Contact:
        """The contact with this id. ContactRefused if there is none."""
        return self._found(tx, id_)

    def _checked(self, new: NewContact) -> Journey:
        organisation = self._premises.organisation
        meant(new.journey, self._premises.library.journeys, "journey")
        meant(new.unit, organisation.units, "unit")
        for code, among, what in (
            (new.service, organisation.services, "service"),
            (new.channel, organisation.channels, "channel"),
            (new.cause, organisation.causes, "cause"),
            (new.outcome, organisation.outcomes, "outcome"),
            (new.language, organisation.languages, "language"),
            (new.solved, ("yes", "no", "ongoing"), "answer to 'solved'"),
        ):
            if code is not None:
                meant(code, among, what)
        service = organisation.services.get(new.service or "")
        allowed = set(OPEN_DOORS) & set(service.doors if service is not None else OPEN_DOORS)
        journey = self._premises.library.journeys[new.journey]
        if not allowed & set(journey.doors or OPEN_DOORS):
            raise ContactRefused(
                f"Nobody could be asked: {new.journey} about the service {new.service} may not go through "
                f"{' or '.join(OPEN_DOORS)}. Change 'doors' in the journey's or the organisation's file."
            )
        if new.end is not None and new.end < new.start:
            raise ContactRefused("The contact ends before it starts. Check --start and --end.")
        return journey

    def _planned(
        self, id_: str, journey: Journey, start: datetime, end: datetime | None, now: datetime
    ) -> tuple[Planned, ...]:
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

    def _add_follow_ups(
        self, tx: Transaction, contact: str, new: NewContact, planned: tuple[Planned, ...], now: datetime
    ) -> None:
        week = open_week(tx, now, self._premises.zone)
        merged = any(one.phase == "during" and one.status == "merged" for one in planned)
        for one in planned:
            ended: tuple[Disposition, str] | None = None
            if one.status == "missed":
                ended = ("missed", one.reason)
            elif one.status == "merged":
                ended = ("not-asked", one.reason)
            follow_ups.add(
                tx,
                self._premises.ids(),
                contact=contact,
                phase=one.phase,
                due=one.due_at,
                useful_until=one.useful_until,
                retrospective=one.retrospective,
                with_during=merged and one.phase == "after",
                ended=ended,
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


def _spread(id_: str) -> float:
    # The same contact always falls at the same place in the hour, however often it is planned anew.
    return int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4], "big") / 2**32
