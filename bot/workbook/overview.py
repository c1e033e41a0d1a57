"""The report's first sheet: what it covers, whom the figures speak for, how many were asked, how to read the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.clock import week_start
from bot.figures.funnel import Funnel
from bot.figures.suppression import ENOUGH, Showing, fewest, showing
from bot.store.week_rows import FunnelRow, ReasonRow
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.sheets import Block, Column, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from flows.wording import in_language


def overview(snapshot: Snapshot, edition: Edition, held_back: int) -> Sheet:
    """The sheet; `held_back` counts the figures hidden or rounded on the others."""
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
        Line(say("overview.period"), "pair", _span(snapshot, say)),
        Line(say("overview.made"), "pair", edition.made_at, "moment"),
        Line(say("overview.zone"), "pair", edition.zone.key),
        Line(say("overview.held-back"), "pair", held_back, "whole"),
        Line(say("overview.who"), "heading"),
        *(Line(words) for words in say.lines("who-lines")),
        Line(say("overview.funnel"), "heading"),
        _funnel_table(snapshot, say),
        Line(say("overview.why-not"), "heading"),
        _reason_table(snapshot, say),
        Line(say("overview.how"), "heading"),
        *(Line(words) for words in say.lines("how-lines")),
        Line(say("overview.contents"), "heading"),
        *(
            Line(f"{say(f'sheets.{name}')}: {say(f'contents-lines.{name}')}", link=say(f"sheets.{name}"))
            for name in ("journey", "questions")
        ),
    ]
    return Sheet(say("sheets.overview"), tuple(blocks))


def period_label(period: Sequence[str]) -> str:
    """A period as it stands in a cell: its first and last week."""
    return f"{period[0]} – {period[-1]}"


def journey_title(snapshot: Snapshot, journey: str, say: Texts) -> str:
    """The journey's title, or its code where none of its versions was used yet."""
    if journey not in snapshot.catalogue.journeys():
        return journey
    return in_language(snapshot.catalogue.latest(journey).title, say.language)


def _span(snapshot: Snapshot, say: Texts) -> str:
    return say("overview.span", first=snapshot.period[0], last=snapshot.period[-1])


def _funnel_table(snapshot: Snapshot, say: Texts) -> Table:
    widths = {"journey": 46.0, "period": 21.0}
    names = (
        "journey",
        "period",
        "registered",
        "opened",
        "begun",
        "finished",
        "still-open",
        "rate",
        "from",
        "to",
        "note",
    )
    columns = tuple(
        Column(
            say(f"headers.{name}"),
            "share" if name in ("rate", "from", "to") else "text" if name in widths or name == "note" else "whole",
            widths.get(name, 36.0 if name == "note" else 13.0),
        )
        for name in names
    )
    rows = list(_funnel_rows(snapshot, say))
    return Table("funnel", columns, rows or [(say("overview.no-contacts"), *[None] * (len(names) - 1))])


def _funnel_rows(snapshot: Snapshot, say: Texts) -> Iterator[Sequence[Value]]:
    small = {
        row.journey: sum(
            other.registered
            for week in snapshot.period
            for other in snapshot.funnels[week]
            if other.journey == row.journey and other.registered < fewest(row.audience)
        )
        for row in snapshot.funnel
    }
    for row in snapshot.funnel:
        given_away = 0 < small[row.journey] < fewest(row.audience) and small[row.journey] < row.registered
        yield _funnel_row(snapshot, row, period_label(snapshot.period), 1, given_away, say)
    for row in snapshot.funnels[snapshot.week]:
        yield _funnel_row(snapshot, row, snapshot.week, ENOUGH, False, say)


def _funnel_row(
    snapshot: Snapshot, row: FunnelRow, time: str, enough: int, given_away: bool, say: Texts
) -> Sequence[Value]:
    title = journey_title(snapshot, row.journey, say)
    if showing(row.registered, row.audience) is Showing.HIDDEN or given_away:
        why = "notes.derived" if given_away else "notes.hidden"
        return (title, time, row.registered, *[None] * 7, say(why, fewest=fewest(row.audience)))
    funnel = Funnel(row.registered, row.opened, row.begun, row.finished, row.still_open)
    counts = (funnel.registered, funnel.opened, funnel.begun, funnel.finished, funnel.still_open)
    rate = funnel.response_rate()
    if rate is None or row.registered < enough:
        return (title, time, *counts, None, None, None, say("notes.week-few"))
    return (title, time, *counts, rate.share, rate.interval.low, rate.interval.high, None)


def _reason_table(snapshot: Snapshot, say: Texts) -> Table:
    columns = (
        Column(say("headers.journey"), "text", 46),
        Column(say("headers.period"), "text", 21),
        Column(say("headers.follow-ups"), "whole", 13),
        Column(say("headers.ended"), "text", 18),
        Column(say("headers.reason"), "text", 34),
    )
    rows = [
        *_reason_rows(snapshot, snapshot.period_reasons, snapshot.funnel, period_label(snapshot.period), say),
        *_reason_rows(snapshot, snapshot.reasons, snapshot.funnels[snapshot.week], snapshot.week, say),
    ]
    return Table("why_not", columns, rows or [(say("overview.none"), *[None] * 4)])


def _reason_rows(
    snapshot: Snapshot, reasons: Sequence[ReasonRow], funnel: Sequence[FunnelRow], time: str, say: Texts
) -> Iterator[Sequence[Value]]:
    enough = {row.journey for row in funnel if showing(row.registered, row.audience) is not Showing.HIDDEN}
    for row in reasons:
        if row.journey in enough:
            ended = say.label("dispositions", row.disposition)
            reason = say.label("reasons", row.reason) if row.reason else None
            yield (journey_title(snapshot, row.journey, say), time, row.follow_ups, ended, reason)
