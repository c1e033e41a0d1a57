"""Agreement: whether journeys and the organisation's file fit each other.

Codes that one names and the other has not, doors that have none in common. Knows both as they were written, for the
line of each fault. Never says what is wrong within one of them: that is told when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.organisation import OUTCOMES, Organisation
from flows.conditions import parse_condition
from flows.journey import PHASES, Journey, Test
from flows.problems import FaultError, Problem, Problems, listed, suggestion
from flows.source import Entry, Table, open_source

_SOLVED = ("yes", "no", "ongoing")
_FIXED = {"outcome": OUTCOMES, "solved": _SOLVED}


def unknown_codes(source: bytes, name: str, spoken: Organisation, *, named: bool, own: bool) -> Iterator[Problem]:
    """Conditions about the contact that can never hold, since the organisation has no such code.

    An error where whoever reads it can mend it: in a journey of the organisation's `own`, held against its own file
    (`named`), and always where the codes are the same everywhere. Else a warning: a built-in journey may ask about a
    channel that this organisation has not. Without an organisation file units and services are nobody's: nothing is
    said of those.
    """
    known: dict[str, Sequence[str]] = {**_FIXED, "channel": [*spoken.channels], "cause": [*spoken.causes]}
    if named:
        known |= {"unit": [*spoken.units], "service": [*spoken.services]}
    problems = Problems(name)
    for entry in _conditions(source):
        for test in _tests(entry):
            among = known.get(test.fact, test.values)
            for code in test.values:
                if code not in among:
                    remedy = suggestion(code, among, f"There is {listed(among)}." if among else "None is named.")
                    mendable = test.fact in _FIXED or (named and own)
                    note = problems.error if mendable else problems.warning
                    note(entry.line, f"The organisation has no {test.fact} '{code}'.", remedy)
    yield from problems.in_order()


def budgets_of_no_journey(source: bytes, name: str, journeys: Collection[str]) -> Iterator[Problem]:
    """Contact budgets in an organisation's file for journeys that are not on the shelf.

    Warnings, since the file may be checked where its journeys are not.
    """
    problems = Problems(name)
    budgets = _table(_below(_table(_below(_opened(source), "contact budget")), "journeys"))
    for entry in budgets.entries.values() if budgets else ():
        if entry.name not in journeys:
            remedy = suggestion(entry.name, journeys, f"There is {listed(journeys)}." if journeys else "None is known.")
            problems.warning(entry.line, f"There is no journey '{entry.name}'.", remedy)
    yield from problems.in_order()


def closed_services(source: bytes, name: str, spoken: Organisation, here: Collection[str]) -> Iterator[Problem]:
    """Services in an organisation's file about which nobody can be asked through the doors that are open `here`."""
    problems = Problems(name)
    services = _table(_below(_opened(source), "services"))
    for entry in services.entries.values() if services else ():
        service = spoken.services.get(entry.name)
        if service is not None and not set(service.doors) & set(here):
            place = _below(_table(entry), "doors") or entry
            _warn_of_closed(problems, place, f"The service '{entry.name}'", service.doors, here)
    yield from problems.in_order()


def closed_journeys(
    source: bytes, name: str, journey: Journey, spoken: Organisation | None, here: Collection[str]
) -> Iterator[Problem]:
    """A journey that nobody can be asked through the doors open `here`, and services it has no door in common with.

    `spoken` is None where no organisation's file says what services there are.
    """
    problems = Problems(name)
    entry = _below(_opened(source), "doors")
    if entry is None or not journey.doors:
        return
    if not set(journey.doors) & set(here):
        _warn_of_closed(problems, entry, "The journey", journey.doors, here)
    services = spoken.services.values() if spoken else ()
    apart = [service.code for service in services if not set(service.doors) & set(journey.doors)]
    if apart:
        fault = f"The journey has no door in common with the service {listed(apart, 'or')}: nobody is asked about it."
        problems.warning(entry.line, fault, "Change 'doors' here or there, unless that is meant.")
    yield from problems.in_order()


def _warn_of_closed(problems: Problems, entry: Entry, what: str, doors: Collection[str], here: Collection[str]) -> None:
    fault = f"{what} is open through {listed(doors)} alone, and people are asked through {listed(here)} alone."
    remedy = "Nobody is asked. Add a door, set KUNDRESA_PUBLIC_URL for pages of our own, or leave it so."
    problems.warning(entry.line, fault, remedy)


def _conditions(source: bytes) -> Iterator[Entry]:
    """Every `only if` of the file; what is wrong around them is told by reading it."""
    table = _opened(source)
    for phase in PHASES:
        asks = _table(_below(_table(_below(table, phase)), "ask"))
        for question in asks.entries.values() if asks else ():
            condition = _below(_table(question), "only if")
            if condition is not None:
                yield condition


def _opened(source: bytes) -> Table | None:
    return open_source(source, Problems(""))


def _table(entry: Entry | None) -> Table | None:
    return entry.table() if entry is not None and entry.names() else None


def _below(table: Table | None, name: str) -> Entry | None:
    return table.entry(name) if table else None


def _tests(entry: Entry) -> tuple[Test, ...]:
    text = entry.text()
    try:
        condition = parse_condition(text) if text else None
    except FaultError:
        return ()
    return tuple(test for test in condition.tests if test.about == "contact") if condition else ()
