"""Call-backs: what became of the promises to call that were given in the fixed period, together and by unit.

A promise counts where it was given, as it stood at the week's close. Nothing is told of a single week, and nothing is
exact: who is called after the report is told of in the next one about the same period. Of one unit its report tells
what the table by unit tells of it, and more only where those whom the others leave over are many, or nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.figures.medians import median_of
from bot.figures.promises import Promises, promises
from bot.figures.suppression import Showing, fewest, of_parts, rounded_up, showing, unsettled
from bot.store import call_backs as store
from bot.store.call_backs import CallBackRow
from bot.store.database import Transaction
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.names import period_label, period_span
from bot.workbook.response import tells_period
from bot.workbook.shares import shown_count, shown_share
from bot.workbook.sheets import Block, Content, Form, Formed, LeftOut, Line, Sheet, Table
from bot.workbook.texts import Texts
from bot.workbook.widths import gridded
from flows.wording import in_language

_OUTCOMES = ("in_time", "late", "not_reached", "not_done")
_NAMES = ("measure", "period", "value", "from", "to", "count", "call-backs", "callers", "note")
_PARTS = ("unit", "period", "kept", "from", "to", "confirmed", "call-backs", "callers", "note")
_NUMBERS: tuple[tuple[str, Form], ...] = (
    *((name, "whole") for name in ("value", "count", "call-backs", "callers")),
    *((name, "share") for name in ("from", "to", "kept", "confirmed")),
)


@dataclass(frozen=True, slots=True)
class Promised:
    """The promises of one unit, or of all: what became of them, and the `hours` by the clock from asking to being
    reached, of those that were. `persons` are all who had one, others those with one that is `due`, that they `replied`
    about, by which they were `reached`.
    """

    persons: int
    due: int
    replied: int
    reached: int
    found: Promises
    hours: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CallBacks:
    """The promises of a period, together and by unit; `audience` is the one of those in use with the highest limit."""

    whole: Promised
    units: Mapping[str, Promised]
    audience: str


def read(tx: Transaction, counts: Counted, zone: ZoneInfo, simulated: bool) -> CallBacks:
    """The call-backs asked for in the fixed period, as they stood at the close of the counted week."""
    first, last = counts.period[0], counts.period[-1]
    rows = list(store.rows_asked(tx, first, last, counts.week, zone, simulated))
    units = {unit: promised([row for row in rows if row.unit == unit]) for unit in sorted({row.unit for row in rows})}
    # A call-back belongs to a unit, which may have met several audiences.
    audiences = [versions[-1].journey.audience for versions in counts.catalogue.journeys().values()]
    return CallBacks(promised(rows), units, max(audiences, key=fewest, default=""))


def promised(rows: Sequence[CallBackRow]) -> Promised:
    """These call-backs, counted; one whose person is not known is of a person of its own."""
    asked = [row for row in rows if row.state != "withdrawn" or row.in_time is not None]
    due = [row for row in asked if row.state != "open" or row.in_time is not None]
    said = [row for row in asked if row.happened is not None]
    reached = [row for row in asked if row.outcome == "reached" and row.done_at is not None]
    return Promised(
        persons=_persons(asked),
        due=_persons(due),
        replied=_persons(said),
        reached=_persons(reached),
        found=promises(rows),
        hours=tuple((row.done_at - row.asked_at).total_seconds() / 3600 for row in reached if row.done_at),
    )


def call_backs(counts: Counted, kept: CallBacks, edition: Edition) -> Sheet | LeftOut:
    """The sheet: all promises, then those of each unit."""
    say, span = edition.say, period_span(counts.period, edition.say)
    if not tells_period(counts):
        return LeftOut(say("sheets.call-backs"), say("notes.span"))
    if not kept.whole.persons:
        return LeftOut(say("sheets.call-backs"), say("call-backs.nothing", span=span))
    rows, units = list(_rows(counts, kept, say)), list(_unit_rows(counts, kept, edition))
    blocks: list[Block] = [
        Line(say("call-backs.title", span=span), "title"),
        *(Line(words) for words in say.lines("call-back-lines", span=span)),
        _table("call_backs", _NAMES, rows, say),
    ]
    if units:
        blocks += [Line(say("call-backs.units"), "heading"), _table("call_backs_by_unit", _PARTS, units, say)]
    return Sheet(say("sheets.call-backs"), tuple(blocks))


def call_backs_of_unit(counts: Counted, kept: CallBacks, unit: str, edition: Edition) -> Sheet | LeftOut:
    """The sheet of one unit: its promises in the rows of all, as far as they may be told beside those of the others."""
    say, span = edition.say, period_span(counts.period, edition.say)
    if not kept.whole.persons:
        return LeftOut(say("sheets.call-backs"), say("call-backs.nothing", span=span))
    alone = not any(other.persons for name, other in kept.units.items() if name != unit)
    # Nobody and a few are told in the same words.
    if not alone and shown_units(kept).get(unit, Showing.HIDDEN) is Showing.HIDDEN:
        return LeftOut(say("sheets.call-backs"), say("call-backs.hidden-units", fewest=fewest(kept.audience)))
    rows = list(_rows(counts, kept, say) if alone else _rows_of(counts, kept, unit, say))
    blocks: list[Block] = [
        Line(say("call-backs.title", span=f"{span}, {edition.unit_name(unit)}"), "title"),
        *(Line(words) for words in say.lines("call-back-lines", span=span)),
        *([] if alone else [Line(say("call-backs.of-unit"))]),
        _table("call_backs", _NAMES, rows, say),
    ]
    return Sheet(say("sheets.call-backs"), tuple(blocks))


def shown_units(kept: CallBacks) -> dict[str, Showing]:
    """How much may be shown of each unit's promises beside those of all."""
    return _among(kept, lambda part: part.due)


