"""An attacker holds every figure published over a year and subtracts them from each other: nothing small comes out.

Everything is put together by the code that makes report and console, for each closed week of the year, for every unit
and channel, and for spans that somebody asked for. What is known exactly is a system of linear equations; the attacker
solves it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.figures.periods import WEEKS, latest_period, number_of, quarter, week_of
from bot.figures.suppression import ENOUGH, Showing, fewest
from bot.library import encoded, fingerprint
from bot.store.tallies import BOTH, TallyRow
from bot.store.week_rows import VersionRow
from bot.workbook.catalogue import Catalogue
from bot.workbook.counted import LATEST, PERIOD, Counted, of_rows, weeks_before
from bot.workbook.entries import Entry, entries_of
from bot.workbook.parts import crossed_entries, part_entries
from bot.workbook.quarterly import Parts, Quarterly, by_unit, figures, of_tallies, spans_of
from tests.workbook_rows import MONDAY, scale, visit

FIRST = number_of("2026-W01")
YEAR = [week_of(FIRST + place) for place in range(52)]
UNITS, CHANNELS = ("centre", "north", "south"), ("phone", "visit")
PARTS: Mapping[str, Sequence[str]] = {
    "": ("",),
    "unit": UNITS,
    "channel": CHANNELS,
    "unit channel": [f"{unit}{BOTH}{channel}" for unit in UNITS for channel in CHANNELS],
}

Atom = tuple[str, str, str]
"""A week, a unit and a channel: the smallest group that figures are made of."""

JOURNEY = visit(scale("secret", "after"))
CATALOGUE = Catalogue([VersionRow(fingerprint(JOURNEY), encoded(JOURNEY), MONDAY)])


@dataclass(frozen=True)
class Published:
    """One figure that somebody holds: of which groups, how many persons, exact or rounded to fives."""

    where: str
    groups: frozenset[Atom]
    persons: int
    exact: bool


@dataclass
class Year:
    """How many persons answered in each group; each of them once."""

    persons: Mapping[Atom, int]

    def of(self, weeks: Iterable[str], unit: str = "", channel: str = "") -> frozenset[Atom]:
        """The groups of these weeks where somebody answered, of one unit or channel or all."""
        wanted = set(weeks)
        return frozenset(
            atom
            for atom, count in self.persons.items()
            if count and atom[0] in wanted and unit in ("", atom[1]) and channel in ("", atom[2])
        )

    def count(self, groups: Iterable[Atom]) -> int:
        """How many persons these groups are."""
        return sum(self.persons[atom] for atom in groups)

    def counted(self, week: str, latest: tuple[str, ...], cut: str = "") -> dict[str, Counted]:
        """What report and console count of this week, by part."""
        spans = {PERIOD: latest_period(week), LATEST: latest}
        spans |= {each: (each,) for each in {*latest_period(week), *latest, week}}
        found = {}
        for part in PARTS[cut]:
            named = dict(zip(cut.split(), part.split(BOTH), strict=True)) if cut else {}
            sizes = {span: self.count(self.of(weeks, **named)) for span, weeks in spans.items()}
            rows = [_row(span, part, persons) for span, persons in sizes.items() if persons]
            if rows or not cut:
                found[part] = of_rows(week, latest, CATALOGUE, rows, [])
        return found

    def quarterly(self, periods: Sequence[tuple[str, ...]]) -> Quarterly:
        """What a quarter is told from, of all units together and by unit."""
        weeks = tuple(week for period in periods for week in period)
        together, units = (self._parts(periods, cut) for cut in ("", "unit"))
        return Quarterly(weeks, CATALOGUE, together, units, {}, {}, [], [])

    def _parts(self, periods: Sequence[tuple[str, ...]], cut: str) -> Parts:
        rows = []
        for span, weeks in spans_of(periods).items():
            for part in PARTS[cut]:
                persons = self.count(self.of(weeks, part))
                rows += [_row(span, part, persons)] if persons else []
        return of_tallies(rows, periods, CATALOGUE)


def _row(span: str, part: str, persons: int) -> TallyRow:
    return TallyRow(span, part, fingerprint(JOURNEY), "secret", 0, 1, "4", 4.0, persons, persons)


def _held(
    year: Year, entries: Iterable[Entry], where: str, week: str, latest: Sequence[str], **named: str
) -> Iterator[Published]:
    for entry in entries:
        if entry.figure.showing is Showing.HIDDEN:
            continue
        labels = {week: (week,), f"{latest[0]} – {latest[-1]}": latest}
        period = latest_period(week)
        weeks = labels.get(entry.time, period)
        groups = year.of(weeks, **named)
        assert entry.figure.distribution.answers == year.count(groups), (where, entry.time)
        yield Published(f"{where}: {entry.time}", groups, year.count(groups), entry.figure.showing is Showing.WHOLE)


def published(year: Year, spans: Sequence[tuple[int, int]]) -> list[Published]:
    """Every figure of the year's reports and console pages, and of reports about these `spans` of weeks."""
    found: dict[tuple[frozenset[Atom], bool], Published] = {}
    asked = [(YEAR[last], tuple(YEAR[first : last + 1])) for first, last in spans]
    for week, latest in [*((week, weeks_before(week)) for week in YEAR[WEEKS:]), *asked]:
        whole = year.counted(week, latest)[""]
        told = list(_held(year, entries_of(whole), "all", week, latest))
        units, channels, both = (year.counted(week, latest, cut) for cut in ("unit", "channel", "unit channel"))
        for unit, entries in part_entries(whole, units).items():
            told += _held(year, entries, unit, week, latest, unit=unit)
        for channel, entries in crossed_entries(whole, units, channels, both).items():
            told += _held(year, entries, channel, week, latest, channel=channel)
        for one in told:
            found.setdefault((one.groups, one.exact), one)
    for periods in {quarter(week) for week in YEAR if set(sum(quarter(week), ())) <= set(YEAR)}:
        for one in _of_quarter(year, periods):
            found.setdefault((one.groups, one.exact), one)
    return list(found.values())


