"""The rooms of nouns, built together: what a door's desk, the clock's jobs and the commands work with."""

from __future__ import annotations

from dataclasses import dataclass

from bot.citizens import Citizens
from bot.contacts import Contacts
from bot.conversations import Conversations
from bot.follow_ups import FollowUps
from bot.invitations import Invitations
from bot.people import People
from bot.premises import Premises


@dataclass(frozen=True, slots=True)
class Rooms:
    """One of each room, on the same premises."""

    premises: Premises
    people: People
    invitations: Invitations
    contacts: Contacts
    conversations: Conversations
    follow_ups: FollowUps
    citizens: Citizens


def built(premises: Premises) -> Rooms:
    """The rooms of these premises."""
    people = People(premises)
    invitations = Invitations(premises)
    conversations = Conversations(premises, invitations)
    follow_ups = FollowUps(premises, conversations)
    return Rooms(
        premises=premises,
        people=people,
        invitations=invitations,
        contacts=Contacts(premises, invitations),
        conversations=conversations,
        follow_ups=follow_ups,
        citizens=Citizens(premises, people, invitations, conversations, follow_ups),
    )
