"""First failure: where along a journey it began to go wrong, given that somebody came so far without a fault.

Told twice: by the ratings, of which the first low one counts, and beside it by what people themselves say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.figures.distribution import Distribution
from bot.figures.first_failure import LOW, Stage, stages_of
from bot.figures.intervals import wilson
from bot.figures.suppression import Showing
from bot.store import pairs
from bot.store.database import Transaction
from bot.store.pairs import RatingsRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.counted import LATEST, PERIOD, Counted
from bot.workbook.edition import Edition
from bot.workbook.entries import answers_told, newest, newest_once
from bot.workbook.names import journey_title, part, period_label, why
from bot.workbook.paired import spans_of
from bot.workbook.parts import in_fives_beside
from bot.workbook.paths import Asked, curve, went_wrong
from bot.workbook.shares import shown_share
from bot.workbook.sheets import Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Figure, Key, beside, in_a_row, shown_counts
from bot.workbook.widths import fitted
from flows.wording import in_language

_SHARES = ("share", "share-from", "share-to")
_COUNTS = ("reached", "asked", "contacts")
# Columns of one kind stand below each other in both tables.
_NAMES = ("journey", "phase", "touchpoint", "failed", *_SHARES, *_COUNTS, "period", "note")
_SAID = ("journey", "part", "choice", "count", *_SHARES, "answers", "asked", "contacts", "period", "note")

_WHOLE: dict[str, Form] = dict.fromkeys((*_COUNTS, "failed", "count", "answers"), "whole")
_SHARED: dict[str, Form] = dict.fromkeys(_SHARES, "share")
_FORMS = _WHOLE | _SHARED
_NOTHING = Distribution()


@dataclass(frozen=True, slots=True)
class Reached:
    """One question of a curve in one span: `distribution` counts as answers those at risk there; `failed` of them had
    their first low rating there, `rated` persons rated it at all.
    """

    distribution: Distribution
    failed: int
    rated: int


Stages = Mapping[str, Mapping[Key, Reached]]
"""By span, and by the question's key."""


@dataclass(frozen=True, slots=True)
class Told:
    """One point of a curve as it is shown."""

    asked: Asked
    figure: Figure
    weeks: tuple[str, ...]
    failed: int


def read(tx: Transaction, counts: Counted, simulated: bool) -> Stages:
    """Read how the curves of all journeys were rated, contact by contact, in the spans of the counted weeks."""
    return _of_rows(pairs.rows_of_ratings(tx, spans_of(counts), _points(counts), simulated), counts)


def read_by_unit(tx: Transaction, counts: Counted, simulated: bool) -> dict[str, Stages]:
    """The same by unit, of the fixed period alone."""
    fixed = counts.of_period
    found: dict[str, list[RatingsRow]] = {}
    for row in pairs.rows_of_ratings(tx, spans_of(fixed), _points(counts), simulated, "unit"):
        found.setdefault(row.part, []).append(row)
    return {unit: of_period(_of_rows(rows, counts)) for unit, rows in found.items()}


def of_period(stages: Stages) -> Stages:
    """The same, of the fixed period alone; for `Counted.of_period`."""
    return {**stages, LATEST: stages.get(PERIOD, {})}


def first_failure(counts: Counted, stages: Stages, edition: Edition) -> Sheet | LeftOut:
    """The sheet: each journey's stages, then what people say themselves."""
    told = [one for points in _curves(counts) for one in _told(counts, stages, points)]
    return _sheet(counts, told, edition)


def first_failure_of_part(
    whole: tuple[Counted, Stages],
    parts: Mapping[str, tuple[Counted, Stages]],
    code: str,
    part: Counted,
    edition: Edition,
) -> Sheet | LeftOut:
    """The sheet of one part, in fives: each stage held back beside that of all and those of the other parts.

    `whole` and `parts` are of the fixed period, each as in a report of its own, `part` what may be shown of this one's
    questions.
    """
    told: list[Told] = []
    for points in _curves(whole[0]) if code in parts else ():
        total, alone = _told(*whole, points), {name: _told(*each, points) for name, each in parts.items()}
        for place, all_ in enumerate(total):
            figures = {name: found[place].figure for name, found in alone.items()}
            shown = in_fives_beside(all_.figure, figures, all_.asked.audience)
            told.append(replace(alone[code][place], figure=shown[code]))
    return _sheet(part, told, edition)


def _points(counts: Counted) -> list[tuple[str, str]]:
    return sorted((one.key.journey, one.question.code) for points in _curves(counts) for one in points)


def _of_rows(rows: Sequence[RatingsRow], counts: Counted) -> Stages:
    by_place: dict[tuple[str, str], list[RatingsRow]] = {}
    for row in rows:
        version = counts.catalogue.versions.get(row.fingerprint)
        if version is not None:
            by_place.setdefault((row.span, version.journey.code), []).append(row)
    stages: dict[str, dict[Key, Reached]] = {}
    for (span, journey), found in by_place.items():
        order = [one.question.code for one in curve(counts, journey)]
        stages.setdefault(span, {}).update(_stages(found, order, journey, counts.catalogue))
    return stages


def _curves(counts: Counted) -> Iterator[list[Asked]]:
    yield from (curve(counts, journey) for journey in counts.catalogue.journeys())


