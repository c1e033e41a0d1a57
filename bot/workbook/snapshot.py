"""A snapshot: everything that an export needs of one week, read at one moment and put aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.figures.promises import Promises, promises
from bot.store import call_backs, weeks
from bot.store.call_backs import CallBackRow
from bot.store.database import Transaction
from bot.store.week_rows import AnswerRow, CauseRow, FollowUpRow, OpenRow, ReasonRow
from bot.workbook import chapters
from bot.workbook.chapters import Chapters
from bot.workbook.counted import Counted, counted
from bot.workbook.spool import Spool


@dataclass(frozen=True, slots=True)
class Snapshot(Counted):
    """All of one closed week; `close` it when done.

    `reasons` hold each week of the period and the week itself; `period_reasons`, `open`, `causes` and `promises` the
    period.
    """

    chapters: Chapters
    answers: Spool[AnswerRow]
    responses: Mapping[str, Spool[AnswerRow]]
    follow_ups: Spool[FollowUpRow]
    call_backs: Spool[CallBackRow]
    reasons: Mapping[str, Sequence[ReasonRow]]
    period_reasons: Sequence[ReasonRow]
    open: Sequence[OpenRow]
    causes: Sequence[CauseRow]
    promises: Promises
    counted: int
    masked: Mapping[str, int]
    erased: int
    erased_follow_ups: int
    schema: str

    def close(self) -> None:
        """Let go of the rows put aside."""
        self.answers.close()
        self.follow_ups.close()
        self.call_backs.close()
        for spool in self.responses.values():
            spool.close()


def gathered(tx: Transaction, week: str, zone: ZoneInfo, simulated: bool, folder: Path) -> Snapshot:
    """Read a closed week. Simulated contacts only, or none of them; rows that are many are put aside in `folder`."""
    counts = counted(tx, week, zone, simulated)
    catalogue, period = counts.catalogue, counts.period
    answers, follow_ups, asked = Spool(AnswerRow, folder), Spool(FollowUpRow, folder), Spool(CallBackRow, folder)
    responses = {journey: Spool(AnswerRow, folder) for journey in catalogue.journeys()}
    for answer in weeks.answers(tx, week, simulated):
        answers.add(answer)
    for answer in weeks.responses(tx, week, simulated):
        responses[catalogue.versions[answer.fingerprint].journey.code].add(answer)
    for follow_up in weeks.follow_ups(tx, week, zone, simulated):
        follow_ups.add(follow_up)
    for call_back in call_backs.rows_of_week(tx, week, zone, simulated):
        asked.add(call_back)
    # A contact starts in one week alone, so that a period's counts are those of its weeks added up.
    reasons = {each: weeks.reasons(tx, each, each, week, zone, simulated) for each in {*period, week}}
    return Snapshot(
        week=week,
        period=period,
        catalogue=catalogue,
        chapters=chapters.read(tx, counts, zone, simulated),
        answers=answers,
        responses=responses,
        follow_ups=follow_ups,
        call_backs=asked,
        by_week=counts.by_week,
        latest=counts.latest,
        whole=counts.whole,
        recent=counts.recent,
        funnels=counts.funnels,
        funnel=counts.funnel,
        recent_funnel=counts.recent_funnel,
        reasons=reasons,
        period_reasons=_added_reasons(row for each in period for row in reasons[each]),
        open=weeks.begun_openly(tx, period[0], period[-1], week, zone, simulated),
        causes=weeks.causes(tx, period[0], period[-1], week, zone, simulated),
        promises=promises(call_backs.rows_asked(tx, period[0], period[-1], week, zone, simulated)),
        counted=weeks.answer_rows(tx, week, simulated),
        masked=weeks.masked(tx, week, simulated),
        erased=weeks.erased(tx, week),
        erased_follow_ups=weeks.erased_follow_ups(tx, week),
        schema=weeks.schema(tx),
    )


def _added_reasons(rows: Iterable[ReasonRow]) -> list[ReasonRow]:
    added: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        key = (row.journey, row.audience, row.disposition, row.reason)
        added[key] = added.get(key, 0) + row.follow_ups
    return [ReasonRow(*key, added[key]) for key in sorted(added)]
