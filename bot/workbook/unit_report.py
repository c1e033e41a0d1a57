"""The report of one unit: the sheets of the report of all, for those whom the unit met in the latest fixed period.

Each figure is protected beside the same one of all units together and of the other units, which everybody may have.
Never of single weeks, and never of anybody who works there. What cannot be told of a unit stands here as it is told of
all, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.figures.periods import WEEKS, number_of, week_of
from bot.figures.suppression import Showing
from bot.workbook.breaks import Break, breaks
from bot.workbook.call_backs import call_backs_of_unit
from bot.workbook.causes import causes_of_unit
from bot.workbook.changes import Changes, changes, changes_of
from bot.workbook.counted import Counted, of_rows
from bot.workbook.curves import curves
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, entries_of
from bot.workbook.essentials import essential, experience, gathered, main_choice
from bot.workbook.expectation import expectation_of_part
from bot.workbook.first_failure import first_failure_of_part, of_period
from bot.workbook.funnel import funnel_of_unit, unit_response
from bot.workbook.headlines import headlines
from bot.workbook.marked import Marked
from bot.workbook.names import period_span
from bot.workbook.needs import needs_of_unit
from bot.workbook.notes import notes
from bot.workbook.one_unit import OneUnit
from bot.workbook.outcome import outcome
from bot.workbook.overview import break_blocks, change_blocks, contents, head, standard_blocks, title
from bot.workbook.paired import Pairs, beside
from bot.workbook.parts import held_in
from bot.workbook.priorities import priorities
from bot.workbook.question_use import question_use
from bot.workbook.questions import questions
from bot.workbook.report import Report
from bot.workbook.response import tells_period
from bot.workbook.sheets import Block, Content, LeftOut, Line, Sheet
from bot.workbook.snapshot import Snapshot
from bot.workbook.standards import standards_of_part
from bot.workbook.touchpoints import touchpoints_of_unit
from bot.workbook.trend import trend

T = TypeVar("T")

SHEETS = (
    "journey",
    "priorities",
    "first-failure",
    "expectation",
    "touchpoints",
    "trend",
    "changes",
    "questions",
    "causes",
    "needs",
    "funnel",
    "call-backs",
    "outcome",
    "question-use",
)
"""The sheets that the report of all has between Overview and Notes, in their order, by name."""


def unit_report(snapshot: Snapshot, edition: Edition, unit: str) -> Report:
    """The sheets of this unit. The snapshot is of all units and was read for this one."""
    say, together = edition.say, tells_period(snapshot)
    part, one = part_of(snapshot, unit), snapshot.chapters.one_unit
    if one is None:
        raise ValueError(f"The snapshot was not read for the unit {unit}.")
    entries = list(entries_of(part)) if together else []
    changed, broken = changes_of(part, one.series), breaks(snapshot, snapshot.chapters.series, edition)
    if together:
        made = _sheets(snapshot, part, one, entries, changed, broken, edition)
    else:
        made = {name: LeftOut(say(f"sheets.{name}"), _no_period(edition)) for name in SHEETS}
    left_out = [each for each in made.values() if isinstance(each, LeftOut)]
    told = {name: sheet for name, sheet in made.items() if isinstance(sheet, Sheet)}
    told["notes"] = notes(snapshot, left_out, edition)
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    blocks: list[Block] = [
        *title(edition),
        *(Line(words) for words in say.lines("one-unit-lines", span=period_span(snapshot.period, say))),
        *(Line(words) for words in (headlines(part, entries, changed, list(told), edition) if together else ())),
        *(_figures(snapshot, entries, edition) if together else [Line(_no_period(edition), "warning")]),
        *(standard_blocks(_standards(snapshot, part, one, edition), edition) if together else ()),
        *(change_blocks(part, changed, edition) if together else ()),
        *(break_blocks(one.series, broken, edition) if together else ()),
        Line(say("overview.about"), "heading"),
        *head(snapshot.period, entries, edition),
        Line(say("overview.contents"), "heading"),
        *contents(list(told), left_out, edition),
        Line(say("overview.who"), "heading"),
        *(Line(words) for words in say.lines("who-lines")),
        *(_response(snapshot, edition, unit) if together else ()),
        Line(say("overview.how"), "heading"),
        *(Line(words) for words in say.lines("how-lines")),
    ]
    return Report((Sheet(say("sheets.overview"), tuple(blocks)), *told.values()), held_back)


def part_of(snapshot: Snapshot, unit: str) -> Snapshot:
    """The snapshot as of this unit alone: its counts, and of each question what may be shown beside the other units."""
    own = snapshot.chapters.units.get(unit) or of_rows(snapshot.week, snapshot.latest, snapshot.catalogue, [], [])
    held = held_in(snapshot, snapshot.chapters.units, unit)
    return replace(
        snapshot,
        by_week=own.by_week,
        whole={key: figure.distribution for key, figure in held.items()},
        recent=own.recent,
        funnels=own.funnels,
        funnel=own.funnel,
        recent_funnel=own.recent_funnel,
        held=held,
    )


def _sheets(
    snapshot: Snapshot,
    part: Snapshot,
    one: OneUnit,
    entries: Sequence[Entry],
    changed: Changes,
    broken: Sequence[Break],
    edition: Edition,
) -> Mapping[str, Sheet | LeftOut]:
    """By name: `snapshot` of all units, `part` of this one, `one` what else was read for it."""
    fixed = snapshot.of_period
    pairs = (fixed, snapshot.chapters.pairs.of_period), _each(snapshot, one.pairs, Pairs({}, {})), one.unit
    stages = (fixed, of_period(snapshot.chapters.stages)), _each(snapshot, one.stages, {}), one.unit
    # In reading order. One line a sheet.
    return {
        "journey": curves(part, entries, edition),
        "priorities": priorities(part, beside(*pairs), edition),
        "first-failure": first_failure_of_part(*stages, part, edition),
        "expectation": expectation_of_part(*pairs, edition),
        "touchpoints": touchpoints_of_unit(snapshot, one.unit, edition),
        "trend": trend(part, one.series, broken, edition),
        "changes": changes(part, changed, edition),
        "questions": questions(part, entries, edition),
        "causes": causes_of_unit(snapshot, part, one, edition),
        "needs": needs_of_unit(snapshot, part, one, edition),
        "funnel": funnel_of_unit(snapshot, one.reasons, one.unit, edition),
        "call-backs": call_backs_of_unit(snapshot, snapshot.chapters.call_backs, one.unit, edition),
        "outcome": outcome(snapshot, snapshot.chapters.quarterly, edition, one.unit),
        "question-use": question_use(snapshot, snapshot.chapters.quarterly, edition),
    }


def _each(snapshot: Snapshot, found: Mapping[str, T], nothing: T) -> dict[str, tuple[Counted, T]]:
    """Every unit as in a report of its own, with what was found of it."""
    return {code: (counts.of_period, found.get(code, nothing)) for code, counts in snapshot.chapters.units.items()}


def _figures(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Iterator[Block]:
    yield Line(edition.say("overview.essentials"), "heading")
    yield from gathered(((rows, ()) for rows in _essentials(snapshot, entries, edition)), edition.say)


def _standards(snapshot: Snapshot, part: Snapshot, one: OneUnit, edition: Edition) -> Iterator[Block]:
    whole = snapshot.of_period, snapshot.chapters.marked.of_period
    yield from standards_of_part(whole, _each(snapshot, one.marked, Marked({})), one.unit, part, edition)


def _response(snapshot: Snapshot, edition: Edition, unit: str) -> Iterator[Block]:
    say, span = edition.say, period_span(snapshot.period, edition.say)
    yield Line(say("one-unit.response", span=span), "heading")
    yield Line(say("overview.funnel-line"))
    yield unit_response(snapshot, unit, edition, named=False)


def _essentials(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Iterator[list[Sequence[Content]]]:
    for code in dict.fromkeys(entry.key.journey for entry in entries):
        journey = snapshot.catalogue.latest(code)
        yield [
            essential(snapshot, entry.journey, entry.question, entry.figure, snapshot.period, edition)
            for question in (experience(journey), main_choice(journey))
            for entry in entries
            if question is not None
            and not entry.key.afterwards
            and (entry.key.journey, entry.question.code) == (code, question.code)
        ]


def _no_period(edition: Edition) -> str:
    end = (number_of(edition.span.last) + 1) // WEEKS * WEEKS
    return edition.say("one-unit.no-period", first=week_of(end - WEEKS), last=week_of(end - 1))