def _among(kept: CallBacks, persons_of: Callable[[Promised], int], hidden: Collection[str] = ()) -> dict[str, Showing]:
    total, persons = persons_of(kept.whole), [persons_of(part) for part in kept.units.values()]
    alone = [
        Showing.HIDDEN if unit in hidden else showing(count, kept.audience)
        for unit, count in zip(kept.units, persons, strict=True)
    ]
    shown = of_parts(total, showing(total, kept.audience), persons, alone, kept.audience)
    return dict(zip(kept.units, shown, strict=True))


def _persons(rows: Sequence[CallBackRow]) -> int:
    return len({row.person_id or row.id for row in rows})


def _rows(counts: Counted, kept: CallBacks, say: Texts) -> Iterator[Sequence[Content]]:
    whole, found, audience, time = kept.whole, kept.whole.found, kept.audience, period_label(counts.period)
    how = unsettled(showing(whole.persons, audience))
    callers = shown_count(whole.persons, how, audience, say)
    promised_ = shown_count(found.asked, how, audience, say)
    note = say("notes.unsettled") if how is Showing.FEW else None
    yield (say("call-backs.asked-for"), time, None, None, None, promised_, promised_, callers, note)
    due = found.asked - found.not_due
    for name in _OUTCOMES:
        how = showing(whole.due, audience)
        if how is Showing.WHOLE or name == "in_time":
            yield _share_row(name, getattr(found, name), due, whole.due, how, time, kept, say)
    if found.not_due and showing(whole.due, audience) is Showing.WHOLE:
        not_due, note = rounded_up(found.not_due), say("notes.unsettled")
        yield (say("call-backs.not_due"), time, None, None, None, not_due, promised_, callers, note)
    replied = showing(whole.replied, audience)
    yield _share_row(
        "confirmed", found.confirmed, found.confirmed + found.denied, whole.replied, replied, time, kept, say
    )
    yield _hours_row(whole, time, kept, say)


def _share_row(
    name: str, count: int, of: int, persons: int, how: Showing, time: str, kept: CallBacks, say: Texts
) -> Sequence[Content]:
    title, how = say(f"call-backs.{name}"), unsettled(how)
    callers = shown_count(persons, how, kept.audience, say)
    if how is Showing.HIDDEN:
        return (title, time, say("journey.gap"), None, None, None, None, callers, _hidden(kept, say))
    share = (Formed(each, "share") for each in shown_share(count, of, how))
    return (title, time, *share, None, shown_count(of, how, kept.audience, say), callers, say("notes.unsettled"))


