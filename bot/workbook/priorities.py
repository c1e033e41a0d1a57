"""Priorities: how much each touchpoint of a journey matters and how it went there, so that one sees where to begin.

Stated importance goes first: what people name when asked. Derived importance stands beside it: how far ratings go along
with the rating of the whole, a connection and never a cause. Fields and borders are told from the figures as they are
shown, rounded ones too, so that they tell nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal

from bot.figures.index import index_of
from bot.figures.intervals import Interval
from bot.figures.priorities import (
    FEWEST_PAIRS,
    Border,
    Point,
    Quadrant,
    border_of,
    derived_importance,
    place_of,
    stated_importance,
)
from bot.figures.suppression import ENOUGH, Showing
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.entries import newest
from bot.workbook.names import journey_title, period_label, why
from bot.workbook.paired import Pairs
from bot.workbook.paths import Asked, curve, mattered
from bot.workbook.sheets import Block, Content, Form, Formed, LeftOut, Line, Scatter, Sheet, Spot, Table
from bot.workbook.shown import Figure, shown_counts, shown_mean
from bot.workbook.widths import fitted

MOST_NAMED, LONGEST_NAME = 8, 20
"""Up to so many points, and none with a longer name, stand with their names in a chart; else with their numbers."""

_FIELDS = (Quadrant.KEEP, Quadrant.IMPROVE_IF_POSSIBLE, Quadrant.LOWER_PRIORITY, Quadrant.PRIORITISE)
_SUMMARY = ("number", "journey", "touchpoint", "experience", "stated", "derived", "field", "field-derived", "in-words")
_VALUES = ("value", "value-from", "value-to")
_COUNTS = ("answers", "asked", "contacts")
# Columns of one kind stand below each other in both tables.
_DETAILS = ("number", "journey", "touchpoint", *_VALUES, "measure", "period", "note", *_COUNTS)
_MEASURES: dict[str, Form] = {"experience": "whole", "stated": "share", "derived": "hundredths"}


@dataclass(frozen=True, slots=True)
class Told:
    """One measure of one touchpoint as it is shown: its value with its interval, or in words why there is none."""

    value: float | None
    interval: Interval | None
    counts: tuple[Value, Value, Value]
    weeks: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """One point of a journey's curve with everything that is told of it."""

    number: int
    journey: str
    name: str
    experience: Told
    stated: Told | None
    derived: Told | None

    def point(self, importance: Told | None) -> Point | None:
        """Where it lies by this importance, or None where either number can't be told."""
        if importance is None or importance.value is None or self.experience.value is None:
            return None
        return Point(importance.value, self.experience.value, importance.interval, self.experience.interval)


def wanted(counts: Counted) -> Iterator[tuple[str, str, str]]:
    """The pairs that derived importance is told from: each point of a curve with its last, taken for the whole."""
    for journey in counts.catalogue.journeys():
        *points, whole = [one.question.code for one in curve(counts, journey)] or [""]
        yield from ((journey, point, whole) for point in points)


def priorities(counts: Counted, pairs: Pairs, edition: Edition) -> Sheet | LeftOut:
    """The sheet: the fields in a table, a chart of each journey, and every figure with what it is told from.

    A journey without fields has nothing here that stands nowhere else: it is only named.
    """
    say = edition.say
    journeys = {journey: _places(counts, pairs, journey, edition) for journey in counts.catalogue.journeys()}
    journeys = {journey: places for journey, places in journeys.items() if places}
    if not journeys:
        return LeftOut(say("sheets.priorities"), say("notes.no-curve"))
    without = [places[0].journey for places in journeys.values() if not _has_fields(places)]
    journeys = {journey: places for journey, places in journeys.items() if _has_fields(places)}
    if not journeys:
        return LeftOut(say("sheets.priorities"), say("priorities.nothing", enough=ENOUGH, pairs=FEWEST_PAIRS))
    summary = [row for places in journeys.values() for row in _summary(places, edition)]
    details = [row for places in journeys.values() for row in _details(places, edition)]
    forms: dict[str, Form] = {"number": "whole", "experience": "whole", "stated": "share", "derived": "hundredths"}
    blocks: list[Block] = [
        Line(say("priorities.title", week=edition.about), "title"),
        *(Line(words) for words in say.lines("priority-lines", pairs=FEWEST_PAIRS)),
        *(Line(words) for places in journeys.values() for words in _borders(places, edition)),
        *([Line(say("priorities.no-fields", journeys=", ".join(without)))] if without else []),
        Table("priorities", fitted(_SUMMARY, forms, summary, say), summary),
        *(chart for places in journeys.values() if (chart := _chart(places, edition))),
        Line(say("priorities.details"), "heading"),
    ]
    forms = dict.fromkeys(("number", *_VALUES, *_COUNTS), "whole")
    blocks.append(Table("priority_figures", fitted(_DETAILS, forms, details, say), details))
    return Sheet(say("sheets.priorities"), tuple(blocks))


