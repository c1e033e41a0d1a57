"""Hand-overs: what is due for people whom no door reaches by itself, given to the organisation's own sender.

Those are people who came through no door yet, and people who answer in a browser.

Each follow-up is handed over once, and can be taken back when nothing was sent. Never sends, and never writes a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.budget import REASON as BUDGET
from bot.budget import is_too_often
from bot.contacts import ContactRefused
from bot.follow_ups import FollowUps
from bot.invitations import Invitations
from bot.links import invitation_link, return_link
from bot.occasions import names_of
from bot.organisation import meant
from bot.people import is_in_a_browser
from bot.premises import Premises
from bot.returns import Returns
from bot.store import contacts, hand_overs
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.hand_overs import Due
from bot.store.weeks import open_week
from flows.journey import Words
from flows.wording import filled

_PHRASES = {"before": "hand-over-before", "during": "hand-over-after", "after": "hand-over-after"}


@dataclass(frozen=True, slots=True)
class Handed:
    """One row for the sender. `useful_until` is the last moment, in UTC, at which it is worth sending.

    `link` is the invitation's, or for somebody who began in a browser the one they come back with; "" until the bot's
    name is known, where there are no pages of our own.
    """

    follow_up: str
    contact: str
    reference: str | None
    unit: str
    phase: str
    language: str
    link: str
    useful_until: datetime


class HandOvers:
    """What these premises hand to the organisation's own sender."""

    def __init__(self, premises: Premises, invitations: Invitations, follow_ups: FollowUps, returns: Returns) -> None:
        self._premises = premises
        self._invitations = invitations
        self._follow_ups = follow_ups
        self._returns = returns

    def add(self, tx: Transaction, id_: str, unit: str | None, now: datetime, limit: int) -> int:
        """Put what is due, at most `limit` rows, into the file `id_`; returns how many were looked at.

        What the contact budget leaves out ends here. UnknownCode for a unit that isn't the organisation's.
        """
        if unit is not None:
            meant(unit, self._premises.organisation.units, "unit")
        week = open_week(tx, now, self._premises.zone)
        found = hand_overs.due(tx, now, unit=unit, limit=limit)
        for due in found:
            contact = contacts.of_id(tx, due.contact_id)
            if contact is None:
                continue
            if contact.person_id is None and is_too_often(tx, self._premises, contact, now):
                self._follow_ups.leave_out(tx, contact, BUDGET, now)
            else:
                if contact.person_id is not None:
                    self._returns.token(tx, contact.person_id, now)
                hand_overs.mark(tx, id_, due.id, now=now, week=week)
        return len(found)

    def rows(self, tx: Transaction, page: Sequence[Due], now: datetime) -> list[Handed]:
        """What of a page of a file is still to be sent: without those opened or ended since. Changes nothing."""
        rows = []
        for due in page:
            contact = contacts.of_id(tx, due.contact_id)
            link = self._link(tx, contact, now) if contact is not None else None
            if contact is not None and link is not None:
                rows.append(self._row(due, contact, link))
        return rows

    def undo(self, tx: Transaction, id_: str, now: datetime) -> int:
        """Nothing of the file was sent: it is due again. Returns how many rows. ContactRefused without such a file."""
        known = hand_overs.of_id(tx, id_)
        if known is None:
            raise ContactRefused(f"There is no file {id_}. `kundresa contacts due --list` shows those there are.")
        if known.undone_at is not None:
            raise ContactRefused(f"The file {id_} was taken back already.")
        return hand_overs.undo(tx, id_, now=now, week=open_week(tx, now, self._premises.zone))

    def text(self, tx: Transaction, row: Handed) -> str:
        """What the sender can send, ready, in the person's language."""
        contact = contacts.of_id(tx, row.contact)
        names: dict[str, Words | str] = {"link": row.link}
        if contact is not None:
            names |= names_of(self._premises, contact.unit, contact.service, contact.start_at)
        return filled(self._premises.words[_PHRASES[row.phase]], row.language, names)

    def remark(self, language: str) -> str:
        """What whoever sends the texts must know of their links."""
        phrase = "hand-over-remark" if self._premises.public_url is None else "hand-over-remark-pages"
        return filled(self._premises.words[phrase], language, {})

    def _link(self, tx: Transaction, contact: Contact, now: datetime) -> str | None:
        if contact.person_id is not None and is_in_a_browser(tx, contact.person_id):
            token = self._returns.told(tx, contact.person_id, now)
            return return_link(self._premises, token) if token is not None else None
        code = self._invitations.code(tx, contact.id)
        return (invitation_link(tx, self._premises, code) or "") if code is not None else None

    def _row(self, due: Due, contact: Contact, link: str) -> Handed:
        return Handed(
            follow_up=due.id,
            contact=contact.id,
            reference=contact.reference,
            unit=contact.unit,
            phase=due.phase,
            language=contact.language or self._premises.languages[0],
            link=link,
            useful_until=due.useful_until,
        )
