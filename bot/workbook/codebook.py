"""The codebook: what every column and every question of the data file means, since when, and who was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.workbook import columns, texts, wide
from bot.workbook.catalogue import Catalogue, Version
from bot.workbook.cells import Value
from bot.workbook.columns import CODEBOOK, MISSING_CODES, sheet
from bot.workbook.sheets import Sheet
from flows.journey import Condition, Question, Words

_TABLES: Mapping[str, Sequence[str]] = {
    "verbatims": columns.VERBATIMS,
    "call_backs": columns.CALL_BACKS,
    "coding": columns.CODING,
    "codebook": columns.CODEBOOK,
    "categories": columns.CATEGORIES,
    "lists": columns.LISTS,
    "quality": columns.QUALITY,
}


_MISSING = tuple(f"{number} {code}" for code, number in MISSING_CODES.items())


def codebook(catalogue: Catalogue) -> Sheet:
    """One row per column of each table; then one per question of each journey and time in which it was worded, and
    asked, as told there. `valid_to` is when a version came into use that words or asks it otherwise, or not at all;
    conversations that had begun go on in theirs.
    """
    return sheet("codebook", CODEBOOK, [*_column_lines(catalogue), *_question_lines(catalogue)])


def _column_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    named = wide.tables(catalogue)
    tables: dict[str, Sequence[str]] = {"answers": columns.ANSWERS, "follow_ups": columns.FOLLOW_UPS}
    for table, names in {**tables, **dict.fromkeys(named.values(), columns.RESPONSES), **_TABLES}.items():
        for column in names:
            held = columns.holds(table, column)
            yield _line(table=table, column=column, holds=held, **_labels(texts.column(table, column)))
    for journey, table in named.items():
        for field, name in wide.register(catalogue, journey).items():
            if field.missing:
                told = _labels(texts.column("answers", "missing"))
                yield _line(table=table, column=name, journey=journey, question=field.question, holds="text", **told)


def _question_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    for journey, table in wide.tables(catalogue).items():
        named = wide.register(catalogue, journey)
        held = wide.held(catalogue, journey)
        versions = catalogue.journeys()[journey]
        for place, version in enumerate(versions):
            for question in version.questions.values():
                about = _about(question)
                if place and _told(versions[place - 1], question.code) == about:
                    continue
                fields = [field for field in named if field.question == question.code and not field.missing]
                yield _line(
                    table=table,
                    column=", ".join(named[field] for field in fields),
                    holds=", ".join(dict.fromkeys(held[field] for field in fields)) or None,
                    journey=journey,
                    valid_from=version.first_used_at,
                    valid_to=next(
                        (later.first_used_at for later in versions[place:] if _told(later, question.code) != about),
                        None,
                    ),
                    journey_version=version.short,
                    **about,
                )


def _told(version: Version, question: str) -> dict[str, Value] | None:
    found = version.questions.get(question)
    return _about(found) if found is not None else None


def _about(question: Question) -> dict[str, Value]:
    number = question.kind == "number"
    steps = {choice.number: choice for choice in question.choices if choice.number is not None}
    low, high = min(steps, default=None), max(steps, default=None)
    return {
        "question": question.code,
        "question_version": question.version,
        "phase": question.phase,
        "touchpoint": question.touchpoint,
        "kind": question.kind,
        "low": question.low if number else low,
        "high": question.high if number else high,
        "scale": question.scale,
        "only_if": _condition(question.only_if),
        "instead_of": question.instead_of,
        "draw": question.draw,
        "curve": int(question.curve),
        "index": question.index,
        "retrospective": int(question.retrospective),
        "missing_codes": None if question.kind == "phone" else ", ".join(_MISSING),
        "opens": _condition(question.opens),
        "ladder": question.ladder,
        "when_short": int(question.when_short),
        **_labels(question.text),
        **_labels(steps[low].label if low is not None else None, "low_"),
        **_labels(steps[high].label if high is not None else None, "high_"),
    }


def _labels(words: Words | None, start: str = "") -> dict[str, Value]:
    return {f"{start}label_{language}": words.texts.get(language) if words else None for language in texts.LANGUAGES}


def _condition(condition: Condition | None) -> str | None:
    if condition is None:
        return None
    tests = []
    for test in condition.tests:
        about = f"contact {test.fact}" if test.fact else test.about
        tests.append(" ".join((about, test.operator, " or ".join(test.values))).strip())
    return (" and " if condition.every else " or ").join(tests)


def _line(**values: Value) -> Sequence[Value]:
    return tuple(values.get(column) for column in CODEBOOK)