def _sheet(counts: Counted, told: Sequence[Told], edition: Edition) -> Sheet | LeftOut:
    say = edition.say
    rows = list(_rows(counts, told, edition))
    said = [
        row
        for journey in counts.catalogue.journeys()
        for asked in went_wrong(counts, journey)
        for row in _said(counts, asked, edition)
    ]
    if not rows and not said:
        return LeftOut(say("sheets.first-failure"), say("notes.no-curve"))
    blocks: list[Block] = [
        Line(say("first-failure.title", week=edition.about), "title"),
        *(Line(words) for words in say.lines("first-failure-lines", low=LOW)),
    ]
    if rows:
        blocks.append(Table("first_failure", fitted(_NAMES, _among(_NAMES), rows, say), rows))
    blocks.append(Line(say("first-failure.said"), "heading"))
    if said:
        blocks.append(Table("first_failure_said", fitted(_SAID, _among(_SAID), said, say), said))
    else:
        blocks.append(Line(say("first-failure.nobody-said")))
    return Sheet(say("sheets.first-failure"), tuple(blocks))


def _stages(rows: Sequence[RatingsRow], order: Sequence[str], journey: str, catalogue: Catalogue) -> dict[Key, Reached]:
    found: dict[Key, Reached] = {}
    for fingerprint in dict.fromkeys(row.fingerprint for row in rows):
        own = [(row, _ratings(row.ratings)) for row in rows if row.fingerprint == fingerprint]
        vectors: dict[tuple[float | None, ...], int] = {}
        for row, ratings in own:
            vector = tuple(ratings.get(code) for code in order)
            vectors[vector] = vectors.get(vector, 0) + row.persons
        for place, stage in enumerate(stages_of(vectors)):
            question = catalogue.question(fingerprint, order[place])
            if question is None or question.retrospective:
                continue
            put = [(row, ratings[order[place]]) for row, ratings in own if order[place] in ratings]
            key = Key(journey, order[place], question.version, False)
            found[key] = _added(found.get(key), stage, put)
    return found


def _added(before: Reached | None, stage: Stage, put: Sequence[tuple[RatingsRow, float | None]]) -> Reached:
    old = before or Reached(_NOTHING, 0, 0)
    return Reached(
        Distribution(
            old.distribution.answers + stage.reached,
            old.distribution.asked + sum(row.persons for row, _ in put),
            old.distribution.contacts + sum(row.contacts for row, _ in put),
        ),
        old.failed + stage.failed,
        old.rated + sum(row.persons for row, number in put if number is not None),
    )


def _ratings(text: str) -> dict[str, float | None]:
    pairs_of = (one.partition(":") for one in text.split())
    return {code: float(number) if number else None for code, _, number in pairs_of}


def _told(counts: Counted, stages: Stages, points: Sequence[Asked]) -> list[Told]:
    """These points of a journey's curve, as far as they may be shown beside each other and beside their ratings."""
    own = replace(
        counts,
        by_week={week: _distributions(stages, week) for week in counts.by_week},
        whole=_distributions(stages, PERIOD),
        recent=_distributions(stages, LATEST),
    )
    told = []
    for asked in points:
        figure, weeks = newest_once(own, asked.key, asked.audience)
        stage = stages.get(LATEST if weeks == counts.latest else PERIOD, {}).get(asked.key)
        # How everybody rated it stands on another sheet: less these, it tells of those who had a fault before.
        rated = max(stage.rated if stage else 0, answers_told(counts, asked.key, asked.audience, weeks))
        earlier = rated - figure.distribution.answers if stage else 0
        told.append(Told(asked, beside(figure, [earlier], asked.audience), weeks, stage.failed if stage else 0))
    figures = in_a_row([one.figure for one in told])
    return [replace(one, figure=figure) for one, figure in zip(told, figures, strict=True)]


def _distributions(stages: Stages, span: str) -> Mapping[Key, Distribution]:
    return {key: stage.distribution for key, stage in stages.get(span, {}).items()}


def _rows(counts: Counted, told: Sequence[Told], edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    for one in told:
        asked, figure = one.asked, one.figure
        yield (
            journey_title(counts, asked.key.journey, say),
            say.label("phases", asked.phase),
            asked.touchpoint(say.language),
            one.failed if figure.showing is Showing.WHOLE and figure.distribution.answers else None,
            *shown_share(one.failed, figure.distribution.answers, figure.showing),
            *shown_counts(figure, asked.audience, say),
            period_label(one.weeks),
            why(figure, asked.audience, say),
        )


def _said(counts: Counted, asked: Asked, edition: Edition) -> Iterator[Sequence[Content]]:
    say = edition.say
    figure, weeks = newest(counts, asked.key, asked.audience)
    three = shown_counts(figure, asked.audience, say)
    where = (
        journey_title(counts, asked.key.journey, say),
        part(asked.version.journey, asked.question, False, say),
    )
    if figure.showing is not Showing.WHOLE:
        few = figure.showing is Showing.FEW and figure.why == "few"
        note = say("notes.few-words") if few else why(figure, asked.audience, say)
        yield (*where, say("journey.gap"), None, None, None, None, *three, period_label(weeks), note)
        return
    answers = figure.distribution.answers
    for choice in counts.catalogue.choices(asked.key.journey, asked.key.question):
        count = figure.distribution.by_code.get(choice.code, 0)
        interval = wilson(count, answers)
        share = (count, count / answers, interval.low, interval.high)
        yield (*where, in_language(choice.label, say.language), *share, *three, period_label(weeks), None)


def _among(names: Sequence[str]) -> dict[str, Form]:
    return {name: _FORMS[name] for name in names if name in _FORMS}
