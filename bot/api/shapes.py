"""Shapes: what the API takes and gives. The API's description is made from these, so it says what holds."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bot.api.fields import (
    Cause,
    Channel,
    End,
    Journey,
    Language,
    Matter,
    Moment,
    NotAsked,
    Outcome,
    Phase,
    Reference,
    Service,
    Solved,
    Start,
    State,
    Unit,
)
from bot.api.problems import Problem

MOST_CONTACTS = 500
"""Contacts of one call."""


class NewContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One occasion to follow up: a visit, a call, a decision. Codes are the organisation's: see `GET /vocabulary`."""

    journey: Journey
    start: Start
    unit: Unit | None = None
    end: End | None = None
    service: Service | None = None
    channel: Channel | None = None
    cause: Cause | None = None
    solved: Solved | None = None
    outcome: Outcome | None = None
    matter: Matter | None = None
    reference: Reference | None = None
    language: Language | None = None
    not_asked: NotAsked | None = None
    spoken_code: Annotated[
        bool, Meta(description="Whether to make a code that staff can say aloud. It holds for 72 hours.")
    ] = False


class NewContacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Many at once. Each is taken or refused by itself."""

    contacts: Annotated[
        list[NewContact],
        Meta(min_length=1, max_length=MOST_CONTACTS, description="The contacts, as one alone is sent."),
    ]


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a contact now. What is left out stays as it was."""

    start: Start | UnsetType = UNSET
    end: End | UnsetType = UNSET
    outcome: Outcome | UnsetType = UNSET
    cause: Cause | UnsetType = UNSET
    solved: Solved | UnsetType = UNSET
    matter: Matter | UnsetType = UNSET
    not_asked: NotAsked | UnsetType = UNSET
    spoken_code: Annotated[
        bool | UnsetType, Meta(description="`true` makes a new code to say aloud; the one before holds no longer.")
    ] = UNSET


class FollowUp(msgspec.Struct, frozen=True):
    """One phase of asking about a contact: when, and what came of it. Never what anybody answered."""

    phase: Phase
    due_at: Annotated[Moment, Meta(description="When it is asked, or was to be.")]
    useful_until: Annotated[Moment, Meta(description="After this it is not asked any more.")]
    state: Annotated[
        State,
        Meta(description="`planned`, `begun`, or where it ended."),
    ]
    reason: Annotated[str, Meta(description="Why nobody answered, a code; empty where somebody did.")]
    handed_over_at: Annotated[Moment | None, Meta(description="When `GET /due` or a file gave it to your sender.")]


class SpokenCode(msgspec.Struct, frozen=True):
    """A code to say aloud, or to type from paper."""

    code: Annotated[str, Meta(examples=["FKLM-2345"])]
    holds_until: Moment


class Contact(msgspec.Struct, frozen=True):
    """A contact as it stands."""

    id: str
    journey: str
    unit: str
    service: str | None
    channel: str | None
    cause: str | None
    solved: str | None
    outcome: str | None
    reference: Annotated[
        str | None, Meta(description="Yours; null once everything about the contact is over. It is found by it still.")
    ]
    start: Moment
    end: Moment | None
    not_asked: str | None
    registered_at: Moment
    moved_at: Moment | None
    cancelled_at: Moment | None
    link: Annotated[
        str | None,
        Meta(
            description="The person's invitation: send it to them alone. Null once somebody has begun with it, and "
            "where nothing is asked."
        ),
    ]
    spoken_code: SpokenCode | None
    follow_ups: tuple[FollowUp, ...]


class Result(msgspec.Struct, frozen=True):
    """What came of one contact of many: the status it would have had alone, and the contact or the problem."""

    index: Annotated[int, Meta(ge=0, description="Its place in what was sent, from 0.")]
    status: Annotated[int, Meta(ge=200, le=599, examples=[201])]
    contact: Contact | None
    problem: Problem | None


class Results(msgspec.Struct, frozen=True):
    """What came of each contact, in the order in which they were sent, and how many of each."""

    registered: Annotated[int, Meta(ge=0)]
    known: Annotated[int, Meta(ge=0, description="Registered before under the same reference; nothing was changed.")]
    refused: Annotated[int, Meta(ge=0)]
    results: tuple[Result, ...]


class Contacts(msgspec.Struct, frozen=True):
    """The contacts that were looked for; none is an empty list."""

    contacts: tuple[Contact, ...]


class DueRow(msgspec.Struct, frozen=True):
    """One message for your own sender: SMS, e-mail or letter."""

    contact: str
    reference: Annotated[str | None, Meta(description="Yours, by which you know whom to send it to.")]
    unit: str
    phase: Phase
    language: str
    link: str
    text: Annotated[str, Meta(description="Ready to be sent, in the person's language, with the link in it.")]
    useful_until: Annotated[Moment, Meta(description="The last moment at which it is worth sending.")]


class Due(msgspec.Struct, frozen=True):
    """What is to be sent now. It stands in no other hand-over."""

    hand_over: Annotated[str, Meta(description="Its id: what fetches the same rows again, or takes them back.")]
    rows: Annotated[tuple[DueRow, ...], Meta(description="Without those opened or over since it was first fetched.")]
    more: Annotated[bool, Meta(description="Whether there may be more: fetch again under another id.")]


class HandOver(msgspec.Struct, frozen=True):
    """A hand-over made with this key."""

    hand_over: str
    at: Moment
    rows: Annotated[int, Meta(ge=0)]
    taken_back_at: Moment | None


class HandOvers(msgspec.Struct, frozen=True):
    """The hand-overs made with this key, the newest first."""

    hand_overs: tuple[HandOver, ...]


class TakenBack(msgspec.Struct, frozen=True):
    """How many rows of it are due again."""

    hand_over: str
    rows: Annotated[int, Meta(ge=0)]


class Term(msgspec.Struct, frozen=True):
    """A code, and what it is called in each language."""

    code: str
    names: Annotated[dict[str, str], Meta(examples=[{"sv": "Besök", "fi": "Käynti", "en": "Visit"}])]


class Vocabulary(msgspec.Struct, frozen=True):
    """The codes that this key may use, and the zone of local times."""

    zone: Annotated[str, Meta(examples=["Europe/Stockholm"])]
    languages: tuple[str, ...]
    units: tuple[Term, ...]
    services: tuple[Term, ...]
    channels: tuple[Term, ...]
    outcomes: tuple[Term, ...]
    causes: tuple[Term, ...]
    reasons: Annotated[tuple[Term, ...], Meta(description="Of `not_asked`.")]
    solved: tuple[str, ...]
    journeys: tuple[Term, ...]
