"""Promises to call: how many were kept, by what staff marked and by what people say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.figures.funnel import Rate
from bot.figures.intervals import wilson


class Promise(Protocol):
    """What is needed of a call-back as it stood at one moment: `store.call_backs.CallBackRow` has it."""

    @property
    def state(self) -> str:
        """Open, done or withdrawn."""

    @property
    def outcome(self) -> str | None:
        """Reached, met, not-reached, or None while nobody has called."""

    @property
    def in_time(self) -> int | None:
        """1 kept by its deadline, 0 not, None where that is not known, or no longer asked for."""

    @property
    def happened(self) -> str | None:
        """What the person says: yes, no, or nothing."""


@dataclass(frozen=True, slots=True)
class Promises:
    """Counts of call-backs.

    `asked` is all but those withdrawn before their deadline. Each of them is one of: `in_time`, reached (or met, when
    the person called) by the deadline; `late`, the same after it; `not_reached`, somebody tried and did not reach the
    person, whenever that was; `not_done`, the deadline has passed and nobody has called; `not_due`, it has not passed
    yet. `confirmed` and `denied` are what those people say who were asked and answered; many are neither.
    """

    asked: int = 0
    in_time: int = 0
    late: int = 0
    not_reached: int = 0
    not_done: int = 0
    not_due: int = 0
    confirmed: int = 0
    denied: int = 0

    def kept_rate(self) -> Rate | None:
        """The share of promises kept, with Wilson's interval: `in_time` of all that are done or past their deadline.

        A call that came late, did not reach the person or never came is a promise not kept. One that is not due yet
        counts in neither. None where none is due.
        """
        return _rate(self.in_time, self.asked - self.not_due)

    def confirmed_rate(self) -> Rate | None:
        """The share of those who say that it happened, of those who say either way. None where nobody does."""
        return _rate(self.confirmed, self.confirmed + self.denied)


def promises(rows: Iterable[Promise]) -> Promises:
    """The counts of these call-backs."""
    counts = dict.fromkeys(Promises.__slots__, 0)
    for row in rows:
        became = _became(row)
        if became is None:
            continue
        counts["asked"] += 1
        counts[became] += 1
        if row.happened is not None:
            counts["confirmed" if row.happened == "yes" else "denied"] += 1
    return Promises(**counts)


def _became(row: Promise) -> str | None:
    if row.in_time == 1:
        return "in_time"
    if row.state == "withdrawn":
        return None if row.in_time is None else "not_done"
    if row.state == "open":
        return "not_due" if row.in_time is None else "not_done"
    return "not_reached" if row.outcome == "not-reached" else "late"


def _rate(part: int, whole: int) -> Rate | None:
    return Rate(part / whole, wilson(part, whole)) if whole else None
