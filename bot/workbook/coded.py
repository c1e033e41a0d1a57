"""Coded: what analysts made of the words of fixed periods, counted. Never a word of it, never a single row.

Coding goes on after the words were written, so that a later report of the same period knows more: a period is told of
until two newer ones have codes, or half a year is over. What one analyst added between two reports would come out of
exact figures: whatever counts persons or answers here is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.figures.periods import WEEKS, number_of, period_of, week_of
from bot.figures.suppression import ENOUGH, Showing, fewest, showing, unsettled
from bot.store import coding
from bot.store.coding import Standing
from bot.store.database import Transaction
from bot.workbook.counted import Counted
from bot.workbook.texts import Texts

TOLD, BACK = 2, 6
"""The latest so many periods with codes are told, of so many that have ended: half a year of words."""

Cause = tuple[str, str]
"""What an analyst gave as cause and as kind of demand; '' where they gave none."""


@dataclass(frozen=True, slots=True)
class Need:
    """Words coded with one need: how many answers, of how many persons, and about how many different themes."""

    persons: int
    answers: int
    themes: int


@dataclass(frozen=True, slots=True)
class Coded:
    """Of one journey, of words written in `weeks`.

    `in_need` and `with_cause` are the persons whose words got a need, a cause or a kind of demand.

    An answer may have several needs, so that a person stands at each. `by_cause` has each person once, with what counts
    of their latest answer. `pairs` is (the person's own need, the first one that was coded) -> contacts, of
    `pair_persons`; each contact once, by what was coded last.
    """

    journey: str
    audience: str
    in_need: int
    by_need: Mapping[str, Need]
    with_cause: int
    by_cause: Mapping[Cause, int]
    pairs: Mapping[tuple[str, str], int]
    pair_persons: int
    weeks: tuple[str, ...]


def read(tx: Transaction, counts: Counted, simulated: bool) -> list[Coded]:
    """What was coded, by the close of the counted week, of answers of the latest ended periods that have any codes.

    The newest period first.
    """
    last = counts.period[-1]
    first = week_of(number_of(counts.period[0]) - (BACK - 1) * WEEKS)
    weeks = coding.coded_weeks(tx, first, last, counts.week, simulated)
    told: list[list[Coded]] = []
    for period in dict.fromkeys(period_of(week) for week in reversed(weeks)):
        found = of_rows(coding.standing(tx, period[0], period[-1], counts.week, simulated), period)
        if any(each.in_need or each.with_cause for each in found):
            told.append(found)
        if len(told) == TOLD:
            break
    return [each for found in told for each in found]


def of_rows(rows: Iterable[Standing], weeks: tuple[str, ...]) -> list[Coded]:
    """The counts of what stands of words of these weeks, the rows of an answer beside each other; by journey."""
    answers: dict[tuple[str, str], list[dict[str, Standing]]] = {}
    for _, group in groupby(rows, lambda row: row.answer_id):
        fields = {row.field: row for row in group}
        any_row = next(iter(fields.values()))
        answers.setdefault((any_row.journey, any_row.audience), []).append(fields)
    return [_coded(journey, audience, found, weeks) for (journey, audience), found in sorted(answers.items())]


def of_period(counts: Counted, found: Sequence[Coded]) -> Sequence[Coded]:
    """What was coded, of periods that belong to the weeks that are told."""
    return [each for each in found if counts.rolls or each.weeks[0] >= counts.latest[0]]


def shown(persons: int, audience: str) -> Showing:
    """How much may be shown of so many persons' codes: at most rounded."""
    return unsettled(showing(persons, audience))


def distributed(persons: int) -> bool:
    """Whether there are enough persons to tell how their codes are distributed, rounded."""
    return persons >= ENOUGH


def too_few(how: Showing, audience: str, say: Texts) -> str:
    """Why codes are not told one by one where they are not `distributed`."""
    return say("notes.hidden", fewest=fewest(audience)) if how is Showing.HIDDEN else say("notes.few-words")


def _coded(journey: str, audience: str, answers: Sequence[Mapping[str, Standing]], weeks: tuple[str, ...]) -> Coded:
    in_need = {each["need"].person_id for each in answers if "need" in each}
    causes: dict[str, Cause] = {}
    pairs: dict[str, Standing] = {}
    for each in answers:
        cause, demand = each.get("cause"), each.get("demand_coded")
        about = cause or demand
        if about is not None:
            causes[about.person_id] = (cause.codes if cause else "", demand.codes if demand else "")
        need = each.get("need")
        if need is not None and need.own_need:
            before = pairs.get(need.contact_id)
            if before is None or before.coded_at <= need.coded_at:
                pairs[need.contact_id] = need
    return Coded(
        journey=journey,
        audience=audience,
        in_need=len(in_need),
        by_need=_needs(answers),
        with_cause=len(causes),
        by_cause=_counted(causes.values()),
        pairs=_counted((row.own_need or "", row.codes.split()[0]) for row in pairs.values()),
        pair_persons=len({row.person_id for row in pairs.values()}),
        weeks=weeks,
    )


def _needs(answers: Sequence[Mapping[str, Standing]]) -> dict[str, Need]:
    persons: dict[str, set[str]] = {}
    themes: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for each in answers:
        for code in each["need"].codes.split() if "need" in each else ():
            persons.setdefault(code, set()).add(each["need"].person_id)
            themes.setdefault(code, set()).update(each["theme"].codes.split() if "theme" in each else ())
            counts[code] = counts.get(code, 0) + 1
    return {code: Need(len(persons[code]), counts[code], len(themes[code])) for code in sorted(persons)}


def _counted(found: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for each in found:
        counts[each] = counts.get(each, 0) + 1
    return counts
