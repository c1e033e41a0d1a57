"""Verbatims: what people wrote in their own words, the newest first, for admins and analysts. Never of whom it is.

Each look is noted in the audit log. A member of one unit sees what was written about that unit. Words are no figure:
nothing is suppressed here, and an open week's words can be read; a number that somebody left to be called at is not
among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console import choices
from bot.console.choices import Choice
from bot.console.gate import Gate, Visit
from bot.store import contacts, verbatims
from bot.store.database import Transaction
from bot.store.staff import Role
from bot.store.verbatims import Verbatim, Wanted
from bot.workbook.counted import Told, told_periods
from bot.workbook.names import part, period_label, question_text, touchpoint_name
from bot.workbook.texts import Texts
from flows.journey import Journey, Question
from flows.wording import plain

PATH = "/console/answers/words"
READERS: tuple[Role, ...] = ("admin", "analyst")
A_PAGE = 50
_NEWEST = 2**62
_EVERY = "*"


@dataclass(frozen=True, slots=True)
class Written:
    """One text as it is read: `about` is its journey, phase and touchpoint, `where` its unit and service."""

    verbatim: Verbatim
    lang: str
    question: str
    about: Sequence[str]
    where: Sequence[str]


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [gate.get(PATH, _words, roles=READERS)]


async def _words(visit: Visit) -> Response:
    query, premises = visit.request.query_params, visit.house.premises
    periods = await visit.house.store.read(told_periods, premises.simulated)
    wanted = _wanted(visit, periods)
    before = query.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else _NEWEST
    found, written = await visit.house.store.read(_read, visit, wanted, start)
    if visit.request.method == "GET":  # HEAD, which routes bring along, shows nothing
        await visit.noted("verbatims", f"{wanted.journey or _EVERY} {wanted.first or _EVERY}")
    chosen = {
        "journey": wanted.journey or "",
        "question": wanted.question or "",
        "unit": (wanted.unit or "") if visit.unit is None else "",
        "period": wanted.first or "",
    }
    asked = {name: value for name, value in chosen.items() if value}
    older = {**asked, "before": found[A_PAGE - 1].id} if len(found) > A_PAGE else None
    shelf = premises.library.journeys
    return visit.page(
        "answers_words.html",
        written=written,
        chosen=chosen,
        journeys=choices.journeys(visit),
        questions=_questions(visit, shelf[wanted.journey]) if wanted.journey is not None else [],
        units=choices.units(visit) if visit.unit is None else [],
        unit_name=choices.unit_name(visit, visit.unit),
        periods=[Choice(one.period[0], period_label(one.period)) for one in periods],
        older=f"{PATH}?{urlencode(older)}" if older is not None else "",
        newest="" if start == _NEWEST else f"{PATH}?{urlencode(asked)}",
    )


def _wanted(visit: Visit, periods: Sequence[Told]) -> Wanted:
    """What the address asks for, as far as it is known; what isn't is left out."""
    query, shelf = visit.request.query_params, visit.house.premises.library.journeys
    journey = next((code for code in shelf if code == query.get("journey")), None)
    asked = _questions(visit, shelf[journey]) if journey is not None else []
    offered = choices.units(visit)
    period = next((one.period for one in periods if one.period[0] == query.get("period")), None)
    return Wanted(
        journey=journey,
        question=next((one.code for one in asked if one.code == query.get("question")), None),
        unit=visit.unit or next((one.code for one in offered if one.code == query.get("unit")), None),
        first=period[0] if period else None,
        last=period[-1] if period else None,
    )


def _read(tx: Transaction, visit: Visit, wanted: Wanted, before: int) -> tuple[list[Verbatim], list[Written]]:
    premises = visit.house.premises
    found = verbatims.words(tx, wanted, before=before, simulated=premises.simulated, limit=A_PAGE + 1)
    written = []
    for one in found[:A_PAGE]:
        journey = premises.library.version(one.fingerprint, partial(contacts.version, tx))
        question = next((asked for asked in journey.questions() if asked.code == one.question), None)
        if question is None or question.kind != "phone":
            written.append(_written(visit, one, journey, question))
    return found, written


def _written(visit: Visit, one: Verbatim, journey: Journey, question: Question | None) -> Written:
    about = [choices.journey_name(visit, one.journey)]
    if question is not None:
        about += _place(visit, journey, question)
    where = [choices.unit_name(visit, one.unit), choices.service_name(visit, one.service)]
    return Written(
        one,
        plain(one.language),
        _text(visit, question) if question is not None else one.question,
        list(filter(None, about)),
        list(filter(None, where)),
    )


def _questions(visit: Visit, journey: Journey) -> list[Choice]:
    """The questions that people answer in their own words, told apart by where they stand."""
    return [
        Choice(asked.code, f"{', '.join(_place(visit, journey, asked))}: {_text(visit, asked)}")
        for asked in journey.questions()
        if asked.kind == "words"
    ]


def _place(visit: Visit, journey: Journey, question: Question) -> list[str]:
    say = Texts(visit.language)
    found = (
        choices.phase_name(visit, question.phase),
        touchpoint_name(journey, question, visit.language),
        part(journey, question, False, say),
    )
    return [name for name in found if name]


def _text(visit: Visit, question: Question) -> str:
    return question_text(question.text, visit.house.premises.organisation, visit.language)