def _hours_row(whole: Promised, time: str, kept: CallBacks, say: Texts) -> Sequence[Content]:
    title, middle = say("call-backs.hours"), median_of(whole.hours)
    if middle is None or showing(whole.reached, kept.audience) is not Showing.WHOLE:
        return (title, time, say("journey.gap"), *[None] * 5, say("call-backs.few-hours"))
    ends = (middle.interval.low, middle.interval.high) if middle.interval else (None, None)
    hours = (Formed(each, "decimal") for each in (middle.value, *ends))
    counted = (rounded_up(middle.n), rounded_up(whole.reached))
    return (title, time, *hours, None, *counted, say("call-backs.hours-note"))


def _rows_of(counts: Counted, kept: CallBacks, unit: str, say: Texts) -> Iterator[Sequence[Content]]:
    part, time, units = kept.units[unit], period_label(counts.period), shown_units(kept)
    hidden = [name for name, how in units.items() if how is Showing.HIDDEN]
    found, how, note = part.found, units[unit], say("notes.unsettled")
    if _among(kept, lambda each: each.persons, hidden)[unit] is not Showing.HIDDEN:
        asked = rounded_up(found.asked)
        yield (say("call-backs.asked-for"), time, *[None] * 3, asked, asked, rounded_up(part.persons), note)
    for name in _OUTCOMES:
        if how is Showing.WHOLE or name == "in_time":
            count, due = getattr(found, name), found.asked - found.not_due
            yield _share_row(name, count, due, part.due, how, time, kept, say)
    confirmed = _confirmed(part, how, kept)
    if confirmed is not None:
        # Of how many is not told by unit: those of the others who replied may be few.
        yield (say("call-backs.confirmed"), time, Formed(confirmed, "share"), *[None] * 5, note)
    middle, reached = median_of(part.hours), _among(kept, lambda each: each.reached, hidden)[unit]
    if middle is not None and how is Showing.WHOLE and reached is Showing.WHOLE:
        ends = (middle.interval.low, middle.interval.high) if middle.interval else (None, None)
        hours = (Formed(None if each is None else round(each), "whole") for each in (middle.value, *ends))
        counted = (rounded_up(middle.n), rounded_up(part.reached))
        yield (say("call-backs.hours"), time, *hours, None, *counted, say("call-backs.hours-note"))


def _unit_rows(counts: Counted, kept: CallBacks, edition: Edition) -> Iterator[Sequence[Content]]:
    say, time = edition.say, period_label(counts.period)
    if len(kept.units) < 2:
        return
    hidden = 0
    for unit, how in shown_units(kept).items():
        part = kept.units[unit]
        if how is Showing.HIDDEN:
            hidden += 1
            continue
        known = edition.organisation.units.get(unit)
        name = in_language(known.name, say.language) if known else unit
        due = part.found.asked - part.found.not_due
        most = unsettled(how)
        share = shown_share(part.found.in_time, due, most)
        counted = (shown_count(due, most, kept.audience, say), shown_count(part.due, most, kept.audience, say))
        yield (name, time, *share, _confirmed(part, how, kept), *counted, say("notes.unsettled"))
    if hidden:
        yield (
            say("parts-of.others", count=hidden),
            time,
            say("journey.gap"),
            *[None] * 5,
            say("call-backs.hidden-units", fewest=fewest(kept.audience)),
        )


def _confirmed(part: Promised, how: Showing, kept: CallBacks) -> Value:
    # Who replied is told of a unit only where everybody's promises are: rounded, and never of few.
    found = part.found
    enough = showing(part.replied, kept.audience) is Showing.WHOLE and how is Showing.WHOLE
    return shown_share(found.confirmed, found.confirmed + found.denied, Showing.FEW)[0] if enough else None


def _hidden(kept: CallBacks, say: Texts) -> str:
    return say("notes.hidden", fewest=fewest(kept.audience))


def _table(name: str, names: Sequence[str], rows: Sequence[Sequence[Content]], say: Texts) -> Table:
    forms = {each: form for each, form in _NUMBERS if each in names}
    return Table(name, gridded(names, forms, (48.0, 23.0), say), rows, filters=False)
