"""The report's first sheet: what matters in a few sentences, the essentials, what it covers, how to read the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from bot.clock import week_start
from bot.figures.suppression import Showing
from bot.workbook.breaks import Break
from bot.workbook.changes import Changes, change_lines, changed_since
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry
from bot.workbook.essentials import essentials
from bot.workbook.headlines import headlines
from bot.workbook.names import period_span
from bot.workbook.response import open_lines, response_table
from bot.workbook.series import Series
from bot.workbook.sheets import Block, LeftOut, Line, Sheet
from bot.workbook.snapshot import Snapshot
from bot.workbook.standards import standards
from bot.workbook.texts import Texts, group_of
from flows.wording import in_language

LATELY = 8
"""Breaks of so many weeks stand on the first sheet: of the latest period and the one before, at most."""


def overview(
    snapshot: Snapshot,
    edition: Edition,
    entries: Sequence[Entry],
    others: Sequence[str],
    left_out: Sequence[LeftOut],
    changed: Changes,
    broken: Sequence[Break],
) -> Sheet:
    """The sheet; `entries` are the figures about questions that stand on the `others`, by name."""
    say = edition.say
    blocks: list[Block] = [
        *title(edition),
        *(Line(words) for words in headlines(snapshot, entries, changed, others, edition)),
        Line(say("overview.essentials"), "heading"),
        *essentials_lines(snapshot.latest, snapshot.period, say),
        *essentials(snapshot, edition),
        *standard_blocks(standards(snapshot, snapshot.chapters.marked, edition), edition),
        *change_blocks(snapshot, changed, edition),
        *break_blocks(snapshot.chapters.series, broken, edition),
        Line(say("overview.about"), "heading"),
        *head(snapshot.period, entries, edition),
        Line(say("overview.contents"), "heading"),
        *contents(others, left_out, edition),
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


def standard_blocks(found: Iterable[Block], edition: Edition) -> Iterator[Block]:
    """The measures that others use too, under their heading; nothing where there are none."""
    blocks = list(found)
    if blocks:
        yield Line(edition.say("overview.standards"), "heading")
        yield Line(edition.say("overview.standards-line"))
        yield from blocks


def title(edition: Edition) -> Iterator[Line]:
    """What the report is of, and whether its answers are simulated."""
    yield Line(edition.say("overview.title", week=edition.about), "title")
    if edition.simulated:
        yield Line(edition.say("overview.demo"), "warning")


def essentials_lines(latest: Sequence[str], period: Sequence[str], say: Texts) -> Iterator[Line]:
    """Which weeks the figures are about: not always all that the title names."""
    if tuple(latest) == tuple(period):
        yield Line(say("overview.essentials-line", span=period_span(period, say)))
    else:
        yield Line(say("overview.essentials-weeks", latest=period_span(latest, say), span=period_span(period, say)))


def change_blocks(snapshot: Snapshot, changed: Changes, edition: Edition) -> Iterator[Line]:
    """What has certainly changed, under a heading that says since when."""
    yield Line(changed_since(changed, edition.say), "heading")
    yield from (Line(words) for words in change_lines(snapshot, changed, edition))


def break_blocks(series: Series, broken: Sequence[Break], edition: Edition) -> Iterator[Line]:
    """The breaks in the latest weeks of the series, under their heading."""
    say, lately = edition.say, series.weeks[-LATELY:]
    told = [f"{each.week}: {each.words}" for each in broken if each.week in lately]
    yield Line(say("overview.breaks"), "heading")
    if edition.unit is not None:
        yield Line(say("breaks.together"))
    yield from (Line(words) for words in told or [say("breaks.none", first=lately[0], last=lately[-1])])


def head(period: Sequence[str], entries: Sequence[Entry], edition: Edition) -> Iterator[Line]:
    """What a report covers: whose it is, which weeks, which unit, when it was made, how many figures are held back."""
    say, span = edition.say, edition.span
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
    held_back = sum(entry.figure.showing is not Showing.WHOLE for entry in entries)
    yield Line(say("overview.held-back"), "pair", say("overview.held-back-of", held=held_back, count=len(entries)))


def contents(others: Sequence[str], left_out: Sequence[LeftOut], edition: Edition) -> Iterator[Line]:
    """A line for each of the `others`, by name, that leads there; then what was left out."""
    say = edition.say
    of_unit = group_of("unit-contents-lines") if edition.unit is not None else ()
    for name in others:
        words = say(f"unit-contents-lines.{name}" if name in of_unit else f"contents-lines.{name}")
        yield Line(f"{say(f'sheets.{name}')}: {words}", link=say(f"sheets.{name}"))
    yield Line(f"{say('sheets.chart-data')}: {say('contents-lines.chart-data')}")
    if left_out:
        titles, where = ", ".join(each.title for each in left_out), say("sheets.notes")
        yield Line(say("overview.left-out", titles=titles, notes=where), link=where)
