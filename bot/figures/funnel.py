"""The funnel: of the contacts invited personally, how many came how far.

Registered, then the invitation opened, then begun, then finished. Contacts count for the week they started.
Open invitations (a poster) have no rate and are never in here.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.figures.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Rate:
    """A share from 0 to 1 with its Wilson interval."""

    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of contacts; `still_open` counts follow-ups that may yet be answered.

    `registered` leaves out what was cancelled. `finished` are contacts whose person answered at least one
    follow-up to its end.
    """

    registered: int = 0
    opened: int = 0
    begun: int = 0
    finished: int = 0
    still_open: int = 0

    def response_rate(self) -> Rate | None:
        """Finished of registered: persons who finished by contacts with a personal invitation.

        None without contacts.
        """
        if self.registered == 0:
            return None
        return Rate(self.finished / self.registered, wilson(self.finished, self.registered))
