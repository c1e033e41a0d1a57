"""Tallies: what the figures of closed weeks are counted from, together or by what a contact was. Never a person.

What a contact was is as frozen when its conversation began. Never decides what may be shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from bot.clock import week_start
from bot.store.database import Transaction
from bot.store.queries import queries
from bot.store.weeks import week_end

_SQL = queries("tallies.sql")

Cut = Literal["", "unit", "channel", "service", "outcome", "unit channel", "unit outcome"]
"""By what contacts are told apart; "": not at all; "unit channel": by both, the two codes with `BOTH` between them."""

BOTH = "/"

Spans = Mapping[str, Sequence[str]]
"""The weeks of each span ("2026-W47"), by a name for it."""


@dataclass(frozen=True, slots=True)
class TallyRow:
    """So many persons (each counted once a span, part and question) and contacts settled a question in this way."""

    span: str
    part: str
    fingerprint: str
    question: str
    retrospective: int
    answered: int
    codes: str
    number: float | None
    persons: int
    contacts: int


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How far the contacts of one journey had come; `still_open` counts follow-ups, the others contacts."""

    span: str
    part: str
    journey: str
    audience: str
    registered: int
    opened: int
    begun: int
    finished: int
    still_open: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed week; `answered`: somebody answered something in it."""

    week: str
    answered: int


def tallies(
    tx: Transaction, spans: Spans, simulated: bool, cut: Cut = "", questions: Iterable[str] | None = None
) -> list[TallyRow]:
    """How each question put in each span was settled, one answer a person and part, corrections of the span applied.

    Rows that are neither a person's latest answer nor a contact's are left out of both counts. A part nobody gave
    (a contact without a channel) is ''. `questions`: of these codes only, in whatever journey.
    """
    weeks = json.dumps([(week, span) for span, members in spans.items() for week in members])
    only = None if questions is None else json.dumps(sorted(questions))
    return tx.all(TallyRow, _SQL["tallies"], spans=weeks, simulated=int(simulated), cut=cut, questions=only)


def funnel(
    tx: Transaction, weeks: Iterable[str], week: str, zone: tzinfo, simulated: bool, cut: Cut = ""
) -> list[FunnelRow]:
    """The funnel of the contacts that started in each of the `weeks`, each a span, as it stood at the close of `week`.

    A contact starts in one week alone, so that several weeks are their rows added up: `added`.
    """
    spans = [(each, *map(_milliseconds, (week_start(each, zone), week_end(each, zone)))) for each in weeks]
    return tx.all(
        FunnelRow,
        _SQL["funnel"],
        spans=json.dumps(spans),
        close=week_end(week, zone),
        week=week,
        simulated=int(simulated),
        cut=cut,
    )


def added(rows: Iterable[FunnelRow], span: str = "") -> list[FunnelRow]:
    """The rows of several weeks as those of one `span`, by part, journey and audience."""
    sums: dict[tuple[str, str, str], FunnelRow] = {}
    for row in rows:
        key = (row.part, row.journey, row.audience)
        before = sums.get(key) or FunnelRow(span, *key, 0, 0, 0, 0, 0)
        sums[key] = FunnelRow(
            span,
            *key,
            before.registered + row.registered,
            before.opened + row.opened,
            before.begun + row.begun,
            before.finished + row.finished,
            before.still_open + row.still_open,
        )
    return [sums[key] for key in sorted(sums)]


def closed(tx: Transaction, simulated: bool) -> list[Closed]:
    """Every closed week, the oldest first."""
    return tx.all(Closed, _SQL["closed"], simulated=int(simulated))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
