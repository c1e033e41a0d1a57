"""Call-backs: promises to call, from the button to the question whether it happened."""

from __future__ import annotations

from datetime import datetime

from bot.premises import Premises
from bot.remarks import Remarks
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.people import Person
from flows.messages import Tap


class CallBacks:
    """The call-backs of these premises."""

    def __init__(self, premises: Premises, remarks: Remarks) -> None:
        self._premises = premises
        self._remarks = remarks

    def wanted(self, tx: Transaction, kept: Kept | None, person: Person, now: datetime) -> None:
        """The person tapped "call me", in a conversation or outside one."""
        self._remarks.say(tx, person, "call-me-number", now)

    def tapped(self, tx: Transaction, tap: Tap, person: Person, now: datetime) -> None:
        """A button of ours."""

    def said(self, tx: Transaction, text: str, person: Person, now: datetime) -> bool:
        """Whether a text was taken as the number that a call-back waits for."""
        return False

    def number(self, tx: Transaction, contact: str, number: str, person: Person, now: datetime) -> None:
        """A journey's question for a phone number was answered: it is a call-back to the contact's unit."""

    def beat(self, tx: Transaction, now: datetime) -> bool:
        """Ask about calls that were done; True if there may be more."""
        return False
