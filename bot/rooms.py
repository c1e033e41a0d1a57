"""The rooms of nouns, built together: what a door's desk, the clock's jobs and the commands work with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.api_keys import ApiKeys
from bot.call_backs import CallBacks
from bot.changes import Changes
from bot.citizens import Citizens
from bot.coding import Coding
from bot.contacts import Contacts
from bot.conversations import Conversations
from bot.erasures import Erasures
from bot.follow_ups import FollowUps
from bot.hand_overs import HandOvers
from bot.homes import Homes
from bot.invitations import Invitations
from bot.journal import Journal
from bot.matters import Matters
from bot.open_invitations import OpenInvitations
from bot.people import People
from bot.premises import Premises
from bot.privacy import Privacy
from bot.remarks import Remarks
from bot.retention import Retention
from bot.returns import Returns
from bot.spoken_codes import SpokenCodes
from bot.staff import Staff
from bot.staff_chat import StaffChats
from bot.store.database import Transaction
from bot.welcome import Welcome


@dataclass(frozen=True, slots=True)
class Rooms:
    """One of each room, on the same premises."""

    premises: Premises
    people: People
    homes: Homes
    returns: Returns
    invitations: Invitations
    open_invitations: OpenInvitations
    spoken_codes: SpokenCodes
    contacts: Contacts
    changes: Changes
    hand_overs: HandOvers
    conversations: Conversations
    follow_ups: FollowUps
    call_backs: CallBacks
    erasures: Erasures
    retention: Retention
    privacy: Privacy
    welcome: Welcome
    citizens: Citizens
    staff: Staff
    staff_chats: StaffChats
    api_keys: ApiKeys
    coding: Coding

    def beat(self, tx: Transaction, now: datetime) -> bool:
        """Everything that is due, a bounded part of each kind; True if there may be more."""
        more = self.follow_ups.beat(tx, now)
        self.erasures.beat(tx)
        return self.call_backs.beat(tx, now) or more


def built(premises: Premises, journal: Journal | None = None) -> Rooms:
    """The rooms of these premises. Without a `journal`, stops and erasures stand in the database alone."""
    people = People(premises, journal)
    remarks = Remarks(premises)
    returns, homes = Returns(premises), Homes(premises, people)
    matters = Matters(premises)
    spoken_codes = SpokenCodes(premises)
    invitations = Invitations(premises, matters, spoken_codes)
    contacts = Contacts(premises, invitations, matters)
    open_invitations = OpenInvitations(premises, contacts)
    call_backs = CallBacks(premises, remarks)
    conversations = Conversations(premises, invitations, call_backs)
    call_backs.afterwards(conversations.again)
    follow_ups = FollowUps(premises, conversations)
    changes = Changes(premises, contacts, invitations, matters, follow_ups)
    erasures = Erasures(premises, conversations, journal)
    privacy = Privacy(premises, people, erasures, remarks)
    welcome = Welcome(
        premises,
        people,
        invitations,
        open_invitations,
        spoken_codes,
        conversations,
        follow_ups,
        remarks,
        returns,
        homes,
    )
    return Rooms(
        premises=premises,
        people=people,
        homes=homes,
        returns=returns,
        invitations=invitations,
        open_invitations=open_invitations,
        spoken_codes=spoken_codes,
        contacts=contacts,
        hand_overs=HandOvers(premises, invitations, follow_ups, returns),
        changes=changes,
        conversations=conversations,
        follow_ups=follow_ups,
        call_backs=call_backs,
        erasures=erasures,
        retention=Retention(premises, erasures),
        privacy=privacy,
        welcome=welcome,
        citizens=Citizens(premises, people, conversations, follow_ups, welcome, privacy, call_backs, remarks, homes),
        staff=Staff(premises),
        staff_chats=StaffChats(premises, people, contacts, invitations, changes, call_backs, remarks),
        api_keys=ApiKeys(premises),
        coding=Coding(premises),
    )
