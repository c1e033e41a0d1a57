"""The report's first sheet: what it covers, the essentials, whom the figures speak for, how to read the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.clock import week_start
from bot.workbook.breaks import Break
from bot.workbook.changes import Changes, change_lines
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
    monday = week_start(snapshot.week, edition.zone)
    blocks: list[Block] = [Line(say("overview.title", week=snapshot.week), "title")]
    if edition.simulated:
        blocks.append(Line(say("overview.demo"), "warning"))
    blocks += [
        Line(say("overview.organisation"), "pair", in_language(edition.organisation.name, say.language)),
        Line(say("overview.week"), "pair", snapshot.week),
        Line(say("overview.first-day"), "pair", monday.date(), "day"),
        Line(say("overview.last-day"), "pair", (monday + timedelta(days=6)).date(), "day"),
        Line(say("overview.period"), "pair", period_span(snapshot.period, say)),
        Line(say("overview.made"), "pair", edition.made_at, "moment"),
        Line(say("overview.zone"), "pair", edition.zone.key),
        Line(say("overview.held-back"), "pair", held_back, "whole"),
        Line(say("overview.essentials"), "heading"),
        Line(say("overview.essentials-line", span=period_span(snapshot.period, say))),
        essentials_table(snapshot, edition),
        *_standards(snapshot, edition),
        Line(say("overview.changed"), "heading"),
        *(Line(words) for words in change_lines(snapshot, changed, edition)),
        Line(say("overview.breaks"), "heading"),
        *(Line(words) for words in _break_lines(snapshot, broken, edition)),
        Line(say("overview.contents"), "heading"),
        *_contents(others, left_out, say),
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


def _contents(others: Sequence[str], left_out: Sequence[LeftOut], say: Texts) -> Iterator[Line]:
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
