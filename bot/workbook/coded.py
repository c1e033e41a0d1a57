"""Coded: what analysts made of the words of fixed periods, counted. Never a word of it, never a single row.

Coding goes on after the words were written, so that a later report of the same period knows more: a period is told of
until two newer ones have codes, or half a year is over. What one analyst added between two reports would come out of
exact figures: whatever counts persons or answers here is rounded. Of a unit no more is told than of all units, and
nothing that the other units' codes, taken off those of all, would be too few for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.figures.periods import WEEKS, number_of, period_of, week_of
from bot.figures.suppression import ENOUGH, Showing, fewest, of_parts, showing, unsettled
from bot.store import coding
from bot.store.coding import Standing
from bot.store.database import Transaction
from bot.workbook.cells import Value
from bot.workbook.counted import Counted
from bot.workbook.shares import shown_count
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

    `in_need` and `with_cause` are the persons whose words got a need, a cause or a kind of demand; `cause_contacts`
    the contacts that the latter are about.

    An answer may have several needs, so that a person stands at each. `by_cause` has each person once, with what counts
    of their latest answer. `pairs` is (the person's own need, the first one that was coded) -> contacts, of
    `pair_persons`; each contact once, by what was coded last.
    """

    journey: str
    audience: str
    in_need: int
    by_need: Mapping[str, Need]
    with_cause: int
    cause_contacts: int
    by_cause: Mapping[Cause, int]
    pairs: Mapping[tuple[str, str], int]
    pair_persons: int
    weeks: tuple[str, ...]

    @property
    def causes(self) -> Mapping[str, int]:
        """The persons by cause, whatever kind of demand it is; '' where there is only that."""
        found: dict[str, int] = {}
        for (cause, _), persons in self.by_cause.items():
            found[cause] = found.get(cause, 0) + persons
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """What may be shown of the `found` codes of one journey: of all their persons, and of those with each code.

    `WHOLE` persons: how their codes are distributed; nothing of it is ever exact. `total`: of a unit, the same of all.
    """

    found: Coded
    in_need: Showing
    with_cause: Showing
    pairs: Showing
    needs: Mapping[str, Showing]
    causes: Mapping[str, Showing]
    total: Coded | None = None

    @property
    def beside(self) -> bool:
        """Whether it stands beside other units."""
        return self.total is not None

    @property
    def of_all(self) -> Coded:
        """What was coded of all together. What has codes there has a line in each unit: none would tell that there are
        no codes.
        """
        return self.total or self.found


def read(tx: Transaction, counts: Counted, simulated: bool) -> list[Coded]:
    """What was coded, by the close of the counted week, of answers of the latest ended periods that have any codes.

    The newest period first.
    """
    return [each for _, _, found in _periods(tx, counts, simulated) for each in found]


def read_by_unit(tx: Transaction, counts: Counted, simulated: bool) -> dict[str, list[Coded]]:
    """The same of the same periods, by the unit that the words are about."""
    units: dict[str, list[Coded]] = {}
    for period, rows, _ in _periods(tx, counts, simulated):
        for unit in sorted({row.unit for row in rows}):
            units.setdefault(unit, []).extend(of_rows((row for row in rows if row.unit == unit), period))
    return units


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


def told(found: Coded) -> Told:
    """What may be shown of codes by themselves."""
    return Told(
        found,
        in_need=showing(found.in_need, found.audience),
        with_cause=showing(found.with_cause, found.audience),
        pairs=showing(found.pair_persons, found.audience),
        needs={code: showing(need.persons, found.audience) for code, need in found.by_need.items()},
        causes={code: showing(persons, found.audience) for code, persons in found.causes.items()},
    )


def distributed(how: Showing) -> bool:
    """Whether there are enough persons to tell how their codes are distributed, in fives."""
    return how is Showing.WHOLE


def too_few(told: Told, persons: int, how: Showing, say: Texts) -> str:
    """Why codes are not told one by one where they are not `distributed`."""
    if how is Showing.HIDDEN:
        return say("notes.parts") if told.beside else say("notes.hidden", fewest=fewest(told.found.audience))
    return say("notes.few-words" if persons < ENOUGH else "notes.parts-few")


