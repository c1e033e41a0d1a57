"""The rooms of nouns, built together: what a door's desk, the clock's jobs and the commands work with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.call_backs import CallBacks
from bot.changes import Changes
from bot.citizens import Citizens
from bot.contacts import Contacts
from bot.conversations import Conversations
from bot.follow_ups import FollowUps
from bot.invitations import Invitations
from bot.matters import Matters
from bot.people import People
from bot.premises import Premises
from bot.privacy import Privacy
from bot.remarks import Remarks
from bot.store.database import Transaction
from bot.welcome import Welcome


@dataclass(frozen=True, slots=True)
class Rooms:
    """One of each room, on the same premises."""

    premises: Premises
    people: People
    invitations: Invitations
    contacts: Contacts
    changes: Changes
    conversations: Conversations
    follow_ups: FollowUps
    call_backs: CallBacks
    privacy: Privacy
    welcome: Welcome
    citizens: Citizens

    def beat(self, tx: Transaction, now: datetime) -> bool:
        """Everything that is due, a bounded part of each kind; True if there may be more."""
        more = self.follow_ups.beat(tx, now)
        return self.call_backs.beat(tx, now) or more


def built(premises: Premises) -> Rooms:
    """The rooms of these premises."""
    people = People(premises)
    remarks = Remarks(premises)
    matters = Matters(premises)
    invitations = Invitations(premises, matters)
    contacts = Contacts(premises, invitations, matters)
    call_backs = CallBacks(premises, remarks)
    conversations = Conversations(premises, invitations, call_backs)
    follow_ups = FollowUps(premises, conversations)
    privacy = Privacy(premises, remarks)
    welcome = Welcome(premises, people, invitations, conversations, follow_ups, remarks)
    return Rooms(
        premises=premises,
        people=people,
        invitations=invitations,
        contacts=contacts,
        changes=Changes(premises, contacts, invitations, matters, follow_ups),
        conversations=conversations,
        follow_ups=follow_ups,
        call_backs=call_backs,
        privacy=privacy,
        welcome=welcome,
        citizens=Citizens(premises, people, conversations, follow_ups, welcome, privacy, call_backs, remarks),
    )
