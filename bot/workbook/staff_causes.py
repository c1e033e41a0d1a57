"""Staff's causes: the contacts of the fixed period by the cause that staff gave: registered, asked, left out by the
budget, and how many of them are failure demand.

All of it is in fives, since staff may learn of a cause later, and whoever waits is asked later. Of one unit each number
stands beside the same one of the other units and of all together, which everybody may have: what is held back in one
of them is decided of all units at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.figures.margins import held_back
from bot.figures.suppression import (
    Showing,
    all_few,
    fewest,
    may_be_added,
    of_parts,
    rounded,
    rounded_up,
    showing,
    unsettled,
    with_total,
)
from bot.store.week_rows import CauseRow
from bot.workbook.counted import Counted
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, period_label
from bot.workbook.shares import Three, shown_count, shown_share
from bot.workbook.sheets import Content
from flows.journey import Demand
from flows.wording import in_language

Counts = tuple[int | None, int | None, int | None]
"""Registered, asked, left out by the budget, as they may be shown; None: hidden."""

Demands = Mapping[str, Demand]

_WHOLE, _PARTS = "registered", ("asked", "left", "rest")

_Cell = tuple[str, tuple[str, str | None]]
"""A unit, and a cause with the audience whose contacts they are."""


@dataclass(frozen=True, slots=True)
class ByStaff:
    """One journey's contacts by cause, of all units or of one, and what may be shown of each cause.

    `failure` is what `shown_failure` says. `few`: it may be said of the hidden ones that they are under the threshold.
    """

    rows: Sequence[CauseRow]
    counts: Sequence[Counts]
    failure: tuple[int, int] | None
    few: bool


def together(rows: Sequence[CauseRow], demands: Demands) -> list[ByStaff]:
    """What may be shown of all units together, by journey."""
    found = []
    for of_journey in _by_journey(rows).values():
        counts = shown_causes(of_journey)
        unsaid = [row.registered for row, told in zip(of_journey, counts, strict=True) if told[0] is None]
        few = all_few(unsaid, of_journey[0].audience)
        found.append(ByStaff(of_journey, counts, shown_failure(of_journey, demands), few))
    return found


def beside(
    rows: Sequence[CauseRow], units: Mapping[str, Sequence[CauseRow]], unit: str, demands: Demands
) -> list[ByStaff]:
    """What may be shown of one unit, by journey, beside the other units and all together, whose `rows` these are."""
    found = []
    for journey, total in _by_journey(rows).items():
        parts = {code: each for code, of_unit in units.items() if (each := _by_journey(of_unit).get(journey))}
        if unit in parts:
            counts = shown_beside(total, parts)
            failure = failure_beside(total, parts, counts, demands)
            # Whoever knows the sums could tell one that is under the threshold from one held back for its sake.
            found.append(ByStaff(parts[unit], counts[unit], failure[unit], few=False))
    return found


def shown_causes(rows: Sequence[CauseRow]) -> list[Counts]:
    """What may be shown of one journey's contacts by cause.

    The total of the registered is told beside the response rate, so that one cause alone is never hidden. Within a
    cause whoever is neither asked nor left out can be had by subtraction, and is a group like the others: where it or
    another is small, a second one is hidden, rather the asked than the left out.
    """
    return [
        (None, None, None) if how is Showing.HIDDEN else (row.registered, *_parts(row))
        for row, how in zip(rows, _whole(rows), strict=True)
    ]


def shown_beside(total: Sequence[CauseRow], units: Mapping[str, Sequence[CauseRow]]) -> dict[str, list[Counts]]:
    """The same of one journey's contacts at each unit, beside all of them together.

    How many contacts each unit has is known, and each cause stands among those of all: neither along a unit nor along
    a cause is anything hidden alone. Nothing is told of a unit that isn't told of all.
    """
    audience = total[0].audience
    of_all = {_cause(row): _hidden(counts) for row, counts in zip(total, shown_causes(total), strict=True)}
    rows = {(unit, _cause(row)): row for unit, of_unit in units.items() for row in of_unit}
    along = [[cell for cell in rows if cell[0] == unit] for unit in units]
    across = [[cell for cell in rows if cell[1] == cause] for cause in of_all]
    unsaid = [cell for cell in rows if _WHOLE in of_all[cell[1]]]
    gone = held_back({cell: row.registered for cell, row in rows.items()}, [*along, *across], unsaid, audience)
    hidden = {
        cell: of_all[cell[1]] | _hidden((None, None, None) if cell in gone else (row.registered, *_parts(row)))
        for cell, row in rows.items()
    }
    hidden = _parts_beside(rows, across, hidden, audience)
    return {
        unit: [_counts(rows[cell], hidden[cell]) for cell in cells] for unit, cells in zip(units, along, strict=True)
    }


def shown_failure(
    rows: Sequence[CauseRow], demands: Demands, shown: Sequence[Showing] | None = None
) -> tuple[int, int] | None:
    """Of one journey's contacts with a cause: how many are failure demand, of how many. None: it may not be told.

    The two numbers give three sums: of the causes that are failure demand, of the others, and of those without a cause.
    None of them may tell of causes that are hidden. `shown`: how much is shown of each cause, where not as by itself.
    """
    shown, groups = _whole(rows) if shown is None else shown, [_group(row, demands) for row in rows]
    for name in set(groups):
        places = [place for place, group in enumerate(groups) if group == name]
        counts = [rows[place].registered for place in places]
        if not may_be_added(counts, [shown[place] for place in places], rows[0].audience):
            return None
    sums = [sum(row.registered for row, group in zip(rows, groups, strict=True) if group == name) for name in (1, 0)]
    return (sums[0], sum(sums))


def failure_beside(
    total: Sequence[CauseRow],
    units: Mapping[str, Sequence[CauseRow]],
    counts: Mapping[str, Sequence[Counts]],
    demands: Demands,
) -> dict[str, tuple[int, int] | None]:
    """The same at each unit, beside all of them together; `counts` are what is shown of the causes of each."""
    audience, of_all = total[0].audience, shown_failure(total, demands)
    own = {
        unit: shown_failure(
            rows, demands, [Showing.HIDDEN if registered is None else Showing.FEW for registered, *_ in counts[unit]]
        )
        for unit, rows in units.items()
    }
    given = {unit: _given(rows) for unit, rows in units.items()}
    alone = {unit: Showing.HIDDEN if own[unit] is None else showing(given[unit], audience) for unit in units}
    all_shown = Showing.HIDDEN if of_all is None else showing(of_all[1], audience)
    shown = of_parts(_given(total), all_shown, list(given.values()), list(alone.values()), audience)
    return {unit: None if how is Showing.HIDDEN else own[unit] for unit, how in zip(units, shown, strict=True)}


def staff_shares(counts: Counted, told: Sequence[ByStaff], edition: Edition) -> Iterator[Sequence[Content]]:
    """The share of failure demand in each journey, and of how many contacts a cause is given."""
    say, time = edition.say, period_label(counts.period)
    for each in told:
        rows, found = each.rows, each.failure
        audience, registered = rows[0].audience, sum(row.registered for row in rows)
        if not any(edition.organisation.demands.get(row.cause or "") for row in rows):
            continue
        title, by_staff = journey_title(counts, rows[0].journey, say), say("causes.by-staff")
        demand = say.label("demands", "failure")
        if found is None or showing(found[1], audience) is Showing.HIDDEN:
            note = say("notes.beside") if found is None else say("notes.hidden-contacts", fewest=fewest(audience))
            yield (title, by_staff, demand, time, None, say("journey.gap"), *[None] * 5, note)
            continue
        failure, given = found
        how = unsettled(showing(given, audience))
        # How many were registered is known: a share of less than a hundred would give their exact number.
        covered = rounded_up(given) / rounded_up(registered)
        note = say("causes.coverage", share=rounded(100 * covered), registered=registered)
        if showing(given, audience) is Showing.FEW:
            note = say("notes.few")
        share, contacts = share_in_fives(failure, given, how), shown_count(given, how, audience, say)
        yield (title, by_staff, demand, time, None, *share, None, None, contacts, note)


def staff_rows(counts: Counted, told: Sequence[ByStaff], edition: Edition) -> Iterator[Sequence[Content]]:
    """Each cause with its contacts, the most frequent first."""
    say, time, demands = edition.say, period_label(counts.period), edition.organisation.demands
    for each in told:
        title, total = journey_title(counts, each.rows[0].journey, say), sum(row.registered for row in each.rows)
        if each.rows[0].part and all(registered is None for registered, *_ in each.counts):
            # Of a unit whose contacts are known to be few, the names of its causes alone would tell of them.
            yield (title, say("journey.gap"), None, time, say("journey.gap"), *[None] * 6, say("notes.beside"))
            continue
        for row, counted in sorted(zip(each.rows, each.counts, strict=True), key=_place):
            under = each.few and counted[0] is None
            hidden = say("notes.under", fewest=fewest(row.audience)) if under else say("journey.gap")
            registered, asked, left = (hidden if one is None else rounded_up(one) for one in counted)
            rest = None if None in counted else rounded_up(_three(row)["rest"])
            share = share_in_fives(row.registered, total, Showing.HIDDEN if counted[0] is None else Showing.FEW)
            held = say("journey.gap") in (registered, asked, left)
            yield (
                title,
                cause_name(row.cause, edition),
                None if row.cause is None else say.label("demands", demands.get(row.cause, "unclear")),
                time,
                *(registered, *share, asked, left, rest),
                say("notes.beside") if held else None,
            )


def share_in_fives(count: int, of: int, how: Showing) -> Three:
    """A share from 0 to 1 and its interval of two counts in fives: of an exact one its steps would tell the other."""
    whole = rounded_up(of)
    return shown_share(min(whole, rounded_up(count)), whole, how)


def cause_name(code: str | None, edition: Edition) -> str:
    """What the organisation calls a cause; the code of one that nobody knows any more."""
    if code is None:
        return edition.say("causes.no-cause")
    label = edition.organisation.causes.get(code)
    return in_language(label, edition.say.language) if label else code


def _by_journey(rows: Sequence[CauseRow]) -> dict[str, list[CauseRow]]:
    return {journey: list(group) for journey, group in groupby(rows, lambda row: row.journey)}


def _cause(row: CauseRow) -> tuple[str, str | None]:
    return (row.audience, row.cause)


def _group(row: CauseRow, demands: Demands) -> int | None:
    return None if row.cause is None else int(demands.get(row.cause) == "failure")


def _given(rows: Sequence[CauseRow]) -> int:
    return sum(row.registered for row in rows if row.cause is not None)


def _whole(rows: Sequence[CauseRow]) -> list[Showing]:
    return with_total([row.registered for row in rows], rows[0].audience if rows else "")


def _three(row: CauseRow) -> dict[str, int]:
    rest = max(0, row.registered - row.asked - row.left_out)
    return dict(zip(_PARTS, (row.asked, row.left_out, rest), strict=True))


def _parts(row: CauseRow) -> tuple[int | None, int | None]:
    least, parts = fewest(row.audience), _three(row)
    hidden = {name: count for name, count in parts.items() if 0 < count < least}
    for name in ("asked", "left"):
        if hidden and (len(hidden) == 1 or sum(hidden.values()) < least) and parts[name]:
            hidden[name] = parts[name]
    return (None if "asked" in hidden else row.asked, None if "left" in hidden else row.left_out)


def _hidden(counts: Counts) -> set[str]:
    """What of a cause is not told: whoever is neither asked nor left out is told beside both of them alone."""
    hidden = {name for name, count in zip((_WHOLE, *_PARTS), counts, strict=False) if count is None}
    return hidden | {"rest"} if hidden else hidden


def _counts(row: CauseRow, hidden: Collection[str]) -> Counts:
    told = {_WHOLE: row.registered, **_three(row)}
    registered, asked, left = (None if name in hidden else told[name] for name in (_WHOLE, *_PARTS[:2]))
    return (registered, asked, left)


def _parts_beside(
    rows: Mapping[_Cell, CauseRow],
    across: Sequence[Sequence[_Cell]],
    hidden: Mapping[_Cell, Collection[str]],
    audience: str,
) -> dict[_Cell, set[str]]:
    parts = {(cell, name): count for cell, row in rows.items() for name, count in _three(row).items()}
    sums = [[(cell, name) for name in _PARTS] for cell in rows]
    sums += [[(cell, name) for cell in cells] for cells in across for name in _PARTS]
    found = {cell: set(names) for cell, names in hidden.items()}
    while True:
        gone = held_back(parts, sums, [(cell, name) for cell, name in parts if name in found[cell]], audience)
        more = {cell: _unsaid({name for name in _PARTS if parts[cell, name] and (cell, name) in gone}) for cell in rows}
        if all(more[cell] <= found[cell] for cell in rows):
            return found
        found = {cell: found[cell] | more[cell] for cell in rows}


def _unsaid(parts: set[str]) -> set[str]:
    # Nobody stands where it stood, but beside a single hidden part, which would then be the whole cause.
    return set(_PARTS) if len(parts) == 1 else parts | {"rest"} if parts else parts


def _place(told: tuple[CauseRow, Counts]) -> tuple[bool, int, str]:
    # In fives, hidden ones last: the exact order would tell which of two has more. No cause at all comes last.
    row, counts = told
    return row.cause is None, 0 if counts[0] is None else -rounded_up(row.registered), row.cause or ""