def _places(counts: Counted, pairs: Pairs, journey: str, edition: Edition) -> list[Place]:
    points = curve(counts, journey)
    asked = mattered(counts, journey)
    shares = _stated(counts, asked, edition) if asked else None
    title = journey_title(counts, journey, edition.say)
    places = []
    for number, point in enumerate(points, start=1):
        code = point.question.touchpoint or ""
        stated = shares.get(code, shares[""]) if shares else None
        derived = _derived(counts, pairs, point, points[-1], edition) if point is not points[-1] else None
        name = point.touchpoint(edition.say.language)
        places.append(Place(number, title, name, _experience(counts, point, edition), stated, derived))
    return places


def _experience(counts: Counted, point: Asked, edition: Edition) -> Told:
    figure, weeks = newest(counts, point.key, point.audience)
    value, low, high = shown_mean(index_of(figure.distribution.by_number), figure.showing)
    return _told(figure, weeks, point, value, _interval(low, high), edition)


def _stated(counts: Counted, asked: Asked, edition: Edition) -> dict[str, Told]:
    """By touchpoint; '' where nothing is told of any, or of one that could not be chosen."""
    figure, weeks = newest(counts, asked.key, asked.audience)
    told = _told(figure, weeks, asked, None, None, edition)
    if figure.showing is not Showing.WHOLE:
        few = edition.say("priorities.few-named", n=_n(told), enough=ENOUGH) if _too_few(figure) else told.note
        return {"": Told(None, None, told.counts, weeks, few)}
    choices = [choice.code for choice in counts.catalogue.choices(asked.key.journey, asked.key.question)]
    shares = stated_importance({code: figure.distribution.by_code.get(code, 0) for code in choices})
    found = {code: Told(share.value, share.interval, told.counts, weeks, told.note) for code, share in shares.items()}
    return {"": Told(None, None, told.counts, weeks, edition.say("priorities.not-named")), **found}


def _derived(counts: Counted, pairs: Pairs, point: Asked, whole: Asked, edition: Edition) -> Told:
    pair = pairs.pair(counts, point.version, point.question, whole.question)
    told = _told(pair.figure, pair.weeks, point, None, None, edition)
    if pair.figure.showing is not Showing.WHOLE or pair.figure.distribution.answers < FEWEST_PAIRS:
        few = told.note
        if pair.figure.showing is Showing.WHOLE or _too_few(pair.figure):
            few = edition.say("priorities.few-pairs", n=_n(told), pairs=FEWEST_PAIRS)
        return Told(None, None, told.counts, pair.weeks, few)
    found = derived_importance(pair.together.persons)
    if found is None:
        return Told(None, None, told.counts, pair.weeks, edition.say("priorities.no-spread"))
    return Told(found.value, found.interval, told.counts, pair.weeks, told.note)


def _told(
    figure: Figure,
    weeks: tuple[str, ...],
    asked: Asked,
    value: float | None,
    interval: Interval | None,
    edition: Edition,
) -> Told:
    three = shown_counts(figure, asked.audience, edition.say)
    return Told(value, interval, three, weeks, why(figure, asked.audience, edition.say))


def _too_few(figure: Figure) -> bool:
    # Else it is held back for the sake of others, whose number may be said to be enough.
    return figure.why in ("few", "hidden")


def _n(told: Told) -> str:
    # Of too few it is said in words: "under 7".
    count = told.counts[0]
    return count if isinstance(count, str) else f"n = {count}"


def _interval(low: float | None, high: float | None) -> Interval | None:
    return None if low is None or high is None else Interval(low, high)


def _decimals(number: float, language: str) -> str:
    return format_decimal(number, "0.00", locale=language)


