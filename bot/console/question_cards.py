"""Question cards: what the report lets through of each question, ordered for a page. Decides nothing about showing.

Numbers stay numbers here; the page writes them as its reader does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.figures.suppression import Showing
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, about, place_of, question_rows
from bot.workbook.names import why
from bot.workbook.shown import shown_counts, shown_mean

Count = int | str | None
"""A number of persons; words where it is too small to tell ("under 7"); None where nothing is told."""


@dataclass(frozen=True, slots=True)
class Persons:
    """Of how many a figure tells: those who answered, those who were asked, and their contacts."""

    answers: Count
    asked: Count
    contacts: Count


@dataclass(frozen=True, slots=True)
class Share:
    """One choice: how many persons chose it, their share and how far it could be off (0 to 1)."""

    label: str
    number: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """An index or a mean, with how far it could be off where that is known."""

    name: str
    value: float
    low: float | None
    high: float | None


@dataclass(slots=True)
class Card:
    """One question with all that may be shown of it, and in words why there is no more."""

    question: str
    phase: str
    part: str | None
    touchpoint: str | None
    persons: Persons
    held_back: bool
    own_words: bool
    code: str
    measure: Measure | None = None
    shares: list[Share] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stop:
    """One touchpoint of the curve. `index` is None where it is held back; `rounded`: by too few to be shown whole."""

    phase: str
    touchpoint: str | None
    question: str
    index: float | None
    low: float | None
    high: float | None
    rounded: bool
    persons: Persons
    note: str | None


def stops(counts: Counted, entries: Iterable[Entry], edition: Edition) -> list[Stop]:
    """The curve's touchpoints along the journey, as the report's sheet about the journey has them."""
    found = []
    for entry in sorted((entry for entry in entries if entry.on_curve), key=place_of):
        audience, figure = entry.journey.audience, entry.figure
        _, phase, _, touchpoint, question, _ = about(counts, entry, edition)
        index, low, high = shown_mean(entry.index, figure.showing)
        persons, note = _persons(shown_counts(figure, audience, edition.say)), why(figure, audience, edition.say)
        few = figure.showing is Showing.FEW
        found.append(Stop(phase, touchpoint, question, index, low, high, few, persons, note))
    return found


def cards(counts: Counted, entries: Iterable[Entry], edition: Edition) -> list[Card]:
    """Each question with its rows of the report's sheet about questions."""
    return [_card(list(question_rows(counts, entry, edition)), entry) for entry in entries]


def _card(rows: Sequence[Sequence[Value]], entry: Entry) -> Card:
    _, phase, part, touchpoint, question, _ = rows[0][:6]
    card = Card(
        str(question),
        str(phase),
        _text(part),
        _text(touchpoint),
        _persons(rows[0][14:17]),
        held_back=entry.figure.showing is Showing.HIDDEN,
        own_words=entry.question.kind == "words",
        code=entry.key.question,
    )
    for row in rows:
        label, number, share, low, high, value, value_low, value_high = row[6:14]
        if isinstance(value, int | float):
            card.measure = Measure(str(label), value, _number(value_low), _number(value_high))
        elif isinstance(number, int) and isinstance(share, float):
            card.shares.append(Share(str(label), number, share, _number(low) or 0.0, _number(high) or 0.0))
        note = _text(row[17])
        if note and note not in card.notes:
            card.notes.append(note)
    return card


def _persons(three: Sequence[Value]) -> Persons:
    answers, asked, contacts = map(_count, three)
    return Persons(answers, asked, contacts)


def _count(value: Value) -> Count:
    return value if isinstance(value, int | str) else None


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) else None


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
