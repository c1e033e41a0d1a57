"""What an erasure is about, and what is left of it. Values only; `erasures` fills them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

By = Literal["person", "staff", "retention"]


@dataclass(frozen=True, slots=True)
class Doomed:
    """A contact as it is to be erased; `reference_lookup` is None where it has no reference."""

    id: str
    unit: str
    journey: str
    reference_lookup: bytes | None
    start_at: datetime
    registered_at: datetime
    registered_week: str
    matter_id: str | None
    person_id: str | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, queued or done. `person_id` is None once it is done; the counts are 0 until then."""

    id: str
    asked_at: datetime
    asked_by: By
    person_id: str | None
    state: Literal["queued", "done"]
    done_at: datetime | None
    contacts: int
    answers: int
    call_backs: int


@dataclass(frozen=True, slots=True)
class Address:
    """How a person is reached: `sealed` as it stands; `language` is the person's."""

    lookup: bytes
    door: str
    sealed: bytes
    created_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference is unique."""

    unit: str
    journey: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A reference that was erased, as its keyed hash."""

    unit: str
    journey: str
    reference_lookup: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody who has said stop, as the keyed hash of their address."""

    lookup: bytes
    stopped_at: datetime


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody erased, to whom one last message went; `lookup` is their address's."""

    person: str
    lookup: bytes | None


@dataclass(slots=True)
class Tally:
    """What was erased so far. By week: rows of answers as a workbook counts them, follow-ups, and codings.

    `of_call_backs` are weeks in which something became of a call-back.
    """

    contacts: int = 0
    answers: int = 0
    call_backs: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    follow_ups: dict[str, int] = field(default_factory=dict)
    of_call_backs: set[str] = field(default_factory=set)
    codings: dict[str, int] = field(default_factory=dict)

    def weeks(self) -> list[str]:
        """Every week that had anything of it, in order."""
        return sorted({*self.rows, *self.follow_ups, *self.of_call_backs, *self.codings})
