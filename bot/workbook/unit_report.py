"""The report of one unit: its curve, its questions and its response rate in the latest fixed period, protected beside
the figures of all units together, which everybody may have.

What is told of all together alone is left out and named among the notes: cut by unit as well, it would tell of small
groups. Never of single weeks, and never of anybody who works there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.figures.periods import WEEKS, number_of, week_of
from bot.figures.suppression import Showing
from bot.workbook.cells import Value
from bot.workbook.curves import curves
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry
from bot.workbook.essentials import essential, experience, gathered, main_choice
from bot.workbook.names import journey_title, period_label, period_span
from bot.workbook.notes import notes
from bot.workbook.overview import contents, head, title
from bot.workbook.parts import part_entries, part_response
from bot.workbook.questions import questions
from bot.workbook.report import Report
from bot.workbook.response import response_cells, response_columns, tells_period
from bot.workbook.sheets import Block, Content, LeftOut, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot

TOGETHER = (
    "priorities",
    "first-failure",
    "expectation",
    "touchpoints",
    "trend",
    "changes",
    "causes",
    "needs",
    "call-backs",
    "outcome",
    "question-use",
)
"""Sheets that are told of all units together only, by name."""


def unit_report(snapshot: Snapshot, edition: Edition, unit: str) -> Report:
    """Overview, Journey, Questions and Notes of this unit; the snapshot is of all units."""
    say, together = edition.say, tells_period(snapshot)
    entries = part_entries(snapshot, snapshot.chapters.units).get(unit, []) if together else []
    left_out = [LeftOut(say(f"sheets.{name}"), say("one-unit.together")) for name in TOGETHER]
    made: dict[str, Sheet | LeftOut] = {}
    if entries:
        made = {"journey": curves(snapshot, entries, edition), "questions": questions(snapshot, entries, edition)}
    else:
        nothing = say("one-unit.nothing", span=period_span(snapshot.period, say))
        lacking = nothing if together else _no_period(edition)
        left_out = [*(LeftOut(say(f"sheets.{name}"), lacking) for name in ("journey", "questions")), *left_out]
    left_out += [each for each in made.values() if isinstance(each, LeftOut)]
    made["notes"] = notes(snapshot, left_out, edition)
    told = {name: sheet for name, sheet in made.items() if isinstance(sheet, Sheet)}
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    blocks: list[Block] = [
        *title(edition),
        *(Line(words) for words in say.lines("one-unit-lines", span=period_span(snapshot.period, say))),
        *(_figures(snapshot, entries, edition, unit) if together else [Line(_no_period(edition), "warning")]),
        Line(say("overview.about"), "heading"),
        *head(snapshot.period, entries, edition),
        Line(say("overview.contents"), "heading"),
        *contents(list(told), left_out, say),
        Line(say("overview.who"), "heading"),
        *(Line(words) for words in say.lines("who-lines")),
        Line(say("overview.how"), "heading"),
        *(Line(words) for words in say.lines("how-lines")),
    ]
    return Report((Sheet(say("sheets.overview"), tuple(blocks)), *told.values()), held_back)


def _figures(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition, unit: str) -> Iterator[Block]:
    say, span = edition.say, period_span(snapshot.period, edition.say)
    yield Line(say("overview.essentials"), "heading")
    yield from gathered(((rows, ()) for rows in _essentials(snapshot, entries, edition)), say)
    yield Line(say("one-unit.response", span=span), "heading")
    yield Line(say("overview.funnel-line"))
    rows = list(_response_rows(snapshot, edition, unit)) or [(say("one-unit.no-contacts", span=span), *[None] * 10)]
    yield Table("response", response_columns(say), rows, filters=False)


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


def _response_rows(snapshot: Snapshot, edition: Edition, unit: str) -> Iterator[Sequence[Value]]:
    say = edition.say
    own = snapshot.chapters.units.get(unit)
    for total in snapshot.funnel if own is not None else ():
        response = part_response(snapshot, snapshot.chapters.units, unit, total.journey, say)
        if own is None or response is None:
            continue
        registered = sum(row.registered for row in own.funnel if row.journey == total.journey)
        title, time = journey_title(snapshot, total.journey, say), period_label(snapshot.period)
        yield (title, time, *response_cells(registered, response))


def _no_period(edition: Edition) -> str:
    end = (number_of(edition.span.last) + 1) // WEEKS * WEEKS
    return edition.say("one-unit.no-period", first=week_of(end - WEEKS), last=week_of(end - 1))
