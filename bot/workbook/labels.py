"""Labels: what each column and each code of a data file is called in words, for formats that carry them along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.organisation import Organisation
from bot.workbook import texts, wide
from bot.workbook.catalogue import Catalogue, Field
from bot.workbook.categories import Category, shared
from bot.workbook.columns import RESPONSES
from bot.workbook.sheets import Table
from flows.journey import Question, Words

Measure = Literal["nominal", "ordinal", "scale"]
"""How a variable can be reckoned with: names, steps, numbers."""


@dataclass(frozen=True, slots=True)
class Label:
    """A column in words. `codes`: what may stand in it -> in words. `reason`: the column that says why it is blank."""

    words: Words | None
    codes: Mapping[str | int, Words] = field(default_factory=dict)
    measure: Measure = "nominal"
    reason: str | None = None


def labels(tables: Sequence[Table], catalogue: Catalogue, organisation: Organisation) -> dict[str, list[Label]]:
    """Table -> the labels of its columns, in their order."""
    codes = _codes(shared(organisation, catalogue))
    asked = {name: journey for journey, name in wide.tables(catalogue).items()}
    found: dict[str, list[Label]] = {}
    for table in tables:
        names = [column.header for column in table.columns]
        if table.name in asked:
            constant = [_constant(table.name, name, codes) for name in RESPONSES]
            found[table.name] = [*constant, *_wide(catalogue, asked[table.name], codes)]
        else:
            found[table.name] = [_constant(table.name, name, codes) for name in names]
    return found


def _codes(categories: Iterator[Category]) -> dict[str, dict[str | int, Words]]:
    found: dict[str, dict[str | int, Words]] = {}
    for one in categories:
        if one.words is not None:
            found.setdefault(one.variable, {}).setdefault(one.code, one.words)
    return found


def _constant(table: str, name: str, codes: Mapping[str, Mapping[str | int, Words]]) -> Label:
    whole = f"{table}.{name}"
    if name in _FLAGS:
        return Label(texts.column(table, name), _yes_no())
    measure: Measure = "scale" if name in _NUMBERS or name.endswith("_at") else "nominal"
    known = codes.get(whole) or codes.get(name) or {}
    return Label(texts.column(table, name), known, measure, "missing" if whole == "answers.value_number" else None)


def _wide(catalogue: Catalogue, journey: str, codes: Mapping[str, Mapping[str | int, Words]]) -> Iterator[Label]:
    latest: dict[str, Question] = {}
    for version in catalogue.journeys()[journey]:
        latest |= version.questions
    names = wide.register(catalogue, journey)
    for one, held in wide.held(catalogue, journey).items():
        question, reason = latest[one.question], names[Field(one.question, missing=True)]
        choices = {choice.code: choice for choice in catalogue.choices(journey, one.question)}
        if one.missing:
            why = texts.column("answers", "missing")
            yield Label(_joined(why, question.text) if why else question.text, codes["missing"])
        elif one.choice is not None:
            yield Label(_joined(question.text, choices[one.choice].label), _chosen(), reason=reason)
        else:
            steps: dict[str | int, Words] = {
                code if choice.number is None or held != "whole" else choice.number: choice.label
                for code, choice in choices.items()
            }
            yield Label(question.text, steps, _measure(question), reason if held in ("whole", "decimal") else None)


def _measure(question: Question) -> Measure:
    return "ordinal" if question.kind == "scale" else "scale" if question.kind == "number" else "nominal"


def _joined(first: Words, second: Words) -> Words:
    return Words(
        {
            language: f"{first.texts[language]} - {second.texts[language]}"
            for language in texts.LANGUAGES
            if language in first.texts and language in second.texts
        }
    )


def _yes_no() -> dict[str | int, Words]:
    words = texts.group_of("yes-no")
    return {0: words["no"], 1: words["yes"]}


def _chosen() -> dict[str | int, Words]:
    words = texts.group_of("chosen")
    return {0: words["no"], 1: words["yes"]}


_FLAGS = frozenset(
    (
        "pilot",
        "retrospective",
        "drawn",
        "reminded",
        "late",
        "with_during",
        "moved",
        "by_matter",
        "in_time",
        "taken_back",
    )
)
_NUMBERS = frozenset(("value_number", "draw_probability", "number", "position", "contact_start", "contact_end"))
