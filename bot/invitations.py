"""Invitations: the codes that let a person begin. Looking binds nothing; beginning does."""

from __future__ import annotations

from datetime import datetime

from bot.keys import code_hash
from bot.matters import Matters
from bot.premises import Premises
from bot.spoken_codes import Spoken, SpokenCodes
from bot.store import contacts, follow_ups, invitations, open_invitations
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.invitations import Invitation
from bot.store.people import Person
from bot.store.weeks import open_week


class Invitations:
    """The invitations of these premises."""

    def __init__(self, premises: Premises, matters: Matters, spoken_codes: SpokenCodes) -> None:
        self._premises = premises
        self._spoken_codes = spoken_codes
        self._matters = matters

    def make(self, tx: Transaction, contact: str, expires: datetime, now: datetime) -> str:
        """A personal invitation to a contact; returns its code, which is never stored."""
        id_ = self._premises.ids()
        code = self._premises.keyring.code(id_)
        invitations.add(tx, id_, contact=contact, code_hash=code_hash(code), now=now, expires=expires)
        return code

    def code(self, tx: Transaction, contact: str) -> str | None:
        """The code of a contact's invitation once more, until somebody has begun with it; then None."""
        invitation = invitations.of_contact(tx, contact)
        if invitation is None or invitation.person_id is not None:
            return None
        return self._premises.keyring.code(invitation.id)

    def spoken(self, tx: Transaction, contact: str, now: datetime) -> Spoken | None:
        """The code to say aloud that was made for a contact, while it holds and until somebody has begun; then None."""
        invitation = invitations.of_contact(tx, contact)
        if invitation is None or invitation.person_id is not None:
            return None
        return self._spoken_codes.living(tx, invitation.id, now)

    def speak(self, tx: Transaction, contact: str, now: datetime) -> Spoken | None:
        """A new code to say aloud for a contact; the one before it holds no longer. None once somebody has begun."""
        invitation = invitations.of_contact(tx, contact)
        if invitation is None or invitation.person_id is not None:
            return None
        return self._spoken_codes.made(tx, invitation.id, now)

    def holds(self, tx: Transaction, contact: str, now: datetime) -> bool:
        """Whether somebody may still begin with a contact's invitation."""
        invitation = invitations.of_contact(tx, contact)
        return invitation is not None and invitation.person_id is None and invitation.expires_at > now

    def of_code(self, tx: Transaction, code: str) -> Invitation | None:
        """The invitation whose link holds this code."""
        return invitations.of_code(tx, code_hash(code))

    def of_id(self, tx: Transaction, id_: str) -> Invitation | None:
        """The invitation with this id."""
        return invitations.of_id(tx, id_)

    def accept(self, tx: Transaction, invitation: Invitation | None, person: Person, now: datetime) -> Contact | None:
        """The person begins with an invitation: the contact is theirs from now on. Theirs already: the same again.

        None for one that is not there, expired, or somebody else's, and for a contact that was cancelled: to a
        stranger they all look the same.
        """
        if invitation is None or invitation.person_id not in (None, person.id):
            return None
        if invitation.person_id is None and invitation.expires_at <= now:
            return None
        contact = contacts.of_id(tx, invitation.contact_id)
        if contact is None or contact.cancelled_at is not None or contact.not_asked is not None:
            return None
        if contact.person_id not in (None, person.id) and not self._is_free(tx, contact):
            return None
        if invitation.person_id is None:
            invitations.bind(tx, invitation.id, person.id, now)
            contacts.bind(tx, contact.id, person.id)
            follow_ups.bind(tx, contact.id, bound=True)
            self._matters.claim(tx, contact.matter_id)
            self._take_up_declined(tx, contact.id, now)
        return contact

    def release(self, tx: Transaction, contact: str) -> None:
        """The person said no thanks before answering anything: the invitation is nobody's again.

        A contact begun with a poster or card has none of its own. It stays with the person, so that nobody can have
        contacts registered without end, but a card may then be used by somebody else.
        """
        found = contacts.of_id(tx, contact)
        if found is not None and found.invitation == "open":
            open_invitations.unspend(tx, contact)
            return
        invitations.release(tx, contact)
        contacts.bind(tx, contact, None)
        follow_ups.bind(tx, contact, bound=False)
        self._matters.claim(tx, found.matter_id if found is not None else None)

    def prolong(self, tx: Transaction, contact: str, expires: datetime) -> None:
        """The contact was moved: its invitation holds until then."""
        invitations.prolong(tx, contact, expires)

    def _is_free(self, tx: Transaction, contact: Contact) -> bool:
        # Given to its matter's person, who was asked nothing yet: whoever holds the invitation itself comes first.
        begun = any(follow_up.begun_at is not None for follow_up in follow_ups.of_contact(tx, contact.id))
        return bool(contact.by_matter) and not begun

    def _take_up_declined(self, tx: Transaction, contact: str, now: datetime) -> None:
        # Somebody said no thanks with this code before; whoever uses it now may still be asked what is useful to ask.
        week = open_week(tx, now, self._premises.zone)
        for follow_up in follow_ups.of_contact(tx, contact):
            if follow_up.disposition == "declined" and follow_up.useful_until > now and follow_up.begun_at is None:
                follow_ups.resume(tx, follow_up.id, "planned", now=now, week=week)
                contacts.reopen(tx, contact)
