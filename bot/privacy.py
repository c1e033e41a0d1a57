"""Privacy: what a person is told of what is kept about them, and what they can do about it."""

from __future__ import annotations

from datetime import datetime

from bot.my_data import told
from bot.premises import Premises
from bot.remarks import Remarks
from bot.store.database import Transaction
from bot.store.people import Person
from flows.journey import Words
from flows.messages import Tap
from flows.wording import in_language


class Privacy:
    """The rights of the persons of these premises."""

    def __init__(self, premises: Premises, remarks: Remarks) -> None:
        self._premises = premises
        self._remarks = remarks

    def notice(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The whole privacy notice (GDPR Article 13)."""
        organisation, words = self._premises.organisation, self._premises.words
        link = organisation.notice_link
        notice = Words({code: "\n" + in_language(words["full-notice"], code).replace("{link}", link) for code in
                        words["full-notice"].texts}) if link else Words({"": ""})  # fmt: skip
        names = {
            "controller": organisation.controller,
            "officer": organisation.officer,
            "legal_basis": organisation.legal_basis if organisation.legal_basis.texts else words["legal-basis"],
            "months": Words({"": str(organisation.months_kept)}),
            "authority": organisation.complaint_authority,
            "door_recipient": words.get(f"recipient-{person.door}", Words({"": ""})),
            "notice_link": notice,
        }
        self._remarks.say(tx, person, "privacy", now, names=names)

    def held(self, tx: Transaction, person: Person, now: datetime) -> None:
        """Everything that is held about the person, as they asked."""
        for text in told(tx, self._premises, person):
            self._remarks.send(tx, person, text, now)

    def erase(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The person wrote that everything shall be erased."""
        self.notice(tx, person, now)  # which says whom to ask

    def pause(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The person wrote that they want to be left alone for a while."""
        self._remarks.say(tx, person, "help", now)

    def tapped(self, tx: Transaction, tap: Tap, person: Person, now: datetime) -> None:
        """A button of `erase` or `pause`."""
        self.notice(tx, person, now)
