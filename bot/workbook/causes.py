"""Causes: why contacts arose: value or failure demand, from citizens, from staff and from analysts' codes side by side;
where it began to go wrong against where it showed; and how many of the contacts were asked about at all.

What staff say is told of the fixed period alone, what analysts coded of the latest ones that have codes. What may be
shown of a question, of its parts and of counts that add up is decided in `shown`, `parts` and
`bot.figures.suppression`; staff may learn of a cause later, and whoever waits is asked later, so that what they say is
in fives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from bot.figures.suppression import (
    Showing,
    all_few,
    fewest,
    may_be_added,
    rounded,
    rounded_up,
    showing,
    unsettled,
    with_total,
)
from bot.store.week_rows import CauseRow
from bot.workbook import coded
from bot.workbook.coded import Coded
from bot.workbook.demand import demand_bars, demand_rows, origin_rows, part_rows, tapped_rows
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, period_span
from bot.workbook.response import tells_period
from bot.workbook.shares import shown_count, shown_share
from bot.workbook.sheets import Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from bot.workbook.widths import gridded
from flows.journey import Demand
from flows.wording import in_language

Counts = tuple[int | None, int | None, int | None]
"""Registered, asked, left out by the budget, as they may be shown; None: hidden."""

_TEXTS = (30.0, 46.0, 22.0, 23.0)
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


def causes(snapshot: Snapshot, edition: Edition) -> Sheet | LeftOut:
    """The sheet: the share of failure demand by who says so, each one's causes, where it began and where it showed."""
    say, span = edition.say, period_span(snapshot.period, edition.say)
    tapped = list(tapped_rows(snapshot, edition))
    told = [*demand_rows(snapshot, edition), *_staff_shares(snapshot, edition), *_coded_shares(snapshot, edition)]
    told.sort(key=lambda row: str(row[0]))
    origins = list(origin_rows(snapshot, edition))
    staff = [row for _, rows in _by_journey(snapshot) for row in rows if row.cause is not None]
    if not (told or origins or staff):
        return LeftOut(say("sheets.causes"), say("causes.nothing"))
    blocks: list[Block] = [
        Line(say("causes.title", week=snapshot.week), "title"),
        *(Line(words) for words in say.lines("demand-lines")),
        _table("failure_demand", _DEMAND, told, say),
        Line(say("causes.tapped"), "heading"),
        _table("causes_by_citizens", _TAPPED, tapped, say),
        *demand_bars(snapshot, edition),
        Line(say("causes.staff"), "heading"),
        *(Line(words) for words in say.lines("cause-lines", span=span)),
        _table("causes", _STAFF, list(_staff_rows(snapshot, edition)), say),
        Line(say("causes.coded"), "heading"),
        *(Line(words) for words in say.lines("coded-lines", week=snapshot.week)),
        _table("causes_coded", _CODED, list(_coded_rows(snapshot, edition)), say),
        Line(say("causes.parts"), "heading"),
        Line(say("causes.parts-line", span=span)),
        _table("failure_demand_by_part", _PARTS, list(part_rows(snapshot, edition)), say),
        Line(say("causes.origins"), "heading"),
        *(Line(words) for words in say.lines("origin-lines", span=span)),
        _table("origins", _ORIGINS, origins, say),
    ]
    return Sheet(say("sheets.causes"), tuple(blocks))


def shown_causes(rows: Sequence[CauseRow]) -> list[Counts]:
    """What may be shown of one journey's contacts by cause.

    The total of the registered is told beside the response rate, so that one cause alone is never hidden. Within a
    cause whoever is neither asked nor left out can be had by subtraction, and is a group like the others: where it or
    another is small, a second one is hidden, rather the asked than the left out.
    """
    return [
        (None, None, None) if how is Showing.HIDDEN else (row.registered, *_parts(row))
        for row, how in zip(rows, _whole(rows), strict=True)
    ]


def shown_failure(rows: Sequence[CauseRow], demands: Mapping[str, Demand]) -> tuple[int, int] | None:
    """Of one journey's contacts with a cause: how many are failure demand, of how many. None: it may not be told.

    The two numbers give three sums: of the causes that are failure demand, of the others, and of those without a cause.
    None of them may tell of causes that are hidden.
    """
    shown, groups = _whole(rows), [_group(row, demands) for row in rows]
    for name in set(groups):
        places = [place for place, group in enumerate(groups) if group == name]
        counts = [rows[place].registered for place in places]
        if not may_be_added(counts, [shown[place] for place in places], rows[0].audience):
            return None
    sums = [sum(row.registered for row, group in zip(rows, groups, strict=True) if group == name) for name in (1, 0)]
    return (sums[0], sum(sums))


def _group(row: CauseRow, demands: Mapping[str, Demand]) -> int | None:
    return None if row.cause is None else int(demands.get(row.cause) == "failure")


def _whole(rows: Sequence[CauseRow]) -> list[Showing]:
    return with_total([row.registered for row in rows], rows[0].audience if rows else "")


def _parts(row: CauseRow) -> tuple[int | None, int | None]:
    least = fewest(row.audience)
    parts = {"asked": row.asked, "left": row.left_out, "rest": max(0, row.registered - row.asked - row.left_out)}
    hidden = {name: count for name, count in parts.items() if 0 < count < least}
    for name in ("asked", "left"):
        if hidden and (len(hidden) == 1 or sum(hidden.values()) < least) and parts[name]:
            hidden[name] = parts[name]
    return (None if "asked" in hidden else row.asked, None if "left" in hidden else row.left_out)


def _by_journey(snapshot: Snapshot) -> Iterator[tuple[str, list[CauseRow]]]:
    rows = snapshot.causes if tells_period(snapshot) else ()
    for journey, group in groupby(rows, lambda row: row.journey):
        yield journey, list(group)


