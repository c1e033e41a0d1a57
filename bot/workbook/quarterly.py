"""Quarterly: what the sheets of a quarter are told from, and how much of it. A quarter is three fixed periods in a row.

Whatever is told of a quarter is told beside the figures of its periods, and cuts the same persons in further ways than
by unit and channel: two exact tables that cut alike could be subtracted from each other. So nothing of a quarter is
exact: values and counts stand in fives, without a distribution. A question is told only where each of its periods is
shown that has answers (else the quarter less the others would be the hidden one), and where what each period, or two
of them, leave over is nobody or as many as any figure needs. An outcome is told from 30 persons on, and the outcomes
held back are several, and enough together (`of_parts`). A unit is told from 30 persons on, beside the other units as
in `parts`, and weighed to a common mix only where it has enough persons with each outcome of the mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import chain, combinations

from bot.clock import iso_week
from bot.figures.distribution import Distribution
from bot.figures.periods import QUARTER, WEEKS, number_of, quarter, week_of
from bot.figures.suppression import ENOUGH, Showing, fewest
from bot.store import question_use, tallies
from bot.store.database import Transaction
from bot.store.question_use import TimeRow, UseRow
from bot.store.tallies import Cut, TallyRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.counted import PERIOD, Counted, of_rows
from bot.workbook.entries import Entry, period_entries
from bot.workbook.parts import of_all, part_entries
from bot.workbook.shown import Distributions, Figure, Key, distributions
from bot.workbook.texts import Texts

_QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Parts:
    """The three periods, each as if it were the counted week's, and the quarter, all by part."""

    periods: Sequence[Mapping[str, Counted]]
    whole: Mapping[str, Distributions]


@dataclass(frozen=True, slots=True)
class Quarterly:
    """One quarter: its twelve `weeks`, what was counted of all together, by unit, outcome or both, of questions."""

    weeks: tuple[str, ...]
    catalogue: Catalogue
    together: Parts
    units: Parts
    outcomes: Mapping[str, Distributions]
    both: Mapping[str, Distributions]
    uses: Sequence[UseRow]
    times: Sequence[TimeRow]


def quarter_of(counts: Counted) -> tuple[tuple[str, ...], ...] | None:
    """The periods of the quarter that belongs into a report: one that ends with its week, or that the weeks asked for
    hold. None where there is no such quarter.
    """
    periods = quarter(counts.week)
    fits = periods[-1][-1] == counts.week if counts.rolls else periods[0][0] >= counts.latest[0]
    return periods if fits else None


def next_quarter(counts: Counted) -> tuple[str, ...]:
    """The weeks of the first quarter that has not ended when the counted week has."""
    after = number_of(quarter(counts.week)[-1][-1]) + 1
    return tuple(week_of(after + week) for week in range(QUARTER * WEEKS))


def read(tx: Transaction, counts: Counted, simulated: bool) -> Quarterly | None:
    """Read the quarter that belongs into the report of the counted weeks, if one does."""
    periods = quarter_of(counts)
    if periods is None:
        return None
    weeks = tuple(chain.from_iterable(periods))
    return Quarterly(
        weeks=weeks,
        catalogue=counts.catalogue,
        together=of_tallies(_rows(tx, periods, simulated, ""), periods, counts.catalogue),
        units=of_tallies(_rows(tx, periods, simulated, "unit"), periods, counts.catalogue),
        outcomes=_by_part(tallies.tallies(tx, {_QUARTER: weeks}, simulated, "outcome"), counts.catalogue),
        both=_by_part(tallies.tallies(tx, {_QUARTER: weeks}, simulated, "unit outcome"), counts.catalogue),
        uses=question_use.uses(tx, weeks, simulated),
        times=question_use.times(tx, weeks, simulated),
    )


def of_tallies(rows: Sequence[TallyRow], periods: Sequence[tuple[str, ...]], catalogue: Catalogue) -> Parts:
    """The parts from rows of the spans "quarter", "0", "1", "2" (its periods), and each week by itself."""
    parts = sorted({row.part for row in rows})
    made = []
    for place, period in enumerate(periods):
        names = {str(place): PERIOD, **{week: week for week in period}}
        mine = [replace(row, span=names[row.span]) for row in rows if row.span in names]
        made.append(
            {
                part: of_rows(period[-1], period, catalogue, [row for row in mine if row.part == part], [])
                for part in parts
            }
        )
    return Parts(made, _by_part([row for row in rows if row.span == _QUARTER], catalogue))