def _of_quarter(year: Year, periods: Sequence[tuple[str, ...]]) -> Iterator[Published]:
    told = year.quarterly(periods)
    totals = figures(told)
    units = by_unit(told, totals)
    by_part = [("", totals), *((unit, {key: each[unit]}) for key, each in units.items() for unit in each)]
    for unit, shown in by_part:
        for figure in shown.values():
            groups = year.of(told.weeks, unit)
            assert figure.distribution.answers == year.count(groups)
            if figure.showing is not Showing.HIDDEN:
                where = f"{unit or 'all'}: the quarter to {told.weeks[-1]}"
                yield Published(where, groups, year.count(groups), figure.showing is Showing.WHOLE)


def recovered(year: Year, figures: Sequence[Published]) -> Iterator[str]:
    """Every group that is too small, and that these figures give away."""
    few = fewest(JOURNEY.audience)
    for one in figures:
        if one.persons < (ENOUGH if one.exact else few):
            yield f"{one.where} tells of {one.persons} outright"
    for more, less in combinations(sorted(figures, key=lambda one: -len(one.groups)), 2):
        if less.groups < more.groups:
            left = more.persons - less.persons
            if left < (ENOUGH if more.exact and less.exact else few):
                yield f"{more.where} less {less.where} tells of {left}"
    yield from _solved(year, [one for one in figures if one.exact])


def _solved(year: Year, exact: Sequence[Published]) -> Iterator[str]:
    """Small groups whose answers follow from all exact figures together: those in the row space of the equations."""
    atoms = sorted({atom for one in exact for atom in one.groups})
    if not atoms:
        return
    place = {atom: index for index, atom in enumerate(atoms)}
    system = np.zeros((len(exact), len(atoms)))
    for row, one in enumerate(exact):
        system[row, [place[atom] for atom in one.groups]] = 1
    _, sizes, space = np.linalg.svd(system, full_matrices=False)
    space = space[sizes > 1e-9]
    for name, groups in _wanted(year):
        if not groups or not groups <= place.keys() or year.count(groups) >= ENOUGH:
            continue
        wanted = np.zeros(len(atoms))
        wanted[[place[atom] for atom in groups]] = 1
        if np.linalg.norm(wanted - space.T @ (space @ wanted)) < 1e-6:
            yield f"all together tell of {name}: {year.count(groups)} persons"


