"""The report: aggregates of a week and of a fixed four-week period, safe to pass on, in the reader's language.

Small groups are suppressed here and nowhere later: what leaves this room may be shown. Figures of one week stand only
from 30 persons on; of fewer, only for the latest of the periods that `bot.figures.periods` fixes for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.figures.suppression import Showing
from bot.workbook.breaks import breaks
from bot.workbook.call_backs import call_backs
from bot.workbook.causes import causes
from bot.workbook.changes import changes, changes_of
from bot.workbook.curves import curves
from bot.workbook.edition import Edition
from bot.workbook.entries import entries_of
from bot.workbook.expectation import expectation
from bot.workbook.first_failure import first_failure
from bot.workbook.funnel import funnel
from bot.workbook.needs import needs
from bot.workbook.notes import notes
from bot.workbook.outcome import outcome
from bot.workbook.overview import overview
from bot.workbook.priorities import priorities
from bot.workbook.question_use import question_use
from bot.workbook.questions import questions
from bot.workbook.response import tells_period
from bot.workbook.sheets import LeftOut, Sheet
from bot.workbook.snapshot import Snapshot
from bot.workbook.touchpoints import touchpoints
from bot.workbook.trend import trend


@dataclass(frozen=True, slots=True)
class Report:
    """The sheets, and how many figures on them are hidden or rounded."""

    sheets: tuple[Sheet, ...]
    held_back: int


def report(snapshot: Snapshot, edition: Edition) -> Report:
    """The Overview, and every sheet that has enough to tell, for the snapshot's week."""
    entries, series = list(entries_of(snapshot)), snapshot.chapters.series
    changed, broken = changes_of(snapshot, series), breaks(snapshot, series, edition)
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    # In reading order, by the name that its title and its line in the contents go by. One line a sheet.
    made: dict[str, Sheet | LeftOut] = {
        "journey": curves(snapshot, entries, edition),
        "priorities": priorities(snapshot, snapshot.chapters.pairs, edition),
        "first-failure": first_failure(snapshot, snapshot.chapters.stages, edition),
        "expectation": expectation(snapshot, snapshot.chapters.pairs, edition),
        "touchpoints": touchpoints(snapshot, edition) if tells_period(snapshot) else _no_period("touchpoints", edition),
        "trend": trend(snapshot, series, broken, edition),
        "changes": changes(snapshot, changed, edition),
        "questions": questions(snapshot, entries, edition),
        "causes": causes(snapshot, edition),
        "needs": needs(snapshot, edition),
        "funnel": funnel(snapshot, edition),
        "call-backs": call_backs(snapshot, snapshot.chapters.call_backs, edition),
        "outcome": outcome(snapshot, snapshot.chapters.quarterly, edition),
        "question-use": question_use(snapshot, snapshot.chapters.quarterly, edition),
    }
    left_out = [each for each in made.values() if isinstance(each, LeftOut)]
    made["notes"] = notes(snapshot, left_out, edition)
    told = {name: sheet for name, sheet in made.items() if isinstance(sheet, Sheet)}
    first = overview(snapshot, edition, entries, list(told), left_out, changed, broken)
    return Report((first, *told.values()), held_back)


def _no_period(name: str, edition: Edition) -> LeftOut:
    return LeftOut(edition.say(f"sheets.{name}"), edition.say("notes.span"))
