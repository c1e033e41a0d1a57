"""Categories: every code that stands in a data file, with its labels in three languages, and when it was in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.organisation import Organisation
from bot.store.coding import CodeList
from bot.workbook import code_lists, data, texts
from bot.workbook.catalogue import Catalogue, Version
from bot.workbook.cells import Value
from bot.workbook.columns import CATEGORIES, sheet
from bot.workbook.sheets import Sheet
from flows.journey import Words

_SHARED = {
    "phase": "phases",
    "disposition": "dispositions",
    "missing": "missing",
    "audience": "audiences",
    "language": "languages",
    "door": "doors",
    "invitation": "invitations",
    "demand": "demands",
    "reason": "reasons",
    "solved": "solved",
    "state": "states",
    "kind": "kinds",
    "call_backs.way": "ways",
    "call_backs.slot": "slots",
    "call_backs.state": "call-back-states",
    "call_backs.outcome": "call-back-outcomes",
    "call_backs.happened": "yes-no",
    "call_backs.helped": "helped",
}


_SAME_CODE_ELSEWHERE = frozenset({"cause"})
"""Columns of `verbatims` called like a column that holds other codes."""


def categories(catalogue: Catalogue, organisation: Organisation, earlier: Sequence[CodeList]) -> Sheet:
    """Every code with its labels: those of all tables, of the organisation, of analysts' lists, of each journey and
    question. Of analysts' lists also `earlier` ones, where they say something else. Labels are the latest.
    """
    lines = [
        *_shared_lines(organisation),
        *_list_lines(organisation, earlier),
        *_journey_lines(catalogue),
        *_choice_lines(catalogue),
    ]
    return sheet("categories", CATEGORIES, lines)


def _shared_lines(organisation: Organisation) -> Iterator[Sequence[Value]]:
    for variable, group in _SHARED.items():
        for position, (code, words) in enumerate(texts.group_of(group).items(), start=1):
            missing = int(variable == "missing")
            yield _line(variable=variable, code=code, position=position, missing=missing, **_labels(words))
    named: dict[str, Mapping[str, Words]] = {
        "unit": {code: unit.name for code, unit in organisation.units.items()},
        "service": {code: service.name for code, service in organisation.services.items()},
        "channel": organisation.channels,
        "outcome": organisation.outcomes,
        "cause": organisation.causes,
        "not_asked_reason": organisation.reasons,
        "reason": {f"{data.BY_STAFF}{code}": words for code, words in organisation.reasons.items()},
    }
    for variable, labels in named.items():
        for position, (code, words) in enumerate(labels.items(), start=1):
            demand = organisation.demands.get(code) if variable == "cause" else None
            yield _line(variable=variable, code=code, position=position, demand=demand, missing=0, **_labels(words))


def _list_lines(organisation: Organisation, earlier: Sequence[CodeList]) -> Iterator[Sequence[Value]]:
    for one in code_lists.every(organisation, earlier):
        yield _line(
            variable=f"verbatims.{one.field}" if one.field in _SAME_CODE_ELSEWHERE else one.field,
            code=one.code,
            position=one.position,
            demand=organisation.demands.get(one.code) if one.field == "cause" else None,
            missing=0,
            list_version=one.version,
            **_labels(one.words),
        )


def _journey_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    for position, (journey, versions) in enumerate(catalogue.journeys().items(), start=1):
        latest = versions[-1].journey
        yield _line(variable="journey", code=journey, position=position, missing=0, **_labels(latest.title))
        named = {point.code: point.name for version in versions for point in version.journey.touchpoints}
        for place, (code, words) in enumerate(named.items(), start=1):
            yield _line(variable="touchpoint", journey=journey, code=code, position=place, missing=0, **_labels(words))


def _choice_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    for journey, versions in catalogue.journeys().items():
        for code in dict.fromkeys(code for version in versions for code in version.questions):
            for position, choice in enumerate(catalogue.choices(journey, code), start=1):
                valid_from, valid_to = _validity(versions, code, choice.code)
                yield _line(
                    variable="value_code",
                    journey=journey,
                    question=code,
                    code=choice.code,
                    position=position,
                    number=choice.number,
                    demand=choice.demand,
                    missing=0,
                    valid_from=valid_from,
                    valid_to=valid_to,
                    **_labels(choice.label),
                )


def _validity(versions: Sequence[Version], question: str, code: str) -> tuple[datetime, datetime | None]:
    # The first version that offered it, and the first one after the last that did.
    asked = [version.questions.get(question) for version in versions]
    offering = [place for place, one in enumerate(asked) if one is not None and one.choice(code) is not None]
    after = offering[-1] + 1
    return versions[offering[0]].first_used_at, versions[after].first_used_at if after < len(versions) else None


def _labels(words: Words | None) -> dict[str, Value]:
    return {f"label_{language}": words.texts.get(language) if words else None for language in texts.LANGUAGES}


def _line(**values: Value) -> Sequence[Value]:
    return tuple(values.get(column) for column in CATEGORIES)
