"""Answers: what was answered about a journey in a period: the curve, the funnel, each question. Never who answered.

Figures are made by the code that makes the report, of closed weeks alone: a period of four fixed weeks stands as the
latest report about it tells it, so that page and report can't be subtracted from each other. The figures of one unit
pass `bot.workbook.parts` besides, because everybody may have those of all units: a unit is held back where it, the
units beside it or a week of its own would come out small. A member of one unit sees that unit's figures and no others;
they are held back in the same way, since the report of all units may lie on the same desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.clock import week_start
from bot.console import choices, verbatims
from bot.console.choices import Choice
from bot.console.curve import Step, drawing
from bot.console.gate import Gate, Visit
from bot.console.question_cards import Card, cards, stops
from bot.store.database import Transaction
from bot.store.weeks import week_end
from bot.workbook.counted import Counted, Told, counted, counted_by, told_periods
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, period_entries
from bot.workbook.names import journey_title, period_label
from bot.workbook.parts import part_entries, part_response
from bot.workbook.response import Response as Came
from bot.workbook.response import of_period
from bot.workbook.texts import Texts

PATH = "/console/answers"
_MOST_PERIODS = 39
"""Three years to choose from."""

_A_DAY = timedelta(days=1)
_STEPS = ("registered", "opened", "begun", "finished")


@dataclass(frozen=True, slots=True)
class _Look:
    """What was read: every period, the one asked for, its counts, and those of each unit where one is asked about."""

    periods: Sequence[Told]
    told: Told | None
    whole: Counted | None
    units: Mapping[str, Counted]


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far contacts came. `steps` are label, number and share of the registered; `registered` stands in any case."""

    registered: int
    steps: Sequence[tuple[str, int, float]]
    still_open: int
    rate: tuple[float, float, float] | None
    why: str | None


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [gate.get(PATH, _answers), *verbatims.routes(gate)]


async def _answers(visit: Visit) -> Response:
    query = visit.request.query_params
    offered = choices.units(visit)
    unit = visit.unit or next((one.code for one in offered if one.code == query.get("unit")), None)
    look = await visit.house.store.read(_looked, visit, query.get("period", ""), unit)
    if look.told is None or look.whole is None:
        return visit.page("answers_none.html", may_read=visit.member.role in verbatims.READERS)
    premises, say, whole = visit.house.premises, Texts(visit.language), look.whole
    edition = Edition(look.told.week, premises.organisation, say, visit.now, premises.zone, premises.simulated)
    entries = period_entries(whole) if unit is None else part_entries(whole, look.units).get(unit, [])
    seen = whole if unit is None else look.units.get(unit)
    journey = _journey(whole, seen, entries, query.get("journey", ""))
    entries = [entry for entry in entries if entry.key.journey == journey]
    curve = stops(whole, entries, edition)
    first, last = look.told.period[0], look.told.period[-1]
    chosen = {"journey": journey, "period": first, "unit": unit or ""}
    return visit.page(
        "answers.html",
        journeys=[Choice(code, journey_title(whole, code, say)) for code in whole.catalogue.journeys()],
        periods=[Choice(one.period[0], period_label(one.period)) for one in look.periods],
        units=offered if visit.unit is None else [],
        chosen=chosen,
        title=journey_title(whole, journey, say),
        unit_name=choices.unit_name(visit, unit),
        span=period_label(look.told.period),
        monday=week_start(first, premises.zone),
        sunday=week_end(last, premises.zone) - _A_DAY,
        week=look.told.week,
        funnel=_funnel(_came(look, unit, journey, say), whole if seen is None else seen, journey, say),
        stops=curve,
        drawing=drawing([Step(one.phase, one.index, one.low, one.high, one.rounded) for one in curve]),
        cards=_by_phase(cards(whole, entries, edition)),
        may_read=visit.member.role in verbatims.READERS,
        words_address=f"{verbatims.PATH}?{urlencode({name: value for name, value in chosen.items() if value})}",
    )


def _looked(tx: Transaction, visit: Visit, period: str, unit: str | None) -> _Look:
    premises = visit.house.premises
    periods = told_periods(tx, premises.simulated)[:_MOST_PERIODS]
    told = next((one for one in periods if one.period[0] == period), None)
    told = told or next((one for one in periods if one.answered), None) or next(iter(periods), None)
    if told is None:
        return _Look(periods, None, None, {})
    whole = counted(tx, told.week, premises.zone, premises.simulated)
    units = {} if unit is None else counted_by(tx, whole, premises.zone, premises.simulated, "unit")
    return _Look(periods, told, whole, units)


def _journey(whole: Counted, seen: Counted | None, entries: Sequence[Entry], wanted: str) -> str:
    """The journey asked for, else the one with most contacts in the period, else the first that was answered."""
    known = whole.catalogue.journeys()
    if wanted in known:
        return wanted
    registered = {
        row.journey: row.registered for row in (seen.funnel if seen is not None else ()) if row.journey in known
    }
    if registered:
        return max(registered, key=lambda code: registered[code])
    return entries[0].key.journey if entries else next(iter(known), "")


def _came(look: _Look, unit: str | None, journey: str, say: Texts) -> Came | None:
    if look.whole is None:
        return None
    if unit is not None:
        return part_response(look.whole, look.units, unit, journey, say)
    return next((of_period(look.whole, row, say) for row in look.whole.funnel if row.journey == journey), None)


def _funnel(came: Came | None, counts: Counted, journey: str, say: Texts) -> Funnel | None:
    if came is None:
        return None
    registered = sum(row.registered for row in counts.funnel if row.journey == journey)
    if came.funnel is None:
        return Funnel(registered, [], 0, None, came.why)
    numbers = [getattr(came.funnel, name) for name in _STEPS]
    rate = came.rate
    return Funnel(
        registered,
        [(say(f"headers.{name}"), number, number / registered) for name, number in zip(_STEPS, numbers, strict=True)],
        came.funnel.still_open,
        (rate.share, rate.interval.low, rate.interval.high) if rate is not None else None,
        came.why,
    )


def _by_phase(found: Sequence[Card]) -> list[tuple[str, list[Card], list[Card]]]:
    """Each phase in order: the questions that something is shown of, and those that are held back."""
    phases = dict.fromkeys(card.phase for card in found)
    return [
        (
            phase,
            [card for card in found if card.phase == phase and not card.held_back],
            [card for card in found if card.phase == phase and card.held_back],
        )
        for phase in phases
    ]
