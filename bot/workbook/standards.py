"""Standards: measures that others use too, where a journey asks on their own scales; for the first sheet.

CSAT of the whole experience and SOM's balance of trust from the questions themselves; NPS and CES of a number marked
`index: nps` (0 to 10) or `index: ces` (1 to 7); HME and an index like NKI of questions marked `hme-...` and `nki`, from
those who answered all of them about one contact. Asked on another scale, a measure is not told at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.figures.distribution import Distribution
from bot.figures.hme import SUB_INDICES, hme_of, sub_index_of
from bot.figures.index import Mean
from bot.figures.satisfaction import ces_of, csat_of, nki_like_of, nps_of, trust_balance_of
from bot.figures.scales import FIVE_STEPS, NOUGHT_TO_TEN, SEVEN_STEPS, TEN_STEPS, Scale
from bot.figures.shares import Balance, Share
from bot.figures.suppression import Showing
from bot.workbook.counted import LATEST, PERIOD, Counted
from bot.workbook.edition import Edition
from bot.workbook.entries import answers_told, newest, newest_once
from bot.workbook.essentials import bare_lines, essentials_columns, experience, why_no_share
from bot.workbook.marked import NKI, Marked, complete, groups_of
from bot.workbook.names import asked_text, journey_title, why
from bot.workbook.parts import in_fives_beside
from bot.workbook.sheets import Block, Content, Form, Formed, Table
from bot.workbook.shown import Figure, Key, beside, shown_counts, shown_mean
from flows.journey import Journey, Question

NPS, CES = "nps", "ces"
OF_ONE_SCALE = 3
"""So many questions make a sub-index of HME, and so many the index like NKI."""


Numbers = tuple[float | None, float | None, float | None]
"""A value and its interval as they may be shown."""


@dataclass(frozen=True, slots=True)
class Standard:
    """A measure as it may be shown: `value` None where only words may stand there."""

    name: str
    form: Form
    value: Numbers
    figure: Figure
    weeks: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class _Together:
    """Several questions as one measure, of those who answered all of them about one contact."""

    figure: Figure
    weeks: tuple[str, ...]
    mean: Mean | None


def standards_of(
    counts: Counted, marked: Marked, code: str, whole: Question | None, edition: Edition
) -> Iterator[Standard]:
    """The measures of one journey, `whole` being the question about its whole experience."""
    journey = counts.catalogue.latest(code)
    yield from _of_questions(counts, journey, whole, edition)
    for name, questions in _groups(journey):
        yield _standard(name, _together(counts, marked, journey, name, questions), journey, edition)


def standards(counts: Counted, found: Marked, edition: Edition) -> Iterator[Block]:
    """Every measure that may be shown, of every journey; the others are named in a line. None where there are none."""
    journeys = {code: counts.catalogue.latest(code) for code in counts.catalogue.journeys()}
    told = {code: standards_of(counts, found, code, experience(each), edition) for code, each in journeys.items()}
    yield from _blocks(counts, told, edition)


def standards_of_part(
    whole: tuple[Counted, Marked],
    parts: Mapping[str, tuple[Counted, Marked]],
    code: str,
    part: Counted,
    edition: Edition,
) -> Iterator[Block]:
    """The same of one part. What several questions are asked for is in fives, held back beside all and other parts.

    `whole` and `parts` are of the fixed period, each as in a report of its own, `part` what may be shown of this one's
    questions.
    """
    told = {}
    for name in part.catalogue.journeys():
        journey = part.catalogue.latest(name)
        told[name] = list(_of_questions(part, journey, experience(journey), edition))
        for group, questions in _groups(journey) if code in parts else ():
            total = _together(*whole, journey, group, questions).figure
            alone = {each: _together(*found, journey, group, questions) for each, found in parts.items()}
            figures = {each: found.figure for each, found in alone.items()}
            shown = in_fives_beside(total, figures, journey.audience)[code]
            told[name].append(_standard(group, replace(alone[code], figure=shown), journey, edition))
    yield from _blocks(part, told, edition)


def _blocks(counts: Counted, told: Mapping[str, Iterable[Standard]], edition: Edition) -> Iterator[Block]:
    say = edition.say
    rows: list[Sequence[Content]] = []
    hidden: dict[str, dict[str, None]] = {}
    for code, found in told.items():
        audience, title = counts.catalogue.latest(code).audience, journey_title(counts, code, say)
        for each in found:
            if each.value[0] is None:
                hidden.setdefault(each.note or say("journey.gap"), {})[each.name] = None
                continue
            value = tuple(Formed(number, each.form) for number in each.value)
            counted = shown_counts(each.figure, audience, say)
            rows.append((each.name, title, *value, *counted, each.weeks[0], each.weeks[-1], each.note))
    if rows:
        yield Table("standards", essentials_columns(say), rows, filters=False)
    yield from bare_lines(hidden, say)


def _of_questions(counts: Counted, journey: Journey, whole: Question | None, edition: Edition) -> Iterator[Standard]:
    say = edition.say
    for question in (asked for asked in journey.questions() if not asked.retrospective):
        name = _name_of(question, whole)
        if name is not None:
            key = Key(journey.code, question.code, question.version, False)
            if key in counts.whole or key in counts.recent:
                figure, weeks = newest(counts, key, journey.audience)
                label = say(f"standards.{name}", question=asked_text(edition, question))
                values, form = _of_one(name, figure)
                note = None if values[0] is not None else why_no_share(figure, journey, say)
                yield Standard(label, form, values, figure, weeks, note)


def _groups(journey: Journey) -> Iterator[tuple[str, list[Question]]]:
    groups = groups_of(journey)
    for name, marks in (("nki", (NKI,)), *((mark, (mark,)) for mark in SUB_INDICES), ("hme", SUB_INDICES)):
        if all(len(groups.get(mark, ())) == OF_ONE_SCALE for mark in marks):
            yield name, [question for mark in marks for question in groups[mark]]


def _name_of(question: Question, whole: Question | None) -> str | None:
    if question.kind == "scale":
        return "trust" if question.scale == "trust" else "csat" if question == whole else None
    if question.kind != "number":
        return None
    asked = Scale(question.low, question.high)
    own = {NPS: NOUGHT_TO_TEN, CES: SEVEN_STEPS}.get(question.index or "")
    return question.index if own is not None and asked == own else None


def _of_one(name: str, figure: Figure) -> tuple[Numbers, Form]:
    counts = figure.distribution.by_number
    form: Form = "share" if name == "csat" else "decimal" if name == "ces" else "whole"
    if figure.showing is not Showing.WHOLE:
        return (None, None, None), form
    if name == "ces":
        effort = ces_of(counts, SEVEN_STEPS)
        return shown_mean(effort.mean if effort else None, figure.showing), form
    made: Share | Balance | None
    if name == "csat":
        made = csat_of(counts, FIVE_STEPS)
    else:
        made = trust_balance_of(counts, FIVE_STEPS) if name == "trust" else nps_of(counts, NOUGHT_TO_TEN)
    return ((made.value, made.interval.low, made.interval.high) if made else (None, None, None)), form


def _together(counts: Counted, marked: Marked, journey: Journey, name: str, questions: Sequence[Question]) -> _Together:
    key = Key(journey.code, name, 0, False)
    codes = [question.code for question in questions]
    parts = [codes[place : place + OF_ONE_SCALE] for place in range(0, len(codes), OF_ONE_SCALE)]
    wide = {span: complete(rows, codes) for span, rows in marked.rows.items()}
    told = {span: Distribution(sum(rows.values()), asked, contacts) for span, (rows, asked, contacts) in wide.items()}
    own = replace(
        counts,
        by_week={week: {key: told[week]} if week in told else {} for week in counts.by_week},
        whole={key: told[PERIOD]} if PERIOD in told else {},
        recent={key: told[LATEST]} if LATEST in told else {},
    )
    figure, weeks = newest_once(own, key, journey.audience)
    left = [
        answers_told(counts, Key(journey.code, each.code, each.version, False), journey.audience, weeks)
        - figure.distribution.answers
        for each in questions
    ]
    span = LATEST if weeks == counts.latest and LATEST in told else PERIOD
    if len(parts) > 1:  # beside its sub-indices, too
        answered = [complete(marked.rows.get(span, ()), part)[0] for part in parts]
        left += [sum(found.values()) - figure.distribution.answers for found in answered]
    rows = wide.get(span, ({}, 0, 0))[0]
    return _Together(beside(figure, left, journey.audience), weeks, _mean(name, rows, questions))


def _standard(name: str, found: _Together, journey: Journey, edition: Edition) -> Standard:
    say, figure = edition.say, found.figure
    value, note = shown_mean(found.mean, figure.showing), why(figure, journey.audience, say)
    return Standard(say(f"standards.{name}"), "whole", value, figure, found.weeks, note)


def _mean(name: str, rows: Mapping[tuple[float, ...], int], questions: Sequence[Question]) -> Mean | None:
    try:
        if name == "nki":
            asked = {Scale(question.low, question.high) for question in questions}
            triples = {(row[0], row[1], row[2]): persons for row, persons in rows.items()}
            return nki_like_of(triples, TEN_STEPS) if asked == {TEN_STEPS} else None
        if any(question.kind != "scale" for question in questions):
            return None
        if name == "hme":
            return hme_of(
                {(_three(row, 0), _three(row, 3), _three(row, 6)): persons for row, persons in rows.items()}, FIVE_STEPS
            ).total
        return sub_index_of({_three(row, 0): persons for row, persons in rows.items()}, FIVE_STEPS)
    except ValueError:  # an older version asked on another scale
        return None


def _three(row: Sequence[float], first: int) -> tuple[float, float, float]:
    return row[first], row[first + 1], row[first + 2]