def _border(places: Sequence[Place], stated: bool) -> Border | None:
    """Where the fields of a journey meet: the means of its points. None of fewer than two."""
    points = [place.point(place.stated if stated else place.derived) for place in places]
    there = [point for point in points if point is not None]
    return border_of(there) if len(there) > 1 else None


def _has_fields(places: Sequence[Place]) -> bool:
    return _border(places, True) is not None or _border(places, False) is not None


def _borders(places: Sequence[Place], edition: Edition) -> Iterator[str]:
    say, journey = edition.say, places[0].journey
    stated, derived = _border(places, True), _border(places, False)
    for name, border in (("stated", stated), ("derived", derived)):
        if border is not None:
            by_share = f"{100 * border.importance:.0f}"
            importance = by_share if name == "stated" else _decimals(border.importance, say.language)
            experience = f"{border.experience:.0f}"
            yield say(f"priorities.border-{name}", journey=journey, importance=importance, experience=experience)


def _summary(places: Sequence[Place], edition: Edition) -> Iterator[Sequence[Content]]:
    stated, derived = _border(places, True), _border(places, False)
    for place in places:
        yield (
            place.number,
            place.journey,
            place.name,
            place.experience.value,
            place.stated.value if place.stated else None,
            place.derived.value if place.derived else None,
            _field(place.point(place.stated), stated, edition),
            _field(place.point(place.derived), derived, edition),
            _in_words(place, stated, derived, edition),
        )


def _field(point: Point | None, border: Border | None, edition: Edition) -> str | None:
    if point is None or border is None:
        return None
    found = place_of(point, border)
    name = edition.say.label("fields", found.quadrant.value)
    return name if found.certain else edition.say("priorities.uncertain", field=name)


def _in_words(place: Place, stated: Border | None, derived: Border | None, edition: Edition) -> str:
    by_stated, by_derived = place.point(place.stated), place.point(place.derived)
    known = [by_stated is not None and stated is not None, by_derived is not None and derived is not None]
    if place.derived is None and known[0]:
        return edition.say("priorities.whole")
    if by_stated is None or stated is None or by_derived is None or derived is None:
        name = "neither" if not any(known) else "stated-only" if known[0] else "derived-only"
        return edition.say(f"priorities.{name}")
    named, goes_along = by_stated.importance >= stated.importance, by_derived.importance >= derived.importance
    if named == goes_along:
        return edition.say("priorities.agree")
    certain = place_of(by_stated, stated).certain and place_of(by_derived, derived).certain
    words = edition.say("priorities.named-only" if named else "priorities.unnamed")
    return words if certain else edition.say("priorities.uncertain", field=words)


def _details(places: Sequence[Place], edition: Edition) -> Iterator[Sequence[Content]]:
    for place in places:
        for measure, told in (("experience", place.experience), ("stated", place.stated), ("derived", place.derived)):
            if told is None:
                continue
            ends = (told.interval.low, told.interval.high) if told.interval else (None, None)
            numbers = [Formed(number, _MEASURES[measure]) for number in (told.value, *ends)]
            label = edition.say.label("measures", measure)
            where = (place.number, place.journey, place.name)
            yield (*where, *numbers, label, period_label(told.weeks), told.note, *told.counts)


def _chart(places: Sequence[Place], edition: Edition) -> Scatter | None:
    say, journey = edition.say, places[0].journey
    stated = _border(places, True) is not None
    border = _border(places, stated)
    if border is None:
        return None
    points = [(place, place.point(place.stated if stated else place.derived)) for place in places]
    drawn = [(place, point) for place, point in points if point is not None]
    named = len(drawn) <= MOST_NAMED and all(len(place.name) <= LONGEST_NAME for place, _ in drawn)
    across = say("priorities.across-stated" if stated else "priorities.across-derived")
    told = "; ".join(f"{place.number} {place.name}: {_field(point, border, edition)}" for place, point in drawn)
    return Scatter(
        title=say("priorities.chart", journey=journey),
        across=across if named else f"{across}. {say('priorities.numbered')}",
        up=say("priorities.up"),
        spots=tuple(
            Spot(place.name if named else str(place.number), point.importance, point.experience)
            for place, point in drawn
        ),
        border=(border.importance, border.experience),
        fields=tuple(say.label("fields", field.value) for field in _FIELDS),
        ends=((0.0 if stated else -1.0, 1.0), (0.0, 100.0)),
        forms=("0%" if stated else "0.0", "0"),
        alt=say("priorities.alt", journey=journey, points=told),
    )