def _wanted(year: Year) -> Iterator[tuple[str, frozenset[Atom]]]:
    periods = {latest_period(week) for week in YEAR[WEEKS:]}
    for weeks in [*((week,) for week in YEAR), *periods]:
        yield f"{weeks[0]} and {len(weeks) - 1} more", year.of(weeks)
        for unit in UNITS:
            yield f"{unit} in {weeks}", year.of(weeks, unit=unit)
            for channel in CHANNELS:
                yield f"{unit} by {channel} in {weeks}", year.of(weeks, unit=unit, channel=channel)
        for channel in CHANNELS:
            yield f"{channel} in {weeks}", year.of(weeks, channel=channel)
            for pair in combinations(UNITS, 2):
                yield f"{pair} in {weeks}", year.of(weeks, unit=pair[0]) | year.of(weeks, unit=pair[1])


def _simulated(seed: int, sizes: Mapping[tuple[str, str], float], quiet: int) -> Year:
    chance = random.Random(seed)
    persons = {}
    for week in YEAR:
        slack = 0.1 if chance.randrange(10) < quiet else 1.0
        for (unit, channel), size in sizes.items():
            persons[week, unit, channel] = round(chance.gammavariate(2, size * slack / 2)) if size else 0
    return Year(persons)


SIZES = st.fixed_dictionaries(
    {(unit, channel): st.sampled_from([0, 0.3, 1, 3, 8, 20, 50]) for unit in UNITS for channel in CHANNELS}
)
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
SPANS = st.lists(st.tuples(st.integers(4, 51), st.integers(4, 51)).map(lambda two: (min(two), max(two))), max_size=12)


@settings(max_examples=3, deadline=None, phases=NO_SHRINKING)
@given(seed=st.integers(0, 2**32), sizes=SIZES, quiet=st.integers(0, 4), spans=SPANS)
def test_a_year_of_figures_gives_no_small_group(
    seed: int, sizes: Mapping[tuple[str, str], float], quiet: int, spans: list[tuple[int, int]]
) -> None:
    """Whatever is subtracted from whatever, or solved from all of it: no group under the limits comes out."""
    year = _simulated(seed, sizes, quiet)
    assert list(recovered(year, published(year, spans))) == []


@pytest.mark.long
@settings(max_examples=20, deadline=None, phases=NO_SHRINKING)
@given(seed=st.integers(0, 2**32), sizes=SIZES, quiet=st.integers(0, 4), spans=SPANS)
def test_many_years_of_figures_give_no_small_group(
    seed: int, sizes: Mapping[tuple[str, str], float], quiet: int, spans: list[tuple[int, int]]
) -> None:
    """The same for many more years."""
    year = _simulated(seed, sizes, quiet)
    assert list(recovered(year, published(year, spans))) == []


def test_the_attacker_finds_what_rolling_weeks_give_away() -> None:
    """Were four rolling weeks told of few persons too, the attacker would have single weeks: the proof can fail."""
    year = Year({(week, "centre", "phone"): 9 + place % 3 for place, week in enumerate(YEAR)})
    rolling = [
        Published(
            f"rolling to {week}", year.of(weeks_before(week)), year.count(year.of(weeks_before(week))), exact=True
        )
        for week in YEAR[WEEKS:]
    ]
    single = [Published(YEAR[5], year.of([YEAR[5]]), 40, exact=True)]
    assert any("all together" in told for told in recovered(year, [*rolling, *single]))
    assert list(recovered(year, published(year, []))) == []


def test_the_attacker_finds_what_channels_give_away_beside_units() -> None:
    """All who came by visit came to one unit: it less the visits are the three who phoned; visits are held back."""
    week = YEAR[7]
    persons = {(week, "south", "visit"): 33, (week, "south", "phone"): 3, (week, "north", "phone"): 60}
    year = Year(persons)
    whole, units, channels, both = (year.counted(week, weeks_before(week), cut) for cut in PARTS)
    told = [
        one
        for parts, cut in ((part_entries(whole[""], units), "unit"), (part_entries(whole[""], channels), "channel"))
        for part, entries in parts.items()
        for one in _held(year, entries, part, week, weeks_before(week), **{cut: part})
    ]
    assert any("tells of 3" in one for one in recovered(year, told))
    (visits,) = crossed_entries(whole[""], units, channels, both)["visit"]
    assert visits.figure.showing is Showing.HIDDEN
