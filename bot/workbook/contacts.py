"""Contacts: why they arose and how many of them were asked, and what became of promises to call; of the period alone.

Small numbers are suppressed here. Nothing is told of a single week: what a week adds to a period can't be taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.figures.funnel import Rate
from bot.figures.suppression import Showing, fewest, rounded, rounded_down, rounded_up, showing, with_total
from bot.store.week_rows import CauseRow, OpenRow
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label, period_span
from bot.workbook.response import FIRST, NUMBER, SECOND
from bot.workbook.sheets import Block, Column, Content, Formed, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from flows.wording import in_language

_CAUSES = ("journey", "period", "cause", "registered", "contacts-asked", "left-out", "note")
_CALLS = ("measure", "period", "value", "from", "to", "call-backs", "note")
_WIDTHS = {"journey": FIRST, "measure": FIRST, "period": SECOND, "cause": 34.0, "note": 48.0}

Counts = tuple[int | None, int | None, int | None]
"""Registered, asked, left out by the budget, as they may be shown; None: hidden."""


def contacts(snapshot: Snapshot, edition: Edition) -> Sheet:
    """The sheet: contacts by cause, then call-backs."""
    say, span = edition.say, period_span(snapshot.period, edition.say)
    blocks: list[Block] = [
        Line(say("contacts.title", week=snapshot.week), "title"),
        Line(say("contacts.causes"), "heading"),
        *(Line(words) for words in say.lines("cause-lines", span=span)),
        _table("causes", _CAUSES, list(_cause_rows(snapshot, edition)), say("overview.no-contacts"), say),
        Line(say("contacts.call-backs"), "heading"),
        *(Line(words) for words in say.lines("call-back-lines", span=span)),
        _table("call_backs", _CALLS, list(_call_rows(snapshot, say)), say("contacts.no-call-backs"), say),
    ]
    return Sheet(say("sheets.contacts"), tuple(blocks))


def open_lines(snapshot: Snapshot, say: Texts) -> Iterator[Line]:
    """One line a journey: how many contacts of the period began from a poster or a card. They have no rate."""
    for row in snapshot.open:
        title, span = journey_title(snapshot, row.journey, say), period_span(snapshot.period, say)
        yield Line(say("overview.open", journey=title, span=span, count=shown_openly(row, say)))


def shown_openly(row: OpenRow, say: Texts) -> int | str:
    """How many began openly, or in words that they are few: contacts, and persons too, since one may come often."""
    if showing(min(row.contacts, row.persons), row.audience) is Showing.HIDDEN:
        return say("notes.under", fewest=fewest(row.audience))
    return row.contacts


def shown_causes(rows: Sequence[CauseRow]) -> list[Counts]:
    """What may be shown of one journey's contacts by cause.

    The total of the registered is told beside the response rate, so that one cause alone is never hidden. Within a
    cause whoever is neither asked nor left out can be had by subtraction, and is a group like the others: where it or
    another is small, a second one is hidden, rather the asked than the left out.
    """
    whole = with_total([row.registered for row in rows], rows[0].audience if rows else "")
    return [
        (None, None, None) if how is Showing.HIDDEN else (row.registered, *_parts(row))
        for row, how in zip(rows, whole, strict=True)
    ]


def _parts(row: CauseRow) -> tuple[int | None, int | None]:
    least = fewest(row.audience)
    parts = {"asked": row.asked, "left": row.left_out, "rest": max(0, row.registered - row.asked - row.left_out)}
    hidden = {name: count for name, count in parts.items() if 0 < count < least}
    for name in ("asked", "left"):
        if hidden and (len(hidden) == 1 or sum(hidden.values()) < least) and parts[name]:
            hidden[name] = parts[name]
    return (None if "asked" in hidden else row.asked, None if "left" in hidden else row.left_out)


def _cause_rows(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Content]]:
    say, time = edition.say, period_label(snapshot.period)
    for journey, group in groupby(snapshot.causes, lambda row: row.journey):
        rows = list(group)
        for row, counts in zip(rows, shown_causes(rows), strict=True):
            parts = (row.registered, row.asked, row.left_out)
            told = [_told(part, shown, row.audience, say) for part, shown in zip(parts, counts, strict=True)]
            beside = any(cell == say("journey.gap") for cell in told)
            yield (
                journey_title(snapshot, journey, say),
                time,
                _cause(row.cause, edition),
                *told,
                say("notes.beside") if beside else None,
            )


def _told(count: int, shown: int | None, audience: str, say: Texts) -> Value:
    if shown is not None:
        return shown
    least = fewest(audience)
    return say("notes.under", fewest=least) if count < least else say("journey.gap")


def _cause(code: str | None, edition: Edition) -> str:
    if code is None:
        return edition.say("contacts.no-cause")
    label = edition.organisation.causes.get(code)
    return in_language(label, edition.say.language) if label else code


def _call_rows(snapshot: Snapshot, say: Texts) -> Iterator[Sequence[Content]]:
    found, time = snapshot.promises, period_label(snapshot.period)
    if not found.asked:
        return
    strictest = _strictest(snapshot)
    how = showing(found.asked, strictest)
    few: Value = say("notes.under", fewest=fewest(strictest))
    asked: Value = few if how is Showing.HIDDEN else rounded_up(found.asked) if how is Showing.FEW else found.asked
    note = say("notes.few") if how is Showing.FEW else None
    yield (say("contacts.asked-for"), time, Formed(asked, "whole"), None, None, None, note)
    for name, rate, of in (
        ("kept", found.kept_rate(), found.asked - found.not_due),
        ("confirmed", found.confirmed_rate(), found.confirmed + found.denied),
    ):
        yield (say(f"contacts.{name}"), time, *_rate(rate, of, strictest, say))


def _rate(rate: Rate | None, of: int, audience: str, say: Texts) -> Sequence[Content]:
    how = showing(of, audience)
    if rate is None or how is Showing.HIDDEN:
        least = fewest(audience)
        note = say("notes.hidden-call-backs", fewest=least)
        return (say("journey.gap"), None, None, say("notes.under", fewest=least), note)
    low, high = rate.interval.low, rate.interval.high
    if how is Showing.WHOLE:
        return (*(Formed(share, "share") for share in (rate.share, low, high)), of, None)
    share = (rounded(100 * rate.share) / 100, rounded_down(100 * low) / 100, rounded_up(100 * high) / 100)
    return (*(Formed(each, "share") for each in share), rounded_up(of), say("notes.few"))


def _strictest(snapshot: Snapshot) -> str:
    # A call-back belongs to a unit, which may have met several audiences: the one with the highest limit counts.
    audiences = [versions[-1].journey.audience for versions in snapshot.catalogue.journeys().values()]
    return max(audiences, key=fewest, default="")


def _table(name: str, names: Sequence[str], rows: Sequence[Sequence[Content]], nothing: str, say: Texts) -> Table:
    columns = tuple(
        Column(say(f"headers.{each}"), "wrapped" if each in _WIDTHS else "whole", _WIDTHS.get(each, NUMBER))
        for each in names
    )
    return Table(name, columns, rows or [(nothing, *[None] * (len(names) - 1))], filters=False)