def spans_of(periods: Sequence[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The spans that `of_tallies` wants, by the names it knows them by."""
    weeks = tuple(chain.from_iterable(periods))
    named = {str(place): period for place, period in enumerate(periods)}
    return {_QUARTER: weeks, **named, **{week: (week,) for week in weeks}}


def no_quarter(counts: Counted, say: Texts) -> str:
    """Why there is no quarter in this report, and when there is one. A quarter that has ended is offered only if
    somebody could be asked in its first week: no report is made of weeks before that.
    """
    coming = next_quarter(counts)
    last = tuple(chain.from_iterable(quarter(counts.week)))
    began = min((iso_week(version.first_used_at, UTC) for version in counts.catalogue.versions.values()), default=None)
    if began is None or began > last[0]:
        return say("quarter.none-yet", week=coming[-1])
    return say("quarter.none", week=coming[-1], first=last[0], last=last[-1])


def figures(quarterly: Quarterly) -> dict[Key, Figure]:
    """Every question that was put in the quarter, as it may be shown of all together."""
    periods = [_by_key(period_entries(parts[""])) if parts else {} for parts in quarterly.together.periods]
    audiences = _audiences(quarterly)
    return {
        key: of_quarter(found, [period.get(key) for period in periods], audiences[key.journey])
        for key, found in quarterly.together.whole.get("", {}).items()
    }


def by_outcome(quarterly: Quarterly, key: Key, total: Figure) -> dict[str, Figure]:
    """One question's figures by outcome ('': nobody noted one), beside what all together show of it."""
    audience = _audiences(quarterly)[key.journey]
    found = {code: counted[key] for code, counted in quarterly.outcomes.items() if key in counted}
    alone = {code: of_outcome(each, audience) for code, each in found.items()}
    return of_all(total, alone, audience)


def by_unit(quarterly: Quarterly, totals: Mapping[Key, Figure]) -> dict[Key, dict[str, Figure]]:
    """The figures of these questions by unit, beside what all together show of them; under 30 persons nothing."""
    audiences = _audiences(quarterly)
    shown: list[dict[tuple[str, Key], Figure]] = []
    for place, parts in enumerate(quarterly.units.periods):
        whole = quarterly.together.periods[place].get("")
        entries = part_entries(whole, parts) if whole is not None else {}
        shown.append({(unit, entry.key): entry.figure for unit, found in entries.items() for entry in found})
    made = {}
    for key, total in totals.items():
        alone = {}
        for unit, counted in quarterly.units.whole.items():
            if key in counted:
                figure = of_quarter(counted[key], [period.get((unit, key)) for period in shown], audiences[key.journey])
                few = figure.showing is Showing.FEW and counted[key].answers < ENOUGH
                alone[unit] = Figure(Showing.HIDDEN, "quarter-few", counted[key]) if few else figure
        made[key] = of_all(total, alone, audiences[key.journey])
    return made


def of_quarter(found: Distribution, periods: Sequence[Figure | None], audience: str) -> Figure:
    """How much may be shown of a quarter, beside what is shown of its periods (None: nobody was asked then)."""
    few = fewest(audience)
    answered = [figure for figure in periods if figure is not None and figure.distribution.answers]
    if found.answers < few:
        return Figure(Showing.HIDDEN, "hidden", found)
    hidden = any(figure.showing is Showing.HIDDEN for figure in answered)
    sizes = [figure.distribution.answers for figure in answered]
    taken = [sum(some) for many in range(1, len(sizes)) for some in combinations(sizes, many)]
    if hidden or any(0 < found.answers - each < few for each in taken):
        return Figure(Showing.HIDDEN, "quarter-derived", found)
    return Figure(Showing.FEW, "quarter", found)


def of_outcome(found: Distribution, audience: str) -> Figure:
    """How much may be shown of those with one outcome: nothing under 30 persons, never anything exact."""
    if found.answers < ENOUGH:
        return Figure(Showing.HIDDEN, "hidden" if found.answers < fewest(audience) else "quarter-few", found)
    return Figure(Showing.FEW, "quarter", found)


def _rows(tx: Transaction, periods: Sequence[tuple[str, ...]], simulated: bool, cut: Cut) -> list[TallyRow]:
    return tallies.tallies(tx, spans_of(periods), simulated, cut)


def _by_part(rows: Sequence[TallyRow], catalogue: Catalogue) -> dict[str, Distributions]:
    parts = sorted({row.part for row in rows})
    return {part: distributions((row for row in rows if row.part == part), catalogue) for part in parts}


def _by_key(entries: Sequence[Entry]) -> dict[Key, Figure]:
    return {entry.key: entry.figure for entry in entries}


def _audiences(quarterly: Quarterly) -> dict[str, str]:
    return {code: quarterly.catalogue.latest(code).audience for code in quarterly.catalogue.journeys()}
