"""Categories: every code that stands in a data file, with its labels in three languages, and when it was in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    "quality.item": "quality-items",
}


_OF_VERBATIMS = "cause"
"""The column of `verbatims` that is called like a column which staff fill."""


@dataclass(frozen=True, slots=True)
class Category:
    """A code that stands in a column, with its words. `variable` is the column, with its table where needed."""

    variable: str
    code: str
    position: int
    words: Words | None
    journey: str | None = None
    question: str | None = None
    number: int | None = None
    demand: str | None = None
    missing: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    list_version: str | None = None


def categories(catalogue: Catalogue, organisation: Organisation, earlier: Sequence[CodeList]) -> Sheet:
    """Every code with its labels: those of all tables, of the organisation, of analysts' lists, of each journey and
    question. Of analysts' lists also `earlier` ones, where they say something else. Labels are the latest.
    """
    codes = [*shared(organisation, catalogue, earlier), *_choices(catalogue)]
    return sheet("categories", CATEGORIES, map(_line, codes))


def shared(organisation: Organisation, catalogue: Catalogue, earlier: Sequence[CodeList] = ()) -> Iterator[Category]:
    """The codes that are not those of one question's choices."""
    for variable, group in _SHARED.items():
        for position, (code, words) in enumerate(texts.group_of(group).items(), start=1):
            yield Category(variable, code, position, words, missing=variable == "missing")
    yield from _of_organisation(organisation)
    for one in code_lists.every(organisation, earlier):
        variable = f"verbatims.{one.field}" if one.field == _OF_VERBATIMS else one.field
        demand = organisation.demands.get(one.code) if one.field == _OF_VERBATIMS else None
        yield Category(variable, one.code, one.position, one.words, demand=demand, list_version=one.version)
    for position, (journey, versions) in enumerate(catalogue.journeys().items(), start=1):
        yield Category("journey", journey, position, versions[-1].journey.title)
        named = {point.code: point.name for version in versions for point in version.journey.touchpoints}
        for place, (code, words) in enumerate(named.items(), start=1):
            yield Category("touchpoint", code, place, words, journey)


def _of_organisation(organisation: Organisation) -> Iterator[Category]:
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
            yield Category(variable, code, position, words, demand=demand)


def _choices(catalogue: Catalogue) -> Iterator[Category]:
    for journey, versions in catalogue.journeys().items():
        for code in dict.fromkeys(code for version in versions for code in version.questions):
            for position, choice in enumerate(catalogue.choices(journey, code), start=1):
                valid_from, valid_to = _validity(versions, code, choice.code)
                yield Category(
                    variable="value_code",
                    code=choice.code,
                    position=position,
                    words=choice.label,
                    journey=journey,
                    question=code,
                    number=choice.number,
                    demand=choice.demand,
                    valid_from=valid_from,
                    valid_to=valid_to,
                )


def _validity(versions: Sequence[Version], question: str, code: str) -> tuple[datetime, datetime | None]:
    # The first version that offered it, and the first one after the last that did.
    asked = [version.questions.get(question) for version in versions]
    offering = [place for place, one in enumerate(asked) if one is not None and one.choice(code) is not None]
    after = offering[-1] + 1
    return versions[offering[0]].first_used_at, versions[after].first_used_at if after < len(versions) else None


def _line(one: Category) -> Sequence[Value]:
    words = one.words.texts if one.words is not None else {}
    return (
        *(one.variable, one.journey, one.question, one.code, one.position, one.number, one.demand, int(one.missing)),
        *(words.get(language) for language in texts.LANGUAGES),
        *(one.valid_from, one.valid_to, one.list_version),
    )
