"""Causes: why contacts arose: value or failure demand, from citizens, from staff and from analysts' codes side by side;
where it began to go wrong against where it showed; and how many of the contacts were asked about at all.

What staff say is told of the fixed period alone, what analysts coded of the latest ones that have codes. What may be
shown of a question and of its parts is decided in `shown` and `parts`, of what staff say in `staff_causes`, of codes in
`coded`; of one unit as much as may stand beside the other units.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.figures.suppression import Showing, rounded_up, unsettled
from bot.workbook import coded, staff_causes
from bot.workbook.coded import Told
from bot.workbook.demand import (
    demand_bars,
    demand_rows,
    origin_rows,
    part_rows,
    tapped_rows,
    unit_origin_rows,
    unit_part_rows,
)
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, period_span
from bot.workbook.one_unit import OneUnit
from bot.workbook.parts import journeys_of
from bot.workbook.response import tells_period
from bot.workbook.shares import shown_share
from bot.workbook.sheets import CHARTS, Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.staff_causes import ByStaff, cause_name, staff_rows, staff_shares
from bot.workbook.texts import Texts
from bot.workbook.widths import gridded

_TEXTS = (26.0, 38.0, 18.0, 14.0)
_NUMBERS = ("count", "share", "share-from", "share-to", "answers", "asked", "contacts")
_DEMAND = ("journey", "source", "demand", "period", *_NUMBERS, "note")
_TAPPED = ("journey", "cause", "demand", "period", *_NUMBERS, "note")
_STAFF = (
    *("journey", "cause", "demand", "period"),
    *("registered", "share", "share-from", "share-to", "contacts-asked", "left-out", "neither", "note"),
)
_CODED = ("journey", "cause", "demand", "period", "persons-coded", *_NUMBERS[1:], "note")
_PARTS = ("journey", "place", "demand", "period", *_NUMBERS, "note")
_ORIGINS = ("journey", "place", "origin", "period", *_NUMBERS, "note")
_SHARES = frozenset(("share", "share-from", "share-to"))

_Rows = Iterable[Sequence[Content]]


@dataclass(frozen=True, slots=True)
class _Beside:
    """The share of failure demand in parts beside each other, and where it began, with the lines that say so."""

    heading: str
    line: str
    parts: Sequence[Sequence[Content]]
    origins_line: str
    origins: Sequence[Sequence[Content]]


def causes(snapshot: Snapshot, edition: Edition) -> Sheet | LeftOut:
    """The sheet: the share of failure demand by who says so, each one's causes, where it began and where it showed,
    then charts of what citizens say.
    """
    say, span = edition.say, period_span(snapshot.period, edition.say)
    by_staff = staff_causes.together(snapshot.causes, edition.organisation.demands) if tells_period(snapshot) else []
    by_analysts = [coded.told(each) for each in coded.of_period(snapshot, snapshot.chapters.coded)]
    beside = _Beside(
        say("causes.parts"),
        say("causes.parts-line", span=span),
        list(part_rows(snapshot, edition)),
        say("causes.origins-line", span=span),
        list(origin_rows(snapshot, edition)),
    )
    title = say("causes.title", week=snapshot.week)
    return _sheet(snapshot, by_staff, by_analysts, beside, title, say("causes.nothing"), edition)


def causes_of_unit(snapshot: Snapshot, part: Snapshot, one: OneUnit, edition: Edition) -> Sheet | LeftOut:
    """The same of one unit, beside all: `snapshot` is of all units, `part` of this one."""
    say, span = edition.say, period_span(snapshot.period, edition.say)
    by_staff = staff_causes.beside(snapshot.causes, one.causes, one.unit, edition.organisation.demands)
    found = coded.of_period(snapshot, snapshot.chapters.coded)
    beside = _Beside(
        say("causes.of-all"),
        say("causes.of-all-line", span=span),
        list(unit_part_rows(snapshot, part, one.unit, edition)),
        say("causes.origins-of-unit", span=span),
        list(unit_origin_rows(snapshot, part, one.unit, edition)),
    )
    by_analysts = coded.beside(found, one.coded, one.unit, journeys_of(part))
    title = say("causes.of-unit", about=edition.about)
    return _sheet(part, by_staff, by_analysts, beside, title, say("causes.nothing-of-unit"), edition)


def _sheet(
    snapshot: Snapshot,
    by_staff: Sequence[ByStaff],
    by_analysts: Sequence[Told],
    beside: _Beside,
    title: str,
    nothing: str,
    edition: Edition,
) -> Sheet | LeftOut:
    say, span = edition.say, period_span(snapshot.period, edition.say)
    told = [*demand_rows(snapshot, edition), *staff_shares(snapshot, by_staff, edition)]
    told += _coded_shares(snapshot, by_analysts, edition)
    told.sort(key=lambda row: str(row[0]))
    known = [row for each in by_staff for row in each.rows if row.cause is not None]
    if not (told or beside.origins or known):
        return LeftOut(say("sheets.causes"), nothing)
    charts = list(demand_bars(snapshot, edition))
    blocks: list[Block] = [
        Line(title, "title"),
        *([Line(say("causes.to-charts"), link=CHARTS)] if charts else []),
        *(Line(words) for words in say.lines("demand-lines")),
        _table("failure_demand", _DEMAND, told, say),
        Line(say("causes.tapped"), "heading"),
        _table("causes_by_citizens", _TAPPED, tapped_rows(snapshot, edition), say),
        Line(say("causes.staff"), "heading"),
        *(Line(words) for words in say.lines("cause-lines", span=span)),
        _table("causes", _STAFF, staff_rows(snapshot, by_staff, edition), say),
        Line(say("causes.coded"), "heading"),
        *(Line(words) for words in say.lines("coded-lines", week=snapshot.week)),
        _table("causes_coded", _CODED, _coded_rows(snapshot, by_analysts, edition), say),
        Line(beside.heading, "heading"),
        Line(beside.line),
        _table("failure_demand_by_part", _PARTS, beside.parts, say),
        Line(say("causes.origins"), "heading"),
        Line(beside.origins_line),
        Line(say("causes.origins-whom")),
        _table("origins", _ORIGINS, beside.origins, say),
        *charts,
    ]
    return Sheet(say("sheets.causes"), tuple(blocks))


def _coded_shares(snapshot: Snapshot, told: Sequence[Told], edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    for each in told:
        found, how = each.found, each.with_cause
        if not each.of_all.with_cause:
            continue
        failure = sum(
            count for (cause, said), count in found.by_cause.items() if _kind(cause, said, edition) == "failure"
        )
        share = shown_share(failure, found.with_cause, unsettled(how))
        hidden = how is Showing.HIDDEN
        yield (
            journey_title(snapshot, found.journey, say),
            say("causes.by-analysts"),
            say.label("demands", "failure"),
            period_label(found.weeks),
            None,
            *((say("journey.gap"), None, None) if hidden else share),
            *_counts(each, say),
            coded.too_few(each, found.with_cause, how, say) if hidden else say("notes.coded"),
        )


def _coded_rows(snapshot: Snapshot, told: Sequence[Told], edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    for each in told:
        found = each.found
        if not each.of_all.with_cause:
            continue
        title, time = journey_title(snapshot, found.journey, say), period_label(found.weeks)
        if not coded.distributed(each.with_cause):
            few = coded.too_few(each, found.with_cause, each.with_cause, say)
            yield (title, say("journey.gap"), None, time, *[None] * 4, *_counts(each, say), few)
            continue
        for cause, count in _most_first(each):
            how = each.causes[cause]
            held = how is Showing.HIDDEN and each.beside
            yield (
                title,
                cause_name(cause or None, edition),
                say.label("demands", _kind(cause, "", edition)) if cause else None,
                time,
                coded.shown_persons(each, count, how, say),
                *shown_share(count, found.with_cause, unsettled(how)),
                *_counts(each, say),
                say("notes.beside" if held else "notes.coded"),
            )


def _counts(told: Told, say: Texts) -> Sequence[Content]:
    """Persons whose words were coded, nobody who was asked for that, and the contacts that the words are about."""
    found, how = told.found, told.with_cause
    contacts = None if how is Showing.HIDDEN else rounded_up(found.cause_contacts)
    return (coded.shown_persons(told, found.with_cause, how, say), None, contacts)


def _most_first(told: Told) -> list[tuple[str, int]]:
    # In fives, hidden ones last: the exact order would tell which of two has more.
    def place(pair: tuple[str, int]) -> tuple[int, str]:
        return (0 if told.causes[pair[0]] is Showing.HIDDEN else -rounded_up(pair[1]), pair[0])

    return sorted(told.found.causes.items(), key=place)


def _kind(cause: str, said: str, edition: Edition) -> str:
    # What the analyst says of these very words goes before what the cause means as a rule.
    return said or edition.organisation.demands.get(cause, "unclear")


def _table(name: str, names: Sequence[str], rows: _Rows, say: Texts) -> Table:
    told = list(rows) or [(say("causes.none"), *[None] * (len(names) - 1))]
    forms: dict[str, Form] = {each: "share" if each in _SHARES else "whole" for each in names[len(_TEXTS) : -1]}
    return Table(name, gridded(names, forms, _TEXTS, say), told, filters=False)
