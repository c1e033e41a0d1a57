"""The data file: rows as tables whose names, columns and order never change; new columns come last.

Restricted: it holds people's own words, and nothing in it is suppressed. Every row read becomes rows written:
a question that its version doesn't know is kept and counted, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.store.call_backs import CallBackRow
from bot.store.coding import CodingRow
from bot.store.week_rows import AnswerRow, FollowUpRow
from bot.workbook.catalogue import SHORT, Catalogue
from bot.workbook.cells import Value
from bot.workbook.columns import ANSWERS, CALL_BACKS, CODING, FOLLOW_UPS, PICKS, VERBATIMS, sheet
from bot.workbook.edition import Edition
from bot.workbook.rows import CallBackThen, FollowUpThen
from bot.workbook.sheets import Sheet
from bot.workbook.wide import week_columns, whole
from flows.journey import Choice, Question
from flows.wording import plain

BY_STAFF = "staff-"
"""What stands before staff's own code in a reason."""

OPEN = "open"
"""The disposition of a follow-up that had not ended when the week closed."""


def answers(rows: Iterable[AnswerRow], catalogue: Catalogue, edition: Edition) -> Sheet:
    """The long table: one row per question put, in the week in which it was settled; per option where several were
    chosen. What was put and is still open has its row in the week in which it is answered, or left.
    """
    return sheet("answers", ANSWERS, (line for row in rows for line in _answer_lines(row, catalogue, edition)))


def follow_ups(rows: Iterable[FollowUpThen], edition: Edition) -> Sheet:
    """Of each week, one row per follow-up whose contact started in it or which changed in it, as it stood at its
    close.
    """
    return sheet("follow_ups", FOLLOW_UPS, (_follow_up_line(then.row, then.week, edition) for then in rows))


def call_backs(rows: Iterable[CallBackThen]) -> Sheet:
    """Of each week, one row per call-back asked for in it, or changed or fallen due in it, as it stood at its close."""
    return sheet("call_backs", CALL_BACKS, (_call_back_line(then.row, then.week) for then in rows))


def verbatims(rows: Iterable[AnswerRow], catalogue: Catalogue) -> Sheet:
    """People's own words, with empty columns for the analyst's codes; they join back on row_id."""
    lines = (line for row in rows for line in _verbatim_lines(row, catalogue))
    return sheet("verbatims", VERBATIMS, lines, PICKS)


def codings(rows: Iterable[CodingRow], catalogue: Catalogue) -> Sheet:
    """What analysts coded, in the week in which it was recorded: a row for each code; they join on row_id."""
    return sheet("coding", CODING, (line for row in rows for line in _coding_lines(row, catalogue)))


def staff_reason(reason: str) -> str | None:
    """The code of staff's reason for asking nothing, as the organisation file has it; None for other reasons."""
    return reason.removeprefix(BY_STAFF) if reason.startswith(BY_STAFF) else None


def unknown(rows: Iterable[AnswerRow], catalogue: Catalogue) -> int:
    """How many answers are to questions that their journey version doesn't know: 0 unless something is
    wrong.
    """
    return sum(catalogue.question(row.fingerprint, row.question) is None for row in rows)


def _answer_lines(row: AnswerRow, catalogue: Catalogue, edition: Edition) -> Iterator[Sequence[Value]]:
    question = catalogue.question(row.fingerprint, row.question)
    touchpoint = catalogue.touchpoint(row.fingerprint, question.touchpoint if question else None)
    pilot = edition.pilot(row.unit, row.contact_start)
    codes: Sequence[str | None] = row.codes.split() or [None]
    for code in codes:
        choice = question.choice(code) if question and code else None
        yield (
            *(
                _row_id(row.uid, row.codes.split(), question, code),
                row.uid,
                row.follow_up_id,
                row.contact_id,
                row.matter_id,
            ),
            *(row.person_id, row.disposition or OPEN, row.journey, row.fingerprint[:SHORT]),
            question.phase if question else row.phase,
            question.touchpoint if question else None,
            touchpoint.phase if touchpoint else None,
            row.question,
            question.version if question else None,
            question.kind if question else None,
            code,
            _number(row, choice),
            _own_words(row, question),
            *(_missing(row), choice.demand if choice else None),
            *(row.unit, row.service, row.channel, row.outcome, row.audience, plain(row.language), row.door),
            *(row.invitation, pilot, _retrospective(row, question), row.drawn, row.draw_probability),
            *(row.reminded, row.late, row.supersedes, row.contact_start, row.contact_end, row.sent_at),
            *(row.asked_at, row.answered_at, row.recorded_at, *week_columns(row.week)),
        )


