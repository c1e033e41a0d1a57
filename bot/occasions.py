"""Occasions: what the core is told of a contact, from its row and the organisation's file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot import days
from bot.premises import Premises
from bot.store.contacts import Contact
from bot.store.follow_ups import FollowUp
from flows.journey import Words
from flows.route import Occasion


def occasion_of(premises: Premises, contact: Contact, follow_up: FollowUp, door: str) -> Occasion:
    """The occasion of one follow-up. What was frozen when it was sent counts before what the contact says now."""
    begun = follow_up.begun_at is not None
    unit = follow_up.unit if begun and follow_up.unit else contact.unit
    service = follow_up.service if begun else contact.service
    facts = {
        "unit": unit,
        "service": service,
        "channel": follow_up.channel if begun else contact.channel,
        "outcome": contact.outcome,
        "cause": contact.cause,
        "solved": contact.solved,
        "door": door,
    }
    return Occasion(
        facts={name: code for name, code in facts.items() if code},
        names=names_of(premises, unit, service, follow_up.contact_start if begun else contact.start_at),
        calendar=premises.organisation.calendar,
        useful_until=follow_up.useful_until,
        emergency=premises.organisation.emergency_words,
        languages=premises.languages,
        region=premises.organisation.holiday_country or "SE",
    )


def names_of(
    premises: Premises, unit: str | None, service: str | None, start: datetime | None = None
) -> dict[str, Words]:
    """What stands for {service}, {unit}, {organisation}, {phone}, {hours} and, with the contact's `start`, {when}.

    A code without a name stands for itself. Without a service the unit's name stands in its place, without a unit the
    organisation's.
    """
    organisation = premises.organisation
    at = organisation.units.get(unit or "")
    offered = organisation.services.get(service or "")
    unit_name = at.name if at is not None else Words({"": unit}) if unit else organisation.name
    service_name = offered.name if offered is not None else Words({"": service}) if service else unit_name
    when = {"when": day_named(start.astimezone(premises.zone).date(), premises.languages)} if start is not None else {}
    return {
        **when,
        "organisation": organisation.name,
        "unit": unit_name,
        "service": service_name,
        "phone": Words({"": at.phone if at is not None and at.phone else organisation.phone}),
        "hours": at.hours if at is not None and at.hours is not None else organisation.hours,
    }


def day_named(day: date, languages: Sequence[str]) -> Words:
    """A day in each language, without its year: "18 november", "18. marraskuuta", "18 November"."""
    return Words({language: days.day(day, language) for language in languages})
