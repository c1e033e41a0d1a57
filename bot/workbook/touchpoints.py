"""Touchpoints: each question about a touchpoint, for all, by channel and by unit, and who certainly differs.

Of the fixed period alone. What may be shown of a channel or a unit is `parts`' to say; a part is compared with the rest
only where it and all together are shown whole, and the rest is all of them less it. A unit's report has its rows beside
those of all, compared among everything that the report of all compares, so that the two never differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.distribution import Distribution
from bot.figures.index import index_of
from bot.figures.satisfaction import csat_of
from bot.figures.scales import FIVE_STEPS
from bot.figures.suppression import ENOUGH, Showing, fewest
from bot.workbook.differences import Difference, differences, judged, verdict
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, period_entries, place_of
from bot.workbook.names import asked_text, journey_title, period_span, touchpoint_name, why
from bot.workbook.parts import crossed_entries, journeys_of, part_entries
from bot.workbook.sheets import Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Figure, Key, shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from bot.workbook.widths import fitted
from flows.journey import Words
from flows.wording import in_language

STEPS = (1, 2, 3, 4, 5)

_COUNTS = ("answers", "asked", "contacts")
_INDEX = ("index", "index-from", "index-to")
_SHARES = ("satisfied", "satisfied-from", "satisfied-to", *(f"step-{step}" for step in STEPS))
_NAMES = ("journey", "touchpoint", "question", "group", *_COUNTS, *_INDEX, *_SHARES, "verdict")
_WIDEST = {"journey": 14, "touchpoint": 14, "question": 26, "group": 22, "verdict": 28}
_BARS = {"index": 100.0, "satisfied": 1.0, **{f"step-{step}": 1.0 for step in STEPS}}

Group = tuple[str, str]
"""By what, and which: ("channel", "phone"); ("", "") are all."""

ALL: Group = ("", "")


@dataclass(frozen=True, slots=True)
class _Told:
    """One question's figures by group, in reading order, and each compared with the rest where that can be."""

    entry: Entry
    figures: Mapping[Group, Figure]
    differences: Mapping[Group, Difference]


def touchpoints(snapshot: Snapshot, edition: Edition) -> Sheet | LeftOut:
    """The sheet; left out where nobody was asked about a touchpoint in the period."""
    say = edition.say
    told = _judged(_gathered(snapshot, edition))
    if not told:
        return LeftOut(say("sheets.touchpoints"), say("touchpoints.nothing"))
    count = sum(len(each.differences) for each in told)
    title = Line(say("touchpoints.title", span=period_span(snapshot.period, say)), "title")
    lines = [title, *(Line(words) for words in say.lines("touchpoint-lines", count=count))]
    return _sheet(snapshot, told, lines, count, edition)


def touchpoints_of_unit(snapshot: Snapshot, unit: str, edition: Edition) -> Sheet | LeftOut:
    """The sheet of one unit: what its people were asked, for all units (whose snapshot it is) and for this one."""
    say, own = edition.say, snapshot.chapters.units.get(unit)
    every = _judged(_gathered(snapshot, edition))
    met = set() if own is None else journeys_of(own)
    told = [each for each in every if each.entry.key.journey in met]
    if len(snapshot.chapters.units) > 1:
        told = [each if ("unit", unit) in each.figures else _with(each, ("unit", unit)) for each in told]
    if not told:
        return LeftOut(say("sheets.touchpoints"), say("touchpoints.nothing-here"))
    count = sum(len(each.differences) for each in every)
    span, name = period_span(snapshot.period, say), edition.unit_name(unit)
    title = Line(say("touchpoints.of-unit", span=span, unit=name), "title")
    lines = [title, *(Line(words) for words in say.lines("touchpoint-unit-lines", count=count))]
    return _sheet(snapshot, told, lines, count, edition, ("unit", unit))


def _sheet(
    snapshot: Snapshot,
    told: Sequence[_Told],
    lines: Sequence[Line],
    count: int,
    edition: Edition,
    only: Group | None = None,
) -> Sheet:
    say = edition.say
    rows = [row for each in told for row in _rows(snapshot, each, count, edition, only)]
    forms: dict[str, Form] = {**dict.fromkeys((*_COUNTS, *_INDEX), "whole"), **dict.fromkeys(_SHARES, "share")}
    blocks: list[Block] = [
        *lines,
        *(Line(words) for words in _certain(snapshot, told, edition, only)),
        Table("touchpoints", fitted(_NAMES, forms, rows, say, _WIDEST, _BARS, short=8), rows),
    ]
    return Sheet(say("sheets.touchpoints"), tuple(blocks), frozen=True)


def _gathered(snapshot: Snapshot, edition: Edition) -> list[_Told]:
    parts = snapshot.chapters
    cuts = {
        "channel": _by_key(crossed_entries(snapshot, parts.units, parts.channels, parts.both)),
        "unit": _by_key(part_entries(snapshot, parts.units)),
    }
    entries = [
        entry
        for entry in period_entries(snapshot)
        if entry.question.kind == "scale" and entry.question.touchpoint and not entry.key.afterwards
    ]
    entries.sort(key=lambda entry: (entry.key.journey, place_of(entry)))
    found = []
    for entry in entries:
        figures: dict[Group, Figure] = {ALL: entry.figure}
        for cut, by_key in cuts.items():
            named = {(cut, code): figure for code, figure in by_key.get(entry.key, {}).items()}
            # One channel or unit alone is everybody.
            if len(named) > 1:
                figures |= dict(sorted(named.items(), key=lambda each: _name(each[0], edition)))
        found.append(_Told(entry, figures, dict(_compared(entry, figures))))
    return found