def _verbatim_lines(row: AnswerRow, catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    question = catalogue.question(row.fingerprint, row.question)
    words, chosen = _own_words(row, question), row.codes.split()
    if not words:
        return
    yield (
        *(_row_id(row.uid, chosen, question, next(iter(chosen), None)), row.uid, row.journey),
        question.phase if question else row.phase,
        question.touchpoint if question else None,
        *(row.question, plain(row.language), words),
        *(None, None, None, None, None, None),
    )


def _follow_up_line(row: FollowUpRow, week: str, edition: Edition) -> Sequence[Value]:
    return (
        *(
            row.id,
            row.contact_id,
            row.matter_id,
            row.person_id,
            row.disposition or OPEN,
            row.reason,
            row.state,
        ),
        *(
            row.journey,
            row.fingerprint[:SHORT] if row.fingerprint else None,
            row.phase,
            row.unit,
            row.service,
        ),
        *(row.channel, row.cause, row.solved, row.outcome, row.audience, row.language, row.door),
        *(row.invitation, edition.pilot(row.unit, row.contact_start), row.retrospective, row.with_during, row.late),
        row.contact_start,
        *(row.contact_end, row.registered_at, row.due_at, row.useful_until, row.opened_at, row.bound_at),
        *(row.begun_at, row.sent_at, row.reminded_at, row.ended_at, *week_columns(week)),
        *(staff_reason(row.reason), row.moved, row.handed_over_at, row.by_matter),
    )


def _call_back_line(row: CallBackRow, week: str) -> Sequence[Value]:
    return (
        *(row.id, row.contact_id, row.person_id, row.unit, row.service, row.way, row.slot, row.state),
        *(row.asked_at, row.deadline, row.done_at, row.outcome, row.in_time, row.happened, row.helped),
        *week_columns(week),
    )


def _coding_lines(row: CodingRow, catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    question = catalogue.question(row.fingerprint, row.question)
    chosen = row.answer_codes.split()
    codes: Sequence[str | None] = row.codes.split() or [None]
    for position, code in enumerate(codes, start=1):
        yield (
            *(str(row.id), _row_id(row.answer_id, chosen, question, next(iter(chosen), None)), row.answer_id),
            *(row.contact_id, row.person_id, row.journey, row.question, row.answer_week, row.field, code),
            *(position, row.text, int(code is None and row.text is None), row.own_need, row.coder),
            *(row.coded_at, row.list_version[:SHORT], row.source[:SHORT], *week_columns(row.week)),
        )


def _row_id(uid: str, chosen: Sequence[str], question: Question | None, code: str | None) -> str:
    several = len(chosen) > 1 or (question is not None and question.kind == "several")
    return f"{uid}.{code}" if several and code else uid


def _missing(row: AnswerRow) -> Value:
    return None if row.status == "answered" else row.status


def _own_words(row: AnswerRow, question: Question | None) -> str | None:
    # A number given for a call-back belongs to the call-back alone, whatever stands in the row.
    return None if question is not None and question.kind == "phone" else row.text


def _retrospective(row: AnswerRow, question: Question | None) -> int:
    return int(bool(row.retrospective) or (question is not None and question.retrospective))


def _number(row: AnswerRow, choice: Choice | None) -> Value:
    if row.number is not None:
        return whole(row.number)
    return choice.number if choice else None
