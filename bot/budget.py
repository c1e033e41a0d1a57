"""The contact budget: how often people are asked about contacts they did nothing to be asked about."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.premises import Premises
from bot.store import contacts, follow_ups
from bot.store.contacts import Contact
from bot.store.database import Transaction

REASON = "budget"
"""Why a contact that the budget left out was not asked about, as it stands in the data."""


def is_too_often(tx: Transaction, premises: Premises, contact: Contact, now: datetime) -> bool:
    """Whether the budget holds back a contact's first follow-up.

    Only of a contact that its person did not open themselves, and only before it has begun or was handed over: what
    somebody agreed to, and what goes on, is never held back. What counts are the other contacts of the person, or of
    the matter while nobody is known, whose first follow-up went out within the budget's days.
    """
    opened = contact.person_id is not None and not contact.by_matter
    if opened or any(one.begun_at or one.handed_over_at for one in follow_ups.of_contact(tx, contact.id)):
        return False
    budget = premises.organisation.budget(contact.journey, contact.audience)
    if budget is None:
        return False
    return contacts.begun_lately(tx, contact, now - timedelta(days=budget.days)) >= budget.contacts