def _with(told: _Told, group: Group) -> _Told:
    # Not to stand there would tell that nobody was asked.
    nobody = Figure(Showing.HIDDEN, "parts", Distribution())
    return _Told(told.entry, {**told.figures, group: nobody}, told.differences)


def _compared(entry: Entry, figures: Mapping[Group, Figure]) -> Iterator[tuple[Group, Difference]]:
    total = figures[ALL]
    for group, figure in figures.items():
        if group == ALL or figure.showing is not Showing.WHOLE or total.showing is not Showing.WHOLE:
            continue
        steps = {
            step: max(0, count - figure.distribution.by_number.get(step, 0))
            for step, count in total.distribution.by_number.items()
        }
        rest = sum(steps.values())
        if rest >= ENOUGH:
            for difference in differences(
                entry.question, [], figure.distribution, Distribution(rest, rest, rest, {}, steps)
            ):
                yield group, difference


def _judged(found: Sequence[_Told]) -> list[_Told]:
    every = {(each.entry.key, group): difference for each in found for group, difference in each.differences.items()}
    known = judged(every)
    return [
        _Told(each.entry, each.figures, {group: known[each.entry.key, group] for group in each.differences})
        for each in found
    ]


def _certain(snapshot: Snapshot, told: Sequence[_Told], edition: Edition, only: Group | None) -> Iterator[str]:
    say = edition.say
    compared = some = False
    for each in told:
        for group, difference in each.differences.items():
            if only not in (None, group):
                continue
            compared = True
            if not difference.holds:
                continue
            some = True
            ends = difference.interval
            yield say(
                f"touchpoints.{'higher' if difference.value_less > 0 else 'lower'}",
                journey=journey_title(snapshot, each.entry.key.journey, say),
                question=asked_text(edition, each.entry.question),
                group=_name(group, edition),
                value=f"{difference.value:.0f}",
                n=difference.n,
                rest=f"{difference.before:.0f}",
                other=difference.other,
                less=f"{abs(difference.value_less):.0f}",
                interval=""
                if ends is None
                else say("touchpoints.span", low=f"{ends.low:.0f}", high=f"{ends.high:.0f}"),
            )
    if compared and not some:
        yield say("touchpoints.none" if only is None else "touchpoints.not-here")


def _rows(
    snapshot: Snapshot, told: _Told, count: int, edition: Edition, only: Group | None
) -> Iterator[Sequence[Content]]:
    entry, say = told.entry, edition.say
    audience = entry.journey.audience
    names = (
        journey_title(snapshot, entry.key.journey, say),
        touchpoint_name(entry.journey, entry.question, say.language),
        asked_text(edition, entry.question),
    )
    hidden = _hidden(told.figures)
    for group, figure in told.figures.items():
        if only is not None and group not in (ALL, only):
            continue
        if group in hidden.get(group[0], []):
            if group == only:  # which of those hidden together are few is told of none
                yield (*names, _name(group, edition), *[None] * 14, say("touchpoints.hidden", fewest=fewest(audience)))
            continue
        if figure.showing is Showing.HIDDEN:
            counts = shown_counts(figure, audience, say)
            yield (*names, _name(group, edition), *counts, *[None] * 11, why(figure, audience, say))
            continue
        compared = told.differences.get(group)
        yield (
            *names,
            _name(group, edition),
            *shown_counts(figure, audience, say),
            *shown_mean(index_of(figure.distribution.by_number), figure.showing),
            *_shares(figure),
            why(figure, audience, say) if compared is None else verdict(compared, count, say),
        )
    for cut, groups in hidden.items() if only is None else ():
        more = say(f"touchpoints.more-{cut}", count=len(groups))
        yield (*names, more, *[None] * 14, say("touchpoints.hidden", fewest=fewest(audience)))


def _shares(figure: Figure) -> Sequence[float | None]:
    counts = figure.distribution.by_number
    satisfied = csat_of(counts, FIVE_STEPS)
    if figure.showing is not Showing.WHOLE or satisfied is None:
        return [None] * len(_SHARES)
    steps = (counts.get(step, 0) / satisfied.n for step in STEPS)
    return [satisfied.value, satisfied.interval.low, satisfied.interval.high, *steps]


def _hidden(figures: Mapping[Group, Figure]) -> dict[str, list[Group]]:
    # Where several parts are hidden, one row tells of all of them.
    found: dict[str, list[Group]] = {}
    for group, figure in figures.items():
        if group != ALL and figure.showing is Showing.HIDDEN:
            found.setdefault(group[0], []).append(group)
    return {cut: groups for cut, groups in found.items() if len(groups) > 1}


def _by_key(parts: Mapping[str, Sequence[Entry]]) -> dict[Key, dict[str, Figure]]:
    found: dict[Key, dict[str, Figure]] = {}
    for code, entries in parts.items():
        for entry in entries:
            found.setdefault(entry.key, {})[code] = entry.figure
    return found


def _name(group: Group, edition: Edition) -> str:
    cut, code = group
    say = edition.say
    if not cut:
        return say("touchpoints.all")
    units = {unit: each.name for unit, each in edition.organisation.units.items()}
    labels: Mapping[str, Words] = units if cut == "unit" else edition.organisation.channels
    name = in_language(labels[code], say.language) if code in labels else code or say("touchpoints.unknown")
    return say(f"touchpoints.{cut}", name=name)