def shown_persons(told: Told, persons: int, how: Showing, say: Texts) -> Value:
    """So many of the persons, up to the next five. What is hidden beside others is hidden in the same words: "under 7"
    would tell which of several units is the small one.
    """
    if how is Showing.HIDDEN and told.beside:
        return say("journey.gap")
    return shown_count(persons, unsettled(how), told.found.audience, say)


def beside(
    whole: Sequence[Coded], units: Mapping[str, Sequence[Coded]], unit: str, journeys: Collection[str]
) -> list[Told]:
    """What may be shown of one unit's codes beside those of the other units and of all together; of the `journeys` with
    which it met anybody.
    """
    shown = []
    for total in whole:
        parts = {code: each for code, found in units.items() for each in found if _alike(each, total)}
        if unit in parts:
            shown.append(_beside(total, parts)[unit])
        elif total.journey in journeys:
            nothing = _coded(total.journey, total.audience, [], total.weeks)
            shown.append(Told(nothing, Showing.HIDDEN, Showing.HIDDEN, Showing.HIDDEN, {}, {}, total))
    return shown


def _periods(
    tx: Transaction, counts: Counted, simulated: bool
) -> list[tuple[tuple[str, ...], list[Standing], list[Coded]]]:
    """The periods that are told of, the newest first, each with what stands of its words and what that counts."""
    last = counts.period[-1]
    first = week_of(number_of(counts.period[0]) - (BACK - 1) * WEEKS)
    weeks = coding.coded_weeks(tx, first, last, counts.week, simulated)
    periods = []
    for period in dict.fromkeys(period_of(week) for week in reversed(weeks)):
        rows = list(coding.standing(tx, period[0], period[-1], counts.week, simulated))
        found = of_rows(rows, period)
        if any(each.in_need or each.with_cause for each in found):
            periods.append((period, rows, found))
        if len(periods) == TOLD:
            break
    return periods


def _beside(total: Coded, units: Mapping[str, Coded]) -> dict[str, Told]:
    audience = total.audience
    in_need = _among(total.in_need, {unit: found.in_need for unit, found in units.items()}, audience)
    with_cause = _among(total.with_cause, {unit: found.with_cause for unit, found in units.items()}, audience)
    pairs = _among(total.pair_persons, {unit: found.pair_persons for unit, found in units.items()}, audience)
    needs = {
        code: _among(
            need.persons,
            {unit: found.by_need[code].persons for unit, found in units.items() if code in found.by_need},
            audience,
            in_need,
        )
        for code, need in total.by_need.items()
    }
    causes = {
        code: _among(
            persons,
            {unit: found.causes[code] for unit, found in units.items() if code in found.causes},
            audience,
            with_cause,
        )
        for code, persons in total.causes.items()
    }
    return {
        unit: Told(
            found,
            in_need[unit],
            with_cause[unit],
            pairs[unit],
            {code: how[unit] for code, how in needs.items() if unit in how},
            {code: how[unit] for code, how in causes.items() if unit in how},
            total,
        )
        for unit, found in units.items()
    }


def _among(
    total: int, parts: Mapping[str, int], audience: str, of_whole: Mapping[str, Showing] | None = None
) -> dict[str, Showing]:
    """How much may be shown of each unit's part of so many persons; `of_whole`: of the unit, of whom these are some."""
    alone = [Showing.WHOLE if of_whole is None or distributed(of_whole[unit]) else Showing.HIDDEN for unit in parts]
    shown = of_parts(total, showing(total, audience), list(parts.values()), alone, audience)
    return dict(zip(parts, shown, strict=True))


def _alike(one: Coded, other: Coded) -> bool:
    return (one.journey, one.audience, one.weeks) == (other.journey, other.audience, other.weeks)


def _coded(journey: str, audience: str, answers: Sequence[Mapping[str, Standing]], weeks: tuple[str, ...]) -> Coded:
    in_need = {each["need"].person_id for each in answers if "need" in each}
    causes: dict[str, Cause] = {}
    contacts: set[str] = set()
    pairs: dict[str, Standing] = {}
    for each in answers:
        cause, demand = each.get("cause"), each.get("demand_coded")
        about = cause or demand
        if about is not None:
            contacts.add(about.contact_id)
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
        cause_contacts=len(contacts),
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
