"""The codebook: what every column, question and code of the data file means, and what the file was made
from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.organisation import Organisation
from bot.workbook import columns, data, texts, wide
from bot.workbook.catalogue import Catalogue
from bot.workbook.cells import Value
from bot.workbook.columns import CATEGORIES, CODEBOOK, sheet
from bot.workbook.sheets import Sheet
from flows.journey import Condition, Question, Words
from flows.wording import plain_texts

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
    "call_backs.way": "ways",
    "call_backs.slot": "slots",
    "call_backs.state": "call-back-states",
    "call_backs.outcome": "call-back-outcomes",
    "call_backs.happened": "yes-no",
    "call_backs.helped": "helped",
}


def codebook(catalogue: Catalogue) -> Sheet:
    """One row per column of each table, then one per question, question version and wording of each
    journey.
    """
    return sheet("codebook", CODEBOOK, [*_column_lines(catalogue), *_question_lines(catalogue)])


def categories(catalogue: Catalogue, organisation: Organisation) -> Sheet:
    """Every code with its labels: those of all tables, those of the organisation, those of each question."""
    return sheet("categories", CATEGORIES, [*_shared_lines(organisation), *_choice_lines(catalogue)])


def _column_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    tables: list[tuple[str, Sequence[str]]] = [("answers", columns.ANSWERS), ("follow_ups", columns.FOLLOW_UPS)]
    tables += [(name, columns.RESPONSES) for name in wide.tables(catalogue).values()]
    for table, names in (*tables, ("verbatims", columns.VERBATIMS), ("call_backs", columns.CALL_BACKS)):
        for column in names:
            yield _line(CODEBOOK, table=table, column=column, **_labels(texts.column(table, column)))


def _question_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    for journey, versions in catalogue.journeys().items():
        named = wide.register(catalogue, journey)
        seen: set[tuple[str, int, tuple[str, ...]]] = set()
        for version in versions:
            for question in version.questions.values():
                wording = (question.code, question.version, tuple(plain_texts(question.text).values()))
                if wording in seen:
                    continue
                seen.add(wording)
                yield _line(
                    CODEBOOK,
                    table=wide.tables(catalogue)[journey],
                    column=", ".join(
                        name for field, name in named.items() if field.question == question.code and not field.missing
                    ),
                    journey=journey,
                    valid_from=version.first_used_at,
                    journey_version=version.short,
                    **_about(question),
                )


def _about(question: Question) -> dict[str, Value]:
    number = question.kind == "number"
    steps = [choice.number for choice in question.choices if choice.number is not None]
    return {
        "question": question.code,
        "question_version": question.version,
        "phase": question.phase,
        "touchpoint": question.touchpoint,
        "kind": question.kind,
        "low": question.low if number else min(steps, default=None),
        "high": question.high if number else max(steps, default=None),
        "only_if": _condition(question.only_if),
        "instead_of": question.instead_of,
        "draw": question.draw,
        "curve": int(question.curve),
        "index": question.index,
        "retrospective": int(question.retrospective),
        **_labels(question.text),
    }


def _shared_lines(organisation: Organisation) -> Iterator[Sequence[Value]]:
    for variable, group in _SHARED.items():
        for position, (code, words) in enumerate(texts.group_of(group).items(), start=1):
            missing = int(variable == "missing")
            yield _line(CATEGORIES, variable=variable, code=code, position=position, missing=missing, **_labels(words))
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
            yield _line(CATEGORIES, variable=variable, code=code, position=position, missing=0, **_labels(words))


def _choice_lines(catalogue: Catalogue) -> Iterator[Sequence[Value]]:
    for journey, versions in catalogue.journeys().items():
        for code in dict.fromkeys(code for version in versions for code in version.questions):
            for position, choice in enumerate(catalogue.choices(journey, code), start=1):
                yield _line(
                    CATEGORIES,
                    variable="value_code",
                    journey=journey,
                    question=code,
                    code=choice.code,
                    position=position,
                    number=choice.number,
                    demand=choice.demand,
                    missing=0,
                    **_labels(choice.label),
                )


def _labels(words: Words | None) -> dict[str, Value]:
    return {f"label_{language}": words.texts.get(language) if words else None for language in texts.LANGUAGES}


def _condition(condition: Condition | None) -> str | None:
    if condition is None:
        return None
    tests = []
    for test in condition.tests:
        about = f"contact {test.fact}" if test.fact else test.about
        tests.append(" ".join((about, test.operator, " or ".join(test.values))).strip())
    return (" and " if condition.every else " or ").join(tests)


def _line(columns: Sequence[str], **values: Value) -> Sequence[Value]:
    return tuple(values.get(column) for column in columns)