def _staff_shares(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    say, time = edition.say, period_label(snapshot.period)
    for journey, rows in _by_journey(snapshot):
        audience, registered = rows[0].audience, sum(row.registered for row in rows)
        known = [row for row in rows if row.cause is not None]
        if not known or not any(edition.organisation.demands.get(row.cause or "") for row in known):
            continue
        title, by_staff = journey_title(snapshot, journey, say), say("causes.by-staff")
        demand = say.label("demands", "failure")
        found = shown_failure(rows, edition.organisation.demands)
        if found is None or showing(found[1], audience) is Showing.HIDDEN:
            note = say("notes.beside") if found is None else say("notes.hidden-contacts", fewest=fewest(audience))
            yield (title, by_staff, demand, time, None, say("journey.gap"), *[None] * 5, note)
            continue
        failure, given = found
        how = unsettled(showing(given, audience))
        note = say("causes.coverage", share=rounded(100 * given / registered), registered=registered)
        if showing(given, audience) is Showing.FEW:
            note = say("notes.few")
        share, contacts = shown_share(failure, given, how), shown_count(given, how, audience, say)
        yield (title, by_staff, demand, time, None, *share, None, None, contacts, note)


def _coded_shares(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    for found in coded.of_period(snapshot, snapshot.chapters.coded):
        if not found.with_cause:
            continue
        how = coded.shown(found.with_cause, found.audience)
        failure = sum(count for cause, count in found.by_cause.items() if _demand(cause, edition) == "failure")
        share = shown_share(failure, found.with_cause, how)
        hidden = how is Showing.HIDDEN
        yield (
            journey_title(snapshot, found.journey, say),
            say("causes.by-analysts"),
            say.label("demands", "failure"),
            period_label(found.weeks),
            None,
            *((say("journey.gap"), None, None) if hidden else share),
            shown_count(found.with_cause, how, found.audience, say),
            None,
            None,
            say("notes.hidden", fewest=fewest(found.audience)) if hidden else say("notes.coded"),
        )


def _staff_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    say, time = edition.say, period_label(snapshot.period)
    for journey, rows in _by_journey(snapshot):
        total, whole = sum(row.registered for row in rows), _whole(rows)
        unsaid = [row.registered for row, how in zip(rows, whole, strict=True) if how is Showing.HIDDEN]
        few = all_few(unsaid, rows[0].audience)
        for row, how, counts in sorted(zip(rows, whole, shown_causes(rows), strict=True), key=_place):
            under = few and how is Showing.HIDDEN
            hidden = say("notes.under", fewest=fewest(row.audience)) if under else say("journey.gap")
            registered, asked, left = (hidden if each is None else rounded_up(each) for each in counts)
            rest = None if None in counts else rounded_up(max(0, row.registered - row.asked - row.left_out))
            share = shown_share(row.registered, total, unsettled(how))
            beside = say("journey.gap") in (registered, asked, left)
            yield (
                journey_title(snapshot, journey, say),
                _cause(row.cause, edition),
                None if row.cause is None else say.label("demands", _kind(row.cause, "", edition)),
                time,
                *(registered, *share, asked, left, rest),
                say("notes.beside") if beside else None,
            )


def _place(told: tuple[CauseRow, Showing, Counts]) -> tuple[bool, int, str]:
    # In fives, hidden ones last: the exact order would tell which of two has more. No cause at all comes last.
    row, how, _ = told
    return row.cause is None, 0 if how is Showing.HIDDEN else -rounded_up(row.registered), row.cause or ""


def _coded_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    for found in coded.of_period(snapshot, snapshot.chapters.coded):
        if not found.with_cause:
            continue
        title, time = journey_title(snapshot, found.journey, say), period_label(found.weeks)
        how = coded.shown(found.with_cause, found.audience)
        persons = shown_count(found.with_cause, how, found.audience, say)
        if not coded.distributed(found.with_cause):
            few = coded.too_few(how, found.audience, say)
            yield (title, say("journey.gap"), None, time, *[None] * 4, persons, None, None, few)
            continue
        for cause, count in _most_first(found):
            each = coded.shown(count, found.audience)
            yield (
                title,
                _cause(cause or None, edition),
                say.label("demands", _kind(cause, "", edition)) if cause else None,
                time,
                shown_count(count, each, found.audience, say),
                *shown_share(count, found.with_cause, each),
                *(persons, None, None),
                say("notes.coded"),
            )


def _most_first(found: Coded) -> list[tuple[str, int]]:
    causes: dict[str, int] = {}
    for (cause, _), count in found.by_cause.items():
        causes[cause] = causes.get(cause, 0) + count
    # In fives: the exact order of two that stand with the same number would tell which has more.
    return sorted(causes.items(), key=lambda pair: (-rounded_up(pair[1]), pair[0]))


def _demand(cause: coded.Cause, edition: Edition) -> str:
    return _kind(cause[0], cause[1], edition)


def _kind(cause: str, said: str, edition: Edition) -> str:
    # What the analyst says of these very words goes before what the cause means as a rule.
    return said or edition.organisation.demands.get(cause, "unclear")


def _cause(code: str | None, edition: Edition) -> str:
    if code is None:
        return edition.say("causes.no-cause")
    label = edition.organisation.causes.get(code)
    return in_language(label, edition.say.language) if label else code


def _table(name: str, names: Sequence[str], rows: Sequence[Sequence[Content]], say: Texts) -> Table:
    told = rows or [(say("causes.none"), *[None] * (len(names) - 1))]
    forms: dict[str, Form] = {each: "share" if each in _SHARES else "whole" for each in names[len(_TEXTS) : -1]}
    return Table(name, gridded(names, forms, _TEXTS, say), told, filters=False)
