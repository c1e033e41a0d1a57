"""What an export reads of a week, row by row. Values only; `weeks` fills them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WeekFile:
    """A file made of a week: `kind` is "report" or "data", `rows` what its tables hold, `sha256` in
    hexadecimal.
    """

    week: str
    name: str
    kind: str
    sha256: str
    rows: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A journey version that was used: `body` as `bot.library.encoded` wrote it."""

    fingerprint: str
    body: bytes
    first_used_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One settled question with what is known of its contact, as it stood at the week's close. Moments are in
    UTC.

    `codes` are separated by spaces; `state` and `disposition` are the follow-up's; `supersedes` is the uid of
    the row that this one corrects.
    """

    id: int
    uid: str
    follow_up_id: str
    contact_id: str
    person_id: str
    question: str
    status: str
    codes: str
    number: float | None
    text: str | None
    drawn: int
    draw_probability: float | None
    language: str
    door: str
    asked_at: datetime | None
    answered_at: datetime | None
    recorded_at: datetime
    week: str
    supersedes: str | None
    fingerprint: str
    phase: str
    retrospective: int
    late: int
    sent_at: datetime | None
    state: str | None
    disposition: str | None
    reminded: int
    unit: str
    service: str | None
    channel: str | None
    outcome: str | None
    contact_start: datetime
    contact_end: datetime | None
    journey: str
    matter_id: str | None
    audience: str
    invitation: str


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One follow-up as it stood at the week's close: what happened later is not in it. Moments are in UTC.

    `moved`: the contact had been at another time before. `by_matter`: the conversation began because of the contact's
    matter, before anybody opened the contact's own invitation.
    """

    id: str
    contact_id: str
    matter_id: str | None
    journey: str
    audience: str
    invitation: str
    phase: str
    state: str
    disposition: str | None
    reason: str
    unit: str
    service: str | None
    channel: str | None
    cause: str | None
    solved: str | None
    outcome: str | None
    person_id: str | None
    fingerprint: str | None
    door: str | None
    language: str | None
    retrospective: int
    with_during: int
    late: int
    contact_start: datetime
    contact_end: datetime | None
    registered_at: datetime
    due_at: datetime
    useful_until: datetime
    opened_at: datetime | None
    bound_at: datetime | None
    begun_at: datetime | None
    sent_at: datetime | None
    reminded_at: datetime | None
    ended_at: datetime | None
    moved: int
    handed_over_at: datetime | None
    by_matter: int


@dataclass(frozen=True, slots=True)
class OpenRow:
    """So many contacts of one journey began from a poster or a card; they are of so many persons."""

    journey: str
    audience: str
    contacts: int
    persons: int


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Contacts of one journey with one cause (None: staff gave none): how many of the `registered` were `asked`, by us
    or by the organisation's own sender, and how many the contact budget `left_out`; `part` is their unit, or ''.
    """

    journey: str
    audience: str
    cause: str | None
    registered: int
    asked: int
    left_out: int
    part: str = ""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """So many follow-ups of one journey ended in this disposition for this reason; `part` is their unit, or ''."""

    journey: str
    audience: str
    disposition: str
    reason: str
    follow_ups: int
    part: str = ""
