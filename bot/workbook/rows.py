"""Rows: everything that the data file of one closed week, or of several in a row, holds: read at one moment, put aside.

A span's rows are those of its weeks, one after the other, as each stood at its own close; only what contacts had
answered in all is told once, as it stood at the close of the last. Never decides how a row is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.store import call_backs, coding, control_sums, weeks
from bot.store.call_backs import CallBackRow
from bot.store.coding import CodeList, CodingRow
from bot.store.control_sums import Erased, Sums
from bot.store.database import Transaction
from bot.store.week_rows import AnswerRow, FollowUpRow, VersionRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.span import Span
from bot.workbook.spool import Spool


@dataclass(frozen=True, slots=True)
class FollowUpThen:
    """A follow-up as it stood at the close of a week."""

    week: str
    row: FollowUpRow


@dataclass(frozen=True, slots=True)
class CallBackThen:
    """A call-back as it stood at the close of a week."""

    week: str
    row: CallBackRow


@dataclass(frozen=True, slots=True)
class Rows:
    """What a data file is made of; `close` it when done.

    `responses` and `response_sums` are by journey. `sums` are what the database counted, `masked` the pieces masked by
    kind, `erased` what was erased since (of every unit), `left_out` contacts of the other kind: simulated, or real.
    `code_lists` are those that codes in `codings` are from.
    """

    span: Span
    catalogue: Catalogue
    answers: Spool[AnswerRow]
    responses: Mapping[str, Spool[AnswerRow]]
    follow_ups: Spool[FollowUpThen]
    call_backs: Spool[CallBackThen]
    codings: Spool[CodingRow]
    code_lists: Sequence[CodeList]
    sums: Sums
    response_sums: Mapping[str, int]
    masked: Mapping[str, int]
    erased: Erased
    left_out: int
    schema: str

    def close(self) -> None:
        """Let go of the rows put aside."""
        self.answers.close()
        self.follow_ups.close()
        self.call_backs.close()
        self.codings.close()
        for spool in self.responses.values():
            spool.close()


def rows_of(tx: Transaction, span: Span, zone: ZoneInfo, simulated: bool, folder: Path) -> Rows:
    """Read the closed weeks of a span. Simulated contacts only, or none of them; what is many is put in `folder`."""
    catalogue = Catalogue(_versions(tx, span))
    answers, follow_ups, asked = Spool(AnswerRow, folder), Spool(FollowUpThen, folder), Spool(CallBackThen, folder)
    responses = {journey: Spool(AnswerRow, folder) for journey in catalogue.journeys()}
    for week in span.weeks():
        for answer in weeks.answers(tx, week, simulated, span.unit):
            answers.add(answer)
        for follow_up in weeks.follow_ups(tx, week, zone, simulated, span.unit):
            follow_ups.add(FollowUpThen(week, follow_up))
        for call_back in call_backs.rows_of_week(tx, week, zone, simulated):
            if span.unit in (None, call_back.unit):
                asked.add(CallBackThen(week, call_back))
    codings = Spool(CodingRow, folder)
    for one in _codings(tx, span, simulated):
        codings.add(one)
    for answer in _responses(tx, span, simulated):
        responses[answer.journey].add(answer)
    sums = [control_sums.of_week(tx, week, zone, simulated, span.unit) for week in span.weeks()]
    masked: dict[str, int] = {}
    for week in span.weeks():
        for kind, pieces in control_sums.masked(tx, week, simulated, span.unit).items():
            masked[kind] = masked.get(kind, 0) + pieces
    return Rows(
        span=span,
        catalogue=catalogue,
        answers=answers,
        responses=responses,
        follow_ups=follow_ups,
        call_backs=asked,
        codings=codings,
        code_lists=_code_lists(tx, span, simulated),
        sums=Sums.added(sums),
        response_sums=control_sums.responses(tx, span.first, span.last, simulated, span.unit),
        masked=dict(sorted(masked.items())),
        erased=Erased.added([control_sums.erased(tx, week) for week in span.weeks()]),
        left_out=control_sums.other_kind(tx, simulated),
        schema=weeks.schema(tx),
    )


def _versions(tx: Transaction, span: Span) -> list[VersionRow]:
    # Each week knows those of its own answers, too, whatever a clock that jumped says of when they came into use.
    found = {row.fingerprint: row for week in span.weeks() for row in weeks.versions(tx, week)}
    return sorted(found.values(), key=lambda row: (row.first_used_at, row.fingerprint))


def _codings(tx: Transaction, span: Span, simulated: bool) -> Iterator[CodingRow]:
    for week in span.weeks():
        for row in coding.rows_of_week(tx, week, simulated):
            about = coding.target(tx, row.answer_id) if span.unit is not None else None
            if about is None or about.unit == span.unit:
                yield row


def _code_lists(tx: Transaction, span: Span, simulated: bool) -> list[CodeList]:
    found = {one.version: one for week in span.weeks() for one in coding.lists_of_week(tx, week, simulated)}
    return sorted(found.values(), key=lambda one: (one.first_used_at, one.version))


def _responses(tx: Transaction, span: Span, simulated: bool) -> Iterator[AnswerRow]:
    # A contact that changed its unit stands under that of its latest answer, whole.
    rows = weeks.responses(tx, span.first, span.last, simulated)
    if span.unit is None:
        yield from rows
        return
    for _, contact in groupby(rows, lambda row: row.contact_id):
        together = list(contact)
        if together[-1].unit == span.unit:
            yield from together
