"""Allowed doors: through which doors somebody may be asked about a contact. The organisation's and the journey's say.

Which doors these premises have at all is known from their settings: pages of our own need a public address.
"""

from __future__ import annotations

from bot.premises import Premises
from flows.reading import DOORS


def doors_here(premises: Premises) -> tuple[str, ...]:
    """The doors that these premises can ask through."""
    return DOORS if premises.public_url is not None else ("telegram",)


def doors_for(premises: Premises, journey: str, service: str | None) -> tuple[str, ...]:
    """The doors here that both the journey and the service allow; none where nobody could be asked."""
    offered = premises.organisation.services.get(service or "")
    asked = premises.library.journeys.get(journey)
    of_service = offered.doors if offered is not None else DOORS
    of_journey = (asked.doors if asked is not None else ()) or DOORS
    return tuple(door for door in doors_here(premises) if door in of_service and door in of_journey)
