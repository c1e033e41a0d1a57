"""Fields: what may stand in each field that the API takes or gives, and what its description says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from bot.api.moments import PATTERN
from bot.contacts import SOLVED
from bot.lists.entries import LONGEST_REFERENCE
from bot.organisation import OUTCOMES

LONGEST_CODE = 64

_LOCAL = (
    "RFC 3339 with an offset, or without one: then local time in the organisation's zone (see `GET /vocabulary`). A "
    "local time that comes twice is the first of the two; one that the clocks skip is refused."
)
_NO_PERSON = "Nothing that leads to a person: identity numbers, phone numbers and addresses are refused."

Phase = Literal["before", "during", "after"]
State = Literal[
    "planned", "begun", "answered", "partial", "declined", "unanswered", "missed", "unreachable", "not-asked"
]

Moment = Annotated[datetime, Meta(tz=True, examples=["2026-11-17T17:00:00+01:00"])]
"""A moment as the API tells it: with the offset of the organisation's zone."""

Start = Annotated[
    str,
    Meta(
        description=f"When it takes place, takes effect, or took place. {_LOCAL}",
        examples=["2026-11-18T10:00"],
        extra_json_schema={"pattern": PATTERN},
    ),
]
End = Annotated[
    str,
    Meta(
        description="When it ends, written as `start`; without one the journey says how long it lasts.",
        examples=["2026-11-18T10:45"],
        extra_json_schema={"pattern": PATTERN},
    ),
]
Journey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CODE,
        description="The journey it follows, a code.",
        examples=["office-visit"],
    ),
]
Unit = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CODE,
        description="The unit that meets the person, a code. May be left out where the key is for one unit.",
        examples=["main"],
    ),
]
Service = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CODE,
        description="What it is about, a code.",
        examples=["general"],
    ),
]
Channel = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CODE,
        description="How you meet, a code.",
        examples=["visit"],
    ),
]
Language = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CODE,
        description="The person's language, if you know it.",
        examples=["fi"],
    ),
]
Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_REFERENCE,
        description="Your own number for it, unique within unit and journey: the same again is the same contact. "
        + _NO_PERSON,
        examples=["B-2026-00417"],
    ),
]
Outcome = Annotated[
    str,
    Meta(
        description="How the case ended for the person.",
        examples=["granted"],
        extra_json_schema={"enum": list(OUTCOMES)},
    ),
]
Cause = Annotated[
    str,
    Meta(min_length=1, max_length=LONGEST_CODE, description="Why the need arose, a code.", examples=["did-not-follow"]),
]
Solved = Annotated[
    str,
    Meta(
        description="Whether the matter was solved at this contact.",
        examples=["yes"],
        extra_json_schema={"enum": list(SOLVED)},
    ),
]
Matter = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_REFERENCE,
        description=f"Your name for what several contacts are about; kept as a keyed hash alone. {_NO_PERSON}",
        examples=["KS-2026-1183"],
    ),
]
NotAsked = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CODE,
        description="Why nothing shall be asked about it, a code of `reasons`. It can't be taken back.",
        examples=["protected-identity"],
    ),
]
