"""The report's first sheet: what it covers, the essentials, whom the figures speak for, how to read the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.clock import week_start
from bot.workbook.breaks import Break
from bot.workbook.changes import Changes, change_lines, changed_since
from bot.workbook.edition import Edition
from bot.workbook.essentials import essentials_table
from bot.workbook.names import period_span
from bot.workbook.response import open_lines, response_table
from bot.workbook.sheets import Block, LeftOut, Line, Sheet
from bot.workbook.snapshot import Snapshot
from bot.workbook.standards import standards_table
from bot.workbook.texts import Texts
from flows.wording import in_language

LATELY = 8
"""Breaks of so many weeks stand on the first sheet: of the latest period and the one before, at most."""


def overview(
    snapshot: Snapshot,
    edition: Edition,
    held_back: int,
    others: Sequence[str],
    left_out: Sequence[LeftOut],
    changed: Changes,
    broken: Sequence[Break],
) -> Sheet:
    """The sheet; `held_back` counts the figures about questions that are hidden or rounded on the `others`, by name."""
    say = edition.say
    blocks: list[Block] = [
        *head(snapshot.period, held_back, edition),
        Line(say("overview.essentials"), "heading"),
        Line(say("overview.essentials-line", span=period_span(snapshot.period, say))),
        essentials_table(snapshot, edition),
        *_standards(snapshot, edition),
        Line(changed_since(changed, say), "heading"),
        *(Line(words) for words in change_lines(snapshot, changed, edition)),
        Line(say("overview.breaks"), "heading"),
        *(Line(words) for words in _break_lines(snapshot, broken, edition)),
        Line(say("overview.contents"), "heading"),
        *contents(others, left_out, say),
        Line(say("overview.who"), "heading"),
        *(Line(words) for words in say.lines("who-lines")),
        Line(say("overview.funnel"), "heading"),
        Line(say("overview.funnel-line")),
        response_table(snapshot, say),
        *open_lines(snapshot, snapshot.open, say),
        Line(say("overview.how"), "heading"),
        *(Line(words) for words in say.lines("how-lines")),
    ]
    return Sheet(say("sheets.overview"), tuple(blocks))


def _standards(snapshot: Snapshot, edition: Edition) -> Iterator[Block]:
    table = standards_table(snapshot, snapshot.chapters.marked, edition)
    if table is not None:
        yield Line(edition.say("overview.standards"), "heading")
        yield Line(edition.say("overview.standards-line"))
        yield table


def head(period: Sequence[str], held_back: int, edition: Edition) -> Iterator[Line]:
    """What a report covers: the title, whose it is, which weeks, which unit, when it was made."""
    say, span = edition.say, edition.span
    yield Line(say("overview.title", week=edition.about), "title")
    if edition.simulated:
        yield Line(say("overview.demo"), "warning")
    yield Line(say("overview.organisation"), "pair", in_language(edition.organisation.name, say.language))
    if span.unit is not None:
        yield Line(say("headers.unit"), "pair", edition.unit_name(span.unit))
    last_day = week_start(span.last, edition.zone) + timedelta(days=6)
    if span.first == span.last:
        weeks, first, last = (say(f"overview.{name}") for name in ("week", "first-day", "last-day"))
        yield Line(weeks, "pair", span.last)
    else:
        weeks, first, last = (say(f"overview.{name}") for name in ("weeks", "first-of-weeks", "last-of-weeks"))
        yield Line(weeks, "pair", period_span((span.first, span.last), say))
    yield Line(first, "pair", week_start(span.first, edition.zone).date(), "day")
    yield Line(last, "pair", last_day.date(), "day")
    yield Line(say("overview.period"), "pair", period_span(period, say))
    yield Line(say("overview.made"), "pair", edition.made_at, "moment")
    yield Line(say("overview.zone"), "pair", edition.zone.key)
    yield Line(say("overview.held-back"), "pair", held_back, "whole")


def contents(others: Sequence[str], left_out: Sequence[LeftOut], say: Texts) -> Iterator[Line]:
    """A line for each of the `others`, by name, that leads there; then what was left out."""
    for name in others:
        yield Line(f"{say(f'sheets.{name}')}: {say(f'contents-lines.{name}')}", link=say(f"sheets.{name}"))
    yield Line(f"{say('sheets.chart-data')}: {say('contents-lines.chart-data')}")
    if left_out:
        titles, where = ", ".join(each.title for each in left_out), say("sheets.notes")
        yield Line(say("overview.left-out", titles=titles, notes=where), link=where)


def _break_lines(snapshot: Snapshot, broken: Sequence[Break], edition: Edition) -> Iterator[str]:
    lately = snapshot.chapters.series.weeks[-LATELY:]
    told = [f"{each.week}: {each.words}" for each in broken if each.week in lately]
    yield from told or [edition.say("breaks.none", first=lately[0], last=lately[-1])]
